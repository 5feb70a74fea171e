//! Xen's hypercall page: by the kernel where it can, in user space where it cannot.

use super::error::KvmError;
use super::msr;
use crate::xen::{KvmXenHvmConfig, Xen};
use kvm_bindings::{KVM_CAP_XEN_HVM, KVM_XEN_HVM_CONFIG_HYPERCALL_MSR};
use kvm_ioctls::{VcpuFd, VmFd};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use vmm_sys_util::ioctl::ioctl_with_ref;

/// The request that `kvm-ioctls` lacks (Linux `include/uapi/linux/kvm.h`).
pub(super) mod request {
    vmm_sys_util::ioctl_iow_nr!(KVM_XEN_HVM_CONFIG, kvm_bindings::KVMIO, 0x7a, crate::xen::KvmXenHvmConfig);
}

/// EFER.LMA: long mode is active (AMD64 APM volume 2, EFER).
const EFER_LMA: u64 = 1 << 10;

/// Who answers a guest that writes to Xen's MSR.
#[derive(Debug)]
#[must_use]
pub enum Offer {
    /// The kernel; there is no exit.
    Kernel(InKernel),
    /// The VMM: it answers the [`MsrExit`](msr::MsrExit)s of [`Xen::index`] with [`Xen::msr`], in the mode
    /// that [`in_long_mode`] tells.
    UserSpace(Xen),
}

impl Offer {
    /// What is offered.
    pub fn xen(&self) -> &Xen {
        match self {
            Offer::Kernel(kernel) => &kernel.xen,
            Offer::UserSpace(xen) => xen,
        }
    }
}

/// Offers Xen's hypercall page to a VM: by the kernel where it has KVM_CAP_XEN_HVM, through the VM's MSR filter
/// where it has not. `others` are the MSRs that the VMM serves besides; with any of them the filter is set in
/// either case, in place of an earlier one.
///
/// # Errors
/// [`KvmError::Missing`] where KVM has neither this nor an MSR filter, [`KvmError::Ioctl`] when it refuses.
pub fn offer(vm: &VmFd, xen: Xen, others: &[u32]) -> Result<Offer, KvmError> {
    if can(vm) {
        if !others.is_empty() {
            msr::enable(vm, others)?;
        }
        return InKernel::new(vm, xen).map(Offer::Kernel);
    }
    in_user_space(vm, xen, others)
}

/// As [`offer`], in user space also where the kernel can.
///
/// # Errors
/// As [`offer`].
pub fn in_user_space(vm: &VmFd, xen: Xen, others: &[u32]) -> Result<Offer, KvmError> {
    msr::enable(vm, &[&[xen.index()], others].concat())?;
    Ok(Offer::UserSpace(xen))
}

/// Whether the kernel copies the page itself.
fn can(vm: &VmFd) -> bool {
    vm.check_extension_raw(KVM_CAP_XEN_HVM.into()) & KVM_XEN_HVM_CONFIG_HYPERCALL_MSR as i32 != 0
}

/// Whether a vCPU is in long mode, 64-bit code or not: then Xen's 64-bit blob is its.
///
/// # Errors
/// [`KvmError::Ioctl`] when KVM_GET_SREGS fails.
pub fn in_long_mode(vcpu: &VcpuFd) -> Result<bool, KvmError> {
    let sregs = vcpu.get_sregs().map_err(KvmError::ioctl("KVM_GET_SREGS"))?;
    Ok(sregs.efer & EFER_LMA != 0)
}

/// Xen's hypercall page as the kernel serves it (KVM_XEN_HVM_CONFIG).
///
/// The kernel reads the blobs from this process whenever a guest writes to the MSR. So they live as long as
/// this does, and dropping it takes the configuration back first. Drop it when the VM's vCPUs run no more: a
/// write that is under way then may still be copying. A VM has one at a time.
#[derive(Debug)]
pub struct InKernel {
    vm: OwnedFd,
    xen: Arc<Xen>,
}

impl InKernel {
    /// Hands `xen` to the kernel, in place of an earlier configuration.
    ///
    /// # Errors
    /// [`KvmError::Missing`] where KVM has no KVM_CAP_XEN_HVM, [`KvmError::Ioctl`] when it refuses,
    /// [`KvmError::System`] when the process has no descriptor left.
    pub fn new(vm: &VmFd, xen: Xen) -> Result<InKernel, KvmError> {
        if !can(vm) {
            let purpose = "Xen's hypercall page by the kernel";
            let number = KVM_CAP_XEN_HVM.into();
            return Err(KvmError::Missing { name: "KVM_CAP_XEN_HVM", number, purpose });
        }
        // SAFETY: the descriptor is open while `vm` is borrowed.
        let borrowed = unsafe { BorrowedFd::borrow_raw(vm.as_raw_fd()) };
        let vm = borrowed.try_clone_to_owned().map_err(|source| KvmError::System {
            call: "dup",
            source,
            remedy: "raise the limit on open files (ulimit -n)",
        })?;
        // From here on a failure, too, takes the configuration back before the blobs go.
        let kernel = InKernel { vm, xen: Arc::new(xen) };
        kernel.configure(&kernel.xen.config())?;
        Ok(kernel)
    }

    fn configure(&self, config: &KvmXenHvmConfig) -> Result<(), KvmError> {
        // SAFETY: the descriptor is a VM's, and KVM_XEN_HVM_CONFIG reads the 56 bytes of `config`. The blobs
        // it names are `self.xen`'s, which `drop` keeps until the kernel has forgotten them, and are only read.
        match unsafe { ioctl_with_ref(&self.vm, request::KVM_XEN_HVM_CONFIG(), config) } {
            0 => Ok(()),
            _ => Err(KvmError::ioctl_with(
                "KVM_XEN_HVM_CONFIG",
                "newer kernels take an MSR from 0x40000000 to 0x4fffffff only",
            )(kvm_ioctls::Error::last())),
        }
    }
}

impl Drop for InKernel {
    fn drop(&mut self) {
        if let Err(error) = self.configure(&KvmXenHvmConfig::default()) {
            tracing::error!(%error, "the kernel keeps Xen's blobs; they are not freed");
            std::mem::forget(Arc::clone(&self.xen));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kvm_bindings::kvm_xen_hvm_config;
    use std::mem::{align_of, offset_of, size_of};

    #[test]
    fn the_structure_is_the_kernels() {
        assert_eq!(size_of::<KvmXenHvmConfig>(), size_of::<kvm_xen_hvm_config>());
        assert_eq!(align_of::<KvmXenHvmConfig>(), align_of::<kvm_xen_hvm_config>());
        macro_rules! same {
            ($($field:ident),*) => {
                $(assert_eq!(offset_of!(KvmXenHvmConfig, $field), offset_of!(kvm_xen_hvm_config, $field));)*
            };
        }
        same!(flags, msr, blob_addr_32, blob_addr_64, blob_size_32, blob_size_64, pad2);
    }

    /// `_IOW(0xae, 0x7a, struct kvm_xen_hvm_config)`: 1 << 30 | 56 << 16 | 0xae << 8 | 0x7a.
    #[test]
    fn the_request_is_the_kernels() {
        assert_eq!(request::KVM_XEN_HVM_CONFIG(), 0x4038_ae7a);
    }
}
