//! Calls by doorbell on real KVM, in every mode.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;

use bench::*;
use hypercall_arch_x86::kvm::Served;
use hypercall_core::Policy;
use kvm_bindings::kvm_regs;

const RESUME: Event = Event::Served(Served::Resume);

fn done(al: u8) -> Event {
    Event::Other(Other::Out(DONE.into(), vec![al]))
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
    let policy: Policy = "user-mode".parse().unwrap();
    for start in Start::all() {
        for doorbell in Doorbell::ALL {
            let what = format!("{start:?} {doorbell:?}");
            let mut bench = Bench::new(&kvm, start, &code(doorbell), policy.clone());
            bench.set(poison);
            let before = bench.regs();
            assert_eq!(bench.step(), RESUME, "{what}");
            let (arguments, result) = if start.is_64_bit() {
                (
                    [
                        0xb0b0_b0b0_0000_0001,
                        0xc0c0_c0c0_0000_0002,
                        0xd0d0_d0d0_0000_0003,
                        0xe0e0_e0e0_0000_0004,
                    ],
                    // 1 + 2 << 8 + 3 << 16 + 4 << 24 and the upper halves rotated likewise, by hand:
                    mix(
                        0xb0b0_b0b0_0000_0001,
                        0xc0c0_c0c0_0000_0002,
                        0xd0d0_d0d0_0000_0003,
                        0xe0e0_e0e0_0000_0004,
                    ),
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
