//! Numbers 18 and 13: the hypervisor's console, and many calls in one.

use super::commands;
use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::{GuestAddress, Truncated};
use hypercall_core::{Hypercall, Shared};

commands! {
    /// CONSOLEIO_* (`xen/include/public/xen.h`).
    ConsoleCommand & 0xffff_ffff, 32, "one of the values named; upper bits ignored":
    /// Writes text.
    Write = 0,
    /// Reads what was typed.
    Read = 1,
}

/// Writes to the hypervisor's console.
///
/// Reading is for the domain that has the hardware, as in Xen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 18,
    name = "HYPERVISOR_console_io",
    interface = xen,
    arch(x86),
    status = active,
    result = "CONSOLEIO_write: 0",
    error(Unknown, "no such command"),
    error(BadAddress, "the text is not all in guest memory; what was before that is written"),
    error(TooBig, "more than 65536 bytes at once; Xen has no such limit"),
    error(NotPermitted, "CONSOLEIO_read"),
    error(Io, "the console failed"),
    introduced("unknown", "xen/include/public/xen.h; commit unknown")
)]
pub struct ConsoleIo {
    /// What is done.
    #[argument(invalid = Unknown)]
    pub command: ConsoleCommand,
    /// How many bytes.
    pub count: Truncated<u32>,
    /// Linear address of the text.
    pub buffer: GuestAddress,
}

/// Makes several calls at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 13,
    name = "HYPERVISOR_multicall",
    interface = xen,
    arch(x86),
    status = active,
    result = "Xen: 0; each entry has its own result",
    error(Unknown, "there is no handler"),
    shares(MulticallEntry),
    introduced("unknown", "xen/include/public/xen.h; commit unknown")
)]
pub struct Multicall {
    /// Linear address of the entries.
    pub entries: GuestAddress,
    /// How many.
    pub count: Truncated<u32>,
}

/// An entry of a multicall in 64-bit mode, `struct multicall_entry`; its fields are half as wide in 32-bit mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "multicall_entry", size = 64, source = "Xen xen/include/public/xen.h")]
pub struct MulticallEntry {
    /// The call's number.
    #[shared(offset = 0)]
    pub op: u64,
    /// Written: its result.
    #[shared(offset = 8)]
    pub result: u64,
    /// Its arguments.
    #[shared(offset = 16)]
    pub args: [u64; 6],
}
