//! The x86 calling conventions.

use crate::registers::{R8, R9, R10, RAX, RBP, RBX, RCX, RDI, RDX, RSI};
use hypercall_core::convention::{Convention, Instruction, Mode, Reg};
use hypercall_core::encoding::{self, Reply};
use hypercall_core::{Arch, Numbering, Width};

/// `vmcall`, Intel's instruction (Intel SDM volume 3, VMCALL).
pub const VMCALL: Instruction = Instruction { name: "vmcall", bytes: &[0x0f, 0x01, 0xc1] };
/// `vmmcall`, AMD's (AMD64 APM volume 3, VMMCALL).
pub const VMMCALL: Instruction = Instruction { name: "vmmcall", bytes: &[0x0f, 0x01, 0xd9] };

/// -KVM_EPERM: what KVM answers to a caller above CPL 0 (Linux `arch/x86/kvm/x86.c`).
const CPL_REFUSED: Reply = Reply::Value(-1);

/// A mode whose result register also holds the value, as on all of x86.
const fn mode(width: Width, number: Reg, arguments: &'static [Reg]) -> Mode {
    Mode { width, number, number_width: width, arguments, result: RAX, value: RAX, outputs: &[] }
}

/// KVM's convention, the one in use: four arguments, the same registers in both modes, masked to 32 bits
/// outside 64-bit mode (Linux `Documentation/virt/kvm/x86/hypercalls.rst`).
pub static KVM: Convention = Convention {
    name: "kvm",
    title: "KVM",
    arch: Arch::X86,
    numbering: Numbering::X86,
    instructions: &[VMCALL, VMMCALL],
    modes: &[
        mode(Width::Bits64, RAX, &[RBX, RCX, RDX, RSI]),
        mode(Width::Bits32, RAX, &[RBX, RCX, RDX, RSI]),
    ],
    clobbers: &[],
    always_writes_value: false,
    user_refused: CPL_REFUSED,
    errors: &encoding::KVM_X86,
    source: "Linux Documentation/virt/kvm/x86/hypercalls.rst",
};

/// The convention of the 2007 `kvm_para.h`: six arguments; in 32-bit mode the number is in EBX.
pub static PARA_2007: Convention = Convention {
    name: "para-2007",
    title: "kvm_para.h of 2007",
    arch: Arch::X86,
    numbering: Numbering::X86,
    instructions: &[VMCALL, VMMCALL],
    modes: &[
        mode(Width::Bits64, RAX, &[RDI, RSI, RDX, RCX, R8, R9]),
        mode(Width::Bits32, RBX, &[RAX, RCX, RDX, RSI, RDI, RBP]),
    ],
    clobbers: &[],
    always_writes_value: false,
    user_refused: CPL_REFUSED,
    errors: &encoding::PARA_2007,
    source: "kvm_para.h of January 2007, \"Hypercall calling convention\"",
};

/// Xen's convention (`xen/include/public/arch-x86/xen-x86_64.h` and `xen-x86_32.h`): the fourth argument is
/// in R10 in 64-bit mode, as `syscall` leaves RCX to the processor.
pub static XEN: Convention = Convention {
    name: "xen",
    title: "Xen",
    arch: Arch::X86,
    numbering: Numbering::X86,
    instructions: &[VMCALL, VMMCALL],
    modes: &[
        mode(Width::Bits64, RAX, &[RDI, RSI, RDX, R10, R8, R9]),
        mode(Width::Bits32, RAX, &[RBX, RCX, RDX, RSI, RDI, RBP]),
    ],
    clobbers: &[],
    always_writes_value: false,
    user_refused: CPL_REFUSED,
    errors: &encoding::XEN,
    source: "Xen xen/include/public/arch-x86/xen-x86_64.h and xen-x86_32.h",
};

/// Every x86 convention, in the order the tables print them.
pub static ALL: [&Convention; 3] = [&KVM, &PARA_2007, &XEN];
