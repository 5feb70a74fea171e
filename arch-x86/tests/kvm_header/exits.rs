//! Exits but those for input and output, and the interrupts they let in.

use super::bench::*;
use super::{run, run_to_halt};
use hypercall_arch_x86::kvm::{Served, inject};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::interface::{self, KVM as KVM_AGAIN};
use hypercall_core::prelude::*;
use kvm_bindings::{
    KVM_EXIT_INTERNAL_ERROR, KVM_INTERNAL_ERROR_EMULATION, KVM_MAX_CPUID_ENTRIES, kvm_cpuid_entry2,
};
use kvm_ioctls::VcpuExit;
use std::sync::Arc;

/// `sti`
const STI: u8 = 0xfb;
/// `hlt`
const HLT: u8 = 0xf4;
/// `inc rbx; iretq`
const COUNT: [u8; 5] = [0x48, 0xff, 0xc3, 0x48, 0xcf];

#[test]
pub fn kvm_exit_unknown_is_an_internal_error_today() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &[HLT], Policy::default());
    bench.set(|r| r.rip = 0x7100_0000); // no memory to execute from
    run(&mut bench, |exit| assert!(matches!(exit, VcpuExit::InternalError), "{exit:?}"));
    let shared = bench.fd.get_kvm_run();
    assert_eq!((shared.exit_reason, KVM_EXIT_INTERNAL_ERROR), (17, 17));
    // SAFETY: the exit reason says which member of the union was written.
    #[allow(unsafe_code)]
    let suberror = unsafe { shared.__bindgen_anon_1.internal.suberror };
    assert_eq!((suberror, KVM_INTERNAL_ERROR_EMULATION), (1, 1));
}

#[test]
pub fn kvm_exit_exception_is_not_made_for_an_exception_of_the_guests() {
    let Some(kvm) = kvm() else { return };
    // ud2; hlt, and the handler of #UD: add qword ptr [rsp], 2; inc rbx; iretq
    let mut bench = Bench::new(&kvm, Start::LONG, &[0x0f, 0x0b, HLT], Policy::default());
    bench.load(HANDLER, &[&[0x48, 0x83, 0x04, 0x24, 2][..], &COUNT].concat());
    run_to_halt(&mut bench);
    assert_eq!(bench.regs().rbx, 1);
}

#[test]
pub fn kvm_exit_cpuid_is_not_made_the_table_answers() {
    let Some(kvm) = kvm() else { return };
    // cpuid; hlt
    let mut bench = Bench::new(&kvm, Start::LONG, &[0x0f, 0xa2, HLT], Policy::default());
    let mut table = kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap();
    let (eax, ebx, ecx, edx) = (0x4000_0f00, 0x1111, 0x2222, 0x3333);
    table.push(kvm_cpuid_entry2 { function: 0x4000_0f00, eax, ebx, ecx, edx, ..Default::default() }).unwrap();
    bench.fd.set_cpuid2(&table).unwrap();
    bench.set(|r| r.rax = 0x4000_0f00);
    run_to_halt(&mut bench);
    let regs = bench.regs();
    assert_eq!([regs.rax, regs.rbx, regs.rcx, regs.rdx], [0x4000_0f00, 0x1111, 0x2222, 0x3333]);
}

#[test]
pub fn kvm_exit_hlt_comes_after_the_instruction() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &[HLT, 0xff, 0xc0, STI, HLT], Policy::default());
    run_to_halt(&mut bench);
    assert_eq!((bench.regs().rip, bench.regs().rax), (CODE + 1, 0));
    assert_eq!(bench.fd.get_kvm_run().if_flag, 0);
    // Without an interrupt controller in the kernel it is the VMM that keeps a vCPU halted.
    run_to_halt(&mut bench);
    assert_eq!((bench.regs().rip, bench.regs().rax), (CODE + 5, 1));
    assert_eq!(bench.fd.get_kvm_run().if_flag, 1);
}

