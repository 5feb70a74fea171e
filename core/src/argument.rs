//! The types an argument may have. A value that has no meaning cannot be built: it is refused when the
//! registers are decoded, before any handler runs.
//!
//! | type | registers | refused |
//! |---|---|---|
//! | `u8` `u16` `u32` `u64` | 1 | wider than the type |
//! | `i32` `i64` | 1 | not the sign extension of the type |
//! | [`bool`] | 1 | other than 0 and 1 |
//! | [`NonZeroU32`], [`NonZeroU64`] | 1 | zero, wider than the type |
//! | [`Truncated<u32>`](Truncated) | 1 | nothing: upper bits are ignored, where an existing ABI does so |
//! | [`GuestAddress`] | 1 | nothing here; memory is checked on access |
//! | [`PageAddress`] | 1 | not a multiple of 4096 |
//! | [`SplitAddress`] | 1, in 32-bit mode 2 (low, high) | nothing here; memory is checked on access |
//! | [`WideBitmap`] | 2 | nothing |
//! | [`Buffer`] | 2: address, length | longer than its maximum, or past the end of the address space |
//! | enums with `#[derive(Argument)]` | 1 | values the enum has not |
//! | [`flags_argument!`](crate::flags_argument) over `bitflags` | 1 | reserved bits |
//!
//! In 32-bit modes the registers are masked before the types see them, as each architecture does.

mod address;
mod buffer;
mod integer;

pub use address::{GuestAddress, PAGE_SIZE, PageAddress, SplitAddress};
pub use buffer::Buffer;
pub use core::num::{NonZeroU32, NonZeroU64};
pub use integer::{Truncated, WideBitmap};

use crate::{Error, Width};

/// A value with a name, of an enum or a set of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedValue {
    /// Its name.
    pub name: &'static str,
    /// Its bits.
    pub value: u64,
    /// What it means.
    pub meaning: &'static str,
}

/// What there is to say of an argument type, for tables and checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArgumentKind {
    /// The type in the words of the ABI documents.
    pub name: &'static str,
    /// Bits that may be set, counted from the lowest.
    pub bits: u32,
    /// The valid values, in words.
    pub range: &'static str,
    /// The values with a name.
    pub values: &'static [NamedValue],
    /// Registers taken in 64-bit mode.
    pub slots: usize,
    /// Registers taken in 32-bit mode.
    pub slots_32: usize,
}

impl ArgumentKind {
    /// A type that takes one register.
    pub const fn single(name: &'static str, bits: u32, range: &'static str) -> ArgumentKind {
        ArgumentKind { name, bits, range, values: &[], slots: 1, slots_32: 1 }
    }
}

/// A type a field of a [`Hypercall`](crate::definition::Hypercall) may have.
///
/// Implement it for a type of your own when an enum or flags do not say it:
///
/// ```
/// use hypercall_core::argument::{Argument, ArgumentKind, Slots, SlotsMut};
/// use hypercall_core::Error;
///
/// /// A port number of the guest's: even.
/// #[derive(Debug, PartialEq)]
/// struct EvenPort(u16);
///
/// impl Argument for EvenPort {
///     const KIND: &'static ArgumentKind = &ArgumentKind::single("port", 16, "even");
///     fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
///         match u16::decode(slots)? {
///             port if port % 2 == 0 => Ok(EvenPort(port)),
///             _ => Err(Error::Invalid),
///         }
///     }
///     fn encode(&self, slots: &mut SlotsMut<'_>) {
///         self.0.encode(slots);
///     }
/// }
///
/// assert_eq!(hypercall_core::argument::decode_one::<EvenPort>(&[4]), Ok(EvenPort(4)));
/// assert_eq!(hypercall_core::argument::decode_one::<EvenPort>(&[5]), Err(Error::Invalid));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hypercall argument type",
    label = "not an argument type",
    note = "use a sized integer, `bool`, `NonZeroU64`, `GuestAddress`, `PageAddress`, `Buffer`, an enum with `#[derive(Argument)]`, flags with `flags_argument!`, or implement `hypercall_core::argument::Argument`"
)]
pub trait Argument: Sized {
    /// What the tables say of the type.
    const KIND: &'static ArgumentKind;

