//! The example as ACME's CI runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/abi.lock");

fn acme(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_acme-abi")).args(arguments).output().expect("the example runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// A copy of the committed lock, with one thing said in another way.
fn copy(name: &str, from: &str, to: &str) -> PathBuf {
    let text = std::fs::read_to_string(LOCK).expect("the lock is committed");
    assert!(text.contains(from), "{from} is not in {text}");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text.replacen(from, to, 1)).expect("a copy");
    path
}

fn path(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[test]
fn the_committed_lock_is_acmes() {
    let text = std::fs::read_to_string(LOCK).expect("the lock is committed");
    for line in [
        "scope acme",
        "acme 1 ACME_SET_LAMP arch=(ppc s390 x86) status=active args=(percent=(type=u8 bits=8 slots=1 range=\"0 to 0xff\")) result=none errors=(Invalid)",
        "span acme x86 0 first=0x41430000 step=1 count=65536",
        "field acme_point 4 y size=4 type=u32",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
    }
    assert!(!text.contains("KVM_HC_"), "those are Linux's to keep");
    let output = acme(&["abi", "check", LOCK]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    // To the byte: what is compatible and not recorded is not kept either.
    let again = copy("again.lock", "\n", "\n");
    let output = acme(&["abi", "lock", path(&again)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let made = std::fs::read_to_string(&again).expect("it was written");
    assert_eq!(made, text, "record it with `cargo run -p acme-abi -- abi lock examples/acme-abi/abi.lock`");
}

/// What is said on stderr is said in the program's own name.
#[test]
fn what_is_written_is_told_in_acmes_name() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tables");
    let output = acme(&["tables", "--format", "md", "--out", path(&folder)]);
    assert!(stderr(&output).starts_with("acme-abi: wrote "), "{}", stderr(&output));
    let lock = copy("name.lock", "\n", "\n");
    let output = acme(&["abi", "lock", path(&lock)]);
    assert!(stderr(&output).starts_with("acme-abi: wrote "), "{}", stderr(&output));
}

#[test]
fn a_change_that_breaks_acmes_guests_is_caught() {
    for (name, from, to, rule) in [
        ("number.lock", "acme 1 ACME_SET_LAMP", "acme 9 ACME_SET_LAMP", "call-renumbered"),
        (
            "type.lock",
            "type=u8 bits=8 slots=1 range=\"0 to 0xff\"",
            "type=u64 bits=64 slots=1 range=any",
            "argument-narrowed",
        ),
        ("field.lock", "field acme_point 4 y", "field acme_point 4 z", "field-renamed"),
        ("letters.lock", "first=0x41430000", "first=0x41440000", "span-moved"),
    ] {
        let output = acme(&["abi", "check", path(&copy(name, from, to)), "--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["differences"][0]["rule"], rule);
        let breaking = report["verdict"] == "breaking";
        assert_eq!(output.status.code(), Some(breaking.into()), "{report}");
        assert_eq!(breaking, rule != "field-renamed");
    }
    let number = copy("told.lock", "acme 1 ACME_SET_LAMP", "acme 9 ACME_SET_LAMP");
    let output = acme(&["abi", "check", path(&number)]);
    assert!(stderr(&output).contains("with `acme-abi abi lock "), "{}", stderr(&output));
}

#[test]
fn the_other_verbs_are_acmes_too() {
    let output = acme(&["tables", "--name", "ACME_MIRROR"]);
    assert!(stdout(&output).contains("ACME_MIRROR"), "{}", stderr(&output));
    let output = acme(&["run", "--backend", "loopback", "--convention", "diag500", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("\"ACME_SET_LAMP\""));
    let trace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trace.txt");
    let line = "vmm-42 [001] 1.5: kvm_hypercall: nr 0x41430001 a0 0x32 a1 0x0 a2 0x0 a3 0x0\n";
    std::fs::write(&trace, line).expect("a trace");
    let output = acme(&["decode", path(&trace)]);
    assert!(stdout(&output).contains("ACME_SET_LAMP(percent=50)"), "{}", stderr(&output));
    let output = acme(&["tables", "--name", "ACME_SET_LAMB"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("acme-abi: "), "{}", stderr(&output));
}

#[test]
fn the_program_is_five_lines() {
    let lines = include_str!("../src/main.rs").lines();
    let code = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    assert!(code.count() <= 5);
}
