//! A call that another thread completes.

use crate::{Error, MAX_OUTPUTS, Output};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use core::task::Waker;

/// What became of a deferred call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done(Output),
    Failed(Error),
    /// Its completion was dropped unused, or its answer was read before.
    Lost,
}

/// One vCPU's place for the answer of the call it waits for. There is never more than one.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// Generation << 2 | state. A completion of an older generation finds nothing to complete.
    state: AtomicU64,
    /// [`FAILED`], `value` then being the error; [`NO_VALUE`] or [`VALUE`], then the outputs' count << 2;
    /// or [`LOST`].
    shape: AtomicU32,
    value: AtomicU64,
    extra: [AtomicU64; MAX_OUTPUTS],
    /// Called when the answer is there.
    waker: Option<Waker>,
    #[cfg(feature = "std")]
    lock: std::sync::Mutex<()>,
    #[cfg(feature = "std")]
    wake: std::sync::Condvar,
}

/// Which of a vCPU's deferred calls is meant: a number that 62 bits do not wrap in, << 2.
pub(crate) type Generation = u64;

const IDLE: u64 = 0;
const OPEN: u64 = 1;
const WRITING: u64 = 2;
const DONE: u64 = 3;
const STATE: u64 = 3;

const FAILED: u32 = 0;
const NO_VALUE: u32 = 1;
const VALUE: u32 = 2;
const LOST: u32 = 3;

impl Slot {
    /// A place whose waiter does not wait in [`wait`](Self::wait), but is called.
    pub(crate) fn waking(waker: Option<Waker>) -> Slot {
        Slot { waker, ..Slot::default() }
    }

    /// Begins a new wait; completions of earlier ones are void from here.
    pub(crate) fn open(self: &Arc<Self>) -> Completion {
        let state = self.replace(|state| ((state & !STATE) + (STATE + 1)) | OPEN);
        Completion { slot: Arc::clone(self), generation: state & !STATE }
    }

    /// Ends the wait without an answer, or after it was read.
    pub(crate) fn close(&self) {
        self.replace(|state| (state & !STATE) | IDLE);
    }

    /// The generation of the last wait that began.
    pub(crate) fn generation(&self) -> Generation {
        self.state.load(Ordering::Relaxed) & !STATE
    }

    /// Puts the next state in the place of any but WRITING: then the slot is a completion's own, for as long
    /// as a few stores take.
    fn replace(&self, next: impl Fn(u64) -> u64) -> u64 {
        loop {
            let state = self.state.load(Ordering::Acquire);
            let new = next(state);
            if state & STATE != WRITING
                && self.state.compare_exchange(state, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
            {
                return new;
            }
            core::hint::spin_loop();
        }
    }

    /// The answer of the wait that began with `generation`, if there is one.
    pub(crate) fn take(&self, generation: Generation) -> Option<Answer> {
        let state = self.state.load(Ordering::Acquire);
        if state & !STATE != generation || state & STATE == IDLE {
            return Some(Answer::Lost);
        }
        if state & STATE != DONE {
            return None;
        }
        let shape = self.shape.load(Ordering::Relaxed);
        let value = self.value.load(Ordering::Relaxed);
        let with_extra = |output| {
            let used = (shape >> 2) as usize;
            self.extra[..used].iter().fold(output, |o: Output, e| o.and(e.load(Ordering::Relaxed)))
        };
        let answer = match shape & 3 {
            FAILED => Answer::Failed(Error::ALL[value as usize]),
            NO_VALUE => Answer::Done(with_extra(Output::NONE)),
            VALUE => Answer::Done(with_extra(Output::value(value))),
            _ => Answer::Lost,
        };
        self.close();
        Some(answer)
    }

    /// Waits for the answer. Without `std` it spins.
    pub(crate) fn wait(&self, generation: Generation) -> Answer {
        loop {
            if let Some(answer) = self.take(generation) {
                return answer;
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
    generation: Generation,
}

impl Completion {
    /// Gives the call its answer. The vCPU goes on.
    pub fn complete(self, decision: Result<Output, Error>) {
        self.finish(match decision {
            Ok(output) => Answer::Done(output),
            Err(error) => Answer::Failed(error),
        });
    }

    fn finish(&self, answer: Answer) {
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
        let (shape, value) = match &answer {
            Answer::Lost => (LOST, 0),
            Answer::Failed(error) => (FAILED, *error as u64),
            Answer::Done(output) => {
                for (to, from) in slot.extra.iter().zip(output.extra()) {
                    to.store(*from, Ordering::Relaxed);
                }
                let kind = if output.get().is_some() { VALUE } else { NO_VALUE };
                (kind | (output.extra().len() as u32) << 2, output.get().unwrap_or(0))
            }
        };
        slot.value.store(value, Ordering::Relaxed);
        slot.shape.store(shape, Ordering::Relaxed);
        #[cfg(feature = "std")]
        let guard = slot.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        slot.state.store(self.generation | DONE, Ordering::Release);
        #[cfg(feature = "std")]
        {
            slot.wake.notify_all();
            drop(guard);
        }
        if let Some(waker) = &slot.waker {
            waker.wake_by_ref();
        }
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        self.finish(Answer::Lost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_arrives_whole_and_once() {
        let slot = Arc::new(Slot::default());
        let completion = slot.open();
        let wait = slot.generation();
        assert_eq!(slot.take(wait), None);
        completion.complete(Ok(Output::value(5).and(6).and(7)));
        assert_eq!(slot.take(wait), Some(Answer::Done(Output::value(5).and(6).and(7))));
        assert_eq!(slot.take(wait), Some(Answer::Lost));
    }

    #[test]
    fn a_dropped_completion_is_a_lost_answer() {
        let slot = Arc::new(Slot::default());
        drop(slot.open());
        assert_eq!(slot.wait(slot.generation()), Answer::Lost);
    }

    #[test]
    fn a_completion_of_an_earlier_wait_completes_nothing() {
        let slot = Arc::new(Slot::default());
        let old = slot.open();
        slot.close();
        let new = slot.open();
        old.complete(Ok(Output::value(1)));
        assert_eq!(slot.take(slot.generation()), None);
        new.complete(Ok(Output::NONE));
        assert_eq!(slot.take(slot.generation()), Some(Answer::Done(Output::NONE)));
    }

    /// The older completion may be between two of its stores when the next wait begins.
    #[cfg(feature = "std")]
    #[test]
    fn a_wait_does_not_begin_while_the_last_one_is_being_completed() {
        let slot = Arc::new(Slot::default());
        let old = slot.open();
        slot.state.store(old.generation | WRITING, Ordering::Release);
        let opening = std::thread::spawn({
            let slot = Arc::clone(&slot);
            move || slot.open()
        });
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!opening.is_finished(), "the slot was taken from under a completion");
        slot.state.store(old.generation | DONE, Ordering::Release);
        opening.join().unwrap().complete(Ok(Output::value(2)));
        assert_eq!(slot.wait(slot.generation()), Answer::Done(Output::value(2)));
    }

    #[cfg(feature = "std")]
    #[test]
    fn another_thread_wakes_the_waiter() {
        for round in 0..200_u64 {
            let slot = Arc::new(Slot::default());
            let completion = slot.open();
            let thread = std::thread::spawn(move || completion.complete(Ok(Output::value(round))));
            assert_eq!(slot.wait(slot.generation()), Answer::Done(Output::value(round)));
            thread.join().unwrap();
        }
    }
}
