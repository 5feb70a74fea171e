//! Stubs: for each target its types, the ways out of the guest, and each convention's function.

use super::{note, typed};
use crate::tables::book::Book;
use crate::tables::source::SourceError;
use crate::tables::source::names::{Names, capitals, lower};
use crate::tables::source::stub::{
    Input, Operand, Output, TARGETS, Target, bytes, clobbers, has_choice, instruction_word, operands,
};
use hypercall_core::convention::{Convention, Instruction, Mode};
use hypercall_core::{Arch, Width};
use std::fmt::Write;

/// The targets are alternatives: each has the names that there were before.
pub fn write(out: &mut String, names: &mut Names, book: &Book) -> Result<(), SourceError> {
    let before = names.clone();
    let mut keyword = "#if";
    for target in &TARGETS {
        let of_target = target.conventions(book);
        if of_target.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{keyword} {}\n", target.c); // a String takes everything
        keyword = "#elif";
        *names = before.clone();
        types(out, names, target, &of_target)?;
        for (convention, mode) in of_target {
            function(out, names, convention, mode, target)?;
            typed::write(out, names, book, convention, mode)?;
        }
    }
    match keyword {
        "#if" => out.push_str("#error \"this header has no stubs; define HYPERCALL_NO_STUBS\"\n\n"),
        _ => {
            out.push_str("#else\n#error \"no stubs for this target; define HYPERCALL_NO_STUBS\"\n#endif\n\n")
        }
    }
    Ok(())
}

/// `hypercall_kvm`.
pub fn function_name(convention: &Convention) -> String {
    format!("hypercall_{}", lower(convention.name))
}

fn types(
    out: &mut String,
    names: &mut Names,
    target: &Target,
    conventions: &[(&'static Convention, &'static Mode)],
) -> Result<(), SourceError> {
    let bits = target.width.bits();
    names.claim("hypercall_reg".into(), "the type of a register")?;
    let _ = writeln!(out, "/* A register. */\ntypedef uint{bits}_t hypercall_reg;\n");
    let mut ways: Vec<(String, String)> = Vec::new();
    for (convention, _) in conventions.iter().filter(|(c, _)| has_choice(c)) {
        for instruction in convention.instructions {
            let way = way_name(instruction);
            if !ways.iter().any(|(known, _)| *known == way) {
                ways.push((way, instruction.name.into()));
            }
        }
    }
    if !ways.is_empty() {
        names.claim("hypercall_via".into(), "the type of ways out of the guest")?;
        out.push_str("/* How a call leaves the guest. */\nenum hypercall_via {\n");
        for (way, instruction) in &ways {
            let name = names.claim(way.clone(), format!("the instruction {instruction}"))?;
            let _ = writeln!(out, "\t{name},{}", super::aside(instruction));
        }
        if target.arch == Arch::X86 {
            for (name, meaning) in DOORBELLS {
                names.claim((*name).into(), *meaning)?;
            }
            out.push_str(DOORBELL_LINES);
        }
        out.push_str("};\n\n");
    }
    if target.arch == Arch::X86 {
        names.claim("HYPERCALL_TEXT".into(), "the header's own macro")?;
        names.claim("HYPERCALL_TEXT_".into(), "the header's own macro")?;
        out.push_str(
            "#ifndef HYPERCALL_TEXT\n#define HYPERCALL_TEXT_(value) #value\n\
             #define HYPERCALL_TEXT(value) HYPERCALL_TEXT_(value)\n#endif\n\n",
        );
    }
    if conventions.iter().any(|(c, _)| c.has_status()) {
        let most = conventions.iter().map(|(_, mode)| mode.outputs.len()).max().unwrap_or(0).max(1);
        names.claim("hypercall_outputs".into(), "the type of outputs")?;
        let _ = writeln!(
            out,
            "/* What a call gives beside its status. */\nstruct hypercall_outputs {{\n\
             \thypercall_reg value; /* of a call that succeeded */\n\
             \thypercall_reg more[{most}]; /* what the convention's further registers hold */\n}};\n"
        );
    }
    Ok(())
}

