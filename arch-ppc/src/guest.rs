//! Guest stubs: a call issued by the real instruction.
//!
//! They exist where the target is powerpc64, in either byte order, and need a compiler whose `asm!` knows
//! PowerPC (Rust 1.95). Three ways lead to a host:
//!
//! | method | instruction | convention |
//! |---|---|---|
//! | [`Issue::issue`] | the device tree's `hypercall-instructions`, copied to [`Code`] | ePAPR |
//! | [`Issue::issue_sc1`] | `sc 1` in line | ePAPR |
//! | [`Issue::issue_papr`] | `sc 1` in line | PAPR |

use crate::instructions::{BLR, HypercallInstructions, WORDS};
use core::arch::asm;
use hypercall_core::argument::{GuestAddress, SlotsMut};
use hypercall_core::multicall::{MulticallFlags, hand_in};
use hypercall_core::{CallEntry, Definition, Hypercall, Multicall, Numbering, Width};

/// ePAPR's argument registers, R3 to R10.
const EPAPR_ARGUMENTS: usize = 8;
/// PAPR's, R4 to R12.
const PAPR_ARGUMENTS: usize = 9;

/// What a call left in the registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// R3: EV_* on ePAPR, H_* on PAPR; zero is success.
    pub status: i64,
    /// R4 on: the value first, then the extra outputs. ePAPR's end with R11, and the last one here is zero;
    /// PAPR's with R12. What the call does not write is whatever the host left there.
    pub outputs: [u64; 9],
}

/// `hypercall-instructions` in the guest's own memory, as a function (Linux `arch/powerpc/kernel/epapr_hcalls.S`,
/// `epapr_hypercall_start`).
#[derive(Clone, Copy, Debug)]
pub struct Code(*const u32);

impl Code {
    /// Bytes of the function: the four words and `blr`.
    pub const SIZE: usize = 4 * (WORDS + 1);

    /// Writes the function to memory and makes it visible to instruction fetch.
    ///
    /// # Safety
    /// `place` must be valid for writes of [`Code::SIZE`] bytes, aligned to 4, and both executable and
    /// unchanged for as long as the `Code` is used. The instructions must be those of this guest's
    /// hypervisor: they run with the guest's privilege.
    pub unsafe fn install(place: *mut u32, instructions: &HypercallInstructions) -> Code {
        let [a, b, c, d] = *instructions.words();
        for (i, word) in [a, b, c, d, BLR].into_iter().enumerate() {
            // SAFETY: inside of the place, as the caller promises; dcbst, sync, icbi and isync only order the
            // store before later instruction fetches (Power ISA Book II, "Instruction Storage").
            unsafe {
                let word_at = place.add(i);
                word_at.write_volatile(word);
                asm!("dcbst 0,{0}", "sync", "icbi 0,{0}", "sync", "isync", in(reg_nonzero) word_at, options(nostack));
            }
        }
        Code(place)
    }
}

/// Calls `hypercall-instructions` with a token in R11 and arguments in R3 to R10.
///
/// # Safety
/// `code` must be in place as [`Code::install`] asks, and `token` and `arguments` must be those of a call
/// whose effect on this program's memory is allowed.
#[inline]
pub unsafe fn epapr(code: Code, token: u64, arguments: &[u64; EPAPR_ARGUMENTS]) -> Answer {
    let [mut r3, mut r4, mut r5, mut r6, mut r7, mut r8, mut r9, mut r10] = *arguments;
    let mut r11 = token;
    // SAFETY: the sequence ends in blr and uses no stack; the registers that ePAPR 1.1, section 7.4, lets a
    // call change are outputs or clobbers here. What the host does beside that is the caller's promise.
    unsafe {
        asm!(
            "mtctr {code}",
            "bctrl",
            code = in(reg) code.0,
            inout("r3") r3, inout("r4") r4, inout("r5") r5, inout("r6") r6,
            inout("r7") r7, inout("r8") r8, inout("r9") r9, inout("r10") r10, inout("r11") r11,
            out("r0") _, out("r12") _, out("xer") _, out("ctr") _, out("lr") _, out("cr") _,
            options(nostack),
        );
    }
    Answer { status: r3 as i64, outputs: [r4, r5, r6, r7, r8, r9, r10, r11, 0] }
}

