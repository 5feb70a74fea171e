//! Each rule of the ABI gate, by its own examples: what it catches, and what it lets pass.

#![cfg(feature = "std")]

use hypercalls::abi::rules::{self, Class, Rule, Sample};
use hypercalls::abi::{Form, Kind, Lock, Report, SHAPES, What};
use std::collections::BTreeSet;

fn lock(lines: &str) -> Lock {
    let text = format!("hypercall-abi-lock 1\n{lines}\nend\n");
    Lock::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error} in {lines}"))
}

/// The rules that judge the differences.
fn judged(sample: &Sample) -> Vec<&'static Rule> {
    judged_lines(sample.before, sample.after)
}

fn judged_lines(before: &str, after: &str) -> Vec<&'static Rule> {
    let report = Report::between(&lock(before), &lock(after));
    report.findings.iter().map(|finding| finding.rule).collect()
}

fn ids(rules: &[&Rule]) -> Vec<&'static str> {
    rules.iter().map(|rule| rule.id).collect()
}

#[test]
fn every_rule_catches_its_example_and_lets_its_near_miss_pass() {
    for rule in rules::all() {
        let caught = judged(&rule.example);
        assert!(ids(&caught).contains(&rule.id), "{}: not caught, but {:?}", rule.id, ids(&caught));
        // What is caught beside it is no worse, so that the class is the rule's own doing.
        let worst = caught.iter().map(|r| r.class).min();
        assert_eq!(worst, Some(rule.class), "{}: {:?}", rule.id, ids(&caught));
        // A structure that a field makes larger is two differences; so is a call that is gone without a trace.
        let several = ["field-added", "removed-number-forgotten"].contains(&rule.id);
        assert!(caught.len() == 1 || several, "{}: {:?}", rule.id, ids(&caught));

        let passed = judged(&rule.near_miss);
        assert!(!ids(&passed).contains(&rule.id), "{}: its near miss is caught", rule.id);
        let is_one = |sample: &Sample| !(sample.before.is_empty() && sample.after.is_empty());
        assert!(is_one(&rule.example) && is_one(&rule.near_miss), "{}: an example is missing", rule.id);
    }
}

#[test]
fn every_rule_says_what_why_and_what_instead() {
    let mut seen = BTreeSet::new();
    for rule in rules::all() {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
        for text in [rule.title, rule.reason, rule.instead] {
            assert!(!text.is_empty() && !text.ends_with('.') && !text.contains("  "), "{}: {text}", rule.id);
        }
        assert_eq!(rules::find(rule.id).unwrap().id, rule.id);
    }
    assert!(seen.len() > 90, "{}", seen.len());
    let error = rules::find("call-removd").unwrap_err();
    assert_eq!(error.to_string(), "no rule is called call-removd; did you mean call-removed?");
}

/// For each kind of record, each way in which it can be different has a rule without a condition, behind those
/// with one: nothing is left unjudged.
#[test]
fn no_difference_is_without_a_rule() {
    let always = |kind, what| rules::all().any(|rule| rule.when.is_none() && rule.on.contains(&(kind, what)));
    let mut ways: Vec<(Kind, What)> = [
        (Kind::Call, What::Restored),
        (Kind::Call, What::Reused),
        (Kind::Call, What::Renamed),
        (Kind::Call, What::Moved),
        (Kind::Call, What::Rehomed),
        (Kind::Removed, What::Removed),
        (Kind::Argument, What::Renamed),
        (Kind::Argument, What::Reordered),
        (Kind::Structure, What::Renamed),
        (Kind::Structure, What::Reserved),
        (Kind::Field, What::Renamed),
        (Kind::Field, What::Moved),
        (Kind::Field, What::InReserved),
        (Kind::Encoding, What::Added),
        (Kind::Encoding, What::Removed),
    ]
    .to_vec();
    for shape in SHAPES.iter().filter(|s| !matches!(s.kind, Kind::Scope | Kind::Removed)) {
        ways.extend([(shape.kind, What::Added), (shape.kind, What::Removed)]);
        for attribute in shape.attributes {
            let name = attribute.name;
            let judged_as_the_type =
                shape.kind == Kind::Argument && ["bits", "slots", "slots-32", "range"].contains(&name);
            match attribute.form {
                _ if judged_as_the_type => {}
                Form::Word | Form::Decimal | Form::Hex | Form::Sequence => {
                    ways.push((shape.kind, What::Changed(name)));
                }
                Form::Set => {
                    ways.extend([(shape.kind, What::Gained(name)), (shape.kind, What::Lost(name))]);
                }
                Form::Map(_) => ways.extend([
                    (shape.kind, What::Gained(name)),
                    (shape.kind, What::Lost(name)),
                    (shape.kind, What::Changed(name)),
                    (shape.kind, What::Relabelled(name)),
                ]),
                Form::Arguments => {}
            }
        }
    }
    let missing: Vec<_> = ways.iter().filter(|(kind, what)| !always(*kind, *what)).collect();
    assert!(missing.is_empty(), "no rule is always about {missing:?}");
    // And no rule is about what cannot be.
    let idle: Vec<_> = rules::all().filter(|rule| rule.on.iter().any(|on| !ways.contains(on))).collect();
    assert!(idle.is_empty(), "{:?}", ids(&idle));
}

