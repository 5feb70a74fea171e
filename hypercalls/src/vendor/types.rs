//! Every error, and every kind of argument.

use hypercall_core::argument::{NonZeroU32, PageAddress};
use hypercall_core::{Argument, Error, Hypercall, bitflags::bitflags, flags_argument};

/// An error by number, in the order of [`Error::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Argument)]
pub enum FailWith {
    /// As an unknown call.
    Unknown = 0,
    /// Not permitted.
    NotPermitted = 1,
    /// Invalid argument.
    Invalid = 2,
    /// Bad address.
    BadAddress = 3,
    /// Unsupported.
    Unsupported = 4,
    /// Too big.
    TooBig = 5,
    /// Not found.
    NotFound = 6,
    /// I/O error.
    Io = 7,
    /// Busy.
    Busy = 8,
    /// No memory.
    NoMemory = 9,
    /// No such device.
    NoDevice = 10,
    /// Invalid state.
    InvalidState = 11,
    /// Internal error.
    Internal = 12,
}

impl From<FailWith> for Error {
    fn from(error: FailWith) -> Error {
        match error {
            FailWith::Unknown => Error::Unknown,
            FailWith::NotPermitted => Error::NotPermitted,
            FailWith::Invalid => Error::Invalid,
            FailWith::BadAddress => Error::BadAddress,
            FailWith::Unsupported => Error::Unsupported,
            FailWith::TooBig => Error::TooBig,
            FailWith::NotFound => Error::NotFound,
            FailWith::Io => Error::Io,
            FailWith::Busy => Error::Busy,
            FailWith::NoMemory => Error::NoMemory,
            FailWith::NoDevice => Error::NoDevice,
            FailWith::InvalidState => Error::InvalidState,
            FailWith::Internal => Error::Internal,
        }
    }
}

/// Fails with the error asked for, so that a guest sees how its interface says each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x11,
    name = "HYPERCALL_FAIL",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none: the call always fails",
    error(Unknown, "asked for with 0"),
    error(NotPermitted, "asked for with 1"),
    error(Invalid, "asked for with 2, or no error has the number"),
    error(BadAddress, "asked for with 3"),
    error(Unsupported, "asked for with 4"),
    error(TooBig, "asked for with 5"),
    error(NotFound, "asked for with 6"),
    error(Io, "asked for with 7"),
    error(Busy, "asked for with 8"),
    error(NoMemory, "asked for with 9"),
    error(NoDevice, "asked for with 10"),
    error(InvalidState, "asked for with 11"),
    error(Internal, "asked for with 12"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Fail {
    /// Which error.
    pub error: FailWith,
}

bitflags! {
    /// How a page may be used.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Access: u32 {
        /// Data is read.
        const READ = 1;
        /// Data is written.
        const WRITE = 2;
        /// Code is executed.
        const EXEC = 4;
    }
}
flags_argument!(Access: READ = "data is read", WRITE = "data is written", EXEC = "code is executed");

/// Takes one argument of each kind that refuses values, and touches nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x12,
    name = "HYPERCALL_TYPES",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "the count",
    error(
        Invalid,
        "the page is not page aligned, the count is 0 or over 32 bits, a reserved access bit is set, or the \
         switch is neither 0 nor 1"
    ),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Types {
    /// A page, in memory or not.
    pub page: PageAddress,
    /// How many; the result.
    pub count: NonZeroU32,
    /// How it is used.
    pub access: Access,
    /// On or off.
    pub switch: bool,
}

/// Takes the absolute value of a signed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x13,
    name = "HYPERCALL_SIGNED",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "the absolute value, 0 to 2^31",
    error(Invalid, "in 64-bit mode: the register is not the sign extension of its lower half"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Signed {
    /// The number.
    pub value: i32,
}

/// Adds up integers narrower than a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x14,
    name = "HYPERCALL_NARROW",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "the sum, in 32-bit mode modulo 2^32",
    error(Invalid, "an argument is wider than its type"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Narrow {
    /// 8 bits.
    pub byte: u8,
    /// 16 bits.
    pub half: u16,
    /// 32 bits.
    pub word: u32,
}

impl Narrow {
    /// The sum; it cannot overflow 64 bits.
    pub fn sum(&self) -> u64 {
        u64::from(self.byte) + u64::from(self.half) + u64::from(self.word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hypercall_core::argument::decode_one;

    #[test]
    fn errors_are_numbered_as_core_lists_them() {
        assert_eq!(Error::ALL.len(), 13);
        for (number, error) in Error::ALL.iter().enumerate() {
            let decoded = decode_one::<FailWith>(&[number as u64]).expect("each error has its number");
            assert_eq!(Error::from(decoded), *error);
        }
        assert_eq!(decode_one::<FailWith>(&[13]), Err(Error::Invalid));
    }
}
