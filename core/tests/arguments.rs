//! Every argument type at its edges, in both register widths.

use core::num::{NonZeroU32, NonZeroU64};
use hypercall_core::argument::{
    Argument, Buffer, GuestAddress, PageAddress, Slots, SlotsMut, SplitAddress, Truncated, WideBitmap,
    decode_one,
};
use hypercall_core::{Argument, Error, Width};
use proptest::prelude::*;

/// A mode of a clock, sparse on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Argument)]
#[repr(u32)]
enum Sparse {
    /// Zero.
    Off = 0,
    /// Two.
    On = 2,
    /// The highest of 32 bits.
    Last = 0xffff_ffff,
}

hypercall_core::bitflags::bitflags! {
    /// Two flags with a gap.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Small: u32 {
        /// Bit 0.
        const A = 1;
        /// Bit 4.
        const B = 0x10;
    }

    /// A flag in the upper half.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Large: u64 {
        /// Bit 63.
        const TOP = 1 << 63;
    }
}
hypercall_core::flags_argument!(Small: A = "bit 0", B = "bit 4");
hypercall_core::flags_argument!(Large: TOP = "bit 63");

/// Decodes from registers that the mode has masked, as [`Mode::read`](hypercall_core::Mode::read) does.
fn decode<T: Argument>(width: Width, registers: &[u64]) -> Result<T, Error> {
    let masked: Vec<u64> = registers.iter().map(|r| width.mask(*r)).collect();
    T::decode(&mut Slots::new(&masked, width))
}

/// The registers that a value is encoded in.
fn encode<T: Argument>(width: Width, value: &T) -> Vec<u64> {
    let mut registers = [0; 9];
    let mut slots = SlotsMut::new(&mut registers, width);
    value.encode(&mut slots);
    let used = slots.used();
    let expected = if width == Width::Bits64 { T::KIND.slots } else { T::KIND.slots_32 };
    assert_eq!(used, expected, "{} takes the registers it says", T::KIND.name);
    assert!(registers[used..].iter().all(|r| *r == 0));
    registers[..used].to_vec()
}

const W64: Width = Width::Bits64;
const W32: Width = Width::Bits32;
const INVALID: Error = Error::Invalid;

#[test]
fn an_unsigned_value_too_wide_is_an_error_not_a_truncation() {
    assert_eq!(decode(W64, &[0xff]), Ok(0xff_u8));
    assert_eq!(decode::<u8>(W64, &[0x100]), Err(INVALID));
    assert_eq!(decode::<u8>(W64, &[0x8000_0000_0000_0001]), Err(INVALID));
    assert_eq!(decode(W64, &[0xffff]), Ok(0xffff_u16));
    assert_eq!(decode::<u16>(W64, &[0x1_0000]), Err(INVALID));
    assert_eq!(decode(W64, &[0xffff_ffff]), Ok(0xffff_ffff_u32));
    assert_eq!(decode::<u32>(W64, &[0x1_0000_0000]), Err(INVALID));
    assert_eq!(decode::<u32>(W64, &[u64::MAX]), Err(INVALID));
    assert_eq!(decode(W64, &[u64::MAX]), Ok(u64::MAX));
}

#[test]
fn in_32_bit_mode_the_upper_half_does_not_count() {
    assert_eq!(decode(W32, &[0xdead_beef_0000_0001]), Ok(1_u32));
    assert_eq!(decode(W32, &[0xdead_beef_0000_0001]), Ok(1_u64));
    assert_eq!(decode(W32, &[0xdead_beef_0000_0001]), Ok(true));
    assert_eq!(decode(W32, &[0xdead_beef_0000_1000]), Ok(GuestAddress(0x1000)));
    assert_eq!(decode::<u16>(W32, &[0x1_0000]), Err(INVALID));
    assert_eq!(decode::<NonZeroU64>(W32, &[0xdead_beef_0000_0000]), Err(INVALID));
}

