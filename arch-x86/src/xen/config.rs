//! What KVM_XEN_HVM_CONFIG takes.

use bytemuck::{Pod, Zeroable};
use hypercall_core::Shared;

/// Tells KVM the MSR of Xen's hypercall page, and where in the VMM's memory the blobs are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_xen_hvm_config", size = 56, source = "Linux Documentation/kvm/api.txt of 2009, 4.27")]
pub struct KvmXenHvmConfig {
    /// Zero, as it was in 2009; later kernels have flags by which they serve calls themselves.
    #[shared(offset = 0)]
    pub flags: u32,
    /// The MSR that a guest writes to; 0 for none.
    #[shared(offset = 4)]
    pub msr: u32,
    /// Address in the VMM of the blob for guests outside long mode.
    #[shared(offset = 8)]
    pub blob_addr_32: u64,
    /// Address in the VMM of the blob for guests in long mode.
    #[shared(offset = 16)]
    pub blob_addr_64: u64,
    /// Pages of 4096 bytes of the former.
    #[shared(offset = 24)]
    pub blob_size_32: u8,
    /// Pages of 4096 bytes of the latter.
    #[shared(offset = 25)]
    pub blob_size_64: u8,
    /// Zero.
    #[shared(offset = 26)]
    pub pad2: [u8; 30],
}
