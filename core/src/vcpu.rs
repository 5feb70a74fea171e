//! What the dispatcher keeps for each vCPU.

use crate::completion::{Answer, Generation, Slot};
use crate::encoding::Encoding;
use crate::outcome::Action;
use crate::statistics::{Counters, Event, Statistics};
use crate::{Convention, Error, Outcome, Width};
use alloc::sync::Arc;
use core::task::Waker;

/// A vCPU as the dispatcher sees it: its index, its counters, its place for a deferred answer.
///
/// Made by [`Dispatcher::vcpu`](crate::Dispatcher::vcpu), owned by the thread that runs the vCPU. What the
/// call path writes of it, the counters, stands in 256-byte blocks of its own: the longest cache line of the
/// architectures here (s390; 128 on PowerPC, pairs of 64 on x86). So vCPUs do not slow each other down.
#[derive(Debug)]
pub struct Vcpu {
    pub(crate) index: u32,
    pub(crate) counters: Counters,
    pub(crate) slot: Arc<Slot>,
    /// Whether it stands for a vCPU at a ring.
    pub(crate) is_ring: bool,
    /// The outcome of the handler that ran last, from its end until the dispatcher looks at it: one that
    /// [`Brief`](crate::context::Brief) does not tell.
    pub(crate) outcome: Option<Outcome>,
    /// Whether that handler took the right to complete the call later.
    pub(crate) deferred: bool,
}

/// How to say the answer of a deferred call once it is there.
#[derive(Clone, Copy, Debug)]
pub struct Deferral {
    pub(crate) convention: &'static Convention,
    pub(crate) errors: &'static Encoding,
    pub(crate) width: Width,
    /// Where the call is counted.
    pub(crate) line: usize,
    /// Which of the vCPU's deferred calls it is.
    pub(crate) generation: Generation,
}

impl PartialEq for Deferral {
    fn eq(&self, other: &Deferral) -> bool {
        core::ptr::eq(self.convention, other.convention)
            && (self.width, self.line, self.generation) == (other.width, other.line, other.generation)
    }
}

impl Eq for Deferral {}

impl Vcpu {
    pub(crate) fn new(index: u32, counters: Counters) -> Vcpu {
        Vcpu { index, counters, slot: Arc::default(), is_ring: false, outcome: None, deferred: false }
    }

    /// For the calls that come through a ring. Completing a deferred one calls the waker.
    pub(crate) fn of_ring(index: u32, counters: Counters, waker: Option<Waker>) -> Vcpu {
        Vcpu { slot: Arc::new(Slot::waking(waker)), is_ring: true, ..Vcpu::new(index, counters) }
    }

    /// Bytes on the heap for a vCPU with these counters.
    pub(crate) fn size(counters: &Counters) -> usize {
        counters.size() + size_of::<Slot>()
    }

    /// The index given when it was made.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// A reader of its counters, for any thread.
    pub fn statistics(&self) -> Statistics {
        Statistics { counters: self.counters.clone() }
    }

    /// Waits until the deferred call is completed, and says what to do. With `std` the thread sleeps.
    ///
    /// The internal error, at once, for a deferral that was answered before: nobody is left to complete it.
    pub fn wait(&self, deferral: Deferral) -> Action {
        self.answer(deferral, self.slot.wait(deferral.generation))
    }

    /// What to do if the deferred call is completed by now; for VMMs that wait in their own way.
    pub fn try_wait(&self, deferral: Deferral) -> Option<Action> {
        self.slot.take(deferral.generation).map(|answer| self.answer(deferral, answer))
    }

    fn answer(&self, deferral: Deferral, answer: Answer) -> Action {
        let outcome = match answer {
            Answer::Done(output) => Outcome::Complete(output),
            Answer::Failed(error) => {
                self.counters.became(deferral.line, Event::Error, 0);
                Outcome::Failed(error)
            }
            Answer::Lost => {
                self.counters.became(deferral.line, Event::Panicked, 0);
                Outcome::Failed(Error::Internal)
            }
        };
        crate::entry::encode(deferral.convention, deferral.errors, deferral.width, outcome)
    }
}
