//! What a guest should not do. Each line is one case; nothing but what it says may change.
//!
//! Codes of program interruptions: 1 operation, 2 privileged operation, 5 addressing, 6 specification.

use crate::call::{self, DIAG, Found, State};
use crate::guest::interruption;
use alloc::format;
use alloc::string::{String, ToString};
use hypercall_arch_s390::registers::COUNT;

/// Numbers that no call has, outside every vendor's range: a specification interruption. To these come the
/// 64 numbers of one bit.
const UNKNOWN: [u64; 10] = [
    // numbers of calls, with more above: HYPERCALL_MIX_1, DIAG500_SC_STOR_LIMIT
    0x1_4856_0001,
    0x8000_0000_4856_0001,
    0xffff_ffff_4856_0001,
    0x1_0000_0004,
    // next to the vendor's range, and of another vendor
    0x4855_ffff,
    0x4857_0000,
    0x4061_0001,
    0xc856_0001,
    0x1_0000,
    u64::MAX,
];

/// Numbers of the vendor's that no call has: -KVM_ENOSYS.
const NOBODYS: [u64; 4] = [0x4856_0015, 0x4856_00ff, 0x4856_0100, 0x4856_ffff];

/// How an instruction of HYPERCALL_MIX_2 ends.
#[derive(Clone, Copy)]
enum Ends {
    /// Served.
    Served,
    /// A program interruption with this code.
    Interrupted(u16),
}

/// An instruction, a register to set, the guest's state, and how it ends.
struct Instruction {
    name: &'static str,
    text: &'static [u8],
    /// The register and its value; register 1 leaves everything as it is.
    base: (usize, u64),
    state: State,
    ends: Ends,
}

const fn kernel(name: &'static str, text: &'static [u8], base: (usize, u64), ends: Ends) -> Instruction {
    Instruction { name, text, base, state: State::Kernel, ends }
}

const fn user(name: &'static str, text: &'static [u8], base: (usize, u64)) -> Instruction {
    Instruction { name, text, base, state: State::User, ends: Ends::Interrupted(2) }
}

const PLAIN: (usize, u64) = (1, MIX_2);
/// HYPERCALL_MIX_2, whose value is the first argument plus twice the second.
const MIX_2: u64 = 0x4856_0002;

const INSTRUCTIONS: &[Instruction] = &[
    kernel("diag 0,0,0x500", &[0x83, 0x00, 0x05, 0x00], PLAIN, Ends::Served),
    kernel("diag 15,15,0x500", &[0x83, 0xff, 0x05, 0x00], PLAIN, Ends::Served),
    kernel("base 0 is no register", &[0x83, 0x24, 0x05, 0x00], (0, 0xffff), Ends::Served),
    kernel("diag 2,4,0(8)", &[0x83, 0x24, 0x80, 0x00], (8, 0x500), Ends::Served),
    kernel("diag 2,4,1(9)", &[0x83, 0x24, 0x90, 0x01], (9, 0x4ff), Ends::Served),
    kernel("diag 2,4,0x501(15) wraps", &[0x83, 0x24, 0xf5, 0x01], (15, u64::MAX), Ends::Served),
    kernel("diag 2,4,0(14), high bits", &[0x83, 0x24, 0xe0, 0x00], (14, 0x1234_5678_0001_0500), Ends::Served),
    kernel("diag 2,4,1(8) is 0x501", &[0x83, 0x24, 0x80, 0x01], (8, 0x500), Ends::Interrupted(6)),
    kernel("function 0", &[0x83, 0x24, 0x00, 0x00], PLAIN, Ends::Interrupted(6)),
    kernel("function 0x44", &[0x83, 0x24, 0x00, 0x44], PLAIN, Ends::Interrupted(6)),
    kernel("function 0x308", &[0x83, 0x24, 0x03, 0x08], PLAIN, Ends::Interrupted(6)),
    kernel("function 0x4ff", &[0x83, 0x24, 0x04, 0xff], PLAIN, Ends::Interrupted(6)),
    kernel("function 0x501", &[0x83, 0x24, 0x05, 0x01], PLAIN, Ends::Interrupted(6)),
    kernel("function 0xfff", &[0x83, 0x24, 0x0f, 0xff], PLAIN, Ends::Interrupted(6)),
    // This host does not look behind an EXECUTE: to it these are instructions that it does not have.
    kernel("ex of a diag", &[0x44, 0x00, 0x80, 0x00], (8, EXECUTED), Ends::Interrupted(1)),
    kernel("ssm", &[0x80, 0x00, 0x80, 0x00], (8, 0x1000), Ends::Interrupted(1)),
    kernel("lpswe of no psw", &[0xb2, 0xb2, 0x01, 0xd8], PLAIN, Ends::Interrupted(6)),
    kernel("lpswe outside memory", &[0xb2, 0xb2, 0x80, 0x00], (8, u64::MAX - 7), Ends::Interrupted(5)),
    kernel("exrl of a diag", EXRL, PLAIN, Ends::Interrupted(1)),
    user("diag 2,4,0x500", DIAG, PLAIN),
    user("diag 2,4,0x500 of subcode 4", DIAG, (1, 4)),
    user("diag 2,4,0x500 of an unknown number", DIAG, (1, u64::MAX)),
    user("diag 2,4,0(8)", &[0x83, 0x24, 0x80, 0x00], (8, 0x500)),
    user("function 0x501", &[0x83, 0x24, 0x05, 0x01], PLAIN),
    user("the host's own function 0x7f1", &[0x83, 0x24, 0x07, 0xf1], PLAIN),
    user("lpswe", &[0xb2, 0xb2, 0x03, 0x00], PLAIN),
    user("ex of a diag", &[0x44, 0x00, 0x80, 0x00], (8, EXECUTED)),
    user("exrl of a diag", EXRL, PLAIN),
];

