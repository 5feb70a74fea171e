//! Registers, as the VMM and the guest see them.

use super::bench::*;
use super::run_to_halt;
use hypercall_core::Policy;
use kvm_bindings::{Msrs, kvm_msr_entry, kvm_regs};

/// IA32_KERNEL_GS_BASE and LSTAR, registers of 64 bits that no other instruction of these guests uses.
const KERNEL_GS_BASE: u32 = 0xc000_0102;
const LSTAR: u32 = 0xc000_0082;

/// Distinct values with both halves used; RSP, RIP and RFLAGS as the bench has them.
fn distinct() -> kvm_regs {
    kvm_regs {
        rax: 0xa0a0_a0a0_0000_0001,
        rcx: 0xc0c0_c0c0_0000_0002,
        rdx: 0xd0d0_d0d0_0000_0003,
        rbx: 0xb0b0_b0b0_0000_0004,
        rsp: STACK,
        rbp: 0x0505_0505_0000_0005,
        rsi: 0x0606_0606_0000_0006,
        rdi: 0x0707_0707_0000_0007,
        r8: 0x0808_0808_0000_0008,
        r9: 0x0909_0909_0000_0009,
        r10: 0x1010_1010_0000_0010,
        r11: 0x1111_1111_0000_0011,
        r12: 0x1212_1212_0000_0012,
        r13: 0x1313_1313_0000_0013,
        r14: 0x1414_1414_0000_0014,
        r15: 0x1515_1515_0000_0015,
        rip: CODE,
        rflags: 0x8d7, // OF, SF, ZF, AF, PF, CF
    }
}

/// All but RSP, in the order of their encoding.
fn values(r: &kvm_regs) -> [u64; 15] {
    [r.rax, r.rcx, r.rdx, r.rbx, r.rbp, r.rsi, r.rdi, r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15]
}

/// One `push` or `pop` of each of them.
fn each(opcode: u8) -> Vec<Vec<u8>> {
    let low = [0, 1, 2, 3, 5, 6, 7].map(|register| vec![opcode + register]);
    let high = (0..8).map(|register| vec![0x41, opcode + register]);
    low.into_iter().chain(high).collect()
}

#[test]
pub fn kvm_set_regs_sets_what_the_guest_reads() {
    let Some(kvm) = kvm() else { return };
    // push each; pushfq; hlt
    let code = [each(0x50).concat(), vec![0x9c, 0xf4]].concat();
    let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
    bench.fd.set_regs(&distinct()).unwrap();
    run_to_halt(&mut bench);
    for (n, value) in (1..).zip(values(&distinct())) {
        assert_eq!(bench.value(STACK - 8 * n, 8), value, "{n}");
    }
    assert_eq!(bench.value(STACK - 8 * 16, 8), 0x8d7);
}

#[test]
pub fn kvm_get_regs_reads_what_the_guest_set() {
    let Some(kvm) = kvm() else { return };
    // popfq; pop each; hlt
    let code = [vec![0x9d], each(0x58).concat(), vec![0xf4]].concat();
    let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
    let end = STACK;
    let begin = end - 8 * 16;
    bench.set(|r| r.rsp = begin);
    bench.load(begin, &0x8d7_u64.to_le_bytes());
    for (n, value) in (1..).zip(values(&distinct())) {
        bench.load(begin + 8 * n, &value.to_le_bytes());
    }
    run_to_halt(&mut bench);
    let rip = CODE + code.len() as u64;
    assert_eq!(bench.fd.get_regs().unwrap(), kvm_regs { rip, ..distinct() });
}

#[test]
pub fn kvm_get_sregs_reads_what_the_guest_set() {
    let Some(kvm) = kvm() else { return };
    // mov cr2, rax; lidt [0x9000]; mov ds, edx (null); hlt
    let code = [0x0f, 0x22, 0xd0, 0x0f, 0x01, 0x1c, 0x25, 0x00, 0x90, 0, 0, 0x8e, 0xda, 0xf4];
    let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
    bench.set(|r| (r.rax, r.rdx) = (0x1234_5678_9abc_d000, 0));
    bench.load(0x9000, &[0xff, 0x07, 0x00, 0xb0, 0, 0, 0, 0, 0, 0]);
    let before = bench.fd.get_sregs().unwrap();
    assert_ne!(before.ds.selector, 0);
    run_to_halt(&mut bench);
    let after = bench.fd.get_sregs().unwrap();
    assert_eq!(after.cr2, 0x1234_5678_9abc_d000);
    assert_eq!((after.idt.base, after.idt.limit), (0xb000, 0x7ff));
    assert_eq!(after.ds.selector, 0);
    assert_eq!((after.cr0, after.cr3, after.gdt.base), (before.cr0, before.cr3, before.gdt.base));
}

