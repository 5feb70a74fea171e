//! KVM_XEN_HVM_CONFIG in all its forms, where KVM has it: each flag, each blob there or not, replaced, taken back, and
//! wrong. What a VMM does with it is in `kvm_xen.rs` and `kvm_xen_exit.rs`.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;

use bench::*;
use hypercall_arch_x86::kvm::cpuid::processor;
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_arch_x86::para::Processor;
use hypercall_arch_x86::xen::{KvmXenHvmConfig, PAGE_SIZE};
use hypercall_core::prelude::*;
use kvm_bindings::KVM_MAX_CPUID_ENTRIES;
use kvm_ioctls::{Kvm, VmFd};
use vmm_sys_util::ioctl::ioctl_with_ref;

mod request {
    vmm_sys_util::ioctl_iow_nr!(KVM_XEN_HVM_CONFIG, kvm_bindings::KVMIO, 0x7a, super::KvmXenHvmConfig);
}

/// Linux `Documentation/virt/kvm/api.rst`, "KVM_XEN_HVM_CONFIG".
const INTERCEPT_HCALL: u32 = 1 << 1;
const MSR: u32 = 0x4000_1234;
/// Where guests want the page.
const PAGE: u64 = 0xc000;

/// Whether this KVM has the ioctl, and the interception of calls.
fn has(kvm: &Kvm) -> bool {
    let capability = kvm.create_vm().unwrap().check_extension_raw(38); // KVM_CAP_XEN_HVM
    let has = capability & 3 == 3;
    if !has {
        println!("NOT RUN: KVM_CAP_XEN_HVM is {capability:#x}");
    }
    has
}

/// Two pages for each mode, which outlive the VM.
struct Blobs([[u8; 2 * PAGE_SIZE]; 2]);

impl Blobs {
    fn new() -> Box<Blobs> {
        let pages = |first: u8| {
            let mut bytes = [first; 2 * PAGE_SIZE];
            bytes[PAGE_SIZE..].fill(first + 1);
            bytes
        };
        Box::new(Blobs([pages(0x30), pages(0x60)]))
    }

    fn config(&self, sizes: [u8; 2]) -> KvmXenHvmConfig {
        KvmXenHvmConfig {
            msr: MSR,
            blob_addr_32: self.0[0].as_ptr() as u64,
            blob_addr_64: self.0[1].as_ptr() as u64,
            blob_size_32: sizes[0],
            blob_size_64: sizes[1],
            ..Default::default()
        }
    }
}

/// The errno, if it is refused.
fn configure(vm: &VmFd, config: &KvmXenHvmConfig) -> Result<(), i32> {
    // SAFETY: the descriptor is a VM's, and the ioctl reads the 56 bytes of `config`; blobs it names live as long as
    // their test, which is longer than its VM.
    #[allow(unsafe_code)]
    match unsafe { ioctl_with_ref(vm, request::KVM_XEN_HVM_CONFIG(), config) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error().raw_os_error().unwrap()),
    }
}

/// `mov ecx, msr; mov eax, value; xor edx, edx; wrmsr; out DONE, al; hlt`.
fn wrmsr(msr: u32, value: u64) -> Vec<u8> {
    let mut code = vec![0xb9];
    code.extend(msr.to_le_bytes());
    code.push(0xb8);
    code.extend((value as u32).to_le_bytes());
    code.extend([0x31, 0xd2, 0x0f, 0x30, 0xe6, DONE, 0xf4]);
    code
}

/// Both modes at CPL 0, with the place of their blob.
fn modes() -> [(Start, usize); 3] {
    [(Mode::Protected, 0), (Mode::Long, 1), (Mode::Compatibility, 1)]
        .map(|(mode, blob)| (Start { mode, ..Start::LONG }, blob))
}

/// A guest with a page of 0xa5 where it wants its own.
fn guest(kvm: &Kvm, start: Start) -> Bench {
    let bench = Bench::new(kvm, start, &[0xf4], Policy::default());
    bench.load(HANDLER, &[0xe6, FAULT, 0xf4]);
    bench
}

