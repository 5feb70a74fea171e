//! Entry points, and how the calls that come in there are found, read and answered.

use crate::arch::{Caller, Width};
use crate::context::Brief;
use crate::convention::{Registers, Trap};
use crate::encoding::{Encoding, Reply};
use crate::handler::FEW;
use crate::numbers::{Bound, EntrySpan, Run};
use crate::outcome::{Action, Return};
use crate::served::Calls;
use crate::{CallEntry, Convention, Error, Interface, MAX_ARGUMENTS, Mode, Outcome, Output};
use alloc::sync::Arc;
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

/// A mode of a convention as the call path needs it: indices and masks without a way to go for them.
pub(crate) struct Marshal {
    pub(crate) mode: &'static Mode,
    number: usize,
    number_mask: u64,
    mask: u64,
    /// The first arguments' registers.
    few: [usize; FEW],
    /// Whether they are one behind the other, and all bits of them count.
    is_whole: bool,
    /// What counts of each argument: nothing, where the mode has fewer.
    counts: [u64; MAX_ARGUMENTS],
    result: usize,
    /// Where the value has a register of its own.
    value: Option<usize>,
    always_writes_value: bool,
}

impl Marshal {
    pub(crate) const fn new(convention: &'static Convention, width: Width) -> Marshal {
        let mode = convention.mode_for(width);
        let mask = mode.width.mask(u64::MAX);
        let (mut few, mut counts) = ([mode.number.index; FEW], [0; MAX_ARGUMENTS]);
        let mut i = 0;
        while i < MAX_ARGUMENTS && i < mode.arguments.len() {
            if i < FEW {
                few[i] = mode.arguments[i].index;
            }
            counts[i] = mask;
            i += 1;
        }
        let [a, b, c, d] = few;
        let in_a_row = b == a + 1 && c == a + 2 && d == a + 3;
        Marshal {
            mode,
            is_whole: in_a_row && mode.arguments.len() >= FEW && mask == u64::MAX,
            number: mode.number.index,
            number_mask: mode.number_width.mask(u64::MAX),
            mask,
            few,
            counts,
            result: mode.result.index,
            value: if convention.has_status() { Some(mode.value.index) } else { None },
            always_writes_value: convention.always_writes_value,
        }
    }

    /// That of the calls that the path is compiled for, where there are such.
    pub(crate) const fn common<R: Registers + ?Sized>() -> Option<Marshal> {
        match R::COMMON {
            Some(convention) => Some(Marshal::new(convention, Width::Bits64)),
            None => None,
        }
    }

    /// The key of those; zero where there are none.
    pub(crate) const fn common_key<R: Registers + ?Sized>() -> u64 {
        match Marshal::common::<R>() {
            Some(mode) => {
                assert!(mode.key() != 0, "a register file of more than 63 registers");
                mode.key()
            }
            None => 0,
        }
    }

    /// All that the straight path goes by, in one word: two modes with the same are the same to it. Zero where there are
    /// too many registers for that.
    pub(crate) const fn key(&self) -> u64 {
        let [a, b, c, d] = self.few;
        let value = match self.value {
            Some(value) => value + 1,
            None => 0,
        };
        let registers = [self.number, a, b, c, d, self.result, value];
        let widths =
            [self.number_mask, self.mask, self.counts[0], self.counts[1], self.counts[2], self.counts[3]];
        let mut key = 2 | self.always_writes_value as u64;
        let mut i = 0;
        while i < registers.len() {
            if registers[i] >= 64 {
                return 0;
            }
            key = (key << 6) | registers[i] as u64;
            i += 1;
        }
        let mut i = 0;
        while i < widths.len() {
            key = (key << 2) | ((widths[i] != 0) as u64 + (widths[i] > u32::MAX as u64) as u64);
            i += 1;
        }
        key
    }

    /// The number as the guest wrote it.
    #[inline]
    pub(crate) fn number(&self, registers: &(impl Registers + ?Sized)) -> u64 {
        registers.get(self.number) & self.number_mask
    }

    /// The caller as a call of this mode has it.
    #[inline]
    pub(crate) fn caller(&self, caller: Caller) -> Caller {
        Caller { width: self.mode.width, ..caller }
    }

