//! A call: all there is to say of it, under its permanent link.

use super::markup::{Html, anchor};
use super::{own_link, registers};
use crate::tables::book::Call;
use crate::tables::chapters::{example, words};
use hypercall_core::definition::{ArgumentInfo, ErrorInfo, Event};
use hypercall_core::{Definition, Error, Status};

/// Writes the card of a call.
pub fn card(h: &mut Html<'_>, call: &Call) {
    let d = call.definition;
    let (id, archs, numbers) = (anchor("", d.name), architectures(d), numbers(call));
    let attributes = [
        ("class", "card call"),
        ("id", id.as_str()),
        ("data-arch", archs.as_str()),
        ("data-status", d.status.name()),
        ("data-interface", d.interface.name),
        ("data-numbers", numbers.as_str()),
    ];
    h.block("article", &attributes, |h| {
        h.block("h3", &[], |h| {
            h.span("span", &[("class", "nr")], &d.number.to_string());
            h.span("span", &[("class", "call-name")], d.name);
            own_link(h, &id, d.name);
        });
        facts(h, call);
        h.block("div", &[("class", "purpose")], |h| h.prose(d.purpose));
        arguments(h, d);
        results(h, d);
        part(h, "Registers", |h| match call.places.as_slice() {
            [] => h.raw("<p class=\"muted\">No calling convention here carries it.</p>"),
            _ => registers::call(h, call),
        });
        errors(h, call);
        structures(h, call);
        examples(h, call);
        history(h, d);
    });
}

/// A part of a card, under a heading of its own.
fn part(h: &mut Html<'_>, title: &str, inner: impl FnOnce(&mut Html<'_>)) {
    h.block("div", &[("class", "part")], |h| {
        h.span("h4", &[], title);
        h.block("div", &[], inner);
    });
}

fn architectures(d: &Definition) -> String {
    d.archs.iter().map(|a| a.name()).collect::<Vec<_>>().join(" ")
}

/// Every way to write the call's number, for the search: `5 0x5`.
fn numbers(call: &Call) -> String {
    let mut numbers = vec![call.definition.number];
    numbers.extend(call.wire.iter().map(|w| w.number));
    let mut written: Vec<String> = Vec::new();
    for text in numbers.into_iter().flat_map(|n| [n.to_string(), words::hex(n)]) {
        if !written.contains(&text) {
            written.push(text);
        }
    }
    written.join(" ")
}

/// A status, told apart by its sign and word as well as by its colour.
pub fn status(h: &mut Html<'_>, status: Status) {
    h.block("span", &[("class", &format!("badge {status}"))], |h| {
        h.span("span", &[("aria-hidden", "true")], sign(status));
        h.span("span", &[("class", "word")], &format!(" {status}"));
    });
}

/// The sign of a status.
pub fn sign(status: Status) -> &'static str {
    match status {
        Status::Active => "●",
        Status::Deprecated => "▲",
        Status::Obsolete => "✕",
    }
}

fn facts(h: &mut Html<'_>, call: &Call) {
    let d = call.definition;
    h.block("p", &[("class", "facts")], |h| {
        status(h, d.status);
        for arch in d.archs {
            h.span("span", &[("class", "badge arch")], arch.name());
            h.text(" ");
        }
        h.link(&anchor("interface-", d.interface.name), d.interface.title);
    });
    h.block("dl", &[("class", "pairs")], |h| {
        if call.wire.iter().any(|w| w.number != d.number) || d.number >= 10 {
            h.span("dt", &[], "Number");
            h.block("dd", &[], |h| {
                h.span("code", &[], &d.number.to_string());
                if d.number >= 10 {
                    h.text(" = ");
                    h.span("code", &[], &words::hex(d.number));
                }
                let differ = call.wire.iter().any(|w| w.number != d.number);
                for wire in call.wire.iter().filter(|_| differ) {
                    h.text(&format!("; {} ", wire.numbering.name()));
                    h.span("code", &[], &words::wire(wire.numbering, wire.number));
                }
            });
        }
        if let Some(feature) = d.feature {
            h.span("dt", &[], "Feature");
            h.block("dd", &[], |h| {
                h.span("code", &[("class", "feature")], feature.name);
                h.text(&format!(", bit {}", feature.bit));
            });
        }
        if d.trusts_host {
            h.span("dt", &[], "Trust");
            h.span("dd", &[], "the guest takes the answer on trust; the confidential policy denies the call");
        }
    });
}

