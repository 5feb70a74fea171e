//! Stubs: for each target the ways out of the guest, and each convention's function.

use super::{Text, typed};
use crate::tables::book::Book;
use crate::tables::source::SourceError;
use crate::tables::source::names::{Names, lower};
use crate::tables::source::stub::{
    Input, Operand, Output, TARGETS, Target, clobbers, has_choice, instruction_word, operands,
};
use hypercall_core::convention::{Convention, Instruction, Mode};
use hypercall_core::{Arch, Width};

pub fn write(out: &mut Text, book: &Book) -> Result<(), SourceError> {
    for target in &TARGETS {
        let Some(rust) = target.rust else { continue };
        let of_target = target.conventions(book);
        if of_target.is_empty() {
            continue;
        }
        out.line("");
        out.doc("Stubs: they execute the real instruction.");
        out.line(&format!("#[cfg(target_arch = \"{rust}\")]"));
        out.line("pub mod stub {");
        out.depth += 1;
        types(out, &of_target)?;
        let mut modules = Names::default();
        for (convention, mode) in of_target {
            let name = super::constant(
                &mut modules,
                lower(convention.name),
                format!("the convention {}", convention.name),
            )?;
            out.module(&name, &format!("{} ({}).", convention.title, convention.source), |out| {
                raw(out, convention, mode, target)?;
                typed::write(out, book, convention, mode)
            })?;
        }
        out.depth -= 1;
        out.line("}");
    }
    Ok(())
}

fn types(out: &mut Text, conventions: &[(&'static Convention, &'static Mode)]) -> Result<(), SourceError> {
    let mut names = Names::default();
    let mut ways: Vec<&Instruction> = Vec::new();
    for (convention, _) in conventions.iter().filter(|(c, _)| has_choice(c)) {
        for instruction in convention.instructions {
            if !ways.iter().any(|known| way(known) == way(instruction)) {
                ways.push(instruction);
            }
        }
    }
    let is_x86 = conventions.iter().any(|(c, _)| c.arch == Arch::X86);
    if !ways.is_empty() {
        out.doc(match is_x86 {
            true => {
                "How a call leaves the guest.\n\nIts parameters are the port of the port doorbell and the linear \
                 address of the MMIO doorbell, which in 64-bit code is below 2 GiB."
            }
            false => "How a call leaves the guest.",
        });
        out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq)]");
        out.line(&format!(
            "pub enum Via{} {{",
            if is_x86 { "<const PORT: u8 = 0, const MMIO: u32 = 0>" } else { "" }
        ));
        out.depth += 1;
        for instruction in ways {
            let name = names.claim(way(instruction), format!("the instruction {}", instruction.name))?;
            out.doc(&format!("`{}`.", instruction.name));
            out.line(&format!("{name},"));
        }
        if is_x86 {
            for (name, doc) in DOORBELLS {
                names.claim((*name).into(), *doc)?;
                out.doc(doc);
                out.line(&format!("{name},"));
            }
        }
        out.depth -= 1;
        out.line("}");
    }
    if conventions.iter().any(|(c, _)| c.has_status()) {
        let most = conventions.iter().map(|(_, mode)| mode.outputs.len()).max().unwrap_or(0).max(1);
        out.line("");
        out.doc("What a call gives beside its status.");
        out.line("#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]");
        out.line("pub struct Outputs {");
        out.line("    /// Of a call that succeeded.");
        out.line("    pub value: u64,");
        out.line("    /// What the convention's further registers hold.");
        out.line(&format!("    pub more: [u64; {most}],"));
        out.line("}");
    }
    Ok(())
}

const DOORBELLS: &[(&str, &str)] =
    &[("Port", "The port doorbell: `out imm8, al`."), ("Mmio", "The MMIO doorbell: a store of a byte.")];

/// `Vmcall`, `Sc1`.
fn way(instruction: &Instruction) -> String {
    let word = lower(instruction_word(instruction.name));
    word.split('_')
        .map(|part| part[..1.min(part.len())].to_ascii_uppercase() + part.get(1..).unwrap_or(""))
        .collect()
}

