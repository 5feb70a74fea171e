//! Enters a guest in a chosen mode, without a boot loader.

use super::cpuid::processor;
use super::error::KvmError;
use crate::paging::Mapping;
use crate::para::Processor;
use hypercall_core::memory::GuestMemory;
use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, kvm_dtable, kvm_regs, kvm_segment};
use kvm_ioctls::VcpuFd;

/// Guest memory the tables take from [`Entry::tables`] on: eleven pages.
///
/// | offset | pages | what |
/// |---|---|---|
/// | 0x0000 | 1 | GDT |
/// | 0x1000 | 1 | IDT |
/// | 0x2000 | 3 | TSS with the I/O permission bitmap of all ports |
/// | 0x5000 | 1 | PML4 |
/// | 0x6000 | 1 | page-directory-pointer table |
/// | 0x7000 | 4 | page directories: the first 4 GiB in 2 MiB pages, each at its own address, writable, for user programs too |
pub const TABLES_SIZE: u64 = 0xb000;

const GDT: u64 = 0;
const IDT: u64 = 0x1000;
const TSS: u64 = 0x2000;
const PML4: u64 = 0x5000;
const PDPT: u64 = 0x6000;
const DIRECTORIES: u64 = 0x7000;

/// 64-bit kernel code.
pub const KERNEL_CODE_64: u16 = 0x08;
/// Kernel data.
pub const KERNEL_DATA: u16 = 0x10;
/// 32-bit kernel code.
pub const KERNEL_CODE_32: u16 = 0x18;
/// 32-bit user code.
pub const USER_CODE_32: u16 = 0x20 | 3;
/// User data.
pub const USER_DATA: u16 = 0x28 | 3;
/// 64-bit user code.
pub const USER_CODE_64: u16 = 0x30 | 3;
/// The TSS; in long mode its descriptor takes two places.
pub const TASK: u16 = 0x38;
/// Nine places of eight bytes.
const GDT_LIMIT: u16 = 9 * 8 - 1;

/// Length of a TSS, 32- or 64-bit (Intel SDM volume 3, figures 8-2 and 8-11).
const TSS_LENGTH: u64 = 104;
/// One bit a port, and the byte of ones that has to follow.
const BITMAP_LENGTH: usize = 8192 + 1;
/// Types of a 32- or 64-bit TSS (Intel SDM volume 3, table 3-2).
const AVAILABLE_TSS: u8 = 9;
const BUSY_TSS: u8 = 11;
/// Page-table entry: present, writable, user.
const PAGE: u64 = 7;
/// Page-directory entry: the page is of 2 MiB.
const LARGE: u64 = 0x80;
const PRESENT: u64 = 1;
const WRITABLE: u64 = 2;
const USER: u64 = 4;
/// Bytes that an entry of a page directory maps.
const LARGE_PAGE: u64 = 0x20_0000;
/// Entries of a page table.
const ENTRIES: usize = 512;
/// Gate: present, called from any CPL, interrupt gate (32-bit, and 64-bit in long mode).
const GATE: u64 = 0xee00;

/// CR0: PE, MP, ET, NE. Intel SDM volume 3, "Control Registers".
const CR0: u64 = 0x33;
/// CR0: PG and WP.
const CR0_PAGING: u64 = 0x8001_0000;
/// CR4: PAE, OSFXSR, OSXMMEXCPT.
const CR4: u64 = 0x620;
/// EFER: LME and LMA.
const EFER: u64 = 0x500;

/// What the guest's instructions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// 64-bit code.
    Long,
    /// 32-bit code in long mode.
    Compatibility,
    /// 32-bit code in protected mode, flat segments, paging off.
    Protected,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Mode; 3] = [Mode::Long, Mode::Compatibility, Mode::Protected];

    /// Whether long mode is active.
    pub fn is_long(self) -> bool {
        matches!(self, Mode::Long | Mode::Compatibility)
    }
}

/// How a vCPU begins.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What its instructions are.
    pub mode: Mode,
    /// Whether it begins at CPL 3; at CPL 0 otherwise.
    pub user: bool,
    /// Its first instruction.
    pub rip: u64,
    /// Its stack's end.
    pub stack: u64,
    /// The end of the stack it takes when an exception brings it from CPL 3 to CPL 0.
    pub kernel_stack: u64,
    /// Guest-physical address of [`TABLES_SIZE`] bytes for its tables; page aligned, below 4 GiB. Each vCPU
    /// has its own: the TSS names its stack.
    pub tables: u64,
    /// Ports that CPL 3 may use.
    pub ports: &'a [u16],
    /// Vectors and the addresses of their handlers, which run at CPL 0: in 64-bit mode in
    /// [`Mode::Long`] and [`Mode::Compatibility`]. Any other exception shuts the VM down.
    pub handlers: &'a [(u8, u64)],
}

/// A flat code segment.
fn code(selector: u16, dpl: u8, long: bool) -> kvm_segment {
    kvm_segment {
        limit: u32::MAX,
        selector,
        type_: 0xb, // execute, read, accessed
        present: 1,
        dpl,
        db: (!long).into(),
        s: 1,
        l: long.into(),
        g: 1,
        ..Default::default()
    }
}

