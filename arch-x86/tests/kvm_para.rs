//! The MSR-based hypercall API of 2007 on real KVM: guests that register their page and call through it.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;
mod para;

use bench::*;
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_core::memory::{GuestMemory as _, GuestMemoryExt as _};
use hypercall_core::{Endian, Policy};
use kvm_bindings::kvm_regs;
use para::*;

/// CPL 0 in every mode.
fn kernels() -> impl Iterator<Item = Start> {
    Mode::ALL.into_iter().map(|mode| Start { mode, ..Start::LONG })
}

#[test]
fn a_guest_probes_and_registers_its_page_in_every_mode() {
    let Some(kvm) = kvm() else { return };
    for start in kernels() {
        let mut machine = Machine::new(&kvm, start, Policy::default(), 1);
        machine.fill(PAGE, 1, SITE);
        let before = machine.page(PAGE);
        machine.register(0, PAGE);
        assert_eq!(machine.probes(), [0, PAGE], "{start:?}");
        // host_version 1, ret 0, and the rest as the guest wrote it
        let mut after = before;
        after[4..8].copy_from_slice(&[1, 0, 0, 0]);
        after[12..16].copy_from_slice(&[0; 4]);
        assert_eq!(machine.page(PAGE), after, "{start:?}");
        // out 0x48, al; ret; and nothing behind the four bytes
        let mut site = [OLD; 0x1000];
        site[..4].copy_from_slice(&[0xe6, 0x48, 0xc3, 0x00]);
        assert_eq!(machine.page(SITE), site, "{start:?}");
        let registration = machine.cpus[0].para.registration().unwrap();
        assert_eq!((registration.guest_version, registration.hypercall_gpa), (1, SITE));
    }
}

#[test]
fn a_call_through_the_patched_site_carries_six_parameters_and_changes_rax_only() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        let mut machine = Machine::new(&kvm, start, "user-mode".parse().unwrap(), 1);
        machine.registered(start);
        machine.cpus[0].set(|r| {
            *r = POISON;
            // The number is in EBX in 32-bit mode, and EAX the first parameter.
            if start.is_64_bit() { r.rax = number(8) } else { r.rbx = 0xb0b0_b0b0_0000_0000 | number(8) }
        });
        let before = machine.cpus[0].regs();
        assert_eq!(machine.call(0), number_six_said(start), "{start:?}");
        let expected = if start.is_64_bit() {
            // RDI RSI RDX RCX R8 R9
            [
                0xd1d1_d1d1_0000_0006,
                0xe0e0_e0e0_0000_0005,
                0xd0d0_d0d0_0000_0004,
                0xc0c0_c0c0_0000_0003,
                0x0808_0808_0000_0008,
                0x0909_0909_0000_0009,
            ]
        } else {
            [1, 3, 4, 5, 6, 7] // EAX ECX EDX ESI EDI EBP
        };
        assert_eq!(*machine.vm.arguments.lock().unwrap(), expected, "{start:?}");
        let after = machine.cpus[0].regs();
        assert_eq!(kvm_regs { rax: before.rax, rip: before.rip, ..after }, before, "{start:?}");
    }
}

/// What TEST_SIX answers, all bits but the lowest, as the mode shows it.
fn number_six_said(start: Start) -> u64 {
    if start.is_64_bit() { 0xffff_ffff_ffff_fffe } else { 0xffff_fffe }
}

#[test]
fn every_number_that_is_no_call_answers_minus_one() {
    let Some(kvm) = kvm() else { return };
    for start in kernels() {
        let mut machine = Machine::new(&kvm, start, Policy::default(), 1);
        machine.registered(start);
        let minus_one = if start.is_64_bit() { u64::MAX } else { 0xffff_ffff };
        // "goes from 0 to __NR_hypercalls-1", which is 0: the header has no number of its own
        for call in [0, 1, 5, 12, 0xffff, 0x4856_0000, number(0x99), 0x7fff_ffff, 0xffff_ffff] {
            machine.cpus[0].number(start, call);
            assert_eq!(machine.call(0), minus_one, "{start:?} {call:#x}");
        }
        // An error of a handler's is that too: the header has one error code.
        machine.cpus[0].number(start, number(6));
        assert_eq!(machine.call(0), minus_one, "{start:?}");
        assert_eq!(machine.vm.served(), 1, "{start:?}: no other number has a handler");
    }
}

#[test]
fn a_number_over_32_bits_is_unknown_in_64_bit_mode_and_masked_outside_it() {
    let Some(kvm) = kvm() else { return };
    for start in kernels() {
        let mut machine = Machine::new(&kvm, start, Policy::default(), 1);
        machine.registered(start);
        machine.cpus[0].number(start, 0x1_0000_0000 | number(7));
        let expected = if start.is_64_bit() { u64::MAX } else { 0xffff_ffff };
        assert_eq!(machine.call(0), expected, "{start:?}");
        assert_eq!(machine.vm.served(), u32::from(!start.is_64_bit()), "{start:?}");
    }
}

#[test]
fn a_user_program_is_refused() {
    let Some(kvm) = kvm() else { return };
    for mode in Mode::ALL {
        let start = Start { mode, user: true, sync: true };
        let mut machine = Machine::new(&kvm, start, Policy::default(), 1);
        machine.registered(start);
        machine.cpus[0].number(start, number(7));
        let minus_one = if start.is_64_bit() { u64::MAX } else { 0xffff_ffff };
        assert_eq!(machine.call(0), minus_one, "{start:?}");
        assert_eq!(machine.vm.served(), 0, "{start:?}");
    }
}

