//! The chapter on the hypercall ABI document names tests that are there.

use std::path::Path;

#[test]
fn the_chapter_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let chapter = std::fs::read_to_string(root.join("docs/hypercall-abi.md")).expect("the chapter");
    let named: Vec<(&str, &str)> = chapter
        .split('`')
        .filter_map(|word| word.split_once("::"))
        .filter(|(f, _)| f.ends_with(".rs"))
        .collect();
    assert!(named.len() > 12, "{named:?}");
    for (file, test) in named {
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(source.contains(&format!("#[test]\nfn {test}(")), "{file} has no test {test}");
    }
}

#[test]
fn every_row_of_the_chapter_names_what_shows_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let chapter = std::fs::read_to_string(root.join("docs/hypercall-abi.md")).expect("the chapter");
    let rows: Vec<&str> = chapter.lines().filter(|l| l.starts_with('|')).skip(2).collect();
    assert!(rows.len() >= 14);
    for row in rows {
        let shown = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        assert!(shown.contains(".rs::"), "{row}");
    }
}
