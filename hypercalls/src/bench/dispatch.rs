//! Dispatch alone, without a guest: from the registers of a call to the registers of its answer.
//!
//! The baselines are what a VMM writes by hand: number and arguments from the same register file, a bounds
//! check or look-up, a call through a function pointer, the result into the register file. They check no
//! caller, count nothing (but for `counted`), have no policy, and die with a handler that panics.

use super::calls::{self, CLOSURES, DIRECT, Direct, KINDS, Listed, Numbers, SERVES, State};
use super::clock;
use super::rounds::Subject;
use super::{Bench, BenchError};
use hypercall_arch_ppc::{PpcRegisters, convention as ppc, entry as ppc_entry};
use hypercall_arch_x86::{X86Registers, convention as x86, entry as x86_entry};
use hypercall_core::convention::{Convention, Registers};
use hypercall_core::{
    Arch, CallList, Caller, Dispatcher, Endian, EntryPoint, Interface, ListEntry, Privilege, Vcpu, Width,
    interface,
};
use std::collections::HashMap;
use std::hint::black_box;
use vm_device::bus::{MmioAddress, MmioBus, MmioRange};

/// Long enough that no branch predictor knows the sequence by heart.
pub const SEQUENCE: usize = 1 << 16;

/// The registers of one architecture in the hands of a VMM that knows its convention.
trait File: Default {
    type Registers: Registers;
    fn registers(&mut self) -> &mut Self::Registers;
    fn number(&self) -> u64;
    fn set_number(&mut self, number: u64);
    fn arguments(&self) -> [u64; 4];
    fn answer(&mut self, result: Option<u64>);
}

#[derive(Default)]
struct X86(X86Registers);

impl File for X86 {
    type Registers = X86Registers;
    fn registers(&mut self) -> &mut X86Registers {
        &mut self.0
    }
    fn number(&self) -> u64 {
        self.0.rax
    }
    fn set_number(&mut self, number: u64) {
        self.0.rax = number;
    }
    fn arguments(&self) -> [u64; 4] {
        [self.0.rbx, self.0.rcx, self.0.rdx, self.0.rsi]
    }
    fn answer(&mut self, result: Option<u64>) {
        self.0.rax = result.unwrap_or(-1000_i64 as u64);
    }
}

#[derive(Default)]
struct Epapr(PpcRegisters);

impl File for Epapr {
    type Registers = PpcRegisters;
    fn registers(&mut self) -> &mut PpcRegisters {
        &mut self.0
    }
    fn number(&self) -> u64 {
        self.0.r[11]
    }
    fn set_number(&mut self, number: u64) {
        self.0.r[11] = number;
    }
    fn arguments(&self) -> [u64; 4] {
        let r = &self.0.r;
        [r[3], r[4], r[5], r[6]]
    }
    fn answer(&mut self, result: Option<u64>) {
        self.0.r[3] = if result.is_some() { 0 } else { 12 };
        self.0.r[4] = result.unwrap_or(0);
    }
}

#[derive(Default)]
struct Papr(PpcRegisters);

impl File for Papr {
    type Registers = PpcRegisters;
    fn registers(&mut self) -> &mut PpcRegisters {
        &mut self.0
    }
    fn number(&self) -> u64 {
        self.0.r[3]
    }
    fn set_number(&mut self, number: u64) {
        self.0.r[3] = number;
    }
    fn arguments(&self) -> [u64; 4] {
        let r = &self.0.r;
        [r[4], r[5], r[6], r[7]]
    }
    fn answer(&mut self, result: Option<u64>) {
        self.0.r[3] = if result.is_some() { 0 } else { -2_i64 as u64 };
        self.0.r[4] = result.unwrap_or(0);
    }
}

/// A call in the table of a VMM that counts: of the size of the dispatcher's, as a name and a status make it.
#[repr(align(32))]
struct Row {
    call: Direct,
    line: usize,
}

