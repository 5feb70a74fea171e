//! The guest stubs. What goes through `hypercall-instructions` is executed, with instructions that look at one
//! register each; `sc 1` means nothing in a process, so of those stubs the text is read.

#![cfg(all(feature = "guest", target_arch = "powerpc64", target_os = "linux"))]
#![allow(unsafe_code)] // executable memory, and the stubs that run in it

use hypercall_arch_ppc::guest::{self, Answer, Code, Issue};
use hypercall_arch_ppc::instructions::{HypercallInstructions, Level, NOP};
use hypercall_core::prelude::*;

/// The calls of this test.
pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// Takes every argument register of ePAPR.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "ACME_EIGHT", interface = ACME, arch(ppc), status = active)]
struct Eight {
    /// R3.
    a: u64,
    /// R4.
    b: u64,
    /// R5.
    c: u64,
    /// R6.
    d: u64,
    /// R7.
    e: u64,
    /// R8.
    f: u64,
    /// R9.
    g: u64,
    /// R10.
    h: u64,
}

const EIGHT: Eight = Eight { a: 3, b: 4, c: 5, d: 6, e: 7, f: 8, g: 9, h: 0xdead_beef_0000_000a };
/// Block 1 of the vendors' tokens, number 1.
const TOKEN: i64 = 0x1001;

/// `mr to,from`.
fn mr(to: u32, from: u32) -> u32 {
    0x7c00_0378 | from << 21 | to << 16 | from << 11
}

/// `li register,value`.
fn li(register: u32, value: u16) -> u32 {
    0x3800_0000 | register << 21 | u32::from(value)
}

/// Makes [`EIGHT`] through these instructions.
fn call(words: [u32; 4]) -> Answer {
    // SAFETY: a fresh mapping, which stays while the call lasts; its instructions change registers that the
    // stub declares, and no memory.
    unsafe {
        let protection = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let page = libc::mmap(std::ptr::null_mut(), Code::SIZE, protection, flags, -1, 0);
        assert_ne!(page, libc::MAP_FAILED);
        let code = Code::install(page.cast(), &HypercallInstructions::new(words));
        let answer = EIGHT.issue(code);
        libc::munmap(page, Code::SIZE);
        answer
    }
}

#[test]
fn the_token_is_in_r11_and_the_arguments_in_r3_to_r10() {
    assert_eq!(call([mr(3, 11), NOP, NOP, NOP]).status, TOKEN);
    for register in 3..10 {
        let answer = call([mr(3, register), NOP, NOP, NOP]);
        assert_eq!(answer.status, i64::from(register), "R{register}");
    }
    assert_eq!(call([mr(3, 10), NOP, NOP, NOP]).status as u64, 0xdead_beef_0000_000a);
}

#[test]
fn the_answer_is_r3_and_r4_to_r11() {
    let untouched = call([NOP; 4]);
    assert_eq!(untouched.status, 3);
    let outputs = [4, 5, 6, 7, 8, 9, 0xdead_beef_0000_000a, 0x1001, 0];
    assert_eq!(untouched.outputs, outputs);
    for register in 4..12 {
        let answer = call([li(register, 0x7777), li(3, 0xffff), NOP, NOP]);
        assert_eq!(answer.status, -1);
        let mut expected = outputs;
        expected[register as usize - 4] = 0x7777;
        assert_eq!(answer.outputs, expected, "R{register}");
    }
}

#[test]
fn the_registers_that_a_call_may_lose_may_be_lost() {
    let lose_r0_r12_ctr_xer = [li(0, 0xffff), li(12, 0xffff), 0x7d89_03a6, 0x7d81_03a6];
    assert_eq!(call(lose_r0_r12_ctr_xer).status, 3);
    let lose_every_condition = [li(0, 0xffff), 0x7c0f_f120, NOP, NOP]; // mtcr r0
    assert_eq!(call(lose_every_condition).status, 3);
}

/// Linux takes the sequence of KVM-PR for the system call number "KVM!" that it does not have: ENOSYS in R3.
#[test]
fn kvm_prs_sequence_traps() {
    assert_eq!(call(*HypercallInstructions::of(Level::Sc).words()).status, 38);
}

/// The words of a function, up to its first `blr`.
fn text(function: *const ()) -> Vec<u32> {
    // SAFETY: a function's text is readable up to its blr. With ELFv1, which is big-endian, the pointer is to a
    // descriptor whose first word is the address.
    unsafe {
        let start = if cfg!(target_endian = "big") { *function.cast() } else { function.cast::<u32>() };
        (0..).map(|i| *start.add(i)).take_while(|word| *word != 0x4e80_0020).collect()
    }
}

#[test]
fn the_other_stubs_are_sc_1_once() {
    for stub in [guest::papr as *const (), guest::epapr_sc1 as *const ()] {
        let traps: Vec<_> = text(stub).into_iter().filter_map(Level::decode).collect();
        assert_eq!(traps, [Level::Sc1]);
    }
}
