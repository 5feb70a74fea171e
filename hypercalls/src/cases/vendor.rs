//! Cases of the project's own calls, which exist on every architecture.

use super::Expect::{Done, Error as Fails, Value as Gives};
use super::Value::{BeforeEnd, Data, Is, Outside};
use super::{ALL_ARCHS, Case, Expect, Modes, Value, unknown};
use hypercall_core::interface::VENDOR;
use hypercall_core::{Arch, Error};

const SOURCE: &str = "the vendor interface's own documentation";
const PPC: &[Arch] = &[Arch::Ppc];

const fn case(number: u64, name: &'static str, arguments: &'static [Value], expect: Expect) -> Case {
    Case::new(&VENDOR, ALL_ARCHS, number, name, arguments, expect, SOURCE)
}

const fn ppc(number: u64, name: &'static str, arguments: &'static [Value], expect: Expect) -> Case {
    Case::new(&VENDOR, PPC, number, name, arguments, expect, SOURCE)
}

const INVALID: Expect = Fails(Error::Invalid);

/// Arguments of which each has another weight and value: 1, 10, 100 ... so that the sum shows the order.
const DIGITS: [Value; 9] = [
    Is(1),
    Is(10),
    Is(100),
    Is(1_000),
    Is(10_000),
    Is(100_000),
    Is(1_000_000),
    Is(10_000_000),
    Is(100_000_000),
];

const fn digits(count: usize) -> &'static [Value] {
    DIGITS_REF.split_at(count).0
}
const DIGITS_REF: &[Value] = &DIGITS;

