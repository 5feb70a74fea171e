//! Entry points, and how the calls that come in there are found, read and answered.

use crate::arch::{Caller, Width};
use crate::convention::Registers;
use crate::encoding::{Encoding, Reply};
use crate::outcome::{Action, Return};
use crate::statistics::NO_SLOT;
use crate::{Convention, Error, Interface, MAX_ARGUMENTS, Mode, Outcome, Output};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// A place where calls come in: a doorbell port or address, a kind of exit, an instruction.
///
/// Nothing at a trap tells two interfaces apart, so each entry point is bound to one convention and one
/// interface when the dispatcher is built. Architecture crates have constants for theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntryPoint {
    /// The transport: `pio`, `mmio`, `exit-hypercall`, `diag500` ...
    pub transport: &'static str,
    /// Which of several: the port or guest-physical address; zero where there is one only.
    pub address: u64,
}

impl EntryPoint {
    /// The entry point at `address` of a transport.
    pub const fn new(transport: &'static str, address: u64) -> EntryPoint {
        EntryPoint { transport, address }
    }
}

impl fmt::Display for EntryPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            0 => f.write_str(self.transport),
            address => write!(f, "{} {address:#x}", self.transport),
        }
    }
}

/// An entry point of one dispatcher, for [`Dispatcher::dispatch`](crate::Dispatcher::dispatch).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryId(pub(crate) usize);

/// The numbers of one interface at one entry point.
pub(crate) struct EntrySpan {
    pub(crate) first: u64,
    /// log2 of the distance between numbers.
    pub(crate) shift: u32,
    pub(crate) count: u64,
    /// Slot + 1 by number, 0 where there is none; ends behind the last number that has one.
    pub(crate) table: Box<[u16]>,
    pub(crate) errors: &'static Encoding,
}

impl EntrySpan {
    /// The place of a number in the table, `count` or more where it is not of the span. The rotation takes
    /// bits between two numbers to the top, where they make it too great, as what is under `first` is.
    #[inline]
    fn place(&self, wire: u64) -> u64 {
        wire.wrapping_sub(self.first).rotate_right(self.shift)
    }
}

/// Arguments that are read whether the call has them or not: four at once cost less than a loop whose end no
/// branch predictor knows.
const FEW: usize = 4;

/// A mode of a convention as the call path needs it: indices and masks without a way to go for them.
pub(crate) struct Marshal {
    pub(crate) mode: &'static Mode,
    number: usize,
    number_mask: u64,
    mask: u64,
    /// The first arguments' registers, each with what counts of it: nothing, where the mode has fewer.
    few: [(usize, u64); FEW],
    result: usize,
    value: usize,
}

impl Marshal {
    pub(crate) fn new(mode: &'static Mode) -> Marshal {
        let mask = mode.width.mask(u64::MAX);
        let mut few = [(mode.number.index, 0); FEW];
        for (slot, reg) in few.iter_mut().zip(mode.arguments) {
            *slot = (reg.index, mask);
        }
        Marshal {
            mode,
            number: mode.number.index,
            number_mask: mode.number_width.mask(u64::MAX),
            mask,
            few,
            result: mode.result.index,
            value: mode.value.index,
        }
    }

    /// The number as the guest wrote it, and the caller as a call of this mode has it.
    #[inline]
    pub(crate) fn number(&self, registers: &(impl Registers + ?Sized), caller: Caller) -> (u64, Caller) {
        let number = registers.get(self.number) & self.number_mask;
        (number, Caller { width: self.mode.width, ..caller })
    }

    /// Reads the arguments of a call that has so many.
    #[inline]
    pub(crate) fn arguments(
        &self,
        registers: &(impl Registers + ?Sized),
        count: usize,
        arguments: &mut [u64; MAX_ARGUMENTS],
    ) {
        for (slot, (index, mask)) in arguments.iter_mut().zip(&self.few) {
            *slot = registers.get(*index) & mask;
        }
        if count > FEW {
            self.rest(registers, arguments);
        }
    }

    /// Reads the arguments behind the first.
    #[inline(never)]
    fn rest(&self, registers: &(impl Registers + ?Sized), arguments: &mut [u64; MAX_ARGUMENTS]) {
        let rest = arguments[FEW..].iter_mut().zip(self.mode.arguments.iter().skip(FEW));
        for (slot, reg) in rest {
            *slot = registers.get(reg.index) & self.mask;
        }
    }

    /// Writes an answer without extra outputs.
    #[inline]
    pub(crate) fn write_plain(
        &self,
        registers: &mut (impl Registers + ?Sized),
        result: u64,
        value: Option<u64>,
    ) {
        if let Some(value) = value {
            registers.set(self.value, value);
        }
        registers.set(self.result, result);
    }
}

