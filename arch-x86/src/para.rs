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
use crate::cpuid::Leaf;
use crate::entry;
use hypercall_core::{Dispatcher, EntryPoint};

/// Bytes the host writes at `hypercall_gpa`: the instruction, `ret`, and zeros to the fourth.
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
    /// By CPUID leaf 0, whose EBX, EDX and ECX name the vendor; `None` for one that has no KVM.
    ///
    /// ```
    /// use hypercall_arch_x86::para::Processor;
    /// // "Auth" "enti" "cAMD"
    /// assert_eq!(Processor::of([0x10, 0x6874_7541, 0x444d_4163, 0x6974_6e65]), Some(Processor::Amd));
    /// ```
    pub fn of(leaf: Leaf) -> Option<Processor> {
        let [_, b, c, d] = leaf;
        let mut name = [0; 12];
        for (to, word) in name.chunks_exact_mut(4).zip([b, d, c]) {
            to.copy_from_slice(&word.to_le_bytes());
        }
        match &name {
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
    /// An entry point over which the API cannot be offered.
    #[error("the 2007 API cannot be offered over {point}: {reason}; use a port doorbell or KVM_EXIT_XEN")]
    Unfit {
        /// The entry point.
        point: EntryPoint,
        /// Why not.
        reason: &'static str,
    },
}

/// What the host writes at `hypercall_gpa` for calls that come in at `point`: `vmcall; ret` or `vmmcall; ret`
/// by processor for [`entry::EXIT_XEN`], `out imm8, al; ret` and a zero for a port doorbell.
///
/// # Errors
/// [`ParaError::Unfit`] for any other entry point: an MMIO doorbell's store takes seven bytes, and
/// KVM_EXIT_HYPERCALL carries one number.
pub fn sequence(point: EntryPoint, processor: Processor) -> Result<[u8; SEQUENCE_LENGTH], ParaError> {
    let unfit = |reason| Err(ParaError::Unfit { point, reason });
    match point {
        entry::EXIT_XEN => {
            let instruction = match processor {
                Processor::Intel => VMCALL.bytes,
                Processor::Amd => VMMCALL.bytes,
            };
            let mut sequence = [RET; SEQUENCE_LENGTH];
            sequence[..SEQUENCE_LENGTH - 1].copy_from_slice(instruction);
            Ok(sequence)
        }
        EntryPoint { transport: entry::PIO, address } => match u8::try_from(address) {
            Ok(port) => Ok([OUT, port, RET, 0]),
            Err(_) => unfit("`out imm8, al` reaches the ports to 0xff"),
        },
        EntryPoint { transport: entry::MMIO, .. } => {
            unfit("the guest has four bytes for the instruction and its return, and a store takes seven")
        }
        entry::EXIT_HYPERCALL => unfit("KVM hands out number 12 only"),
        _ => unfit("its instruction is not known"),
    }
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
    /// The API over an entry point of the VM: [`entry::EXIT_XEN`] or a port doorbell.
    ///
    /// # Errors
    /// [`ParaError`]: an entry point that is not bound to [`convention::PARA_2007`], or one for which there is
    /// no [`sequence`].
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
        Ok(Para { sequence: sequence(point, processor)? })
    }

    /// What the host writes at `hypercall_gpa`.
    pub fn sequence(&self) -> [u8; SEQUENCE_LENGTH] {
        self.sequence
    }
}

#[cfg(test)]
mod tests;
