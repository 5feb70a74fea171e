//! The guest's side of a ring.

use super::layout::{Detached, RingHeader};
use super::view::{DETACHED, FLAGS, PRODUCER, ProducerView};
use super::{AGAIN, NUMBER, RESULT, SLOT_FLAGS, STATE, TURN, WORDS, slot};
use crate::memory::MemoryError;
use crate::shared::ByteOrder;
use crate::{CallEntry, Endian};
use bytemuck::Zeroable;
use core::mem::offset_of;
use core::sync::atomic::Ordering;

/// How often a guest that waits looks, before it looks whether the host fell asleep.
const LOOKS: u32 = 1 << 10;

/// Why a call was not handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Every entry is in use: those handed in must be served, those served collected.
    #[error("every entry of the ring is in use")]
    Full,
    /// The host does not serve the ring any more.
    #[error(transparent)]
    Detached(#[from] Detached),
}

impl From<MemoryError> for Refused {
    fn from(_: MemoryError) -> Refused {
        Refused::Detached(Detached::Memory)
    }
}

/// No ring stands in this memory, or one of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no ring that this program knows")]
pub struct NoRing;

/// A call that was handed in. Its entry is in use until it is [collected](Producer::collect).
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an entry that is never collected blocks the ring when it comes round"]
pub struct Ticket(u32);

/// The guest's side of a ring: any number of vCPUs have one each, of the same ring.
///
/// Between taking a ticket and handing the entry in, a dozen stores, a vCPU must not be descheduled for long:
/// the host serves in the order of the tickets. A kernel disables preemption around
/// [`submit`](Self::submit).
#[derive(Clone, Copy, Debug)]
pub struct Producer<V> {
    view: V,
    endian: Endian,
    mask: u32,
}

impl<V: ProducerView> Producer<V> {
    /// The guest's side of the ring in this memory, which the host has set up. `endian` is this guest's own,
    /// [`Endian::NATIVE`] but in tests.
    ///
    /// # Errors
    /// [`NoRing`] when the header is none of this version.
    pub fn new(view: V, endian: Endian) -> Result<Producer<V>, NoRing> {
        let word = |at: usize| -> Result<u32, NoRing> {
            Ok(view.load(at as u64, Ordering::Acquire).map_err(|_| NoRing)?.convert(endian))
        };
        let order = word(offset_of!(RingHeader, order))?;
        let known = word(offset_of!(RingHeader, magic))? == RingHeader::MAGIC
            && word(offset_of!(RingHeader, version))? == RingHeader::VERSION
            && order <= RingHeader::MAX_ORDER;
        if known { Ok(Producer { view, endian, mask: (1 << order) - 1 }) } else { Err(NoRing) }
    }

    /// Hands a call in: number and words of `call`. `doorbell` is called if the host sleeps.
    ///
    /// # Errors
    /// [`Refused`]; nothing was handed in then.
    #[inline]
    pub fn submit(&self, call: &CallEntry, doorbell: impl FnOnce()) -> Result<Ticket, Refused> {
        let ticket = self.take_ticket()?;
        let at = slot(ticket, self.mask);
        let call = call.convert(self.endian);
        self.view.write(at + NUMBER, bytemuck::bytes_of(&call.number))?;
        self.view.write(at + SLOT_FLAGS, bytemuck::bytes_of(&call.flags))?;
        self.view.write(at + WORDS, bytemuck::bytes_of(&call.words))?;
        // The host that sees the state sees the call.
        self.view.store(at + STATE, CallEntry::PENDING.convert(self.endian), Ordering::Release)?;
        // Either the host, falling asleep, sees the state, or this sees that the host sleeps.
        self.view.fence();
        if self.host_sleeps()? {
            doorbell();
        }
        Ok(Ticket(ticket))
    }

    /// The next ticket whose entry is free.
    fn take_ticket(&self) -> Result<u32, Refused> {
        let mut ticket = self.view.load(PRODUCER, Ordering::Relaxed)?.convert(self.endian);
        loop {
            // Acquire: whoever used the entry before is done reading it. A turn never comes back, so an old
            // one is not mistaken for this ticket's; and nobody has had this ticket if the swap succeeds.
            let turn =
                self.view.load(slot(ticket, self.mask) + TURN, Ordering::Acquire)?.convert(self.endian);
            let behind = ticket.wrapping_sub(turn);
            if behind != 0 && behind <= u32::MAX / 2 {
                return Err(self.detached()?.map_or(Refused::Full, Refused::Detached));
            }
            let next = ticket.wrapping_add(1).convert(self.endian);
            match self.view.compare_exchange(PRODUCER, ticket.convert(self.endian), next) {
                Ok(()) if behind == 0 => return Ok(ticket),
                Ok(()) => return Err(Refused::Detached(Detached::Index)), // the memory is not a ring's
                Err(other) => ticket = other.convert(self.endian),
            }
        }
    }

