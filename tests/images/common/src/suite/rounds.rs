//! A ring of four entries that goes round, in the guest: filled, drained at one doorbell, collected, until its tickets
//! have wrapped; then spoilt.

use super::{Call, Guest, Setting, Way};
use crate::score::Score;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::sync::atomic::Ordering;
use hypercall_core::ring::view::{View, Words};
use hypercall_core::ring::{Detached, Producer, Refused, RingHeader};
use hypercall_core::shared::ByteOrder;
use hypercall_core::{CallEntry, Privilege, Width};
use hypercalls::cases::entry::{self, RING_DOORBELL, RING_SETUP};
use hypercalls::cases::lower::{Ending, Image};
use hypercalls::cases::oracle::{Spec, wire};
use hypercalls::cases::{self, Case};

/// log2 of the ring's entries.
const ORDER: u32 = 2;
const ENTRIES: u64 = 1 << ORDER;
/// How often it goes round; the tickets wrap at the 64th.
const ROUNDS: u64 = 80;
/// The calls that are made through it.
pub(super) const CALLS: u64 = ENTRIES * ROUNDS;
/// The number of HYPERCALL_MIX_2, whose value is `a + 2 * b`.
const MIX_2: u64 = 0x02;

impl Setting {
    /// The widths in which the ring goes round.
    pub(super) fn rounds(&self) -> impl Iterator<Item = Width> + use<> {
        let (widths, by_c) = (self.widths, self.by_c);
        widths.iter().copied().filter(move |_| !by_c)
    }

    /// Has the ring go round in each width, and counts each.
    pub(super) fn run_rounds(&self, guest: &mut impl Guest, score: &Score) {
        for width in self.rounds() {
            let wrong = self.go_round(guest, width).err();
            let name = format_args!("a ring goes round until its tickets wrap, {}", width.name());
            if let Some(line) = score.count(name, wrong) {
                guest.say(&format!("{line}"));
            }
        }
    }

    fn go_round(&self, guest: &mut impl Guest, width: Width) -> Result<(), String> {
        let case = mix_2();
        let call = Call { case, width, privilege: Privilege::Supervisor, way: Way::Ring };
        let (image, spec) = (self.image(&call), self.spec(width));
        let mut traps = 0;
        let mut own = |number, arguments: &[u64]| {
            traps += 1;
            let input = entry::own(spec, self.registers, number, arguments);
            let found = self.trap(guest, &call, &image, &input);
            let result = found.registers[image.result];
            match found.wrong {
                Some(wrong) => Err(wrong),
                None if found.ending != Ending::Returns || result != 0 => {
                    Err(format!("call {number:#x} gave {result:#x}"))
                }
                None => Ok(()),
            }
        };
        own(RING_SETUP, &[self.ring(), ORDER.into(), 0])?;
        let words = Words(self.ring_words());
        let producer = Producer::new(words, self.endian).map_err(|none| none.to_string())?;
        for round in 0..ROUNDS {
            self.round(&producer, spec, &image, round, || own(RING_DOORBELL, &[]))?;
        }
        let counter = |at| words.load(at, Ordering::Relaxed).map(|word| word.convert(self.endian));
        let wrapped = Ok(RingHeader::FIRST.wrapping_add(CALLS as u32));
        let at = core::mem::offset_of!(RingHeader, producer) as u64;
        if counter(at) != wrapped || counter(at + 256) != wrapped {
            return Err(format!("the tickets are {:x?}, the host's {:x?}", counter(at), counter(at + 256)));
        }
        // The entry whose turn it is, in a state that does not exist.
        let state = RingHeader::SIZE + core::mem::offset_of!(CallEntry, state) as u64;
        let spoilt = words.store(state, 99_u32.convert(self.endian), Ordering::Release);
        spoilt.map_err(|error| error.to_string())?;
        own(RING_DOORBELL, &[])?;
        if producer.detached() != Ok(Some(Detached::State)) {
            return Err(format!("the spoilt ring is {:?}", producer.detached()));
        }
        let must = ROUNDS + 2;
        if traps == must { Ok(()) } else { Err(format!("{traps} traps, and must be {must}")) }
    }

    /// Hands in as many calls as there are entries, and one more; rings once; collects.
    fn round(
        &self,
        producer: &Producer<Words<'_>>,
        spec: &Spec,
        image: &Image,
        round: u64,
        ring: impl FnOnce() -> Result<(), String>,
    ) -> Result<(), String> {
        let number = wire(spec.convention, "hypercall", MIX_2).expect("every convention has it");
        let mut sleeps = 0;
        let mut submit = |a| producer.submit(&CallEntry::new(number, &[a, round]), || sleeps += 1);
        let tickets: Result<Vec<_>, _> = (0..ENTRIES).map(&mut submit).collect();
        let tickets = tickets.map_err(|refused| format!("round {round}: {refused}"))?;
        if submit(ENTRIES) != Err(Refused::Full) {
            return Err(format!("round {round}: the full ring takes another call"));
        }
        if sleeps != ENTRIES {
            return Err(format!("round {round}: the host sleeps for {sleeps} calls of {ENTRIES}"));
        }
        ring()?;
        for (a, ticket) in (0..).zip(tickets) {
            let found =
                producer.collect(ticket).map_err(|_| format!("round {round}: no answer to call {a}"))?;
            let value = if image.value.is_some() { found.words[0] } else { found.result };
            let must = a + 2 * round;
            if (found.state, value) != (CallEntry::DONE, must) {
                return Err(format!("round {round}: call {a} is {found:x?}, and its value must be {must}"));
            }
        }
        Ok(())
    }
}

fn mix_2() -> &'static Case {
    let mut cases = cases::all();
    let found = cases.find(|case| case.interface.name == "hypercall" && case.number == MIX_2);
    found.expect("every number has a case")
}
