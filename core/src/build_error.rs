//! What a builder refuses.

use crate::policy::PolicyError;
use crate::registry::RegistryError;
use crate::services::MissingService;
use crate::{Arch, EntryPoint};
use alloc::string::String;

/// Why no dispatcher was built. All of these are found before a guest runs.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Definitions that collide.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A policy about calls that do not exist.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A link-time handler needs a service that the VM does not offer.
    #[error("the link-time handler of {call} cannot be bound: {missing}; add it with Services::with")]
    Service {
        /// The call.
        call: &'static str,
        /// The service.
        missing: MissingService,
    },
    /// Two handlers for one call.
    #[error("{0} has two handlers; remove one")]
    DuplicateHandler(&'static str),
    /// A handler no guest can reach.
    #[error("the handler of {call} cannot be reached: {reason}")]
    Unreachable {
        /// The call.
        call: &'static str,
        /// Why.
        reason: String,
    },
    /// An entry point bound twice.
    #[error(
        "the entry point {point} is bound to {first} already, and nothing at a trap tells it from {second}; give one of them another entry point"
    )]
    DuplicateEntry {
        /// The entry point.
        point: EntryPoint,
        /// What it is bound to.
        first: String,
        /// What it was to be bound to.
        second: String,
    },
    /// An entry point bound to a convention of another architecture.
    #[error(
        "the entry point {point} of a VM on {arch} is bound to the convention {convention}, which is {other}'s"
    )]
    WrongArch {
        /// The entry point.
        point: EntryPoint,
        /// The dispatcher's architecture.
        arch: Arch,
        /// The convention.
        convention: &'static str,
        /// Its architecture.
        other: Arch,
    },
    /// An interface with no numbers in the convention's way of writing them.
    #[error("the interface {interface} has no numbers in the convention {convention} (entry point {point})")]
    NoNumbers {
        /// The entry point.
        point: EntryPoint,
        /// The convention.
        convention: &'static str,
        /// The interface.
        interface: &'static str,
    },
    /// A convention without a mode: no register would be read.
    #[error("the convention {convention} (entry point {point}) has no mode; give it one a register width")]
    NoMode {
        /// The entry point.
        point: EntryPoint,
        /// The convention.
        convention: &'static str,
    },
    /// An interface whose numbers cannot be computed with.
    #[error("a span of the interface {interface} cannot be meant: {reason}")]
    BadSpan {
        /// The interface.
        interface: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// Two vendors whose numbers meet.
    #[error(
        "the numbers of {first} and {second} meet at the entry point {point}; give one another block (Interface::vendor_block)"
    )]
    VendorOverlap {
        /// The entry point.
        point: EntryPoint,
        /// One vendor.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// More calls than a dispatcher numbers.
    #[error("{0} handlers are more than the 65534 a dispatcher holds")]
    TooMany(usize),
}
