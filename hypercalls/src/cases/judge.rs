//! Judges a call that was made, from what is in the registers and in memory afterwards.

use super::lower::{Ending, Image, Place};
use super::{Case, all};
use alloc::format;
use alloc::string::{String, ToString};
use hypercall_core::memory::{GuestMemory, GuestMemoryExt};
use hypercall_core::{Endian, Reg, Width};

/// The first case of every number: enough to see that a user program is refused each of them.
pub fn firsts() -> impl Iterator<Item = &'static Case> {
    let key = |c: &Case| (c.interface.name, c.number);
    let first = move |i: usize, c: &Case| !all().take(i).any(|other| key(other) == key(c));
    all().enumerate().filter(move |(i, c)| first(*i, c)).map(|(_, c)| c)
}

/// Prepares the memory a case needs.
///
/// # Panics
/// When the data area is not all memory.
pub fn prepare(memory: &dyn GuestMemory, place: &Place, case: &Case) {
    for (offset, bytes) in case.before {
        memory
            .write(place.physical(case.interface, *offset), bytes)
            .expect("cases stay inside the data area");
    }
}

/// A call as it was meant.
#[derive(Clone, Copy, Debug)]
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
    /// The time of day when it was made, in seconds since 1970-01-01 00:00 UTC.
    pub now: u64,
}

/// What is wrong with a call that was made and left these registers, in words; `None` if nothing is.
///
/// # Panics
/// When there are fewer `found` registers than the architecture has.
pub fn wrong(meant: &Meant<'_>, found: &[u64], ending: Ending, memory: &dyn GuestMemory) -> Option<String> {
    let Meant { case, image, place, width, endian, registers, now } = *meant;
    if ending != image.ending {
        return Some(format!("the call {} and must be one that {}", says(ending), says(image.ending)));
    }
    if let Ending::Exits(_) = ending {
        return None; // the guest did not live to tell its registers
    }
    for register in registers {
        let (is, must, mask) =
            (found[register.index], image.expected[register.index], image.mask[register.index]);
        if (is ^ must) & mask != 0 {
            return Some(format!("{} is {is:#x} and must be {must:#x}", register.name));
        }
    }
    // give or take a minute
    if let Some(at) = image.clock.filter(|at| width.mask(now).abs_diff(found[*at]) > 60) {
        return Some(format!("{} seconds is not the time of day", found[at]));
    }
    if !image.served {
        return None;
    }
    case.after.iter().find_map(|(offset, must)| {
        let address = place.physical(case.interface, *offset);
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
