//! A stub in the registers of a target, before it is written in a language.

use super::SourceError;
use crate::tables::book::Book;
use hypercall_core::convention::{Convention, Instruction, Mode, Reg};
use hypercall_core::{Arch, Width};

/// A target that stubs are written for.
#[derive(Debug)]
pub struct Target {
    /// The architecture.
    pub arch: Arch,
    /// Its width.
    pub width: Width,
    /// What C says where it is compiled for.
    pub c: &'static str,
    /// What Rust calls its architecture; `None` for one that no Rust is tried with.
    pub rust: Option<&'static str>,
}

/// Every target.
pub static TARGETS: [Target; 5] = [
    target(Arch::X86, Width::Bits64, "defined(__x86_64__)", Some("x86_64")),
    target(Arch::X86, Width::Bits32, "defined(__i386__)", Some("x86")),
    target(Arch::S390, Width::Bits64, "defined(__s390x__)", Some("s390x")),
    target(Arch::Ppc, Width::Bits64, "defined(__powerpc64__)", Some("powerpc64")),
    target(Arch::Ppc, Width::Bits32, "defined(__powerpc__)", None),
];

impl Target {
    /// The book's conventions that calls are made in there, each in the target's mode.
    pub fn conventions(&self, book: &Book) -> Vec<(&'static Convention, &'static Mode)> {
        let of_arch = book.conventions.iter().filter(|convention| convention.arch == self.arch);
        of_arch.filter_map(|convention| Some((*convention, convention.mode(self.width)?))).collect()
    }
}

const fn target(arch: Arch, width: Width, c: &'static str, rust: Option<&'static str>) -> Target {
    Target { arch, width, c, rust }
}

/// What a register holds before the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The number.
    Number,
    /// The argument of this index.
    Argument(usize),
}

/// What it holds afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// The result.
    Result,
    /// The value, where it has a register of its own.
    Value,
    /// The extra output of this index.
    Extra(usize),
}

/// A register that a call uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// Its name on the target.
    pub register: String,
    /// What it brings.
    pub input: Option<Input>,
    /// What it takes back.
    pub output: Option<Output>,
}

/// The registers of a convention's mode that a call uses on a target: the number's first, each one once.
///
/// # Errors
/// [`SourceError::Convention`] when a register holds two things, or cannot be given to an instruction.
pub fn operands(convention: &Convention, mode: &Mode, target: &Target) -> Result<Vec<Operand>, SourceError> {
    let mut operands: Vec<Operand> = Vec::new();
    let failed = |reason| SourceError::Convention { convention: convention.name, reason };
    let mut add = |reg: Reg, input: Option<Input>, output: Option<Output>| {
        let register = spelled(reg, target)
            .ok_or_else(|| failed(format!("{} cannot be an operand in {} code", reg.name, target.c)))?;
        let known = operands.iter().position(|o| o.register == register);
        let at = known.unwrap_or_else(|| {
            operands.push(Operand { register, input: None, output: None });
            operands.len() - 1
        });
        let operand = &mut operands[at];
        if (input.is_some() && operand.input.is_some()) || (output.is_some() && operand.output.is_some()) {
            return Err(failed(format!("{} holds two things", reg.name)));
        }
        operand.input = operand.input.or(input);
        operand.output = operand.output.or(output);
        Ok(())
    };
    add(mode.number, Some(Input::Number), None)?;
    for (i, argument) in mode.arguments.iter().enumerate() {
        add(*argument, Some(Input::Argument(i)), None)?;
    }
    add(mode.result, None, Some(Output::Result))?;
    if mode.value != mode.result {
        add(mode.value, None, Some(Output::Value))?;
    }
    for (i, output) in mode.outputs.iter().enumerate() {
        add(*output, None, Some(Output::Extra(i)))?;
    }
    if let Some(operand) = operands.iter().find(|o| o.register == "ebp" && o.output.is_some()) {
        return Err(failed(format!("{} holds a result", operand.register)));
    }
    Ok(operands)
}

/// A register's name on a target, or `None` where the compiler keeps the register to itself.
///
/// Conventions name x86's registers by their 64-bit names. In 64-bit code RBP may be the frame pointer; in
/// 32-bit code the stubs save it, for an argument.
fn spelled(register: Reg, target: &Target) -> Option<String> {
    let name = register.name;
    let number = || name.strip_prefix('r').and_then(|digits| digits.parse::<u32>().ok());
    let good = match (target.arch, target.width) {
        (Arch::X86, Width::Bits64) => match number() {
            Some(number) => (8..16).contains(&number),
            None => ["rax", "rbx", "rcx", "rdx", "rsi", "rdi"].contains(&name),
        },
        (Arch::X86, Width::Bits32) => {
            let low = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp"].contains(&name);
            return low.then(|| format!("e{}", &name[1..]));
        }
        // R11 to R15 may be frame pointer, tables, return address and stack.
        (Arch::S390, _) => number().is_some_and(|number| number < 11),
        // R1 is the stack, R2 and R13 are the ABI's, R30 and R31 may be tables and frame pointer.
        (Arch::Ppc, _) => number().is_some_and(|number| matches!(number, 0 | 3..=12 | 14..=29)),
        (Arch::Mips, _) => false,
    };
    good.then(|| name.to_string())
}

/// The registers that a call may change beside its operands, on a target.
pub fn clobbers(convention: &Convention, operands: &[Operand], target: &Target) -> Vec<String> {
    let changed = convention.clobbers.iter().map(|r| match target.width {
        Width::Bits32 if target.arch == Arch::X86 => spelled(*r, target).unwrap_or_default(),
        _ => r.name.to_string(),
    });
    changed.filter(|name| !operands.iter().any(|o| o.register == *name)).collect()
}

/// The word for an instruction in identifiers: its last part that does something, `sc` of
/// `lis r0,0x4b56; ori r0,r0,0x4d21; sc; nop`.
pub fn instruction_word(name: &str) -> &str {
    name.split(';').map(str::trim).rfind(|part| *part != "nop").unwrap_or(name)
}

/// Whether a call chooses between ways out of the guest: x86 has doorbells beside its instructions.
pub fn has_choice(convention: &Convention) -> bool {
    convention.arch == Arch::X86 || convention.instructions.len() > 1
}

/// An instruction's bytes for the assembler. PowerPC's stand in big-endian words, and are words of the target's
/// byte order.
pub fn bytes(instruction: &Instruction, target: &Target) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let (directive, length) = if target.arch == Arch::Ppc { (".long", 4) } else { (".byte", 1) };
    let parts: Vec<String> = instruction.bytes.chunks(length).map(|w| format!("0x{}", hex(w))).collect();
    format!("{directive} {}", parts.join(", "))
}
