//! The frozen table that serves calls.

pub use crate::entry::{EntryId, EntryPoint};

use crate::arch::{Caller, Privilege, Width};
use crate::context::Kind;
use crate::convention::{Registers, Trap};
use crate::entry::{Entry, Marshal, Place, complete, encode, say};
use crate::handler::All;
use crate::multicall::Batches;
use crate::numbers::Bound;
use crate::outcome::Action;
use crate::served::{Calls, Gate, Served, Site};
use crate::statistics::{Counters, Event, NO_SLOT};
use crate::straight::is_traced;
use crate::{
    Arch, Builder, CallEntry, Convention, Definition, Error, Interface, Outcome, Output, Progress, Registry,
    Vcpu,
};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::TypeId;
use core::fmt;
use core::ops::ControlFlow;

/// Why a call does not get to a handler.
enum Refused<'a> {
    /// A user program made it.
    User,
    /// Nobody serves it.
    Unknown,
    /// The policy denies this call, which is counted at this line.
    Denied(&'a Served, usize),
}

/// Serves the calls of one VM: built once, then shared by its vCPUs without a lock.
///
/// See the [crate] for an example. One dispatcher is one VM's: it holds the VM's policy, and reports a
/// deprecated call once.
#[repr(C)]
pub struct Dispatcher<Vm> {
    // What every call reads comes first, on one cache line or two.
    pub(crate) entries: Vec<Entry<Vm>>,
    pub(crate) user_mode: bool,
    pub(crate) arch: Arch,
    pub(crate) calls: Arc<Calls>,
    pub(crate) clock: Option<fn() -> u64>,
    /// Whether calls are counted.
    pub(crate) counts: bool,
    pub(crate) registry: Registry,
    pub(crate) multicall: Option<Batches<Vm>>,
    /// The list it was built with, whose calls are the first that are counted.
    pub(crate) list: Option<TypeId>,
    /// What stands for an entry point that is not there.
    pub(crate) nowhere: Place,
}

