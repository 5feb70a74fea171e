//! The book in `docs/abi` is what the definitions say, byte for byte, on whatever machine it is made.

#![cfg(feature = "cli")]

use hypercalls::tables::{Book, FORMATS};
use std::fs;
use std::path::PathBuf;

const REFRESH: &str = "cargo run --release -- tables --format all --out docs/abi";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/abi")
}

/// The first lines that differ, or `None`.
fn difference(committed: &str, made: &str) -> Option<String> {
    if committed == made {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (committed.lines().collect(), made.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let shown = |sign: char, lines: &[&str]| -> String {
        let lines = lines.iter().skip(same).take(3);
        lines.map(|l| format!("{sign}{}\n", l.chars().take(200).collect::<String>())).collect()
    };
    Some(format!("@@ line {} @@\n{}{}", same + 1, shown('-', &old), shown('+', &new)))
}

#[test]
fn every_form_is_committed_as_it_is_made() {
    let book = Book::linked().expect("no two calls collide");
    let mut stale = String::new();
    for format in FORMATS {
        let path = folder().join(format.file);
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let made = (format.render)(&book).expect(format.name);
        if let Some(difference) = difference(&committed, &made) {
            stale.push_str(&format!("docs/abi/{}\n{difference}", format.file));
        }
    }
    assert!(
        stale.is_empty(),
        "the committed book is not what the definitions say:\n{stale}refresh it: {REFRESH}"
    );
}

#[test]
fn nothing_else_is_committed_there_and_the_readme_knows_each_file() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("the README");
    assert!(readme.contains(REFRESH));
    for entry in fs::read_dir(folder()).expect("the folder") {
        let name = entry.expect("a file").file_name().into_string().expect("text");
        assert!(name == "README.md" || FORMATS.iter().any(|f| f.file == name), "docs/abi/{name} is no form");
        assert!(
            name == "README.md" || readme.contains(&format!("({name})")),
            "the README does not know {name}"
        );
    }
}

#[test]
fn a_stale_file_is_shown_with_what_changed() {
    assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    assert_eq!(difference("a\nb\nc\n", "a\nB\nc\n").unwrap(), "@@ line 2 @@\n-b\n-c\n+B\n+c\n");
    assert_eq!(difference("", "a\n").unwrap(), "@@ line 1 @@\n+a\n");
    assert!(difference("a\n", "a").is_some(), "a missing newline counts");
}
