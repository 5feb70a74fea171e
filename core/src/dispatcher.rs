//! The frozen table that serves calls.

pub use crate::entry::{EntryId, EntryPoint};

use crate::arch::{Caller, Privilege, Width};
use crate::convention::{Registers, Trap};
use crate::entry::{Entry, encode, say};
use crate::handler::{Brief, Erased};
use crate::multicall::Batches;
use crate::outcome::{Action, Return};
use crate::statistics::{Event, NO_SLOT};
use crate::vcpu::Deferral;
use crate::{
    Arch, Builder, CallEntry, Context, Convention, Definition, Error, Interface, MAX_ARGUMENTS, Outcome,
    Output, Progress, Registry, Vcpu,
};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use tracing::level_filters::LevelFilter;

/// What there is to do before a handler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Nothing.
    Open,
    /// The policy denies the call.
    Denied,
    /// The call is deprecated, which the VM's log is to say once.
    Deprecated,
    /// It is the multicall: of a trap, the dispatcher itself serves it.
    Batch,
}

pub(crate) struct Served<Vm> {
    pub(crate) definition: &'static Definition,
    pub(crate) handler: Erased<Vm>,
    pub(crate) gate: Gate,
    /// Argument registers that the call takes, in the mode in which it takes most.
    pub(crate) most_slots: usize,
    pub(crate) reported: AtomicBool,
    pub(crate) panicked: AtomicBool,
}

/// A call that was looked up and may be made.
struct Found<'a, Vm> {
    served: &'a Served<Vm>,
    /// Where it is counted: its slot + 1.
    line: usize,
}

/// Why a call does not get to a handler.
enum Refused<'a, Vm> {
    /// A user program made it.
    User,
    /// Nobody serves it.
    Unknown,
    /// The policy denies this call, which is counted at this line.
    Denied(&'a Served<Vm>, usize),
}

/// Serves the calls of one VM: built once, then shared by its vCPUs without a lock.
///
/// See the [crate] for an example. One dispatcher is one VM's: it holds the VM's policy, and reports a
/// deprecated call once.
pub struct Dispatcher<Vm> {
    pub(crate) arch: Arch,
    pub(crate) entries: Vec<Entry>,
    pub(crate) slots: Box<[Served<Vm>]>,
    pub(crate) user_mode: bool,
    pub(crate) clock: Option<fn() -> u64>,
    pub(crate) registry: Registry,
    pub(crate) multicall: Option<Batches<Vm>>,
}

impl<Vm> fmt::Debug for Dispatcher<Vm> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dispatcher({}, {} calls)", self.arch, self.slots.len())
    }
}

impl<Vm: 'static> Dispatcher<Vm> {
    /// Begins a dispatcher for VMs of an architecture.
    pub fn builder(arch: Arch) -> Builder<Vm> {
        Builder::new(arch)
    }
}

impl<Vm> Dispatcher<Vm> {
    /// The architecture of its VMs.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// Every definition it was built with, those without a handler too.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The calls that have a handler, denied ones among them.
    pub fn served(&self) -> impl ExactSizeIterator<Item = &'static Definition> + '_ {
        self.slots.iter().map(|s| s.definition)
    }