/// Has the guest write to the MSR; whether that went well. #GP else.
fn writes(bench: &mut Bench, msr: u32, value: u64) -> bool {
    bench.load(PAGE - 0x1000, &[0xa5; 0x3000]);
    bench.load(CODE, &wrmsr(msr, value));
    let stack = STACK;
    bench.set(|r| (r.rip, r.rsp) = (CODE, stack));
    match bench.step() {
        Event::Other(Other::Out(port, _)) if port == u16::from(DONE) => true,
        Event::Other(Other::Out(port, _)) if port == u16::from(FAULT) => false,
        other => panic!("{other:?}"),
    }
}

/// Whether the page is all of this byte, and what is around it as it was.
fn is_page(bench: &Bench, byte: u8) -> bool {
    let all =
        |from: u64, byte: u8| (0..512).all(|i| bench.value(from + 8 * i, 8) == u64::from_le_bytes([byte; 8]));
    all(PAGE, byte) && all(PAGE - 0x1000, 0xa5) && all(PAGE + 0x1000, 0xa5)
}

#[test]
fn blobs_are_there_for_both_modes_for_one_or_for_none() {
    let Some(kvm) = kvm().filter(has) else { return };
    let blobs = Blobs::new();
    for (start, mode) in modes() {
        for sizes in [[2, 2], [1, 2], [2, 1], [0, 2], [2, 0], [0, 0]] {
            let mut bench = guest(&kvm, start);
            assert_eq!(configure(&bench.vm_fd, &blobs.config(sizes)), Ok(()), "{sizes:?}");
            for number in 0..3 {
                let there = number < u64::from(sizes[mode]);
                let what = format!("{start:?} {sizes:?} {number}");
                assert_eq!(writes(&mut bench, MSR, PAGE | number), there, "{what}");
                let first = [0x30, 0x60][mode];
                assert!(is_page(&bench, if there { first + number as u8 } else { 0xa5 }), "{what}");
            }
        }
    }
}

#[test]
fn a_blob_that_is_not_the_vmms_memory_ends_kvm_run_with_efault_and_leaks_nothing() {
    let Some(kvm) = kvm().filter(has) else { return };
    let blobs = Blobs::new();
    for (start, _) in modes() {
        let mut bench = guest(&kvm, start);
        let nowhere = KvmXenHvmConfig { blob_addr_32: 8, blob_addr_64: 8, ..blobs.config([1, 1]) };
        assert_eq!(configure(&bench.vm_fd, &nowhere), Ok(()), "it is looked at when the guest writes");
        bench.load(PAGE - 0x1000, &[0xa5; 0x3000]);
        bench.load(CODE, &wrmsr(MSR, PAGE));
        let error = bench.fd.run().expect_err("the kernel cannot read the blob");
        assert_eq!(error.errno(), 14, "EFAULT, {start:?}");
        assert!(is_page(&bench, 0xa5), "{start:?}");
    }
}

#[test]
fn a_second_configuration_takes_the_place_of_the_first_and_zeros_take_it_back() {
    let Some(kvm) = kvm().filter(has) else { return };
    let blobs = Blobs::new();
    let mut bench = guest(&kvm, Start::LONG);
    assert_eq!(configure(&bench.vm_fd, &blobs.config([2, 2])), Ok(()));
    assert!(writes(&mut bench, MSR, PAGE));
    let other = KvmXenHvmConfig { msr: MSR + 1, ..blobs.config([0, 1]) };
    assert_eq!(configure(&bench.vm_fd, &other), Ok(()));
    assert!(!writes(&mut bench, MSR, PAGE), "the old MSR");
    assert!(writes(&mut bench, MSR + 1, PAGE));
    assert!(!writes(&mut bench, MSR + 1, PAGE | 1), "one page only");
    assert_eq!(configure(&bench.vm_fd, &KvmXenHvmConfig::default()), Ok(()));
    assert!(!writes(&mut bench, MSR + 1, PAGE));
    assert!(is_page(&bench, 0xa5));
}

