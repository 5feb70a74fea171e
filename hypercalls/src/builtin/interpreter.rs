//! The interpreter's code, twice: for 64-bit mode and for 32-bit mode.
//!
//! The stack at a call, from its top: return address, address of the call site, or of what makes the call in its
//! place, address of the control block. The control block is found again through it, as a call may need every register.
#![allow(unsafe_code)] // assembler, and the symbols around it

mod code_32;
mod code_64;

use hypercall_arch_x86::cpuid;

/// The signature of the VMM's leaves as CPUID gives it in EBX, ECX and EDX.
const SIGNATURE: [u32; 3] = {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = cpuid::SIGNATURE;
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]), u32::from_le_bytes([i, j, k, l])]
};

/// A piece of guest code and the places in it that the host needs.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The code; runs wherever it is copied to.
    pub bytes: &'static [u8],
    /// Offset of the handler of #GP.
    pub fault_handler: usize,
    /// Offset of each [`Site`](super::Site)'s instruction.
    pub sites: [usize; SITES.len()],
}

unsafe extern "C" {
    static hypercall_guest_64: u8;
    static hypercall_guest_64_fault: u8;
    static hypercall_guest_64_sites: u8;
    static hypercall_guest_64_end: u8;
    static hypercall_guest_32: u8;
    static hypercall_guest_32_fault: u8;
    static hypercall_guest_32_sites: u8;
    static hypercall_guest_32_end: u8;
}

/// Lengths of the call sites with their RET, in the order of [`Site`](super::Site).
const SITES: [usize; 5] = [3, 8, 4, 4, 4];

fn code(start: *const u8, fault: *const u8, sites: *const u8, end: *const u8) -> Code {
    let offset = |place: *const u8| place.addr() - start.addr();
    // SAFETY: `start` and `end` are the first symbol and the one behind the last byte of one piece of
    // read-only data, assembled above in this order into one section.
    let bytes = unsafe { core::slice::from_raw_parts(start, offset(end)) };
    let mut at = offset(sites);
    let sites = SITES.map(|length| {
        let site = at;
        at += length;
        site
    });
    Code { bytes, fault_handler: offset(fault), sites }
}

/// The interpreter for 64-bit mode.
pub fn code_64() -> Code {
    code(
        &raw const hypercall_guest_64,
        &raw const hypercall_guest_64_fault,
        &raw const hypercall_guest_64_sites,
        &raw const hypercall_guest_64_end,
    )
}

/// The interpreter for 32-bit mode.
pub fn code_32() -> Code {
    code(
        &raw const hypercall_guest_32,
        &raw const hypercall_guest_32_fault,
        &raw const hypercall_guest_32_sites,
        &raw const hypercall_guest_32_end,
    )
}