/// The convention's function: every register that it names is loaded, with zero where there is no argument.
fn raw(
    out: &mut Text,
    convention: &'static Convention,
    mode: &Mode,
    target: &Target,
) -> Result<(), SourceError> {
    let operands = operands(convention, mode, target)?;
    let list = |regs: &[hypercall_core::Reg]| regs.iter().map(|r| r.name).collect::<Vec<_>>().join(", ");
    out.doc(&format!(
        "The call with this number, which is in {}; arguments are in {}.\n\n# Safety\n\nThe VM has the way `via`, \
         and takes calls of this convention by it. The host may read and write what the arguments name.",
        mode.number.name,
        list(mode.arguments)
    ));
    let reg = format!("u{}", mode.width.bits());
    let arguments: String = (1..=mode.arguments.len()).map(|i| format!(", a{i}: {reg}")).collect();
    let (generics, via) = signature(convention);
    out.line("#[inline]");
    out.line("#[allow(clippy::too_many_arguments)] // as many as there are registers");
    out.line(&format!(
        "pub unsafe fn raw{generics}({via}number: {reg}{arguments}) -> {} {{",
        gives(convention)
    ));
    out.depth += 1;
    let asm = Asm { convention, operands: &operands, target, reg: &reg };
    asm.declare(out);
    if has_choice(convention) {
        out.line("match via {");
        out.depth += 1;
        for instruction in convention.instructions {
            asm.arm(out, &format!("super::Via::{}", way(instruction)), &[asm.code(instruction)], &[]);
        }
        if target.arch == Arch::X86 {
            asm.arm(
                out,
                "super::Via::Port",
                &["out {hypercall_port}, al".into()],
                &["hypercall_port = const PORT"],
            );
            let store = [".byte 0x88, 0x04, 0x25".into(), ".long {hypercall_mmio}".into()];
            asm.arm(out, "super::Via::Mmio", &store, &["hypercall_mmio = const MMIO"]);
        }
        out.depth -= 1;
        out.line("}");
    } else {
        for instruction in convention.instructions {
            asm.block(out, &[asm.code(instruction)], &[]);
        }
    }
    asm.give(out);
    out.depth -= 1;
    out.line("}");
    Ok(())
}

/// The generics and the first parameter of a convention's functions.
pub fn signature(convention: &Convention) -> (&'static str, &'static str) {
    match (has_choice(convention), convention.arch) {
        (true, Arch::X86) => ("<const PORT: u8, const MMIO: u32>", "via: super::Via<PORT, MMIO>, "),
        (true, _) => ("", "via: super::Via, "),
        (false, _) => ("", ""),
    }
}

/// The type of a convention's results.
pub fn gives(convention: &Convention) -> &'static str {
    if convention.has_status() { "(i64, super::Outputs)" } else { "i64" }
}

/// The assembler blocks of one function, which differ in their instructions.
struct Asm<'a> {
    convention: &'a Convention,
    operands: &'a [Operand],
    target: &'a Target,
    reg: &'a str,
}

