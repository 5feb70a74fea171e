//! One function for each call that a convention carries, with the call's own parameters.

use super::constants::number_name;
use super::is_reserved;
use super::stubs::function_name;
use crate::tables::book::{Book, Call};
use crate::tables::source::SourceError;
use crate::tables::source::names::{Names, local, lower};
use crate::tables::source::stub::has_choice;
use crate::tables::source::typed::{Parameter, Slots, Type, parameters, place};
use hypercall_core::convention::{Convention, Mode};
use std::fmt::Write;

pub fn write(
    out: &mut String,
    names: &mut Names,
    book: &Book,
    convention: &Convention,
    mode: &Mode,
) -> Result<(), SourceError> {
    for call in &book.calls {
        if place(call, convention, mode.width).is_some() {
            function(out, names, call, convention, mode)?;
        }
    }
    Ok(())
}

fn function(
    out: &mut String,
    names: &mut Names,
    call: &Call,
    convention: &Convention,
    mode: &Mode,
) -> Result<(), SourceError> {
    let d = call.definition;
    let raw = function_name(convention);
    let name = format!("{raw}_{}", lower(d.name));
    let what = format!("the function of {} in the convention {}", d.name, convention.name);
    let name = names.claim(name, what)?;
    let (mut list, mut values) = (Vec::new(), Vec::new());
    if has_choice(convention) {
        list.push("enum hypercall_via via".to_string());
        values.push("via".to_string());
    }
    values.push(number_name(convention.numbering, call));
    let mut scope = Names::default();
    let before = values.len();
    for Parameter { name, kind, slots } in parameters(call, mode.width) {
        let identifier = local(&name, is_reserved);
        let identifier = scope.claim(identifier, format!("the argument {name} of {}", d.name))?;
        list.push(format!("{} {identifier}", type_name(kind)));
        match slots {
            Slots::One => values.push(format!("(hypercall_reg){identifier}")),
            Slots::LowHigh => {
                values.push(format!("(hypercall_reg){identifier}"));
                values.push(format!("(hypercall_reg)({identifier} >> 32)"));
            }
        }
    }
    let arguments = values.len() - before;
    values.extend((arguments..mode.arguments.len()).map(|_| "0".to_string()));
    if convention.has_status() {
        list.push("struct hypercall_outputs *out".into());
        values.push("out".into());
    }
    let list = if list.is_empty() { "void".into() } else { list.join(", ") };
    let values = values.join(", ");
    // a String takes everything
    let _ = writeln!(out, "static __inline__ int64_t {name}({list})\n{{\n\treturn {raw}({values});\n}}\n");
    Ok(())
}

fn type_name(kind: Type) -> String {
    match kind {
        Type::Unsigned(bits) => format!("uint{bits}_t"),
        Type::Signed(bits) => format!("int{bits}_t"),
        Type::Register => "hypercall_reg".into(),
    }
}
