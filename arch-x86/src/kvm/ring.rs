//! The doorbell of [rings](hypercall_core::ring) on KVM: an eventfd that the kernel itself signals, so that the
//! vCPU does not come out to user space (Linux `Documentation/virt/kvm/api.rst`, KVM_IOEVENTFD).

use super::error::KvmError;
use hypercall_core::ring::{Bell, Doorbell};
use kvm_bindings::{
    kvm_ioeventfd, kvm_ioeventfd_flag_nr_deassign as DEASSIGN, kvm_ioeventfd_flag_nr_pio as PIO,
};
use kvm_ioctls::VmFd;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use vmm_sys_util::errno;
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EventFd};
use vmm_sys_util::ioctl::ioctl_with_ref;

/// The request, which `kvm-ioctls` has for a `VmFd` only (Linux `include/uapi/linux/kvm.h`).
mod request {
    use kvm_bindings::{KVMIO, kvm_ioeventfd};
    vmm_sys_util::ioctl_iow_nr!(KVM_IOEVENTFD, KVMIO, 0x79, kvm_ioeventfd);
}

/// A doorbell that the kernel answers, until this is dropped. Until then it keeps the VM.
///
/// ```no_run
/// use hypercall_arch_x86::kvm::ring::EventBell;
/// use hypercall_core::ring::{Doorbell, Rings};
/// # use hypercall_arch_x86::kvm::KvmError;
/// use std::sync::Arc;
/// # fn rings(vm: &kvm_ioctls::VmFd) -> Result<Rings, KvmError> {
/// let doorbell = Doorbell::Port(0x4b); // out 0x4b, al
/// let bell = Arc::new(EventBell::new(vm, doorbell)?);
/// Ok(Rings::new(8, doorbell, bell))
/// # }
/// ```
#[derive(Debug)]
pub struct EventBell {
    event: EventFd,
    place: Option<Place>,
}

/// Where KVM looks for a doorbell.
#[derive(Debug)]
struct Place {
    vm: OwnedFd,
    ioeventfd: kvm_ioeventfd,
}

impl EventBell {
    /// Has KVM signal whatever a guest writes to the doorbell's port or address, which must be no other
    /// doorbell's. [`Doorbell::Call`] comes to the VMM as a call, and needs nothing of KVM.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`] when KVM refuses, [`KvmError::System`] when there is no descriptor left.
    pub fn new(vm: &VmFd, doorbell: Doorbell) -> Result<EventBell, KvmError> {
        let none_left = |call| {
            let remedy = "the process may have too many files open (ulimit -n)";
            move |source| KvmError::System { call, source, remedy }
        };
        let event = EventFd::new(EFD_CLOEXEC).map_err(none_left("eventfd"))?;
        let (addr, flags) = match doorbell {
            Doorbell::Call => return Ok(EventBell { event, place: None }),
            Doorbell::Port(port) => (port.into(), 1 << PIO),
            Doorbell::Mmio(address) => (address, 0),
        };
        // SAFETY: the descriptor is open while `vm` is borrowed.
        let vm = unsafe { BorrowedFd::borrow_raw(vm.as_raw_fd()) };
        let vm = vm.try_clone_to_owned().map_err(none_left("dup"))?;
        // A length of 0: a write of any.
        let ioeventfd = kvm_ioeventfd { addr, flags, fd: event.as_raw_fd(), ..Default::default() };
        let place = Place { vm, ioeventfd };
        place.set(0).map_err(KvmError::ioctl("KVM_IOEVENTFD"))?;
        Ok(EventBell { event, place: Some(place) })
    }
}

impl Place {
    fn set(&self, more_flags: u32) -> Result<(), errno::Error> {
        let ioeventfd = kvm_ioeventfd { flags: self.ioeventfd.flags | more_flags, ..self.ioeventfd };
        // SAFETY: the descriptor is a VM's, and KVM_IOEVENTFD reads a `kvm_ioeventfd`.
        match unsafe { ioctl_with_ref(&self.vm, request::KVM_IOEVENTFD(), &ioeventfd) } {
            0 => Ok(()),
            _ => errno::errno_result(),
        }
    }
}

/// KVM looks for the doorbell no more, and there may be another at its place.
impl Drop for EventBell {
    fn drop(&mut self) {
        if let Some(place) = &self.place
            && let Err(error) = place.set(1 << DEASSIGN)
        {
            tracing::warn!("the doorbell of rings stays where it is: KVM_IOEVENTFD: {error}");
        }
    }
}

impl Bell for EventBell {
    fn ring(&self) {
        // It would wait only after nearly 2^64 rings that nobody has waited for.
        let _ = self.event.write(1);
    }

    fn wait(&self) {
        // A signal interrupts the wait. Whoever waits looks around, and waits again.
        let _ = self.event.read();
    }
}

#[cfg(test)]
mod tests {
    use super::request;

    /// `_IOW(0xae, 0x79, struct kvm_ioeventfd)` of 64 bytes.
    #[test]
    fn the_request_is_the_kernels() {
        assert_eq!(request::KVM_IOEVENTFD(), 0x4040_ae79);
    }
}
