//! The records of a book: what the dispatcher runs on, in the words of the lock.

use super::lock::MakeError;
use super::record::Record;
use super::schema::Kind;
use super::text::Value;
use crate::tables::{Book, UnknownWord};
use hypercall_core::convention::{Convention, Mode, Reg};
use hypercall_core::definition::ArgumentInfo;
use hypercall_core::encoding::{Encoding, Reply};
use hypercall_core::interface::{Interface, Span};
use hypercall_core::shared::Layout;
use hypercall_core::{Definition, Error};

/// Everything in the book, or what some of its interfaces need.
pub(super) fn records(book: &Book, scope: &[String]) -> Result<Vec<Record>, MakeError> {
    let names = || book.interfaces.iter().map(|(interface, _)| interface.name).collect();
    for word in scope {
        if !book.interfaces.iter().any(|(interface, _)| interface.name == word) {
            return Err(UnknownWord::new("interface", word, names()).into());
        }
    }
    let wanted = |interface: &Interface| scope.is_empty() || scope.iter().any(|word| interface.name == word);
    let mut records: Vec<Record> = scope.iter().map(|word| Record::new(Kind::Scope, [word])).collect();
    for call in book.calls.iter().filter(|call| wanted(call.definition.interface)) {
        records.push(definition(call.definition));
    }
    let shared = |name: &str| records.iter().any(|call| call.words("shares").contains(&name));
    let structures = book.structures.iter().filter(|s| scope.is_empty() || shared(s.layout.name));
    let layouts: Vec<&Layout> = structures.map(|s| s.layout).collect();
    layouts.into_iter().for_each(|layout| structure(&mut records, layout));
    for (interface, spans) in book.interfaces.iter().filter(|(interface, _)| wanted(interface)) {
        records.push(yes(Record::new(Kind::Interface, [interface.name]), "vendor", interface.vendor));
        records.extend(spans.iter().map(|s| span(interface, s)));
    }
    let carried: Vec<_> = book.carried.iter().filter(|c| wanted(c.interface)).collect();
    for (index, convention) in indexed(&book.conventions) {
        if scope.is_empty() || carried.iter().any(|c| c.convention.name == convention.name) {
            records.push(convention_record(convention, index));
            records.extend(convention.modes.iter().map(|mode| registers(convention, mode)));
        }
    }
    for found in &carried {
        let record = Record::new(Kind::Carried, [found.convention.name, found.interface.name]);
        records.push(record.with("errors", Value::word(found.encoding.name)));
        codes(&mut records, found.encoding);
    }
    if scope.is_empty() {
        records.extend(book.transports.iter().map(|transport| {
            let conventions = Value::words(transport.conventions.iter().map(|c| c.name));
            Record::new(Kind::Transport, [transport.arch.name(), transport.name])
                .with("conventions", conventions)
        }));
        records.extend(book.vendor_ranges.iter().map(|range| {
            let record = Record::new(Kind::VendorRange, [range.numbering.name()]);
            record.with("first", hex(range.first)).with("last", hex(range.last))
        }));
    }
    Ok(records)
}

