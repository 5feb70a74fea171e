//! What a VMM implements to have the stock handlers: small traits, each about one thing.
//!
//! A VMM's own type implements those it needs and hands itself to [`stock`](crate::stock); link-time
//! handlers find the object-safe ones through [`Services`](hypercall_core::services::Services).
//! A vCPU is named by the index given to [`Dispatcher::vcpu`](hypercall_core::Dispatcher::vcpu).
//!
//! Methods are called on vCPU threads, several at once, with values a guest chose. They must not panic, and
//! whatever they allocate, log or wait for must be bounded.
//!
//! ```
//! use hypercall_core::memory::{FlatMemory, GuestMemory};
//! use hypercalls::services::{Console, GuestConsole, Memory};
//! use hypercall_core::{Error, services::Services};
//! use std::sync::{Arc, Mutex};
//!
//! struct Vm { memory: FlatMemory, log: Mutex<Vec<u8>> }
//! impl Memory for Vm {
//!     fn memory(&self) -> &dyn GuestMemory { &self.memory }
//! }
//! impl Console for Vm {
//!     fn write(&self, _vcpu: u32, text: &[u8]) -> Result<(), Error> {
//!         self.log.lock().map_err(|_| Error::Io)?.extend_from_slice(text);
//!         Ok(())
//!     }
//! }
//!
//! // `HYPERCALL_CONSOLE_WRITE` is served at link time and asks for this one:
//! let vm = Arc::new(Vm { memory: FlatMemory::new(0, 4096), log: Mutex::default() });
//! let services = Services::new().with::<dyn GuestConsole>(vm);
//! assert!(services.get::<dyn GuestConsole>().is_ok());
//! ```

mod rings;
mod testing;
mod xen;

pub use rings::CallRings;
#[cfg(feature = "std")]
pub use testing::Worker;
pub use testing::{Retries, Testing};
pub use xen::{Access, XenGuest, XenIdentity, XenParameters};

use crate::catalogue::kvm::{Icr, MagicFeatures, MagicPageFlags, MapGpaAttributes};
use hypercall_core::Error;
use hypercall_core::argument::{NonZeroU64, PAGE_SIZE, PageAddress};
use hypercall_core::memory::GuestMemory;

/// Has the guest's memory.
pub trait Memory {
    /// The memory, by guest-physical address.
    fn memory(&self) -> &dyn GuestMemory;
}

/// Has a console that a guest writes to.
pub trait Console {
    /// Writes text of a vCPU: at most 4096 bytes of any value, whole. Several vCPUs may write at once; each
    /// text stays in one piece.
    ///
    /// # Errors
    /// [`Error::Io`] when the console failed.
    fn write(&self, vcpu: u32, text: &[u8]) -> Result<(), Error>;
}

/// Both a console and the memory that its text is in: the service of the link-time handler of
/// HYPERCALL_CONSOLE_WRITE. Every type that has both and may be shared by threads is one.
pub trait GuestConsole: Console + Memory + Send + Sync {}

impl<T: Console + Memory + Send + Sync + ?Sized> GuestConsole for T {}

/// Delivers interrupts and schedules vCPUs.
pub trait Interrupts {
    /// Looks for interrupts that are pending for `vcpu`, so that it takes them when it goes on.
    fn poll(&self, vcpu: u32);

    /// Wakes the vCPU with this APIC id if it is halted; does nothing where there is none.
    fn kick(&self, vcpu: u32, apic_id: u32);

    /// Sends one interrupt to the vCPU with this APIC id, and says whether it took it: not where there is no
    /// such vCPU, or its APIC is disabled.
    fn send_ipi(&self, vcpu: u32, apic_id: u32, icr: Icr) -> bool;

    /// Lets the vCPU with this APIC id run in place of `vcpu`, if that helps; a hint. The id is as the guest
    /// gave it and may be anything.
    fn yield_to(&self, vcpu: u32, apic_id: u64);
}

/// A time of the wall clock, since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime {
    /// Whole seconds.
    pub seconds: i64,
    /// Nanoseconds on top: 0 to 999,999,999.
    pub nanoseconds: u32,
}

impl WallTime {
    /// The host's time now.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the host's clock stands before 1970 or past what 63 bits of seconds hold.
    #[cfg(feature = "std")]
    pub fn now() -> Result<WallTime, Error> {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_err(|_| Error::Unsupported)?;
        let seconds = i64::try_from(since.as_secs()).map_err(|_| Error::Unsupported)?;
        Ok(WallTime { seconds, nanoseconds: since.subsec_nanos() })
    }
}

/// Knows the time of day.
pub trait WallClock {
    /// The host's time now; with `std` [`WallTime::now`] is it.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there is no clock.
    fn now(&self) -> Result<WallTime, Error>;
}

/// A time of the wall clock and the time-stamp counter at the same instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// The wall clock.
    pub time: WallTime,
    /// The counter as the guest reads it with RDTSC.
    pub tsc: u64,
}

/// Can tell the wall clock and a vCPU's time-stamp counter at one instant.
pub trait PairedClock {
    /// Both clocks now, as `vcpu` reads its counter.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the host's clock is not made from the time-stamp counter.
    fn pairing(&self, vcpu: u32) -> Result<Pairing, Error>;
}

/// A range of guest-physical pages that does not wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GpaRange {
    first: PageAddress,
    pages: NonZeroU64,
}

impl GpaRange {
    /// `pages` pages of 4 KiB from `first` on, or `None` if an address behind the range's last byte is past
    /// 2^64 - 1.
    pub const fn new(first: PageAddress, pages: NonZeroU64) -> Option<GpaRange> {
        match pages.get().checked_mul(PAGE_SIZE) {
            Some(bytes) if first.get().checked_add(bytes).is_some() => Some(GpaRange { first, pages }),
            _ => None,
        }
    }

    /// The first page.
    pub const fn first(&self) -> PageAddress {
        self.first
    }

    /// How many pages of 4 KiB.
    pub const fn pages(&self) -> NonZeroU64 {
        self.pages
    }

    /// Length in bytes.
    pub const fn bytes(&self) -> u64 {
        self.pages.get() * PAGE_SIZE // checked in new()
    }
}

/// Converts guest memory between shared with the host and private to the guest.
pub trait GpaRanges {
    /// Whether the whole range is memory of the guest's, private or shared.
    fn is_memory(&self, range: GpaRange) -> bool;

    /// Makes the range private (`attributes.encrypted`) or shared. It is memory; the work may be long, as
    /// long as the guest has memory. Converting what is converted already is no error.
    ///
    /// # Errors
    /// What the guest is to see when it was not done; pages may then be in either state.
    fn convert(&self, vcpu: u32, range: GpaRange, attributes: MapGpaAttributes) -> Result<(), Error>;
}

/// Maps the magic page of PowerPC guests.
pub trait MagicPages {
    /// Maps the page that holds supervisor registers of `vcpu` at a guest-physical and an effective address,
    /// both multiples of 4096, in place of where it was before; says which of its parts are kept up to date.
    ///
    /// KVM takes any address and never fails here.
    ///
    /// # Errors
    /// What the guest is to see when it cannot be mapped there.
    fn map(
        &self,
        vcpu: u32,
        physical: u64,
        effective: u64,
        flags: MagicPageFlags,
    ) -> Result<MagicFeatures, Error>;
}
