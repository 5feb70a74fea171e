//! Data in guest memory: read by a call, and written by one.

use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::{Buffer, GuestAddress};
use hypercall_core::{Arch, Hypercall, Shared};

/// Writes text to the VM's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x20,
    name = "HYPERCALL_CONSOLE_WRITE",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "bytes written: all of them",
    error(TooBig, "more than 4096 bytes"),
    error(BadAddress, "the text is not all in guest memory; nothing was written"),
    error(Io, "the console failed"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct ConsoleWrite {
    /// The text, at most 4096 bytes of any value.
    pub text: Buffer<4096>,
}

/// Adds up the bytes of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x21,
    name = "HYPERCALL_CHECKSUM",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "the sum of the bytes, each taken as 0 to 255",
    error(TooBig, "more than 65536 bytes"),
    error(BadAddress, "the data is not all in guest memory"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Checksum {
    /// The data, at most 65536 bytes.
    pub data: Buffer<65536>,
}

/// Tells the guest whose calls these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x22,
    name = "HYPERCALL_IDENTIFY",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none; the structure hypercall_identity stands in memory",
    error(BadAddress, "the 24 bytes are not all in guest memory; nothing was written"),
    shares(Identity),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Identify {
    /// Where the 24 bytes go; any alignment.
    pub at: GuestAddress,
}

/// What HYPERCALL_IDENTIFY writes, in the guest's byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "hypercall_identity", size = 24, source = "this project's vendor interface")]
pub struct Identity {
    /// 0x48566964: "HVid" in ASCII, most significant byte first.
    #[shared(offset = 0)]
    pub magic: u32,
    /// Version of the vendor interface: 1.
    #[shared(offset = 4)]
    pub version: u32,
    /// Architecture of the VM: 1 x86, 2 s390, 3 PowerPC, 4 MIPS.
    #[shared(offset = 8)]
    pub arch: u32,
    /// Zero.
    #[shared(offset = 12)]
    pub reserved: u32,
    /// How many different calls the VM serves.
    #[shared(offset = 16)]
    pub calls: u64,
}

impl Identity {
    /// The value of [`magic`](Self::magic).
    pub const MAGIC: u32 = u32::from_be_bytes(*b"HVid");
    /// The value of [`version`](Self::version).
    pub const VERSION: u32 = 1;

    /// The structure for a VM of an architecture that serves so many calls.
    pub const fn new(arch: Arch, calls: u64) -> Identity {
        let arch = match arch {
            Arch::X86 => 1,
            Arch::S390 => 2,
            Arch::Ppc => 3,
            Arch::Mips => 4,
        };
        Identity { magic: Identity::MAGIC, version: Identity::VERSION, arch, reserved: 0, calls }
    }
}
