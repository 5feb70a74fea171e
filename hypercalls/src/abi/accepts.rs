//! Which values an argument accepts, as far as the words of its range tell.

use super::record::{Record, number};

/// How the values that are accepted now compare with those that were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The same, and perhaps more.
    Wider,
    /// Fewer, and none that is new.
    Narrower,
    /// The words do not tell.
    Unclear,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accepts<'a> {
    /// From one number to another, in multiples of a third.
    Range(u128, u128, u64),
    /// Sign-extended numbers of so many bits.
    Signed(u64),
    /// What the words before and behind a maximum say, of so many bits.
    Words((&'a str, &'a str), u64, u64),
}

/// Whether upper bits, or others, are ignored rather than refused.
pub fn ignores(argument: &Record) -> bool {
    argument.word("range").contains("ignored")
}

/// Unsigned integers are one type in several widths, and so are signed ones.
pub fn family(argument: &Record) -> &str {
    match argument.word("type") {
        "u8" | "u16" | "u32" | "u64" => "unsigned",
        "i32" | "i64" => "signed",
        other => other,
    }
}

fn accepts(argument: &Record) -> Accepts<'_> {
    let (bits, range) = (argument.number("bits"), argument.word("range"));
    let ones = u128::MAX.checked_shr(128_u32.saturating_sub(bits.min(128) as u32)).unwrap_or(0);
    let digits = |word: &str| number(&word.replace('_', "")).map(u128::from);
    if family(argument) == "signed" && (range == "any" || range == "sign-extended") {
        return Accepts::Signed(bits);
    }
    if let Some((_, "upper bits ignored")) = range.split_once("; ") {
        return Accepts::Range(0, u64::MAX.into(), 1);
    }
    if let Some(step) = range.strip_prefix("multiple of ").and_then(number).filter(|step| *step > 0) {
        return Accepts::Range(0, ones, step);
    }
    match (range, range.split_once(" to ").map(|(from, to)| (digits(from), digits(to)))) {
        ("any", _) => Accepts::Range(0, ones, 1),
        ("not 0", _) => Accepts::Range(1, ones, 1),
        ("0 or 1", _) => Accepts::Range(0, 1, 1),
        (_, Some((Some(from), Some(to)))) => Accepts::Range(from, to, 1),
        _ => words(range, bits),
    }
}

/// Words, with the number behind `at most` taken out.
fn words(range: &str, bits: u64) -> Accepts<'_> {
    const AT_MOST: &str = "at most ";
    let maximum =
        range.find(AT_MOST).map(|at| range.split_at(at + AT_MOST.len())).and_then(|(before, rest)| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            Some(((before, &rest[end..]), number(&rest[..end])?))
        });
    let (text, maximum) = maximum.unwrap_or(((range, ""), u64::MAX));
    Accepts::Words(text, bits, maximum)
}

fn covers(wide: Accepts<'_>, narrow: Accepts<'_>) -> bool {
    match (wide, narrow) {
        (Accepts::Range(from, to, step), Accepts::Range(first, last, other)) => {
            from <= first && last <= to && other.is_multiple_of(step)
        }
        (Accepts::Signed(wide), Accepts::Signed(narrow)) => narrow <= wide,
        (Accepts::Words(words, wide, most), Accepts::Words(others, narrow, less)) => {
            words == others && narrow <= wide && less <= most
        }
        _ => false,
    }
}

/// Compares what two arguments of one type accept.
pub fn fit(old: &Record, new: &Record) -> Fit {
    let (old, new) = (accepts(old), accepts(new));
    if covers(new, old) {
        Fit::Wider
    } else if covers(old, new) {
        Fit::Narrower
    } else {
        Fit::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::schema::Kind;
    use crate::abi::text::Value;

    fn argument(kind: &str, bits: u64, range: &str) -> Record {
        Record::new(Kind::Argument, ["a"])
            .with("type", Value::word(kind))
            .with("bits", Value::word(bits.to_string()))
            .with("range", Value::word(range))
    }

    /// The words are those of `hypercall_core::argument`.
    #[test]
    fn the_words_of_the_argument_types_are_understood() {
        let cases = [
            (("u32", 32, "0 to 0xffff_ffff"), ("u64", 64, "any"), Fit::Wider),
            (("u64", 64, "any"), ("u32", 32, "0 to 0xffff_ffff"), Fit::Narrower),
            (("u64", 64, "any"), ("u64", 64, "not 0"), Fit::Narrower),
            (("u32", 32, "not 0"), ("u32", 32, "0 to 0xffff_ffff"), Fit::Wider),
            (
                ("u32", 32, "0 to 0xffff_ffff"),
                ("u32", 32, "0 to 0xffff_ffff; upper bits ignored"),
                Fit::Wider,
            ),
            (
                ("u32", 32, "0 to 0xffff_ffff; upper bits ignored"),
                ("u32", 32, "0 to 0xffff_ffff"),
                Fit::Narrower,
            ),
            (("a", 64, "any"), ("a", 64, "multiple of 4096"), Fit::Narrower),
            (("a", 64, "multiple of 4096"), ("a", 64, "multiple of 512"), Fit::Wider),
            (("a", 64, "multiple of 4096"), ("a", 64, "multiple of 6000"), Fit::Unclear),
            (("i32", 32, "sign-extended"), ("i64", 64, "any"), Fit::Wider),
            (("length", 5, "0 to 16"), ("length", 5, "0 to 15"), Fit::Narrower),
            (("length", 5, "0 to 16"), ("length", 5, "1 to 17"), Fit::Unclear),
            (("bool", 1, "0 or 1"), ("bool", 2, "0 to 3"), Fit::Wider),
            (("port", 16, "even"), ("port", 16, "odd"), Fit::Unclear),
            (("port", 16, "even"), ("port", 32, "even"), Fit::Wider),
            (("b", 64, "length: at most 16, below"), ("b", 64, "length: at most 0x20, below"), Fit::Wider),
            (("b", 64, "length: at most 16, below"), ("b", 64, "length: at most 8, below"), Fit::Narrower),
            (("b", 64, "length: at most 16, below"), ("b", 64, "length: at most 16, above"), Fit::Unclear),
            (("b", 64, "at most x"), ("b", 64, "at most "), Fit::Unclear),
            (("bitmap", 128, "any"), ("bitmap", 127, "any"), Fit::Narrower),
            (("x", u64::MAX, "any"), ("x", 0, "any"), Fit::Narrower),
            (("x", 8, "multiple of 0"), ("x", 8, "multiple of 0x"), Fit::Unclear),
            (("x", 8, "0xffff_ffff_ffff_ffff_f to 3"), ("x", 8, " to "), Fit::Unclear),
        ];
        for (old, new, expected) in cases {
            let of = |(kind, bits, range)| argument(kind, bits, range);
            assert_eq!(fit(&of(old), &of(new)), expected, "{old:?} {new:?}");
        }
    }
}
