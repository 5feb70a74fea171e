//! The path that is compiled for KVM's convention, against the same registers as a plain array, for which every register
//! is looked up: one guest cannot tell them apart.

use hypercall_arch_x86::{X86Registers, convention, entry, registers};
use hypercall_core::convention::{Convention, Mode};
use hypercall_core::interface::Span;
use hypercall_core::prelude::*;
use hypercall_core::{Caller, Numbering, Privilege};

const fn lab(name: &'static str, spans: [Span; 2]) -> Interface {
    let spans = [spans[0], spans[1], Span::NONE, Span::NONE];
    Interface { name, title: "the lab's", spans, errors: None, vendor: false, source: "" }
}

/// Numbers one after the other.
static DENSE: Interface = lab("dense", [Span::plain(Numbering::X86, 0x100, 0x1000), Span::NONE]);

/// Every fourth number, as PAPR has them.
static FOURTH: Interface = lab(
    "fourth",
    [Span { numbering: Numbering::X86, first: 0x7000, start: 0, step: 4, count: 0x400 }, Span::NONE],
);

/// As KVM's, with a register for more than one answer.
static WIDE: Convention = Convention {
    name: "wide",
    modes: &[Mode { outputs: &[registers::RDI], ..convention::KVM.modes[0] }],
    ..convention::KVM
};

/// Answers in two registers.
#[derive(Hypercall)]
#[hypercall(number = 5, name = "DENSE_TWO", interface = DENSE, arch(x86), status = active, outputs("x"))]
struct DenseTwo {
    /// The second of them.
    x: u64,
}

impl Serves<DenseTwo> for Vm {
    type Answer = Output;
    fn serve(&self, call: DenseTwo, _: &mut Context<'_>) -> Result<Output, Error> {
        Ok(Output::value(1).and(!call.x))
    }
}

/// Makes a number of its arguments.
#[derive(Hypercall)]
#[hypercall(number = 3, name = "DENSE_MIX", interface = DENSE, arch(x86), status = active)]
struct DenseMix {
    /// The first.
    a: u64,
    /// The last that both a 32- and a 64-bit caller has.
    b: u64,
    /// The third.
    c: u32,
    /// The fourth.
    d: u64,
}

/// Takes nothing.
#[derive(Hypercall)]
#[hypercall(number = 0x203, name = "DENSE_FAR", interface = DENSE, arch(x86), status = active)]
struct DenseFar;

/// As its like.
#[derive(Hypercall)]
#[hypercall(number = 3, name = "FOURTH_MIX", interface = FOURTH, arch(x86), status = active)]
struct FourthMix {
    /// The first.
    a: u64,
    /// The second.
    b: u8,
}

/// The next but one.
#[derive(Hypercall)]
#[hypercall(number = 5, name = "FOURTH_NONE", interface = FOURTH, arch(x86), status = active)]
struct FourthNone;

struct Vm;

impl Serves<FourthNone> for Vm {
    type Answer = ();
    fn serve(&self, _: FourthNone, _: &mut Context<'_>) -> Result<(), Error> {
        Ok(())
    }
}

impl Serves<DenseMix> for Vm {
    type Answer = u64;
    fn serve(&self, call: DenseMix, _: &mut Context<'_>) -> Result<u64, Error> {
        if call.a == 7 {
            Err(Error::Busy)
        } else {
            Ok(call.a ^ call.b << 1 ^ u64::from(call.c) << 2 ^ call.d << 3)
        }
    }
}

impl Serves<FourthMix> for Vm {
    type Answer = u64;
    fn serve(&self, call: FourthMix, _: &mut Context<'_>) -> Result<u64, Error> {
        Ok(call.a ^ u64::from(call.b))
    }
}

#[test]
fn a_guest_cannot_tell_the_compiled_path_from_the_one_by_table() {
    let callers = [
        Caller::X86_64,
        Caller { width: Width::Bits32, ..Caller::X86_64 },
        Caller { privilege: Privilege::User, ..Caller::X86_64 },
    ];
    let mut answered = 0;
    for convention in [&convention::KVM, &convention::PARA_2007, &WIDE] {
        for interface in [&DENSE, &FOURTH] {
            let builder =
                Dispatcher::<Vm>::builder(Arch::X86).entry(entry::port(0x48), convention, interface);
            let builder = if core::ptr::eq(interface, &DENSE) {
                builder.serves::<DenseMix>().handle(|_: &Vm, _: DenseFar, _: &mut Context<'_>| Ok(()))
            } else {
                builder.serves::<FourthMix>().serves::<FourthNone>()
            };
            let two = core::ptr::eq(convention, &WIDE) && core::ptr::eq(interface, &DENSE);
            let builder = if two { builder.serves::<DenseTwo>() } else { builder };
            let dispatcher = builder.build().unwrap();
            let at = dispatcher.entry(entry::port(0x48)).unwrap();
            let [mut one, mut other] = [0, 1].map(|index| dispatcher.vcpu(index));
            let numbers =
                (0xf8..0x110).chain(0x300..0x308).chain(0x6ff8..0x7020).chain([u64::MAX, 1 << 32 | 0x103]);
            for (number, caller) in numbers.flat_map(|number| callers.map(|caller| (number, caller))) {
                for first in [0, 7, 1 << 33 | 9, u64::MAX] {
                    let mut registers = X86Registers::default();
                    registers.as_array_mut().iter_mut().zip(1..).for_each(|(r, i)| *r = (i << 40) | (i * 3));
                    (registers.rax, registers.rbx, registers.rdi) = (number, first, first);
                    (registers.rdx, registers.rsi, registers.rcx) = (5, 6, 8);
                    let mut array = *registers.as_array();
                    let flow = dispatcher.serve(at, &Vm, &mut one, &mut registers, caller);
                    let by_table = dispatcher.serve(at, &Vm, &mut other, &mut array[..], caller);
                    let what =
                        format!("{number:#x} {first:#x} {caller:?} {} {}", convention.name, interface.name);
                    assert_eq!((flow, registers.as_array()), (by_table, &array), "{what}");
                }
            }
            let [one, other] = [one, other].map(|vcpu| vcpu.statistics().total());
            assert_eq!(one, other);
            answered += one.calls - one.errors - one.unknown - one.refused();
        }
    }
    assert!(answered > 20, "{answered} calls were answered");
}