/// Which numbers the calls have.
struct Layout {
    /// The word for it in ids.
    name: &'static str,
    arch: Arch,
    entry: (EntryPoint, &'static Convention, &'static Interface),
    /// Where the calls' numbers are, given how many.
    numbers: fn(u64) -> Vec<Numbers>,
    caller: Caller,
}

static ACME: Interface = Interface::vendor("acme", "another vendor's calls", *b"AC");

const PPC_64: Caller = Caller { width: Width::Bits64, privilege: Privilege::Supervisor, endian: Endian::Big };

/// KVM's numbers on x86, one after the other.
const DENSE: Layout = Layout {
    name: "dense",
    arch: Arch::X86,
    entry: (x86_entry::port(0x48), &x86::KVM, &interface::KVM),
    numbers: |count| vec![Numbers { interface: &interface::KVM, number: |place| place, count }],
    caller: Caller::X86_64,
};

/// Half of them tokens of KVM's (0x2a0000 and up), half of a vendor's (0x1000 and up), with gaps.
const EPAPR: Layout = Layout {
    name: "epapr",
    arch: Arch::Ppc,
    entry: (ppc_entry::HYPERCALL_INSTRUCTIONS, &ppc::EPAPR, &interface::KVM),
    numbers: |count| {
        let number = |place| 3 * place;
        [&interface::KVM, &ACME].map(|interface| Numbers { interface, number, count: count / 2 }).into()
    },
    caller: PPC_64,
};

/// Half of them opcodes of PAPR's, a multiple of four each, half of a vendor's (0x7200 and up).
const PAPR: Layout = Layout {
    name: "papr",
    arch: Arch::Ppc,
    entry: (ppc_entry::SC1, &ppc::PAPR, &interface::PAPR),
    numbers: |count| {
        let half = count / 2;
        vec![
            Numbers { interface: &interface::PAPR, number: |place| 4 * place, count: half },
            Numbers { interface: &ACME, number: |place| place, count: half },
        ]
    },
    caller: PPC_64,
};

/// A dispatcher over a layout, and what its calls look like in the number register.
struct World {
    dispatcher: Dispatcher<State>,
    /// The same calls, their handlers closures.
    closures: Dispatcher<State>,
    /// The same, compiled as a list, where they have its numbers.
    listed: Option<Dispatcher<State>>,
    layout: Layout,
    wires: Vec<u64>,
    /// The calls of one sample, each as it stands in the number register.
    random: Vec<u32>,
    /// The same place of each, in a table without gaps.
    places: Vec<u32>,
    state: State,
}

impl World {
    fn new(layout: Layout, count: u64) -> Result<World, BenchError> {
        let numbers = (layout.numbers)(count);
        let (point, convention, interface) = layout.entry;
        let make = |handlers| {
            calls::dispatcher_of(handlers, layout.arch, (point, convention, interface), &numbers, |b| b)
        };
        let (dispatcher, closures) = (make(&SERVES)?, make(&CLOSURES)?);
        let is_listed = layout.name == DENSE.name && count == KINDS as u64;
        let listed =
            is_listed.then(|| calls::listed(layout.arch, layout.entry, |builder| builder)).transpose()?;
        let wires: Vec<u64> = numbers
            .iter()
            .flat_map(|n| {
                let wire = |place| n.interface.wire(convention.numbering, (n.number)(place));
                (0..n.count).map(move |place| wire(place).expect("the builder took it"))
            })
            .collect();
        let places = random_places(wires.len());
        let random = places.iter().map(|place| wires[*place as usize] as u32).collect();
        Ok(World { dispatcher, closures, listed, layout, wires, random, places, state: State::default() })
    }

    /// The sequence of calls, by number and by place: one place over and over, or any.
    fn sequence(&self, random: bool) -> (Vec<u32>, Vec<u32>) {
        if random {
            return (self.random.clone(), self.places.clone());
        }
        let place = self.wires.len() / 2;
        (vec![self.wires[place] as u32; SEQUENCE], vec![place as u32; SEQUENCE])
    }
}

