//! Checked access to guest memory, in the guest's byte order.

mod words;

pub use words::{AtomicMemory, WordMemory};

use crate::shared::ByteOrder;
use crate::{Endian, Error};

/// A range of guest-physical addresses that is not, or not all, memory the VMM may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{length} bytes at guest-physical address {address:#x} are not all memory of the guest's")]
pub struct MemoryError {
    /// First byte asked for.
    pub address: u64,
    /// How many were asked for.
    pub length: u64,
}

impl From<MemoryError> for Error {
    fn from(_: MemoryError) -> Error {
        Error::BadAddress
    }
}

/// The memory of a guest by guest-physical address.
///
/// With the feature `vm-memory` every `vm_memory::GuestMemory` is one. An implementation must refuse a range
/// that is not entirely memory, wrapping ranges among them, before it copies anything.
pub trait GuestMemory {
    /// Copies `buffer.len()` bytes out of the guest.
    ///
    /// # Errors
    /// [`MemoryError`] when the range is not entirely memory; `buffer` may then hold anything.
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError>;

    /// Copies `data` into the guest.
    ///
    /// # Errors
    /// [`MemoryError`] when the range is not entirely memory; nothing was written then.
    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError>;

    /// Whether the range is entirely memory. A range of no bytes is, wherever it lies.
    fn contains(&self, address: u64, length: u64) -> bool;
}

/// Values of a type, on top of bytes.
///
/// ```
/// use hypercall_core::memory::{FlatMemory, GuestMemoryExt};
/// use hypercall_core::Endian;
///
/// let memory = FlatMemory::new(0x1000, 4096);
/// memory.write_value(0x1008, 0x1122_3344_u32, Endian::Big)?;
/// assert_eq!(memory.read_value::<[u8; 4]>(0x1008, Endian::Big)?, [0x11, 0x22, 0x33, 0x44]);
/// assert!(memory.read_value::<u64>(0x1ffc, Endian::Big).is_err());
/// # Ok::<(), hypercall_core::memory::MemoryError>(())
/// ```
pub trait GuestMemoryExt: GuestMemory {
    /// Reads a value written in the guest's byte order.
    ///
    /// # Errors
    /// As [`GuestMemory::read`].
    fn read_value<T: ByteOrder>(&self, address: u64, endian: Endian) -> Result<T, MemoryError> {
        let mut value = T::zeroed();
        self.read(address, bytemuck::bytes_of_mut(&mut value))?;
        Ok(value.convert(endian))
    }

    /// Writes a value in the guest's byte order.
    ///
    /// # Errors
    /// As [`GuestMemory::write`].
    fn write_value<T: ByteOrder>(&self, address: u64, value: T, endian: Endian) -> Result<(), MemoryError> {
        self.write(address, bytemuck::bytes_of(&value.convert(endian)))
    }
}

impl<M: GuestMemory + ?Sized> GuestMemoryExt for M {}

/// Plain memory at one guest-physical address: for tests, the loopback backend and bare-metal hosts, and over
/// bytes of the VMM's own for backends.
#[derive(Clone, Debug)]
pub struct FlatMemory<Bytes = alloc::vec::Vec<core::sync::atomic::AtomicU8>> {
    base: u64,
    bytes: Bytes,
}

impl FlatMemory {
    /// `length` zero bytes at guest-physical address `base`.
    pub fn new(base: u64, length: usize) -> FlatMemory {
        FlatMemory::over(base, (0..length).map(|_| core::sync::atomic::AtomicU8::new(0)).collect())
    }
}

impl<Bytes: AsRef<[core::sync::atomic::AtomicU8]>> FlatMemory<Bytes> {
    /// These bytes at guest-physical address `base`.
    pub fn over(base: u64, bytes: Bytes) -> FlatMemory<Bytes> {
        FlatMemory { base, bytes }
    }

