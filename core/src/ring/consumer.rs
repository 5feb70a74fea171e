//! The host's side of a ring: the protocol alone.

use super::layout::{Detached, RingHeader};
use super::view::{CONSUMER, DETACHED, FLAGS, PRODUCER, View};
use super::{AGAIN, RESULT, STATE, TURN, WORDS, slot};
use crate::memory::MemoryError;
use crate::shared::ByteOrder;
use crate::{CallEntry, Endian};
use bytemuck::Zeroable;
use core::mem::offset_of;
use core::sync::atomic::Ordering;

/// The words of an entry.
const MOST_WORDS: usize = (TURN - WORDS) as usize / size_of::<u64>();

/// The host's side of a ring. It trusts nothing that stands in the ring's memory: where it is, how long the ring
/// is and whether it sleeps are its own.
#[derive(Debug)]
pub struct Consumer {
    endian: Endian,
    mask: u32,
    /// Where the words end that calls and answers use.
    words_end: usize,
    /// The ticket to serve next.
    next: u32,
    /// What was last written for the guest to see.
    flags: u32,
}

impl Consumer {
    /// Makes a ring of zero calls: writes the header, and a state and a turn into each entry. `header` says what
    /// the host decides: order, width and doorbell.
    ///
    /// The host sleeps at first.
    ///
    /// # Errors
    /// [`MemoryError`] when the ring is not all memory.
    ///
    /// # Panics
    /// When the order is over [`RingHeader::MAX_ORDER`].
    pub fn new(
        view: &(impl View + ?Sized),
        endian: Endian,
        header: &RingHeader,
    ) -> Result<Consumer, MemoryError> {
        assert!(header.order <= RingHeader::MAX_ORDER, "the order is the caller's to check");
        let header = RingHeader {
            magic: RingHeader::MAGIC,
            version: RingHeader::VERSION,
            producer: RingHeader::FIRST,
            consumer: RingHeader::FIRST,
            flags: RingHeader::NEED_DOORBELL,
            detached: 0,
            ..*header
        };
        let mask = (1 << header.order) - 1;
        for i in 0..=mask {
            let ticket = RingHeader::FIRST.wrapping_add(i);
            let at = slot(ticket, mask);
            view.store(at + STATE, CallEntry::FREE.convert(endian), Ordering::Relaxed)?;
            view.store(at + TURN, ticket.convert(endian), Ordering::Relaxed)?;
        }
        view.write(0, bytemuck::bytes_of(&header.convert(endian)))?;
        let words_end = TURN as usize;
        Ok(Consumer { endian, mask, words_end, next: RingHeader::FIRST, flags: header.flags })
    }

    /// Has calls and answers use so many words, 9 at most: those behind are the guest's alone. In a short convention the
    /// second cache line of an entry then stays with it.
    pub fn use_words(&mut self, words: usize) {
        self.words_end = WORDS as usize + size_of::<u64>() * words.min(MOST_WORDS);
    }

    /// How many entries there are.
    pub fn entries(&self) -> u32 {
        self.mask + 1
    }

    /// Whether the guests were last told that the host sleeps.
    pub fn sleeps(&self) -> bool {
        self.flags == RingHeader::NEED_DOORBELL
    }

    /// Whether the call whose turn it is was handed in.
    #[inline]
    fn is_pending(&self, view: &(impl View + ?Sized)) -> Result<bool, Detached> {
        // Acquire: the call stands in the entry when its state does.
        let state = view.load(slot(self.next, self.mask) + STATE, Ordering::Acquire)?.convert(self.endian);
        match state {
            CallEntry::PENDING => Ok(true),
            CallEntry::FREE | CallEntry::DONE | CallEntry::FAILED | CallEntry::FAULTED | AGAIN => Ok(false),
            _ => Err(Detached::State),
        }
    }

    /// A copy of the call whose turn it is, if it was handed in.
    ///
    /// # Errors
    /// [`Detached`]: the ring is not one any more; [`detach`](Self::detach) it.
    #[inline]
    pub fn next(&self, view: &(impl View + ?Sized)) -> Result<Option<CallEntry>, Detached> {
        if !self.is_pending(view)? {
            return Ok(None);
        }
        // What is behind the words is not the call's.
        let mut call = CallEntry::zeroed();
        view.read(slot(self.next, self.mask), &mut bytemuck::bytes_of_mut(&mut call)[..self.words_end])?;
        // The state was judged already, and the guest may have written another since.
        Ok(Some(CallEntry { state: CallEntry::PENDING, ..call.convert(self.endian) }))
    }

    /// Answers the call whose turn it is with state, result and words of `answer`, and goes on to the next.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    #[inline]
    pub fn answer(&mut self, view: &(impl View + ?Sized), answer: &CallEntry) -> Result<(), Detached> {
        let at = slot(self.next, self.mask);
        let answer = answer.convert(self.endian);
        let bytes = bytemuck::bytes_of(&answer);
        view.write(at + RESULT, &bytes[RESULT as usize..self.words_end])?;
        // The guest that sees the state sees the answer.
        view.store(at + STATE, answer.state, Ordering::Release)?;
        self.next = self.next.wrapping_add(1);
        Ok(())
    }

    /// Tells whoever debugs a guest how far the host is.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn tell(&self, view: &(impl View + ?Sized)) -> Result<(), Detached> {
        Ok(view.store(CONSUMER, self.next.convert(self.endian), Ordering::Relaxed)?)
    }

    /// Looks whether the guests' ticket counter can be meant: how many tickets are not served yet.
    ///
    /// # Errors
    /// [`Detached::Index`] where there are more than the ring has entries.
    pub fn check(&self, view: &(impl View + ?Sized)) -> Result<u32, Detached> {
        let producer = view.load(PRODUCER, Ordering::Relaxed)?.convert(self.endian);
        let ahead = producer.wrapping_sub(self.next);
        if ahead <= self.entries() { Ok(ahead) } else { Err(Detached::Index) }
    }

    /// Announces that the host sleeps until the doorbell is rung, and says whether it may: not where a call
    /// came in meanwhile. Then the guests are told that the host polls.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn sleep(&mut self, view: &(impl View + ?Sized)) -> Result<bool, Detached> {
        self.say(view, RingHeader::NEED_DOORBELL)?;
        // Either this sees what a guest handed in, or the guest sees that the host sleeps.
        view.fence();
        // A ring may seem to be ahead for a moment while its guest takes tickets; not by more than its length.
        self.check(view)?;
        if self.is_pending(view)? {
            self.wake(view)?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Announces that the host polls: guests need not ring the doorbell.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn wake(&mut self, view: &(impl View + ?Sized)) -> Result<(), Detached> {
        self.say(view, RingHeader::HOST_POLLING)
    }

    fn say(&mut self, view: &(impl View + ?Sized), flags: u32) -> Result<(), Detached> {
        if self.flags != flags {
            view.store(FLAGS, flags.convert(self.endian), Ordering::Relaxed)?;
            self.flags = flags;
        }
        Ok(())
    }

    /// Tells the guests that the ring is not served any more, and why; calls that were not answered never are.
    pub fn detach(&mut self, view: &(impl View + ?Sized), reason: Detached) {
        // Where the memory went away there is nobody to tell.
        let _ = view.store(DETACHED, (reason as u32).convert(self.endian), Ordering::Release);
    }
}

const _: () = assert!(offset_of!(CallEntry, state) as u64 == STATE);
