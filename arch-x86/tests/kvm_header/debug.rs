//! Debugging a guest from outside: at CPL 0, for there are hosts on which 64-bit code at CPL 3 goes on
//! unhindered.

use super::bench::*;
use super::{run, run_to_halt};
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_core::Policy;
use kvm_bindings::{
    KVM_GUESTDBG_ENABLE, KVM_GUESTDBG_SINGLESTEP, KVM_GUESTDBG_USE_HW_BP, kvm_debug_exit_arch,
    kvm_guest_debug,
};
use kvm_ioctls::VcpuExit;

/// Five times `inc eax`, two bytes each, and `hlt`.
const STEPS: [u8; 11] = [0xff, 0xc0, 0xff, 0xc0, 0xff, 0xc0, 0xff, 0xc0, 0xff, 0xc0, 0xf4];

/// DR6: a breakpoint of these four, or a step (Intel SDM volume 3, "Debug Status Register").
const HIT: u64 = 0xf;
const STEP: u64 = 1 << 14;

/// Breakpoints on execution in DR0 to DR3, those that are `Some`.
fn breakpoints(addresses: [Option<u64>; 4]) -> kvm_guest_debug {
    let mut debug =
        kvm_guest_debug { control: KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP, ..Default::default() };
    for (n, address) in addresses.into_iter().enumerate() {
        let Some(address) = address else { continue };
        debug.arch.debugreg[n] = address;
        debug.arch.debugreg[7] |= 2 << (2 * n); // G0 to G3; of length 1 and on execution by their zero bits
    }
    debug
}

fn debug_exit(bench: &mut Bench) -> kvm_debug_exit_arch {
    run(bench, |exit| match exit {
        VcpuExit::Debug(debug) => debug,
        other => panic!("{other:?}"),
    })
}

#[test]
pub fn kvm_debug_guest_has_four_hardware_breakpoints() {
    let Some(kvm) = kvm() else { return };
    for mode in Mode::ALL {
        let start = Start { mode, ..Start::LONG };
        let mut bench = Bench::new(&kvm, start, &STEPS, Policy::default());
        let mut places = [8, 2, 6, 4].map(|offset| Some(CODE + offset));
        for (n, eax) in [(1, 1), (3, 2), (2, 3), (0, 4)] {
            bench.fd.set_guest_debug(&breakpoints(places)).unwrap();
            let debug = debug_exit(&mut bench);
            assert_eq!((Some(debug.pc), debug.dr6 & HIT), (places[n], 1 << n), "{mode:?}");
            assert_eq!(
                (Some(bench.regs().rip), bench.regs().rax),
                (places[n], eax),
                "before the instruction"
            );
            places[n] = None;
        }
        bench.fd.set_guest_debug(&kvm_guest_debug::default()).unwrap();
        run_to_halt(&mut bench);
        assert_eq!(bench.regs().rax, 5);
    }
}

#[test]
pub fn kvm_debug_guest_steps_through_instructions() {
    let Some(kvm) = kvm() else { return };
    for mode in Mode::ALL {
        let start = Start { mode, ..Start::LONG };
        let mut bench = Bench::new(&kvm, start, &STEPS, Policy::default());
        let control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
        bench.fd.set_guest_debug(&kvm_guest_debug { control, ..Default::default() }).unwrap();
        for eax in 1..=5 {
            let debug = debug_exit(&mut bench);
            assert_eq!((debug.pc, bench.regs().rax), (CODE + 2 * eax, eax), "{mode:?}");
        }
        bench.fd.set_guest_debug(&kvm_guest_debug::default()).unwrap();
        run_to_halt(&mut bench);
    }
}

#[test]
pub fn kvm_exit_debug_says_where_and_why() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &STEPS, Policy::default());
    bench.fd.set_guest_debug(&breakpoints([None, None, Some(CODE + 4), None])).unwrap();
    let debug = debug_exit(&mut bench);
    assert_eq!((debug.exception, debug.pc), (1, CODE + 4), "#DB");
    assert_eq!(debug.dr6 & (HIT | STEP), 1 << 2);
    let control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP;
    bench.fd.set_guest_debug(&kvm_guest_debug { control, ..Default::default() }).unwrap();
    let debug = debug_exit(&mut bench);
    assert_eq!((debug.exception, debug.pc), (1, CODE + 6));
    assert_eq!(debug.dr6 & (HIT | STEP), STEP);
}
