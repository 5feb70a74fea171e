//! Lines as programs print them, and lines that are none.

use super::*;
use crate::tables::Book;
use proptest::prelude::*;

const TRACE: Options = Options { input: Input::Auto, width: Width::Bits64 };

fn decoder() -> Decoder {
    Decoder::new(&Book::linked().unwrap())
}

fn decoded(line: &str) -> String {
    match parse(line.as_bytes(), &TRACE) {
        Parsed::Call(record) => decoder().decode(1, &record).unwrap().to_string(),
        other => panic!("{line}: {other:?}"),
    }
}

fn is_malformed(line: &[u8]) -> bool {
    matches!(parse(line, &TRACE), Parsed::Malformed(_))
}

/// The beginning is a message of Sean Christopherson's to the KVM mailing list (another event under this name).
#[test]
fn tracefs_lines_are_read() {
    let line = " apic_bus_clock_-11419   [056] d..2.   146.771179: kvm_hypercall: nr 0xc a0 0x1000 a1 0x1 a2 0x11 a3 0x7  ";
    let expected = "KVM_HC_MAP_GPA_RANGE(gpa=0x1000, pages=1, attributes=PAGE_SZ_2M|ENCRYPTED)";
    assert_eq!(decoded(line), format!("146.771179 cpu 56 apic_bus_clock_-11419: {expected}"));
    // With the thread group (record-tgid), and with a clock that counts.
    let line =
        "  CPU 0/KVM-1234  (   1200) [003] .....  99: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0";
    assert_eq!(decoded(line), "99 cpu 3 CPU 0/KVM-1234  (   1200): KVM_HC_VAPIC_POLL_IRQ()");
}

#[test]
fn trace_cmd_lines_are_read() {
    let line =
        "       CPU 0/KVM-4021  [001]  5132.704318: kvm_hypercall:        nr 0xb a0 0x2 a1 0x0 a2 0x0 a3 0x0";
    assert_eq!(decoded(line), "5132.704318 cpu 1 CPU 0/KVM-4021: KVM_HC_SCHED_YIELD(apic_id=2)");
    let line = "   <...>-4021  [001] d....  5132.704318: kvm_hypercall: nr 0x5 a0 0x0 a1 0x3 a2 0x0 a3 0x0";
    assert_eq!(decoded(line), "5132.704318 cpu 1 <...>-4021: KVM_HC_KICK_CPU(flags=0, apic_id=3)");
}

#[test]
fn perf_lines_are_read() {
    let line =
        "       CPU 1/KVM  8812 [002]  1013.445120: kvm:kvm_hypercall: nr 0xa a0 0x5 a1 0x0 a2 0x0 a3 0x40fd";
    let call = decoded(line);
    assert!(call.starts_with("1013.445120 cpu 2 CPU 1/KVM  8812: KVM_HC_SEND_IPI("), "{call}");
    assert!(call.contains("0x5"), "{call}");
}

/// Of the commit message of Linux 281106f938d3, which leaves out what is before the task's end.
#[test]
fn a_line_may_have_no_time() {
    let line = "     kvm_pv_test-53132: kvm_hypercall: nr 0x0 a0 0x0 a1 0x0 a2 0x0 a3 0x0";
    assert_eq!(decoded(line), "kvm_pv_test-53132: unknown kvm call 0x0(0x0, 0x0, 0x0, 0x0)");
    assert_eq!(decoded("kvm_hypercall: nr 0x1 a0 0 a1 0 a2 0 a3 0"), "KVM_HC_VAPIC_POLL_IRQ()");
}

/// Before Linux 6.2, and since.
#[test]
fn xens_calls_have_six_parameters_and_later_a_privilege_level() {
    let six = "nr 0x11 a0 0x6 a1 0x7f001000 a2 0x0 a3 0x0 a4 0x0 a5 0";
    let line = format!("qemu-7 [000] ..... 1.5: kvm_xen_hypercall: {six}");
    let expected = "HYPERVISOR_xen_version(command=GetFeatures, argument=0x7f001000)";
    assert_eq!(decoded(&line), format!("1.5 cpu 0 qemu-7: {expected}"));
    let line = format!("qemu-7 [000] ..... 1.5: kvm_xen_hypercall: cpl 3 {six}");
    assert_eq!(decoded(&line), format!("1.5 cpu 0 CPL 3 qemu-7: {expected}"));
    // Bits above the command's do not count, and the sixth parameter has no 0x.
    let line = "x: kvm_xen_hypercall: nr 0x11 a0 0x5500000000 a1 0x0 a2 0x0 a3 0x0 a4 0x0 a5 ff81";
    assert_eq!(decoded(line), "x: HYPERVISOR_xen_version(command=Version, argument=0x0)");
}

