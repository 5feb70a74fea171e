//! The frozen table that serves calls.

use crate::arch::{Caller, Privilege, Width};
use crate::convention::{Registers, Trap};
use crate::encoding::{Encoding, Reply};
use crate::handler::Erased;
use crate::multicall::Multicalls;
use crate::outcome::{Action, Return};
use crate::statistics::{Event, NO_SLOT};
use crate::vcpu::Deferral;
use crate::{
    Arch, Builder, CallEntry, Context, Convention, Definition, Error, Interface, Outcome, Output, Progress,
    Registry, Vcpu,
};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

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

/// An entry point of one dispatcher, for [`Dispatcher::dispatch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryId(usize);

/// The numbers of one interface at one entry point.
pub(crate) struct EntrySpan {
    pub(crate) first: u64,
    /// log2 of the distance between numbers.
    pub(crate) shift: u32,
    /// The low bits that are clear in every number.
    pub(crate) odd: u64,
    pub(crate) count: u64,
    /// Slot + 1 by number, 0 where there is none; ends behind the last number that has one.
    pub(crate) table: Box<[u16]>,
    pub(crate) errors: &'static Encoding,
}

pub(crate) struct Entry {
    pub(crate) point: EntryPoint,
    pub(crate) convention: &'static Convention,
    pub(crate) interface: &'static Interface,
    /// The bound interface's first: an unknown number is said in its encoding.
    pub(crate) spans: Vec<EntrySpan>,
}

impl Entry {
    /// The slot of a number as the guest wrote it, and how its interface says errors.
    #[inline]
    fn find(&self, wire: u64) -> (Option<usize>, &'static Encoding) {
        for span in &self.spans {
            let offset = wire.wrapping_sub(span.first);
            let number = offset >> span.shift;
            if wire >= span.first && number < span.count && offset & span.odd == 0 {
                let slot = usize::try_from(number).ok().and_then(|n| span.table.get(n)).copied();
                return (slot.unwrap_or(0).checked_sub(1).map(usize::from), span.errors);
            }
        }
        (None, self.spans.first().map_or(self.convention.errors, |s| s.errors))
    }
}

pub(crate) struct Served<Vm> {
    pub(crate) definition: &'static Definition,
    pub(crate) handler: Erased<Vm>,
    pub(crate) allowed: bool,
    pub(crate) deprecated: bool,
    pub(crate) reported: AtomicBool,
    pub(crate) panicked: AtomicBool,
}