/// A flat data segment.
fn data(selector: u16, dpl: u8) -> kvm_segment {
    kvm_segment { type_: 3, ..code(selector, dpl, false) }
}

/// The TSS of a task that runs.
fn task(base: u64) -> kvm_segment {
    kvm_segment {
        base,
        limit: TSS_LENGTH as u32 + BITMAP_LENGTH as u32 - 1,
        selector: TASK,
        type_: BUSY_TSS,
        present: 1,
        ..Default::default()
    }
}

/// The type that TR has to have. Intel's processors enter a guest with a busy TSS only (Intel SDM volume 3,
/// "Checks on Guest Segment Registers"). AMD's do not look, and QEMU's SVM emulation honours the I/O
/// permission bitmap of an available one only (`target/i386/tcg`, `helper_check_io`).
fn task_type(vcpu: &VcpuFd) -> Result<u8, KvmError> {
    let cpuid = vcpu.get_cpuid2(KVM_MAX_CPUID_ENTRIES).map_err(KvmError::ioctl("KVM_GET_CPUID2"))?;
    Ok(if processor(&cpuid) == Some(Processor::Amd) { AVAILABLE_TSS } else { BUSY_TSS })
}

/// The eight bytes of a segment's descriptor (Intel SDM volume 3, figure 3-8).
fn descriptor(segment: &kvm_segment) -> u64 {
    let limit = u64::from(if segment.g == 1 { segment.limit >> 12 } else { segment.limit });
    let access = u64::from(segment.type_ | segment.s << 4 | segment.dpl << 5 | segment.present << 7);
    let flags = u64::from(segment.avl | segment.l << 1 | segment.db << 2 | segment.g << 3);
    (limit & 0xffff)
        | (segment.base & 0xff_ffff) << 16
        | access << 40
        | (limit >> 16 & 0xf) << 48
        | flags << 52
        | (segment.base >> 24 & 0xff) << 56
}

/// Writes a vCPU's tables into guest memory and sets its registers, so that its next KVM_RUN begins there.
///
/// General registers not named are zero and interrupts are off. Give the vCPU its CPUID first: KVM checks
/// EFER against it.
///
/// # Errors
/// [`KvmError::Tables`] when their address is not page aligned or over 4 GiB, [`KvmError::Memory`] when they
/// do not lie in guest memory, [`KvmError::Ioctl`] when KVM refuses the registers.
pub fn enter(vcpu: &VcpuFd, memory: &(impl GuestMemory + ?Sized), entry: &Entry<'_>) -> Result<(), KvmError> {
    let long = entry.mode.is_long();
    let tables = entry.tables;
    if !tables.is_multiple_of(0x1000) || tables > u64::from(u32::MAX) {
        return Err(KvmError::Tables(tables));
    }
    write_tables(memory, entry, long)?;

    let mut sregs = vcpu.get_sregs().map_err(KvmError::ioctl("KVM_GET_SREGS"))?;
    let gate_size = if long { 16 } else { 8 };
    sregs.gdt = kvm_dtable { base: tables + GDT, limit: GDT_LIMIT, ..Default::default() };
    sregs.idt = kvm_dtable { base: tables + IDT, limit: 256 * gate_size - 1, ..Default::default() };
    sregs.tr = kvm_segment { type_: task_type(vcpu)?, ..task(tables + TSS) };
    sregs.ldt = kvm_segment { unusable: 1, ..Default::default() };
    sregs.cs = match (entry.mode, entry.user) {
        (Mode::Long, false) => code(KERNEL_CODE_64, 0, true),
        (Mode::Long, true) => code(USER_CODE_64, 3, true),
        (_, false) => code(KERNEL_CODE_32, 0, false),
        (_, true) => code(USER_CODE_32, 3, false),
    };
    let flat = if entry.user { data(USER_DATA, 3) } else { data(KERNEL_DATA, 0) };
    (sregs.ds, sregs.es, sregs.fs, sregs.gs, sregs.ss) = (flat, flat, flat, flat, flat);
    sregs.cr0 = if long { CR0 | CR0_PAGING } else { CR0 };
    sregs.cr3 = if long { tables + PML4 } else { 0 };
    sregs.cr4 = CR4;
    sregs.efer = if long { EFER } else { 0 };
    vcpu.set_sregs(&sregs).map_err(KvmError::ioctl_with(
        "KVM_SET_SREGS",
        "set the vCPU's CPUID (KVM_SET_CPUID2) before entering long mode",
    ))?;
    let regs = kvm_regs { rip: entry.rip, rsp: entry.stack, rflags: 2, ..Default::default() };
    vcpu.set_regs(&regs).map_err(KvmError::ioctl("KVM_SET_REGS"))
}

/// Linear addresses that are mapped page by page, in place of the 2 MiB that [`enter`] mapped there.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The first: a multiple of 2 MiB, below 4 GiB.
    pub linear: u64,
    /// Guest-physical address of a page for the page table; page aligned.
    pub table: u64,
    /// What each page of 4 KiB is, in order, 512 at most. Behind the last nothing is mapped.
    pub pages: &'a [Option<Mapping>],
}

