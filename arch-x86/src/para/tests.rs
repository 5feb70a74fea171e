//! Registration without a vCPU: every field at its edges.

use super::*;
use crate::msr::{GeneralProtection, Msrs};
use alloc::vec;
use alloc::vec::Vec;
use hypercall_core::memory::{FlatMemory, GuestMemory};
use hypercall_core::prelude::*;
use hypercall_core::shared::Shared as _;
use hypercall_core::{BuildError, interface};

/// MSR_KVM_API_MAGIC, as the header writes it.
const MAGIC: u32 = 0x8765_5678;
const BASE: u64 = 0x1000;
/// The guest's memory: four pages.
const END: u64 = 0x5000;
const PAGE: u64 = 0x2000;
const SITE: u64 = 0x3000;
/// What memory holds before the host writes.
const OLD: u8 = 0xa5;

fn dispatcher(
    point: EntryPoint,
    convention: &'static hypercall_core::Convention,
) -> Result<Dispatcher<()>, BuildError> {
    Dispatcher::builder(Arch::X86).entry(point, convention, &interface::VENDOR).build()
}

fn para(point: EntryPoint, processor: Processor) -> Result<Para, ParaError> {
    Para::new(&dispatcher(point, &convention::PARA_2007).unwrap(), point, processor)
}

fn vcpu() -> ParaVcpu {
    ParaVcpu::new(para(entry::port(0x48), Processor::Intel).unwrap())
}

/// A guest's first 24 bytes of the page, written out: guest_version, host_version, size, ret, hypercall_gpa.
fn header(guest_version: u32, size: u32, hypercall_gpa: u64) -> Vec<u8> {
    let words = [guest_version, 0xdead_0001, size, 0xdead_0002].map(u32::to_le_bytes).concat();
    [words, hypercall_gpa.to_le_bytes().to_vec()].concat()
}

fn memory() -> FlatMemory {
    let memory = FlatMemory::new(BASE, (END - BASE) as usize);
    memory.write(BASE, &vec![OLD; (END - BASE) as usize]).unwrap();
    memory
}

fn bytes(memory: &FlatMemory) -> Vec<u8> {
    let mut bytes = vec![0; (END - BASE) as usize];
    memory.read(BASE, &mut bytes).unwrap();
    bytes
}

/// Memory as it must be: as it was, with these bytes at these addresses.
fn with(mut bytes: Vec<u8>, changes: &[(u64, &[u8])]) -> Vec<u8> {
    for (address, change) in changes {
        let at = (address - BASE) as usize;
        bytes[at..at + change.len()].copy_from_slice(change);
    }
    bytes
}

/// Registers a page that begins so, and gives the vCPU, memory before and memory afterwards.
fn registered(gpa: u64, header: &[u8]) -> (ParaVcpu, Vec<u8>, Vec<u8>) {
    let memory = memory();
    memory.write(gpa, header).unwrap();
    let before = bytes(&memory);
    let mut vcpu = vcpu();
    assert_eq!(vcpu.msr(&memory).write(MAGIC, gpa), Ok(()));
    (vcpu, before, bytes(&memory))
}

#[test]
fn the_page_is_laid_out_as_the_header_has_it() {
    let layout = ParaState::LAYOUT;
    let fields: Vec<_> = layout.fields.iter().map(|f| (f.name, f.offset, f.size)).collect();
    assert_eq!(
        fields,
        [
            ("guest_version", 0, 4),
            ("host_version", 4, 4),
            ("size", 8, 4),
            ("ret", 12, 4),
            ("hypercall_gpa", 16, 8),
            ("unused", 24, 4072),
        ]
    );
    assert_eq!((layout.size, align_of::<ParaState>()), (4096, 4096));
    assert_eq!((MSR, API_VERSION, EINVAL), (0x8765_5678, 1, 1));
}

#[test]
fn a_probe_gives_the_registered_page_and_zero_before() {
    let memory = memory();
    let mut vcpu = vcpu();
    assert_eq!(vcpu.msr(&memory).read(MAGIC), Ok(0));
    assert_eq!(vcpu.registration(), None);
    memory.write(PAGE, &header(1, 4096, SITE)).unwrap();
    vcpu.msr(&memory).write(MAGIC, PAGE).unwrap();
    assert_eq!(vcpu.msr(&memory).read(MAGIC), Ok(PAGE));
}

#[test]
fn other_registers_are_not_this_one() {
    let memory = memory();
    for index in [0, MAGIC - 1, MAGIC + 1, 0x4b56_4d00, u32::MAX] {
        assert_eq!(vcpu().msr(&memory).read(index), Err(GeneralProtection));
        assert_eq!(vcpu().msr(&memory).write(index, PAGE), Err(GeneralProtection));
    }
    assert_eq!(bytes(&memory), bytes(&self::memory()));
}

