//! A part of the image's own memory as guest memory.

#![allow(unsafe_code)] // addresses that a guest names become pointers, after a check

use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering};
use hypercall_core::memory::{AtomicMemory, GuestMemory, MemoryError};

/// The memory from `first` to `end` of a guest that runs without address translation, or whose physical
/// addresses are the host's.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    first: u64,
    end: u64,
}

impl Window {
    /// The bytes from address `first` to before `end`.
    ///
    /// # Safety
    /// They are memory for as long as the window or a copy of it is used, not of any Rust object, and not at
    /// address 0.
    pub const unsafe fn new(first: u64, end: u64) -> Window {
        Window { first, end }
    }

    /// The address of the first byte.
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// The address behind the last byte.
    pub const fn end(&self) -> u64 {
        self.end
    }

    fn check(&self, address: u64, length: usize) -> Result<(), MemoryError> {
        let length = length as u64;
        let inside = address >= self.first && address.checked_add(length).is_some_and(|end| end <= self.end);
        if inside { Ok(()) } else { Err(MemoryError { address, length }) }
    }

    /// The words of a range, as a side that shares them has them.
    ///
    /// # Errors
    /// [`MemoryError`] when the range is not all in the window, or does not begin at a multiple of 4.
    pub fn words(&self, address: u64, length: usize) -> Result<&'static [AtomicU32], MemoryError> {
        self.check(address, length)?;
        if !address.is_multiple_of(4) {
            return Err(MemoryError { address, length: length as u64 });
        }
        let first = ptr::with_exposed_provenance::<AtomicU32>(address as usize);
        // SAFETY: inside the window, which is memory of no Rust object for as long as it is used; aligned. Whoever
        // else reaches it here does so by volatile or atomic accesses, on the same processor.
        Ok(unsafe { core::slice::from_raw_parts(first, length / 4) })
    }

    fn word(&self, address: u64) -> Result<&'static AtomicU32, MemoryError> {
        self.words(address, 4)?.first().ok_or(MemoryError { address, length: 4 })
    }
}

impl AtomicMemory for Window {
    fn load(&self, address: u64, ordering: Ordering) -> Result<u32, MemoryError> {
        self.word(address).map(|word| word.load(ordering))
    }

    fn store(&self, address: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError> {
        self.word(address).map(|place| place.store(word, ordering))
    }
}

impl GuestMemory for Window {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.check(address, buffer.len())?;
        let from = ptr::with_exposed_provenance::<u8>(address as usize);
        for (i, to) in buffer.iter_mut().enumerate() {
            // SAFETY: inside the window, which is memory of no Rust object; volatile, as the guest's own.
            *to = unsafe { from.add(i).read_volatile() };
        }
        Ok(())
    }

    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        self.check(address, data.len())?;
        let to = ptr::with_exposed_provenance_mut::<u8>(address as usize);
        for (i, from) in data.iter().enumerate() {
            // SAFETY: inside the window, which is memory of no Rust object; volatile, as the guest's own.
            unsafe { to.add(i).write_volatile(*from) };
        }
        Ok(())
    }

    fn contains(&self, address: u64, length: u64) -> bool {
        length == 0 || usize::try_from(length).is_ok_and(|l| self.check(address, l).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_where_it_ends() {
        let bytes = Box::leak(Box::new([0_u8; 64]));
        let first = bytes.as_mut_ptr().expose_provenance() as u64;
        // SAFETY: leaked, and not used otherwise.
        let window = unsafe { Window::new(first + 8, first + 56) };
        let mut buffer = [0; 8];
        window.write(first + 48, &[7; 8]).unwrap();
        window.read(first + 48, &mut buffer).unwrap();
        assert_eq!(buffer, [7; 8]);
        for address in [first + 7, first + 49, first + 56, 0, u64::MAX, u64::MAX - 3] {
            assert!(window.write(address, &[1; 8]).is_err(), "{address:#x}");
            assert!(window.read(address, &mut buffer).is_err(), "{address:#x}");
            assert!(!window.contains(address, 8), "{address:#x}");
        }
        assert!(window.contains(first + 8, 48) && !window.contains(first + 8, 49));
        assert!(!window.contains(first + 8, u64::MAX) && window.contains(0, 0));
    }

    #[test]
    fn words_are_the_bytes_there() {
        let words = Box::leak(Box::new([0_u32; 4]));
        let first = words.as_mut_ptr().expose_provenance() as u64;
        // SAFETY: leaked, and not used otherwise.
        let window = unsafe { Window::new(first, first + 12) };
        window.store(first + 4, u32::from_ne_bytes([1, 2, 3, 4]), Ordering::Relaxed).unwrap();
        let mut buffer = [0; 4];
        window.read(first + 4, &mut buffer).unwrap();
        assert_eq!(buffer, [1, 2, 3, 4]);
        assert_eq!(window.load(first + 4, Ordering::Relaxed), Ok(u32::from_ne_bytes([1, 2, 3, 4])));
        for address in [first - 4, first + 2, first + 9, first + 12, u64::MAX - 3] {
            assert!(window.load(address, Ordering::Relaxed).is_err(), "{address:#x}");
            assert!(window.store(address, 1, Ordering::Relaxed).is_err(), "{address:#x}");
        }
        assert_eq!(window.words(first, 12).unwrap().len(), 3);
        assert!(window.words(first, 16).is_err() && window.words(first + 1, 8).is_err());
    }
}
