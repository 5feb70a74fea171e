//! The page a guest registers.

use bytemuck::{Pod, Zeroable};
use hypercall_core::Shared;

/// MSR_KVM_API_MAGIC: the register that probes and registers.
pub const MSR: u32 = 0x8765_5678;
/// KVM_PARA_API_VERSION: the newest version of guests that this host serves, and its own.
pub const API_VERSION: u32 = 1;
/// KVM_EINVAL as this header numbers it; `ret` is its negative where a registration is denied.
pub const EINVAL: i32 = 1;
/// Bytes of the page, and its alignment.
pub const PAGE_SIZE: u64 = 4096;

/// The per-vCPU page that a guest shares with the host to make hypercalls by the API of 2007.
///
/// Written by the guest, except where a field says otherwise. Addresses are guest-physical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C, align(4096))]
#[shared(name = "kvm_vcpu_para_state", size = 4096, source = "Linux 2.6.21 include/linux/kvm_para.h")]
pub struct ParaState {
    /// The version of the API that the guest speaks; newer ones than the host's are denied.
    #[shared(offset = 0)]
    pub guest_version: u32,
    /// Written by the host: the version it speaks, denied guests are told too.
    #[shared(offset = 4)]
    pub host_version: u32,
    /// Bytes of the structure, for the reader; the host does not look at it.
    #[shared(offset = 8)]
    pub size: u32,
    /// Written by the host: 0, or -KVM_EINVAL (0xffff_ffff) where the registration was denied.
    #[shared(offset = 12)]
    pub ret: u32,
    /// The address of four bytes inside one page, where the host puts the instruction and its return.
    #[shared(offset = 16)]
    pub hypercall_gpa: u64,
    /// The rest of the page, which the host leaves alone.
    #[shared(offset = 24)]
    pub unused: [u8; 4072],
}
