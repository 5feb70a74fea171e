//! A value in the words of its type.

use crate::run::report::number;
use hypercall_core::Width;
use hypercall_core::argument::ArgumentKind;
use std::fmt::Write;

/// The value of an argument that stands in these registers.
pub(super) fn value(kind: &ArgumentKind, registers: &[u64], width: Width) -> String {
    let raw = counted(kind, registers.first().copied().unwrap_or(0));
    match (kind.name, registers) {
        ("bitmap", [low, high]) => {
            let bits = u128::from(*low) | u128::from(*high) << width.bits();
            format!("{bits:#x}")
        }
        ("buffer", [address, length]) => format!("{address:#x}+{}", number(*length)),
        // A split address: low half, high half.
        (_, [low, high]) => format!("{:#x}", low | high << 32),
        ("bool", _) if raw < 2 => (raw == 1).to_string(),
        ("i32" | "i64", _) => match width {
            Width::Bits32 => (raw as u32 as i32).to_string(),
            Width::Bits64 => (raw as i64).to_string(),
        },
        ("flags", _) => flags(kind, raw),
        _ if !kind.values.is_empty() => named(kind, raw),
        (name, _) if name.contains("address") => format!("{raw:#x}"),
        _ => number(raw),
    }
}

/// The bits that count, where the type says that those above its own do not.
fn counted(kind: &ArgumentKind, raw: u64) -> u64 {
    if kind.bits < 64 && kind.range.ends_with("upper bits ignored") {
        raw & ((1 << kind.bits) - 1)
    } else {
        raw
    }
}

/// The name of one of several values.
fn named(kind: &ArgumentKind, raw: u64) -> String {
    let found = kind.values.iter().find(|v| v.value == raw);
    found.map_or_else(|| number(raw), |v| v.name.to_string())
}

/// The flags that are set, and what has no name.
fn flags(kind: &ArgumentKind, raw: u64) -> String {
    let mut text = String::new();
    let mut left = raw;
    for flag in kind.values.iter().filter(|f| f.value != 0 && raw & f.value == f.value) {
        let bar = if text.is_empty() { "" } else { "|" };
        let _ = write!(text, "{bar}{}", flag.name);
        left &= !flag.value;
    }
    match (text.is_empty(), left) {
        (true, 0) => kind.values.iter().find(|f| f.value == 0).map_or("0", |f| f.name).to_string(),
        (true, _) => format!("{left:#x}"),
        (false, 0) => text,
        (false, _) => format!("{text}|{left:#x}"),
    }
}
