//! KVM's calls on x86.

use crate::machine::{Asked, MEMORY, Machine};
use hypercall_core::memory::GuestMemory;
use hypercall_core::{Error, Policy, Privilege};

// Linux include/uapi/linux/kvm_para.h: KVM_ENOSYS 1000, KVM_EPERM 1, KVM_EFAULT 14, KVM_EINVAL 22,
// KVM_EOPNOTSUPP 95; negated in RAX.
const ENOSYS: u64 = 0xffff_ffff_ffff_fc18;
const EPERM: u64 = 0xffff_ffff_ffff_ffff;
const EFAULT: u64 = 0xffff_ffff_ffff_fff2;
const EINVAL: u64 = 0xffff_ffff_ffff_ffea;
const EOPNOTSUPP: u64 = 0xffff_ffff_ffff_ffa1;

fn ids(asked: &[Asked]) -> Vec<u32> {
    asked
        .iter()
        .map(|a| match a {
            Asked::Ipi(id, _) => *id,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn vapic_poll_irq_looks_for_the_callers_interrupts() {
    let mut machine = Machine::x86();
    assert_eq!(machine.call(1, &[9, 9, 9, 9]), 0);
    assert_eq!(machine.asked(), [Asked::Poll(1)]);
}

#[test]
fn kick_cpu_wakes_and_yields_and_reads_32_bits_of_the_id() {
    let mut machine = Machine::x86();
    assert_eq!(machine.call(5, &[u64::MAX, 0x7_0000_0002]), 0);
    assert_eq!(machine.asked(), [Asked::Kick(1, 2), Asked::Yield(1, 2)]);
    assert_eq!(machine.call(5, &[0, 0x1_2345]), 0, "no such vCPU");
}

#[test]
fn sched_yield_reads_the_whole_id() {
    let mut machine = Machine::x86();
    assert_eq!(machine.call(11, &[0x1_0000_0002]), 0);
    assert_eq!(machine.asked(), [Asked::Yield(1, 0x1_0000_0002)]);
    let mut machine = machine.narrow();
    assert_eq!(machine.call(11, &[0x1_0000_0002]), 0);
    assert_eq!(machine.asked(), [Asked::Yield(1, 2)], "masked in 32-bit mode");
}

#[test]
fn send_ipi_counts_the_vcpus_that_accepted() {
    let mut machine = Machine::x86();
    // ids 0 to 4, of which 3 has its APIC disabled
    assert_eq!(machine.call(10, &[0b1_1111, 0, 0, 0x40]), 4);
    assert_eq!(ids(&machine.asked()), [0, 1, 2, 3, 4]);
    assert_eq!(machine.call(10, &[0, 0, 0, 0x40]), 0);
    assert_eq!(machine.call(10, &[1, 0, 0x9_0000_0005, 0x40]), 1, "the lowest id is 32 bits");
    assert_eq!(machine.asked(), [Asked::Ipi(5, 0x40)]);
}

#[test]
fn send_ipi_reaches_128_ids_in_64_bit_mode_and_64_in_32_bit_mode() {
    let mut machine = Machine::x86();
    // ids 10 to 137, of which 10 to 99 are there
    assert_eq!(machine.call(10, &[u64::MAX, u64::MAX, 10, 0x40]), 90);
    assert_eq!(ids(&machine.asked()), (10..138).collect::<Vec<u32>>());
    assert_eq!(machine.call(10, &[0, 1, 10, 0x40]), 1);
    assert_eq!(ids(&machine.asked()), [74]);

    let mut machine = machine.narrow();
    assert_eq!(machine.call(10, &[u64::MAX, u64::MAX, 10, 0x40]), 64);
    assert_eq!(ids(&machine.asked()), (10..74).collect::<Vec<u32>>());
    assert_eq!(machine.call(10, &[0, 1, 10, 0x40]), 1);
    assert_eq!(ids(&machine.asked()), [42]);
}

/// `kvm_pv_send_ipi` adds the cluster size to a u32.
#[test]
fn send_ipis_second_bitmap_wraps_and_its_ids_do_not() {
    let mut machine = Machine::x86();
    assert_eq!(machine.call(10, &[1, 0b11, 0xffff_ffc0, 0x40]), 2);
    assert_eq!(ids(&machine.asked()), [0xffff_ffc0, 0, 1]);
    // bits 31 and 32 of the lower bitmap: 0xffff_ffff, and past it
    assert_eq!(machine.call(10, &[0x1_8000_0000, 0, 0xffff_ffe0, 0x40]), 0);
    assert_eq!(ids(&machine.asked()), [0xffff_ffff]);

    let mut machine = machine.narrow();
    assert_eq!(machine.call(10, &[1, 0b11, 0xffff_ffe0, 0x40]), 2);
    assert_eq!(ids(&machine.asked()), [0xffff_ffe0, 0, 1]);
}

#[test]
fn send_ipi_refuses_destination_mode_and_shorthands_only() {
    let mut machine = Machine::x86();
    for icr in [0x800, 0x4_0000, 0x8_0000, 0xc_0000, 0xc_0840] {
        assert_eq!(machine.call(10, &[1, 0, 0, icr]), EINVAL, "{icr:#x}");
    }
    assert_eq!(machine.asked(), []);
    // vector 0, every delivery mode, level, trigger, reserved bits, the destination field
    for icr in [0, 0x40, 0x700, 0x4000, 0x8000, 0xff00_0000_0000_0040, !0xc_0800] {
        assert_eq!(machine.call(10, &[1, 0, 0, icr]), 1, "{icr:#x}");
        assert_eq!(machine.asked(), [Asked::Ipi(0, icr)]);
    }
    let mut machine = machine.narrow();
    assert_eq!(machine.call(10, &[1, 0, 0, 0x800]), 0xffff_ffea);
}

/// sec i64 @0, nsec i64 @8, tsc u64 @16, flags u32 @24, pad u32[9] @28, little-endian
/// (Linux arch/x86/include/uapi/asm/kvm_para.h). 1,700,000,000 is 0x6553f100, 123,456,789 is 0x75bcd15.
const PAIRING: [u8; 64] = {
    let mut bytes = [0; 64];
    let written = [
        0x00, 0xf1, 0x53, 0x65, 0, 0, 0, 0, 0x15, 0xcd, 0x5b, 0x07, 0, 0, 0, 0, 0x01, 0x77, 0x66, 0x55, 0x44,
        0x33, 0x22, 0x11,
    ];
    let mut i = 0;
    while i < written.len() {
        bytes[i] = written[i];
        i += 1;
    }
    bytes
};

#[test]
fn clock_pairing_writes_its_64_bytes_and_no_other() {
    let mut machine = Machine::x86();
    for address in [0x100, 0xfff, 0x1fe3, MEMORY - 64] {
        machine.vm.memory.write(0, &[0xff; MEMORY as usize]).unwrap();
        assert_eq!(machine.call(9, &[address, 0]), 0, "{address:#x}");
        assert_eq!(machine.bytes::<64>(address), PAIRING, "{address:#x}");
        assert_eq!(machine.bytes::<1>(address - 1), [0xff]);
        if address + 64 < MEMORY {
            assert_eq!(machine.bytes::<1>(address + 64), [0xff]);
        }
    }
}

#[test]
fn clock_pairing_looks_at_the_type_and_the_clock_before_the_address() {
    let mut machine = Machine::x86();
    for clock in [1, 2, 1 << 32, u64::MAX] {
        assert_eq!(machine.call(9, &[0x100, clock]), EOPNOTSUPP, "{clock:#x}");
        assert_eq!(machine.call(9, &[u64::MAX, clock]), EOPNOTSUPP, "{clock:#x}");
    }
    for address in [MEMORY - 63, MEMORY, 1 << 63, u64::MAX - 62, u64::MAX] {
        assert_eq!(machine.call(9, &[address, 0]), EFAULT, "{address:#x}");
    }
    machine.fail_with(Some(Error::Unsupported));
    assert_eq!(machine.call(9, &[0x100, 0]), EOPNOTSUPP);
    assert_eq!(machine.call(9, &[u64::MAX, 0]), EOPNOTSUPP);
    assert_eq!(machine.bytes::<{ MEMORY as usize }>(0), [0; MEMORY as usize], "nothing was written");
}

#[test]
fn clock_pairing_in_32_bit_mode_masks_both_arguments() {
    let mut machine = Machine::x86().narrow();
    assert_eq!(machine.call(9, &[0x5_0000_0100, 0x5_0000_0000]), 0);
    assert_eq!(machine.bytes::<64>(0x100), PAIRING);
    assert_eq!(machine.call(9, &[0x100, 1]), 0xffff_ffa1);
}

#[test]
fn map_gpa_range_converts_what_is_memory() {
    let mut machine = Machine::x86();
    let pages = MEMORY / 4096;
    for (gpa, pages, attributes) in
        [(0x1000, 1, 0x10), (0x1000, 2, 0), (0, pages, 0x11), (MEMORY - 4096, 1, 2)]
    {
        assert_eq!(machine.call(12, &[gpa, pages, attributes]), 0);
        assert_eq!(machine.asked(), [Asked::Convert(gpa, pages, attributes)]);
    }
    machine.fail_with(Some(Error::NoMemory));
    assert_eq!(machine.call(12, &[0x1000, 1, 0]), 0xffff_ffff_ffff_fff4, "-ENOMEM is -12");
}

#[test]
fn map_gpa_range_refuses_every_wrong_range_and_attribute() {
    let mut machine = Machine::x86();
    let last = 0xffff_ffff_ffff_f000;
    for (gpa, pages, attributes, why) in [
        (0x1001, 1, 0, "unaligned"),
        (0x1800, 1, 0, "unaligned"),
        (0x1000, 0, 0, "no pages"),
        (last, 1, 0, "the end is 2^64"),
        (last, 2, 0, "the end wraps"),
        (0x1000, 1 << 52, 0, "the bytes wrap to none"),
        (0x1000, (1 << 52) + 1, 0, "the bytes wrap to one page"),
        (0x1000, u64::MAX, 0, "the pages wrap"),
        (MEMORY, 1, 0, "outside memory"),
        (MEMORY - 4096, 2, 0, "ends outside memory"),
        (0x1000, 1, 0x3, "no such page size"),
        (0x1000, 1, 0xf, "no such page size"),
        (0x1000, 1, 0x20, "reserved attribute"),
        (0x1000, 1, 1 << 63, "reserved attribute"),
    ] {
        assert_eq!(machine.call(12, &[gpa, pages, attributes]), EINVAL, "{why}");
    }
    assert_eq!(machine.asked(), []);
}

#[test]
fn calls_without_a_handler_are_unknown() {
    let mut machine = Machine::x86();
    // MMU_OP, PowerPC's two, MIPS's three, the next free one, and one with high bits set
    for number in [0, 2, 3, 4, 6, 7, 8, 13, 0x1_0000_0001] {
        assert_eq!(machine.call(number, &[0x1000, 1, 0, 0]), ENOSYS, "{number:#x}");
    }
    let mut machine = machine.narrow();
    assert_eq!(machine.call(2, &[]), 0xffff_fc18);
    assert_eq!(machine.call(0x1_0000_0001, &[]), 0, "masked to 1");
}

#[test]
fn a_confidential_guest_is_not_told_the_hosts_time() {
    let mut machine = Machine::x86_with(Policy::confidential());
    assert_eq!(machine.call(9, &[0x100, 0]), ENOSYS);
    assert_eq!(machine.call(0x4856_003a, &[]), ENOSYS);
    assert_eq!(machine.bytes::<64>(0x100), [0; 64]);
    assert_eq!(machine.call(1, &[]), 0, "others are served");
}

#[test]
fn a_user_program_may_not_call() {
    let mut machine = Machine::x86();
    machine.caller.privilege = Privilege::User;
    for number in [1, 5, 9, 10, 11, 12, 13] {
        assert_eq!(machine.call(number, &[0x1000, 1, 0, 0]), EPERM, "{number}");
    }
    assert_eq!(machine.asked(), []);
}
