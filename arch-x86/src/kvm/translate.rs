//! Linear addresses of a vCPU's guest, by KVM_TRANSLATE.
//!
//! KVM_TRANSLATE walks the tables of the vCPU as the kernel of the guest and says where an address is. Whether the
//! page may be written, and by whom, it does not look at: `writeable` is always 1 and `usermode` 0 (Linux
//! `arch/x86/kvm/x86.c`, `kvm_arch_vcpu_ioctl_translate`). So where an access needs more than a kernel's read,
//! the [tables](crate::paging) are read once more for that. Neither does it look whether an address is one in the
//! vCPU's mode; that is done here.
//!
//! A call without a pointer costs nothing of this. One with a pointer costs two ioctls a page.

use super::error::KvmError;
use crate::paging::{Access, Paging};
use hypercall_core::Error;
use hypercall_core::arch::Privilege;
use hypercall_core::memory::GuestMemory;
use kvm_bindings::{kvm_sregs, kvm_translation};
use kvm_ioctls::VcpuFd;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use vmm_sys_util::ioctl::ioctl_with_mut_ref;

/// The requests, which `kvm-ioctls` has for a `VcpuFd` only (Linux `include/uapi/linux/kvm.h`).
mod request {
    use kvm_bindings::{KVMIO, kvm_sregs, kvm_translation};
    vmm_sys_util::ioctl_ior_nr!(KVM_GET_SREGS, KVMIO, 0x83, kvm_sregs);
    vmm_sys_util::ioctl_iowr_nr!(KVM_TRANSLATE, KVMIO, 0x85, kvm_translation);
}

/// Translates for the handlers of one vCPU, through a descriptor of its own: they have the VM, and the vCPU's
/// `VcpuFd` is its loop's.
///
/// Its place is in the VM, behind the service that handlers ask. It is for the thread that runs the vCPU, during
/// a call; another thread would wait until the vCPU's KVM_RUN returns.
#[derive(Debug)]
pub struct Translator {
    vcpu: OwnedFd,
}

impl Translator {
    /// One for this vCPU, which stays open as long.
    ///
    /// # Errors
    /// [`KvmError::System`] when the process has no descriptor left.
    pub fn new(vcpu: &VcpuFd) -> Result<Translator, KvmError> {
        // SAFETY: the descriptor is open while `vcpu` is borrowed.
        let borrowed = unsafe { BorrowedFd::borrow_raw(vcpu.as_raw_fd()) };
        let vcpu = borrowed.try_clone_to_owned().map_err(|source| KvmError::System {
            call: "dup",
            source,
            remedy: "raise the limit on open files (ulimit -n)",
        })?;
        Ok(Translator { vcpu })
    }

    /// The guest-physical address of a linear one, as it holds to the end of its page of 4 KiB. `memory` is the
    /// guest's.
    ///
    /// # Errors
    /// [`Error::BadAddress`] where nothing is mapped, the access is not allowed, or it is no linear address.
    pub fn translate(
        &self,
        memory: &(impl GuestMemory + ?Sized),
        linear: u64,
        access: Access,
    ) -> Result<u64, Error> {
        let paging = self.paging()?;
        if !paging.has(linear) {
            return Err(Error::BadAddress);
        }
        let found = self.ask(linear)?;
        let allowed = if access == (Access { privilege: Privilege::Supervisor, write: false }) {
            true
        } else {
            // A guest that changes its tables meanwhile gets one mapping or the other, or neither.
            let mapping = paging.walk(memory, linear);
            found.writeable != 0
                && mapping.is_some_and(|m| m.physical == found.physical_address && paging.allows(m, access))
        };
        if found.valid == 0 || !allowed { Err(Error::BadAddress) } else { Ok(found.physical_address) }
    }

    fn paging(&self) -> Result<Paging, Error> {
        let mut sregs = kvm_sregs::default();
        // SAFETY: the descriptor is a vCPU's, and KVM_GET_SREGS writes a `kvm_sregs`, all integers.
        match unsafe { ioctl_with_mut_ref(&self.vcpu, request::KVM_GET_SREGS(), &mut sregs) } {
            0 => Ok(Paging { cr0: sregs.cr0, cr3: sregs.cr3, cr4: sregs.cr4, efer: sregs.efer }),
            _ => Err(Error::BadAddress),
        }
    }

    fn ask(&self, linear: u64) -> Result<kvm_translation, Error> {
        let mut asked = kvm_translation { linear_address: linear, ..Default::default() };
        // SAFETY: the descriptor is a vCPU's, and KVM_TRANSLATE reads and writes a `kvm_translation`, all integers.
        match unsafe { ioctl_with_mut_ref(&self.vcpu, request::KVM_TRANSLATE(), &mut asked) } {
            0 => Ok(asked),
            _ => Err(Error::BadAddress),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::request;

    /// `_IOR(0xae, 0x83, struct kvm_sregs)` of 312 bytes, `_IOWR(0xae, 0x85, struct kvm_translation)` of 24.
    #[test]
    fn the_requests_are_the_kernels() {
        assert_eq!(request::KVM_GET_SREGS(), 0x8138_ae83);
        assert_eq!(request::KVM_TRANSLATE(), 0xc018_ae85);
    }
}
