//! A VM and its memory.

use super::bindings::{
    API_VERSION, CAP_IMMEDIATE_EXIT, CAP_PPC_ENABLE_HCALL, CAP_PPC_GET_PVINFO, CHECK_EXTENSION, CREATE_VM,
    ENABLE_CAP, EnableCap, GET_API_VERSION, GET_VCPU_MMAP_SIZE, PPC_GET_PVINFO,
};
use super::error::KvmError;
use super::sys::{self, Mapping};
use crate::instructions::HypercallInstructions;
use bytemuck::Zeroable;
use core::sync::atomic::AtomicU32;
use hypercall_core::memory::WordMemory;
use std::fs::File;
use std::sync::Arc;

/// Whole pages on every PowerPC kernel.
const PAGE: usize = 0x1_0000;

/// `/dev/kvm`.
#[derive(Debug)]
pub struct Kvm {
    fd: File,
}

impl Kvm {
    /// Opens it.
    ///
    /// # Errors
    /// [`KvmError`] when there is none, or it is older than this code.
    pub fn open() -> Result<Kvm, KvmError> {
        let fd = File::options().read(true).write(true).open("/dev/kvm").map_err(KvmError::Open)?;
        let version = sys::value(&fd, &GET_API_VERSION, 0)?;
        if version != API_VERSION {
            return Err(KvmError::Version(version));
        }
        let kvm = Kvm { fd };
        kvm.require("KVM_CAP_IMMEDIATE_EXIT", CAP_IMMEDIATE_EXIT)?;
        Ok(kvm)
    }

    fn require(&self, name: &'static str, number: usize) -> Result<(), KvmError> {
        match sys::value(&self.fd, &CHECK_EXTENSION, number)? {
            0 => Err(KvmError::Missing { name, number }),
            _ => Ok(()),
        }
    }
}

/// The memory of a VM, from guest-physical address 0 on; a handle to it.
#[derive(Clone, Debug)]
pub struct Ram(Arc<Mapping>);

impl AsRef<[AtomicU32]> for Ram {
    fn as_ref(&self) -> &[AtomicU32] {
        self.0.words()
    }
}

/// A VM with memory from guest-physical address 0 on.
#[derive(Debug)]
pub struct KvmVm {
    pub(super) fd: File,
    pub(super) ram: Ram,
    /// Bytes of a vCPU's `kvm_run`.
    pub(super) run_size: usize,
}

impl KvmVm {
    /// A VM with `size` bytes of zeroed memory. KVM-HV makes it where it is loaded, else KVM-PR.
    ///
    /// # Errors
    /// [`KvmError::Size`] for a size that is no multiple of 64 KiB, or zero; else what KVM or the system
    /// refused.
    pub fn new(kvm: &Kvm, size: usize) -> Result<KvmVm, KvmError> {
        if size == 0 || !size.is_multiple_of(PAGE) {
            return Err(KvmError::Size(size));
        }
        let run_size = usize::try_from(sys::value(&kvm.fd, &GET_VCPU_MMAP_SIZE, 0)?).unwrap_or(0);
        let fd = sys::descriptor(&kvm.fd, &CREATE_VM, 0)?;
        let ram = Ram(Arc::new(Mapping::zeroed(size)?));
        // SAFETY: every vCPU of this VM holds a handle to the memory (`KvmVcpu::new` makes them all).
        #[allow(unsafe_code)]
        unsafe {
            sys::set_memory(&fd, &ram.0)?;
        }
        Ok(KvmVm { fd, ram, run_size })
    }

    /// Its memory, in which there can be rings.
    pub fn memory(&self) -> WordMemory<Ram> {
        WordMemory::over(0, self.ram.clone())
    }

    /// The instructions with which KVM has a guest make ePAPR calls, for the device tree (KVM_PPC_GET_PVINFO).
    ///
    /// They are of use under KVM-PR, which serves those calls itself and hands none of them out. KVM-HV on
    /// Book3S names the same `sc` with the magic in R0, although there a `sc` is the guest's own system call,
    /// and says by KVM_CAP_PPC_GET_PVINFO that it does not mean it: see
    /// [`serves_epapr`](Self::serves_epapr).
    ///
    /// # Errors
    /// [`KvmError::Ioctl`].
    pub fn hypercall_instructions(&self) -> Result<HypercallInstructions, KvmError> {
        let pvinfo = sys::get(&self.fd, &PPC_GET_PVINFO)?;
        Ok(HypercallInstructions::new(pvinfo.hcall.map(u32::from_be_bytes)))
    }

    /// Whether calls made with those instructions are served: under KVM-PR, not under KVM-HV.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`].
    pub fn serves_epapr(&self) -> Result<bool, KvmError> {
        Ok(sys::value(&self.fd, &CHECK_EXTENSION, CAP_PPC_GET_PVINFO)? != 0)
    }

    /// Whether KVM serves the PAPR call of a number itself; otherwise it comes out as an exit. The old calls
    /// that KVM knows are served at first.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`] for a number that KVM has no implementation of.
    pub fn set_kernel_hcall(&self, number: u64, kernel: bool) -> Result<(), KvmError> {
        let args = [number, kernel.into(), 0, 0];
        let capability = EnableCap { cap: CAP_PPC_ENABLE_HCALL, args, ..EnableCap::zeroed() };
        sys::set(&self.fd, &ENABLE_CAP, capability)
    }
}