#[test]
fn the_host_writes_its_version_the_instruction_and_the_return_code_and_nothing_else() {
    for version in [0, 1] {
        let (vcpu, before, after) = registered(PAGE, &header(version, 4096, SITE));
        let expected = with(
            before,
            &[(PAGE + 4, &[1, 0, 0, 0]), (PAGE + 12, &[0, 0, 0, 0]), (SITE, &[0xe6, 0x48, 0xc3, 0])],
        );
        assert_eq!(after, expected);
        let registration = Registration { gpa: PAGE, guest_version: version, hypercall_gpa: SITE };
        assert_eq!(vcpu.registration(), Some(registration));
    }
}

#[test]
fn a_guest_that_is_too_new_is_denied_and_told_the_hosts_version() {
    for version in [2, 3, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
        let (vcpu, before, after) = registered(PAGE, &header(version, 4096, SITE));
        let expected = with(before, &[(PAGE + 4, &[1, 0, 0, 0]), (PAGE + 12, &[0xff; 4])]);
        assert_eq!(after, expected, "{version:#x}");
        assert_eq!(vcpu.registration(), None);
    }
}

#[test]
fn the_size_field_is_not_looked_at() {
    for size in [0, 1, 23, 24, 4096, 4097, u32::MAX] {
        let (vcpu, ..) = registered(PAGE, &header(1, size, SITE));
        assert!(vcpu.registration().is_some(), "{size}");
    }
}

#[test]
fn a_page_that_is_none_is_a_general_protection_fault() {
    let memory = memory();
    memory.write(PAGE, &header(1, 4096, SITE)).unwrap();
    let before = bytes(&memory);
    let not_aligned = [PAGE + 1, PAGE + 8, PAGE + 0x800, PAGE + 0xfff, PAGE | 1 << 63 | 4, u64::MAX];
    let not_memory = [0, BASE - 0x1000, END, 0xffff_f000, 1 << 52, 1 << 63, PAGE | 1 << 63, !0xfff];
    for gpa in not_aligned.into_iter().chain(not_memory) {
        let mut vcpu = vcpu();
        assert_eq!(vcpu.msr(&memory).write(MAGIC, gpa), Err(GeneralProtection), "{gpa:#x}");
        assert_eq!(vcpu.registration(), None);
    }
    assert_eq!(bytes(&memory), before);
}

#[test]
fn a_page_that_is_only_partly_memory_is_a_general_protection_fault() {
    let memory = FlatMemory::new(0x1000, 0x1800);
    assert_eq!(vcpu().msr(&memory).write(MAGIC, 0x2000), Err(GeneralProtection));
    let mut head = [0; 24];
    memory.read(0x2000, &mut head).unwrap();
    assert_eq!(head, [0; 24]);
}

#[test]
fn a_call_site_that_is_not_memory_is_denied() {
    for site in [0, BASE - 4, BASE - 1, END, END + 0x1000, u64::MAX, u64::MAX - 3, 1 << 63, SITE | 1 << 52] {
        let (vcpu, before, after) = registered(PAGE, &header(1, 4096, site));
        let expected = with(before, &[(PAGE + 4, &[1, 0, 0, 0]), (PAGE + 12, &[0xff; 4])]);
        assert_eq!(after, expected, "{site:#x}");
        assert_eq!(vcpu.registration(), None);
    }
}

#[test]
fn the_instruction_never_crosses_a_pages_end() {
    for (offset, accepted) in [(0, true), (0xffb, true), (0xffc, true), (0xffd, false), (0xfff, false)] {
        let (vcpu, before, after) = registered(PAGE, &header(1, 4096, SITE + offset));
        assert_eq!(vcpu.registration().is_some(), accepted, "{offset:#x}");
        let ret: &[u8] = if accepted { &[0; 4] } else { &[0xff; 4] };
        let patch: &[u8] = if accepted { &[0xe6, 0x48, 0xc3, 0] } else { &[] };
        let changes = [(PAGE + 4, &[1, 0, 0, 0][..]), (PAGE + 12, ret), (SITE + offset, patch)];
        assert_eq!(after, with(before, &changes), "{offset:#x}");
    }
}

#[test]
fn the_last_four_bytes_of_memory_can_be_the_call_site() {
    let (vcpu, before, after) = registered(PAGE, &header(1, 4096, END - 4));
    let patch = [0xe6, 0x48, 0xc3, 0];
    let changes = [(PAGE + 4, &[1, 0, 0, 0][..]), (PAGE + 12, &[0; 4]), (END - 4, &patch)];
    assert_eq!(after, with(before, &changes));
    assert!(vcpu.registration().is_some());
}

/// The instruction first, then `ret`, as 2.6.21 writes them: what the page is good for then is the guest's
/// own affair.
#[test]
fn a_call_site_inside_the_page_is_the_guests_own_affair() {
    let patch = [0xe6, 0x48, 0xc3, 0];
    for offset in [0, 2, 4, 8, 16, 24, 0xffc] {
        let (vcpu, before, after) = registered(PAGE, &header(1, 4096, PAGE + offset));
        let changes = [(PAGE + 4, &[1, 0, 0, 0][..]), (PAGE + offset, &patch), (PAGE + 12, &[0; 4])];
        assert_eq!(after, with(before, &changes), "{offset}");
        assert_eq!(vcpu.registration().unwrap().hypercall_gpa, PAGE + offset);
    }
}

