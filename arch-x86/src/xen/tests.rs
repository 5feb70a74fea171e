//! The configuration and the register without a vCPU: every field at its edges.

use super::*;
use crate::cpuid;
use crate::entry;
use crate::msr::{GeneralProtection, Msrs};
use alloc::vec;
use alloc::vec::Vec;
use hypercall_core::memory::FlatMemory;
use hypercall_core::shared::Shared as _;
use hypercall_core::{Arch, interface};

const BASE: u64 = 0x1000;
/// The guest's memory: three pages.
const END: u64 = 0x4000;
/// What memory holds before the host writes.
const OLD: u8 = 0xa5;

fn memory() -> FlatMemory {
    let memory = FlatMemory::new(BASE, (END - BASE) as usize);
    memory.write(BASE, &vec![OLD; (END - BASE) as usize]).unwrap();
    memory
}

fn content(memory: &FlatMemory) -> Vec<u8> {
    let mut bytes = vec![0; (END - BASE) as usize];
    memory.read(BASE, &mut bytes).unwrap();
    bytes
}

/// A blob whose page n holds 0x10 + n for 32-bit guests, two pages, and 0x60 + n for 64-bit guests, three.
fn xen() -> Xen {
    let pages = |first: u8, count: u8| (0..count).flat_map(|n| vec![first + n; 4096]).collect::<Vec<_>>();
    let blob = |first, count| Blob::from_bytes(&pages(first, count)).unwrap();
    Xen::new(MSR, blob(0x10, 2), blob(0x60, 3)).unwrap()
}

/// The document's structure.
#[test]
fn the_configuration_is_the_documents() {
    let fields: Vec<_> = KvmXenHvmConfig::LAYOUT.fields.iter().map(|f| (f.name, f.offset, f.size)).collect();
    let documented = [
        ("flags", 0, 4),
        ("msr", 4, 4),
        ("blob_addr_32", 8, 8),
        ("blob_addr_64", 16, 8),
        ("blob_size_32", 24, 1),
        ("blob_size_64", 25, 1),
        ("pad2", 26, 30),
    ];
    assert_eq!(fields, documented);
    assert_eq!(KvmXenHvmConfig::LAYOUT.size, 56);
}

#[test]
fn the_configuration_names_the_blobs_in_pages() {
    let xen = xen();
    let config = xen.config();
    assert_eq!((config.flags, config.msr, config.pad2), (0, 0x4000_0000, [0; 30]));
    assert_eq!((config.blob_size_32, config.blob_size_64), (2, 3));
    assert_eq!(config.blob_addr_32, xen.blob(false).page(0).unwrap().as_ptr() as u64);
    assert_eq!(config.blob_addr_64, xen.blob(true).page(0).unwrap().as_ptr() as u64);
    let none = Xen::new(MSR, Blob::default(), Blob::default()).unwrap().config();
    assert_eq!(none, KvmXenHvmConfig { msr: 0x4000_0000, ..KvmXenHvmConfig::default() });
}

#[test]
fn a_write_copies_the_page_of_the_number_to_the_address_and_nothing_else() {
    let xen = xen();
    for (long_mode, first, count) in [(false, 0x10_u8, 2_u8), (true, 0x60, 3)] {
        for number in 0..count {
            let memory = memory();
            assert_eq!(xen.msr(&memory, long_mode).write(MSR, 0x2000 + u64::from(number)), Ok(()));
            let content = content(&memory);
            assert!(content[..0x1000].iter().chain(&content[0x2000..]).all(|b| *b == OLD));
            assert!(content[0x1000..0x2000].iter().all(|b| *b == first + number), "{long_mode} {number}");
        }
    }
}

#[test]
fn a_page_number_past_the_blob_of_the_mode_is_gp() {
    let xen = xen();
    for (long_mode, count) in [(false, 2_u64), (true, 3)] {
        for number in [count, count + 1, 0x7f, 0xff, 0x100, 0xfff] {
            let memory = memory();
            assert_eq!(xen.msr(&memory, long_mode).write(MSR, 0x2000 + number), Err(GeneralProtection));
            assert!(content(&memory).iter().all(|b| *b == OLD), "{number:#x}");
        }
    }
}

