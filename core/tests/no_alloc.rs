//! The call path allocates nothing: every answer there is, counted by an allocator.

#![allow(unsafe_code)] // a counting allocator is an `unsafe impl`

use core::cell::Cell;
use core::ops::ControlFlow;
use hypercall_core::convention::{Convention, Mode, Reg};
use hypercall_core::encoding::{self, Reply};
use hypercall_core::memory::{FlatMemory, GuestMemoryExt};
use hypercall_core::multicall::Batches;
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{
    Builder, CallEntry, Caller, Completion, Endian, Fault, ListEntry, Numbering, Privilege, Registers,
    VmExit, call_list,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;

std::thread_local! {
    // Per thread: the test harness allocates on threads of its own.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static KEPT: RefCell<Option<Completion>> = const { RefCell::new(None) };
}

struct Counting;

// SAFETY: every method hands its arguments unchanged to `System`, whose contract is the caller's; the
// thread-local is constant-initialised and has no destructor, so that touching it allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise about `layout`, passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: `pointer` came from `alloc` above with this layout, so from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const R: [Reg; 5] =
    [Reg::new("a", 0), Reg::new("b", 1), Reg::new("c", 2), Reg::new("d", 3), Reg::new("e", 4)];

static CONVENTION: Convention = Convention {
    name: "test",
    title: "",
    arch: Arch::X86,
    numbering: Numbering::X86,
    instructions: &[],
    modes: &[Mode {
        width: Width::Bits64,
        number: R[0],
        number_width: Width::Bits64,
        arguments: &[R[1], R[2]],
        result: R[0],
        value: R[3],
        outputs: &[R[4]],
    }],
    clobbers: &[],
    always_writes_value: true,
    user_refused: Reply::Value(-1),
    errors: &encoding::KVM_X86,
    source: "",
};

/// The same with an argument more, as a multicall has three.
static THREE: Convention = Convention {
    modes: &[Mode { arguments: &[R[1], R[2], R[4]], outputs: &[R[4]], ..CONVENTION.modes[0] }],
    ..CONVENTION
};

static SPACE: Interface = Interface::vendor("space", "", *b"SP");
const BASE: u64 = 0x5350_0000;

/// Does as the argument says.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "SP_ACT", interface = SPACE, arch(x86), status = active, outputs("x"))]
struct Act {
    /// What to do.
    what: u8,
}

/// Is on its way out.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "SP_OLD", interface = SPACE, arch(x86), status = deprecated)]
struct Old;

/// Is denied.
#[derive(Hypercall)]
#[hypercall(number = 3, name = "SP_DENIED", interface = SPACE, arch(x86), status = active)]
struct Denied;

/// Is served by the VM itself.
#[derive(Hypercall)]
#[hypercall(number = 4, name = "SP_COMPILED", interface = SPACE, arch(x86), status = active)]
struct Compiled {
    /// What to do.
    what: u8,
}

/// The registers of a VMM, with which the path is compiled for the convention.
struct File([u64; 5]);

impl Registers for File {
    const COMMON: Option<&'static Convention> = Some(&CONVENTION);
    fn get(&self, index: usize) -> u64 {
        self.0[index]
    }
    fn set(&mut self, index: usize, value: u64) {
        self.0[index] = value;
    }
}

call_list! {
    /// What the compiler knows of.
    struct Listed for () { Compiled }
}

impl Serves<Compiled> for () {
    type Answer = u64;
    fn serve(&self, call: Compiled, _: &mut Context<'_>) -> Result<u64, Error> {
        if call.what == 0 { Err(Error::Busy) } else { Ok(call.what.into()) }
    }
}

fn act((): &(), call: Act, context: &mut Context<'_>) -> Result<Outcome, Error> {
    Ok(match call.what {
        0 => Outcome::Retry,
        1 => Output::value(1).and(2).into(),
        2 => Outcome::Fault(Fault { code: 6, error_code: None }),
        3 => Outcome::Exit(VmExit { code: 0 }),
        4 => {
            let completion = context.defer();
            KEPT.with(|kept| kept.replace(Some(completion)));
            Outcome::Deferred
        }
        5 => Outcome::Deferred, // breaks the contract
        _ => return Err(Error::Busy),
    })
}

#[test]
fn no_call_allocates_whatever_becomes_of_it() {
    no_call_of(|builder| builder);
    no_call_of(|builder| builder.clock(|| 1));
}

fn no_call_of(change: impl FnOnce(Builder<()>) -> Builder<()>) {
    let point = EntryPoint::new("test", 0);
    let builder = Dispatcher::builder(Arch::X86)
        .entry(point, &CONVENTION, &SPACE)
        .handle(act)
        .handle(|(): &(), _: Old, _: &mut Context<'_>| Ok(()))
        .handle(|(): &(), _: Denied, _: &mut Context<'_>| Ok(()))
        .serves_list::<Listed>()
        .policy("deny=SP_DENIED".parse().unwrap());
    let dispatcher = change(builder).build().unwrap();
    let entry = dispatcher.entry(point).unwrap();
    let list_entry: ListEntry<Listed, File> = dispatcher.list_entry(point).unwrap();
    let mut vcpu = dispatcher.vcpu(0);
    let statistics = vcpu.statistics();
    let user = Caller { privilege: Privilege::User, ..Caller::X86_64 };
    // Number, argument, caller. The first round also pays for what is set up once.
    let calls = [
        (BASE + 1, 0, Caller::X86_64),
        (BASE + 1, 1, Caller::X86_64),
        (BASE + 1, 2, Caller::X86_64),
        (BASE + 1, 3, Caller::X86_64),
        (BASE + 1, 4, Caller::X86_64),
        (BASE + 1, 5, Caller::X86_64),
        (BASE + 1, 6, Caller::X86_64),
        (BASE + 1, 1 << 40, Caller::X86_64),
        (BASE + 2, 0, Caller::X86_64),
        (BASE + 3, 0, Caller::X86_64),
        (BASE + 4, 0, Caller::X86_64),
        (BASE + 4, 7, Caller::X86_64),
        (BASE + 4, 256, Caller::X86_64),
        (0x99, 0, Caller::X86_64),
        (u64::MAX, 0, Caller::X86_64),
        (BASE + 1, 1, user),
    ];
    for round in 0..6 {
        for (number, argument, caller) in calls {
            let mut registers = [number, argument, 0, 0, 0];
            let before = ALLOCATIONS.get();
            let action = match round % 3 {
                0 => dispatcher.serve(entry, &(), &mut vcpu, &mut registers[..], caller),
                1 => dispatcher.serve(entry, &(), &mut vcpu, &mut File(registers), caller),
                _ => dispatcher.serve_list(list_entry, &(), &mut vcpu, &mut File(registers), caller),
            };
            if let ControlFlow::Break(Action::Deferred(deferral)) = action {
                let completion = KEPT.with(RefCell::take).unwrap();
                completion.complete(Ok(Output::value(1).and(2)));
                assert!(matches!(vcpu.wait(deferral), Action::Return(_)));
            }
            let total = statistics.total();
            let after = ALLOCATIONS.get();
            assert_eq!(after, before, "round {round}: {number:#x} {argument:#x}: {action:?} {total:?}");
        }
    }
}

#[test]
fn no_multicall_allocates_whatever_becomes_of_its_entries() {
    const MULTICALL: u64 = 0x4856_0040;
    let point = EntryPoint::new("test", 0);
    let memory: &'static FlatMemory = Box::leak(Box::new(FlatMemory::new(0, 0x1000)));
    let batches = Batches::new(move |(): &()| memory).waiting(|(): &(), vcpu, deferral| {
        KEPT.with(RefCell::take).unwrap().complete(Ok(Output::value(1).and(2)));
        vcpu.wait(deferral)
    });
    let dispatcher = Dispatcher::builder(Arch::X86)
        .entry(point, &THREE, &SPACE)
        .handle(act)
        .handle(|(): &(), _: Old, _: &mut Context<'_>| Ok(()))
        .handle(|(): &(), _: Denied, _: &mut Context<'_>| Ok(()))
        .multicall(batches)
        .policy("deny=SP_DENIED".parse().unwrap())
        .clock(|| 1)
        .build()
        .unwrap();
    let entry = dispatcher.entry(point).unwrap();
    let mut vcpu = dispatcher.vcpu(0);
    let calls = [(1, 1), (1, 2), (1, 4), (1, 5), (1, 6), (1, 1 << 40), (2, 0), (3, 0), (0x99, 0)];
    // The last of each round is retried, ends the VM, or is a multicall itself.
    for (round, last) in
        [(1, 0), (1, 3), (MULTICALL.wrapping_sub(BASE), 0)].into_iter().cycle().take(9).enumerate()
    {
        for (place, (number, what)) in (0_u64..).step_by(128).zip(calls.into_iter().chain([last])) {
            let call = CallEntry::new(BASE.wrapping_add(number), &[what]);
            memory.write_value(place, call, Endian::Little).unwrap();
        }
        let mut registers = [MULTICALL, 0, 10, 0, 0];
        let before = ALLOCATIONS.get();
        let action = dispatcher.serve(entry, &(), &mut vcpu, &mut registers[..], Caller::X86_64);
        let after = ALLOCATIONS.get();
        assert_eq!(after, before, "round {round}: {action:?}");
        match last {
            (1, 0) => assert_eq!(registers[3], 9),
            (1, _) => assert!(matches!(action, ControlFlow::Break(Action::Exit(_))), "{action:?}"),
            _ => assert_eq!(registers[3], 10),
        }
    }
}

#[test]
fn the_allocator_counts() {
    let before = ALLOCATIONS.get();
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(ALLOCATIONS.get(), before + 2);
}