/// Stands for the address of a DIAGNOSE in a base register.
const EXECUTED: u64 = 0xe;
/// Its relative address is filled in.
const EXRL: &[u8] = &[0xc6, 0x00, 0, 0, 0, 0];

/// Calls in narrower addressing modes, where registers are as wide as ever: number, and the value or a
/// specification interruption.
const NARROW: [(&str, u64, Option<u64>); 4] = [
    ("two arguments", MIX_2, Some(SUM)),
    // the host sets the instruction address back, and the guest executes the call again
    ("retry", 0x4856_0030, Some(2)),
    ("unknown number", 5, None),
    ("number above 32 bits", 0x1_4856_0002, None),
];

/// Calls in a row.
const FLOOD: u64 = 50_000;

/// How many cases there are.
pub fn planned() -> usize {
    64 + UNKNOWN.len() + NOBODYS.len() + INSTRUCTIONS.len() + 2 * NARROW.len() + 1
}

/// Runs them, each given to `count` with what is wrong.
pub fn run(mut count: impl FnMut(&str, Option<String>)) {
    for number in (0..64).map(|bit| 1 << bit).chain(UNKNOWN) {
        let registers = with(1, number);
        let found = call::make(DIAG, &registers, State::Kernel);
        count(&format!("unknown number {number:#x}"), interrupted(&found, &registers, 6, 4, State::Kernel));
    }
    for number in NOBODYS {
        let registers = with(1, number);
        let found = call::make(DIAG, &registers, State::Kernel);
        count(&format!("nobody's number {number:#x}"), returned(&found, &registers, -1000_i64 as u64));
    }
    for instruction in INSTRUCTIONS {
        count(&format!("{}, {:?}", instruction.name, instruction.state), execute(instruction));
    }
    for state in [State::Kernel31, State::Kernel24] {
        for (name, number, ends) in NARROW {
            let registers = with(1, number);
            let found = call::make(DIAG, &registers, state);
            let wrong = match ends {
                Some(value) => returned(&found, &registers, value),
                None => interrupted(&found, &registers, 6, 4, state),
            };
            // The guest has set 64-bit addresses again, by an instruction that no host sees.
            let registers = with(1, UNKNOWN[0]);
            let next = call::make(DIAG, &registers, State::Kernel);
            let wrong = wrong.or_else(|| interrupted(&next, &registers, 6, 4, State::Kernel));
            count(&format!("{name}, {state:?}"), wrong);
        }
    }
    let registers = with(1, MIX_2);
    let wrong =
        (0..FLOOD).find_map(|_| returned(&call::make(DIAG, &registers, State::Kernel), &registers, SUM));
    count("a flood of calls", wrong);
}

/// Poison in every register, and a call's arguments: 0x1_0000_0111 + 2 * 0x2_0000_0222 = 0x5_0000_0555.
fn with(register: usize, value: u64) -> [u64; COUNT] {
    let mut registers = core::array::from_fn(|i| 0xdead_0000_beef_0000 | (i as u64) << 32 | i as u64);
    registers[2] = 0x1_0000_0111;
    registers[3] = 0x2_0000_0222;
    registers[register] = value;
    registers
}

const SUM: u64 = 0x5_0000_0555;

fn execute(instruction: &Instruction) -> Option<String> {
    let (register, value) = instruction.base;
    let mut registers = with(1, MIX_2);
    registers[register] = if value == EXECUTED { call::executed() } else { value };
    let mut text = [0; 6];
    let text = &mut text[..instruction.text.len()];
    text.copy_from_slice(instruction.text);
    if text.len() == 6 {
        // EXECUTE RELATIVE LONG counts halfwords from its own address.
        let halfwords = call::executed().wrapping_sub(call::site()) as i64 / 2;
        text[2..].copy_from_slice(&(halfwords as i32).to_be_bytes());
    }
    let found = call::make(text, &registers, instruction.state);
    match instruction.ends {
        Ends::Served => returned(&found, &registers, SUM),
        Ends::Interrupted(code) => interrupted(&found, &registers, code, text.len() as u8, instruction.state),
    }
}

/// What is wrong with a call that must come back with `value`.
pub fn returned(found: &Found, before: &[u64; COUNT], value: u64) -> Option<String> {
    let mut expected = *before;
    expected[2] = value;
    if found.interrupted {
        return Some(format!("it is interrupted: {:x?}", interruption()));
    }
    changed(found, &expected)
}

fn interrupted(found: &Found, before: &[u64; COUNT], code: u16, length: u8, state: State) -> Option<String> {
    if !found.interrupted {
        return Some(format!("it comes back, with r2 {:#x}", found.registers[2]));
    }
    changed(found, before).or_else(|| call::wrong_interruption(interruption(), code, length, state))
}

/// What is in the registers and should not be.
pub fn changed(found: &Found, expected: &[u64; COUNT]) -> Option<String> {
    let differs = found.registers.iter().zip(expected).position(|(is, must)| is != must);
    match differs {
        Some(i) => Some(format!("r{i} is {:#x} and must be {:#x}", found.registers[i], expected[i])),
        None if !found.floats_kept => Some("a floating-point register changed".to_string()),
        None => None,
    }
}
