//! The ABI tables against the documents they stand for: every expected value is a literal from Linux's,
//! Xen's or Power.org's headers and documents.

#![cfg(feature = "std")]

use hypercall_core::{Arch, Registry, Status};
use hypercalls::tables::{self, Book, FORMATS, Filter, render_md};

fn book() -> Book {
    Book::linked().expect("no two calls collide")
}

fn part(filter: Filter) -> String {
    render_md(&book().filtered(&filter).expect("the filter names what there is"))
}

fn named(name: &str) -> Filter {
    Filter { name: Some(name.into()), ..Filter::default() }
}

fn on(convention: &str) -> Filter {
    Filter { convention: Some(convention.into()), ..Filter::default() }
}

/// The cells of a table's line; `\|` is no end of one.
fn cells(line: &str) -> Vec<String> {
    let hidden = line.replace("\\|", "\0");
    let inner =
        hidden.strip_prefix('|').and_then(|l| l.strip_suffix('|')).expect("a row stands between bars");
    inner.split('|').map(|cell| cell.trim().replace('\0', "|")).collect()
}

/// Every row of every table, whose head is these words.
fn rows(text: &str, head: &[&str]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if !line.starts_with('|') {
            inside = false;
        } else if inside {
            found.push(cells(line));
        } else {
            inside = cells(line) == head;
        }
    }
    found.retain(|row| !row.iter().all(|cell| cell.chars().all(|c| c == '-') && !cell.is_empty()));
    found
}

/// The section of a call.
fn section(text: &str, name: &str) -> String {
    let start = text.find(&format!("### {name}\n")).expect("the call has a section");
    let rest = &text[start + 4..];
    rest[..rest.find("\n##").unwrap_or(rest.len())].to_string()
}

const INDEX: [&str; 5] = ["value", "name", "architecture", "status", "feature"];
const PLACES: [&str; 5] = ["convention", "bits", "number", "arguments", "result"];

/// Linux `include/uapi/linux/kvm_para.h`, `arch/x86/include/uapi/asm/kvm_para.h` and
/// `Documentation/virt/kvm/x86/hypercalls.rst`.
#[test]
fn kvms_twelve_numbers_stand_in_the_index() {
    let index = rows(&render_md(&book()), &INDEX);
    for row in [
        ["1", "KVM_HC_VAPIC_POLL_IRQ", "x86", "active", ""],
        ["2", "KVM_HC_MMU_OP", "x86", "deprecated", "KVM_FEATURE_MMU_OP, bit 2"],
        ["3", "KVM_HC_FEATURES", "ppc", "active", ""],
        ["4", "KVM_HC_PPC_MAP_MAGIC_PAGE", "ppc", "active", "KVM_FEATURE_MAGIC_PAGE, bit 1"],
        ["5", "KVM_HC_KICK_CPU", "x86", "active", "KVM_FEATURE_PV_UNHALT, bit 7"],
        ["6", "KVM_HC_MIPS_GET_CLOCK_FREQ", "mips", "obsolete", ""],
        ["7", "KVM_HC_MIPS_EXIT_VM", "mips", "obsolete", ""],
        ["8", "KVM_HC_MIPS_CONSOLE_OUTPUT", "mips", "obsolete", ""],
        ["9", "KVM_HC_CLOCK_PAIRING", "x86", "active", ""],
        ["10 (0xa)", "KVM_HC_SEND_IPI", "x86", "active", "KVM_FEATURE_PV_SEND_IPI, bit 11"],
        ["11 (0xb)", "KVM_HC_SCHED_YIELD", "x86", "active", "KVM_FEATURE_PV_SCHED_YIELD, bit 13"],
        ["12 (0xc)", "KVM_HC_MAP_GPA_RANGE", "x86", "active", "KVM_FEATURE_HC_MAP_GPA_RANGE, bit 16"],
    ] {
        assert!(index.iter().any(|r| *r == row), "{row:?} is not in {index:#?}");
    }
}

