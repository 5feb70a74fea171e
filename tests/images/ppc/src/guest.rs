//! The guest: makes every case and checks every register itself.

use crate::block::{self, RUNNER};
use crate::host::{KERNEL, NATIVE};
use crate::machine::{MEMORY, MEMORY_END, seconds};
use crate::world::{guest_call, runner_code};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::arch::asm;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, Ordering};
use hypercall_arch_ppc::guest::Issue;
use hypercall_arch_ppc::instructions::{HypercallInstructions, Level, MAGIC_R0};
use hypercall_arch_ppc::{PpcRegisters, msr, registers};
use hypercall_core::{Endian, Privilege, Width};
use hypercalls::cases::lower::{Ending, Image, Place, Rules, is_for, lower};
use hypercalls::cases::{self, Case, oracle};

/// The exit code of a guest that came to its end by itself.
pub const DONE: u32 = 43;
/// The exit code of a guest that panicked.
const PANICKED: u32 = 99;

/// How calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// By the device tree's instructions, ePAPR.
    HypercallInstructions,
    /// By `sc 1`, PAPR.
    Sc1,
}

/// What a guest goes through the cases with.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    pub route: Route,
    pub width: Width,
    /// In the byte order that the image does not have.
    pub flipped: bool,
    /// As a user program.
    pub user: bool,
}

struct Shared {
    pass: Option<Pass>,
    passed: u64,
    failures: Vec<String>,
    at: &'static str,
}

struct Global(UnsafeCell<Shared>);
// SAFETY: one processor; host and guest never run at once.
unsafe impl Sync for Global {}

static SHARED: Global =
    Global(UnsafeCell::new(Shared { pass: None, passed: 0, failures: Vec::new(), at: "" }));
static CURRENT: AtomicBool = AtomicBool::new(false);

#[allow(clippy::mut_from_ref)] // see the type
fn shared() -> &'static mut Shared {
    // SAFETY: one processor, and no reference is kept across a switch.
    unsafe { &mut *SHARED.0.get() }
}

/// Notes whether a guest runs.
pub fn set_current(current: bool) {
    CURRENT.store(current, Ordering::Relaxed);
}

/// Whether a guest runs.
pub fn is_current() -> bool {
    CURRENT.load(Ordering::Relaxed)
}

/// The next guest's task.
pub fn prepare(pass: Pass) {
    *shared() = Shared { pass: Some(pass), passed: 0, failures: Vec::new(), at: "" };
    block::expect(false);
}

/// How many cases passed and failed.
pub fn counts() -> (u64, u64) {
    (shared().passed, shared().failures.len() as u64)
}

/// Prints what failed.
pub fn print_failures() {
    shared().failures.iter().for_each(|line| crate::say!("FAILED {line}"));
    shared().failures = Vec::new();
}

/// The case that the guest was at.
pub fn where_it_was() -> &'static str {
    shared().at
}

/// Ends the guest's machine.
fn exit(code: u32) -> ! {
    let call = hypercalls::vendor::ExitVm { code };
    match shared().pass.map(|pass| pass.route) {
        Some(Route::HypercallInstructions) => {
            let mut place = [0_u32; 5];
            // SAFETY: memory on the stack, which the guest may execute; the instructions are its host's.
            unsafe {
                let instructions = HypercallInstructions::of(Level::Sc);
                let code = hypercall_arch_ppc::guest::Code::install(place.as_mut_ptr(), &instructions);
                call.issue(code);
            }
        }
        _ => {
            // SAFETY: the call touches no memory.
            unsafe { call.issue_papr() };
        }
    }
    loop {
        core::hint::spin_loop();
    }
}

/// The guest's end by a panic.
pub fn panicked(info: &core::panic::PanicInfo<'_>) -> ! {
    shared().failures.push(format!("the guest panicked: {info}"));
    exit(PANICKED)
}

/// The guest begins.
#[unsafe(no_mangle)]
extern "C" fn guest_main() -> ! {
    let pass = shared().pass.expect("the host prepared one");
    let sc = install_runner(&pass);
    for case in cases::all().filter(|case| is_for(case, pass.width)) {
        shared().at = case.name;
        match make(case, &pass, sc) {
            None => shared().passed += 1,
            Some(wrong) => {
                let Case { interface, number, name, .. } = case;
                shared().failures.push(format!("{} {number:#x} {name} {pass:?}: {wrong}", interface.name));
            }
        }
    }
    exit(DONE)
}

/// Copies the runner in the pass's byte order, with the call's instructions in its slot; the `sc`'s address.
fn install_runner(pass: &Pass) -> u64 {
    let (code, slot) = runner_code();
    let instructions = HypercallInstructions::of(match pass.route {
        Route::HypercallInstructions => Level::Sc,
        Route::Sc1 => Level::Sc1,
    });
    let mut sc = 0;
    for (i, word) in code.iter().enumerate() {
        let call = i.checked_sub(slot).and_then(|i| instructions.words().get(i));
        let word = *call.unwrap_or(word);
        let at = RUNNER + 4 * i as u64;
        if call.is_some() && Level::decode(word).is_some() {
            sc = at;
        }
        let word = if pass.flipped { word.swap_bytes() } else { word };
        // SAFETY: the runner's page, executed by nobody now.
        unsafe {
            (at as *mut u32).write_volatile(word);
            asm!("dcbst 0,{0}", "sync", "icbi 0,{0}", "sync", "isync", in(reg_nonzero) at, options(nostack));
        }
    }
    sc
}

