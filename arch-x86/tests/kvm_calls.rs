//! Calls by doorbell on real KVM, in every mode.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;

use bench::*;
use hypercall_arch_x86::kvm::Served;
use hypercall_core::{Output, Policy, VmExit};
use kvm_bindings::kvm_regs;
use std::sync::Arc;
use std::time::Duration;

const RESUME: Event = Event::Served(Served::Resume);

fn done(al: u8) -> Event {
    Event::Other(Other::Out(DONE.into(), vec![al]))
}

fn user_allowed() -> Policy {
    "user-mode".parse().unwrap()
}

/// `doorbell; out DONE, al; hlt`
fn code(doorbell: Doorbell) -> Vec<u8> {
    [doorbell.code(), &[0xe6, DONE, 0xf4]].concat()
}

/// Distinct values in every register, with both halves used.
fn poison(regs: &mut kvm_regs) {
    *regs = kvm_regs {
        rax: number(1),
        rbx: 0xb0b0_b0b0_0000_0001,
        rcx: 0xc0c0_c0c0_0000_0002,
        rdx: 0xd0d0_d0d0_0000_0003,
        rsi: 0xe0e0_e0e0_0000_0004,
        rdi: 0x0101_0101_1111_1111,
        rbp: 0x0202_0202_2222_2222,
        r8: 0x0808_0808_0808_0808,
        r9: 0x0909_0909_0909_0909,
        r10: 0x1010_1010_1010_1010,
        r11: 0x1111_1111_1111_1111,
        r12: 0x1212_1212_1212_1212,
        r13: 0x1313_1313_1313_1313,
        r14: 0x1414_1414_1414_1414,
        r15: 0x1515_1515_1515_1515,
        rsp: STACK,
        rip: CODE,
        rflags: 2,
    };
}

#[test]
fn a_doorbell_call_is_served_in_every_mode_and_changes_rax_only() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        for doorbell in Doorbell::ALL {
            let what = format!("{start:?} {doorbell:?}");
            let mut bench = Bench::new(&kvm, start, &code(doorbell), user_allowed());
            bench.set(poison);
            let before = bench.regs();
            assert_eq!(bench.step(), RESUME, "{what}");
            // The sum of RBX, RCX << 8, RDX << 16 and RSI << 24, rotated; outside 64-bit mode the low halves'.
            let (arguments, result) = if start.is_64_bit() {
                (
                    [
                        0xb0b0_b0b0_0000_0001,
                        0xc0c0_c0c0_0000_0002,
                        0xd0d0_d0d0_0000_0003,
                        0xe0e0_e0e0_0000_0004,
                    ],
                    0x2241_70b0_04e4_b471,
                )
            } else {
                ([1, 2, 3, 4], 0x0403_0201)
            };
            assert_eq!(*bench.vm.arguments.lock().unwrap(), arguments, "{what}");
            assert_eq!(bench.step(), done(result as u8), "{what}");
            let after = bench.regs();
            assert_eq!(after.rax, result, "{what}");
            assert_eq!(kvm_regs { rax: before.rax, rip: before.rip, ..after }, before, "{what}");
            assert_eq!(bench.vm.served(), 1, "{what}");
        }
    }
}

/// XSA-454 was a hypervisor that looked at upper halves which 32-bit code cannot set.
#[test]
fn upper_halves_do_not_count_outside_64_bit_mode() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        let mut bench = Bench::new(&kvm, start, &code(Doorbell::Port), user_allowed());
        bench.set(|r| r.rax = 0xaaaa_aaaa_0000_0000 | number(7));
        assert_eq!(bench.step(), RESUME);
        let _ = bench.step();
        // All bits set from TEST_WIDE, the lower 32 of them; -KVM_ENOSYS for a number over 32 bits.
        let expected = if start.is_64_bit() { -1000_i64 as u64 } else { 0xffff_ffff };
        assert_eq!(bench.regs().rax, expected, "{start:?}");
    }
}

