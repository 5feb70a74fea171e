//! Calls by `sc` and `sc 1`, from the interrupt to the registers. Register contents are written out by hand
//! from Power.org ePAPR 1.1, section 7.4, Linux `Documentation/virt/kvm/ppc-pv.rst` and
//! `Documentation/arch/powerpc/papr_hcalls.rst`.

mod calls;

use calls::{Eight, VALUE, Vm, dispatcher};
use hypercall_arch_ppc::instructions::Level;
use hypercall_arch_ppc::trap::{Cpu, Step, serve};
use hypercall_arch_ppc::{PpcRegisters, convention, entry};
use hypercall_core::convention::Convention;
use hypercall_core::{Caller, Endian, EntryPoint, Output, Policy, Privilege, VmExit, Width};
use proptest::prelude::*;

const SF: u64 = 1 << 63;
const PR: u64 = 1 << 14;
const MAGIC: u64 = 0x4b56_4d21;

fn poison() -> PpcRegisters {
    let mut registers = PpcRegisters::default();
    for (i, register) in registers.as_array_mut().iter_mut().enumerate() {
        *register = 0xdead_0000_0000_0000 | i as u64;
    }
    registers
}

/// An ePAPR call of a 64-bit kernel.
fn epapr(token: u64, arguments: &[u64]) -> Cpu {
    let mut registers = poison();
    registers.r[0] = MAGIC;
    registers.r[11] = token;
    registers.r[3..3 + arguments.len()].copy_from_slice(arguments);
    Cpu { registers, msr: SF, nip: 0xc000_0000_0000_100c }
}

/// A PAPR call of a 64-bit kernel.
fn papr(number: u64, arguments: &[u64]) -> Cpu {
    let mut registers = poison();
    registers.r[3] = number;
    registers.r[4..4 + arguments.len()].copy_from_slice(arguments);
    Cpu { registers, msr: SF, nip: 0x1004 }
}

fn run(policy: Policy, point: EntryPoint, cpu: &mut Cpu, level: Level) -> (Step, Vm) {
    let dispatcher = dispatcher(policy);
    let entry = dispatcher.entry(point).unwrap();
    let vm = Vm::default();
    let step = serve(&dispatcher, entry, &vm, &mut dispatcher.vcpu(0), cpu, level);
    (step, vm)
}

fn sc(cpu: &mut Cpu) -> (Step, Vm) {
    run(Policy::default(), entry::HYPERCALL_INSTRUCTIONS, cpu, Level::Sc)
}

fn sc1(cpu: &mut Cpu) -> (Step, Vm) {
    run(Policy::default(), entry::SC1, cpu, Level::Sc1)
}

#[test]
fn epapr_arguments_are_r3_to_r10_status_r3_and_outputs_r4_to_r11() {
    let mut cpu = epapr(0x1001, &[1, 2, 3, 4, 5, 6, 7, u64::MAX]);
    let mut expected = cpu;
    expected.registers.r[3] = 0;
    for (i, register) in expected.registers.r[4..12].iter_mut().enumerate() {
        *register = VALUE + i as u64;
    }
    let (step, vm) = sc(&mut cpu);
    assert_eq!(step, Step::Resume);
    assert_eq!(cpu, expected);
    let eight = Eight { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: u64::MAX };
    assert_eq!(*vm.eight.lock().unwrap(), Some(eight));
}

#[test]
fn papr_arguments_are_r4_to_r12_status_r3_and_outputs_r4_to_r12() {
    let mut cpu = papr(0x7204, &[1, 2, 3, 4, 5, 6, 7, u64::MAX]);
    let mut expected = cpu;
    expected.registers.r[3] = 0;
    for (i, register) in expected.registers.r[4..12].iter_mut().enumerate() {
        *register = VALUE + i as u64;
    }
    let (step, vm) = sc1(&mut cpu);
    assert_eq!(step, Step::Resume);
    assert_eq!(cpu, expected, "R12 is not an output of this call");
    let eight = Eight { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: u64::MAX };
    assert_eq!(*vm.eight.lock().unwrap(), Some(eight));
}

#[test]
fn in_32_bit_mode_arguments_and_results_are_the_low_halves() {
    let mut cpu = epapr(0x1001, &[0xffff_ffff_0000_0001, 2, 3, 4, 5, 6, 7, u64::MAX]);
    cpu.msr = 0;
    let (step, vm) = sc(&mut cpu);
    assert_eq!(step, Step::Resume);
    let eight = Eight { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 0xffff_ffff };
    assert_eq!(*vm.eight.lock().unwrap(), Some(eight));
    assert_eq!(cpu.registers.r[3..6], [0, 0xa5a6_a7a0, 0xa5a6_a7a1]);
    // H_PARAMETER, -4, in 32 bits.
    let mut cpu = papr(0x58, &[0, 1]);
    cpu.msr = 0;
    assert_eq!(sc1(&mut cpu).0, Step::Resume);
    assert_eq!(cpu.registers.r[3], 0xffff_fffc);
}

