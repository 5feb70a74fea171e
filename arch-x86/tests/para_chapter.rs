//! The chapter on the API of 2007 shows what is so, and names tests that are there.

use hypercall_arch_x86::entry;
use hypercall_arch_x86::para::{self, ParaState, Processor};
use hypercall_core::shared::Shared;
use std::path::{Path, PathBuf};

/// Where the tests are that the chapter calls `file::test`.
const FILES: [(&str, &str); 6] = [
    ("para", "arch-x86/src/para/tests.rs"),
    ("kvm_para", "arch-x86/tests/kvm_para.rs"),
    ("kvm_para_hostile", "arch-x86/tests/kvm_para_hostile.rs"),
    ("kvm_xen_exit", "arch-x86/tests/kvm_xen_exit.rs"),
    ("cli_kvm", "hypercalls/tests/cli_kvm.rs"),
    ("loopback", "hypercalls/src/run/loopback.rs"),
];

fn tests_of(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(str::trim);
    let mut tests = Vec::new();
    while let Some(line) = lines.next() {
        if line == "#[test]" {
            let name = lines.next().and_then(|l| l.strip_prefix("fn ")).and_then(|l| l.split('(').next());
            tests.push(name.unwrap().to_string());
        }
    }
    tests
}

/// The chapter, or a line that says why the test did not run.
fn chapter() -> Option<String> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "docs", "kvm-para-2007.md"].iter().collect();
    let chapter = std::fs::read_to_string(path).ok();
    if chapter.is_none() {
        println!("NOT RUN: the documents are not part of the package");
    }
    chapter
}

#[test]
fn the_chapter_shows_the_page_and_the_instructions_as_they_are() {
    let Some(chapter) = chapter() else { return };
    let mut rows: Vec<String> = Vec::new();
    for field in &ParaState::LAYOUT.fields[..5] {
        rows.push(format!("| {} | `{}` {} |", field.offset, field.name, field.kind));
    }
    for (point, processor) in [
        (entry::EXIT_XEN, Processor::Intel),
        (entry::EXIT_XEN, Processor::Amd),
        (entry::port(0x48), Processor::Amd),
    ] {
        let bytes = para::sequence(point, processor).unwrap().map(|b| format!("{b:02x}")).join(" ");
        rows.push(format!("| `{}` |", bytes.replace("e6 48", "e6 ib")));
    }
    for row in rows {
        assert!(chapter.contains(&row), "{row}");
    }
}

#[test]
fn every_test_that_the_chapter_names_exists_and_every_test_of_the_api_is_named() {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), ".."].iter().collect();
    let Some(chapter) = chapter() else { return };
    // Whatever stands between two backticks and looks like `file::test`.
    let named: Vec<&str> = chapter.split('`').skip(1).step_by(2).filter(|w| w.contains("::")).collect();
    for (file, path) in FILES {
        let there = tests_of(&root.join(path));
        let prefix = format!("{file}::");
        let mentioned: Vec<&str> = named.iter().filter_map(|w| w.strip_prefix(&prefix)).collect();
        assert!(!mentioned.is_empty(), "no test of {file}");
        for test in mentioned.iter().filter(|t| t.contains('_')) {
            assert!(there.iter().any(|t| t == test), "{path} has no test {test}");
        }
        if path.contains("para") {
            for test in &there {
                assert!(mentioned.contains(&test.as_str()), "the chapter does not name {file}::{test}");
            }
        }
    }
    let known = |word: &&str| FILES.iter().any(|(file, _)| word.starts_with(&format!("{file}::")));
    let unknown: Vec<_> = named.iter().filter(|w| !known(w) && w.matches('_').count() > 3).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
