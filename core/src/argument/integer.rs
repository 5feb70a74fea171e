//! Integers, booleans and what is made of whole registers.

use super::{Argument, ArgumentKind, NonZeroU32, NonZeroU64, Slots, SlotsMut};
use crate::{Error, Width};

macro_rules! unsigned {
    ($($type:ty, $bits:literal, $range:literal;)*) => {$(
        impl Argument for $type {
            const KIND: &'static ArgumentKind = &ArgumentKind::single(stringify!($type), $bits, $range);
            #[inline]
            fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
                <$type>::try_from(slots.take()).map_err(|_| Error::Invalid)
            }
            #[inline]
            fn encode(&self, slots: &mut SlotsMut<'_>) {
                slots.put(u64::from(*self));
            }
        }
    )*};
}

unsigned! {
    u8, 8, "0 to 0xff";
    u16, 16, "0 to 0xffff";
    u32, 32, "0 to 0xffff_ffff";
    u64, 64, "any";
}

/// The register as a signed number: in 32-bit mode its low half is.
fn signed(slots: &mut Slots<'_>) -> i64 {
    let raw = slots.take();
    match slots.width() {
        Width::Bits32 => i64::from(raw as u32 as i32),
        Width::Bits64 => raw as i64,
    }
}

impl Argument for i32 {
    const KIND: &'static ArgumentKind = &ArgumentKind::single("i32", 32, "sign-extended");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        i32::try_from(signed(slots)).map_err(|_| Error::Invalid)
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(i64::from(*self) as u64);
    }
}

impl Argument for i64 {
    const KIND: &'static ArgumentKind = &ArgumentKind::single("i64", 64, "any");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        Ok(signed(slots))
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(*self as u64);
    }
}

impl Argument for bool {
    const KIND: &'static ArgumentKind = &ArgumentKind::single("bool", 1, "0 or 1");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        match slots.take() {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Error::Invalid),
        }
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(u64::from(*self));
    }
}

impl Argument for NonZeroU64 {
    const KIND: &'static ArgumentKind = &ArgumentKind::single("u64", 64, "not 0");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        NonZeroU64::new(slots.take()).ok_or(Error::Invalid)
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.get());
    }
}

impl Argument for NonZeroU32 {
    const KIND: &'static ArgumentKind = &ArgumentKind::single("u32", 32, "not 0");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        NonZeroU32::new(u32::decode(slots)?).ok_or(Error::Invalid)
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(u64::from(self.get()));
    }
}

/// An integer whose upper bits an existing ABI ignores, as Linux does with the APIC ids of KVM_HC_KICK_CPU
/// and KVM_HC_SEND_IPI. A new call should take the integer itself, which refuses them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truncated<T>(pub T);

impl Argument for Truncated<u32> {
    const KIND: &'static ArgumentKind =
        &ArgumentKind::single("u32", 32, "0 to 0xffff_ffff; upper bits ignored");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        Ok(Truncated(slots.take() as u32))
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(u64::from(self.0));
    }
}

/// A bitmap over two whole registers, low one first: 128 bits in 64-bit mode, 64 in 32-bit mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WideBitmap(pub u128);

impl Argument for WideBitmap {
    const KIND: &'static ArgumentKind = &ArgumentKind {
        name: "bitmap",
        bits: 128,
        range: "any; 128 bits in 64-bit mode, 64 in 32-bit mode",
        values: &[],
        slots: 2,
        slots_32: 2,
    };
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        let low = u128::from(slots.take());
        let high = u128::from(slots.take());
        Ok(WideBitmap(low | high << slots.width().bits()))
    }
    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.0 as u64);
        slots.put((self.0 >> slots.width().bits()) as u64);
    }
}
