//! The ways in which a guest makes its cases: the records it goes through, and what they say afterwards.

use crate::guest::{RIGHT, Record, THROUGH_RING};
use bytemuck::Zeroable;
use hypercall_arch_ppc::registers;
use hypercall_core::memory::{GuestMemory, GuestMemoryExt};
use hypercall_core::ring::RingHeader;
use hypercall_core::{CallEntry, Endian};
use hypercalls::cases::entry::{self, RING_SETUP, RING_TEARDOWN};
use hypercalls::cases::lower::{Ending, Image, MAX_REGISTERS};
use hypercalls::cases::oracle::Spec;
use hypercalls::cases::{Case, Expect};

/// How the cases are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In registers.
    Registers,
    /// Each as the one entry of a multicall.
    Multicall,
    /// Through a ring of four entries, which the vCPU's thread drains at each exit.
    DrainedRing,
    /// Through a ring of four entries, which another thread polls.
    PolledRing,
    /// Through a ring of four entries; another thread serves it, and sleeps at once when there is nothing to serve.
    SleepingRing,
}

/// Every way.
pub const ALL: [Way; 5] =
    [Way::Registers, Way::Multicall, Way::DrainedRing, Way::PolledRing, Way::SleepingRing];

/// log2 of a ring's entries.
const ORDER: u64 = 2;
/// HYPERCALL_EXIT's number in the vendor's space, and the code with which a guest ends that has nothing left to do.
const EXIT: u64 = 0x33;
pub const LEFT_OVER: u32 = 98;

/// XER's bits that hold what is written: SO, OV, CA and the string length (Power ISA Book I, "Fixed-Point Exception
/// Register").
pub const XER_BITS: u64 = 0xe000_007f;
/// CR's.
pub const CR_BITS: u64 = 0xffff_ffff;

/// HYPERCALL_MIX_2's number in the vendor's space; its value is `a + 2 * b`.
const MIX_2: u64 = 0x02;
/// So many calls that a ring's tickets wrap, which they do after 256.
const MANY: u64 = 300;
/// The output in which a record through a ring has the sum of its answers.
const SUM: usize = 11;

/// Where a guest's memory has what the ways use.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The entries of multicalls, one a case.
    pub entries: u64,
    /// The ring.
    pub ring: u64,
    /// The address of the instruction by which calls are made.
    pub call: u64,
}

/// A record to make, and the index of the case that it answers; none for a call that goes with the cases.
pub type Planned = (Record, Option<usize>);

impl Way {
    /// Calls that a guest makes one after the other before the cases.
    pub fn calls_at_once(self) -> u64 {
        match self {
            Way::Registers | Way::Multicall => 0,
            Way::DrainedRing | Way::PolledRing | Way::SleepingRing => MANY,
        }
    }

    /// The records of a list of cases, of which the last ends the VM.
    pub fn records(self, list: &[(Case, Image)], spec: &Spec, layout: &Layout) -> Vec<Planned> {
        let numbered = || list.iter().enumerate();
        match self {
            Way::Registers => numbered().map(|(i, (_, image))| (plain(image, layout), Some(i))).collect(),
            Way::Multicall => {
                let one = |i: usize, answered| (multicall(spec, layout, i, answered), Some(i));
                numbered()
                    .flat_map(|(i, (case, _))| {
                        // One that is to be made again is not answered by the first multicall.
                        let again = is_retried(case).then(|| one(i, 0));
                        again.into_iter().chain([one(i, 1)])
                    })
                    .collect()
            }
            Way::DrainedRing | Way::PolledRing | Way::SleepingRing => {
                let through =
                    |(i, (_, image)): (usize, &(Case, Image))| (through_ring(image, spec, layout), Some(i));
                let set_up = (own(spec, RING_SETUP, &[layout.ring, ORDER, 0]), None);
                let tear_down = (own(spec, RING_TEARDOWN, &[layout.ring]), None);
                let last = list.len() - 1;
                let many = (many(spec, layout), None);
                let mut records = vec![set_up, many];
                records.extend(numbered().take(last).map(through));
                records.extend([tear_down, set_up]);
                records.extend(numbered().skip(last).map(through));
                // For a guest that goes on behind its end, which another thread served.
                records.push((own(spec, EXIT, &[LEFT_OVER.into()]), None));
                records
            }
        }
    }

