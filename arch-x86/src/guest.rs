//! Guest stubs: [`Issue::issue`] on a call executes the real instruction.
//!
//! They exist where the target is x86 or x86_64, and make the call in the mode of the target. The order of
//! the registers is the convention's table: a stub fills a register image with
//! [`Mode::load`](hypercall_core::Mode::load), loads the processor's registers from it, and traps.
//!
//! | transport | instruction |
//! |---|---|
//! | [`Vmcall`] | `vmcall` |
//! | [`Vmmcall`] | `vmmcall` |
//! | [`Port`] | `out imm8, al`, the port known at compile time |
//! | [`AnyPort`] | the same, the port known at run time |
//! | [`Mmio`] | `mov byte ptr [disp32], al`, the linear address known at compile time |
//! | [`MmioAt`] | `mov byte ptr [edi or rdi, scaled by 1, + disp32], al` |
//!
//! Which of them the VMM has, the guest reads with [`cpuid::Abi::read`](crate::cpuid::Abi::read).

mod multicall;
mod transport;

pub use multicall::multicall;
pub use transport::{AnyPort, Mmio, MmioAt, Port, Transport, Vmcall, Vmmcall};

use crate::{X86Registers, convention};
use core::fmt;
use hypercall_core::argument::SlotsMut;
use hypercall_core::convention::Mode;
use hypercall_core::encoding::Encoding;
use hypercall_core::{CallEntry, Convention, Definition, Error, Hypercall, MAX_ARGUMENTS, Width};

/// The mode of the target.
const WIDTH: Width = if cfg!(target_arch = "x86_64") { Width::Bits64 } else { Width::Bits32 };

/// Results from -4095 to -1 are errors, as in the kernels of all three interfaces (Linux
/// `include/linux/err.h`, `MAX_ERRNO`).
const MOST_ERROR: i64 = 4095;

/// A calling convention that a stub may use.
pub trait Abi {
    /// Its table.
    const CONVENTION: &'static Convention;
}

/// [`convention::KVM`].
#[derive(Clone, Copy, Debug)]
pub struct Kvm;

/// [`convention::PARA_2007`].
#[derive(Clone, Copy, Debug)]
pub struct Para2007;

/// [`convention::XEN`].
#[derive(Clone, Copy, Debug)]
pub struct Xen;

impl Abi for Kvm {
    const CONVENTION: &'static Convention = &convention::KVM;
}

impl Abi for Para2007 {
    const CONVENTION: &'static Convention = &convention::PARA_2007;
}

impl Abi for Xen {
    const CONVENTION: &'static Convention = &convention::XEN;
}

/// A call that failed.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    /// The result register, sign-extended: -1000 where KVM knows no such call.
    pub code: i64,
    errors: &'static Encoding,
}

impl Failed {
    /// The error the code stands for in the call's interface; the first, where it stands for several, and
    /// `None` for a code the interface does not have.
    pub fn error(&self) -> Option<Error> {
        self.errors.explain(self.code).map(|code| code.error)
    }
}

impl PartialEq for Failed {
    fn eq(&self, other: &Failed) -> bool {
        self.code == other.code && self.errors.name == other.errors.name
    }
}

impl Eq for Failed {}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.errors.explain(self.code) {
            Some(code) => write!(f, "{} ({}, {})", code.error, code.symbol, self.code),
            None => write!(f, "error {}", self.code),
        }
    }
}

impl core::error::Error for Failed {}