#[test]
fn errors_are_said_as_kvm_says_them() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        // -KVM_EFAULT and -KVM_ENOSYS (Linux kvm_para.h).
        for (call, expected) in [(number(6), -14_i64), (number(0x99), -1000), (12, -1000)] {
            let mut bench = Bench::new(&kvm, start, &code(Doorbell::Mmio), user_allowed());
            bench.set(|r| r.rax = call);
            assert_eq!(bench.step(), RESUME);
            let _ = bench.step();
            let expected = if start.is_64_bit() { expected as u64 } else { u64::from(expected as u32) };
            assert_eq!(bench.regs().rax, expected, "{start:?} {call:#x}");
        }
    }
}

#[test]
fn a_user_programs_call_is_refused_unless_the_policy_allows_it() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        let mut bench = Bench::new(&kvm, start, &code(Doorbell::Port), Policy::default());
        bench.set(|r| r.rax = number(7));
        assert_eq!(bench.step(), RESUME);
        let _ = bench.step();
        // -KVM_EPERM above CPL 0 (Linux arch/x86/kvm/x86.c); TEST_WIDE's answer is the same number.
        assert_eq!(bench.regs().rax as u32, 0xffff_ffff, "{start:?}");
        assert_eq!(bench.vm.served(), u32::from(!start.user), "{start:?}");
        let refused = bench.calls.vcpu().statistics().total().user_refused;
        assert_eq!(refused, u64::from(start.user), "{start:?}");
    }
}

#[test]
fn a_retried_call_is_made_again_with_the_same_registers() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        for doorbell in Doorbell::ALL {
            let what = format!("{start:?} {doorbell:?}");
            let mut bench = Bench::new(&kvm, start, &code(doorbell), user_allowed());
            bench.set(|r| (r.rax, r.rbx) = (number(2), 3));
            let before = bench.regs();
            for _ in 0..4 {
                assert_eq!(bench.step(), RESUME, "{what}");
            }
            assert_eq!(bench.step(), done(0x77), "{what}");
            assert_eq!(*bench.vm.arguments.lock().unwrap(), [3, 3, 3, 3], "{what}");
            let after = bench.regs();
            assert_eq!(after.rax, 0x77, "{what}");
            assert_eq!(kvm_regs { rax: before.rax, rip: before.rip, ..after }, before, "{what}");
        }
    }
}

#[test]
fn a_retried_call_can_be_looked_at_between_two_tries() {
    let Some(kvm) = kvm() else { return };
    for sync in [true, false] {
        let start = Start { sync, ..Start::LONG };
        let mut bench = Bench::new(&kvm, start, &code(Doorbell::Mmio), Policy::default());
        bench.set(|r| (r.rax, r.rbx) = (number(2), 1));
        assert_eq!(bench.step(), RESUME);
        let regs = if sync { bench.fd.sync_regs().regs } else { bench.regs() };
        assert_eq!((regs.rip, regs.rax), (CODE, number(2)));
    }
}

#[test]
fn a_deferred_call_is_answered_by_another_thread() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        let mut bench = Bench::new(&kvm, start, &code(Doorbell::Port), user_allowed());
        bench.set(|r| (r.rax, r.rbx) = (number(3), 0x21));
        let vm = Arc::clone(&bench.vm);
        let other = std::thread::spawn(move || {
            let (completion, value) = vm.wait_for_deferral();
            std::thread::sleep(Duration::from_millis(5));
            completion.complete(Ok(Output::value(2 * value)));
        });
        assert_eq!(bench.step(), RESUME, "{start:?}");
        other.join().unwrap();
        assert_eq!(bench.step(), done(0x42), "{start:?}");
        assert_eq!(bench.regs().rax, 0x42, "{start:?}");
    }
}

#[test]
fn a_lost_completion_is_an_internal_error_and_no_hang() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &code(Doorbell::Port), Policy::default());
    bench.set(|r| r.rax = number(3));
    let vm = Arc::clone(&bench.vm);
    let other = std::thread::spawn(move || drop(vm.wait_for_deferral()));
    assert_eq!(bench.step(), RESUME);
    other.join().unwrap();
    let _ = bench.step();
    assert_eq!(bench.regs().rax, -5_i64 as u64); // -EIO
}

