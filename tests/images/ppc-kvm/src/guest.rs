//! The guest: a loop in assembly that makes one call a record. One by registers has every register loaded before and
//! looked at afterwards; one through a ring is handed in and waited for as `hypercall_core::ring::Producer` does.

use bytemuck::{Pod, Zeroable};
use core::arch::global_asm;
use hypercall_core::Endian;
use hypercalls::cases::lower::MAX_REGISTERS;

/// A call and what the guest found, in the guest's byte order.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Record {
    /// Registers before the call: R0 to R31, XER, CTR, LR, CR. Through a ring: number, nine words, the ring's address,
    /// how many entries it has less one, and how often the call is made again, each time with the first word one more.
    pub input: [u64; MAX_REGISTERS],
    /// What they must be after it.
    pub expected: [u64; MAX_REGISTERS],
    /// Which bits of that count.
    pub mask: [u64; MAX_REGISTERS],
    /// What they were. Through a ring: state, result, nine words of the last answer, and the sum of all
    /// answers' first words.
    pub output: [u64; MAX_REGISTERS],
    /// The address of the call's program interrupt, or zero.
    pub fault: u64,
    /// What that must be.
    pub expected_fault: u64,
    /// The guest's own verdict: 0 before it has one, [`RIGHT`], or 2 if something is wrong.
    pub verdict: u64,
    /// How the call is made: 0 by registers, [`THROUGH_RING`].
    pub kind: u64,
}

/// [`Record::kind`]: through a ring.
pub const THROUGH_RING: u64 = 1;

/// [`Record::verdict`]: everything is as it must be.
pub const RIGHT: u64 = 1;

const _: () = {
    assert!(MAX_REGISTERS == 36);
    assert!(size_of::<Record>() == 1184);
};

// Plain integer instructions in the machine's own byte order; a guest of the other one gets each word reversed.
// The record is in SPRG0, and SPRG1 is scratch: all general registers belong to the call.
//
// The ring's header and entries (`hypercall_ring`, `hypercall_call_entry`): producer 256, flags 768, detached 772;
// number 0, state 8, flags 12, result 16, words 24, turn 96. The barriers are those of `docs/ring.md`.
global_asm!(
    ".pushsection .rodata.guest, \"a\"",
    ".balign 8",
    ".globl hypercall_guest_loop, hypercall_guest_call, hypercall_guest_fault, hypercall_guest_end",
    "hypercall_guest_loop:",
    "1:",
    "mfspr 31, 272",
    "ld 0, 1176(31)",
    "cmpldi 0, 0, 0",
    "bne 0, 10f",
    "ld 0, 256(31)",
    "mtxer 0",
    "ld 0, 264(31)",
    "mtctr 0",
    "ld 0, 272(31)",
    "mtlr 0",
    "ld 0, 280(31)",
    "mtcrf 255, 0",
    ".irp i, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31",
    "ld \\i, 8*\\i(31)",
    ".endr",
    "hypercall_guest_call:",
    "sc 1",
    "mtspr 273, 31",
    "mfspr 31, 272",
    ".irp i, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30",
    "std \\i, 864+8*\\i(31)",
    ".endr",
    "mfspr 0, 273",
    "std 0, 1112(31)",
    "mfxer 0",
    "std 0, 1120(31)",
    "mfctr 0",
    "std 0, 1128(31)",
    "mflr 0",
    "std 0, 1136(31)",
    "mfcr 0",
    "std 0, 1144(31)",
    // Compare: 36 registers, then the fault.
    "li 5, 1",
    "li 4, 36",
    "mtctr 4",
    "mr 3, 31",
    "2:",
    "ld 6, 288(3)",
    "ld 7, 576(3)",
    "ld 8, 864(3)",
    "xor 6, 6, 8",
    "and 6, 6, 7",
    "cmpldi 0, 6, 0",
    "beq 0, 3f",
    "li 5, 2",
    "3:",
    "addi 3, 3, 8",
    "bdnz 2b",
    "ld 6, 1152(31)",
    "ld 7, 1160(31)",
    "cmpld 0, 6, 7",
    "beq 0, 4f",
    "li 5, 2",
    "4:",
    "5:",
    "std 5, 1168(31)",
    "addi 31, 31, 1184",
    "mtspr 272, 31",
    "b 1b",
    // Through a ring. The next ticket, where the entry's turn is that ticket.
    "10:",
    "ld 30, 80(31)",
    "ld 29, 88(31)",
    "addi 28, 30, 256",
    "lwz 6, 0(30)",
    "lis 7, 0x4856", // its magic
    "ori 7, 7, 0x7267",
    "cmplw 0, 6, 7",
    "bne 0, 17f",
    "11:",
    "lwz 27, 0(28)",
    "and 26, 27, 29",
    "sldi 26, 26, 7",
    "add 26, 26, 30",
    "addi 26, 26, 4096",
    "lwz 6, 96(26)",
    "cmplw 0, 6, 27",
    "bne 0, 11b",
    "isync",
    "addi 6, 27, 1",
    "12:",
    "lwarx 7, 0, 28",
    "cmplw 0, 7, 27",
    "bne 0, 11b",
    "stwcx. 6, 0, 28",
    "bne 0, 12b",
    // The call, then its state, then a look whether the host sleeps.
    "ld 6, 0(31)",
    "std 6, 0(26)",
    "li 6, 0",
    "stw 6, 12(26)",
    ".irp i, 1,2,3,4,5,6,7,8,9",
    "ld 6, 8*\\i(31)",
    "std 6, 16+8*\\i(26)",
    ".endr",
    "li 6, 1",
    "lwsync",
    "stw 6, 8(26)",
    "sync",
    "13:",
    "lwz 6, 768(30)",
    "andi. 6, 6, 2",
    "beq 0, 14f",
    "lis 3, 0",
    "ori 3, 3, 0x710c", // HYPERCALL_RING_DOORBELL: 0x7000 + 4 * 0x43
    "sc 1",
    "14:",
    "li 6, 1024",
    "mtctr 6",
    "15:",
    "lwz 25, 8(26)",
    "cmplwi 0, 25, 1",
    "bne 0, 16f",
    "bdnz 15b",
    "lwz 6, 772(30)",
    "cmplwi 0, 6, 0",
    "beq 0, 13b",
    "17:",
    "li 5, 2", // no ring, or not served any more
    "b 5b",
    // The answer, and the entry is free for the ticket that is a ring's length on.
    "16:",
    "isync",
    "std 25, 864(31)",
    ".irp i, 0,1,2,3,4,5,6,7,8,9",
    "ld 6, 16+8*\\i(26)",
    "std 6, 872+8*\\i(31)",
    ".endr",
    "add 6, 27, 29",
    "addi 6, 6, 1",
    "lwsync",
    "stw 6, 96(26)",
    "cmplwi 0, 25, 5", // to be handed in again
    "beq 0, 11b",
    "ld 6, 880(31)",
    "ld 7, 952(31)",
    "add 7, 7, 6",
    "std 7, 952(31)",
    "li 5, 1",
    "ld 6, 96(31)",
    "cmpldi 0, 6, 0",
    "beq 0, 5b",
    "addi 6, 6, -1",
    "std 6, 96(31)",
    "ld 6, 8(31)",
    "addi 6, 6, 1",
    "std 6, 8(31)",
    "b 11b",
    // At 0x700: notes the address and goes on behind it, with every register as it was.
    "hypercall_guest_fault:",
    "mtspr 273, 31",
    "mfspr 31, 272",
    "std 30, 1104(31)",
    "mfspr 30, 26",
    "std 30, 1152(31)",
    "addi 30, 30, 4",
    "mtspr 26, 30",
    "ld 30, 1104(31)",
    "mfspr 31, 273",
    "rfid",
    "hypercall_guest_end:",
    ".popsection",
);

