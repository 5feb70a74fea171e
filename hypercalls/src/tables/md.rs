//! The book as Markdown, after the template of the KVM hypercall document: name and value, architecture,
//! status, purpose; and behind these what a caller needs beside them.

use super::book::{Book, Call, Carried, Place};
use super::markdown::{Table, prose};
use hypercall_core::convention::{Convention, Mode, Reg};
use hypercall_core::encoding::{Code, Encoding, Reply};
use hypercall_core::shared::Layout;
use hypercall_core::{Arch, Definition, Error, Interface, Numbering};

/// The book as Markdown.
pub fn render_md(book: &Book) -> String {
    let mut out = String::from("# Hypercalls\n\n");
    prose(
        &mut out,
        "",
        "Beside its own errors every call may answer unknown call, not permitted and internal error. A value \
         outside an argument's range is an invalid argument where the call's errors do not say otherwise. \
         Registers bear their 64-bit names; in 32-bit modes their upper halves do not count.",
    );
    out.push('\n');
    for (interface, _) in &book.interfaces {
        let calls: Vec<&Call> = book.calls.iter().filter(|c| c.definition.interface == *interface).collect();
        if !calls.is_empty() {
            interface_section(&mut out, interface, &calls);
        }
    }
    if book.calls.is_empty() {
        out.push_str("No call is of this kind.\n\n");
    }
    if !book.conventions.is_empty() {
        conventions(&mut out, &book.conventions);
        errors(&mut out, book);
    }
    numbers(&mut out, book);
    // One newline ends the text.
    out.truncate(out.trim_end().len() + 1);
    out
}

fn interface_section(out: &mut String, interface: &Interface, calls: &[&Call]) {
    out.push_str(&format!("## Calls: {} (`{}`)\n\n", interface.title, interface.name));
    prose(out, "", &format!("Numbers are given out by {}.", interface.source));
    out.push('\n');
    let mut table = Table::new(["value", "name", "architecture", "status", "feature"]);
    for call in calls {
        let d = call.definition;
        let feature = d.feature.map_or_else(String::new, |f| format!("{}, bit {}", f.name, f.bit));
        table.row([value(d.number), d.name.into(), archs(d), d.status.name().into(), feature]);
    }
    table.write(out);
    calls.iter().for_each(|call| call_section(out, call));
}

fn call_section(out: &mut String, call: &Call) {
    let d = call.definition;
    out.push_str(&format!("### {}\n\n", d.name));
    let mut number = value(d.number);
    if call.wire.iter().any(|w| w.number != d.number) {
        let wires =
            call.wire.iter().map(|w| format!("{} {}", w.numbering.name(), wire(w.numbering, w.number)));
        number = format!("{number}; in the register: {}", wires.collect::<Vec<_>>().join(", "));
    }
    prose(out, "- Value: ", &number);
    prose(out, "- Architecture: ", &archs(d));
    prose(out, "- Status: ", d.status.name());
    if let Some(feature) = d.feature {
        prose(out, "- Feature: ", &format!("{}, bit {}", feature.name, feature.bit));
    }
    if d.trusts_host {
        prose(
            out,
            "- Trust: ",
            "the guest takes the answer on trust; the confidential policy denies the call",
        );
    }
    prose(out, "- Purpose: ", d.purpose);
    if !d.result.is_empty() {
        prose(out, "- Result: ", d.result);
    }
    for (i, output) in d.outputs.iter().enumerate() {
        prose(out, &format!("- Output {}: ", i + 1), output);
    }
    out.push('\n');
    arguments(out, d);
    places(out, call);
    call_errors(out, call);
    shares(out, call);
    let mut history = Table::new(["history", "release", "source"]);
    for event in d.history {
        history.row([event.kind.name().into(), event.release.into(), event.source.into()]);
    }
    history.write(out);
}

