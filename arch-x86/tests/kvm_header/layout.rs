//! The structures and numbers of today's KVM against those of 2.6.21.

use super::bench::*;
use hypercall_arch_x86::header_2_6_21::exit::EXITS;
use hypercall_arch_x86::header_2_6_21::ioctl::{Descriptor, IOCTLS, Ioctl};
use hypercall_arch_x86::header_2_6_21::memory::{DirtyLog, KVM_MEM_LOG_DIRTY_PAGES};
use hypercall_arch_x86::header_2_6_21::msr::{MsrEntry, MsrList, Msrs};
use hypercall_arch_x86::header_2_6_21::registers::{Dtable, Regs, Segment, Sregs};
use hypercall_arch_x86::header_2_6_21::run::{KVM_EXIT_IO_IN, KVM_EXIT_IO_OUT};
use hypercall_arch_x86::header_2_6_21::vcpu::{Interrupt, Translation};
use hypercall_core::Policy;
use kvm_bindings::*;
use kvm_ioctls::{Kvm, VcpuFd, VmFd};
use std::mem::{offset_of, size_of};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use vmm_sys_util::ioctl::{_IOC_NONE, _IOC_READ, _IOC_WRITE, ioctl_expr};

macro_rules! same {
    ($old:ident $new:ident: $($field:ident $($renamed:ident)?),*) => {
        assert_eq!(size_of::<$old>(), size_of::<$new>());
        $(assert_eq!(offset_of!($old, $field), same!(@ $new $field $($renamed)?), stringify!($old.$field));)*
    };
    (@ $new:ident $field:ident) => { offset_of!($new, $field) };
    (@ $new:ident $field:ident $renamed:ident) => { offset_of!($new, $renamed) };
}