    /// The first arguments: where they stand, if they can be read there as they are, or a copy.
    #[inline]
    pub(crate) fn few<'a>(
        &self,
        registers: &'a (impl Registers + ?Sized),
        copy: &'a mut [u64; FEW],
    ) -> &'a [u64; FEW] {
        if self.is_whole
            && let Some(arguments) = registers.four(self.few[0])
        {
            return arguments;
        }
        let get = |i: usize| registers.get(self.few[i]) & self.counts[i];
        *copy = [get(0), get(1), get(2), get(3)]; // `array::map` is a call where the mode is known, and no loads
        copy
    }

    /// The call of an entry in memory, as a trap in this mode would have brought it.
    #[inline]
    pub(crate) fn trap(&self, call: &CallEntry, caller: Caller) -> Trap {
        let arguments = core::array::from_fn(|i| call.words[i] & self.counts[i]);
        Trap { number: call.number & self.number_mask, arguments, caller: self.caller(caller) }
    }

    /// Puts into an entry what [`write_plain`](Self::write_plain) puts into registers.
    #[inline]
    pub(crate) fn answer_plain(&self, call: &mut CallEntry, value: Option<u64>) {
        let (result, value) = self.completed(value);
        (call.state, call.result, call.words) = (CallEntry::DONE, result, [0; MAX_ARGUMENTS]);
        call.words[0] = value.unwrap_or(0);
    }

    /// Writes the answer of a call that completed with this value or none, and no extra outputs.
    #[inline]
    pub(crate) fn write_plain(&self, registers: &mut (impl Registers + ?Sized), brief: Brief) {
        if self.value.is_none() {
            return registers.set(self.result, brief.value & self.mask); // zero where there is none
        }
        let (result, value) = self.completed(brief.get());
        if let (Some(index), Some(value)) = (self.value, value) {
            registers.set(index, value);
        }
        registers.set(self.result, result);
    }

    #[inline]
    fn completed(&self, value: Option<u64>) -> (u64, Option<u64>) {
        completed(self.value.is_some(), self.always_writes_value, value.map(|value| value & self.mask))
    }
}

/// What a handler may want to know of where its call came in.
pub(crate) struct Place {
    pub(crate) id: EntryId,
    pub(crate) calls: Arc<Calls>,
}

/// An entry point of a dispatcher, with the numbers that are called there. What every call reads is on one cache
/// line, the first.
#[repr(C, align(64))]
pub(crate) struct Entry<Vm> {
    /// Where most calls are found: the bound interface's lowest numbers that have one.
    pub(crate) first: Run<Vm>,
    /// The [key](Marshal::key) of the 64-bit mode, if the numbers of the first table follow each other, for which the
    /// path with a mode that is known is compiled; zero otherwise.
    pub(crate) key: u64,
    pub(crate) place: Place,
    pub(crate) convention: &'static Convention,
    /// Its others, and those of vendors.
    pub(crate) others: Vec<Run<Vm>>,
    /// The convention's modes for callers of 64 and of 32 bits.
    pub(crate) modes: [Marshal; 2],
    pub(crate) point: EntryPoint,
    pub(crate) interface: &'static Interface,
    /// The bound interface's first: an unknown number is said in its encoding.
    pub(crate) spans: Vec<EntrySpan>,
}

impl<Vm> Entry<Vm> {
    #[inline]
    pub(crate) fn mode(&self, width: Width) -> &Marshal {
        &self.modes[usize::from(width == Width::Bits32)]
    }

    /// The call with a number, as the guest wrote it.
    #[inline]
    pub(crate) fn find(&self, wire: u64) -> Option<&Bound<Vm>> {
        // At most one run has a call for it: they do not overlap.
        self.first.find(wire).or_else(|| self.find_other(wire))
    }

    /// Of the numbers that are not in the first table.
    #[inline]
    fn find_other(&self, wire: u64) -> Option<&Bound<Vm>> {
        self.others.iter().find_map(|run| run.find(wire))
    }

    /// How errors are said to a caller of a number.
    #[cold]
    pub(crate) fn errors(&self, wire: u64) -> &'static Encoding {
        let own = self.spans.iter().find(|span| span.contains(wire));
        own.or(self.spans.first()).map_or(self.convention.errors, |span| span.errors)
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
        Outcome::Complete(output) => complete(convention, width, output),
        Outcome::Failed(error) => say(convention, width, errors.reply(error)),
        Outcome::Retry => Action::Retry,
        Outcome::Fault(fault) => Action::Fault(fault),
        Outcome::Exit(exit) => Action::Exit(exit),
        // A deferral is answered where its completion is known; one that got here broke the contract.
        Outcome::Deferred => say(convention, width, errors.reply(Error::Internal)),
    }
}

/// What a completed call leaves in the result register, and in that of the value where the convention has one
/// beside the status: nothing, if the call has no value and the convention does not want zero there.
#[inline]
fn completed(has_status: bool, always_writes_value: bool, value: Option<u64>) -> (u64, Option<u64>) {
    match value {
        _ if !has_status => (value.unwrap_or(0), None),
        None if always_writes_value => (0, Some(0)),
        value => (0, value),
    }
}

/// A completed call in the terms of a convention.
#[inline]
pub(crate) fn complete(convention: &'static Convention, width: Width, output: Output) -> Action {
    let (output, status) = (output.masked(width), convention.has_status());
    let (result, value) = completed(status, convention.always_writes_value, output.get());
    Action::Return(Return { result, value, output, error: false, status })
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