#[test]
fn an_address_that_is_not_memory_is_gp() {
    let xen = xen();
    for address in [0, BASE - 0x1000, END, 1 << 52, 1 << 63, !0xfff] {
        let memory = memory();
        assert_eq!(xen.msr(&memory, true).write(MSR, address), Err(GeneralProtection), "{address:#x}");
        assert!(content(&memory).iter().all(|b| *b == OLD));
    }
    // a page of which the last byte is no memory
    let short = FlatMemory::new(BASE, 0xfff);
    assert_eq!(xen.msr(&short, true).write(MSR, BASE), Err(GeneralProtection));
    assert_eq!(xen.msr(&memory(), true).write(MSR, END - 0x1000), Ok(()), "the last page");
}

#[test]
fn a_mode_without_a_blob_gets_gp() {
    let one = Blob::from_bytes(&[1]).unwrap();
    let only_64 = Xen::new(MSR, Blob::default(), one.clone()).unwrap();
    assert_eq!(only_64.msr(&memory(), false).write(MSR, 0x2000), Err(GeneralProtection));
    assert_eq!(only_64.msr(&memory(), true).write(MSR, 0x2000), Ok(()));
    let only_32 = Xen::new(MSR, one, Blob::from_bytes(&[]).unwrap()).unwrap();
    assert_eq!(only_32.msr(&memory(), true).write(MSR, 0x2000), Err(GeneralProtection));
    assert_eq!(only_32.msr(&memory(), false).write(MSR, 0x2000), Ok(()));
}

#[test]
fn no_other_register_is_served_and_this_one_is_not_read() {
    let (xen, memory) = (xen(), memory());
    assert_eq!(xen.msr(&memory, true).write(MSR + 1, 0x2000), Err(GeneralProtection));
    assert_eq!(xen.msr(&memory, true).read(MSR), Err(GeneralProtection));
    assert!(content(&memory).iter().all(|b| *b == OLD));
}

#[test]
fn the_tail_of_a_short_blob_is_zero() {
    for (length, pages) in [(1, 1), (4095, 1), (4096, 1), (4097, 2), (8191, 2)] {
        let blob = Blob::from_bytes(&vec![0xff; length]).unwrap();
        assert_eq!(blob.pages(), pages);
        let all: Vec<u8> = (0..u64::from(pages)).flat_map(|n| blob.page(n).unwrap().to_vec()).collect();
        assert_eq!(all.len(), 4096 * usize::from(pages));
        assert!(all[..length].iter().all(|b| *b == 0xff) && all[length..].iter().all(|b| *b == 0));
        assert_eq!(blob.page(u64::from(pages)), None);
    }
}

#[test]
fn a_blob_has_255_pages_at_most() {
    assert_eq!(Blob::from_bytes(&vec![0; 255 * 4096]).unwrap().pages(), 255);
    assert_eq!(Blob::from_bytes(&vec![0; 255 * 4096 + 1]), Err(BlobError::TooLong(1_044_481)));
}

#[test]
fn an_msr_outside_the_hypervisors_range_is_refused() {
    for msr in [0, 0x10, 0x3fff_ffff, 0x5000_0000, 0xc000_0080, u32::MAX] {
        let blob = Blob::default();
        assert_eq!(Xen::new(msr, blob.clone(), blob), Err(XenError::Msr(msr)));
    }
    for msr in [0x4000_0000, 0x4000_0200, 0x4fff_ffff] {
        assert!(Xen::new(msr, Blob::default(), Blob::default()).is_ok(), "{msr:#x}");
    }
}

