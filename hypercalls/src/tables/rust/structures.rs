//! Structures that guest and host share.

use super::{Text, is_reserved};
use crate::tables::book::Book;
use crate::tables::source::SourceError;
use crate::tables::source::layout::{Piece, pieces};
use crate::tables::source::names::{Names, local};
use hypercall_core::shared::Layout;

pub fn write(out: &mut Text, book: &Book) -> Result<(), SourceError> {
    let doc = "Structures as they are in memory, integers in the guest's byte order.";
    out.module("structure", doc, |out| {
        let mut names = Names::default();
        book.structures.iter().try_for_each(|s| structure(out, &mut names, s.layout))
    })
}

fn structure(out: &mut Text, names: &mut Names, layout: &Layout) -> Result<(), SourceError> {
    let Layout { name, size, purpose, source, .. } = *layout;
    let own = names.claim(local(name, is_reserved), format!("the structure {name}"))?;
    let (pieces, packed) = pieces(layout);
    out.line("");
    out.doc(&format!("{purpose} {size} bytes ({source})."));
    out.line("#[derive(Clone, Copy, Debug)]");
    out.line(if packed { "#[repr(C, packed)]" } else { "#[repr(C)]" });
    out.line(&format!("pub struct {own} {{"));
    out.depth += 1;
    let mut members = Names::default();
    let mut asserts = vec![format!("const _: () = assert!(core::mem::size_of::<{own}>() == {size});")];
    for piece in &pieces {
        match piece {
            Piece::Gap { index, bytes } => {
                let gap = members.claim(format!("gap{index}"), "bytes that are no field")?;
                out.doc("Bytes that are no field.");
                out.line(&format!("pub {gap}: [u8; {bytes}],"));
            }
            Piece::Field { field, element, dimensions } => {
                let what = format!("the field {} of {name}", field.name);
                let member = members.claim(local(field.name, is_reserved), what)?;
                let kind =
                    dimensions.iter().rev().fold(element.to_string(), |kind, n| format!("[{kind}; {n}]"));
                out.doc(field.meaning);
                out.line(&format!("pub {member}: {kind},"));
                let offset = field.offset;
                asserts.push(format!(
                    "const _: () = assert!(core::mem::offset_of!({own}, {member}) == {offset});"
                ));
            }
        }
    }
    out.depth -= 1;
    out.line("}");
    asserts.iter().for_each(|line| out.line(line));
    Ok(())
}
