//! The hash page table (Power ISA Book III, "Hashed Page Table Translation"): 4 KiB pages, segments of
//! 256 MiB whose virtual segment id is their number.

use crate::cpu::{Platform, hcall, pft_size};
use core::arch::asm;

/// Everything below is mapped to itself.
pub const IDENTITY: u64 = 16 << 20;
/// Where the interrupts of guests without the hypervisor bit go: LPCR\[AIL\] = 3.
pub const AIL: u64 = 0xc000_0000_0000_4000;

const H_REMOVE: u64 = 0x04;
const H_ENTER: u64 = 0x08;

/// 2^18 bytes, the smallest.
const LOG_SIZE: u64 = 18;
const ENTRIES: usize = 1 << (LOG_SIZE - 4);

#[repr(C, align(262144))]
struct Table([[u64; 2]; ENTRIES]);
#[repr(C, align(4096))]
struct Partitions([[u64; 2]; 256]);

static mut TABLE: Table = Table([[0; 2]; ENTRIES]);
static mut PARTITIONS: Partitions = Partitions([[0; 2]; 256]);

const VALID: u64 = 1;
/// Referenced and changed set, memory coherence required, read and write for every key.
const RIGHTS: u64 = 0x100 | 0x80 | 0x10 | 2;

/// The segment of the moving magic page in the segment lookaside buffer.
const MAGIC_SLOT: u64 = 5;
const FIXED: [u64; 4] = [0, 0xf, 0xf_ffff_ffff, AIL >> 28];

fn slbmte(esid: u64, slot: u64) {
    // Kp set: problem state uses key 1. V set.
    let (vsid, esid) = (esid << 12 | 0x400, esid << 28 | 1 << 27 | slot);
    // SAFETY: the host runs with translation off.
    unsafe { asm!("isync", "slbmte {}, {}", "isync", in(reg) vsid, in(reg) esid, options(nostack)) };
}

fn group(address: u64, log_size: u64) -> u64 {
    let hash = (address >> 28) ^ (address >> 12 & 0xffff);
    hash & ((1 << (log_size - 7)) - 1)
}

fn tag(address: u64) -> u64 {
    address >> 23 << 7 | VALID
}

/// Prepares translation, with the image mapped to itself.
pub fn begin() {
    if Platform::get() == Platform::PowerNv {
        let table = &raw const TABLE as u64;
        for partition in 0..2 {
            // SAFETY: the host is the only one to use the table, before it is switched on.
            unsafe {
                (&raw mut PARTITIONS.0[partition][0]).write_volatile((table | (LOG_SIZE - 18)).to_be());
            }
        }
        let partitions = &raw const PARTITIONS as u64;
        // SAFETY: PTCR, in hypervisor state; the tables above are complete.
        unsafe { asm!("ptesync", "mtspr 464, {}", "isync", in(reg) partitions, options(nostack)) };
    }
    // SAFETY: translation is off in the host.
    unsafe { asm!("slbia", options(nostack)) };
    for (slot, esid) in FIXED.into_iter().enumerate() {
        slbmte(esid, slot as u64);
    }
    for page in (0..IDENTITY).step_by(4096) {
        map(page, page);
    }
    map(AIL, crate::block::VECTORS);
}

/// Maps a page.
pub fn map(address: u64, real: u64) {
    let esid = address >> 28;
    if !FIXED.contains(&esid) {
        slbmte(esid, MAGIC_SLOT);
    }
    let entry = [tag(address), real | RIGHTS];
    match Platform::get() {
        Platform::Pseries => {
            let first = group(address, pft_size()) * 8;
            let answer = hcall(H_ENTER, &[0, first, entry[0], entry[1]]);
            assert_eq!(answer.status, 0, "H_ENTER {address:#x}");
        }
        Platform::PowerNv => {
            let slot = slot(address, 0).expect("eight pages of a group are enough");
            // SAFETY: an entry of the table; the second half first, so that no half entry is valid.
            unsafe {
                (&raw mut TABLE.0[slot][1]).write_volatile(entry[1].to_be());
                asm!("eieio", options(nostack));
                (&raw mut TABLE.0[slot][0]).write_volatile(entry[0].to_be());
                asm!("ptesync", options(nostack));
            }
        }
    }
}

/// Unmaps a page that is mapped.
pub fn unmap(address: u64) {
    match Platform::get() {
        Platform::Pseries => {
            let first = group(address, pft_size()) * 8;
            const AVPN: u64 = 1 << (63 - 32);
            let removed = (first..first + 8)
                .any(|index| hcall(H_REMOVE, &[AVPN, index, tag(address) & !0x7f]).status == 0);
            assert!(removed, "H_REMOVE {address:#x}");
        }
        Platform::PowerNv => {
            let slot = slot(address, tag(address)).expect("the page is mapped");
            // SAFETY: an entry of the table, and its translations wherever they are kept.
            unsafe {
                (&raw mut TABLE.0[slot][0]).write_volatile(0);
                for partition in [0_u64, 1] {
                    asm!(
                        "ptesync",
                        ".long 0x7c000264 | (4 << 21) | (3 << 11)", // tlbie r3,r4
                        "eieio", "tlbsync", "ptesync",
                        in("r3") address & !0xfff, in("r4") partition, options(nostack)
                    );
                }
            }
        }
    }
}

/// The place of an entry with this tag among an address's eight.
fn slot(address: u64, tag: u64) -> Option<usize> {
    let first = group(address, LOG_SIZE) as usize * 8;
    // SAFETY: reads the table, which the host alone writes but for two bits of the other half.
    (first..first + 8).find(|i| unsafe { (&raw const TABLE.0[*i][0]).read_volatile() } == tag.to_be())
}
