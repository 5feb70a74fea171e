//! An invented machine: registers g0 to g11, two conventions, a handful of calls.

use hypercall_core::argument::SplitAddress;
use hypercall_core::convention::{Convention, Mode, Reg};
use hypercall_core::encoding::{self, Reply};
use hypercall_core::interface::Span;
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::statistics::Counts;
use hypercall_core::{Builder, Caller, Endian, Fault, Numbering, Privilege, Vcpu};
use std::ops::ControlFlow;

pub const REGISTERS: usize = 12;

const G: [Reg; REGISTERS] = [
    Reg::new("g0", 0),
    Reg::new("g1", 1),
    Reg::new("g2", 2),
    Reg::new("g3", 3),
    Reg::new("g4", 4),
    Reg::new("g5", 5),
    Reg::new("g6", 6),
    Reg::new("g7", 7),
    Reg::new("g8", 8),
    Reg::new("g9", 9),
    Reg::new("g10", 10),
    Reg::new("g11", 11),
];

const fn one(width: Width) -> Mode {
    Mode {
        width,
        number: G[0],
        number_width: width,
        arguments: &[G[1], G[2], G[3], G[4]],
        result: G[0],
        value: G[0],
        outputs: &[],
    }
}

/// One register for errors and values, as on x86: number and result g0, arguments g1 to g4.
pub static ONE: Convention = Convention {
    name: "one",
    title: "one result register",
    arch: Arch::X86,
    numbering: Numbering::X86,
    instructions: &[],
    modes: &[one(Width::Bits64), one(Width::Bits32)],
    clobbers: &[],
    always_writes_value: false,
    user_refused: Reply::Value(-1),
    errors: &encoding::KVM_X86,
    source: "",
};

const fn two(width: Width) -> Mode {
    Mode {
        width,
        number: G[11],
        number_width: Width::Bits32,
        arguments: &[G[3], G[4], G[5], G[6], G[7], G[8], G[9]],
        result: G[3],
        value: G[4],
        outputs: &[G[5], G[6]],
    }
}

/// Status and value apart, as on PowerPC: number g11, arguments g3 to g9, status g3, outputs g4 to g6.
pub static TWO: Convention = Convention {
    name: "two",
    title: "status, value and outputs",
    arch: Arch::Ppc,
    numbering: Numbering::Epapr,
    instructions: &[],
    modes: &[two(Width::Bits64), two(Width::Bits32)],
    clobbers: &[],
    always_writes_value: true,
    user_refused: Reply::Fault(Fault { code: 0xc00, error_code: None }),
    errors: &encoding::EPAPR,
    source: "",
};

/// Numbers 0 to 0xffff on convention one, 0x7_0000 and up on convention two.
pub static LAB: Interface = Interface {
    name: "lab",
    title: "the lab's",
    spans: [
        Span::plain(Numbering::X86, 0, 0x1_0000),
        Span::plain(Numbering::Epapr, 0x7_0000, 0x1_0000),
        Span::NONE,
        Span::NONE,
    ],
    errors: None,
    vendor: false,
    source: "",
};

/// Adds two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Hypercall)]
#[hypercall(number = 1, name = "LAB_ADD", interface = LAB, arch(x86, ppc), status = active)]
pub struct Add {
    /// One.
    pub a: u32,
    /// The other.
    pub b: u32,
}

/// Adds as it used to.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "LAB_OLD_ADD", interface = LAB, arch(x86, ppc), status = deprecated)]
pub struct OldAdd {
    /// One.
    pub a: u32,
}

/// Is gone.
#[derive(Hypercall)]
#[hypercall(number = 3, name = "LAB_GONE", interface = LAB, arch(x86, ppc), status = obsolete)]
pub struct Gone;

/// Tells the guest something it has to believe.
#[derive(Hypercall)]
#[hypercall(number = 4, name = "LAB_ORACLE", interface = LAB, arch(x86, ppc), status = active, trusts_host)]
pub struct Oracle;

/// Has a definition, and no handler in any test.
#[derive(Hypercall)]
#[hypercall(number = 5, name = "LAB_BARE", interface = LAB, arch(x86, ppc), status = active)]
#[allow(dead_code)] // linked into the registry, never called
pub struct Bare;

/// Does as a test says.
#[derive(Hypercall)]
#[hypercall(number = 6, name = "LAB_ACT", interface = LAB, arch(x86, ppc), status = active)]
pub struct Act {
    /// What to do.
    pub what: u64,
}

/// Answers in all output registers.
#[derive(Hypercall)]
#[hypercall(number = 7, name = "LAB_OUTPUTS", interface = LAB, arch(ppc), status = active, outputs("x", "y"))]
pub struct Outputs;

/// Takes a signed number and a long address.
#[derive(Hypercall)]
#[hypercall(number = 8, name = "LAB_WIDE", interface = LAB, arch(x86, ppc), status = active)]
pub struct Wide {
    /// Signed.
    pub signed: i64,
    /// One register, or two.
    pub address: SplitAddress,
}

