//! Guest-physical addresses.

use super::{Argument, ArgumentKind, Slots, SlotsMut};
use crate::{Error, Width};

/// Bytes in a page of the hypercall ABIs here, on every architecture.
pub const PAGE_SIZE: u64 = 4096;

/// A guest-physical address, in bytes. Whether there is memory is checked where it is accessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GuestAddress(pub u64);

impl Argument for GuestAddress {
    const KIND: &'static ArgumentKind = &ArgumentKind::single("guest-physical address", 64, "any");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        Ok(GuestAddress(slots.take()))
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.0);
    }
}

/// The guest-physical address of a page: a multiple of [`PAGE_SIZE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageAddress(u64);

impl PageAddress {
    /// The page at `address`, or `None` if that is not page aligned.
    pub const fn new(address: u64) -> Option<PageAddress> {
        if address.is_multiple_of(PAGE_SIZE) { Some(PageAddress(address)) } else { None }
    }

    /// The address in bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Argument for PageAddress {
    const KIND: &'static ArgumentKind =
        &ArgumentKind::single("guest-physical address", 64, "multiple of 4096");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        PageAddress::new(slots.take()).ok_or(Error::Invalid)
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.0);
    }
}

/// A 64-bit guest-physical address that 32-bit guests pass in two registers, low half first, as
/// KVM_HC_MMU_OP did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitAddress(pub u64);

impl Argument for SplitAddress {
    const KIND: &'static ArgumentKind = &ArgumentKind {
        name: "guest-physical address",
        bits: 64,
        range: "any; in 32-bit mode two registers, low half first",
        values: &[],
        slots: 1,
        slots_32: 2,
    };
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        let low = slots.take();
        Ok(SplitAddress(match slots.width() {
            Width::Bits64 => low,
            Width::Bits32 => low | slots.take() << 32,
        }))
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.0);
        if slots.width() == Width::Bits32 {
            slots.put(self.0 >> 32);
        }
    }
}