pub(super) const CASES: &[Case] = &[
    case(0x00, "plain", &[], Done),
    case(0x01, "one", digits(1), Gives(1)),
    case(0x02, "two", digits(2), Gives(21)),
    case(0x03, "three", digits(3), Gives(321)),
    case(0x04, "four", digits(4), Gives(4321)),
    case(0x05, "five", digits(5), Gives(54321)),
    case(0x06, "six", digits(6), Gives(654_321)),
    ppc(0x07, "seven", digits(7), Gives(7_654_321)),
    ppc(0x08, "eight", digits(8), Gives(87_654_321)),
    ppc(0x09, "nine", digits(9), Gives(987_654_321)),
    // 0x1_0000_0001 + 2 * 0x8000_0000_0000_0000 wraps to 0x1_0000_0001
    case(0x02, "wraps", &[Is(0x1_0000_0001), Is(1 << 63)], Gives(0x1_0000_0001)).modes(Modes::Wide),
    // the upper halves do not count: 1 + 2 * 2
    case(0x02, "halves", &[Is(0xdead_beef_0000_0001), Is(0xdead_beef_0000_0002)], Gives(5))
        .modes(Modes::Narrow),
    ppc(
        0x10,
        "outputs",
        &[Is(0x100)],
        Expect::Outputs(0x100, &[0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107]),
    ),
    case(0x11, "unknown", &[Is(0)], Fails(Error::Unknown)),
    case(0x11, "not-permitted", &[Is(1)], Fails(Error::NotPermitted)),
    case(0x11, "invalid", &[Is(2)], INVALID),
    case(0x11, "bad-address", &[Is(3)], Fails(Error::BadAddress)),
    case(0x11, "unsupported", &[Is(4)], Fails(Error::Unsupported)),
    case(0x11, "too-big", &[Is(5)], Fails(Error::TooBig)),
    case(0x11, "not-found", &[Is(6)], Fails(Error::NotFound)),
    case(0x11, "io", &[Is(7)], Fails(Error::Io)),
    case(0x11, "busy", &[Is(8)], Fails(Error::Busy)),
    case(0x11, "no-memory", &[Is(9)], Fails(Error::NoMemory)),
    case(0x11, "no-device", &[Is(10)], Fails(Error::NoDevice)),
    case(0x11, "invalid-state", &[Is(11)], Fails(Error::InvalidState)),
    case(0x11, "internal", &[Is(12)], Fails(Error::Internal)),
    case(0x11, "no-such-error", &[Is(13)], INVALID),
    case(0x11, "wide", &[Is(0x1_0000_0002)], INVALID).modes(Modes::Wide),
    case(0x12, "valid", &[Data(0x1000), Is(77), Is(3), Is(1)], Gives(77)),
    case(0x12, "unaligned", &[Data(0x1008), Is(77), Is(3), Is(1)], INVALID),
    case(0x12, "no-count", &[Data(0x1000), Is(0), Is(3), Is(1)], INVALID),
    case(0x12, "count-too-wide", &[Data(0x1000), Is(1 << 32), Is(3), Is(1)], INVALID).modes(Modes::Wide),
    case(0x12, "reserved-flag", &[Data(0x1000), Is(77), Is(8), Is(1)], INVALID),
    case(0x12, "no-boolean", &[Data(0x1000), Is(77), Is(3), Is(2)], INVALID),
    case(0x13, "plus", &[Is(5)], Gives(5)),
    case(0x13, "minus", &[Is(0xffff_ffff_ffff_fffb)], Gives(5)),
    case(0x13, "least", &[Is(0xffff_ffff_8000_0000)], Gives(0x8000_0000)),
    case(0x13, "not-sign-extended", &[Is(0x8000_0000)], INVALID).modes(Modes::Wide),
    case(0x13, "low-half", &[Is(0x8000_0000)], Gives(0x8000_0000)).modes(Modes::Narrow),
    // 0xff + 0xffff + 0xffff_ff00 = 0x1_0000_fffe
    case(0x14, "widest", &[Is(0xff), Is(0xffff), Is(0xffff_ff00)], Gives(0x1_0000_fffe)),
    case(0x14, "byte-too-wide", &[Is(0x100), Is(0), Is(0)], INVALID),
    case(0x14, "half-too-wide", &[Is(0), Is(0x1_0000), Is(0)], INVALID),
    case(0x14, "word-too-wide", &[Is(0), Is(0), Is(0x1_0000_0000)], INVALID).modes(Modes::Wide),
    case(0x20, "hello", &[Data(0x300), Is(14)], Gives(14)).before(&[(0x300, b"hello, guest!\n")]),
    case(0x20, "nothing", &[Data(0x300), Is(0)], Gives(0)),
    case(0x20, "too-long", &[Data(0), Is(4097)], Fails(Error::TooBig)),
    case(0x20, "no-memory", &[Outside(0), Is(1)], Fails(Error::BadAddress)),
    case(0x20, "past-the-end", &[BeforeEnd(8), Is(9)], Fails(Error::BadAddress)),
    case(0x21, "bytes", &[Data(0x400), Is(4)], Gives(0x2ff)).before(&[(0x400, &[0xff, 0xff, 0xff, 0x02])]),
    case(0x21, "one", &[Data(0x413), Is(1)], Gives(0xfe)).before(&[(0x413, &[0xfe])]),
    case(0x21, "too-long", &[Data(0), Is(65537)], Fails(Error::TooBig)),
    case(0x21, "length-wraps", &[Data(0), Is(u64::MAX)], Fails(Error::TooBig)),
    case(0x21, "end-wraps", &[Is(u64::MAX - 1), Is(8)], Fails(Error::BadAddress)),
    // magic "HVid", version 1, in the guest's byte order; the arch and the count differ by machine
    case(0x22, "identity", &[Data(0x500)], Done).before(&[(0x500, &[0xff; 32])]).after(&[
        (0x500, 0x4856_6964),
        (0x504, 1),
        (0x50c, 0),
        (0x518, 0xffff_ffff),
    ]),
    case(0x22, "no-memory", &[Outside(0)], Fails(Error::BadAddress)),
    case(0x22, "past-the-end", &[BeforeEnd(23)], Fails(Error::BadAddress)),
    case(0x30, "retried-once", &[Is(0x1234)], Gives(2)),
    case(0x31, "completed-by-another-thread", &[Is(0x5678)], Gives(0x5678)),
    case(0x32, "fault", &[], Expect::Fault),
    case(0x34, "panic", &[], Fails(Error::Internal)),
    case(0x38, "deprecated", &[], Done),
    case(0x39, "obsolete", &[], Fails(Error::Unknown)),
    case(0x3a, "wall-clock", &[], Expect::Now),
    // no entries: is there the call?
    case(0x40, "nothing", &[Data(0x600), Is(0), Is(0)], Gives(0)),
    case(0x40, "unaligned", &[Data(0x640), Is(0), Is(0)], INVALID),
    case(0x40, "reserved-flag", &[Data(0x600), Is(0), Is(2)], INVALID),
    case(0x40, "no-memory", &[Outside(0), Is(1), Is(0)], Fails(Error::BadAddress)),
    case(0x40, "past-the-end", &[BeforeEnd(128), Is(2), Is(0)], Fails(Error::BadAddress)),
    case(0x40, "all-there-is-and-more", &[Data(0x600), Is(0xffff_ffff), Is(1)], Fails(Error::BadAddress)),
    case(0x40, "end-wraps", &[Is(0xffff_ffff_ffff_ff80), Is(1), Is(0)], Fails(Error::BadAddress)),
    case(0x40, "size-wraps", &[Data(0x600), Is(1 << 57), Is(0)], Fails(Error::BadAddress)).modes(Modes::Wide),
    // what no guest hands in is answered too, and what is behind the answer stays the guest's
    case(0x40, "nonsense", &[Data(0x600), Is(1), Is(0)], Gives(1)).before(&[(0x600, &[0xff; 136])]).after(&[
        (0x604, 0xffff_ffff),
        (0x660, 0xffff_ffff),
        (0x680, 0xffff_ffff),
    ]),
    case(0x41, "unaligned", &[Data(0x4010), Is(0), Is(0)], INVALID),
    case(0x41, "too-long", &[Data(0x4000), Is(11), Is(0)], INVALID),
    case(0x41, "reserved-flag", &[Data(0x4000), Is(0), Is(1)], INVALID),
    case(0x41, "no-memory", &[Outside(0), Is(0), Is(0)], Fails(Error::BadAddress)),
    case(0x41, "entries-past-the-end", &[BeforeEnd(0x1000), Is(0), Is(0)], Fails(Error::BadAddress)),
    case(0x42, "no-ring", &[Data(0)], Fails(Error::NotFound)),
    case(0x43, "nothing-to-do", &[], Done),
    unknown(&VENDOR, 0x3f, "next-free"),
    unknown(&VENDOR, 0x7f, "last"),
    case(0x33, "exit", &[Is(42)], Expect::Exit(42)),
];
