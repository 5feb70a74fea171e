//! The book as one Rust file.

mod constants;
mod structures;
mod stubs;
mod typed;

use super::book::Book;
use super::source::SourceError;
use super::source::comment;
use super::source::names::Names;
use std::fmt::Write;

/// The book as a Rust module, `hypercall.rs`, for guests that do not want the crates: `core` only, editions 2021
/// and 2024, Rust 1.88, on PowerPC 1.95.
///
/// | part | names |
/// |---|---|
/// | numbers on the wire, for every numbering | `number::x86::KVM_HC_KICK_CPU` |
/// | error codes, for every encoding | `error::kvm_x86::BAD_ADDRESS` |
/// | named values of arguments | `value::KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_ENCRYPTED` |
/// | feature bits | `feature::KVM_FEATURE_PV_UNHALT` |
/// | structures, as they are in memory | `structure::kvm_clock_pairing` |
/// | a stub for each convention of the target | `stub::kvm::raw(via, number, a1, a2, a3, a4)` |
/// | a typed stub for each call of it | `stub::kvm::kvm_hc_kick_cpu(via, flags, apic_id)` |
///
/// # Errors
/// [`SourceError`] when two things would have one name, or a convention has no stub in Rust.
///
/// ```
/// use hypercalls::tables::{Book, render_rust};
///
/// let file = render_rust(&Book::linked()?)?;
/// assert!(file.contains("pub const KVM_HC_FEATURES: u64 = 0x2a0003;"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn render_rust(book: &Book) -> Result<String, SourceError> {
    let mut out = Text { out: String::from(HEAD), depth: 0 };
    constants::write(&mut out, book)?;
    structures::write(&mut out, book)?;
    stubs::write(&mut out, book)?;
    Ok(out.out)
}

const HEAD: &str = "\
//! Hypercalls: numbers, error codes, structures, and stubs that make the calls.
//!
//! Made by `hypercall tables --format rust` from the definitions that the hypervisor runs on; do not edit it.
//! It needs `core` and nothing else: add it to a guest as a module, `mod hypercall;`.

// A guest makes some of the calls. Names are those of the interfaces' documents.
#![allow(dead_code, nonstandard_style)]
";

/// The text, and how deep in modules it is.
struct Text {
    out: String,
    depth: usize,
}

impl Text {
    /// A line at the depth; an empty one has no spaces.
    fn line(&mut self, text: &str) {
        let indent = if text.is_empty() { 0 } else { 4 * self.depth };
        let _ = writeln!(self.out, "{:indent$}{text}", ""); // a String takes everything
    }

    /// A documentation comment.
    fn doc(&mut self, text: &str) {
        for line in comment::lines(text, 4 * self.depth + 4) {
            // Square brackets would be links, and four spaces code: neither is meant.
            let line = line.replace('[', "\\[").replace('<', "\\<");
            self.line(format!("/// {line}").trim_end());
        }
    }

    /// A public module.
    fn module<T>(
        &mut self,
        name: &str,
        doc: &str,
        inside: impl FnOnce(&mut Text) -> Result<T, SourceError>,
    ) -> Result<T, SourceError> {
        self.line("");
        self.doc(doc);
        self.line(&format!("pub mod {name} {{"));
        self.depth += 1;
        let result = inside(self)?;
        self.depth -= 1;
        self.line("}");
        Ok(result)
    }
}

/// Keywords of every edition, and the stubs' own words.
fn is_reserved(name: &str) -> bool {
    const WORDS: &str = "abstract as async await become box break const continue crate do dyn else enum extern \
        false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self \
        Self static struct super trait true try type typeof unsafe unsized use virtual where while yield \
        raw via Via Outputs PORT MMIO u8 u16 u32 u64 i8 i16 i32 i64 core";
    WORDS.split_whitespace().any(|word| word == name)
}

/// A name that is a constant's.
fn constant(names: &mut Names, name: String, what: String) -> Result<String, SourceError> {
    names.claim(super::source::names::local(&name, is_reserved), what)
}