impl Asm<'_> {
    /// LLVM keeps RBX to itself, and in 32-bit code ESI and EBP: such a register is loaded in the block.
    fn is_kept(&self, register: &str) -> bool {
        match (self.target.arch, self.target.width) {
            (Arch::X86, Width::Bits64) => register == "rbx",
            (Arch::X86, Width::Bits32) => ["ebx", "esi", "ebp"].contains(&register),
            _ => false,
        }
    }

    fn in_memory(&self) -> bool {
        self.target.arch == Arch::X86 && self.target.width == Width::Bits32
    }

    /// The variables that the blocks write.
    fn declare(&self, out: &mut Text) {
        if self.in_memory() {
            // The block has too few registers left: it takes them all from memory.
            let values: Vec<String> = self.operands.iter().map(|o| value(o.input)).collect();
            out.line(&format!("let registers: [u32; {}] = [{}];", values.len(), values.join(", ")));
            out.line("let mut r_eax = registers.as_ptr() as u32;");
            return;
        }
        for operand in self.operands.iter().filter(|o| o.output.is_some()) {
            let Operand { register, input, .. } = operand;
            match input {
                Some(_) => out.line(&format!("let mut r_{register}: {} = {};", self.reg, value(*input))),
                None => out.line(&format!("let r_{register}: {};", self.reg)),
            }
        }
    }

    fn arm(&self, out: &mut Text, pattern: &str, code: &[String], more: &[&str]) {
        out.line(&format!("{pattern} => {{"));
        out.depth += 1;
        self.block(out, code, more);
        out.depth -= 1;
        out.line("}");
    }

    fn block(&self, out: &mut Text, code: &[String], more: &[&str]) {
        out.line("// SAFETY: every register that the call may change is an output or lost, or is restored; what the");
        out.line("// host does to memory is the caller's promise.");
        out.line("unsafe {");
        out.line("    core::arch::asm!(");
        out.depth += 2;
        if self.in_memory() {
            self.through_memory(out, code);
        } else {
            self.in_registers(out, code);
        }
        more.iter().for_each(|line| out.line(&format!("{line},")));
        out.depth -= 2;
        out.line("    );");
        out.line("}");
    }

    fn in_registers(&self, out: &mut Text, code: &[String]) {
        let kept: Vec<&Operand> = self.operands.iter().filter(|o| self.is_kept(&o.register)).collect();
        let exchange = |out: &mut Text| {
            for o in &kept {
                out.line(&format!("\"xchg {{in_{0}}}, {0}\",", o.register));
            }
        };
        exchange(out);
        code.iter().for_each(|line| out.line(&format!("\"{line}\",")));
        exchange(out);
        for operand in self.operands {
            let Operand { register, input, output } = operand;
            let text = match (input, output) {
                _ if self.is_kept(register) => format!("in_{register} = inout(reg) {} => _,", value(*input)),
                (Some(_), Some(_)) => format!("inout(\"{register}\") r_{register},"),
                (None, _) => format!("out(\"{register}\") r_{register},"),
                (Some(_), None) => format!("in(\"{register}\") {},", value(*input)),
            };
            out.line(&text);
        }
        for register in clobbers(self.convention, self.operands, self.target) {
            out.line(&format!("out(\"{register}\") _,"));
        }
        if self.target.arch != Arch::X86 {
            out.line("options(nostack),");
        }
    }

    /// In 32-bit x86 code: every register from the array that EAX points to, EAX last.
    fn through_memory(&self, out: &mut Text, code: &[String]) {
        let used = |register: &str| self.operands.iter().position(|o| o.register == register);
        let kept: Vec<&str> = ["ebx", "esi", "ebp"].into_iter().filter(|r| used(r).is_some()).collect();
        kept.iter().for_each(|register| out.line(&format!("\"push {register}\",")));
        let (last, others): (Vec<_>, Vec<_>) =
            self.operands.iter().enumerate().partition(|(_, o)| o.register == "eax");
        for (i, operand) in others.into_iter().chain(last) {
            if operand.input.is_some() {
                out.line(&format!("\"mov {}, [eax + {}]\",", operand.register, 4 * i));
            }
        }
        code.iter().for_each(|line| out.line(&format!("\"{line}\",")));
        kept.iter().rev().for_each(|register| out.line(&format!("\"pop {register}\",")));
        out.line("inout(\"eax\") r_eax,");
        for register in ["ecx", "edx", "edi"].into_iter().filter(|r| used(r).is_some()) {
            out.line(&format!("out(\"{register}\") _,"));
        }
    }

    /// What the function gives.
    fn give(&self, out: &mut Text) {
        let found = |output| self.operands.iter().find(|o| o.output == Some(output));
        let result = found(Output::Result).map_or("0".into(), |o| format!("r_{}", o.register));
        let result = match self.target.width {
            Width::Bits64 => format!("{result} as i64"),
            Width::Bits32 => format!("i64::from({result} as i32)"),
        };
        if !self.convention.has_status() {
            return out.line(&result);
        }
        let value = found(Output::Value).map_or("0".into(), |o| format!("r_{}", o.register));
        let more = (0..).map_while(|i| found(Output::Extra(i))).map(|o| format!("r_{}", o.register));
        let more: Vec<String> = more.collect();
        out.line("let mut outputs = super::Outputs::default();");
        out.line(&format!("outputs.value = {value};"));
        for (i, register) in more.iter().enumerate() {
            out.line(&format!("outputs.more[{i}] = {register};"));
        }
        out.line(&format!("({result}, outputs)"));
    }

    /// An instruction's bytes for the assembler; PowerPC's stand in big-endian words.
    fn code(&self, instruction: &Instruction) -> String {
        crate::tables::source::stub::bytes(instruction, self.target)
    }
}

fn value(input: Option<Input>) -> String {
    match input {
        Some(Input::Number) => "number".into(),
        Some(Input::Argument(i)) => format!("a{}", i + 1),
        None => "0".into(),
    }
}
