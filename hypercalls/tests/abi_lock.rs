//! The lock: what is in it, what it remembers, and what becomes of a file that is none.

#![cfg(feature = "std")]

use hypercalls::abi::rules::Class;
use hypercalls::abi::{Kind, Lock, MAX_FILE, MAX_LINE, Report};
use hypercalls::tables::Book;
use proptest::prelude::*;

fn now() -> Lock {
    Lock::of(&Book::linked().expect("no two calls collide"), &[]).expect("no two things with one name")
}

fn parse(lines: &str) -> Lock {
    Lock::parse(format!("hypercall-abi-lock 1\n{lines}\nend\n").as_bytes()).unwrap()
}

/// `line: problem` of a text that is no lock.
fn flaw(text: &[u8]) -> (usize, String) {
    let error = Lock::parse(text).expect_err("no lock");
    assert!(!error.remedy.is_empty());
    (error.line, error.to_string())
}

/// If this fails, the ABI is another one. `cargo run -- abi check` says what that means for guests; if it is meant
/// to be so, `cargo run -- abi lock` records it.
#[test]
fn the_committed_lock_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../abi.lock");
    let committed = std::fs::read_to_string(path).expect("abi.lock is committed");
    let before = Lock::parse(committed.as_bytes()).expect("abi.lock is a lock");
    let mut lock = now();
    lock.remember(&before);
    let report = Report::between(&before, &lock);
    assert!(
        committed == lock.to_string(),
        "{}\nabi.lock is not that of the code: if the differences are meant to be, run `cargo run -- abi lock`",
        report.table("abi.lock")
    );
}

/// From Linux's, Xen's and Power.org's headers.
#[test]
fn the_lock_says_what_the_headers_say() {
    let text = now().to_string();
    let starts = |start: &str| text.lines().any(|line| line.starts_with(start));
    for start in [
        "kvm 5 KVM_HC_KICK_CPU arch=(x86) status=active args=(flags=(",
        "kvm 12 KVM_HC_MAP_GPA_RANGE arch=(x86) status=active args=(gpa=(type=\"guest-physical address\" bits=64",
        "xen 17 HYPERVISOR_xen_version arch=(x86)",
        "papr 88 H_PUT_TERM_CHAR arch=(ppc)",
        "span kvm epapr 0 first=0x2a0000 step=1 count=65536",
        "convention kvm arch=x86 index=0 numbering=x86 instructions=(vmcall=0f01c1 vmmcall=0f01d9)",
        "convention xen arch=x86 index=2",
        "registers kvm 64 number=rax number-bits=64 args=(rbx rcx rdx rsi) result=rax value=rax",
        "registers epapr 32 number=r11 number-bits=32 args=(r3 r4 r5 r6 r7 r8 r9 r10) result=r3 value=r4",
        "registers xen 32 number=rax number-bits=32 args=(rbx rcx rdx rsi rdi rbp)",
        "carried diag500 hypercall errors=s390",
        "code kvm-x86 Unknown reply=-1000 symbol=-KVM_ENOSYS",
        "code diag500 Unknown reply=fault:6",
        "code epapr Unknown reply=12 symbol=EV_UNIMPLEMENTED",
        "structure kvm_clock_pairing size=64",
        "field kvm_clock_pairing 28 pad size=36 type=[u32;9]",
        "field kvm_vcpu_arch_shared 96 dsisr size=4 type=u32",
    ] {
        assert!(starts(start), "{start}");
    }
    assert!(text.contains("values=(PAGE_SZ_4K=0x0 PAGE_SZ_2M=0x1 PAGE_SZ_1G=0x2 ENCRYPTED=0x10)"));
    assert!(text.contains("feature=(KVM_FEATURE_HC_MAP_GPA_RANGE=16)"));
    assert!(
        text.contains("then length in bytes: at most 65536, and ending below 2^64"),
        "HYPERCALL_CHECKSUM's buffer"
    );
    assert!(text.contains(" invalid=Unsupported"), "KVM_HC_CLOCK_PAIRING's clock");
    let calls =
        text.lines().filter(|line| line.starts_with("kvm ")).map(|line| line.split(' ').nth(1).unwrap());
    assert_eq!(calls.collect::<Vec<_>>(), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]);
}