/// Maps a window in a vCPU's tables, which begin at `tables`. For modes with paging, the long ones; the vCPU must not have run
/// since [`enter`], for it may remember what was there.
///
/// # Errors
/// [`KvmError::Window`] for addresses or pages that it cannot have, [`KvmError::Memory`] when the page table does not
/// lie in guest memory.
pub fn map(memory: &(impl GuestMemory + ?Sized), tables: u64, window: &Window<'_>) -> Result<(), KvmError> {
    let Window { linear, table, pages } = *window;
    let fits = linear.is_multiple_of(LARGE_PAGE) && linear <= u64::from(u32::MAX);
    if !fits || !table.is_multiple_of(0x1000) || pages.len() > ENTRIES {
        return Err(KvmError::Window(linear));
    }
    let mut image = [0; ENTRIES * 8];
    for (entry, page) in image.chunks_exact_mut(8).zip(pages) {
        let Some(page) = page else { continue };
        let rights = if page.writable { WRITABLE } else { 0 } | if page.user { USER } else { 0 };
        entry.copy_from_slice(&(page.physical & !0xfff | rights | PRESENT).to_le_bytes());
    }
    let outside = |source| KvmError::Memory { what: "a page table", source };
    memory.write(table, &image).map_err(outside)?;
    let entry = tables + DIRECTORIES + 8 * (linear / LARGE_PAGE);
    memory.write(entry, &(table | PAGE).to_le_bytes()).map_err(outside)
}

fn write_tables(memory: &(impl GuestMemory + ?Sized), entry: &Entry<'_>, long: bool) -> Result<(), KvmError> {
    let base = entry.tables;
    let mut image = vec![0; TABLES_SIZE as usize];
    let mut put = |offset: u64, bytes: &[u8]| {
        image[offset as usize..offset as usize + bytes.len()].copy_from_slice(bytes);
    };
    for (selector, segment) in [
        (KERNEL_CODE_64, code(KERNEL_CODE_64, 0, true)),
        (KERNEL_DATA, data(KERNEL_DATA, 0)),
        (KERNEL_CODE_32, code(KERNEL_CODE_32, 0, false)),
        (USER_CODE_32, code(USER_CODE_32, 3, false)),
        (USER_DATA, data(USER_DATA, 3)),
        (USER_CODE_64, code(USER_CODE_64, 3, true)),
        (TASK, task(base + TSS)),
    ] {
        put(GDT + u64::from(selector & !7), &descriptor(&segment).to_le_bytes());
    }
    for (vector, handler) in entry.handlers {
        let selector = u64::from(if long { KERNEL_CODE_64 } else { KERNEL_CODE_32 });
        let gate = (handler & 0xffff) | selector << 16 | GATE << 32 | (handler >> 16 & 0xffff) << 48;
        let size = if long { 16 } else { 8 };
        put(IDT + size * u64::from(*vector), &gate.to_le_bytes());
        if long {
            put(IDT + size * u64::from(*vector) + 8, &(handler >> 32).to_le_bytes());
        }
    }
    // RSP0 in long mode; ESP0 and SS0 in protected mode.
    put(TSS + 4, &entry.kernel_stack.to_le_bytes());
    if !long {
        put(TSS + 8, &u32::from(KERNEL_DATA).to_le_bytes());
    }
    put(TSS + 102, &(TSS_LENGTH as u16).to_le_bytes());
    let mut bitmap = [0xff; BITMAP_LENGTH];
    for port in entry.ports {
        bitmap[usize::from(port / 8)] &= !(1 << (port % 8));
    }
    put(TSS + TSS_LENGTH, &bitmap);
    put(PML4, &((base + PDPT) | PAGE).to_le_bytes());
    for gib in 0..4 {
        put(PDPT + 8 * gib, &((base + DIRECTORIES + 0x1000 * gib) | PAGE).to_le_bytes());
    }
    for page in 0..2048 {
        put(DIRECTORIES + 8 * page, &(page << 21 | PAGE | LARGE).to_le_bytes());
    }
    memory.write(base, &image).map_err(|source| KvmError::Memory { what: "the vCPU's tables", source })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the Linux kernel's GDT has them (`arch/x86/include/asm/desc_defs.h`: 0xa09b, 0xc09b, 0xc093 ...).
    #[test]
    fn descriptors_are_those_of_every_kernel() {
        assert_eq!(descriptor(&code(KERNEL_CODE_64, 0, true)), 0x00af_9b00_0000_ffff);
        assert_eq!(descriptor(&code(KERNEL_CODE_32, 0, false)), 0x00cf_9b00_0000_ffff);
        assert_eq!(descriptor(&data(KERNEL_DATA, 0)), 0x00cf_9300_0000_ffff);
        assert_eq!(descriptor(&code(USER_CODE_64, 3, true)), 0x00af_fb00_0000_ffff);
        assert_eq!(descriptor(&data(USER_DATA, 3)), 0x00cf_f300_0000_ffff);
        assert_eq!(descriptor(&task(0x1234_5000)), 0x1200_8b34_5000_2068);
    }
}
