//! What the calls have in common: conventions, structures, error codes, number spaces.

use super::markup::{Html, anchor};
use super::{bytes, own_link, registers};
use crate::tables::book::{Book, Structure};
use crate::tables::chapters::words;
use hypercall_core::convention::Convention;
use hypercall_core::encoding::Encoding;
use hypercall_core::transport::{Exit, Transport};
use hypercall_core::{Arch, Error};

/// A section of the page, with its heading.
fn section(h: &mut Html<'_>, id: &str, title: &str, inner: impl FnOnce(&mut Html<'_>)) {
    h.block("section", &[("id", id), ("aria-labelledby", &format!("{id}-title"))], |h| {
        h.block("h2", &[("id", &format!("{id}-title"))], |h| {
            h.text(title);
            own_link(h, id, title);
        });
        inner(h);
    });
}

pub fn conventions(h: &mut Html<'_>, book: &Book) {
    if book.conventions.is_empty() {
        return;
    }
    section(h, "conventions", "Calling conventions", |h| {
        h.prose(
            "A box is a register: in its upper half what the guest puts in, in its lower half what it finds \
             there afterwards. Registers bear their 64-bit names; in 32-bit modes their upper halves do not \
             count.",
        );
        registers::legend(h);
        for convention in &book.conventions {
            one(h, book, convention);
        }
    });
}

fn one(h: &mut Html<'_>, book: &Book, c: &Convention) {
    article(h, "convention", &anchor("convention-", c.name), c.title, |h| {
        h.block("p", &[("class", "facts")], |h| {
            h.span("span", &[("class", "badge arch")], c.arch.name());
            h.span("code", &[], c.name);
            h.span("span", &[("class", "source")], c.source);
        });
        h.block("div", &[("class", "drawings")], |h| {
            registers::convention(h, c);
            h.block("dl", &[("class", "pairs")], |h| facts(h, book, c));
        });
    });
}

fn facts(h: &mut Html<'_>, book: &Book, c: &Convention) {
    for instruction in c.instructions {
        let bytes: Vec<String> = instruction.bytes.iter().map(|b| format!("{b:02x}")).collect();
        pair(h, "Instruction", |h| {
            h.span("code", &[], instruction.name);
            h.text(" = ");
            h.span("code", &[], &bytes.join(" "));
        });
    }
    pair(h, "Numbering", |h| h.link("numbers", c.numbering.name()));
    if let Some(mode) = c.modes.iter().find(|m| m.number_width != m.width) {
        let (bits, counted) = (mode.width.bits(), mode.number_width.bits());
        pair(h, "Number register", |h| h.text(&format!("{counted} bits count, also in {bits}-bit mode")));
    }
    if c.always_writes_value {
        pair(h, "Value register", |h| h.text("written by every call, zero where there is no value"));
    }
    pair(h, "Errors", |h| h.link(&errors_of(c.arch), c.errors.name));
    pair(h, "User program", |h| h.text(&format!("refused with {}", words::reply(&c.user_refused))));
    let carried = book.carried.iter().filter(|carried| carried.convention.name == c.name);
    pair(h, "Interfaces", |h| links(h, carried.map(|carried| ("interface-", carried.interface.name))));
}

pub fn transports(h: &mut Html<'_>, book: &Book) {
    if book.transports.is_empty() {
        return;
    }
    section(h, "transports", "Exits and transports", |h| {
        h.prose(
            "Any convention rides on any transport that carries its registers; an entry point of a VM (a port, \
             an address, an exit) is bound to one convention and interface.",
        );
        book.transports.iter().for_each(|transport| way(h, transport));
        for exit in book.exits() {
            let (id, title) = (exit_id(exit), format!("{} ({})", exit.name, exit.reason));
            article(h, "structure", &id, &title, |h| {
                h.block("p", &[("class", "facts")], |h| {
                    h.span("span", &[("class", "badge")], &format!("{} bytes", exit.payload.size));
                    h.span("span", &[("class", "source")], exit.payload.source);
                });
                h.block("p", &[], |h| {
                    h.span("code", &[], exit.payload.name);
                    h.text(", from the start of the union in ");
                    h.span("code", &[], "struct kvm_run");
                    h.text(":");
                });
                bytes::layout(h, exit.payload);
            });
        }
    });
}

fn way(h: &mut Html<'_>, transport: &Transport) {
    let id = anchor("transport-", transport.name);
    article(h, "transport", &format!("{id}-{}", transport.arch), transport.name, |h| {
        h.block("p", &[("class", "facts")], |h| {
            h.span("span", &[("class", "badge arch")], transport.arch.name());
            h.span("span", &[("class", "source")], transport.source);
        });
        h.block("dl", &[("class", "pairs")], |h| {
            pair(h, "Guest", |h| h.inline(transport.guest));
            pair(h, "Exit", |h| match transport.exit {
                Some(exit) => h.link(&exit_id(exit), exit.name),
                None => h.text("none"),
            });
            pair(h, "Carries", |h| h.inline(transport.carries));
            if !transport.conventions.is_empty() {
                pair(h, "Conventions", |h| {
                    links(h, transport.conventions.iter().map(|c| ("convention-", c.name)));
                });
            }
            for need in transport.needs {
                pair(h, "Needs", |h| {
                    h.span("code", &[], need.capability);
                    h.text(&format!(" ({}): ", need.number));
                    h.inline(need.how);
                });
            }
        });
    });
}

/// The anchor of an exit.
pub fn exit_id(exit: &Exit) -> String {
    anchor("exit-", exit.name)
}

