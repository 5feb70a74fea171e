//! The walk through the conformance cases, in the guest.

mod rounds;

use crate::score::Score;
use crate::window::Window;
use alloc::string::String;
use core::sync::atomic::AtomicU32;
use hypercall_core::memory::GuestMemory;
use hypercall_core::{Endian, Privilege, Reg, Width, interface};
use hypercalls::cases::judge::{Meant, firsts, prepare, wrong};
use hypercalls::cases::lower::{Ending, Image, MAX_REGISTERS, Place, Rules, is_for, lower};
use hypercalls::cases::oracle::{self, Spec};
use hypercalls::cases::{self, Case, Expect, entry};

/// The call that an image's host denies: its handler panics, which ends an image. The cases expect it to be
/// unknown, then.
pub const DENIED: &str = "HYPERCALL_PANIC";

/// The number of [`DENIED`] in the vendor's space.
const DENIED_NUMBER: u64 = 0x34;

/// What the guest found after a call.
#[derive(Clone, Debug)]
pub struct Found {
    /// Every register, by index.
    pub registers: [u64; MAX_REGISTERS],
    /// How the call ended.
    pub ending: Ending,
    /// What else is wrong, that is of this architecture only.
    pub wrong: Option<String>,
}

/// A guest that can make calls.
pub trait Guest {
    /// Loads every register, makes the call with the architecture's instruction, and stores every register.
    fn call(&mut self, case: &Case, image: &Image, width: Width, privilege: Privilege) -> Found;

    /// Prints a line.
    fn say(&mut self, line: &str);

    /// The time of day, in seconds since 1970-01-01 00:00 UTC.
    fn now(&self) -> u64;
}

/// Over what the cases are run.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The convention's name.
    pub convention: &'static str,
    /// The widths to run the cases in.
    pub widths: &'static [Width],
    /// The architecture's registers.
    pub registers: &'static [Reg],
    /// The guest's memory.
    pub memory: Window,
    /// Where the cases find memory.
    pub place: Place,
    /// The guest's byte order.
    pub endian: Endian,
    /// Whether the upper halves of registers can hold anything in 32-bit mode.
    pub dirty_upper_halves: bool,
    /// Whether C code makes the calls: each case once, by the kernel and in registers.
    pub by_c: bool,
    /// Make one case expect what does not come back.
    pub sabotage: bool,
}

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In registers.
    Registers,
    /// As the entry of a multicall.
    Multicall,
    /// Through a ring, which the host drains at the doorbell.
    Ring,
}

/// A call to make.
#[derive(Clone, Copy, Debug)]
struct Call {
    case: &'static Case,
    width: Width,
    privilege: Privilege,
    way: Way,
}

impl Setting {
    /// The calls to make, each in one way, then each in the next.
    fn calls(&self) -> impl Iterator<Item = Call> + use<> {
        let ways =
            if self.by_c { &[Way::Registers][..] } else { &[Way::Registers, Way::Multicall, Way::Ring] };
        let setting = *self;
        ways.iter().flat_map(move |way| setting.list(*way))
    }

    /// Every case in each width but those that end the VM, then the first case of each number as a user
    /// program.
    fn list(&self, way: Way) -> impl Iterator<Item = Call> + use<> {
        let (widths, by_c) = (self.widths, self.by_c);
        let supervisor = widths.iter().flat_map(move |width| {
            let mine = cases::all().filter(|case| is_for(case, *width) && !ends(case));
            let (width, privilege) = (*width, Privilege::Supervisor);
            mine.map(move |case| Call { case, width, privilege, way })
        });
        let first = widths.first().copied().filter(move |_| !by_c).into_iter();
        let user = first.flat_map(move |width| {
            let mine = firsts().filter(move |case| is_for(case, width));
            mine.map(move |case| Call { case, width, privilege: Privilege::User, way })
        });
        supervisor.chain(user)
    }

    /// How many cases [`run`](Self::run) and [`end`](Self::end) count.
    pub fn planned(&self) -> usize {
        self.calls().count() + self.rounds().count() + 1
    }

    /// Makes every call, judges each and counts it; `limit` of them at most, and only without a limit what else
    /// there is with a ring.
    pub fn run(&self, guest: &mut impl Guest, score: &Score, limit: usize) {
        for (i, call) in self.calls().take(limit).enumerate() {
            let Call { case, width, privilege, way } = call;
            let mut image = self.image(&call);
            if self.sabotage && i == 0 {
                image.expected[image.result] ^= 1;
                image.ending = Ending::Returns;
            }
            prepare(&self.memory, &self.place, case);
            let now = guest.now();
            let found = match way {
                Way::Registers => guest.call(case, &image, width, privilege),
                Way::Multicall | Way::Ring => self.through_memory(guest, &call, &image),
            };
            let meant = Meant {
                case,
                image: &image,
                place: &self.place,
                width,
                endian: self.endian,
                registers: self.registers,
                now,
            };
            let wrong = wrong(&meant, &found.registers, found.ending, &self.memory).or(found.wrong);
            count(guest, score, &call, wrong);
        }
        if limit >= self.planned() {
            self.run_rounds(guest, score);
        }
    }

