//! Counters of one vCPU, written by it alone, readable from any thread.

use alloc::sync::Arc;
use core::ops::AddAssign;
use core::sync::atomic::{AtomicU64, Ordering};

/// A number of calls by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls the guest made; one that is retried counts each time it runs.
    pub calls: u64,
    /// Calls answered with an error by their type, their handler, or the completion of a deferred one.
    pub errors: u64,
    /// Calls the policy denied; the guest saw an unknown call.
    pub denied: u64,
    /// Calls refused because a user program made them.
    pub user_refused: u64,
    /// Calls with no definition, no handler, or an obsolete one.
    pub unknown: u64,
    /// Handlers that panicked, or broke their contract by deferring without a completion or losing it;
    /// counted as errors too.
    pub panics: u64,
    /// Time spent in handlers, in the clock's units; zero unless the builder was given a clock.
    pub time: u64,
}

impl Counts {
    /// Calls not let through to a handler, though one is there: denied, or refused to a user program.
    pub fn refused(&self) -> u64 {
        self.denied + self.user_refused
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        let Counts { calls, errors, denied, user_refused, unknown, panics, time } = other;
        self.calls += calls;
        self.errors += errors;
        self.denied += denied;
        self.user_refused += user_refused;
        self.unknown += unknown;
        self.panics += panics;
        self.time += time;
    }
}

/// What became of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Served,
    Error,
    Denied,
    UserRefused,
    Unknown,
    Panicked,
}

/// A counter has one writer, so a load and a store make an increment; no locked instruction.
#[inline]
fn bump(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}

/// What a call is seldom counted for.
#[derive(Debug, Default)]
struct Rare {
    errors: AtomicU64,
    denied: AtomicU64,
    panics: AtomicU64,
    time: AtomicU64,
}

/// Numbers that reached no call.
#[derive(Debug, Default)]
struct Lost {
    user_refused: AtomicU64,
    unknown: AtomicU64,
}

/// A block that shares no cache line with another vCPU's, nor with whatever the allocator puts next to it.
#[derive(Debug, Default)]
#[repr(align(256))]
struct Block<T>(T);

/// Counters, and calls of what they are seldom counted for, that make up a margin of 256 bytes.
const COUNTERS: usize = 32;
const RARES: usize = 8;

const _: () = assert!(COUNTERS * size_of::<AtomicU64>() == 256 && RARES * size_of::<Rare>() == 256);

/// So many counters, with a margin on either side: nothing else is on a cache line with any of them.
fn apart<T: Default>(lines: usize, margin: usize) -> Arc<[T]> {
    (0..lines + 2 * margin).map(|_| T::default()).collect()
}

/// The counters of one vCPU: one line for every call of the dispatcher, one for numbers it does not know.
///
/// What every call writes stands close together, eight bytes a call, so that the counters of thousands stay
/// in the caches; what few write stands apart.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    calls: Arc<[AtomicU64]>,
    rare: Arc<[Rare]>,
    lost: Arc<Block<Lost>>,
}

/// The line of calls that reached no slot is the first; a slot's line is behind it.
pub(crate) const NO_SLOT: usize = 0;

impl Counters {
    pub(crate) fn new(slots: usize) -> Counters {
        Counters { calls: apart(slots + 1, COUNTERS), rare: apart(slots + 1, RARES), lost: Arc::default() }
    }

    /// Those of a vCPU whose calls are not counted: no line at all, so that there is nothing more to ask at a
    /// call than whether there is the line.
    pub(crate) fn none() -> Counters {
        Counters { calls: Arc::new([]), rare: Arc::new([]), lost: Arc::default() }
    }

    /// Bytes of them.
    pub(crate) fn size(&self) -> usize {
        size_of_val(&*self.calls) + size_of_val(&*self.rare) + size_of_val(&*self.lost)
    }

    /// Where the first are.
    pub(crate) fn address(&self) -> usize {
        self.calls.as_ptr().addr() + COUNTERS * size_of::<AtomicU64>()
    }

    /// Lines that there are.
    fn lines(&self) -> usize {
        self.calls.len().saturating_sub(2 * COUNTERS)
    }