    fn range(&self, address: u64, length: usize) -> Result<&[core::sync::atomic::AtomicU8], MemoryError> {
        let error = MemoryError { address, length: length as u64 };
        let start = address.checked_sub(self.base).and_then(|o| usize::try_from(o).ok()).ok_or(error)?;
        let end = start.checked_add(length).ok_or(error)?;
        self.bytes.as_ref().get(start..end).ok_or(error)
    }
}

impl<Bytes: AsRef<[core::sync::atomic::AtomicU8]>> GuestMemory for FlatMemory<Bytes> {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let source = self.range(address, buffer.len())?;
        for (to, from) in buffer.iter_mut().zip(source) {
            *to = from.load(core::sync::atomic::Ordering::Relaxed);
        }
        Ok(())
    }

    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        let target = self.range(address, data.len())?;
        for (to, from) in target.iter().zip(data) {
            to.store(*from, core::sync::atomic::Ordering::Relaxed);
        }
        Ok(())
    }

    fn contains(&self, address: u64, length: u64) -> bool {
        length == 0 || usize::try_from(length).is_ok_and(|l| self.range(address, l).is_ok())
    }
}

#[cfg(feature = "vm-memory")]
mod vm {
    use super::{AtomicMemory, GuestMemory, MemoryError};
    use crate::ring::view::View;
    use core::sync::atomic::Ordering;
    use vm_memory::bitmap::BitmapSlice;
    use vm_memory::{Bytes, GuestAddress, Permissions, VolatileSlice};

    impl<M: vm_memory::GuestMemory + ?Sized> GuestMemory for M {
        fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
            let error = MemoryError { address, length: buffer.len() as u64 };
            if !usable(self, address, buffer.len(), Permissions::Read) {
                return Err(error);
            }
            self.read_slice(buffer, GuestAddress(address)).map_err(|_| error)
        }

        fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
            let error = MemoryError { address, length: data.len() as u64 };
            if !usable(self, address, data.len(), Permissions::Write) {
                return Err(error);
            }
            self.write_slice(data, GuestAddress(address)).map_err(|_| error)
        }

        fn contains(&self, address: u64, length: u64) -> bool {
            usize::try_from(length).is_ok_and(|l| usable(self, address, l, Permissions::ReadWrite))
        }
    }

    impl<M: vm_memory::GuestMemory + ?Sized> AtomicMemory for M {
        fn load(&self, address: u64, ordering: Ordering) -> Result<u32, MemoryError> {
            let error = MemoryError { address, length: 4 };
            Bytes::load(self, GuestAddress(address), ordering).map_err(|_| error)
        }

        fn store(&self, address: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError> {
            let error = MemoryError { address, length: 4 };
            Bytes::store(self, word, GuestAddress(address), ordering).map_err(|_| error)
        }

        fn in_one_piece(&self, address: u64, length: u64, then: &mut dyn FnMut(&dyn View)) -> bool {
            let Ok(length) = usize::try_from(length) else { return false };
            let address = GuestAddress(address);
            let first =
                self.get_slices(address, length, Permissions::ReadWrite).ok().and_then(|mut s| s.next());
            match first {
                Some(Ok(slice)) if slice.len() == length && address.0.is_multiple_of(4) => {
                    then(&Piece(slice));
                    true
                }
                _ => false,
            }
        }
    }

    /// Of one region.
    struct Piece<'a, B>(VolatileSlice<'a, B>);

    impl<B: BitmapSlice> Piece<'_, B> {
        fn part(&self, at: u64, length: usize) -> Result<VolatileSlice<'_, B>, MemoryError> {
            let error = MemoryError { address: at, length: length as u64 };
            self.0.subslice(usize::try_from(at).map_err(|_| error)?, length).map_err(|_| error)
        }
    }

    impl<B: BitmapSlice> View for Piece<'_, B> {
        fn load(&self, at: u64, ordering: Ordering) -> Result<u32, MemoryError> {
            let error = MemoryError { address: at, length: 4 };
            Bytes::load(&self.0, usize::try_from(at).map_err(|_| error)?, ordering).map_err(|_| error)
        }

        fn store(&self, at: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError> {
            let error = MemoryError { address: at, length: 4 };
            Bytes::store(&self.0, word, usize::try_from(at).map_err(|_| error)?, ordering).map_err(|_| error)
        }

        fn read(&self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
            self.part(at, bytes.len())?.copy_to(bytes);
            Ok(())
        }

        fn write(&self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
            self.part(at, bytes.len())?.copy_from(bytes);
            Ok(())
        }
    }

    /// `check_range` alone may wrap around the end of the address space.
    fn usable<M: vm_memory::GuestMemory + ?Sized>(
        memory: &M,
        address: u64,
        length: usize,
        access: Permissions,
    ) -> bool {
        length == 0
            || (address.checked_add(length as u64 - 1).is_some()
                && memory.check_range(GuestAddress(address), length, access))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(memory: &dyn GuestMemory) {
        let mut buffer = [0; 8];
        assert!(memory.write(0x1ff8, &[7; 8]).is_ok());
        assert!(memory.read(0x1ff8, &mut buffer).is_ok());
        assert_eq!(buffer, [7; 8]);
        for address in [0xfff, 0x1ff9, 0x2000, u64::MAX, u64::MAX - 3] {
            assert_eq!(memory.write(address, &[1; 8]), Err(MemoryError { address, length: 8 }));
            assert!(memory.read(address, &mut buffer).is_err(), "{address:#x}");
            assert!(!memory.contains(address, 8), "{address:#x}");
        }
        assert!(memory.read(0x1ff8, &mut buffer).is_ok());
        assert_eq!(buffer, [7; 8], "a refused write writes nothing");
        assert!(memory.contains(0x1000, 0x1000) && !memory.contains(0x1000, 0x1001));
        assert!(!memory.contains(0x1000, u64::MAX));
    }

    #[test]
    fn flat_memory_ends_where_it_ends() {
        edges(&FlatMemory::new(0x1000, 0x1000));
    }

    #[cfg(feature = "vm-memory")]
    #[test]
    fn vm_memory_ends_where_it_ends() {
        let memory: vm_memory::GuestMemoryMmap =
            vm_memory::GuestMemoryMmap::from_ranges(&[(vm_memory::GuestAddress(0x1000), 0x1000)]).unwrap();
        edges(&memory);
    }

    #[cfg(feature = "vm-memory")]
    #[test]
    fn a_piece_of_vm_memory_is_of_one_region() {
        use core::sync::atomic::Ordering;
        use vm_memory::{GuestAddress, GuestMemoryMmap};
        let regions = [(GuestAddress(0x1000), 0x1000), (GuestAddress(0x2000), 0x1000)];
        let memory = GuestMemoryMmap::<()>::from_ranges(&regions).unwrap();
        let taken = memory.in_one_piece(0x2ffc, 4, &mut |piece| {
            assert_eq!(piece.store(0, 7, Ordering::Relaxed), Ok(()));
            assert!(piece.load(4, Ordering::Relaxed).is_err() && piece.write(2, &[0; 4]).is_err());
        });
        assert!(taken);
        assert_eq!(memory.load(0x2ffc, Ordering::Relaxed), Ok(7));
        for (address, length) in
            [(0x1ffc, 8), (0x1002, 4), (0x2ffc, 8), (u64::MAX - 3, 8), (0x1000, u64::MAX)]
        {
            assert!(!memory.in_one_piece(address, length, &mut |_| unreachable!()), "{address:#x}");
        }
    }

    #[test]
    fn values_are_in_the_guests_byte_order() {
        let memory = FlatMemory::new(0, 16);
        memory.write_value(0, 0x0102_0304_0506_0708_u64, Endian::Little).unwrap();
        memory.write_value(8, 0x0102_0304_0506_0708_u64, Endian::Big).unwrap();
        let mut bytes = [0; 16];
        memory.read(0, &mut bytes).unwrap();
        assert_eq!(bytes, [8, 7, 6, 5, 4, 3, 2, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(memory.read_value(8, Endian::Big), Ok(0x0102_0304_0506_0708_u64));
    }
}
