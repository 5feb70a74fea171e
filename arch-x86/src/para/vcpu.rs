//! The registration of one vCPU.

use super::{API_VERSION, EINVAL, MSR, PAGE_SIZE, Para, ParaState, SEQUENCE_LENGTH};
use crate::msr::{GeneralProtection, Msrs};
use core::mem::offset_of;
use hypercall_core::Endian;
use hypercall_core::memory::{GuestMemory, GuestMemoryExt, MemoryError};

/// What a guest registered, as it was then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Guest-physical address of the page.
    pub gpa: u64,
    /// The version the guest speaks.
    pub guest_version: u32,
    /// Where the instruction is.
    pub hypercall_gpa: u64,
}

/// A vCPU of a VM that offers the API. Owned by the thread that runs it.
///
/// ```
/// # use hypercall_arch_x86::{convention, entry};
/// # use hypercall_core::{interface, prelude::*};
/// use hypercall_arch_x86::para::{MSR, Para, ParaVcpu, Processor};
/// use hypercall_arch_x86::msr::Msrs;
/// use hypercall_core::{Endian, memory::{FlatMemory, GuestMemoryExt}};
///
/// # let dispatcher = Dispatcher::<()>::builder(Arch::X86)
/// #     .entry(entry::port(0x48), &convention::PARA_2007, &interface::VENDOR)
/// #     .build()?;
/// let mut vcpu = ParaVcpu::new(Para::new(&dispatcher, entry::port(0x48), Processor::Intel).unwrap());
/// let memory = FlatMemory::new(0, 0x3000);
/// memory.write_value(0x1000, 1_u32, Endian::Little).unwrap(); // guest_version
/// memory.write_value(0x1010, 0x2000_u64, Endian::Little).unwrap(); // hypercall_gpa
/// vcpu.msr(&memory).write(MSR, 0x1000).unwrap();
/// assert_eq!(memory.read_value::<u32>(0x100c, Endian::Little), Ok(0)); // ret
/// assert_eq!(vcpu.msr(&memory).read(MSR), Ok(0x1000));
/// # Ok::<(), hypercall_core::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ParaVcpu {
    para: Para,
    registration: Option<Registration>,
}

impl ParaVcpu {
    /// A vCPU that has registered nothing, as after a reset.
    pub fn new(para: Para) -> ParaVcpu {
        ParaVcpu { para, registration: None }
    }

    /// What the guest registered last on this vCPU.
    pub fn registration(&self) -> Option<Registration> {
        self.registration
    }

    /// The vCPU's register [`MSR`], over the memory of its guest.
    pub fn msr<'a, M: GuestMemory + ?Sized>(&'a mut self, memory: &'a M) -> ParaMsr<'a, M> {
        ParaMsr { vcpu: self, memory }
    }
}

/// The register [`MSR`] of one vCPU: RDMSR gives the address of the page registered last, 0 before, and WRMSR
/// registers the page at the address written. A denied registration leaves an earlier one as it was.
#[derive(Debug)]
pub struct ParaMsr<'a, M: GuestMemory + ?Sized> {
    vcpu: &'a mut ParaVcpu,
    memory: &'a M,
}

impl<M: GuestMemory + ?Sized> Msrs for ParaMsr<'_, M> {
    fn read(&mut self, index: u32) -> Result<u64, GeneralProtection> {
        if index != MSR {
            return Err(GeneralProtection);
        }
        Ok(self.vcpu.registration.map_or(0, |r| r.gpa))
    }

    fn write(&mut self, index: u32, value: u64) -> Result<(), GeneralProtection> {
        if index != MSR || !value.is_multiple_of(PAGE_SIZE) || !self.memory.contains(value, PAGE_SIZE) {
            return Err(GeneralProtection);
        }
        let accepted = register(self.memory, value, &self.vcpu.para).map_err(|_| GeneralProtection)?;
        if accepted.is_some() {
            self.vcpu.registration = accepted;
        }
        tracing::trace!(gpa = value, accepted = accepted.is_some(), "a page of the 2007 API");
        Ok(())
    }
}

/// Serves a page that is all memory: what was registered, or `None` where the guest is told that it is denied.
///
/// Each field is read once, for another vCPU may write to the page meanwhile.
fn register(
    memory: &(impl GuestMemory + ?Sized),
    gpa: u64,
    para: &Para,
) -> Result<Option<Registration>, MemoryError> {
    // The address is that of a page, so these do not wrap.
    let field = |offset: usize| gpa + offset as u64;
    let little = Endian::Little;
    memory.write_value(field(offset_of!(ParaState, host_version)), API_VERSION, little)?;
    let guest_version = memory.read_value::<u32>(field(offset_of!(ParaState, guest_version)), little)?;
    let hypercall_gpa = memory.read_value::<u64>(field(offset_of!(ParaState, hypercall_gpa)), little)?;
    let inside_a_page = hypercall_gpa % PAGE_SIZE <= PAGE_SIZE - SEQUENCE_LENGTH as u64;
    let accepted = guest_version <= API_VERSION
        && inside_a_page
        && memory.contains(hypercall_gpa, SEQUENCE_LENGTH as u64)
        && memory.write(hypercall_gpa, &para.sequence()).is_ok();
    let ret = if accepted { 0 } else { -EINVAL };
    memory.write_value(field(offset_of!(ParaState, ret)), ret, little)?;
    Ok(accepted.then_some(Registration { gpa, guest_version, hypercall_gpa }))
}
