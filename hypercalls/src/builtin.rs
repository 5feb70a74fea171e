//! The built-in x86 guest: a small interpreter that makes the calls of a list of [`Record`]s, keeps what it
//! finds in every register, and judges it itself. The host judges again.
//!
//! It is assembled into this program and copied into guest memory, so it needs no other compiler target and
//! no file. It runs at CPL 0 in 64- and 32-bit mode and at CPL 3.

mod interpreter;
mod ring;
mod thunk;

pub use interpreter::{Code, code_32, code_64};
pub use ring::{through_ring_32, through_ring_64, unused_word};
pub use thunk::thunk;

use bytemuck::{Pod, Zeroable};

/// The doorbell's port in the VMs of the `hypercall` command; a constant, as `out imm8, al` holds it.
pub const DOORBELL_PORT: u8 = 0x48;
/// The doorbell's guest-physical address there: no memory is behind it, and 64-bit code reaches it with a
/// 32-bit displacement, which is sign-extended.
pub const DOORBELL_ADDRESS: u64 = 0x7ff0_0000;
/// The guest writes to this port when its list is done.
pub const DONE_PORT: u8 = 0x49;
/// The doorbell of rings, where the other one is a port.
pub const BELL_PORT: u16 = 0x4b;
/// The doorbell of rings, where the other one is an address.
pub const BELL_ADDRESS: u64 = 0x7ff0_1000;

/// General registers a record holds: RAX to R15 in the order of `struct kvm_regs`.
pub const GENERAL: usize = 16;

/// How the guest makes a call: an index into the interpreter's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Site {
    /// `out imm8, al` to [`DOORBELL_PORT`].
    Port = 0,
    /// A byte store to [`DOORBELL_ADDRESS`].
    Mmio = 1,
    /// `vmcall`.
    Vmcall = 2,
    /// `vmmcall`.
    Vmmcall = 3,
    /// The four bytes that the host patches when the guest registers its page of the 2007 API.
    Patched = 4,
}

/// Flags that a call must leave as they are: CF, PF, AF, ZF, SF, DF and OF.
pub const FLAGS: u64 = 0xcd5;

/// What the guest says of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The call was not made, or did not return.
    NotMade,
    /// Every register is as it must be.
    Right,
    /// This register is not; see [`Record::bad`].
    Wrong,
}

/// One call: written by the host, filled in by the guest.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Record {
    /// What the guest loads.
    pub input: [u64; GENERAL],
    /// What it found.
    pub output: [u64; GENERAL],
    /// What it must find.
    pub expected: [u64; GENERAL],
    /// The bits of that which count.
    pub mask: [u64; GENERAL],
    /// 1 where the call must raise #GP.
    pub expected_fault: u32,
    /// 1 where it did.
    pub fault: u32,
    /// 0 not made, 1 right, 2 wrong.
    pub verdict: u32,
    /// Nothing.
    pub reserved: u32,
    /// The last register found wrong; 16 for the fault, 17 for the flags.
    pub bad: u64,
    /// RFLAGS before.
    pub flags_in: u64,
    /// RFLAGS afterwards.
    pub flags_out: u64,
    /// Where the fault's saved instruction pointer points.
    pub fault_ip: u64,
}

impl Record {
    /// The guest's own verdict.
    pub fn verdict(&self) -> Verdict {
        match self.verdict {
            0 => Verdict::NotMade,
            1 => Verdict::Right,
            _ => Verdict::Wrong,
        }
    }
}

/// Where the guest keeps its place. Its address is in RDI when the guest starts.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Control {
    /// The record whose turn it is.
    pub current: u64,
    /// Records left, that one among them.
    pub remaining: u64,
    /// 1 where the guest is to look for the VMM's own CPUID leaves and learn its call site from them; 0
    /// where it cannot (CPL 3) and `site` says it, as a kernel tells its programs.
    pub reads_cpuid: u64,
    /// The [`Site`] to call through.
    pub site: u64,
    /// The page that the guest registers by the API of 2007, to call through [`Site::Patched`]; 0 for none.
    pub para_state: u64,
    /// EAX, EBX, ECX and EDX of the first four of those leaves, as the guest saw them.
    pub leaves: [[u32; 4]; 4],
    /// The code that makes the calls in place of the site's; 0 for the site's.
    pub through: u64,
    /// For calls through a ring: where it is.
    pub ring: u64,
    /// Where the guest keeps each call's entry as it found it answered, one behind the other.
    pub answers: u64,
    /// Which register is what in an entry.
    pub slots: Slots,
}

/// Registers of a [`Record`], by index.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Slots {
    /// The number.
    pub number: u8,
    /// The result.
    pub result: u8,
    /// The words; [`Slots::NONE`] for one that no argument stands in.
    pub words: [u8; 9],
    /// Nothing.
    pub reserved: [u8; 5],
}

impl Slots {
    /// No register.
    pub const NONE: u8 = 0xff;
}

impl Default for Slots {
    fn default() -> Slots {
        Slots { number: 0, result: 0, words: [Slots::NONE; 9], reserved: [0; 5] }
    }
}
