//! The chapter on the /dev/kvm header of Linux 2.6.21 has the tables of the data, and every row has a test.

use hypercall_arch_x86::header_2_6_21::exit::EXITS;
use hypercall_arch_x86::header_2_6_21::ioctl::IOCTLS;
use hypercall_arch_x86::header_2_6_21::table;

macro_rules! exercised {
    ($($row:ident: $($module:ident :: $test:ident),+;)*) => {
        /// Rows, and the names of their tests.
        const EXERCISED: &[(&str, &[&str])] = &[$((stringify!($row), &[$(stringify!($test)),+])),*];
    };
}

include!("kvm_header/exercised.rs");

/// Not only the active ones: what took the place of the others is exercised too.
#[test]
fn every_row_has_a_test() {
    let rows = IOCTLS.iter().map(|row| row.name).chain(EXITS.iter().map(|row| row.name));
    assert!(rows.eq(EXERCISED.iter().map(|(row, _)| *row)));
}

fn tests() -> String {
    let line = |(row, tests): &(&str, &[&str])| {
        let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
        format!("| {row} | {} |\n", tests.join(", "))
    };
    format!("| row | tests |\n| --- | --- |\n{}", EXERCISED.iter().map(line).collect::<String>())
}

/// The chapter with each generated part, between `<!-- NAME -->` and `<!-- end -->`, made anew.
fn with_tables(chapter: &str) -> String {
    let parts = [
        ("structures", table::structures()),
        ("ioctls", table::ioctls()),
        ("exits", table::exits()),
        ("tests", tests()),
    ];
    parts.iter().fold(chapter.to_owned(), |text, (name, part)| {
        let begin = format!("<!-- {name} -->\n");
        let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no part `{name}`"));
        let (_, after) = rest.split_once("<!-- end -->").unwrap_or_else(|| panic!("`{name}` has no end"));
        format!("{before}{begin}\n{part}\n<!-- end -->{after}")
    })
}

/// `HYPERCALL_UPDATE_DOCS=1` writes it.
#[test]
fn the_chapter_has_the_tables_of_the_data() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kvm-2.6.21.md");
    let chapter = std::fs::read_to_string(&path).unwrap();
    let expected = with_tables(&chapter);
    if std::env::var_os("HYPERCALL_UPDATE_DOCS").is_some_and(|v| v == "1") {
        std::fs::write(&path, &expected).unwrap();
    } else {
        assert!(chapter == expected, "docs/kvm-2.6.21.md is old; run this test with HYPERCALL_UPDATE_DOCS=1");
    }
}
