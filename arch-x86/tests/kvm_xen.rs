//! Xen's hypercall page on real KVM: guests that find it, ask for it and call through it.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;
mod xen;

use bench::*;
use hypercall_arch_x86::kvm::KvmError;
use hypercall_arch_x86::kvm::vm::KvmVm;
use hypercall_arch_x86::kvm::xen::{InKernel, Offer, offer};
use hypercall_arch_x86::xen::{Blob, MSR, Xen};
use kvm_bindings::kvm_regs;
use xen::*;

/// A blob of `count` pages, where page n holds `first + n`.
fn blob(first: u8, count: u8) -> Blob {
    let bytes: Vec<u8> = (0..count).flat_map(|n| vec![first + n; 4096]).collect();
    Blob::from_bytes(&bytes).unwrap()
}

/// Two pages for 32-bit guests, three for 64-bit ones.
fn users() -> Xen {
    Xen::new(MSR, blob(0x10, 2), blob(0x60, 3)).unwrap()
}

/// The memory around [`PAGE`], which holds the page and nothing else new.
fn holds(machine: &Machine, expected: impl Fn(usize) -> u8) -> bool {
    let around: [u8; 0x3000] = machine.bytes(PAGE - 0x1000);
    let page = around[0x1000..0x2000].iter().enumerate().all(|(i, byte)| *byte == expected(i));
    page && around[..0x1000].iter().chain(&around[0x2000..]).all(|byte| *byte == OLD)
}

#[test]
fn a_guest_finds_the_leaves_and_gets_the_page_of_its_mode() {
    let Some(kvm) = kvm() else { return };
    for (start, mut machine) in machines(&kvm, &users()) {
        // 32-bit code in long mode is in long mode
        let first = if !start.mode.is_long() { 0x10 } else { 0x60 };
        for number in 0..2_u8 {
            assert_eq!(machine.register(0, PAGE + u64::from(number)), Step::Done, "{start:?}");
            assert_eq!(machine.found(), [2, 0x4000_0000], "the smaller blob's pages, and the MSR");
            assert!(holds(&machine, |_| first + number), "{start:?} page {number}");
        }
    }
}

#[test]
fn the_blobs_have_their_own_sizes() {
    let Some(kvm) = kvm() else { return };
    for (start, mut machine) in machines(&kvm, &users()) {
        let (told, page_2) = if !start.mode.is_long() {
            (Step::Faulted, OLD) // #GP
        } else {
            (Step::Done, 0x62)
        };
        assert_eq!(machine.register(0, PAGE + 2), told, "{start:?}");
        assert!(holds(&machine, |_| page_2), "{start:?}");
    }
}

/// An error code of 0 and the WRMSR on the stack of the #GP's handler, and nothing new in memory.
fn is_refused(start: Start, machine: &mut Machine, value: u64) {
    assert_eq!(machine.register(0, value), Step::Faulted, "{start:?} {value:#x}");
    let stack = machine.regs(0).rsp;
    let frame: [u8; 16] = machine.bytes(stack);
    let word = |at: usize, size: usize| {
        let mut bytes = [0; 8];
        bytes[..size].copy_from_slice(&frame[at..at + size]);
        u64::from_le_bytes(bytes)
    };
    let size = if !start.mode.is_long() { 4 } else { 8 };
    assert_eq!([word(0, size), word(size, size)], [0, CODE + WRMSR], "{start:?} {value:#x}");
    assert!(holds(machine, |_| OLD), "{start:?} {value:#x}");
}

#[test]
fn a_page_number_past_the_end_is_a_general_protection_fault() {
    let Some(kvm) = kvm() else { return };
    for number in [3, 4, 0x80, 0xff, 0x100, 0xfff] {
        for (start, mut machine) in machines(&kvm, &users()) {
            is_refused(start, &mut machine, PAGE + number);
        }
    }
}

#[test]
fn a_mode_without_a_blob_gets_a_general_protection_fault() {
    let Some(kvm) = kvm() else { return };
    for (start, mut machine) in machines(&kvm, &Xen::new(MSR, blob(0x10, 1), Blob::default()).unwrap()) {
        if !start.mode.is_long() {
            assert_eq!(machine.register(0, PAGE), Step::Done);
        } else {
            is_refused(start, &mut machine, PAGE);
        }
    }
    for (start, mut machine) in machines(&kvm, &Xen::new(MSR, Blob::default(), blob(0x60, 1)).unwrap()) {
        if !start.mode.is_long() {
            is_refused(start, &mut machine, PAGE);
        } else {
            assert_eq!(machine.register(0, PAGE), Step::Done);
        }
    }
}

#[test]
fn an_address_that_is_not_memory_is_a_general_protection_fault() {
    let Some(kvm) = kvm() else { return };
    for address in [MEMORY, 0x7000_0000, 1 << 45, 1 << 63, !0xfff] {
        for (start, mut machine) in machines(&kvm, &users()) {
            is_refused(start, &mut machine, address);
        }
    }
}

