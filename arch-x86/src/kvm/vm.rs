//! A VM's file descriptor and its memory, tied together.

use super::error::KvmError;
use kvm_bindings::{KVM_CAP_EXIT_HYPERCALL, kvm_enable_cap, kvm_userspace_memory_region};
use kvm_ioctls::{Kvm, VmFd};
use vm_memory::{GuestAddress, GuestMemoryBackend as _, GuestMemoryMmap};

/// KVM_HC_MAP_GPA_RANGE, the one number that KVM hands out as KVM_EXIT_HYPERCALL.
pub(super) const MAP_GPA_RANGE: u64 = 12;

/// A VM with memory from guest-physical address 0 on, in slot 0.
///
/// The fields are dropped in order: KVM is done with the memory before it is unmapped. vCPUs made from the
/// descriptor hold the VM, so drop them first.
#[derive(Debug)]
pub struct KvmVm {
    fd: VmFd,
    memory: GuestMemoryMmap,
}

impl KvmVm {
    /// A VM with `size` bytes of memory, which is rounded up to whole pages by the kernel.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`] when KVM makes no VM, [`KvmError::System`] when there is no memory for it.
    pub fn new(kvm: &Kvm, size: usize) -> Result<KvmVm, KvmError> {
        let fd = kvm.create_vm().map_err(KvmError::ioctl("KVM_CREATE_VM"))?;
        let no_memory = |error: &dyn std::error::Error| KvmError::System {
            call: "mmap",
            source: std::io::Error::other(error.to_string()),
            remedy: "make room for the guest's memory",
        };
        let memory = GuestMemoryMmap::from_ranges(&[(GuestAddress(0), size)]).map_err(|e| no_memory(&e))?;
        let host = memory.get_host_address(GuestAddress(0)).map_err(|e| no_memory(&e))?;
        let region = kvm_userspace_memory_region {
            memory_size: size as u64,
            userspace_addr: host as u64,
            ..Default::default()
        };
        // SAFETY: the region is exactly `memory`, whose mapping lives as long as `self` and is dropped after
        // the descriptor; no Rust reference into guest memory is ever made.
        unsafe { fd.set_user_memory_region(region) }
            .map_err(KvmError::ioctl("KVM_SET_USER_MEMORY_REGION"))?;
        Ok(KvmVm { fd, memory })
    }

    /// The VM's descriptor.
    pub fn fd(&self) -> &VmFd {
        &self.fd
    }

    /// Its memory.
    pub fn memory(&self) -> &GuestMemoryMmap {
        &self.memory
    }

    /// Has KVM hand out number 12 as KVM_EXIT_HYPERCALL.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`] where KVM cannot. A KVM that can may still never do it:
    /// [`probe`](super::probe) finds out.
    pub fn enable_exit_hypercall(&self) -> Result<(), KvmError> {
        let mut capability = kvm_enable_cap { cap: KVM_CAP_EXIT_HYPERCALL, ..Default::default() };
        capability.args[0] = 1 << MAP_GPA_RANGE;
        self.fd.enable_cap(&capability).map_err(KvmError::ioctl("KVM_ENABLE_CAP"))
    }
}