#[test]
fn a_signed_value_is_its_registers_sign_extension() {
    assert_eq!(decode(W64, &[0xffff_ffff_ffff_fffe]), Ok(-2_i32));
    assert_eq!(decode(W64, &[0xffff_ffff_8000_0000]), Ok(i32::MIN));
    assert_eq!(decode(W64, &[0x7fff_ffff]), Ok(i32::MAX));
    assert_eq!(decode::<i32>(W64, &[0x8000_0000]), Err(INVALID), "positive, and 32 bits wide");
    assert_eq!(decode::<i32>(W64, &[0xffff_fffe]), Err(INVALID));
    assert_eq!(decode::<i32>(W64, &[0xffff_ffff_7fff_ffff]), Err(INVALID));
    assert_eq!(decode(W64, &[0x8000_0000_0000_0000]), Ok(i64::MIN));
    assert_eq!(decode(W32, &[0xffff_fffe]), Ok(-2_i32));
    assert_eq!(decode(W32, &[0xffff_fffe]), Ok(-2_i64));
    assert_eq!(decode(W32, &[0x7fff_ffff]), Ok(i64::from(i32::MAX)));
    assert_eq!(encode(W64, &-2_i32), [0xffff_ffff_ffff_fffe]);
    assert_eq!(encode(W32, &-2_i32), [0xffff_fffe]);
    assert_eq!(encode(W32, &-2_i64), [0xffff_fffe]);
}

#[test]
fn a_boolean_is_zero_or_one() {
    assert_eq!(decode(W64, &[0]), Ok(false));
    assert_eq!(decode(W64, &[1]), Ok(true));
    for other in [2, 0xff, 0x100, 1 << 32, u64::MAX] {
        assert_eq!(decode::<bool>(W64, &[other]), Err(INVALID), "{other:#x}");
    }
}

#[test]
fn what_must_not_be_zero_is_not() {
    assert_eq!(decode::<NonZeroU64>(W64, &[0]), Err(INVALID));
    assert_eq!(decode(W64, &[u64::MAX]), Ok(NonZeroU64::MAX));
    assert_eq!(decode::<NonZeroU32>(W64, &[0]), Err(INVALID));
    assert_eq!(decode(W64, &[0xffff_ffff]), Ok(NonZeroU32::MAX));
    assert_eq!(decode::<NonZeroU32>(W64, &[0x1_0000_0000]), Err(INVALID), "zero after a truncation");
    assert_eq!(decode::<NonZeroU32>(W64, &[0x1_0000_0001]), Err(INVALID));
}

#[test]
fn only_what_says_so_is_truncated() {
    assert_eq!(decode(W64, &[0xdead_beef_0000_0007]), Ok(Truncated(7_u32)));
    assert_eq!(decode(W32, &[0xdead_beef_0000_0007]), Ok(Truncated(7_u32)));
}

#[test]
fn a_page_address_is_page_aligned() {
    assert_eq!(decode::<PageAddress>(W64, &[0x1000]).map(PageAddress::get), Ok(0x1000));
    assert_eq!(decode::<PageAddress>(W64, &[0]).map(PageAddress::get), Ok(0));
    assert_eq!(decode::<PageAddress>(W64, &[!0xfff]).map(PageAddress::get), Ok(!0xfff));
    for unaligned in [1, 0xfff, 0x1001, 0x1800, u64::MAX] {
        assert_eq!(decode::<PageAddress>(W64, &[unaligned]), Err(INVALID), "{unaligned:#x}");
        assert_eq!(PageAddress::new(unaligned), None);
    }
    assert_eq!(decode::<GuestAddress>(W64, &[u64::MAX]), Ok(GuestAddress(u64::MAX)));
}

#[test]
fn a_split_address_takes_two_registers_in_32_bit_mode_low_half_first() {
    let address = SplitAddress(0x1234_5678_9abc_def0);
    assert_eq!(encode(W64, &address), [0x1234_5678_9abc_def0]);
    assert_eq!(encode(W32, &address), [0x9abc_def0, 0x1234_5678]);
    assert_eq!(decode(W32, &[0xffff_ffff_9abc_def0, 0xffff_ffff_1234_5678]), Ok(address));
    assert_eq!(decode(W64, &[0x1234_5678_9abc_def0, u64::MAX]), Ok(address));
}

