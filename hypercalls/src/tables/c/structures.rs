//! Structures that calls share with the guest.

use super::{aside, is_reserved, note};
use crate::tables::book::Book;
use crate::tables::source::SourceError;
use crate::tables::source::layout::{Piece, pieces};
use crate::tables::source::names::{Names, local, part};
use hypercall_core::shared::Layout;
use std::fmt::Write;

pub fn write(out: &mut String, names: &mut Names, book: &Book) -> Result<(), SourceError> {
    book.structures.iter().try_for_each(|s| structure(out, names, s.layout))
}

fn structure(out: &mut String, names: &mut Names, layout: &Layout) -> Result<(), SourceError> {
    let Layout { name, size, purpose, source, .. } = *layout;
    let tag = match part(name) {
        own if own.starts_with("hypercall_") => own,
        other => format!("hypercall_{other}"),
    };
    let tag = names.claim(tag, format!("the structure {name}"))?;
    note(out, &format!("{purpose} {size} bytes, integers in the guest's byte order ({source})."));
    let _ = writeln!(out, "struct {tag} {{"); // a String takes everything
    let (pieces, packed) = pieces(layout);
    let mut members = Names::default();
    let mut asserts = String::new();
    for piece in &pieces {
        match piece {
            Piece::Gap { index, bytes } => {
                let gap = members.claim(format!("hypercall_gap{index}"), "bytes that are no field")?;
                let _ = writeln!(out, "\tuint8_t {gap}[{bytes}];");
            }
            Piece::Field { field, element, dimensions } => {
                let what = format!("the field {} of {name}", field.name);
                let member = members.claim(local(field.name, is_reserved), what)?;
                let dimensions: String = dimensions.iter().map(|n| format!("[{n}]")).collect();
                let _ = writeln!(out, "\t{} {member}{dimensions};{}", integer(element), aside(field.meaning));
                let offset = field.offset;
                let _ = writeln!(
                    asserts,
                    "HYPERCALL_ASSERT(offsetof(struct {tag}, {member}) == {offset}, \"{tag}.{member} is at {offset}\");"
                );
            }
        }
    }
    out.push_str(if packed { "} __attribute__((__packed__));\n" } else { "};\n" });
    let _ = writeln!(out, "HYPERCALL_ASSERT(sizeof(struct {tag}) == {size}, \"{tag} has {size} bytes\");");
    out.push_str(&asserts);
    out.push('\n');
    Ok(())
}

/// `uint32_t` for `u32`.
fn integer(rust: &str) -> String {
    match rust.split_at(1) {
        ("i", bits) => format!("int{bits}_t"),
        (_, bits) => format!("uint{bits}_t"),
    }
}
