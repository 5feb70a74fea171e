//! A guest that makes calls through a ring and does nothing else, in 64-bit mode. It is in the guest of a stress test, too.
#![allow(unsafe_code)] // assembler, and the symbols around it

use core::arch::global_asm;
use core::mem::{offset_of, size_of};
use hypercall_core::CallEntry;
use hypercall_core::ring::RingHeader;
use kvm_bindings::kvm_regs;

/// The port that wakes the host.
pub const BELL: u8 = 0x4b;
/// The port that the guest writes to when it is done.
pub const DONE: u8 = 0x49;

// The first argument is the ticket, the second 7. See `Orders` and `Found` for the registers.
global_asm!(
    ".pushsection .rodata.hypercall_bench, \"a\", @progbits",
    ".balign 16",
    ".code64",
    ".globl hypercall_bench_ring",
    "hypercall_bench_ring:",
    "mov ecx, [rdi + {order}]",
    "mov r13d, 1",
    "shl r13d, cl",
    "dec r13d",
    "xor r15d, r15d",
    "xor esi, esi",
    "2: mov r10, r8",
    "mov r14d, [rdi + {producer}]",
    // Hand in.
    "3: mov eax, [rdi + {producer}]",
    "mov edx, eax",
    "and edx, r13d",
    "imul edx, edx, {entry}",
    "lea rbx, [rdi + rdx + {header}]",
    "cmp [rbx + {turn}], eax",
    "jne 9f",
    "lea ecx, [rax + 1]",
    "lock cmpxchg [rdi + {producer}], ecx",
    "jne 3b",
    "mov [rbx + {words}], rax",
    "and rax, r12",
    "add rax, r11",
    "mov [rbx + {number}], rax",
    "mov dword ptr [rbx + {flags}], 0",
    "mov qword ptr [rbx + {words} + 8], 7",
    "mov qword ptr [rbx + {words} + 16], 0",
    "mov qword ptr [rbx + {words} + 24], 0",
    "mov dword ptr [rbx + {state}], {pending}",
    "lock or dword ptr [rsp - 8], 0",
    "test dword ptr [rdi + {host_flags}], {need_doorbell}",
    "jz 4f",
    "out {bell}, al",
    "4: dec r10",
    "jnz 3b",
    // Collect.
    "mov r10, r8",
    "5: mov edx, r14d",
    "and edx, r13d",
    "imul edx, edx, {entry}",
    "lea rbx, [rdi + rdx + {header}]",
    "jmp 7f",
    "6: pause",
    "7: mov eax, [rbx + {state}]",
    "cmp eax, {pending}",
    "je 6b",
    "cmp eax, {done_state}",
    "je 8f",
    "inc r15",
    "8: add rsi, [rbx + {result}]",
    "lea eax, [r14 + r13 + 1]",
    "mov [rbx + {turn}], eax",
    "inc r14d",
    "dec r10",
    "jnz 5b",
    "sub r9, r8",
    "ja 2b",
    "out {done}, al",
    "9: mov r15, -1",
    "out {done}, al",
    ".globl hypercall_bench_ring_end",
    "hypercall_bench_ring_end:",
    ".popsection",
    header = const RingHeader::SIZE,
    order = const offset_of!(RingHeader, order),
    producer = const offset_of!(RingHeader, producer),
    host_flags = const offset_of!(RingHeader, flags),
    need_doorbell = const RingHeader::NEED_DOORBELL,
    entry = const size_of::<CallEntry>(),
    number = const offset_of!(CallEntry, number),
    state = const offset_of!(CallEntry, state),
    flags = const offset_of!(CallEntry, flags),
    result = const offset_of!(CallEntry, result),
    words = const offset_of!(CallEntry, words),
    turn = const offset_of!(CallEntry, reserved),
    pending = const CallEntry::PENDING,
    done_state = const CallEntry::DONE,
    bell = const BELL,
    done = const DONE,
);

unsafe extern "C" {
    static hypercall_bench_ring: u8;
    static hypercall_bench_ring_end: u8;
}

/// What the guest is to do.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    /// Where the ring is.
    pub ring: u64,
    /// Its calls' numbers, by the low bits of their tickets: those of `mask`, added to `number`.
    pub number: u64,
    /// Which of a ticket's bits count.
    pub mask: u64,
    /// How many to hand in before the first is collected.
    pub in_flight: u64,
    /// How many to make; a multiple of that.
    pub calls: u64,
}

impl Orders {
    /// Where they are when the guest starts, in 64-bit mode with a stack.
    pub fn set(&self, regs: &mut kvm_regs) {
        let Orders { ring, number, mask, in_flight, calls } = *self;
        (regs.rdi, regs.r11, regs.r12, regs.r8, regs.r9) = (ring, number, mask, in_flight, calls);
    }
}

/// What the guest found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many calls were not answered as done; all ones where the ring was not the guest's alone.
    pub wrong: u64,
    /// The sum of all results.
    pub sum: u64,
}

impl Found {
    /// As the guest leaves it when it is done.
    pub fn of(regs: &kvm_regs) -> Found {
        Found { wrong: regs.r15, sum: regs.rsi }
    }
}

/// The code; runs wherever it is copied to.
pub fn code() -> &'static [u8] {
    let (start, end) = (&raw const hypercall_bench_ring, &raw const hypercall_bench_ring_end);
    // SAFETY: these are the first symbol and the one behind the last byte of one piece of read-only data, assembled
    // above.
    unsafe { core::slice::from_raw_parts(start, end.addr() - start.addr()) }
}
