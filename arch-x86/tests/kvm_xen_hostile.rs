//! Xen's hypercall page on real KVM: asked for during a call, and memory that goes away.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;
mod xen;

use bench::*;
use hypercall_core::Output;
use kvm_bindings::kvm_userspace_memory_region;
use vm_memory::{GuestAddress, GuestMemoryBackend as _};
use xen::*;

/// Memory from `from` to `to` in a slot of KVM's; none for an empty range.
fn slot(machine: &Machine, slot: u32, from: u64, to: u64) {
    let host = machine.fds.memory().get_host_address(GuestAddress(from)).unwrap();
    let region = kvm_userspace_memory_region {
        slot,
        guest_phys_addr: from,
        memory_size: to - from,
        userspace_addr: host as u64,
        ..Default::default()
    };
    // SAFETY: the mapping is the machine's, which outlives its VM.
    #[allow(unsafe_code)]
    unsafe { machine.fds.fd().set_user_memory_region(region) }.unwrap();
}

/// Takes the page's memory away from the VM.
fn unplug(machine: &Machine) {
    slot(machine, 0, 0, 0);
    slot(machine, 1, 0, PAGE);
    slot(machine, 2, PAGE + 0x1000, MEMORY);
}

/// Gives it back.
fn plug(machine: &Machine) {
    slot(machine, 1, 0, 0);
    slot(machine, 2, PAGE + 0x1000, PAGE + 0x1000);
    slot(machine, 0, 0, MEMORY);
}

#[test]
fn a_hypercall_page_whose_memory_is_gone_stops_the_guest_and_not_the_vmm() {
    let Some(kvm) = kvm() else { return };
    for (start, mut machine) in machines(&kvm, &built_in()) {
        assert_eq!(machine.register(0, PAGE), Step::Done);
        assert_eq!(machine.call(0, 17) as u32, -38_i32 as u32, "{start:?}");

        unplug(&machine);
        machine.load(CALL, &call_code(17));
        machine.set(0, |r| (r.rip, r.rsp) = (CALL, STACK));
        assert!(matches!(machine.step(0), Step::Else(_)), "{start:?}");
        assert_eq!(machine.vm.served(), 0);

        // The VMM goes on: with the memory back, the guest makes its call.
        plug(&machine);
        machine.set(0, |r| r.rsp = STACK);
        assert_eq!(machine.call(0, 17) as u32, -38_i32 as u32, "{start:?}");
    }
}

/// Where the kernel serves the MSR it has the VM's memory only: the write is a #GP. A VMM that serves it writes to
/// what it still has itself.
#[test]
fn a_page_asked_for_without_memory_is_a_general_protection_fault_of_the_kernels() {
    let Some(kvm) = kvm() else { return };
    let Some(mut machine) = Machine::new(&kvm, Start::LONG, How::Offered, built_in(), 1) else {
        println!("NOT RUN: the kernel does not serve the MSR");
        return;
    };
    unplug(&machine);
    assert_eq!(machine.register(0, PAGE), Step::Faulted);
    assert_eq!(machine.bytes::<4>(PAGE), [OLD; 4]);
    plug(&machine);
    assert_eq!(machine.register(0, PAGE), Step::Done);
}

/// The first vCPU's call waits for its answer while the second has the page written again.
#[test]
fn a_page_asked_for_during_a_call_does_not_disturb_it() {
    let Some(kvm) = kvm() else { return };
    for how in [How::UserSpace, How::Offered] {
        let Some(mut machine) = Machine::new(&kvm, Start::LONG, how, built_in(), 2) else { continue };
        assert_eq!(machine.register(0, PAGE), Step::Done);
        // TEST_LATER is no entry of the page's: by the doorbell itself.
        machine.load(CALL, &[0xe6, PORT, 0xe6, DONE, 0xf4]);
        machine.set(0, |r| (r.rip, r.rax, r.rdi) = (CALL, number(3), 0x1234));
        let before = machine.regs(0);
        machine.load(CODE, &register_code(PAGE));
        machine.set(1, |r| r.rip = CODE);
        let Machine { cpus, offer, fds, vm } = &mut machine;
        let (offer, memory, vm) = (&*offer, fds.memory(), &*vm);
        let [first, second] = &mut cpus[..] else { panic!() };
        std::thread::scope(|scope| {
            let caller = scope.spawn(|| [step(first, offer, memory, vm), step(first, offer, memory, vm)]);
            let (completion, value) = vm.wait_for_deferral();
            let mut seen = step(second, offer, memory, vm);
            if how == How::UserSpace {
                assert_eq!(seen, Step::Msr);
                seen = step(second, offer, memory, vm);
            }
            assert_eq!(seen, Step::Done);
            completion.complete(Ok(Output::value(value + 1)));
            assert_eq!(caller.join().unwrap(), [Step::Called, Step::Done]);
        });
        let after = machine.regs(0);
        assert_eq!(after.rax, 0x1235);
        assert_eq!(kvm_bindings::kvm_regs { rax: before.rax, rip: before.rip, ..after }, before);
        assert_eq!(machine.call(0, 17), -38_i64 as u64, "the page is what it was");
    }
}
