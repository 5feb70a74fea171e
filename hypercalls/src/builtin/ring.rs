//! What makes the interpreter's calls through a ring, twice: for 64-bit mode and for 32-bit mode.
//!
//! It is called with the registers of a call, as the call site is. It hands them in as an entry, rings the doorbell
//! if the host sleeps, waits, and returns with the answer in the registers, as if the call had been made by them; where
//! the entry says that the call faulted, the record does too. The guest has the ring for itself, so an entry that is not
//! free when its ticket comes up, or a ring that is not served any more, leaves the call unanswered.
#![allow(unsafe_code)] // assembler, and the symbols around it

use super::{Control, GENERAL, Record, Slots};
use core::arch::global_asm;
use core::mem::{offset_of, size_of};
use hypercall_core::ring::{AGAIN, RingHeader};
use hypercall_core::{CallEntry, Width};

/// What stands where an entry has nothing to hold: words without an argument, upper halves of a 32-bit guest's.
const POISON: u32 = 0x5a5a_a5a5;
/// Looks at an entry between two looks at whether the host fell asleep, less one.
const LOOKS: u32 = 0x3ff;

/// Assembles this code for a mode, with the offsets in what guest and host share.
macro_rules! assemble {
    ([$($line:literal),* $(,)?], $($own:tt)*) => {
        global_asm!(
            $($line,)*
            $($own)*
            ring = const offset_of!(Control, ring),
            answers = const offset_of!(Control, answers),
            current = const offset_of!(Control, current),
            number_slot = const offset_of!(Control, slots) + offset_of!(Slots, number),
            result_slot = const offset_of!(Control, slots) + offset_of!(Slots, result),
            word_slots = const offset_of!(Control, slots) + offset_of!(Slots, words),
            none = const Slots::NONE,
            fault = const offset_of!(Record, fault),
            header = const RingHeader::SIZE,
            order = const offset_of!(RingHeader, order),
            producer = const offset_of!(RingHeader, producer),
            host_flags = const offset_of!(RingHeader, flags),
            need_doorbell = const RingHeader::NEED_DOORBELL,
            doorbell = const offset_of!(RingHeader, doorbell),
            doorbell_at = const offset_of!(RingHeader, doorbell_at),
            detached = const offset_of!(RingHeader, detached),
            entry = const size_of::<CallEntry>(),
            number = const offset_of!(CallEntry, number),
            state = const offset_of!(CallEntry, state),
            entry_flags = const offset_of!(CallEntry, flags),
            result = const offset_of!(CallEntry, result),
            words = const offset_of!(CallEntry, words),
            turn = const offset_of!(CallEntry, reserved),
            pending = const CallEntry::PENDING,
            faulted = const CallEntry::FAULTED,
            again = const AGAIN,
            poison = const POISON,
            looks = const LOOKS,
        );
    };
}

