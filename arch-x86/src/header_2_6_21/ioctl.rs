//! Every ioctl of the header: its number then and now, what does its work today, and what changed.

use super::memory::{DirtyLog, MemoryRegion};
use super::msr::{MsrList, Msrs};
use super::registers::{Regs, Sregs};
use super::run::Run;
use super::vcpu::{DebugGuest, Interrupt, Translation};
use hypercall_core::definition::Status;

/// The type of all of KVM's ioctls.
pub const KVMIO: u32 = 0xae;

/// Which way the argument goes, as `include/uapi/asm-generic/ioctl.h` writes it; x86 has these.
mod direction {
    pub const NONE: u32 = 0;
    pub const WRITE: u32 = 1;
    pub const READ: u32 = 2;
}

/// `_IOC`: the direction in two bits, the size in 14, the type and the number in a byte each.
const fn ioc(direction: u32, number: u32, size: usize) -> u32 {
    assert!(size < 1 << 14 && number < 1 << 8);
    direction << 30 | (size as u32) << 16 | KVMIO << 8 | number
}

/// `_IO(KVMIO, number)`: no argument, or the argument itself.
pub const fn io(number: u32) -> u32 {
    ioc(direction::NONE, number, 0)
}

/// `_IOR(KVMIO, number, T)`: the kernel writes a `T`.
///
/// ```
/// use hypercall_arch_x86::header_2_6_21::{ioctl::ior, registers::Regs};
/// assert_eq!(ior::<Regs>(0x81), 0x8090_ae81); // KVM_GET_REGS today
/// ```
///
/// # Panics
/// As [`io`] and the others, for a number over 255 or a type of 16 KiB or more; at compile time in a constant.
pub const fn ior<T>(number: u32) -> u32 {
    ioc(direction::READ, number, size_of::<T>())
}

/// `_IOW(KVMIO, number, T)`: the kernel reads a `T`.
pub const fn iow<T>(number: u32) -> u32 {
    ioc(direction::WRITE, number, size_of::<T>())
}

/// `_IOWR(KVMIO, number, T)`: the kernel reads and writes a `T`.
pub const fn iowr<T>(number: u32) -> u32 {
    ioc(direction::READ | direction::WRITE, number, size_of::<T>())
}

/// Which descriptor an ioctl is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// That of /dev/kvm.
    System,
    /// A VM's.
    Vm,
    /// A vCPU's.
    Vcpu,
}

impl Descriptor {
    /// The word for it in `Documentation/virt/kvm/api.rst`.
    pub const fn name(self) -> &'static str {
        match self {
            Descriptor::System => "system",
            Descriptor::Vm => "VM",
            Descriptor::Vcpu => "vCPU",
        }
    }
}

/// What became of an ioctl.
#[derive(Clone, Copy, Debug)]
pub struct Ioctl {
    /// Its name in 2.6.21.
    pub name: &'static str,
    /// What it is for.
    pub descriptor: Descriptor,
    /// Its number in 2.6.21, encoded.
    pub then: u32,
    /// The ioctl that does its work today.
    pub now_name: &'static str,
    /// The number of that one, encoded.
    pub now: u32,
    /// The method that issues it, in `kvm-ioctls` where there is one.
    pub successor: &'static str,
    /// Whether today's KVM has it: [`Status::Obsolete`] where another took its place.
    pub status: Status,
    /// What is different today, with the commit in Linux.
    pub changed: &'static str,
}

const NUMBER: &str = "only its number";

const fn row(
    name: &'static str,
    descriptor: Descriptor,
    then: u32,
    now: u32,
    successor: &'static str,
    changed: &'static str,
) -> Ioctl {
    Ioctl { name, descriptor, then, now_name: name, now, successor, status: Status::Active, changed }
}

/// Where another ioctl took its place.
const fn replaced(row: Ioctl, now_name: &'static str) -> Ioctl {
    Ioctl { now_name, status: Status::Obsolete, ..row }
}

/// Bytes of `struct kvm_userspace_memory_region` (Linux `include/uapi/linux/kvm.h`).
const USER_MEMORY_REGION: usize = 32;
/// Bytes of `struct kvm_guest_debug` (the same file, with `arch/x86/include/uapi/asm/kvm.h`).
const GUEST_DEBUG: usize = 72;

