//! The registers of a vCPU, `include/linux/kvm.h` of Linux 2.6.21.

use super::KVM_IRQ_BITMAP_SIZE_BYTES;
use bytemuck::{Pod, Zeroable};
use hypercall_core::Shared;

macro_rules! general {
    ($($name:ident $offset:literal),* $(,)?) => {
        /// What KVM_GET_REGS and KVM_SET_REGS carry: the general registers.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
        #[repr(C)]
        #[shared(name = "kvm_regs", size = 144, source = "Linux 2.6.21 include/linux/kvm.h")]
        pub struct Regs {
            $(#[doc = "A register."]
            #[shared(offset = $offset)]
            pub $name: u64),*
        }
    };
}

general! {
    rax 0, rbx 8, rcx 16, rdx 24, rsi 32, rdi 40, rsp 48, rbp 56, r8 64, r9 72, r10 80, r11 88, r12 96,
    r13 104, r14 112, r15 120, rip 128, rflags 136,
}

/// A segment register with its hidden part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_segment", size = 24, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct Segment {
    /// First linear address.
    #[shared(offset = 0)]
    pub base: u64,
    /// Last offset.
    #[shared(offset = 8)]
    pub limit: u32,
    /// Visible part.
    #[shared(offset = 12)]
    pub selector: u16,
    /// Type field of the descriptor.
    #[shared(offset = 14)]
    pub r#type: u8,
    /// P.
    #[shared(offset = 15)]
    pub present: u8,
    /// Descriptor privilege level.
    #[shared(offset = 16)]
    pub dpl: u8,
    /// D/B: 32-bit.
    #[shared(offset = 17)]
    pub db: u8,
    /// S: code or data.
    #[shared(offset = 18)]
    pub s: u8,
    /// L: 64-bit code.
    #[shared(offset = 19)]
    pub l: u8,
    /// G: the limit counts pages.
    #[shared(offset = 20)]
    pub g: u8,
    /// For the guest's software.
    #[shared(offset = 21)]
    pub avl: u8,
    /// Not zero for a segment that cannot be used.
    #[shared(offset = 22)]
    pub unusable: u8,
    /// Zero.
    #[shared(offset = 23)]
    pub padding: u8,
}

/// GDTR or IDTR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_dtable", size = 16, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct Dtable {
    /// First linear address.
    #[shared(offset = 0)]
    pub base: u64,
    /// Last offset.
    #[shared(offset = 8)]
    pub limit: u16,
    /// Zero.
    #[shared(offset = 10)]
    pub padding: [u16; 3],
}

/// What KVM_GET_SREGS and KVM_SET_SREGS carry: the system registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_sregs", size = 312, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct Sregs {
    /// Code segment.
    #[shared(offset = 0)]
    pub cs: Segment,
    /// Data segment.
    #[shared(offset = 24)]
    pub ds: Segment,
    /// Extra segment.
    #[shared(offset = 48)]
    pub es: Segment,
    /// Another one.
    #[shared(offset = 72)]
    pub fs: Segment,
    /// Another one.
    #[shared(offset = 96)]
    pub gs: Segment,
    /// Stack segment.
    #[shared(offset = 120)]
    pub ss: Segment,
    /// Task register.
    #[shared(offset = 144)]
    pub tr: Segment,
    /// Local descriptor table.
    #[shared(offset = 168)]
    pub ldt: Segment,
    /// Global descriptor table.
    #[shared(offset = 192)]
    pub gdt: Dtable,
    /// Interrupt descriptor table.
    #[shared(offset = 208)]
    pub idt: Dtable,
    /// Modes.
    #[shared(offset = 224)]
    pub cr0: u64,
    /// Address of the last page fault.
    #[shared(offset = 232)]
    pub cr2: u64,
    /// Page tables.
    #[shared(offset = 240)]
    pub cr3: u64,
    /// Extensions.
    #[shared(offset = 248)]
    pub cr4: u64,
    /// Task priority.
    #[shared(offset = 256)]
    pub cr8: u64,
    /// Extended feature enable register.
    #[shared(offset = 264)]
    pub efer: u64,
    /// IA32_APIC_BASE.
    #[shared(offset = 272)]
    pub apic_base: u64,
    /// Interrupts that wait, one bit each.
    #[shared(offset = 280)]
    pub interrupt_bitmap: [u64; KVM_IRQ_BITMAP_SIZE_BYTES / 8],
}
