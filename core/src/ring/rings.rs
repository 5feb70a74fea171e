//! The rings of a VM, and the loop that serves them.

use super::{Detached, Doorbell, Next, Ring, Setup, Teardown};
use crate::memory::AtomicMemory;
use crate::statistics::Statistics;
use crate::{Dispatcher, Error, Privilege, VmExit};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

/// What the host sleeps at: guests ring it, by whatever their doorbell is.
pub trait Bell: Send + Sync {
    /// Wakes whoever waits, or the next that will.
    fn ring(&self);

    /// Waits until it was rung since the last wait ended.
    fn wait(&self);
}

/// A bell between threads of one process.
#[derive(Debug, Default)]
pub struct ThreadBell {
    rung: Mutex<bool>,
    wake: Condvar,
}

impl Bell for ThreadBell {
    fn ring(&self) {
        *lock(&self.rung) = true;
        self.wake.notify_one();
    }

    fn wait(&self) {
        let rung = lock(&self.rung);
        let mut rung = self.wake.wait_while(rung, |rung| !*rung).unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}

/// What panics under these locks is the VMM's memory or bell; the rings themselves are whole at every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Completing a deferred call rings the bell.
struct Wakes(Arc<dyn Bell>);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.ring();
    }
}

/// How the loop polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// How long to look for the next call before falling asleep, at most. The loop halves the time where looking
    /// was in vain, and doubles it where a call came soon after it fell asleep.
    pub spin: Duration,
    /// Calls of one ring to serve before the next ring is looked at.
    pub batch: u32,
}

impl Default for Polling {
    fn default() -> Polling {
        Polling { spin: Duration::from_micros(200), batch: 64 }
    }
}

/// The least time that the loop grows from.
const LEAST_SPIN: Duration = Duration::from_micros(10);
/// Looks between two looks at the clock.
const LOOKS: u32 = 64;

/// What the loop did.
#[derive(Debug, Default)]
pub struct Work {
    sleeps: AtomicUsize,
    served: AtomicUsize,
}

impl Work {
    /// How often it fell asleep.
    pub fn sleeps(&self) -> usize {
        self.sleeps.load(Ordering::Relaxed)
    }

    /// How many calls were served.
    pub fn served(&self) -> usize {
        self.served.load(Ordering::Relaxed)
    }
}

/// A ring, and what is to be known of it while it is being served.
struct Held {
    ring: Mutex<Ring>,
    /// Whether it was found detached: then another may take its place, whoever has it locked.
    gone: AtomicBool,
    /// Its counters, once it was looked after.
    statistics: OnceLock<Statistics>,
}

impl Held {
    fn new(ring: Ring) -> Held {
        Held { ring: Mutex::new(ring), gone: AtomicBool::new(false), statistics: OnceLock::new() }
    }

    fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire) || self.ring.try_lock().is_ok_and(|ring| ring.detached().is_some())
    }
}

/// The rings there are, by address, and what was counted in those that were.
#[derive(Default)]
struct List {
    there: Vec<(u64, Arc<Held>)>,
    past: Option<Statistics>,
}

impl List {
    /// Lets go of rings that are not served any more.
    fn retain(&mut self, stays: impl Fn(&Arc<Held>) -> bool) {
        let List { there, past } = self;
        there.retain(|(_, ring)| {
            let stays = stays(ring);
            if !stays && let Some(own) = ring.statistics.get() {
                match past {
                    Some(past) => past.add(own),
                    None => *past = Some(own.clone()), // which counts no more
                }
            }
            stays
        });
    }
}

/// The rings of a VM. Its memory is given with each call: the same one always, or what it has become.
///
/// A VMM makes them on behalf of its guest, from its handler of HYPERCALL_RING_SETUP, and serves them in one of two
/// ways: by a thread in [`poll`](Self::poll), or by [`drain`](Self::drain) at each doorbell.
pub struct Rings {
    most: usize,
    doorbell: Doorbell,
    bell: Arc<dyn Bell>,
    rings: Mutex<List>,
    /// Counts the changes of `rings`.
    changes: AtomicUsize,
    stopped: AtomicBool,
    /// Whether a guest's spoiling a ring was reported.
    reported: AtomicBool,
    work: Work,
}

impl std::fmt::Debug for Rings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rings({} of at most {}, {:?})", lock(&self.rings).there.len(), self.most, self.doorbell)
    }
}

impl Rings {
    /// No rings yet, `most` at most. What the guest is told to ring must come to `bell`.
    pub fn new(most: usize, doorbell: Doorbell, bell: Arc<dyn Bell>) -> Rings {
        let (rings, changes) = (Mutex::default(), AtomicUsize::new(0));
        let (stopped, reported) = (AtomicBool::new(false), AtomicBool::new(false));
        Rings { most, doorbell, bell, rings, changes, stopped, reported, work: Work::default() }
    }

