//! A call that another thread completes.

use crate::{Error, MAX_OUTPUTS, Output};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// What was decided for a deferred call.
pub(crate) type Decision = Result<Output, Error>;

/// One vCPU's place for the answer of the call it waits for. There is never more than one.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// Generation << 2 | state. A completion of an older generation finds nothing to complete.
    state: AtomicU32,
    /// 0: failed, `value` is the index of the error. 1: no value. 2: a value. Then the outputs' count << 2.
    shape: AtomicU32,
    value: AtomicU64,
    extra: [AtomicU64; MAX_OUTPUTS],
    #[cfg(feature = "std")]
    lock: std::sync::Mutex<()>,
    #[cfg(feature = "std")]
    wake: std::sync::Condvar,
}

const OPEN: u32 = 1;
const WRITING: u32 = 2;
const DONE: u32 = 3;
const STATE: u32 = 3;

impl Slot {
    /// Begins a new wait; completions of earlier ones are void from here.
    pub(crate) fn open(self: &Arc<Self>) -> Completion {
        let generation = (self.state.load(Ordering::Relaxed) >> 2).wrapping_add(1) << 2;
        self.state.store(generation | OPEN, Ordering::Release);
        Completion { slot: Arc::clone(self), generation }
    }

    /// Ends the wait without an answer, or after it was read.
    pub(crate) fn close(&self) {
        loop {
            let state = self.state.load(Ordering::Acquire);
            // A completion that is writing right now is done after a few stores; the slot is its own till then.
            if state & STATE != WRITING
                && self
                    .state
                    .compare_exchange(state, state & !STATE, Ordering::AcqRel, Ordering::Relaxed)
                    .is_ok()
            {
                return;
            }
            core::hint::spin_loop();
        }
    }

    /// The answer, if there is one.
    pub(crate) fn take(&self) -> Option<Decision> {
        if self.state.load(Ordering::Acquire) & STATE != DONE {
            return None;
        }
        let shape = self.shape.load(Ordering::Relaxed);
        let value = self.value.load(Ordering::Relaxed);
        let decision = match shape & 3 {
            0 => Err(Error::ALL[value as usize]),
            1 => Ok(Output::NONE),
            _ => Ok(Output::value(value)),
        }
        .map(|output| {
            let used = (shape >> 2) as usize;
            self.extra[..used].iter().fold(output, |o, e| o.and(e.load(Ordering::Relaxed)))
        });
        self.close();
        Some(decision)
    }

    /// Waits for the answer. Without `std` it spins.
    pub(crate) fn wait(&self) -> Decision {
        loop {
            if let Some(decision) = self.take() {
                return decision;
            }
            #[cfg(feature = "std")]
            {
                let guard = self.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if self.state.load(Ordering::Acquire) & STATE != DONE {
                    drop(self.wake.wait(guard));
                }
            }
            #[cfg(not(feature = "std"))]
            core::hint::spin_loop();
        }
    }
}

/// The right to complete a deferred call, from any thread. Taken with
/// [`Context::defer`](crate::Context::defer).
///
/// Dropped unused, the guest gets the internal error: a lost completion must not hang a vCPU.
#[derive(Debug)]
#[must_use = "dropping it completes the call with the internal error"]
pub struct Completion {
    slot: Arc<Slot>,
    generation: u32,
}

impl Completion {
    /// Gives the call its answer. The vCPU goes on.
    pub fn complete(self, decision: Result<Output, Error>) {
        self.finish(decision);
    }

    fn finish(&self, decision: Decision) {
        let claim = self.slot.state.compare_exchange(
            self.generation | OPEN,
            self.generation | WRITING,
            Ordering::AcqRel,
            Ordering::Relaxed,
        );
        if claim.is_err() {
            return; // completed before, or the vCPU no longer waits
        }
        let slot = &*self.slot;
        let (shape, value) = match &decision {
            Err(error) => (0, *error as u64),
            Ok(output) => {
                for (to, from) in slot.extra.iter().zip(output.extra()) {
                    to.store(*from, Ordering::Relaxed);
                }
                let kind = if output.get().is_some() { 2 } else { 1 };
                (kind | (output.extra().len() as u32) << 2, output.get().unwrap_or(0))
            }
        };
        slot.value.store(value, Ordering::Relaxed);
        slot.shape.store(shape, Ordering::Relaxed);
        #[cfg(feature = "std")]
        let _guard = slot.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        slot.state.store(self.generation | DONE, Ordering::Release);
        #[cfg(feature = "std")]
        slot.wake.notify_all();
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        self.finish(Err(Error::Internal));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_arrives_whole_and_once() {
        let slot = Arc::new(Slot::default());
        let completion = slot.open();
        assert_eq!(slot.take(), None);
        completion.complete(Ok(Output::value(5).and(6).and(7)));
        assert_eq!(slot.take(), Some(Ok(Output::value(5).and(6).and(7))));
        assert_eq!(slot.take(), None);
    }

    #[test]
    fn a_dropped_completion_is_an_internal_error() {
        let slot = Arc::new(Slot::default());
        drop(slot.open());
        assert_eq!(slot.wait(), Err(Error::Internal));
    }

    #[test]
    fn a_completion_of_an_earlier_wait_completes_nothing() {
        let slot = Arc::new(Slot::default());
        let old = slot.open();
        slot.close();
        let new = slot.open();
        old.complete(Ok(Output::value(1)));
        assert_eq!(slot.take(), None);
        new.complete(Ok(Output::NONE));
        assert_eq!(slot.take(), Some(Ok(Output::NONE)));
    }

    #[cfg(feature = "std")]
    #[test]
    fn another_thread_wakes_the_waiter() {
        for round in 0..200_u64 {
            let slot = Arc::new(Slot::default());
            let completion = slot.open();
            let thread = std::thread::spawn(move || completion.complete(Ok(Output::value(round))));
            assert_eq!(slot.wait(), Ok(Output::value(round)));
            thread.join().unwrap();
        }
    }
}
