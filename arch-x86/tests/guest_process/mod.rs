//! Shows a guest the program text of this very process, so that it runs what the compiler made.

use crate::bench::Bench;
use hypercall_arch_x86::kvm::cpuid::processor;
use hypercall_arch_x86::para::Processor;
use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, KVM_MEM_READONLY, kvm_userspace_memory_region, kvm_xcrs};

/// The guest's page tables for this process, from here on.
const MORE_TABLES: u64 = 0x10_0000;
/// Guest-physical addresses of this process's mappings, from here on.
const PROCESS: u64 = 0x1_0000_0000;

/// Maps a page of the guest's, read-only and for user programs, in the tables that `setup::enter` made.
fn map(bench: &Bench, next: &mut u64, linear: u64, physical: u64) {
    let mut table = bench.sregs().cr3;
    for level in [39, 30, 21] {
        let place = table + 8 * (linear >> level & 0x1ff);
        let mut entry = bench.value(place, 8);
        if entry == 0 {
            entry = *next | 7;
            *next += 0x1000;
            bench.load(place, &entry.to_le_bytes());
        }
        assert_eq!(entry & 0x80, 0, "this process lies in the guest's own first 4 GiB");
        table = entry & !0xfff;
    }
    bench.load(table + 8 * (linear >> 12 & 0x1ff), &(physical | 5).to_le_bytes());
}

/// Shows the guest the files that are mapped into this process.
pub fn map_this_process(bench: &Bench) {
    let (mut next, mut physical, mut slot) = (MORE_TABLES, PROCESS, 1);
    for line in std::fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let mut words = line.split_whitespace();
        let (range, access) = (words.next().unwrap(), words.next().unwrap());
        if !access.starts_with('r') || !words.nth(3).is_some_and(|path| path.starts_with('/')) {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let hex = |text| u64::from_str_radix(text, 16).unwrap();
        let (start, size) = (hex(start), hex(end) - hex(start));
        let region = kvm_userspace_memory_region {
            slot,
            flags: KVM_MEM_READONLY,
            guest_phys_addr: physical,
            memory_size: size,
            userspace_addr: start,
        };
        // SAFETY: the files stay mapped while the process runs, and the guest cannot write to them.
        unsafe { bench.vm_fd.set_user_memory_region(region) }.unwrap();
        for offset in (0..size).step_by(0x1000) {
            map(bench, &mut next, start + offset, physical + offset);
        }
        physical += size;
        slot += 1;
    }
}

/// CR4.OSXSAVE (Intel SDM volume 3, "Control Registers").
const OSXSAVE: u64 = 1 << 18;
/// XCR0: x87, SSE, AVX, and the three parts of AVX-512 (Intel SDM volume 1, "XSAVE-Supported Features").
const VECTORS: u64 = 0xe7;

/// Switches on the vector registers that the processor has: the C library's memset is made for them.
pub fn enable_vectors(bench: &Bench) {
    let cpuid = bench.fd.get_cpuid2(KVM_MAX_CPUID_ENTRIES).unwrap();
    let leaf = |function| cpuid.as_slice().iter().find(|e| e.function == function && e.index == 0);
    let has_xsave = leaf(1).is_some_and(|e| e.ecx & 1 << 26 != 0);
    let Some(components) = leaf(0xd).filter(|_| has_xsave) else { return };
    let mut sregs = bench.sregs();
    sregs.cr4 |= OSXSAVE;
    if processor(&cpuid) == Some(Processor::Amd) {
        sregs.tr.type_ = 9; // as `setup::enter` left it; KVM shows it as busy
    }
    bench.fd.set_sregs(&sregs).unwrap();
    let mut xcrs = kvm_xcrs { nr_xcrs: 1, ..Default::default() };
    xcrs.xcrs[0].value = u64::from(components.eax) & VECTORS;
    bench.fd.set_xcrs(&xcrs).unwrap();
}
