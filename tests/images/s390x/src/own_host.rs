//! Calls from the supervisor state: the machine's own hypervisor answers them.
//!
//! In QEMU 10.0 that is `hw/s390x/s390-hypercall.c`, whose answers these are: subcode 0 gives 0 for an address
//! in memory and -EINVAL for another, 3 gives 0 for a queue of a virtio-ccw device and -EINVAL otherwise, 4 gives
//! the last address of memory, and any other number is a specification exception. The runner gives the machine
//! 128 MiB and a virtio-rng-ccw with device number fe.0.0000.

#![allow(unsafe_code)] // the stubs

use crate::call::{self, DIAG, State};
use crate::cpu::{self, End, say};
use crate::hostile::changed;
use crate::image::SCORE;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use hypercall_arch_s390::guest::{Issue, diag500};
use hypercall_arch_s390::registers::COUNT;
use hypercall_core::argument::GuestAddress;
use hypercalls::catalogue::diag500::{
    StorageLimit, VirtioCcwNotify, VirtioNotify, VirtioReset, VirtioSetStatus,
};
use hypercalls::vendor::Mix1;

const MEMORY: u64 = 128 << 20;
const EINVAL: i64 = -22;
/// Subchannel 0.0.0000 of the first subchannel set: a 1 in the 16 bits before the number.
const SUBCHANNEL: u64 = 0x1_0000;
/// In R2 before a call that does not answer.
const KEPT: u64 = 0x5a5a_0001;

/// Numbers that QEMU does not have.
const UNKNOWN: [u64; 10] =
    [1, 2, 5, 6, 0xffff, 0x1_0000_0000, 0x1_0000_0003, 0x8000_0000_0000_0004, 0x4856_0000, u64::MAX];

unsafe extern "C" {
    fn skip_interruption();
}

/// A call that is answered: its name, what it gave, and what it has to give.
type Answer = (&'static str, i64, i64);

/// Makes the calls and ends the image.
pub fn run() -> ! {
    cpu::at_interruptions(skip_interruption as *const () as u64);
    let answers = answered();
    let interrupted = cpu::skipped();
    let refusals = refused();
    let registers = [
        (4, 0, Some(MEMORY - 1)),
        (0, MEMORY, Some(EINVAL as u64)),
        (3, SUBCHANNEL, Some(0)),
        (3, SUBCHANNEL + 0x77, Some(EINVAL as u64)),
        (1, 0, None),
        (u64::MAX, 0, None),
    ];
    say(&format!("{}", SCORE.plan(answers.len() + 1 + refusals.len() + registers.len())));
    for (name, is, must) in answers {
        count(name, (is != must).then(|| format!("it gives {is:#x} and must give {must:#x}")));
    }
    count("answers", (interrupted != 0).then(|| format!("a program interruption, {interrupted:#x}")));
    for (number, result, identification) in refusals {
        // Specification exception, behind an instruction of four bytes.
        let good = (result, identification) == (KEPT, 0x0004_0006);
        let wrong = || format!("r2 is {result:#x}, the interruption {identification:#x}");
        count(&format!("{number:#x}, refused"), (!good).then(wrong));
    }
    cpu::at_interruptions(call::handler());
    for (number, r2, answer) in registers {
        count(&format!("{number:#x}, every register"), every_register(number, r2, answer));
    }
    say(&format!("{}", SCORE.summary()));
    cpu::end(if SCORE.is_good() { End::Good } else { End::Bad })
}

fn count(name: &str, wrong: Option<String>) {
    if let Some(line) = SCORE.count(name, wrong) {
        say(&format!("{line}"));
    }
}

fn answered() -> [Answer; 12] {
    let notify = |subchannel, queue| VirtioCcwNotify { subchannel, queue, cookie: 0 };
    let at = |address| VirtioNotify { address: GuestAddress(address) };
    // SAFETY: none of these calls makes the host write to memory of this image: the device has no buffers.
    unsafe {
        [
            ("0, an address in memory", at(0x1000).issue(), 0),
            ("0, the last address of memory", at(MEMORY - 1).issue(), 0),
            ("0, the end of memory", at(MEMORY).issue(), EINVAL),
            ("0, the last address there is", at(u64::MAX).issue(), EINVAL),
            ("3, a queue of the device", notify(SUBCHANNEL, 0).issue(), 0),
            ("3, notification data above the queue", notify(SUBCHANNEL, 0x1234_0000).issue(), 0),
            ("3, no such queue", notify(SUBCHANNEL, 1).issue(), EINVAL),
            ("3, more queues than there can be", notify(SUBCHANNEL, 0xffff).issue(), EINVAL),
            ("3, no such subchannel", notify(SUBCHANNEL + 0x77, 0).issue(), EINVAL),
            ("3, no subchannel word", notify(0, 0).issue(), EINVAL),
            ("4", StorageLimit {}.issue(), MEMORY as i64 - 1),
            ("4, arguments are not read", diag500(4, &[u64::MAX; 6]) as i64, MEMORY as i64 - 1),
        ]
    }
}

/// Number, R2 afterwards, and the identification of the program interruption.
fn refused() -> Vec<(u64, u64, u32)> {
    let device = GuestAddress(KEPT);
    // SAFETY: the host refuses these calls.
    unsafe {
        let mut all = vec![
            (1, VirtioReset { device }.issue() as u64, cpu::skipped()),
            (2, VirtioSetStatus { device }.issue() as u64, cpu::skipped()),
            // Of this project's own, which QEMU cannot know.
            (0x4856_0001, Mix1 { a: KEPT }.issue() as u64, cpu::skipped()),
        ];
        all.extend(
            UNKNOWN.iter().map(|number| (*number, diag500(*number, &[KEPT, 1, 2, 3, 4, 5]), cpu::skipped())),
        );
        all
    }
}

/// What is wrong with a call in any register; without an answer it has to be refused.
fn every_register(number: u64, r2: u64, answer: Option<u64>) -> Option<String> {
    let mut registers: [u64; COUNT] = core::array::from_fn(|i| 0xdead_0000_beef_0000 | i as u64);
    (registers[1], registers[2], registers[3]) = (number, r2, 0);
    let found = call::make(DIAG, &registers, State::Kernel);
    registers[2] = answer.unwrap_or(r2);
    if found.interrupted != answer.is_none() {
        return Some(format!("interrupted: {}", found.interrupted));
    }
    let wrong = || call::wrong_interruption(cpu::interruption(), 6, 4, State::Kernel);
    changed(&found, &registers).or_else(|| found.interrupted.then(wrong).flatten())
}
