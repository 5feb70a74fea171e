//! The book as one page of HTML that needs nothing else: it has its style and its script in it, asks the
//! network for nothing, and can be read whole without the script.

mod bytes;
mod card;
mod drawing;
mod markup;
mod reference;
mod registers;

use super::book::{Book, Call};
use super::chapters::words;
use hypercall_core::{Arch, Interface, Status};
use markup::{Html, anchor};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Nothing may be loaded, and nothing run but the style and script above: these are their SHA-256 sums.
const POLICY: &str = "default-src 'none'; style-src 'sha256-SzPr9fR/2dKTMMAMeBM/nA7WC5s9kjgpHt8Evux6U1M='; script-src 'sha256-3FmcOCTKv0bZNOS3s2Oq9nbpuvasrWIgL0Rko3TG/nc='; base-uri 'none'; \
     form-action 'none'";

/// The book as HTML.
pub fn render_html(book: &Book) -> String {
    let names = book.calls.iter().map(|call| call.definition.name);
    let mut h = Html::new(names, anchors(book));
    h.raw("<!DOCTYPE html>\n");
    h.block("html", &[("lang", "en")], |h| {
        head(h);
        h.block("body", &[], |h| {
            h.raw("<a class=\"skip\" href=\"#calls\">Skip to the calls</a>\n");
            bar(h, book);
            h.block("div", &[("class", "page")], |h| {
                contents(h, book);
                h.block("main", &[("id", "main")], |h| body(h, book));
            });
        });
    });
    h.finish()
}

/// What links may lead to.
fn anchors(book: &Book) -> impl Iterator<Item = String> {
    let calls = book.calls.iter().map(|call| anchor("", call.definition.name));
    let interfaces = chapters(book).into_iter().map(|(i, _)| anchor("interface-", i.name));
    let conventions = book.conventions.iter().map(|c| anchor("convention-", c.name));
    let structures = book.structures.iter().map(|s| anchor("structure-", s.layout.name));
    let exits = book.exits().into_iter().map(reference::exit_id);
    let errors = book.encodings().into_iter().map(|(arch, _)| reference::errors_of(arch));
    let sections = sections(book).into_iter().map(|(id, _)| id.to_string());
    calls.chain(interfaces).chain(conventions).chain(exits).chain(structures).chain(errors).chain(sections)
}

/// The sections behind the calls that have something in them, with their titles.
fn sections(book: &Book) -> Vec<(&'static str, &'static str)> {
    [
        ("conventions", "Calling conventions", book.conventions.is_empty()),
        ("transports", "Exits and transports", book.transports.is_empty()),
        ("structures", "Shared structures", book.structures.is_empty()),
        ("errors", "Error codes", book.encodings().is_empty()),
        ("numbers", "Number spaces", book.interfaces.is_empty()),
    ]
    .into_iter()
    .filter_map(|(id, title, empty)| (!empty).then_some((id, title)))
    .collect()
}

fn head(h: &mut Html<'_>) {
    h.block("head", &[], |h| {
        h.void("meta", &[("charset", "utf-8")]);
        h.void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
        h.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
        h.void("meta", &[("name", "color-scheme"), ("content", "light dark")]);
        h.span("title", &[], "Hypercall ABI");
        h.block("style", &[], |h| h.raw(STYLE));
        h.block("script", &[], |h| h.raw(SCRIPT));
    });
}

/// The link that a heading has to itself.
fn own_link(h: &mut Html<'_>, id: &str, name: &str) {
    let (href, label) = (format!("#{id}"), format!("Permanent link to {name}"));
    h.text(" ");
    h.span("a", &[("class", "own"), ("href", &href), ("aria-label", &label)], "#");
}

/// The interfaces that have calls, each with them.
fn chapters(book: &Book) -> Vec<(&'static Interface, Vec<&Call>)> {
    let of = |i: &Interface| book.calls.iter().filter(|c| c.definition.interface == i).collect();
    let chapters = book.interfaces.iter().map(|(i, _)| (*i, of(i)));
    chapters.filter(|(_, calls): &(_, Vec<&Call>)| !calls.is_empty()).collect()
}

