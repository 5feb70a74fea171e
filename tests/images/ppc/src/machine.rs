//! The virtual machine that the stock handlers serve.

use crate::mmu::IDENTITY;
use alloc::sync::Arc;
use core::arch::asm;
use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};
use hypercall_arch_ppc::magic::MagicPage;
use hypercall_arch_ppc::{convention, entry};
use hypercall_core::memory::{GuestMemory, MemoryError};
use hypercall_core::services::Services;
use hypercall_core::{Arch, Completion, Dispatcher, Error, Fault, Policy, interface};
use hypercalls::catalogue::kvm::{MagicFeatures, MagicPageFlags};
use hypercalls::services::{
    Console, GuestConsole, MagicPages, Memory, Retries, Testing, WallClock, WallTime,
};
use hypercalls::{stock, vendor};

/// The guest's memory, by real and guest-physical address alike.
pub const MEMORY: u64 = 0xc0_0000;
/// Its end.
pub const MEMORY_END: u64 = 0xd0_0000;
const _: () = assert!(MEMORY_END <= IDENTITY);

/// The memory of the machine's guests, in place.
#[derive(Debug)]
pub struct RealMemory;

impl RealMemory {
    fn check(&self, address: u64, length: u64) -> Result<(), MemoryError> {
        let inside = address >= MEMORY && address.checked_add(length).is_some_and(|end| end <= MEMORY_END);
        if inside || length == 0 { Ok(()) } else { Err(MemoryError { address, length }) }
    }
}

impl GuestMemory for RealMemory {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.check(address, buffer.len() as u64)?;
        for (i, byte) in buffer.iter_mut().enumerate() {
            // SAFETY: inside of memory that no Rust object is in; the guest does not run now.
            *byte = unsafe { ((address as usize + i) as *const u8).read_volatile() };
        }
        Ok(())
    }

    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        self.check(address, data.len() as u64)?;
        for (i, byte) in data.iter().enumerate() {
            // SAFETY: as above.
            unsafe { ((address as usize + i) as *mut u8).write_volatile(*byte) };
        }
        Ok(())
    }

    fn contains(&self, address: u64, length: u64) -> bool {
        self.check(address, length).is_ok()
    }
}

/// One guest's machine.
pub struct Machine {
    memory: RealMemory,
    retries: Retries,
    magic: Cell<MagicPage>,
    calls: AtomicU64,
}

// SAFETY: the machine has one processor, and its host does not interrupt itself.
unsafe impl Sync for Machine {}

/// Seconds that the time base has counted since the image's epoch.
pub fn seconds() -> u64 {
    let ticks: u64;
    // SAFETY: reads the time base.
    unsafe { asm!("mfspr {}, 268", out(reg) ticks, options(nomem, nostack, preserves_flags)) };
    // 512 MHz on both machines. There is no clock to be set by: the epoch is any.
    1_700_000_000 + ticks / 512_000_000
}

impl Machine {
    /// A machine and its dispatcher, with `sc` as ePAPR and `sc 1` as `papr` says.
    pub fn new(policy: Policy) -> (Arc<Machine>, Dispatcher<Machine>) {
        let machine = Arc::new(Machine {
            memory: RealMemory,
            retries: Retries::new(1),
            magic: Cell::default(),
            calls: AtomicU64::new(0),
        });
        let console: Arc<dyn GuestConsole> = machine.clone();
        let builder = Dispatcher::builder(Arch::Ppc)
            .policy(policy)
            .linked_handlers(&Services::new().with::<dyn GuestConsole>(console))
            .entry(entry::HYPERCALL_INSTRUCTIONS, &convention::EPAPR, &interface::KVM)
            .entry(entry::SC1, &convention::PAPR, &interface::PAPR);
        let dispatcher = stock::vendor(stock::kvm_ppc(builder)).build().expect("the stock handlers build");
        machine.calls.store(dispatcher.served().len() as u64, Ordering::Relaxed);
        (machine, dispatcher)
    }

    /// The magic page as the guest last asked for it.
    pub fn magic(&self) -> MagicPage {
        self.magic.get()
    }
}

impl Memory for Machine {
    fn memory(&self) -> &dyn GuestMemory {
        &self.memory
    }
}

impl Console for Machine {
    fn write(&self, _vcpu: u32, text: &[u8]) -> Result<(), Error> {
        crate::platform::print(text);
        Ok(())
    }
}

impl WallClock for Machine {
    fn now(&self) -> Result<WallTime, Error> {
        Ok(WallTime { seconds: seconds() as i64, nanoseconds: 0 })
    }
}

impl MagicPages for Machine {
    fn map(
        &self,
        _vcpu: u32,
        physical: u64,
        effective: u64,
        flags: MagicPageFlags,
    ) -> Result<MagicFeatures, Error> {
        let mut page = self.magic.get();
        let features = page.map(physical, effective | flags.bits());
        self.magic.set(page);
        Ok(MagicFeatures::from_bits_truncate(features))
    }
}

impl Testing for Machine {
    fn is_first_execution(&self, vcpu: u32, key: u64) -> Result<bool, Error> {
        self.retries.is_first(vcpu, key)
    }

    /// There is no other processor: the answer is there before the vCPU waits for it.
    fn complete_elsewhere(&self, completion: Completion, value: u64) {
        completion.complete(Ok(value.into()));
    }

    fn fault(&self) -> Result<Fault, Error> {
        vendor::raised_fault(Arch::Ppc).ok_or(Error::Unsupported)
    }

    fn calls_served(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}