/// The same places in each run (Marsaglia's xorshift64).
fn random_places(count: usize) -> Vec<u32> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % count as u64) as u32
    };
    std::iter::repeat_with(next).take(SEQUENCE).collect()
}

/// Makes the calls of a sequence, where `serve` answers each.
///
/// A function of its own that is given what it goes by, as a VMM's are: what the compiler then knows of these
/// references it knows for every subject.
#[inline(always)]
fn make<F: File>(file: &mut F, sequence: &[u32], mut serve: impl FnMut(&mut F)) {
    for number in sequence {
        file.set_number((*number).into());
        serve(black_box(&mut *file));
    }
}

/// With the list of no calls, what `Dispatcher::serve` does.
#[inline(never)]
fn by_dispatcher<L: CallList<State>, F: File>(
    dispatcher: &Dispatcher<State>,
    entry: ListEntry<L, F::Registers>,
    caller: Caller,
    state: &State,
    vcpu: &mut Vcpu,
    file: &mut F,
    sequence: &[u32],
) {
    make(file, sequence, |file| {
        let flow = dispatcher.serve_list(entry, state, vcpu, file.registers(), caller);
        assert!(flow.is_continue());
    });
}

#[inline(never)]
fn by_hand<F: File, T: ?Sized>(
    table: &mut T,
    state: &State,
    answer: impl Fn(&mut T, &State, u64, [u64; 4]) -> Option<u64>,
    file: &mut F,
    sequence: &[u32],
) {
    make(file, sequence, |file| {
        let result = answer(table, state, file.number(), file.arguments());
        file.answer(result);
    });
}

/// What a VMM does by hand, with a table of its own.
fn handmade<'a, F: File + 'a, T: 'a>(
    id: String,
    numbers: &[u32],
    state: &'a State,
    mut table: T,
    answer: impl Fn(&mut T, &State, u64, [u64; 4]) -> Option<u64> + Copy + 'a,
) -> Subject<'a> {
    let (mut file, numbers) = (F::default(), numbers.to_vec());
    Subject::ns(id, move || {
        clock::each(numbers.len() as u64, || by_hand(&mut table, state, answer, &mut file, &numbers))
    })
}