/// What [`Dispatcher::dispatch`] is to call the entry point.
pub const DOOR: EntryPoint = EntryPoint::new("door", 0x48);

pub const KERNEL: Caller = Caller::X86_64;
pub const KERNEL_32: Caller = Caller { width: Width::Bits32, ..KERNEL };
pub const USER: Caller = Caller { privilege: Privilege::User, ..KERNEL };
pub const BIG: Caller = Caller { endian: Endian::Big, ..KERNEL };

/// A builder of the machine with one result register.
pub fn builder() -> Builder<()> {
    Dispatcher::builder(Arch::X86).entry(DOOR, &ONE, &LAB)
}

/// A builder of the machine with status and value apart.
pub fn builder_two() -> Builder<()> {
    Dispatcher::builder(Arch::Ppc).entry(DOOR, &TWO, &LAB)
}

/// Every call but `Bare` and `Act`, on either machine.
pub fn handlers(builder: Builder<()>) -> Builder<()> {
    builder
        .handle(|(): &(), call: Add, _: &mut Context<'_>| Ok(u64::from(call.a) + u64::from(call.b)))
        .handle(|(): &(), call: OldAdd, _: &mut Context<'_>| Ok(u64::from(call.a) + 1))
        .offer(|(): &(), _: Gone, _: &mut Context<'_>| Ok(0x60e_u64))
        .handle(|(): &(), _: Oracle, _: &mut Context<'_>| Ok(42_u64))
        .offer(|(): &(), _: Outputs, _: &mut Context<'_>| Ok(Output::value(1).and(2).and(3)))
}

/// A dispatcher and a vCPU whose registers are checked at every call.
pub struct Guest {
    pub dispatcher: Dispatcher<()>,
    pub vcpu: Vcpu,
    pub registers: [u64; REGISTERS],
}

/// A different value for every register, with all halves in use.
fn poison() -> [u64; REGISTERS] {
    core::array::from_fn(|i| 0xdead_0000_beef_0000 + i as u64 * 0x0001_0000_0001_0001)
}

impl Guest {
    pub fn new(builder: Builder<()>) -> Guest {
        let dispatcher = builder.build().expect("a dispatcher");
        let vcpu = dispatcher.vcpu(0);
        Guest { dispatcher, vcpu, registers: poison() }
    }

    /// Loads the registers by hand, serves the call, and requires that nothing but outputs changed.
    pub fn call_from(&mut self, caller: Caller, number: u64, arguments: &[u64]) -> Option<Action> {
        self.call_by(caller, number, arguments, |dispatcher, vcpu, registers, caller| {
            let entry = dispatcher.entry(DOOR).expect("the entry point");
            dispatcher.serve(entry, &(), vcpu, &mut registers[..], caller)
        })
    }

    /// The same, served in some other way.
    pub fn call_by(
        &mut self,
        caller: Caller,
        number: u64,
        arguments: &[u64],
        serve: impl FnOnce(&Dispatcher<()>, &mut Vcpu, &mut [u64; REGISTERS], Caller) -> ControlFlow<Action>,
    ) -> Option<Action> {
        self.registers = poison();
        let (number_at, arguments_at, outputs) = match self.dispatcher.arch() {
            Arch::X86 => (0, 1, 0..1),
            _ => (11, 3, 3..7),
        };
        self.registers[number_at] = number;
        self.registers[arguments_at..][..arguments.len()].copy_from_slice(arguments);
        let before = self.registers;
        let action = serve(&self.dispatcher, &mut self.vcpu, &mut self.registers, caller).break_value();
        for (i, (now, then)) in self.registers.iter().zip(before).enumerate() {
            let output = action.is_none() && outputs.contains(&i);
            assert!(output || *now == then, "g{i} changed by {action:?}");
        }
        action
    }

    pub fn call(&mut self, number: u64, arguments: &[u64]) -> Option<Action> {
        self.call_from(KERNEL, number, arguments)
    }

    /// Makes a call that returns; gives the result register.
    #[track_caller]
    pub fn result(&mut self, number: u64, arguments: &[u64]) -> u64 {
        self.result_from(KERNEL, number, arguments)
    }

    /// As [`result`](Self::result), as another caller.
    #[track_caller]
    pub fn result_from(&mut self, caller: Caller, number: u64, arguments: &[u64]) -> u64 {
        let action = self.call_from(caller, number, arguments);
        assert_eq!(action, None);
        self.registers[if self.dispatcher.arch() == Arch::X86 { 0 } else { 3 }]
    }

    pub fn total(&self) -> Counts {
        self.vcpu.statistics().total()
    }

    /// The counts of the call of this name.
    pub fn counts(&self, name: &str) -> Counts {
        let slot = self.dispatcher.served().position(|d| d.name == name).expect("a served call");
        self.vcpu.statistics().of(Some(slot))
    }
}

/// A negative code as the full register.
pub const fn minus(code: u64) -> u64 {
    code.wrapping_neg()
}
