//! The cases made by C code, through the generated header.

#![allow(unsafe_code)] // C functions

use crate::cpu::{Console, say};
use crate::guest::{at_interruptions, give_up, interruption};
use crate::image::SCORE;
use alloc::format;
use core::ffi::c_int;
use hypercall_arch_s390::registers;
use hypercall_core::{Privilege, Width};
use hypercall_image_common::by_c::{Call, Own, Table};
use hypercall_image_common::machine::Platform;
use hypercall_image_common::mode::Order;
use hypercall_image_common::suite::{Found, Guest, Setting, Way};
use hypercalls::cases::Case;
use hypercalls::cases::lower::{Ending, Image};

unsafe extern "C" {
    /// Of the header as it is.
    fn call_by_c(call: &mut Call) -> c_int;
    /// Of the header with two registers swapped.
    fn call_by_c_swapped(call: &mut Call) -> c_int;
    fn count_interruption();
    static interruptions: u64;
}

/// Goes through the cases and ends the guest.
pub fn run(setting: &Setting, order: Order) -> ! {
    let make = if order == Order::ByC { call_by_c } else { call_by_c_swapped };
    let mut guest =
        Caller { make, table: Table::new(setting.convention, &registers::ALL), own: Own::default() };
    at_interruptions(count_interruption as *const () as u64);
    say(&format!("{}", SCORE.plan(setting.planned() + 2)));
    setting.run(&mut guest, &SCORE, usize::MAX);
    if let Some(line) = SCORE.count("each call by its own function", guest.own.missing()) {
        say(&format!("{line}"));
    }
    say(&format!("{} calls made by C, each by its own function", guest.own.count()));
    setting.end(&mut guest, &SCORE, Way::Registers);
    give_up();
}

struct Caller {
    make: unsafe extern "C" fn(&mut Call) -> c_int,
    table: Table,
    own: Own,
}

fn interrupted() -> u64 {
    // SAFETY: the handler is the only one that changes it, and has come back when it is read.
    unsafe { (&raw const interruptions).read_volatile() }
}

impl Guest for Caller {
    fn call(&mut self, case: &Case, image: &Image, _width: Width, _privilege: Privilege) -> Found {
        let mut call = self.table.call(case, image, 0, 0);
        let before = interrupted();
        // SAFETY: the case's call may use the memory of the cases only.
        let made = unsafe { (self.make)(&mut call) };
        assert!(made == 1, "the header has the convention");
        self.own.note(case, image, &call);
        let mut wrong = None;
        let mut ending = Ending::Returns;
        if interrupted() != before {
            ending = Ending::Faults;
            // What unknown numbers and HYPERCALL_FAULT raise: specification.
            let code = interruption().code;
            wrong = (code != 6).then(|| format!("the interruption's code is {code}"));
        }
        Found { registers: self.table.found(case, image, &call, ending), ending, wrong }
    }

    fn say(&mut self, line: &str) {
        say(line);
    }

    fn now(&self) -> u64 {
        Console.now().seconds as u64
    }
}