#[test]
fn a_vendors_numbers_are_its_calls() {
    let line = "x: kvm_hypercall: nr 0x48560014 a0 0xff a1 0x1000 a2 0x0 a3 0x0";
    assert!(decoded(line).starts_with("x: HYPERCALL_"), "{}", decoded(line));
}

#[test]
fn numbers_are_masked_outside_64_bit_mode() {
    let line = b"x: kvm_hypercall: nr 0xffffffff00000005 a0 0x0 a1 0xffffffff00000002 a2 0x0 a3 0x0";
    let narrow = Options { width: Width::Bits32, ..TRACE };
    let Parsed::Call(record) = parse(line, &narrow) else { panic!() };
    let call = decoder().decode(1, &record).unwrap().to_string();
    assert_eq!(call, "x: KVM_HC_KICK_CPU(flags=0, apic_id=2)");
    assert!(decoded(std::str::from_utf8(line).unwrap()).contains("unknown kvm call 0xffffffff00000005"));
}

#[test]
fn what_is_no_call_is_passed_over() {
    for line in [
        "# tracer: nop",
        "#",
        "",
        "   ",
        "cpus=4",
        "version = 7",
        "CPU 3 is empty",
        " qemu-1 [000] d..1. 12.000001: kvm_exit: vcpu 0 reason HLT rip 0x1000 info1 0x0 info2 0x0",
        " qemu 1 [000] 12.000001: kvm:kvm_entry: vcpu 0, rip 0x1000",
        "\tffffffffc0a01234 kvm_emulate_hypercall+0x24 ([kvm])",
        "\tffffffffc0a01234 kvm_xen_hypercall+0x24 ([kvm])",
        " qemu-1 [000] d..1. 12.000001: kvm_xen_hypercall [kvm] <-kvm_emulate_hypercall [kvm]",
        " qemu-1 [000] d..1. 12.000001: kvm_hypercall_entered: of another kernel",
        " kvm_hypercall-1 [000] d..1. 12.000001: sched_switch: prev_comm=kvm_hypercall",
    ] {
        assert_eq!(parse(line.as_bytes(), &TRACE), Parsed::Other, "{line}");
    }
    for line in ["CPU:2 [LOST 38 EVENTS]", "CPU:2 [38 EVENTS DROPPED]"] {
        assert_eq!(parse(line.as_bytes(), &TRACE), Parsed::Lost, "{line}");
    }
}

#[test]
fn what_cannot_be_read_is_malformed() {
    for line in [
        "x: kvm_hypercall:",
        "x: kvm_hypercall: nr",
        "x: kvm_hypercall: nr 0x a0 0x0 a1 0x0 a2 0x0 a3 0x0",
        "x: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0",
        "x: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0 a4 0x0",
        "x: kvm_hypercall: nr 0x1 a0 0x0 a2 0x0 a1 0x0 a3 0x0",
        "x: kvm_hypercall: nr 0x10000000000000000 a0 0x0 a1 0x0 a2 0x0 a3 0x0",
        "x: kvm_hypercall: nr -1 a0 0x0 a1 0x0 a2 0x0 a3 0x0",
        "x: kvm_hypercall: cpl 0 nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0",
        "x: kvm_xen_hypercall: cpl 4 nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0 a4 0x0 a5 0",
        "x: kvm_xen_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0",
        "12.5: kvm_hypercall nr 0x1",
        "x-1 [000] ..... 12.5: kvm_hypercall; nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0",
        "x-1 [000] ..... 12.5: kvm_xen_hypercall nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0 a4 0x0 a5 0",
        "x 1 [000] 12.5: kvm:kvm_hypercall nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0",
        "12.5: kvm_hypercall",
        "CPU 0 is garbage",
        "CPU is empty",
        "CPU 0 is empty, or not",
        "cpus=many",
        "version = x",
        "nothing of the kind",
        "{",
        "{}",
        "[]",
        r#"{"convention": "kvm", "mode": "64-bit", "raw": {"number": 1, "arguments": []}}"#,
        r#"{"convention": "kvm", "mode": "16-bit", "raw": {"number": "0x1", "arguments": []}}"#,
        r#"{"convention": "kvm", "mode": "64-bit", "raw": {"number": "0x+1", "arguments": []}}"#,
    ] {
        assert!(is_malformed(line.as_bytes()), "{line}");
    }
    let many = ["\"0x0\""; 99].join(",");
    let line = format!(
        r#"{{"convention": "kvm", "mode": "64-bit", "raw": {{"number": "0x1", "arguments": [{many}]}}}}"#
    );
    assert!(is_malformed(line.as_bytes()));
    assert!(is_malformed(b"\xff\xfe"));
}