#[test]
fn a_call_has_the_four_points_of_the_template_and_what_a_caller_needs() {
    let text = section(&render_md(&book()), "KVM_HC_KICK_CPU");
    for line in
        ["- Value: 5", "- Architecture: x86", "- Status: active", "- Feature: KVM_FEATURE_PV_UNHALT, bit 7"]
    {
        assert!(text.lines().any(|l| l == line), "{line} is not in {text}");
    }
    assert!(text.contains("- Purpose: Wakes a halted vCPU"), "{text}");
    assert!(text.contains("6aef266c6e17"), "the commit that introduced it: {text}");
    assert_eq!(rows(&text, &PLACES), [["kvm", "64, 32", "rax = 5", "flags rbx, apic_id rcx", "rax"]]);
    let errors = rows(&text, &["error", "kvm-x86", "when"]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0][..2], ["unknown call", "-KVM_ENOSYS -1000"]);
}

#[test]
fn registers_are_those_of_each_convention_and_mode() {
    let text = render_md(&book());
    let places = |name| rows(&section(&text, name), &PLACES);
    assert_eq!(
        places("KVM_HC_SEND_IPI"),
        [["kvm", "64, 32", "rax = 10", "targets rbx rcx, lowest rdx, icr rsi", "rax"]]
    );
    // A 64-bit address takes one more register in 32-bit mode.
    assert_eq!(
        places("KVM_HC_MMU_OP"),
        [
            ["kvm", "64", "rax = 2", "bytes rbx, buffer rcx", "rax"],
            ["kvm", "32", "rax = 2", "bytes rbx, buffer rcx rdx", "rax"],
        ]
    );
    // Linux epapr_hcalls.h: EV_KVM_VENDOR_ID is 42.
    assert_eq!(
        places("KVM_HC_PPC_MAP_MAGIC_PAGE"),
        [["epapr", "64, 32", "r11 = 0x2a0004", "physical r3, effective r4", "r4, status r3"]]
    );
    assert!(places("KVM_HC_MIPS_EXIT_VM").is_empty());
    let outputs = rows(&section(&text, "HYPERCALL_OUTPUTS"), &[&PLACES[..], &["outputs"]].concat());
    assert_eq!(outputs[0][5], "r5 r6 r7 r8 r9 r10 r11");
}

/// KVM's convention has four argument registers, the 2007 header's and Xen's six, DIAG's six.
#[test]
fn a_convention_without_registers_enough_does_not_carry_the_call() {
    let text = render_md(&book());
    let carried_by = |name| -> Vec<String> {
        let mut names: Vec<_> =
            rows(&section(&text, name), &PLACES).into_iter().map(|mut r| r.remove(0)).collect();
        names.dedup();
        names
    };
    assert_eq!(carried_by("HYPERCALL_MIX_4"), ["kvm", "para-2007", "xen", "diag500", "epapr", "papr"]);
    assert_eq!(carried_by("HYPERCALL_MIX_6"), ["para-2007", "xen", "diag500", "epapr", "papr"]);
    assert_eq!(carried_by("HYPERCALL_MIX_9"), ["papr"]);
}

/// Vendor numbers: `HV` is 0x4856 in ASCII; PAPR's are 0x7000 + 4 * n.
#[test]
fn a_number_is_given_as_it_stands_in_the_register() {
    let text = render_md(&book());
    let value =
        "- Value: 33 (0x21); in the register: x86 0x48560021, diag 0x48560021, epapr 33, papr 0x7084\n";
    assert!(section(&text, "HYPERCALL_CHECKSUM").contains(value));
    assert!(section(&text, "KVM_HC_FEATURES").contains("- Value: 3; in the register: epapr 0x2a0003\n"));
}