impl<Vm> fmt::Debug for Dispatcher<Vm> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dispatcher({}, {} calls)", self.arch, self.calls.0.len())
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
        self.calls.0.iter().map(|s| s.definition)
    }

    /// The call of this name, if it has a handler and the policy allows it.
    pub fn definition_of(&self, name: &str) -> Option<&'static Definition> {
        self.calls
            .0
            .iter()
            .find(|s| s.gate != Gate::Denied && s.definition.name == name)
            .map(|s| s.definition)
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
        Vcpu::new(index, self.counters())
    }

    /// What it keeps for a ring whose calls are made for a vCPU.
    pub(crate) fn ring_vcpu(&self, index: u32, waker: Option<core::task::Waker>) -> Vcpu {
        Vcpu::of_ring(index, self.counters(), waker)
    }

    fn counters(&self) -> Counters {
        if self.counts { Counters::new(self.calls.0.len()) } else { Counters::none() }
    }

    /// Bytes that [`vcpu`](Self::vcpu) allocates for each vCPU.
    pub fn vcpu_size(&self) -> usize {
        Vcpu::size(&self.counters())
    }

    /// Bytes of the tables that calls are found by; what handlers own is theirs.
    pub fn size(&self) -> usize {
        let runs = self.entries.iter().flat_map(|entry| entry.others.iter().chain([&entry.first]));
        size_of_val(&*self.calls.0) + size_of_val(&*self.entries) + runs.map(|run| run.size()).sum::<usize>()
    }

    /// Serves a call whose registers are at hand: reads them, dispatches, and where the call returns, writes
    /// the answer. No register outside the convention's outputs changes.
    ///
    /// Continue: the answer is in the registers, the guest goes on behind the call. Break: what there is to do
    /// instead, which is no [`Action::Return`].
    ///
    /// ```
    /// use hypercall_core::convention::Registers;
    /// use hypercall_core::outcome::Action;
    /// use hypercall_core::{Caller, Dispatcher, EntryId, Fault, Vcpu, VmExit};
    ///
    /// enum Then {
    ///     Run,
    ///     CallAgain,
    ///     Inject(Fault),
    ///     Stop(VmExit),
    /// }
    ///
    /// fn serve<Vm>(
    ///     dispatcher: &Dispatcher<Vm>, entry: EntryId, vm: &Vm, vcpu: &mut Vcpu, registers: &mut impl Registers,
    ///     caller: Caller,
    /// ) -> Then {
    ///     let mut next = dispatcher.serve(entry, vm, vcpu, registers, caller).break_value();
    ///     if let Some(Action::Deferred(deferral)) = next {
    ///         next = Some(vcpu.wait(deferral)); // whose answer is in no register yet
    ///     }
    ///     match next {
    ///         None => Then::Run,
    ///         Some(Action::Return(answer)) => {
    ///             dispatcher.convention(entry).mode_for(caller.width).write(registers, &answer);
    ///             Then::Run
    ///         }
    ///         Some(Action::Retry) => Then::CallAgain,
    ///         Some(Action::Fault(fault)) => Then::Inject(fault),
    ///         Some(Action::Exit(exit)) => Then::Stop(exit),
    ///         Some(Action::Deferred(_)) => unreachable!("it was waited for"),
    ///     }
    /// }
    /// ```
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    #[inline(always)] // no larger than a call of it, where the registers are known
    pub fn serve<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        if let Some(mode) = const { &Marshal::common::<R>() } {
            let key = const { Marshal::common_key::<R>() };
            return self.serve_first(entry, key, mode, vm, vcpu, registers, caller);
        }
        self.serve_by_table(entry, vm, vcpu, registers, caller)
    }

    /// Serves a call that was read by [`Mode::read`](crate::Mode::read), or that the exit itself brought and
    /// [`Mode::trap`](crate::Mode::trap) masked. The caller writes the answer with
    /// [`Mode::write`](crate::Mode::write), or puts it where the exit wants it.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    pub fn dispatch(&self, entry: EntryId, vm: &Vm, vcpu: &mut Vcpu, trap: &Trap) -> Action {
        let at = &self.entries[entry.0];
        match (self.look_up(at, trap.number, trap.caller), &self.multicall) {
            (Ok((bound, served)), Some(batches)) if served.gate == Gate::Batch => {
                self.run_batch(entry, bound, batches, vm, vcpu, trap)
            }
            (Ok(found), _) => match self.run(at, found, vm, vcpu, trap) {
                ControlFlow::Continue(value) => {
                    let output = value.map_or(Output::NONE, Output::value);
                    complete(at.convention, trap.caller.width, output)
                }
                ControlFlow::Break(action) => action,
            },
            (Err(refused), _) => self.refuse(at, vcpu, trap.number, trap.caller.width, refused),
        }
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
        let mode = at.mode(caller.width);
        let trap = mode.trap(call, caller);
        let width = trap.caller.width;
        call.settle(match self.look_up(at, trap.number, trap.caller) {
            Ok(found) if call.is_sound() => match self.run(at, found, vm, vcpu, &trap) {
                ControlFlow::Continue(value) => {
                    mode.answer_plain(call, value);
                    return Progress::Answered;
                }
                ControlFlow::Break(action) => action,
            },
            Ok((bound, _)) => {
                vcpu.counters.note(bound.line as usize, Event::Error, 0);
                encode(at.convention, at.errors(trap.number), width, Outcome::Failed(Error::Invalid))
            }
            Err(refused) => self.refuse(at, vcpu, trap.number, width, refused),
        })
    }

    /// Whether such a caller may make calls at all.
    #[inline]
    pub(crate) fn may_call(&self, caller: Caller) -> bool {
        caller.privilege == Privilege::Supervisor || self.user_mode
    }

    /// Whether calls are timed or traced.
    #[inline]
    fn is_watched(&self) -> bool {
        self.clock.is_some() || is_traced()
    }

    /// The call of a trap, if this guest may make it.
    #[inline(always)] // its result is large, and taken apart at once
    fn look_up<'a>(
        &'a self,
        entry: &'a Entry<Vm>,
        number: u64,
        caller: Caller,
    ) -> Result<(&'a Bound<Vm>, &'a Served), Refused<'a>> {
        // Privilege comes before the number, as in KVM: a user program learns nothing of what exists.
        if !self.may_call(caller) {
            return Err(Refused::User);
        }
        let Some(bound) = entry.find(number) else { return Err(Refused::Unknown) };
        // The table was made of these slots.
        let Some(served) = self.calls.at(bound.line as usize) else { return Err(Refused::Unknown) };
        if served.gate != Gate::Open && !served.pass() {
            return Err(Refused::Denied(served, bound.line as usize));
        }
        Ok((bound, served))
    }

    /// Counts a call that does not get to a handler, and says what the guest is told.
    #[cold]
    fn refuse(
        &self,
        entry: &Entry<Vm>,
        vcpu: &Vcpu,
        number: u64,
        width: Width,
        refused: Refused<'_>,
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

    #[cold]
    fn run_batch(
        &self,
        id: EntryId,
        bound: &Bound<Vm>,
        batches: &Batches<Vm>,
        vm: &Vm,
        vcpu: &mut Vcpu,
        trap: &Trap,
    ) -> Action {
        let (outcome, event) = self.serve_batch(batches, id, vm, vcpu, trap);
        vcpu.counters.note(bound.line as usize, event, 0); // the time is its entries'
        let entry = &self.entries[id.0];
        encode(entry.convention, entry.errors(trap.number), trap.caller.width, outcome)
    }

    /// Runs a call's handler and counts it. Nearly every call completes with a value or none and without extra
    /// outputs, which is not put together as an action; anything else is.
    #[inline]
    fn run(
        &self,
        entry: &Entry<Vm>,
        (bound, served): (&Bound<Vm>, &Served),
        vm: &Vm,
        vcpu: &mut Vcpu,
        trap: &Trap,
    ) -> ControlFlow<Action, Option<u64>> {
        let line = bound.line as usize;
        let site = || Site { entry, line, number: trap.number, width: trap.caller.width };
        let start = self.clock.map_or(0, |clock| clock());
        let (caller, arguments, place) = (trap.caller, &trap.arguments, &entry.place);
        let brief = match &bound.handler.all {
            All::Compiled(all) => all(vm, vcpu, caller, arguments, place, bound),
            All::Boxed(handler) => handler.run(vm, vcpu, caller, arguments, place, bound.line),
        };
        vcpu.counters.served(line);
        if brief.kind == Kind::Other || self.is_watched() {
            let time = self.clock.map_or(0, |clock| clock().saturating_sub(start));
            return ControlFlow::Break(served.settle(&site(), vcpu, brief, time));
        }
        ControlFlow::Continue(brief.get())
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
