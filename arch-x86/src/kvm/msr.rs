//! MSRs that the VMM serves: KVM_CAP_X86_USER_SPACE_MSR with an MSR filter.
//!
//! In the loop of a VMM, behind the calls; here for guests of the [API of 2007](crate::para):
//!
//! ```no_run
//! use hypercall_arch_x86::kvm::msr::{self, MsrExit};
//! use hypercall_arch_x86::kvm::{KvmCalls, KvmError, Served};
//! use hypercall_arch_x86::para::{self, ParaVcpu};
//! use kvm_ioctls::{VcpuExit, VcpuFd, VmFd};
//! use vm_memory::GuestMemoryMmap;
//!
//! fn offer(vm_fd: &VmFd) -> Result<(), KvmError> {
//!     msr::enable(vm_fd, &[para::MSR])
//! }
//!
//! fn run<Vm>(
//!     vm: &Vm, memory: &GuestMemoryMmap, mut fd: VcpuFd, mut calls: KvmCalls<Vm>, mut para: ParaVcpu,
//! ) -> Result<(), KvmError> {
//!     loop {
//!         let Ok(exit) = fd.run() else { continue };
//!         let other = match calls.recognise(exit) {
//!             Ok(call) => match calls.serve(call, &mut fd, vm)? {
//!                 Served::Resume => continue,
//!                 Served::Exit(_) => return Ok(()),
//!             },
//!             Err(other) => other,
//!         };
//!         match MsrExit::recognise(other) {
//!             Ok(access) => access.serve(&mut fd, &mut para.msr(memory)),
//!             Err(VcpuExit::Hlt) => return Ok(()),
//!             Err(other) => println!("{other:?}"),
//!         }
//!     }
//! }
//! ```

use super::error::KvmError;
use crate::msr::Msrs;
use kvm_bindings::{
    KVM_CAP_X86_MSR_FILTER, KVM_CAP_X86_USER_SPACE_MSR, KVM_MSR_EXIT_REASON_FILTER,
    KVM_MSR_FILTER_MAX_RANGES, kvm_enable_cap,
};
use kvm_ioctls::{MsrFilterDefaultAction, MsrFilterRange, MsrFilterRangeFlags, VcpuExit, VcpuFd, VmFd};

/// The most registers [`enable`] takes: one a range of KVM's filter.
pub const MOST: usize = KVM_MSR_FILTER_MAX_RANGES as usize;

/// Has KVM hand RDMSR and WRMSR of these registers, [`MOST`] at most, to the VMM; all others stay KVM's.
///
/// It replaces the VM's MSR filter. Above CPL 0 the two instructions raise #GP without an exit, as ever.
///
/// # Errors
/// [`KvmError::Missing`] where KVM has no such exits or no filter, [`KvmError::Ioctl`] when it refuses,
/// with EINVAL for too many registers.
pub fn enable(vm: &VmFd, indices: &[u32]) -> Result<(), KvmError> {
    const PURPOSE: &str = "MSRs that the VMM serves";
    for (name, number) in [
        ("KVM_CAP_X86_USER_SPACE_MSR", KVM_CAP_X86_USER_SPACE_MSR),
        ("KVM_CAP_X86_MSR_FILTER", KVM_CAP_X86_MSR_FILTER),
    ] {
        if vm.check_extension_raw(number.into()) <= 0 {
            return Err(KvmError::Missing { name, number: number.into(), purpose: PURPOSE });
        }
    }
    let ranges: Vec<_> = indices
        .iter()
        .map(|index| MsrFilterRange {
            flags: MsrFilterRangeFlags::READ | MsrFilterRangeFlags::WRITE,
            base: *index,
            msr_count: 1,
            bitmap: &[0], // not allowed, so an exit
        })
        .collect();
    vm.set_msr_filter(MsrFilterDefaultAction::ALLOW, &ranges)
        .map_err(KvmError::ioctl_with("KVM_X86_SET_MSR_FILTER", "KVM's filter has room for 16 registers"))?;
    let mut capability = kvm_enable_cap { cap: KVM_CAP_X86_USER_SPACE_MSR, ..Default::default() };
    capability.args[0] = KVM_MSR_EXIT_REASON_FILTER.into();
    vm.enable_cap(&capability).map_err(KvmError::ioctl("KVM_ENABLE_CAP"))
}

/// An exit that is an RDMSR or a WRMSR. It borrows nothing, so that the registers of the vCPU can be looked
/// at before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the guest reads what an earlier exit left where nobody answers"]
pub enum MsrExit {
    /// The guest reads a register.
    Read {
        /// Which one.
        index: u32,
    },
    /// The guest writes one.
    Write {
        /// Which one.
        index: u32,
        /// What it writes.
        value: u64,
    },
}

impl MsrExit {
    /// Tells an access to an MSR from any other exit.
    ///
    /// # Errors
    /// The exit itself when it is none.
    #[inline]
    pub fn recognise(exit: VcpuExit<'_>) -> Result<MsrExit, VcpuExit<'_>> {
        match exit {
            VcpuExit::X86Rdmsr(read) => Ok(MsrExit::Read { index: read.index }),
            VcpuExit::X86Wrmsr(write) => Ok(MsrExit::Write { index: write.index, value: write.data }),
            other => Err(other),
        }
    }

    /// Answers it, before the next KVM_RUN, which completes the instruction or has the guest take #GP(0) at
    /// it. `vcpu` is the one whose last exit this is.
    pub fn serve(self, vcpu: &mut VcpuFd, msrs: &mut (impl Msrs + ?Sized)) {
        let (value, error) = match self {
            MsrExit::Read { index } => msrs.read(index).map_or((0, 1), |value| (value, 0)),
            MsrExit::Write { index, value } => (value, msrs.write(index, value).is_err().into()),
        };
        let run = vcpu.get_kvm_run();
        run.__bindgen_anon_1.msr.data = value;
        run.__bindgen_anon_1.msr.error = error;
    }
}
