//! Delivers an interrupt to a guest by its registers, as the processor does.

use super::bindings::KvmRegs;
use crate::msr;

/// LPCR: the byte order in which interrupts are taken (Power ISA 3.0 Book III, "Logical Partitioning Control
/// Register").
pub const LPCR_ILE: u64 = 0x0200_0000;
/// LPCR: alternate interrupt location, both bits.
const LPCR_AIL: u64 = 0x0180_0000;
/// MSR: machine checks enabled, which an interrupt leaves.
const MSR_ME: u64 = 0x1000;
/// MSR: instruction and data relocation.
const MSR_RELOCATION: u64 = 0x30;
/// Where vectors are with relocation on.
const RELOCATED: u64 = 0xc000_0000_0000_4000;

/// Takes an interrupt: registers as at the first instruction of its handler.
///
/// SF is one, LE is LPCR's ILE, ME stays and everything else is off, but relocation where LPCR's AIL keeps it
/// on (Power ISA 3.0 Book III, "Interrupt Definitions" and "Alternate Interrupt Location"; Linux
/// `arch/powerpc/kvm/book3s_hv.c`, `kvmppc_inject_interrupt_hv`).
pub(super) fn deliver(regs: &mut KvmRegs, lpcr: u64, vector: u32, srr0: u64, srr1: u64) {
    let relocated = lpcr & LPCR_AIL == LPCR_AIL && regs.msr & MSR_RELOCATION == MSR_RELOCATION;
    let little = if lpcr & LPCR_ILE != 0 { msr::LE } else { 0 };
    let (base, relocation) = if relocated { (RELOCATED, MSR_RELOCATION) } else { (0, 0) };
    (regs.srr0, regs.srr1) = (srr0, srr1);
    regs.pc = base + u64::from(vector);
    regs.msr = msr::SF | regs.msr & MSR_ME | relocation | little;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(msr: u64, lpcr: u64) -> (u64, u64) {
        let mut regs = KvmRegs { msr, pc: 0x1004, gpr: [7; 32], ..KvmRegs::default() };
        deliver(&mut regs, lpcr, 0x700, 0x1000, msr);
        assert_eq!((regs.srr0, regs.srr1, regs.gpr), (0x1000, msr, [7; 32]));
        (regs.pc, regs.msr)
    }

    /// MSR values put together by hand from the figure in the Power ISA.
    #[test]
    fn an_interrupt_is_taken_in_64_bit_mode_in_the_lpcrs_byte_order() {
        // A 32-bit guest with EE, PR, FP, ME, IR, DR, RI on.
        assert_eq!(taken(0xf032, 0), (0x700, 0x8000_0000_0000_1000));
        assert_eq!(taken(0xf032, 0x0200_0000), (0x700, 0x8000_0000_0000_1001));
        assert_eq!(taken(0x8000_0000_0000_0001, 0), (0x700, 0x8000_0000_0000_0000));
    }

    #[test]
    fn with_alternate_locations_a_relocated_guest_stays_relocated() {
        let high = 0xc000_0000_0000_4700;
        assert_eq!(taken(0x1033, 0x0180_0000), (high, 0x8000_0000_0000_1030));
        assert_eq!(taken(0x1013, 0x0180_0000), (0x700, 0x8000_0000_0000_1000), "instructions are not");
    }
}
