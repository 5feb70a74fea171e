//! The ring: calls in memory that two sides share, without an exit, against a bare exit where there is KVM.
//!
//! `polled` is the CPU time of both sides together for each call, what they spin for each other included, `wall` the time
//! that it takes; so many are in flight at once. Both sides are threads of this process, and the guest's runs the code
//! that a guest runs. `kvm` is the same of a guest on real KVM. `drained` is one thread that hands in, serves and collects
//! as many calls at once as the ring has entries. `idle` is what a host takes that sleeps.

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub mod guest;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod kvm;

use super::calls::{self, KINDS, Numbers, State};
use super::rounds::Subject;
use super::{Bench, BenchError, clock};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::memory::WordMemory;
use hypercall_core::ring::view::Words;
use hypercall_core::ring::{Doorbell, Producer, Ring, RingHeader, Setup, Ticket};
use hypercall_core::{Arch, CallEntry, Caller, Dispatcher, Endian, EntryPoint, interface};
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicBool, Ordering};

const POINT: EntryPoint = entry::port(0x48);
const ADDRESS: u64 = 0x1000;
/// log2 of the entries.
const ORDER: u32 = 6;
/// Entries.
const BATCH: u32 = 1 << ORDER;
/// Calls in a sample.
const CALLS: u64 = 8192;
/// In flight at once, where it is more than one.
const MANY: usize = 32;

/// What a call's thread does where its call is not answered.
fn lost(what: impl std::fmt::Debug) -> BenchError {
    BenchError::Guest(format!("a ring that is not served: {what:?}"))
}

/// What a call took: CPU time of both sides, and time of day.
#[derive(Clone, Copy)]
struct Took {
    cpu: f64,
    wall: f64,
}

/// Runs the host on a thread of its own and the guest on this one, twice, the host each time until `stop(true)`: what each of
/// [`CALLS`] took the second time. By then each thread runs on a processor of its own, which takes a kernel some
/// milliseconds.
///
/// Each thread reads its own clock. The process's counts a thread that runs up to the last tick only, which is longer
/// than all of this may take.
fn timed(
    host: impl FnMut() + Send,
    mut guest: impl FnMut() -> Result<(), BenchError>,
    stop: impl Fn(bool) + Sync,
) -> Result<Took, BenchError> {
    let (warm, stop, mut host) = (AtomicBool::new(false), &stop, host);
    std::thread::scope(|scope| {
        let host = scope.spawn(|| {
            host();
            stop(false);
            let start = clock::thread_time();
            warm.store(true, Ordering::Release);
            host();
            clock::thread_time() - start
        });
        let mut made = guest();
        stop(true);
        while !warm.load(Ordering::Acquire) && !host.is_finished() {
            spin_loop();
        }
        let (cpu, wall) = (clock::thread_time(), clock::monotonic());
        if made.is_ok() {
            made = guest();
        }
        let (cpu, wall) = (clock::thread_time() - cpu, clock::monotonic() - wall);
        stop(true);
        let host = host.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        made.map(|()| Took { cpu: (cpu + host) as f64 / CALLS as f64, wall: wall as f64 / CALLS as f64 })
    })
}

/// A dispatcher for each of the handlers, by the place of its calls.
fn dispatcher() -> Result<Dispatcher<State>, BenchError> {
    let numbers = [Numbers { interface: &interface::KVM, number: |place| place, count: KINDS as u64 }];
    let bound = (POINT, &convention::KVM, &interface::KVM);
    Ok(calls::dispatcher(Arch::X86, bound, &numbers, |builder| builder)?)
}

struct World {
    dispatcher: Dispatcher<State>,
    state: State,
    memory: WordMemory,
    setup: Setup,
}

impl World {
    fn new() -> Result<World, BenchError> {
        let dispatcher = dispatcher()?;
        let caller = Caller { endian: Endian::NATIVE, ..Caller::X86_64 };
        let entry = dispatcher.entry(POINT).expect("it was bound");
        let setup = Setup { address: ADDRESS, order: ORDER, vcpu: 0, entry, caller };
        let bytes = RingHeader::bytes(ORDER).expect("an order there is");
        let memory = WordMemory::new(ADDRESS, bytes as usize);
        Ok(World { dispatcher, state: State::default(), memory, setup })
    }