#[test]
fn the_tail_of_a_short_blob_is_zero_in_the_guest() {
    let Some(kvm) = kvm() else { return };
    let short = Blob::from_bytes(&[0x77; 5]).unwrap();
    for (start, mut machine) in machines(&kvm, &Xen::new(MSR, short.clone(), short).unwrap()) {
        assert_eq!(machine.register(0, PAGE), Step::Done);
        assert!(holds(&machine, |i| if i < 5 { 0x77 } else { 0 }), "{start:?}");
    }
}

#[test]
fn a_guest_may_ask_for_its_page_twice_and_on_two_vcpus() {
    let Some(kvm) = kvm() else { return };
    for how in [How::UserSpace, How::Offered] {
        let Some(mut machine) = Machine::new(&kvm, Start::LONG, how, users(), 2) else { continue };
        for (vcpu, value, byte) in [(0, PAGE, 0x60), (0, PAGE, 0x60), (1, PAGE + 1, 0x61), (0, PAGE, 0x60)] {
            assert_eq!(machine.register(vcpu, value), Step::Done);
            assert!(holds(&machine, |_| byte));
        }
    }
}

/// Distinct values in every register, with both halves used.
const POISON: kvm_regs = kvm_regs {
    rax: 0xa0a0_a0a0_0000_0001,
    rbx: 0xb0b0_b0b0_0000_0002,
    rcx: 0xc0c0_c0c0_0000_0003,
    rdx: 0xd0d0_d0d0_0000_0004,
    rsi: 0xe0e0_e0e0_0000_0005,
    rdi: 0xd1d1_d1d1_0000_0006,
    rbp: 0xb1b1_b1b1_0000_0007,
    r8: 0x0808_0808_0000_0008,
    r9: 0x0909_0909_0000_0009,
    r10: 0x1010_1010_0000_000a,
    r11: 0x1111_1111_1111_1111,
    r12: 0x1212_1212_1212_1212,
    r13: 0x1313_1313_1313_1313,
    r14: 0x1414_1414_1414_1414,
    r15: 0x1515_1515_1515_1515,
    rsp: STACK,
    rip: CALL,
    rflags: 2,
};

/// Xen `xen/include/public/arch-x86/xen-x86_64.h` and `xen-x86_32.h`.
#[test]
fn a_call_through_the_page_carries_six_parameters_and_changes_rax_only() {
    let Some(kvm) = kvm() else { return };
    for (start, mut machine) in machines(&kvm, &built_in()) {
        assert_eq!(machine.register(0, PAGE), Step::Done, "{start:?}");
        assert_eq!(machine.found()[0], 1);
        machine.set(0, |r| *r = POISON);
        let (parameters, result) = if start.is_64_bit() {
            // RDI RSI RDX R10 R8 R9
            let parameters = [
                0xd1d1_d1d1_0000_0006,
                0xe0e0_e0e0_0000_0005,
                0xd0d0_d0d0_0000_0004,
                0x1010_1010_0000_000a,
                0x0808_0808_0000_0008,
                0x0909_0909_0000_0009,
            ];
            (parameters, 0xffff_ffff_ffff_fffe)
        } else {
            ([2, 3, 4, 5, 6, 7], 0xffff_fffe) // EBX ECX EDX ESI EDI EBP
        };
        assert_eq!(machine.call(0, 0x28), result, "{start:?}");
        assert_eq!(*machine.vm.arguments.lock().unwrap(), parameters, "{start:?}");
        let after = machine.regs(0);
        let expected = kvm_regs { rax: result, rip: after.rip, ..POISON };
        if start.is_64_bit() {
            assert_eq!(after, expected);
        } else {
            // 32-bit code does not see the upper halves, and a host may lose them
            let low = |r: kvm_regs| [r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp, r.rsp].map(|r| r as u32);
            assert_eq!(low(after), low(expected), "{start:?}");
        }
    }
}

/// Xen's errno.h: ENOSYS is 38.
#[test]
fn every_entry_without_a_call_answers_enosys() {
    let Some(kvm) = kvm() else { return };
    for (start, mut machine) in machines(&kvm, &built_in()) {
        assert_eq!(machine.register(0, PAGE), Step::Done);
        let enosys = if start.is_64_bit() { 0xffff_ffff_ffff_ffda } else { 0xffff_ffda };
        for number in (0..128).filter(|n| *n != 0x28) {
            assert_eq!(machine.call(0, number), enosys, "{start:?} entry {number}");
        }
        assert_eq!(machine.vm.served(), 0);
    }
}

#[test]
fn the_kernel_serves_the_page_where_it_can_and_says_so_where_it_cannot() {
    let Some(kvm) = kvm() else { return };
    let vm = KvmVm::new(&kvm, 1 << 20).unwrap();
    let can = vm.fd().check_extension_raw(38) & 1 == 1; // KVM_CAP_XEN_HVM, KVM_XEN_HVM_CONFIG_HYPERCALL_MSR
    match InKernel::new(vm.fd(), users()) {
        Ok(_) => assert!(can),
        Err(KvmError::Missing { name, number, .. }) => {
            assert!(!can);
            assert_eq!((name, number), ("KVM_CAP_XEN_HVM", 38));
        }
        Err(other) => panic!("{other}"),
    }
    let offered = offer(vm.fd(), users(), &[]).unwrap();
    assert_eq!(matches!(offered, Offer::Kernel(_)), can);
    assert_eq!(offered.xen(), &users());
}
