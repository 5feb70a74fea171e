//! Guest stubs: [`Issue::issue`] on a call executes the real instruction.
//!
//! They exist where the target is s390x. DIAGNOSE is privileged: code that is not in the supervisor state
//! takes a privileged-operation interruption (a Linux process, SIGILL).

use core::arch::asm;
use hypercall_core::argument::{GuestAddress, SlotsMut};
use hypercall_core::multicall::{MulticallFlags, hand_in};
use hypercall_core::{CallEntry, Definition, Hypercall, Multicall, Numbering, Width};

/// The convention's argument registers, R2 to R7.
const ARGUMENTS: usize = 6;

/// Executes `diag 2,4,0x500` with these registers and gives R2.
///
/// Base 0 and the whole function code in the displacement, because QEMU's TCG compares the 16 bits of the
/// instruction as they stand.
///
/// # Safety
/// The host may do to the guest what the call says, and what it writes to memory the compiler does not know
/// of: `number` and `arguments` must be those of a call whose effect on this program's memory is allowed.
#[inline]
pub unsafe fn diag500(number: u64, arguments: &[u64; ARGUMENTS]) -> u64 {
    let [r2, r3, r4, r5, r6, r7] = *arguments;
    let mut result = r2;
    // SAFETY: the instruction changes R2 and no other register (Linux
    // Documentation/virt/kvm/s390/s390-diag.rst); the condition code and memory are taken as changed, which
    // asm! does by default. What the host does beside that is the caller's promise.
    unsafe {
        asm!(
            "diag 2,4,0x500",
            in("r1") number,
            inout("r2") result,
            in("r3") r3,
            in("r4") r4,
            in("r5") r5,
            in("r6") r6,
            in("r7") r7,
            options(nostack),
        );
    }
    result
}

/// The number in R1 of a call; a compile error where the convention cannot carry the call.
const fn number(definition: &Definition) -> u64 {
    assert!(definition.slots().0 <= ARGUMENTS, "DIAG 0x500 has six argument registers, the call takes more");
    match definition.interface.wire(Numbering::Diag, definition.number) {
        Some(number) => number,
        None => panic!("the call's interface has no numbers on s390"),
    }
}

/// A call that a guest can make. Every [`Hypercall`] is one; a call that DIAG 0x500 cannot carry does not
/// compile.
///
/// ```no_run
/// use hypercall_arch_s390::guest::Issue;
/// use hypercall_core::prelude::*;
///
/// /// The last address of the guest's memory.
/// #[derive(Hypercall)]
/// #[hypercall(number = 4, name = "DIAG500_STORAGE_LIMIT", interface = diag500, arch(s390), status = active)]
/// struct StorageLimit;
///
/// // SAFETY: the call reads nothing and writes nothing.
/// let last = unsafe { StorageLimit.issue() };
/// ```
///
/// KVM's own numbers do not exist on s390:
///
/// ```compile_fail
/// use hypercall_arch_s390::guest::Issue;
/// use hypercall_core::prelude::*;
///
/// /// Of x86.
/// #[derive(Hypercall)]
/// #[hypercall(number = 1, name = "KVM_HC_VAPIC_POLL_IRQ", interface = kvm, arch(x86), status = active)]
/// struct PollIrq;
///
/// // SAFETY: it does not compile.
/// let never = unsafe { PollIrq.issue() };
/// ```
pub trait Issue: Hypercall {
    /// The number in R1.
    const NUMBER: u64 = number(Self::DEFINITION);

    /// Makes the call, and gives R2: the value, or an error of the call's interface.
    ///
    /// # Safety
    /// The host may read and write whatever memory the arguments name: it must be memory that this program
    /// allows to be read and written so while the call lasts, and as long after as the call says.
    #[inline]
    unsafe fn issue(&self) -> i64 {
        let mut arguments = [0; ARGUMENTS];
        self.encode(&mut SlotsMut::new(&mut arguments, Width::Bits64));
        // SAFETY: the call's number and arguments; the rest is the caller's promise.
        unsafe { diag500(Self::NUMBER, &arguments) as i64 }
    }

    /// The call as an entry of a [`multicall()`].
    #[inline]
    fn entry(&self) -> CallEntry {
        let mut arguments = [0; ARGUMENTS];
        self.encode(&mut SlotsMut::new(&mut arguments, Width::Bits64));
        CallEntry::new(Self::NUMBER, &arguments)
    }
}

impl<C: Hypercall> Issue for C {}

/// Hands in calls that [`Issue::entry`] made, until each is answered, or one failed that stops the others: how
/// many hold an answer. `address` is the guest-absolute one of the first.
///
/// # Errors
/// R2 of a multicall that failed; entries that were answered before hold their answers.
///
/// # Safety
/// As [`Issue::issue`], for each call; the entries are at `address`.
pub unsafe fn multicall(
    entries: &mut [CallEntry],
    address: u64,
    flags: MulticallFlags,
) -> Result<usize, i64> {
    let list = Multicall { entries: GuestAddress(address), count: entries.len() as u64, flags };
    let first = entries.as_mut_ptr();
    // The host writes there, by an instruction that may reach what is exposed.
    first.expose_provenance();
    let done = hand_in(
        &list,
        |rest| {
            // SAFETY: the caller's promise about each call and the entries.
            let value = unsafe { rest.issue() };
            u64::try_from(value).map_err(|_| value)
        },
        // SAFETY: `hand_in` asks about entries of the list; volatile, as the host wrote it.
        |index| unsafe { first.add(index as usize).read_volatile() }.has_failed(),
    )?;
    Ok(done as usize) // no more than there are
}
