//! The chapter on Xen's HVM configuration names tests that are there, and all of them.

use std::path::{Path, PathBuf};

/// Where the tests are that the chapter calls `file::test`, and whether it names every one there.
const FILES: [(&str, &str, bool); 11] = [
    ("xen", "arch-x86/src/xen/tests.rs", true),
    ("config", "arch-x86/src/kvm/xen.rs", true),
    ("kvm_xen", "arch-x86/tests/kvm_xen.rs", true),
    ("kvm_xen_config", "arch-x86/tests/kvm_xen_config.rs", true),
    ("kvm_xen_hostile", "arch-x86/tests/kvm_xen_hostile.rs", true),
    ("kvm_translate", "arch-x86/tests/kvm_translate.rs", true),
    ("paging", "arch-x86/src/paging/tests.rs", false),
    ("stock_xen", "hypercalls/tests/stock/xen.rs", true),
    ("catalogue", "hypercalls/tests/stock/catalogue.rs", false),
    ("cli_kvm", "hypercalls/tests/cli_kvm.rs", false),
    ("loopback", "hypercalls/src/run/loopback.rs", false),
];

fn tests_of(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("#[test]\n")
        .skip(1)
        .map(|behind| {
            let name = behind.trim_start().strip_prefix("fn ").and_then(|l| l.split('(').next());
            name.expect("a function follows #[test]").to_string()
        })
        .collect()
}

#[test]
fn every_test_that_the_chapter_names_exists_and_every_test_of_the_page_is_named() {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), ".."].iter().collect();
    let Ok(chapter) = std::fs::read_to_string(root.join("docs/xen-hvm-config.md")) else {
        println!("NOT RUN: the documents are not part of the package");
        return;
    };
    // Whatever stands between two backticks and looks like `file::test`.
    let named: Vec<&str> = chapter.split('`').skip(1).step_by(2).filter(|w| w.contains("::")).collect();
    for (file, path, whole) in FILES {
        let there = tests_of(&root.join(path));
        let mentioned: Vec<&str> =
            named.iter().filter_map(|w| w.strip_prefix(file)?.strip_prefix("::")).collect();
        for test in mentioned.iter().filter(|t| t.contains('_')) {
            assert!(there.iter().any(|t| t == test), "{path} has no test {test}");
        }
        assert!(!mentioned.is_empty(), "no test of {file}");
        for test in there.iter().filter(|_| whole) {
            assert!(mentioned.contains(&test.as_str()), "the chapter does not name {file}::{test}");
        }
    }
}
