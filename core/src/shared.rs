//! Structures shared with a guest: plain old data with a layout that is asserted and printed.

use crate::{Convention, Endian};
use bytemuck::Pod;

/// Plain data that knows how to change its byte order.
pub trait ByteOrder: Pod {
    /// The value with the bytes of every integer in it reversed.
    #[must_use]
    fn swap_bytes(self) -> Self;

    /// From `endian` to this machine's byte order, or the reverse: the same operation.
    #[must_use]
    fn convert(self, endian: Endian) -> Self {
        if endian == Endian::NATIVE { self } else { self.swap_bytes() }
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl ByteOrder for $type {
            fn swap_bytes(self) -> Self {
                <$type>::swap_bytes(self)
            }
        }
    )*};
}
integers!(u8, u16, u32, u64, i8, i16, i32, i64);

impl<T: ByteOrder, const N: usize> ByteOrder for [T; N] {
    fn swap_bytes(self) -> Self {
        self.map(ByteOrder::swap_bytes)
    }
}

/// A field of a shared structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type as the source has it.
    pub kind: &'static str,
    /// Bytes from the start of the structure.
    pub offset: usize,
    /// Bytes it takes.
    pub size: usize,
    /// What it means.
    pub meaning: &'static str,
}

/// The layout of a shared structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its name in its document.
    pub name: &'static str,
    /// Bytes it takes.
    pub size: usize,
    /// What it is for.
    pub purpose: &'static str,
    /// The document that defines it.
    pub source: &'static str,
    /// Its fields, by offset.
    pub fields: &'static [Field],
}

/// A structure that guest and host meet in without a call that names it.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// What is in it.
    pub layout: &'static Layout,
    /// The conventions whose guests have it.
    pub conventions: &'static [&'static Convention],
    /// How the other side learns where it is.
    pub found: &'static str,
}

/// A structure shared with a guest. Derive it: the derive asserts the offsets and the size that the
/// attributes give, and makes the byte swap and the offset table from the fields.
///
/// ```
/// use hypercall_core::{Shared, shared::{ByteOrder, Shared as _}};
/// use bytemuck::{Pod, Zeroable};
///
/// /// Where the guest is to look.
/// #[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable, Shared)]
/// #[repr(C)]
/// #[shared(name = "acme_pointer", size = 16, source = "ACME's manual, section 4")]
/// struct Pointer {
///     /// Bytes.
///     #[shared(offset = 0)]
///     length: u32,
///     /// Zero.
///     #[shared(offset = 4)]
///     reserved: u32,
///     /// Guest-physical.
///     #[shared(offset = 8)]
///     address: u64,
/// }
///
/// assert_eq!(Pointer::LAYOUT.fields[2].offset, 8);
/// assert_eq!(Pointer { length: 1, reserved: 0, address: 2 }.swap_bytes().address, 2 << 56);
/// ```
pub trait Shared: ByteOrder {
    /// Its layout.
    const LAYOUT: &'static Layout;
}
