//! DIAGNOSE, decoded from its bytes and from the SIE intercept.
//!
//! The instruction is four bytes (z/Architecture Principles of Operation, SA22-7832, chapter 10, "DIAGNOSE"; its
//! fields are those of the RS-a format, chapter 5):
//!
//! | bits | field |
//! |---|---|
//! | 0-7 | operation code, 0x83 |
//! | 8-11, 12-15 | R1, R3 |
//! | 16-19 | B2, the base register; 0 stands for no register |
//! | 20-31 | D2, the displacement, unsigned |
//!
//! The function code is the low 16 bits of base + displacement (Linux `arch/s390/kvm/diag.c`,
//! `kvm_s390_handle_diag`). For function code 0x500 the R1 and R3 fields say nothing: guests write
//! `diag 2,4,0x500`, and Linux and QEMU serve any two registers there, with the call in R1 to R7 all the same.

use crate::registers::S390Registers;

/// The operation code of DIAGNOSE.
pub const OPCODE: u8 = 0x83;
/// The function code of hypercalls.
pub const FUNCTION: u16 = 0x500;
/// Bytes the instruction takes.
pub const LENGTH: u64 = 4;
/// Interception code of an instruction (Linux `arch/s390/include/asm/kvm_host.h`, `ICPT_INST`).
pub const ICPT_INST: u8 = 0x04;

/// The fields of a DIAGNOSE.
///
/// ```
/// use hypercall_arch_s390::{S390Registers, diag::Diag};
///
/// let diag = Diag::decode(&[0x83, 0x24, 0x05, 0x00]).unwrap();
/// assert_eq!(diag, Diag { r1: 2, r3: 4, base: 0, displacement: 0x500 });
/// assert_eq!(diag.function(&S390Registers::default()), 0x500);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diag {
    /// The R1 field, 0 to 15.
    pub r1: u8,
    /// The R3 field, 0 to 15.
    pub r3: u8,
    /// The B2 field, 0 to 15; 0 stands for no register.
    pub base: u8,
    /// The D2 field, 0 to 0xfff.
    pub displacement: u16,
}

impl Diag {
    /// Decodes the instruction at the start of `bytes`; `None` if it is another one or is cut short.
    pub fn decode(bytes: &[u8]) -> Option<Diag> {
        let [a, b, c, d, ..] = *bytes else { return None };
        Diag::from_parameters(u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, 0, 0]))
    }

    /// Decodes the interception parameters, which hold the instruction's text left-aligned: `ipa` its first
    /// two bytes, `ipb` the next four. `None` if it is another instruction.
    pub fn from_parameters(ipa: u16, ipb: u32) -> Option<Diag> {
        let [opcode, registers] = ipa.to_be_bytes();
        (opcode == OPCODE).then_some(Diag {
            r1: registers >> 4,
            r3: registers & 0xf,
            base: (ipb >> 28) as u8,
            displacement: (ipb >> 16) as u16 & 0xfff,
        })
    }

    /// The function code, with the base register as it is.
    pub fn function(&self, registers: &S390Registers) -> u16 {
        let base = match self.base {
            0 => 0,
            register => registers.r[usize::from(register & 0xf)],
        };
        base.wrapping_add(u64::from(self.displacement)) as u16
    }
}

/// A KVM_EXIT_S390_SIEIC: why the guest left SIE (Linux `include/uapi/linux/kvm.h`, `s390_sieic`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intercept {
    /// Interception code.
    pub icptcode: u8,
    /// Interception parameter A: the first two bytes of the instruction.
    pub ipa: u16,
    /// Interception parameter B: the next four, zero behind the instruction's end.
    pub ipb: u32,
}

/// What an intercepted instruction is to a server of hypercalls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// DIAGNOSE with function code 0x500: a call.
    Call,
    /// DIAGNOSE with another function code: somebody else's.
    Function(u16),
    /// Another instruction.
    NotDiag,
    /// The guest left for another reason than an instruction; this is the interception code. Those of
    /// protected guests (0x68, 0x6c) are among them: their registers are not all here.
    NotInstruction(u8),
}

impl Intercept {
    /// The intercept of the instruction at the start of `bytes`, as a host without SIE finds it: at the old
    /// PSW less the instruction length. Bytes that are missing read as zero.
    pub fn of_instruction(bytes: &[u8]) -> Intercept {
        let mut text = [0; 6];
        text.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        let [a, b, c, d, e, f] = text;
        Intercept {
            icptcode: ICPT_INST,
            ipa: u16::from_be_bytes([a, b]),
            ipb: u32::from_be_bytes([c, d, e, f]),
        }
    }