/// Each convention with its place among those of its architecture.
fn indexed<'a>(
    conventions: &'a [&'static Convention],
) -> impl Iterator<Item = (usize, &'static Convention)> + 'a {
    conventions.iter().enumerate().map(|(i, convention)| {
        (conventions[..i].iter().filter(|c| c.arch == convention.arch).count(), *convention)
    })
}

fn decimal(number: impl TryInto<u64>) -> Value {
    Value::word(number.try_into().unwrap_or(u64::MAX).to_string())
}

fn hex(number: u64) -> Value {
    Value::word(format!("{number:#x}"))
}

fn yes(record: Record, name: &'static str, is: bool) -> Record {
    if is { record.with(name, Value::word("yes")) } else { record }
}

/// The name of an error in the definitions: it stays when the words are said better.
fn error(error: Error) -> String {
    format!("{error:?}")
}

fn reply(reply: &Reply) -> Value {
    Value::word(match reply {
        Reply::Value(value) => value.to_string(),
        Reply::Fault(fault) => match fault.error_code {
            None => format!("fault:{}", fault.code),
            Some(code) => format!("fault:{}:{code}", fault.code),
        },
    })
}

fn names(registers: &[Reg]) -> Value {
    Value::words(registers.iter().map(|r| r.name))
}

fn definition(d: &Definition) -> Record {
    let key = [d.interface.name.to_string(), d.number.to_string(), d.name.to_string()];
    let mut errors: Vec<String> = d.errors.iter().map(|info| error(info.error)).collect();
    errors.sort();
    errors.dedup(); // one error may have several reasons
    let feature = d.feature.map(|f| (f.name, decimal(f.bit)));
    let mut record = Record::new(Kind::Call, key)
        .with("arch", Value::words(d.archs.iter().map(|a| a.name())))
        .with("status", Value::word(d.status.name()))
        .with("result", Value::word(d.result))
        .with("outputs", Value::words(d.outputs.iter().copied()))
        .with("errors", Value::words(errors))
        .with("feature", Value::named(feature))
        .with("shares", Value::words(d.shares.iter().map(|layout| layout.name)));
    record.arguments = d.arguments.iter().map(argument).collect();
    yes(record, "trusts-host", d.trusts_host)
}

fn argument(info: &ArgumentInfo) -> Record {
    let kind = info.kind;
    let mut record = Record::new(Kind::Argument, [info.name])
        .with("type", Value::word(kind.name))
        .with("bits", decimal(kind.bits))
        .with("slots", decimal(kind.slots))
        .with("range", Value::word(kind.range))
        .with("values", Value::named(kind.values.iter().map(|v| (v.name, hex(v.value)))));
    if kind.slots_32 != kind.slots {
        record = record.with("slots-32", decimal(kind.slots_32));
    }
    if info.invalid != Error::Invalid {
        record = record.with("invalid", Value::word(error(info.invalid)));
    }
    record
}

fn structure(records: &mut Vec<Record>, layout: &Layout) {
    records.push(Record::new(Kind::Structure, [layout.name]).with("size", decimal(layout.size)));
    records.extend(layout.fields.iter().map(|field| {
        Record::new(Kind::Field, [layout.name.to_string(), field.offset.to_string(), field.name.to_string()])
            .with("size", decimal(field.size))
            .with("type", Value::word(field.kind))
    }));
}

fn span(interface: &Interface, span: &Span) -> Record {
    let key = [interface.name.to_string(), span.numbering.name().to_string(), span.start.to_string()];
    Record::new(Kind::Span, key)
        .with("first", hex(span.first))
        .with("step", decimal(span.step))
        .with("count", decimal(span.count))
}

fn convention_record(c: &Convention, index: usize) -> Record {
    let bytes = |bytes: &[u8]| Value::word(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>());
    let record = Record::new(Kind::Convention, [c.name])
        .with("arch", Value::word(c.arch.name()))
        .with("index", decimal(index))
        .with("numbering", Value::word(c.numbering.name()))
        .with("instructions", Value::named(c.instructions.iter().map(|i| (i.name, bytes(i.bytes)))))
        .with("clobbers", names(c.clobbers))
        .with("user-refused", reply(&c.user_refused));
    if c.always_writes_value { record.with("writes-value", Value::word("always")) } else { record }
}

fn registers(convention: &Convention, mode: &Mode) -> Record {
    Record::new(Kind::Registers, [convention.name.to_string(), mode.width.bits().to_string()])
        .with("number", Value::word(mode.number.name))
        .with("number-bits", decimal(mode.number_width.bits()))
        .with("args", names(mode.arguments))
        .with("result", Value::word(mode.result.name))
        .with("value", Value::word(mode.value.name))
        .with("outputs", names(mode.outputs))
}

fn codes(records: &mut Vec<Record>, encoding: &Encoding) {
    records.extend(encoding.codes.iter().map(|code| {
        Record::new(Kind::Code, [encoding.name.to_string(), error(code.error)])
            .with("reply", reply(&code.reply))
            .with("symbol", Value::word(code.symbol))
    }));
}
