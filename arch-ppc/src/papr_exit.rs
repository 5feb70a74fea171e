//! KVM_EXIT_PAPR_HCALL: a PAPR call that KVM hands to user space.
//!
//! On the next KVM_RUN the kernel loads R3 from `ret` and R4 to R12 from `args`, all nine, whatever became of
//! the call (Linux `arch/powerpc/kvm/powerpc.c`, `kvm_arch_vcpu_ioctl_run`). The guest goes on behind the
//! `sc 1`: to retry or to inject a fault, run with `immediate_exit` first, then set the registers.

use crate::registers::R;
use bytemuck::{Pod, Zeroable};
use core::ops::ControlFlow;
use hypercall_core::convention::Registers;
use hypercall_core::{Action, Caller, Convention, Dispatcher, EntryId, Shared, Vcpu};

/// The exit's payload (Linux `include/uapi/linux/kvm.h`, `papr_hcall`).
///
/// As [`Registers`] it is R3 to R12: R3 reads as `nr` and is written to `ret`, so that the convention's own
/// table marshals it. Other registers are not in the exit: they read as zero and writes to them are lost,
/// which no convention with its registers among R3 to R12 notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.papr_hcall", size = 88, source = "Linux include/uapi/linux/kvm.h")]
pub struct PaprExit {
    /// R3 at the call: the number.
    #[shared(offset = 0)]
    pub nr: u64,
    /// R3 after it: the status.
    #[shared(offset = 8)]
    pub ret: u64,
    /// R4 to R12, before and after.
    #[shared(offset = 16)]
    pub args: [u64; 9],
}

impl Registers for PaprExit {
    fn get(&self, index: usize) -> u64 {
        if index == R[3].index {
            return self.nr;
        }
        index.checked_sub(R[4].index).and_then(|i| self.args.get(i)).copied().unwrap_or(0)
    }

    fn set(&mut self, index: usize, value: u64) {
        if index == R[3].index {
            self.ret = value;
        } else if let Some(slot) = index.checked_sub(R[4].index).and_then(|i| self.args.get_mut(i)) {
            *slot = value;
        }
    }
}

impl PaprExit {
    /// Serves the call. KVM has refused user programs before the exit, so `caller` says kernel unless the
    /// VMM knows better; its width and byte order are the MSR's ([`msr::caller`](crate::msr::caller)).
    ///
    /// Where it breaks, the exit holds the registers as they were at the call.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    pub fn serve<Vm>(
        &mut self,
        dispatcher: &Dispatcher<Vm>,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        caller: Caller,
    ) -> ControlFlow<Action> {
        self.ret = self.nr;
        dispatcher.serve(entry, vm, vcpu, self, caller)
    }

    /// Takes in the answer of a deferred call.
    pub fn complete(&mut self, convention: &'static Convention, caller: Caller, action: &Action) {
        if let Action::Return(answer) = action {
            convention.mode_for(caller.width).write(self, answer);
        }
    }
}
