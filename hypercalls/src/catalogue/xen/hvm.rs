//! Number 34: what only HVM guests have.

use super::commands;
use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::GuestAddress;
use hypercall_core::{Hypercall, Shared};

/// HVM_NR_PARAMS: parameters are numbered from 0 to one less (`xen/include/public/hvm/params.h`).
pub const HVM_PARAMETERS: u32 = 39;

commands! {
    /// HVMOP_* (`xen/include/public/hvm/hvm_op.h`).
    HvmCommand & 0xffff_ffff_ffff_ffff, 64, "one of the values named":
    /// Sets a parameter of the domain.
    SetParam = 0,
    /// Tells a parameter of the domain.
    GetParam = 1,
    /// Flushes the TLBs of the domain's vCPUs.
    FlushTlbs = 5,
    /// The kind of memory at a frame.
    GetMemType = 15,
    /// Says which vector events of a vCPU come by.
    SetEvtchnUpcallVector = 23,
    /// A time, in nanoseconds since boot.
    GetTime = 10,
}

/// Sets and tells parameters of an HVM domain: how events are delivered, where the store's and the console's
/// rings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 34,
    name = "HYPERVISOR_hvm_op",
    interface = xen,
    arch(x86),
    status = active,
    result = "HVMOP_set_param, HVMOP_get_param: 0; -3 (ESRCH) for a domain other than DOMID_SELF",
    error(Unknown, "no such command, or one without a handler"),
    error(BadAddress, "the structure is not all in guest memory"),
    error(Invalid, "no such parameter"),
    error(NotPermitted, "HVMOP_set_param: a parameter that is not the guest's to set"),
    shares(HvmParameter),
    introduced("unknown", "xen/include/public/hvm/hvm_op.h; commit unknown")
)]
pub struct HvmOp {
    /// What is done.
    #[argument(invalid = Unknown)]
    pub command: HvmCommand,
    /// Linear address of the structure.
    pub argument: GuestAddress,
}

/// What HVMOP_set_param reads, and HVMOP_get_param reads and writes, `struct xen_hvm_param`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "xen_hvm_param", size = 16, source = "Xen xen/include/public/hvm/hvm_op.h")]
pub struct HvmParameter {
    /// Whose parameter: [`DOMID_SELF`](super::DOMID_SELF).
    #[shared(offset = 0)]
    pub domid: u16,
    /// Nothing; it comes back as it was.
    #[shared(offset = 2)]
    pub pad: u16,
    /// HVM_PARAM_*, below [`HVM_PARAMETERS`].
    #[shared(offset = 4)]
    pub index: u32,
    /// Its value.
    #[shared(offset = 8)]
    pub value: u64,
}
