//! A case as two register images: what the guest loads, and what it must find afterwards.

use super::oracle::{self, Said, Spec};
use super::{Case, Expect, Modes, RING, Value};
use hypercall_core::argument::PAGE_SIZE;
use hypercall_core::interface::{Interface, XEN};
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
    /// Linear address of the [window](Self::window) through which the guest sees its data area, page aligned; `None`
    /// where linear addresses are guest-physical ones.
    pub linear: Option<u64>,
}

/// Pages of the data area that are the cases' own.
const DATA_PAGES: usize = (RING / PAGE_SIZE) as usize;
/// Pages of a [window](Place::window).
pub const WINDOW_PAGES: usize = DATA_PAGES + 1;
const WINDOW_SIZE: u64 = WINDOW_PAGES as u64 * PAGE_SIZE;

impl Place {
    /// Guest-physical addresses of the window's pages, in order: those of the data area the other way round, so that
    /// what crosses a page is in two places, then one that is nobody's, behind the area. Behind the window nothing
    /// is mapped.
    pub fn window(&self) -> [u64; WINDOW_PAGES] {
        let mut pages = [self.data + RING; WINDOW_PAGES];
        for (page, at) in pages[..DATA_PAGES].iter_mut().rev().enumerate() {
            *at = self.data + page as u64 * PAGE_SIZE;
        }
        pages
    }

    /// The window, for an interface whose addresses are linear.
    fn linear(&self, interface: &Interface) -> Option<u64> {
        self.linear.filter(|_| *interface == XEN)
    }

    /// An argument's value here.
    pub fn value(&self, interface: &Interface, value: Value) -> u64 {
        let (start, end) = match self.linear(interface) {
            Some(linear) => (linear, linear + WINDOW_SIZE),
            None => (self.data, self.memory_end),
        };
        match value {
            Value::Is(value) => value,
            Value::Data(offset) => start + offset,
            Value::Outside(offset) => end + offset,
            Value::BeforeEnd(offset) => end - offset,
            Value::Vcpu => u64::from(self.vcpu),
        }
    }

    /// Where the host finds what a call finds at an offset of the data area. It goes on alike to the page's end.
    pub fn physical(&self, interface: &Interface, offset: u64) -> u64 {
        match self.linear(interface) {
            Some(_) => self.window()[(offset / PAGE_SIZE) as usize] + offset % PAGE_SIZE,
            None => self.data + offset,
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
    /// Whether the result is an error.
    pub error: bool,
    /// How many registers beside the result's the answer writes: the value's, then those of extra outputs.
    pub written: usize,
}

/// A register for which the case has no use: distinct in every register and in both halves.
pub fn poison(index: usize, width: Width) -> u64 {
    let index = index as u64;
    width.mask(0xa5a5_0000_5a5a_0000 | (index << 32) | (index + 0x100))
}

pub(super) fn index(registers: &[Reg], name: &str) -> usize {
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
    if rules.in_multicall && carried && rules.allowed && super::entry::is_multicall(case) {
        return (Err(oracle::said(spec.convention, case.interface.name, Error::Unsupported)), false);
    }
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
    /// Whether the call is an entry of a multicall.
    pub in_multicall: bool,
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
        input[i] = upper(input[i], place.value(case.interface, *value));
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
    let error = matches!(expect, Err(Said::Code(_)));
    let written = match (value_at, &expect) {
        (Some(_), Ok(Expect::Outputs(_, outputs))) => 1 + outputs.len().min(spec.outputs.len()),
        (Some(_), Ok(Expect::Value(_) | Expect::Now)) => 1,
        (Some(_), _) => spec.always_writes_value.into(),
        (None, _) => 0,
    };
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
    Image { input, expected, mask, ending, served, clock, result, value: value_at, error, written }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hypercall_core::interface::KVM;

    #[test]
    fn linear_addresses_are_through_the_window_and_others_are_not() {
        let place = Place { vcpu: 0, data: 0x1_0000, memory_end: 0x10_0000, linear: Some(0x4000_0000) };
        assert_eq!(place.window(), [0x1_3000, 0x1_2000, 0x1_1000, 0x1_0000, 0x1_4000]);
        assert_eq!(place.value(&XEN, Value::Data(0x1540)), 0x4000_1540);
        assert_eq!(place.physical(&XEN, 0x1540), 0x1_2540);
        assert_eq!(place.value(&XEN, Value::Outside(0)), 0x4000_5000);
        assert_eq!(place.value(&XEN, Value::BeforeEnd(8)), 0x4000_4ff8);
        assert_eq!(place.value(&KVM, Value::Data(0x1540)), 0x1_1540);
        assert_eq!(place.physical(&KVM, 0x1540), 0x1_1540);
        assert_eq!(place.value(&KVM, Value::Outside(1)), 0x10_0001);
        let identical = Place { linear: None, ..place };
        assert_eq!(identical.value(&XEN, Value::Data(8)), 0x1_0008);
        assert_eq!(identical.physical(&XEN, 0x1540), 0x1_1540);
    }
}
