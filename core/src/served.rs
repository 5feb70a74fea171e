//! A call that has a handler, and what becomes of what that answers.

use crate::context::{Brief, Kind};
use crate::entry::{Entry, encode};
use crate::outcome::Action;
use crate::statistics::Event;
use crate::vcpu::Deferral;
use crate::{Definition, Error, Outcome, Output, Vcpu, Width};
use alloc::boxed::Box;
use core::sync::atomic::{AtomicBool, Ordering};

/// What there is to do before a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A call of a VM's, whatever entry points it comes in at.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) definition: &'static Definition,
    pub(crate) gate: Gate,
    pub(crate) reported: AtomicBool,
    pub(crate) panicked: AtomicBool,
}

/// The calls of a VM that have a handler, by slot.
#[derive(Debug)]
pub(crate) struct Calls(pub(crate) Box<[Served]>);

/// A call that was made: where it came in, and as what.
pub(crate) struct Site<'a, Vm> {
    pub(crate) entry: &'a Entry<Vm>,
    /// Where it is counted.
    pub(crate) line: usize,
    /// As the guest wrote it.
    pub(crate) number: u64,
    pub(crate) width: Width,
}

/// Runs a handler; nothing where it panicked.
#[inline(always)] // its result is in registers, and must not go through memory
pub(crate) fn guarded(handler: impl FnOnce() -> Brief) -> Option<Brief> {
    #[cfg(feature = "std")]
    return crate::panics::catch(handler);
    #[cfg(not(feature = "std"))]
    return Some(handler());
}

impl Calls {
    /// The call that is counted at a line.
    pub(crate) fn at(&self, line: usize) -> Option<&Served> {
        self.0.get(line.checked_sub(1)?)
    }
}

impl Served {
    pub(crate) fn new(definition: &'static Definition, gate: Gate) -> Served {
        Served { definition, gate, reported: AtomicBool::new(false), panicked: AtomicBool::new(false) }
    }

    /// Whether the policy lets the call through; says once where it is deprecated.
    #[inline]
    pub(crate) fn pass(&self) -> bool {
        if self.gate == Gate::Deprecated && !self.reported.load(Ordering::Relaxed) {
            self.report(&self.reported, "the guest uses a deprecated call");
        }
        self.gate != Gate::Denied
    }

    /// Counts what became of a call whose handler ran, and says what is to be done.
    #[cold]
    pub(crate) fn settle<Vm>(&self, site: &Site<'_, Vm>, vcpu: &mut Vcpu, brief: Brief, time: u64) -> Action {
        let Site { entry, line, number, width } = *site;
        let (outcome, event) = self.outcome(vcpu, brief);
        vcpu.counters.became(line, event, time);
        tracing::trace!(vcpu = vcpu.index, call = self.definition.name, ?outcome, "served");
        let (convention, errors) = (entry.convention, entry.errors(number));
        match outcome {
            Outcome::Deferred => {
                let generation = vcpu.slot.generation();
                Action::Deferred(Deferral { convention, errors, width, line, generation })
            }
            other => encode(convention, errors, width, other),
        }
    }

    /// The outcome of a handler; its panic or broken contract is the guest's internal error.
    fn outcome(&self, vcpu: &mut Vcpu, brief: Brief) -> (Outcome, Event) {
        let deferred = core::mem::take(&mut vcpu.deferred);
        let outcome = match brief.kind {
            Kind::Done => Some(Outcome::Complete(Output::NONE)),
            Kind::Value => Some(Outcome::Complete(Output::value(brief.value))),
            Kind::Other | Kind::Elsewhere => vcpu.outcome.take(),
        };
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
