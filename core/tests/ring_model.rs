//! The ring's protocol under a model checker: every interleaving of guests and host within bounds, under the
//! memory model of Rust, which allows what any processor does.
#![cfg(target_arch = "x86_64")] // loom's coroutines; the model knows no processor
#![allow(unsafe_code)] // loom's cells, which find data races

use bytemuck::Zeroable;
use hypercall_core::memory::MemoryError;
use hypercall_core::ring::view::{ProducerView, View};
use hypercall_core::ring::{Consumer, Producer, RingHeader, Ticket};
use hypercall_core::{CallEntry, Endian};
use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU32, Ordering, fence};
use loom::sync::{Arc, Condvar, Mutex};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// Words of a ring of two entries that both sides use while the other may: the four of the header, then state
/// and turn of each entry.
const SHARED: [u64; 8] = [256, 512, 768, 772, 4096 + 8, 4096 + 96, 4224 + 8, 4224 + 96];

/// A ring's memory: shared words are atomic; the rest of an entry belongs to one side at a time, and the model
/// checker objects where that is not so.
struct Memory {
    words: [AtomicU32; SHARED.len()],
    entries: [UnsafeCell<[u8; 128]>; 2],
    /// The first line of the header, which no one writes after set-up.
    constants: [std::sync::atomic::AtomicU32; 8],
    bell: Mutex<bool>,
    rung: Condvar,
}

/// What the model leaves out of the protocol, to see that it would be missed.
#[derive(Clone, Copy, PartialEq)]
enum Without {
    Nothing,
    /// The fence between a store and the load of the other side's.
    Fence,
    /// The release of what a word publishes.
    Release,
}

#[derive(Clone)]
struct Shared(Arc<Memory>, Without);

impl Memory {
    fn new() -> Memory {
        Memory {
            words: std::array::from_fn(|_| AtomicU32::new(0)),
            entries: std::array::from_fn(|_| UnsafeCell::new([0; 128])),
            constants: Default::default(),
            bell: Mutex::new(false),
            rung: Condvar::new(),
        }
    }

    fn ring(&self) {
        *self.bell.lock().unwrap() = true;
        self.rung.notify_one();
    }

    fn wait(&self) {
        let mut rung = self.bell.lock().unwrap();
        while !*rung {
            rung = self.rung.wait(rung).unwrap();
        }
        *rung = false;
    }

    fn word(&self, at: u64) -> Option<&AtomicU32> {
        SHARED.iter().position(|s| *s == at).map(|i| &self.words[i])
    }
}

fn place(at: u64) -> (usize, usize) {
    ((at as usize - 4096) / 128, at as usize % 128)
}

impl View for Shared {
    fn load(&self, at: u64, ordering: Ordering) -> Result<u32, MemoryError> {
        Ok(match self.0.word(at) {
            Some(word) => word.load(ordering),
            None => self.0.constants[at as usize / 4].load(Relaxed),
        })
    }

    fn store(&self, at: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError> {
        let ordering = if self.1 == Without::Release { Ordering::Relaxed } else { ordering };
        self.0.word(at).expect("a word of the protocol").store(word, ordering);
        Ok(())
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        let (entry, from) = place(at);
        // SAFETY: the model checker objects if another thread writes meanwhile.
        self.0.entries[entry].with(|e| bytes.copy_from_slice(unsafe { &(&*e)[from..from + bytes.len()] }));
        Ok(())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        if at == 0 {
            for (to, from) in self.0.constants.iter().zip(bytes.as_chunks::<4>().0) {
                to.store(u32::from_ne_bytes(*from), Relaxed);
            }
            for (word, at) in self.0.words.iter().zip(SHARED).take(4) {
                let at = at as usize;
                word.store(u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap()), Ordering::Relaxed);
            }
            return Ok(());
        }
        let (entry, to) = place(at);
        // SAFETY: the model checker objects if another thread reads or writes meanwhile.
        self.0.entries[entry].with_mut(|e| unsafe { (&mut *e)[to..to + bytes.len()].copy_from_slice(bytes) });
        Ok(())
    }

    fn fence(&self) {
        if self.1 != Without::Fence {
            fence(Ordering::SeqCst);
        }
    }
}

