//! What the dispatcher keeps for each vCPU.

use crate::completion::Slot;
use crate::encoding::Encoding;
use crate::outcome::Action;
use crate::statistics::{Counters, Statistics};
use crate::{Convention, Outcome, Width};
use alloc::sync::Arc;

/// A vCPU as the dispatcher sees it: its index, its counters, its place for a deferred answer.
///
/// Made by [`Dispatcher::vcpu`](crate::Dispatcher::vcpu), owned by the thread that runs the vCPU. It shares
/// no cache line that is written on the call path with another.
#[derive(Debug)]
pub struct Vcpu {
    pub(crate) index: u32,
    pub(crate) counters: Arc<Counters>,
    pub(crate) slot: Arc<Slot>,
}

/// How to say the answer of a deferred call once it is there.
#[derive(Clone, Copy, Debug)]
pub struct Deferral {
    pub(crate) convention: &'static Convention,
    pub(crate) errors: &'static Encoding,
    pub(crate) width: Width,
}

impl PartialEq for Deferral {
    fn eq(&self, other: &Deferral) -> bool {
        core::ptr::eq(self.convention, other.convention) && self.width == other.width
    }
}

impl Eq for Deferral {}

impl Vcpu {
    pub(crate) fn new(index: u32, slots: usize) -> Vcpu {
        Vcpu { index, counters: Arc::new(Counters::new(slots)), slot: Arc::default() }
    }

    /// The index given when it was made.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// A reader of its counters, for any thread.
    pub fn statistics(&self) -> Statistics {
        Statistics { counters: Arc::clone(&self.counters) }
    }

    /// Waits until the deferred call is completed, and says what to do. With `std` the thread sleeps.
    pub fn wait(&self, deferral: Deferral) -> Action {
        self.answer(deferral, self.slot.wait())
    }

    /// What to do if the deferred call is completed by now; for VMMs that wait in their own way.
    pub fn try_wait(&self, deferral: Deferral) -> Option<Action> {
        self.slot.take().map(|decision| self.answer(deferral, decision))
    }

    fn answer(&self, deferral: Deferral, decision: crate::completion::Decision) -> Action {
        let outcome = match decision {
            Ok(output) => Outcome::Complete(output),
            Err(error) => Outcome::Failed(error),
        };
        crate::dispatcher::encode(deferral.convention, deferral.errors, deferral.width, outcome)
    }
}