unsafe extern "C" {
    static hypercall_guest_loop: [u32; 0];
    static hypercall_guest_call: [u32; 0];
    static hypercall_guest_fault: [u32; 0];
    static hypercall_guest_end: [u32; 0];
}

/// The guest's code, as instruction words.
pub struct Code {
    /// The loop. It begins with the record that SPRG0 points to.
    pub main: &'static [u32],
    /// Where in the loop the call is, in bytes.
    pub call: u64,
    /// The handler of the program interrupt.
    pub fault: &'static [u32],
}

/// The words between two labels.
///
/// # Safety
/// Both must be labels of the assembly above, `end` behind `start`.
unsafe fn words(start: &'static [u32; 0], end: &'static [u32; 0]) -> &'static [u32] {
    let count = (end.as_ptr().addr() - start.as_ptr().addr()) / size_of::<u32>();
    let start = core::ptr::with_exposed_provenance::<u32>(start.as_ptr().expose_provenance());
    // SAFETY: between the labels stand only instructions, in a section that is never written.
    unsafe { core::slice::from_raw_parts(start, count) }
}

/// The code.
pub fn code() -> Code {
    // SAFETY: the labels are in this order above; an array without elements reads nothing.
    unsafe {
        Code {
            main: words(&hypercall_guest_loop, &hypercall_guest_fault),
            call: 4 * words(&hypercall_guest_loop, &hypercall_guest_call).len() as u64,
            fault: words(&hypercall_guest_fault, &hypercall_guest_end),
        }
    }
}

/// Words that end the VM with this code: HYPERCALL_EXIT, 0x7000 + 4 * 0x33 on PAPR.
pub const fn exit(code: u16) -> [u32; 3] {
    [
        0x3860_70cc,               // li r3,0x70cc
        0x3880_0000 | code as u32, // li r4,code
        0x4400_0022,               // sc 1
    ]
}

/// Instruction words in a guest's memory.
pub fn image(words: &[u32], endian: Endian) -> Vec<u8> {
    let bytes = |word: &u32| match endian {
        Endian::Little => word.to_le_bytes(),
        Endian::Big => word.to_be_bytes(),
    };
    words.iter().flat_map(bytes).collect()
}
