//! The switch between host and guest.

use core::arch::{asm, global_asm};
use hypercall_arch_ppc::PpcRegisters;

global_asm!(include_str!("boot.s"), options(raw));

/// How a guest is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Kind {
    /// In problem state, with a virtual machine state register: as KVM-PR does.
    Problem = 0,
    /// Without the hypervisor bit, with its own SRR0 and SRR1: as KVM-HV does.
    NoHypervisor = 2,
}

/// A guest's registers while it does not run; `boot.s` knows the offsets.
#[derive(Debug)]
#[repr(C)]
pub struct State {
    pub registers: PpcRegisters,
    pub nip: u64,
    pub msr: u64,
    pub vector: u64,
    pub dar: u64,
    pub dsisr: u64,
    pub srr0: u64,
    pub srr1: u64,
    pub kind: Kind,
    pub host_sp: u64,
    pub vectors: [[u64; 2]; 64],
}

const _: () =
    assert!(core::mem::offset_of!(State, nip) == 288 && core::mem::offset_of!(State, vectors) == 360);

impl State {
    pub fn new(kind: Kind) -> State {
        State {
            registers: PpcRegisters::default(),
            nip: 0,
            msr: 0,
            vector: 0,
            dar: 0,
            dsisr: 0,
            srr0: 0,
            srr1: 0,
            kind,
            host_sp: 0,
            vectors: [[0; 2]; 64],
        }
    }
}

unsafe extern "C" {
    fn enter_guest(state: &mut State);
    /// Runs code in another mode until its next interrupt; in guests only.
    pub fn guest_call(msr: u64, address: u64);
    static guest_start: [u32; 0];
    static guest_stack_top: [u64; 0];
    static runner: [u32; 0];
    static runner_slot: [u32; 0];
    static runner_end: [u32; 0];
}

/// Runs the guest until it is interrupted, with the vector in the state afterwards.
///
/// # Safety
/// The state's code must be mapped and may touch what is a guest's only.
pub unsafe fn enter(state: &mut State) {
    // SAFETY: puts the decrementer's next interrupt off, by four seconds; then as the caller promises.
    unsafe {
        asm!("mtspr 22, {}", in(reg) 0x7fff_ffff_u64, options(nostack));
        enter_guest(state);
    }
}

/// Where guests begin, and their stack.
pub fn guest_entry() -> (u64, u64) {
    (&raw const guest_start as u64, &raw const guest_stack_top as u64 - 128)
}

/// The runner's code, and the index of its first instruction to be replaced.
pub fn runner_code() -> (&'static [u32], usize) {
    let begin = &raw const runner as *const u32;
    let words = |end: *const u32| (end as usize - begin as usize) / 4;
    let slot = words(&raw const runner_slot as *const u32);
    // SAFETY: instructions of the image, never written to.
    unsafe { (core::slice::from_raw_parts(begin, words(&raw const runner_end as *const u32)), slot) }
}

/// The table of contents of the image.
pub fn toc() -> u64 {
    let toc: u64;
    // SAFETY: reads a register.
    unsafe { asm!("mr {}, 2", out(reg) toc, options(nomem, nostack, preserves_flags)) };
    toc
}
