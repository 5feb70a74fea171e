//! The VM of the `hypercall` command: what the stock handlers need, over any memory.

use crate::catalogue::kvm::{Icr, MagicFeatures, MagicPageFlags, MapGpaAttributes};
use crate::catalogue::xen::{MapSpace, ShutdownReason};
use crate::services::{
    Access, CallRings, Console, GpaRange, GpaRanges, Interrupts, MagicPages, Memory, PairedClock, Pairing,
    Retries, Testing, WallClock, WallTime, Worker, XenGuest, XenIdentity, XenParameters,
};
use crate::vendor::raised_fault;
use hypercall_core::argument::PAGE_SIZE;
use hypercall_core::memory::{AtomicMemory, GuestMemory};
use hypercall_core::ring::{Bell, Doorbell, Rings, Setup, Teardown, ThreadBell};
use hypercall_core::{Arch, Completion, Error, Fault, VmExit};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Rings that a guest may have at once, where it has no more vCPUs.
const MOST_RINGS: usize = 8;

/// Where a guest's console goes.
pub type Sink = Box<dyn Fn(&[u8]) + Send + Sync>;

/// Reads the time-stamp counter as a vCPU does.
pub type Counter = Box<dyn Fn(u32) -> u64 + Send + Sync>;

/// Where a linear address of one vCPU's is.
pub type Translation = Box<dyn Fn(u64, Access) -> Result<u64, Error> + Send + Sync>;

/// A VM with `vcpus` vCPUs whose APIC ids are their indices.
pub struct Machine {
    arch: Arch,
    vcpus: u32,
    /// What KVM makes of each vCPU's linear addresses; dropped before the memory.
    translations: Vec<OnceLock<Translation>>,
    memory: Box<dyn GuestMemory + Send + Sync>,
    /// The same memory, where there can be rings in it.
    shared: Option<Box<dyn AtomicMemory + Send + Sync>>,
    rings: Rings,
    console: Sink,
    counter: Counter,
    retries: Retries,
    worker: Worker,
    calls_served: OnceLock<u64>,
    /// Interrupts accepted for each vCPU; the built-in guest keeps them disabled and takes none.
    interrupts: Vec<AtomicU64>,
    xen: XenParameters,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Machine({}, {} vCPUs)", self.arch, self.vcpus)
    }
}

fn rings(vcpus: u32, doorbell: Doorbell, bell: Arc<dyn Bell>) -> Rings {
    Rings::new(MOST_RINGS.max(vcpus as usize), doorbell, bell)
}

impl Machine {
    /// A machine over `memory`.
    ///
    /// # Errors
    /// When the host starts no more threads.
    pub fn new(
        arch: Arch,
        vcpus: u32,
        memory: Box<dyn GuestMemory + Send + Sync>,
        console: Sink,
        counter: Counter,
    ) -> std::io::Result<Machine> {
        Ok(Machine {
            arch,
            vcpus,
            translations: (0..vcpus).map(|_| OnceLock::new()).collect(),
            memory,
            shared: None,
            rings: rings(vcpus, Doorbell::Call, Arc::new(ThreadBell::default())),
            console,
            counter,
            retries: Retries::new(vcpus as usize),
            worker: Worker::new()?,
            calls_served: OnceLock::new(),
            interrupts: (0..vcpus).map(|_| AtomicU64::new(0)).collect(),
            xen: XenParameters::default(),
        })
    }

    pub(super) fn set_calls_served(&self, calls: u64) {
        self.calls_served.get_or_init(|| calls);
    }

    /// Has linear addresses of this vCPU's be where `translation` says, from here on; each is at its own without.
    pub fn set_translation(&self, vcpu: u32, translation: Translation) {
        if let Some(place) = self.translations.get(vcpu as usize) {
            place.get_or_init(|| translation);
        }
    }

    /// Its rings.
    pub fn rings(&self) -> &Rings {
        &self.rings
    }

    /// The same, with rings in its memory, which is `shared`.
    #[must_use]
    pub fn with_rings_in(self, shared: impl AtomicMemory + Send + Sync + 'static) -> Machine {
        Machine { shared: Some(Box::new(shared)), ..self }
    }

    /// The same, with rings that the guest wakes the host of by this doorbell, which comes to `bell`.
    #[must_use]
    pub fn with_bell(self, doorbell: Doorbell, bell: Arc<dyn Bell>) -> Machine {
        Machine { rings: rings(self.vcpus, doorbell, bell), ..self }
    }

    /// Its memory, where there can be rings in it.
    pub fn shared_memory(&self) -> Option<&(dyn AtomicMemory + Send + Sync)> {
        self.shared.as_deref()
    }

    /// How many interrupts the vCPU with this APIC id was sent.
    pub fn interrupts_sent(&self, apic_id: u32) -> u64 {
        self.interrupts.get(apic_id as usize).map_or(0, |i| i.load(Ordering::Relaxed))
    }
}

