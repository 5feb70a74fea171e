//! Counters of one vCPU, written by it alone, readable from any thread.

use alloc::boxed::Box;
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

/// The counters of one call.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Line {
    calls: AtomicU64,
    errors: AtomicU64,
    denied: AtomicU64,
    user_refused: AtomicU64,
    unknown: AtomicU64,
    panics: AtomicU64,
    time: AtomicU64,
}

/// A counter has one writer, so a load and a store make an increment; no locked instruction.
fn bump(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}

impl Line {
    #[inline]
    fn note(&self, event: Event, time: u64) {
        bump(&self.calls, 1);
        self.became(event);
        if time != 0 {
            bump(&self.time, time);
        }
    }

    #[inline]
    fn became(&self, event: Event) {
        match event {
            Event::Served => {}
            Event::Error => bump(&self.errors, 1),
            Event::Denied => bump(&self.denied, 1),
            Event::UserRefused => bump(&self.user_refused, 1),
            Event::Unknown => bump(&self.unknown, 1),
            Event::Panicked => {
                bump(&self.errors, 1);
                bump(&self.panics, 1);
            }
        }
    }

    fn counts(&self) -> Counts {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        Counts {
            calls: get(&self.calls),
            errors: get(&self.errors),
            denied: get(&self.denied),
            user_refused: get(&self.user_refused),
            unknown: get(&self.unknown),
            panics: get(&self.panics),
            time: get(&self.time),
        }
    }
}

/// Lines in a block.
const LINES: usize = 4;

/// Lines that share a cache line where cache lines are longest, 256 bytes on s390, and share it with nothing
/// else: neither with another vCPU's lines nor with whatever the allocator puts next to them.
#[derive(Debug, Default)]
#[repr(align(256))]
struct Block([Line; LINES]);

const _: () = assert!(size_of::<Block>() == 256 && align_of::<Block>() == 256);

/// The counters of one vCPU: one line for every call of the dispatcher, one for numbers it does not know.
#[derive(Debug)]
pub(crate) struct Counters {
    blocks: Box<[Block]>,
}

/// The line of calls that reached no slot is the first; a slot's line is behind it.
pub(crate) const NO_SLOT: usize = 0;

impl Counters {
    pub(crate) fn new(slots: usize) -> Counters {
        Counters { blocks: (0..=slots / LINES).map(|_| Block::default()).collect() }
    }

    #[inline]
    fn line(&self, line: usize) -> Option<&Line> {
        self.blocks.get(line / LINES).map(|block| &block.0[line % LINES])
    }

    #[inline]
    pub(crate) fn note(&self, line: usize, event: Event, time: u64) {
        if let Some(line) = self.line(line) {
            line.note(event, time);
        }
    }

    /// What became of a call that was counted when it was deferred.
    pub(crate) fn note_late(&self, line: usize, event: Event) {
        if let Some(line) = self.line(line) {
            line.became(event);
        }
    }
}

/// Reads a vCPU's counters, from any thread, while the vCPU runs.
///
/// Each counter is exact; a reading taken while a call is served may have it in one and not yet in another.
#[derive(Clone, Debug)]
pub struct Statistics {
    pub(crate) counters: Arc<Counters>,
}

impl Statistics {
    /// The sum over all calls.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.counters.blocks.iter().flat_map(|b| &b.0).for_each(|l| total += l.counts());
        total
    }

    /// The counts of one call, by its place in [`Dispatcher::served`](crate::Dispatcher::served), zero where
    /// there is none; `None` gives those of calls that were not looked up: unknown ones, and those refused
    /// to user programs.
    pub fn of(&self, slot: Option<usize>) -> Counts {
        let line = slot.map_or(NO_SLOT, |s| s.saturating_add(1));
        self.counters.line(line).map(Line::counts).unwrap_or_default()
    }
}