const DOORBELLS: &[(&str, &str)] = &[
    ("HYPERCALL_VIA_PORT", "the port doorbell"),
    ("HYPERCALL_VIA_MMIO", "the MMIO doorbell"),
    ("HYPERCALL_VIA_PAGE", "Xen's hypercall page"),
];

const DOORBELL_LINES: &str = "\
#ifdef HYPERCALL_PORT
\tHYPERCALL_VIA_PORT, /* out imm8, al */
#endif
#ifdef HYPERCALL_MMIO
\tHYPERCALL_VIA_MMIO, /* a store of a byte */
#endif
#ifdef HYPERCALL_PAGE
\tHYPERCALL_VIA_PAGE, /* Xen's convention only, and the numbers below 128 */
#endif
";

fn way_name(instruction: &Instruction) -> String {
    format!("HYPERCALL_VIA_{}", capitals(instruction_word(instruction.name)))
}

/// The convention's function: every register that it names is loaded, with zero where there is no argument.
fn function(
    out: &mut String,
    names: &mut Names,
    convention: &'static Convention,
    mode: &Mode,
    target: &Target,
) -> Result<(), SourceError> {
    let operands = operands(convention, mode, target)?;
    let name = function_name(convention);
    let what = format!("the function of the convention {}", convention.name);
    let name = names.claim(name, what.clone())?;
    let asm = names.claim(format!("{}_", capitals(&name)), what)?;
    trap(out, &asm, convention, &operands, target);

    describe(out, convention, mode);
    let arguments: String = (1..=mode.arguments.len()).map(|i| format!(", hypercall_reg a{i}")).collect();
    let via = if has_choice(convention) { "enum hypercall_via via, " } else { "" };
    let outputs = if convention.has_status() { ", struct hypercall_outputs *out" } else { "" };
    let _ =
        writeln!(out, "static __inline__ int64_t {name}({via}hypercall_reg number{arguments}{outputs})\n{{");
    out.push_str("\thypercall_reg result = 0;\n");
    if convention.has_status() {
        out.push_str("\tstruct hypercall_outputs found = { 0, { 0 } };\n");
    }
    out.push('\n');
    ways(out, &asm, convention, mode, target);
    if convention.has_status() {
        out.push_str("\tif (out)\n\t\t*out = found;\n");
    }
    match mode.width {
        Width::Bits64 => out.push_str("\treturn (int64_t)result;\n}\n\n"),
        Width::Bits32 => out.push_str("\treturn (int64_t)(int32_t)result;\n}\n\n"),
    }
    let _ = writeln!(out, "#undef {asm}\n");
    Ok(())
}

fn describe(out: &mut String, convention: &Convention, mode: &Mode) {
    let list = |regs: &[hypercall_core::Reg]| match regs {
        [] => "none".to_string(),
        some => some.iter().map(|r| r.name).collect::<Vec<_>>().join(", "),
    };
    let mut text = format!(
        "{}: the number in {}, arguments in {}; gives {}",
        convention.title,
        mode.number.name,
        list(mode.arguments),
        mode.result.name
    );
    if convention.has_status() {
        text += &format!(", the value in {}, further outputs in {}", mode.value.name, list(mode.outputs));
    }
    text += &format!(" ({}).", convention.source);
    note(out, &text);
}

