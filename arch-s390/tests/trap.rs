//! Calls by DIAGNOSE, from the intercept to the registers and the PSW. Register contents are written out by
//! hand from the calling convention in Linux `Documentation/virt/kvm/s390/s390-diag.rst`.

use hypercall_arch_s390::diag::{Intercept, Kind};
use hypercall_arch_s390::trap::{Cpu, Psw, Step, serve};
use hypercall_arch_s390::{S390Registers, convention, entry};
use hypercall_core::{Completion, Fault, VmExit, interface, prelude::*};
use proptest::prelude::*;
use std::sync::Mutex;

/// The calls of this test.
pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// Takes every argument register there is.
#[derive(Debug, PartialEq, Clone, Hypercall)]
#[hypercall(number = 1, name = "ACME_SIX", interface = ACME, arch(s390), status = active)]
struct Six {
    /// R2.
    a: u64,
    /// R3.
    b: u64,
    /// R4.
    c: u64,
    /// R5.
    d: u64,
    /// R6.
    e: u64,
    /// R7.
    f: u64,
}

/// Ends in one of the ways a call may end.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "ACME_END", interface = ACME, arch(s390), status = active)]
struct End {
    /// Which.
    way: u32,
}

/// A subcode of DIAG 0x500's own.
#[derive(Hypercall)]
#[hypercall(number = 4, name = "DIAG500_STORAGE_LIMIT", interface = diag500, arch(s390), status = active)]
struct StorageLimit;

#[derive(Default)]
struct Vm {
    six: Mutex<Option<Six>>,
    completion: Mutex<Option<Completion>>,
}

fn dispatcher(policy: Policy) -> Dispatcher<Vm> {
    Dispatcher::builder(Arch::S390)
        .entry(entry::DIAG500, &convention::DIAG500, &interface::DIAG500)
        .policy(policy)
        .handle(|vm: &Vm, call: Six, _: &mut Context<'_>| {
            *vm.six.lock().unwrap() = Some(call);
            Ok(0x1122_3344_5566_7788_u64)
        })
        .handle(|vm: &Vm, call: End, context: &mut Context<'_>| match call.way {
            0 => Ok(Outcome::Retry),
            1 => Ok(Outcome::Fault(Fault { code: 5, error_code: None })),
            2 => Ok(Outcome::Exit(VmExit { code: 9 })),
            3 => {
                *vm.completion.lock().unwrap() = Some(context.defer());
                Ok(Outcome::Deferred)
            }
            4 => Err(Error::BadAddress),
            _ => Err(Error::Invalid),
        })
        .handle(|_: &Vm, _: StorageLimit, _: &mut Context<'_>| Ok(0x7ff_ffff_u64))
        .build()
        .unwrap()
}

/// `diag 2,4,0x500`.
const CALL: Intercept = Intercept { icptcode: 4, ipa: 0x8324, ipb: 0x0500_0000 };
/// 64-bit addressing, supervisor state.
const KERNEL: u64 = 0x0000_0001_8000_0000;
const PROBLEM: u64 = 0x0001_0000_0000_0000;

fn poison() -> [u64; 16] {
    core::array::from_fn(|i| 0xdead_0000_0000_0000 | i as u64)
}

fn cpu(number: u64, arguments: &[u64]) -> Cpu {
    let mut r = poison();
    r[1] = number;
    r[2..2 + arguments.len()].copy_from_slice(arguments);
    Cpu { psw: Psw { mask: KERNEL, address: 0x2_0004 }, registers: S390Registers { r } }
}

fn run(policy: Policy, cpu: &mut Cpu, intercept: &Intercept) -> (Step, Vm) {
    let dispatcher = dispatcher(policy);
    let entry = dispatcher.entry(entry::DIAG500).unwrap();
    let vm = Vm::default();
    let step = serve(&dispatcher, entry, &vm, &mut dispatcher.vcpu(0), cpu, intercept);
    (step, vm)
}

