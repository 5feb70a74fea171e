//! The instructions that trap.

use crate::convention;
use crate::registers::{RDI, RSP, X86Registers};
use core::arch::asm;
use core::mem::offset_of;

/// A way for a guest to reach the VMM.
pub trait Transport {
    /// Indices of registers it takes for itself, which no argument may have.
    const TAKEN: &'static [usize] = &[];

    /// Loads the argument registers from `image`, executes the instruction, and gives RAX.
    ///
    /// # Safety
    /// As [`Issue::issue`](super::Issue::issue), for the call in `image`.
    unsafe fn trap(&self, image: &X86Registers) -> u64;
}

/// The last register that the stubs load; RSP is not loaded.
const LAST_LOADED: usize = 10;

// No convention names a register that the stubs do not load.
const _: () = {
    let mut c = 0;
    while c < convention::ALL.len() {
        let modes = convention::ALL[c].modes;
        let mut m = 0;
        while m < modes.len() {
            assert!(modes[m].number.index <= LAST_LOADED && modes[m].number.index != RSP.index);
            assert!(modes[m].result.index == 0 && modes[m].outputs.is_empty(), "the result is in RAX");
            let mut a = 0;
            while a < modes[m].arguments.len() {
                let index = modes[m].arguments[a].index;
                assert!(index <= LAST_LOADED && index != RSP.index);
                a += 1;
            }
            m += 1;
        }
        c += 1;
    }
};

/// Executes `$before` with `$rcx` in RCX, loads every register a convention names from the image, executes
/// `$instruction`, and gives RAX. LLVM keeps RBX and RBP (and in 32-bit code ESI) to itself, so these are
/// saved on the stack.
#[cfg(target_arch = "x86_64")]
macro_rules! trap {
    ($image:expr, [$($before:literal),*], [$($instruction:literal),*], $rcx:expr $(, $operand:ident = const $value:expr)*) => {{
        let mut result = core::ptr::from_ref::<X86Registers>($image) as u64;
        asm!(
            "push rbx",
            "push rbp",
            $($before,)*
            "mov rbx, [rax + {rbx}]",
            "mov rcx, [rax + {rcx}]",
            "mov rdx, [rax + {rdx}]",
            "mov rsi, [rax + {rsi}]",
            "mov rdi, [rax + {rdi}]",
            "mov rbp, [rax + {rbp}]",
            "mov r8, [rax + {r8}]",
            "mov r9, [rax + {r9}]",
            "mov r10, [rax + {r10}]",
            "mov rax, [rax + {rax}]",
            $($instruction,)*
            "pop rbp",
            "pop rbx",
            rax = const offset_of!(X86Registers, rax),
            rbx = const offset_of!(X86Registers, rbx),
            rcx = const offset_of!(X86Registers, rcx),
            rdx = const offset_of!(X86Registers, rdx),
            rsi = const offset_of!(X86Registers, rsi),
            rdi = const offset_of!(X86Registers, rdi),
            rbp = const offset_of!(X86Registers, rbp),
            r8 = const offset_of!(X86Registers, r8),
            r9 = const offset_of!(X86Registers, r9),
            r10 = const offset_of!(X86Registers, r10),
            $($operand = const $value,)*
            inout("rax") result,
            inout("rcx") $rcx => _,
            out("rdx") _, out("rsi") _, out("rdi") _, out("r8") _, out("r9") _, out("r10") _,
        );
        result
    }};
}

#[cfg(target_arch = "x86")]
macro_rules! trap {
    ($image:expr, [$($before:literal),*], [$($instruction:literal),*], $rcx:expr $(, $operand:ident = const $value:expr)*) => {{
        let mut result = core::ptr::from_ref::<X86Registers>($image) as u32;
        asm!(
            "push ebx",
            "push ebp",
            "push esi",
            $($before,)*
            "mov ebx, [eax + {rbx}]",
            "mov ecx, [eax + {rcx}]",
            "mov edx, [eax + {rdx}]",
            "mov esi, [eax + {rsi}]",
            "mov edi, [eax + {rdi}]",
            "mov ebp, [eax + {rbp}]",
            "mov eax, [eax + {rax}]",
            $($instruction,)*
            "pop esi",
            "pop ebp",
            "pop ebx",
            rax = const offset_of!(X86Registers, rax),
            rbx = const offset_of!(X86Registers, rbx),
            rcx = const offset_of!(X86Registers, rcx),
            rdx = const offset_of!(X86Registers, rdx),
            rsi = const offset_of!(X86Registers, rsi),
            rdi = const offset_of!(X86Registers, rdi),
            rbp = const offset_of!(X86Registers, rbp),
            $($operand = const $value,)*
            inout("eax") result,
            inout("ecx") $rcx as u32 => _,
            out("edx") _, out("edi") _,
        );
        u64::from(result)
    }};
}

