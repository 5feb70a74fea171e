//! The magic page: supervisor state that a guest of KVM-PR reads and writes without a trap (Linux
//! `Documentation/virt/kvm/ppc-pv.rst`; `arch/powerpc/include/uapi/asm/kvm_para.h`).
//!
//! The guest maps it with KVM_HC_PPC_MAP_MAGIC_PAGE, whose first argument is the physical address and whose
//! second the effective one or'd with flags (the kernel's code; its prose has them the other way round).

use crate::msr;
use bytemuck::{Pod, Zeroable};
use hypercall_core::memory::{GuestMemory, GuestMemoryExt, MemoryError};
use hypercall_core::{Endian, Privilege, Shared, Width};

/// Feature bit: `sr`, the segment registers, is kept (`KVM_MAGIC_FEAT_SR`).
pub const FEATURE_SR: u64 = 1 << 0;
/// Feature bit: `mas0` up to `sprg7` are kept (`KVM_MAGIC_FEAT_MAS0_TO_SPRG7`).
pub const FEATURE_MAS0_TO_SPRG7: u64 = 1 << 1;
/// What KVM answers to every mapping, on every processor.
pub const FEATURES: u64 = FEATURE_SR | FEATURE_MAS0_TO_SPRG7;

/// Flag of the effective address: the guest does not map its trampolines no-execute
/// (`MAGIC_PAGE_FLAG_NOT_MAPPED_NX`).
pub const NOT_MAPPED_NX: u64 = 1 << 0;

/// Where guests put the page: the last of the address space (Linux `arch/powerpc/kernel/kvm.c`,
/// `KVM_MAGIC_PAGE`).
pub const CUSTOMARY_ADDRESS: u64 = -4096_i64 as u64;

const OFFSET: u64 = 0xfff;
/// Physical addresses have 60 bits (Linux `arch/powerpc/include/asm/kvm_host.h`, `KVM_PAM`).
const PHYSICAL: u64 = 0x0fff_ffff_ffff_ffff;

/// Supervisor state shared between the guest's kernel and the host, at the start of the magic page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(
    name = "kvm_vcpu_arch_shared",
    size = 240,
    source = "Linux arch/powerpc/include/uapi/asm/kvm_para.h"
)]
pub struct SharedState {
    /// For the guest's own use.
    #[shared(offset = 0)]
    pub scratch1: u64,
    /// For the guest's own use.
    #[shared(offset = 8)]
    pub scratch2: u64,
    /// For the guest's own use.
    #[shared(offset = 16)]
    pub scratch3: u64,
    /// The guest is in a critical section, and takes no interrupt, while this equals its R1.
    #[shared(offset = 24)]
    pub critical: u64,
    /// SPRG0.
    #[shared(offset = 32)]
    pub sprg0: u64,
    /// SPRG1.
    #[shared(offset = 40)]
    pub sprg1: u64,
    /// SPRG2.
    #[shared(offset = 48)]
    pub sprg2: u64,
    /// SPRG3.
    #[shared(offset = 56)]
    pub sprg3: u64,
    /// SRR0.
    #[shared(offset = 64)]
    pub srr0: u64,
    /// SRR1.
    #[shared(offset = 72)]
    pub srr1: u64,
    /// DAR; DEAR on Book E.
    #[shared(offset = 80)]
    pub dar: u64,
    /// MSR; the guest may change EE and RI here.
    #[shared(offset = 88)]
    pub msr: u64,
    /// DSISR.
    #[shared(offset = 96)]
    pub dsisr: u32,
    /// Not zero while an interrupt waits for the guest to enable them.
    #[shared(offset = 100)]
    pub int_pending: u32,
    /// The segment registers of 32-bit guests.
    #[shared(offset = 104)]
    pub sr: [u32; 16],
    /// MAS0, Book E, like the next ones.
    #[shared(offset = 168)]
    pub mas0: u32,
    /// MAS1.
    #[shared(offset = 172)]
    pub mas1: u32,
    /// MAS7 and MAS3.
    #[shared(offset = 176)]
    pub mas7_3: u64,
    /// MAS2.
    #[shared(offset = 184)]
    pub mas2: u64,
    /// MAS4.
    #[shared(offset = 192)]
    pub mas4: u32,
    /// MAS6.
    #[shared(offset = 196)]
    pub mas6: u32,
    /// ESR.
    #[shared(offset = 200)]
    pub esr: u32,
    /// PIR.
    #[shared(offset = 204)]
    pub pir: u32,
    /// SPRG4.
    #[shared(offset = 208)]
    pub sprg4: u64,
    /// SPRG5.
    #[shared(offset = 216)]
    pub sprg5: u64,
    /// SPRG6.
    #[shared(offset = 224)]
    pub sprg6: u64,
    /// SPRG7.
    #[shared(offset = 232)]
    pub sprg7: u64,
}

