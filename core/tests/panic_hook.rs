//! The standard panic message, in a process of its own: the hook is the process's.

#![cfg(feature = "std")]

use hypercall_core::convention::{Convention, Mode, Reg};
use hypercall_core::encoding::{self, Reply};
use hypercall_core::prelude::*;
use hypercall_core::{Caller, Numbering};
use std::sync::atomic::{AtomicU64, Ordering};

static MESSAGES: AtomicU64 = AtomicU64::new(0);

const NUMBER: Reg = Reg::new("a", 0);
static CONVENTION: Convention = Convention {
    name: "test",
    title: "",
    arch: Arch::X86,
    numbering: Numbering::X86,
    instructions: &[],
    modes: &[Mode {
        width: Width::Bits64,
        number: NUMBER,
        number_width: Width::Bits64,
        arguments: &[],
        result: NUMBER,
        value: NUMBER,
        outputs: &[],
    }],
    clobbers: &[],
    always_writes_value: false,
    user_refused: Reply::Value(-1),
    errors: &encoding::KVM_X86,
    source: "",
};
static SPACE: Interface = Interface::vendor("space", "", *b"SP");

/// Panics.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "SP_PANIC", interface = SPACE, arch(x86), status = active)]
struct Panic;

/// Calls `SP_PANIC` from within a handler.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "SP_NESTED", interface = SPACE, arch(x86), status = active)]
struct Nested;

type Inner = Option<Dispatcher<()>>;

fn call<Vm>(dispatcher: &Dispatcher<Vm>, vm: &Vm, number: u64) -> u64 {
    let mut registers = [0x5350_0000 + number];
    let entry = dispatcher.entry(EntryPoint::new("test", 0)).unwrap();
    let mut vcpu = dispatcher.vcpu(0);
    let flow = dispatcher.serve(entry, vm, &mut vcpu, &mut registers[..], Caller::X86_64);
    assert!(flow.is_continue());
    registers[0]
}

fn messages(f: impl FnOnce()) -> u64 {
    let before = MESSAGES.load(Ordering::Relaxed);
    f();
    MESSAGES.load(Ordering::Relaxed) - before
}

#[test]
fn a_handlers_panic_prints_nothing_and_any_other_is_printed_as_before() {
    let inner = Dispatcher::builder(Arch::X86)
        .entry(EntryPoint::new("test", 0), &CONVENTION, &SPACE)
        .handle(|(): &(), _: Panic, _: &mut Context<'_>| -> Result<(), Error> { panic!("in a handler") })
        .build()
        .unwrap();
    let outer = Dispatcher::builder(Arch::X86)
        .entry(EntryPoint::new("test", 0), &CONVENTION, &SPACE)
        .handle(|vm: &Inner, _: Nested, _: &mut Context<'_>| -> Result<u64, Error> {
            assert_eq!(call(vm.as_ref().unwrap(), &(), 1), 5_u64.wrapping_neg());
            panic!("in the outer handler")
        })
        .build()
        .unwrap();
    let elsewhere = || drop(std::panic::catch_unwind(|| panic!("elsewhere")));

    std::panic::set_hook(Box::new(|_| {
        MESSAGES.fetch_add(1, Ordering::Relaxed);
    }));
    assert_eq!(messages(|| assert_eq!(call(&inner, &(), 1), 5_u64.wrapping_neg())), 1, "not asked for yet");
    hypercall_core::panics::silence_handler_panics();
    hypercall_core::panics::silence_handler_panics();
    let all = [
        messages(|| assert_eq!(call(&inner, &(), 1), 5_u64.wrapping_neg())),
        messages(elsewhere),
        // The inner call's end does not end the outer handler.
        messages(|| assert_eq!(call(&outer, &Some(inner), 2), 5_u64.wrapping_neg())),
        messages(elsewhere),
    ];
    drop(std::panic::take_hook());
    assert_eq!(all, [0, 1, 0, 1]);
}
