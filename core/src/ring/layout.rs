//! What stands in a ring's memory.

use crate::Shared;
use bytemuck::{Pod, Zeroable};

/// The first page of a ring, in the byte order of the guest that set it up; the [entries](crate::CallEntry) are
/// behind it, from byte 4096 on.
///
/// What the guests write, what the host writes at each call and what it writes when it falls asleep stand in
/// 256-byte lines of their own: the longest cache line of the architectures here (s390; 128 on PowerPC, pairs of
/// 64 on x86).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C, align(256))]
#[shared(name = "hypercall_ring", size = 1024, source = "this project's vendor interface")]
pub struct RingHeader {
    /// 0x48567267: "HVrg" in ASCII, most significant byte first. The host writes this line at set-up only.
    #[shared(offset = 0)]
    pub magic: u32,
    /// Version of the ring: 1.
    #[shared(offset = 4)]
    pub version: u32,
    /// log2 of the number of entries, 0 to 10.
    #[shared(offset = 8)]
    pub order: u32,
    /// Bits that count in a number, word or result: 32 or 64, the mode of the caller that set the ring up.
    #[shared(offset = 12)]
    pub width: u32,
    /// How the guest wakes the host: 0 by HYPERCALL_RING_DOORBELL; x86: 1 by a byte written to a port, 2 by a
    /// byte stored to a guest-physical address.
    #[shared(offset = 16)]
    pub doorbell: u32,
    /// Zero.
    #[shared(offset = 20)]
    pub reserved_0: u32,
    /// The doorbell's port or address.
    #[shared(offset = 24)]
    pub doorbell_at: u64,
    /// Zero.
    #[shared(offset = 32)]
    pub reserved_1: [u32; 56],
    /// The next ticket; the guests advance it by compare-and-swap. Tickets wrap at 2^32.
    #[shared(offset = 256)]
    pub producer: u32,
    /// Zero.
    #[shared(offset = 260)]
    pub reserved_2: [u32; 63],
    /// The ticket that the host serves next. For whoever debugs a guest: neither side reads it.
    #[shared(offset = 512)]
    pub consumer: u32,
    /// Zero.
    #[shared(offset = 516)]
    pub reserved_3: [u32; 63],
    /// 1: the host polls. 2: the host sleeps until the doorbell is rung.
    #[shared(offset = 768)]
    pub flags: u32,
    /// 0 while the ring is served; then why it is not any more.
    #[shared(offset = 772)]
    pub detached: u32,
    /// Zero.
    #[shared(offset = 776)]
    pub reserved_4: [u32; 62],
}

impl RingHeader {
    /// The value of [`magic`](Self::magic).
    pub const MAGIC: u32 = u32::from_be_bytes(*b"HVrg");
    /// The value of [`version`](Self::version).
    pub const VERSION: u32 = 1;
    /// Bytes from the start of the header to the first entry: one page.
    pub const SIZE: u64 = 4096;
    /// The largest [`order`](Self::order): 1024 entries.
    pub const MAX_ORDER: u32 = 10;
    /// The first ticket: so that every guest that makes 256 calls sees tickets wrap, on the day it is tested.
    pub const FIRST: u32 = 0u32.wrapping_sub(256);

    /// In [`flags`](Self::flags): the host polls.
    pub const HOST_POLLING: u32 = 1;
    /// In [`flags`](Self::flags): the host sleeps until the doorbell is rung.
    pub const NEED_DOORBELL: u32 = 2;

    /// Bytes of a ring with `1 << order` entries; `None` for an order that is too large.
    pub const fn bytes(order: u32) -> Option<u64> {
        if order > RingHeader::MAX_ORDER {
            None
        } else {
            Some(RingHeader::SIZE + (crate::CallEntry::SIZE << order))
        }
    }
}

/// Why a ring is not served any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u32)]
pub enum Detached {
    /// The guest or the VMM wanted it so.
    #[error("the ring was torn down")]
    TornDown = 1,
    /// The guest's ticket counter was further ahead of the host than there are entries.
    #[error("the ring's producer index is further ahead than the ring is long")]
    Index = 2,
    /// The entry whose turn it was had a state that does not exist.
    #[error("an entry of the ring has a state that does not exist")]
    State = 3,
    /// The ring's memory went away.
    #[error("the ring is not all memory any more")]
    Memory = 4,
    /// A call ended the VM.
    #[error("the VM has ended")]
    Ended = 5,
}

impl From<crate::memory::MemoryError> for Detached {
    fn from(_: crate::memory::MemoryError) -> Detached {
        Detached::Memory
    }
}

impl Detached {
    /// Every reason.
    pub const ALL: [Detached; 5] =
        [Detached::TornDown, Detached::Index, Detached::State, Detached::Memory, Detached::Ended];

    /// The reason that a header gives; a number without meaning is taken as [`TornDown`](Self::TornDown), 0 as
    /// none.
    pub fn of(word: u32) -> Option<Detached> {
        let known = Detached::ALL.into_iter().find(|reason| *reason as u32 == word);
        if word == 0 { None } else { known.or(Some(Detached::TornDown)) }
    }
}