#[test]
fn errors_have_the_codes_of_the_interface() {
    let text = render_md(&book());
    let codes = |name| -> Vec<[String; 2]> {
        let rows = rows(&section(&text, name), &["error", "kvm-x86", "when"]);
        rows.into_iter().map(|r| [r[0].clone(), r[1].clone()]).collect()
    };
    let clock = codes("KVM_HC_CLOCK_PAIRING");
    assert!(clock.contains(&["unsupported".into(), "-KVM_EOPNOTSUPP -95".into()]), "{clock:?}");
    assert!(clock.contains(&["bad address".into(), "-KVM_EFAULT -14".into()]), "{clock:?}");
    let range = codes("KVM_HC_MAP_GPA_RANGE");
    assert!(range.contains(&["invalid argument".into(), "-KVM_EINVAL -22".into()]), "{range:?}");
    assert!(range.contains(&["unknown call".into(), "-KVM_ENOSYS -1000".into()]), "{range:?}");

    let head = ["error", "kvm-x86", "para-2007", "xen", "s390", "epapr", "papr", "when"];
    let fail = rows(&section(&text, "HYPERCALL_FAIL"), &head);
    assert!(fail.iter().any(|r| r[..7] == ["bad address", "-14", "-1", "-14", "-14", "6", "-4"]), "{fail:?}");

    let s390 = rows(&text, &["error", "s390", "diag500"]);
    assert_eq!(s390[0], ["unknown call", "-KVM_ENOSYS -1000", "specification interruption 0x6"]);
    let ppc = rows(&text, &["error", "epapr", "papr"]);
    assert_eq!(ppc[2], ["invalid argument", "EV_EINVAL 8", "H_PARAMETER -4"]);
    assert_eq!((ppc.len(), s390.len()), (13, 13));
}

#[test]
fn each_convention_has_a_row_for_each_mode() {
    let text = render_md(&book());
    let modes = rows(&text, &["convention", "bits", "number", "arguments", "result", "value", "outputs"]);
    let expected = [
        ["kvm", "64", "rax", "rbx rcx rdx rsi", "rax", "rax", "none"],
        ["kvm", "32", "rax", "rbx rcx rdx rsi", "rax", "rax", "none"],
        ["para-2007", "64", "rax", "rdi rsi rdx rcx r8 r9", "rax", "rax", "none"],
        ["para-2007", "32", "rbx", "rax rcx rdx rsi rdi rbp", "rax", "rax", "none"],
        ["xen", "64", "rax", "rdi rsi rdx r10 r8 r9", "rax", "rax", "none"],
        ["xen", "32", "rax", "rbx rcx rdx rsi rdi rbp", "rax", "rax", "none"],
        ["diag500", "64", "r1", "r2 r3 r4 r5 r6 r7", "r2", "r2", "none"],
    ];
    assert_eq!(modes[..7], expected);
    assert_eq!(modes.len(), 11);
    let instructions = rows(&text, &["convention", "instruction", "bytes"]);
    for row in [
        ["kvm", "vmcall", "0f 01 c1"],
        ["kvm", "vmmcall", "0f 01 d9"],
        ["diag500", "diag 2,4,0x500", "83 24 05 00"],
    ] {
        assert!(instructions.iter().any(|r| *r == row), "{row:?}");
    }
}

#[test]
fn number_spaces_and_vendor_ranges_are_printed() {
    let text = render_md(&book());
    let ranges = rows(&text, &["numbering", "vendor range", "number n of a vendor"]);
    let found: Vec<&str> = ranges.iter().map(|r| r[1].as_str()).collect();
    assert_eq!(
        found,
        ["0x40000000 to 0x7fffffff", "0x40000000 to 0x7fffffff", "0x0 to 0x7fff", "0x7000 to 0x7ffc"]
    );
    assert!(text.contains("0x2a0000 to 0x2affff"), "KVM's ePAPR tokens");
}

#[test]
fn a_structure_is_printed_with_the_call_that_shares_it() {
    let text = section(&render_md(&book()), "KVM_HC_CLOCK_PAIRING");
    assert!(text.contains("`kvm_clock_pairing`, 64 bytes"));
    let fields = rows(&text, &["offset", "size", "field", "type", "meaning"]);
    let offsets: Vec<_> = fields.iter().map(|f| (f[2].as_str(), f[0].as_str())).collect();
    assert_eq!(offsets, [("sec", "0"), ("nsec", "8"), ("tsc", "16"), ("flags", "24"), ("pad", "28")]);
    assert!(text.contains("- Trust: "), "the guest takes the time on trust");
}

