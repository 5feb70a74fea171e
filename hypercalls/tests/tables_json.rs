//! The JSON form: literals from the documents it stands for, and that it holds every field of the book.

#![cfg(feature = "cli")]

use hypercall_core::Registry;
use hypercalls::tables::{Book, render_json};
use serde_json::{Value, json};

fn book() -> Book {
    Book::linked().expect("no two calls collide")
}

fn call(name: &str) -> Value {
    let json = render_json(&book());
    let calls = json["calls"].as_array().expect("calls are a list");
    calls.iter().find(|c| c["name"] == name).expect("the call is there").clone()
}

#[test]
fn a_call_has_every_field() {
    let kick = call("KVM_HC_KICK_CPU");
    assert_eq!(kick["interface"], "kvm");
    assert_eq!(kick["number"], "0x5");
    assert_eq!(kick["wire"], json!([{ "numbering": "x86", "number": "0x5" }]));
    assert_eq!(kick["architectures"], json!(["x86"]));
    assert_eq!(kick["status"], "active");
    assert_eq!(kick["feature"], json!({ "name": "KVM_FEATURE_PV_UNHALT", "bit": 7 }));
    assert_eq!(kick["trusts_host"], false);
    assert_eq!(kick["arguments"][1]["name"], "apic_id");
    assert_eq!(kick["errors"][0]["codes"][0]["value"], -1000);
    assert_eq!(
        kick["registers"][0],
        json!({
            "convention": "kvm", "bits": 64, "number": "0x5", "number_register": "rax",
            "arguments": [["rbx"], ["rcx"]], "result": "rax", "value": "rax", "outputs": [],
            "encoding": "kvm-x86",
        })
    );
    assert_eq!(call("KVM_HC_FEATURES")["wire"], json!([{ "numbering": "epapr", "number": "0x2a0003" }]));
    assert_eq!(call("KVM_HC_CLOCK_PAIRING")["arguments"][1]["refused_as"], "unsupported");
    assert_eq!(call("KVM_HC_CLOCK_PAIRING")["structures"], json!(["kvm_clock_pairing"]));
    assert_eq!(call("DIAG500_SC_STOR_LIMIT")["errors"][0]["codes"][0]["fault"], "0x6");
}

#[test]
fn the_text_reads_back_as_the_same_value_and_has_every_definition() {
    let json = render_json(&book());
    let text = serde_json::to_string_pretty(&json).expect("it can be printed");
    let read: Value = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(read, json);
    for definition in Registry::linked().unwrap().iter() {
        let is_it = |c: &&Value| c["name"] == definition.name;
        let call = read["calls"].as_array().and_then(|calls| calls.iter().find(is_it));
        assert_eq!(call.expect("the call is there")["purpose"], definition.purpose);
    }
    assert_eq!(text, serde_json::to_string_pretty(&render_json(&book())).unwrap());
}

/// Readers of JSON keep 53 bits.
#[test]
fn no_number_is_larger_than_every_reader_keeps() {
    leaves(&render_json(&book()), &mut |leaf| {
        if let Value::Number(number) = leaf {
            assert!(number.as_i64().is_some_and(|n| n.unsigned_abs() < 1 << 53), "{number}");
        }
    });
}

#[test]
fn every_part_of_the_book_is_there() {
    let json = render_json(&book());
    let count = |field: &str| json[field].as_array().map_or(0, Vec::len);
    assert_eq!(json["version"], 1);
    assert_eq!(count("exits"), 7);
    assert!(count("transports") >= 10 && count("structures") >= 14);
    assert_eq!(count("conventions"), 6);
    assert_eq!(count("encodings"), 7);
    assert_eq!(count("vendor_ranges"), 4);
    assert!(count("interfaces") >= 5 && count("carried") >= 11);
    assert_eq!(json["conventions"][0]["instructions"][0], json!({ "text": "vmcall", "bytes": "0f01c1" }));
    assert_eq!(
        json["encodings"][0]["codes"][2],
        json!({ "error": "invalid argument", "symbol": "-KVM_EINVAL", "value": -22 })
    );
    assert_eq!(json["vendor_ranges"][3]["last"], "0x7ffc");
    assert_eq!(json["conventions"][3]["user_refused"], json!({ "fault": "0x2" }));
}

