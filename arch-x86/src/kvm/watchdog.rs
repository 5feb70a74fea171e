//! Ends a KVM_RUN that does not return.

use super::error::KvmError;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

/// The timer goes on firing at this distance, for a signal that arrives just before KVM_RUN is lost.
const REPEAT: Duration = Duration::from_millis(10);

/// From the armed time on, a KVM_RUN on the thread that armed it returns EINTR, again and again.
///
/// It disarms when dropped. Its signal is the third real-time one (`SIGRTMIN + 2`), whose handler it sets.
///
/// ```
/// # use hypercall_arch_x86::kvm::watchdog::Watchdog;
/// use std::time::Duration;
/// let watchdog = Watchdog::arm(Duration::from_secs(1))?;
/// // ... run the vCPU; on EINTR, give up if the watchdog has expired ...
/// assert!(!watchdog.expired());
/// # Ok::<(), hypercall_arch_x86::kvm::KvmError>(())
/// ```
#[derive(Debug)]
pub struct Watchdog {
    timer: libc::timer_t,
    deadline: Instant,
    /// The timer signals the thread that armed it, so it stays there.
    thread: PhantomData<*const ()>,
}

extern "C" fn interrupt(_: libc::c_int) {}

/// The watchdog's signal.
pub fn signal() -> libc::c_int {
    libc::SIGRTMIN() + 2
}

fn failed(call: &'static str) -> KvmError {
    let source = std::io::Error::last_os_error();
    KvmError::System { call, source, remedy: "the process may have too many timers (ulimit -i)" }
}

fn timespec(duration: Duration) -> libc::timespec {
    // A timer set to zero never fires.
    let duration = duration.max(Duration::from_nanos(1));
    libc::timespec {
        tv_sec: libc::time_t::try_from(duration.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

impl Watchdog {
    /// Arms a timer for this thread.
    ///
    /// # Errors
    /// [`KvmError::System`] when the system gives no timer.
    ///
    /// # Panics
    /// When `after` reaches past the end of the clock, some hundred million years.
    pub fn arm(after: Duration) -> Result<Watchdog, KvmError> {
        let deadline = Instant::now() + after;
        // SAFETY: zero is a valid value of both structs. The handler does nothing, which is safe whatever
        // it interrupts, and without SA_RESTART the interrupted call returns EINTR.
        let (mut action, mut event): (libc::sigaction, libc::sigevent) = unsafe { core::mem::zeroed() };
        action.sa_sigaction = interrupt as extern "C" fn(libc::c_int) as usize;
        // SAFETY: `action` is initialised and outlives the call; no old action is asked for.
        if unsafe { libc::sigaction(signal(), &action, core::ptr::null_mut()) } != 0 {
            return Err(failed("sigaction"));
        }
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = signal();
        // SAFETY: gettid has no preconditions.
        event.sigev_notify_thread_id = unsafe { libc::gettid() };
        let mut timer: libc::timer_t = core::ptr::null_mut();
        // SAFETY: `event` and `timer` are valid for the call; the thread notified is this one.
        if unsafe { libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, &mut timer) } != 0 {
            return Err(failed("timer_create"));
        }
        let watchdog = Watchdog { timer, deadline, thread: PhantomData };
        let times = libc::itimerspec { it_value: timespec(after), it_interval: timespec(REPEAT) };
        // SAFETY: the timer exists until `watchdog` is dropped, and `times` outlives the call.
        if unsafe { libc::timer_settime(watchdog.timer, 0, &times, core::ptr::null_mut()) } != 0 {
            return Err(failed("timer_settime"));
        }
        Ok(watchdog)
    }

    /// Whether the time is over.
    pub fn expired(&self) -> bool {
        Instant::now() >= self.deadline
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // SAFETY: the timer was made by `arm` and is deleted here only.
        unsafe { libc::timer_delete(self.timer) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_blocks_is_interrupted() {
        let start = Instant::now();
        let watchdog = Watchdog::arm(Duration::from_millis(30)).unwrap();
        assert!(!watchdog.expired());
        // SAFETY: waits for no descriptor, ten seconds at most.
        let result = unsafe { libc::poll(core::ptr::null_mut(), 0, 10_000) };
        assert_eq!((result, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EINTR)));
        assert!(watchdog.expired() && start.elapsed() < Duration::from_secs(5));
    }
}
