//! Guest memory in which two sides meet: whole words, each read and written at once.

use super::{GuestMemory, MemoryError};
use crate::ring::view::{self, View};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, Ordering};

/// Guest memory with 32-bit words that are read and written at once, as they lie there: what a protocol between
/// host and guest needs while both run.
///
/// With the feature `vm-memory` every `vm_memory::GuestMemory` has them.
pub trait AtomicMemory: GuestMemory {
    /// Reads a word.
    ///
    /// # Errors
    /// [`MemoryError`] when the word is not memory, or its address not a multiple of 4.
    fn load(&self, address: u64, ordering: Ordering) -> Result<u32, MemoryError>;

    /// Writes a word.
    ///
    /// # Errors
    /// As [`load`](Self::load); nothing was written then.
    fn store(&self, address: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError>;

    /// Gives `then` a range as one piece, so that many accesses cost one look for where it is, and says whether it did:
    /// not where it cannot be had so, or is not all memory. An address that is no multiple of 4 never can.
    fn in_one_piece(&self, address: u64, length: u64, then: &mut dyn FnMut(&dyn View)) -> bool {
        let _ = (address, length, then);
        false
    }
}

/// Plain memory of words at one guest-physical address, which threads share: for tests and the loopback
/// backend, and over words of the VMM's own for backends.
#[derive(Clone, Debug)]
pub struct WordMemory<Words = Arc<[AtomicU32]>> {
    base: u64,
    words: Words,
}

/// Bytes of a word.
const WORD: usize = size_of::<u32>();

impl WordMemory {
    /// `length` zero bytes at guest-physical address `base`; both are rounded down to whole words.
    pub fn new(base: u64, length: usize) -> WordMemory {
        WordMemory::over(base, (0..length / WORD).map(|_| AtomicU32::new(0)).collect())
    }
}

impl<Words: AsRef<[AtomicU32]>> WordMemory<Words> {
    /// These words at guest-physical address `base`, which is rounded down to whole words.
    pub fn over(base: u64, words: Words) -> WordMemory<Words> {
        WordMemory { base: base - base % WORD as u64, words }
    }

    /// The words from `address` on, as the guest's side has them. None where there is no memory.
    pub fn from(&self, address: u64) -> &[AtomicU32] {
        self.offset(address, 0).and_then(|at| self.words.as_ref().get(at / WORD..)).unwrap_or_default()
    }

    /// How far in a range begins, if all of it is here.
    fn offset(&self, address: u64, length: usize) -> Option<usize> {
        let at = usize::try_from(address.checked_sub(self.base)?).ok()?;
        (at.checked_add(length)? <= self.words.as_ref().len() * WORD).then_some(at)
    }

    fn word(&self, address: u64) -> Result<&AtomicU32, MemoryError> {
        let error = MemoryError { address, length: WORD as u64 };
        let at = self.offset(address, WORD).filter(|at| at.is_multiple_of(WORD)).ok_or(error)?;
        self.words.as_ref().get(at / WORD).ok_or(error)
    }
}

impl<Words: AsRef<[AtomicU32]>> AtomicMemory for WordMemory<Words> {
    fn load(&self, address: u64, ordering: Ordering) -> Result<u32, MemoryError> {
        self.word(address).map(|word| word.load(ordering))
    }

