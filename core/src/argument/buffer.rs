//! A range of guest memory, checked as a whole.

use super::{Argument, ArgumentKind, Slots, SlotsMut};
use crate::Error;

/// `length` bytes at a guest-physical `address`, at most `MAX`. The address behind the last byte is one too,
/// below 2^64, so that address plus length never wraps.
///
/// `MAX` bounds the work a guest can ask for; a longer buffer is [`Error::TooBig`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer<const MAX: u64> {
    address: u64,
    length: u64,
}

impl<const MAX: u64> Buffer<MAX> {
    /// The range, checked.
    ///
    /// # Errors
    /// [`Error::TooBig`] over `MAX` bytes, [`Error::BadAddress`] if address plus length is 2^64 or more.
    pub const fn new(address: u64, length: u64) -> Result<Self, Error> {
        if length > MAX {
            return Err(Error::TooBig);
        }
        match address.checked_add(length) {
            Some(_) => Ok(Buffer { address, length }),
            None => Err(Error::BadAddress),
        }
    }

    /// Guest-physical address of the first byte.
    pub const fn address(&self) -> u64 {
        self.address
    }

    /// Length in bytes, at most `MAX`.
    pub const fn length(&self) -> u64 {
        self.length
    }
}

impl<const MAX: u64> Argument for Buffer<MAX> {
    const KIND: &'static ArgumentKind = &ArgumentKind {
        name: "buffer",
        bits: 64,
        range: "guest-physical address, then length in bytes; bounded, and ending below 2^64",
        values: &[],
        slots: 2,
        slots_32: 2,
    };
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        let address = slots.take();
        Buffer::new(address, slots.take())
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.address);
        slots.put(self.length);
    }
}
