//! One function for each call that a convention carries, with the call's own parameters.

use super::constants::number_name;
use super::stubs::{gives, signature};
use super::{Text, constant, is_reserved};
use crate::tables::book::{Book, Call};
use crate::tables::source::SourceError;
use crate::tables::source::names::{Names, local, lower};
use crate::tables::source::stub::has_choice;
use crate::tables::source::typed::{Parameter, Slots, Type, describe, parameters, place};
use hypercall_core::convention::{Convention, Mode};

pub fn write(out: &mut Text, book: &Book, convention: &Convention, mode: &Mode) -> Result<(), SourceError> {
    let mut names = Names::default();
    for call in &book.calls {
        if place(call, convention, mode.width).is_some() {
            function(out, &mut names, call, convention, mode)?;
        }
    }
    Ok(())
}

fn function(
    out: &mut Text,
    names: &mut Names,
    call: &Call,
    convention: &Convention,
    mode: &Mode,
) -> Result<(), SourceError> {
    let d = call.definition;
    let what = format!("the function of {} in the convention {}", d.name, convention.name);
    let name = constant(names, lower(d.name), what)?;
    let reg = format!("u{}", mode.width.bits());
    let (generics, via) = signature(convention);
    let mut list = String::from(via);
    let mut values = if has_choice(convention) { vec!["via".to_string()] } else { Vec::new() };
    let number = local(&number_name(call), is_reserved);
    let number = format!("crate_number::{}::{number}", convention.numbering.name());
    values.push(if reg == "u64" { number } else { format!("{number} as u32") });
    let mut scope = Names::default();
    let before = values.len();
    for Parameter { name, kind, slots } in parameters(call, mode.width) {
        let identifier =
            scope.claim(local(&name, is_reserved), format!("the argument {name} of {}", d.name))?;
        list += &format!("{identifier}: {}, ", type_name(kind, &reg));
        match (slots, kind) {
            (Slots::One, Type::Register) => values.push(identifier),
            (Slots::One, Type::Unsigned(64)) if reg == "u64" => values.push(identifier),
            (Slots::One, Type::Unsigned(32)) if reg == "u32" => values.push(identifier),
            (Slots::One, Type::Unsigned(_)) => values.push(format!("{reg}::from({identifier})")),
            (Slots::One, Type::Signed(_)) => values.push(format!("i64::from({identifier}) as {reg}")),
            (Slots::LowHigh, _) => {
                values.push(format!("{identifier} as {reg}"));
                values.push(format!("({identifier} >> 32) as {reg}"));
            }
        }
    }
    let arguments = values.len() - before;
    values.extend((arguments..mode.arguments.len()).map(|_| "0".to_string()));
    out.line("");
    out.doc(&format!("{}\n\n# Safety\n\nAs `raw`.", describe(call)));
    out.line("#[inline]");
    if list.matches(": ").count() > 7 {
        out.line("#[allow(clippy::too_many_arguments)] // as many as the call has");
    }
    out.line(&format!(
        "pub unsafe fn {name}{generics}({}) -> {} {{",
        list.trim_end_matches(", "),
        gives(convention)
    ));
    out.line("    // SAFETY: the caller's promise is the same.");
    out.line(&format!(
        "    unsafe {{ raw({}) }}",
        values.join(", ").replace("crate_number", "super::super::number")
    ));
    out.line("}");
    Ok(())
}

fn type_name(kind: Type, reg: &str) -> String {
    match kind {
        Type::Unsigned(bits) => format!("u{bits}"),
        Type::Signed(bits) => format!("i{bits}"),
        Type::Register => reg.into(),
    }
}
