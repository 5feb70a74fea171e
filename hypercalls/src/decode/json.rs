//! Call objects of `hypercall run`, one a line.

use super::{Ending, Number, Origin, Parsed, Record};
use hypercall_core::{MAX_ARGUMENTS, Width};
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// What is read of one; see `run::report::Line`, which writes them, and `Call`, which has neither convention nor
/// registers.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    interface: Option<Cow<'a, str>>,
    #[serde(borrow)]
    number: Option<Cow<'a, str>>,
    #[serde(borrow)]
    convention: Option<Cow<'a, str>>,
    #[serde(borrow)]
    mode: Cow<'a, str>,
    cpl: Option<u8>,
    vcpu: Option<u32>,
    #[serde(borrow)]
    result: Option<Cow<'a, str>>,
    raw: Option<Raw>,
}

#[derive(Deserialize)]
struct Raw {
    number: Hex,
    arguments: Vec<Hex>,
    result: Option<Hex>,
    value: Option<Hex>,
}

/// A register: a string, for JSON's numbers are exact to 53 bits only.
struct Hex(u64);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex, D::Error> {
        struct Register;
        impl Visitor<'_> for Register {
            type Value = Hex;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a register as a string, \"0x1f\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Hex, E> {
                let digits = text.strip_prefix("0x").filter(|d| !d.starts_with('+'));
                let value = digits.and_then(|d| u64::from_str_radix(d, 16).ok());
                value.map(Hex).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Register)
    }
}

pub(super) fn parse(line: &[u8]) -> Parsed<'_> {
    if line == b"{" {
        let hint = "an object over several lines; `hypercall run --format jsonl` prints one a line";
        return Parsed::Malformed(Cow::Borrowed(hint));
    }
    match serde_json::from_slice::<Object<'_>>(line) {
        Ok(object) => record(object).map_or_else(|e| Parsed::Malformed(Cow::Borrowed(e)), Parsed::Call),
        Err(error) => Parsed::Malformed(Cow::Owned(format!("no call object: {error}"))),
    }
}

fn record(object: Object<'_>) -> Result<Record<'_>, &'static str> {
    let width = match &*object.mode {
        "64-bit" => Width::Bits64,
        "32-bit" => Width::Bits32,
        _ => return Err("`mode` is 64-bit or 32-bit"),
    };
    let (mut arguments, mut count, mut ending) = ([0; MAX_ARGUMENTS], None, object.result.map(Ending::Words));
    let number = match (object.raw, object.convention) {
        (Some(raw), Some(convention)) => {
            count = Some(raw.arguments.len());
            let places = arguments.get_mut(..raw.arguments.len());
            let places = places.ok_or("no convention has so many argument registers")?;
            places.iter_mut().zip(&raw.arguments).for_each(|(place, value)| *place = width.mask(value.0));
            if let Some(result) = raw.result {
                let value = raw.value.map(|value| width.mask(value.0));
                ending = Some(Ending::Returned { result: width.mask(result.0), value });
            }
            Number::Wire { convention, number: width.mask(raw.number.0) }
        }
        _ => {
            let number =
                object.number.as_deref().and_then(number).ok_or("`number` is 12 or 0x1f, a string")?;
            Number::Of { interface: object.interface.ok_or("there is no `interface`")?, number }
        }
    };
    Ok(Record {
        number,
        width,
        arguments,
        count,
        ending,
        origin: Origin { vcpu: object.vcpu, cpl: object.cpl, ..Origin::default() },
    })
}

/// As `run::report` writes numbers: small ones in decimal.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
