//! What the JSON looks like, in JSON Schema.

use super::json::VERSION;
use hypercall_core::definition::EventKind;
use hypercall_core::{Arch, Error, Numbering, Status};
use serde_json::{Map, Value, json};

/// The schema of what [`render_json`](super::render_json) gives, in JSON Schema 2020-12.
///
/// It is strict: it knows every field, and takes no other. So it belongs to the version of this crate; a
/// reader that shall work with later ones ignores fields it does not know.
pub fn render_json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://raw.githubusercontent.com/hypercall-rs/hypercall/main/docs/abi/hypercall-abi.schema.json",
        "title": "Hypercall ABI",
        "description": "Hypercalls, their calling conventions, error codes, transports, shared structures and \
                        number spaces. What may stand in a register is a string of hexadecimal digits.",
        "type": "object",
        "additionalProperties": false,
        "required": ["version", "calls", "conventions", "carried", "encodings", "transports", "exits",
                     "structures", "interfaces", "vendor_ranges"],
        "properties": {
            "version": { "const": VERSION, "description": "Of this layout." },
            "calls": list("call", "By interface, vendors' last, and number."),
            "conventions": list("convention", "By architecture."),
            "carried": list("carried", "Which interface is found through which convention."),
            "encodings": list("encoding", "How errors are said."),
            "transports": list("transport", "How calls reach the host."),
            "exits": list("exit", "The exits of KVM_RUN by which they do."),
            "structures": list("structure", "What guest and host share."),
            "interfaces": list("interface", "The number spaces."),
            "vendor_ranges": list("vendor_range", "Numbers that vendors may give out."),
        },
        "$defs": definitions(),
    })
}

/// A list of things that the schema defines.
fn list(of: &str, description: &str) -> Value {
    json!({ "type": "array", "items": refer(of), "description": description })
}

fn refer(to: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{to}") })
}

/// An object with these fields, all needed, and no others.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| (name.to_string(), schema.clone())).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "enum": words.into_iter().collect::<Vec<_>>() })
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn bits() -> Value {
    json!({ "enum": [32, 64] })
}

/// What the guest gets, beside other fields: a value or a fault.
fn coded<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let mut schema = object(fields);
    let value = json!({ "type": "integer", "description": "In the result register, sign-extended." });
    schema["properties"]["value"] = value;
    schema["properties"]["fault"] = described(refer("hex"), "The exception or interruption at the call.");
    schema["properties"]["fault_error_code"] = described(refer("hex"), "Its error code, if it has one.");
    schema["oneOf"] = json!([{ "required": ["value"] }, { "required": ["fault"] }]);
    schema["dependentRequired"] = json!({ "fault_error_code": ["fault"] });
    schema
}