#[test]
fn the_structures_that_are_left_are_laid_out_as_they_were() {
    same!(Regs kvm_regs: rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13, r14, r15, rip, rflags);
    same!(Segment kvm_segment: base, limit, selector, r#type type_, present, dpl, db, s, l, g, avl, unusable);
    same!(Dtable kvm_dtable: base, limit);
    same!(Sregs kvm_sregs: cs, ds, es, fs, gs, ss, tr, ldt, gdt, idt, cr0, cr2, cr3, cr4, cr8, efer, apic_base,
        interrupt_bitmap);
    same!(MsrEntry kvm_msr_entry: index, reserved, data);
    same!(Msrs kvm_msrs: nmsrs, pad);
    same!(MsrList kvm_msr_list: nmsrs);
    same!(Translation kvm_translation: linear_address, physical_address, valid, writeable, usermode, pad);
    same!(Interrupt kvm_interrupt: irq);
    same!(DirtyLog kvm_dirty_log: slot, padding padding1, dirty_bitmap __bindgen_anon_1);
    assert_eq!(KVM_MEM_LOG_DIRTY_PAGES, kvm_bindings::KVM_MEM_LOG_DIRTY_PAGES);
    assert_eq!([KVM_EXIT_IO_IN, KVM_EXIT_IO_OUT].map(u32::from), [0, 1]);
    assert_eq!([kvm_bindings::KVM_EXIT_IO_IN, kvm_bindings::KVM_EXIT_IO_OUT], [0, 1]);
}

/// Made by another encoder from the structures of `kvm-bindings`.
#[test]
fn the_numbers_of_today_are_those_of_todays_header() {
    let expr = |direction, number, size: usize| ioctl_expr(direction, KVMIO, number, size as u32) as u32;
    let both = _IOC_READ | _IOC_WRITE;
    let expected = [
        expr(_IOC_NONE, 0x00, 0),
        expr(_IOC_NONE, 0x01, 0),
        expr(both, 0x02, size_of::<kvm_msr_list>()),
        expr(_IOC_WRITE, 0x46, size_of::<kvm_userspace_memory_region>()),
        expr(_IOC_NONE, 0x41, 0),
        expr(_IOC_WRITE, 0x42, size_of::<kvm_dirty_log>()),
        expr(_IOC_NONE, 0x80, 0),
        expr(_IOC_READ, 0x81, size_of::<kvm_regs>()),
        expr(_IOC_WRITE, 0x82, size_of::<kvm_regs>()),
        expr(_IOC_READ, 0x83, size_of::<kvm_sregs>()),
        expr(_IOC_WRITE, 0x84, size_of::<kvm_sregs>()),
        expr(both, 0x85, size_of::<kvm_translation>()),
        expr(_IOC_WRITE, 0x86, size_of::<kvm_interrupt>()),
        expr(_IOC_WRITE, 0x9b, size_of::<kvm_guest_debug>()),
        expr(both, 0x88, size_of::<kvm_msrs>()),
        expr(_IOC_WRITE, 0x89, size_of::<kvm_msrs>()),
    ];
    assert_eq!(IOCTLS.each_ref().map(|row| row.now), expected);
    let exits = [
        Some(KVM_EXIT_UNKNOWN),
        Some(KVM_EXIT_EXCEPTION),
        Some(KVM_EXIT_IO),
        None,
        Some(KVM_EXIT_DEBUG),
        Some(KVM_EXIT_HLT),
        Some(KVM_EXIT_MMIO),
        Some(KVM_EXIT_IRQ_WINDOW_OPEN),
        Some(KVM_EXIT_SHUTDOWN),
    ];
    assert_eq!(EXITS.each_ref().map(|row| row.now), exits);
    assert_eq!(KVM_EXIT_HYPERCALL, 3, "what KVM_EXIT_CPUID was");
}

macro_rules! methods {
    ($($type:ident::$method:ident),* $(,)?) => {{
        $(let _ = $type::$method;)*
        [$(concat!(stringify!($type), "::", stringify!($method))),*]
    }};
}

#[test]
fn the_successors_are_methods_of_kvm_ioctls() {
    let methods = methods![
        Kvm::get_api_version,
        Kvm::create_vm,
        Kvm::get_msr_index_list,
        VmFd::set_user_memory_region,
        VmFd::create_vcpu,
        VmFd::get_dirty_log,
        VcpuFd::run,
        VcpuFd::get_regs,
        VcpuFd::set_regs,
        VcpuFd::get_sregs,
        VcpuFd::set_sregs,
        VcpuFd::translate_gva,
        VcpuFd::set_guest_debug,
        VcpuFd::get_msrs,
        VcpuFd::set_msrs,
    ];
    let named = IOCTLS.iter().filter(|row| row.name != "KVM_INTERRUPT").map(|row| row.successor);
    assert_eq!(named.collect::<Vec<_>>(), methods);
}

/// Issues a request on the descriptor it is for.
#[allow(unsafe_code)]
fn issue<T>(kvm: &Kvm, bench: &Bench, row: &Ioctl, request: u32, argument: *mut T) -> i32 {
    let fd = match row.descriptor {
        Descriptor::System => kvm.as_raw_fd(),
        Descriptor::Vm => bench.vm_fd.as_raw_fd(),
        Descriptor::Vcpu => bench.fd.as_raw_fd(),
    };
    // SAFETY: `argument` is null, of which KVM makes EFAULT, or valid for the size that the request names.
    unsafe { libc::ioctl(fd, request.into(), argument) }
}

/// A program of 2007 that does not look at the version.
#[test]
fn an_old_number_is_refused_but_that_of_the_version_which_makes_a_vm() {
    let Some(kvm) = kvm() else { return };
    let bench = Bench::new(&kvm, Start::LONG, &[0xf4], Policy::default());
    for row in &IOCTLS {
        let result = issue::<u8>(&kvm, &bench, row, row.then, std::ptr::null_mut());
        if row.name == "KVM_GET_API_VERSION" {
            assert!(result > 2, "{result}");
            // SAFETY: the ioctl has just made this descriptor, and nobody else knows it.
            #[allow(unsafe_code)]
            drop(unsafe { OwnedFd::from_raw_fd(result) });
        } else {
            let error = std::io::Error::last_os_error().raw_os_error();
            assert_eq!(result, -1, "{}", row.name);
            assert!(matches!(error, Some(libc::ENOTTY | libc::EINVAL)), "{}: {error:?}", row.name);
        }
    }
}

#[test]
fn the_old_structures_work_with_the_new_numbers() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &[0xf4], Policy::default());
    bench.set(|r| (r.rax, r.r15) = (0x1111, 0x1515));
    let row = |name| IOCTLS.iter().find(|row| row.name == name).unwrap();
    let get = |name, argument: *mut u8| {
        assert_eq!(issue(&kvm, &bench, row(name), row(name).now, argument), 0, "{name}");
    };
    let mut regs = Regs::default();
    get("KVM_GET_REGS", (&raw mut regs).cast());
    assert_eq!(regs, Regs { rax: 0x1111, r15: 0x1515, rip: CODE, rsp: STACK, rflags: 2, ..Regs::default() });
    let mut sregs = Sregs::default();
    get("KVM_GET_SREGS", (&raw mut sregs).cast());
    assert_eq!((sregs.efer, sregs.cs.l, sregs.gdt.base), (0x500, 1, TABLES)); // LME and LMA
    let mut translation = Translation { linear_address: 0x1234, ..Default::default() };
    get("KVM_TRANSLATE", (&raw mut translation).cast());
    assert_eq!((translation.valid, translation.physical_address), (1, 0x1234), "mapped to itself");
    assert_eq!((translation.writeable, translation.usermode), (1, 0));
}
