//! Error codes, and the spaces that numbers are given out of.

use super::words::{code_of, named_code, range};
use crate::tables::book::{Book, Carried};
use crate::tables::document::{Document, Table};
use hypercall_core::encoding::Encoding;
use hypercall_core::{Arch, Error};

pub fn write(text: &mut Document, book: &Book) {
    text.heading(2, "Error codes");
    let mut table = Table::new(["convention", "interface", "errors said as", "source"]);
    for Carried { convention, interface, encoding } in &book.carried {
        table.row([
            convention.name.into(),
            interface.name.into(),
            encoding.name.into(),
            encoding.source.into(),
        ]);
    }
    text.table(table);
    let encodings = book.encodings();
    for arch in Arch::ALL {
        let of_arch: Vec<&Encoding> = encodings.iter().filter(|e| e.0 == arch).map(|e| e.1).collect();
        if !of_arch.is_empty() {
            text.heading(3, arch.name());
            codes(text, &of_arch);
        }
    }
}

/// Rows are errors, columns the encodings of one architecture.
fn codes(text: &mut Document, encodings: &[&Encoding]) {
    let mut table = Table::new(["error"].into_iter().chain(encodings.iter().map(|e| e.name)));
    for error in Error::ALL {
        let codes = encodings.iter().map(|encoding| named_code(code_of(encoding, *error)));
        table.row([error.name().into()].into_iter().chain(codes));
    }
    text.table(table);
}

pub fn numbers(text: &mut Document, book: &Book) {
    if book.interfaces.is_empty() {
        return;
    }
    text.heading(2, "Number spaces");
    let mut table = Table::new(["interface", "numbering", "in the register", "step", "numbers", "source"]);
    for (interface, spans) in &book.interfaces {
        for span in spans {
            let last = span.count - 1;
            table.row([
                interface.name.into(),
                span.numbering.name().into(),
                range(span.first, span.first + last * span.step),
                span.step.to_string(),
                range(span.start, span.start + last),
                interface.source.into(),
            ]);
        }
    }
    text.table(table);
    if book.vendor_ranges.is_empty() {
        return;
    }
    text.prose(
        "Linux gives out KVM's numbers one after the other. A call that is not Linux's takes its number from a \
         vendor range, where it meets no other:",
    );
    let mut table = Table::new(["numbering", "vendor range", "number n of a vendor"]);
    for r in &book.vendor_ranges {
        table.row([r.numbering.name().into(), range(r.first, r.last), r.rule.into()]);
    }
    text.table(table);
}