/// Measured on KVM-PR: FEATURES gives R3 0 and R4 2, an unknown token R3 12 and R4 0.
#[test]
fn kvms_own_tokens_are_answered_as_kvm_answers_them() {
    // (R11, R3 after, R4 after); the upper half of R11 does not count, it is a C int in the kernel.
    let cases = [
        (0x002a_0003, 0, 2),
        (0xffff_ffff_002a_0003, 0, 2),
        (0x002a_0005, 12, 0),
        (3, 12, 0),
        (0x0001_0010, 12, 0),
    ];
    for (token, r3, r4) in cases {
        let mut cpu = epapr(token, &[]);
        let mut expected = cpu;
        (expected.registers.r[3], expected.registers.r[4]) = (r3, r4);
        assert_eq!(sc(&mut cpu).0, Step::Resume);
        assert_eq!(cpu, expected, "{token:#x}");
    }
}

#[test]
fn errors_are_positive_with_r4_zero_on_epapr_and_negative_alone_on_papr() {
    let mut cpu = epapr(0x1002, &[4]);
    let mut expected = cpu;
    (expected.registers.r[3], expected.registers.r[4]) = (6, 0); // EV_EFAULT
    sc(&mut cpu);
    assert_eq!(cpu, expected);
    // (number, first argument, R3): H_SUCCESS, H_PARAMETER, H_FUNCTION, H_PARAMETER for a bad address.
    for (number, argument, r3) in
        [(0x58, 0x3000_0000, 0_i64), (0x58, 1, -4), (0x54, 0, -2), (0x7208, 4, -4), (0x7209, 4, -2)]
    {
        let mut cpu = papr(number, &[argument, 0]);
        let mut expected = cpu;
        expected.registers.r[3] = r3 as u64;
        assert_eq!(sc1(&mut cpu).0, Step::Resume);
        assert_eq!(cpu, expected, "{number:#x}");
    }
}

#[test]
fn a_system_call_of_the_guests_own_goes_to_0xc00_behind_the_sc() {
    let mut no_magic = epapr(0x002a_0003, &[]);
    no_magic.registers.r[0] = 4;
    let mut user = epapr(0x002a_0003, &[]);
    // External interrupts on, floating point on, and bits that SRR1 does not take.
    user.msr = SF | PR | 0x783f_0000 | 0xa033;
    for mut cpu in [no_magic, user] {
        let before = cpu;
        let srr1 = before.msr & 0xffff_ffff_87c0_ffff;
        let expected = Step::Interrupt { vector: 0xc00, srr0: 0xc000_0000_0000_100c, srr1 };
        assert_eq!(sc(&mut cpu).0, expected);
        assert_eq!(cpu, before);
    }
    // PAPR is not called by a plain sc, nor is a user's sc 1 a call.
    let mut cpu = papr(0x58, &[0x3000_0000, 0]);
    cpu.registers.r[0] = MAGIC;
    let expected = Step::Interrupt { vector: 0xc00, srr0: 0x1004, srr1: SF };
    assert_eq!(run(Policy::default(), entry::SC1, &mut cpu, Level::Sc).0, expected);
    cpu.msr |= PR;
    let expected = Step::Interrupt { vector: 0xc00, srr0: 0x1004, srr1: SF | PR };
    assert_eq!(sc1(&mut cpu).0, expected);
}

#[test]
fn an_sc_1_needs_no_magic() {
    let mut cpu = epapr(0x002a_0003, &[]);
    cpu.registers.r[0] = 0;
    let step = run(Policy::default(), entry::HYPERCALL_INSTRUCTIONS, &mut cpu, Level::Sc1).0;
    assert_eq!((step, cpu.registers.r[4]), (Step::Resume, 2));
}

#[test]
fn a_policy_lets_user_programs_call() {
    let mut cpu = epapr(0x002a_0003, &[]);
    cpu.msr |= PR;
    let user = Policy::default().allow_user_mode();
    assert_eq!(run(user, entry::HYPERCALL_INSTRUCTIONS, &mut cpu, Level::Sc).0, Step::Resume);
    assert_eq!(cpu.registers.r[3..5], [0, 2]);
}