    /// Makes a call that stands in memory; what goes with it is made in registers.
    fn through_memory(&self, guest: &mut impl Guest, call: &Call, image: &Image) -> Found {
        let Call { width, way, .. } = *call;
        let (spec, registers, endian) = (self.spec(width), self.registers, self.endian);
        let mut wrong = None;
        let make = |input: &_| {
            let found = self.trap(guest, call, image, input);
            wrong = wrong.take().or(found.wrong);
            (found.registers, found.ending)
        };
        let made = if way == Way::Ring {
            let ring = (self.ring_words(), self.ring(), endian);
            entry::through_ring(image, spec, registers, ring, make)
        } else {
            let place = (&self.memory as &dyn GuestMemory, self.place.data + entry::ENTRY, endian);
            entry::through_multicall(image, spec, registers, place, make)
        };
        match made {
            Ok((registers, ending)) => Found { registers, ending, wrong },
            Err(error) => {
                Found { registers: image.input, ending: Ending::Returns, wrong: wrong.or(Some(error)) }
            }
        }
    }

    /// Makes a call of the project's own with these registers, on behalf of another.
    fn trap(
        &self,
        guest: &mut impl Guest,
        call: &Call,
        image: &Image,
        input: &[u64; MAX_REGISTERS],
    ) -> Found {
        let Call { case, width, privilege, .. } = *call;
        let served = privilege == Privilege::Supervisor;
        let own = Image { input: *input, expected: *input, served, ..image.clone() };
        let mut found = guest.call(case, &own, width, privilege);
        let kept = entry::kept(self.spec(width), self.registers, input, &found.registers);
        found.wrong = found.wrong.take().or(kept.err());
        found
    }

    /// Where the ring is.
    fn ring(&self) -> u64 {
        self.place.data + cases::RING
    }

    fn ring_words(&self) -> &'static [AtomicU32] {
        let size = (cases::DATA_SIZE - cases::RING) as usize;
        self.memory.words(self.ring(), size).expect("the data area is memory")
    }

    /// Makes the call that ends the VM. The host counts it as [`ended`](Self::ended) says; if it comes back, it failed.
    pub fn end(&self, guest: &mut impl Guest, score: &Score, way: Way) {
        let Some(last) = self.last() else { return };
        let last = Call { way, ..last };
        let image = self.image(&last);
        let found = match way {
            Way::Registers => guest.call(last.case, &image, last.width, last.privilege),
            Way::Multicall | Way::Ring => self.through_memory(guest, &last, &image),
        };
        let wrong = alloc::format!("the call came back: {:?}, {:?}", found.ending, found.wrong);
        count(guest, score, &last, Some(wrong));
    }

    /// What is wrong with the way in which the host saw the VM end; `None` if nothing is.
    pub fn ended(&self, with: u32) -> Option<String> {
        let expected = self.last().map(|last| self.image(&last).ending);
        (expected != Some(Ending::Exits(with)))
            .then(|| alloc::format!("the VM ended with {with} and must end so: {expected:?}"))
    }

    /// What is wrong with so many calls having come through the ring, as the host saw it; `None` if nothing is.
    pub fn drained(&self, calls: u64) -> Option<String> {
        let cases = self.calls().filter(|c| c.way == Way::Ring && c.privilege == Privilege::Supervisor);
        let must = cases.count() as u64 + self.rounds().count() as u64 * rounds::CALLS;
        // One that is to be made again is answered with that, too.
        (calls < must)
            .then(|| alloc::format!("{calls} calls came through the ring and must be at least {must}"))
    }

    fn last(&self) -> Option<Call> {
        let case = cases::all().find(|case| ends(case))?;
        let width = *self.widths.first()?;
        Some(Call { case, width, privilege: Privilege::Supervisor, way: Way::Registers })
    }

    fn spec(&self, width: Width) -> &'static Spec {
        oracle::spec(self.convention, width).expect("the oracle knows every convention")
    }

    fn image(&self, call: &Call) -> Image {
        let Call { case, width, privilege, way } = *call;
        let denied = case.interface == &interface::VENDOR && case.number == DENIED_NUMBER;
        let rules = Rules {
            privilege,
            user_allowed: false,
            allowed: !denied,
            dirty_upper_halves: self.dirty_upper_halves,
            in_multicall: way != Way::Registers,
        };
        lower(case, self.spec(width), self.registers, &self.place, &rules)
    }
}

fn ends(case: &Case) -> bool {
    matches!(case.expect, Expect::Exit(_))
}

fn count(guest: &mut impl Guest, score: &Score, call: &Call, wrong: Option<String>) {
    let Call { case, width, privilege, way } = call;
    let (space, number, name, width) = (case.interface.name, case.number, case.name, width.name());
    let way = match way {
        Way::Registers => "",
        Way::Multicall => ", in a multicall",
        Way::Ring => ", in a ring",
    };
    let name = format_args!("{space} {number:#x} {name}, {width}, {privilege:?}{way}");
    if let Some(line) = score.count(name, wrong) {
        guest.say(&alloc::format!("{line}"));
    }
}
