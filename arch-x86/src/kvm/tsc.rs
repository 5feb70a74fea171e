//! The time-stamp counter as a guest reads it.

use super::error::KvmError;
use kvm_bindings::{Msrs, kvm_msr_entry};
use kvm_ioctls::VcpuFd;

/// IA32_TIME_STAMP_COUNTER (Intel SDM volume 4).
const TIME_STAMP_COUNTER: u32 = 0x10;

/// The host's counter now.
#[inline]
pub fn host() -> u64 {
    // SAFETY: RDTSC exists on every x86_64 processor, and reads no memory; Linux leaves CR4.TSD clear unless
    // a process asks for it with PR_SET_TSC.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// How far the guest's counter is ahead of the host's, modulo 2^64, on a KVM that does not scale it.
///
/// KVM gives the guest's counter at the time of the ioctl, a little after the host's was read, so the offset
/// is too large by that time: the reading that took the least of several is used.
///
/// # Errors
/// [`KvmError::Ioctl`] when KVM does not give the counter.
pub fn offset(vcpu: &VcpuFd) -> Result<u64, KvmError> {
    let mut best = (u64::MAX, 0);
    for _ in 0..5 {
        let before = host();
        let guest = read(vcpu)?;
        let after = host();
        // KVM read the guest's counter somewhere between the two.
        best = best.min((after.wrapping_sub(before), guest.wrapping_sub(before)));
    }
    // A counter that is the host's own differs by less than the ioctl took.
    let (took, difference) = best;
    Ok(if difference <= took { 0 } else { difference })
}

fn read(vcpu: &VcpuFd) -> Result<u64, KvmError> {
    let entry = kvm_msr_entry { index: TIME_STAMP_COUNTER, ..Default::default() };
    let system = |error: &dyn std::fmt::Debug| KvmError::System {
        call: "KVM_GET_MSRS",
        source: std::io::Error::other(format!("{error:?}")),
        remedy: "this KVM does not give MSR 0x10, the time-stamp counter",
    };
    let mut msrs = Msrs::from_entries(&[entry]).map_err(|e| system(&e))?;
    vcpu.get_msrs(&mut msrs).map_err(KvmError::ioctl("KVM_GET_MSRS"))?;
    Ok(msrs.as_slice().first().map_or(0, |m| m.data))
}
