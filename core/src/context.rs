//! What a handler is told beside the arguments, and what the dispatcher is told of it in the end.

use crate::arch::{Caller, Endian, Privilege, Width};
use crate::entry::Place;
use crate::{Completion, Definition, EntryId, Outcome, Vcpu};

/// What a handler may know of the call beside its arguments. Neither its number nor a register.
pub struct Context<'a> {
    pub(crate) vcpu: &'a mut Vcpu,
    pub(crate) place: &'a Place,
    pub(crate) line: u32,
    pub(crate) caller: Caller,
    /// As the vCPU's, but that a handler without use for its context is known not to have deferred.
    pub(crate) deferred: bool,
}

/// The call and who made it: a handler may log it at every call of a guest's, and the tables behind it are long.
impl core::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Context { vcpu, caller, deferred, .. } = self;
        f.debug_struct("Context")
            .field("vcpu", &vcpu.index)
            .field("call", &self.definition().name)
            .field("entry", &self.entry())
            .field("caller", caller)
            .field("deferred", deferred)
            .finish_non_exhaustive()
    }
}

/// What came of a handler, in two registers: what nearly every call ends in.
#[derive(Clone, Copy)]
pub(crate) struct Brief {
    pub(crate) kind: Kind,
    /// Zero where there is none.
    pub(crate) value: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Completed without a value.
    Done,
    /// Completed with a value and no extra outputs.
    Value,
    /// What the vCPU's `outcome` holds; where that is nothing, the handler panicked.
    Other,
    /// Nothing yet: there is something to do before the handler, or no call.
    Elsewhere,
}

impl Brief {
    /// Nothing brief.
    pub(crate) const OTHER: Brief = Brief { kind: Kind::Other, value: 0 };

    /// The value of a call that completed, if it has one.
    #[inline]
    pub(crate) fn get(self) -> Option<u64> {
        if self.kind == Kind::Value { Some(self.value) } else { None }
    }
}

impl Context<'_> {
    /// Takes an outcome apart. One of a handler that took the right to complete the call later is not brief:
    /// it may have to be taken back.
    #[inline]
    pub(crate) fn brief(&mut self, outcome: Outcome) -> Brief {
        match outcome {
            Outcome::Complete(output) if output.extra().is_empty() && !self.deferred => match output.get() {
                Some(value) => Brief { kind: Kind::Value, value },
                None => Brief { kind: Kind::Done, value: 0 },
            },
            other => {
                self.vcpu.outcome = Some(other);
                Brief::OTHER
            }
        }
    }

    /// The index of the calling vCPU.
    pub fn vcpu(&self) -> u32 {
        self.vcpu.index
    }

    /// Mode, privilege and byte order of the caller, together.
    pub fn caller(&self) -> Caller {
        self.caller
    }

    /// The byte order of the guest's structures.
    pub fn endian(&self) -> Endian {
        self.caller.endian
    }

    /// The mode the guest called from, for calls whose meaning differs between modes.
    pub fn width(&self) -> Width {
        self.caller.width
    }

    /// Whether a user program of the guest's made the call; only where the policy allows that.
    pub fn is_user_mode(&self) -> bool {
        self.caller.privilege == Privilege::User
    }

    /// The entry point that the call came in by; for one in memory, that of the call that handed it in.
    pub fn entry(&self) -> EntryId {
        self.place.id
    }

    /// Whether the call came through a [ring](crate::ring), which waits for its end.
    pub fn is_through_ring(&self) -> bool {
        self.vcpu.is_ring
    }

    /// What is known of the call.
    pub fn definition(&self) -> &'static Definition {
        self.place.calls.0[self.line as usize - 1].definition // the tables were made of these
    }

    /// The right to complete this call later, from any thread. Return [`Outcome::Deferred`] then.
    pub fn defer(&mut self) -> Completion {
        (self.deferred, self.vcpu.deferred) = (true, true);
        self.vcpu.slot.open()
    }
}
