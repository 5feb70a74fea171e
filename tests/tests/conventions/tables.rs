//! Which register is what, copied by hand from the documents that define it. Nothing here is computed from the
//! constants under test.

use hypercall_arch_ppc::convention::{EPAPR, PAPR};
use hypercall_arch_s390::convention::DIAG500;
use hypercall_arch_x86::convention::{KVM, PARA_2007, XEN};
use hypercall_core::{Convention, Width};

/// One mode of a convention.
pub struct ModeTable {
    pub width: Width,
    pub number: &'static str,
    /// Bits of the number register that count.
    pub number_bits: u32,
    pub arguments: &'static [&'static str],
    pub result: &'static str,
    pub value: &'static str,
    pub outputs: &'static [&'static str],
}

/// What a user program gets.
#[derive(Clone, Copy)]
pub enum Refused {
    Result(i64),
    Fault(u32),
}

/// One convention.
pub struct Table {
    pub convention: &'static Convention,
    /// Instruction bytes in memory order.
    pub instructions: &'static [&'static [u8]],
    pub modes: &'static [ModeTable],
    pub clobbers: &'static [&'static str],
    /// Whether the value register is zeroed by calls without a value.
    pub always_writes_value: bool,
    pub refused: Refused,
    /// A vendor's errors, in the order unknown, not permitted, invalid, bad address, unsupported, too big,
    /// not found, I/O, busy, no memory, no device, invalid state, internal.
    pub errors: [i64; 13],
    /// Number 1 of vendor `CV`, block 1, as it stands in the number register; and 2.
    pub wire: [u64; 2],
}

/// Linux `include/uapi/linux/kvm_para.h` and `include/uapi/asm-generic/errno-base.h`, negated.
const KVM_ERRORS: [i64; 13] = [-1000, -1, -22, -14, -95, -7, -2, -5, -11, -12, -19, -16, -5];

