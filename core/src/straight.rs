//! The path of nearly every call, and where it leaves it.

use crate::arch::{Caller, Width};
use crate::context::{Brief, Kind};
use crate::convention::Registers;
use crate::entry::Marshal;
use crate::handler::FEW;
use crate::numbers::Bound;
use crate::outcome::Action;
use crate::served::Site;
use crate::{Dispatcher, EntryId, Mode, Vcpu};
use core::ops::ControlFlow;
use tracing::level_filters::LevelFilter;

impl<Vm> Dispatcher<Vm> {
    /// In a straight line what nearly every call is: one of the entry's first table, with nothing to do before
    /// its handler, that completes with a value or none. Whatever else it is begins anew.
    #[inline(always)] // for the sake of a mode that is known
    #[allow(clippy::too_many_arguments)] // all that `serve` has
    pub(crate) fn serve_first<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        key: u64,
        mode: &Marshal,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        let at = &self.entries[entry.0];
        // Looked up before anything else is asked: where the processor goes on depends on this alone.
        let found = at.first.at_dense(mode.number(registers));
        if at.key != key || caller.width == Width::Bits32 {
            return self.serve_by_table(entry, vm, vcpu, registers, caller);
        }
        if let Some(bound) = found
            && self.may_call(caller)
            && !is_traced()
        {
            return self.serve_plain(entry, bound, mode, vm, vcpu, registers, caller);
        }
        self.serve_common(entry, vm, vcpu, registers, caller)
    }

    /// As [`serve`](Self::serve), of the mode that is known and no first table.
    #[cold] // not rare, but out of the line
    #[inline(never)]
    fn serve_common<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        match const { &Marshal::common::<R>() } {
            Some(mode) => self.serve_found(entry, mode, vm, vcpu, registers, caller),
            None => self.serve_any(entry, vm, vcpu, registers, caller),
        }
    }

    /// As [`serve`](Self::serve), in a mode that is not known before.
    #[cold] // not rare, but out of the line
    #[inline(never)]
    pub(crate) fn serve_by_table<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        let mode = self.entries[entry.0].mode(caller.width);
        self.serve_found(entry, mode, vm, vcpu, registers, caller)
    }

    #[inline(always)] // for the sake of a mode that is known
    fn serve_found<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        mode: &Marshal,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        if let Some(bound) = self.entries[entry.0].find(mode.number(registers))
            && self.may_call(caller)
            && !is_traced()
        {
            return self.serve_plain(entry, bound, mode, vm, vcpu, registers, caller);
        }
        self.serve_any(entry, vm, vcpu, registers, caller)
    }

    /// Serves what stands at the place of a number.
    #[inline(always)] // for the sake of a mode that is known
    #[allow(clippy::too_many_arguments)] // all that its callers have found
    fn serve_plain<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        bound: &Bound<Vm>,
        mode: &Marshal,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        let mut copy = [0; FEW];
        let arguments = mode.few(registers, &mut copy);
        let place = &self.entries[entry.0].place;
        let brief = (bound.handler.few)(vm, vcpu, mode.caller(caller), arguments, place, bound);
        match brief.kind {
            Kind::Done | Kind::Value => {
                vcpu.counters.served(bound.line as usize);
                mode.write_plain(registers, brief);
                ControlFlow::Continue(())
            }
            Kind::Other => {
                vcpu.counters.served(bound.line as usize);
                self.settle(entry, bound.line as usize, caller.width, vcpu, registers)
            }
            Kind::Elsewhere => self.serve_any(entry, vm, vcpu, registers, caller),
        }
    }

    /// Answers a call that is counted, whose handler ran, but did not complete with a value or none.
    #[cold]
    #[inline(never)]
    pub(crate) fn settle<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        line: usize,
        width: Width,
        vcpu: &mut Vcpu,
        registers: &mut R,
    ) -> ControlFlow<Action> {
        // The tables were made of these calls.
        let Some(served) = self.calls.at(line) else { return ControlFlow::Continue(()) };
        let at = &self.entries[entry.0];
        // The entry's own: the one that is compiled in may have other outputs.
        let mode = at.mode(width).mode;
        let number = mode.number_width.mask(registers.get(mode.number.index));
        let site = Site { entry: at, line, number, width: mode.width };
        write(mode, registers, served.settle(&site, vcpu, Brief::OTHER, 0))
    }

    /// As [`serve`](Self::serve), whatever the call is.
    #[inline(never)]
    fn serve_any<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        let mode = self.entries[entry.0].mode(caller.width).mode;
        let action = self.dispatch(entry, vm, vcpu, &mode.read(registers, caller));
        write(mode, registers, action)
    }
}

/// Whether somebody listens to what is said of every call.
#[inline]
pub(crate) fn is_traced() -> bool {
    LevelFilter::current() == LevelFilter::TRACE
}

/// Writes an answer; gives back what is none.
fn write(mode: &Mode, registers: &mut (impl Registers + ?Sized), action: Action) -> ControlFlow<Action> {
    match action {
        Action::Return(answer) => {
            mode.write(registers, &answer);
            ControlFlow::Continue(())
        }
        other => ControlFlow::Break(other),
    }
}