    #[inline]
    fn calls(&self, line: usize) -> Option<&AtomicU64> {
        self.calls.get(COUNTERS + line)
    }

    fn rare(&self, line: usize) -> Option<&Rare> {
        self.rare.get(RARES + line)
    }

    /// Counts a call that completed.
    #[inline]
    pub(crate) fn served(&self, line: usize) {
        if let Some(calls) = self.calls(line) {
            bump(calls, 1);
        }
    }

    pub(crate) fn note(&self, line: usize, event: Event, time: u64) {
        self.served(line);
        self.became(line, event, time);
    }

    /// What became of a call that is counted already.
    pub(crate) fn became(&self, line: usize, event: Event, time: u64) {
        let Some(rare) = self.rare(line) else { return };
        match event {
            Event::Served => {}
            Event::Error => bump(&rare.errors, 1),
            Event::Denied => bump(&rare.denied, 1),
            Event::UserRefused => bump(&self.lost.0.user_refused, 1),
            Event::Unknown => bump(&self.lost.0.unknown, 1),
            Event::Panicked => {
                bump(&rare.errors, 1);
                bump(&rare.panics, 1);
            }
        }
        bump(&rare.time, time);
    }

    /// As many, all zero.
    #[cfg(feature = "std")]
    fn zeroed(&self) -> Counters {
        self.lines().checked_sub(1).map_or_else(Counters::none, Counters::new)
    }

    /// Adds what others have counted, where there are counters for it. No one else may write to these.
    #[cfg(feature = "std")]
    fn add(&self, other: &Counters) {
        for line in 0..other.lines().min(self.lines()) {
            let Counts { calls, errors, denied, user_refused, unknown, panics, time } = other.counts(line);
            if let (Some(counter), Some(rare)) = (self.calls(line), self.rare(line)) {
                bump(counter, calls);
                bump(&rare.errors, errors);
                bump(&rare.denied, denied);
                bump(&rare.panics, panics);
                bump(&rare.time, time);
            }
            bump(&self.lost.0.user_refused, user_refused);
            bump(&self.lost.0.unknown, unknown);
        }
    }

    fn counts(&self, line: usize) -> Counts {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        if line >= self.lines() {
            return Counts::default();
        }
        let (Some(calls), Some(rare)) = (self.calls(line), self.rare(line)) else { return Counts::default() };
        let lost = |counter: &AtomicU64| if line == NO_SLOT { get(counter) } else { 0 };
        Counts {
            calls: get(calls),
            errors: get(&rare.errors),
            denied: get(&rare.denied),
            user_refused: lost(&self.lost.0.user_refused),
            unknown: lost(&self.lost.0.unknown),
            panics: get(&rare.panics),
            time: get(&rare.time),
        }
    }
}

/// Reads a vCPU's counters, from any thread, while the vCPU runs.
///
/// Each counter is exact; a reading taken while a call is served may have it in one and not yet in another.
#[derive(Clone, Debug)]
pub struct Statistics {
    pub(crate) counters: Counters,
}

impl Statistics {
    /// The sum of several of one dispatcher's, as they are now; `None` of none.
    #[cfg(feature = "std")]
    pub fn sum(all: impl IntoIterator<Item = Statistics>) -> Option<Statistics> {
        let mut all = all.into_iter().peekable();
        let counters = all.peek()?.counters.zeroed();
        all.for_each(|one| counters.add(&one.counters));
        Some(Statistics { counters })
    }

    /// Counts here too what another of the same dispatcher's has counted; no one else may count here.
    #[cfg(feature = "std")]
    pub(crate) fn add(&self, other: &Statistics) {
        self.counters.add(&other.counters);
    }

    /// The sum over all calls.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        (0..self.counters.lines()).for_each(|line| total += self.counters.counts(line));
        total
    }

    /// The counts of one call, by its place in [`Dispatcher::served`](crate::Dispatcher::served), zero where
    /// there is none; `None` gives those of calls that were not looked up: unknown ones, and those refused
    /// to user programs.
    pub fn of(&self, slot: Option<usize>) -> Counts {
        let line = slot.map_or(NO_SLOT, |s| s.saturating_add(1));
        self.counters.counts(line)
    }
}