#[test]
fn an_architecture_is_printed_alone() {
    let text = part(Filter { arch: Some(Arch::S390), ..Filter::default() });
    assert!(text.contains("DIAG500_SC_STOR_LIMIT") && text.contains("83 24 05 00"));
    for other in
        ["rax", "r11", "KVM_HC_", "-XEN_EINVAL", "EV_EINVAL", "0x7084", "0x2a0000", "H_PUT_TERM_CHAR"]
    {
        assert!(!text.contains(other), "{other}");
    }
    let mips = part(Filter { arch: Some(Arch::Mips), ..Filter::default() });
    assert_eq!(rows(&mips, &INDEX).len(), 3);
    assert!(!mips.contains("Calling conventions"));
}

#[test]
fn a_status_narrows_the_calls_alone() {
    let text = part(Filter { status: Some(Status::Obsolete), ..Filter::default() });
    let index = rows(&text, &INDEX);
    assert!(index.iter().all(|r| r[3] == "obsolete"));
    assert!(index.iter().any(|r| r[1] == "HYPERCALL_GONE"));
    assert!(text.contains("vmmcall"));
}

#[test]
fn a_call_is_printed_with_what_it_uses() {
    let text = part(named("KVM_HC_FEATURES"));
    assert_eq!(rows(&text, &INDEX).len(), 1);
    assert!(text.contains("EV_UNIMPLEMENTED") && text.contains("lis r0,0x4b56"));
    assert!(!text.contains("H_PARAMETER") && !text.contains("vmcall") && !text.contains("vendor range"));
}

#[test]
fn a_convention_is_printed_with_the_calls_it_carries() {
    let text = part(on("para-2007"));
    let index = rows(&text, &INDEX);
    assert!(
        index.iter().all(|r| r[1].starts_with("HYPERCALL_")),
        "the 2007 header defines no call: {index:?}"
    );
    assert!(!text.contains("KVM_ENOSYS") && !text.contains("0x7084"));
    assert!(text.contains("-KVM_EINVAL -1"));
}

#[test]
fn a_filter_that_nothing_meets_is_no_error() {
    let text = part(Filter { convention: Some("epapr".into()), ..named("KVM_HC_KICK_CPU") });
    assert!(text.contains("No call is of this kind."), "{text}");
    let text = part(Filter { arch: Some(Arch::Mips), status: Some(Status::Active), ..Filter::default() });
    assert!(text.contains("No call is of this kind."), "{text}");
}

#[test]
fn a_name_that_is_none_is_an_error_with_the_nearest_one() {
    let refused = |filter: Filter| book().filtered(&filter).unwrap_err().to_string();
    assert_eq!(
        refused(named("KVM_HC_KICK_CPUS")),
        "no call is called KVM_HC_KICK_CPUS; did you mean KVM_HC_KICK_CPU?"
    );
    assert_eq!(refused(named("zzz")), "no call is called zzz");
    assert_eq!(refused(on("epaper")), "no convention is called epaper; did you mean epapr?");
    assert_eq!(
        refused(on("fastcall")),
        "no convention is called fastcall; there are kvm, para-2007, xen, diag500, epapr, papr"
    );
    let both = Filter { convention: Some("epaper".into()), ..named("KVM_HC_KICK_CPU") };
    assert_eq!(refused(both), "no convention is called epaper; did you mean epapr?");
    assert_eq!(
        tables::arch("s930").unwrap_err().to_string(),
        "no architecture is called s930; there are x86, s390, ppc, mips"
    );
    assert_eq!(tables::arch("ppc"), Ok(Arch::Ppc));
    assert_eq!(
        tables::status("depricated").unwrap_err().to_string(),
        "no status is called depricated; did you mean deprecated?"
    );
    assert_eq!(tables::status("obsolete"), Ok(Status::Obsolete));
}

