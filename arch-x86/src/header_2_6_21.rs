//! `include/linux/kvm.h` of Linux 2.6.21 (April 2007, KVM_API_VERSION 4): the interface of /dev/kvm before it was
//! stable, with what became of each part.
//!
//! | module | what it holds |
//! |---|---|
//! | [`memory`] | `kvm_memory_region`, `kvm_dirty_log` |
//! | [`registers`] | `kvm_regs`, `kvm_segment`, `kvm_dtable`, `kvm_sregs` |
//! | [`msr`] | `kvm_msr_entry`, `kvm_msrs`, `kvm_msr_list` |
//! | [`vcpu`] | `kvm_translation`, `kvm_interrupt`, `kvm_breakpoint`, `kvm_debug_guest` |
//! | [`run`] | `kvm_run` and the members of its union |
//! | [`ioctl`] | every ioctl: its number then and now, its successor, its status |
//! | [`exit`] | every exit reason, likewise |
//! | [`table`] | all of it as Markdown |
//!
//! The structures have the layout of the x86_64 ABI, which is asserted. Where a kernel of today has the same
//! structure, this is it; where it has another, the row of the ioctl says which.
//!
//! ```
//! use hypercall_arch_x86::header_2_6_21::{exit::EXITS, ioctl::IOCTLS};
//!
//! let run = IOCTLS.iter().find(|row| row.name == "KVM_RUN").unwrap();
//! assert_eq!((run.then, run.now), (0xc048_ae02, 0xae80));
//! let cpuid = EXITS.iter().find(|row| row.name == "KVM_EXIT_CPUID").unwrap();
//! assert_eq!((cpuid.then, cpuid.now), (3, None)); // 3 is KVM_EXIT_HYPERCALL today
//! ```

use hypercall_core::shared::{Layout, Shared};

pub mod exit;
pub mod ioctl;
pub mod memory;
pub mod msr;
pub mod registers;
pub mod run;
pub mod table;
pub mod vcpu;

/// The document all of this is from.
pub const SOURCE: &str = "Linux 2.6.21 include/linux/kvm.h";
/// What KVM_GET_API_VERSION answered.
pub const KVM_API_VERSION: i32 = 4;
/// Interrupt lines.
pub const KVM_NR_INTERRUPTS: usize = 256;
/// Bytes of a bitmap with a bit for each interrupt.
pub const KVM_IRQ_BITMAP_SIZE_BYTES: usize = KVM_NR_INTERRUPTS.div_ceil(8);

/// Every structure of the header, a structure after those it contains.
pub const STRUCTURES: [&Layout; 18] = [
    memory::MemoryRegion::LAYOUT,
    run::HardwareExit::LAYOUT,
    run::ExceptionExit::LAYOUT,
    run::IoExit::LAYOUT,
    run::MmioExit::LAYOUT,
    run::Run::LAYOUT,
    registers::Regs::LAYOUT,
    registers::Segment::LAYOUT,
    registers::Dtable::LAYOUT,
    registers::Sregs::LAYOUT,
    msr::MsrEntry::LAYOUT,
    msr::Msrs::LAYOUT,
    msr::MsrList::LAYOUT,
    vcpu::Translation::LAYOUT,
    vcpu::Interrupt::LAYOUT,
    vcpu::Breakpoint::LAYOUT,
    vcpu::DebugGuest::LAYOUT,
    memory::DirtyLog::LAYOUT,
];
