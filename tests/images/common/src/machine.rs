//! The VM of the stock handlers, without an operating system under it.

use crate::drain::DrainedRing;
use crate::window::Window;
use alloc::sync::Arc;
use core::cell::Cell;
use hypercall_core::memory::GuestMemory;
use hypercall_core::multicall::Batches;
use hypercall_core::ring::{Setup, Teardown};
use hypercall_core::services::Services;
use hypercall_core::{
    Action, Arch, BuildError, Builder, Completion, Convention, Deferral, Dispatcher, EntryPoint, Error,
    Fault, Interface, Policy, Vcpu, VmExit,
};
use hypercalls::cases::linked;
use hypercalls::catalogue::kvm::{MagicFeatures, MagicPageFlags};
use hypercalls::services::{
    CallRings, Console, GuestConsole, MagicPages, Memory, Retries, Testing, WallClock, WallTime,
};
use hypercalls::stock;
use hypercalls::vendor::raised_fault;

/// What an image has of its machine.
pub trait Platform: Copy + Send + Sync + 'static {
    /// Writes to the console.
    fn write(&self, text: &[u8]);
    /// The time of day.
    fn now(&self) -> WallTime;
}

/// A VM with one vCPU, whose memory is a window of the image's own.
pub struct Machine<P> {
    arch: Arch,
    platform: P,
    memory: Window,
    retries: Retries,
    ring: DrainedRing,
    /// The deferred call that waits, and its value.
    waiting: Cell<Option<(Completion, u64)>>,
    calls_served: Cell<u64>,
}

impl<P: Platform> Machine<P> {
    /// A VM of an architecture with this memory.
    pub fn new(arch: Arch, platform: P, memory: Window) -> Machine<P> {
        let (waiting, calls_served) = (Cell::new(None), Cell::new(0));
        let (retries, ring) = (Retries::new(1), DrainedRing::default());
        Machine { arch, platform, memory, retries, ring, waiting, calls_served }
    }

    /// Completes the deferred call that waits, as a device would some time later. False if there is none.
    pub fn complete_waiting(&self) -> bool {
        let Some((completion, value)) = self.waiting.take() else { return false };
        completion.complete(Ok(value.into()));
        true
    }

    /// Serves what was handed in through the guest's ring, if its doorbell was rung since: before the guest goes
    /// on behind the call that rang it. The exit, where a call ended the VM.
    pub fn drain(&self, dispatcher: &Dispatcher<Machine<P>>) -> Option<VmExit> {
        self.ring.drain(&self.memory, dispatcher, self, || self.complete_waiting())
    }

    /// How many calls came through rings.
    pub fn drained(&self) -> u64 {
        self.ring.served()
    }

    /// Waits for a call that only this thread can complete.
    fn complete_and_wait(&self, vcpu: &Vcpu, deferral: Deferral) -> Action {
        assert_eq!(vcpu.try_wait(deferral), None, "nobody has completed the call");
        assert!(self.complete_waiting(), "a deferred call waits");
        vcpu.try_wait(deferral).expect("completed above")
    }

    /// A dispatcher with the stock handlers of the project's own calls, and those that `add` adds, at one
    /// entry point.
    ///
    /// # Errors
    /// [`BuildError`], from what `add` did.
    pub fn dispatcher(
        &self,
        point: EntryPoint,
        convention: &'static Convention,
        interface: &'static Interface,
        policy: Policy,
        add: impl FnOnce(Builder<Machine<P>>) -> Builder<Machine<P>>,
    ) -> Result<Dispatcher<Machine<P>>, BuildError> {
        let console = Terminal { platform: self.platform, memory: self.memory };
        let services = linked::services(Services::new().with::<dyn GuestConsole>(Arc::new(console)));
        let builder = Dispatcher::builder(self.arch)
            .policy(policy)
            .linked_handlers(&services)
            .multicall(Batches::new(|vm: &Machine<P>| vm.memory()).waiting(Machine::complete_and_wait))
            .entry(point, convention, interface);
        let dispatcher = add(stock::rings(stock::vendor(builder))).build()?;
        self.calls_served.set(dispatcher.served().len() as u64);
        Ok(dispatcher)
    }
}

impl<P: Platform> Memory for Machine<P> {
    fn memory(&self) -> &dyn GuestMemory {
        &self.memory
    }
}

impl<P: Platform> CallRings for Machine<P> {
    fn set_up_ring(&self, setup: Setup) -> Result<(), Error> {
        self.ring.set_up(&self.memory, setup)
    }

    fn tear_down_ring(&self, teardown: Teardown) -> Result<(), Error> {
        self.ring.tear_down(&self.memory, teardown)
    }

    fn ring_doorbell(&self) {
        self.ring.doorbell();
    }
}

impl<P: Platform> WallClock for Machine<P> {
    fn now(&self) -> Result<WallTime, Error> {
        Ok(self.platform.now())
    }
}

impl<P: Platform> Testing for Machine<P> {
    fn is_first_execution(&self, vcpu: u32, key: u64) -> Result<bool, Error> {
        self.retries.is_first(vcpu, key)
    }

    fn complete_elsewhere(&self, completion: Completion, value: u64) {
        self.waiting.set(Some((completion, value)));
    }

    fn fault(&self) -> Result<Fault, Error> {
        raised_fault(self.arch).ok_or(Error::Unsupported)
    }

    fn calls_served(&self) -> u64 {
        self.calls_served.get()
    }
}

/// PowerPC images map magic pages.
impl<P: Platform + MagicPages> MagicPages for Machine<P> {
    fn map(
        &self,
        vcpu: u32,
        physical: u64,
        effective: u64,
        flags: MagicPageFlags,
    ) -> Result<MagicFeatures, Error> {
        self.platform.map(vcpu, physical, effective, flags)
    }
}

/// The console that HYPERCALL_CONSOLE_WRITE writes to.
struct Terminal<P> {
    platform: P,
    memory: Window,
}

impl<P: Platform> Memory for Terminal<P> {
    fn memory(&self) -> &dyn GuestMemory {
        &self.memory
    }
}

impl<P: Platform> Console for Terminal<P> {
    fn write(&self, _vcpu: u32, text: &[u8]) -> Result<(), Error> {
        self.platform.write(text);
        Ok(())
    }
}