#[test]
fn the_document_has_every_rule() {
    let all: Vec<_> = rules::all().collect();
    let text = rules::markdown(&all);
    for rule in &all {
        let section = format!("### {}\n", rule.id);
        assert_eq!(text.matches(&section).count(), 1, "{}", rule.id);
        assert!(text.contains(rule.reason) && text.contains(rule.instead));
    }
    assert!(text.contains("\n```diff\n-kvm 5 KICK arch=(x86)\n+kvm 5 WAKE arch=(x86)\n```\n"));
}

/// What went wrong in the field, as it would have stood in a lock.
#[test]
fn the_breaks_of_the_past_are_caught() {
    let cases: [(&str, &str, &str, &[&str]); 8] = [
        (
            "two kernels outside of Linux take the next free number, 13, and one merges the other",
            "kvm 13 KVM_HC_OURS arch=(x86) args=(gpa=(type=u64 bits=64 slots=1))",
            "kvm 13 KVM_HC_THEIRS arch=(x86) args=(fd=(type=u32 bits=32 slots=1))\n\
             kvm 14 KVM_HC_OURS arch=(x86) args=(gpa=(type=u64 bits=64 slots=1))",
            &["number-reused", "call-renumbered"],
        ),
        (
            "Linux takes 13 for a call of its own, and ours goes",
            "kvm 13 KVM_HC_OURS arch=(x86) args=(gpa=(type=u64 bits=64 slots=1))",
            "kvm 13 KVM_HC_LINUX_S arch=(x86)",
            &["number-reused"],
        ),
        (
            "KVM_HC_PPC_MAP_MAGIC_PAGE as Linux's document has it: the effective address first",
            "kvm 4 KVM_HC_PPC_MAP_MAGIC_PAGE arch=(ppc) args=(physical=(type=u64 bits=64 slots=1) effective=(type=u64 bits=64 slots=1))",
            "kvm 4 KVM_HC_PPC_MAP_MAGIC_PAGE arch=(ppc) args=(effective=(type=u64 bits=64 slots=1) physical=(type=u64 bits=64 slots=1))",
            &["argument-reordered"],
        ),
        (
            "KVM_EINVAL is 1 in the header of 2007, and 22 today",
            "code kvm-x86 Invalid reply=-1 symbol=-KVM_EINVAL",
            "code kvm-x86 Invalid reply=-22 symbol=-KVM_EINVAL",
            &["code-changed"],
        ),
        (
            "the 32-bit convention of 2007 has the number in EBX, KVM's in EAX",
            "convention kvm arch=x86\nregisters kvm 32 number=rbx args=(rax rcx rdx rsi rdi rbp)",
            "convention kvm arch=x86\nregisters kvm 32 number=rax args=(rbx rcx rdx rsi)",
            &["number-register-changed", "argument-register-changed"],
        ),
        (
            "KVM_HC_MMU_OP goes in 2011 while its feature bit is still defined",
            "kvm 2 KVM_HC_MMU_OP arch=(x86) status=active feature=(KVM_FEATURE_MMU_OP=2)",
            "removed kvm 2 KVM_HC_MMU_OP arch=(x86)",
            &["call-removed"],
        ),
        (
            "the number that KVM_HC_MMU_OP had is given out again",
            "removed kvm 2 KVM_HC_MMU_OP arch=(x86)",
            "kvm 2 KVM_HC_NEW arch=(x86)",
            &["number-reused"],
        ),
        (
            "MIPS's numbers are obsolete with KVM on MIPS, and were not deprecated before",
            "kvm 6 KVM_HC_MIPS_GET_CLOCK_FREQ arch=(mips) status=active",
            "kvm 6 KVM_HC_MIPS_GET_CLOCK_FREQ arch=(mips) status=obsolete",
            &["obsolete-without-notice"],
        ),
    ];
    for (what, before, after, expected) in cases {
        let found = judged(&Sample { before, after });
        assert_eq!(ids(&found), expected, "{what}");
        assert!(found.iter().all(|rule| rule.class == Class::Breaking), "{what}");
    }
}