#[test]
pub fn kvm_set_sregs_sets_what_the_guest_uses() {
    let Some(kvm) = kvm() else { return };
    // mov rax, fs:[8]; mov rbx, cr2; hlt
    let code = [0x64, 0x48, 0x8b, 0x04, 0x25, 8, 0, 0, 0, 0x0f, 0x20, 0xd3, 0xf4];
    let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
    bench.load(0x9008, &0x1122_3344_5566_7788_u64.to_le_bytes());
    let mut sregs = bench.fd.get_sregs().unwrap();
    sregs.fs.base = 0x9000;
    sregs.cr2 = 0x7fff_1234_5000;
    bench.fd.set_sregs(&sregs).unwrap();
    run_to_halt(&mut bench);
    assert_eq!((bench.regs().rax, bench.regs().rbx), (0x1122_3344_5566_7788, 0x7fff_1234_5000));
}

/// `interrupt_bitmap`: an interrupt that was on its way when the registers were read, and is delivered at once.
#[test]
pub fn kvm_set_sregs_delivers_the_interrupt_in_its_bitmap() {
    let Some(kvm) = kvm() else { return };
    // inc rcx; hlt, and the handler: mov rbx, rcx; iretq
    let mut bench = Bench::new(&kvm, Start::LONG, &[0x48, 0xff, 0xc1, 0xf4], Policy::default());
    bench.load(HANDLER, &[0x48, 0x89, 0xcb, 0x48, 0xcf]);
    bench.set(|r| (r.rbx, r.rcx) = (0xffff, 5));
    let mut sregs = bench.fd.get_sregs().unwrap();
    assert_eq!(sregs.interrupt_bitmap, [0; 4]);
    sregs.interrupt_bitmap[usize::from(INTERRUPT) / 64] |= 1 << (INTERRUPT % 64);
    bench.fd.set_sregs(&sregs).unwrap();
    assert_eq!(bench.fd.get_sregs().unwrap().interrupt_bitmap, [0, 1, 0, 0], "vector 0x40");
    run_to_halt(&mut bench);
    assert_eq!((bench.regs().rbx, bench.regs().rcx), (5, 6), "before the first instruction");
    assert_eq!(bench.fd.get_sregs().unwrap().interrupt_bitmap, [0; 4]);
}

fn msrs(entries: &[(u32, u64)]) -> Msrs {
    let entries: Vec<kvm_msr_entry> =
        entries.iter().map(|&(index, data)| kvm_msr_entry { index, data, ..Default::default() }).collect();
    Msrs::from_entries(&entries).unwrap()
}

#[test]
pub fn kvm_get_msrs_reads_what_the_guest_wrote() {
    let Some(kvm) = kvm() else { return };
    // wrmsr; hlt
    let mut bench = Bench::new(&kvm, Start::LONG, &[0x0f, 0x30, 0xf4], Policy::default());
    bench.set(|r| (r.rcx, r.rdx, r.rax) = (KERNEL_GS_BASE.into(), 0x1122, 0x3344_5566));
    run_to_halt(&mut bench);
    let mut asked = msrs(&[(LSTAR, 1), (KERNEL_GS_BASE, 1)]);
    assert_eq!(bench.fd.get_msrs(&mut asked).unwrap(), 2);
    let data: Vec<u64> = asked.as_slice().iter().map(|entry| entry.data).collect();
    assert_eq!(data, [0, 0x1122_3344_5566]);
}

#[test]
pub fn kvm_set_msrs_sets_what_the_guest_reads() {
    let Some(kvm) = kvm() else { return };
    // rdmsr; hlt
    let mut bench = Bench::new(&kvm, Start::LONG, &[0x0f, 0x32, 0xf4], Policy::default());
    let new = msrs(&[(LSTAR, 0x5000), (KERNEL_GS_BASE, 0x7788_99aa_bbcc)]);
    assert_eq!(bench.fd.set_msrs(&new).unwrap(), 2);
    bench.set(|r| r.rcx = KERNEL_GS_BASE.into());
    run_to_halt(&mut bench);
    assert_eq!((bench.regs().rdx, bench.regs().rax), (0x7788, 0x99aa_bbcc));
    // It stops at the first it cannot set: LSTAR has to be canonical.
    let wrong = msrs(&[(KERNEL_GS_BASE, 0x6000), (LSTAR, 1 << 62), (KERNEL_GS_BASE, 0x7000)]);
    assert_eq!(bench.fd.set_msrs(&wrong).unwrap(), 1);
    let mut asked = msrs(&[(KERNEL_GS_BASE, 0)]);
    bench.fd.get_msrs(&mut asked).unwrap();
    assert_eq!(asked.as_slice()[0].data, 0x6000);
}
