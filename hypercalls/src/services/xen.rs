//! What a VMM implements to have the handlers of Xen's calls.

use super::Memory;
use crate::catalogue::xen::{HVM_PARAMETERS, MapSpace, ShutdownReason};
use core::sync::atomic::{AtomicU64, Ordering};
pub use hypercall_arch_x86::paging::Access;
use hypercall_core::{Error, VmExit};

/// What a Xen guest is told of the hypervisor it runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XenIdentity {
    /// Major and minor version of the interface: that of the VMM's CPUID leaves, too.
    pub version: (u16, u16),
    /// What follows the version; the first 15 bytes are told.
    pub extra_version: &'static str,
    /// The compiler; 63 bytes are told.
    pub compiler: &'static str,
    /// Who ran it; 15 bytes.
    pub compile_by: &'static str,
    /// Where; 31 bytes.
    pub compile_domain: &'static str,
    /// When; 31 bytes.
    pub compile_date: &'static str,
    /// The kinds of guests it runs, in Xen's words; 1023 bytes.
    pub capabilities: &'static str,
    /// The change it was built from; 63 bytes.
    pub changeset: &'static str,
    /// XENFEAT_* bits 0 to 31 (`xen/include/public/features.h`).
    pub features: u32,
    /// The domain's UUID.
    pub guest_handle: [u8; 16],
    /// The hypervisor's command line; 1023 bytes.
    pub command_line: &'static str,
    /// The build ID; empty for none.
    pub build_id: &'static [u8],
}

impl XenIdentity {
    /// The interface of Xen 4.17, for HVM guests of both modes, with an address space that is translated
    /// (XENFEAT_auto_translated_physmap, bit 2) and page tables that guests write as they like (bits 0 and 1).
    pub const DEFAULT: XenIdentity = XenIdentity {
        version: (4, 17),
        extra_version: ".0-hypercall",
        compiler: "rustc",
        compile_by: "",
        compile_domain: "",
        compile_date: "",
        capabilities: "hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ",
        changeset: "unavailable",
        features: 1 << 0 | 1 << 1 | 1 << 2,
        guest_handle: [0; 16],
        command_line: "",
        build_id: &[],
    };
}

/// Runs Xen guests.
///
/// Their structures are at linear addresses: what the page tables of the calling vCPU make of them is the
/// VMM's to know. On KVM `hypercall_arch_x86::kvm::translate` tells, without page tables an address is its own.
pub trait XenGuest: Memory {
    /// What the guest is told of the hypervisor.
    fn identity(&self) -> &XenIdentity;

    /// The guest-physical address of a linear one of `vcpu`'s. Within a page of 4 KiB the addresses that
    /// follow go on alike.
    ///
    /// # Errors
    /// [`Error::BadAddress`] where the guest has nothing mapped, or not for this access.
    fn translate(&self, vcpu: u32, linear: u64, access: Access) -> Result<u64, Error>;

    /// Whether [`translate`](Self::translate) and [`block`](Self::block) may be called by the thread that serves
    /// rings. Where they wait for the vCPU, as KVM_TRANSLATE does for the end of its KVM_RUN, a guest could hold that
    /// thread for as long as it likes: then a call in a ring that needs them fails with [`Error::Unsupported`].
    fn answers_rings(&self) -> bool {
        false
    }

    /// The value of a parameter, numbered below [`HVM_PARAMETERS`]. [`XenParameters`] has them.
    ///
    /// # Errors
    /// What the guest is to see where it may not know it.
    fn parameter(&self, index: u32) -> Result<u64, Error>;

    /// Sets a parameter for the guest.
    ///
    /// # Errors
    /// [`Error::NotPermitted`] for one that is not the guest's to set, [`Error::Invalid`] for a value it does
    /// not take.
    fn set_parameter(&self, vcpu: u32, index: u32, value: u64) -> Result<(), Error>;

    /// Puts page `index` of a space at a frame of the guest's.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the space has no such page, [`Error::Unsupported`] for a space that this VMM
    /// has not, [`Error::BadAddress`] for a frame where it cannot be put.
    fn add_to_physmap(&self, vcpu: u32, space: MapSpace, index: u64, frame: u64) -> Result<(), Error>;

    /// Lets other vCPUs run.
    fn yield_cpu(&self, vcpu: u32);

    /// Waits until there is an event for `vcpu`, which may have been masked and is not from here on. It may
    /// return early: guests look why they woke.
    fn block(&self, vcpu: u32);

    /// How the VM ends for this reason.
    fn shutdown(&self, vcpu: u32, reason: ShutdownReason) -> VmExit;
}

/// The parameters of an HVM domain.
///
/// ```
/// use hypercalls::services::XenParameters;
/// use hypercall_core::Error;
///
/// let parameters = XenParameters::default();
/// parameters.provide(1, 0xfeffc); // HVM_PARAM_STORE_PFN, from the VMM
/// parameters.set(0, 0x0200_0000_0000_00f3)?; // HVM_PARAM_CALLBACK_IRQ, from the guest
/// assert_eq!(parameters.get(1), Ok(0xfeffc));
/// assert_eq!(parameters.set(1, 0), Err(Error::NotPermitted));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct XenParameters {
    values: [AtomicU64; HVM_PARAMETERS as usize],
}

impl Default for XenParameters {
    fn default() -> XenParameters {
        XenParameters { values: [const { AtomicU64::new(0) }; HVM_PARAMETERS as usize] }
    }
}

impl XenParameters {
    /// The value of a parameter; 0 until it is set.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a number from [`HVM_PARAMETERS`] on.
    pub fn get(&self, index: u32) -> Result<u64, Error> {
        Ok(self.place(index)?.load(Ordering::Relaxed))
    }

    /// Sets one for the guest: those that Xen leaves to it (`xen/arch/x86/hvm/hvm.c`, `hvm_allow_set_param`).
    ///
    /// # Errors
    /// [`Error::Invalid`] for a number from [`HVM_PARAMETERS`] on, [`Error::NotPermitted`] for one that is the
    /// VMM's to set.
    pub fn set(&self, index: u32, value: u64) -> Result<(), Error> {
        let place = self.place(index)?;
        // CALLBACK_IRQ 0, STORE_EVTCHN 2, VM86_TSS 15, CONSOLE_EVTCHN 18, ACPI_IOPORTS_LOCATION 19,
        // VM_GENERATION_ID_ADDR 34, X87_FIP_WIDTH 36, VM86_TSS_SIZED 37 (xen/include/public/hvm/params.h). Xen's
        // own firmware sets 15, 34 and 37 from inside the guest (tools/firmware/hvmloader/hvmloader.c).
        if !matches!(index, 0 | 2 | 15 | 18 | 19 | 34 | 36 | 37) {
            return Err(Error::NotPermitted);
        }
        place.store(value, Ordering::Relaxed);
        Ok(())
    }

    /// Sets any for the VMM. Does nothing for a number from [`HVM_PARAMETERS`] on.
    pub fn provide(&self, index: u32, value: u64) {
        if let Ok(place) = self.place(index) {
            place.store(value, Ordering::Relaxed);
        }
    }

    fn place(&self, index: u32) -> Result<&AtomicU64, Error> {
        self.values.get(index as usize).ok_or(Error::Invalid)
    }
}