#[test]
fn what_cannot_be_is_refused_and_the_configuration_stays() {
    const EINVAL: i32 = 22;
    let Some(kvm) = kvm().filter(has) else { return };
    let blobs = Blobs::new();
    let mut bench = guest(&kvm, Start::LONG);
    let good = blobs.config([2, 2]);
    assert_eq!(configure(&bench.vm_fd, &good), Ok(()));
    for wrong in [
        KvmXenHvmConfig { flags: 1 << 31, ..good },
        KvmXenHvmConfig { flags: 1, ..good }, // a bit of the capability that is no flag
        KvmXenHvmConfig { flags: INTERCEPT_HCALL, ..good },
        KvmXenHvmConfig { flags: INTERCEPT_HCALL, blob_size_32: 0, blob_size_64: 0, ..good },
        KvmXenHvmConfig { flags: INTERCEPT_HCALL, msr: MSR, blob_size_64: 1, ..Default::default() },
        KvmXenHvmConfig { flags: INTERCEPT_HCALL, msr: MSR, blob_addr_32: 8, ..Default::default() },
    ] {
        assert_eq!(configure(&bench.vm_fd, &wrong), Err(EINVAL), "{wrong:?}");
        assert!(writes(&mut bench, MSR, PAGE | 1) && is_page(&bench, 0x61), "{wrong:?}");
    }
    // Kernels since 2025 take none outside the hypervisors' range.
    let taken = configure(&bench.vm_fd, &KvmXenHvmConfig { msr: 0x10, ..good });
    assert!([Ok(()), Err(EINVAL)].contains(&taken), "{taken:?}");
}

/// Entry n of the kernel's own page is `mov eax, n`, the call, `ret` (Linux `arch/x86/kvm/xen.c`,
/// `kvm_xen_write_hypercall_page`).
#[test]
fn with_interception_the_kernel_writes_a_page_of_its_own_and_hands_out_every_call() {
    let Some(kvm) = kvm().filter(has) else { return };
    let cpuid = kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap();
    let call: &[u8] = match processor(&cpuid) {
        Some(Processor::Amd) => &[0x0f, 0x01, 0xd9],
        _ => &[0x0f, 0x01, 0xc1],
    };
    let intercept = |msr| KvmXenHvmConfig { flags: INTERCEPT_HCALL, msr, ..Default::default() };
    for (start, _) in modes() {
        let mut bench = guest(&kvm, start);
        assert_eq!(configure(&bench.vm_fd, &intercept(MSR)), Ok(()));
        assert!(writes(&mut bench, MSR, PAGE), "{start:?}");
        for number in [0_u8, 17, 127] {
            let entry = [&[0xb8, number, 0, 0, 0][..], call, &[0xc3]].concat();
            let at = PAGE + 32 * u64::from(number);
            let found: Vec<u8> = (0..9).map(|i| bench.value(at + i, 1) as u8).collect();
            assert_eq!(found, entry, "{start:?}");
        }
        let code = [call, &[0xe6, DONE, 0xf4]].concat();
        let calls = |bench: &mut Bench| {
            bench.load(CODE, &code);
            bench.set(|r| (r.rip, r.rax) = (CODE, 17));
            bench.step()
        };
        assert_eq!(calls(&mut bench), Event::Other(Other::Else("Unsupported(34)".to_string())), "{start:?}");
        // Without an MSR it depends on whether another VM of the host's has one (`kvm_xen_enabled` is for all): if
        // nothing is intercepted, KVM answers itself, with -KVM_ENOSYS.
        let mut bench = guest(&kvm, start);
        assert_eq!(configure(&bench.vm_fd, &intercept(0)), Ok(()));
        match calls(&mut bench) {
            Event::Other(Other::Out(port, _)) if port == u16::from(DONE) => {
                assert_eq!(bench.regs().rax as u32, -1000_i32 as u32, "{start:?}");
            }
            other => assert_eq!(other, Event::Other(Other::Else("Unsupported(34)".to_string())), "{start:?}"),
        }
    }
}