    /// What a case's record says: the registers as if it had been made by them, and how it ended; or what is wrong.
    pub fn answer(
        self,
        (index, image): (usize, &Image),
        record: &Record,
        spec: &Spec,
        (memory, layout, endian): (&dyn GuestMemory, &Layout, Endian),
    ) -> Result<([u64; MAX_REGISTERS], Ending), String> {
        match self {
            Way::Registers if record.fault != 0 => Ok((implemented(&record.output, image), Ending::Faults)),
            Way::Registers => Ok((implemented(&record.output, image), Ending::Returns)),
            Way::Multicall => {
                let at = layout.entries + index as u64 * CallEntry::SIZE;
                let found = memory.read_value(at, endian).map_err(|error| error.to_string())?;
                let handed_in = entry::entry(image, spec, &registers::ALL);
                entry::answer(image, spec, &registers::ALL, &handed_in, &found)
            }
            Way::DrainedRing | Way::PolledRing | Way::SleepingRing => {
                let handed_in = entry::entry(image, spec, &registers::ALL);
                let [state, result, ref words @ ..] = record.output;
                let state = u32::try_from(state).map_err(|_| "a state of more than 32 bits")?;
                let mut found = CallEntry { state, result, ..CallEntry::new(handed_in.number, &[]) };
                found.words = *words.first_chunk().ok_or("an entry has nine words")?;
                entry::answer(image, spec, &registers::ALL, &handed_in, &found)
            }
        }
    }
}

/// Whether a case's call is answered only when it is made again.
pub fn is_retried(case: &Case) -> bool {
    case.interface.is_vendor() && case.number == 0x30 && matches!(case.expect, Expect::Value(_))
}

/// The registers with the bits that the processor does not have as they must be.
fn implemented(found: &[u64; MAX_REGISTERS], image: &Image) -> [u64; MAX_REGISTERS] {
    let mut found = *found;
    for (register, bits) in [(registers::XER, XER_BITS), (registers::CR, CR_BITS)] {
        let must = image.expected[register.index];
        found[register.index] = found[register.index] & bits | must & !bits;
    }
    found
}

/// A record by registers, all of which count.
fn by_registers(input: [u64; MAX_REGISTERS], expected: [u64; MAX_REGISTERS]) -> Record {
    let mut mask = [u64::MAX; MAX_REGISTERS];
    mask[registers::XER.index] = XER_BITS;
    mask[registers::CR.index] = CR_BITS;
    Record { input, expected, mask, ..Record::zeroed() }
}

fn plain(image: &Image, layout: &Layout) -> Record {
    let mut record = by_registers(image.input, image.expected);
    for (mask, counts) in record.mask.iter_mut().zip(image.mask) {
        *mask &= counts;
    }
    record.expected_fault = if image.ending == Ending::Faults { layout.call } else { 0 };
    record
}

/// A call of the project's own that gives nothing.
fn own(spec: &Spec, number: u64, arguments: &[u64]) -> Record {
    let input = entry::own(spec, &registers::ALL, number, arguments);
    let mut expected = input;
    expected[registers::R[3].index] = 0;
    by_registers(input, expected)
}

/// A multicall of a case's entry, which answers so many.
fn multicall(spec: &Spec, layout: &Layout, index: usize, answered: u64) -> Record {
    let at = layout.entries + index as u64 * CallEntry::SIZE;
    let input = entry::multicall(spec, &registers::ALL, at, 1);
    let mut expected = input;
    expected[registers::R[3].index] = 0;
    expected[registers::R[4].index] = answered;
    by_registers(input, expected)
}

fn through_ring(image: &Image, spec: &Spec, layout: &Layout) -> Record {
    let call = entry::entry(image, spec, &registers::ALL);
    let mut input = [0; MAX_REGISTERS];
    input[0] = call.number;
    input[1..=call.words.len()].copy_from_slice(&call.words);
    input[10..12].copy_from_slice(&[layout.ring, (1 << ORDER) - 1]);
    Record { input, kind: THROUGH_RING, ..Record::zeroed() }
}

/// The same call many times, with 1, 2, 3 ... as the first word; expects the sum.
fn many(spec: &Spec, layout: &Layout) -> Record {
    let call = entry::own(spec, &registers::ALL, MIX_2, &[]);
    let mut record = Record { kind: THROUGH_RING, ..Record::zeroed() };
    record.input[..2].copy_from_slice(&[call[registers::R[3].index], 1]);
    record.input[10..13].copy_from_slice(&[layout.ring, (1 << ORDER) - 1, MANY - 1]);
    record.expected[SUM] = MANY * (MANY + 1) / 2;
    record
}

/// Whether a record that belongs to no case is as it must be.
pub fn is_right(record: &Record) -> bool {
    let summed = record.kind != THROUGH_RING || record.output[SUM] == record.expected[SUM];
    record.verdict == RIGHT && summed
}

const _: () = assert!(RingHeader::SIZE + (CallEntry::SIZE << ORDER) <= 0x2000);
