//! A VM whose calls come through rings only.

use hypercall_core::convention::{Convention, Mode, Reg};
use hypercall_core::encoding::{self, Reply};
use hypercall_core::memory::WordMemory;
use hypercall_core::prelude::*;
use hypercall_core::ring::view::Words;
use hypercall_core::ring::{Doorbell, Producer, Ring, Rings, Setup, ThreadBell};
use hypercall_core::{Caller, Completion, Endian, Fault, Numbering, Privilege, VmExit};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

const R: [Reg; 10] = {
    let mut all = [Reg::new("r", 0); 10];
    let mut i = 0;
    while i < 10 {
        all[i] = Reg::new("r", i);
        i += 1;
    }
    all
};

const fn mode(width: Width) -> Mode {
    Mode {
        width,
        number: R[0],
        number_width: width,
        arguments: &[R[1], R[2], R[3], R[4], R[5], R[6], R[7], R[8], R[9]],
        result: R[0],
        value: R[0],
        outputs: &[R[1], R[2]],
    }
}

static CONVENTION: Convention = Convention {
    name: "lab",
    title: "",
    arch: Arch::X86,
    numbering: Numbering::X86,
    instructions: &[],
    modes: &[mode(Width::Bits64), mode(Width::Bits32)],
    clobbers: &[],
    always_writes_value: false,
    user_refused: Reply::Value(-1),
    errors: &encoding::KVM_X86,
    source: "",
};

/// One argument, and no outputs: of an entry's words, an exception takes most.
static SMALL: Convention = Convention {
    name: "small",
    modes: &[Mode { arguments: &[R[1]], outputs: &[], ..mode(Width::Bits64) }],
    title: "",
    arch: Arch::X86,
    numbering: Numbering::X86,
    instructions: &[],
    clobbers: &[],
    always_writes_value: false,
    user_refused: Reply::Value(-1),
    errors: &encoding::KVM_X86,
    source: "",
};

static LAB: Interface = Interface::vendor("lab", "the lab's", *b"LA");

/// The number of the lab's call `n`.
pub const fn number(n: u64) -> u64 {
    0x4c41_0000 + n
}

/// Adds up nine numbers.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "LAB_SUM", interface = LAB, arch(x86), status = active)]
#[allow(missing_docs)]
pub struct Sum {
    /// a
    a: u64,
    /// b
    b: u64,
    /// c
    c: u64,
    /// d
    d: u64,
    /// e
    e: u64,
    /// f
    f: u64,
    /// g
    g: u64,
    /// h
    h: u64,
    /// i
    i: u64,
}

/// Does as a test says.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "LAB_ACT", interface = LAB, arch(x86), status = active)]
pub struct Act {
    /// What to do.
    what: u64,
}

#[derive(Default)]
pub struct Vm {
    pub kept: Mutex<Option<Completion>>,
    pub log: Mutex<Vec<u64>>,
    /// Calls that wait for the gate to be opened.
    pub waiting: AtomicU32,
    pub open: AtomicBool,
}

fn act(vm: &Vm, call: Act, context: &mut Context<'_>) -> Result<Outcome, Error> {
    assert!(context.is_through_ring());
    Ok(match call.what {
        0 => Outcome::Retry,
        1 => Outcome::Fault(Fault { code: 13, error_code: Some(7) }),
        2 => Outcome::Exit(VmExit { code: 9 }),
        3 => {
            *vm.kept.lock().unwrap() = Some(context.defer());
            Outcome::Deferred
        }
        4 => panic!("as the guest asked"),
        5 => Output::value(1).and(2).and(3).into(),
        6 => u64::from(context.vcpu()).into(),
        7 => {
            vm.waiting.fetch_add(1, Ordering::SeqCst);
            while !vm.open.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            Outcome::Complete(Output::NONE)
        }
        n if n < 0x100 => return Err(Error::Busy),
        n => {
            vm.log.lock().unwrap().push(n);
            n.into()
        }
    })
}

/// Where the rings stand in the lab's memory.
pub const BASE: u64 = 0x10_0000;

pub struct Lab {
    pub vm: Vm,
    pub memory: WordMemory,
    pub dispatcher: Dispatcher<Vm>,
    pub rings: Rings,
}

impl Lab {
    pub fn new() -> Lab {
        hypercall_core::panics::silence_handler_panics();
        let memory = WordMemory::new(BASE, 0x8_0000);
        let dispatcher = Dispatcher::builder(Arch::X86)
            .entry(EntryPoint::new("door", 0x48), &CONVENTION, &LAB)
            .entry(EntryPoint::new("small door", 0x49), &SMALL, &LAB)
            .handle(|_: &Vm, s: Sum, _: &mut Context<'_>| {
                Ok([s.a, s.b, s.c, s.d, s.e, s.f, s.g, s.h, s.i].into_iter().fold(0, u64::wrapping_add))
            })
            .handle(act)
            .build()
            .expect("a dispatcher");
        let rings = Rings::new(4, Doorbell::Call, Arc::new(ThreadBell::default()));
        Lab { vm: Vm::default(), memory, dispatcher, rings }
    }

    pub fn setup(&self, address: u64, order: u32, endian: Endian) -> Setup {
        let entry = self.dispatcher.entry(EntryPoint::new("door", 0x48)).expect("bound above");
        let caller = Caller { width: Width::Bits64, privilege: Privilege::Supervisor, endian };
        Setup { address, order, vcpu: 3, entry, caller }
    }

    /// A ring that the test drains itself.
    pub fn ring(&self, order: u32, endian: Endian) -> Ring {
        Ring::new(&self.memory, self.setup(BASE, order, endian), Doorbell::Call, None).expect("a ring")
    }

    /// The guest's side of the ring at an address.
    pub fn producer(&self, address: u64, endian: Endian) -> Producer<Words<'_>> {
        Producer::new(Words(self.memory.from(address)), endian).expect("a ring")
    }
}

pub const ENDIANS: [Endian; 2] = [Endian::Little, Endian::Big];

/// For hosts that are drained anyway.
pub fn no_doorbell() {}
