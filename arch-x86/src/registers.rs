//! The general registers of an x86 vCPU, in the order of `struct kvm_regs`.

use bytemuck::{Pod, Zeroable};
use hypercall_core::convention::{Convention, Reg, Registers};

macro_rules! registers {
    ($($constant:ident $field:ident $index:literal),* $(,)?) => {
        /// The general registers, laid out as `struct kvm_regs` (Linux `arch/x86/include/uapi/asm/kvm.h`).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
        #[repr(C)]
        pub struct X86Registers {
            $(#[doc = concat!("The register ", stringify!($field), ".")] pub $field: u64),*
        }

        $(#[doc = concat!("The register ", stringify!($field), ".")]
        pub const $constant: Reg = Reg::new(stringify!($field), $index);)*

        /// Every register of the file, by index.
        pub const ALL: [Reg; COUNT] = [$($constant),*];

        $(const _: () = assert!(core::mem::offset_of!(X86Registers, $field) == $index * 8);)*
    };
}

/// How many registers the file has.
pub const COUNT: usize = 18;

registers! {
    RAX rax 0, RBX rbx 1, RCX rcx 2, RDX rdx 3, RSI rsi 4, RDI rdi 5, RSP rsp 6, RBP rbp 7,
    R8 r8 8, R9 r9 9, R10 r10 10, R11 r11 11, R12 r12 12, R13 r13 13, R14 r14 14, R15 r15 15,
    RIP rip 16, RFLAGS rflags 17,
}

const _: () = assert!(core::mem::size_of::<X86Registers>() == COUNT * 8);

impl X86Registers {
    /// The registers by index.
    #[inline]
    pub fn as_array(&self) -> &[u64; COUNT] {
        bytemuck::cast_ref(self)
    }

    /// The registers by index, to change.
    #[inline]
    pub fn as_array_mut(&mut self) -> &mut [u64; COUNT] {
        bytemuck::cast_mut(self)
    }
}

impl Registers for X86Registers {
    const COMMON: Option<&'static Convention> = Some(&crate::convention::KVM);

    #[inline]
    fn get(&self, index: usize) -> u64 {
        self.as_array()[index]
    }
    #[inline]
    fn set(&mut self, index: usize, value: u64) {
        self.as_array_mut()[index] = value;
    }
    #[inline]
    fn four(&self, index: usize) -> Option<&[u64; 4]> {
        self.as_array().get(index..)?.first_chunk()
    }
}
