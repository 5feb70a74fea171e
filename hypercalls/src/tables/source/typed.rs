//! The parameters of a call's typed stub.

use crate::tables::book::{Call, Place};
use hypercall_core::argument::ArgumentKind;
use hypercall_core::definition::ArgumentInfo;
use hypercall_core::{Convention, Width};

/// A parameter's type, before either language's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Unsigned, of so many bits.
    Unsigned(u32),
    /// Signed, of so many bits.
    Signed(u32),
    /// As wide as a register.
    Register,
}

/// How a parameter is put into registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slots {
    /// Into one.
    One,
    /// A 64-bit value into two of 32 bits, the low half first.
    LowHigh,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name before it is made an identifier.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Its registers.
    pub slots: Slots,
}

/// The place of a call in a convention's mode.
pub fn place<'a>(call: &'a Call, convention: &Convention, width: Width) -> Option<&'a Place> {
    call.places.iter().find(|p| p.convention.name == convention.name && p.mode.width == width)
}

/// The parameters of a call in a mode of this width.
pub fn parameters(call: &Call, width: Width) -> Vec<Parameter> {
    call.definition.arguments.iter().flat_map(|argument| of(argument, width)).collect()
}

fn of(argument: &ArgumentInfo, width: Width) -> Vec<Parameter> {
    let ArgumentInfo { name, kind, .. } = argument;
    let one = |name: String, kind, slots| Parameter { name, kind, slots };
    let count = if width == Width::Bits64 { kind.slots } else { kind.slots_32 };
    match (kind.slots, count) {
        (1, 1) if kind.slots_32 == 1 => vec![one(name.to_string(), of_kind(kind), Slots::One)],
        (1, 1) => vec![one(name.to_string(), Type::Unsigned(64), Slots::One)],
        (1, 2) => vec![one(name.to_string(), Type::Unsigned(64), Slots::LowHigh)],
        _ => (0..count)
            .map(|i| one(format!("{name}_{}", piece(kind, count, i)), Type::Register, Slots::One))
            .collect(),
    }
}

/// What a register of an argument that takes several is called.
fn piece(kind: &ArgumentKind, count: usize, index: usize) -> String {
    match (kind.name, count, index) {
        ("buffer", 2, 0) => "address".into(),
        ("buffer", 2, 1) => "length".into(),
        ("bitmap", 2, 0) => "low".into(),
        ("bitmap", 2, 1) => "high".into(),
        _ => index.to_string(),
    }
}

/// The type of an argument in one register: of its width where its name says one. Named values are as wide as
/// `int` as long as they fit.
fn of_kind(kind: &ArgumentKind) -> Type {
    match kind.name {
        "u8" => Type::Unsigned(8),
        "u16" => Type::Unsigned(16),
        "u32" | "bool" => Type::Unsigned(32),
        "i32" => Type::Signed(32),
        _ if !kind.values.is_empty() && kind.bits <= 32 => Type::Unsigned(32),
        _ => Type::Register,
    }
}

/// A call in words, for a comment.
pub fn describe(call: &Call) -> String {
    let d = call.definition;
    let mut text = format!("{} ({}): {}", d.name, d.status.name(), d.purpose);
    for argument in d.arguments {
        let dot = if argument.meaning.ends_with('.') { "" } else { "." };
        text += &format!("\n\n{}: {}{dot} {}.", argument.name, argument.meaning, argument.kind.range);
    }
    if !d.result.is_empty() {
        text += &format!("\n\nGives {}.", d.result);
    }
    text
}
