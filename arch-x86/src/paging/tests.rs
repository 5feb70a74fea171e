//! Tables written by hand, in each kind of paging.

use super::*;
use hypercall_core::memory::FlatMemory;
use proptest::prelude::*;

const KERNEL: Access = Access { privilege: Privilege::Supervisor, write: false };
const KERNEL_WRITES: Access = Access { write: true, ..KERNEL };
const USER_READS: Access = Access { privilege: Privilege::User, write: false };
const USER_WRITES: Access = Access { write: true, ..USER_READS };

fn memory() -> FlatMemory {
    FlatMemory::new(0, 0x1_0000)
}

fn put64(memory: &FlatMemory, address: u64, value: u64) {
    memory.write_value(address, value, Endian::Little).unwrap();
}

fn put32(memory: &FlatMemory, address: u64, value: u32) {
    memory.write_value(address, value, Endian::Little).unwrap();
}

/// Four levels: 0x1000, 0x2000, 0x3000, 0x4000, with a page at 0xffff_8000_0000_5000 and a large one behind.
fn long(memory: &FlatMemory) -> Paging {
    put64(memory, 0x1000 + 8 * 0x100, 0x2000 | 7);
    put64(memory, 0x2000, 0x3000 | 7);
    put64(memory, 0x2000 + 8, 0x4000_0000 | 0x83); // 1 GiB, the kernel's
    put64(memory, 0x3000, 0x4000 | 7);
    put64(memory, 0x3000 + 8, 0x20_0000 | 0x85); // 2 MiB, read-only
    put64(memory, 0x4000 + 8 * 5, 0x8000_0000_0000_a000 | 7); // no code
    put64(memory, 0x4000 + 8 * 6, 0xb000 | 5);
    put64(memory, 0x4000 + 8 * 7, 0xb000 | 3);
    put64(memory, 0x4000 + 8 * 8, 0xb000 | 6); // not present
    Paging { cr0: CR0_PG | CR0_WP, cr3: 0x1000, cr4: CR4_PAE, efer: EFER_LMA }
}

const HIGH: u64 = 0xffff_8000_0000_0000;

#[test]
fn long_mode_has_pages_of_three_sizes() {
    let memory = memory();
    let paging = long(&memory);
    let at = |linear| paging.walk(&memory, linear);
    let found = |physical, writable, user| Some(Mapping { physical, writable, user });
    assert_eq!(at(HIGH + 0x5123), found(0xa123, true, true));
    assert_eq!(at(HIGH + 0x6fff), found(0xbfff, false, true));
    assert_eq!(at(HIGH + 0x7000), found(0xb000, true, false));
    assert_eq!(at(HIGH + 0x8000), None);
    assert_eq!(at(HIGH + 0x20_1234), found(0x20_1234, false, true));
    assert_eq!(at(HIGH + 0x4000_0000 + 0x123_4567), found(0x4123_4567, true, false));
    assert_eq!(at(HIGH + 0x8000_0000), None);
    assert_eq!(at(0x5123), None, "the lower half");
    assert_eq!(at(0x0000_8000_0000_5123), None, "not canonical, and the same bits as one that is mapped");
}

#[test]
fn five_levels_have_57_bits() {
    let memory = memory();
    let four = long(&memory);
    put64(&memory, 0x6000 + 8, 0x1000 | 7);
    let paging = Paging { cr3: 0x6000, cr4: CR4_PAE | CR4_LA57, ..four };
    let linear = 1 << 48 | 1 << 47 | 0x5123;
    assert_eq!(paging.walk(&memory, linear).unwrap().physical, 0xa123);
    assert!(!four.has(linear) && paging.has(linear) && !paging.has(1 << 56));
}

#[test]
fn pae_has_four_entries_without_flags_at_its_top() {
    let memory = memory();
    put64(&memory, 0x1020 + 8, 0x3000 | 1);
    put64(&memory, 0x3000, 0x4000 | 7);
    put64(&memory, 0x3000 + 8, 0x60_0000 | 0x87);
    put64(&memory, 0x4000 + 8 * 3, 0xa000 | 7);
    let paging = Paging { cr0: CR0_PG, cr3: 0x1020, cr4: CR4_PAE, efer: 0 };
    let at = |linear| paging.walk(&memory, linear).map(|m| (m.physical, m.writable, m.user));
    assert_eq!(at(0x4000_3010), Some((0xa010, true, true)));
    assert_eq!(at(0x4020_0001), Some((0x60_0001, true, true)));
    assert_eq!(at(0x3010), None);
    assert_eq!(at(0x1_4000_3010), None, "no linear address has more than 32 bits there");
}

#[test]
fn two_levels_have_large_pages_only_with_pse() {
    let memory = memory();
    put32(&memory, 0x1000, 0x2000 | 7);
    put32(&memory, 0x1004, 0x0080_0000 | 1 << 13 | 0x83); // bit 32 of the address
    put32(&memory, 0x2000 + 4 * 9, 0xa000 | 5);
    let paging = Paging { cr0: CR0_PG, cr3: 0x1000, cr4: CR4_PSE, efer: 0 };
    let at = |paging: Paging, linear| paging.walk(&memory, linear).map(|m| (m.physical, m.writable, m.user));
    assert_eq!(at(paging, 0x9abc), Some((0xaabc, false, true)));
    assert_eq!(at(paging, 0x8000), None);
    assert_eq!(at(paging, 0x40_1234), Some((0x1_0080_1234, true, false)));
    // Without it the entry names a table, which is not in memory here.
    assert_eq!(at(Paging { cr4: 0, ..paging }, 0x40_1234), None);
}