#[test]
fn the_same_definitions_give_the_same_bytes_and_are_read_again() {
    let text = now().to_string();
    assert_eq!(text, now().to_string());
    let read = Lock::parse(text.as_bytes()).unwrap();
    assert_eq!(read.to_string(), text);
    assert!(Report::between(&read, &now()).findings.is_empty());
    assert!(text.lines().all(|line| line.is_ascii() && line == line.trim()));
    // Neither the order of lines counts, nor comments, nor how lines end.
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.reverse();
    let other = format!("hypercall-abi-lock 1\r\n# a note\r\n\r\n{}\r\n", lines.join("\r\n"));
    assert_eq!(Lock::parse(other.as_bytes()).unwrap().to_string(), text);
}

#[test]
fn a_lock_of_one_interface_has_what_its_calls_need() {
    let book = Book::linked().unwrap();
    let lock = Lock::of(&book, &["papr".into()]).unwrap();
    let names = |kind| lock.of_kind(kind).map(|r| r.key[0].clone()).collect::<Vec<_>>();
    assert!(lock.of_kind(Kind::Call).all(|call| call.key[0] == "papr"));
    assert_eq!(names(Kind::Interface), ["papr"]);
    assert_eq!(names(Kind::Convention), ["papr"]);
    assert_eq!(names(Kind::Carried), ["papr"]);
    assert!(lock.to_string().lines().nth(1) == Some("scope papr"));
    let again = Lock::of_same(&book, &Lock::parse(lock.to_string().as_bytes()).unwrap()).unwrap();
    assert_eq!(again.to_string(), lock.to_string());

    let error = Lock::of(&book, &["papyrus".into(), "x".into()]).unwrap_err().to_string();
    assert!(error.starts_with("no interface is called papyrus"), "{error}");
    // What is no longer there is not taken for a lock of everything.
    let gone = parse("scope acme\ninterface acme vendor=yes");
    let report = Report::between(&gone, &Lock::of_same(&book, &gone).unwrap());
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].rule.id, "interface-removed");
}

#[test]
fn removed_numbers_are_remembered() {
    let remembered = |before: &str, after: &str| {
        let mut lock = parse(after);
        lock.remember(&parse(before));
        let lines: Vec<String> = lock.of_kind(Kind::Removed).map(|r| r.to_string()).collect();
        lines.join("\n")
    };
    for (before, after, expected) in [
        ("kvm 2 OLD arch=(x86)", "", "removed kvm 2 OLD arch=(x86)"),
        ("kvm 2 OLD arch=(x86)", "kvm 9 OLD arch=(x86)", "removed kvm 2 OLD arch=(x86)"),
        ("kvm 2 OLD arch=(ppc x86)", "kvm 2 OLD arch=(x86)", "removed kvm 2 OLD arch=(ppc)"),
        ("kvm 2 OLD arch=(x86)", "kvm 2 NEW arch=(x86)", ""),
        ("removed kvm 2 OLD arch=(x86)", "", "removed kvm 2 OLD arch=(x86)"),
        ("removed kvm 2 OLD arch=(x86)", "kvm 2 OLD arch=(x86)", ""),
        ("removed kvm 2 OLD arch=(ppc)\nkvm 2 OLD arch=(x86)", "", "removed kvm 2 OLD arch=(ppc x86)"),
        // What a narrower lock is not about is not gone.
        ("kvm 2 OLD arch=(x86)", "scope xen", ""),
        ("kvm 2 OLD arch=(x86)", "scope kvm\nscope xen", "removed kvm 2 OLD arch=(x86)"),
        ("removed kvm 2 OLD arch=(x86)", "scope xen", "removed kvm 2 OLD arch=(x86)"),
        // A reuse that was accepted is no reason to forget.
        ("removed kvm 2 OLD arch=(x86)", "kvm 2 NEW arch=(x86)", "removed kvm 2 OLD arch=(x86)"),
        (
            "removed kvm 2 OLD arch=(x86)\nkvm 2 NEW arch=(x86)",
            "",
            "removed kvm 2 NEW arch=(x86)\nremoved kvm 2 OLD arch=(x86)",
        ),
    ] {
        assert_eq!(remembered(before, after), expected, "{before} then {after}");
    }
}