#[test]
fn six_arguments_come_from_r2_to_r7_and_the_value_goes_to_r2_alone() {
    let mut state = cpu(0x4143_0001, &[0xa, 0xb, 0xc, 0xd, 0xe, u64::MAX]);
    let mut expected = state;
    expected.registers.r[2] = 0x1122_3344_5566_7788;
    let (step, vm) = run(Policy::default(), &mut state, &CALL);
    assert_eq!(step, Step::Resume);
    assert_eq!(state, expected, "no other register, and the PSW stays behind the call");
    let six = Six { a: 0xa, b: 0xb, c: 0xc, d: 0xd, e: 0xe, f: u64::MAX };
    assert_eq!(*vm.six.lock().unwrap(), Some(six));
}

#[test]
fn a_call_through_a_base_register_is_the_same_call() {
    // diag 2,4,0x1(8) with R8 = 0x4ff
    let mut state = cpu(4, &[]);
    state.registers.r[8] = 0x4ff;
    let through_base = Intercept { ipb: 0x8001_0000, ..CALL };
    assert_eq!(run(Policy::default(), &mut state, &through_base).0, Step::Resume);
    assert_eq!(state.registers.r[2], 0x7ff_ffff);
}

#[test]
fn errors_are_negative_in_r2_and_unknown_subcodes_are_specification_interruptions() {
    // (number, first argument, R2)
    let cases = [
        (0x4143_0002, 4, 0xffff_ffff_ffff_fff2),             // -EFAULT
        (0x4143_0002, 5, 0xffff_ffff_ffff_ffea),             // -EINVAL
        (0x4143_0002, 0x1_0000_0000, 0xffff_ffff_ffff_ffea), // wider than u32: -EINVAL
        (0x4143_0003, 0, 0xffff_ffff_ffff_fc18),             // -KVM_ENOSYS, in a vendor's range
    ];
    for (number, argument, r2) in cases {
        let mut state = cpu(number, &[argument]);
        let mut expected = state;
        expected.registers.r[2] = r2;
        assert_eq!(run(Policy::default(), &mut state, &CALL).0, Step::Resume);
        assert_eq!(state, expected, "{number:#x}");
    }
    for number in [0, 1, 5, 0xffff, 0x1_0000, 0x1_0000_0004, u64::MAX] {
        let mut state = cpu(number, &[]);
        let before = state;
        let step = run(Policy::default(), &mut state, &CALL).0;
        assert_eq!(step, Step::ProgramInterruption { code: 6, ilc: 4 }, "{number:#x}");
        assert_eq!(state, before, "{number:#x}");
    }
}

#[test]
fn in_the_problem_state_every_diagnose_is_a_privileged_operation() {
    for (number, ipb) in [(4, 0x0500_0000), (0x4143_0001, 0x0500_0000), (99, 0x0500_0000), (4, 0x0501_0000)] {
        let mut state = cpu(number, &[]);
        state.psw.mask |= PROBLEM;
        let before = state;
        let step = run(Policy::default(), &mut state, &Intercept { ipb, ..CALL }).0;
        assert_eq!(step, Step::ProgramInterruption { code: 2, ilc: 4 });
        assert_eq!(state, before);
    }
}

#[test]
fn a_policy_lets_user_programs_call_but_not_use_other_function_codes() {
    let user = || Policy::default().allow_user_mode();
    let mut state = cpu(4, &[]);
    state.psw.mask |= PROBLEM;
    assert_eq!(run(user(), &mut state, &CALL).0, Step::Resume);
    assert_eq!(state.registers.r[2], 0x7ff_ffff);
    let breakpoint = Intercept { ipb: 0x0501_0000, ..CALL };
    assert_eq!(run(user(), &mut state, &breakpoint).0, Step::ProgramInterruption { code: 2, ilc: 4 });
}

#[test]
fn what_is_no_call_is_handed_back_untouched() {
    let cases = [
        (Intercept { ipb: 0x0501_0000, ..CALL }, Kind::Function(0x501)),
        (Intercept { ipa: 0xb2b2, ..CALL }, Kind::NotDiag),
        (Intercept { icptcode: 0x08, ..CALL }, Kind::NotInstruction(0x08)),
        (Intercept { icptcode: 0x68, ..CALL }, Kind::NotInstruction(0x68)),
    ];
    for (intercept, kind) in cases {
        let mut state = cpu(4, &[]);
        let before = state;
        assert_eq!(run(Policy::default(), &mut state, &intercept).0, Step::NotACall(kind));
        assert_eq!(state, before);
    }
}

