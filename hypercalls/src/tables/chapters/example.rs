//! How a guest makes a call, register by register: `=` before the instruction, `->` behind it. Nothing here is
//! written for one call.

use super::words::{code_of, registers, wire};
use crate::tables::book::{Call, Place};
use crate::tables::document::{Block, Document};
use hypercall_core::Arch;
use hypercall_core::definition::ArgumentInfo;
use hypercall_core::encoding::Reply;
use std::fmt::Write;

/// Columns of a line.
const WIDTH: usize = 100;

/// What an example is of, and its lines.
pub struct Example {
    /// The guest's architecture.
    pub arch: Arch,
    /// `KVM of a 64-bit x86 guest`.
    pub title: String,
    /// The lines.
    pub text: String,
}

/// An example for each architecture, in the first convention of it that carries the call.
pub fn all(call: &Call) -> impl Iterator<Item = Example> {
    Arch::ALL.into_iter().filter_map(|arch| {
        let place = call.places.iter().find(|p| p.convention.arch == arch)?;
        let (convention, bits) = (place.convention.title, place.mode.width.bits());
        Some(Example {
            arch,
            title: format!("{convention} of a {bits}-bit {arch} guest"),
            text: example(call, place),
        })
    })
}

/// Writes each of them under its title.
pub fn write(text: &mut Document, call: &Call) {
    for example in all(call) {
        text.prose(format!("Usage example, {}:", example.title));
        text.blocks.push(Block::Code(example.text));
    }
}

fn example(call: &Call, place: &Place) -> String {
    let (d, mode, convention) = (call.definition, place.mode, place.convention);
    let mut lines = Lines::default();
    lines.push(
        format!("{} = {}", mode.number.name, wire(convention.numbering, place.number)),
        d.name.to_string(),
    );
    for (argument, at) in d.arguments.iter().zip(&place.arguments) {
        lines.push(format!("{} = {}", registers(at), argument.name), remark(argument));
    }
    if let Some((first, others)) = convention.instructions.split_first() {
        let others: Vec<String> = others.iter().map(|i| format!("or {}", i.name)).collect();
        lines.push(first.name.to_string(), others.join(", "));
    }
    if mode.result != mode.value {
        lines.push(format!("{} -> 0", mode.result.name), "success".to_string());
    }
    lines.push(format!("{} -> value", mode.value.name), d.result.to_string());
    for (output, at) in d.outputs.iter().zip(place.outputs) {
        lines.push(format!("{} -> output", at.name), (*output).to_string());
    }
    for info in d.errors {
        let code = code_of(place.encoding, info.error);
        let got = match code.reply {
            Reply::Value(value) => format!("{} -> {value}", mode.result.name),
            Reply::Fault(fault) => format!("interruption {:#x}", fault.code),
        };
        lines.push(got, format!("{}: {}", code.symbol, info.reason));
    }
    lines.text()
}

/// What an argument means, and a value with a name.
fn remark(argument: &ArgumentInfo) -> String {
    let mut words = argument.meaning.to_string();
    if let Some(named) = argument.kind.values.first() {
        let _ = write!(words, " For instance {}, {}.", named.value, named.name); // a String takes everything
    }
    words
}

/// What is done, and behind it a remark.
#[derive(Default)]
struct Lines(Vec<(String, String)>);

impl Lines {
    fn push(&mut self, does: String, remark: String) {
        self.0.push((does, remark));
    }

    /// Two columns; remarks that are too long go on below.
    fn text(&self) -> String {
        let left = self.0.iter().map(|(does, _)| does.chars().count()).max().unwrap_or(0);
        let mut out = String::new();
        for (does, remark) in &self.0 {
            let mut line = format!("{does:left$} ");
            for word in remark.split_whitespace() {
                if line.chars().count() + 1 + word.chars().count() > WIDTH {
                    out.push_str(line.trim_end());
                    out.push('\n');
                    line = " ".repeat(left + 1);
                }
                line.push(' ');
                line.push_str(word);
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}
