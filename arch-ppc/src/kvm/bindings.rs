//! What `kvm-bindings` has not: KVM's ioctls and structs on PowerPC.
//!
//! PowerPC encodes ioctl numbers in its own way: three bits of direction, of which 1 is none, and thirteen of
//! size (Linux `arch/powerpc/include/uapi/asm/ioctl.h`). Numbers and structs are those of Linux
//! `include/uapi/linux/kvm.h` and `arch/powerpc/include/uapi/asm/kvm.h`; the assertions below hold them to what
//! a C compiler makes of those headers.

use crate::papr_exit::PaprExit;
use bytemuck::{Pod, Zeroable};
use core::marker::PhantomData;
use core::mem::offset_of;

/// The type of KVM's ioctls, `KVMIO`.
const KVMIO: u32 = 0xae;
/// `_IOC_NONE`, `_IOC_READ` and `_IOC_WRITE` of PowerPC.
const NONE: u32 = 1;
const READ: u32 = 2;
const WRITE: u32 = 4;
/// `_IOC_SIZEBITS` of PowerPC.
const SIZE_BITS: u32 = 13;

/// An ioctl whose argument is a `T`, which is what the kernel copies: the number says how many bytes.
#[derive(Debug)]
pub struct Ioctl<T> {
    /// The encoded number.
    pub number: u32,
    /// Its name, for messages.
    pub name: &'static str,
    argument: PhantomData<T>,
}

impl<T> Ioctl<T> {
    const fn new(direction: u32, number: u32, name: &'static str) -> Ioctl<T> {
        // Without a direction the argument is a value, and has no size in the number.
        let size = if direction == NONE { 0 } else { size_of::<T>() };
        assert!(size < 1 << SIZE_BITS);
        let number = direction << 29 | (size as u32) << 16 | KVMIO << 8 | number;
        Ioctl { number, name, argument: PhantomData }
    }
}

/// KVM_GET_API_VERSION.
pub const GET_API_VERSION: Ioctl<usize> = Ioctl::new(NONE, 0x00, "KVM_GET_API_VERSION");
/// KVM_CREATE_VM; the argument is the type, 0 for the best there is.
pub const CREATE_VM: Ioctl<usize> = Ioctl::new(NONE, 0x01, "KVM_CREATE_VM");
/// KVM_CHECK_EXTENSION.
pub const CHECK_EXTENSION: Ioctl<usize> = Ioctl::new(NONE, 0x03, "KVM_CHECK_EXTENSION");
/// KVM_GET_VCPU_MMAP_SIZE.
pub const GET_VCPU_MMAP_SIZE: Ioctl<usize> = Ioctl::new(NONE, 0x04, "KVM_GET_VCPU_MMAP_SIZE");
/// KVM_CREATE_VCPU; the argument is the id.
pub const CREATE_VCPU: Ioctl<usize> = Ioctl::new(NONE, 0x41, "KVM_CREATE_VCPU");
/// KVM_SET_USER_MEMORY_REGION.
pub const SET_USER_MEMORY_REGION: Ioctl<MemoryRegion> = Ioctl::new(WRITE, 0x46, "KVM_SET_USER_MEMORY_REGION");
/// KVM_RUN.
pub const RUN: Ioctl<usize> = Ioctl::new(NONE, 0x80, "KVM_RUN");
/// KVM_GET_REGS.
pub const GET_REGS: Ioctl<KvmRegs> = Ioctl::new(READ, 0x81, "KVM_GET_REGS");
/// KVM_SET_REGS.
pub const SET_REGS: Ioctl<KvmRegs> = Ioctl::new(WRITE, 0x82, "KVM_SET_REGS");
/// KVM_PPC_GET_PVINFO, which the header declares as `_IOW` although the kernel fills the struct.
pub const PPC_GET_PVINFO: Ioctl<Pvinfo> = Ioctl::new(WRITE, 0xa1, "KVM_PPC_GET_PVINFO");
/// KVM_ENABLE_CAP.
pub const ENABLE_CAP: Ioctl<EnableCap> = Ioctl::new(WRITE, 0xa3, "KVM_ENABLE_CAP");
/// KVM_GET_ONE_REG, an `_IOW`: the struct says where the value goes.
pub const GET_ONE_REG: Ioctl<OneReg> = Ioctl::new(WRITE, 0xab, "KVM_GET_ONE_REG");
/// KVM_SET_ONE_REG.
pub const SET_ONE_REG: Ioctl<OneReg> = Ioctl::new(WRITE, 0xac, "KVM_SET_ONE_REG");

/// The API version of every KVM since Linux 2.6.22.
pub const API_VERSION: i32 = 12;
/// KVM_CAP_PPC_GET_PVINFO: KVM-PR's, the ioctl exists without it too.
pub const CAP_PPC_GET_PVINFO: usize = 57;
/// KVM_CAP_PPC_PAPR, on a vCPU: `sc 1` is a PAPR call.
pub const CAP_PPC_PAPR: u32 = 68;
/// KVM_CAP_PPC_ENABLE_HCALL, on a VM: whether KVM serves a PAPR call itself.
pub const CAP_PPC_ENABLE_HCALL: u32 = 104;
/// KVM_CAP_IMMEDIATE_EXIT: KVM_RUN completes an exit without running the guest.
pub const CAP_IMMEDIATE_EXIT: usize = 136;
/// KVM_EXIT_INTR: a signal.
pub const EXIT_INTR: u32 = 10;
/// KVM_EXIT_PAPR_HCALL.
pub const EXIT_PAPR_HCALL: u32 = 19;
/// KVM_REG_PPC_LPCR_64, the logical partitioning control register.
pub const REG_LPCR_64: u64 = 0x1030_0000_0000_00b5;

