//! What a VMM does for the rings of its guest.

use hypercall_core::Error;
use hypercall_core::ring::{Setup, Teardown};

/// Has rings, of which there may be so many and no more.
///
/// With `std` [`Rings`](hypercall_core::ring::Rings) does all of it.
pub trait CallRings {
    /// Makes a ring.
    ///
    /// # Errors
    /// As [`Ring::new`](hypercall_core::ring::Ring::new); [`Error::InvalidState`] where there is one at this
    /// address, or no more may be.
    fn set_up_ring(&self, setup: Setup) -> Result<(), Error>;

    /// Takes a ring away.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, [`Error::InvalidState`] where it is in use by this very call,
    /// [`Error::NotPermitted`] for a user program and its kernel's ring.
    fn tear_down_ring(&self, teardown: Teardown) -> Result<(), Error>;

    /// Wakes whoever serves the rings.
    fn ring_doorbell(&self);
}
