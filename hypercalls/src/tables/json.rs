//! The book as JSON.

use super::book::{Book, Call, Carried, Place};
use hypercall_core::convention::{Convention, Instruction, Mode, Reg};
use hypercall_core::encoding::{Encoding, Reply};
use hypercall_core::interface::{Interface, Span, VendorRange};
use hypercall_core::shared::Layout;
use hypercall_core::{Arch, Definition};
use serde_json::{Value, json};

/// The book as JSON: all that the Markdown says, under names that stay.
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
/// | `interfaces` | each number space, with its spans |
/// | `vendor_ranges` | the numbers that vendors may give out |
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
    json!({
        "version": 1,
        "calls": list(&book.calls, call),
        "conventions": list(&book.conventions, |c| convention(c)),
        "carried": list(&book.carried, carried),
        "encodings": list(&book.encodings(), |(arch, e)| encoding(*arch, e)),
        "interfaces": list(&book.interfaces, |(i, spans)| interface(i, spans)),
        "vendor_ranges": list(&book.vendor_ranges, |r| vendor_range(r)),
    })
}

/// As a file: indented, with a newline at the end.
pub fn text(book: &Book) -> String {
    format!("{:#}\n", render_json(book))
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    items.iter().map(one).collect()
}

fn call(call: &Call) -> Value {
    let d = call.definition;
    json!({
        "name": d.name,
        "interface": d.interface.name,
        "number": hex(d.number),
        "wire": list(&call.wire, |w| json!({ "numbering": w.numbering.name(), "number": hex(w.number) })),
        "architectures": list(d.archs, |a| json!(a.name())),
        "status": d.status.name(),
        "purpose": d.purpose,
        "arguments": arguments(d),
        "result": d.result,
        "outputs": d.outputs,
        "registers": list(&call.places, place),
        "errors": errors(call),
        "feature": d.feature.map(|f| json!({ "name": f.name, "bit": f.bit })),
        "trusts_host": d.trusts_host,
        "structures": list(call.definition.shares, |layout| structure(layout)),
        "history": list(d.history, |event| json!({
            "event": event.kind.name(),
            "release": event.release,
            "source": event.source,
        })),
    })
}

fn arguments(d: &Definition) -> Value {
    list(d.arguments, |argument| {
        json!({
            "name": argument.name,
            "type": argument.kind.name,
            "bits": argument.kind.bits,
            "range": argument.kind.range,
            "meaning": argument.meaning,
            "refused_as": argument.invalid.name(),
            "values": list(argument.kind.values, |v| json!({
                "name": v.name,
                "value": hex(v.value),
                "meaning": v.meaning,
            })),
        })
    })
}

fn place(place: &Place) -> Value {
    json!({
        "convention": place.convention.name,
        "bits": place.mode.width.bits(),
        "number": hex(place.number),
        "number_register": place.mode.number.name,
        "arguments": list(&place.arguments, |at| registers(at)),
        "result": place.mode.result.name,
        "value": place.mode.value.name,
        "outputs": registers(place.outputs),
    })
}

fn errors(call: &Call) -> Value {
    let encodings = call.encodings();
    list(call.definition.errors, |info| {
        let codes = list(&encodings, |e| {
            let code = &e.codes[info.error as usize];
            coded(&code.reply, json!({ "encoding": e.name, "symbol": code.symbol }))
        });
        json!({ "error": info.error.name(), "reason": info.reason, "codes": codes })
    })
}

fn structure(layout: &Layout) -> Value {
    json!({
        "name": layout.name,
        "size": layout.size,
        "purpose": layout.purpose,
        "source": layout.source,
        "fields": list(layout.fields, |field| json!({
            "name": field.name,
            "type": field.kind,
            "offset": field.offset,
            "size": field.size,
            "meaning": field.meaning,
        })),
    })
}

fn convention(c: &Convention) -> Value {
    json!({
        "name": c.name,
        "title": c.title,
        "architecture": c.arch.name(),
        "numbering": c.numbering.name(),
        "instructions": list(c.instructions, instruction),
        "modes": list(c.modes, mode),
        "clobbers": registers(c.clobbers),
        "always_writes_value": c.always_writes_value,
        "user_refused": coded(&c.user_refused, json!({})),
        "errors": c.errors.name,
        "source": c.source,
    })
}

fn instruction(instruction: &Instruction) -> Value {
    let bytes: String = instruction.bytes.iter().map(|b| format!("{b:02x}")).collect();
    json!({ "text": instruction.name, "bytes": bytes })
}

fn mode(mode: &Mode) -> Value {
    json!({
        "bits": mode.width.bits(),
        "number": mode.number.name,
        "number_bits": mode.number_width.bits(),
        "arguments": registers(mode.arguments),
        "result": mode.result.name,
        "value": mode.value.name,
        "outputs": registers(mode.outputs),
    })
}

fn carried(c: &Carried) -> Value {
    json!({
        "convention": c.convention.name,
        "interface": c.interface.name,
        "encoding": c.encoding.name,
    })
}

fn encoding(arch: Arch, e: &Encoding) -> Value {
    json!({
        "name": e.name,
        "architecture": arch.name(),
        "source": e.source,
        "codes": list(&e.codes, |code| {
            coded(&code.reply, json!({ "error": code.error.name(), "symbol": code.symbol }))
        }),
    })
}

fn interface(i: &Interface, spans: &[&Span]) -> Value {
    json!({
        "name": i.name,
        "title": i.title,
        "vendor": i.vendor,
        "source": i.source,
        "spans": list(spans, |s| json!({
            "numbering": s.numbering.name(),
            "first_wire": hex(s.first),
            "first_number": hex(s.start),
            "step": s.step,
            "count": s.count,
        })),
    })
}

fn vendor_range(r: &VendorRange) -> Value {
    json!({
        "numbering": r.numbering.name(),
        "first": hex(r.first),
        "last": hex(r.last),
        "rule": r.rule,
    })
}

/// Adds what the guest gets: a `value` for the result register, or the code of a `fault`.
fn coded(reply: &Reply, mut object: Value) -> Value {
    match reply {
        Reply::Value(value) => object["value"] = json!(value),
        Reply::Fault(fault) => object["fault"] = json!(hex(u64::from(fault.code))),
    }
    object
}

fn registers(registers: &[Reg]) -> Value {
    list(registers, |r| json!(r.name))
}

fn hex(number: u64) -> String {
    format!("{number:#x}")
}