/// A call that was looked up and may be made.
struct Found<'a, Vm> {
    served: &'a Served<Vm>,
    /// Where it is counted.
    line: usize,
    convention: &'static Convention,
    errors: &'static Encoding,
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
    pub(crate) multicall: Option<Multicalls<Vm>>,
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
        self.slots.iter().find(|s| s.allowed && s.definition.name == name).map(|s| s.definition)
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

    /// Serves a call whose registers are at hand: reads them, dispatches, and where the call returns, writes
    /// the answer. No register outside the convention's outputs changes.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    #[inline]
    pub fn serve(
        &self,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut (impl Registers + ?Sized),
        caller: Caller,
    ) -> Action {
        let mode = self.entries[entry.0].convention.mode_for(caller.width);
        let action = self.dispatch(entry, vm, vcpu, &mode.read(registers, caller));
        if let Action::Return(answer) = &action {
            mode.write(registers, answer);
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
        let found = match self.look_up(entry, vcpu, trap) {
            Ok(found) => found,
            Err(refused) => return say(self.convention(entry), trap.caller.width, refused),
        };
        match &self.multicall {
            Some(multicall) if multicall.line == found.line => {
                let (outcome, event) = self.serve_batch(&multicall.batches, entry, vm, vcpu, trap);
                vcpu.counters.note(found.line, event, 0); // the time is its entries'
                encode(found.convention, found.errors, trap.caller.width, outcome)
            }
            _ => self.run(&found, vm, vcpu, trap),
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
        let trap = call.trap(self.entries[point.0].convention.mode_for(caller.width), caller);
        call.settle(match self.look_up(point, vcpu, &trap) {
            Ok(found) if call.is_sound() => self.run(&found, vm, vcpu, &trap),
            Ok(found) => {
                vcpu.counters.note(found.line, Event::Error, 0);
                encode(found.convention, found.errors, trap.caller.width, Outcome::Failed(Error::Invalid))
            }
            Err(refused) => say(self.convention(point), trap.caller.width, refused),
        })
    }

    /// The call of a trap, if this guest may make it; what it is told otherwise.
    #[inline]
    fn look_up(&self, id: EntryId, vcpu: &mut Vcpu, trap: &Trap) -> Result<Found<'_, Vm>, Reply> {
        let entry = &self.entries[id.0];
        let convention = entry.convention;
        // Privilege comes before the number, as in KVM: a user program learns nothing of what exists.
        if trap.caller.privilege == Privilege::User && !self.user_mode {
            vcpu.counters.note(NO_SLOT, Event::UserRefused, 0);
            return Err(convention.user_refused);
        }
        let (slot, errors) = entry.find(trap.number);
        let Some((line, served)) = slot.and_then(|i| Some((i + 1, self.slots.get(i)?))) else {
            vcpu.counters.note(NO_SLOT, Event::Unknown, 0);
            tracing::trace!(vcpu = vcpu.index, number = trap.number, "unknown call");
            return Err(errors.reply(Error::Unknown));
        };
        if !served.allowed {
            vcpu.counters.note(line, Event::Denied, 0);
            tracing::trace!(vcpu = vcpu.index, call = served.definition.name, "denied");
            return Err(errors.reply(Error::Unknown));
        }
        Ok(Found { served, line, convention, errors })
    }

    /// Runs a call's handler, counts it, and says what came of it.
    #[inline]
    fn run(&self, found: &Found<'_, Vm>, vm: &Vm, vcpu: &mut Vcpu, trap: &Trap) -> Action {
        let Found { served, line, convention, errors } = *found;
        let width = trap.caller.width;
        if served.deprecated && !served.reported.load(Ordering::Relaxed) {
            served.report(&served.reported, "the guest uses a deprecated call");
        }
        let start = self.clock.map_or(0, |clock| clock());
        let (outcome, event) = served.call(vm, vcpu, trap);
        let time = self.clock.map_or(0, |clock| clock().saturating_sub(start));
        vcpu.counters.note(line, event, time);
        tracing::trace!(vcpu = vcpu.index, call = served.definition.name, ?outcome, "served");
        match outcome {
            Outcome::Deferred => {
                let generation = vcpu.slot.generation();
                Action::Deferred(Deferral { convention, errors, width, line, generation })
            }
            other => encode(convention, errors, width, other),
        }
    }

    /// Refuses a call as one of a user program's, whatever the policy says: for transports on which the
    /// hypervisor itself refuses those, as `vmcall`.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    pub fn refuse_user(&self, entry: EntryId, vcpu: &mut Vcpu, width: Width) -> Action {
        vcpu.counters.note(NO_SLOT, Event::UserRefused, 0);
        let convention = self.entries[entry.0].convention;
        say(convention, width, convention.user_refused)
    }
}

impl<Vm> Served<Vm> {
    /// Runs the handler; its panic or broken contract is the guest's internal error.
    #[inline]
    fn call(&self, vm: &Vm, vcpu: &Vcpu, trap: &Trap) -> (Outcome, Event) {
        let mut context = Context { vcpu, caller: trap.caller, definition: self.definition, deferred: false };
        #[cfg(feature = "std")]
        let outcome = crate::panics::catch(|| (self.handler)(vm, trap, &mut context));
        #[cfg(not(feature = "std"))]
        let outcome = Some((self.handler)(vm, trap, &mut context));
        let deferred = context.deferred;
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
fn say(convention: &'static Convention, width: Width, reply: Reply) -> Action {
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
