//! The cases made by C code, through the generated header.

use crate::block;
use crate::cpu;
use crate::guest::{Job, REPORTED, Route, later, mode};
use crate::image::SCORE;
use crate::world::guest_call;
use alloc::format;
use core::cell::UnsafeCell;
use core::ffi::c_int;
use hypercall_arch_ppc::{PpcRegisters, registers};
use hypercall_core::{Privilege, Width};
use hypercall_image_common::by_c::{Call, Own, Table};
use hypercall_image_common::mode::Order;
use hypercall_image_common::suite::{Found, Guest, Setting, Way};
use hypercalls::cases::Case;
use hypercalls::cases::lower::{Ending, Image};

unsafe extern "C" {
    /// Of the header as it is.
    fn call_by_c(call: &mut Call) -> c_int;
    /// Of the header with two registers swapped.
    fn call_by_c_swapped(call: &mut Call) -> c_int;
    static by_c_entry: [u32; 0];
}

/// The call to make, and what `by_c_main` says of it.
struct Desk {
    call: Call,
    swapped: bool,
    made: bool,
}

struct Shared(UnsafeCell<Desk>);
// SAFETY: the machine has one processor, and only the guest looks at it.
unsafe impl Sync for Shared {}

static DESK: Shared = Shared(UnsafeCell::new(Desk { call: Call::NONE, swapped: false, made: false }));

/// Where `by_c_entry` goes.
#[unsafe(no_mangle)]
extern "C" fn by_c_main() {
    let desk = DESK.0.get();
    // SAFETY: no reference to the desk exists while this runs, and the case's call may use the memory of the
    // cases only.
    unsafe {
        let make = if (*desk).swapped { call_by_c_swapped } else { call_by_c };
        (*desk).made = make(&mut (*desk).call) == 1;
    }
}

/// Goes through the cases, the last of which ends the guest.
pub fn run(job: Job, setting: &Setting, order: Order) {
    let table = Table::new(setting.convention, &registers::ALL);
    let mut caller = Caller { job, table, own: Own::default(), swapped: order == Order::ByCSwapped };
    setting.run(&mut caller, &SCORE, usize::MAX);
    if let Some(line) =
        SCORE.count(format_args!("each call by its own function, {job:?}"), caller.own.missing())
    {
        caller.say(&format!("{line}"));
    }
    caller.say(&format!("{} calls made by C, each by its own function", caller.own.count()));
    setting.end(&mut caller, &SCORE, Way::Registers);
}

struct Caller {
    job: Job,
    table: Table,
    own: Own,
    swapped: bool,
}

impl Guest for Caller {
    fn call(&mut self, case: &Case, image: &Image, width: Width, privilege: Privilege) -> Found {
        // In the header's order.
        let (convention, via) = match self.job.route {
            Route::Sc => (0, 0),
            Route::Sc1Epapr => (0, 1),
            Route::Sc1Papr => (1, 0),
        };
        let call = self.table.call(case, image, convention, via);
        let desk = DESK.0.get();
        let msr = mode(width, privilege, false);
        block::set_input(&PpcRegisters::default(), false);
        block::expect(true);
        // SAFETY: as in `by_c_main`; it comes back by a system call, or the interrupt that its call raises.
        let (call, made) = unsafe {
            desk.write_volatile(Desk { call, swapped: self.swapped, made: false });
            guest_call(msr, &raw const by_c_entry as u64);
            let found = desk.read_volatile();
            (found.call, found.made)
        };
        block::expect(false);
        let interrupt = block::interrupt();
        let (vector, ending) = if made { (0xc00, Ending::Returns) } else { (0x700, Ending::Faults) };
        let right = (interrupt.vector, (interrupt.srr1 ^ msr) & REPORTED) == (vector, 0);
        let wrong = (!right).then(|| format!("{interrupt:x?}"));
        self.own.note(case, image, &call);
        Found { registers: self.table.found(case, image, &call, ending), ending, wrong }
    }

    fn say(&mut self, line: &str) {
        later(line);
    }

    fn now(&self) -> u64 {
        cpu::now()
    }
}