/// `sc 1` with a token in R11 and arguments in R3 to R10.
///
/// # Safety
/// `token` and `arguments` must be those of a call whose effect on this program's memory is allowed.
#[inline]
pub unsafe fn epapr_sc1(token: u64, arguments: &[u64; EPAPR_ARGUMENTS]) -> Answer {
    let [mut r3, mut r4, mut r5, mut r6, mut r7, mut r8, mut r9, mut r10] = *arguments;
    let mut r11 = token;
    // SAFETY: the registers that ePAPR 1.1, section 7.4, lets a call change are outputs or clobbers here.
    // What the host does beside that is the caller's promise.
    unsafe {
        asm!(
            "sc 1",
            inout("r3") r3, inout("r4") r4, inout("r5") r5, inout("r6") r6,
            inout("r7") r7, inout("r8") r8, inout("r9") r9, inout("r10") r10, inout("r11") r11,
            out("r0") _, out("r12") _, out("xer") _, out("ctr") _, out("lr") _, out("cr") _,
            options(nostack),
        );
    }
    Answer { status: r3 as i64, outputs: [r4, r5, r6, r7, r8, r9, r10, r11, 0] }
}

/// `sc 1` with a number in R3 and arguments in R4 to R12.
///
/// # Safety
/// `number` and `arguments` must be those of a call whose effect on this program's memory is allowed.
#[inline]
pub unsafe fn papr(number: u64, arguments: &[u64; PAPR_ARGUMENTS]) -> Answer {
    let [mut r4, mut r5, mut r6, mut r7, mut r8, mut r9, mut r10, mut r11, mut r12] = *arguments;
    let mut r3 = number;
    // SAFETY: the registers that Linux Documentation/arch/powerpc/papr_hcalls.rst lets a call change are
    // outputs or clobbers here. What the host does beside that is the caller's promise.
    unsafe {
        asm!(
            "sc 1",
            inout("r3") r3, inout("r4") r4, inout("r5") r5, inout("r6") r6, inout("r7") r7,
            inout("r8") r8, inout("r9") r9, inout("r10") r10, inout("r11") r11, inout("r12") r12,
            out("r0") _, out("xer") _, out("ctr") _, out("cr") _,
            options(nostack),
        );
    }
    Answer { status: r3 as i64, outputs: [r4, r5, r6, r7, r8, r9, r10, r11, r12] }
}

/// The number of a call in a convention; a compile error where the convention cannot carry the call.
const fn number(definition: &Definition, numbering: Numbering, registers: usize) -> u64 {
    assert!(definition.slots().0 <= registers, "the call takes more argument registers than there are");
    match definition.interface.wire(numbering, definition.number) {
        Some(number) => number,
        None => panic!("the call's interface has no numbers in this convention"),
    }
}

/// A call that a guest can make. Every [`Hypercall`] is one; a way that cannot carry a call does not compile
/// for it.
///
/// ```no_run
/// use hypercall_arch_ppc::guest::{Answer, Code, Issue};
/// use hypercall_core::prelude::*;
///
/// /// Which calls there are.
/// #[derive(Hypercall)]
/// #[hypercall(number = 3, name = "KVM_HC_FEATURES", interface = kvm, arch(ppc), status = active)]
/// struct Features;
///
/// fn features(code: Code) -> Option<u64> {
///     // SAFETY: the call reads nothing and writes nothing.
///     let Answer { status, outputs } = unsafe { Features.issue(code) };
///     (status == 0).then_some(outputs[0])
/// }
/// ```
///
/// KVM's tokens are not PAPR's numbers:
///
/// ```compile_fail
/// use hypercall_arch_ppc::guest::Issue;
/// use hypercall_core::prelude::*;
///
/// /// Which calls there are.
/// #[derive(Hypercall)]
/// #[hypercall(number = 3, name = "KVM_HC_FEATURES", interface = kvm, arch(ppc), status = active)]
/// struct Features;
///
/// // SAFETY: it does not compile.
/// let never = unsafe { Features.issue_papr() };
/// ```
pub trait Issue: Hypercall {
    /// The token in R11, by ePAPR.
    const TOKEN: u64 = number(Self::DEFINITION, Numbering::Epapr, EPAPR_ARGUMENTS);
    /// The number in R3, by PAPR.
    const PAPR_NUMBER: u64 = number(Self::DEFINITION, Numbering::Papr, PAPR_ARGUMENTS);