/// A task may be called as it likes: even as the event, or with what a terminal takes for an order.
#[test]
fn a_tasks_name_leads_nobody_astray() {
    let line = " kvm_hypercall:-5 [000] ..... 1.5: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0";
    assert_eq!(decoded(line), "1.5 cpu 0 kvm_hypercall:-5: KVM_HC_VAPIC_POLL_IRQ()");
    let line = " a\u{1b}[31m\u{7}-5 [000] ..... 1.5: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0";
    assert_eq!(decoded(line), "1.5 cpu 0 a\\u{1b}[31m\\u{7}-5: KVM_HC_VAPIC_POLL_IRQ()");
    let line = "my_kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0";
    assert!(is_malformed(line.as_bytes()), "another word");
}

fn object(convention: &str, number: &str, arguments: &str, result: &str) -> String {
    let raw = format!(r#"{{"number": "{number}", "arguments": [{arguments}], {result}}}"#);
    format!(
        r#"{{"convention": "{convention}", "mode": "64-bit", "cpl": 0, "vcpu": 1, "result": "x", "raw": {raw}}}"#
    )
}

#[test]
fn results_and_errors_are_explained() {
    let map = |result: &str| decoded(&object("kvm", "0xc", r#""0x1000", "0x1", "0x10""#, result));
    let call = "vCPU 1: KVM_HC_MAP_GPA_RANGE(gpa=0x1000, pages=1, attributes=ENCRYPTED)";
    assert_eq!(map(r#""result": "0x0""#), format!("{call} = 0"));
    let invalid = map(r#""result": "0xffffffffffffffea""#);
    assert!(invalid.starts_with(&format!("{call} = -KVM_EINVAL (-22): ")), "{invalid}");
    assert_eq!(map(r#""result": null"#), format!("{call} = x"), "the VM ended, or the like");
    let unknown = decoded(&object("kvm", "0x63", "", r#""result": "0xfffffffffffffc18""#));
    assert_eq!(unknown, "vCPU 1: unknown kvm call 0x63() = -KVM_ENOSYS (-1000): nobody has this number");
    // Errors of the call's own, and conventions with a status: R3 and R4.
    let xen = decoded(&object("xen", "0x22", r#""0x0", "0x8""#, r#""result": "0xfffffffffffffffd""#));
    assert!(xen.contains(") = -3: "), "{xen}");
    let epapr = |result: &str| decoded(&object("epapr", "0x2a0003", "", result));
    assert_eq!(epapr(r#""result": "0x0", "value": "0x2""#), "vCPU 1: KVM_HC_FEATURES() = 2");
    assert!(epapr(r#""result": "0xc", "value": "0x0""#).contains("= EV_UNIMPLEMENTED (12)"));
}

#[test]
fn a_convention_that_is_not_there_is_said_so() {
    let line = object("kvn", "0x1", "", r#""result": "0x0""#);
    let Parsed::Call(record) = parse(line.as_bytes(), &TRACE) else { panic!() };
    assert_eq!(decoder().decode(1, &record).unwrap_err(), UnknownSpace);
}

/// As in the `calls` of `hypercall run --format json`.
#[test]
fn a_call_object_without_registers_is_looked_up_by_interface_and_number() {
    let object = |interface: &str, number: &str, result: &str| {
        format!(
            r#"{{"interface": "{interface}", "number": "{number}", "name": "?", "case": "c", "mode": "64-bit", "cpl": 3,
            "vcpu": 0, "transport": "pio", "result": "{result}", "expected": "", "ok": true, "ns": null}}"#
        )
        .replace('\n', " ")
    };
    let invalid = decoded(&object("kvm", "12", "-KVM_EINVAL (-22)"));
    assert!(
        invalid.starts_with("vCPU 0 CPL 3: KVM_HC_MAP_GPA_RANGE(...) = -KVM_EINVAL (-22): "),
        "{invalid}"
    );
    assert_eq!(decoded(&object("kvm", "12", "0")), "vCPU 0 CPL 3: KVM_HC_MAP_GPA_RANGE(...) = 0");
    let unknown = decoded(&object("kvm", "0xffff", "-KVM_ENOSYS (-1000)"));
    assert_eq!(unknown, "vCPU 0 CPL 3: unknown kvm call 0xffff(...) = -KVM_ENOSYS (-1000)");
    let line = object("kvn", "1", "0");
    let Parsed::Call(record) = parse(line.as_bytes(), &TRACE) else { panic!() };
    assert_eq!(decoder().decode(1, &record).unwrap_err(), UnknownSpace);
    assert!(is_malformed(object("kvm", "twelve", "0").as_bytes()));
}

#[test]
fn an_argument_that_the_record_has_not_is_a_question_mark() {
    let line = object("kvm", "0xc", r#""0x1000""#, r#""result": "0x0""#);
    assert_eq!(decoded(&line), "vCPU 1: KVM_HC_MAP_GPA_RANGE(gpa=0x1000, pages=?, attributes=?) = 0");
}

#[test]
fn a_summary_counts_known_calls_and_all_others_together() {
    let mut summary = Summary::default();
    let decoder = decoder();
    for (number, times) in [("0x1", 3), ("0x5", 5), ("0x63", 1), ("0x64", 1)] {
        for _ in 0..times {
            let line = object("kvm", number, "", r#""result": "0xfffffffffffffc18""#);
            let Parsed::Call(record) = parse(line.as_bytes(), &TRACE) else { panic!() };
            summary.add(&decoder.decode(1, &record).unwrap());
        }
    }
    let rows: Vec<_> = summary.rows().iter().map(|r| (r.name, r.number, r.calls, r.errors)).collect();
    let expected = [
        (Some("KVM_HC_KICK_CPU"), Some(5), 5, 5),
        (Some("KVM_HC_VAPIC_POLL_IRQ"), Some(1), 3, 3),
        (None, None, 2, 2),
    ];
    assert_eq!(rows, expected);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_without_panic(line in prop::collection::vec(any::<u8>(), 0..300)) {
        for input in [Input::Auto, Input::Trace, Input::JsonLines] {
            for width in [Width::Bits64, Width::Bits32] {
                if let Parsed::Call(record) = parse(&line, &Options { input, width }) {
                    let _ = decoder().decode(1, &record).map(|call| call.to_string());
                }
            }
        }
    }

    /// Lines that are nearly right.
    #[test]
    fn bent_lines_are_read_without_panic(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "kvm_hypercall:", "kvm_xen_hypercall:", "kvm:", "nr", "a0", "a1", "a2", "a3", "a4", "a5", "cpl", "0x1",
                "0xffffffffffffffff", "3", "[000]", "[", "]:", "1.5:", ":", "::", "d..1.", "task-1", "é\u{85}", "{",
            ]),
            0..24,
        ),
    ) {
        if let Parsed::Call(record) = parse(words.join(" ").as_bytes(), &TRACE) {
            let call = decoder().decode(1, &record).unwrap();
            let text = call.to_string();
            prop_assert!(!text.contains(char::is_control));
            prop_assert!(serde_json::to_string(&call).is_ok());
        }
    }

    /// Whatever the registers hold, and whatever call it is.
    #[test]
    fn every_call_is_explained_with_any_registers(
        registers in prop::collection::vec(any::<u64>(), 0..9),
        result in any::<Option<u64>>(),
        narrow in any::<bool>(),
    ) {
        let book = Book::linked().unwrap();
        let decoder = Decoder::new(&book);
        for place in book.calls.iter().flat_map(|call| &call.places) {
            let mut arguments = [0; MAX_ARGUMENTS];
            arguments[..registers.len()].copy_from_slice(&registers);
            let record = Record {
                number: Number::Wire { convention: place.convention.name.into(), number: place.number },
                width: if narrow { Width::Bits32 } else { Width::Bits64 },
                arguments,
                count: Some(registers.len()),
                ending: result.map(|result| Ending::Returned { result, value: None }),
                origin: Origin::default(),
            };
            let call = decoder.decode(1, &record).unwrap();
            prop_assert!(call.definition.is_some());
            prop_assert!(!call.to_string().is_empty());
        }
    }
}
