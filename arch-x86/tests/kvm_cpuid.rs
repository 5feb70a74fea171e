//! What a guest reads with CPUID, on real KVM.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;

use bench::*;
use hypercall_arch_x86::cpuid::{Abi, Doorbell, Vmcall};
use hypercall_arch_x86::kvm::cpuid::install;
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_core::interface;
use kvm_bindings::KVM_MAX_CPUID_ENTRIES;

#[test]
fn a_guests_kernel_reads_what_the_vmm_wrote() {
    let Some(kvm) = kvm() else { return };
    for mode in Mode::ALL {
        let dispatcher = dispatcher("deny=TEST_WIDE".parse().unwrap());
        let told = Abi::of(&dispatcher);
        let mut cpuid = kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap();
        let base = install(&mut cpuid, &told, Vmcall::default()).unwrap();
        // cpuid; out DONE, al; hlt
        let start = Start { mode, ..Start::LONG };
        let mut bench = Bench::with(&kvm, start, &[0x0f, 0xa2, 0xe6, DONE, 0xf4], dispatcher, |_| {});
        bench.fd.set_cpuid2(&cpuid).unwrap();
        let mut execute = |leaf: u32| {
            bench.set(|r| (r.rip, r.rax, r.rcx) = (CODE, leaf.into(), 0));
            let Event::Other(Other::Out(_, _)) = bench.step() else { panic!("CPUID {leaf:#x}") };
            let regs = bench.regs();
            let words = [regs.rax as u32, regs.rbx as u32, regs.rcx as u32, regs.rdx as u32];
            hypercall_arch_x86::kvm::adapter::complete(&mut bench.fd).unwrap();
            words
        };
        let read = Abi::read(&mut execute).unwrap();
        assert_eq!(read, told, "{mode:?}");
        assert_eq!(read.port, Some(Doorbell { place: PORT, convention: 0 }));
        assert_eq!(read.mmio, Some(Doorbell { place: ADDRESS, convention: 0 }));
        assert!(read.serves(&TEST, 1) && !read.serves(&TEST, 7), "TEST_WIDE is denied");
        assert!(!read.serves(&interface::VENDOR, 1) && !read.serves_kvm(5));
        assert_eq!(execute(base)[1..], [0x6570_7948, 0x6c61_6372, 0x4942_416c]); // HypercallABI
        // PV_UNHALT 7, PV_SEND_IPI 11 and PV_SCHED_YIELD 13: this VM's vmcall obtains none of them.
        assert_eq!(execute(0x4000_0001)[0] & (1 << 7 | 1 << 11 | 1 << 13), 0, "{mode:?}");
    }
}