    /// Makes the call by ePAPR through the hypervisor's own instructions.
    ///
    /// # Safety
    /// The host may read and write whatever memory the arguments name: it must be memory that this program
    /// allows to be read and written so while the call lasts, and as long after as the call says. `code` must
    /// still be in place as [`Code::install`] asks.
    #[inline]
    unsafe fn issue(&self, code: Code) -> Answer {
        // SAFETY: the call's token and arguments; the rest is the caller's promise.
        unsafe { epapr(code, Self::TOKEN, &image(self)) }
    }

    /// Makes the call by ePAPR with `sc 1`.
    ///
    /// # Safety
    /// As [`issue`](Self::issue), but for the code.
    #[inline]
    unsafe fn issue_sc1(&self) -> Answer {
        // SAFETY: the call's token and arguments; the rest is the caller's promise.
        unsafe { epapr_sc1(Self::TOKEN, &image(self)) }
    }

    /// Makes the call by PAPR.
    ///
    /// # Safety
    /// As [`issue`](Self::issue), but for the code.
    #[inline]
    unsafe fn issue_papr(&self) -> Answer {
        // SAFETY: the call's number and arguments; the rest is the caller's promise.
        unsafe { papr(Self::PAPR_NUMBER, &image(self)) }
    }

    /// The call as an entry of a [`multicall()`] by ePAPR.
    #[inline]
    fn entry(&self) -> CallEntry {
        CallEntry::new(Self::TOKEN, &image::<EPAPR_ARGUMENTS>(self))
    }

    /// The call as an entry of a [`multicall()`] by PAPR.
    #[inline]
    fn entry_papr(&self) -> CallEntry {
        CallEntry::new(Self::PAPR_NUMBER, &image::<PAPR_ARGUMENTS>(self))
    }
}

impl<C: Hypercall> Issue for C {}

/// Hands in calls that [`Issue::entry`] or [`Issue::entry_papr`] made, until each is answered, or one failed
/// that stops the others: how many hold an answer. `address` is the guest-physical one of the first; `issue`
/// makes a multicall in the convention of the entries, by [`Issue::issue`], [`Issue::issue_sc1`] or
/// [`Issue::issue_papr`].
///
/// # Errors
/// The status of a multicall that failed; entries that were answered before hold their answers.
///
/// # Safety
/// As that of `issue`, for each call; the entries are at `address`.
pub unsafe fn multicall(
    entries: &mut [CallEntry],
    address: u64,
    flags: MulticallFlags,
    mut issue: impl FnMut(&Multicall) -> Answer,
) -> Result<usize, i64> {
    let list = Multicall { entries: GuestAddress(address), count: entries.len() as u64, flags };
    let first = entries.as_mut_ptr();
    // The host writes there, by an instruction that may reach what is exposed.
    first.expose_provenance();
    let done = hand_in(
        &list,
        |rest| match issue(rest) {
            Answer { status: 0, outputs } => Ok(outputs[0]),
            Answer { status, .. } => Err(status),
        },
        // SAFETY: `hand_in` asks about entries of the list; volatile, as the host wrote it.
        |index| unsafe { first.add(index as usize).read_volatile() }.has_failed(),
    )?;
    Ok(done as usize) // no more than there are
}

/// The argument registers of a call.
#[inline]
fn image<const N: usize>(call: &impl Hypercall) -> [u64; N] {
    let mut arguments = [0; N];
    call.encode(&mut SlotsMut::new(&mut arguments, Width::Bits64));
    arguments
}