#[test]
fn a_second_registration_takes_the_place_of_the_first_and_a_denied_one_does_not() {
    let memory = memory();
    let mut vcpu = vcpu();
    memory.write(PAGE, &header(1, 4096, SITE)).unwrap();
    vcpu.msr(&memory).write(MAGIC, PAGE).unwrap();
    memory.write(BASE, &header(0, 4096, SITE + 8)).unwrap();
    vcpu.msr(&memory).write(MAGIC, BASE).unwrap();
    let second = Registration { gpa: BASE, guest_version: 0, hypercall_gpa: SITE + 8 };
    assert_eq!(vcpu.registration(), Some(second));
    assert_eq!(vcpu.msr(&memory).read(MAGIC), Ok(BASE));

    memory.write(PAGE, &header(2, 4096, SITE)).unwrap();
    vcpu.msr(&memory).write(MAGIC, PAGE).unwrap();
    assert_eq!(vcpu.msr(&memory).write(MAGIC, PAGE + 1), Err(GeneralProtection));
    assert_eq!(vcpu.registration(), Some(second));
}

#[test]
fn vcpus_register_each_for_itself() {
    let memory = memory();
    let (mut first, mut second) = (vcpu(), vcpu());
    memory.write(PAGE, &header(1, 4096, SITE)).unwrap();
    first.msr(&memory).write(MAGIC, PAGE).unwrap();
    assert_eq!(second.msr(&memory).read(MAGIC), Ok(0));
    second.msr(&memory).write(MAGIC, PAGE).unwrap();
    assert_eq!(first.registration(), second.registration());
}

#[test]
fn the_sequence_is_that_of_the_transport_and_the_processor() {
    let cases = [
        (entry::EXIT_XEN, Processor::Intel, [0x0f, 0x01, 0xc1, 0xc3]), // vmcall; ret
        (entry::EXIT_XEN, Processor::Amd, [0x0f, 0x01, 0xd9, 0xc3]),   // vmmcall; ret
        (entry::port(0x48), Processor::Intel, [0xe6, 0x48, 0xc3, 0x00]), // out 0x48, al; ret
        (entry::port(0xff), Processor::Amd, [0xe6, 0xff, 0xc3, 0x00]),
    ];
    for (point, processor, sequence) in cases {
        assert_eq!(para(point, processor).unwrap().sequence(), sequence);
    }
}

#[test]
fn an_entry_point_without_a_sequence_of_four_bytes_is_refused() {
    let wide_port = EntryPoint::new(entry::PIO, 0x148);
    let other = EntryPoint::new("ring", 0);
    for (point, reason) in [
        (entry::mmio(0x7000_0000), "seven"),
        (entry::EXIT_HYPERCALL, "number 12"),
        (wide_port, "0xff"),
        (other, "not known"),
    ] {
        let error = para(point, Processor::Intel).unwrap_err();
        assert!(matches!(error, ParaError::Unfit { point: p, .. } if p == point), "{error}");
        let text = alloc::string::ToString::to_string(&error);
        assert!(text.contains(reason) && text.contains("use a port doorbell or KVM_EXIT_XEN"), "{text}");
    }
}

#[test]
fn an_entry_point_of_another_convention_is_refused() {
    let point = entry::port(0x48);
    let other = dispatcher(point, &convention::XEN).unwrap();
    let error = ParaError::Convention { point, convention: "xen" };
    assert_eq!(Para::new(&other, point, Processor::Intel), Err(error));
    let missing = ParaError::NotBound(entry::EXIT_XEN);
    assert_eq!(Para::new(&other, entry::EXIT_XEN, Processor::Intel), Err(missing));
}

/// EBX, ECX and EDX as the manuals of Intel (SDM volume 2, CPUID) and AMD (APM volume 3, CPUID) give them.
#[test]
fn processors_are_known_by_their_vendors_names() {
    for ([b, c, d], processor) in [
        ([0x756e_6547, 0x6c65_746e, 0x4965_6e69], Some(Processor::Intel)), // Genu ntel ineI
        ([0x746e_6543, 0x736c_7561, 0x4872_7561], Some(Processor::Intel)), // Cent auls aurH
        ([0x6853_2020, 0x2020_6961, 0x6867_6e61], Some(Processor::Intel)), // "  Sh" "ai  " "angh"
        ([0x6874_7541, 0x444d_4163, 0x6974_6e65], Some(Processor::Amd)),   // Auth cAMD enti
        ([0x6f67_7948, 0x656e_6975, 0x6e65_476e], Some(Processor::Amd)),   // Hygo uine nGen
        ([0x756e_6547, 0x4965_6e69, 0x6c65_746e], None),
        ([0; 3], None),
    ] {
        assert_eq!(Processor::of([0x10, b, c, d]), processor, "{b:#x}");
    }
}
