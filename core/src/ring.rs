//! Calls through a ring in guest memory, without an exit.
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
pub use server::{Doorbell, Drained, Next, Ring, Setup};

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
