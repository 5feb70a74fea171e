//! Guest memory and the log of the pages written, `include/linux/kvm.h` of Linux 2.6.21.

use bytemuck::{Pod, Zeroable};
use hypercall_core::Shared;

/// A flag of [`MemoryRegion::flags`]: keep a log of the pages the guest writes.
pub const KVM_MEM_LOG_DIRTY_PAGES: u32 = 1;

/// What KVM_SET_MEMORY_REGION takes. The kernel allocated the memory itself, and user space mapped it from the
/// VM's descriptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_memory_region", size = 24, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct MemoryRegion {
    /// Which region.
    #[shared(offset = 0)]
    pub slot: u32,
    /// Zero or KVM_MEM_LOG_DIRTY_PAGES.
    #[shared(offset = 4)]
    pub flags: u32,
    /// Where it is in the guest.
    #[shared(offset = 8)]
    pub guest_phys_addr: u64,
    /// Bytes.
    #[shared(offset = 16)]
    pub memory_size: u64,
}

/// What KVM_GET_DIRTY_LOG takes. KVM clears its log as it copies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_dirty_log", size = 16, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct DirtyLog {
    /// Which region.
    #[shared(offset = 0)]
    pub slot: u32,
    /// Zero.
    #[shared(offset = 4)]
    pub padding: u32,
    /// Address of the bitmap in user space, one bit a page; a union with a 64-bit integer, so that 32-bit
    /// programs have the same layout.
    #[shared(offset = 8)]
    pub dirty_bitmap: u64,
}
