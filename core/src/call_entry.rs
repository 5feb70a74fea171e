//! A call in memory: what a trap has in registers, in 128 bytes of the guest's.
//!
//! [`multicall`](crate::multicall) serves many of them in one exit. The width of a call in memory is that of
//! its caller: number and words stand in 64-bit slots in every mode, and of a 32-bit caller's the lower halves
//! count, so that it answers as by registers.
//!
//! | state | written by | meaning |
//! |---|---|---|
//! | 0 [`FREE`](CallEntry::FREE) | guest | nothing to serve; an entry of zeros |
//! | 1 [`PENDING`](CallEntry::PENDING) | guest | to be served |
//! | 2 [`DONE`](CallEntry::DONE) | host | the call completed |
//! | 3 [`FAILED`](CallEntry::FAILED) | host | `result` is an error, as the call's interface encodes it |
//! | 4 [`FAULTED`](CallEntry::FAULTED) | host | by registers the call would have raised an exception: its code is the first word, the error code the second, all ones where it has none |
//!
//! An exception of a call in memory is never injected: there is no instruction of the call's to raise it at.
//!
//! Whoever serves an entry copies it once, judges the copy, and writes the answer back; what the guest does
//! to the entry meanwhile changes nothing but what the guest itself finds there.

use crate::memory::{GuestMemory, MemoryError};
use crate::outcome::{Action, Return};
use crate::shared::ByteOrder;
use crate::{Deferral, Endian, Shared, VmExit};
use bytemuck::{Pod, Zeroable};
use core::mem::offset_of;

/// A call in guest memory, in the guest's byte order; two cache lines of x86, one of PowerPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C, align(128))]
#[shared(name = "hypercall_call_entry", size = 128, source = "this project's vendor interface")]
pub struct CallEntry {
    /// What the convention's number register would hold.
    #[shared(offset = 0)]
    pub number: u64,
    /// 1 when the guest hands it in; 2 done, 3 failed, 4 faulted when it is answered.
    #[shared(offset = 8)]
    pub state: u32,
    /// Zero.
    #[shared(offset = 12)]
    pub flags: u32,
    /// What the convention's result register would hold afterwards, errors too; zero where the call faulted.
    #[shared(offset = 16)]
    pub result: u64,
    /// The arguments in the convention's order. Afterwards the value, where the convention has a register of
    /// its own for it, then the extra outputs; zero where the call has none. In a ring, those for which the convention
    /// has neither argument nor output register stay as they are.
    #[shared(offset = 24)]
    pub words: [u64; 9],
    /// Zero. In a [ring](crate::ring) its first 32 bits are the ticket that the entry is free for, and the guest's own.
    #[shared(offset = 96)]
    pub reserved: [u64; 4],
}

/// What became of a call in memory, beside what stands in its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The entry holds the answer.
    Answered,
    /// The handler wants the call made again; the entry is as it was.
    Pending,
    /// Somebody completes it later: give [`CallEntry::settle`] what [`Vcpu::wait`](crate::Vcpu::wait) or
    /// [`Vcpu::try_wait`](crate::Vcpu::try_wait) says of this. The entry is as it was.
    Deferred(Deferral),
    /// The VM ends; the entry says that the call is done.
    Exit(VmExit),
}

impl CallEntry {
    /// Bytes of an entry, and what its address is a multiple of.
    pub const SIZE: u64 = size_of::<CallEntry>() as u64;

    /// Nothing to serve.
    pub const FREE: u32 = 0;
    /// Handed in by the guest.
    pub const PENDING: u32 = 1;
    /// Completed.
    pub const DONE: u32 = 2;
    /// Answered with an error.
    pub const FAILED: u32 = 3;
    /// Answered with an exception, as data.
    pub const FAULTED: u32 = 4;

    /// The second word of an exception without an error code.
    pub const NO_ERROR_CODE: u64 = u64::MAX;

    /// A call to hand in. `number` is as the guest would write it into the number register; words past the
    /// ninth are left out.
    pub fn new(number: u64, arguments: &[u64]) -> CallEntry {
        let mut entry = CallEntry { number, state: CallEntry::PENDING, ..CallEntry::zeroed() };
        entry.words.iter_mut().zip(arguments).for_each(|(word, argument)| *word = *argument);
        entry
    }

    /// Whether the guest handed it in, with nothing set that has no meaning yet.
    #[inline]
    pub fn is_sound(&self) -> bool {
        self.state == CallEntry::PENDING && self.flags == 0 && self.reserved == [0; 4]
    }

    /// Whether it holds an answer that is none of a completed call.
    pub fn has_failed(&self) -> bool {
        self.state == CallEntry::FAILED || self.state == CallEntry::FAULTED
    }

    /// Puts into the entry what became of its call.
    #[inline]
    pub fn settle(&mut self, action: Action) -> Progress {
        match action {
            Action::Return(answer) => self.answer(&answer),
            Action::Fault(fault) => {
                let error_code = fault.error_code.map_or(CallEntry::NO_ERROR_CODE, u64::from);
                (self.state, self.result) = (CallEntry::FAULTED, 0);
                self.words = [u64::from(fault.code), error_code, 0, 0, 0, 0, 0, 0, 0];
            }
            Action::Retry => return Progress::Pending,
            Action::Deferred(deferral) => return Progress::Deferred(deferral),
            Action::Exit(exit) => {
                (self.state, self.result, self.words) = (CallEntry::DONE, 0, [0; 9]);
                return Progress::Exit(exit);
            }
        }
        Progress::Answered
    }

    fn answer(&mut self, answer: &Return) {
        self.state = if answer.is_error() { CallEntry::FAILED } else { CallEntry::DONE };
        self.result = answer.result;
        self.words = [0; 9];
        let mut words = self.words.iter_mut();
        // Where the value has a register of its own, the first word is its, though the call write none.
        if answer.has_status()
            && let Some(word) = words.next()
        {
            *word = answer.value.unwrap_or(0);
        }
        words.zip(answer.extra()).for_each(|(word, output)| *word = *output);
    }

    /// Copies an entry out of guest memory, once.
    ///
    /// # Errors
    /// As [`GuestMemory::read`].
    #[inline]
    pub fn read(memory: &dyn GuestMemory, address: u64, endian: Endian) -> Result<CallEntry, MemoryError> {
        let mut entry = CallEntry::zeroed();
        memory.read(address, bytemuck::bytes_of_mut(&mut entry))?;
        Ok(entry.convert(endian))
    }

    /// Writes state, result and words of an answered entry to where it was copied from; the rest is the
    /// guest's.
    ///
    /// # Errors
    /// As [`GuestMemory::write`].
    #[inline]
    pub fn write_answer(
        &self,
        memory: &dyn GuestMemory,
        address: u64,
        endian: Endian,
    ) -> Result<(), MemoryError> {
        let entry = self.convert(endian);
        let answer = offset_of!(CallEntry, state)..offset_of!(CallEntry, reserved);
        let length = CallEntry::SIZE;
        let place = address.checked_add(answer.start as u64).ok_or(MemoryError { address, length })?;
        memory.write(place, &bytemuck::bytes_of(&entry)[answer])
    }
}