#[test]
fn a_bitmap_is_two_whole_registers_of_the_mode_low_one_first() {
    assert_eq!(decode(W64, &[1, 2]), Ok(WideBitmap(2 << 64 | 1)));
    assert_eq!(decode(W64, &[u64::MAX; 2]), Ok(WideBitmap(u128::MAX)));
    assert_eq!(decode(W32, &[1, 2]), Ok(WideBitmap(2 << 32 | 1)));
    assert_eq!(decode(W32, &[u64::MAX; 2]), Ok(WideBitmap(u128::from(u64::MAX))));
    assert_eq!(encode(W32, &WideBitmap(2 << 32 | 1)), [1, 2]);
    assert_eq!(encode(W64, &WideBitmap(2 << 64 | 1)), [1, 2]);
}

#[test]
fn a_buffer_is_checked_as_a_whole() {
    type Bytes = Buffer<0x1000>;
    let buffer: Bytes = decode(W64, &[0x5000, 0x1000]).unwrap();
    assert_eq!((buffer.address(), buffer.length()), (0x5000, 0x1000));
    assert_eq!(decode::<Bytes>(W64, &[0x5000, 0x1001]), Err(Error::TooBig));
    assert_eq!(decode::<Bytes>(W64, &[0x5000, u64::MAX]), Err(Error::TooBig));
    assert_eq!(decode::<Bytes>(W64, &[u64::MAX, 1]), Err(Error::BadAddress), "its end has no address");
    assert_eq!(decode::<Bytes>(W64, &[u64::MAX - 0xffe, 0x1000]), Err(Error::BadAddress));
    assert!(decode::<Bytes>(W64, &[u64::MAX - 0x1000, 0x1000]).is_ok());
    assert!(decode::<Bytes>(W64, &[u64::MAX, 0]).is_ok(), "nothing, anywhere");
    assert_eq!(decode::<Buffer<{ u64::MAX }>>(W64, &[1, u64::MAX]), Err(Error::BadAddress));
    assert_eq!(Buffer::<16>::new(0, 17), Err(Error::TooBig));
    let range = |max: &str| {
        format!("guest-physical address, then length in bytes: at most {max}, and ending below 2^64")
    };
    assert_eq!(Bytes::KIND.range, range("4096"));
    assert_eq!(Buffer::<0>::KIND.range, range("0"));
    assert_eq!(Buffer::<{ u64::MAX }>::KIND.range, range("18446744073709551615"));
}

#[test]
fn an_enum_has_no_other_values() {
    assert_eq!(decode(W64, &[2]), Ok(Sparse::On));
    assert_eq!(decode(W64, &[0xffff_ffff]), Ok(Sparse::Last));
    for other in [1, 3, 0x1_0000_0002, u64::MAX] {
        assert_eq!(decode::<Sparse>(W64, &[other]), Err(INVALID), "{other:#x}");
    }
    assert_eq!(decode(W32, &[0xdead_beef_0000_0002]), Ok(Sparse::On));
    let named: Vec<_> = Sparse::KIND.values.iter().map(|v| (v.name, v.value, v.meaning)).collect();
    assert_eq!(
        named,
        [("Off", 0, "Zero."), ("On", 2, "Two."), ("Last", 0xffff_ffff, "The highest of 32 bits.")]
    );
    assert_eq!((Sparse::KIND.name, Sparse::KIND.bits), ("Sparse", 32));
}

#[test]
fn reserved_bits_of_flags_are_refused() {
    assert_eq!(decode(W64, &[0x11]), Ok(Small::A | Small::B));
    assert_eq!(decode(W64, &[0]), Ok(Small::empty()));
    for other in [2, 0x20, 0x111, 1 << 32, 1 << 32 | 1, u64::MAX] {
        assert_eq!(decode::<Small>(W64, &[other]), Err(INVALID), "{other:#x}");
    }
    assert_eq!(decode(W64, &[1 << 63]), Ok(Large::TOP));
    assert_eq!((Small::KIND.bits, Large::KIND.bits), (5, 64));
}

