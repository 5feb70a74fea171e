//! The book as JSON.
//!
//! Structures are taken apart field by field, so that one which gains a field does not compile until it is
//! printed, or left out by name: places in the source and indices of registers mean nothing outside.

use super::book::{Book, Call, Carried, Place, Structure, Wire};
use hypercall_core::argument::{ArgumentKind, NamedValue};
use hypercall_core::convention::{Convention, Instruction, Mode, Reg};
use hypercall_core::definition::{ArgumentInfo, ErrorInfo, Event, Feature};
use hypercall_core::encoding::{Code, Encoding, Reply};
use hypercall_core::interface::{Interface, Span, VendorRange};
use hypercall_core::shared::{Field, Layout, Page};
use hypercall_core::transport::{Exit, Need, Transport};
use hypercall_core::{Arch, Definition, Fault};
use serde_json::{Value, json};

/// The version of the layout that [`render_json`] prints.
pub const VERSION: u64 = 1;

/// The book as JSON: all that the other forms say, under names that stay.
///
/// Whatever may stand in a register (numbers of calls, named values, ends of ranges, codes of faults) is a
/// string of hexadecimal digits, `"0x2a0003"`: it may have 64 bits, and readers of JSON keep 53. Error
/// codes, counts, bits, bytes and offsets are small and are JSON numbers.
///
/// | field | what it holds |
/// |---|---|
/// | `version` | of this layout: 1; fields may be added to it, and none goes or changes |
/// | `calls` | each call, with its arguments, errors and history, and its registers by convention and mode |
/// | `conventions` | each calling convention, with its instructions and modes |
/// | `carried` | which interface is found through which convention, and the encoding of its errors there |
/// | `encodings` | each way to say errors, with the symbol and code of each |
/// | `transports` | how calls reach the host |
/// | `exits` | the exits of KVM by which they do |
/// | `structures` | what guest and host share, with offsets |
/// | `interfaces` | each number space, with its spans |
/// | `vendor_ranges` | the numbers that vendors may give out |
///
/// [`render_json_schema`](super::render_json_schema) says so in JSON Schema.
///
/// ```
/// use hypercalls::tables::{Book, render_json};
///
/// let json = render_json(&Book::linked()?);
/// let kick = json["calls"].as_array().unwrap().iter().find(|c| c["name"] == "KVM_HC_KICK_CPU").unwrap();
/// assert_eq!(kick["number"], "0x5");
/// assert_eq!(kick["registers"][0]["arguments"][1], serde_json::json!(["rcx"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn render_json(book: &Book) -> Value {
    let Book { calls, conventions, carried, transports, structures, interfaces, vendor_ranges } = book;
    json!({
        "version": VERSION,
        "calls": list(calls, call),
        "conventions": list(conventions, |c| convention(c)),
        "carried": list(carried, carries),
        "encodings": list(&book.encodings(), |(arch, e)| encoding(*arch, e)),
        "transports": list(transports, |t| transport(t)),
        "exits": list(&book.exits(), |e| exit(e)),
        "structures": list(structures, structure),
        "interfaces": list(interfaces, |(i, spans)| interface(i, spans)),
        "vendor_ranges": list(vendor_ranges, |r| vendor_range(r)),
    })
}

/// A value as a file: indented, with a newline at the end. Keys are in order whatever order `serde_json` was
/// built to keep.
pub fn text(mut value: Value) -> String {
    value.sort_all_objects();
    format!("{value:#}\n")
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    items.iter().map(one).collect()
}

fn call(call: &Call) -> Value {
    let Call { definition, wire, places } = call;
    let Definition {
        name,
        number,
        interface,
        archs,
        status,
        purpose,
        arguments,
        result,
        outputs,
        errors,
        feature,
        history,
        shares,
        trusts_host,
        location: _,
    } = definition;
    json!({
        "name": name,
        "interface": interface.name,
        "number": hex(*number),
        "wire": list(wire, |Wire { numbering, number }| json!({
            "numbering": numbering.name(),
            "number": hex(*number),
        })),
        "architectures": architectures(archs),
        "status": status.name(),
        "purpose": purpose,
        "arguments": list(arguments, argument),
        "result": result,
        "outputs": outputs,
        "registers": list(places, place),
        "errors": list(errors, |info| error(call, info)),
        "feature": feature.map(|Feature { name, bit }| json!({ "name": name, "bit": bit })),
        "trusts_host": trusts_host,
        "structures": list(shares, |layout| json!(layout.name)),
        "history": list(history, |Event { kind, release, source }| json!({
            "event": kind.name(),
            "release": release,
            "source": source,
        })),
    })
}

fn argument(argument: &ArgumentInfo) -> Value {
    let ArgumentInfo { name, kind, meaning, invalid } = argument;
    let ArgumentKind { name: kind, bits, range, values, slots, slots_32 } = kind;
    json!({
        "name": name,
        "type": kind,
        "bits": bits,
        "range": range,
        "meaning": meaning,
        "refused_as": invalid.name(),
        "registers": slots,
        "registers_32": slots_32,
        "values": list(values, |NamedValue { name, value, meaning }| json!({
            "name": name,
            "value": hex(*value),
            "meaning": meaning,
        })),
    })
}

fn place(place: &Place) -> Value {
    let Place { convention, mode, number, arguments, outputs, encoding } = place;
    json!({
        "convention": convention.name,
        "bits": mode.width.bits(),
        "number": hex(*number),
        "number_register": mode.number.name,
        "arguments": list(arguments, |at| registers(at)),
        "result": mode.result.name,
        "value": mode.value.name,
        "outputs": registers(outputs),
        "encoding": encoding.name,
    })
}