#[test]
fn what_is_no_lock_is_told_with_the_line_and_what_to_do() {
    let cases: [(&str, usize, &str); 26] = [
        ("", 1, "this is no lock"),
        ("\n", 1, "this is no lock"),
        ("{\"version\": 1}\n", 1, "this is no lock"),
        ("hypercall-abi-lock\nend\n", 1, "this is no lock"),
        ("hypercall-abi-lock 0\nend\n", 1, "this is no lock"),
        ("hypercall-abi-lock one\nend\n", 1, "this is no lock"),
        ("hypercall-abi-lock 2\nwhatever\n", 1, "the newer format 2"),
        ("hypercall-abi-lock 18446744073709551615\n", 1, "the newer format"),
        ("<<<<<<< HEAD\nhypercall-abi-lock 1\n", 1, "a conflict marker"),
        (
            "hypercall-abi-lock 1\n<<<<<<< HEAD\nkvm 1 A\n=======\nkvm 1 B\n>>>>>>> b\nend\n",
            2,
            "a conflict marker",
        ),
        ("hypercall-abi-lock 1\nkvm 1 A\n=======\nend\n", 3, "a conflict marker of a merge, ======="),
        ("hypercall-abi-lock 1\nkvm 1 A\n||||||| base\nend\n", 3, "a conflict marker"),
        ("hypercall-abi-lock 1\nkvm 1 A\n", 2, "cut off"),
        ("hypercall-abi-lock 1\nkvm 1 A arch=(x8", 2, "`(` without `)`"),
        ("hypercall-abi-lock 1\nwidget a b\nend\n", 2, "widget begins no record that is known"),
        ("hypercall-abi-lock 1\nkvm\nend\n", 2, "kvm begins no record that is known"),
        ("hypercall-abi-lock 1\nkvm 1\nend\n", 2, "the name of the call is missing"),
        ("hypercall-abi-lock 1\nkvm 18446744073709551616 A\nend\n", 2, "is no call's number"),
        ("hypercall-abi-lock 1\nkvm 1 A B\nend\n", 2, "one word too many"),
        ("hypercall-abi-lock 1\nkvm 1 A colour=red\nend\n", 2, "no attribute colour"),
        ("hypercall-abi-lock 1\nkvm 1 A status=active status=active\nend\n", 2, "given twice"),
        ("hypercall-abi-lock 1\nkvm 1 A arch=x86\nend\n", 2, "`arch` should be between parentheses"),
        ("hypercall-abi-lock 1\nstructure s size=big\nend\n", 2, "`size` should be a number"),
        ("hypercall-abi-lock 1\nkvm 1 A\nxen 2 A\nend\n", 3, "the call A is in line 2 already"),
        (
            "hypercall-abi-lock 1\nkvm 1 A arch=(x86)\nkvm 1 B arch=(ppc x86)\nend\n",
            3,
            "the number 1 on x86 is in line 2 already",
        ),
        (
            "hypercall-abi-lock 1\nkvm 1 A args=(a=(type=u8) a=(type=u8))\nend\n",
            2,
            "argument a is given twice",
        ),
    ];
    for (text, line, problem) in cases {
        let (found, error) = flaw(text.as_bytes());
        assert!(error.contains(problem), "{text:?}: {error}");
        assert_eq!(found, line, "{text:?}: {error}");
    }
    assert!(flaw(b"hypercall-abi-lock 1\nkvm 1 \xff\nend\n").1.contains("not text in UTF-8"));
    assert!(flaw(b"hypercall-abi-lock 1\nkvm 1 A\nkvm 1 A\nend\n").1.contains("keep the right one"));
    assert!(flaw(b"hypercall-abi-lock 9\n").1.contains("newer"));
}

#[test]
fn a_lock_is_no_larger_than_it_need_be() {
    let long = format!("hypercall-abi-lock 1\n# {}\nend\n", "x".repeat(MAX_LINE));
    assert!(flaw(long.as_bytes()).1.contains("longer than"));
    let large = format!("hypercall-abi-lock 1\n{}end\n", "# x\n".repeat(MAX_FILE / 4));
    assert!(flaw(large.as_bytes()).1.contains("larger than"));
    let deep = format!("hypercall-abi-lock 1\nkvm 1 A args={}\nend\n", "(".repeat(60_000));
    assert!(flaw(deep.as_bytes()).1.contains("inside of each other"));
    let many: String = (0..64).map(|i| format!("a{i}=(type=u8) ")).collect();
    assert!(flaw(format!("hypercall-abi-lock 1\nkvm 1 A args=({many})\nend\n").as_bytes()).1.contains("32"));
}

/// An interface may be called as a kind of record is.
#[test]
fn a_name_is_no_record() {
    let lock = parse("\"code\" 5 A arch=(x86)\n\"end\" 6 B\ncode a Busy reply=1");
    assert_eq!(lock.of_kind(Kind::Call).count(), 2);
    let text = lock.to_string();
    assert!(text.contains("\n\"code\" 5 A arch=(x86)\n"), "{text}");
    assert_eq!(Lock::parse(text.as_bytes()).unwrap().to_string(), text);
}