/// Subjects over a world, each named `prefix/word`.
fn subjects_of<'a, F: File + 'a>(world: &'a World, prefix: &str, random: bool) -> Vec<Subject<'a>> {
    let (sequence, places) = world.sequence(random);
    let caller = world.layout.caller;
    let state = &world.state;
    let base = format!("{prefix}/array");
    let id = |word: &str| format!("{prefix}/{word}");
    let of_kind = |place: usize| DIRECT[place % KINDS];

    let dispatched = |word: &str, dispatcher: &'a Dispatcher<State>| {
        let entry = dispatcher.list_entry(world.layout.entry.0).expect("it was bound");
        let (mut vcpu, mut file, numbers) = (dispatcher.vcpu(0), F::default(), sequence.clone());
        Subject::ns(id(word), move || {
            clock::each(numbers.len() as u64, || {
                by_dispatcher::<(), F>(dispatcher, entry, caller, state, &mut vcpu, &mut file, &numbers);
            })
        })
    };
    let own = dispatched("hypercall", &world.dispatcher);
    let closures = dispatched("closures", &world.closures);

    let table: Vec<Direct> = (0..world.wires.len()).map(of_kind).collect();
    let array =
        handmade::<F, _>(base.clone(), &places, state, table, |table, state, number, [a, b, c, d]| {
            Some(table.get(number as usize)?(state, a, b, c, d))
        });

    let rows: Vec<Row> =
        (0..world.wires.len()).map(|place| Row { call: of_kind(place), line: place }).collect();
    let counters = vec![0_u64; rows.len()];
    let answer =
        |(rows, counters): &mut (Vec<Row>, Vec<u64>), state: &State, number: u64, [a, b, c, d]: [u64; 4]| {
            let row = rows.get(number as usize)?;
            let result = (row.call)(state, a, b, c, d);
            *counters.get_mut(row.line)? += 1;
            Some(result)
        };
    let counted = handmade::<F, _>(id("counted"), &places, state, (rows, counters), answer);

    let map: HashMap<u64, Direct> =
        world.wires.iter().enumerate().map(|(place, wire)| (*wire, of_kind(place))).collect();
    let hashmap =
        handmade::<F, _>(id("hashmap"), &sequence, state, map, |map, state, number, [a, b, c, d]| {
            Some(map.get(&number)?(state, a, b, c, d))
        });

    let mut bus = MmioBus::<Direct>::new();
    for (place, wire) in world.wires.iter().enumerate() {
        let range = MmioRange::new(MmioAddress(*wire), 1).expect("a range of one");
        bus.register(range, of_kind(place)).expect("no two are the same");
    }
    let bus = handmade::<F, _>(id("bus"), &sequence, state, bus, |bus, state, number, [a, b, c, d]| {
        Some(bus.device(MmioAddress(number))?.1(state, a, b, c, d))
    });

    let mut all = vec![];
    if let Some(dispatcher) = &world.listed {
        let entry = dispatcher.list_entry(world.layout.entry.0).expect("it was bound");
        assert_eq!(entry.in_place() as usize, KINDS, "the list's code serves them");
        let (mut vcpu, mut file, numbers) = (dispatcher.vcpu(0), F::default(), sequence.clone());
        let list = Subject::ns(id("list"), move || {
            clock::each(numbers.len() as u64, || {
                by_dispatcher::<Listed, F>(dispatcher, entry, caller, state, &mut vcpu, &mut file, &numbers);
            })
        });
        all.push(list.against(base.clone()));
    }
    all.extend([
        own.against(base.clone()),
        closures.against(base.clone()),
        array,
        counted.against(base.clone()),
    ]);
    if world.wires.len() == KINDS {
        let by_match = handmade::<F, _>(id("match"), &places, state, (), |(), state, number, arguments| {
            calls::by_match(state, number, arguments)
        });
        all.push(by_match.against(base.clone()));
    }
    all.extend([hashmap, bus].map(|s| s.against(base.clone())));
    all
}

/// Everything that is measured here, of worlds that last as long as the program: for benchmarks with a loop
/// of their own.
///
/// # Errors
/// What the builder refuses.
pub fn subjects() -> Result<Vec<Subject<'static>>, BenchError> {
    fn of<F: File + 'static>(layout: Layout, count: u64) -> Result<Vec<Subject<'static>>, BenchError> {
        let prefix = |order| format!("dispatch/{}/{count}/{order}", layout.name);
        let (random, same) = (prefix("random"), prefix("same"));
        let world: &'static World = Box::leak(Box::new(World::new(layout, count)?));
        let mut all = subjects_of::<F>(world, &random, true);
        all.extend(subjects_of::<F>(world, &same, false));
        Ok(all)
    }
    let mut all = of::<X86>(DENSE, 64)?;
    all.extend(of::<X86>(DENSE, 10_000)?);
    all.extend(of::<Epapr>(EPAPR, 64)?);
    all.extend(of::<Papr>(PAPR, 64)?);
    Ok(all)
}

fn measure<F: File>(bench: &mut Bench<'_>, layout: Layout, count: u64) -> Result<(), BenchError> {
    let name = layout.name;
    let world = World::new(layout, count)?;
    for (order, random) in [("random", true), ("same", false)] {
        bench.group(subjects_of::<F>(&world, &format!("dispatch/{name}/{count}/{order}"), random))?;
    }
    Ok(())
}

/// 64 calls with dense numbers.
pub fn dense_64(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure::<X86>(bench, DENSE, 64)
}

/// 10,000 calls with dense numbers.
pub fn dense_10000(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure::<X86>(bench, DENSE, 10_000)
}

/// 64 ePAPR tokens of two vendors.
pub fn epapr_64(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure::<Epapr>(bench, EPAPR, 64)
}

/// 64 PAPR opcodes, half of them a vendor's.
pub fn papr_64(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure::<Papr>(bench, PAPR, 64)
}
