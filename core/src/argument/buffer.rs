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

/// What stands before and behind the maximum in the words of the range.
const WORDS: (&str, &str) =
    ("guest-physical address, then length in bytes: at most ", ", and ending below 2^64");
/// The words with the longest number of 64 bits, which has 20 digits.
const LONGEST: usize = WORDS.0.len() + 20 + WORDS.1.len();

/// The words of the range, and how many bytes of them there are: another maximum is another ABI, so the
/// tables have to tell.
const fn range(max: u64) -> ([u8; LONGEST], usize) {
    let (mut text, mut length) = ([0; LONGEST], 0);
    let mut unit = 1;
    while max / unit >= 10 {
        unit *= 10;
    }
    let mut i = 0;
    while i < WORDS.0.len() {
        text[length] = WORDS.0.as_bytes()[i];
        (i, length) = (i + 1, length + 1);
    }
    while unit > 0 {
        text[length] = b'0' + (max / unit % 10) as u8;
        (unit, length) = (unit / 10, length + 1);
    }
    let mut i = 0;
    while i < WORDS.1.len() {
        text[length] = WORDS.1.as_bytes()[i];
        (i, length) = (i + 1, length + 1);
    }
    (text, length)
}

impl<const MAX: u64> Buffer<MAX> {
    const TEXT: &'static ([u8; LONGEST], usize) = &range(MAX);
    const RANGE: &'static str = match core::str::from_utf8(Self::TEXT.0.split_at(Self::TEXT.1).0) {
        Ok(text) => text,
        Err(_) => panic!("the words are ASCII"), // while compiling
    };
}

impl<const MAX: u64> Argument for Buffer<MAX> {
    const KIND: &'static ArgumentKind =
        &ArgumentKind { name: "buffer", bits: 64, range: Self::RANGE, values: &[], slots: 2, slots_32: 2 };
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