/// The mode of the target; a convention with one mode has that for every guest.
const fn mode(convention: &'static Convention) -> &'static Mode {
    let mut i = 0;
    while i < convention.modes.len() {
        if convention.modes[i].width as u8 == WIDTH as u8 {
            return &convention.modes[i];
        }
        i += 1;
    }
    &convention.modes[0]
}

/// The number of a call on the wire; a compile error where the convention cannot carry the call by a
/// transport that takes the registers `taken`.
const fn number(definition: &Definition, convention: &'static Convention, taken: &[usize]) -> u64 {
    let mode = mode(convention);
    let (wide, narrow) = definition.slots();
    let needed = if matches!(WIDTH, Width::Bits64) { wide } else { narrow };
    assert!(
        needed <= mode.arguments.len(),
        "the call takes more arguments than the convention has registers"
    );
    let mut i = 0;
    while i < taken.len() {
        let mut j = 0;
        while j < mode.arguments.len() {
            assert!(
                mode.arguments[j].index != taken[i],
                "the transport takes a register that is an argument's in this convention"
            );
            j += 1;
        }
        i += 1;
    }
    match definition.interface.wire(convention.numbering, definition.number) {
        Some(number) => number,
        None => panic!("the call's interface has no numbers on x86"),
    }
}

/// A call that a guest can make. Every [`Hypercall`] is one; a call that the convention or the transport
/// cannot carry does not compile.
///
/// ```no_run
/// use hypercall_arch_x86::guest::{Issue, Port};
/// use hypercall_core::prelude::*;
///
/// /// Wakes a halted vCPU.
/// #[derive(Hypercall)]
/// #[hypercall(number = 5, name = "KVM_HC_KICK_CPU", interface = kvm, arch(x86), status = active)]
/// struct KickCpu {
///     /// Reserved.
///     flags: u64,
///     /// The vCPU's.
///     apic_id: u32,
/// }
///
/// // SAFETY: the call names no memory.
/// let result = unsafe { KickCpu { flags: 0, apic_id: 1 }.issue(&Port::<0x48>) };
/// if let Err(failed) = result {
///     assert_eq!(failed.error(), Some(Error::Unknown));
/// }
/// ```
///
/// Five arguments are more than KVM's convention has registers:
///
/// ```compile_fail
/// use hypercall_arch_x86::guest::{Issue, Vmcall};
/// use hypercall_core::prelude::*;
///
/// /// Too much.
/// #[derive(Hypercall)]
/// #[hypercall(number = 99, name = "T_FIVE", interface = vendor, arch(x86), status = active)]
/// struct Five { /** a */ a: u64, /** b */ b: u64, /** c */ c: u64, /** d */ d: u64, /** e */ e: u64 }
///
/// // SAFETY: it does not compile.
/// let never = unsafe { Five { a: 1, b: 2, c: 3, d: 4, e: 5 }.issue(&Vmcall) };
/// ```
pub trait Issue: Hypercall {
    /// Makes the call in KVM's convention: its value, or how it failed.
    ///
    /// # Safety
    /// The transport must be one that this VM has, and the caller privileged to use it: the instruction
    /// faults otherwise. The host may read and write whatever memory the arguments name: it must be memory
    /// that this program allows to be read and written so while the call lasts, and as long after as the
    /// call says.
    #[inline]
    unsafe fn issue<T: Transport>(&self, transport: &T) -> Result<u64, Failed> {
        // SAFETY: the caller's promise is the same.
        unsafe { self.issue_as(&Kvm, transport) }
    }

    /// Makes the call in another convention.
    ///
    /// # Safety
    /// As [`issue`](Self::issue); the VM takes calls in this convention by this transport.
    #[inline]
    unsafe fn issue_as<A: Abi, T: Transport>(&self, _abi: &A, transport: &T) -> Result<u64, Failed> {
        let number = const { number(Self::DEFINITION, A::CONVENTION, T::TAKEN) };
        let mode = const { mode(A::CONVENTION) };
        let mut arguments = [0; MAX_ARGUMENTS];
        self.encode(&mut SlotsMut::new(&mut arguments, WIDTH));
        let mut image = X86Registers::default();
        mode.load(&mut image, number, &arguments);
        // SAFETY: the image is a call's; the rest is the caller's promise.
        let result = unsafe { transport.trap(&image) };
        let errors = Self::DEFINITION.interface.errors.unwrap_or(A::CONVENTION.errors);
        decode(result, WIDTH, errors)
    }

    /// The call as an entry of a [`multicall()`] in KVM's convention.
    #[inline]
    fn entry(&self) -> CallEntry {
        self.entry_as(&Kvm)
    }

    /// The same, in another convention.
    #[inline]
    fn entry_as<A: Abi>(&self, _abi: &A) -> CallEntry {
        let number = const { number(Self::DEFINITION, A::CONVENTION, &[]) };
        let mut arguments = [0; MAX_ARGUMENTS];
        self.encode(&mut SlotsMut::new(&mut arguments, WIDTH));
        CallEntry::new(number, &arguments)
    }
}

impl<C: Hypercall> Issue for C {}

/// A result register as value or error.
fn decode(result: u64, width: Width, errors: &'static Encoding) -> Result<u64, Failed> {
    let code = match width {
        Width::Bits64 => result as i64,
        Width::Bits32 => i64::from(result as u32 as i32),
    };
    if (-MOST_ERROR..0).contains(&code) { Err(Failed { code, errors }) } else { Ok(width.mask(result)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hypercall_core::encoding;

    #[test]
    fn results_are_values_or_errors_of_the_interface() {
        let decode = |result, width| decode(result, width, &encoding::KVM_X86);
        let error = |result: u64, width| decode(result, width).map_err(|f| (f.code, f.error()));
        assert_eq!(error(0, Width::Bits64), Ok(0));
        assert_eq!(error(0xffff_fc18, Width::Bits64), Ok(0xffff_fc18));
        assert_eq!(error(0xffff_fc18, Width::Bits32), Err((-1000, Some(Error::Unknown))));
        assert_eq!(error(-1000_i64 as u64, Width::Bits64), Err((-1000, Some(Error::Unknown))));
        assert_eq!(error(-4095_i64 as u64, Width::Bits64), Err((-4095, None)));
        assert_eq!(error(-4096_i64 as u64, Width::Bits64), Ok(0xffff_ffff_ffff_f000));
        assert_eq!(
            decode(-22_i64 as u64, Width::Bits64).unwrap_err().to_string(),
            "invalid argument (-KVM_EINVAL, -22)"
        );
    }
}
