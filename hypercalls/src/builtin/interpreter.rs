//! The interpreter's code, twice: for 64-bit mode and for 32-bit mode.
//!
//! The stack at a call, from its top: return address, address of the call site, or of what makes the call in its
//! place, address of the control block. The control block is found again through it, as a call may need every register.
#![allow(unsafe_code)] // assembler, and the symbols around it

/// Assembles the interpreter of a mode, whose symbols begin with a name: what differs between the modes, then the call
/// sites, which do not, and of both the offsets in what guest and host share.
macro_rules! assemble {
    ($name:literal, [$($line:literal),* $(,)?], $($own:tt)*) => {
        core::arch::global_asm!(
            $($line,)*
            concat!(".globl ", $name, "_sites"),
            concat!($name, "_sites:"),
            "31: out {port}, al",
            "ret",
            // mov byte ptr [disp32], al, with a SIB byte: the same in both modes, and no register is named
            "32: .byte 0x88, 0x04, 0x25",
            ".long {address}",
            "ret",
            "33: vmcall",
            "ret",
            "34: vmmcall",
            "ret",
            // Four bytes that the host patches.
            "35: ud2",
            "ud2",
            concat!(".globl ", $name, "_end"),
            concat!($name, "_end:"),
            ".code64",
            ".popsection",
            $($own)*
            reads_cpuid = const offset_of!(Control, reads_cpuid),
            first_base = const cpuid::FIRST_BASE,
            last_base = const cpuid::LAST_BASE,
            base_step = const cpuid::STEP,
            signature_b = const SIGNATURE[0],
            signature_c = const SIGNATURE[1],
            signature_d = const SIGNATURE[2],
            leaves = const offset_of!(Control, leaves),
            remaining = const offset_of!(Control, remaining),
            current = const offset_of!(Control, current),
            site = const offset_of!(Control, site),
            through = const offset_of!(Control, through),
            para_state = const offset_of!(Control, para_state),
            guest_version = const offset_of!(ParaState, guest_version),
            host_version = const offset_of!(ParaState, host_version),
            state_size = const offset_of!(ParaState, size),
            ret = const offset_of!(ParaState, ret),
            hypercall_gpa = const offset_of!(ParaState, hypercall_gpa),
            api_version = const API_VERSION,
            page_size = const PAGE_SIZE,
            msr = const MSR,
            patched = const Site::Patched as u64,
            vmcall = const Site::Vmcall as u32,
            flags_in = const offset_of!(Record, flags_in),
            flags_out = const offset_of!(Record, flags_out),
            output = const offset_of!(Record, output),
            expected = const offset_of!(Record, expected),
            mask = const offset_of!(Record, mask),
            bad = const offset_of!(Record, bad),
            fault = const offset_of!(Record, fault),
            fault_ip = const offset_of!(Record, fault_ip),
            expected_fault = const offset_of!(Record, expected_fault),
            verdict = const offset_of!(Record, verdict),
            flags = const FLAGS,
            record = const size_of::<Record>(),
            done = const DONE_PORT,
            port = const DOORBELL_PORT,
            address = const DOORBELL_ADDRESS,
        );
    };
}

mod code_32;
mod code_64;

use super::{Control, DONE_PORT, DOORBELL_ADDRESS, DOORBELL_PORT, FLAGS, Record, Site};
use core::mem::{offset_of, size_of};
use hypercall_arch_x86::cpuid;
use hypercall_arch_x86::para::{API_VERSION, MSR, PAGE_SIZE, ParaState};

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