/// Linux `arch/x86/kvm/xen.c`, `kvm_xen_write_hypercall_page`: b8 imm32, the instruction, c3, cc to the end.
#[test]
fn a_built_in_page_has_128_entries_of_32_bytes() {
    let calls: [(EntryPoint, Processor, &[u8]); 5] = [
        (entry::port(0x48), Processor::Intel, &[0xe6, 0x48]),
        (entry::port(0xff), Processor::Amd, &[0xe6, 0xff]),
        (entry::mmio(0x7000_1234), Processor::Amd, &[0x88, 0x04, 0x25, 0x34, 0x12, 0x00, 0x70]),
        (entry::EXIT_XEN, Processor::Intel, &[0x0f, 0x01, 0xc1]),
        (entry::EXIT_XEN, Processor::Amd, &[0x0f, 0x01, 0xd9]),
    ];
    for (point, processor, call) in calls {
        let blob = Blob::built_in(point, processor).unwrap();
        assert_eq!(blob.pages(), 1);
        let page = blob.page(0).unwrap();
        for number in 0..128_usize {
            let entry = &page[32 * number..32 * number + 32];
            assert_eq!(entry[..5], [0xb8, number as u8, 0, 0, 0]);
            let behind = 5 + call.len();
            assert_eq!(entry[5..behind], *call);
            assert_eq!(entry[behind], 0xc3);
            assert!(entry[behind + 1..].iter().all(|b| *b == 0xcc), "{point} {number}");
        }
    }
}

#[test]
fn no_page_is_built_for_an_entry_point_without_an_instruction() {
    let points = [
        EntryPoint::new("pio", 0x100),
        entry::mmio(0x8000_0000), // sign-extended, it would be 0xffff_ffff_8000_0000
        entry::mmio(1 << 32),
        entry::EXIT_HYPERCALL,
        EntryPoint::new("ring", 0),
    ];
    for point in points {
        let error = Blob::built_in(point, Processor::Intel).unwrap_err();
        assert!(matches!(error, BlobError::Unfit { .. }), "{error}");
    }
    assert!(Blob::built_in(entry::mmio(0x7fff_ffff), Processor::Intel).is_ok());
}

#[test]
fn a_page_is_built_for_an_entry_point_in_xens_convention_only() {
    let dispatcher = Dispatcher::<()>::builder(Arch::X86)
        .entry(entry::port(0x48), &convention::XEN, &interface::XEN)
        .entry(entry::port(0x4c), &convention::KVM, &interface::KVM)
        .build()
        .unwrap();
    let built = |point| Xen::built_in(MSR, &dispatcher, point, Processor::Intel);
    assert!(built(entry::port(0x48)).is_ok());
    let (kvm, absent) = (entry::port(0x4c), entry::port(0x50));
    assert_eq!(built(kvm), Err(XenError::Convention { point: kvm, convention: "kvm" }));
    assert_eq!(built(absent), Err(XenError::NotBound(absent)));
    let msr = Xen::built_in(0x10, &dispatcher, entry::port(0x48), Processor::Intel);
    assert_eq!(msr, Err(XenError::Msr(0x10)));
}

/// Xen `xen/include/public/arch-x86/cpuid.h`: XEN_CPUID_SIGNATURE_EBX, ECX and EDX.
#[test]
fn the_leaves_are_those_of_xens_header() {
    let expected: [(u32, cpuid::Leaf); 3] = [
        (0x4000_0200, [0x4000_0202, 0x566e_6558, 0x6558_4d4d, 0x4d4d_566e]),
        (0x4000_0201, [0x0004_0011, 0, 0, 0]),
        (0x4000_0202, [2, 0x4000_0000, 0, 0]), // the smaller of two and three pages
    ];
    assert_eq!(xen().leaves(0x4000_0200, (4, 17)), expected);
    let one = Blob::from_bytes(&[1]).unwrap();
    let only_32 = Xen::new(0x4000_0200, one, Blob::default()).unwrap();
    assert_eq!(only_32.leaves(0x4000_0000, (3, 1))[2].1, [1, 0x4000_0200, 0, 0]);
}
