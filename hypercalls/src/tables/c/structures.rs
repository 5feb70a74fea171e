//! Structures that calls share with the guest.

use super::{aside, is_reserved, note};
use crate::tables::book::Book;
use crate::tables::source::SourceError;
use crate::tables::source::names::{Names, local, part};
use hypercall_core::shared::{Field, Layout};
use std::fmt::Write;

pub fn write(out: &mut String, names: &mut Names, book: &Book) -> Result<(), SourceError> {
    book.structures.iter().try_for_each(|s| structure(out, names, s.layout))
}

fn structure(out: &mut String, names: &mut Names, layout: &Layout) -> Result<(), SourceError> {
    let Layout { name, size, purpose, source, fields } = *layout;
    let tag = match part(name) {
        own if own.starts_with("hypercall_") => own,
        other => format!("hypercall_{other}"),
    };
    let tag = names.claim(tag, format!("the structure {name}"))?;
    note(out, &format!("{purpose} {size} bytes, integers in the guest's byte order ({source})."));
    let _ = writeln!(out, "struct {tag} {{"); // a String takes everything
    let mut members = Names::default();
    let (mut end, mut gaps, mut packed) = (0, 0, false);
    let mut asserts = String::new();
    for field in fields {
        if field.offset > end {
            gap(out, &mut members, &mut gaps, field.offset - end)?;
        }
        let kind = kind(field);
        packed |= !field.offset.is_multiple_of(kind.align);
        let identifier = local(field.name, is_reserved);
        let member = members.claim(identifier, format!("the field {} of {name}", field.name))?;
        let _ = writeln!(out, "\t{} {member}{};{}", kind.element, kind.dimensions, aside(field.meaning));
        let offset = field.offset;
        let _ = writeln!(
            asserts,
            "HYPERCALL_ASSERT(offsetof(struct {tag}, {member}) == {offset}, \"{tag}.{member} is at {offset}\");"
        );
        end = field.offset + field.size;
        packed |= !size.is_multiple_of(kind.align);
    }
    if size > end {
        gap(out, &mut members, &mut gaps, size - end)?;
    }
    out.push_str(if packed { "} __attribute__((__packed__));\n" } else { "};\n" });
    let _ = writeln!(out, "HYPERCALL_ASSERT(sizeof(struct {tag}) == {size}, \"{tag} has {size} bytes\");");
    out.push_str(&asserts);
    out.push('\n');
    Ok(())
}

fn gap(out: &mut String, members: &mut Names, gaps: &mut usize, bytes: usize) -> Result<(), SourceError> {
    let member = members.claim(format!("hypercall_gap{gaps}"), "bytes that are no field")?;
    let _ = writeln!(out, "\tuint8_t {member}[{bytes}];"); // a String takes everything
    *gaps += 1;
    Ok(())
}

struct Kind {
    element: &'static str,
    align: usize,
    dimensions: String,
}

/// A Rust type in C: integers and arrays of them; bytes for what is neither, or is not as long as the field.
fn kind(field: &Field) -> Kind {
    let mut rest = field.kind.trim();
    let mut dimensions = Vec::new();
    let mut count = 1_usize;
    while let Some(inner) = rest.strip_prefix('[').and_then(|r| r.strip_suffix(']')) {
        let Some((element, length)) = inner.rsplit_once(';') else { break };
        let Ok(length) = length.trim().parse::<usize>() else { break };
        dimensions.push(length);
        count = count.saturating_mul(length);
        rest = element.trim();
    }
    let element = ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"].iter().position(|k| *k == rest);
    let names = ["uint8_t", "int8_t", "uint16_t", "int16_t", "uint32_t", "int32_t", "uint64_t", "int64_t"];
    match element {
        Some(at) if count.checked_mul(1 << (at / 2)) == Some(field.size) => {
            let dimensions = dimensions.iter().map(|n| format!("[{n}]")).collect();
            Kind { element: names[at], align: 1 << (at / 2), dimensions }
        }
        _ => Kind { element: "uint8_t", align: 1, dimensions: format!("[{}]", field.size) },
    }
}
