//! `hypercall tables` from the outside: what it prints, the files it writes, and what it refuses.
#![cfg(feature = "cli")]

mod command;

use command::{hypercall, report, stderr, stdout};
use hypercalls::tables::FORMATS;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// An empty folder of the test's own, or rather the path of one that is not there yet.
fn folder(test: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&path);
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn tables_are_printed_whole_or_in_part() {
    let whole = hypercall(&["tables"]);
    assert!(whole.status.success());
    let text = stdout(&whole);
    for word in ["KVM_HC_KICK_CPU", "HYPERCALL_NOP", "DIAG 0x500", "H_PUT_TERM_CHAR", "-KVM_ENOSYS"] {
        assert!(text.contains(word), "{word}");
    }
    let part = hypercall(&["tables", "--format", "json", "--arch", "s390", "--status", "active"]);
    let json: Value = report(&part);
    assert!(!json.to_string().contains("KVM_HC_KICK_CPU"));
    for (flag, word, nearest) in [
        ("--name", "KVM_HC_KICKCPU", "did you mean KVM_HC_KICK_CPU?"),
        ("--arch", "s309", "s390"),
        ("--status", "activ", "active"),
        ("--convention", "epaper", "epapr"),
    ] {
        let output = hypercall(&["tables", flag, word]);
        assert_eq!(output.status.code(), Some(2), "{word}");
        assert!(stderr(&output).contains(nearest), "{}", stderr(&output));
    }
}

#[test]
fn every_form_goes_to_stdout_and_the_same_bytes_to_its_file() {
    let folder = folder("every_form").join("made/on/the/way");
    let path = folder.to_str().expect("text");
    let all = hypercall(&["tables", "--format", "all", "--out", path]);
    assert!(all.status.success(), "{}", stderr(&all));
    assert!(all.stdout.is_empty());
    let mut files: Vec<_> =
        fs::read_dir(&folder).expect("the folder").map(|e| e.unwrap().file_name()).collect();
    let mut expected: Vec<std::ffi::OsString> = FORMATS.iter().map(|f| f.file.into()).collect();
    files.sort();
    expected.sort();
    assert_eq!(files, expected);
    for format in FORMATS {
        let one = hypercall(&["tables", "--format", format.name]);
        assert!(one.status.success(), "{}: {}", format.name, stderr(&one));
        assert!(one.stdout == fs::read(folder.join(format.file)).expect("the file"), "{}", format.name);
        assert!(one.stdout.ends_with(b"\n") && !one.stdout.ends_with(b"\n\n"), "{}", format.name);
        assert!(stderr(&all).contains(format.file), "{}", stderr(&all));
    }
}

#[test]
fn files_are_replaced_and_others_left_alone() {
    let folder = folder("replaced");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("hypercall-abi.md"), "old ".repeat(1 << 20)).expect("a file");
    fs::write(folder.join("notes"), "mine").expect("a file");
    let path = folder.to_str().expect("text");
    let output = hypercall(&["tables", "--name", "KVM_HC_KICK_CPU", "--out", path]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(folder.join("hypercall-abi.md")).expect("the file");
    assert!(text.contains("KVM_HC_KICK_CPU") && !text.contains("old "));
    assert_eq!(fs::read_to_string(folder.join("notes")).expect("the file"), "mine");
    assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 2);
}

/// Each error names the path and what to do.
#[test]
fn what_cannot_be_written_is_1_with_the_path_and_the_remedy() {
    let folder = folder("refused");
    fs::create_dir_all(folder.join("taken/hypercall-abi.md")).expect("a folder where the file goes");
    fs::write(folder.join("file"), "").expect("a file where the folder goes");
    let at = |name: &str| folder.join(name).to_str().expect("text").to_string();
    for (out, path, remedy) in [
        (at("file"), at("file"), "a file is in the way"),
        (at("file/below"), at("file/below"), "a file is in the way"),
        (at("taken"), at("taken/hypercall-abi.md"), "a folder is in the way"),
        ("/proc/none".into(), "/proc/none".into(), "name a folder that you may write to"),
    ] {
        let output = hypercall(&["tables", "--out", &out]);
        let words = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{out}: {words}");
        assert!(
            words.contains(&format!("cannot write {path}: ")) && words.contains(remedy),
            "{out}: {words}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn bad_usage_is_2() {
    let typo = hypercall(&["tables", "--format", "jsn"]);
    assert_eq!(typo.status.code(), Some(2));
    assert!(stderr(&typo).contains("'json'"), "{}", stderr(&typo));
    let all = hypercall(&["tables", "--format", "all"]);
    assert_eq!(all.status.code(), Some(2));
    assert!(stderr(&all).contains("--out"), "{}", stderr(&all));
    assert!(typo.stdout.is_empty() && all.stdout.is_empty());
}

#[test]
fn help_lists_every_form() {
    let help = stdout(&hypercall(&["tables", "--help"]));
    for format in FORMATS {
        assert!(help.contains(format.name) && help.contains(format.file), "{help}");
    }
}
