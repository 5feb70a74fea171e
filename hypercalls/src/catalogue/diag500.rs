//! The subcodes of DIAG 0x500 on s390, KVM's hypercall there. Documentation: there are no handlers.
//!
//! Sources: Linux `Documentation/virt/kvm/s390/s390-diag.rst`, `arch/s390/kvm/diag.c` and
//! `arch/s390/boot/physmem_info.c`, QEMU `hw/s390x/s390-hypercall.c`. An unknown subcode is a specification
//! interruption; the earliest QEMUs stored -22 in R2.

use hypercall_core::Hypercall;
use hypercall_core::argument::GuestAddress;

/// Told the host of the first virtio transport of s390 that there is work in a queue; early consoles called
/// it without a device. QEMU answers and does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0,
    name = "KVM_S390_VIRTIO_NOTIFY",
    interface = diag500,
    arch(s390),
    status = deprecated,
    result = "0",
    error(Invalid, "QEMU: the address is not in guest memory"),
    introduced("unknown", "Linux's first virtio transport for s390; commit unknown"),
    deprecated("unknown", "unknown; the transport is gone from Linux and QEMU")
)]
pub struct VirtioNotify {
    /// Guest-physical address of the queue.
    pub address: GuestAddress,
}

/// Reset a device of the first virtio transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 1,
    name = "KVM_S390_VIRTIO_RESET",
    interface = diag500,
    arch(s390),
    status = obsolete,
    result = "none: QEMU has no handler",
    error(Unknown, "always, in QEMU 10.0"),
    introduced("unknown", "Linux's first virtio transport for s390; commit unknown"),
    removed("unknown", "unknown; QEMU hw/s390x/s390-hypercall.c has no handler")
)]
pub struct VirtioReset {
    /// Guest-physical address of the device's page.
    pub device: GuestAddress,
}

/// Told the host of a device's new status in the first virtio transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 2,
    name = "KVM_S390_VIRTIO_SET_STATUS",
    interface = diag500,
    arch(s390),
    status = obsolete,
    result = "none: QEMU has no handler",
    error(Unknown, "always, in QEMU 10.0"),
    introduced("unknown", "Linux's first virtio transport for s390; commit unknown"),
    removed("unknown", "unknown; QEMU hw/s390x/s390-hypercall.c has no handler")
)]
pub struct VirtioSetStatus {
    /// Guest-physical address of the device's page.
    pub device: GuestAddress,
}

/// Tells the host that there is work in a queue of a virtio-ccw device.
///
/// Linux serves it in the kernel where an ioeventfd is there for subchannel and queue, and compares the
/// whole of R3 then; user space serves the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 3,
    name = "KVM_S390_VIRTIO_CCW_NOTIFY",
    interface = diag500,
    arch(s390),
    status = active,
    result = "from the kernel: a cookie for the next call, not negative; from QEMU: 0",
    error(Invalid, "no such subchannel, or no such queue"),
    introduced("unknown", "the virtio-ccw transport of Linux and QEMU; commit unknown")
)]
pub struct VirtioCcwNotify {
    /// Subchannel-identification word.
    pub subchannel: u64,
    /// Queue in bits 15:0; with VIRTIO_F_NOTIFICATION_DATA bits 31:16 hold the available index.
    pub queue: u64,
    /// The cookie of the last call for this queue, a hint; any value at first.
    pub cookie: u64,
}

/// Asks for the last address that memory may have, devices that add memory later included.
///
/// Linux sets R2 to zero, makes the call, goes on after a program interruption too, and takes a zero for
/// "not supported": the result is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 4,
    name = "DIAG500_SC_STOR_LIMIT",
    interface = diag500,
    arch(s390),
    status = active,
    result = "the last guest-physical address, inclusive",
    error(Unknown, "hosts without it"),
    introduced(
        "unknown",
        "series \"virtio-mem: s390 support\" (David Hildenbrand, October 2024); in QEMU 10.0.2"
    )
)]
pub struct StorageLimit {}