impl Memory for Machine {
    fn memory(&self) -> &dyn GuestMemory {
        &*self.memory
    }
}

impl CallRings for Machine {
    fn set_up_ring(&self, setup: Setup) -> Result<(), Error> {
        setup.check(&*self.memory)?;
        self.rings.set_up(self.shared_memory().ok_or(Error::Unsupported)?, setup)
    }

    fn tear_down_ring(&self, teardown: Teardown) -> Result<(), Error> {
        self.rings.tear_down(self.shared_memory().ok_or(Error::NotFound)?, teardown)
    }

    fn ring_doorbell(&self) {
        self.rings.ring();
    }
}

impl Console for Machine {
    fn write(&self, _vcpu: u32, text: &[u8]) -> Result<(), Error> {
        (self.console)(text);
        Ok(())
    }
}

impl Interrupts for Machine {
    fn poll(&self, _vcpu: u32) {}

    // A vCPU of these guests that halts has ended.
    fn kick(&self, _vcpu: u32, _apic_id: u32) {}

    fn send_ipi(&self, _vcpu: u32, apic_id: u32, _icr: Icr) -> bool {
        self.interrupts.get(apic_id as usize).is_some_and(|i| {
            i.fetch_add(1, Ordering::Relaxed);
            true
        })
    }

    fn yield_to(&self, _vcpu: u32, _apic_id: u64) {
        std::thread::yield_now();
    }
}

impl WallClock for Machine {
    fn now(&self) -> Result<WallTime, Error> {
        WallTime::now()
    }
}

impl PairedClock for Machine {
    fn pairing(&self, vcpu: u32) -> Result<Pairing, Error> {
        Ok(Pairing { time: WallTime::now()?, tsc: (self.counter)(vcpu) })
    }
}

impl GpaRanges for Machine {
    fn is_memory(&self, range: GpaRange) -> bool {
        self.memory.contains(range.first().get(), range.bytes())
    }

    // The memory of these guests is all shared; there is nothing to convert.
    fn convert(&self, _vcpu: u32, _range: GpaRange, _attributes: MapGpaAttributes) -> Result<(), Error> {
        Ok(())
    }
}

impl MagicPages for Machine {
    fn map(
        &self,
        _vcpu: u32,
        _physical: u64,
        _effective: u64,
        _flags: MagicPageFlags,
    ) -> Result<MagicFeatures, Error> {
        Ok(MagicFeatures::all())
    }
}

impl Testing for Machine {
    fn is_first_execution(&self, vcpu: u32, key: u64) -> Result<bool, Error> {
        self.retries.is_first(vcpu, key)
    }

    fn complete_elsewhere(&self, completion: Completion, value: u64) {
        self.worker.complete(completion, value);
    }

    fn fault(&self) -> Result<Fault, Error> {
        raised_fault(self.arch).ok_or(Error::Unsupported)
    }

    fn calls_served(&self) -> u64 {
        self.calls_served.get().copied().unwrap_or(0)
    }
}

impl XenGuest for Machine {
    fn identity(&self) -> &XenIdentity {
        &XenIdentity::DEFAULT
    }

    fn translate(&self, vcpu: u32, linear: u64, access: Access) -> Result<u64, Error> {
        match self.translations.get(vcpu as usize).and_then(OnceLock::get) {
            Some(translation) => translation(linear, access),
            None => Ok(linear), // no vCPU, no page tables
        }
    }

    /// Only the loopback backend has no vCPU to wait for.
    fn answers_rings(&self) -> bool {
        self.translations.iter().all(|translation| translation.get().is_none())
    }

    fn parameter(&self, index: u32) -> Result<u64, Error> {
        self.xen.get(index)
    }

    fn set_parameter(&self, _vcpu: u32, index: u32, value: u64) -> Result<(), Error> {
        self.xen.set(index, value)
    }

    /// The shared-info page is the guest's own memory, emptied: there are no events to tell of in it.
    fn add_to_physmap(&self, _vcpu: u32, space: MapSpace, index: u64, frame: u64) -> Result<(), Error> {
        match (space, index) {
            (MapSpace::SharedInfo, 0) => {
                let address = frame.checked_mul(PAGE_SIZE).ok_or(Error::BadAddress)?;
                Ok(self.memory.write(address, &[0; PAGE_SIZE as usize])?)
            }
            (MapSpace::SharedInfo, _) => Err(Error::Invalid),
            _ => Err(Error::Unsupported),
        }
    }

    fn yield_cpu(&self, _vcpu: u32) {
        std::thread::yield_now();
    }

    // No event ever comes, and a guest may be woken early.
    fn block(&self, _vcpu: u32) {
        std::thread::yield_now();
    }

    fn shutdown(&self, _vcpu: u32, reason: ShutdownReason) -> VmExit {
        VmExit { code: reason as u32 }
    }
}