    /// Makes a ring.
    ///
    /// # Errors
    /// As [`Ring::new`]; [`Error::InvalidState`] where there is a ring at this address, or there are as many as
    /// there may be.
    pub fn set_up<M: AtomicMemory + ?Sized>(&self, memory: &M, setup: Setup) -> Result<(), Error> {
        let mut rings = lock(&self.rings);
        // One that is being served is not detached, or will be found so the next time.
        rings.retain(|ring| !ring.is_gone());
        setup.check(memory)?;
        let there = &mut rings.there;
        if there.iter().any(|(address, _)| *address == setup.address) || there.len() >= self.most {
            return Err(Error::InvalidState);
        }
        let waker = Waker::from(Arc::new(Wakes(Arc::clone(&self.bell))));
        let ring = Ring::new(memory, setup, self.doorbell, Some(waker))?;
        there.push((setup.address, Arc::new(Held::new(ring))));
        drop(rings);
        self.changed();
        Ok(())
    }

    /// Serves a ring no more. When this returns, nothing of the host writes to its memory.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none; [`Error::InvalidState`] where it is being served, and the call
    /// came through a ring; [`Error::NotPermitted`] for a user program that asks for the end of its kernel's.
    pub fn tear_down<M: AtomicMemory + ?Sized>(&self, memory: &M, teardown: Teardown) -> Result<(), Error> {
        let ring = self.at(teardown.address).ok_or(Error::NotFound)?;
        // The list is not locked here: a call that is being served in this ring may want it.
        let mut locked = match teardown.through_ring {
            true => ring.ring.try_lock().map_err(|_| Error::InvalidState)?,
            false => lock(&ring.ring),
        };
        if locked.setup().caller.privilege == Privilege::Supervisor && teardown.privilege == Privilege::User {
            return Err(Error::NotPermitted);
        }
        if locked.detached() == Some(Detached::TornDown) {
            return Err(Error::NotFound); // by another call, meanwhile
        }
        locked.detach(memory, Detached::TornDown);
        drop(locked);
        lock(&self.rings).retain(|other| !Arc::ptr_eq(other, &ring));
        self.changed();
        Ok(())
    }

    /// Wakes the loop: for doorbells that come to the VMM as an exit.
    pub fn ring(&self) {
        self.bell.ring();
    }

