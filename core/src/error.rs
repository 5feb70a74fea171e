//! The errors of hypercalls, before any architecture's encoding.

use core::fmt;

macro_rules! errors {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// Why a call failed, as a handler says it.
        ///
        /// One enum for every interface: what the guest sees is the
        /// [`Encoding`](crate::encoding::Encoding) of the call's interface.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Error { $($(#[$doc])* $variant),* }

        impl Error {
            /// Every error, in declaration order.
            pub const ALL: &'static [Error] = &[$(Error::$variant),*];

            /// A short name in words.
            pub const fn name(self) -> &'static str {
                match self { $(Error::$variant => $name),* }
            }
        }
    };
}

errors! {
    /// No such call, or one the guest is not to know of.
    Unknown = "unknown call",
    /// The caller's privilege is too low.
    NotPermitted = "not permitted",
    /// An argument has no valid meaning.
    Invalid = "invalid argument",
    /// An address is not in the guest's memory, or may not be used so.
    BadAddress = "bad address",
    /// The call exists, but not what it was asked for.
    Unsupported = "unsupported",
    /// More than the call takes.
    TooBig = "too big",
    /// The object named does not exist.
    NotFound = "not found",
    /// The device or channel failed.
    Io = "I/O error",
    /// Not now; the guest may try again.
    Busy = "busy",
    /// The host has no memory for it.
    NoMemory = "no memory",
    /// No such device.
    NoDevice = "no such device",
    /// The object is in a state that does not allow it.
    InvalidState = "invalid state",
    /// The host failed: a handler panicked or broke its contract.
    Internal = "internal error",
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl core::error::Error for Error {}
