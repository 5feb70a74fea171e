//! A ring and the dispatcher that serves its calls.

use super::view::{Place, View};
use super::{AGAIN, Consumer, Detached, RingHeader};
use crate::memory::{AtomicMemory, GuestMemory};
use crate::statistics::Statistics;
use crate::{
    CallEntry, Caller, Context, Deferral, Dispatcher, EntryId, Error, Privilege, Progress, Vcpu, VmExit,
};
use bytemuck::Zeroable;
use core::task::Waker;

/// How a guest wakes the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doorbell {
    /// By HYPERCALL_RING_DOORBELL.
    #[default]
    Call,
    /// By a byte written to a port.
    Port(u16),
    /// By a byte stored to a guest-physical address.
    Mmio(u64),
}

impl Doorbell {
    const fn words(self) -> (u32, u64) {
        match self {
            Doorbell::Call => (0, 0),
            Doorbell::Port(port) => (1, port as u64),
            Doorbell::Mmio(address) => (2, address),
        }
    }
}

/// What a ring is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Guest-physical address of the header; page aligned.
    pub address: u64,
    /// log2 of the number of entries.
    pub order: u32,
    /// The vCPU that the calls are made for: the one that sets the ring up.
    pub vcpu: u32,
    /// The entry point that the calls are made at.
    pub entry: EntryId,
    /// The mode, privilege and byte order that they are made with.
    pub caller: Caller,
}

/// Which ring is to end, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Teardown {
    /// Guest-physical address of the header.
    pub address: u64,
    /// A user program cannot end its kernel's.
    pub privilege: Privilege,
    /// Whether the call for it itself came through a ring, and must not wait for its own end.
    pub through_ring: bool,
}

impl Teardown {
    /// Asked for by the call of this context.
    pub fn of(context: &Context<'_>, address: u64) -> Teardown {
        Teardown { address, privilege: context.caller().privilege, through_ring: context.is_through_ring() }
    }

    /// The VMM's own wish, not from within a call.
    pub const fn by_vmm(address: u64) -> Teardown {
        Teardown { address, privilege: Privilege::Supervisor, through_ring: false }
    }
}

impl Setup {
    /// A ring whose calls are made as the call of this context is: for the same vCPU, at the same entry point,
    /// with the same mode, privilege and byte order.
    pub fn of(context: &Context<'_>, address: u64, order: u32) -> Setup {
        let (vcpu, entry, caller) = (context.vcpu(), context.entry(), context.caller());
        Setup { address, order, vcpu, entry, caller }
    }

    /// Whether there can be such a ring.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that is not a multiple of 4096, or an order over 10;
    /// [`Error::BadAddress`] when the ring is not all memory.
    pub fn check<M: GuestMemory + ?Sized>(&self, memory: &M) -> Result<(), Error> {
        let bytes = RingHeader::bytes(self.order).ok_or(Error::Invalid)?;
        if !self.address.is_multiple_of(RingHeader::SIZE) {
            return Err(Error::Invalid);
        }
        if memory.contains(self.address, bytes) { Ok(()) } else { Err(Error::BadAddress) }
    }
}

/// What became of a ring that was looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// How many calls were answered.
    pub served: u32,
    /// Why it ended there.
    pub next: Next,
}

/// Why no further call of a ring was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// None was handed in.
    Idle,
    /// As many were served as were to be.
    More,
    /// Somebody completes the call whose turn it is later; look again then.
    Deferred,
    /// A call ended the VM.
    Exit(VmExit),
    /// The ring is not served any more.
    Detached(Detached),
}

/// A ring of a VM, on the host.
///
/// Calls are served in the order of their tickets, one after the other; a deferred one holds those behind it.
#[derive(Debug)]
pub struct Ring {
    setup: Setup,
    consumer: Consumer,
    vcpu: Option<Vcpu>,
    waker: Option<Waker>,
    /// The call whose turn it is, if it was deferred.
    waiting: Option<(Deferral, CallEntry)>,
    detached: Option<Detached>,
    ended: Option<VmExit>,
}

impl Ring {
    /// Makes a ring: writes its header, and a state and a turn into each entry.
    ///
    /// `waker` is called from the thread that completes a deferred call of the ring's.
    ///
    /// # Errors
    /// As [`Setup::check`].
    pub fn new<M: AtomicMemory + ?Sized>(
        memory: &M,
        setup: Setup,
        doorbell: Doorbell,
        waker: Option<Waker>,
    ) -> Result<Ring, Error> {
        setup.check(memory)?;
        let (doorbell, doorbell_at) = doorbell.words();
        let (order, width) = (setup.order, setup.caller.width.bits());
        let header = RingHeader { order, width, doorbell, doorbell_at, ..RingHeader::zeroed() };
        let place = Place { memory, address: setup.address };
        let consumer = Consumer::new(&place, setup.caller.endian, &header)?;
        Ok(Ring { setup, consumer, vcpu: None, waker, waiting: None, detached: None, ended: None })
    }

    /// What it was set up as.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The counters of its calls; `None` before it was drained.
    pub fn statistics(&self) -> Option<Statistics> {
        self.vcpu.as_ref().map(Vcpu::statistics)
    }