/// A name and what is said of it.
fn pair(h: &mut Html<'_>, name: &str, inner: impl FnOnce(&mut Html<'_>)) {
    h.span("dt", &[], name);
    h.block("dd", &[], inner);
}

/// Links, apart by commas, each to an anchor of a kind and a name.
fn links<'a>(h: &mut Html<'_>, to: impl Iterator<Item = (&'a str, &'a str)>) {
    for (i, (kind, name)) in to.enumerate() {
        h.text(if i > 0 { ", " } else { "" });
        h.link(&anchor(kind, name), name);
    }
}

/// A card of something that is no call.
fn article(h: &mut Html<'_>, class: &str, id: &str, title: &str, inner: impl FnOnce(&mut Html<'_>)) {
    h.block("article", &[("class", &format!("card {class}")), ("id", id)], |h| {
        h.block("h3", &[], |h| {
            h.text(title);
            own_link(h, id, title);
        });
        inner(h);
    });
}

pub fn structures(h: &mut Html<'_>, book: &Book) {
    if book.structures.is_empty() {
        return;
    }
    section(h, "structures", "Shared structures", |h| {
        h.prose(
            "Eight bytes a row, the lowest address first. Integers stand in the guest's byte order; grey bytes \
             belong to no field or are padding.",
        );
        book.structures.iter().for_each(|structure| shared(h, structure));
    });
}

fn shared(h: &mut Html<'_>, structure: &Structure) {
    let layout = structure.layout;
    article(h, "structure", &anchor("structure-", layout.name), layout.name, |h| {
        h.block("p", &[("class", "facts")], |h| {
            h.span("span", &[("class", "badge")], &format!("{} bytes", layout.size));
            for arch in &structure.archs {
                h.span("span", &[("class", "badge arch")], arch.name());
            }
            h.span("span", &[("class", "source")], layout.source);
        });
        h.prose(layout.purpose);
        h.block("dl", &[("class", "pairs")], |h| {
            if !structure.calls.is_empty() {
                pair(h, "Calls", |h| links(h, structure.calls.iter().map(|name| ("", *name))));
            }
            if let Some(page) = structure.page {
                pair(h, "Found", |h| h.inline(page.found));
                pair(h, "Conventions", |h| {
                    links(h, page.conventions.iter().map(|c| ("convention-", c.name)))
                });
            }
        });
        bytes::layout(h, layout);
    });
}

pub fn errors_of(arch: Arch) -> String {
    anchor("errors-", arch.name())
}

pub fn errors(h: &mut Html<'_>, book: &Book) {
    let encodings = book.encodings();
    if encodings.is_empty() {
        return;
    }
    section(h, "errors", "Error codes", |h| {
        h.prose(
            "Beside its own errors every call may answer unknown call, not permitted and internal error. The \
             interface decides how an error is said, else the convention.",
        );
        let head = ["convention", "interface", "errors said as", "source"];
        h.table("carried", "Errors by convention and interface", &head, &book.carried, |h, carried| {
            h.block("td", &[], |h| {
                h.link(&anchor("convention-", carried.convention.name), carried.convention.name);
            });
            h.block("td", &[], |h| {
                h.link(&anchor("interface-", carried.interface.name), carried.interface.name)
            });
            h.cell(carried.encoding.name);
            h.cell(carried.encoding.source);
        });
        for arch in Arch::ALL {
            let of_arch: Vec<&Encoding> = encodings.iter().filter(|e| e.0 == arch).map(|e| e.1).collect();
            if !of_arch.is_empty() {
                codes(h, arch, &of_arch);
            }
        }
    });
}

/// Rows are errors, columns the encodings of one architecture.
fn codes(h: &mut Html<'_>, arch: Arch, encodings: &[&Encoding]) {
    let id = errors_of(arch);
    h.block("h3", &[("id", &id)], |h| {
        h.text(arch.name());
        own_link(h, &id, &format!("errors of {arch}"));
    });
    let head: Vec<&str> = ["error"].into_iter().chain(encodings.iter().map(|e| e.name)).collect();
    h.table("codes", &format!("Error codes of {arch}"), &head, Error::ALL, |h, error| {
        h.cell(error.name());
        for encoding in encodings {
            h.code_cell(&words::named_code(words::code_of(encoding, *error)));
        }
    });
}

pub fn numbers(h: &mut Html<'_>, book: &Book) {
    if book.interfaces.is_empty() {
        return;
    }
    section(h, "numbers", "Number spaces", |h| {
        let spans = book.interfaces.iter().flat_map(|(i, spans)| spans.iter().map(move |span| (i, span)));
        let head = ["interface", "numbering", "in the register", "step", "numbers", "source"];
        h.table("spans", "Number spaces", &head, spans, |h, (interface, span)| {
            let last = span.count.saturating_sub(1);
            h.block("td", &[], |h| h.link(&anchor("interface-", interface.name), interface.name));
            h.cell(span.numbering.name());
            h.code_cell(&words::range(span.first, span.first + last * span.step));
            h.cell(&span.step.to_string());
            h.code_cell(&words::range(span.start, span.start + last));
            h.cell(interface.source);
        });
        if !book.vendor_ranges.is_empty() {
            h.prose(
                "Linux gives out KVM's numbers one after the other. A call that is not Linux's takes its \
                 number from a vendor range, where it meets no other.",
            );
        }
        let head = ["numbering", "vendor range", "number n of a vendor"];
        h.table("ranges", "Vendor ranges", &head, &book.vendor_ranges, |h, r| {
            h.cell(r.numbering.name());
            h.code_cell(&words::range(r.first, r.last));
            h.cell(r.rule);
        });
    });
}
