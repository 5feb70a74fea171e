//! Some of PAPR's calls on PowerPC (`sc 1`). Documentation: there are no handlers.
//!
//! Numbers: Linux `arch/powerpc/include/asm/hvcall.h`. Behaviour: QEMU `hw/char/spapr_vty.c` and
//! `hw/ppc/spapr_hcall.c`. The call's number is in R3, arguments from R4 on; status comes back in R3,
//! the value in R4, outputs behind it.

use hypercall_core::argument::{Argument, ArgumentKind, GuestAddress, Slots, SlotsMut};
use hypercall_core::{Argument, Error, Hypercall};

/// How many bytes are loaded or stored at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Argument)]
pub enum AccessSize {
    /// 8 bits.
    Byte = 1,
    /// 16 bits.
    Half = 2,
    /// 32 bits.
    Word = 4,
    /// 64 bits.
    Double = 8,
}

/// A length of text in two registers: at most 16 bytes.
///
/// ```
/// use hypercall_core::{Error, argument::decode_one};
/// use hypercalls::catalogue::papr::TermLength;
/// assert_eq!(decode_one::<TermLength>(&[16]).map(TermLength::get), Ok(16));
/// assert_eq!(decode_one::<TermLength>(&[17]), Err(Error::Invalid));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermLength(u8);

impl TermLength {
    /// The length, or `None` over 16.
    pub const fn new(length: u8) -> Option<TermLength> {
        if length <= 16 { Some(TermLength(length)) } else { None }
    }

    /// The length in bytes.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Argument for TermLength {
    const KIND: &'static ArgumentKind = &ArgumentKind::single("length", 5, "0 to 16");
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        u8::decode(slots).and_then(|length| TermLength::new(length).ok_or(Error::Invalid))
    }
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        self.0.encode(slots);
    }
}

/// Loads from a real address past the cache: device registers, before the guest can map them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x3c,
    name = "H_LOGICAL_CI_LOAD",
    interface = papr,
    arch(ppc),
    status = active,
    result = "what was loaded, zero-extended",
    error(Invalid, "no such size"),
    introduced("unknown", "PAPR; Linux arch/powerpc/include/asm/hvcall.h")
)]
pub struct LogicalCiLoad {
    /// Bytes to load.
    pub size: AccessSize,
    /// Real address.
    pub address: GuestAddress,
}

/// Stores to a real address past the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x40,
    name = "H_LOGICAL_CI_STORE",
    interface = papr,
    arch(ppc),
    status = active,
    result = "none",
    error(Invalid, "no such size"),
    introduced("unknown", "PAPR; Linux arch/powerpc/include/asm/hvcall.h")
)]
pub struct LogicalCiStore {
    /// Bytes to store.
    pub size: AccessSize,
    /// Real address.
    pub address: GuestAddress,
    /// What to store, in the low bytes.
    pub value: u64,
}

/// Reads from a virtual terminal, without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x54,
    name = "H_GET_TERM_CHAR",
    interface = papr,
    arch(ppc),
    status = active,
    result = "how many bytes were read: 0 to 16",
    outputs("bytes 0 to 7, the first in the most significant place, the rest zero", "bytes 8 to 15, alike"),
    error(Invalid, "no such terminal"),
    introduced("unknown", "PAPR; Linux arch/powerpc/include/asm/hvcall.h")
)]
pub struct GetTermChar {
    /// Unit address of the terminal; QEMU takes 0 for the lowest.
    pub terminal: u64,
}

/// Writes to a virtual terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x58,
    name = "H_PUT_TERM_CHAR",
    interface = papr,
    arch(ppc),
    status = active,
    result = "none",
    error(Invalid, "no such terminal, or a length over 16"),
    introduced("unknown", "PAPR; Linux arch/powerpc/include/asm/hvcall.h")
)]
pub struct PutTermChar {
    /// Unit address of the terminal; QEMU takes 0 for the lowest.
    pub terminal: u64,
    /// How many bytes.
    pub length: TermLength,
    /// Bytes 0 to 7, the first in the most significant place.
    pub first: u64,
    /// Bytes 8 to 15, alike.
    pub second: u64,
}

/// Enables interrupts and halts the virtual processor until there is work for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0xe0,
    name = "H_CEDE",
    interface = papr,
    arch(ppc),
    status = active,
    result = "none",
    introduced("unknown", "PAPR; Linux arch/powerpc/include/asm/hvcall.h")
)]
pub struct Cede {}

/// Gives the rest of the time slice to another virtual processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0xe4,
    name = "H_CONFER",
    interface = papr,
    arch(ppc),
    status = active,
    result = "none",
    error(Invalid, "no such processor"),
    introduced("unknown", "PAPR; Linux arch/powerpc/include/asm/hvcall.h")
)]
pub struct Confer {
    /// Which processor.
    pub processor: u64,
    /// The dispatch count the caller saw there.
    pub dispatch_count: u64,
}

/// Wakes a virtual processor that ceded or conferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0xe8,
    name = "H_PROD",
    interface = papr,
    arch(ppc),
    status = active,
    result = "none",
    error(Invalid, "no such processor"),
    introduced("unknown", "PAPR; Linux arch/powerpc/include/asm/hvcall.h")
)]
pub struct Prod {
    /// Which processor.
    pub processor: u64,
}

/// Asks for a random number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x300,
    name = "H_RANDOM",
    interface = papr,
    arch(ppc),
    status = active,
    result = "64 random bits",
    introduced("unknown", "PAPR; Linux arch/powerpc/include/asm/hvcall.h"),
    trusts_host
)]
pub struct Random {}