    /// Serves the calls that were handed in, `most` of them at most.
    pub fn drain<Vm, M: AtomicMemory + ?Sized>(
        &mut self,
        memory: &M,
        dispatcher: &Dispatcher<Vm>,
        vm: &Vm,
        most: u32,
    ) -> Drained {
        if let Some(reason) = self.detached {
            return Drained { served: 0, next: Next::Detached(reason) };
        }
        let Setup { address, order, .. } = self.setup;
        let bytes = RingHeader::bytes(order).unwrap_or(u64::MAX);
        let mut drained = None;
        memory.in_one_piece(address, bytes, &mut |piece| {
            drained = Some(self.drain_in(piece, dispatcher, vm, most));
        });
        drained.unwrap_or_else(|| self.drain_in(&Place { memory, address }, dispatcher, vm, most))
    }

    fn drain_in<Vm>(
        &mut self,
        view: &(impl View + ?Sized),
        dispatcher: &Dispatcher<Vm>,
        vm: &Vm,
        most: u32,
    ) -> Drained {
        let mut served = 0;
        let next = self.serve(view, dispatcher, vm, most, &mut served);
        let tells = served > 0 && self.detached.is_none();
        let told = if tells { self.consumer.tell(view) } else { Ok(()) };
        let next = next.and_then(|next| told.map(|()| next)).unwrap_or_else(|reason| {
            self.detach_in(view, reason);
            Next::Detached(reason)
        });
        Drained { served, next }
    }

    fn serve<Vm>(
        &mut self,
        view: &(impl View + ?Sized),
        dispatcher: &Dispatcher<Vm>,
        vm: &Vm,
        most: u32,
        served: &mut u32,
    ) -> Result<Next, Detached> {
        let Setup { vcpu, entry, caller, .. } = self.setup;
        let (waker, consumer) = (&mut self.waker, &mut self.consumer);
        let vcpu = self.vcpu.get_or_insert_with(|| {
            let convention = dispatcher.convention(entry);
            let mode = convention.mode_for(caller.width);
            let answer = mode.outputs.len() + usize::from(convention.has_status());
            // An exception takes two.
            consumer.use_words(mode.arguments.len().max(answer).max(2));
            dispatcher.ring_vcpu(vcpu, waker.take())
        });
        if self.consumer.sleeps() {
            self.consumer.check(view)?; // nobody looks otherwise where the host never falls asleep
        }
        while *served < most {
            let (mut call, progress) = match self.waiting.take() {
                Some((deferral, mut call)) => match vcpu.try_wait(deferral) {
                    Some(action) => {
                        let progress = call.settle(action);
                        (call, progress)
                    }
                    None => (call, Progress::Deferred(deferral)),
                },
                None => {
                    let Some(mut call) = self.consumer.next(view)? else { return Ok(Next::Idle) };
                    let progress = dispatcher.serve_entry(entry, vm, vcpu, &mut call, caller);
                    (call, progress)
                }
            };
            match progress {
                Progress::Answered => {}
                Progress::Pending => call.state = AGAIN,
                Progress::Deferred(deferral) => {
                    self.waiting = Some((deferral, call));
                    return Ok(Next::Deferred);
                }
                Progress::Exit(exit) => {
                    // The VM ends, whether or not there is still memory to say so in.
                    let _ = self.consumer.answer(view, &call).and_then(|()| self.consumer.tell(view));
                    self.detach_in(view, Detached::Ended);
                    self.ended = Some(exit);
                    *served += 1;
                    return Ok(Next::Exit(exit));
                }
            }
            self.consumer.answer(view, &call)?;
            *served += 1;
        }
        Ok(Next::More)
    }

    /// Announces that the host sleeps until the doorbell is rung, and says whether it may: not where a call was
    /// handed in meanwhile. One whose turn is another thread's wakes the host itself.
    pub fn sleep<M: AtomicMemory + ?Sized>(&mut self, memory: &M) -> bool {
        if self.waiting.is_some() || self.detached.is_some() {
            return true;
        }
        let place = Place { memory, address: self.setup.address };
        self.consumer.sleep(&place).unwrap_or_else(|reason| {
            self.detach(memory, reason);
            true
        })
    }

    /// Announces that the host polls.
    pub fn wake<M: AtomicMemory + ?Sized>(&mut self, memory: &M) {
        let place = Place { memory, address: self.setup.address };
        if self.detached.is_none()
            && let Err(reason) = self.consumer.wake(&place)
        {
            self.detach(memory, reason);
        }
    }

    /// Serves the ring no more, and tells the guests so. A deferred call's answer is dropped.
    pub fn detach<M: AtomicMemory + ?Sized>(&mut self, memory: &M, reason: Detached) {
        self.detach_in(&Place { memory, address: self.setup.address }, reason);
    }

    fn detach_in(&mut self, view: &(impl View + ?Sized), reason: Detached) {
        let Setup { vcpu, address, .. } = self.setup;
        if self.detached.is_none() {
            self.detached = Some(reason);
            self.consumer.detach(view, reason);
            // A guest can have as many rings as it likes, one after the other: no line in the usual log for each.
            tracing::debug!(vcpu, address, "a ring is detached: {reason}");
        }
    }

    /// Why it is not served any more.
    pub fn detached(&self) -> Option<Detached> {
        self.detached
    }

    /// How one of its calls ended the VM, if one did.
    pub fn ended(&self) -> Option<VmExit> {
        self.ended
    }
}