#[test]
pub fn kvm_exit_irq_window_open_comes_when_the_guest_can_take_an_interrupt() {
    let Some(kvm) = kvm() else { return };
    // out 0x50, al; sti; jmp to itself; and the handler: inc rbx; out 0x51, al
    let mut bench = Bench::new(&kvm, Start::LONG, &[0xe6, 0x50, STI, 0xeb, 0xfe], Policy::default());
    bench.load(HANDLER, &[0x48, 0xff, 0xc3, 0xe6, 0x51]);
    bench.fd.get_kvm_run().request_interrupt_window = 1;
    run(&mut bench, |exit| assert!(matches!(exit, VcpuExit::IoOut(0x50, _)), "{exit:?}"));
    let shared = bench.fd.get_kvm_run();
    assert_eq!((shared.ready_for_interrupt_injection, shared.if_flag), (0, 0), "not yet");
    run(&mut bench, |exit| assert!(matches!(exit, VcpuExit::IrqWindowOpen), "{exit:?}"));
    let shared = bench.fd.get_kvm_run();
    assert_eq!((shared.ready_for_interrupt_injection, shared.if_flag), (1, 1));
    shared.request_interrupt_window = 0;
    assert_eq!(bench.regs().rbx, 0);
    inject::interrupt(&bench.fd, INTERRUPT).unwrap();
    run(&mut bench, |exit| assert!(matches!(exit, VcpuExit::IoOut(0x51, _)), "{exit:?}"));
    assert_eq!(bench.regs().rbx, 1);
}

#[test]
pub fn kvm_exit_shutdown_is_a_triple_fault() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &[0x0f, 0x0b], Policy::default()); // ud2
    let mut sregs = bench.sregs();
    sregs.idt.limit = 0;
    bench.fd.set_sregs(&sregs).unwrap();
    run(&mut bench, |exit| assert!(matches!(exit, VcpuExit::Shutdown), "{exit:?}"));
}

/// KVM_HC_VAPIC_POLL_IRQ: does nothing but leave the guest, so that interrupts can come in.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "TEST_VAPIC_POLL_IRQ", interface = KVM_AGAIN, arch(x86), status = active)]
struct VapicPollIrq {}

#[test]
pub fn kvm_interrupt_is_taken_at_a_vapic_poll_irq() {
    let Some(kvm) = kvm() else { return };
    let built = Dispatcher::<Vm>::builder(Arch::X86)
        .entry(entry::port(PORT), &convention::KVM, &interface::KVM)
        .handle(|_: &Vm, _: VapicPollIrq, _: &mut Context<'_>| Ok(()))
        .build();
    let dispatcher = Arc::new(built.unwrap());
    // poll, that is mov eax, 1; out PORT, al; mov rsi, rbx; sti; nop; poll; mov rdi, rbx; hlt
    let poll = [0xb8, 1, 0, 0, 0, 0xe6, PORT];
    let code = [&poll[..], &[0x48, 0x89, 0xde, STI, 0x90], &poll, &[0x48, 0x89, 0xdf, HLT]].concat();
    let mut bench = Bench::with(&kvm, Start::LONG, &code, dispatcher, |_| {});
    bench.load(HANDLER, &COUNT);
    // An interrupt waits from the beginning; the VMM tries at each exit.
    let mut pending = true;
    let mut exits = 0;
    loop {
        match bench.step() {
            Event::Served(Served::Resume) => exits += 1,
            Event::Other(Other::Halted) => break,
            other => panic!("{other:?}"),
        }
        if pending && bench.fd.get_kvm_run().ready_for_interrupt_injection == 1 {
            inject::interrupt(&bench.fd, INTERRUPT).unwrap();
            pending = false;
        }
    }
    let regs = bench.regs();
    assert_eq!((exits, pending), (2, false));
    assert_eq!((regs.rsi, regs.rdi, regs.rbx), (0, 1, 1), "at the second poll, before the next instruction");
}
