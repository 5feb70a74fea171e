//! Xen HVM configuration: the hypercall page of Xen guests, whose MSR and contents the VMM chooses.
//!
//! A Xen guest looks for Xen's CPUID leaves, finds in them an MSR and how many hypercall pages there are, and
//! writes to the MSR, once a page: bits 11:0 are the number of the page, the rest is the guest-physical
//! address it is wanted at. The host copies the page there from a *blob*, one for guests in long mode and one
//! for others. The guest calls entry n of the page for Xen's call n, in [`convention::XEN`].
//!
//! Linux does so in the kernel where it has KVM_CAP_XEN_HVM (KVM_XEN_HVM_CONFIG, [`KvmXenHvmConfig`]);
//! [`XenMsr`] does the same in user space, for hosts where it has not. The feature `kvm` has both.
//!
//! | what the guest writes | what happens |
//! |---|---|
//! | a page number that the blob of its mode has | 4096 bytes at the address |
//! | a page number that it has not, any where there is no blob for the mode | #GP |
//! | an address that is not memory | #GP; nothing is written |
//!
//! RDMSR of the register raises #GP, as it does where the kernel serves it.
//!
//! | page | offset | bytes |
//! |---|---|---|
//! | entry n of 128, built in | 32 * n | `mov eax, n`; the call; `ret`; `int3` to the end |
//!
//! A built-in page is Linux's own for intercepted calls (`arch/x86/kvm/xen.c`,
//! `kvm_xen_write_hypercall_page`) with the instruction of the VM's entry point in it. Its `ret`s are not
//! compiled by the guest and so escape its mitigations against speculation (XSA-466): a guest that knows a
//! doorbell should use it directly.

mod blob;
mod config;
mod msr;

pub use blob::{Blob, BlobError, ENTRIES, ENTRY_LENGTH, MAX_PAGES, PAGE_SIZE};
pub use config::KvmXenHvmConfig;
pub use msr::XenMsr;

use crate::convention;
use crate::cpuid::Leaf;
use crate::para::Processor;
use hypercall_core::memory::GuestMemory;
use hypercall_core::{Dispatcher, EntryPoint};

/// The MSR that Xen itself uses, the first of the range that is nobody's.
pub const MSR: u32 = 0x4000_0000;
/// The last MSR that it may be: kernels since 2025 refuse others (`KVM_XEN_MSR_MAX_INDEX`).
pub const LAST_MSR: u32 = 0x4fff_ffff;
/// The signature in EBX, ECX and EDX of the first leaf.
pub const SIGNATURE: [u8; 12] = *b"XenVMMXenVMM";

/// Why a VM cannot offer Xen's hypercall page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XenError {
    /// An MSR that is a real one's, or may become one's.
    #[error("MSR {0:#x} cannot be Xen's; take one from 0x40000000 to 0x4fffffff, Xen's own is 0x40000000")]
    Msr(u32),
    /// An entry point that the dispatcher has not.
    #[error("the dispatcher has no entry point {0}; bind it with Builder::entry")]
    NotBound(EntryPoint),
    /// An entry point that takes calls in another convention.
    #[error(
        "the entry point {point} takes calls in the convention {convention}, and Xen guests make them in xen"
    )]
    Convention {
        /// The entry point.
        point: EntryPoint,
        /// Its convention.
        convention: &'static str,
    },
    /// A blob that cannot be.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

/// Xen's hypercall pages as one VM offers them.
///
/// ```
/// use hypercall_arch_x86::para::Processor;
/// use hypercall_arch_x86::xen::{MSR, Xen};
/// use hypercall_arch_x86::{convention, entry};
/// use hypercall_core::memory::{FlatMemory, GuestMemoryExt};
/// use hypercall_arch_x86::msr::Msrs;
/// use hypercall_core::{Endian, interface, prelude::*};
///
/// let dispatcher = Dispatcher::<()>::builder(Arch::X86)
///     .entry(entry::port(0x48), &convention::XEN, &interface::XEN)
///     .build()?;
/// let xen = Xen::built_in(MSR, &dispatcher, entry::port(0x48), Processor::Amd).unwrap();
/// let memory = FlatMemory::new(0, 0x3000);
/// xen.msr(&memory, true).write(MSR, 0x2000).unwrap(); // page 0 of the 64-bit blob, at 0x2000
/// // entry 17, xen_version: mov eax, 17; out 0x48, al
/// let entry = memory.read_value::<[u8; 7]>(0x2000 + 32 * 17, Endian::Little);
/// assert_eq!(entry, Ok([0xb8, 17, 0, 0, 0, 0xe6, 0x48]));
/// # Ok::<(), hypercall_core::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xen {
    msr: u32,
    blob_32: Blob,
    blob_64: Blob,
}

