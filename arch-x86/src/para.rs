//! The MSR-based hypercall API of January 2007: `kvm_vcpu_para_state`, and what the host does with it.
//!
//! A guest probes with RDMSR of [`MSR`], fills in a page as [`ParaState`] and registers it with WRMSR, on each
//! vCPU. The host writes the trapping instruction of the VM's processor where the page's `hypercall_gpa`
//! points, and the guest calls there, in [`convention::PARA_2007`].
//!
//! The header ("KVM: add MSR based hypercall API", Linux 2.6.21 `include/linux/kvm_para.h`) leaves open what
//! the host does about bad pages; that is as Linux 2.6.21 does it (`drivers/kvm/kvm_main.c`,
//! `vcpu_register_para`), with one check more: the instruction does not cross a page's end.
//!
//! | what the guest registers | the guest sees |
//! |---|---|
//! | an address that is not page aligned, or not memory | #GP; nothing is written |
//! | `guest_version` over [`API_VERSION`] | `host_version`; `ret` = -[`EINVAL`] |
//! | `hypercall_gpa` that is not memory, or whose four bytes cross a page's end | the same |
//! | any other page | `host_version`; four bytes at `hypercall_gpa`; `ret` = 0 |
//!
//! The host writes nothing else, looks at no other field (`size` may be anything), and after the
//! registration never looks at the page again: a guest may use its memory for something else.

mod state;
mod vcpu;

pub use state::{API_VERSION, EINVAL, MSR, PAGE_SIZE, ParaState};
pub use vcpu::{ParaMsr, ParaVcpu, Registration};

use crate::convention::{self, VMCALL, VMMCALL};
use crate::entry;
use hypercall_core::{Dispatcher, EntryPoint};

/// Bytes the host writes at `hypercall_gpa`: the instruction, `ret`, and zeros.
pub const SEQUENCE_LENGTH: usize = 4;

/// `out imm8, al`.
const OUT: u8 = 0xe6;
/// `ret`.
const RET: u8 = 0xc3;

/// Whose instruction a VM's processor executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Processor {
    /// `vmcall`: Intel's, and those with Intel's VMX.
    Intel,
    /// `vmmcall`: AMD's, and those with AMD's SVM.
    Amd,
}

impl Processor {
    /// By EBX, EDX and ECX of CPUID leaf 0, in this order; `None` for a vendor unknown here.
    ///
    /// ```
    /// use hypercall_arch_x86::para::Processor;
    /// assert_eq!(Processor::by_name(b"AuthenticAMD"), Some(Processor::Amd));
    /// ```
    pub fn by_name(name: &[u8; 12]) -> Option<Processor> {
        match name {
            b"GenuineIntel" | b"CentaurHauls" | b"  Shanghai  " => Some(Processor::Intel),
            b"AuthenticAMD" | b"HygonGenuine" => Some(Processor::Amd),
            _ => None,
        }
    }
}

/// Why a VM cannot offer the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParaError {
    /// An entry point that the dispatcher has not.
    #[error("the dispatcher has no entry point {0}; bind it with Builder::entry")]
    NotBound(EntryPoint),
    /// An entry point that takes calls in another convention.
    #[error(
        "the entry point {point} takes calls in the convention {convention}, and guests of the 2007 API make them in para-2007"
    )]
    Convention {
        /// The entry point.
        point: EntryPoint,
        /// Its convention.
        convention: &'static str,
    },
    /// An entry point whose instruction does not fit.
    #[error(
        "the 2007 API patches four bytes into the guest, and a call by {0} is no four bytes with its return; use a port doorbell or KVM_EXIT_XEN"
    )]
    TooLong(EntryPoint),
}

/// The API as one VM offers it: what its guests' call site is patched to.
///
/// ```
/// use hypercall_arch_x86::para::{Para, ParaError, Processor};
/// use hypercall_arch_x86::{convention, entry};
/// use hypercall_core::{interface, prelude::*};
///
/// let dispatcher = Dispatcher::<()>::builder(Arch::X86)
///     .entry(entry::port(0x48), &convention::PARA_2007, &interface::VENDOR)
///     .build()?;
/// let para = Para::new(&dispatcher, entry::port(0x48), Processor::Amd).unwrap();
/// assert_eq!(para.sequence(), [0xe6, 0x48, 0xc3, 0x00]); // out 0x48, al; ret
/// # Ok::<(), hypercall_core::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Para {
    sequence: [u8; SEQUENCE_LENGTH],
}

impl Para {
    /// The API over an entry point of the VM: [`entry::EXIT_XEN`], with the instruction of its processor, or
    /// a port doorbell.
    ///
    /// # Errors
    /// [`ParaError`]: an entry point that is not bound to [`convention::PARA_2007`], or one whose instruction
    /// and return are no four bytes, as an MMIO doorbell's, or that does not carry every number.
    pub fn new<Vm>(
        dispatcher: &Dispatcher<Vm>,
        point: EntryPoint,
        processor: Processor,
    ) -> Result<Para, ParaError> {
        let id = dispatcher.entry(point).ok_or(ParaError::NotBound(point))?;
        let convention = dispatcher.convention(id).name;
        if convention != convention::PARA_2007.name {
            return Err(ParaError::Convention { point, convention });
        }
        let instruction = match processor {
            Processor::Intel => VMCALL.bytes,
            Processor::Amd => VMMCALL.bytes,
        };
        let port;
        let instruction = match (point, u8::try_from(point.address)) {
            (entry::EXIT_XEN, _) => instruction,
            (EntryPoint { transport: entry::PIO, .. }, Ok(number)) => {
                port = [OUT, number];
                &port
            }
            _ => return Err(ParaError::TooLong(point)),
        };
        let mut sequence = [0; SEQUENCE_LENGTH];
        for (to, from) in sequence.iter_mut().zip(instruction.iter().chain(&[RET])) {
            *to = *from;
        }
        Ok(Para { sequence })
    }

    /// What the host writes at `hypercall_gpa`.
    pub fn sequence(&self) -> [u8; SEQUENCE_LENGTH] {
        self.sequence
    }
}

#[cfg(test)]
mod tests;