assemble!(
    [
        ".pushsection .rodata.hypercall_guest, \"a\", @progbits",
        ".balign 16",
        ".code64",
        ".globl hypercall_ring_64",
        "hypercall_ring_64:",
        // The registers in the order of a record, behind them flags, return address, this code's, the control block's.
        "pushfq",
        "push r15; push r14; push r13; push r12; push r11; push r10; push r9; push r8",
        "push rbp; push rsp; push rdi; push rsi; push rdx; push rcx; push rbx; push rax",
        "mov r15, [rsp + 8 * {general} + 24]",
        "mov r14, [r15 + {ring}]",
        "mov ecx, [r14 + {order}]",
        "mov r13d, 1",
        "shl r13d, cl",
        "dec r13d",
        // A ticket whose entry is free.
        "2: mov eax, [r14 + {producer}]",
        "mov r12d, eax",
        "and eax, r13d",
        "imul eax, eax, {entry}",
        "lea rbx, [r14 + rax + {header}]",
        "cmp [rbx + {turn}], r12d",
        "jne 16f",
        "mov eax, r12d",
        "lea ecx, [r12 + 1]",
        "lock cmpxchg [r14 + {producer}], ecx",
        "jne 2b",
        // The call.
        "movzx eax, byte ptr [r15 + {number_slot}]",
        "mov rax, [rsp + rax * 8]",
        "mov [rbx + {number}], rax",
        "mov dword ptr [rbx + {entry_flags}], 0",
        "xor ecx, ecx",
        "3: movzx edx, byte ptr [r15 + rcx + {word_slots}]",
        "mov eax, {poison}",
        "cmp edx, {none}",
        "je 4f",
        "mov rax, [rsp + rdx * 8]",
        "4: mov [rbx + rcx * 8 + {words}], rax",
        "inc ecx",
        "cmp ecx, 9",
        "jb 3b",
        // Stores are not overtaken by later stores, and by no later load behind a locked instruction.
        "mov dword ptr [rbx + {state}], {pending}",
        "lock or dword ptr [rsp], 0",
        "xor ecx, ecx",
        "5: test dword ptr [r14 + {host_flags}], {need_doorbell}",
        "jz 7f",
        "mov rdx, [r14 + {doorbell_at}]",
        "cmp dword ptr [r14 + {doorbell}], 1",
        "je 6f",
        "mov [rdx], al",
        "jmp 7f",
        "6: out dx, al",
        // The answer of the call that ends the VM comes before the ring is detached.
        "7: pause",
        "mov eax, [r14 + {detached}]",
        "cmp dword ptr [rbx + {state}], {pending}",
        "jne 8f",
        "test eax, eax",
        "jnz 16f",
        "inc ecx",
        "test ecx, {looks}",
        "jnz 7b",
        "jmp 5b",
        // The answer: kept as it is, then in registers.
        "8: mov rdx, [r15 + {answers}]",
        "xor ecx, ecx",
        "9: mov rax, [rbx + rcx * 8]",
        "mov [rdx + rcx * 8], rax",
        "inc ecx",
        "cmp ecx, {entry} / 8",
        "jb 9b",
        "lea eax, [r12 + r13 + 1]",
        "mov [rbx + {turn}], eax",
        "mov ecx, [rdx + {state}]",
        "cmp ecx, {again}",
        "je 2b",
        "add qword ptr [r15 + {answers}], {entry}",
        "cmp ecx, {faulted}",
        "je 15f",
        "movzx eax, byte ptr [r15 + {result_slot}]",
        "mov rcx, [rdx + {result}]",
        "mov [rsp + rax * 8], rcx",
        "jmp 17f",
        "15: mov rax, [r15 + {current}]",
        "mov dword ptr [rax + {fault}], 1",
        "jmp 17f",
        "16: mov rdx, [r15 + {answers}]",
        "mov dword ptr [rdx + {state}], {pending}",
        "add qword ptr [r15 + {answers}], {entry}",
        "17: pop rax; pop rbx; pop rcx; pop rdx; pop rsi; pop rdi; lea rsp, [rsp + 8]; pop rbp",
        "pop r8; pop r9; pop r10; pop r11; pop r12; pop r13; pop r14; pop r15",
        "popfq",
        "ret",
        ".globl hypercall_ring_64_end",
        "hypercall_ring_64_end:",
        ".popsection",
    ],
    general = const GENERAL,
);