#[test]
fn a_retry_goes_back_to_the_sc_and_keeps_the_magic() {
    for (msr, nip, back) in [
        (SF, 0xc000_0000_0000_100c, 0xc000_0000_0000_1008),
        (SF, 0, 0xffff_ffff_ffff_fffc),
        (0, 0, 0xffff_fffc),
    ] {
        let mut cpu = Cpu { msr, nip, ..epapr(0x1002, &[0]) };
        let expected = Cpu { nip: back, ..cpu };
        assert_eq!(sc(&mut cpu).0, Step::Resume);
        assert_eq!(cpu, expected);
    }
}

#[test]
fn a_fault_is_at_the_sc_and_an_exit_changes_nothing() {
    let program = Step::Interrupt { vector: 0x700, srr0: 0xc000_0000_0000_1008, srr1: SF };
    for (way, step) in [(1, program), (2, Step::Exit(VmExit { code: 9 }))] {
        let mut cpu = epapr(0x1002, &[way]);
        let before = cpu;
        assert_eq!(sc(&mut cpu).0, step);
        assert_eq!(cpu, before);
    }
}

#[test]
fn a_deferred_call_is_answered_when_its_completion_is_used() {
    let dispatcher = dispatcher(Policy::default());
    let entry = dispatcher.entry(entry::HYPERCALL_INSTRUCTIONS).unwrap();
    let (vm, mut vcpu) = (Vm::default(), dispatcher.vcpu(0));
    let mut cpu = epapr(0x1002, &[3]);
    let before = cpu;
    let Step::Deferred(deferral) = serve(&dispatcher, entry, &vm, &mut vcpu, &mut cpu, Level::Sc) else {
        panic!("deferred")
    };
    assert_eq!(cpu, before);
    vm.completion.lock().unwrap().take().unwrap().complete(Ok(Output::value(77).and(78)));
    assert_eq!(cpu.complete(dispatcher.convention(entry), vcpu.wait(deferral)), Step::Resume);
    let mut expected = before;
    expected.registers.r[3..6].copy_from_slice(&[0, 77, 78]);
    assert_eq!(cpu, expected);
}

/// Registers that a call under a convention may change, by the specifications: R3 to R11, and R12 on PAPR.
fn may_change(convention: &Convention, index: usize) -> bool {
    (3..=11).contains(&index) || (convention.name == "papr" && index == 12)
}

proptest! {
    #[test]
    fn no_register_outside_the_outputs_changes(
        file: [[u64; 12]; 3], msr: u64, nip: u64, is_sc1: bool, bind_papr: bool, magic: bool,
        number in prop_oneof![
            Just(0x1001_u64), Just(0x1002), Just(0x002a_0003), Just(0x7204), Just(0x7208), any::<u64>()
        ],
        way in 0..7_u64,
    ) {
        let mut cpu = Cpu { msr, nip, ..Cpu::default() };
        cpu.registers.as_array_mut().copy_from_slice(file.as_flattened());
        let (point, convention) = match bind_papr {
            true => (entry::SC1, &convention::PAPR),
            false => (entry::HYPERCALL_INSTRUCTIONS, &convention::EPAPR),
        };
        let mode = &convention.modes[0];
        mode.load(&mut cpu.registers, number, &[way]);
        if magic {
            cpu.registers.r[0] = MAGIC;
        }
        let before = cpu;
        let level = if is_sc1 { Level::Sc1 } else { Level::Sc };
        let (step, _vm) = run(Policy::default(), point, &mut cpu, level);
        for (index, (now, then)) in
            cpu.registers.as_array().iter().zip(before.registers.as_array()).enumerate()
        {
            let answered = step == Step::Resume && may_change(convention, index);
            prop_assert!(answered || now == then, "register {} changed", index);
        }
        prop_assert_eq!(cpu.msr, before.msr);
    }

    /// What a guest loads is what a host reads, in each mode of each convention.
    #[test]
    fn loading_a_call_and_reading_it_is_the_identity(number: u64, arguments: [u64; 9]) {
        for convention in convention::ALL {
            for mode in convention.modes {
                let mut registers = poison();
                mode.load(&mut registers, number, &arguments);
                let privilege = Privilege::Supervisor;
                let caller = Caller { width: mode.width, privilege, endian: Endian::Big };
                let trap = mode.read(&registers, caller);
                let low = |value: u64, width| if width == Width::Bits32 { value & 0xffff_ffff } else { value };
                prop_assert_eq!(trap.number, low(number, mode.number_width));
                for (i, argument) in arguments.iter().enumerate().take(mode.arguments.len()) {
                    prop_assert_eq!(trap.arguments[i], low(*argument, mode.width));
                }
            }
        }
    }
}
