//! KVM's calls on PowerPC (Linux arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv).

use crate::machine::{Answer, Asked, Machine};
use hypercall_core::{Endian, Error};

/// Tokens: vendor 42 << 16 | number (Linux arch/powerpc/include/uapi/asm/epapr_hcalls.h).
const FEATURES: u64 = 0x2a_0003;
const MAP_MAGIC_PAGE: u64 = 0x2a_0004;

fn returns(result: u64, value: u64) -> Answer {
    Answer { result, value, outputs: vec![] }
}

#[test]
fn features_names_the_magic_page() {
    for endian in [Endian::Big, Endian::Little] {
        assert_eq!(Machine::epapr(endian).answer(FEATURES, &[]), returns(0, 2));
    }
}

#[test]
fn the_magic_page_is_mapped_where_the_guest_wants_it() {
    let mut machine = Machine::epapr(Endian::Big);
    // r3 physical, r4 effective address and flags; SR 1 and MAS0_TO_SPRG7 2
    let page = 0xffff_ffff_ffff_f000;
    assert_eq!(machine.answer(MAP_MAGIC_PAGE, &[page, page | 1]), returns(0, 3));
    assert_eq!(machine.asked(), [Asked::Map(1, page, page, 1)]);
    assert_eq!(machine.answer(MAP_MAGIC_PAGE, &[0x5fff, 0x7ffe]), returns(0, 3));
    assert_eq!(machine.asked(), [Asked::Map(1, 0x5000, 0x7000, 0)], "low bits and unknown flags are ignored");

    let mut machine = machine.narrow();
    assert_eq!(machine.answer(MAP_MAGIC_PAGE, &[0x1_0000_5000, page]), returns(0, 3));
    assert_eq!(machine.asked(), [Asked::Map(1, 0x5000, 0xffff_f000, 0)]);
}

#[test]
fn errors_are_positive_and_leave_zero_in_r4() {
    let mut machine = Machine::epapr(Endian::Big);
    machine.fail_with(Some(Error::BadAddress));
    assert_eq!(machine.answer(MAP_MAGIC_PAGE, &[0, 0]), returns(6, 0), "EV_EFAULT");
    // x86's numbers, the next free one, and KVM's numbers without the vendor are EV_UNIMPLEMENTED
    for token in [0x2a_0001, 0x2a_0005, 0x2a_000c, 0x2a_000d, 0x3f, 0x1_0003] {
        assert_eq!(machine.answer(token, &[]), returns(12, 0), "{token:#x}");
    }
    assert_eq!(machine.answer(0xffff_ffff_002a_0003, &[]), returns(0, 2), "the token is a C int");
}