/// The macro that loads the registers, executes `instruction`, and keeps what it finds.
fn trap(out: &mut String, asm: &str, convention: &Convention, operands: &[Operand], target: &Target) {
    let _ = writeln!(out, "#define {asm}(instruction, number) do {{ \\");
    let on_stack = operands.iter().find(|o| o.register == "ebp");
    let mut results = Vec::new();
    let mut inputs = Vec::new();
    let mut keeps = String::new();
    for operand in operands.iter().filter(|o| o.register != "ebp") {
        let register = &operand.register;
        let value = operand.input.map(|input| format!(" = {}", value(input))).unwrap_or_default();
        let _ = writeln!(out, "\tregister hypercall_reg in_{register} __asm__(\"{register}\"){value}; \\");
        match (operand.input, operand.output) {
            (Some(_), Some(_)) => results.push(format!("\"+r\"(in_{register})")),
            (None, _) => results.push(format!("\"=r\"(in_{register})")),
            (Some(_), None) => inputs.push(format!("\"r\"(in_{register})")),
        }
        let place = match operand.output {
            None => continue,
            Some(Output::Result) => "result".into(),
            Some(Output::Value) => "found.value".into(),
            Some(Output::Extra(i)) => format!("found.more[{i}]"),
        };
        let _ = writeln!(keeps, "\t{place} = in_{register}; \\");
    }
    let text = match on_stack.and_then(|o| o.input) {
        // The compiler's frame pointer: saved, and loaded from the stack.
        Some(input) => {
            inputs.push(format!("[hypercall_ebp] \"m\"({})", value(input)));
            "\"pushl %[hypercall_ebp]\\n\\tpushl %%ebp\\n\\tmovl 4(%%esp), %%ebp\\n\\t\" \\\n\
             \t\tinstruction \"\\n\\tpopl %%ebp\\n\\tleal 4(%%esp), %%esp\""
        }
        None => "instruction",
    };
    let _ = writeln!(out, "\t__asm__ __volatile__({text} \\");
    let _ = writeln!(out, "\t\t: {} \\", results.join(", "));
    let _ = writeln!(out, "\t\t: {} \\", inputs.join(", "));
    let _ = writeln!(out, "\t\t: {}); \\", changed(convention, operands, target));
    out.push_str(&keeps);
    out.push_str("} while (0)\n\n");
}

fn value(input: Input) -> String {
    match input {
        Input::Number => "(number)".into(),
        Input::Argument(i) => format!("a{}", i + 1),
    }
}

/// The clobbers. The condition code is one on every architecture; PowerPC has eight fields of it.
fn changed(convention: &Convention, operands: &[Operand], target: &Target) -> String {
    let mut list = vec!["memory".to_string()];
    for name in clobbers(convention, operands, target) {
        match name.as_str() {
            "cr" => list.extend((0..8).map(|field| format!("cr{field}"))),
            _ => list.push(name),
        }
    }
    if target.arch != Arch::Ppc {
        list.push("cc".into());
    }
    list.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The ways out of the guest, of which `via` chooses.
fn ways(out: &mut String, asm: &str, convention: &Convention, mode: &Mode, target: &Target) {
    if !has_choice(convention) {
        for instruction in convention.instructions {
            let _ = writeln!(out, "\t{asm}({}, number);", code(instruction, target));
        }
        return;
    }
    out.push_str("\tswitch (via) {\n");
    for instruction in convention.instructions {
        let _ = writeln!(
            out,
            "\tcase {}:\n\t\t{asm}({}, number);\n\t\tbreak;",
            way_name(instruction),
            code(instruction, target)
        );
    }
    if target.arch == Arch::X86 {
        let _ = write!(
            out,
            "#ifdef HYPERCALL_PORT\n\tcase HYPERCALL_VIA_PORT:\n\
             \t\t{asm}(\".byte 0xe6, \" HYPERCALL_TEXT(HYPERCALL_PORT), number);\n\t\tbreak;\n#endif\n\
             #ifdef HYPERCALL_MMIO\n\tcase HYPERCALL_VIA_MMIO:\n\
             \t\t{asm}(\".byte 0x88, 0x04, 0x25\\n\\t.long \" HYPERCALL_TEXT(HYPERCALL_MMIO), number);\n\
             \t\tbreak;\n#endif\n"
        );
        // An entry of the page loads the number, so that its address may stand in the number's register.
        if convention.name == "xen" {
            let call = match (mode.number.name, mode.width) {
                ("rax", Width::Bits64) => {
                    "\"leaq -128(%%rsp), %%rsp\\n\\tcall *%%rax\\n\\tleaq 128(%%rsp), %%rsp\""
                }
                _ => "\"call *%%eax\"",
            };
            let _ = write!(
                out,
                "#ifdef HYPERCALL_PAGE\n\tcase HYPERCALL_VIA_PAGE:\n\
                 \t\t{asm}({call}, (hypercall_reg)(HYPERCALL_PAGE) + 32 * number);\n\t\tbreak;\n#endif\n"
            );
        }
    }
    out.push_str("\tdefault:\n\t\t__builtin_trap();\n\t}\n");
}

/// An instruction for the assembler.
fn code(instruction: &Instruction, target: &Target) -> String {
    format!("\"{}\"", bytes(instruction, target))
}
