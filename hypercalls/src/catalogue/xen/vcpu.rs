//! Number 24: vCPUs.

use super::commands;
use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::{GuestAddress, Truncated};
use hypercall_core::{Hypercall, Shared};

commands! {
    /// VCPUOP_* (`xen/include/public/vcpu.h`).
    VcpuCommand & 0xffff_ffff, 32, "one of the values named; upper bits ignored":
    /// Gives a vCPU its first state.
    Initialise = 0,
    /// Lets it run.
    Up = 1,
    /// Stops it.
    Down = 2,
    /// Whether it runs.
    IsUp = 3,
    /// Where its time went.
    GetRunstateInfo = 4,
    /// Where that is to be written.
    RegisterRunstateMemoryArea = 5,
    /// Sets a timer that repeats.
    SetPeriodicTimer = 6,
    /// Stops it.
    StopPeriodicTimer = 7,
    /// Sets a timer that does not repeat.
    SetSingleshotTimer = 8,
    /// Stops it.
    StopSingleshotTimer = 9,
    /// Moves its struct vcpu_info out of the shared-info page.
    RegisterVcpuInfo = 10,
    /// Sends it an NMI.
    SendNmi = 11,
    /// Where its time is to be written.
    RegisterVcpuTimeMemoryArea = 13,
}

/// Starts and stops vCPUs, and says where the guest wants to read about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 24,
    name = "HYPERVISOR_vcpu_op",
    interface = xen,
    arch(x86),
    status = active,
    result = "Xen: 0; VCPUOP_is_up: 1 or 0",
    error(Unknown, "there is no handler"),
    shares(RegisterVcpuInfo),
    introduced("unknown", "xen/include/public/vcpu.h; commit unknown")
)]
pub struct VcpuOp {
    /// What is done.
    #[argument(invalid = Unknown)]
    pub command: VcpuCommand,
    /// The vCPU's number.
    pub vcpu: Truncated<u32>,
    /// Linear address of the structure.
    pub argument: GuestAddress,
}

/// What VCPUOP_register_vcpu_info reads, `struct vcpu_register_vcpu_info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "vcpu_register_vcpu_info", size = 16, source = "Xen xen/include/public/vcpu.h")]
pub struct RegisterVcpuInfo {
    /// The frame: its address >> 12.
    #[shared(offset = 0)]
    pub mfn: u64,
    /// Offset in the frame.
    #[shared(offset = 8)]
    pub offset: u32,
    /// Unused.
    #[shared(offset = 12)]
    pub rsvd: u32,
}