    /// The answer of a call, if it is there: state, result and words. The entry is free then.
    ///
    /// # Errors
    /// The ticket, while the call is not answered.
    #[inline]
    pub fn collect(&self, ticket: Ticket) -> Result<CallEntry, Ticket> {
        let at = slot(ticket.0, self.mask);
        let Ok(state) = self.view.load(at + STATE, Ordering::Acquire) else { return Err(ticket) };
        let mut answer = CallEntry { state: state.convert(self.endian), ..CallEntry::zeroed() };
        if answer.state == CallEntry::PENDING {
            return Err(ticket);
        }
        let mut bytes = [0; (TURN - RESULT) as usize];
        if self.view.read(at + RESULT, &mut bytes).is_err() {
            return Err(ticket);
        }
        let (result, words) = bytes.split_at((WORDS - RESULT) as usize);
        bytemuck::bytes_of_mut(&mut answer.result).copy_from_slice(result);
        bytemuck::bytes_of_mut(&mut answer.words).copy_from_slice(words);
        answer.result = answer.result.convert(self.endian);
        answer.words = answer.words.convert(self.endian);
        // Release: whoever has the entry next writes after this has read.
        let turn = ticket.0.wrapping_add(self.mask).wrapping_add(1).convert(self.endian);
        let _ = self.view.store(at + TURN, turn, Ordering::Release); // it was memory just now
        Ok(answer)
    }

    /// Makes a call: hands it in, again where the handler wants that, and waits for its answer. `pause` is called
    /// before each look, `doorbell` where the host sleeps.
    ///
    /// # Errors
    /// [`Detached`] when the host does not serve the ring any more.
    pub fn call(
        &self,
        call: &CallEntry,
        mut doorbell: impl FnMut(),
        mut pause: impl FnMut(),
    ) -> Result<CallEntry, Detached> {
        let mut looks = 0_u32;
        let mut look = |doorbell: &mut dyn FnMut()| {
            pause();
            looks = looks.wrapping_add(1);
            if looks.is_multiple_of(LOOKS) { self.look_after(doorbell) } else { Ok(()) }
        };
        loop {
            let mut ticket = loop {
                match self.submit(call, &mut doorbell) {
                    Ok(ticket) => break ticket,
                    Err(Refused::Detached(reason)) => return Err(reason),
                    Err(Refused::Full) => look(&mut doorbell)?,
                }
            };
            let answer = loop {
                match self.collect(ticket) {
                    Ok(answer) => break answer,
                    Err(same) => ticket = same,
                }
                if let Err(reason) = look(&mut doorbell) {
                    // A call that ends the VM is answered before the ring is detached.
                    break self.collect(ticket).map_err(|_| reason)?;
                }
            };
            if answer.state != AGAIN {
                return Ok(answer);
            }
        }
    }

    /// Rings the doorbell if the host sleeps though something is to be served: it served as many calls as one
    /// doorbell is good for.
    fn look_after(&self, doorbell: impl FnOnce()) -> Result<(), Detached> {
        if let Some(reason) = self.detached().unwrap_or(Some(Detached::Memory)) {
            return Err(reason);
        }
        if self.host_sleeps().unwrap_or(false) {
            doorbell();
        }
        Ok(())
    }

    #[inline]
    fn host_sleeps(&self) -> Result<bool, MemoryError> {
        let flags = self.view.load(FLAGS, Ordering::Relaxed)?.convert(self.endian);
        Ok(flags & RingHeader::NEED_DOORBELL != 0)
    }

    /// Why the host does not serve the ring any more, if that is so.
    ///
    /// # Errors
    /// [`MemoryError`] when the ring's memory went away.
    pub fn detached(&self) -> Result<Option<Detached>, MemoryError> {
        Ok(Detached::of(self.view.load(DETACHED, Ordering::Acquire)?.convert(self.endian)))
    }
}