fn error(call: &Call, info: &ErrorInfo) -> Value {
    let ErrorInfo { error, reason } = info;
    let codes = list(&call.encodings(), |e| {
        let code = &e.codes[*error as usize];
        coded(&code.reply, json!({ "encoding": e.name, "symbol": code.symbol }))
    });
    json!({ "error": error.name(), "reason": reason, "codes": codes })
}

fn layout(layout: &Layout) -> Value {
    let Layout { name, size, purpose, source, fields } = layout;
    json!({
        "name": name,
        "size": size,
        "purpose": purpose,
        "source": source,
        "fields": list(fields, |Field { name, kind, offset, size, meaning }| json!({
            "name": name,
            "type": kind,
            "offset": offset,
            "size": size,
            "meaning": meaning,
        })),
    })
}

fn structure(structure: &Structure) -> Value {
    let Structure { layout: of, archs, calls, page } = structure;
    let mut value = layout(of);
    value["architectures"] = architectures(archs);
    value["calls"] = json!(calls);
    value["page"] = json!(page.map(|Page { layout: _, conventions, found }| json!({
        "conventions": list(conventions, |c| json!(c.name)),
        "found": found,
    })));
    value
}

fn transport(transport: &Transport) -> Value {
    let Transport { name, arch, guest, exit, needs, conventions, carries, source } = transport;
    json!({
        "name": name,
        "architecture": arch.name(),
        "guest": guest,
        "exit": exit.map(|exit| exit.name),
        "needs": list(needs, |Need { capability, number, how }| json!({
            "capability": capability,
            "number": number,
            "how": how,
        })),
        "conventions": list(conventions, |c| json!(c.name)),
        "carries": carries,
        "source": source,
    })
}

fn exit(exit: &Exit) -> Value {
    let Exit { name, reason, payload } = exit;
    json!({ "name": name, "reason": reason, "payload": layout(payload) })
}

fn convention(convention: &Convention) -> Value {
    let Convention {
        name,
        title,
        arch,
        numbering,
        instructions,
        modes,
        clobbers,
        always_writes_value,
        user_refused,
        errors,
        source,
    } = convention;
    json!({
        "name": name,
        "title": title,
        "architecture": arch.name(),
        "numbering": numbering.name(),
        "instructions": list(instructions, instruction),
        "modes": list(modes, mode),
        "clobbers": registers(clobbers),
        "always_writes_value": always_writes_value,
        "user_refused": coded(user_refused, json!({})),
        "errors": errors.name,
        "source": source,
    })
}

fn instruction(Instruction { name, bytes }: &Instruction) -> Value {
    let bytes: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    json!({ "text": name, "bytes": bytes })
}

fn mode(mode: &Mode) -> Value {
    let Mode { width, number, number_width, arguments, result, value, outputs } = mode;
    json!({
        "bits": width.bits(),
        "number": number.name,
        "number_bits": number_width.bits(),
        "arguments": registers(arguments),
        "result": result.name,
        "value": value.name,
        "outputs": registers(outputs),
    })
}

fn carries(Carried { convention, interface, encoding }: &Carried) -> Value {
    json!({
        "convention": convention.name,
        "interface": interface.name,
        "encoding": encoding.name,
    })
}

fn encoding(arch: Arch, encoding: &Encoding) -> Value {
    let Encoding { name, source, codes } = encoding;
    json!({
        "name": name,
        "architecture": arch.name(),
        "source": source,
        "codes": list(codes, |Code { error, symbol, reply }| {
            coded(reply, json!({ "error": error.name(), "symbol": symbol }))
        }),
    })
}

/// `spans` are those of the interface's own that are in use, and in this part of the book.
fn interface(interface: &Interface, spans: &[&Span]) -> Value {
    let Interface { name, title, spans: _, errors, vendor, source } = interface;
    json!({
        "name": name,
        "title": title,
        "vendor": vendor,
        "errors": errors.map(|e| e.name),
        "source": source,
        "spans": list(spans, |Span { numbering, first, start, step, count }| json!({
            "numbering": numbering.name(),
            "first_wire": hex(*first),
            "first_number": hex(*start),
            "step": step,
            "count": count,
        })),
    })
}

fn vendor_range(VendorRange { numbering, first, last, rule }: &VendorRange) -> Value {
    json!({
        "numbering": numbering.name(),
        "first": hex(*first),
        "last": hex(*last),
        "rule": rule,
    })
}

/// Adds what the guest gets: a `value` for the result register, or the code of a `fault`.
fn coded(reply: &Reply, mut object: Value) -> Value {
    match reply {
        Reply::Value(value) => object["value"] = json!(value),
        Reply::Fault(Fault { code, error_code }) => {
            object["fault"] = json!(hex(u64::from(*code)));
            if let Some(error_code) = error_code {
                object["fault_error_code"] = json!(hex(u64::from(*error_code)));
            }
        }
    }
    object
}

fn architectures(archs: &[Arch]) -> Value {
    list(archs, |a| json!(a.name()))
}

/// The index is a register's place in this project's own register files.
fn registers(registers: &[Reg]) -> Value {
    list(registers, |Reg { name, index: _ }| json!(name))
}

fn hex(number: u64) -> String {
    format!("{number:#x}")
}
