//! Numbers, error codes, named values and feature bits.

use super::{aside, note};
use crate::tables::book::{Book, Call};
use crate::tables::source::SourceError;
use crate::tables::source::names::{Names, capitals};
use crate::tables::source::typed::describe;
use hypercall_core::encoding::{Encoding, Reply};
use hypercall_core::{Error, Numbering, Status};
use std::fmt::Write;

pub fn write(out: &mut String, names: &mut Names, book: &Book) -> Result<(), SourceError> {
    for numbering in Numbering::ALL {
        numbers(out, names, book, numbering)?;
    }
    for (_, encoding) in book.encodings() {
        codes(out, names, encoding)?;
    }
    for call in &book.calls {
        note(out, &describe(call));
        values(out, names, call)?;
        out.push('\n');
    }
    features(out, names, book)
}

/// `HYPERCALL_NR_X86_KVM_HC_KICK_CPU`.
pub fn number_name(numbering: Numbering, call: &Call) -> String {
    format!("HYPERCALL_NR_{}_{}", capitals(numbering.name()), capitals(call.definition.name))
}

/// What stands in the number register.
fn numbers(
    out: &mut String,
    names: &mut Names,
    book: &Book,
    numbering: Numbering,
) -> Result<(), SourceError> {
    let mut interface = "";
    for call in &book.calls {
        let d = call.definition;
        let Some(wire) = call.wire.iter().find(|w| w.numbering == numbering) else { continue };
        if interface != d.interface.name {
            interface = d.interface.name;
            let title = d.interface.title;
            note(out, &format!("Numbers of {title}, as the numbering {} writes them.", numbering.name()));
        }
        let name = names.claim(number_name(numbering, call), format!("the number of {}", d.name))?;
        let status = if d.status == Status::Active { "" } else { d.status.name() };
        line(out, &name, &unsigned(wire.number), status);
    }
    if !interface.is_empty() {
        out.push('\n');
    }
    Ok(())
}

fn codes(out: &mut String, names: &mut Names, encoding: &Encoding) -> Result<(), SourceError> {
    note(out, &format!("Errors as {} says them: {}.", encoding.name, encoding.source));
    for error in Error::ALL {
        let code = &encoding.codes[*error as usize];
        let mut name = format!("HYPERCALL_{}_{}", capitals(encoding.name), capitals(error.name()));
        let value = match code.reply {
            Reply::Value(value) => format!("({value})"),
            Reply::Fault(fault) => {
                name.push_str("_FAULT");
                unsigned(fault.code.into())
            }
        };
        let what = format!("the error \"{}\" of {}", error.name(), encoding.name);
        line(out, &names.claim(name, what)?, &value, code.symbol);
    }
    out.push('\n');
    Ok(())
}

fn values(out: &mut String, names: &mut Names, call: &Call) -> Result<(), SourceError> {
    let d = call.definition;
    for argument in d.arguments.iter().filter(|a| !a.kind.values.is_empty()) {
        for value in argument.kind.values {
            let name = format!(
                "HYPERCALL_{}_{}_{}",
                capitals(d.name),
                capitals(argument.name),
                capitals(value.name)
            );
            let what = format!("the value {} of {}'s {}", value.name, d.name, argument.name);
            line(out, &names.claim(name, what)?, &unsigned(value.value), value.meaning);
        }
    }
    Ok(())
}

fn features(out: &mut String, names: &mut Names, book: &Book) -> Result<(), SourceError> {
    let mut seen = Vec::new();
    for call in &book.calls {
        let Some(feature) = call.definition.feature.filter(|f| !seen.contains(f)) else { continue };
        if seen.is_empty() {
            note(
                out,
                "Feature bits, by number: of CPUID 0x40000001 EAX on x86, of KVM_HC_FEATURES' bitmap on PowerPC.",
            );
        }
        seen.push(feature);
        let name = format!("HYPERCALL_BIT_{}", capitals(feature.name));
        let name = names.claim(name, format!("the feature {}", feature.name))?;
        line(out, &name, &feature.bit.to_string(), call.definition.name);
    }
    if !seen.is_empty() {
        out.push('\n');
    }
    Ok(())
}

fn line(out: &mut String, name: &str, value: &str, meaning: &str) {
    let meaning = if meaning.is_empty() { String::new() } else { aside(meaning) };
    let _ = writeln!(out, "#define {name} {value}{meaning}"); // a String takes everything
}

/// A literal that is of the same value in the preprocessor and of a type that holds it on every target.
fn unsigned(value: u64) -> String {
    match value {
        0..10 => value.to_string(),
        10..0x8000_0000 => format!("{value:#x}"),
        _ => format!("UINT64_C({value:#x})"),
    }
}
