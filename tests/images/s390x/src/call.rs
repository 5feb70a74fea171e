//! A call with every register loaded before and stored after it: see `call.s`.

#![allow(unsafe_code)] // an instruction is written and executed

use crate::cpu::{self, Interruption};
use alloc::string::String;
use core::cell::UnsafeCell;
use core::ptr;
use hypercall_arch_s390::registers::COUNT;
use hypercall_arch_s390::trap::Psw;

core::arch::global_asm!(include_str!("call.s"));

/// What `call.s` reads and writes; its offsets are asserted below.
#[repr(C, align(16))]
#[derive(Clone, Copy)]
struct Block {
    load: [u64; COUNT],
    load_floats: [u64; COUNT],
    found: [u64; COUNT],
    found_floats: [u64; COUNT],
    way: u64,
    returned: u64,
    interrupted: u64,
    stack: u64,
    scratch: u64,
}

const _: () = assert!(core::mem::offset_of!(Block, found) == 256);
const _: () = assert!(core::mem::offset_of!(Block, way) == 512);
const _: () = assert!(core::mem::offset_of!(Block, scratch) == 544);

#[repr(transparent)]
struct Shared(UnsafeCell<Block>);

// SAFETY: there is one processor, and the guest alone uses the block.
unsafe impl Sync for Shared {}

#[unsafe(export_name = "call_block")]
static BLOCK: Shared = Shared(UnsafeCell::new(Block {
    load: [0; COUNT],
    load_floats: [0; COUNT],
    found: [0; COUNT],
    found_floats: [0; COUNT],
    way: 0,
    returned: 0,
    interrupted: 0,
    stack: 0,
    scratch: 0,
}));

unsafe extern "C" {
    fn make_call();
    fn call_interrupted();
    fn call_site();
    fn executed_diag();
}

/// The address of the program-interruption handler that a guest must have when it makes calls.
pub fn handler() -> u64 {
    call_interrupted as *const () as u64
}

/// The address of the instruction.
pub fn site() -> u64 {
    call_site as *const () as u64
}

/// The address of a `diag 2,4,0x500` for EXECUTE.
pub fn executed() -> u64 {
    executed_diag as *const () as u64
}

/// `diag 2,4,0x500`.
pub const DIAG: &[u8] = &[0x83, 0x24, 0x05, 0x00];

/// What a call left.
#[derive(Clone, Debug)]
pub struct Found {
    /// The general registers.
    pub registers: [u64; COUNT],
    /// Whether it raised a program interruption.
    pub interrupted: bool,
    /// Whether the floating-point registers are as they were.
    pub floats_kept: bool,
}

/// The state of the guest's in which an instruction is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Supervisor state, 64-bit addresses: as the guest is anyway.
    Kernel,
    /// Supervisor state, 31-bit addresses.
    Kernel31,
    /// Supervisor state, 24-bit addresses.
    Kernel24,
    /// Problem state, 64-bit addresses.
    User,
}

impl State {
    /// The PSW mask.
    fn mask(self) -> u64 {
        match self {
            State::Kernel => cpu::SUPERVISOR,
            State::Kernel31 => Psw::BASIC_ADDRESSING,
            State::Kernel24 => 0,
            State::User => cpu::SUPERVISOR | Psw::PROBLEM_STATE,
        }
    }

    /// How `call.s` goes there.
    fn way(self) -> u64 {
        match self {
            State::Kernel => 0,
            State::Kernel31 | State::Kernel24 => 1,
            State::User => 2,
        }
    }
}

/// Executes an instruction of four or six bytes with these registers. Any state but [`State::Kernel`] needs a
/// host that is this image's own.
///
/// # Panics
/// When the instruction is longer than six bytes.
pub fn make(instruction: &[u8], registers: &[u64; COUNT], state: State) -> Found {
    assert!(instruction.len() <= 6);
    if state != State::Kernel {
        crate::guest::set_call_psw(Psw { mask: state.mask(), address: self::site() });
    }
    let site = ptr::with_exposed_provenance_mut::<u8>(site() as usize);
    let block = BLOCK.0.get();
    let load_floats: [u64; COUNT] = core::array::from_fn(|i| 0x4010_0000_0000_0000 | i as u64);
    let blank = Block {
        load: *registers,
        load_floats,
        found: [0; COUNT],
        found_floats: [0; COUNT],
        way: state.way(),
        returned: 0,
        interrupted: 0,
        stack: 0,
        scratch: 0,
    };
    // SAFETY: the site is code of this image that only this function runs, followed by two spare bytes; the
    // processor is the only one, and serializes by the interruption or the jump. The routine keeps what a
    // called function must keep, whatever the instruction does to the registers.
    let block = unsafe {
        for (i, byte) in instruction.iter().chain(&[0x07, 0x00]).enumerate().take(6) {
            // Not in vain: an emulator translates what was written again.
            if site.add(i).read_volatile() != *byte {
                site.add(i).write_volatile(*byte);
            }
        }
        block.write_volatile(blank);
        make_call();
        block.read_volatile()
    };
    Found {
        registers: block.found,
        interrupted: block.interrupted != 0,
        floats_kept: block.found_floats == load_floats,
    }
}

/// What is wrong with an interruption at the instruction, which has this length; `None` if it has the code
/// asked for.
pub fn wrong_interruption(found: Interruption, code: u16, length: u8, state: State) -> Option<String> {
    /// The bits of the PSW that a program may change: condition code and program mask.
    const CHANGING: u64 = 0x3f00 << 32;
    let mask = found.old.mask & !CHANGING;
    let old = Psw { mask: state.mask(), address: site() + u64::from(length) };
    let expected = Interruption { code, length, old };
    let is = Interruption { old: Psw { mask, ..found.old }, ..found };
    (is != expected).then(|| alloc::format!("the interruption is {is:x?} and must be {expected:x?}"))
}
