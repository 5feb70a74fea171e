//! The host's wall clock on x86: number 9.

use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::GuestAddress;
use hypercall_core::{Argument, Hypercall, Shared};

/// Which clock is paired with the time-stamp counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Argument)]
pub enum ClockType {
    /// KVM_CLOCK_PAIRING_WALLCLOCK: the host's CLOCK_REALTIME.
    WallClock = 0,
}

/// Writes the host's wall clock and the caller's time-stamp counter, taken at one instant, to guest memory.
///
/// The type is looked at before the address, as Linux does: a wrong type with a wrong address is
/// unsupported. The guest takes the time on trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 9,
    name = "KVM_HC_CLOCK_PAIRING",
    arch(x86),
    status = active,
    result = "0; the structure kvm_clock_pairing stands in memory",
    error(Unsupported, "no such clock type, or the host's clock is not made from the time-stamp counter"),
    error(BadAddress, "the 64 bytes are not all in guest memory"),
    error(Unknown, "Linux: the host is a 32-bit one"),
    introduced("unknown", "unknown"),
    changed(
        "Linux 4.20",
        "\"KVM: x86: Fix kernel info-leak in KVM_HC_CLOCK_PAIRING hypercall\": the padding is zeroed \
         (pull request \"KVM fixes for 4.20-rc4\", November 2018); commit unknown"
    ),
    shares(ClockPairingData),
    trusts_host
)]
pub struct ClockPairing {
    /// Where the 64 bytes go; any alignment, also across pages.
    pub address: GuestAddress,
    /// Which clock.
    #[argument(invalid = Unsupported)]
    pub clock: ClockType,
}

/// What KVM_HC_CLOCK_PAIRING writes, `struct kvm_clock_pairing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_clock_pairing", size = 64, source = "Linux arch/x86/include/uapi/asm/kvm_para.h")]
pub struct ClockPairingData {
    /// Wall clock: whole seconds since 1970-01-01 00:00 UTC.
    #[shared(offset = 0)]
    pub sec: i64,
    /// Wall clock: nanoseconds on top.
    #[shared(offset = 8)]
    pub nsec: i64,
    /// The guest's time-stamp counter at that instant.
    #[shared(offset = 16)]
    pub tsc: u64,
    /// Zero.
    #[shared(offset = 24)]
    pub flags: u32,
    /// Zero.
    #[shared(offset = 28)]
    pub pad: [u32; 9],
}
