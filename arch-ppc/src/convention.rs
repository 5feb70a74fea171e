//! The PowerPC calling conventions.

use crate::registers::{CR, CTR, LR, R, XER};
use hypercall_core::convention::{Convention, Instruction, Mode, Reg};
use hypercall_core::encoding::{self, Reply};
use hypercall_core::{Arch, Fault, Numbering, Width};

/// The sequence KVM-PR puts into `hypercall-instructions` on Book3S: R0 = "KVM!", then `sc`. Big-endian words.
pub const KVM_PR: Instruction = Instruction {
    name: "lis r0,0x4b56; ori r0,r0,0x4d21; sc; nop",
    bytes: &[0x3c, 0x00, 0x4b, 0x56, 0x60, 0x00, 0x4d, 0x21, 0x44, 0x00, 0x00, 0x02, 0x60, 0x00, 0x00, 0x00],
};
/// `sc 1`, into hypervisor state. Big-endian.
pub const SC1: Instruction = Instruction { name: "sc 1", bytes: &[0x44, 0x00, 0x00, 0x22] };

/// The system-call interrupt's vector: `sc` of a user program is the guest kernel's own affair
/// (Power ISA Book III, "System Call Interrupt").
pub const SYSTEM_CALL: u32 = 0xc00;

const REFLECTED: Reply = Reply::Fault(Fault { code: SYSTEM_CALL, error_code: None });

const fn epapr_mode(width: Width) -> Mode {
    Mode {
        width,
        number: R[11],
        // Linux takes the token as a C int: the upper half of R11 does not count.
        number_width: Width::Bits32,
        arguments: &[R[3], R[4], R[5], R[6], R[7], R[8], R[9], R[10]],
        result: R[3],
        value: R[4],
        outputs: &[R[5], R[6], R[7], R[8], R[9], R[10], R[11]],
    }
}

/// ePAPR and KVM: token in R11, arguments in R3 to R10, status in R3, outputs in R4 to R11
/// (Power.org ePAPR 1.1, section 7.4; Linux `Documentation/virt/kvm/ppc-pv.rst`).
pub static EPAPR: Convention = Convention {
    name: "epapr",
    title: "ePAPR and KVM",
    arch: Arch::Ppc,
    numbering: Numbering::Epapr,
    instructions: &[KVM_PR, SC1],
    modes: &[epapr_mode(Width::Bits64), epapr_mode(Width::Bits32)],
    clobbers: &[R[0], R[12], XER, CTR, LR, CR],
    // KVM writes R4 on every call: zero where there is no value.
    always_writes_value: true,
    user_refused: REFLECTED,
    errors: &encoding::EPAPR,
    source: "Power.org ePAPR 1.1, section 7.4; Linux Documentation/virt/kvm/ppc-pv.rst",
};

const fn papr_mode(width: Width) -> Mode {
    const OUTPUTS: &[Reg] = &[R[5], R[6], R[7], R[8], R[9], R[10], R[11], R[12]];
    Mode {
        width,
        number: R[3],
        number_width: width,
        arguments: &[R[4], R[5], R[6], R[7], R[8], R[9], R[10], R[11], R[12]],
        result: R[3],
        value: R[4],
        outputs: OUTPUTS,
    }
}

/// PAPR: number in R3, arguments in R4 to R12, status in R3, outputs in R4 to R12
/// (Linux `Documentation/arch/powerpc/papr_hcalls.rst`).
pub static PAPR: Convention = Convention {
    name: "papr",
    title: "PAPR",
    arch: Arch::Ppc,
    numbering: Numbering::Papr,
    instructions: &[SC1],
    modes: &[papr_mode(Width::Bits64), papr_mode(Width::Bits32)],
    clobbers: &[R[0], XER, CTR, CR],
    always_writes_value: false,
    user_refused: REFLECTED,
    errors: &encoding::PAPR,
    source: "Linux Documentation/arch/powerpc/papr_hcalls.rst",
};

/// Every PowerPC convention, in the order the tables print them.
pub static ALL: [&Convention; 2] = [&EPAPR, &PAPR];
