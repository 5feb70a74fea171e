//! The guest: goes through the conformance cases in the problem state, and judges every register itself.

#![allow(unsafe_code)] // DIAGNOSE, to talk to the host beside the calls under test

use crate::call::{self, DIAG, State};
use crate::cpu::{self, Console, Interruption, say};
use crate::host;
use crate::hostile;
use crate::image::SCORE;
use alloc::format;
use alloc::string::{String, ToString};
use core::arch::asm;
use hypercall_arch_s390::registers;
use hypercall_arch_s390::trap::Psw;
use hypercall_core::memory::GuestMemoryExt;
use hypercall_core::{Endian, Privilege, Width};
use hypercall_image_common::machine::Platform;
use hypercall_image_common::mode::Order;
use hypercall_image_common::suite::{Found, Guest, Setting, Way};
use hypercalls::cases::Case;
use hypercalls::cases::lower::{Ending, Image, MAX_REGISTERS};

/// What the guest is to do.
pub struct Plan {
    /// The cases.
    pub setting: Setting,
    order: Order,
    /// How it makes its last call.
    end: Way,
}

/// What a guest goes through whose last call is all that it makes.
const ENDS: [Way; 2] = [Way::Multicall, Way::Ring];

impl Plan {
    /// What an order asks of the guests, one after the other: the first makes the cases.
    pub fn all(order: Order) -> impl Iterator<Item = Plan> {
        let more = matches!(order, Order::Cases | Order::Break(_) | Order::Crash);
        let ends = if more { &ENDS[..] } else { &[] };
        core::iter::once(Way::Registers).chain(ends.iter().copied()).map(move |end| Plan::of(order, end))
    }

    /// Whether it makes the cases before its last call.
    pub fn makes_cases(&self) -> bool {
        self.end == Way::Registers
    }

    fn of(order: Order, end: Way) -> Plan {
        Plan {
            setting: Setting {
                convention: "diag500",
                widths: &[Width::Bits64],
                registers: &registers::ALL,
                memory: host::memory(),
                place: host::place(),
                endian: Endian::Big,
                dirty_upper_halves: true,
                by_c: order.is_by_c(),
                sabotage: matches!(order, Order::Fail | Order::Lie),
            },
            order,
            end,
        }
    }
}

/// Prints, by the host.
pub fn print(text: &[u8]) {
    // SAFETY: the host reads the text and changes nothing.
    unsafe {
        asm!("diag 2,3,{print}", print = const host::PRINT, in("r2") text.as_ptr(), in("r3") text.len(), options(nostack));
    }
}

/// Ends the guest.
pub fn give_up() -> ! {
    loop {
        // SAFETY: the host does not return from it.
        unsafe { asm!("diag 0,0,{done}", done = const host::DONE, options(nostack)) }
    }
}

/// Where the guest begins, in the problem state.
pub extern "C" fn main(plan: &Plan) -> ! {
    let setting = &plan.setting;
    let mut guest = Caller;
    set_up();
    #[cfg(by_c)]
    if plan.order.is_by_c() {
        crate::by_c::run(setting, plan.order);
    }
    if !plan.makes_cases() {
        setting.end(&mut guest, &SCORE, plan.end);
        give_up()
    }
    let others = Plan::all(plan.order).count();
    say(&format!("{}", SCORE.plan(setting.planned() + hostile::planned() + others)));
    match plan.order {
        Order::Panic => {
            // HYPERCALL_PANIC, which this order's host does not deny.
            let mut registers = [0; registers::COUNT];
            registers[1] = 0x4856_0034;
            call::make(DIAG, &registers, State::Kernel);
        }
        Order::Hang => loop {
            core::hint::spin_loop();
        },
        Order::Short => {
            setting.run(&mut guest, &SCORE, setting.planned() / 2);
            give_up();
        }
        _ => {}
    }
    setting.run(&mut guest, &SCORE, usize::MAX);
    hostile::run(|name, wrong| {
        if let Some(line) = SCORE.count(name, wrong) {
            say(&format!("{line}"));
        }
    });
    setting.end(&mut guest, &SCORE, plan.end);
    give_up()
}

/// The guest's lowcore: the handler of program interruptions.
fn set_up() {
    at_interruptions(call::handler());
}

/// Where the guest goes at a program interruption.
pub fn at_interruptions(address: u64) {
    write_psw(0x1d0, Psw { mask: cpu::SUPERVISOR, address });
}

/// Sets the PSW with which `call.s` goes into another state.
pub fn set_call_psw(psw: Psw) {
    write_psw(0x300, psw);
}

fn write_psw(offset: u64, psw: Psw) {
    let memory = host::memory();
    memory
        .write_value(memory.first() + offset, [psw.mask, psw.address], Endian::Big)
        .expect("the lowcore is in the guest's memory");
}

/// The last program interruption of the guest's.
pub fn interruption() -> Interruption {
    let memory = host::memory();
    let at = |offset| memory.first() + offset;
    let identification = memory.read_value(at(0x8c), Endian::Big);
    let old = memory.read_value::<[u64; 2]>(at(0x150), Endian::Big);
    let (Ok(identification), Ok([mask, address])) = (identification, old) else {
        panic!("the lowcore is in the guest's memory")
    };
    Interruption::new(identification, Psw { mask, address })
}

struct Caller;

impl Guest for Caller {
    fn call(&mut self, _case: &Case, image: &Image, _width: Width, privilege: Privilege) -> Found {
        let state = if privilege == Privilege::User { State::User } else { State::Kernel };
        let mut load = [0; registers::COUNT];
        load.copy_from_slice(&image.input[..registers::COUNT]);
        let found = call::make(DIAG, &load, state);
        let mut wrong: Option<String> = None;
        if found.interrupted {
            // Privileged operation; else what unknown numbers and HYPERCALL_FAULT raise, specification.
            let code = if state == State::User { 2 } else { 6 };
            wrong = call::wrong_interruption(interruption(), code, 4, state);
        }
        if !found.floats_kept {
            wrong = Some("a floating-point register changed".to_string());
        }
        let mut registers = [0; MAX_REGISTERS];
        registers[..found.registers.len()].copy_from_slice(&found.registers);
        let ending = if found.interrupted { Ending::Faults } else { Ending::Returns };
        Found { registers, ending, wrong }
    }

    fn say(&mut self, line: &str) {
        say(line);
    }

    fn now(&self) -> u64 {
        Console.now().seconds as u64
    }
}
