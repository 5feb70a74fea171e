//! The magic page, through the memory management unit.
//!
//! Offsets and values are literals from Linux `arch/powerpc/include/uapi/asm/kvm_para.h`,
//! `struct kvm_vcpu_arch_shared`.

use super::{Check, check, same};
use crate::block;
use crate::guest::{Back, MEMORY, MEMORY_END, execute, load_runner, mode, stub};
use crate::host;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::arch::asm;
use hypercall_arch_ppc::PpcRegisters;
use hypercall_arch_ppc::guest::Issue;
use hypercall_arch_ppc::instructions::NOP;
use hypercall_core::{Privilege, Width};
use hypercalls::catalogue::kvm::{EffectivePage, MagicPageFlags, PhysicalPage, PpcMapMagicPage};

pub const ALL: &[Check] = &[
    check("before it is asked for there is no page at -4096", absent),
    check("the page is mapped where Linux maps it", mapped),
    check("SPRG0 to SPRG3 written through the page are the host's", to_host),
    check("SPRG0 to SPRG3 written by instruction are in the page", from_host),
    check("SRR0 and SRR1 are in the page", resumption),
    check("DAR and DSISR are in the page", fault),
    check("of the MSR the page changes EE and RI only", machine_state),
    check("the other fields are kept", others),
    check("a user program has no page", user),
    check("a second mapping moves the page", moved),
    check("physical addresses that are no memory do not matter", bad_physical),
    check("effective addresses may be any", bad_effective),
    check("the page lies over the guest's own memory and leaves it as it was", over_memory),
    check("the page is back for the host to see", last),
];

/// Linux's `KVM_MAGIC_PAGE`.
const TOP: u64 = 0xffff_ffff_ffff_f000;

fn map(physical: u64, effective: u64) -> Result<(), String> {
    let flags = MagicPageFlags::from_bits_retain(effective & 0xfff);
    let call = PpcMapMagicPage {
        physical: PhysicalPage::of(physical),
        effective: EffectivePage::new(effective, flags),
    };
    // SAFETY: the page is memory of no Rust object, wherever it goes.
    let answer = unsafe { call.issue(stub()) };
    same("the status", answer.status, 0)?;
    same("the features", answer.outputs[0], 3)
}

fn read64(address: u64) -> u64 {
    // SAFETY: mapped, and memory of no Rust object.
    unsafe { (address as *const u64).read_volatile() }
}

fn read32(address: u64) -> u32 {
    // SAFETY: as above.
    unsafe { (address as *const u32).read_volatile() }
}

fn write64(address: u64, value: u64) {
    // SAFETY: as above.
    unsafe { (address as *mut u64).write_volatile(value) };
}

fn write32(address: u64, value: u32) {
    // SAFETY: as above.
    unsafe { (address as *mut u32).write_volatile(value) };
}

macro_rules! mfspr {
    ($spr:literal) => {{
        let value: u64;
        // SAFETY: reads a supervisor register of the guest's, which its host emulates.
        unsafe { asm!(concat!("mfspr {}, ", $spr), out(reg) value, options(nostack)) };
        value
    }};
}

macro_rules! mtspr {
    ($spr:literal, $value:expr) => {{
        let value: u64 = $value;
        // SAFETY: a register that the guest's code does not use otherwise.
        unsafe { asm!(concat!("mtspr ", $spr, ", {}"), in(reg) value, options(nostack)) };
    }};
}

fn mfmsr() -> u64 {
    let value: u64;
    // SAFETY: reads the guest's own, which its host emulates.
    unsafe { asm!("mfmsr {}", out(reg) value, options(nostack)) };
    value
}

/// Loads a doubleword, in a privilege: its value, or the interrupt that there was.
fn load(address: u64, privilege: Privilege) -> Result<u64, Box<block::Interrupt>> {
    // ld r5,0(r6)
    load_runner([0xe8a6_0000, NOP, NOP, NOP], false);
    let mut input = PpcRegisters::default();
    input.r[6] = address;
    match execute(&input, mode(Width::Bits64, privilege, false)) {
        Back::Done(registers) => Ok(registers.r[5]),
        Back::Interrupted(interrupt) => Err(interrupt.into()),
    }
}

