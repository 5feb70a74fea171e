//! A ring that is drained: host and guest run in turns on one processor, so nobody polls. The guest hands calls in and
//! rings the doorbell, and the host serves them before the guest goes on.
//!
//! The ring's header says that the host sleeps, always.

use crate::window::Window;
use core::cell::{Cell, RefCell};
use hypercall_core::ring::{Detached, Doorbell, Next, Ring, Setup, Teardown};
use hypercall_core::{Dispatcher, Error, Privilege, VmExit};

/// Calls that are served at one doorbell; the rings here have fewer entries.
const MOST: u32 = 16;

/// The one ring that a guest may have, and its doorbell.
#[derive(Debug, Default)]
pub struct DrainedRing {
    /// Borrowed while its calls are served.
    ring: RefCell<Option<Ring>>,
    /// Where it is; 0 for none, as no guest has memory there.
    address: Cell<u64>,
    rung: Cell<bool>,
    served: Cell<u64>,
}

impl DrainedRing {
    /// Makes the ring, in the place of one that is not served any more.
    ///
    /// # Errors
    /// As [`Ring::new`]; [`Error::InvalidState`] where there is one.
    pub fn set_up(&self, memory: &Window, setup: Setup) -> Result<(), Error> {
        setup.check(memory)?;
        let mut ring = self.ring.try_borrow_mut().map_err(|_| Error::InvalidState)?;
        if ring.as_ref().is_some_and(|ring| ring.detached().is_none()) {
            return Err(Error::InvalidState);
        }
        // Deferred calls are completed on this thread: there is nobody to wake.
        *ring = Some(Ring::new(memory, setup, Doorbell::Call, None)?);
        self.address.set(setup.address);
        Ok(())
    }

    /// Takes the ring away.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none; [`Error::InvalidState`] where the call came through it;
    /// [`Error::NotPermitted`] for a user program that asks for the end of its kernel's.
    pub fn tear_down(&self, memory: &Window, teardown: Teardown) -> Result<(), Error> {
        if self.address.get() != teardown.address {
            return Err(Error::NotFound);
        }
        let mut place = self.ring.try_borrow_mut().map_err(|_| Error::InvalidState)?;
        let ring = place.as_mut().ok_or(Error::NotFound)?;
        if ring.setup().caller.privilege == Privilege::Supervisor && teardown.privilege == Privilege::User {
            return Err(Error::NotPermitted);
        }
        ring.detach(memory, Detached::TornDown);
        *place = None;
        self.address.set(0);
        Ok(())
    }

    /// Notes that the guest rang.
    pub fn doorbell(&self) {
        self.rung.set(true);
    }

    /// How many calls were answered through rings.
    pub fn served(&self) -> u64 {
        self.served.get()
    }

    /// Serves what was handed in, if the guest rang since. For a deferred call `complete` completes it. The exit,
    /// where a call ended the VM.
    ///
    /// # Panics
    /// When a call is deferred and `complete` completes none.
    pub fn drain<Vm>(
        &self,
        memory: &Window,
        dispatcher: &Dispatcher<Vm>,
        vm: &Vm,
        complete: impl Fn() -> bool,
    ) -> Option<VmExit> {
        if !self.rung.take() {
            return None;
        }
        let mut place = self.ring.borrow_mut();
        let ring = place.as_mut()?;
        let mut left = MOST;
        loop {
            let drained = ring.drain(memory, dispatcher, vm, left);
            left -= drained.served;
            self.served.set(self.served.get() + u64::from(drained.served));
            match drained.next {
                Next::Deferred => assert!(complete(), "a deferred call waits"),
                Next::Exit(exit) => return Some(exit),
                Next::Idle | Next::More | Next::Detached(_) => return None,
            }
        }
    }
}
