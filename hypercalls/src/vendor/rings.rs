//! Calls through rings in guest memory, see [`ring`](hypercall_core::ring).

use hypercall_core::argument::PageAddress;
use hypercall_core::ring::RingHeader;
use hypercall_core::{CallEntry, Hypercall};

/// Sets a ring up, through which calls are made as this one is: at the same entry point, in the same convention,
/// for the same vCPU, with the same mode, byte order and privilege.
///
/// The memory is a structure hypercall_ring, and 1 << order structures hypercall_call_entry from the next page
/// on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the ring says that it is detached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x41,
    name = "HYPERCALL_RING_SETUP",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none; the structure hypercall_ring stands in memory",
    error(Invalid, "the address is not page aligned, the order is over 10, or a flag is not zero"),
    error(BadAddress, "the ring is not all in guest memory"),
    error(InvalidState, "there is a ring at this address, or there are as many as the VM may have"),
    shares(RingHeader, CallEntry),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct RingSetup {
    /// Where the ring is to be; page aligned.
    pub address: PageAddress,
    /// log2 of the number of entries: 0 to 10.
    pub order: u32,
    /// Zero.
    pub flags: u64,
}

/// Takes a ring back: the host does not touch its memory from here on. Calls that were not answered never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x42,
    name = "HYPERCALL_RING_TEARDOWN",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none",
    error(Invalid, "the address is not page aligned"),
    error(NotFound, "there is no ring at this address"),
    error(InvalidState, "the call came through that ring"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct RingTeardown {
    /// Where the ring is.
    pub address: PageAddress,
}

/// Wakes the host, where a ring says that it sleeps and names no other doorbell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x43,
    name = "HYPERCALL_RING_DOORBELL",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none",
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct RingDoorbell {}