fn arguments(out: &mut String, d: &Definition) {
    let mut table = Table::new(["argument", "type", "range", "meaning"]);
    let mut values = Table::new(["argument", "value", "name", "meaning"]);
    for argument in d.arguments {
        let (name, kind) = (argument.name, argument.kind);
        table.row([name.into(), kind.name.into(), kind.range.into(), argument.meaning.into()]);
        for named in kind.values {
            values.row([name.into(), hex(named.value), named.name.into(), named.meaning.into()]);
        }
    }
    table.write(out);
    values.write(out);
}

/// The registers of a call; modes of a convention that use the same ones share a row.
fn places(out: &mut String, call: &Call) {
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
        out.push_str("No calling convention here carries it.\n\n");
    }
    let mut head = vec!["convention", "bits", "number", "arguments", "result"];
    if !call.definition.outputs.is_empty() {
        head.push("outputs");
    }
    let mut table = Table::new(head);
    rows.into_iter().for_each(|row| table.row(row));
    table.write(out);
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
fn call_errors(out: &mut String, call: &Call) {
    let encodings = call.encodings();
    let names = encodings.iter().map(|e| e.name);
    let mut table = Table::new(["error"].into_iter().chain(names).chain(["when"]));
    for info in call.definition.errors {
        let codes = encodings.iter().map(|encoding| {
            let code = code_of(encoding, info.error);
            if encodings.len() == 1 { named_code(code) } else { reply(&code.reply) }
        });
        let row = [info.error.name().into()].into_iter().chain(codes).chain([info.reason.into()]);
        table.row(row);
    }
    table.write(out);
}

/// The structures of a call; it may be printed without the section that has their layouts.
fn shares(out: &mut String, call: &Call) {
    for layout in call.definition.shares {
        structure(out, layout);
    }
}

fn structure(out: &mut String, layout: &Layout) {
    let text = format!("`{}`, {} bytes ({}): {}", layout.name, layout.size, layout.source, layout.purpose);
    prose(out, "", &text);
    out.push('\n');
    let mut table = Table::new(["offset", "size", "field", "type", "meaning"]);
    for field in layout.fields {
        table.row([
            field.offset.to_string(),
            field.size.to_string(),
            field.name.into(),
            field.kind.into(),
            field.meaning.into(),
        ]);
    }
    table.write(out);
}

fn conventions(out: &mut String, conventions: &[&Convention]) {
    out.push_str("## Calling conventions\n\n");
    let mut modes = Table::new(["convention", "bits", "number", "arguments", "result", "value", "outputs"]);
    let mut instructions = Table::new(["convention", "instruction", "bytes"]);
    let mut rest = Table::new([
        "convention",
        "architecture",
        "numbering",
        "clobbers",
        "errors",
        "user program refused",
        "source",
    ]);
    for convention in conventions {
        convention.modes.iter().for_each(|mode| modes.row(mode_row(convention, mode)));
        for instruction in convention.instructions {
            let bytes: Vec<String> = instruction.bytes.iter().map(|b| format!("{b:02x}")).collect();
            instructions.row([convention.name.into(), instruction.name.into(), bytes.join(" ")]);
        }
        rest.row([
            convention.name.into(),
            convention.arch.name().into(),
            convention.numbering.name().into(),
            registers(convention.clobbers),
            convention.errors.name.into(),
            reply(&convention.user_refused),
            convention.source.into(),
        ]);
    }
    modes.write(out);
    instructions.write(out);
    rest.write(out);
}

fn mode_row(convention: &Convention, mode: &Mode) -> [String; 7] {
    let number = match mode.number_width == mode.width {
        true => mode.number.name.to_string(),
        false => format!("{} ({} bits)", mode.number.name, mode.number_width.bits()),
    };
    let value = match convention.always_writes_value {
        true => format!("{}, always written", mode.value.name),
        false => mode.value.name.to_string(),
    };
    [
        convention.name.into(),
        mode.width.bits().to_string(),
        number,
        registers(mode.arguments),
        mode.result.name.into(),
        value,
        registers(mode.outputs),
    ]
}