/// A lock that is not that of the code differs from it in something that a rule knows; and one that is does not.
fn differences_are_seen(lock: &Lock, now: &Lock) {
    let abi = |lock: &Lock| -> Vec<String> {
        let other = |kind| matches!(kind, Kind::Removed | Kind::Scope);
        lock.records().iter().filter(|r| !other(r.kind)).map(|r| r.to_string()).collect()
    };
    for (before, after) in [(lock, now), (now, lock)] {
        let report = Report::between(before, after);
        assert_eq!(report.findings.is_empty(), abi(lock) == abi(now), "{}", report.table("f"));
        assert!(report.findings.iter().all(|f| f.rule.id != "unclassified"), "{}", report.table("f"));
    }
    assert_eq!(Lock::parse(lock.to_string().as_bytes()).unwrap().to_string(), lock.to_string());
}

/// A stride that is wider on an emulated machine, which is slow.
fn slower(stride: usize) -> usize {
    if std::env::var_os("HYPERCALL_EMULATOR").is_some() { 10 * stride } else { stride }
}

/// Words all over the lock, each changed and each line left out.
#[test]
fn every_word_of_the_lock_counts() {
    let now = now();
    let text = now.to_string();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let ends: Vec<usize> = text
        .char_indices()
        .zip(text.chars().skip(1))
        .filter(|((_, c), next)| is_word(*c) && !is_word(*next))
        .map(|((at, _), _)| at + 1)
        .collect();
    assert!(ends.len() > 4000, "{}", ends.len());
    let mut read = 0;
    for end in ends.iter().step_by(slower(29)) {
        // `5` to `57`, `rax` to `rax7`: what a register or a number is not.
        let other = format!("{}7{}", &text[..*end], &text[*end..]);
        if let Ok(lock) = Lock::parse(other.as_bytes()) {
            read += 1;
            differences_are_seen(&lock, &now);
        }
    }
    assert!(read * slower(2) > 200, "{read} of them are locks");
    let lines: Vec<&str> = text.lines().collect();
    for left_out in (1..lines.len() - 1).step_by(slower(13)) {
        let others: Vec<&str> = [&lines[..left_out], &lines[left_out + 1..]].concat();
        let lock = Lock::parse((others.join("\n") + "\n").as_bytes()).unwrap();
        assert!(!Report::between(&lock, &now).findings.is_empty(), "{}", lines[left_out]);
        assert!(!Report::between(&now, &lock).findings.is_empty(), "{}", lines[left_out]);
    }
}

/// What is different on purpose, at random places of the real lock.
fn damaged() -> impl Strategy<Value = String> {
    let text = now().to_string();
    let length = text.len();
    let edit = (0..length, 0..6_usize, "[ -~\n]{0,4}");
    prop::collection::vec(edit, 1..4).prop_map(move |edits| {
        let mut text = text.clone();
        for (at, cut, put) in edits {
            let at = at.min(text.len());
            let end = (at + cut).min(text.len());
            text.replace_range(at..end, &put);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100 / slower(1) as u32))]

    #[test]
    fn whatever_the_bytes_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Lock::parse(&bytes);
        let mut text = b"hypercall-abi-lock 1\n".to_vec();
        text.extend(&bytes);
        text.extend(b"\nend\n");
        if let Ok(lock) = Lock::parse(&text) {
            let _ = Report::between(&lock, &now());
        }
    }

    #[test]
    fn no_random_difference_goes_unseen(text in damaged()) {
        if let Ok(lock) = Lock::parse(text.as_bytes()) {
            differences_are_seen(&lock, &now());
        }
    }
}

#[test]
fn annotations_are_escaped_as_github_wants_it() {
    let before = parse("kvm 5 \"A,B:C%\" arch=(x86) result=\"50% \\u{a}done\"");
    let report = Report::between(&before, &parse("removed kvm 5 \"A,B:C%\" arch=(x86)"));
    let text = report.github("a,b:c/abi.lock", true);
    let start = "::error file=a%2Cb%3Ac/abi.lock,line=2,title=breaking call-removed%3A A%2CB%3AC%25::a call is gone%0A";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("50%25 ") && text.lines().count() == 1, "{text}");
    assert!(!report.github("abi.lock", false).contains("line="));
    let report = Report::between(&parse(""), &before);
    assert!(
        report.github("abi.lock", true).starts_with("::notice file=abi.lock,title=compatible call-added%3A ")
    );
    assert_eq!(report.worst(), Some(Class::Compatible));
}