pub const ALL: [Table; 6] = [
    // Linux Documentation/virt/kvm/x86/hypercalls.rst: "Up to four arguments may be passed in rbx, rcx, rdx, and
    // rsi respectively. The hypercall number should be placed in rax and the return value will be placed in
    // rax. No other registers will be clobbered unless explicitly stated by the particular hypercall." Linux arch/x86/kvm/x86.c,
    // kvm_emulate_hypercall: outside 64-bit mode number, arguments and result are masked to 32 bits; -KVM_EPERM
    // above CPL 0. Intel SDM volume 3, VMCALL: 0F 01 C1; AMD64 APM volume 3, VMMCALL: 0F 01 D9.
    Table {
        convention: &KVM,
        instructions: &[&[0x0f, 0x01, 0xc1], &[0x0f, 0x01, 0xd9]],
        modes: &[
            ModeTable {
                width: Width::Bits64,
                number: "rax",
                number_bits: 64,
                arguments: &["rbx", "rcx", "rdx", "rsi"],
                result: "rax",
                value: "rax",
                outputs: &[],
            },
            ModeTable {
                width: Width::Bits32,
                number: "rax",
                number_bits: 32,
                arguments: &["rbx", "rcx", "rdx", "rsi"],
                result: "rax",
                value: "rax",
                outputs: &[],
            },
        ],
        clobbers: &[],
        always_writes_value: false,
        refused: Refused::Result(-1),
        errors: KVM_ERRORS,
        wire: [0x4356_0001, 0x4356_0002],
    },
    // Linux 2.6.20 include/linux/kvm_para.h: "64-bit hypercall index is in RAX", "64-bit parameters 1-6 are in the
    // standard gcc x86_64 calling convention order: RDI, RSI, RDX, RCX, R8, R9", "32-bit index is EBX, parameters
    // are: EAX, ECX, EDX, ESI, EDI, EBP", the return value in RAX. Its one error, KVM_EINVAL, is 1.
    Table {
        convention: &PARA_2007,
        instructions: &[&[0x0f, 0x01, 0xc1], &[0x0f, 0x01, 0xd9]],
        modes: &[
            ModeTable {
                width: Width::Bits64,
                number: "rax",
                number_bits: 64,
                arguments: &["rdi", "rsi", "rdx", "rcx", "r8", "r9"],
                result: "rax",
                value: "rax",
                outputs: &[],
            },
            ModeTable {
                width: Width::Bits32,
                number: "rbx",
                number_bits: 32,
                arguments: &["rax", "rcx", "rdx", "rsi", "rdi", "rbp"],
                result: "rax",
                value: "rax",
                outputs: &[],
            },
        ],
        clobbers: &[],
        always_writes_value: false,
        refused: Refused::Result(-1),
        errors: [-1; 13],
        wire: [0x4356_0001, 0x4356_0002],
    },
    // Xen xen/include/public/arch-x86/xen-x86_64.h: "Input: %rdi, %rsi, %rdx, %r10, %r8, %r9 (arguments 1-6)
    // Output: %rax"; xen-x86_32.h: "Input: %ebx, %ecx, %edx, %esi, %edi, %ebp (arguments 1-6) Output: %eax".
    // Errors: xen/include/public/errno.h, negated.
    Table {
        convention: &XEN,
        instructions: &[&[0x0f, 0x01, 0xc1], &[0x0f, 0x01, 0xd9]],
        modes: &[
            ModeTable {
                width: Width::Bits64,
                number: "rax",
                number_bits: 64,
                arguments: &["rdi", "rsi", "rdx", "r10", "r8", "r9"],
                result: "rax",
                value: "rax",
                outputs: &[],
            },
            ModeTable {
                width: Width::Bits32,
                number: "rax",
                number_bits: 32,
                arguments: &["rbx", "rcx", "rdx", "rsi", "rdi", "rbp"],
                result: "rax",
                value: "rax",
                outputs: &[],
            },
        ],
        clobbers: &[],
        always_writes_value: false,
        refused: Refused::Result(-1),
        errors: [-38, -1, -22, -14, -95, -7, -2, -5, -11, -12, -19, -16, -5],
        wire: [0x4356_0001, 0x4356_0002],
    },
    // Linux Documentation/virt/kvm/x86/hypercalls.rst, S390: "R2-R7 are used for parameters 1-6. In addition, R1 is
    // used for hypercall number. The return value is written to R2." The instruction is `diag 2,4,0x500`, in the
    // RS-a format of the Principles of Operation: opcode 83, R1 and R3 fields 2 and 4, base 0, displacement 500. In
    // the problem state DIAGNOSE is a privileged-operation exception, code 2.
    Table {
        convention: &DIAG500,
        instructions: &[&[0x83, 0x24, 0x05, 0x00]],
        modes: &[ModeTable {
            width: Width::Bits64,
            number: "r1",
            number_bits: 64,
            arguments: &["r2", "r3", "r4", "r5", "r6", "r7"],
            result: "r2",
            value: "r2",
            outputs: &[],
        }],
        clobbers: &[],
        always_writes_value: false,
        refused: Refused::Fault(2),
        errors: KVM_ERRORS,
        wire: [0x4356_0001, 0x4356_0002],
    },
    // Linux Documentation/virt/kvm/ppc-pv.rst, the table of registers: r11 in hypercall number, out 8th output; r3
    // in 1st parameter, out return code; r4 to r10 in 2nd to 8th parameter, out 1st to 7th output; r0, r12, xer,
    // ctr, lr and cc volatile. The number is a C int
    // (arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv). Instructions: KVM_PPC_GET_PVINFO's four words on Book3S, and
    // `sc 1` (Power ISA, LEV = 1). Errors: arch/powerpc/include/uapi/asm/epapr_hcalls.h, EV_*.
    Table {
        convention: &EPAPR,
        instructions: &[
            &[0x3c, 0x00, 0x4b, 0x56, 0x60, 0x00, 0x4d, 0x21, 0x44, 0x00, 0x00, 0x02, 0x60, 0x00, 0x00, 0x00],
            &[0x44, 0x00, 0x00, 0x22],
        ],
        modes: &[
            ModeTable {
                width: Width::Bits64,
                number: "r11",
                number_bits: 32,
                arguments: &["r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"],
                result: "r3",
                value: "r4",
                outputs: &["r5", "r6", "r7", "r8", "r9", "r10", "r11"],
            },
            ModeTable {
                width: Width::Bits32,
                number: "r11",
                number_bits: 32,
                arguments: &["r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"],
                result: "r3",
                value: "r4",
                outputs: &["r5", "r6", "r7", "r8", "r9", "r10", "r11"],
            },
        ],
        clobbers: &["r0", "r12", "xer", "ctr", "lr", "cr"],
        always_writes_value: true,
        refused: Refused::Fault(0xc00),
        errors: [12, 1, 8, 6, 12, 13, 2, 3, 4, 5, 7, 11, 9],
        wire: [0x1001, 0x1002],
    },
    // Linux Documentation/arch/powerpc/papr_hcalls.rst: the opcode in R3, arguments in R4 to R12, `sc 1`; return
    // code in R3, outputs in R4 to R12; R0, CTR, XER and parts of CR are volatile, LR is not. Errors:
    // arch/powerpc/include/asm/hvcall.h, H_*.
    Table {
        convention: &PAPR,
        instructions: &[&[0x44, 0x00, 0x00, 0x22]],
        modes: &[
            ModeTable {
                width: Width::Bits64,
                number: "r3",
                number_bits: 64,
                arguments: &["r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12"],
                result: "r3",
                value: "r4",
                outputs: &["r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12"],
            },
            ModeTable {
                width: Width::Bits32,
                number: "r3",
                number_bits: 32,
                arguments: &["r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12"],
                result: "r3",
                value: "r4",
                outputs: &["r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12"],
            },
        ],
        clobbers: &["r0", "xer", "ctr", "cr"],
        always_writes_value: false,
        refused: Refused::Fault(0xc00),
        errors: [-2, -3, -4, -4, -67, -4, -7, -1, 1, -9, -7, -75, -1],
        wire: [0x7204, 0x7208],
    },
];