/// The byte order of the page, which is that of the guest's interrupt handlers: LE of the MSR that an
/// interrupt sets, not of the MSR at the call.
pub const fn endian(interrupt_msr: u64) -> Endian {
    msr::caller(interrupt_msr).endian
}

/// Where a guest has its magic page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Guest-physical address, page aligned, all 64 bits that the guest gave.
    pub physical: u64,
    /// Effective address, page aligned.
    pub effective: u64,
    /// The flags that came with the effective address, its low 12 bits; unknown ones mean nothing.
    pub flags: u64,
}

/// The magic page of one vCPU: not mapped at first.
///
/// It does as `kvmppc_kvm_pv` does (Linux `arch/powerpc/kvm/powerpc.c`): every address is taken, with its low
/// 12 bits cut off, and a second call moves the page.
///
/// ```
/// use hypercall_arch_ppc::magic::{MagicPage, Mapping};
///
/// let mut page = MagicPage::default();
/// assert_eq!(page.mapping(), None);
/// // As Linux asks for it: -4096 in both, and its trampolines are not no-execute.
/// assert_eq!(page.map(0xffff_ffff_ffff_f000, 0xffff_ffff_ffff_f001), 3);
/// let top = 0xffff_ffff_ffff_f000;
/// assert_eq!(page.mapping(), Some(Mapping { physical: top, effective: top, flags: 1 }));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MagicPage {
    mapping: Option<Mapping>,
    kernel_nx_disabled: bool,
}

impl MagicPage {
    /// Maps the page, or moves it, and gives the feature bits that the call answers.
    pub fn map(&mut self, physical: u64, effective_and_flags: u64) -> u64 {
        let flags = effective_and_flags & OFFSET;
        self.kernel_nx_disabled |= flags & NOT_MAPPED_NX == 0;
        self.mapping =
            Some(Mapping { physical: physical & !OFFSET, effective: effective_and_flags & !OFFSET, flags });
        FEATURES
    }

    /// Where the page is; `None` before the first call.
    pub fn mapping(&self) -> Option<Mapping> {
        self.mapping
    }

    /// Whether the host has to ignore no-execute for the guest's kernel: a call came without
    /// [`NOT_MAPPED_NX`], from a guest that maps its trampolines no-execute and jumps there all the same. It
    /// stays so.
    pub fn kernel_nx_disabled(&self) -> bool {
        self.kernel_nx_disabled
    }

    /// The guest-physical page as the host sees it in a mode: 60 bits, 32 of them with MSR\[SF\] = 0. `None`
    /// where it is not mapped, or mapped at 0, which KVM takes for not mapped (Linux
    /// `arch/powerpc/kvm/book3s.c`, `kvmppc_gpa_to_pfn`).
    pub fn physical_page(&self, width: Width) -> Option<u64> {
        let page = width.mask(self.mapping?.physical & PHYSICAL);
        (page != 0).then_some(page)
    }

    /// Whether an effective address is in the page: for the guest's kernel only, and not where the page is
    /// mapped at 0 (Linux `arch/powerpc/kvm/book3s_64_mmu.c`, `kvmppc_mmu_book3s_64_xlate`).
    pub fn covers(&self, effective: u64, privilege: Privilege) -> bool {
        self.mapping.is_some_and(|m| m.effective != 0 && m.effective == effective & !OFFSET)
            && privilege == Privilege::Supervisor
    }

    /// Copies the state into the page, on hosts whose page is the guest's own memory. Does nothing where
    /// there is no page.
    ///
    /// # Errors
    /// [`MemoryError`] when the page is not memory of the guest's.
    pub fn store(
        &self,
        memory: &(impl GuestMemory + ?Sized),
        state: &SharedState,
        width: Width,
        endian: Endian,
    ) -> Result<(), MemoryError> {
        match self.physical_page(width) {
            Some(page) => memory.write_value(page, *state, endian),
            None => Ok(()),
        }
    }

    /// Copies the state out of the page; `None` where there is no page. The guest may have written anything:
    /// of `msr` the host takes over EE and RI only.
    ///
    /// # Errors
    /// [`MemoryError`] when the page is not memory of the guest's.
    pub fn load(
        &self,
        memory: &(impl GuestMemory + ?Sized),
        width: Width,
        endian: Endian,
    ) -> Result<Option<SharedState>, MemoryError> {
        self.physical_page(width).map(|page| memory.read_value(page, endian)).transpose()
    }
}
