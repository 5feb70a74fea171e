//! `Documentation/virt/kvm/x86/hypercalls.rst`.

use super::calls;
use crate::tables::book::{Book, Call, Place};
use crate::tables::chapters::words::{code_of, named_code, registers};
use crate::tables::rst::{inline, wrapped};
use hypercall_core::{Arch, Convention};
use std::fmt::Write;

/// KVM's calls in the layout of Linux's `Documentation/virt/kvm/x86/hypercalls.rst`: the calling conventions, the
/// template, and a section for each call. A section's number is the call's, which Linux's sections only begin
/// with.
pub fn render_linux_rst(book: &Book) -> String {
    let mut out = String::from("===================\nLinux KVM Hypercall\n===================\n\n");
    let mut seen: Vec<Arch> = Vec::new();
    // Linux's document has one convention for each architecture: the first here.
    for convention in &book.conventions {
        if !seen.contains(&convention.arch) {
            seen.push(convention.arch);
            of_convention(&mut out, convention);
        }
    }
    out.push_str("KVM Hypercalls Documentation\n============================\n\n");
    out.push_str("The template for each hypercall is:\n\n");
    out.push_str(
        "1. Hypercall name.\n2. Architecture(s)\n3. Status (deprecated, obsolete, active)\n4. Purpose\n",
    );
    calls(book).for_each(|call| section(&mut out, call));
    out
}

fn name(arch: Arch) -> &'static str {
    match arch {
        Arch::X86 => "x86",
        Arch::S390 => "S390",
        Arch::Ppc => "PPC",
        Arch::Mips => "MIPS",
    }
}

fn of_convention(out: &mut String, convention: &Convention) {
    let heading = match convention.arch {
        Arch::X86 => "X86",
        Arch::Ppc => "PowerPC",
        other => name(other),
    };
    let _ = writeln!(out, "{heading}:"); // a String takes everything
    let instructions: Vec<&str> = convention.instructions.iter().map(|i| i.name).collect();
    let Some(mode) = convention.modes.first() else { return };
    let mut text = format!(
        "The instruction is `{}`. The hypercall number is in {}, up to {} arguments are in {}, and the return value \
         is placed in {}.",
        instructions.join("` or `"),
        mode.number.name,
        mode.arguments.len(),
        registers(mode.arguments),
        mode.result.name,
    );
    if mode.value != mode.result {
        let _ = write!(text, " What is returned beside this status is in {}", mode.value.name);
        match mode.outputs {
            [] => text.push('.'),
            more => {
                let _ = write!(text, ", and behind that in {}.", registers(more));
            }
        }
    }
    match convention.clobbers {
        [] => text.push_str(" No other register is changed."),
        lost => {
            let _ = write!(text, " {} are clobbered.", registers(lost));
        }
    }
    wrapped(out, "  ", "  ", &text);
    out.push('\n');
    wrapped(out, "  ", "  ", &format!("See {}.", convention.source));
    out.push('\n');
}

fn section(out: &mut String, call: &Call) {
    let d = call.definition;
    let title = format!("{}. {}", d.number, inline(d.name));
    let _ = write!(out, "\n{title}\n{}\n\n", "-".repeat(title.chars().count()));
    let archs: Vec<&str> = d.archs.iter().map(|arch| name(*arch)).collect();
    let _ = writeln!(out, ":Architecture: {}\n:Status: {}", archs.join(", "), d.status.name());
    wrapped(out, ":Purpose: ", "   ", d.purpose);
    if let Some(place) = call.places.first() {
        arguments(out, call, place);
    }
    if !d.result.is_empty() {
        out.push('\n');
        wrapped(out, "", "", &format!("Returns: {}", d.result));
    }
    if !d.errors.is_empty() {
        out.push('\n');
    }
    for info in d.errors {
        let code = call.encodings().first().map_or_else(
            || info.error.name().to_string(),
            |encoding| named_code(code_of(encoding, info.error)),
        );
        wrapped(out, "- ", "  ", &format!("{code}: {}", info.reason));
    }
    if let Some(feature) = d.feature {
        out.push('\n');
        wrapped(out, "", "", &format!("Announced by {}, bit {}.", feature.name, feature.bit));
    }
    d.shares.iter().for_each(|layout| {
        let _ = write!(out, "\n``struct {}``::\n\n", layout.name);
        for field in layout.fields {
            let _ = writeln!(out, "   {:>3}  {:<10} {}", field.offset, field.kind, field.name);
        }
    });
}

/// `a0` is the first argument register, whichever the architecture has.
fn arguments(out: &mut String, call: &Call, place: &Place) {
    let mut next = 0;
    for (i, (argument, at)) in call.definition.arguments.iter().zip(&place.arguments).enumerate() {
        if i == 0 {
            out.push('\n');
        }
        let slots: Vec<String> = (next..next + at.len()).map(|slot| format!("a{slot}")).collect();
        next += at.len();
        wrapped(out, "- ", "  ", &format!("{}: {}: {}", slots.join(", "), argument.name, argument.meaning));
        let values: Vec<String> =
            argument.kind.values.iter().map(|v| format!("{} = {}", v.name, v.value)).collect();
        if !values.is_empty() {
            wrapped(out, "  ", "  ", &format!("({})", values.join(", ")));
        }
    }
}
