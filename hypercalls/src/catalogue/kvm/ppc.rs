//! PowerPC: numbers 3 and 4, tokens 0x2a0003 and 0x2a0004.

use hypercall_arch_ppc::magic::SharedState;
use hypercall_core::argument::{Argument, ArgumentKind, NamedValue, Slots, SlotsMut};
use hypercall_core::{Error, Hypercall, bitflags::bitflags};

/// Tells which of KVM's calls there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 3,
    name = "KVM_HC_FEATURES",
    arch(ppc),
    status = active,
    result = "a bitmap: bit 1, KVM_FEATURE_MAGIC_PAGE, is KVM_HC_PPC_MAP_MAGIC_PAGE",
    introduced(
        "unknown",
        "2a342ed57756ad5d8af5456959433884367e5ab2 \"KVM: PPC: Implement hypervisor interface\""
    ),
    changed("unknown", "unknown; since then it has ePAPR's registers, token and status codes")
)]
pub struct Features {}

/// A guest-physical page: the low twelve bits of the register are ignored, as Linux does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhysicalPage(u64);

impl PhysicalPage {
    /// The page that `address` lies in.
    pub const fn of(address: u64) -> PhysicalPage {
        PhysicalPage(address & !0xfff)
    }

    /// The address of its first byte, a multiple of 4096.
    pub const fn address(self) -> u64 {
        self.0
    }
}

impl Argument for PhysicalPage {
    const KIND: &'static ArgumentKind =
        &ArgumentKind::single("guest-physical address", 64, "any; bits 11:0 are ignored");
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        Ok(PhysicalPage::of(slots.take()))
    }
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.0);
    }
}

bitflags! {
    /// How the magic page is mapped.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct MagicPageFlags: u64 {
        /// MAGIC_PAGE_FLAG_NOT_MAPPED_NX: the guest does not rely on unmapped pages being executable.
        const NOT_MAPPED_NX = 1;
    }

    /// Parts of the magic page that are kept up to date.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct MagicFeatures: u64 {
        /// KVM_MAGIC_FEAT_SR: the segment registers.
        const SR = 1;
        /// KVM_MAGIC_FEAT_MAS0_TO_SPRG7: MAS0 to MAS7, ESR, PIR and SPRG4 to SPRG7.
        const MAS0_TO_SPRG7 = 2;
    }
}

/// An effective address of a page, with flags in its low twelve bits; unknown flags are ignored, as Linux
/// does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectivePage {
    address: u64,
    flags: MagicPageFlags,
}

impl EffectivePage {
    /// The page that `address` lies in, with flags.
    pub const fn new(address: u64, flags: MagicPageFlags) -> EffectivePage {
        EffectivePage { address: address & !0xfff, flags }
    }

    /// The address of its first byte, a multiple of 4096.
    pub const fn address(self) -> u64 {
        self.address
    }

    /// The flags.
    pub const fn flags(self) -> MagicPageFlags {
        self.flags
    }
}

impl Argument for EffectivePage {
    const KIND: &'static ArgumentKind = &ArgumentKind {
        name: "effective address and flags",
        bits: 64,
        range: "bits 11:0 are flags, of which unknown ones are ignored",
        values: &[NamedValue {
            name: "NOT_MAPPED_NX",
            value: MagicPageFlags::NOT_MAPPED_NX.bits(),
            meaning: "the guest does not rely on unmapped pages being executable",
        }],
        slots: 1,
        slots_32: 1,
    };
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        let raw = slots.take();
        Ok(EffectivePage::new(raw, MagicPageFlags::from_bits_truncate(raw & 0xfff)))
    }
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.address | self.flags.bits());
    }
}

/// Maps the magic page, through which a guest kernel reads and writes some of its supervisor registers
/// without leaving to the host.
///
/// `Documentation/virt/kvm/ppc-pv.rst` names the addresses in the reverse order; this is the order of
/// `arch/powerpc/kvm/powerpc.c` and of the guest's `arch/powerpc/kernel/kvm.c`. Linux checks neither address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 4,
    name = "KVM_HC_PPC_MAP_MAGIC_PAGE",
    arch(ppc),
    status = active,
    result = "a bitmap of the parts kept up to date: bit 0 KVM_MAGIC_FEAT_SR, bit 1 \
              KVM_MAGIC_FEAT_MAS0_TO_SPRG7",
    feature("KVM_FEATURE_MAGIC_PAGE", 1),
    shares(SharedState),
    introduced("unknown", "unknown"),
    changed("unknown", "unknown; since then the low bits of the effective address are flags")
)]
pub struct PpcMapMagicPage {
    /// Guest-physical page it replaces.
    pub physical: PhysicalPage,
    /// Where it is mapped, customarily -4096.
    pub effective: EffectivePage,
}
