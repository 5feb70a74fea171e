//! The documents of `hypercall tables` with what they are for: reStructuredText built by Sphinx without a warning,
//! and the numbers against the header of Linux that the distribution installs.
//!
//! The test runner gives the paths in `HYPERCALL_SPHINX` and `HYPERCALL_KVM_PARA_H`; without it they are where
//! Debian has them.

use hypercall_core::definition::{ArgumentInfo, ErrorInfo, Event, EventKind};
use hypercall_core::{Arch, Definition, Error, Hypercall, Registry, Status};
use hypercalls::catalogue::kvm::KickCpu;
use hypercalls::tables::{Book, Filter, render_linux_h, render_linux_rst, render_rst};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn book() -> Book {
    Book::linked().expect("no two calls collide")
}

/// Where a tool is.
fn tool(variable: &str, usual: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| usual.into(), PathBuf::from)
}

/// Builds a project of these documents with warnings as errors, unknown references among them.
fn sphinx(test: &str, documents: &[(String, String)]) -> Output {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("conf.py"), "project = 'Hypercall ABI'\n").expect("a file");
    let mut index = String::from("Index\n=====\n\n.. toctree::\n\n");
    for (name, text) in documents {
        index.push_str(&format!("   {name}\n"));
        fs::write(folder.join(format!("{name}.rst")), text).expect("a file");
    }
    fs::write(folder.join("index.rst"), index).expect("a file");
    let program = tool("HYPERCALL_SPHINX", "sphinx-build");
    Command::new(&program)
        .args(["-W", "--keep-going", "-n", "-q", "-E", "-b", "html"])
        .arg(&folder)
        .arg(folder.join("out"))
        .output()
        .unwrap_or_else(|e| {
            panic!("{}: {e}; install with: apt-get install python3-sphinx", program.display())
        })
}

fn builds(test: &str, documents: &[(String, String)]) {
    let output = sphinx(test, documents);
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && words.trim().is_empty(), "{words}");
    for (name, _) in documents {
        let page = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test).join(format!("out/{name}.html"));
        assert!(fs::metadata(&page).is_ok_and(|m| m.len() > 1000), "{}", page.display());
    }
}

#[test]
fn the_book_and_its_parts_build_without_a_warning() {
    let book = book();
    let mut documents =
        vec![("whole".to_string(), render_rst(&book)), ("linux".to_string(), render_linux_rst(&book))];
    let mut part = |name: &str, filter: Filter| {
        let part = book.filtered(&filter).expect("the filter names what there is");
        documents.push((name.to_string(), render_rst(&part)));
        documents.push((format!("linux-{name}"), render_linux_rst(&part)));
    };
    for arch in Arch::ALL {
        part(arch.name(), Filter { arch: Some(arch), ..Filter::default() });
    }
    part("obsolete", Filter { status: Some(Status::Obsolete), ..Filter::default() });
    part("papr", Filter { convention: Some("papr".into()), ..Filter::default() });
    builds("sphinx_book", &documents);
}

/// Everything that means something in reStructuredText.
const MARKUP: &str = "*a* **b** `c` ``d`` |e| f_ __g [1]_ [h]_ :ref:`i` `j <k>`_ \\ .. note:: l :: m* _n` `o";

/// Beginnings of lists, fields, options, directives, and so on.
const BEGINNINGS: [&str; 16] = [
    "- a",
    "* a",
    "+ a",
    "1. a",
    "(2) a",
    "iv. a",
    "#. a",
    ":a: b",
    "-a  b",
    "--long  b",
    ".. a",
    "| a",
    ">>> a",
    "====",
    "__ a",
    "a::",
];

/// A call of which every text is this.
fn awkward(text: &'static str) -> Book {
    let event = Event { kind: EventKind::Changed, release: text, source: text };
    let argument = ArgumentInfo {
        name: "a",
        kind: KickCpu::DEFINITION.arguments[0].kind,
        meaning: text,
        invalid: Error::Invalid,
    };
    let definition: &'static Definition = Box::leak(Box::new(Definition {
        purpose: text,
        arguments: vec![argument].leak(),
        result: text,
        errors: vec![ErrorInfo { error: Error::Busy, reason: text }].leak(),
        history: vec![event].leak(),
        ..*KickCpu::DEFINITION
    }));
    Book::new(&Registry::new([definition]).expect("one call"), book().conventions)
}

#[test]
fn an_authors_words_are_no_markup() {
    let texts = BEGINNINGS.iter().copied().chain([MARKUP, "", "a\n\n- b\n\n1. c"]);
    let mut documents = Vec::new();
    for (i, text) in texts.enumerate() {
        documents.push((format!("text-{i}"), render_rst(&awkward(text))));
        documents.push((format!("linux-{i}"), render_linux_rst(&awkward(text))));
    }
    builds("sphinx_words", &documents);
}

#[test]
fn sphinx_would_say_what_is_wrong() {
    let broken = [("broken".to_string(), "Title\n=====\n\nSee :ref:`nowhere` and `unclosed.\n".to_string())];
    let output = sphinx("sphinx_broken", &broken);
    assert!(!output.status.success() && !output.stderr.is_empty());
}

/// `#define NAME value` of the names that begin so; a value that is another's name stands as that.
fn defines(header: &str, prefix: &str) -> BTreeMap<String, String> {
    header
        .lines()
        .filter_map(|line| {
            let mut words = line.strip_prefix("#define ")?.split_whitespace();
            let (name, value) = (words.next()?, words.next()?);
            name.starts_with(prefix).then(|| (name.to_string(), value.to_string()))
        })
        .collect()
}

/// Numbers of the catalogue that the header may lack, as it may be older, with what it is too old for. Debian 12's,
/// of Linux 6.1, has every one.
const NEWER_THAN_THE_HEADER: [(&str, &str); 0] = [];

#[test]
fn the_numbers_and_errors_are_those_of_linux() {
    let path = tool("HYPERCALL_KVM_PARA_H", "/usr/include/linux/kvm_para.h");
    let header = fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; install with: apt-get install linux-libc-dev", path.display()));
    let ours = render_linux_h(&book());
    for prefix in ["KVM_HC_", "KVM_E"] {
        let (linux, mut here) = (defines(&header, prefix), defines(&ours, prefix));
        here.retain(|name, _| {
            linux.contains_key(name) || NEWER_THAN_THE_HEADER.iter().all(|(newer, _)| newer != name)
        });
        assert!(linux.len() >= 6, "{prefix} of {}: {linux:?}", path.display());
        assert_eq!(here, linux, "ours on the left, {} on the right", path.display());
    }
}

/// As a reader does: the part of the header that both have, but for white space.
#[test]
fn the_header_can_be_compared_line_by_line() {
    let path = tool("HYPERCALL_KVM_PARA_H", "/usr/include/linux/kvm_para.h");
    let header = fs::read_to_string(&path).expect("the header");
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.starts_with("#define KVM_") || line.starts_with("/* Return"))
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    };
    assert_eq!(lines(&render_linux_h(&book())), lines(&header), "also in this order");
}