    /// Reads the value from the next registers.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a value that has no meaning.
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error>;

    /// Writes the value to the next registers.
    fn encode(&self, slots: &mut SlotsMut<'_>);
}

/// The argument registers of a call, read in order.
#[derive(Debug)]
pub struct Slots<'a> {
    values: &'a [u64],
    width: Width,
}

impl<'a> Slots<'a> {
    /// Over argument registers that are already masked to `width`.
    #[inline]
    pub fn new(values: &'a [u64], width: Width) -> Slots<'a> {
        Slots { values, width }
    }

    /// The next register; zero past the last, which the builder's check of a call against its conventions
    /// keeps from happening.
    #[inline]
    pub fn take(&mut self) -> u64 {
        match self.values.split_first() {
            Some((first, rest)) => {
                self.values = rest;
                *first
            }
            None => 0,
        }
    }

    /// The guest's mode.
    #[inline]
    pub fn width(&self) -> Width {
        self.width
    }
}

/// The argument registers of a call, written in order.
#[derive(Debug)]
pub struct SlotsMut<'a> {
    values: &'a mut [u64],
    used: usize,
    width: Width,
}

impl<'a> SlotsMut<'a> {
    /// Over the registers of a convention in the mode `width`.
    pub fn new(values: &'a mut [u64], width: Width) -> SlotsMut<'a> {
        SlotsMut { values, used: 0, width }
    }

    /// Writes the next register, masked to the mode's width. Values past the last register are dropped; a
    /// call that needs more registers than its convention has is refused when it is built.
    #[inline]
    pub fn put(&mut self, value: u64) {
        if let Some(slot) = self.values.get_mut(self.used) {
            *slot = self.width.mask(value);
            self.used += 1;
        }
    }

    /// How many registers were written.
    pub fn used(&self) -> usize {
        self.used
    }

    /// The mode written for.
    pub fn width(&self) -> Width {
        self.width
    }
}

/// Decodes one value from 64-bit registers; for tests of argument types.
///
/// # Errors
/// The type's error for a value that has no meaning.
pub fn decode_one<T: Argument>(values: &[u64]) -> Result<T, Error> {
    T::decode(&mut Slots::new(values, Width::Bits64))
}

/// Makes a `bitflags` type an argument type: reserved bits are refused, and the tables list each flag.
///
/// ```
/// hypercall_core::bitflags::bitflags! {
///     /// How to map.
///     #[derive(Clone, Copy, Debug, PartialEq, Eq)]
///     pub struct MapFlags: u64 {
///         /// Writable.
///         const WRITE = 1;
///         /// Not executable.
///         const NO_EXEC = 2;
///     }
/// }
/// hypercall_core::flags_argument!(MapFlags: WRITE = "writable", NO_EXEC = "not executable");
///
/// use hypercall_core::argument::decode_one;
/// assert_eq!(decode_one(&[3]), Ok(MapFlags::WRITE | MapFlags::NO_EXEC));
/// assert!(decode_one::<MapFlags>(&[4]).is_err());
/// ```
#[macro_export]
macro_rules! flags_argument {
    ($type:ident: $($flag:ident = $meaning:literal),+ $(,)?) => {
        impl $crate::argument::Argument for $type {
            const KIND: &'static $crate::argument::ArgumentKind = &$crate::argument::ArgumentKind {
                name: "flags",
                bits: 64 - (0 $(| $type::$flag.bits() as u64)+).leading_zeros(),
                range: "the flags named; other bits are reserved and zero",
                values: &[$($crate::argument::NamedValue {
                    name: stringify!($flag),
                    value: $type::$flag.bits() as u64,
                    meaning: $meaning,
                }),+],
                slots: 1,
                slots_32: 1,
            };
            fn decode(slots: &mut $crate::argument::Slots<'_>) -> Result<Self, $crate::Error> {
                slots
                    .take()
                    .try_into()
                    .ok()
                    .and_then($type::from_bits)
                    .ok_or($crate::Error::Invalid)
            }
            fn encode(&self, slots: &mut $crate::argument::SlotsMut<'_>) {
                slots.put(u64::from(self.bits()));
            }
        }
    };
}
