//! The doorbell of [rings](hypercall_core::ring) on KVM: an eventfd that the kernel itself signals, so that the
//! vCPU does not come out to user space (Linux `Documentation/virt/kvm/api.rst`, KVM_IOEVENTFD).

use super::error::KvmError;
use hypercall_core::ring::{Bell, Doorbell};
use kvm_ioctls::{IoEventAddress, NoDatamatch, VmFd};
use vmm_sys_util::eventfd::{EFD_CLOEXEC, EventFd};

/// A doorbell that the kernel answers.
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
}

impl EventBell {
    /// Has KVM signal whatever a guest writes to the doorbell's port or address, which must be no other
    /// doorbell's. [`Doorbell::Call`] comes to the VMM as a call, and needs nothing of KVM.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`] when KVM refuses, [`KvmError::System`] when there is no eventfd.
    pub fn new(vm: &VmFd, doorbell: Doorbell) -> Result<EventBell, KvmError> {
        let no_eventfd = |source| KvmError::System {
            call: "eventfd",
            source,
            remedy: "the process may have too many files open (ulimit -n)",
        };
        let event = EventFd::new(EFD_CLOEXEC).map_err(no_eventfd)?;
        let address = match doorbell {
            Doorbell::Call => return Ok(EventBell { event }),
            Doorbell::Port(port) => IoEventAddress::Pio(port.into()),
            Doorbell::Mmio(address) => IoEventAddress::Mmio(address),
        };
        vm.register_ioevent(&event, &address, NoDatamatch).map_err(KvmError::ioctl("KVM_IOEVENTFD"))?;
        Ok(EventBell { event })
    }
}

impl Bell for EventBell {
    fn ring(&self) {
        // It fails where the counter is full: then it was rung already.
        let _ = self.event.write(1);
    }

    fn wait(&self) {
        // A signal interrupts the wait. Whoever waits looks around, and waits again.
        let _ = self.event.read();
    }
}
