//! A ring's memory as one side reaches it, by offset.
//!
//! The protocol is written over these traits, so that a model checker runs the code that a VM runs.

use super::layout::RingHeader;
use crate::memory::{AtomicMemory, MemoryError};
use core::mem::offset_of;
use core::sync::atomic::{AtomicU32, Ordering, fence};

/// Offset of [`RingHeader::producer`].
pub const PRODUCER: u64 = offset_of!(RingHeader, producer) as u64;
/// Offset of [`RingHeader::consumer`].
pub const CONSUMER: u64 = offset_of!(RingHeader, consumer) as u64;
/// Offset of [`RingHeader::flags`].
pub const FLAGS: u64 = offset_of!(RingHeader, flags) as u64;
/// Offset of [`RingHeader::detached`].
pub const DETACHED: u64 = offset_of!(RingHeader, detached) as u64;

/// A ring's memory. Words are as they lie there, in the byte order of whoever wrote them.
pub trait View {
    /// Reads the word at an offset.
    ///
    /// # Errors
    /// [`MemoryError`] when the ring's memory went away.
    fn load(&self, at: u64, ordering: Ordering) -> Result<u32, MemoryError>;

    /// Writes the word at an offset.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn store(&self, at: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError>;

    /// Copies bytes out that the other side does not write meanwhile, if it keeps to the protocol.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn read(&self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError>;

    /// Copies bytes in that the other side does not look at meanwhile, if it keeps to the protocol.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), MemoryError>;

    /// Has every load after it come after every store before it.
    #[inline]
    fn fence(&self) {
        fence(Ordering::SeqCst);
    }
}

/// The guest's, who share the ticket counter among themselves.
pub trait ProducerView: View {
    /// Replaces the word at an offset if it is `current`; the word that it is, otherwise.
    ///
    /// # Errors
    /// The other word.
    fn compare_exchange(&self, at: u64, current: u32, new: u32) -> Result<(), u32>;
}

/// The host's: a place in guest memory, checked at every access, for it may go away.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a, M: ?Sized> {
    /// The memory.
    pub memory: &'a M,
    /// Guest-physical address of the ring.
    pub address: u64,
}

impl<M: AtomicMemory + ?Sized> Place<'_, M> {
    fn at(&self, offset: u64, length: usize) -> Result<u64, MemoryError> {
        let error = MemoryError { address: self.address, length: length as u64 };
        self.address.checked_add(offset).ok_or(error)
    }
}

impl<M: AtomicMemory + ?Sized> View for Place<'_, M> {
    #[inline]
    fn load(&self, at: u64, ordering: Ordering) -> Result<u32, MemoryError> {
        self.memory.load(self.at(at, 4)?, ordering)
    }

    #[inline]
    fn store(&self, at: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError> {
        self.memory.store(self.at(at, 4)?, word, ordering)
    }

    #[inline]
    fn read(&self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        self.memory.read(self.at(at, bytes.len())?, bytes)
    }

    #[inline]
    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.memory.write(self.at(at, bytes.len())?, bytes)
    }
}

/// The guest's own: the words of a ring, from its header on.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a>(pub &'a [AtomicU32]);

impl<'a> Words<'a> {
    fn word(&self, at: u64) -> Result<&'a AtomicU32, MemoryError> {
        let error = MemoryError { address: at, length: 4 };
        usize::try_from(at / 4).ok().and_then(|i| self.0.get(i)).ok_or(error)
    }

    fn words(&self, at: u64, length: usize) -> Result<&'a [AtomicU32], MemoryError> {
        let error = MemoryError { address: at, length: length as u64 };
        let first = usize::try_from(at / 4).map_err(|_| error)?;
        first.checked_add(length / 4).and_then(|end| self.0.get(first..end)).ok_or(error)
    }
}

impl View for Words<'_> {
    #[inline]
    fn load(&self, at: u64, ordering: Ordering) -> Result<u32, MemoryError> {
        Ok(self.word(at)?.load(ordering))
    }

    #[inline]
    fn store(&self, at: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError> {
        self.word(at)?.store(word, ordering);
        Ok(())
    }

    #[inline]
    fn read(&self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        let words = self.words(at, bytes.len())?;
        for (to, from) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *to = from.load(Ordering::Relaxed).to_ne_bytes();
        }
        Ok(())
    }

    #[inline]
    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        for (to, from) in self.words(at, bytes.len())?.iter().zip(bytes.as_chunks::<4>().0) {
            to.store(u32::from_ne_bytes(*from), Ordering::Relaxed);
        }
        Ok(())
    }
}

impl ProducerView for Words<'_> {
    #[inline]
    fn compare_exchange(&self, at: u64, current: u32, new: u32) -> Result<(), u32> {
        // Relaxed: what a ticket's slot held is published by the slot's own turn.
        let word = self.word(at).map_err(|_| !current)?;
        word.compare_exchange(current, new, Ordering::Relaxed, Ordering::Relaxed).map(|_| ())
    }
}
