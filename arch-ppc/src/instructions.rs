//! The instructions that make a call: `hypercall-instructions` of the device tree, and the `sc` in them.

use crate::convention::{KVM_PR, SC1};
use hypercall_core::Endian;
use hypercall_core::convention::Instruction;

/// R0 of a hypercall by `sc`, "KVM!" (Linux `arch/powerpc/include/uapi/asm/kvm_para.h`, `KVM_SC_MAGIC_R0`).
pub const MAGIC_R0: u32 = 0x4b56_4d21;

/// `nop`, `ori 0,0,0`.
pub const NOP: u32 = 0x6000_0000;
/// `blr`, which returns to the caller of a copied sequence.
pub const BLR: u32 = 0x4e80_0020;

/// The words of the property.
pub const WORDS: usize = 4;

/// Whether R0 says that a `sc` is a hypercall. The low 32 bits count, in either mode (Linux
/// `arch/powerpc/kvm/book3s_pr.c`, `kvmppc_handle_exit_pr`).
pub const fn is_magic(r0: u64) -> bool {
    r0 as u32 == MAGIC_R0
}

/// The two system-call instructions a hypercall may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `sc`: a hypercall with the magic in R0, else the guest's own system call.
    Sc,
    /// `sc 1`, into the hypervisor.
    Sc1,
}

impl Level {
    /// Decodes an instruction word; `None` for any other instruction, `sc` of another level among them
    /// (Power ISA Book I, "System Call": the LEV field is bits 20 to 26).
    ///
    /// ```
    /// use hypercall_arch_ppc::instructions::Level;
    /// assert_eq!(Level::decode(0x4400_0002), Some(Level::Sc));
    /// assert_eq!(Level::decode(0x4400_0022), Some(Level::Sc1));
    /// assert_eq!(Level::decode(0x4400_0042), None); // sc 2, to the ultravisor
    /// ```
    pub const fn decode(word: u32) -> Option<Level> {
        match word {
            0x4400_0002 => Some(Level::Sc),
            0x4400_0022 => Some(Level::Sc1),
            _ => None,
        }
    }
}

/// A property value that is no `hypercall-instructions`: not one to four words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("hypercall-instructions are 4, 8, 12 or 16 bytes, not {length}")]
pub struct InstructionsError {
    /// Bytes found.
    pub length: usize,
}

/// The sequence a host tells its guest to make hypercalls with.
///
/// ```
/// use hypercall_arch_ppc::instructions::{HypercallInstructions, Level};
///
/// let pr = HypercallInstructions::of(Level::Sc);
/// assert_eq!(pr.words(), &[0x3c00_4b56, 0x6000_4d21, 0x4400_0002, 0x6000_0000]);
/// assert_eq!(HypercallInstructions::from_property(&pr.to_property()), Ok(pr));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HypercallInstructions {
    words: [u32; WORDS],
}

impl HypercallInstructions {
    /// The sequence whose trap is of this level, as KVM_PPC_GET_PVINFO gives them (Linux
    /// `arch/powerpc/kvm/powerpc.c`, `kvm_vm_ioctl_get_pvinfo`): KVM-PR's for `sc`, BookE-HV's for `sc 1`.
    pub const fn of(level: Level) -> HypercallInstructions {
        match level {
            Level::Sc => HypercallInstructions::from_instruction(&KVM_PR),
            Level::Sc1 => HypercallInstructions::from_instruction(&SC1),
        }
    }

    /// A sequence of one's own.
    pub const fn new(words: [u32; WORDS]) -> HypercallInstructions {
        HypercallInstructions { words }
    }

    const fn from_instruction(instruction: &Instruction) -> HypercallInstructions {
        let mut words = [NOP; WORDS];
        let mut i = 0;
        while i < instruction.bytes.len() / 4 {
            let b = instruction.bytes;
            words[i] = u32::from_be_bytes([b[4 * i], b[4 * i + 1], b[4 * i + 2], b[4 * i + 3]]);
            i += 1;
        }
        HypercallInstructions { words }
    }

