//! The calls, after the template of the KVM hypercall document: name and value, architecture, status, purpose;
//! and behind these what a caller needs beside them.

use super::words::{archs, code_of, hex, named_code, registers, reply, value, wire};
use super::{example, structures};
use crate::tables::book::{Book, Call, Place};
use crate::tables::document::{Block, Document, Table};
use hypercall_core::{Definition, Interface};

pub fn write(text: &mut Document, book: &Book) {
    for (interface, _) in &book.interfaces {
        let calls: Vec<&Call> = book.calls.iter().filter(|c| c.definition.interface == *interface).collect();
        if !calls.is_empty() {
            of_interface(text, interface, &calls);
        }
    }
    if book.calls.is_empty() {
        text.prose("No call is of this kind.");
    }
}

fn of_interface(text: &mut Document, interface: &Interface, calls: &[&Call]) {
    text.heading(2, format!("Calls: {} (`{}`)", interface.title, interface.name));
    text.prose(format!("Numbers are given out by {}.", interface.source));
    let mut table = Table::new(["value", "name", "architecture", "status", "feature"]);
    for call in calls {
        let d = call.definition;
        table.row([value(d.number), d.name.into(), archs(d.archs), d.status.name().into(), feature(d)]);
    }
    text.table(table);
    calls.iter().for_each(|call| section(text, call));
}

fn feature(d: &Definition) -> String {
    d.feature.map_or_else(String::new, |f| format!("{}, bit {}", f.name, f.bit))
}

fn section(text: &mut Document, call: &Call) {
    let d = call.definition;
    text.heading(3, d.name);
    text.blocks.push(Block::Items(items(call)));
    arguments(text, d);
    places(text, call);
    errors(text, call);
    d.shares.iter().for_each(|layout| structures::structure(text, layout));
    example::write(text, call);
    let mut history = Table::new(["history", "release", "source"]);
    for event in d.history {
        history.row([event.kind.name().into(), event.release.into(), event.source.into()]);
    }
    text.table(history);
}

fn items(call: &Call) -> Vec<(String, String)> {
    let d = call.definition;
    let mut number = value(d.number);
    if call.wire.iter().any(|w| w.number != d.number) {
        let wires =
            call.wire.iter().map(|w| format!("{} {}", w.numbering.name(), wire(w.numbering, w.number)));
        number = format!("{number}; in the register: {}", wires.collect::<Vec<_>>().join(", "));
    }
    let mut items = vec![
        ("Value".into(), number),
        ("Architecture".into(), archs(d.archs)),
        ("Status".into(), d.status.name().into()),
        ("Purpose".into(), d.purpose.into()),
    ];
    if d.feature.is_some() {
        items.push(("Feature".into(), feature(d)));
    }
    if d.trusts_host {
        let trust = "the guest takes the answer on trust; the confidential policy denies the call";
        items.push(("Trust".into(), trust.into()));
    }
    if !d.result.is_empty() {
        items.push(("Result".into(), d.result.into()));
    }
    let outputs = d.outputs.iter().enumerate();
    items.extend(outputs.map(|(i, output)| (format!("Output {}", i + 1), (*output).into())));
    items
}

fn arguments(text: &mut Document, d: &Definition) {
    let mut table = Table::new(["argument", "type", "range", "meaning"]);
    let mut values = Table::new(["argument", "value", "name", "meaning"]);
    for argument in d.arguments {
        let (name, kind) = (argument.name, argument.kind);
        table.row([name.into(), kind.name.into(), kind.range.into(), argument.meaning.into()]);
        for named in kind.values {
            values.row([name.into(), hex(named.value), named.name.into(), named.meaning.into()]);
        }
    }
    text.table(table);
    text.table(values);
}

/// The registers of a call; modes of a convention that use the same ones share a row.
fn places(text: &mut Document, call: &Call) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for place in &call.places {
        let row = place_row(call.definition, place);
        match rows.last_mut() {
            Some(last) if last[0] == row[0] && last[2..] == row[2..] => {
                last[1] = format!("{}, {}", last[1], row[1]);
            }
            _ => rows.push(row),
        }
    }
    if rows.is_empty() {
        text.prose("No calling convention here carries it.");
    }
    let mut head = vec!["convention", "bits", "number", "arguments", "result"];
    if !call.definition.outputs.is_empty() {
        head.push("outputs");
    }
    let mut table = Table::new(head);
    rows.into_iter().for_each(|row| table.row(row));
    text.table(table);
}

fn place_row(d: &Definition, place: &Place) -> Vec<String> {
    let mode = place.mode;
    let arguments: Vec<String> = d
        .arguments
        .iter()
        .zip(&place.arguments)
        .map(|(argument, at)| format!("{} {}", argument.name, registers(at)))
        .collect();
    let mut row = vec![
        place.convention.name.into(),
        mode.width.bits().to_string(),
        format!("{} = {}", mode.number.name, wire(place.convention.numbering, place.number)),
        if arguments.is_empty() { "none".into() } else { arguments.join(", ") },
        match mode.result == mode.value {
            true => mode.result.name.into(),
            false => format!("{}, status {}", mode.value.name, mode.result.name),
        },
    ];
    if !d.outputs.is_empty() {
        row.push(registers(place.outputs));
    }
    row
}

/// The errors of a call, with a column for each way to say them. A call with one way has the codes' names;
/// of the others they stand in the tables of error codes.
fn errors(text: &mut Document, call: &Call) {
    let encodings = call.encodings();
    let names = encodings.iter().map(|e| e.name);
    let mut table = Table::new(["error"].into_iter().chain(names).chain(["when"]));
    for info in call.definition.errors {
        let codes = encodings.iter().map(|encoding| {
            let code = code_of(encoding, info.error);
            if encodings.len() == 1 { named_code(code) } else { reply(&code.reply) }
        });
        table.row([info.error.name().into()].into_iter().chain(codes).chain([info.reason.into()]));
    }
    text.table(table);
}