    /// The call of this name, if it has a handler and the policy allows it.
    pub fn definition_of(&self, name: &str) -> Option<&'static Definition> {
        self.slots.iter().find(|s| s.gate != Gate::Denied && s.definition.name == name).map(|s| s.definition)
    }

    /// The entry points with what each is bound to.
    pub fn entries(
        &self,
    ) -> impl ExactSizeIterator<Item = (EntryPoint, &'static Convention, &'static Interface)> + '_ {
        self.entries.iter().map(|e| (e.point, e.convention, e.interface))
    }

    /// An entry point by its place, or `None` if it was not bound.
    pub fn entry(&self, point: EntryPoint) -> Option<EntryId> {
        self.entries.iter().position(|e| e.point == point).map(EntryId)
    }

    /// The convention an entry point is bound to.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    pub fn convention(&self, entry: EntryId) -> &'static Convention {
        self.entries[entry.0].convention
    }

    /// What the dispatcher keeps for a vCPU. Allocates; call it before the vCPU runs.
    pub fn vcpu(&self, index: u32) -> Vcpu {
        Vcpu::new(index, self.slots.len())
    }

    /// What it keeps for a ring whose calls are made for a vCPU.
    pub(crate) fn ring_vcpu(&self, index: u32, waker: Option<core::task::Waker>) -> Vcpu {
        Vcpu::of_ring(index, self.slots.len(), waker)
    }

    /// Bytes that [`vcpu`](Self::vcpu) allocates for each vCPU.
    pub fn vcpu_size(&self) -> usize {
        Vcpu::size(self.slots.len())
    }

    /// Bytes of the tables that calls are found by; what handlers own is theirs.
    pub fn size(&self) -> usize {
        let spans = self.entries.iter().flat_map(|entry| &entry.spans);
        size_of_val(&*self.slots)
            + size_of_val(&*self.entries)
            + spans.map(|span| size_of_val(span) + size_of_val(&*span.table)).sum::<usize>()
    }

    /// Serves a call whose registers are at hand: reads them, dispatches, and where the call returns, writes
    /// the answer. No register outside the convention's outputs changes.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    #[inline(always)] // an action that is looked at once need not be put together
    pub fn serve(
        &self,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut (impl Registers + ?Sized),
        caller: Caller,
    ) -> Action {
        let at = &self.entries[entry.0];
        let mode = at.mode(caller.width);
        let (number, caller) = mode.number(registers, caller);
        let action = match self.look_up(at, number, caller) {
            Err(refused) => self.refuse(at, vcpu, number, caller.width, refused),
            Ok(found) => {
                let mut trap = Trap { number, arguments: [0; MAX_ARGUMENTS], caller };
                mode.arguments(registers, found.served.most_slots, &mut trap.arguments);
                match self.run_trap(entry, found, vm, vcpu, &trap) {
                    Ran::Plain(value) => {
                        let (result, value) = at.plain(mode, value);
                        mode.write_plain(registers, result, value);
                        return Action::Return(Return::plain(result, value, at.has_status));
                    }
                    Ran::Else(action) => action,
                }
            }
        };
        if let Action::Return(answer) = &action {
            mode.mode.write(registers, answer);
        }
        action
    }

    /// Serves a call that was read by [`Mode::read`](crate::Mode::read), or that the exit itself brought and
    /// [`Mode::trap`](crate::Mode::trap) masked. The caller writes the answer with
    /// [`Mode::write`](crate::Mode::write), or puts it where the exit wants it.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    pub fn dispatch(&self, entry: EntryId, vm: &Vm, vcpu: &mut Vcpu, trap: &Trap) -> Action {
        let at = &self.entries[entry.0];
        let found = match self.look_up(at, trap.number, trap.caller) {
            Ok(found) => found,
            Err(refused) => return self.refuse(at, vcpu, trap.number, trap.caller.width, refused),
        };
        self.run_trap(entry, found, vm, vcpu, trap).action(at, trap.caller.width)
    }

    /// Serves a call in memory that was copied into `call`, at an entry point that it did not come in by
    /// itself: as [`dispatch`](Self::dispatch) serves the same call in registers, by the same policy and into
    /// the same counters. What the entry then holds is for the guest, unless [`Progress`] says otherwise.
    ///
    /// An entry that is not [sound](CallEntry::is_sound) fails as invalid where its call would have been
    /// served; a multicall in an entry is unsupported.
    ///
    /// # Panics
    /// When the entry point is another dispatcher's and this one has fewer.
    #[inline]
    pub fn serve_entry(
        &self,
        point: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        call: &mut CallEntry,
        caller: Caller,
    ) -> Progress {
        let at = &self.entries[point.0];
        let trap = call.trap(at.mode(caller.width).mode, caller);
        let width = trap.caller.width;
        call.settle(match self.look_up(at, trap.number, trap.caller) {
            Ok(found) if call.is_sound() => self.run(at, found, vm, vcpu, &trap).action(at, width),
            Ok(Found { line, .. }) => {
                vcpu.counters.note(line, Event::Error, 0);
                encode(at.convention, at.errors(trap.number), width, Outcome::Failed(Error::Invalid))
            }
            Err(refused) => self.refuse(at, vcpu, trap.number, width, refused),
        })
    }

    /// The call of a trap, if this guest may make it.
    #[inline(always)] // its result is large, and taken apart at once
    fn look_up<'a>(
        &'a self,
        entry: &'a Entry,
        number: u64,
        caller: Caller,
    ) -> Result<Found<'a, Vm>, Refused<'a, Vm>> {
        // Privilege comes before the number, as in KVM: a user program learns nothing of what exists.
        if caller.privilege == Privilege::User && !self.user_mode {
            return Err(Refused::User);
        }
        let Some(line) = entry.find(number) else { return Err(Refused::Unknown) };
        // The table was made of these slots.
        let Some(served) = self.slots.get(line - 1) else { return Err(Refused::Unknown) };
        if served.gate != Gate::Open && !served.pass() {
            return Err(Refused::Denied(served, line));
        }
        Ok(Found { served, line })
    }

    /// Counts a call that does not get to a handler, and says what the guest is told.
    #[cold]
    fn refuse(
        &self,
        entry: &Entry,
        vcpu: &Vcpu,
        number: u64,
        width: Width,
        refused: Refused<'_, Vm>,
    ) -> Action {
        match refused {
            Refused::User => {
                vcpu.counters.note(NO_SLOT, Event::UserRefused, 0);
                return say(entry.convention, width, entry.convention.user_refused);
            }
            Refused::Unknown => {
                vcpu.counters.note(NO_SLOT, Event::Unknown, 0);
                tracing::trace!(vcpu = vcpu.index, number, "unknown call");
            }
            Refused::Denied(served, line) => {
                vcpu.counters.note(line, Event::Denied, 0);
                tracing::trace!(vcpu = vcpu.index, call = served.definition.name, "denied");
            }
        }
        say(entry.convention, width, entry.errors(number).reply(Error::Unknown))
    }

    /// Runs the call of a trap, which may be a multicall.
    #[inline(always)] // its result is large, and taken apart at once
    fn run_trap(&self, id: EntryId, found: Found<'_, Vm>, vm: &Vm, vcpu: &mut Vcpu, trap: &Trap) -> Ran {
        match &self.multicall {
            Some(batches) if found.served.gate == Gate::Batch => {
                Ran::Else(self.run_batch(id, found.line, batches, vm, vcpu, trap))
            }
            _ => self.run(&self.entries[id.0], found, vm, vcpu, trap),
        }
    }

    #[cold]
    fn run_batch(
        &self,
        id: EntryId,
        line: usize,
        batches: &Batches<Vm>,
        vm: &Vm,
        vcpu: &mut Vcpu,
        trap: &Trap,
    ) -> Action {
        let (outcome, event) = self.serve_batch(batches, id, vm, vcpu, trap);
        vcpu.counters.note(line, event, 0); // the time is its entries'
        let entry = &self.entries[id.0];
        encode(entry.convention, entry.errors(trap.number), trap.caller.width, outcome)
    }

    /// Runs a call's handler, counts it, and says what came of it.
    #[inline(always)] // its result is large, and taken apart at once
    fn run(&self, entry: &Entry, found: Found<'_, Vm>, vm: &Vm, vcpu: &Vcpu, trap: &Trap) -> Ran {
        let Found { served, line } = found;
        if self.clock.is_some() || LevelFilter::current() == LevelFilter::TRACE {
            return Ran::Else(self.run_watched(entry, served, line, vm, vcpu, trap));
        }
        let mut context = Context::new(vcpu, trap, entry.id, served.definition);
        let value = match served.call(vm, trap, &mut context) {
            Some(Brief::Done) => None,
            Some(Brief::Value(value)) => Some(value),
            brief => return Ran::Else(served.settle(entry, line, &mut context, brief, 0)),
        };
        vcpu.counters.note(line, Event::Served, 0);
        Ran::Plain(value)
    }

    /// As [`run`](Self::run), with what costs time of its own.
    #[cold]
    fn run_watched(
        &self,
        entry: &Entry,
        served: &Served<Vm>,
        line: usize,
        vm: &Vm,
        vcpu: &Vcpu,
        trap: &Trap,
    ) -> Action {
        let start = self.clock.map_or(0, |clock| clock());
        let mut context = Context::new(vcpu, trap, entry.id, served.definition);
        let brief = served.call(vm, trap, &mut context);
        let time = self.clock.map_or(0, |clock| clock().saturating_sub(start));
        served.settle(entry, line, &mut context, brief, time)
    }

    /// Refuses a call as one of a user program's, whatever the policy says: for transports on which the
    /// hypervisor itself refuses those, as `vmcall`.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    pub fn refuse_user(&self, entry: EntryId, vcpu: &mut Vcpu, width: Width) -> Action {
        self.refuse(&self.entries[entry.0], vcpu, 0, width, Refused::User)
    }
}