impl ProducerView for Shared {
    fn compare_exchange(&self, at: u64, current: u32, new: u32) -> Result<(), u32> {
        let word = self.0.word(at).expect("a word of the protocol");
        word.compare_exchange(current, new, Ordering::Relaxed, Ordering::Relaxed).map(|_| ())
    }
}

/// Serves `calls` calls: a call's answer is its first word and one. It sleeps whenever nothing is there.
fn host(memory: &Shared, mut ring: Consumer, calls: u32) {
    let mut served = 0;
    ring.wake(memory).unwrap();
    while served < calls {
        while let Some(mut call) = ring.next(memory).unwrap() {
            assert_eq!(call.number, 7, "a call is seen whole");
            call.state = CallEntry::DONE;
            call.result = call.words[0] + 1;
            ring.answer(memory, &call).unwrap();
            served += 1;
        }
        if served < calls && ring.sleep(memory).unwrap() {
            memory.0.wait();
            ring.wake(memory).unwrap();
        }
    }
}

/// What a guest of the model does.
#[derive(Clone, Copy)]
enum Guest {
    /// Makes these calls, one after the other.
    Calls(&'static [u64]),
    /// Hands one in, and does not wait for it: fewer orders, so that there can be more guests.
    Submits(u64),
}

impl Guest {
    fn calls(self) -> u32 {
        if let Guest::Calls(words) = self { words.len() as u32 } else { 1 }
    }

    fn run(self, memory: &Shared) -> Option<Ticket> {
        let ring = producer(memory);
        let doorbell = || memory.0.ring();
        match self {
            Guest::Calls(words) => {
                for word in words {
                    let answer = ring.call(&CallEntry::new(7, &[*word]), doorbell, loom::thread::yield_now);
                    let answer = answer.unwrap();
                    assert_eq!((answer.state, answer.result), (CallEntry::DONE, word + 1));
                }
                None
            }
            Guest::Submits(word) => Some(ring.submit(&CallEntry::new(7, &[word]), doorbell).unwrap()),
        }
    }
}

fn producer(memory: &Shared) -> Producer<Shared> {
    Producer::new(memory.clone(), Endian::NATIVE).unwrap()
}

/// Runs guests against a host, in every order with so many preemptions. A lost wake-up is a deadlock, which the
/// model checker finds.
fn check(without: Without, order: u32, guests: &'static [Guest], preemptions: usize) {
    let runs = std::sync::Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.max_branches = 10_000;
    model.check(move || {
        count.fetch_add(1, Relaxed);
        let memory = Shared(Arc::new(Memory::new()), without);
        let header = RingHeader { order, ..RingHeader::zeroed() };
        let ring = Consumer::new(&memory, Endian::NATIVE, &header).unwrap();
        let threads: Vec<_> = guests
            .iter()
            .map(|guest| {
                let memory = memory.clone();
                loom::thread::spawn(move || guest.run(&memory))
            })
            .collect();
        host(&memory, ring, guests.iter().map(|g| g.calls()).sum());
        for (thread, guest) in threads.into_iter().zip(guests) {
            if let (Some(ticket), Guest::Submits(word)) = (thread.join().unwrap(), guest) {
                assert_eq!(producer(&memory).collect(ticket).map(|a| a.result), Ok(word + 1));
            }
        }
    });
    println!("{} orders", runs.load(Relaxed));
    assert!(runs.load(Relaxed) > 100, "there is more than one order: {runs:?}");
}

#[test]
fn a_guest_and_the_host_meet_in_every_order() {
    check(Without::Nothing, 1, &[Guest::Calls(&[1])], 5);
}

#[test]
fn two_guests_share_a_ring() {
    check(Without::Nothing, 1, &[Guest::Submits(1), Guest::Submits(5)], 2);
}

#[test]
fn a_full_ring_takes_the_next_call_when_one_is_collected() {
    check(Without::Nothing, 0, &[Guest::Calls(&[1, 2])], 3);
}

/// The model finds what it is there for.
#[test]
#[should_panic = "deadlock"]
fn without_the_fence_a_wake_up_is_lost() {
    check(Without::Fence, 1, &[Guest::Submits(1)], 5); // one that waits would look again some time
}

#[test]
#[should_panic = "Causality violation"]
fn without_release_a_call_is_seen_in_part() {
    check(Without::Release, 1, &[Guest::Calls(&[1])], 5);
}
