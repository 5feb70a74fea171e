//! The magic page, byte by byte. Offsets and bits are those of Linux `arch/powerpc/include/uapi/asm/kvm_para.h`.

use hypercall_arch_ppc::magic::{self, MagicPage, Mapping, SharedState};
use hypercall_core::memory::{FlatMemory, GuestMemory};
use hypercall_core::shared::Shared;
use hypercall_core::{Endian, Privilege, Width};
use proptest::prelude::*;

const SUPERVISOR: Privilege = Privilege::Supervisor;

#[test]
fn the_layout_is_the_kernels() {
    let fields: Vec<_> = SharedState::LAYOUT.fields.iter().map(|f| (f.name, f.offset, f.size)).collect();
    let expected = [
        ("scratch1", 0, 8),
        ("scratch2", 8, 8),
        ("scratch3", 16, 8),
        ("critical", 24, 8),
        ("sprg0", 32, 8),
        ("sprg1", 40, 8),
        ("sprg2", 48, 8),
        ("sprg3", 56, 8),
        ("srr0", 64, 8),
        ("srr1", 72, 8),
        ("dar", 80, 8),
        ("msr", 88, 8),
        ("dsisr", 96, 4),
        ("int_pending", 100, 4),
        ("sr", 104, 64),
        ("mas0", 168, 4),
        ("mas1", 172, 4),
        ("mas7_3", 176, 8),
        ("mas2", 184, 8),
        ("mas4", 192, 4),
        ("mas6", 196, 4),
        ("esr", 200, 4),
        ("pir", 204, 4),
        ("sprg4", 208, 8),
        ("sprg5", 216, 8),
        ("sprg6", 224, 8),
        ("sprg7", 232, 8),
    ];
    assert_eq!(fields, expected);
    assert_eq!(size_of::<SharedState>(), 240);
}

#[test]
fn the_page_is_in_the_guests_byte_order() {
    let memory = FlatMemory::new(0x4000, 0x1000);
    let mut page = MagicPage::default();
    page.map(0x4000, 0xffff_f001);
    let mut state =
        SharedState { msr: 0x0102_0304_0506_0708, int_pending: 0x0a0b_0c0d, ..Default::default() };
    state.sr[1] = 0x1122_3344;
    for (endian, msr, pending, sr1) in [
        (Endian::Big, [1, 2, 3, 4, 5, 6, 7, 8], [10, 11, 12, 13], [0x11, 0x22, 0x33, 0x44]),
        (Endian::Little, [8, 7, 6, 5, 4, 3, 2, 1], [13, 12, 11, 10], [0x44, 0x33, 0x22, 0x11]),
    ] {
        page.store(&memory, &state, Width::Bits64, endian).unwrap();
        let mut bytes = [0; 240];
        memory.read(0x4000, &mut bytes).unwrap();
        assert_eq!(bytes[88..96], msr);
        assert_eq!(bytes[100..104], pending);
        assert_eq!(bytes[108..112], sr1);
        assert_eq!(page.load(&memory, Width::Bits64, endian), Ok(Some(state)));
    }
}

#[test]
fn the_byte_order_is_that_of_the_guests_interrupts() {
    assert_eq!(magic::endian(0x8000_0000_0000_0001), Endian::Little);
    assert_eq!(magic::endian(0x8000_0000_0000_0000), Endian::Big);
}

#[test]
fn addresses_lose_their_low_bits_and_a_second_call_moves_the_page() {
    let mut page = MagicPage::default();
    assert_eq!(page.map(0x1fff, 0xffff_f801), 3);
    assert_eq!(page.mapping(), Some(Mapping { physical: 0x1000, effective: 0xffff_f000, flags: 0x801 }));
    assert_eq!(page.map(0x5000, 0x7001), 3);
    assert_eq!(page.mapping(), Some(Mapping { physical: 0x5000, effective: 0x7000, flags: 1 }));
    assert!(page.covers(0x7fff, SUPERVISOR) && !page.covers(0xffff_f000, SUPERVISOR));
}

#[test]
fn one_call_without_the_flag_disables_no_execute_for_good() {
    let mut page = MagicPage::default();
    page.map(0x1000, 0xffff_f001);
    assert!(!page.kernel_nx_disabled());
    page.map(0x1000, 0xffff_f000);
    assert!(page.kernel_nx_disabled());
    page.map(0x1000, 0xffff_f001);
    assert!(page.kernel_nx_disabled());
}

#[test]
fn the_customary_page_is_the_top_of_the_physical_addresses() {
    let mut page = MagicPage::default();
    page.map(magic::CUSTOMARY_ADDRESS, magic::CUSTOMARY_ADDRESS | magic::NOT_MAPPED_NX);
    assert_eq!(page.physical_page(Width::Bits64), Some(0x0fff_ffff_ffff_f000));
    assert_eq!(page.physical_page(Width::Bits32), Some(0xffff_f000));
    assert!(page.covers(0xffff_ffff_ffff_f123, SUPERVISOR));
    assert!(!page.covers(0xffff_ffff_ffff_f123, Privilege::User));
    assert!(!page.covers(0xffff_ffff_ffff_e000, SUPERVISOR));
}

#[test]
fn page_zero_is_no_page() {
    let memory = FlatMemory::new(0, 0x1000);
    let mut page = MagicPage::default();
    assert_eq!(page.load(&memory, Width::Bits64, Endian::Big), Ok(None));
    page.map(0xfff, 0xfff);
    let state = SharedState { scratch1: u64::MAX, ..Default::default() };
    page.store(&memory, &state, Width::Bits64, Endian::Big).unwrap();
    let mut first = [1; 8];
    memory.read(0, &mut first).unwrap();
    assert_eq!(first, [0; 8], "nothing was written");
    assert!(!page.covers(0, SUPERVISOR));
    // Above 4 GiB only: no page in 32-bit mode.
    page.map(0x1_0000_0000, 0x1000);
    assert_eq!(page.physical_page(Width::Bits32), None);
}

#[test]
fn a_page_that_is_no_memory_is_an_error() {
    let memory = FlatMemory::new(0x4000, 0x1000);
    let mut page = MagicPage::default();
    page.map(magic::CUSTOMARY_ADDRESS, magic::CUSTOMARY_ADDRESS);
    let state = SharedState::default();
    assert!(page.store(&memory, &state, Width::Bits64, Endian::Big).is_err());
    assert!(page.load(&memory, Width::Bits64, Endian::Big).is_err());
}

proptest! {
    #[test]
    fn any_addresses_are_taken(calls: Vec<(u64, u64)>, address: u64) {
        let memory = FlatMemory::new(0x4000, 0x1000);
        let mut page = MagicPage::default();
        for (physical, effective) in calls {
            prop_assert_eq!(page.map(physical, effective), 3);
            let mapping = page.mapping().unwrap();
            prop_assert_eq!(mapping.physical % 4096, 0);
            prop_assert_eq!(mapping.effective | mapping.flags, effective);
            page.covers(address, SUPERVISOR);
            let _ = page.store(&memory, &SharedState::default(), Width::Bits64, Endian::Little);
        }
    }
}
