//! Guests that write what they like, whenever they like.

use crate::lab::*;
use crate::trace::Log;
use hypercall_core::memory::{AtomicMemory, GuestMemory, MemoryError, WordMemory};
use hypercall_core::ring::{Detached, Doorbell, Next, Polling, Ring, RingHeader, Teardown};
use hypercall_core::{CallEntry, Endian};
use proptest::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

fn poke(lab: &Lab, at: u64, word: u32) {
    lab.memory.store(BASE + at, word, Ordering::SeqCst).unwrap();
}

/// The state of the entry that the host looks at first.
const FIRST_STATE: u64 = 4096 + 8;

#[test]
fn a_producer_index_too_far_ahead_detaches_the_ring() {
    for (ahead, reason) in [(4, None), (5, Some(Detached::Index)), (u32::MAX, Some(Detached::Index))] {
        let lab = Lab::new();
        let mut ring = lab.ring(2, Endian::NATIVE);
        poke(&lab, 256, RingHeader::FIRST.wrapping_add(ahead));
        let next = ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8).next;
        assert_eq!(next, reason.map_or(Next::Idle, Next::Detached), "{ahead}");
        assert_eq!((ring.detached(), lab.producer(BASE, Endian::NATIVE).detached()), (reason, Ok(reason)));
    }
}

#[test]
fn a_state_that_does_not_exist_detaches_the_ring() {
    for state in [6, 7, 0x100, 0x0100_0000, u32::MAX] {
        let lab = Lab::new();
        let mut ring = lab.ring(2, Endian::NATIVE);
        poke(&lab, FIRST_STATE, state);
        let next = ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8).next;
        assert_eq!(next, Next::Detached(Detached::State), "{state:#x}");
    }
}

#[test]
fn states_that_are_the_hosts_are_no_calls() {
    for state in [0, 2, 3, 4, 5] {
        let lab = Lab::new();
        let mut ring = lab.ring(2, Endian::NATIVE);
        poke(&lab, FIRST_STATE, state);
        assert_eq!(ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8).next, Next::Idle, "{state}");
    }
}

/// All entries pending for ever are as many calls as the host cares to serve.
#[test]
fn a_pass_serves_no_more_than_it_is_to() {
    let lab = Lab::new();
    let mut ring = lab.ring(1, Endian::NATIVE);
    let call = CallEntry::new(number(2), &[0x100]);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                for entry in [4096, 4096 + 128] {
                    lab.memory.write(BASE + entry, &bytes(&call)[..96]).unwrap();
                }
            }
        });
        for _ in 0..1000 {
            assert!(ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 7).served <= 7);
        }
        stop.store(true, Ordering::Relaxed);
    });
}

fn bytes(call: &CallEntry) -> Vec<u8> {
    hypercall_core::bytemuck::bytes_of(call).to_vec()
}

/// What the host knows of its ring stands in its own memory: nothing in the header changes that.
#[test]
fn a_header_of_nonsense_changes_nothing() {
    let lab = Lab::new();
    let mut ring = lab.ring(2, Endian::NATIVE);
    let producer = lab.producer(BASE, Endian::NATIVE);
    ring.wake(&lab.memory);
    for i in 0x100..0x180 {
        let ticket = producer.submit(&CallEntry::new(number(2), &[i]), no_doorbell).unwrap();
        let tickets = lab.memory.load(BASE + 256, Ordering::Relaxed).unwrap();
        for at in (0..1024).step_by(4) {
            poke(&lab, at, 0xdead_0000 + i as u32);
        }
        assert_eq!(ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8).served, 1);
        poke(&lab, 256, tickets);
        poke(&lab, 772, 0);
        assert_eq!(producer.collect(ticket).unwrap().result, i);
    }
}

/// Memory that goes away: nothing is there after so many accesses.
struct Vanishing {
    memory: WordMemory,
    left: AtomicU64,
}

impl Vanishing {
    fn check(&self) -> Result<(), MemoryError> {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        if left > 0 { Ok(()) } else { Err(MemoryError { address: BASE, length: 0 }) }
    }
}

impl GuestMemory for Vanishing {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.check().and_then(|()| self.memory.read(address, buffer))
    }
    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        self.check().and_then(|()| self.memory.write(address, data))
    }
    fn contains(&self, address: u64, length: u64) -> bool {
        self.memory.contains(address, length)
    }
}

impl AtomicMemory for Vanishing {
    fn load(&self, address: u64, ordering: Ordering) -> Result<u32, MemoryError> {
        self.check().and_then(|()| self.memory.load(address, ordering))
    }
    fn store(&self, address: u64, word: u32, ordering: Ordering) -> Result<(), MemoryError> {
        self.check().and_then(|()| self.memory.store(address, word, ordering))
    }
}

