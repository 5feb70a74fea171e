//! Calls through KVM_EXIT_PAPR_HCALL. The payload's layout is Linux `include/uapi/linux/kvm.h`, `papr_hcall`.

mod calls;

use calls::{Eight, End, VALUE, Vm, dispatcher};
use hypercall_arch_ppc::convention::PAPR;
use hypercall_arch_ppc::instructions::Level;
use hypercall_arch_ppc::papr_exit::PaprExit;
use hypercall_arch_ppc::trap::{Cpu, Step, serve};
use hypercall_arch_ppc::{entry, msr};
use hypercall_core::convention::Convention;
use hypercall_core::prelude::*;
use hypercall_core::{Action, VmExit, interface};
use proptest::prelude::*;

const KERNEL: u64 = 1 << 63;
const STALE: u64 = 0x5a5a;

fn exit(nr: u64, args: [u64; 9]) -> PaprExit {
    PaprExit { nr, ret: STALE, args }
}

fn run(exit: &mut PaprExit, msr: u64) -> (Option<Action>, Vm) {
    let dispatcher = dispatcher(Policy::default());
    let entry = dispatcher.entry(entry::EXIT_PAPR_HCALL).unwrap();
    let vm = Vm::default();
    let action = exit.serve(&dispatcher, entry, &vm, &mut dispatcher.vcpu(0), msr::caller(msr));
    (action.break_value(), vm)
}

#[test]
fn arguments_are_args_and_outputs_go_back_into_them() {
    let mut payload = exit(0x7204, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let (action, vm) = run(&mut payload, KERNEL);
    assert_eq!(action, None);
    let eight = Eight { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 };
    assert_eq!(*vm.eight.lock().unwrap(), Some(eight));
    let mut args: [u64; 9] = core::array::from_fn(|i| VALUE + i as u64);
    args[8] = 9; // R12 keeps its argument
    assert_eq!(payload, PaprExit { nr: 0x7204, ret: 0, args });
}

#[test]
fn a_status_alone_leaves_the_arguments() {
    let args = [0x3000_0000, 17, 3, 4, 5, 6, 7, 8, 9];
    // H_PARAMETER for a length over 16, H_FUNCTION for an unknown number and for one between two steps.
    for (nr, ret) in [(0x58, -4_i64), (0x5c, -2), (0x59, -2)] {
        let mut payload = exit(nr, args);
        run(&mut payload, KERNEL);
        assert_eq!(payload, PaprExit { nr, ret: ret as u64, args });
    }
}

#[test]
fn in_32_bit_mode_the_status_is_the_low_half() {
    let mut payload = exit(0xffff_ffff_0000_0058, [u64::MAX; 9]);
    run(&mut payload, 0);
    assert_eq!(payload.ret, 0xffff_fffc);
    assert_eq!(payload.args, [u64::MAX; 9]);
}

#[test]
fn without_a_return_the_kernel_loads_what_was_there() {
    let args = [0, 2, 3, 4, 5, 6, 7, 8, 9];
    for way in 0..4 {
        let mut payload = exit(0x7208, args);
        payload.args[0] = way;
        let expected = PaprExit { ret: 0x7208, ..payload };
        let (action, _vm) = run(&mut payload, KERNEL);
        match way {
            0 => assert_eq!(action, Some(Action::Retry)),
            1 => assert!(matches!(action, Some(Action::Fault(fault)) if fault.code == 0x700)),
            2 => assert_eq!(action, Some(Action::Exit(VmExit { code: 9 }))),
            _ => assert!(matches!(action, Some(Action::Deferred(_)))),
        }
        assert_eq!(payload, expected);
    }
}

#[test]
fn a_deferred_call_is_answered_when_its_completion_is_used() {
    let dispatcher = dispatcher(Policy::default());
    let entry = dispatcher.entry(entry::EXIT_PAPR_HCALL).unwrap();
    let (vm, mut vcpu, caller) = (Vm::default(), dispatcher.vcpu(0), msr::caller(KERNEL));
    let mut payload = exit(0x7208, [3; 9]);
    let action = payload.serve(&dispatcher, entry, &vm, &mut vcpu, caller).break_value();
    let Some(Action::Deferred(deferral)) = action else { panic!("{action:?}") };
    vm.completion.lock().unwrap().take().unwrap().complete(Ok(Output::value(77)));
    payload.complete(dispatcher.convention(entry), caller, &vcpu.wait(deferral));
    assert_eq!(payload, PaprExit { nr: 0x7208, ret: 0, args: [77, 3, 3, 3, 3, 3, 3, 3, 3] });
}

/// PAPR in 64-bit mode alone, which then serves every caller.
static WIDE: Convention = Convention {
    name: "wide",
    title: PAPR.title,
    arch: PAPR.arch,
    numbering: PAPR.numbering,
    instructions: PAPR.instructions,
    modes: std::slice::from_ref(&PAPR.modes[0]),
    clobbers: PAPR.clobbers,
    always_writes_value: PAPR.always_writes_value,
    user_refused: PAPR.user_refused,
    errors: PAPR.errors,
    source: PAPR.source,
};

#[test]
fn a_32_bit_caller_of_a_convention_with_one_mode_gets_a_deferred_answer_in_it() {
    let defer = |vm: &Vm, _: End, context: &mut Context<'_>| {
        *vm.completion.lock().unwrap() = Some(context.defer());
        Ok(Outcome::Deferred)
    };
    let builder = Dispatcher::builder(Arch::Ppc).entry(entry::SC1, &WIDE, &interface::PAPR);
    let dispatcher = builder.handle(defer).build().unwrap();
    let entry = dispatcher.entry(entry::SC1).unwrap();
    let (vm, mut vcpu) = (Vm::default(), dispatcher.vcpu(0));
    let complete = || vm.completion.lock().unwrap().take().unwrap().complete(Ok(Output::value(1 << 32 | 77)));

    let (mut payload, caller) = (exit(0x7208, [3; 9]), msr::caller(0));
    let action = payload.serve(&dispatcher, entry, &vm, &mut vcpu, caller).break_value();
    let Some(Action::Deferred(deferral)) = action else { panic!("{action:?}") };
    complete();
    payload.complete(&WIDE, caller, &vcpu.wait(deferral));
    assert_eq!((payload.ret, payload.args[0]), (0, 1 << 32 | 77));

    let mut cpu = Cpu::default();
    cpu.registers.r[3] = 0x7208;
    let step = serve(&dispatcher, entry, &vm, &mut vcpu, &mut cpu, Level::Sc1);
    let Step::Deferred(deferral) = step else { panic!("{step:?}") };
    complete();
    assert_eq!(cpu.complete(&WIDE, vcpu.wait(deferral)), Step::Resume);
    assert_eq!(cpu.registers.r[3..5], [0, 1 << 32 | 77]);
}

#[test]
fn the_payload_has_the_kernels_layout() {
    let payload = PaprExit { nr: 1, ret: 2, args: [3, 4, 5, 6, 7, 8, 9, 10, 11] };
    let words: [u64; 11] = bytemuck::cast(payload);
    assert_eq!(words, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
}

proptest! {
    #[test]
    fn no_payload_panics_and_the_number_stays(nr: u64, ret: u64, args: [u64; 9], msr: u64) {
        let mut payload = PaprExit { nr, ret, args };
        run(&mut payload, msr);
        prop_assert_eq!(payload.nr, nr);
    }
}
