//! The structures that guests share with the host.

use super::words::archs;
use crate::tables::book::{Book, Structure};
use crate::tables::document::{Document, Table};
use hypercall_core::shared::Layout;

/// All of them; those of calls are laid out in the calls' sections, the others here.
pub fn write(text: &mut Document, book: &Book) {
    if book.structures.is_empty() {
        return;
    }
    text.heading(2, "Shared structures");
    text.prose("Integers are in the byte order of the guest, without padding but for what is named.");
    let mut table = Table::new(["structure", "bytes", "architecture", "where it is"]);
    for structure in &book.structures {
        let Structure { layout, archs: on, calls, page } = structure;
        let place = match page {
            Some(page) => page.found.to_string(),
            None => format!("in {}", calls.join(", ")),
        };
        table.row([layout.name.into(), layout.size.to_string(), archs(on), place]);
    }
    text.table(table);
    for page in book.structures.iter().filter(|s| s.page.is_some()) {
        text.heading(3, page.layout.name);
        structure(text, page.layout);
    }
}

/// A structure's purpose and fields.
pub fn structure(text: &mut Document, layout: &Layout) {
    let Layout { name, size, purpose, source, .. } = layout;
    text.prose(format!("`{name}`, {size} bytes ({source}): {purpose}"));
    fields(text, layout);
}

/// The offset table.
pub fn fields(text: &mut Document, layout: &Layout) {
    let mut table = Table::new(["offset", "size", "field", "type", "meaning"]);
    for field in layout.fields {
        let (offset, size) = (field.offset.to_string(), field.size.to_string());
        table.row([offset, size, field.name.into(), field.kind.into(), field.meaning.into()]);
    }
    text.table(table);
}