/// That an address is not mapped: a data storage or data segment interrupt there.
fn nothing(address: u64, privilege: Privilege) -> Result<(), String> {
    match load(address, privilege) {
        Ok(value) => Err(format!("{address:#x} holds {value:#x} and must not be mapped")),
        Err(interrupt) if [0x300, 0x380].contains(&interrupt.vector) => same("DAR", mfspr!("19"), address),
        Err(interrupt) => Err(format!("{interrupt:x?} at {address:#x}")),
    }
}

fn absent() -> Result<(), String> {
    nothing(TOP, Privilege::Supervisor)
}

fn mapped() -> Result<(), String> {
    map(TOP, TOP | 1)?;
    load(TOP, Privilege::Supervisor).map(|_| ()).map_err(|interrupt| format!("{interrupt:x?}"))
}

const VALUES: [u64; 4] =
    [0x1111_2222_3333_4444, 0x8000_0000_0000_0001, 0xfedc_ba98_7654_3210, 0x0000_0000_ffff_ffff];

fn to_host() -> Result<(), String> {
    for (i, value) in VALUES.into_iter().enumerate() {
        write64(TOP + 32 + 8 * i as u64, value);
    }
    let found = [mfspr!("272"), mfspr!("273"), mfspr!("274"), mfspr!("275")];
    if found == VALUES { Ok(()) } else { Err(format!("{found:x?}")) }
}

fn from_host() -> Result<(), String> {
    mtspr!("272", !VALUES[0]);
    mtspr!("273", !VALUES[1]);
    mtspr!("274", !VALUES[2]);
    mtspr!("275", !VALUES[3]);
    let found: [u64; 4] = core::array::from_fn(|i| read64(TOP + 32 + 8 * i as u64));
    if found == VALUES.map(|v| !v) { Ok(()) } else { Err(format!("{found:x?}")) }
}

fn resumption() -> Result<(), String> {
    load(TOP, Privilege::Supervisor).map_err(|interrupt| format!("{interrupt:x?}"))?;
    // As the guest's vector wrote them by instruction, on its way back.
    let (address, msr) = block::resumption();
    same("SRR0", read64(TOP + 64), address)?;
    same("SRR1", read64(TOP + 72), msr)?;
    // And the reverse.
    write64(TOP + 64, 0x1234_5678_9abc_def0);
    write64(TOP + 72, 0x0fed_cba9_8765_4321);
    same("SRR0 by instruction", mfspr!("26"), 0x1234_5678_9abc_def0)?;
    same("SRR1 by instruction", mfspr!("27"), 0x0fed_cba9_8765_4321)
}

fn fault() -> Result<(), String> {
    const NOWHERE: u64 = 0xffff_ffff_ffff_0008;
    nothing(NOWHERE, Privilege::Supervisor)?;
    same("DAR", read64(TOP + 80), NOWHERE)?;
    // No translation (Power ISA Book III, "Data Storage Interrupt").
    same("DSISR", read32(TOP + 96), 0x4000_0000)
}

fn machine_state() -> Result<(), String> {
    const EE: u64 = 1 << 15;
    const RI: u64 = 1 << 1;
    let before = mfmsr();
    same("the page's MSR", read64(TOP + 88), before)?;
    let wanted = (before ^ EE) & !RI;
    // Problem state, 32-bit mode and the other byte order are not the page's to give.
    write64(TOP + 88, wanted ^ (1 << 63 | 1 << 14 | 1));
    same("the MSR", mfmsr(), wanted)?;
    same("the page's MSR after that", read64(TOP + 88), wanted)?;
    write64(TOP + 88, before);
    same("the MSR in the end", mfmsr(), before)
}

/// Fields that the host keeps and does not use: scratch1 to scratch3, critical, mas7_3, mas2 and sprg4 to
/// sprg7, of 64 bits.
const WIDE: [u64; 10] = [0, 8, 16, 24, 176, 184, 208, 216, 224, 232];