/// Every ioctl of 2.6.21, in the header's order.
pub static IOCTLS: [Ioctl; 16] = [
    row(
        "KVM_GET_API_VERSION",
        Descriptor::System,
        io(1),
        io(0x00),
        "Kvm::get_api_version",
        "answers 12 where it answered 4, for good (2ff81f70b56d); its old number makes a VM today",
    ),
    row(
        "KVM_CREATE_VM",
        Descriptor::System,
        io(2),
        io(0x01),
        "Kvm::create_vm",
        "the argument is the type of the VM, 0 for this one",
    ),
    row(
        "KVM_GET_MSR_INDEX_LIST",
        Descriptor::System,
        iowr::<MsrList>(15),
        iowr::<MsrList>(0x02),
        "Kvm::get_msr_index_list",
        NUMBER,
    ),
    replaced(
        row(
            "KVM_SET_MEMORY_REGION",
            Descriptor::Vm,
            iow::<MemoryRegion>(10),
            ioc(direction::WRITE, 0x46, USER_MEMORY_REGION),
            "VmFd::set_user_memory_region",
            "the VMM, not the kernel, allocates the memory (6fc138d22780); no longer supported by 2013 (462fce46065e)",
        ),
        "KVM_SET_USER_MEMORY_REGION",
    ),
    row(
        "KVM_CREATE_VCPU",
        Descriptor::Vm,
        iow::<i32>(11),
        io(0x41),
        "VmFd::create_vcpu",
        "the number no longer has the size of an int: the argument is the vCPU's ID itself",
    ),
    row(
        "KVM_GET_DIRTY_LOG",
        Descriptor::Vm,
        iow::<DirtyLog>(12),
        iow::<DirtyLog>(0x42),
        "VmFd::get_dirty_log",
        NUMBER,
    ),
    row(
        "KVM_RUN",
        Descriptor::Vcpu,
        iowr::<Run>(2),
        io(0x80),
        "VcpuFd::run",
        "kvm_run is a page shared by mmap (9a2bb7f486dc); exit_type is part of exit_reason (8eb7d334bd8e); the next \
         KVM_RUN completes an access, so emulated, mmio_completed and instruction_length went (2ff81f70b56d)",
    ),
    row("KVM_GET_REGS", Descriptor::Vcpu, ior::<Regs>(3), ior::<Regs>(0x81), "VcpuFd::get_regs", NUMBER),
    row("KVM_SET_REGS", Descriptor::Vcpu, iow::<Regs>(4), iow::<Regs>(0x82), "VcpuFd::set_regs", NUMBER),
    row("KVM_GET_SREGS", Descriptor::Vcpu, ior::<Sregs>(5), ior::<Sregs>(0x83), "VcpuFd::get_sregs", NUMBER),
    row("KVM_SET_SREGS", Descriptor::Vcpu, iow::<Sregs>(6), iow::<Sregs>(0x84), "VcpuFd::set_sregs", NUMBER),
    row(
        "KVM_TRANSLATE",
        Descriptor::Vcpu,
        iowr::<Translation>(7),
        iowr::<Translation>(0x85),
        "VcpuFd::translate_gva",
        NUMBER,
    ),
    row(
        "KVM_INTERRUPT",
        Descriptor::Vcpu,
        iow::<Interrupt>(8),
        iow::<Interrupt>(0x86),
        "inject::interrupt of this crate; kvm-ioctls has none",
        "refused with ENXIO where the kernel has an interrupt controller",
    ),
    replaced(
        row(
            "KVM_DEBUG_GUEST",
            Descriptor::Vcpu,
            iow::<DebugGuest>(9),
            ioc(direction::WRITE, 0x9b, GUEST_DEBUG),
            "VcpuFd::set_guest_debug",
            "takes DR0 to DR7 themselves and flags for each kind of event; the old definition went (a5d3df8ae13f)",
        ),
        "KVM_SET_GUEST_DEBUG",
    ),
    row("KVM_GET_MSRS", Descriptor::Vcpu, iowr::<Msrs>(13), iowr::<Msrs>(0x88), "VcpuFd::get_msrs", NUMBER),
    row("KVM_SET_MSRS", Descriptor::Vcpu, iow::<Msrs>(14), iow::<Msrs>(0x89), "VcpuFd::set_msrs", NUMBER),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: `_IOC_WRITE` is bit 30, `_IOC_READ` bit 31 (asm-generic/ioctl.h).
    #[test]
    fn numbers_are_encoded_as_asm_generic_encodes_them() {
        let expected: [(&str, u32, u32); 16] = [
            ("KVM_GET_API_VERSION", 0x0000_ae01, 0x0000_ae00),
            ("KVM_CREATE_VM", 0x0000_ae02, 0x0000_ae01),
            ("KVM_GET_MSR_INDEX_LIST", 0xc004_ae0f, 0xc004_ae02),
            ("KVM_SET_MEMORY_REGION", 0x4018_ae0a, 0x4020_ae46),
            ("KVM_CREATE_VCPU", 0x4004_ae0b, 0x0000_ae41),
            ("KVM_GET_DIRTY_LOG", 0x4010_ae0c, 0x4010_ae42),
            ("KVM_RUN", 0xc048_ae02, 0x0000_ae80),
            ("KVM_GET_REGS", 0x8090_ae03, 0x8090_ae81),
            ("KVM_SET_REGS", 0x4090_ae04, 0x4090_ae82),
            ("KVM_GET_SREGS", 0x8138_ae05, 0x8138_ae83),
            ("KVM_SET_SREGS", 0x4138_ae06, 0x4138_ae84),
            ("KVM_TRANSLATE", 0xc018_ae07, 0xc018_ae85),
            ("KVM_INTERRUPT", 0x4004_ae08, 0x4004_ae86),
            ("KVM_DEBUG_GUEST", 0x4050_ae09, 0x4048_ae9b),
            ("KVM_GET_MSRS", 0xc008_ae0d, 0xc008_ae88),
            ("KVM_SET_MSRS", 0x4008_ae0e, 0x4008_ae89),
        ];
        assert_eq!(IOCTLS.map(|row| (row.name, row.then, row.now)), expected);
    }

    /// What each descriptor of today's KVM would make of the old numbers.
    #[test]
    fn one_old_number_is_another_ioctl_today() {
        let clashes: Vec<(&str, &str)> = IOCTLS
            .iter()
            .flat_map(|old| {
                let same = move |new: &&Ioctl| new.now == old.then && new.descriptor == old.descriptor;
                IOCTLS.iter().filter(same).map(|new| (old.name, new.now_name))
            })
            .collect();
        assert_eq!(clashes, [("KVM_GET_API_VERSION", "KVM_CREATE_VM")]);
    }

    #[test]
    fn what_is_replaced_is_obsolete_and_nothing_else_is() {
        for row in &IOCTLS {
            assert_eq!(row.status == Status::Obsolete, row.name != row.now_name, "{}", row.name);
        }
    }
}