fn errors(out: &mut String, book: &Book) {
    out.push_str("## Error codes\n\n");
    let mut table = Table::new(["convention", "interface", "errors said as", "source"]);
    for Carried { convention, interface, encoding } in &book.carried {
        table.row([
            convention.name.into(),
            interface.name.into(),
            encoding.name.into(),
            encoding.source.into(),
        ]);
    }
    table.write(out);
    let encodings = book.encodings();
    for arch in Arch::ALL {
        let of_arch: Vec<&Encoding> = encodings.iter().filter(|e| e.0 == arch).map(|e| e.1).collect();
        if !of_arch.is_empty() {
            out.push_str(&format!("### {arch}\n\n"));
            codes(out, &of_arch);
        }
    }
}

/// Rows are errors, columns the encodings of one architecture.
fn codes(out: &mut String, encodings: &[&Encoding]) {
    let mut table = Table::new(["error"].into_iter().chain(encodings.iter().map(|e| e.name)));
    for error in Error::ALL {
        let codes = encodings.iter().map(|encoding| named_code(code_of(encoding, *error)));
        table.row([error.name().into()].into_iter().chain(codes));
    }
    table.write(out);
}

fn numbers(out: &mut String, book: &Book) {
    if book.interfaces.is_empty() {
        return;
    }
    out.push_str("## Number spaces\n\n");
    let mut table = Table::new(["interface", "numbering", "in the register", "step", "numbers", "source"]);
    for (interface, spans) in &book.interfaces {
        for span in spans {
            let last = span.count - 1;
            table.row([
                interface.name.into(),
                span.numbering.name().into(),
                range(span.first, span.first + last * span.step),
                span.step.to_string(),
                range(span.start, span.start + last),
                interface.source.into(),
            ]);
        }
    }
    table.write(out);
    if !book.vendor_ranges.is_empty() {
        prose(
            out,
            "",
            "Linux gives out KVM's numbers one after the other. A call that is not Linux's takes its number from \
             a vendor range, where it meets no other:",
        );
        out.push('\n');
        let mut table = Table::new(["numbering", "vendor range", "number n of a vendor"]);
        for r in &book.vendor_ranges {
            table.row([r.numbering.name().into(), range(r.first, r.last), r.rule.into()]);
        }
        table.write(out);
    }
}

fn code_of(encoding: &Encoding, error: Error) -> &Code {
    &encoding.codes[error as usize]
}

/// `-KVM_EINVAL -22`, `specification interruption 0x6`.
fn named_code(code: &Code) -> String {
    match code.reply {
        Reply::Value(value) => format!("{} {value}", code.symbol),
        Reply::Fault(fault) => format!("{} {:#x}", code.symbol, fault.code),
    }
}

fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Value(value) => value.to_string(),
        Reply::Fault(fault) => format!("interruption {:#x}", fault.code),
    }
}

fn archs(d: &Definition) -> String {
    d.archs.iter().map(|a| a.name()).collect::<Vec<_>>().join(", ")
}

fn registers(registers: &[Reg]) -> String {
    match registers {
        [] => "none".into(),
        some => some.iter().map(|r| r.name).collect::<Vec<_>>().join(" "),
    }
}

/// A number of an interface, as the reader of either kind of document looks for it.
fn value(number: u64) -> String {
    if number < 10 { number.to_string() } else { format!("{number} ({number:#x})") }
}

/// A number as documents of its numbering write it: small ones in decimal, but for PAPR's.
fn wire(numbering: Numbering, number: u64) -> String {
    if number < 0x100 && numbering != Numbering::Papr { number.to_string() } else { hex(number) }
}

fn hex(number: u64) -> String {
    format!("{number:#x}")
}

fn range(first: u64, last: u64) -> String {
    format!("{first:#x} to {last:#x}")
}
