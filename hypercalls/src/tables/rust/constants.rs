//! Numbers, error codes, named values and feature bits.

use super::{Text, constant};
use crate::tables::book::{Book, Call};
use crate::tables::source::SourceError;
use crate::tables::source::names::{Names, capitals, lower};
use hypercall_core::encoding::{Encoding, Reply};
use hypercall_core::{Error, Numbering, Status};

pub fn write(out: &mut Text, book: &Book) -> Result<(), SourceError> {
    out.module("number", "Numbers, as they stand in the register.", |out| {
        for numbering in Numbering::ALL {
            numbers(out, book, numbering)?;
        }
        Ok(())
    })?;
    out.module("error", "Errors, as each way to say them has them.", |out| {
        let mut modules = Names::default();
        book.encodings().into_iter().try_for_each(|(_, encoding)| codes(out, &mut modules, encoding))
    })?;
    out.module("value", "Named values of arguments.", |out| {
        let mut names = Names::default();
        book.calls.iter().try_for_each(|call| values(out, &mut names, call))
    })?;
    let doc =
        "Feature bits, by number: of CPUID 0x40000001 EAX on x86, of KVM_HC_FEATURES' bitmap on PowerPC.";
    out.module("feature", doc, |out| features(out, book))
}

/// The name of a call's number in its module.
pub fn number_name(call: &Call) -> String {
    capitals(call.definition.name)
}

fn numbers(out: &mut Text, book: &Book, numbering: Numbering) -> Result<(), SourceError> {
    let wire = |call: &Call| call.wire.iter().find(|w| w.numbering == numbering).map(|w| w.number);
    if !book.calls.iter().any(|call| wire(call).is_some()) {
        return Ok(());
    }
    out.module(numbering.name(), &format!("As the numbering {} writes them.", numbering.name()), |out| {
        let mut names = Names::default();
        for call in &book.calls {
            let (d, Some(number)) = (call.definition, wire(call)) else { continue };
            let name = constant(&mut names, number_name(call), format!("the number of {}", d.name))?;
            let status = if d.status == Status::Active { String::new() } else { format!(", {}", d.status) };
            out.doc(&format!("{}, of {}{status}.", d.name, d.interface.title));
            out.line(&format!("pub const {name}: u64 = {};", hex(number)));
        }
        Ok(())
    })
}

fn codes(out: &mut Text, modules: &mut Names, encoding: &Encoding) -> Result<(), SourceError> {
    let module = constant(modules, lower(encoding.name), format!("the errors of {}", encoding.name))?;
    out.module(&module, encoding.source, |out| {
        let mut names = Names::default();
        for error in Error::ALL {
            let code = &encoding.codes[*error as usize];
            let (kind, value, suffix) = match code.reply {
                Reply::Value(value) => ("i64", value.to_string(), ""),
                Reply::Fault(fault) => ("u32", hex(fault.code.into()), "_FAULT"),
            };
            let what = format!("the error \"{}\" of {}", error.name(), encoding.name);
            let name = constant(&mut names, format!("{}{suffix}", capitals(error.name())), what)?;
            out.doc(&format!("{}.", code.symbol));
            out.line(&format!("pub const {name}: {kind} = {value};"));
        }
        Ok(())
    })
}

fn values(out: &mut Text, names: &mut Names, call: &Call) -> Result<(), SourceError> {
    let d = call.definition;
    for argument in d.arguments {
        for value in argument.kind.values {
            let name = [d.name, argument.name, value.name].map(capitals).join("_");
            let what = format!("the value {} of {}'s {}", value.name, d.name, argument.name);
            let name = constant(names, name, what)?;
            out.doc(&format!("{} of {}: {}.", argument.name, d.name, value.meaning.trim_end_matches('.')));
            out.line(&format!("pub const {name}: u64 = {};", hex(value.value)));
        }
    }
    Ok(())
}

fn features(out: &mut Text, book: &Book) -> Result<(), SourceError> {
    let mut names = Names::default();
    let mut seen = Vec::new();
    for call in &book.calls {
        let Some(feature) = call.definition.feature.filter(|f| !seen.contains(f)) else { continue };
        seen.push(feature);
        let name = constant(&mut names, capitals(feature.name), format!("the feature {}", feature.name))?;
        out.doc(&format!("{} may be called.", call.definition.name));
        out.line(&format!("pub const {name}: u32 = {};", feature.bit));
    }
    Ok(())
}

fn hex(number: u64) -> String {
    if number < 10 { number.to_string() } else { format!("{number:#x}") }
}