/// The bar on top: search, filters, theme. It is of use with the script only.
fn bar(h: &mut Html<'_>, book: &Book) {
    h.block("header", &[("class", "bar")], |h| {
        h.block("div", &[("class", "bar-row")], |h| {
            h.raw("<a class=\"brand\" href=\"#top\">Hypercall ABI</a>\n");
            h.raw(include_str!("html/search.html"));
        });
        h.block("div", &[("class", "filters"), ("id", "filters")], |h| {
            chips(h, "Architecture", |h| {
                for arch in Arch::ALL {
                    let count = book.calls.iter().filter(|c| c.definition.is_on(arch)).count();
                    chip(h, "arch", arch.name(), "", count);
                }
            });
            chips(h, "Status", |h| {
                for status in Status::ALL {
                    let count = book.calls.iter().filter(|c| c.definition.status == status).count();
                    chip(h, "status", status.name(), card::sign(status), count);
                }
            });
            chips(h, "Interface", |h| {
                chapters(book).iter().for_each(|(i, calls)| chip(h, "interface", i.name, "", calls.len()));
            });
        });
    });
}

fn chips(h: &mut Html<'_>, title: &str, inner: impl FnOnce(&mut Html<'_>)) {
    h.block("fieldset", &[], |h| {
        h.span("legend", &[], title);
        inner(h);
    });
}

/// A switch that shows the calls of one kind, of which there are some.
fn chip(h: &mut Html<'_>, key: &str, value: &str, sign: &str, count: usize) {
    let attributes = [
        ("type", "button"),
        ("class", "chip"),
        ("data-key", key),
        ("data-value", value),
        ("aria-pressed", "false"),
    ];
    if count > 0 {
        h.block("button", &attributes, |h| {
            if !sign.is_empty() {
                h.span("span", &[("aria-hidden", "true")], &format!("{sign} "));
            }
            h.text(value);
            h.span("small", &[], &count.to_string());
        });
    }
}

fn contents(h: &mut Html<'_>, book: &Book) {
    h.block("nav", &[("class", "contents"), ("aria-label", "Contents")], |h| {
        h.block("ul", &[], |h| {
            for (interface, calls) in chapters(book) {
                h.block("li", &[], |h| {
                    h.link(&anchor("interface-", interface.name), interface.title);
                    h.block("ul", &[("class", "names")], |h| {
                        for call in calls {
                            let name = call.definition.name;
                            let id = anchor("", name);
                            h.block("li", &[("data-call", &id)], |h| h.link(&id, name));
                        }
                    });
                });
            }
            for (id, title) in sections(book) {
                h.block("li", &[], |h| h.link(id, title));
            }
        });
    });
}

fn body(h: &mut Html<'_>, book: &Book) {
    h.block("div", &[("class", "intro"), ("id", "top")], |h| {
        h.raw("<h1>Hypercall ABI</h1>\n");
        h.prose(
            "Every hypercall with its number, registers, arguments, results and errors, generated from the \
             definitions that the dispatcher runs on.",
        );
    });
    h.block("div", &[("id", "calls")], |h| {
        for (interface, calls) in chapters(book) {
            chapter(h, interface, &calls);
        }
    });
    h.raw("<p class=\"nothing\" hidden>No call is of this kind.</p>\n");
    if book.calls.is_empty() {
        h.raw("<p>No call is of this kind.</p>\n");
    }
    reference::conventions(h, book);
    reference::transports(h, book);
    reference::structures(h, book);
    reference::errors(h, book);
    reference::numbers(h, book);
}

fn chapter(h: &mut Html<'_>, interface: &Interface, calls: &[&Call]) {
    let id = anchor("interface-", interface.name);
    let title = format!("{} calls", interface.title);
    h.block("section", &[("class", "chapter"), ("id", &id), ("aria-label", &title)], |h| {
        h.block("h2", &[], |h| {
            h.text(&title);
            own_link(h, &id, &title);
        });
        h.block("p", &[("class", "muted")], |h| {
            h.text("Numbers are given out by ");
            h.inline(interface.source);
            h.text(".");
        });
        let head = ["nr", "name", "arch", "status", "purpose"];
        h.table("index", &title, &head, calls, |h, call| {
            let d = call.definition;
            h.cell(&d.number.to_string());
            let id = anchor("", d.name);
            h.block("td", &[("data-call", &id)], |h| h.link(&id, d.name));
            h.cell(&words::archs(d.archs));
            h.block("td", &[], |h| card::status(h, d.status));
            h.cell(first_sentence(d.purpose));
        });
        calls.iter().for_each(|call| card::card(h, call));
    });
}

fn first_sentence(text: &str) -> &str {
    let ends = |(at, _): &(usize, &str)| text[at + 1..].chars().next().is_none_or(char::is_whitespace);
    text.match_indices('.').find(ends).map_or(text, |(at, _)| &text[..=at])
}