    fn producer(&self) -> Result<Producer<Words<'_>>, BenchError> {
        Producer::new(Words(self.memory.from(ADDRESS)), Endian::NATIVE).map_err(lost)
    }

    /// What each call takes, `in_flight` at once, while a thread polls.
    fn polled(&self, in_flight: usize) -> Result<Took, BenchError> {
        let mut ring = Ring::new(&self.memory, self.setup, Doorbell::Call, None).map_err(lost)?;
        let producer = self.producer()?;
        let stop = AtomicBool::new(false);
        let host = || {
            while !stop.load(Ordering::Relaxed) {
                if ring.drain(&self.memory, &self.dispatcher, &self.state, BATCH).served == 0 {
                    spin_loop();
                }
            }
        };
        timed(host, || make(&producer, in_flight, CALLS), |now| stop.store(now, Ordering::Relaxed))
    }

    fn subjects(&self) -> Vec<Subject<'_>> {
        let drained = Subject::fallible("ring/drained", || self.drained()).against("ring/bare");
        std::iter::once(drained).chain(both("polled", |in_flight| self.polled(in_flight))).collect()
    }

    /// CPU time of each call, handed in, served and collected by this thread.
    fn drained(&self) -> Result<f64, BenchError> {
        let mut ring = Ring::new(&self.memory, self.setup, Doorbell::Call, None).map_err(lost)?;
        let producer = self.producer()?;
        let mut tickets: Vec<Ticket> = Vec::with_capacity(BATCH as usize);
        let mut result = Ok(());
        let time = clock::each(CALLS, || {
            for number in 0..CALLS {
                match producer.submit(&call(number), || ()) {
                    Ok(ticket) => tickets.push(ticket),
                    Err(refused) => result = Err(lost(refused)),
                }
                if tickets.len() == BATCH as usize {
                    ring.drain(&self.memory, &self.dispatcher, &self.state, BATCH);
                    for ticket in tickets.drain(..) {
                        if let Err(ticket) = producer.collect(ticket) {
                            result = Err(lost(ticket));
                        }
                    }
                }
            }
        });
        result.map(|()| time)
    }
}

/// Each of the handlers in turn.
fn call(number: u64) -> CallEntry {
    CallEntry::new(number % KINDS as u64, black_box(&[5, 7]))
}

/// Makes so many calls, and collects their answers.
fn make(producer: &Producer<Words<'_>>, in_flight: usize, calls: u64) -> Result<(), BenchError> {
    let mut tickets = Vec::with_capacity(in_flight);
    for number in 0..calls {
        if in_flight == 1 {
            let answer = producer.call(&call(number), || (), spin_loop).map_err(lost)?;
            if answer.state != CallEntry::DONE {
                return Err(lost(answer));
            }
            continue;
        }
        tickets.push(producer.submit(&call(number), || ()).map_err(lost)?);
        if tickets.len() == in_flight || number + 1 == calls {
            for mut ticket in tickets.drain(..) {
                while let Err(same) = producer.collect(ticket) {
                    ticket = same;
                    spin_loop();
                }
            }
        }
    }
    Ok(())
}

/// The two figures of one thing.
fn both<'a>(
    id: &str,
    sample: impl Fn(usize) -> Result<Took, BenchError> + Copy + 'a,
) -> impl Iterator<Item = Subject<'a>> {
    [1, MANY].into_iter().flat_map(move |in_flight| {
        let cpu = move || Ok(sample(in_flight)?.cpu);
        let wall = move || Ok(sample(in_flight)?.wall);
        let id = format!("ring/{id}/{in_flight}");
        let cpu = Subject::fallible(id.clone(), cpu).against("ring/bare");
        [cpu, Subject::fallible(format!("{id}/wall"), wall).against("ring/bare")]
    })
}

/// One call at a time and several, by a thread that polls; by none; and of a guest on KVM where there is one.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub fn run(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let world = World::new()?;
    let Some(bare) = super::kvm::bare_guest(bench)? else {
        let mut subjects = world.subjects();
        subjects.iter_mut().for_each(|subject| subject.baseline = None);
        return bench.group(subjects);
    };
    let kvm = hypercall_arch_x86::kvm::probe::open()?;
    let guest = std::cell::RefCell::new(kvm::World::new(&kvm, dispatcher()?)?);
    let mut subjects = world.subjects();
    subjects.extend(both("kvm", |in_flight| guest.borrow_mut().polled(in_flight)));
    let idle = || guest.borrow_mut().idle();
    subjects.push(Subject { unit: "% of a core", ..Subject::fallible("ring/idle", idle) });
    subjects.push(Subject::fallible("ring/bare", || bare.borrow_mut().bare()));
    bench.group(subjects)
}

/// One call at a time and several, by a thread that polls; and by none.
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub fn run(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let world = World::new()?;
    let mut subjects = world.subjects();
    subjects.iter_mut().for_each(|subject| subject.baseline = None);
    bench.group(subjects)
}