#[test]
fn memory_that_goes_away_at_any_access_detaches_the_ring() {
    let mut ended = [0; 2];
    for left in 0..60 {
        let lab = Lab::new();
        let memory = Vanishing { memory: lab.memory.clone(), left: AtomicU64::new(left) };
        let setup = lab.setup(BASE, 1, Endian::NATIVE);
        let Ok(mut ring) = Ring::new(&memory, setup, Doorbell::Call, None) else {
            ended[0] += 1;
            continue;
        };
        let producer = lab.producer(BASE, Endian::NATIVE);
        let mut detached = false;
        for _ in 0..4 {
            let Ok(ticket) = producer.submit(&CallEntry::new(number(1), &[]), no_doorbell) else { break };
            let next = ring.drain(&memory, &lab.dispatcher, &lab.vm, 4).next;
            ring.sleep(&memory);
            ring.wake(&memory);
            detached |= next == Next::Detached(Detached::Memory) || ring.detached().is_some();
            let _ = producer.collect(ticket);
        }
        ended[1] += u32::from(detached);
    }
    assert!(ended[0] >= 5 && ended[1] >= 10, "{ended:?}");
}

/// A guest that writes anything anywhere in its ring while the host serves it, and rings the doorbell.
fn hostile(seed: u64, endian: Endian) {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE, 2, endian)).unwrap();
    lab.rings.set_up(&lab.memory, lab.setup(BASE + 0x1_0000, 2, endian)).unwrap();
    thread::scope(|scope| {
        let host = scope.spawn(|| lab.rings.poll(&lab.memory, &lab.dispatcher, &lab.vm, Polling::default()));
        let mut random = seed | 1;
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random
        };
        for _ in 0..2_000 {
            let (a, b) = (next(), next());
            let at = match a % 4 {
                0 => a >> 8 & 0x3fc,                // the header
                1 => 256,                           // the ticket counter
                2 => 4096 + (a >> 8 & 3) * 128 + 8, // a state
                _ => 4096 + (a >> 8 & 0x1fc),       // an entry
            };
            let word = if a & 0x10 == 0 { b as u32 % 8 } else { b as u32 };
            // Once in a while the ring is made anew, so that there is one to attack.
            if a % 64 == 5 {
                let _ = lab.rings.tear_down(&lab.memory, Teardown::by_vmm(BASE));
                lab.rings.set_up(&lab.memory, lab.setup(BASE, 2, endian)).unwrap();
            }
            if a % 16 == 3 {
                lab.rings.ring();
            }
            poke(&lab, at, if endian == Endian::NATIVE { word } else { word.swap_bytes() });
        }
        // The ring beside it is served as ever.
        let neighbour = lab.producer(BASE + 0x1_0000, endian);
        let answer = neighbour
            .call(&CallEntry::new(number(1), &[1, 2, 3]), || lab.rings.ring(), thread::yield_now)
            .unwrap();
        assert_eq!(answer.result, 6);
        lab.rings.stop();
        assert_eq!(host.join().expect("the host survives"), None);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn a_host_survives_any_guest(seed: u64, big: bool) {
        hostile(seed, if big { Endian::Big } else { Endian::Little });
    }
}

/// A doorbell that is rung for nothing costs a wake-up, and no polling.
#[test]
fn ringing_for_nothing_does_not_make_the_host_poll() {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE, 2, Endian::NATIVE)).unwrap();
    let polling = Polling { spin: Duration::from_millis(200), batch: 8 };
    thread::scope(|scope| {
        let host = scope.spawn(|| lab.rings.poll(&lab.memory, &lab.dispatcher, &lab.vm, polling));
        while lab.rings.work().sleeps() == 0 {
            thread::sleep(Duration::from_millis(5));
        }
        let start = Instant::now();
        for _ in 0..20 {
            let before = lab.rings.work().sleeps();
            lab.rings.ring();
            while lab.rings.work().sleeps() == before {
                thread::yield_now();
            }
        }
        // Twenty times the time to look would be four seconds.
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        lab.rings.stop();
        host.join().unwrap();
    });
}

#[test]
fn a_guest_that_spoils_ring_after_ring_fills_no_log() {
    let lab = Lab::new();
    let log = Log::default();
    log.watch(|| {
        for _ in 0..10 {
            lab.rings.set_up(&lab.memory, lab.setup(BASE, 0, Endian::NATIVE)).unwrap();
            poke(&lab, FIRST_STATE, 99);
            lab.rings.drain(&lab.memory, &lab.dispatcher, &lab.vm, 1);
            assert!(lab.rings.detached(BASE).is_some());
        }
    });
    assert_eq!(log.warnings().len(), 1, "{:?}", log.warnings());
}