#[test]
fn the_order_of_linking_does_not_change_a_byte() {
    let text = |book: &Book| FORMATS.iter().map(|f| (f.render)(book).expect(f.name)).collect::<Vec<_>>();
    let once = text(&book());
    assert!(once == text(&book()), "two renderings differ");
    let mut definitions: Vec<_> = Registry::linked().unwrap().iter().collect();
    // Backwards, and in two other orders far from both.
    for step in [definitions.len() - 1, 7, 13] {
        definitions = (0..definitions.len()).map(|i| definitions[i * step % definitions.len()]).collect();
        let shuffled = Book::new(&Registry::new(definitions.clone()).unwrap(), book().conventions)
            .with_transports(book().transports)
            .with_pages(hypercall_arch_x86::pages::ALL);
        assert_eq!(shuffled.calls.len(), book().calls.len(), "a step with a common factor loses calls");
        for ((one, other), format) in once.iter().zip(text(&shuffled)).zip(FORMATS) {
            assert!(*one == other, "{} differs", format.name);
        }
    }
}

#[test]
fn every_table_of_every_part_is_well_formed() {
    let book = book();
    let mut filters = vec![Filter::default()];
    filters.extend(Arch::ALL.map(|arch| Filter { arch: Some(arch), ..Filter::default() }));
    filters.extend(Status::ALL.map(|status| Filter { status: Some(status), ..Filter::default() }));
    filters.extend(book.conventions.iter().map(|c| on(c.name)));
    filters.extend(book.calls.iter().map(|c| named(c.definition.name)));
    for filter in &filters {
        well_formed(&render_md(&book.filtered(filter).expect("the filter names what there is")));
    }
}

fn well_formed(text: &str) {
    let mut head: Option<usize> = None;
    let mut in_head = false;
    let mut last = "";
    let is_rule = |line: &str| cells(line).iter().all(|c| c.len() >= 3 && c.chars().all(|c| c == '-'));
    let mut in_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        }
        match (line.starts_with('|'), head) {
            _ if in_code => assert!(line.chars().count() <= 100, "{line}"),
            (true, Some(width)) => {
                assert_eq!(cells(line).len(), width, "{line}");
                assert_eq!(is_rule(line), in_head, "a rule stands under the head and nowhere else: {line}");
                in_head = false;
            }
            (true, None) => {
                assert!(last.is_empty(), "an empty line stands before a table: {last} {line}");
                assert!(cells(line).iter().all(|c| !c.is_empty()), "{line}");
                head = Some(cells(line).len());
                in_head = true;
            }
            (false, Some(_)) => {
                assert!(line.is_empty(), "an empty line ends a table: {line}");
                head = None;
            }
            (false, None) => {
                assert!(!line.starts_with("   "), "Markdown takes it for code: {line}");
                assert!(line.chars().count() <= 110, "{line}");
            }
        }
        assert!(!line.contains("]("), "a link into the source means nothing here: {line}");
        last = line;
    }
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
}

/// What a definition says in words.
fn words(definition: &hypercall_core::Definition) -> Vec<&'static str> {
    let mut all = vec![definition.name, definition.purpose, definition.result];
    all.extend(definition.outputs);
    all.extend(definition.errors.iter().map(|e| e.reason));
    all.extend(definition.history.iter().flat_map(|h| [h.release, h.source]));
    for argument in definition.arguments {
        all.extend([argument.name, argument.meaning, argument.kind.name, argument.kind.range]);
        all.extend(argument.kind.values.iter().flat_map(|v| [v.name, v.meaning]));
    }
    all
}

#[test]
fn markdown_says_all_that_a_definition_says() {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = render_md(&book());
    let registry = Registry::linked().unwrap();
    assert!(registry.len() >= 40, "{}", registry.len());
    for definition in registry.iter() {
        let section = one_line(&section(&text, definition.name)).replace("\\|", "|").replace("\\<", "<");
        for word in words(definition) {
            assert!(section.contains(&one_line(word)), "{}: {word}", definition.name);
        }
    }
}
