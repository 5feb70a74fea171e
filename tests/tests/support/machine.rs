//! The VM that the stock handlers serve, and what they did to it, in order.

use super::PATIENCE;
use super::remote::Remote;
use hypercall_arch_x86::kvm::tsc;
use hypercall_core::memory::GuestMemory;
use hypercall_core::{Arch, Completion, Error, Fault};
use hypercalls::catalogue::kvm::{Icr, MapGpaAttributes};
use hypercalls::services::*;
use hypercalls::vendor::raised_fault;
use std::sync::{Condvar, Mutex};
use std::time::Instant;
use vm_memory::GuestMemoryMmap;

/// Something that happened to the VM. A vCPU is named by its index, unless it is an APIC id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Halted(u32),
    Resumed(u32),
    Kicked { by: u32, apic_id: u32 },
    Sent { by: u32, apic_id: u32, icr: u64 },
    Yielded { by: u32, apic_id: u64 },
    Converted { by: u32, gpa: u64, pages: u64, attributes: u64 },
    Wrote { by: u32, bytes: usize },
}

pub struct Machine {
    pub memory: GuestMemoryMmap,
    /// One a vCPU, by index.
    pub remotes: Vec<Remote>,
    apic_ids: Vec<u32>,
    /// How far the guests' time-stamp counter is ahead of the host's.
    tsc_offset: u64,
    retries: Retries,
    worker: Worker,
    events: Mutex<Vec<Event>>,
    changed: Condvar,
}

impl Machine {
    /// vCPU `n` has the APIC id `apic_ids[n]`.
    pub fn new(memory: GuestMemoryMmap, apic_ids: &[u32], tsc_offset: u64) -> Machine {
        Machine {
            memory,
            remotes: apic_ids.iter().map(|_| Remote::default()).collect(),
            apic_ids: apic_ids.to_vec(),
            tsc_offset,
            retries: Retries::new(apic_ids.len()),
            worker: Worker::new().unwrap(),
            events: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn remote(&self, apic_id: u32) -> Option<&Remote> {
        let index = self.apic_ids.iter().position(|id| *id == apic_id)?;
        Some(&self.remotes[index])
    }

    pub fn note(&self, event: Event) {
        self.events.lock().unwrap().push(event);
        self.changed.notify_all();
    }

    /// What happened so far.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// What happened since this was asked last.
    pub fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.lock().unwrap())
    }

    /// Waits until an event happened so many times.
    pub fn wait_for(&self, event: Event, times: usize) {
        let deadline = Instant::now() + PATIENCE;
        let mut events = self.events.lock().unwrap();
        while events.iter().filter(|e| **e == event).count() < times {
            let left = deadline.checked_duration_since(Instant::now());
            let left = left.unwrap_or_else(|| panic!("no {event:?} {times} times: {events:?}"));
            events = self.changed.wait_timeout(events, left).unwrap().0;
        }
    }

    /// Ends every vCPU's run.
    pub fn stop(&self) {
        self.remotes.iter().for_each(Remote::stop);
    }

    /// An 8-byte little-endian value in guest memory.
    pub fn value(&self, address: u64) -> u64 {
        let mut bytes = [0; 8];
        GuestMemory::read(&self.memory, address, &mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    }

    pub fn load(&self, address: u64, bytes: &[u8]) {
        GuestMemory::write(&self.memory, address, bytes).unwrap();
    }
}

impl Memory for Machine {
    fn memory(&self) -> &dyn GuestMemory {
        &self.memory
    }
}

impl Console for Machine {
    fn write(&self, vcpu: u32, text: &[u8]) -> Result<(), Error> {
        self.note(Event::Wrote { by: vcpu, bytes: text.len() });
        Ok(())
    }
}

impl Interrupts for Machine {
    fn poll(&self, vcpu: u32) {
        self.remotes[vcpu as usize].poll();
    }

    fn kick(&self, vcpu: u32, apic_id: u32) {
        self.note(Event::Kicked { by: vcpu, apic_id });
        if let Some(remote) = self.remote(apic_id) {
            remote.kick();
        }
    }

    fn send_ipi(&self, vcpu: u32, apic_id: u32, icr: Icr) -> bool {
        self.note(Event::Sent { by: vcpu, apic_id, icr: icr.value() });
        let target = self.remote(apic_id).filter(|_| icr.delivery_mode() == 0 && icr.vector() > 15);
        target.is_some_and(|remote| {
            remote.raise(icr.vector());
            true
        })
    }

    fn yield_to(&self, vcpu: u32, apic_id: u64) {
        self.note(Event::Yielded { by: vcpu, apic_id });
        std::thread::yield_now();
    }
}

impl WallClock for Machine {
    fn now(&self) -> Result<WallTime, Error> {
        WallTime::now()
    }
}

impl PairedClock for Machine {
    fn pairing(&self, _vcpu: u32) -> Result<Pairing, Error> {
        Ok(Pairing { time: WallTime::now()?, tsc: tsc::host().wrapping_add(self.tsc_offset) })
    }
}

impl GpaRanges for Machine {
    fn is_memory(&self, range: GpaRange) -> bool {
        GuestMemory::contains(&self.memory, range.first().get(), range.bytes())
    }

    fn convert(&self, vcpu: u32, range: GpaRange, attributes: MapGpaAttributes) -> Result<(), Error> {
        let (gpa, pages) = (range.first().get(), range.pages().get());
        self.note(Event::Converted { by: vcpu, gpa, pages, attributes: attributes.bits() });
        Ok(())
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
        raised_fault(Arch::X86).ok_or(Error::Unsupported)
    }

    fn calls_served(&self) -> u64 {
        0 // no test here looks at it
    }
}
