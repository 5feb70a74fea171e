//! The s390 calling convention.

use crate::registers::ALL as R;
use hypercall_core::convention::{Convention, Instruction, Mode};
use hypercall_core::encoding::{self, Reply};
use hypercall_core::{Arch, Fault, Numbering, Width};

/// `diag 2,4,0x500`: opcode 0x83, R1 and R3 fields 2 and 4, base 0, displacement 0x500.
pub const DIAG: Instruction = Instruction { name: "diag 2,4,0x500", bytes: &[0x83, 0x24, 0x05, 0x00] };

/// Program-interruption code of DIAGNOSE in the problem state (Principles of Operation, chapter 6,
/// "Privileged-Operation Exception").
pub const PRIVILEGED_OPERATION: u32 = 2;

/// DIAG 0x500: number in R1, arguments in R2 to R7, result in R2
/// (Linux `Documentation/virt/kvm/s390/s390-diag.rst`).
pub static DIAG500: Convention = Convention {
    name: "diag500",
    title: "DIAG 0x500",
    arch: Arch::S390,
    numbering: Numbering::Diag,
    instructions: &[DIAG],
    modes: &[Mode {
        width: Width::Bits64,
        number: R[1],
        number_width: Width::Bits64,
        arguments: &[R[2], R[3], R[4], R[5], R[6], R[7]],
        result: R[2],
        value: R[2],
        outputs: &[],
    }],
    clobbers: &[],
    always_writes_value: false,
    user_refused: Reply::Fault(Fault { code: PRIVILEGED_OPERATION, error_code: None }),
    errors: &encoding::S390,
    source: "Linux Documentation/virt/kvm/s390/s390-diag.rst",
};

/// Every s390 convention.
pub static ALL: [&Convention; 1] = [&DIAG500];
