//! Numbers that nobody has given out, among them such as look like ones that somebody has.

use hypercall_core::{Error, interface};
use hypercalls::cases::{Case, Expect, Modes};

/// How many numbers are drawn.
const DRAWN: usize = 64;

const fn unknown(name: &'static str, number: u64) -> Case {
    let source = "Linux Documentation/arch/powerpc/papr_hcalls.rst: H_FUNCTION";
    Case::new(&interface::PAPR, &[], number, name, &[], Expect::Error(Error::Unknown), source)
}

const fn wide(name: &'static str, number: u64) -> Case {
    Case { modes: Modes::Wide, ..unknown(name, number) }
}

const CHOSEN: [Case; 8] = [
    unknown("one-more-than-plain", 0x7001),
    unknown("one-less-than-one", 0x7003),
    unknown("no-multiple-of-four", 0x7006),
    unknown("all-ones", u64::MAX),
    // RTAS, which KVM would serve were it told of any function
    unknown("rtas", 0xf000),
    wide("plain-with-bit-32", 0x1_0000_7000),
    wide("one-with-bit-63", 0x8000_0000_0000_7004),
    wide("exit-in-the-upper-half", 0x0000_70cc_0000_0000),
];

/// Chosen numbers, then drawn ones of any length. Those are odd, and PAPR's numbers multiples of four.
pub fn cases() -> impl Iterator<Item = Case> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let drawn = (0..DRAWN).map(move |i| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        unknown("drawn", state >> (i % 60) | 1)
    });
    CHOSEN.into_iter().chain(drawn)
}