assemble!([
    ".pushsection .rodata.hypercall_guest, \"a\", @progbits",
    ".balign 16",
    ".code32",
    ".globl hypercall_ring_32",
    "hypercall_ring_32:",
    "pushfd",
    "push ebp; push esp; push edi; push esi; push edx; push ecx; push ebx; push eax",
    "mov ebp, [esp + 44]",
    "mov edi, [ebp + {ring}]",
    "mov ecx, [edi + {order}]",
    "mov esi, 1",
    "shl esi, cl",
    "dec esi",
    // The ticket stands where a record has the stack pointer, which is not the call's affair.
    "2: mov eax, [edi + {producer}]",
    "mov [esp + 24], eax",
    "mov edx, eax",
    "and edx, esi",
    "imul edx, edx, {entry}",
    "lea ebx, [edi + edx + {header}]",
    "cmp [ebx + {turn}], eax",
    "jne 16f",
    "lea ecx, [eax + 1]",
    "lock cmpxchg [edi + {producer}], ecx",
    "jne 2b",
    "movzx eax, byte ptr [ebp + {number_slot}]",
    "mov eax, [esp + eax * 4]",
    "mov [ebx + {number}], eax",
    "mov dword ptr [ebx + {number} + 4], {poison}",
    "mov dword ptr [ebx + {entry_flags}], 0",
    "xor ecx, ecx",
    "3: movzx edx, byte ptr [ebp + ecx + {word_slots}]",
    "mov eax, {poison}",
    "cmp edx, {none}",
    "je 4f",
    "mov eax, [esp + edx * 4]",
    "4: mov [ebx + ecx * 8 + {words}], eax",
    "mov dword ptr [ebx + ecx * 8 + {words} + 4], {poison}",
    "inc ecx",
    "cmp ecx, 9",
    "jb 3b",
    "mov dword ptr [ebx + {state}], {pending}",
    "lock or dword ptr [esp], 0",
    "xor ecx, ecx",
    "5: test dword ptr [edi + {host_flags}], {need_doorbell}",
    "jz 7f",
    "mov edx, [edi + {doorbell_at}]",
    "cmp dword ptr [edi + {doorbell}], 1",
    "je 6f",
    "mov [edx], al",
    "jmp 7f",
    "6: out dx, al",
    "7: pause",
    "mov eax, [edi + {detached}]",
    "cmp dword ptr [ebx + {state}], {pending}",
    "jne 8f",
    "test eax, eax",
    "jnz 16f",
    "inc ecx",
    "test ecx, {looks}",
    "jnz 7b",
    "jmp 5b",
    "8: mov edx, [ebp + {answers}]",
    "xor ecx, ecx",
    "9: mov eax, [ebx + ecx * 4]",
    "mov [edx + ecx * 4], eax",
    "inc ecx",
    "cmp ecx, {entry} / 4",
    "jb 9b",
    "mov eax, [esp + 24]",
    "lea eax, [eax + esi + 1]",
    "mov [ebx + {turn}], eax",
    "mov ecx, [edx + {state}]",
    "cmp ecx, {again}",
    "je 2b",
    "add dword ptr [ebp + {answers}], {entry}",
    "cmp ecx, {faulted}",
    "je 15f",
    "movzx eax, byte ptr [ebp + {result_slot}]",
    "mov ecx, [edx + {result}]",
    "mov [esp + eax * 4], ecx",
    "jmp 17f",
    "15: mov eax, [ebp + {current}]",
    "mov dword ptr [eax + {fault}], 1",
    "jmp 17f",
    "16: mov edx, [ebp + {answers}]",
    "mov dword ptr [edx + {state}], {pending}",
    "add dword ptr [ebp + {answers}], {entry}",
    "17: pop eax; pop ebx; pop ecx; pop edx; pop esi; pop edi; lea esp, [esp + 4]; pop ebp",
    "popfd",
    "ret",
    ".globl hypercall_ring_32_end",
    "hypercall_ring_32_end:",
    ".code64",
    ".popsection",
],);

unsafe extern "C" {
    static hypercall_ring_64: u8;
    static hypercall_ring_64_end: u8;
    static hypercall_ring_32: u8;
    static hypercall_ring_32_end: u8;
}

fn bytes(start: *const u8, end: *const u8) -> &'static [u8] {
    // SAFETY: these are the first symbol and the one behind the last byte of one piece of read-only data, assembled
    // above.
    unsafe { core::slice::from_raw_parts(start, end.addr() - start.addr()) }
}

/// What the guest puts into a word that no argument stands in.
pub fn unused_word(width: Width) -> u64 {
    match width {
        Width::Bits64 => POISON.into(),
        Width::Bits32 => u64::from(POISON) << 32 | u64::from(POISON),
    }
}

/// The code for 64-bit mode; runs wherever it is copied to.
pub fn through_ring_64() -> &'static [u8] {
    bytes(&raw const hypercall_ring_64, &raw const hypercall_ring_64_end)
}

/// The code for 32-bit mode.
pub fn through_ring_32() -> &'static [u8] {
    bytes(&raw const hypercall_ring_32, &raw const hypercall_ring_32_end)
}