/// What came of a handler.
enum Ran {
    /// The call completed, with this value and no extra outputs.
    Plain(Option<u64>),
    /// Something else.
    Else(Action),
}

impl Ran {
    #[inline]
    fn action(self, entry: &Entry, width: Width) -> Action {
        match self {
            Ran::Plain(value) => {
                let (result, value) = entry.plain(entry.mode(width), value);
                Action::Return(Return::plain(result, value, entry.has_status))
            }
            Ran::Else(action) => action,
        }
    }
}

impl<Vm> Served<Vm> {
    /// Runs the handler; nothing where it panicked.
    #[inline(always)] // its result is large, and taken apart at once
    fn call(&self, vm: &Vm, trap: &Trap, context: &mut Context<'_>) -> Option<Brief> {
        #[cfg(feature = "std")]
        return crate::panics::catch(|| (self.handler)(vm, trap, context));
        #[cfg(not(feature = "std"))]
        return Some((self.handler)(vm, trap, context));
    }

    /// Whether the policy lets the call through; says once where it is deprecated.
    #[cold]
    fn pass(&self) -> bool {
        if self.gate == Gate::Deprecated && !self.reported.load(Ordering::Relaxed) {
            self.report(&self.reported, "the guest uses a deprecated call");
        }
        self.gate != Gate::Denied
    }

