//! Calling conventions, and the transports and exits by which calls reach the host.

use super::structures;
use super::words::{registers, reply};
use crate::tables::book::Book;
use crate::tables::document::{Document, Table};
use hypercall_core::convention::{Convention, Mode};

pub fn conventions(text: &mut Document, conventions: &[&Convention]) {
    text.heading(2, "Calling conventions");
    let mut modes = Table::new(["convention", "bits", "number", "arguments", "result", "value", "outputs"]);
    let mut instructions = Table::new(["convention", "instruction", "bytes"]);
    let mut rest = Table::new([
        "convention",
        "title",
        "architecture",
        "numbering",
        "clobbers",
        "errors",
        "user program refused",
        "source",
    ]);
    for convention in conventions {
        convention.modes.iter().for_each(|mode| modes.row(mode_row(convention, mode)));
        for instruction in convention.instructions {
            let bytes: Vec<String> = instruction.bytes.iter().map(|b| format!("{b:02x}")).collect();
            instructions.row([convention.name.into(), instruction.name.into(), bytes.join(" ")]);
        }
        rest.row([
            convention.name.into(),
            convention.title.into(),
            convention.arch.name().into(),
            convention.numbering.name().into(),
            registers(convention.clobbers),
            convention.errors.name.into(),
            reply(&convention.user_refused),
            convention.source.into(),
        ]);
    }
    text.table(modes);
    text.table(instructions);
    text.table(rest);
}

fn mode_row(convention: &Convention, mode: &Mode) -> [String; 7] {
    let number = match mode.number_width == mode.width {
        true => mode.number.name.to_string(),
        false => format!("{} ({} bits)", mode.number.name, mode.number_width.bits()),
    };
    let value = match convention.always_writes_value {
        true => format!("{}, always written", mode.value.name),
        false => mode.value.name.to_string(),
    };
    [
        convention.name.into(),
        mode.width.bits().to_string(),
        number,
        registers(mode.arguments),
        mode.result.name.into(),
        value,
        registers(mode.outputs),
    ]
}

pub fn transports(text: &mut Document, book: &Book) {
    if book.transports.is_empty() {
        return;
    }
    text.heading(2, "Exits and transports");
    text.prose(
        "Any convention rides on any transport that carries its registers; an entry point of a VM (a port, an \
         address, an exit) is bound to one convention and interface.",
    );
    let mut ways =
        Table::new(["transport", "architecture", "the guest does", "exit", "conventions", "carries"]);
    let mut needs = Table::new(["transport", "needs", "number", "how"]);
    let mut sources = Table::new(["transport", "source"]);
    for transport in &book.transports {
        let conventions: Vec<&str> = transport.conventions.iter().map(|c| c.name).collect();
        ways.row([
            transport.name.into(),
            transport.arch.name().into(),
            transport.guest.into(),
            transport.exit.map_or("none", |exit| exit.name).into(),
            if conventions.is_empty() { "none".into() } else { conventions.join(", ") },
            transport.carries.into(),
        ]);
        for need in transport.needs {
            let number = need.number.to_string();
            needs.row([transport.name.into(), need.capability.into(), number, need.how.into()]);
        }
        sources.row([transport.name.into(), transport.source.into()]);
    }
    text.table(ways);
    text.table(needs);
    text.table(sources);
    for exit in book.exits() {
        text.heading(3, format!("{} ({})", exit.name, exit.reason));
        let (name, source) = (exit.payload.name, exit.payload.source);
        text.prose(format!("`{name}`, from the start of the union in `struct kvm_run` ({source}):"));
        structures::fields(text, exit.payload);
    }
}