fn leaves(value: &Value, visit: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| leaves(item, visit)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, visit)),
        leaf => visit(leaf),
    }
}

#[test]
fn names_lead_to_what_they_name() {
    let json = render_json(&book());
    let names = |list: &str| -> Vec<&str> {
        json[list].as_array().expect(list).iter().map(|v| v["name"].as_str().expect("a name")).collect()
    };
    let all = |value: &Value| -> Vec<String> {
        value.as_array().expect("a list").iter().map(|v| v.as_str().expect("a name").to_string()).collect()
    };
    for call in json["calls"].as_array().unwrap() {
        assert!(all(&call["structures"]).iter().all(|s| names("structures").contains(&s.as_str())), "{call}");
        for place in call["registers"].as_array().unwrap() {
            assert!(names("conventions").contains(&place["convention"].as_str().unwrap()));
            assert!(names("encodings").contains(&place["encoding"].as_str().unwrap()));
        }
    }
    for structure in json["structures"].as_array().unwrap() {
        assert!(all(&structure["calls"]).iter().all(|c| names("calls").contains(&c.as_str())), "{structure}");
    }
    for transport in json["transports"].as_array().unwrap() {
        let conventions = all(&transport["conventions"]);
        assert!(conventions.iter().all(|c| names("conventions").contains(&c.as_str())), "{transport}");
        assert!(transport["exit"].as_str().is_none_or(|exit| names("exits").contains(&exit)), "{transport}");
    }
}

/// Each field of what a book is made of, changed alone, changes the JSON. So the JSON holds them all, and any
/// other form can be made from it.
mod changes {
    use super::*;
    use hypercall_core::argument::{ArgumentKind, NamedValue};
    use hypercall_core::convention::{Convention, Instruction, Mode, Reg};
    use hypercall_core::definition::{ArgumentInfo, ErrorInfo, Event, EventKind, Feature, Location};
    use hypercall_core::encoding::{Code, Encoding, Reply};
    use hypercall_core::interface::{Interface, MAX_SPANS, Span, VendorRange};
    use hypercall_core::shared::{Field, Layout, Page};
    use hypercall_core::transport::{Exit, Need, Transport};
    use hypercall_core::{Arch, Definition, Error, Fault, Numbering, Status, Width};