    /// Reads the property's value: one to four big-endian words, in trees of guests of either byte order
    /// (Linux `arch/powerpc/kernel/epapr_paravirt.c`, `early_init_dt_scan_epapr`). The rest is `nop`.
    ///
    /// # Errors
    /// [`InstructionsError`] for any other length.
    pub fn from_property(value: &[u8]) -> Result<HypercallInstructions, InstructionsError> {
        let (chunks, rest) = value.as_chunks::<4>();
        if !rest.is_empty() || chunks.is_empty() || chunks.len() > WORDS {
            return Err(InstructionsError { length: value.len() });
        }
        let mut words = [NOP; WORDS];
        for (word, bytes) in words.iter_mut().zip(chunks) {
            *word = u32::from_be_bytes(*bytes);
        }
        Ok(HypercallInstructions { words })
    }

    /// The property's value.
    pub fn to_property(&self) -> [u8; 4 * WORDS] {
        bytemuck::cast(self.words.map(u32::to_be_bytes))
    }

    /// The instruction words.
    pub const fn words(&self) -> &[u32; WORDS] {
        &self.words
    }

    /// The sequence as a function in the guest's memory: the four words and `blr`, in the byte order that the
    /// guest fetches instructions in.
    pub fn code(&self, endian: Endian) -> [u8; 4 * (WORDS + 1)] {
        let [a, b, c, d] = self.words;
        bytemuck::cast([a, b, c, d, BLR].map(|word| match endian {
            Endian::Little => word.to_le_bytes(),
            Endian::Big => word.to_be_bytes(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Words as in Linux `kvm_vm_ioctl_get_pvinfo`, assembled by hand.
    #[test]
    fn the_sequences_are_kvms() {
        let pr = HypercallInstructions::of(Level::Sc);
        let hv = HypercallInstructions::of(Level::Sc1);
        assert_eq!(pr.words, [0x3c00_4b56, 0x6000_4d21, 0x4400_0002, 0x6000_0000]);
        assert_eq!(hv.words, [0x4400_0022, 0x6000_0000, 0x6000_0000, 0x6000_0000]);
        assert_eq!(pr.to_property(), *b"\x3c\x00\x4b\x56\x60\x00\x4d\x21\x44\x00\x00\x02\x60\x00\x00\x00");
        assert_eq!(
            hv.code(Endian::Little),
            *b"\x22\x00\x00\x44\0\0\0\x60\0\0\0\x60\0\0\0\x60\x20\x00\x80\x4e"
        );
        assert_eq!(&hv.code(Endian::Big)[16..], b"\x4e\x80\x00\x20");
    }

    #[test]
    fn the_sequence_loads_the_magic_and_traps_at_its_level() {
        let [lis, ori, sc, _] = HypercallInstructions::of(Level::Sc).words;
        assert_eq!((lis >> 16, ori >> 16), (0x3c00, 0x6000), "lis r0 and ori r0,r0");
        assert_eq!(lis << 16 | ori & 0xffff, 0x4b56_4d21);
        assert_eq!(Level::decode(sc), Some(Level::Sc));
        assert!(is_magic(u64::from_be_bytes(*b"\xff\xff\xff\xffKVM!")), "the upper half does not count");
        assert!(!is_magic(0x4b56_4d21 << 32) && !is_magic(0));
    }

    #[test]
    fn fewer_words_are_filled_with_nops() {
        let one = HypercallInstructions::from_property(&[0x44, 0, 0, 0x22]);
        assert_eq!(one, Ok(HypercallInstructions::of(Level::Sc1)));
    }

    #[test]
    fn other_lengths_are_refused() {
        for length in [0, 1, 3, 5, 15, 17, 20, 4096] {
            let error = HypercallInstructions::from_property(&vec![0; length]);
            assert_eq!(error, Err(InstructionsError { length }));
        }
    }

    proptest! {
        #[test]
        fn any_words_survive_the_property(words: [u32; 4]) {
            let instructions = HypercallInstructions::new(words);
            prop_assert_eq!(HypercallInstructions::from_property(&instructions.to_property()), Ok(instructions));
        }
    }
}
