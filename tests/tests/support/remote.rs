//! A vCPU's interrupts as other threads see them: a local APIC's request register in user space, halting and
//! waking, with no interrupt controller in the kernel.
#![allow(unsafe_code)] // `immediate_exit` of a vCPU that another thread runs, and a signal to that thread

use hypercall_arch_x86::kvm::{inject, watchdog};
use kvm_ioctls::VcpuFd;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Instant;

/// When a vCPU takes what is pending for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// As soon as it can.
    #[default]
    AtOnce,
    /// When it has asked with KVM_HC_VAPIC_POLL_IRQ, and only then: what a guest makes that call for.
    WhenPolled,
}

/// See the [module](self).
#[derive(Default)]
pub struct Remote {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    /// One bit a vector: it merges with itself, as in an APIC.
    pending: [u64; 4],
    delivery: Delivery,
    polled: bool,
    kicked: bool,
    stopped: bool,
    runner: Option<Runner>,
}

/// The thread that runs the vCPU, and where to write `immediate_exit`.
struct Runner {
    thread: libc::pthread_t,
    immediate_exit: *mut u8,
}

// SAFETY: the pointer is only used under the lock and while the vCPU's mapping exists, see `Attached`.
unsafe impl Send for Runner {}

/// What became of a vCPU that wanted to run or to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Run,
    /// The test is over.
    Stop,
    /// It was not woken in time.
    TimeOver,
}

impl State {
    fn highest(&self) -> Option<u8> {
        (0..=u8::MAX).rev().find(|v| self.pending[usize::from(v / 64)] & 1 << (v % 64) != 0)
    }

    /// Has KVM_RUN return, also one that is about to begin.
    fn signal(&self) {
        if let Some(runner) = &self.runner {
            // SAFETY: `runner` is taken away under this lock before the mapping and the thread end. The
            // kernel and the running thread read and write this byte as a whole, like an atomic one.
            unsafe {
                AtomicU8::from_ptr(runner.immediate_exit).store(1, Ordering::Release);
                libc::pthread_kill(runner.thread, watchdog::signal());
            }
        }
    }
}

/// While it lives, other threads interrupt the KVM_RUN of this one.
pub struct Attached<'a>(&'a Remote);

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        self.0.lock().runner = None;
    }
}

impl Remote {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        state.signal();
        self.wake.notify_all();
    }

    /// Makes a vector pending.
    pub fn raise(&self, vector: u8) {
        self.change(|s| s.pending[usize::from(vector / 64)] |= 1 << (vector % 64));
    }

    /// Wakes the vCPU if it is halted; else it goes on at once when it halts next, as KVM's do.
    pub fn kick(&self) {
        self.change(|s| s.kicked = true);
    }

    /// Ends the vCPU's run.
    pub fn stop(&self) {
        self.change(|s| s.stopped = true);
    }

    /// The vCPU asks for what is pending.
    pub fn poll(&self) {
        self.lock().polled = true;
    }

    pub fn set_delivery(&self, delivery: Delivery) {
        self.lock().delivery = delivery;
    }

    /// Whether anything is pending.
    pub fn is_pending(&self) -> bool {
        self.lock().highest().is_some()
    }

    /// Tells who runs the vCPU: this thread, until the result is dropped, which must be before `vcpu` is.
    pub fn attach(&self, vcpu: &mut VcpuFd) -> Attached<'_> {
        let immediate_exit = &raw mut vcpu.get_kvm_run().immediate_exit;
        // SAFETY: pthread_self has no preconditions.
        let thread = unsafe { libc::pthread_self() };
        self.lock().runner = Some(Runner { thread, immediate_exit });
        Attached(self)
    }

    /// Before each KVM_RUN: hands the vCPU the highest pending vector if it can take one, and otherwise asks
    /// to be told when it can.
    pub fn before_run(&self, vcpu: &mut VcpuFd) -> Next {
        let mut state = self.lock();
        // A kick from here on sets it again.
        vcpu.set_kvm_immediate_exit(0);
        if state.stopped {
            return Next::Stop;
        }
        let polled = std::mem::take(&mut state.polled);
        let wanted = state.delivery == Delivery::AtOnce || polled;
        if let Some(vector) = state.highest().filter(|_| wanted)
            && vcpu.get_kvm_run().ready_for_interrupt_injection != 0
        {
            // KVM takes one a KVM_RUN.
            vcpu.get_kvm_run().ready_for_interrupt_injection = 0;
            state.pending[usize::from(vector / 64)] &= !(1 << (vector % 64));
            inject::interrupt(vcpu, vector).expect("no interrupt controller in the kernel");
        }
        let window = state.delivery == Delivery::AtOnce && state.highest().is_some();
        vcpu.get_kvm_run().request_interrupt_window = window.into();
        Next::Run
    }

    /// Keeps a halted vCPU halted until there is a reason to go on.
    pub fn halt(&self, deadline: Instant) -> Next {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return Next::Stop;
            }
            if std::mem::take(&mut state.kicked) || state.highest().is_some() {
                return Next::Run;
            }
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return Next::TimeOver };
            state = self.wake.wait_timeout(state, left).unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
    }
}