fn others() -> Result<(), String> {
    // sr, mas0, mas1, mas4, mas6, esr, pir, of 32 bits; int_pending is the host's.
    let narrow = || (104..=172).step_by(4).chain([192, 196, 200, 204]);
    let pattern = |offset: u64| 0xa5a5_0000_5a5a_0000 | offset << 32 | offset;
    WIDE.iter().for_each(|offset| write64(TOP + offset, pattern(*offset)));
    narrow().for_each(|offset| write32(TOP + offset, pattern(offset) as u32));
    write64(TOP + 240, 0x7777);
    mfmsr(); // to the host and back
    for offset in WIDE {
        same(&format!("the field at {offset}"), read64(TOP + offset), pattern(offset))?;
    }
    for offset in narrow() {
        same(&format!("the field at {offset}"), read32(TOP + offset), pattern(offset) as u32)?;
    }
    same("behind the fields", read64(TOP + 240), 0x7777)
}

fn user() -> Result<(), String> {
    nothing(TOP, Privilege::User)?;
    load(TOP + 32, Privilege::Supervisor).map(|_| ()).map_err(|interrupt| format!("{interrupt:x?}"))
}

/// That the page at an address has SPRG1 in both directions.
fn alive(at: u64, value: u64) -> Result<(), String> {
    write64(at + 40, value);
    same("SPRG1 by instruction", mfspr!("273"), value)?;
    mtspr!("273", !value);
    same("SPRG1 in the page", read64(at + 40), !value)
}

fn moved() -> Result<(), String> {
    const NEXT: u64 = 0xffff_ffff_fffe_e000;
    const PHYSICAL: u64 = MEMORY + 0x1_0000;
    mtspr!("272", 0x5151);
    map(PHYSICAL, NEXT)?;
    nothing(TOP, Privilege::Supervisor)?;
    same("SPRG0 in the page", read64(NEXT + 32), 0x5151)?;
    // Here the page is memory of the guest's.
    same("SPRG0 in memory", read64(PHYSICAL + 32), 0x5151)?;
    alive(NEXT, 0x1_0000_0001)?;
    map(PHYSICAL, TOP)?;
    nothing(NEXT, Privilege::Supervisor)?;
    alive(TOP, 0x2_0000_0002)
}

fn bad_physical() -> Result<(), String> {
    // Zero, the end of memory, past any, and with its low bits set.
    for physical in [0, MEMORY_END, 0x0fff_ffff_ffff_f000, u64::MAX, MEMORY + 0x1_0fff] {
        map(physical, TOP | 1)?;
        alive(TOP, physical ^ 0x77).map_err(|wrong| format!("{wrong}, with the page at {physical:#x}"))?;
    }
    Ok(())
}

fn bad_effective() -> Result<(), String> {
    for effective in [0x0123_4567_89ab_c000, 0xe000_0000_0000_0000, 0x1000_0000, 0xffff_ffff_f234_5000] {
        // The low twelve bits are flags, most of which mean nothing.
        map(TOP, effective | 0xabd)?;
        alive(effective, effective ^ 0x55)?;
        nothing(TOP, Privilege::Supervisor)?;
    }
    // At 0 there is no page: the image's first word is still there.
    let first = read32(0x10);
    map(TOP, 0)?;
    same("what is at 0x10", read32(0x10), first)?;
    mtspr!("272", 0x6161);
    same("SPRG0 without a page", mfspr!("272"), 0x6161)
}

fn over_memory() -> Result<(), String> {
    const OWN: u64 = MEMORY + 0x2_0000;
    write64(OWN + 32, 0x4444);
    write64(OWN + 0xff8, 0x8888);
    map(TOP, OWN)?;
    alive(OWN, 0x3_0000_0003)?;
    map(TOP, TOP | 1)?;
    same("the memory", read64(OWN + 32), 0x4444)?;
    same("its end", read64(OWN + 0xff8), 0x8888)
}

fn last() -> Result<(), String> {
    map(TOP, TOP)?;
    for (i, value) in VALUES.into_iter().enumerate() {
        write64(TOP + 32 + 8 * i as u64, value.rotate_left(8));
    }
    write64(TOP + 208, 0x1357_9bdf_0246_8ace);
    Ok(())
}

/// What is wrong with the state that the host has at the guest's end.
pub fn host_saw(guest: &host::Guest) -> Option<String> {
    let shared = &guest.shared;
    let is = [shared.sprg0, shared.sprg1, shared.sprg2, shared.sprg3];
    let must = VALUES.map(|value| value.rotate_left(8));
    let sound = is == must && shared.sprg4 == 0x1357_9bdf_0246_8ace && guest.kernel_nx_disabled();
    (!sound).then(|| format!("{shared:x?}"))
}
