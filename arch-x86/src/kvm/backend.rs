//! A vCPU with its loop, for whoever has none of their own.

use super::adapter::{KvmCalls, Served};
use super::error::KvmError;
use hypercall_core::{CallList, VmExit};
use kvm_bindings::{KVM_EXIT_FAIL_ENTRY, KVM_EXIT_INTERNAL_ERROR, kvm_run};
use kvm_ioctls::{VcpuExit, VcpuFd};

/// Why a vCPU stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A handler ended the VM.
    Exit(VmExit),
    /// The guest executed HLT, and KVM has no interrupt controller to wake it.
    Halted,
    /// A signal came in: see whether the watchdog has expired, or what else was wanted.
    Interrupted,
    /// The guest can take an interrupt, as `request_interrupt_window` asked.
    InterruptWindow,
    /// A triple fault, or another end of the guest's own making.
    Shutdown,
    /// An exit that nobody handles, in words.
    Unexpected(String),
}

/// A vCPU and its calls.
#[derive(Debug)]
pub struct KvmVcpu<Vm, L = ()> {
    /// The vCPU.
    pub fd: VcpuFd,
    /// Its calls.
    pub calls: KvmCalls<Vm, L>,
}

impl<Vm, L: CallList<Vm>> KvmVcpu<Vm, L> {
    /// Runs the vCPU and serves its calls until something else happens.
    ///
    /// # Errors
    /// [`KvmError`]: KVM's failure, not the guest's.
    pub fn run(&mut self, vm: &Vm) -> Result<Stop, KvmError> {
        loop {
            if let Some(stop) = self.step(vm)? {
                return Ok(stop);
            }
        }
    }

    /// Runs the vCPU until its next exit, and serves that if it is a call: `None` then.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn step(&mut self, vm: &Vm) -> Result<Option<Stop>, KvmError> {
        let exit = match self.fd.run() {
            Ok(exit) => exit,
            Err(error) if [libc::EINTR, libc::EAGAIN].contains(&error.errno()) => {
                return Ok(Some(Stop::Interrupted));
            }
            Err(error) => return Err(KvmError::ioctl("KVM_RUN")(error)),
        };
        if let Some(call) = self.calls.call_of(&exit) {
            return Ok(match self.calls.serve(call, &mut self.fd, vm)? {
                Served::Resume => None,
                Served::Exit(exit) => Some(Stop::Exit(exit)),
            });
        }
        Ok(Some(match exit {
            VcpuExit::Hlt => Stop::Halted,
            VcpuExit::Intr => Stop::Interrupted,
            VcpuExit::IrqWindowOpen => Stop::InterruptWindow,
            VcpuExit::Shutdown => Stop::Shutdown,
            VcpuExit::IoOut(port, data) => Stop::Unexpected(format!("output to port {port:#x}: {data:02x?}")),
            VcpuExit::IoIn(port, data) => {
                Stop::Unexpected(format!("input of {} bytes from port {port:#x}", data.len()))
            }
            VcpuExit::MmioWrite(address, data) => {
                Stop::Unexpected(format!("store outside memory at {address:#x}: {data:02x?}"))
            }
            VcpuExit::MmioRead(address, data) => {
                Stop::Unexpected(format!("load of {} bytes outside memory at {address:#x}", data.len()))
            }
            VcpuExit::InternalError | VcpuExit::FailEntry(..) => {
                Stop::Unexpected(describe(self.fd.get_kvm_run()))
            }
            other => Stop::Unexpected(format!("exit {other:?}")),
        }))
    }
}

/// The last exit in words, where its reason is not in what `kvm-ioctls` shows of it: KVM's internal errors
/// and entries that the processor refused.
pub fn describe(run: &kvm_run) -> String {
    match run.exit_reason {
        KVM_EXIT_INTERNAL_ERROR => {
            // SAFETY: the exit reason says that KVM wrote this member; it holds plain integers.
            let internal = unsafe { run.__bindgen_anon_1.internal };
            let what = match internal.suberror {
                1 => "an instruction that KVM cannot emulate",
                2 => "an exception while another was being delivered",
                3 => "an exit while an event was being delivered",
                4 => "an exit reason that KVM does not know",
                _ => "of a kind that this program does not know",
            };
            let used = (internal.ndata as usize).min(internal.data.len());
            format!(
                "KVM internal error {}, {what}; its data: {:x?}",
                internal.suberror,
                &internal.data[..used]
            )
        }
        KVM_EXIT_FAIL_ENTRY => {
            // SAFETY: the exit reason says that KVM wrote this member; it holds plain integers.
            let fail = unsafe { run.__bindgen_anon_1.fail_entry };
            format!(
                "the processor refused the guest's state, reason {:#x}",
                fail.hardware_entry_failure_reason
            )
        }
        other => format!("exit reason {other}"),
    }
}
