//! Calls through a ring in guest memory, without an exit.
//!
//! A ring is a [header](RingHeader), one page, and from the next page on a power of two of [entries](CallEntry).
//! Any number of vCPUs hand calls in ([`Producer`]); one thread of the VMM's serves them ([`Rings::poll`]), or the
//! VMM serves them at a doorbell ([`Rings::drain`], [`Ring::drain`]). `docs/ring.md` is the whole protocol.
//!
//! | who | does | with |
//! |---|---|---|
//! | guest | takes a ticket, where the entry's turn is that ticket | compare-and-swap of the header's `producer` |
//! | guest | fills the entry in, then makes its state 1 | release |
//! | guest | rings the doorbell if `flags` says that the host sleeps | full fence before the look |
//! | host | sees state 1 in the entry whose turn it is, and copies it once | acquire |
//! | host | writes result and words, then the state | release |
//! | host | before it sleeps: writes `flags`, then looks at that entry once more | full fence before the look |
//! | guest | sees the state, reads the answer, then makes the turn ticket + entries | acquire, then release |
//!
//! Beside the states of [`CallEntry`] there is 5, [`AGAIN`].
//!
//! The host trusts nothing in the ring: how long it is and which ticket is next are its own. It never reads the
//! header but for `producer`, which it only checks.

mod consumer;
mod layout;
mod producer;
#[cfg(feature = "std")]
mod rings;
mod server;
pub mod view;

pub use consumer::Consumer;
pub use layout::{Detached, RingHeader};
pub use producer::{NoRing, Producer, Refused, Ticket};
#[cfg(feature = "std")]
pub use rings::{Bell, Polling, Rings, ThreadBell, Work};
pub use server::{Doorbell, Drained, Next, Ring, Setup, Teardown};

use crate::CallEntry;
use core::mem::offset_of;

/// The state of an entry whose handler wants the call made again: the guest hands it in anew, as the instruction
/// would run again.
pub const AGAIN: u32 = 5;

const NUMBER: u64 = offset_of!(CallEntry, number) as u64;
const STATE: u64 = offset_of!(CallEntry, state) as u64;
const SLOT_FLAGS: u64 = offset_of!(CallEntry, flags) as u64;
const RESULT: u64 = offset_of!(CallEntry, result) as u64;
const WORDS: u64 = offset_of!(CallEntry, words) as u64;
/// The ticket that an entry is free for, in the first word that is reserved in other entries. The guests' own:
/// the host never reads it.
const TURN: u64 = offset_of!(CallEntry, reserved) as u64;

/// Offset of a ticket's entry.
const fn slot(ticket: u32, mask: u32) -> u64 {
    RingHeader::SIZE + CallEntry::SIZE * (ticket & mask) as u64
}
