//! Every system call of the backend, behind safe functions.

use super::bindings::{
    EnableCap, GET_ONE_REG, Ioctl, KvmRegs, MemoryRegion, OneReg, Pvinfo, RUN, SET_ONE_REG,
    SET_USER_MEMORY_REGION,
};
use super::error::KvmError;
use bytemuck::Pod;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};

fn failed<T>(ioctl: &Ioctl<T>) -> KvmError {
    KvmError::Ioctl { ioctl: ioctl.name, source: io::Error::last_os_error() }
}

fn check<T>(ioctl: &Ioctl<T>, result: libc::c_int) -> Result<libc::c_int, KvmError> {
    if result < 0 { Err(failed(ioctl)) } else { Ok(result) }
}

/// An ioctl with a plain value. Not for KVM_RUN, whose guest writes to memory.
pub(super) fn value(fd: &File, ioctl: &Ioctl<usize>, argument: usize) -> Result<libc::c_int, KvmError> {
    // SAFETY: the argument of these ioctls is no address.
    check(ioctl, unsafe { libc::ioctl(fd.as_raw_fd(), ioctl.number.into(), argument) })
}

/// An ioctl that makes a file descriptor.
pub(super) fn descriptor(fd: &File, ioctl: &Ioctl<usize>, argument: usize) -> Result<File, KvmError> {
    let descriptor = value(fd, ioctl, argument)?;
    // SAFETY: the kernel has just made it for this process, and nobody else knows it.
    Ok(unsafe { File::from_raw_fd(descriptor) })
}

/// Structs that hold no address, so that the kernel reaches nothing through them.
pub(super) trait Plain: Pod {}
impl Plain for KvmRegs {}
impl Plain for Pvinfo {}
impl Plain for EnableCap {}

/// An ioctl that reads or writes a struct.
///
/// # Safety
/// What the kernel reaches through addresses in the struct must be memory of this process that it may reach.
unsafe fn structure<T: Pod>(fd: &File, ioctl: &Ioctl<T>, argument: &mut T) -> Result<(), KvmError> {
    // SAFETY: the kernel copies as many bytes from or to the argument as the number says, which are those of
    // `T`, and any bytes are a `T`. The rest is the caller's promise.
    let result = unsafe { libc::ioctl(fd.as_raw_fd(), ioctl.number.into(), core::ptr::from_mut(argument)) };
    check(ioctl, result).map(|_| ())
}

/// An ioctl that fills a struct.
pub(super) fn get<T: Plain>(fd: &File, ioctl: &Ioctl<T>) -> Result<T, KvmError> {
    let mut argument = T::zeroed();
    // SAFETY: the struct holds no address.
    unsafe { structure(fd, ioctl, &mut argument) }?;
    Ok(argument)
}

/// An ioctl that takes a struct.
pub(super) fn set<T: Plain>(fd: &File, ioctl: &Ioctl<T>, mut argument: T) -> Result<(), KvmError> {
    // SAFETY: the struct holds no address.
    unsafe { structure(fd, ioctl, &mut argument) }
}

/// The size of a register as its id says it, and KVM_REG_SIZE_U64.
const REGISTER_SIZE: u64 = 0x00f0_0000_0000_0000;
const REGISTER_U64: u64 = 0x0030_0000_0000_0000;

/// KVM_GET_ONE_REG or KVM_SET_ONE_REG of a 64-bit register.
fn one_reg(fd: &File, ioctl: &Ioctl<OneReg>, id: u64, value: &mut u64) -> Result<(), KvmError> {
    assert_eq!(id & REGISTER_SIZE, REGISTER_U64, "a register of 64 bits");
    let mut register = OneReg { id, addr: core::ptr::from_mut(value).expose_provenance() as u64 };
    // SAFETY: the kernel reads or writes as many bytes at the address as the id says: the eight of `value`.
    unsafe { structure(fd, ioctl, &mut register) }
}

/// Reads a 64-bit register.
pub(super) fn get_one_reg(fd: &File, id: u64) -> Result<u64, KvmError> {
    let mut value = 0;
    one_reg(fd, &GET_ONE_REG, id, &mut value)?;
    Ok(value)
}