    /// Counts a call whose handler ran, and says what is to be done.
    #[cold]
    fn settle(
        &self,
        entry: &Entry,
        line: usize,
        context: &mut Context<'_>,
        brief: Option<Brief>,
        time: u64,
    ) -> Action {
        let (vcpu, width, convention) = (context.vcpu, context.width(), entry.convention);
        let (outcome, event) = self.outcome(context, brief);
        vcpu.counters.note(line, event, time);
        tracing::trace!(vcpu = vcpu.index, call = self.definition.name, ?outcome, "served");
        let errors = entry.errors(context.number());
        match outcome {
            Outcome::Deferred => {
                let generation = vcpu.slot.generation();
                Action::Deferred(Deferral { convention, errors, width, line, generation })
            }
            other => encode(convention, errors, width, other),
        }
    }

    /// The outcome of a handler; its panic or broken contract is the guest's internal error.
    fn outcome(&self, context: &mut Context<'_>, brief: Option<Brief>) -> (Outcome, Event) {
        let (vcpu, deferred) = (context.vcpu, context.deferred);
        let outcome = brief.map(|brief| match brief {
            Brief::Done => Outcome::Complete(Output::NONE),
            Brief::Value(value) => Outcome::Complete(Output::value(value)),
            Brief::Other => context.outcome.take().unwrap_or(Outcome::Failed(Error::Internal)),
        });
        match outcome {
            Some(Outcome::Deferred) if deferred => (Outcome::Deferred, Event::Served),
            Some(Outcome::Deferred) | None => {
                if deferred {
                    vcpu.slot.close();
                }
                if !self.panicked.load(Ordering::Relaxed) {
                    self.report(&self.panicked, "the handler panicked or deferred without a completion");
                }
                (Outcome::Failed(Error::Internal), Event::Panicked)
            }
            Some(other) => {
                if deferred {
                    vcpu.slot.close();
                }
                let failed = matches!(other, Outcome::Failed(_));
                (other, if failed { Event::Error } else { Event::Served })
            }
        }
    }

    /// One line in the log a VM and call, however often a guest asks for it.
    #[cold]
    fn report(&self, once: &AtomicBool, what: &str) {
        if !once.swap(true, Ordering::Relaxed) {
            let name = self.definition.name;
            tracing::warn!(call = name, "{what}; further ones are counted only");
        }
    }
}
