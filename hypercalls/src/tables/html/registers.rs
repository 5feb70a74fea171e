//! Which register holds what: of a convention in general, and of a call in it.

use super::drawing::{self, Register, Role};
use super::markup::Html;
use crate::registers::{AnyRegisters, RegisterFile};
use crate::tables::book::{Call, Place};
use crate::tables::chapters::words;
use hypercall_core::convention::{Convention, Mode, Reg};
use hypercall_core::{Arch, Width};

fn role(class: &'static str, label: impl Into<String>) -> Option<Role> {
    Some(Role { class, label: label.into() })
}

/// The register files of a convention, one drawing for modes that use the same registers.
pub fn convention(h: &mut Html<'_>, convention: &Convention) {
    let mut drawn: Vec<(Vec<&Mode>, Vec<Register>)> = Vec::new();
    for mode in convention.modes {
        let file = file(convention, mode);
        match drawn.iter_mut().find(|(with, _)| same_registers(with[0], mode)) {
            Some((with, _)) => with.push(mode),
            None => drawn.push((vec![mode], file)),
        }
    }
    for (modes, file) in drawn {
        let widths = widths(modes.iter().map(|m| m.width));
        h.block("figure", &[], |h| {
            h.span("figcaption", &[], &widths);
            let title = format!("Registers of {}, {widths}", convention.title);
            drawing::registers(h, &title, drawing::FILE, &file);
        });
    }
}

fn same_registers(a: &Mode, b: &Mode) -> bool {
    (a.number, a.arguments, a.result, a.value, a.outputs)
        == (b.number, b.arguments, b.result, b.value, b.outputs)
}

/// `64-bit`, `64- and 32-bit`.
fn widths(widths: impl Iterator<Item = Width>) -> String {
    let bits: Vec<String> = widths.map(|w| w.bits().to_string()).collect();
    format!("{}-bit", bits.join("- and "))
}

/// The general registers, and those beside them that the convention names.
fn file(convention: &Convention, mode: &Mode) -> Vec<Register> {
    let all = AnyRegisters::of(convention.arch).map_or(&[][..], |file| file.all());
    all.iter()
        .map(|reg| general(convention, mode, *reg))
        .filter(|r| r.input.is_some() || r.output.is_some() || is_shown(convention.arch, mode.width, r.name))
        .collect()
}

/// Whether a register that a convention does not use is drawn: the special ones are not, and in 32-bit mode
/// x86 has no R8 to R15.
fn is_shown(arch: Arch, width: Width, name: &str) -> bool {
    let numbered = name.strip_prefix('r').is_some_and(|n| n.parse::<u8>().is_ok());
    match arch {
        Arch::X86 => !(matches!(name, "rip" | "rflags") || numbered && width == Width::Bits32),
        Arch::S390 | Arch::Ppc | Arch::Mips => numbered,
    }
}

fn general(convention: &Convention, mode: &Mode, reg: Reg) -> Register {
    let place = |registers: &[Reg]| registers.iter().position(|r| *r == reg);
    let input = if reg == mode.number {
        role("number", "number")
    } else {
        place(mode.arguments).and_then(|i| role("argument", format!("argument {}", i + 1)))
    };
    let output = if reg == mode.result {
        role("result", if convention.has_status() { "status" } else { "result" })
    } else if reg == mode.value {
        role("result", "value")
    } else if let Some(i) = place(mode.outputs) {
        role("output", format!("output {}", i + 1))
    } else {
        place(convention.clobbers).and_then(|_| role("clobber", "lost"))
    };
    Register { name: reg.name, input, output }
}

/// The registers of a call, a drawing for each way to make it.
pub fn call(h: &mut Html<'_>, call: &Call) {
    let mut drawn: Vec<(&Place, Vec<Width>, Vec<Register>)> = Vec::new();
    for place in &call.places {
        let registers = placed(call, place);
        match drawn.last_mut() {
            Some((last, widths, same))
                if last.convention.name == place.convention.name && *same == registers =>
            {
                widths.push(place.mode.width);
            }
            _ => drawn.push((place, vec![place.mode.width], registers)),
        }
    }
    h.block("div", &[("class", "drawings")], |h| {
        for (place, of, registers) in drawn {
            let (convention, widths) = (place.convention, widths(of.into_iter()));
            h.block("figure", &[("data-arch", convention.arch.name())], |h| {
                h.block("figcaption", &[], |h| {
                    h.link(&super::markup::anchor("convention-", convention.name), convention.name);
                    h.text(&format!(" {widths}"));
                });
                let title = format!("{} by {}, {widths}", call.definition.name, convention.title);
                drawing::registers(h, &title, drawing::CALL, &registers);
            });
        }
    });
}

/// The registers of one mode: the number first, then the arguments in order and what else is written.
fn placed(call: &Call, place: &Place) -> Vec<Register> {
    let (d, mode) = (call.definition, place.mode);
    let mut order = vec![mode.number];
    order.extend(mode.arguments);
    order.extend([mode.result, mode.value]);
    order.extend(place.outputs);
    let mut registers: Vec<Register> = Vec::new();
    for reg in order {
        if registers.iter().any(|r| r.name == reg.name) {
            continue;
        }
        let input = if reg == mode.number {
            role("number", words::wire(place.convention.numbering, place.number))
        } else {
            d.arguments.iter().zip(&place.arguments).find_map(|(argument, at)| {
                let part = at.iter().position(|r| *r == reg)?;
                let label = match at.len() {
                    1 => argument.name.to_string(),
                    parts => format!("{} {}/{parts}", argument.name, part + 1),
                };
                role("argument", label)
            })
        };
        let output = if reg == mode.result {
            role("result", if place.convention.has_status() { "status" } else { "result" })
        } else if reg == mode.value {
            role("result", "value")
        } else {
            let output = place.outputs.iter().position(|r| *r == reg);
            output.and_then(|i| role("output", format!("output {}", i + 1)))
        };
        registers.push(Register { name: reg.name, input, output });
    }
    registers
}

/// What the colours of the drawings stand for.
pub fn legend(h: &mut Html<'_>) {
    const ROLES: [(&str, &str); 5] = [
        ("number", "the call's number"),
        ("argument", "an argument"),
        ("result", "the result, or status and value"),
        ("output", "an extra output"),
        ("clobber", "lost: the guest saves it"),
    ];
    h.block("ul", &[("class", "legend")], |h| {
        for (class, what) in ROLES {
            h.block("li", &[], |h| {
                h.span("span", &[("class", class)], "");
                h.text(what);
            });
        }
        h.block("li", &[], |h| {
            h.span("span", &[("class", "unused")], "");
            h.text("not used: keeps its value");
        });
    });
}