/// Differences that come together are judged one by one.
#[test]
fn a_change_of_several_things_is_several_differences() {
    let found = judged(&Sample {
        before: "kvm 5 A arch=(x86) status=active args=(a=(type=u32 bits=32 slots=1 range=\"0 to 0xffff_ffff\"))",
        after: "kvm 5 A arch=(s390 x86) status=deprecated args=(a=(type=u64 bits=64 slots=1 range=any) b=(type=u8 bits=8 slots=1))",
    });
    assert_eq!(ids(&found), ["argument-added", "arch-added", "status-forwards", "argument-widened"]);
    // A convention that comes brings its registers, and what it carries.
    let found = judged(&Sample {
        before: "interface kvm",
        after: "interface kvm\nconvention kvm arch=x86\nregisters kvm 64 number=rax\ncarried kvm kvm errors=e\ncode e Busy reply=1",
    });
    assert_eq!(ids(&found), ["convention-added", "encoding-added"]);
}

/// A call that is gone from one architecture leaves its number there.
#[test]
fn a_number_is_taken_on_each_architecture_by_itself() {
    let found = judged(&Sample {
        before: "kvm 5 A arch=(x86)\nkvm 5 B arch=(ppc) args=(b=(type=u64))",
        after: "kvm 5 A arch=(ppc x86)",
    });
    assert_eq!(ids(&found), ["number-reused", "call-removed", "arch-added"]);
    // Whichever architecture comes first, and whether the other call is there still, or was.
    for (stays, comes) in [("ppc s390", "x86"), ("s390 x86", "ppc")] {
        for other in ["removed kvm 5 B", "kvm 5 B"] {
            let before = format!("kvm 5 A arch=({stays})\n{other} arch=({comes})");
            let found = ids(&judged_lines(&before, "kvm 5 A arch=(ppc s390 x86)"));
            assert!(found.contains(&"number-reused"), "{before}: {found:?}");
        }
    }
    // A call that is there again on one of them takes another's number on the other.
    for (own, others) in [("ppc", "x86"), ("x86", "ppc")] {
        let before = format!("removed kvm 5 A arch=({own})\nremoved kvm 5 B arch=({others})");
        assert_eq!(ids(&judged_lines(&before, "kvm 5 A arch=(ppc x86)")), ["number-reused"], "{before}");
    }
}

/// Whatever took a call from its number, the number is kept or forgotten; on each architecture by itself.
#[test]
fn a_number_that_a_call_left_is_kept_or_forgotten() {
    let forgotten = |before: &str, after: &str| -> Vec<String> {
        let report = Report::between(&lock(before), &lock(after));
        let forgotten = report.findings.iter().filter(|f| f.rule.id == "removed-number-forgotten");
        forgotten.map(|f| format!("{}: {}", f.line.unwrap_or(0), f.old)).collect()
    };
    for (before, after, lost) in [
        ("kvm 2 A arch=(x86) status=obsolete", "", "kvm 2 A arch=(x86)"),
        ("kvm 2 A arch=(x86) status=active", "", "kvm 2 A arch=(x86)"),
        ("kvm 2 A arch=(ppc x86)", "removed kvm 2 A arch=(x86)", "kvm 2 A arch=(ppc)"),
        ("kvm 2 A arch=(ppc x86)", "kvm 2 A arch=(x86)", "kvm 2 A arch=(ppc)"),
        ("kvm 2 A arch=(x86)", "kvm 3 A arch=(x86)", "kvm 2 A arch=(x86)"),
        ("kvm 2 A arch=(x86)", "removed xen 2 A arch=(x86)", "kvm 2 A arch=(x86)"),
        ("kvm 2 A arch=(x86)", "scope kvm", "kvm 2 A arch=(x86)"),
        ("removed kvm 2 A arch=(x86)", "scope xen", "removed kvm 2 A arch=(x86)"),
    ] {
        assert_eq!(forgotten(before, after), [format!("2: {lost}")], "{before} then {after}");
    }
    for (before, after) in [
        ("kvm 2 A arch=(x86)", "removed kvm 2 B arch=(ppc x86)"),
        ("kvm 2 A arch=(x86)", "kvm 2 B arch=(x86)"),
        // What a narrower lock is not about is not gone.
        ("kvm 2 A arch=(x86)", "scope xen"),
    ] {
        assert!(forgotten(before, after).is_empty(), "{before} then {after}");
    }
}