/// An entry point of a dispatcher, with the numbers that are called there.
pub(crate) struct Entry {
    pub(crate) id: EntryId,
    pub(crate) point: EntryPoint,
    pub(crate) convention: &'static Convention,
    pub(crate) interface: &'static Interface,
    /// The convention's modes for callers of 64 and of 32 bits.
    pub(crate) modes: [Marshal; 2],
    /// [`Convention::has_status`].
    pub(crate) has_status: bool,
    /// The bound interface's first: an unknown number is said in its encoding.
    pub(crate) spans: Vec<EntrySpan>,
}

impl Entry {
    #[inline]
    pub(crate) fn mode(&self, width: Width) -> &Marshal {
        &self.modes[usize::from(width == Width::Bits32)]
    }

    /// Where the call with a number, as the guest wrote it, is counted.
    #[inline]
    pub(crate) fn find(&self, wire: u64) -> Option<usize> {
        for span in &self.spans {
            let place = span.place(wire);
            // At most one span has a slot for it: they do not overlap.
            if place < span.table.len() as u64 {
                let line = usize::from(span.table[place as usize]);
                return (line != NO_SLOT).then_some(line);
            }
        }
        None
    }

    /// How errors are said to a caller of a number.
    #[cold]
    pub(crate) fn errors(&self, wire: u64) -> &'static Encoding {
        let own = self.spans.iter().find(|span| span.place(wire) < span.count);
        own.or(self.spans.first()).map_or(self.convention.errors, |span| span.errors)
    }

    /// What a completed call without extra outputs leaves in the result register, and in that of the value.
    #[inline]
    pub(crate) fn plain(&self, mode: &Marshal, value: Option<u64>) -> (u64, Option<u64>) {
        let value = value.map(|value| value & mode.mask);
        if !self.has_status {
            return (value.unwrap_or(0), None);
        }
        (0, if self.convention.always_writes_value { value.or(Some(0)) } else { value })
    }
}

/// An outcome in the terms of a convention and an interface's errors.
#[inline]
pub(crate) fn encode(
    convention: &'static Convention,
    errors: &'static Encoding,
    width: Width,
    outcome: Outcome,
) -> Action {
    match outcome {
        Outcome::Complete(output) => {
            let output = output.masked(width);
            let value = output.get();
            Action::Return(if convention.has_status() {
                let value = if convention.always_writes_value { value.or(Some(0)) } else { value };
                Return { result: 0, value, output, error: false, status: true }
            } else {
                Return { result: value.unwrap_or(0), value: None, output, error: false, status: false }
            })
        }
        Outcome::Failed(error) => say(convention, width, errors.reply(error)),
        Outcome::Retry => Action::Retry,
        Outcome::Fault(fault) => Action::Fault(fault),
        Outcome::Exit(exit) => Action::Exit(exit),
        // A deferral is answered where its completion is known; one that got here broke the contract.
        Outcome::Deferred => say(convention, width, errors.reply(Error::Internal)),
    }
}

/// A reply in the terms of a convention.
pub(crate) fn say(convention: &'static Convention, width: Width, reply: Reply) -> Action {
    match reply {
        Reply::Fault(fault) => Action::Fault(fault),
        Reply::Value(code) => {
            let status = convention.has_status();
            let value = (convention.always_writes_value && status).then_some(0);
            let result = width.mask(code as u64);
            Action::Return(Return { result, value, output: Output::NONE, error: true, status })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Numbering;
    use crate::interface::Span;

    /// The one comparison of the call path against the three of [`Span::number`].
    #[test]
    fn a_number_has_a_place_exactly_where_the_span_has_it() {
        let mut spans = vec![];
        for (first, step, count) in [
            (0, 1, 0x1_0000),
            (0x2a_0000, 1, 0x1_0000),
            (0x7200, 4, 128),
            (2, 4, 3),
            (1, 1 << 63, 1),
            (0, 1 << 63, 2),
            (u64::MAX - 7, 4, 2),
            (u64::MAX, 1, 1),
            (1 << 63, 1 << 61, 4),
        ] {
            let span = Span { numbering: Numbering::X86, first, start: 0, step, count };
            assert_eq!(span.flaw(), None, "{span:x?}");
            spans.push(span);
        }
        for span in &spans {
            let own = EntrySpan {
                first: span.first,
                shift: span.step.trailing_zeros(),
                count: span.count,
                table: Box::default(),
                errors: &crate::encoding::KVM_X86,
            };
            let last = span.first + (span.count - 1) * span.step;
            let near = |x: u64| (0..9).map(move |d| x.wrapping_add(d).wrapping_sub(4));
            let far = [0, 1 << 31, 1 << 32, 1 << 62, 1 << 63, u64::MAX, span.first.wrapping_neg()];
            let wires = near(span.first).chain(near(last)).chain(far.into_iter().flat_map(near));
            for wire in wires.chain(near(last.wrapping_add(span.step))) {
                let place = Some(own.place(wire)).filter(|place| *place < span.count);
                assert_eq!(place, span.number(wire), "{wire:#x} in {span:x?}");
            }
        }
    }
}