/// Offsets in `struct kvm_run`.
pub mod run {
    /// `immediate_exit`, a byte.
    pub const IMMEDIATE_EXIT: usize = 1;
    /// `exit_reason`, 32 bits.
    pub const EXIT_REASON: usize = 8;
    /// The union of the exits' payloads, `papr_hcall` among them.
    pub const PAYLOAD: usize = 32;
}

/// `struct kvm_userspace_memory_region`.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub struct MemoryRegion {
    /// The region's number.
    pub slot: u32,
    /// KVM_MEM_*.
    pub flags: u32,
    /// Where it begins for the guest.
    pub guest_phys_addr: u64,
    /// Its bytes, whole pages; 0 removes it.
    pub memory_size: u64,
    /// Where it begins in this process.
    pub userspace_addr: u64,
}

/// `struct kvm_regs` of PowerPC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct KvmRegs {
    /// The next instruction.
    pub pc: u64,
    /// Condition register.
    pub cr: u64,
    /// Count register.
    pub ctr: u64,
    /// Link register.
    pub lr: u64,
    /// Fixed-point exception register.
    pub xer: u64,
    /// Machine state register.
    pub msr: u64,
    /// Where the last interrupt returns to.
    pub srr0: u64,
    /// The machine state it returns to.
    pub srr1: u64,
    /// Process id.
    pub pid: u64,
    /// SPRG0 to SPRG7.
    pub sprg: [u64; 8],
    /// R0 to R31.
    pub gpr: [u64; 32],
}

/// `struct kvm_ppc_pvinfo`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Pvinfo {
    /// KVM_PPC_PVINFO_FLAGS_*.
    pub flags: u32,
    /// `hypercall-instructions`, as bytes: the words are big-endian.
    pub hcall: [[u8; 4]; 4],
    /// Unused.
    pub pad: [u8; 108],
}

/// `struct kvm_enable_cap`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct EnableCap {
    /// KVM_CAP_*.
    pub cap: u32,
    /// Zero.
    pub flags: u32,
    /// As the capability says.
    pub args: [u64; 4],
    /// Unused.
    pub pad: [u8; 64],
}

/// `struct kvm_one_reg`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct OneReg {
    /// KVM_REG_*.
    pub id: u64,
    /// Where the value is in this process.
    pub addr: u64,
}

// The numbers as a C compiler for powerpc64 gives them.
const _: () = {
    assert!(GET_API_VERSION.number == 0x2000_ae00);
    assert!(CREATE_VM.number == 0x2000_ae01);
    assert!(CHECK_EXTENSION.number == 0x2000_ae03);
    assert!(GET_VCPU_MMAP_SIZE.number == 0x2000_ae04);
    assert!(CREATE_VCPU.number == 0x2000_ae41);
    assert!(SET_USER_MEMORY_REGION.number == 0x8020_ae46);
    assert!(RUN.number == 0x2000_ae80);
    assert!(GET_REGS.number == 0x4188_ae81);
    assert!(SET_REGS.number == 0x8188_ae82);
    assert!(PPC_GET_PVINFO.number == 0x8080_aea1);
    assert!(ENABLE_CAP.number == 0x8068_aea3);
    assert!(GET_ONE_REG.number == 0x8010_aeab);
    assert!(SET_ONE_REG.number == 0x8010_aeac);
};

const _: () = {
    assert!(size_of::<MemoryRegion>() == 32);
    assert!(offset_of!(MemoryRegion, guest_phys_addr) == 8);
    assert!(offset_of!(MemoryRegion, memory_size) == 16);
    assert!(offset_of!(MemoryRegion, userspace_addr) == 24);
    assert!(size_of::<KvmRegs>() == 392);
    assert!(offset_of!(KvmRegs, cr) == 8);
    assert!(offset_of!(KvmRegs, ctr) == 16);
    assert!(offset_of!(KvmRegs, lr) == 24);
    assert!(offset_of!(KvmRegs, xer) == 32);
    assert!(offset_of!(KvmRegs, msr) == 40);
    assert!(offset_of!(KvmRegs, srr0) == 48);
    assert!(offset_of!(KvmRegs, srr1) == 56);
    assert!(offset_of!(KvmRegs, pid) == 64);
    assert!(offset_of!(KvmRegs, sprg) == 72);
    assert!(offset_of!(KvmRegs, gpr) == 136);
    assert!(size_of::<Pvinfo>() == 128);
    assert!(offset_of!(Pvinfo, hcall) == 4);
    assert!(size_of::<EnableCap>() == 104);
    assert!(offset_of!(EnableCap, args) == 8);
    assert!(size_of::<OneReg>() == 16);
    assert!(size_of::<PaprExit>() == 88);
    assert!(offset_of!(PaprExit, nr) == 0);
    assert!(offset_of!(PaprExit, ret) == 8);
    assert!(offset_of!(PaprExit, args) == 16);
};
