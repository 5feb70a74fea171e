//! Exits that are calls.

use super::error::KvmError;
use super::prefetch::Prefetch;
use crate::X86Registers;
use hypercall_core::arch::{Caller, Endian, Privilege, Width};
use hypercall_core::{EntryId, ListEntry, MAX_ARGUMENTS, Trap};
use kvm_bindings::kvm_run;

/// Length of `out imm8, al`.
const PORT_LENGTH: u64 = 2;
/// Length of `mov byte ptr [disp32], al` with a SIB byte.
const MMIO_LENGTH: u64 = 7;
/// Length of `vmcall` and `vmmcall`.
const VMCALL_LENGTH: u64 = 3;
/// KVM completes an `out` to this port differently (`KVM_X86_QUIRK_OUT_7E_INC_RIP`).
const QUIRK_PORT: u64 = 0x7e;
/// The arguments that KVM_EXIT_HYPERCALL fills in; the rest of the array is left over from earlier exits
/// (Linux `arch/x86/kvm/x86.c`, `KVM_HC_MAP_GPA_RANGE`).
const EXIT_ARGUMENTS: usize = 3;

/// An exit that is a call, as [`KvmCalls::recognise`](super::KvmCalls::recognise) found it. It borrows nothing:
/// what is called stands in the vCPU's registers and in `kvm_run` until the next KVM_RUN.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub(super) entry: EntryId,
    pub(super) form: Form,
}

impl Call {
    /// Where it came in.
    pub fn entry(&self) -> EntryId {
        self.entry
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The first of the ports; as of any.
    FirstPort,
    /// The first of the addresses; as of a port.
    FirstMmio,
    /// The call is in the registers.
    Port,
    /// As of a port.
    Mmio,
    /// The call is in the exit.
    Hypercall,
    /// The call is in the registers, mode and privilege in the exit.
    Xen,
}

impl Form {
    /// How long the instruction is that makes the call.
    pub(super) fn length(self) -> u64 {
        match self {
            Form::FirstPort | Form::Port => PORT_LENGTH,
            Form::FirstMmio | Form::Mmio => MMIO_LENGTH,
            Form::Hypercall | Form::Xen => VMCALL_LENGTH,
        }
    }
}

/// Where doorbells are. Nearly every VM has one of a kind, which takes no memory of its own to look at, and what
/// whose calls need is fetched as soon as it is seen.
pub(super) struct Doorbells<T, L> {
    first: Option<(T, ListEntry<L, X86Registers>, Prefetch)>,
    rest: Vec<(T, EntryId)>,
}

impl<T, L> Default for Doorbells<T, L> {
    fn default() -> Doorbells<T, L> {
        Doorbells { first: None, rest: Vec::new() }
    }
}

impl<T: Copy + PartialEq, L> Doorbells<T, L> {
    pub(super) fn push(&mut self, place: T, entry: ListEntry<L, X86Registers>, prefetch: Prefetch) {
        match self.first {
            None => self.first = Some((place, entry, prefetch)),
            Some(_) => self.rest.push((place, entry.id())),
        }
    }

    /// The entry point of the first, if that is at `place`.
    #[inline]
    pub(super) fn at_first(&self, place: T, has_list: bool) -> Option<EntryId> {
        let (_, entry, prefetch) = self.first.as_ref().filter(|(first, ..)| *first == place)?;
        prefetch.start(has_list);
        Some(entry.id())
    }

    /// The entry point of the first.
    #[inline]
    pub(super) fn first(&self) -> Option<ListEntry<L, X86Registers>> {
        self.first.as_ref().map(|(_, entry, _)| *entry)
    }

    /// That of another.
    pub(super) fn find(&self, place: T) -> Option<EntryId> {
        self.rest.iter().find(|(other, _)| *other == place).map(|(_, entry)| *entry)
    }
}

/// The port of a doorbell that can be one.
pub(super) fn doorbell_port(address: u64) -> Result<u16, KvmError> {
    let error = |reason| KvmError::Port { port: address, reason };
    match u8::try_from(address) {
        _ if address == QUIRK_PORT => Err(error("KVM completes a write to it differently")),
        Ok(port) => Ok(port.into()),
        Err(_) => Err(error("`out imm8, al` reaches the ports to 0xff")),
    }
}

/// The call of a KVM_EXIT_HYPERCALL. KVM has looked at CPL itself before this exit: a user program's call does
/// not get here.
pub(super) fn exit_trap(run: &kvm_run) -> Trap {
    // SAFETY: `kvm_run` is memory of KVM's, all of it initialised, and the member and its flags hold plain integers,
    // for which any bits do: an exit of another reason, which no `Call` of this kind is made of, would be nonsense
    // and nothing worse.
    let (call, longmode) = unsafe {
        let call = run.__bindgen_anon_1.hypercall;
        (call, call.__bindgen_anon_1.longmode)
    };
    let width = if longmode & 1 != 0 { Width::Bits64 } else { Width::Bits32 };
    let mut arguments = [0; MAX_ARGUMENTS];
    for (to, from) in arguments.iter_mut().zip(&call.args[..EXIT_ARGUMENTS]) {
        *to = width.mask(*from);
    }
    let caller = Caller { width, privilege: Privilege::Supervisor, endian: Endian::Little };
    Trap { number: width.mask(call.nr), arguments, caller }
}

/// Where a call is, by RIP at the exit and when that is complete. Some hosts have moved RIP at the exit, some
/// move it when the exit is completed.
pub(super) fn call_address(at_exit: u64, complete: u64, length: u64, width: Width) -> u64 {
    if complete == at_exit { width.mask(at_exit.wrapping_sub(length)) } else { at_exit }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kvm_bindings::kvm_run__bindgen_ty_1__bindgen_ty_8 as Exit;

    #[test]
    fn a_call_is_found_whenever_the_host_moves_rip() {
        assert_eq!(call_address(0x1000, 0x1002, 2, Width::Bits64), 0x1000, "moved by completing the exit");
        assert_eq!(call_address(0x1002, 0x1002, 2, Width::Bits64), 0x1000, "moved before");
        assert_eq!(call_address(1, 1, 7, Width::Bits32), 0xffff_fffa, "a hostile guest at the bottom");
    }

    #[test]
    fn a_port_that_cannot_be_a_doorbell_is_refused() {
        assert!(matches!(doorbell_port(0x48), Ok(0x48)));
        assert!(matches!(doorbell_port(0xff), Ok(0xff)));
        assert!(matches!(doorbell_port(0x7e), Err(KvmError::Port { port: 0x7e, .. })));
        assert!(matches!(doorbell_port(0x100), Err(KvmError::Port { port: 0x100, .. })));
    }

    #[test]
    fn an_exits_arguments_are_masked_outside_64_bit_mode() {
        let exit = |call, longmode| {
            let mut run = kvm_run::default();
            run.__bindgen_anon_1.hypercall = call;
            run.__bindgen_anon_1.hypercall.__bindgen_anon_1.longmode = longmode;
            exit_trap(&run)
        };
        // KVM fills in three arguments.
        let call = Exit { nr: u64::MAX, args: [1 << 32 | 7, 8, 9, 10, 11, 12], ..Exit::default() };
        let trap = exit(call, 0);
        assert_eq!((trap.number, trap.arguments), (0xffff_ffff, [7, 8, 9, 0, 0, 0, 0, 0, 0]));
        assert_eq!(trap.caller.width, Width::Bits32);
        let trap = exit(call, 1);
        assert_eq!((trap.number, trap.arguments[0]), (u64::MAX, 0x1_0000_0007));
        assert_eq!(trap.caller, Caller::X86_64);
    }
}