fn definitions() -> Value {
    let events = [EventKind::Introduced, EventKind::Changed, EventKind::Deprecated, EventKind::Removed];
    let text = || json!({ "type": "string" });
    let name = || refer("name");
    let names = |description| described(json!({ "type": "array", "items": refer("name") }), description);
    let registers = |description| list("register", description);
    let layout = || {
        [
            ("name", refer("layout_name")),
            ("size", count()),
            ("purpose", text()),
            ("source", text()),
            ("fields", list("field", "By offset.")),
        ]
    };
    let [n, s, p, o, f] = layout();
    json!({
        "hex": { "type": "string", "pattern": "^0x(0|[1-9a-f][0-9a-f]{0,15})$" },
        "name": { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]*$" },
        "layout_name": { "type": "string", "minLength": 1 },
        "register": { "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]*$" },
        "architecture": one_of(Arch::ALL.map(Arch::name)),
        "numbering": one_of(Numbering::ALL.map(Numbering::name)),
        "error": one_of(Error::ALL.iter().map(|e| e.name())),
        "call": object([
            ("name", name()),
            ("interface", name()),
            ("number", described(refer("hex"), "In its interface.")),
            ("wire", described(json!({ "type": "array", "items": object([
                ("numbering", refer("numbering")),
                ("number", refer("hex")),
            ]) }), "The number as it stands in the number register.")),
            ("architectures", json!({ "type": "array", "items": refer("architecture"), "minItems": 1 })),
            ("status", one_of(Status::ALL.map(Status::name))),
            ("purpose", text()),
            ("arguments", list("argument", "In register order.")),
            ("result", described(text(), "What its value means.")),
            ("outputs", described(json!({ "type": "array", "items": text() }), "What each extra output means.")),
            ("registers", list("place", "In each mode of each convention that carries it.")),
            ("errors", list("call_error", "Beside those that every call may answer.")),
            ("feature", described(or_null(object([("name", name()), ("bit", count())])), "The bit that announces it.")),
            ("trusts_host", described(json!({ "type": "boolean" }), "The guest takes data from the host on trust.")),
            ("structures", list("layout_name", "What it reads or writes in memory.")),
            ("history", described(json!({ "type": "array", "items": object([
                ("event", one_of(events.map(EventKind::name))),
                ("release", text()),
                ("source", text()),
            ]) }), "When it came, changed and went.")),
        ]),
        "argument": object([
            ("name", name()),
            ("type", text()),
            ("bits", described(count(), "That may be set, from the lowest.")),
            ("range", text()),
            ("meaning", text()),
            ("refused_as", described(refer("error"), "The error for a value that the type refuses.")),
            ("registers", described(count(), "Taken in 64-bit mode.")),
            ("registers_32", described(count(), "Taken in 32-bit mode.")),
            ("values", json!({ "type": "array", "items": object([
                ("name", text()),
                ("value", refer("hex")),
                ("meaning", text()),
            ]) })),
        ]),
        "place": object([
            ("convention", name()),
            ("bits", bits()),
            ("number", refer("hex")),
            ("number_register", refer("register")),
            ("arguments", json!({ "type": "array", "items": registers("Of one argument, the lowest bits first.") })),
            ("result", refer("register")),
            ("value", described(refer("register"), "The result's, where that is no mere status.")),
            ("outputs", registers("Of the extra outputs.")),
            ("encoding", described(name(), "How its errors are said here.")),
        ]),
        "call_error": object([
            ("error", refer("error")),
            ("reason", text()),
            ("codes", json!({ "type": "array", "items": coded([("encoding", name()), ("symbol", text())]) })),
        ]),
        "field": object([
            ("name", name()),
            ("type", described(text(), "As Rust writes it.")),
            ("offset", count()),
            ("size", count()),
            ("meaning", text()),
        ]),
        "layout": object(layout()),
        "structure": object([
            n, s, p, o, f,
            ("architectures", json!({ "type": "array", "items": refer("architecture"), "minItems": 1 })),
            ("calls", names("That read or write it.")),
            ("page", described(or_null(object([
                ("conventions", names("Whose guests have it.")),
                ("found", text()),
            ])), "For one that no call names: how the other side learns where it is.")),
        ]),
        "transport": object([
            ("name", name()),
            ("architecture", refer("architecture")),
            ("guest", described(text(), "What the guest does.")),
            ("exit", described(or_null(name()), "By which KVM brings it to the VMM.")),
            ("needs", described(json!({ "type": "array", "items": object([
                ("capability", name()),
                ("number", count()),
                ("how", text()),
            ]) }), "What KVM must have.")),
            ("conventions", names("That it carries.")),
            ("carries", text()),
            ("source", text()),
        ]),
        "exit": object([
            ("name", name()),
            ("reason", count()),
            ("payload", described(refer("layout"), "From the start of the union in struct kvm_run.")),
        ]),
        "convention": object([
            ("name", name()),
            ("title", text()),
            ("architecture", refer("architecture")),
            ("numbering", refer("numbering")),
            ("instructions", json!({ "type": "array", "items": object([
                ("text", text()),
                ("bytes", json!({ "type": "string", "pattern": "^([0-9a-f]{2})+$" })),
            ]) })),
            ("modes", json!({ "type": "array", "minItems": 1, "items": object([
                ("bits", bits()),
                ("number", refer("register")),
                ("number_bits", bits()),
                ("arguments", registers("In order.")),
                ("result", refer("register")),
                ("value", refer("register")),
                ("outputs", registers("Behind the value.")),
            ]) })),
            ("clobbers", registers("That the guest must take as lost, beside the outputs.")),
            ("always_writes_value", json!({ "type": "boolean" })),
            ("user_refused", described(coded([]), "What a user program gets.")),
            ("errors", described(name(), "The encoding, unless the interface has its own.")),
            ("source", text()),
        ]),
        "carried": object([("convention", name()), ("interface", name()), ("encoding", name())]),
        "encoding": object([
            ("name", name()),
            ("architecture", refer("architecture")),
            ("source", text()),
            ("codes", json!({
                "type": "array",
                "items": coded([("error", refer("error")), ("symbol", text())]),
                "minItems": Error::ALL.len(),
                "maxItems": Error::ALL.len(),
            })),
        ]),
        "interface": object([
            ("name", name()),
            ("title", text()),
            ("vendor", json!({ "type": "boolean" })),
            ("errors", described(or_null(name()), "Its own encoding.")),
            ("source", text()),
            ("spans", json!({ "type": "array", "items": object([
                ("numbering", refer("numbering")),
                ("first_wire", described(refer("hex"), "What first_number looks like in the register.")),
                ("first_number", refer("hex")),
                ("step", described(count(), "From one number to the next in the register.")),
                ("count", count()),
            ]) })),
        ]),
        "vendor_range": object([
            ("numbering", refer("numbering")),
            ("first", refer("hex")),
            ("last", refer("hex")),
            ("rule", described(text(), "Where in it number n of a vendor stands.")),
        ]),
    })
}
