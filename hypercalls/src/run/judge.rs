//! Judges a call that was made: the host's verdict, beside the guest's own.

use super::machine::Machine;
use super::report::Found;
use crate::cases::lower::{Ending, Image, Place};
use crate::cases::{self, Case};
use hypercall_core::memory::{GuestMemory, GuestMemoryExt};
use hypercall_core::{Arch, Dispatcher, Endian, Policy, Reg, Width};
use std::time::{SystemTime, UNIX_EPOCH};

/// The first case of every number: enough to see that a user program is refused each of them.
pub fn firsts() -> impl Iterator<Item = &'static Case> {
    let key = |c: &Case| (c.interface.name, c.number);
    let first = move |i: usize, c: &Case| !cases::all().take(i).any(|other| key(other) == key(c));
    cases::all().enumerate().filter(move |(i, c)| first(*i, c)).map(|(_, c)| c)
}

/// Whether the policy lets the guest make the call of a case.
pub fn allowed(dispatcher: &Dispatcher<Machine>, policy: &Policy, case: &Case) -> bool {
    let definition = dispatcher.registry().by_number(dispatcher.arch(), case.interface, case.number);
    definition.is_none_or(|d| policy.allows(d))
}

/// The byte order of the guests here.
pub fn endian_of(arch: Arch) -> Endian {
    if arch == Arch::X86 { Endian::Little } else { Endian::Big }
}

/// Prepares the memory a case needs.
pub fn prepare(memory: &dyn GuestMemory, place: &Place, case: &Case) {
    for (offset, bytes) in case.before {
        memory.write(place.data + offset, bytes).expect("cases stay inside the data area");
    }
}

/// A call as it was meant.
#[derive(Clone, Copy)]
pub struct Meant<'a> {
    /// The case.
    pub case: &'a Case,
    /// The case in registers.
    pub image: &'a Image,
    /// Where its memory is.
    pub place: &'a Place,
    /// The guest's mode.
    pub width: Width,
    /// The guest's byte order.
    pub endian: Endian,
    /// The names of the registers.
    pub registers: &'a [Reg],
}

/// What is wrong with a call that was made, in words; `None` if nothing is.
pub fn wrong(meant: &Meant<'_>, found: Found<'_>, memory: &dyn GuestMemory) -> Option<String> {
    let Meant { case, image, place, width, endian, registers } = *meant;
    if found.ending != image.ending {
        return Some(format!("the call {} and must be one that {}", says(found.ending), says(image.ending)));
    }
    if let Ending::Exits(_) = found.ending {
        return None; // the guest did not live to tell its registers
    }
    for register in registers {
        let (is, must, mask) =
            (found.registers[register.index], image.expected[register.index], image.mask[register.index]);
        if (is ^ must) & mask != 0 {
            return Some(format!("{} is {is:#x} and must be {must:#x}", register.name));
        }
    }
    if let Some(at) = image.clock.filter(|at| !is_now(found.registers[*at], width)) {
        return Some(format!("{} seconds is not the time of day", found.registers[at]));
    }
    if !image.served {
        return None;
    }
    case.after.iter().find_map(|(offset, must)| {
        let address = place.data + offset;
        match memory.read_value::<u32>(address, endian) {
            Ok(is) if is == *must => None,
            Ok(is) => Some(format!("memory at {address:#x} is {is:#x} and must be {must:#x}")),
            Err(error) => Some(error.to_string()),
        }
    })
}

fn says(ending: Ending) -> String {
    match ending {
        Ending::Returns => "returns".to_string(),
        Ending::Faults => "raises an exception".to_string(),
        Ending::Exits(code) => format!("ends the VM with {code}"),
    }
}

/// Whether a register holds the wall clock, give or take a minute.
fn is_now(value: u64, width: Width) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    width.mask(now).abs_diff(value) <= 60
}