/// `vmcall`: where KVM's own calls are answered, and number 12 reaches the VMM. Intel's; most KVMs have it
/// work on AMD too.
#[derive(Clone, Copy, Debug)]
pub struct Vmcall;

impl Transport for Vmcall {
    #[inline]
    unsafe fn trap(&self, image: &X86Registers) -> u64 {
        // SAFETY: the instruction changes RAX alone; RBX and RBP are restored, the rest is named as changed.
        unsafe { trap!(image, [], ["vmcall"], 0_u64) }
    }
}

/// `vmmcall`, AMD's.
#[derive(Clone, Copy, Debug)]
pub struct Vmmcall;

impl Transport for Vmmcall {
    #[inline]
    unsafe fn trap(&self, image: &X86Registers) -> u64 {
        // SAFETY: as for `vmcall`.
        unsafe { trap!(image, [], ["vmmcall"], 0_u64) }
    }
}

/// The doorbell port `PORT`.
#[derive(Clone, Copy, Debug)]
pub struct Port<const PORT: u8>;

impl<const PORT: u8> Transport for Port<PORT> {
    #[inline]
    unsafe fn trap(&self, image: &X86Registers) -> u64 {
        // SAFETY: the write makes the VMM change RAX; else as for `vmcall`.
        unsafe { trap!(image, [], ["out {port}, al"], 0_u64, port = const PORT) }
    }
}

/// A doorbell port found at run time. It calls into a table of 256 instructions, for guests that do not
/// track indirect branches (CET IBT).
#[derive(Clone, Copy, Debug)]
pub struct AnyPort(pub u8);

/// Bytes of `out imm8, al; ret`.
const TABLE_STEP: u64 = 3;

impl Transport for AnyPort {
    #[inline(never)] // one table is enough
    unsafe fn trap(&self, image: &X86Registers) -> u64 {
        let offset = u64::from(self.0) * TABLE_STEP;
        // SAFETY: the offset is that of a table entry, 255 * 3 at most; the entry's address is pushed before
        // the registers are loaded and dropped after the call, so the stack is as before. Else as for `Port`.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            trap!(
                image,
                [
                    "call 2f",
                    ".set .Lhypercall_port, 0",
                    ".rept 256",
                    ".byte 0xe6, .Lhypercall_port, 0xc3",
                    ".set .Lhypercall_port, .Lhypercall_port + 1",
                    ".endr",
                    "2:",
                    "add [rsp], rcx"
                ],
                ["call [rsp]", "lea rsp, [rsp + 8]"],
                offset
            )
        }
        // SAFETY: as above.
        #[cfg(target_arch = "x86")]
        unsafe {
            trap!(
                image,
                [
                    "call 2f",
                    ".set .Lhypercall_port, 0",
                    ".rept 256",
                    ".byte 0xe6, .Lhypercall_port, 0xc3",
                    ".set .Lhypercall_port, .Lhypercall_port + 1",
                    ".endr",
                    "2:",
                    "add [esp], ecx"
                ],
                ["call [esp]", "lea esp, [esp + 4]"],
                offset
            )
        }
    }
}

/// The doorbell at the linear address `ADDRESS`, in the lower 2 GiB: what 64-bit code reaches by an absolute
/// 32-bit address. It takes no register.
#[derive(Clone, Copy, Debug)]
pub struct Mmio<const ADDRESS: u32>;

impl<const ADDRESS: u32> Transport for Mmio<ADDRESS> {
    #[inline]
    unsafe fn trap(&self, image: &X86Registers) -> u64 {
        const {
            assert!(
                cfg!(target_arch = "x86") || ADDRESS < 1 << 31,
                "64-bit code does not reach this address by a 32-bit displacement; use MmioAt"
            );
        }
        // SAFETY: the store makes the VMM change RAX, and reaches no memory of this program: `issue` asks
        // that there be a doorbell. Else as for `vmcall`.
        unsafe {
            trap!(image, [], [".byte 0x88, 0x04, 0x25", ".long {address}"], 0_u64, address = const ADDRESS)
        }
    }
}

/// The doorbell at a linear address known at run time. It takes RDI, so not every convention rides on it.
#[derive(Clone, Copy, Debug)]
pub struct MmioAt(pub usize);

impl Transport for MmioAt {
    const TAKEN: &'static [usize] = &[RDI.index];

    #[inline]
    unsafe fn trap(&self, image: &X86Registers) -> u64 {
        let image = X86Registers { rdi: self.0 as u64, ..*image };
        // SAFETY: as for `Mmio`; the address is in RDI.
        unsafe { trap!(&image, [], [".byte 0x88, 0x04, 0x3d, 0, 0, 0, 0"], 0_u64) }
    }
}