    /// Has [`poll`](Self::poll) return.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.bell.ring();
    }

    /// Lets [`poll`](Self::poll) be called again after [`stop`](Self::stop).
    pub fn restart(&self) {
        self.stopped.store(false, Ordering::Release);
    }

    /// What was done.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The counters of all calls that came through rings, as they are now, to be added to the vCPUs' own; `None` before
    /// a ring was looked after.
    pub fn statistics(&self) -> Option<Statistics> {
        let list = lock(&self.rings);
        let there = list.there.iter().filter_map(|(_, ring)| ring.statistics.get());
        Statistics::sum(list.past.iter().chain(there).cloned())
    }

    /// Why the ring at an address is not served any more, if there is one and that is so. Waits while it is being
    /// served: not for a handler whose calls may come through it.
    pub fn detached(&self, address: u64) -> Option<Detached> {
        let ring = self.at(address)?;
        lock(&ring.ring).detached()
    }

    /// How a call of the ring at an address ended the VM, if there is that ring and one did. A guest that sees the answer
    /// of the call has ended the VM already. Waits as [`detached`](Self::detached) does.
    pub fn ended(&self, address: u64) -> Option<VmExit> {
        let ring = self.at(address)?;
        lock(&ring.ring).ended()
    }

    fn at(&self, address: u64) -> Option<Arc<Held>> {
        lock(&self.rings).there.iter().find(|(place, _)| *place == address).map(|(_, ring)| Arc::clone(ring))
    }

    fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Release);
        self.bell.ring();
    }

    /// Serves what was handed in, in every ring `most` calls at most: for a VMM without a thread to poll, at each
    /// doorbell. What is left over is served at the next one.
    ///
    /// The exit, where a call ended the VM.
    pub fn drain<Vm, M: AtomicMemory + ?Sized>(
        &self,
        memory: &M,
        dispatcher: &Dispatcher<Vm>,
        vm: &Vm,
        most: u32,
    ) -> Option<VmExit> {
        let rings = self.all();
        rings.iter().find_map(|ring| self.pass(ring, memory, dispatcher, vm, most).err())
    }

    /// How many calls of a ring were served.
    fn pass<Vm, M: AtomicMemory + ?Sized>(
        &self,
        held: &Held,
        memory: &M,
        dispatcher: &Dispatcher<Vm>,
        vm: &Vm,
        most: u32,
    ) -> Result<u32, VmExit> {
        let mut ring = lock(&held.ring);
        let drained = ring.drain(memory, dispatcher, vm, most);
        if held.statistics.get().is_none()
            && let Some(statistics) = ring.statistics()
        {
            let _ = held.statistics.set(statistics);
        }
        drop(ring);
        if drained.served > 0 {
            self.work.served.fetch_add(drained.served as usize, Ordering::Relaxed);
        }
        match drained.next {
            Next::Exit(exit) => {
                held.gone.store(true, Ordering::Release);
                Err(exit)
            }
            Next::Detached(reason) => {
                held.gone.store(true, Ordering::Release);
                self.report(reason);
                Ok(drained.served)
            }
            _ => Ok(drained.served),
        }
    }

    /// One line in the log a VM, however many rings its guest spoils.
    fn report(&self, reason: Detached) {
        let spoilt = !matches!(reason, Detached::TornDown | Detached::Ended);
        if spoilt && !self.reported.load(Ordering::Relaxed) && !self.reported.swap(true, Ordering::Relaxed) {
            tracing::warn!("a ring is detached: {reason}; further ones are not reported");
        }
    }

    /// Serves all rings, polling while calls come and asleep while none do, until [`stop`](Self::stop) or the
    /// call that ends the VM: then its exit. For a thread of its own.
    ///
    /// A doorbell that is rung for nothing does not make it poll: only calls do.
    pub fn poll<Vm, M: AtomicMemory + ?Sized>(
        &self,
        memory: &M,
        dispatcher: &Dispatcher<Vm>,
        vm: &Vm,
        polling: Polling,
    ) -> Option<VmExit> {
        let mut spin = polling.spin;
        let mut seen = self.changes.load(Ordering::Acquire);
        let mut rings = self.all_awake(memory);
        let mut asleep_since: Option<Instant> = None;
        loop {
            let (mut until, mut looks) = (None::<Instant>, 0_u32);
            loop {
                let mut served = 0;
                for ring in &rings {
                    match self.pass(ring, memory, dispatcher, vm, polling.batch) {
                        Ok(calls) => served += calls,
                        Err(exit) => return Some(exit),
                    }
                }
                // Before anything else: a guest that always has a call pending must not keep the VMM from its own.
                if self.stopped.load(Ordering::Acquire) {
                    return None;
                }
                if served > 0 {
                    if let Some(since) = asleep_since.take() {
                        spin = adapted(spin, since.elapsed(), polling.spin);
                    }
                    (until, looks) = (None, 0);
                    if self.changes.load(Ordering::Acquire) != seen {
                        break;
                    }
                    continue;
                }
                if asleep_since.is_some() {
                    break; // woken for nothing
                }
                std::hint::spin_loop();
                looks = looks.wrapping_add(1);
                if looks % LOOKS != 0 {
                    continue;
                }
                if self.changes.load(Ordering::Acquire) != seen {
                    break;
                }
                // Where there are fewer processors than threads, somebody's call waits for this one.
                std::thread::yield_now();
                let now = Instant::now();
                if now >= *until.get_or_insert(now + spin) {
                    break;
                }
            }
            let changes = self.changes.load(Ordering::Acquire);
            if changes != seen {
                (seen, rings) = (changes, self.all_awake(memory));
                continue;
            }
            // Every ring must be announced as asleep before the bell is waited for.
            let idle = rings.iter().all(|ring| lock(&ring.ring).sleep(memory));
            if idle {
                asleep_since.get_or_insert_with(Instant::now);
                self.work.sleeps.fetch_add(1, Ordering::Relaxed);
                self.bell.wait();
            }
            rings.iter().for_each(|ring| lock(&ring.ring).wake(memory));
        }
    }

    fn all(&self) -> Vec<Arc<Held>> {
        lock(&self.rings).there.iter().map(|(_, ring)| Arc::clone(ring)).collect()
    }

    fn all_awake<M: AtomicMemory + ?Sized>(&self, memory: &M) -> Vec<Arc<Held>> {
        let rings = self.all();
        rings.iter().for_each(|ring| lock(&ring.ring).wake(memory));
        rings
    }
}

/// How long to look next time, after the loop slept so long.
fn adapted(spin: Duration, slept: Duration, most: Duration) -> Duration {
    if slept <= most {
        (spin * 2).max(LEAST_SPIN).min(most)
    } else if spin < LEAST_SPIN {
        Duration::ZERO
    } else {
        spin / 2
    }
}