    fn store(&self, address: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError> {
        self.word(address).map(|place| place.store(word, ordering))
    }

    fn in_one_piece(&self, address: u64, length: u64, then: &mut dyn FnMut(&dyn View)) -> bool {
        let all = usize::try_from(length).ok().and_then(|length| {
            let at = self.offset(address, length).filter(|at| at.is_multiple_of(WORD))?;
            self.words.as_ref().get(at / WORD..(at + length) / WORD)
        });
        all.map(|words| then(&view::Words(words))).is_some()
    }
}

impl<Words: AsRef<[AtomicU32]>> GuestMemory for WordMemory<Words> {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let length = buffer.len();
        let at = self.offset(address, length).ok_or(MemoryError { address, length: length as u64 })?;
        let mut done = 0;
        while let Some(word) = self.words.as_ref().get((at + done) / WORD).filter(|_| done < length) {
            let bytes = word.load(Ordering::Relaxed).to_ne_bytes();
            let from = &bytes[(at + done) % WORD..];
            let piece = from.len().min(length - done);
            buffer[done..done + piece].copy_from_slice(&from[..piece]);
            done += piece;
        }
        Ok(())
    }

    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        let length = data.len();
        let at = self.offset(address, length).ok_or(MemoryError { address, length: length as u64 })?;
        let mut done = 0;
        while let Some(word) = self.words.as_ref().get((at + done) / WORD).filter(|_| done < length) {
            let skip = (at + done) % WORD;
            let piece = (WORD - skip).min(length - done);
            let new = &data[done..done + piece];
            if let Ok(whole) = new.try_into() {
                word.store(u32::from_ne_bytes(whole), Ordering::Relaxed);
            } else {
                // The bytes beside may be written by another at the same time.
                let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| {
                    let mut bytes = old.to_ne_bytes();
                    bytes[skip..skip + piece].copy_from_slice(new);
                    Some(u32::from_ne_bytes(bytes))
                });
            }
            done += piece;
        }
        Ok(())
    }

    fn contains(&self, address: u64, length: u64) -> bool {
        length == 0 || usize::try_from(length).is_ok_and(|l| self.offset(address, l).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_words_are_the_same_memory() {
        let memory = WordMemory::new(0x1000, 16);
        memory.write(0x1003, &[1, 2, 3, 4, 5, 6]).unwrap();
        let mut all = [9; 16];
        memory.read(0x1000, &mut all).unwrap();
        assert_eq!(all, [0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(memory.load(0x1004, Ordering::Relaxed), Ok(u32::from_ne_bytes([2, 3, 4, 5])));
        memory.store(0x100c, u32::from_ne_bytes([7, 8, 9, 10]), Ordering::Relaxed).unwrap();
        let mut two = [0; 2];
        memory.read(0x100d, &mut two).unwrap();
        assert_eq!(two, [8, 9]);
        assert_eq!((memory.from(0x100c).len(), memory.from(0x1010).len(), memory.from(0).len()), (1, 0, 0));
    }

    #[test]
    fn a_piece_is_the_same_memory_and_ends_where_it_ends() {
        let memory = WordMemory::new(0x1000, 16);
        let taken = memory.in_one_piece(0x1004, 8, &mut |piece| {
            piece.write(0, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
            assert!(piece.load(8, Ordering::Relaxed).is_err() && piece.read(4, &mut [0; 8]).is_err());
        });
        assert!(taken);
        assert_eq!(memory.load(0x1008, Ordering::Relaxed), Ok(u32::from_ne_bytes([5, 6, 7, 8])));
        for (address, length) in
            [(0x1002, 4), (0x1000, 20), (0xffc, 8), (u64::MAX - 3, 8), (0x1000, u64::MAX)]
        {
            assert!(!memory.in_one_piece(address, length, &mut |_| unreachable!()), "{address:#x}");
        }
    }

    #[test]
    fn what_is_not_all_memory_is_refused() {
        let memory = WordMemory::new(0x1000, 16);
        for address in [0, 0xffe, 0x100e, 0x1010, u64::MAX, u64::MAX - 3] {
            assert!(memory.load(address, Ordering::Relaxed).is_err(), "{address:#x}");
            assert!(memory.store(address, 1, Ordering::Relaxed).is_err(), "{address:#x}");
            assert!(memory.read(address, &mut [0; 4]).is_err(), "{address:#x}");
            assert!(memory.write(address, &[1; 4]).is_err(), "{address:#x}");
            assert!(!memory.contains(address, 4), "{address:#x}");
        }
        assert!(memory.load(0x1002, Ordering::Relaxed).is_err(), "not aligned");
        assert!(memory.contains(0x1000, 16) && !memory.contains(0x1000, 17) && memory.contains(0, 0));
        assert_eq!(memory.load(0x100c, Ordering::Relaxed), Ok(0));
    }
}