#[test]
fn rdmsr_and_wrmsr_above_cpl_0_are_general_protection_faults_without_an_exit() {
    let Some(kvm) = kvm() else { return };
    let start = Start { user: true, ..Start::LONG };
    for code in [probe_code(), register_code(PAGE)] {
        let mut machine = Machine::new(&kvm, start, Policy::default(), 1);
        machine.fill(PAGE, 1, SITE);
        let before = machine.page(PAGE);
        machine.load(CODE, &code);
        assert_eq!(machine.step(0), Step::Faulted);
        assert_eq!(machine.page(PAGE), before);
        assert_eq!(machine.cpus[0].para.registration(), None);
    }
}

#[test]
fn a_bad_page_is_a_general_protection_fault_at_the_wrmsr() {
    let Some(kvm) = kvm() else { return };
    for start in kernels() {
        for gpa in [PAGE + 1, PAGE + 8, PAGE + 0xfff, MEMORY, 0xffff_f000, 1 << 52, 1 << 63, !0xfff, u64::MAX]
        {
            let mut machine = Machine::new(&kvm, start, Policy::default(), 1);
            machine.fill(PAGE, 1, SITE);
            let before = machine.page(PAGE);
            machine.load(CODE, &register_code(gpa));
            assert_eq!(machine.step(0), Step::Msr, "the probe");
            assert_eq!(machine.step(0), Step::Msr, "the registration");
            assert_eq!(machine.step(0), Step::Faulted, "{start:?} {gpa:#x}");
            // Error code 0, and the address of the WRMSR.
            assert_eq!(machine.fault_frame(start), [0, CODE + WRMSR], "{start:?} {gpa:#x}");
            assert_eq!(machine.page(PAGE), before);
            assert_eq!(machine.cpus[0].para.registration(), None);
            // The VM goes on: the same guest registers a good page.
            machine.cpus[0].set(|r| (r.rip, r.rsp) = (CODE, STACK));
            machine.register(0, PAGE);
            assert_eq!(machine.probes(), [0, PAGE]);
        }
    }
}

#[test]
fn a_guest_that_is_too_new_or_has_no_room_for_the_call_goes_on_and_reads_minus_one() {
    let Some(kvm) = kvm() else { return };
    let denied = [
        (2, SITE),
        (u32::MAX, SITE),
        (1, MEMORY),
        (1, MEMORY - 3),
        (1, SITE + 0xffd),
        (1, SITE + 0xfff),
        (1, u64::MAX),
        (1, 1 << 52),
    ];
    for start in kernels() {
        for (version, site) in denied {
            let mut machine = Machine::new(&kvm, start, Policy::default(), 1);
            machine.fill(PAGE, version, site);
            let mut expected = machine.page(PAGE);
            machine.register(0, PAGE);
            expected[4..8].copy_from_slice(&[1, 0, 0, 0]);
            expected[12..16].copy_from_slice(&[0xff; 4]);
            assert_eq!(machine.page(PAGE), expected, "{start:?} {version:#x} {site:#x}");
            assert_eq!(machine.probes(), [0, 0], "{start:?} {version:#x} {site:#x}");
            assert_eq!(machine.page(SITE), [OLD; 0x1000]);
        }
    }
}

#[test]
fn every_older_guest_is_accepted_and_each_side_sees_the_others_version() {
    let Some(kvm) = kvm() else { return };
    for version in [0, 1] {
        let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 1);
        machine.fill(PAGE, version, SITE + 0xffc);
        machine.register(0, PAGE);
        assert_eq!(machine.cpus[0].para.registration().unwrap().guest_version, version);
        assert_eq!(machine.memory().read_value::<u32>(PAGE + 4, Endian::Little), Ok(1));
        machine.load(CALL, &call_code(SITE + 0xffc));
        machine.cpus[0].number(Start::LONG, number(7));
        assert_eq!(machine.call(0), u64::MAX, "TEST_WIDE at the page's last four bytes");
        assert_eq!(machine.vm.served(), 1);
    }
}

#[test]
fn other_msrs_stay_kvms() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 1);
    // mov ecx, IA32_TIME_STAMP_COUNTER; rdmsr; out DONE, al
    machine.load(CODE, &[0xb9, 0x10, 0, 0, 0, 0x0f, 0x32, 0xe6, DONE]);
    assert_eq!(machine.step(0), Step::Done);
    // mov ecx, 0x87655679; rdmsr
    machine.load(CODE, &[0xb9, 0x79, 0x56, 0x65, 0x87, 0x0f, 0x32]);
    machine.cpus[0].set(|r| r.rip = CODE);
    assert_eq!(machine.step(0), Step::Faulted);
}

/// The page is the guest's again once it is registered: the host does not look at it when a call comes.
#[test]
fn a_guest_may_use_the_page_for_something_else_after_the_registration() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 1);
    machine.registered(Start::LONG);
    machine.load(PAGE, &[0xee; 0x1000]);
    machine.cpus[0].number(Start::LONG, number(7));
    assert_eq!(machine.call(0), u64::MAX);
    assert_eq!((machine.vm.served(), machine.page(PAGE)), (1, [0xee; 0x1000]));
    assert!(machine.memory().write(SITE, &[0xf4; 4]).is_ok(), "the call site too: hlt");
    machine.cpus[0].set(|r| r.rip = CALL);
    assert_eq!(machine.step(0), Step::Halted);
}