fn arguments(h: &mut Html<'_>, d: &Definition) {
    if d.arguments.is_empty() {
        return;
    }
    part(h, "Arguments", |h| {
        let caption = format!("Arguments of {}", d.name);
        h.table("arguments", &caption, &["argument", "meaning"], d.arguments, |h, argument| {
            h.block("td", &[], |h| {
                h.span("code", &[], argument.name);
                h.span("small", &[], argument.kind.name);
            });
            h.block("td", &[], |h| meaning(h, argument));
        });
    });
}

fn meaning(h: &mut Html<'_>, argument: &ArgumentInfo) {
    let kind = argument.kind;
    h.prose(argument.meaning);
    h.block("p", &[("class", "muted")], |h| {
        h.text("Range: ");
        h.inline(kind.range);
        if argument.invalid != Error::Invalid {
            h.text(&format!("; anything else is answered with {}", argument.invalid.name()));
        }
    });
    if !kind.values.is_empty() {
        h.block("ul", &[("class", "values")], |h| {
            for value in kind.values {
                h.block("li", &[], |h| {
                    h.span("code", &[], &words::hex(value.value));
                    h.text(" ");
                    h.span("b", &[], value.name);
                    h.text(" ");
                    h.inline(value.meaning);
                });
            }
        });
    }
}

fn results(h: &mut Html<'_>, d: &Definition) {
    if d.result.is_empty() && d.outputs.is_empty() {
        return;
    }
    part(h, "Result", |h| {
        h.prose(d.result);
        if !d.outputs.is_empty() {
            h.block("ol", &[("class", "outputs")], |h| {
                for output in d.outputs {
                    h.block("li", &[], |h| h.inline(output));
                }
            });
        }
    });
}

/// The errors of a call, each as every encoding says it.
fn errors(h: &mut Html<'_>, call: &Call) {
    let (errors, encodings) = (call.definition.errors, call.encodings());
    if errors.is_empty() {
        return;
    }
    part(h, "Errors", |h| {
        let caption = format!("Errors of {}", call.definition.name);
        h.table("errors", &caption, &["error", "when"], errors, |h, info: &ErrorInfo| {
            h.block("td", &[], |h| {
                h.span("b", &[], info.error.name());
                for encoding in &encodings {
                    let code = words::code_of(encoding, info.error);
                    h.block("small", &[], |h| {
                        if encodings.len() > 1 {
                            h.span("span", &[("class", "muted")], &format!("{} ", encoding.name));
                        }
                        h.span("code", &[], &words::named_code(code));
                    });
                }
            });
            h.cell(info.reason);
        });
    });
}

fn structures(h: &mut Html<'_>, call: &Call) {
    if call.definition.shares.is_empty() {
        return;
    }
    part(h, "Memory", |h| {
        for layout in call.definition.shares {
            h.block("p", &[], |h| {
                h.link(&anchor("structure-", layout.name), layout.name);
                h.text(&format!(", {} bytes: ", layout.size));
                h.inline(layout.purpose);
            });
        }
    });
}

fn examples(h: &mut Html<'_>, call: &Call) {
    let mut examples = example::all(call).peekable();
    if examples.peek().is_none() {
        return;
    }
    part(h, "Example", |h| {
        for example in examples {
            h.block("figure", &[("class", "example"), ("data-arch", example.arch.name())], |h| {
                h.span("figcaption", &[], &example.title);
                h.span("pre", &[("class", "scroll")], &example.text);
            });
        }
    });
}

fn history(h: &mut Html<'_>, d: &Definition) {
    if d.history.is_empty() {
        return;
    }
    part(h, "History", |h| {
        h.block("ol", &[("class", "history")], |h| {
            for Event { kind, release, source } in d.history {
                h.block("li", &[], |h| {
                    h.span("b", &[], kind.name());
                    h.text(" ");
                    h.span("span", &[("class", "release")], release);
                    h.text(" ");
                    h.span("span", &[("class", "source")], source);
                });
            }
        });
    });
}