impl Xen {
    /// Blobs of the user's, for guests outside long mode and in it, behind this MSR.
    ///
    /// # Errors
    /// [`XenError::Msr`] for an MSR that is not from [`MSR`] to [`LAST_MSR`].
    pub fn new(msr: u32, blob_32: Blob, blob_64: Blob) -> Result<Xen, XenError> {
        if !(MSR..=LAST_MSR).contains(&msr) {
            return Err(XenError::Msr(msr));
        }
        Ok(Xen { msr, blob_32, blob_64 })
    }

    /// One page that calls in at an entry point of the VM, for both modes.
    ///
    /// # Errors
    /// [`XenError`]: an MSR as for [`new`](Self::new), an entry point that is not bound to
    /// [`convention::XEN`], or one that [`Blob::built_in`] has no instruction for.
    pub fn built_in<Vm>(
        msr: u32,
        dispatcher: &Dispatcher<Vm>,
        point: EntryPoint,
        processor: Processor,
    ) -> Result<Xen, XenError> {
        let id = dispatcher.entry(point).ok_or(XenError::NotBound(point))?;
        let convention = dispatcher.convention(id).name;
        if convention != convention::XEN.name {
            return Err(XenError::Convention { point, convention });
        }
        let blob = Blob::built_in(point, processor)?;
        Xen::new(msr, blob.clone(), blob)
    }

    /// The MSR that a guest writes to.
    pub fn index(&self) -> u32 {
        self.msr
    }

    /// The blob for guests in long mode, or outside it. A guest's 32-bit code in long mode gets the former:
    /// EFER.LMA decides.
    pub fn blob(&self, long_mode: bool) -> &Blob {
        if long_mode { &self.blob_64 } else { &self.blob_32 }
    }

    /// The register, as one write of a vCPU finds it: over the memory of its guest, and in long mode
    /// (EFER.LMA) or not.
    pub fn msr<'a, M: GuestMemory + ?Sized>(&'a self, memory: &'a M, long_mode: bool) -> XenMsr<'a, M> {
        XenMsr { index: self.msr, blob: self.blob(long_mode), memory }
    }

    /// The configuration for the kernel. It holds the addresses of the blobs of `self`, from which the kernel
    /// copies whenever a guest writes to the register.
    pub fn config(&self) -> KvmXenHvmConfig {
        KvmXenHvmConfig {
            flags: 0,
            msr: self.msr,
            blob_addr_32: self.blob_32.address(),
            blob_addr_64: self.blob_64.address(),
            blob_size_32: self.blob_32.pages(),
            blob_size_64: self.blob_64.pages(),
            pad2: [0; 30],
        }
    }

    /// The leaves by which a guest finds the pages, the first at `base`, with Xen's version: major and minor
    /// (`xen/include/public/arch-x86/cpuid.h`). A guest that asks XENVER_version is to hear the same.
    ///
    /// | leaf | EAX | EBX | ECX | EDX |
    /// |---|---|---|---|---|
    /// | base | base + 2 | `XenV` | `MMXe` | `nVMM` |
    /// | base + 1 | major << 16, minor | 0 | 0 | 0 |
    /// | base + 2 | hypercall pages | the MSR | 0 | 0 |
    ///
    /// The leaf has room for one number of pages: the smaller blob's, of those that are not empty.
    pub fn leaves(&self, base: u32, version: (u16, u16)) -> [(u32, Leaf); 3] {
        let word = |i: usize| u32::from_le_bytes([0, 1, 2, 3].map(|j| SIGNATURE[4 * i + j]));
        let pages = [self.blob_32.pages(), self.blob_64.pages()].into_iter().filter(|p| *p > 0).min();
        let (major, minor) = version;
        [
            (base, [base + 2, word(0), word(1), word(2)]),
            (base + 1, [u32::from(major) << 16 | u32::from(minor), 0, 0, 0]),
            (base + 2, [pages.unwrap_or(0).into(), self.msr, 0, 0]),
        ]
    }
}

#[cfg(test)]
mod tests;
