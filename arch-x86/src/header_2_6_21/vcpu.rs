//! Translation, interrupts and debugging, `include/linux/kvm.h` of Linux 2.6.21.

use bytemuck::{Pod, Zeroable};
use hypercall_core::Shared;

/// What KVM_TRANSLATE carries: a walk of the guest's page tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_translation", size = 24, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct Translation {
    /// In: the guest-virtual address.
    #[shared(offset = 0)]
    pub linear_address: u64,
    /// Out: the guest-physical address.
    #[shared(offset = 8)]
    pub physical_address: u64,
    /// Out: not zero where it is mapped.
    #[shared(offset = 16)]
    pub valid: u8,
    /// Out: always 1; KVM never looked.
    #[shared(offset = 17)]
    pub writeable: u8,
    /// Out: always 0; KVM never looked.
    #[shared(offset = 18)]
    pub usermode: u8,
    /// Zero.
    #[shared(offset = 19)]
    pub pad: [u8; 5],
}

/// What KVM_INTERRUPT takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_interrupt", size = 4, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct Interrupt {
    /// The vector.
    #[shared(offset = 0)]
    pub irq: u32,
}

/// One of the four hardware breakpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_breakpoint", size = 16, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct Breakpoint {
    /// Not zero for one that is set.
    #[shared(offset = 0)]
    pub enabled: u32,
    /// Zero.
    #[shared(offset = 4)]
    pub padding: u32,
    /// Linear address of the instruction.
    #[shared(offset = 8)]
    pub address: u64,
}

/// What KVM_DEBUG_GUEST takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_debug_guest", size = 80, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct DebugGuest {
    /// Not zero to debug the guest.
    #[shared(offset = 0)]
    pub enabled: u32,
    /// Zero.
    #[shared(offset = 4)]
    pub pad: u32,
    /// DR0 to DR3.
    #[shared(offset = 8)]
    pub breakpoints: [Breakpoint; 4],
    /// Not zero to stop after each instruction.
    #[shared(offset = 72)]
    pub singlestep: u32,
    /// The padding a compiler adds.
    #[shared(offset = 76)]
    pub tail: [u8; 4],
}