#[test]
fn a_retry_goes_back_to_the_call_in_every_addressing_mode() {
    let cases = [
        (KERNEL, 0x2_0004, 0x2_0000),
        (KERNEL, 0x2, 0xffff_ffff_ffff_fffe),
        (0x8000_0000, 0x2, 0x7fff_fffe), // 31-bit
        (0, 0x2, 0x00ff_fffe),           // 24-bit
    ];
    for (mask, address, back) in cases {
        let mut state = cpu(0x4143_0002, &[0]);
        state.psw = Psw { mask, address };
        let mut expected = state;
        expected.psw.address = back;
        assert_eq!(run(Policy::default(), &mut state, &CALL).0, Step::Resume);
        assert_eq!(state, expected);
    }
}

#[test]
fn a_fault_and_an_exit_leave_registers_and_psw_alone() {
    let cases = [(1, Step::ProgramInterruption { code: 5, ilc: 4 }), (2, Step::Exit(VmExit { code: 9 }))];
    for (way, step) in cases {
        let mut state = cpu(0x4143_0002, &[way]);
        let before = state;
        assert_eq!(run(Policy::default(), &mut state, &CALL).0, step);
        assert_eq!(state, before);
    }
}

#[test]
fn a_deferred_call_is_answered_when_its_completion_is_used() {
    let dispatcher = dispatcher(Policy::default());
    let entry = dispatcher.entry(entry::DIAG500).unwrap();
    let (vm, mut vcpu) = (Vm::default(), dispatcher.vcpu(0));
    let mut state = cpu(0x4143_0002, &[3]);
    let before = state;
    let Step::Deferred(deferral) = serve(&dispatcher, entry, &vm, &mut vcpu, &mut state, &CALL) else {
        panic!("deferred")
    };
    assert_eq!(state, before);
    assert_eq!(vcpu.try_wait(deferral), None);
    vm.completion.lock().unwrap().take().unwrap().complete(Ok(Output::value(77)));
    let action = vcpu.wait(deferral);
    assert_eq!(state.complete(dispatcher.convention(entry), action), Step::Resume);
    let mut expected = before;
    expected.registers.r[2] = 77;
    assert_eq!(state, expected);
}

proptest! {
    /// Whatever the guest does: no panic, and nothing changes but R2 and, for a retry, the address.
    #[test]
    fn no_register_but_r2_changes(
        r: [u64; 16], mask: u64, address: u64, icptcode in prop_oneof![Just(4), any::<u8>()],
        ipa in prop_oneof![Just(0x8324), any::<u16>()], ipb in prop_oneof![Just(0x0500_0000), any::<u32>()],
        number in prop_oneof![0x4143_0000_u64..0x4143_0004, 0..6_u64, any::<u64>()], way in 0..6_u64,
    ) {
        let mut state = Cpu { psw: Psw { mask, address }, registers: S390Registers { r } };
        state.registers.r[1] = number;
        state.registers.r[2] = way;
        let before = state;
        let intercept = Intercept { icptcode, ipa, ipb };
        let (step, _vm) = run(Policy::default().allow_user_mode(), &mut state, &intercept);
        if step == Step::Resume {
            state.registers.r[2] = way;
            if number == 0x4143_0002 && way == 0 {
                state.psw.address = address;
            }
        }
        prop_assert_eq!(state, before);
    }

    /// The convention's own marshalling: what a guest loads is what a host reads.
    #[test]
    fn loading_a_call_and_reading_it_is_the_identity(r: [u64; 16], number: u64, arguments: [u64; 6]) {
        let mode = &convention::DIAG500.modes[0];
        let mut registers = S390Registers { r };
        mode.load(&mut registers, number, &arguments);
        let mut by_hand = r;
        by_hand[1] = number;
        by_hand[2..8].copy_from_slice(&arguments);
        prop_assert_eq!(registers.r, by_hand);
        let trap = mode.read(&registers, Cpu::default().caller());
        prop_assert_eq!(trap.number, number);
        prop_assert_eq!(&trap.arguments[..6], &arguments);
        prop_assert_eq!(&trap.arguments[6..], &[0; 3]);
    }
}
