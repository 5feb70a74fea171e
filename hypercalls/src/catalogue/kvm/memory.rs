//! Guest memory on x86: numbers 2 and 12.

use hypercall_core::argument::{
    Argument, ArgumentKind, NamedValue, NonZeroU64, PageAddress, Slots, SlotsMut, SplitAddress,
};
use hypercall_core::{Error, Hypercall};

/// Did batches of page-table writes, TLB flushes and releases of page tables for guests with shadow paging.
///
/// The buffer holds `{u32 op, u32 pad}` headers: 1 KVM_MMU_OP_WRITE_PTE with two u64 (address and value of
/// the entry) behind it, 2 KVM_MMU_OP_FLUSH_TLB, 3 KVM_MMU_OP_RELEASE_PT with one u64 (address of the table).
/// Linux removed both sides; there is no handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 2,
    name = "KVM_HC_MMU_OP",
    arch(x86),
    status = deprecated,
    result = "while it was served: how many bytes of the buffer were processed",
    error(Unknown, "always, since its removal"),
    feature("KVM_FEATURE_MMU_OP", 2),
    introduced(
        "unknown",
        "2f333bcb4edd8daef99dabe4e7df8277af73cff1 \"KVM: MMU: hypercall based pte updates and TLB flushes\""
    ),
    deprecated(
        "unknown",
        "Linux Documentation/feature-removal-schedule.txt, \"KVM paravirt mmu host support\", removal in \
         January 2011"
    ),
    removed(
        "unknown",
        "fb92045843a8cd99c7b843d9b567a680a3854ba1 \"KVM: MMU: remove KVM host pv mmu support\", November 2011"
    )
)]
pub struct MmuOp {
    /// Length of the buffer in bytes.
    pub bytes: u64,
    /// Guest-physical address of the buffer.
    pub buffer: SplitAddress,
}

/// The size of the pages that map a range, as the guest thinks best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSizeHint {
    /// KVM_MAP_GPA_RANGE_PAGE_SZ_4K.
    Size4K,
    /// KVM_MAP_GPA_RANGE_PAGE_SZ_2M.
    Size2M,
    /// KVM_MAP_GPA_RANGE_PAGE_SZ_1G.
    Size1G,
}

/// How KVM_HC_MAP_GPA_RANGE is to map a range: bits 3:0 the page-size hint, bit 4 encrypted, the rest zero.
///
/// Linux passes the register to user space unchecked; the reserved bits are refused here, as its
/// `Documentation/virt/kvm/x86/hypercalls.rst` wants them zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapGpaAttributes {
    /// The page-size hint.
    pub page_size: PageSizeHint,
    /// Private to the guest (KVM_MAP_GPA_RANGE_ENCRYPTED) rather than shared with the host.
    pub encrypted: bool,
}

impl MapGpaAttributes {
    /// The attributes in a register, or `None` for a hint over 2 or a reserved bit.
    pub const fn from_bits(bits: u64) -> Option<MapGpaAttributes> {
        let page_size = match bits & 0xf {
            0 => PageSizeHint::Size4K,
            1 => PageSizeHint::Size2M,
            2 => PageSizeHint::Size1G,
            _ => return None,
        };
        if bits >> 5 != 0 {
            return None;
        }
        Some(MapGpaAttributes { page_size, encrypted: bits & 1 << 4 != 0 })
    }

    /// As they stand in a register.
    pub const fn bits(self) -> u64 {
        self.page_size as u64 | (self.encrypted as u64) << 4
    }
}

impl Argument for MapGpaAttributes {
    const KIND: &'static ArgumentKind = &ArgumentKind {
        name: "flags",
        bits: 5,
        range: "bits 3:0 one of the page sizes, bit 4 encrypted; other bits are reserved and zero",
        values: &[
            NamedValue { name: "PAGE_SZ_4K", value: 0, meaning: "pages of 4 KiB" },
            NamedValue { name: "PAGE_SZ_2M", value: 1, meaning: "pages of 2 MiB" },
            NamedValue { name: "PAGE_SZ_1G", value: 2, meaning: "pages of 1 GiB" },
            NamedValue { name: "ENCRYPTED", value: 0x10, meaning: "private to the guest" },
        ],
        slots: 1,
        slots_32: 1,
    };
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        MapGpaAttributes::from_bits(slots.take()).ok_or(Error::Invalid)
    }
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.bits());
    }
}

/// Marks a range of guest-physical pages as shared with the host or private to the guest.
///
/// Linux checks alignment, zero and overflow and hands the call to user space; the rest is the VMM's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 12,
    name = "KVM_HC_MAP_GPA_RANGE",
    arch(x86),
    status = active,
    result = "0",
    error(
        Invalid,
        "the address is not page aligned, there are no pages, the end is past 2^64, the range is not all \
         memory, or an attribute is reserved"
    ),
    error(Unknown, "Linux: the exit is not enabled with KVM_CAP_EXIT_HYPERCALL"),
    feature("KVM_FEATURE_HC_MAP_GPA_RANGE", 16),
    introduced(
        "Linux 5.14",
        "0dbb11230437895f7cd6fc55da61cef011e997d8 \"KVM: X86: Introduce KVM_HC_MAP_GPA_RANGE hypercall\", \
         merged in June 2021"
    )
)]
pub struct MapGpaRange {
    /// First page of the range; page aligned.
    pub gpa: PageAddress,
    /// Length of the range in pages of 4 KiB; not zero.
    pub pages: NonZeroU64,
    /// Page-size hint and encryption.
    pub attributes: MapGpaAttributes,
}