#[test]
fn without_paging_an_address_is_its_own() {
    let paging = Paging::default();
    let own = Mapping { physical: 0x1234, writable: true, user: true };
    assert_eq!(paging.walk(&memory(), 0x1234), Some(own));
    assert_eq!(paging.walk(&memory(), 1 << 32), None);
}

/// Intel SDM volume 3, "Determination of Access Rights".
#[test]
fn rights_are_the_processors() {
    let page = |writable, user| Mapping { physical: 0, writable, user };
    let strict = Paging { cr0: CR0_PG | CR0_WP, ..Paging::default() };
    let lax = Paging { cr0: CR0_PG, ..Paging::default() };
    for (mapping, access, allowed, without_wp) in [
        (page(true, true), USER_WRITES, true, true),
        (page(false, true), USER_READS, true, true),
        (page(false, true), USER_WRITES, false, false),
        (page(true, false), USER_READS, false, false),
        (page(true, false), USER_WRITES, false, false),
        (page(true, false), KERNEL_WRITES, true, true),
        (page(false, false), KERNEL, true, true),
        (page(false, true), KERNEL_WRITES, false, true),
    ] {
        assert_eq!(strict.allows(mapping, access), allowed, "{mapping:?} {access:?}");
        assert_eq!(lax.allows(mapping, access), without_wp, "{mapping:?} {access:?}");
    }
}

/// Pages 0x10, 0x11 and 0x12 are mapped in reverse; 0x12 is read-only; 0x1f is not memory.
fn translate(linear: u64, access: Access) -> Result<u64, Error> {
    match linear >> 12 {
        0x12 if access.write => Err(Error::BadAddress),
        page @ 0x10..=0x12 => Ok((0x12 - page) << 12 | linear & 0xfff),
        0x1f => Ok(0xf_f000 | linear & 0xfff),
        0xf_ffff | 0xf_ffff_ffff_ffff => Ok(linear & 0xfff),
        _ => Err(Error::BadAddress),
    }
}

#[test]
fn a_copy_goes_page_by_page() {
    let memory = memory();
    let linear = Linear::new(&memory, translate, Caller::X86_64);
    linear.write(0x1_0ffc, b"12345678").unwrap();
    let mut bytes = [0; 8];
    memory.read(0x2ffc, &mut bytes[..4]).unwrap();
    memory.read(0x1000, &mut bytes[4..]).unwrap();
    assert_eq!(&bytes, b"12345678");
    let mut all = [0xff; 0x3000];
    assert_eq!(linear.read(0x1_0000, &mut all), Ok(()));
    assert_eq!((&all[0xffc..0x1004], all[0x1004]), (&b"12345678"[..], 0));
}

#[test]
fn what_cannot_be_reached_is_a_bad_address() {
    let memory = memory();
    let linear = Linear::new(&memory, translate, Caller::X86_64);
    let mut bytes = [0; 8];
    for (address, what) in [
        (0xffff, "the first page is not mapped"),
        (0x1_2ffd, "the second page is not mapped"),
        (0x1_f000, "not memory"),
        (u64::MAX - 3, "it wraps"),
    ] {
        assert_eq!(linear.read(address, &mut bytes), Err(Error::BadAddress), "{what}");
        assert_eq!(linear.write(address, &bytes), Err(Error::BadAddress), "{what}");
    }
    assert_eq!(linear.read(0x1_1ffc, &mut bytes), Ok(()));
    assert_eq!(linear.write(0x1_1ffc, &bytes), Err(Error::BadAddress), "the second page is read-only");
    assert_eq!(linear.read(u64::MAX - 7, &mut bytes), Ok(()), "the last bytes of all");
    assert_eq!(linear.read(7, &mut []), Ok(()), "nothing is nowhere");
    let narrow = Linear::new(&memory, translate, Caller { width: Width::Bits32, ..Caller::X86_64 });
    assert_eq!(narrow.read(0xffff_fff8, &mut bytes), Ok(()), "the last bytes of 32 bits");
    assert_eq!(narrow.read(0xffff_fff9, &mut bytes), Err(Error::BadAddress), "it wraps in 32 bits");
}

proptest! {
    /// Whatever the tables hold, themselves above all, a walk ends, and what it finds is at the address's own offset.
    #[test]
    fn a_walk_of_anything_ends(
        entries in prop::collection::vec((0_u64..3, 0_u64..0x1000, prop::bool::weighted(0.9)), 1024),
        (cr0, cr3, cr4, efer) in any::<(u64, u64, u64, u64)>(),
        linear in any::<u64>(),
    ) {
        let memory = FlatMemory::new(0, 0x2000);
        let entry = |(page, flags, present): &(u64, u64, bool)| page << 12 | flags | u64::from(*present);
        let bytes: Vec<u8> = entries.iter().flat_map(|e| entry(e).to_le_bytes()).collect();
        memory.write(0, &bytes).unwrap();
        for cr3 in [cr3, cr3 & 0x1fff] {
            for cr0 in [cr0, cr0 | CR0_PG] {
                let paging = Paging { cr0, cr3, cr4, efer };
                if let Some(found) = paging.walk(&memory, linear) {
                    prop_assert_eq!(found.physical & 0xfff, linear & 0xfff);
                    prop_assert!(paging.has(linear));
                }
            }
        }
    }
}
