//! Interrupts and scheduling of vCPUs on x86: numbers 1, 5, 10 and 11.

use hypercall_core::argument::{Argument, ArgumentKind, Slots, SlotsMut, Truncated, WideBitmap};
use hypercall_core::{Error, Hypercall};

/// Makes the guest leave to the host, which checks for pending interrupts before it enters the guest again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 1,
    name = "KVM_HC_VAPIC_POLL_IRQ",
    arch(x86),
    status = active,
    result = "0",
    introduced("unknown", "b93463aa59d6 \"KVM: Accelerated apic support\"")
)]
pub struct VapicPollIrq {}

/// Wakes a halted vCPU: the unlocker of a paravirtual ticket lock calls it for the vCPU next in line.
///
/// Linux also yields to the vCPU, and takes the whole register as the id for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 5,
    name = "KVM_HC_KICK_CPU",
    arch(x86),
    status = active,
    result = "0, also where no vCPU has the APIC id",
    error(Unknown, "the feature is off and KVM_CAP_ENFORCE_PV_FEATURE_CPUID is on"),
    feature("KVM_FEATURE_PV_UNHALT", 7),
    introduced(
        "unknown",
        "6aef266c6e17 \"kvm hypervisor : Add a hypercall to KVM hypervisor to support pv-ticketlocks\""
    ),
    changed("unknown", "unknown; since then it yields to the vCPU too (arch/x86/kvm/x86.c, kvm_sched_yield)")
)]
pub struct KickCpu {
    /// Reserved; zero from a well-behaved guest, and not read.
    pub flags: u64,
    /// APIC id of the vCPU to wake.
    pub apic_id: Truncated<u32>,
}

/// The lower half of a local APIC's interrupt command register, as KVM_HC_SEND_IPI takes it.
///
/// Logical destination mode (bit 11) and shorthands (bits 18 and 19) are refused: the bitmap is what names
/// the targets. All else is taken as Linux takes it, reserved bits and the destination field unread
/// (Linux `arch/x86/kvm/lapic.c`, `kvm_pv_send_ipi`; layout: Intel SDM volume 3, "Interrupt Command
/// Register").
///
/// ```
/// use hypercalls::catalogue::kvm::Icr;
/// let icr = Icr::new(0x40fd).expect("fixed delivery, level asserted");
/// assert_eq!((icr.vector(), icr.delivery_mode(), icr.is_asserted()), (0xfd, 0, true));
/// assert!(Icr::new(0x8_0000).is_none(), "shorthand: all including self");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icr(u64);

impl Icr {
    /// Bits that are refused: Linux's `APIC_DEST_MASK` (0x800) and `APIC_SHORT_MASK` (0xc0000).
    pub const REFUSED: u64 = 0x800 | 0xc_0000;

    /// The register value, or `None` if a refused bit is set.
    pub const fn new(value: u64) -> Option<Icr> {
        if value & Icr::REFUSED == 0 { Some(Icr(value)) } else { None }
    }

    /// As the guest gave it.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The vector, bits 7:0. 0 to 15 are no valid vectors of a fixed interrupt, and not refused.
    pub const fn vector(self) -> u8 {
        self.0 as u8
    }

    /// The delivery mode, bits 10:8: 0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 6 start-up.
    pub const fn delivery_mode(self) -> u8 {
        (self.0 >> 8 & 7) as u8
    }

    /// The level, bit 14.
    pub const fn is_asserted(self) -> bool {
        self.0 & 1 << 14 != 0
    }

    /// The trigger mode, bit 15: level rather than edge.
    pub const fn is_level_triggered(self) -> bool {
        self.0 & 1 << 15 != 0
    }
}

impl Argument for Icr {
    const KIND: &'static ArgumentKind = &ArgumentKind::single("ICR", 64, "bits 11, 18 and 19 are 0");
    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        Icr::new(slots.take()).ok_or(Error::Invalid)
    }
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        slots.put(self.0);
    }
}

/// Sends one interrupt to up to 128 vCPUs, to 64 from 32-bit mode.
///
/// A bitmap of two registers says which: bit `n` of the lower is the vCPU with APIC id `lowest + n`, bit `n`
/// of the upper the one with `lowest + 64 + n` (32 in 32-bit mode), where `lowest + 64` is taken modulo 2^32.
/// Bits without a vCPU are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 10,
    name = "KVM_HC_SEND_IPI",
    arch(x86),
    status = active,
    result = "how many vCPUs accepted the interrupt",
    error(Invalid, "the ICR has logical destination mode or a shorthand"),
    error(Unsupported, "Linux: the local APICs are not in the kernel"),
    error(Unknown, "the feature is off and KVM_CAP_ENFORCE_PV_FEATURE_CPUID is on"),
    feature("KVM_FEATURE_PV_SEND_IPI", 11),
    introduced(
        "Linux 4.19",
        "4180bf1b655a \"KVM: X86: Implement 'send IPI' hypercall\"; the feature bit is documented in tag kvm-4.19-1"
    ),
    changed(
        "Linux 4.19",
        "bdf7ffc89922 \"KVM: LAPIC: Fix pv ipis out-of-bounds access\": ids past the last \
         vCPU's are skipped (pull request \"KVM fixes for 4.19-rc3\")"
    )
)]
pub struct SendIpi {
    /// The targets, counted from `lowest`.
    pub targets: WideBitmap,
    /// The APIC id that bit 0 of the bitmap stands for.
    pub lowest: Truncated<u32>,
    /// Vector, delivery mode, level and trigger mode.
    pub icr: Icr,
}

/// Lets another vCPU run in place of the caller: for a caller that waits for one the host preempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 11,
    name = "KVM_HC_SCHED_YIELD",
    arch(x86),
    status = active,
    result = "0, also where no vCPU has the APIC id or none yielded",
    error(Unknown, "the feature is off and KVM_CAP_ENFORCE_PV_FEATURE_CPUID is on"),
    feature("KVM_FEATURE_PV_SCHED_YIELD", 13),
    introduced(
        "Linux 5.3",
        "715062970f37 \"KVM: X86: Implement PV sched yield hypercall\" (pull request \"First \
         batch of KVM changes for Linux 5.3\", July 2019)"
    )
)]
pub struct SchedYield {
    /// APIC id of the vCPU to run. All 64 bits count: above 32 bits there is none.
    pub apic_id: u64,
}