/// Writes a 64-bit register.
pub(super) fn set_one_reg(fd: &File, id: u64, mut value: u64) -> Result<(), KvmError> {
    one_reg(fd, &SET_ONE_REG, id, &mut value)
}

/// Memory of this process, mapped until it is dropped.
#[derive(Debug)]
pub(super) struct Mapping {
    start: NonNull<AtomicU8>,
    length: usize,
}

// SAFETY: the mapping belongs to the value and is only reached as atomics, which threads may share.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Zero bytes.
    pub(super) fn zeroed(length: usize) -> Result<Mapping, KvmError> {
        Mapping::new(length, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE, -1)
    }

    /// A file's first bytes, shared with it. The kernel must keep them there for as long.
    pub(super) fn shared(fd: &File, length: usize) -> Result<Mapping, KvmError> {
        Mapping::new(length, libc::MAP_SHARED, fd.as_raw_fd())
    }

    fn new(length: usize, flags: libc::c_int, fd: libc::c_int) -> Result<Mapping, KvmError> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at a place of the kernel's choice touches no memory in use.
        let start = unsafe { libc::mmap(core::ptr::null_mut(), length, access, flags, fd, 0) };
        let failed = || KvmError::Map { length, source: io::Error::last_os_error() };
        if start == libc::MAP_FAILED {
            return Err(failed());
        }
        let start = NonNull::new(start.cast()).ok_or_else(failed)?;
        Ok(Mapping { start, length })
    }

    /// The value at an offset.
    ///
    /// # Panics
    /// When it is not all inside.
    pub(super) fn load<T: Pod>(&self, offset: usize) -> T {
        let mut value = T::zeroed();
        let source = &self.bytes()[offset..offset + size_of::<T>()];
        for (to, from) in bytemuck::bytes_of_mut(&mut value).iter_mut().zip(source) {
            *to = from.load(Ordering::Relaxed);
        }
        value
    }

    /// Puts a value at an offset.
    ///
    /// # Panics
    /// When it is not all inside.
    pub(super) fn store<T: Pod>(&self, offset: usize, value: &T) {
        let target = &self.bytes()[offset..offset + size_of::<T>()];
        for (to, from) in target.iter().zip(bytemuck::bytes_of(value)) {
            to.store(*from, Ordering::Relaxed);
        }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[AtomicU8] {
        // SAFETY: `length` bytes are mapped there, readable and writable, for as long as `self` lives, and
        // this process reaches them as atomics only. What KVM and its guest write beside that is another
        // program's, for which atomics are made.
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl Mapping {
    /// Its whole words.
    pub(super) fn words(&self) -> &[AtomicU32] {
        // SAFETY: as in `bytes`; mappings begin at a page.
        unsafe {
            core::slice::from_raw_parts(self.start.as_ptr().cast(), self.length / size_of::<AtomicU32>())
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `new` with this length, and no borrow of it is left. It fails only
        // for ranges that are none.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}

/// Gives a VM its memory, as slot 0 from guest-physical address 0 on.
///
/// # Safety
/// No vCPU of the VM may run after `memory` is dropped.
pub(super) unsafe fn set_memory(vm: &File, memory: &Mapping) -> Result<(), KvmError> {
    let mut region = MemoryRegion {
        memory_size: memory.length as u64,
        userspace_addr: memory.start.as_ptr().expose_provenance() as u64,
        ..MemoryRegion::default()
    };
    // SAFETY: the region is exactly the mapping, which outlives every run of a guest, as the caller promises.
    unsafe { structure(vm, &SET_USER_MEMORY_REGION, &mut region) }
}

/// KVM_RUN. An interruption by a signal is `false`.
pub(super) fn run(vcpu: &File) -> Result<bool, KvmError> {
    // SAFETY: the guest writes to the VM's memory alone, which outlives every vCPU (see `set_memory`), and
    // KVM to the vCPU's `kvm_run`. Both are reached as atomics.
    let result = unsafe { libc::ioctl(vcpu.as_raw_fd(), RUN.number.into(), 0) };
    if result >= 0 {
        return Ok(true);
    }
    match io::Error::last_os_error().raw_os_error() {
        Some(libc::EINTR | libc::EAGAIN) => Ok(false),
        _ => Err(failed(&RUN)),
    }
}