/// Only what had to be zero may get a meaning: not what no field names, nor what is only called almost so.
#[test]
fn space_is_reserved_by_a_field_that_says_so() {
    for (name, rule) in [
        ("pad", "field-in-reserved-space"),
        ("PAD2", "field-in-reserved-space"),
        ("padding", "field-in-reserved-space"),
        ("reserved_2_ecx", "field-in-reserved-space"),
        ("rsvd", "field-in-reserved-space"),
        ("unused0", "field-in-reserved-space"),
        ("_a", "field-in-reserved-space"),
        ("paddr", "field-removed"),
        ("reserved2ecx", "field-removed"),
        ("unusedness", "field-removed"),
    ] {
        let before = format!("structure s size=8\nfield s 0 {name} size=8 type=u64");
        let after = "structure s size=8\nfield s 0 used size=4 type=u32\nfield s 4 pad size=4 type=u32";
        assert_eq!(judged_lines(&before, after)[0].id, rule, "{name}");
    }
    let after = "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 b size=8 type=u64";
    for (reserved, rule) in [
        ("", "field-added"),
        ("field s 8 pad size=4 type=u32", "field-added"),
        ("field s 12 pad size=4 type=u32", "field-added"),
        ("field s 8 pad size=3 type=[u8;3]\nfield s 12 pad2 size=4 type=u32", "field-added"),
        ("field s 8 pad size=4 type=u32\nfield s 12 pad2 size=4 type=u32", "field-in-reserved-space"),
    ] {
        let before = format!("structure s size=16\nfield s 0 a size=8 type=u64\n{reserved}");
        assert_eq!(ids(&judged_lines(&before, after)), [rule], "{reserved}");
    }
}

fn document(name: &str) -> String {
    let path = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// `hypercall abi rules > docs/abi-rules.md` writes it.
#[test]
fn the_committed_document_is_that_of_the_rules() {
    let all: Vec<_> = rules::all().collect();
    let right = document("abi-rules.md") == rules::markdown(&all);
    assert!(right, "run `cargo run -- abi rules > docs/abi-rules.md`");
}

/// The tables of the chapter are those of the format.
#[test]
fn the_chapter_describes_every_record_and_attribute() {
    let mut records =
        String::from("| record | key | attribute | its form | what it says |\n|---|---|---|---|---|\n");
    let mut arguments = String::from("| attribute | its form | what it says |\n|---|---|---|\n");
    for shape in &SHAPES {
        let word = if shape.word.is_empty() { "*none*".into() } else { format!("`{}`", shape.word) };
        let mut head = format!("| {word} | {} |", shape.key.join(", "));
        if shape.attributes.is_empty() {
            records.push_str(&format!("{head} | | |\n"));
        }
        for attribute in shape.attributes {
            let row =
                format!(" `{}` | {} | {} |\n", attribute.name, attribute.form.name(), attribute.meaning);
            match shape.kind {
                Kind::Argument => arguments.push_str(&format!("|{row}")),
                _ => records.push_str(&format!("{head}{row}")),
            }
            head = "| | |".into();
        }
    }
    let chapter = document("abi-gate.md");
    for table in [records, arguments] {
        assert!(chapter.contains(&format!("\n\n{table}")), "this is not in docs/abi-gate.md:\n{table}");
    }
}