    /// Finds a hypercall.
    ///
    /// ```
    /// use hypercall_arch_s390::{S390Registers, diag::{Intercept, Kind}};
    ///
    /// let registers = S390Registers::default();
    /// let kind = |icptcode, ipa, ipb| Intercept { icptcode, ipa, ipb }.kind(&registers);
    /// assert_eq!(kind(4, 0x8324, 0x0500_0000), Kind::Call);
    /// assert_eq!(kind(4, 0x8324, 0x0501_0000), Kind::Function(0x501)); // KVM's breakpoint
    /// assert_eq!(kind(4, 0xb2b2, 0x0000_0000), Kind::NotDiag);
    /// assert_eq!(kind(0x2c, 0x8324, 0x0500_0000), Kind::NotInstruction(0x2c));
    /// ```
    pub fn kind(&self, registers: &S390Registers) -> Kind {
        if self.icptcode != ICPT_INST {
            return Kind::NotInstruction(self.icptcode);
        }
        match Diag::from_parameters(self.ipa, self.ipb).map(|diag| diag.function(registers)) {
            None => Kind::NotDiag,
            Some(FUNCTION) => Kind::Call,
            Some(function) => Kind::Function(function),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention;
    use proptest::prelude::*;

    fn with(register: usize, value: u64) -> S390Registers {
        let mut registers = S390Registers { r: [0x500; 16] };
        registers.r[register] = value;
        registers
    }

    fn function(text: [u8; 4], registers: &S390Registers) -> u16 {
        Diag::decode(&text).unwrap().function(registers)
    }

    /// Instruction texts put together by hand from the format in the Principles of Operation.
    #[test]
    fn the_function_code_is_base_plus_displacement_in_16_bits() {
        // diag 2,4,0x500: base 0 is no register, whatever R0 holds.
        assert_eq!(function([0x83, 0x24, 0x05, 0x00], &with(0, 0xffff)), 0x500);
        // diag 2,4,0(1)
        assert_eq!(function([0x83, 0x24, 0x10, 0x00], &with(1, 0x500)), 0x500);
        // diag 0,0,0x4ff(15)
        assert_eq!(function([0x83, 0x00, 0xf4, 0xff], &with(15, 1)), 0x500);
        // Bits above the 16 do not count, and the sum may wrap: diag 2,4,0x501(3) with R3 = -1.
        assert_eq!(function([0x83, 0x24, 0x35, 0x01], &with(3, u64::MAX)), 0x500);
        assert_eq!(function([0x83, 0x24, 0x30, 0x00], &with(3, 0x1234_5678_0001_0500)), 0x500);
        // The displacement is unsigned: diag 2,4,0xfff.
        assert_eq!(function([0x83, 0x24, 0x0f, 0xff], &with(0, 0)), 0xfff);
    }

    #[test]
    fn the_register_fields_of_a_call_do_not_count() {
        let registers = S390Registers::default();
        for fields in [0x24, 0x00, 0xff, 0x42] {
            assert_eq!(Intercept::of_instruction(&[0x83, fields, 0x05, 0x00]).kind(&registers), Kind::Call);
        }
    }

    #[test]
    fn the_conventions_instruction_is_a_call() {
        let [instruction] = convention::DIAG500.instructions else { panic!("one instruction") };
        assert_eq!(instruction.bytes, [0x83, 0x24, 0x05, 0x00]);
        assert_eq!(instruction.bytes.len() as u64, LENGTH);
        let intercept = Intercept::of_instruction(instruction.bytes);
        assert_eq!(intercept, Intercept { icptcode: 4, ipa: 0x8324, ipb: 0x0500_0000 });
        assert_eq!(intercept.kind(&S390Registers::default()), Kind::Call);
    }

    #[test]
    fn an_instruction_cut_short_is_none() {
        assert_eq!(Diag::decode(&[0x83, 0x24, 0x05]), None);
        assert_eq!(Diag::decode(&[]), None);
        assert_eq!(Intercept::of_instruction(&[]).kind(&S390Registers::default()), Kind::NotDiag);
        assert_eq!(Diag::decode(&[0x82, 0x24, 0x05, 0x00]), None, "0x82 is LOAD PSW");
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_do_not(bytes: Vec<u8>, r: [u64; 16], icptcode: u8) {
            let registers = S390Registers { r };
            let diag = Diag::decode(&bytes);
            prop_assert_eq!(diag.is_some(), bytes.len() >= 4 && bytes[0] == 0x83);
            let intercept = Intercept { icptcode, ..Intercept::of_instruction(&bytes) };
            let kind = intercept.kind(&registers);
            prop_assert_eq!(matches!(kind, Kind::NotInstruction(_)), icptcode != 4);
            if let (4, Some(diag)) = (icptcode, diag) {
                prop_assert_eq!(kind == Kind::Call, diag.function(&registers) == 0x500);
            }
        }

        #[test]
        fn fields_decode_to_what_they_were_packed_from(r1 in 0..16u8, r3 in 0..16u8, base in 0..16u8, displacement in 0..0x1000u16) {
            let [c, d] = (u16::from(base) << 12 | displacement).to_be_bytes();
            let diag = Diag::decode(&[0x83, r1 << 4 | r3, c, d]);
            prop_assert_eq!(diag, Some(Diag { r1, r3, base, displacement }));
        }
    }
}
