//! The blocks of registers that the runner and the guest's vectors use, at fixed addresses: see `boot.s`.

use hypercall_arch_ppc::PpcRegisters;

/// The runner's copy.
pub const RUNNER: u64 = 0x5000;
/// The guest's vectors.
pub const VECTORS: u64 = 0x4000;
const IN: u64 = 0x6000;
const OUT: u64 = 0x6200;
const INT: u64 = 0x6400;
const INT_SRR0: u64 = 0x6520;
const INT_SRR1: u64 = 0x6528;
const INT_VECTOR: u64 = 0x6530;
const SAVE_LR: u64 = 0x6700;
const SAVE_MSR: u64 = 0x6710;
const STAGE: u64 = 0x6718;
const EXPECTING: u64 = 0x6720;

fn read(address: u64) -> u64 {
    // SAFETY: the image's own blocks, which nothing else reaches while Rust code runs.
    unsafe { (address as *const u64).read_volatile() }
}

fn write(address: u64, value: u64) {
    // SAFETY: as above.
    unsafe { (address as *mut u64).write_volatile(value) };
}

/// From or to the runner's byte order.
fn swap(value: u64, flipped: bool) -> u64 {
    if flipped { value.swap_bytes() } else { value }
}

/// What the runner loads.
pub fn set_input(registers: &PpcRegisters, flipped: bool) {
    for (i, value) in registers.as_array().iter().enumerate() {
        write(IN + 8 * i as u64, swap(*value, flipped));
        write(OUT + 8 * i as u64, 0);
        write(INT + 8 * i as u64, 0);
    }
    write(STAGE, 0);
    write(INT_VECTOR, 0);
}

fn registers(base: u64, flipped: bool) -> PpcRegisters {
    let mut registers = PpcRegisters::default();
    for (i, value) in registers.as_array_mut().iter_mut().enumerate() {
        *value = swap(read(base + 8 * i as u64), flipped);
    }
    registers
}

/// Whether the runner came to its end, and what it found in the registers then.
pub fn output(flipped: bool) -> Option<PpcRegisters> {
    (read(STAGE) != 0).then(|| registers(OUT, flipped))
}

/// An interrupt as the guest's own vector saw it.
#[derive(Clone, Copy, Debug)]
pub struct Interrupt {
    pub vector: u64,
    pub srr0: u64,
    pub srr1: u64,
    pub registers: PpcRegisters,
}

/// The last interrupt.
pub fn interrupt() -> Interrupt {
    Interrupt {
        vector: read(INT_VECTOR),
        srr0: read(INT_SRR0),
        srr1: read(INT_SRR1),
        registers: registers(INT, false),
    }
}

/// Where `guest_call` comes back to, and with which MSR.
pub fn resumption() -> (u64, u64) {
    (read(SAVE_LR), read(SAVE_MSR))
}

/// Whether the guest is inside `guest_call` and expects an interrupt.
pub fn expecting() -> bool {
    read(EXPECTING) != 0
}

/// Notes whether the guest expects an interrupt.
pub fn expect(expecting: bool) {
    write(EXPECTING, u64::from(expecting));
}