#[test]
fn registers_that_are_missing_are_zero_and_values_without_one_are_dropped() {
    assert_eq!(decode_one::<u64>(&[]), Ok(0));
    assert_eq!(decode_one::<NonZeroU64>(&[]), Err(INVALID));
    let mut one = [0];
    let mut slots = SlotsMut::new(&mut one, W64);
    WideBitmap(2 << 64 | 1).encode(&mut slots);
    assert_eq!((slots.used(), one), (1, [1]));
}

fn widths() -> impl Strategy<Value = Width> {
    prop_oneof![Just(W32), Just(W64)]
}

/// Decoding what was encoded gives the value again.
fn identity<T: Argument + PartialEq + core::fmt::Debug>(width: Width, value: T) {
    assert_eq!(decode(width, &encode(width, &value)), Ok(value));
}

/// Encoding what was decoded gives the registers again, as far as they count.
fn canonical<T: Argument>(width: Width, registers: &[u64]) {
    if let Ok(value) = decode::<T>(width, registers) {
        let expected: Vec<u64> = registers.iter().map(|r| width.mask(*r)).collect();
        let encoded = encode(width, &value);
        assert_eq!(encoded, expected[..encoded.len()], "{}", T::KIND.name);
    }
}

proptest! {
    #[test]
    fn encode_then_decode_is_the_identity(
        width in widths(), a: u8, b: u16, c: u32, d: i32, e: bool, f: u64, g: i64, h: u128,
        length in 0_u64..=0x1000,
    ) {
        let word = width.mask(f);
        identity(width, a);
        identity(width, b);
        identity(width, c);
        identity(width, d);
        identity(width, e);
        identity(width, word);
        identity(width, if width == W32 { i64::from(d) } else { g });
        identity(width, NonZeroU32::new(c).unwrap_or(NonZeroU32::MIN));
        identity(width, NonZeroU64::new(word).unwrap_or(NonZeroU64::MIN));
        identity(width, Truncated(c));
        identity(width, GuestAddress(word));
        identity(width, PageAddress::new(word & !0xfff).unwrap());
        identity(width, SplitAddress(f));
        identity(width, WideBitmap(if width == W32 { h & u128::from(u64::MAX) } else { h }));
        identity(width, Buffer::<0x1000>::new(word.min(u64::MAX - 0x1000), length).unwrap());
        identity(width, [Sparse::Off, Sparse::On, Sparse::Last][a as usize % 3]);
        identity(width, Small::from_bits_truncate(c));
    }

    #[test]
    fn what_decodes_is_encoded_as_it_came(
        width in widths(),
        registers in prop_oneof![
            any::<[u64; 2]>(), any::<[u8; 2]>().prop_map(|b| b.map(u64::from)),
            any::<[i32; 2]>().prop_map(|b| b.map(|v| i64::from(v) as u64)),
        ],
    ) {
        canonical::<u8>(width, &registers);
        canonical::<u16>(width, &registers);
        canonical::<u32>(width, &registers);
        canonical::<u64>(width, &registers);
        canonical::<i32>(width, &registers);
        canonical::<i64>(width, &registers);
        canonical::<bool>(width, &registers);
        canonical::<NonZeroU32>(width, &registers);
        canonical::<NonZeroU64>(width, &registers);
        canonical::<GuestAddress>(width, &registers);
        canonical::<PageAddress>(width, &registers);
        canonical::<SplitAddress>(width, &registers);
        canonical::<WideBitmap>(width, &registers);
        canonical::<Buffer<0x1000>>(width, &registers);
        canonical::<Sparse>(width, &registers);
        canonical::<Small>(width, &registers);
        canonical::<Large>(width, &registers);
    }
}
