//! Model-specific registers, `include/linux/kvm.h` of Linux 2.6.21.

use bytemuck::{Pod, Zeroable};
use hypercall_core::Shared;

/// One register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_msr_entry", size = 16, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct MsrEntry {
    /// Which.
    #[shared(offset = 0)]
    pub index: u32,
    /// Zero.
    #[shared(offset = 4)]
    pub reserved: u32,
    /// Its value.
    #[shared(offset = 8)]
    pub data: u64,
}

/// What KVM_GET_MSRS and KVM_SET_MSRS carry; `nmsrs` times [`MsrEntry`] follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_msrs", size = 8, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct Msrs {
    /// How many entries follow.
    #[shared(offset = 0)]
    pub nmsrs: u32,
    /// Zero.
    #[shared(offset = 4)]
    pub pad: u32,
}

/// What KVM_GET_MSR_INDEX_LIST carries; `nmsrs` 32-bit indices follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_msr_list", size = 4, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct MsrList {
    /// How many there is room for, and then how many there are.
    #[shared(offset = 0)]
    pub nmsrs: u32,
}