/// RFLAGS.RF, the resume flag.
const RF: u64 = 1 << 16;
/// Handlers of an exception with an error code: tell the VMM, drop the error code, go back.
const RETURN_64: &[u8] = &[0xe6, FAULT, 0x48, 0x83, 0xc4, 0x08, 0x48, 0xcf]; // out; add rsp, 8; iretq
/// In 32-bit code without IRET, which some hosts cannot emulate there:
/// `out; add esp, 4; push [esp + 8]; popfd; retf 4`.
const RETURN_32: &[u8] = &[0xe6, FAULT, 0x83, 0xc4, 0x04, 0xff, 0x74, 0x24, 0x08, 0x9d, 0xca, 0x04, 0x00];

#[test]
fn a_fault_is_taken_at_the_call_and_the_call_can_be_made_again() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        for doorbell in Doorbell::ALL {
            let what = format!("{start:?} {doorbell:?}");
            let mut bench = Bench::new(&kvm, start, &code(doorbell), user_allowed());
            let long = start.mode.is_long();
            bench.load(HANDLER, if long { RETURN_64 } else { RETURN_32 });
            bench.set(|r| (r.rax, r.rbx) = (number(4), 13));
            let before = bench.regs();
            assert_eq!(bench.step(), RESUME, "{what}");
            let Event::Other(Other::Out(port, _)) = bench.step() else { panic!("{what}") };
            assert_eq!(port, u16::from(FAULT), "{what}");
            // The frame: error code, RIP, CS, RFLAGS and, from user mode, RSP and SS.
            let (frame, size) = (bench.regs().rsp, if long { 8 } else { 4 });
            assert_eq!(bench.value(frame, size), 0x42, "{what}");
            assert_eq!(bench.value(frame + size, size), CODE, "{what}");
            assert_eq!(bench.regs().rax, number(4), "{what}");
            assert_eq!(bench.sregs().ss.dpl, 0, "{what}");
            if start.user {
                assert_eq!(frame, KERNEL_STACK - 6 * size, "{what}");
                if !long {
                    continue; // IRET to another privilege is the only way back
                }
            }
            assert_eq!(bench.step(), RESUME, "{what}: the call again");
            assert_eq!(bench.step(), done(0x88), "{what}");
            assert_eq!(bench.vm.served(), 2, "{what}");
            let after = bench.regs();
            // A fault's frame has RF set, and KVM does not clear it when it skips an instruction.
            let rflags = after.rflags & !RF;
            let after = kvm_regs { rax: before.rax, rip: before.rip, rflags, ..after };
            assert_eq!(after, before, "{what}");
        }
    }
}

#[test]
fn a_fault_without_an_error_code_pushes_none() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &code(Doorbell::Port), Policy::default());
    bench.load(HANDLER, &[0xe6, FAULT, 0xf4]);
    bench.set(|r| (r.rax, r.rbx) = (number(4), 6));
    assert_eq!(bench.step(), RESUME);
    assert_eq!(bench.step(), Event::Other(Other::Out(FAULT.into(), vec![4])));
    assert_eq!(bench.value(bench.regs().rsp, 8), CODE);
}

#[test]
fn a_fault_that_is_no_exception_is_an_error_that_says_so() {
    let Some(kvm) = kvm() else { return };
    for vector in [2, 32, 256 + 13] {
        let mut bench = Bench::new(&kvm, Start::LONG, &code(Doorbell::Port), Policy::default());
        bench.set(|r| (r.rax, r.rbx) = (number(4), vector));
        let error = bench.try_step().unwrap_err().to_string();
        assert!(error.contains("KVM_SET_VCPU_EVENTS") && error.contains("0 to 31"), "{error}");
    }
}

#[test]
fn a_handler_ends_the_vm() {
    let Some(kvm) = kvm() else { return };
    for start in Start::all() {
        let mut bench = Bench::new(&kvm, start, &code(Doorbell::Mmio), user_allowed());
        bench.set(|r| (r.rax, r.rbx) = (number(5), 0x17));
        assert_eq!(bench.step(), Event::Served(Served::Exit(VmExit { code: 0x17 })), "{start:?}");
    }
}
