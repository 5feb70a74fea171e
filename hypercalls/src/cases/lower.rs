//! A case as two register images: what the guest loads, and what it must find afterwards.

use super::oracle::{self, Said, Spec};
use super::{Case, Expect, Modes, Value};
use hypercall_core::{Error, Privilege, Reg, Width};

/// The most registers of any architecture's file.
pub const MAX_REGISTERS: usize = 36;

/// Where a vCPU's cases find memory.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The calling vCPU.
    pub vcpu: u32,
    /// Guest-physical address of its data area, page aligned.
    pub data: u64,
    /// The end of the guest's memory; nothing is behind it.
    pub memory_end: u64,
}

impl Place {
    /// An argument's value here.
    pub fn value(&self, value: Value) -> u64 {
        match value {
            Value::Is(value) => value,
            Value::Data(offset) => self.data + offset,
            Value::Outside(offset) => self.memory_end + offset,
            Value::BeforeEnd(offset) => self.memory_end - offset,
            Value::Vcpu => u64::from(self.vcpu),
        }
    }
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The guest goes on behind the call.
    Returns,
    /// An exception at the call.
    Faults,
    /// The VM ends with this code.
    Exits(u32),
}

/// A case in registers.
#[derive(Clone, Debug)]
pub struct Image {
    /// What the guest loads, by register index.
    pub input: [u64; MAX_REGISTERS],
    /// What it must find.
    pub expected: [u64; MAX_REGISTERS],
    /// Which bits of that count.
    pub mask: [u64; MAX_REGISTERS],
    /// How the call ends.
    pub ending: Ending,
    /// Whether the call gets as far as the case means it to: it exists here, and is allowed.
    pub served: bool,
    /// The value is the wall clock: a register index.
    pub clock: Option<usize>,
    /// The index of the result register.
    pub result: usize,
    /// The index of the value register, where it is another one.
    pub value: Option<usize>,
}

/// A register for which the case has no use: distinct in every register and in both halves.
pub fn poison(index: usize, width: Width) -> u64 {
    let index = index as u64;
    width.mask(0xa5a5_0000_5a5a_0000 | (index << 32) | (index + 0x100))
}

fn index(registers: &[Reg], name: &str) -> usize {
    registers.iter().position(|r| r.name == name).expect("the oracle's names are the architecture's")
}

/// What must come back, and whether that is the case's own expectation.
fn expectation(case: &Case, spec: &Spec, rules: &Rules) -> (Result<Expect, Said>, bool) {
    if rules.privilege == Privilege::User && !rules.user_allowed {
        return (Err(oracle::refused(spec.arch)), false);
    }
    let carried = oracle::wire(spec.convention, case.interface.name, case.number).is_some()
        && case.archs.contains(&spec.arch)
        && case.arguments.len() <= spec.arguments.len();
    let served = carried && rules.allowed;
    let expect = if served { case.expect } else { Expect::Error(Error::Unknown) };
    let expect = match expect {
        Expect::Error(error) => Err(oracle::said(spec.convention, case.interface.name, error)),
        other => Ok(other),
    };
    (expect, served)
}

/// Whether a case is for a mode.
pub fn is_for(case: &Case, width: Width) -> bool {
    match case.modes {
        Modes::Both => true,
        Modes::Wide => width == Width::Bits64,
        Modes::Narrow => width == Width::Bits32,
    }
}

/// How the calls are to be judged beside the case itself.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The caller's privilege.
    pub privilege: Privilege,
    /// Whether the policy allows user programs.
    pub user_allowed: bool,
    /// Whether the policy allows this call.
    pub allowed: bool,
    /// Whether the upper halves of registers hold poison in 32-bit mode. A guest in that mode cannot put it
    /// there; a host that marshals registers must ignore it all the same.
    pub dirty_upper_halves: bool,
}

/// Lowers a case to registers called `registers`.
///
/// # Panics
/// When the oracle names a register the file has not: a bug here, not a guest's doing.
pub fn lower(case: &Case, spec: &Spec, registers: &[Reg], place: &Place, rules: &Rules) -> Image {
    let width = spec.width;
    let fill = if rules.dirty_upper_halves { Width::Bits64 } else { width };
    let mut input = [0; MAX_REGISTERS];
    for (i, register) in input.iter_mut().enumerate().take(registers.len()) {
        *register = poison(i, fill);
    }
    // In 32-bit mode the lower half carries the value; the upper one keeps the poison, if there is any.
    let upper = |old: u64, value: u64| match width {
        Width::Bits64 => value,
        Width::Bits32 => (old & !0xffff_ffff & fill.mask(u64::MAX)) | width.mask(value),
    };
    for (name, value) in spec.arguments.iter().zip(case.arguments) {
        let i = index(registers, name);
        input[i] = upper(input[i], place.value(*value));
    }
    let number = index(registers, spec.number);
    let wire = oracle::wire(spec.convention, case.interface.name, case.number)
        .unwrap_or_else(|| oracle::nobodys(spec.convention, case.interface.name, case.number));
    input[number] = upper(input[number], wire);

    let mut expected = input;
    let mut mask = [0; MAX_REGISTERS];
    mask[..registers.len()].fill(u64::MAX);
    let result = index(registers, spec.result);
    let value_at = spec.value.map(|name| index(registers, name));
    let mut ending = Ending::Returns;
    let mut clock = None;
    let succeed = |expected: &mut [u64; MAX_REGISTERS], value: Option<u64>| match value_at {
        Some(at) => {
            expected[result] = 0;
            if let Some(value) = value.or(spec.always_writes_value.then_some(0)) {
                expected[at] = width.mask(value);
            }
        }
        None => expected[result] = width.mask(value.unwrap_or(0)),
    };
    let (expect, served) = expectation(case, spec, rules);
    match expect {
        Err(Said::Exception) => ending = Ending::Faults,
        Err(Said::Code(code)) => {
            expected[result] = width.mask(code as u64);
            if let (Some(at), true) = (value_at, spec.always_writes_value) {
                expected[at] = 0;
            }
        }
        Ok(Expect::Done | Expect::Error(_)) => succeed(&mut expected, None),
        Ok(Expect::Value(value)) => succeed(&mut expected, Some(value)),
        Ok(Expect::Outputs(value, outputs)) => {
            succeed(&mut expected, Some(value));
            for (name, output) in spec.outputs.iter().zip(outputs) {
                expected[index(registers, name)] = width.mask(*output);
            }
        }
        Ok(Expect::Now) => {
            succeed(&mut expected, None);
            clock = Some(value_at.unwrap_or(result));
            mask[value_at.unwrap_or(result)] = 0;
        }
        Ok(Expect::Fault) => ending = Ending::Faults,
        Ok(Expect::Exit(code)) => ending = Ending::Exits(code),
    }
    Image { input, expected, mask, ending, served, clock, result, value: value_at }
}