    /// A value for the rest of the program, for it is small.
    fn keep<T>(value: T) -> &'static T {
        Box::leak(Box::new(value))
    }

    fn list<T>(value: T) -> &'static [T] {
        keep([value])
    }

    const REG: Reg = Reg::new("a", 0);
    const OTHER: Reg = Reg::new("b", 1);
    const FIELD: Field = Field { name: "f", kind: "u8", offset: 0, size: 1, meaning: "m" };
    const LAYOUT: Layout = Layout { name: "l", size: 1, purpose: "p", source: "s", fields: &[FIELD] };
    const VALUE: NamedValue = NamedValue { name: "v", value: 1, meaning: "m" };
    const KIND: ArgumentKind =
        ArgumentKind { name: "k", bits: 1, range: "r", values: &[VALUE], slots: 1, slots_32: 1 };
    const ARGUMENT: ArgumentInfo =
        ArgumentInfo { name: "a", kind: &KIND, meaning: "m", invalid: Error::Invalid };
    const ERROR: ErrorInfo = ErrorInfo { error: Error::Busy, reason: "r" };
    const EVENT: Event = Event { kind: EventKind::Introduced, release: "r", source: "s" };
    const FEATURE: Feature = Feature { name: "f", bit: 1 };
    const INSTRUCTION: Instruction = Instruction { name: "i", bytes: &[1] };
    const MODE: Mode = Mode {
        width: Width::Bits64,
        number: REG,
        number_width: Width::Bits64,
        arguments: &[REG, OTHER],
        result: REG,
        value: REG,
        outputs: &[OTHER],
    };
    const SPAN: Span = Span { numbering: Numbering::X86, first: 0, start: 0, step: 1, count: 9 };
    const NEED: Need = Need { capability: "c", number: 1, how: "h" };
    const EXIT: Exit = Exit { name: "e", reason: 1, payload: &LAYOUT };
    const RANGE: VendorRange = VendorRange { numbering: Numbering::X86, first: 1, last: 2, rule: "r" };

    const fn code(error: Error) -> Code {
        Code { error, symbol: "s", reply: Reply::Value(-1) }
    }

    fn encoding() -> Encoding {
        let mut codes = [code(Error::Unknown); Error::ALL.len()];
        Error::ALL.iter().zip(&mut codes).for_each(|(error, code)| code.error = *error);
        Encoding { name: "e", source: "s", codes }
    }

    fn interface() -> Interface {
        let mut spans = [Span::NONE; MAX_SPANS];
        spans[0] = SPAN;
        Interface { name: "i", title: "t", spans, errors: None, vendor: false, source: "s" }
    }

    fn convention() -> Convention {
        Convention {
            name: "c",
            title: "t",
            arch: Arch::X86,
            numbering: Numbering::X86,
            instructions: &[INSTRUCTION],
            modes: &[MODE],
            clobbers: &[REG],
            always_writes_value: false,
            user_refused: Reply::Value(-1),
            errors: keep(encoding()),
            source: "s",
        }
    }

    fn definition() -> Definition {
        Definition {
            name: "D",
            number: 1,
            interface: keep(interface()),
            archs: &[Arch::X86],
            status: Status::Active,
            purpose: "p",
            arguments: &[ARGUMENT],
            result: "r",
            outputs: &["o"],
            errors: &[ERROR],
            feature: Some(FEATURE),
            history: &[EVENT],
            shares: &[&LAYOUT],
            trusts_host: false,
            location: Location { file: "f", line: 1 },
        }
    }

    fn transport() -> Transport {
        Transport {
            name: "t",
            arch: Arch::X86,
            guest: "g",
            exit: Some(&EXIT),
            needs: &[NEED],
            conventions: &[],
            carries: "c",
            source: "s",
        }
    }

    fn page() -> Page {
        Page { layout: &LAYOUT, conventions: &[], found: "f" }
    }

    fn json(d: Definition, c: Convention, t: Transport, p: Page) -> Value {
        let registry = Registry::new([keep(d)]).expect("one call");
        let book = Book::new(&registry, [keep(c)]).with_transports([keep(t)]).with_pages([keep(p)]);
        render_json(&book)
    }

    fn of_call(d: Definition) -> Value {
        json(d, convention(), transport(), page())
    }

    fn of_convention(c: Convention) -> Value {
        json(definition(), c, transport(), page())
    }

    fn of_transport(t: Transport) -> Value {
        json(definition(), convention(), t, page())
    }

    fn of_page(p: Page) -> Value {
        json(definition(), convention(), transport(), p)
    }

    /// For each field a value that is not the base's.
    macro_rules! each {
        ($render:expr, $base:expr, { $($field:ident: $value:expr),* $(,)? }) => {{
            let render = $render;
            let base = render($base);
            $({
                let mut changed = $base;
                changed.$field = $value;
                assert_ne!(render(changed), base, "{} is not in the JSON", stringify!($field));
            })*
        }};
    }

    #[test]
    fn of_a_call() {
        each!(of_call, definition(), {
            name: "E", number: 2, interface: keep(Interface { name: "j", ..interface() }),
            archs: &[Arch::X86, Arch::Ppc], status: Status::Obsolete, purpose: "q", arguments: &[], result: "s",
            outputs: &[], errors: &[], feature: None, history: &[], shares: &[], trusts_host: true,
        });
        each!(|a| of_call(Definition { arguments: list(a), ..definition() }), ARGUMENT, {
            name: "b", kind: keep(ArgumentKind { name: "l", ..KIND }), meaning: "n", invalid: Error::Busy,
        });
        let of_kind = |kind| ArgumentInfo { kind: keep(kind), ..ARGUMENT };
        each!(|k| of_call(Definition { arguments: list(of_kind(k)), ..definition() }), KIND, {
            name: "l", bits: 2, range: "s", values: &[], slots: 2, slots_32: 2,
        });
        let of_value = |value| of_kind(ArgumentKind { values: list(value), ..KIND });
        each!(|v| of_call(Definition { arguments: list(of_value(v)), ..definition() }), VALUE, {
            name: "w", value: 2, meaning: "n",
        });
        each!(|e| of_call(Definition { errors: list(e), ..definition() }), ERROR, {
            error: Error::Io, reason: "s",
        });
        each!(|e| of_call(Definition { history: list(e), ..definition() }), EVENT, {
            kind: EventKind::Removed, release: "s", source: "t",
        });
        each!(|f| of_call(Definition { feature: Some(f), ..definition() }), FEATURE, { name: "g", bit: 2 });
    }

    #[test]
    fn of_a_structure() {
        each!(|l| of_call(Definition { shares: list(keep(l)), ..definition() }), LAYOUT, {
            name: "m", size: 2, purpose: "q", source: "t", fields: &[],
        });
        let of_field = |field| Layout { fields: list(field), ..LAYOUT };
        each!(|f| of_call(Definition { shares: list(keep(of_field(f))), ..definition() }), FIELD, {
            name: "g", kind: "u16", offset: 1, size: 2, meaning: "n",
        });
        each!(of_page, page(), {
            layout: keep(Layout { name: "m", ..LAYOUT }), conventions: list(keep(convention())), found: "g",
        });
    }

    #[test]
    fn of_a_convention() {
        each!(of_convention, convention(), {
            name: "d", title: "u", arch: Arch::Ppc, numbering: Numbering::Epapr, instructions: &[],
            modes: &[], clobbers: &[], always_writes_value: true, user_refused: Reply::Value(-2),
            errors: keep(Encoding { name: "f", ..encoding() }), source: "t",
        });
        each!(|m| of_convention(Convention { modes: list(m), ..convention() }), MODE, {
            width: Width::Bits32, number: OTHER, number_width: Width::Bits32, arguments: &[OTHER, REG],
            result: OTHER, value: OTHER, outputs: &[REG],
        });
        each!(|i| of_convention(Convention { instructions: list(i), ..convention() }), INSTRUCTION, {
            name: "j", bytes: &[2],
        });
        let fault = |error_code| Reply::Fault(Fault { code: 1, error_code });
        let refused = |reply| of_convention(Convention { user_refused: reply, ..convention() });
        assert_ne!(refused(fault(None)), refused(fault(Some(0))));
        assert_ne!(refused(fault(None)), refused(Reply::Fault(Fault { code: 2, error_code: None })));
        assert_ne!(refused(fault(None)), refused(Reply::Value(1)));
    }

    #[test]
    fn of_an_encoding() {
        each!(|e| of_convention(Convention { errors: keep(e), ..convention() }), encoding(), {
            name: "f", source: "t", codes: [Code { symbol: "t", ..code(Error::Unknown) }; Error::ALL.len()],
        });
        let of_code = |code| {
            let mut codes = encoding().codes;
            codes[3] = code;
            of_convention(Convention { errors: keep(Encoding { codes, ..encoding() }), ..convention() })
        };
        each!(of_code, code(Error::BadAddress), {
            error: Error::Io, symbol: "t", reply: Reply::Value(-2),
        });
    }

    #[test]
    fn of_an_interface() {
        let of_interface = |i| of_call(Definition { interface: keep(i), ..definition() });
        each!(of_interface, interface(), {
            name: "j", title: "u", spans: [Span { first: 1, ..SPAN }; MAX_SPANS], errors: Some(keep(encoding())),
            vendor: true, source: "t",
        });
        let of_span = |span| of_interface(Interface { spans: [span; MAX_SPANS], ..interface() });
        each!(of_span, SPAN, {
            numbering: Numbering::Papr, first: 4, start: 1, step: 2, count: 8,
        });
        let of_range = |range| {
            let registry = Registry::new([keep(definition())]).expect("one call");
            let mut book = Book::new(&registry, [keep(convention())]);
            book.vendor_ranges = vec![keep(range)];
            render_json(&book)
        };
        each!(of_range, RANGE, { numbering: Numbering::Papr, first: 2, last: 3, rule: "s" });
    }

    #[test]
    fn of_a_transport() {
        each!(of_transport, transport(), {
            name: "u", arch: Arch::Ppc, guest: "h", exit: None, needs: &[],
            conventions: list(keep(convention())), carries: "d", source: "t",
        });
        each!(|n| of_transport(Transport { needs: list(n), ..transport() }), NEED, {
            capability: "d", number: 2, how: "i",
        });
        each!(|e| of_transport(Transport { exit: Some(keep(e)), ..transport() }), EXIT, {
            name: "f", reason: 2, payload: keep(Layout { size: 2, ..LAYOUT }),
        });
    }
}
