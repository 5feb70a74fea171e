//! A call that has a handler, and what becomes of what that answers.

use crate::entry::{Entry, encode};
use crate::handler::{Brief, Context};
use crate::outcome::Action;
use crate::statistics::Event;
use crate::vcpu::Deferral;
use crate::{Definition, Error, Outcome, Output};
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

/// Runs a handler; nothing where it panicked.
#[inline(always)] // its result is in registers, and must not go through memory
pub(crate) fn guarded(handler: impl FnOnce() -> Brief) -> Option<Brief> {
    #[cfg(feature = "std")]
    return crate::panics::catch(handler);
    #[cfg(not(feature = "std"))]
    return Some(handler());
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

    /// Counts a call whose handler ran, and says what is to be done.
    #[cold]
    pub(crate) fn settle<Vm>(
        &self,
        entry: &Entry<Vm>,
        context: &mut Context<'_>,
        brief: Option<Brief>,
        time: u64,
    ) -> Action {
        let (vcpu, width, convention) = (context.vcpu, context.width(), entry.convention);
        let line = context.line();
        let (outcome, event) = self.outcome(context, brief);
        vcpu.counters.note(line, event, time);
        tracing::trace!(vcpu = vcpu.index, call = self.definition.name, ?outcome, "served");
        let errors = entry.errors(context.number);
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
