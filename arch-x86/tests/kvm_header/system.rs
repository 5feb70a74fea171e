//! VMs, vCPUs, and what the system tells of itself.

use super::bench::*;
use super::{run, run_to_halt};
use hypercall_core::Policy;
use kvm_bindings::{KVM_EXIT_HLT, KVM_EXIT_IO, Msrs, kvm_msr_entry};
use kvm_ioctls::VcpuExit;
use std::collections::BTreeSet;

#[test]
pub fn kvm_get_api_version_answers_12() {
    let Some(kvm) = kvm() else { return };
    assert_eq!(kvm.get_api_version(), 12);
    assert_eq!(hypercall_arch_x86::header_2_6_21::KVM_API_VERSION, 4);
}

#[test]
pub fn kvm_create_vm_makes_vms_of_a_type_that_exists() {
    let Some(kvm) = kvm() else { return };
    let vms = [kvm.create_vm().unwrap(), kvm.create_vm_with_type(0).unwrap()];
    // Each has a vCPU 0 of its own.
    for vm in &vms {
        vm.create_vcpu(0).unwrap();
    }
    // Types are small numbers (KVM_X86_SW_PROTECTED_VM is 1).
    assert_eq!(kvm.create_vm_with_type(0x7fff_ffff).unwrap_err().errno(), libc::EINVAL);
}

#[test]
pub fn kvm_get_msr_index_list_names_registers_that_can_be_read() {
    let Some(kvm) = kvm() else { return };
    let bench = Bench::new(&kvm, Start::LONG, &[0xf4], Policy::default());
    let list = kvm.get_msr_index_list().unwrap();
    let indices: BTreeSet<u32> = list.as_slice().iter().copied().collect();
    assert_eq!(indices.len(), list.as_slice().len(), "each once");
    // IA32_TIME_STAMP_COUNTER, IA32_SYSENTER_CS, STAR, LSTAR, IA32_KERNEL_GS_BASE
    for index in [0x10, 0x174, 0xc000_0081, 0xc000_0082, 0xc000_0102] {
        assert!(indices.contains(&index), "{index:#x}");
        let entry = kvm_msr_entry { index, ..Default::default() };
        let mut msrs = Msrs::from_entries(&[entry]).unwrap();
        assert_eq!(bench.fd.get_msrs(&mut msrs).unwrap(), 1, "{index:#x}");
    }
}

#[test]
pub fn kvm_create_vcpu_makes_each_id_once() {
    let Some(kvm) = kvm() else { return };
    let vm = kvm.create_vm().unwrap();
    let _vcpus = [vm.create_vcpu(0).unwrap(), vm.create_vcpu(1).unwrap()];
    assert_eq!(vm.create_vcpu(1).unwrap_err().errno(), libc::EEXIST);
    assert_eq!(vm.create_vcpu(kvm.get_max_vcpu_id() as u64).unwrap_err().errno(), libc::EINVAL);
}

/// Without an ioctl of its own for what happened: that is in the shared page.
#[test]
pub fn kvm_run_goes_on_from_exit_to_exit() {
    let Some(kvm) = kvm() else { return };
    // mov al, 1; out 0x50, al; inc eax; out 0x51, al; hlt; inc eax; out 0x50, al
    let code = [0xb0, 1, 0xe6, 0x50, 0xff, 0xc0, 0xe6, 0x51, 0xf4, 0xff, 0xc0, 0xe6, 0x50];
    let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
    let out = |bench: &mut Bench, port, al| {
        run(bench, |exit| {
            assert!(matches!(exit, VcpuExit::IoOut(p, d) if p == port && *d == [al]), "{exit:?}")
        });
        let shared = bench.fd.get_kvm_run();
        assert_eq!(shared.exit_reason, KVM_EXIT_IO);
        // SAFETY: the exit reason says which member of the union was written.
        #[allow(unsafe_code)]
        let io = unsafe { shared.__bindgen_anon_1.io };
        assert_eq!((io.direction, io.size, io.port, io.count), (1, 1, port, 1));
    };
    out(&mut bench, 0x50, 1);
    out(&mut bench, 0x51, 2);
    run_to_halt(&mut bench);
    assert_eq!(bench.fd.get_kvm_run().exit_reason, KVM_EXIT_HLT);
    out(&mut bench, 0x50, 3);
}

/// Both ways, where the VMM has the interrupt controller.
#[test]
pub fn kvm_run_carries_cr8_in_and_out_and_the_apic_base_out() {
    let Some(kvm) = kvm() else { return };
    // mov rax, cr8; mov cr8, rbx; hlt
    let code = [0x44, 0x0f, 0x20, 0xc0, 0x44, 0x0f, 0x22, 0xc3, 0xf4];
    let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
    bench.set(|r| (r.rax, r.rbx) = (0xff, 9));
    bench.fd.get_kvm_run().cr8 = 5;
    // An exit for the new value of CR8 may come first.
    while !run(&mut bench, |exit| match exit {
        VcpuExit::Hlt => true,
        VcpuExit::SetTpr => false,
        other => panic!("{other:?}"),
    }) {}
    assert_eq!(bench.regs().rax, 5);
    assert_eq!(bench.fd.get_kvm_run().cr8, 9);
    let base = bench.sregs().apic_base;
    assert_eq!(base & 0xffff_f000, 0xfee0_0000);
    assert_eq!(bench.fd.get_kvm_run().apic_base, base);
}
