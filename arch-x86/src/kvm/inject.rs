//! Interrupts and exceptions for the guest.

use super::error::KvmError;
use hypercall_core::Fault;
use kvm_bindings::kvm_interrupt;
use kvm_ioctls::VcpuFd;
use vmm_sys_util::ioctl::ioctl_with_ref;

/// The request that `kvm-ioctls` lacks (Linux `include/uapi/linux/kvm.h`).
mod request {
    vmm_sys_util::ioctl_iow_nr!(KVM_INTERRUPT, kvm_bindings::KVMIO, 0x86, kvm_bindings::kvm_interrupt);
}

/// Queues an external interrupt, for VMs without an interrupt controller in the kernel (KVM_INTERRUPT).
///
/// The guest takes it in the next KVM_RUN. KVM does not look whether it can: call this only when `kvm_run`
/// has `ready_for_interrupt_injection` set, and once before a KVM_RUN; a second one overwrites the first.
///
/// # Errors
/// [`KvmError::Ioctl`] with ENXIO when the VM has an interrupt controller in the kernel.
pub fn interrupt(vcpu: &VcpuFd, vector: u8) -> Result<(), KvmError> {
    let argument = kvm_interrupt { irq: vector.into() };
    // SAFETY: the descriptor is a vCPU's and KVM_INTERRUPT reads the four bytes of `kvm_interrupt` only.
    match unsafe { ioctl_with_ref(vcpu, request::KVM_INTERRUPT(), &argument) } {
        0 => Ok(()),
        _ => Err(KvmError::ioctl_with(
            "KVM_INTERRUPT",
            "a VM with an interrupt controller in the kernel takes interrupts by KVM_SIGNAL_MSI or KVM_IRQ_LINE",
        )(kvm_ioctls::Error::last())),
    }
}

/// Has the guest take an exception at its present RIP in the next KVM_RUN (KVM_SET_VCPU_EVENTS).
///
/// The last exit must be complete: see [`complete`](super::adapter::complete). CR2 is not changed.
///
/// # Errors
/// [`KvmError::Ioctl`], with EINVAL for a vector that is no exception (over 31, or 2).
pub fn exception(vcpu: &VcpuFd, fault: Fault) -> Result<(), KvmError> {
    let mut events = vcpu.get_vcpu_events().map_err(KvmError::ioctl("KVM_GET_VCPU_EVENTS"))?;
    // A vector over 255 is as much no exception as 255, which KVM refuses.
    events.exception.nr = u8::try_from(fault.code).unwrap_or(u8::MAX);
    events.exception.injected = 1;
    events.exception.pending = 0;
    events.exception.has_error_code = fault.error_code.is_some().into();
    events.exception.error_code = fault.error_code.unwrap_or(0);
    vcpu.set_vcpu_events(&events).map_err(KvmError::ioctl_with(
        "KVM_SET_VCPU_EVENTS",
        "a handler's fault is an exception vector: 0 to 31, and not 2",
    ))
}