impl Pass {
    fn msr(&self) -> u64 {
        let mut msr = KERNEL;
        if self.width == Width::Bits32 {
            msr &= !msr::SF;
        }
        if self.flipped {
            msr ^= msr::LE;
        }
        if self.user {
            msr |= msr::PR;
        }
        msr
    }

    fn endian(&self) -> Endian {
        match (NATIVE != 0) ^ self.flipped {
            true => Endian::Little,
            false => Endian::Big,
        }
    }
}

/// What hardware keeps of a register.
fn kept(index: usize, value: u64) -> u64 {
    if index == registers::CR.index {
        value & 0xffff_ffff
    } else if index == registers::XER.index {
        // SO, OV, CA and the byte count (Power ISA Book I, "Fixed-Point Exception Register").
        value & 0xe000_007f
    } else {
        value
    }
}

/// Makes a call and says what is wrong with its answer.
fn make(case: &'static Case, pass: &Pass, sc: u64) -> Option<String> {
    let convention = match pass.route {
        Route::HypercallInstructions => "epapr",
        Route::Sc1 => "papr",
    };
    let spec = oracle::spec(convention, pass.width).expect("the oracle knows every convention");
    let place = Place { vcpu: 0, data: MEMORY, memory_end: MEMORY_END };
    let rules = Rules {
        privilege: if pass.user { Privilege::User } else { Privilege::Supervisor },
        user_allowed: false,
        allowed: !(case.interface.name == "hypercall" && case.number == 0x34),
        dirty_upper_halves: true,
    };
    let mut image = lower(case, spec, &registers::ALL, &place, &rules);
    for i in 0..registers::COUNT {
        image.input[i] = kept(i, image.input[i]);
        image.expected[i] = kept(i, image.expected[i]);
    }
    if pass.route == Route::HypercallInstructions {
        // The sequence loads it before it traps.
        image.expected[0] = u64::from(MAGIC_R0);
    }
    for (offset, bytes) in case.before {
        for (i, byte) in bytes.iter().enumerate() {
            // SAFETY: the guest's memory, in which no Rust object is.
            unsafe { ((place.data + offset + i as u64) as *mut u8).write_volatile(*byte) };
        }
    }
    let mut input = PpcRegisters::default();
    input.as_array_mut().copy_from_slice(&image.input[..registers::COUNT]);
    let found = execute(&input, pass);
    wrong(case, &image, &place, pass, sc, found)
}

/// How a call came back.
enum Found {
    Returned(PpcRegisters),
    Interrupted(block::Interrupt),
}

fn execute(input: &PpcRegisters, pass: &Pass) -> Found {
    block::set_input(input, pass.flipped);
    block::expect(true);
    // SAFETY: the runner is in place; it comes back through the guest's own vectors.
    unsafe { guest_call(pass.msr(), RUNNER) };
    block::expect(false);
    let interrupt = block::interrupt();
    match block::output(pass.flipped).filter(|_| interrupt.vector == 0xc00) {
        Some(registers) => Found::Returned(registers),
        None => Found::Interrupted(interrupt),
    }
}

fn differs(found: &PpcRegisters, image: &Image) -> Option<String> {
    registers::ALL.iter().find_map(|register| {
        let i = register.index;
        let (is, must) = (found.as_array()[i], image.expected[i]);
        ((is ^ must) & image.mask[i] != 0)
            .then(|| format!("{} is {is:#x} and must be {must:#x}", register.name))
    })
}

fn wrong(case: &Case, image: &Image, place: &Place, pass: &Pass, sc: u64, found: Found) -> Option<String> {
    let registers = match (found, image.ending) {
        (Found::Returned(registers), Ending::Returns) => registers,
        (Found::Interrupted(interrupt), Ending::Faults) => {
            // A user program's call is its kernel's system call; the fault of HYPERCALL_FAULT a program interrupt.
            let (vector, srr0) = if image.served { (0x700, sc) } else { (0xc00, sc + 4) };
            const CALLER: u64 = msr::SF | msr::PR | msr::LE;
            let (is, must) = (interrupt.srr1 & CALLER, pass.msr() & CALLER);
            if (interrupt.vector, interrupt.srr0, is) != (vector, srr0, must) {
                return Some(format!(
                    "{interrupt:x?} and must be vector {vector:#x}, SRR0 {srr0:#x}, SRR1 {must:#x}"
                ));
            }
            return differs(&interrupt.registers, image);
        }
        (Found::Returned(_), ending) => return Some(format!("returned, and must be {ending:?}")),
        (Found::Interrupted(i), ending) => {
            return Some(format!("interrupted by {:#x} at {:#x}, and must be {ending:?}", i.vector, i.srr0));
        }
    };
    if let Some(text) = differs(&registers, image) {
        return Some(text);
    }
    if let Some(at) = image.clock {
        let (is, now) = (registers.as_array()[at], pass.width.mask(seconds()));
        if now.abs_diff(is) > 60 {
            return Some(format!("{is} seconds is not the time, {now}"));
        }
    }
    if !image.served {
        return None;
    }
    case.after.iter().find_map(|(offset, must)| {
        // SAFETY: the guest's memory, in which no Rust object is.
        let raw = unsafe { ((place.data + offset) as *const u32).read_unaligned() };
        let is = match pass.endian() {
            Endian::Little => u32::from_le(raw),
            Endian::Big => u32::from_be(raw),
        };
        (is != *must).then(|| format!("memory at {offset:#x} is {is:#x} and must be {must:#x}"))
    })
}
