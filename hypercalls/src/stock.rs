//! Handlers with the real calls' semantics, behind the small traits of [`services`](crate::services).
//!
//! Each function adds a set of handlers to a builder with
//! [`Builder::offer`](hypercall_core::Builder::offer): where the VM's architecture or entry points do not
//! carry a call, its handler is left out. A call can be served once only, so a VMM that has its own handler
//! for one of a set adds the others itself.
//!
//! ```
//! # use hypercall_core::memory::{FlatMemory, GuestMemory};
//! # use hypercall_core::{Arch, Dispatcher, EntryPoint, Error, Fault, Completion, interface};
//! # use hypercall_arch_s390::convention::DIAG500;
//! # use hypercalls::services::*;
//! use hypercalls::{stock, vendor};
//!
//! struct Vm { memory: FlatMemory, retries: Retries, worker: Worker }
//! impl Memory for Vm {
//!     fn memory(&self) -> &dyn GuestMemory { &self.memory }
//! }
//! impl WallClock for Vm {
//!     fn now(&self) -> Result<WallTime, Error> { WallTime::now() }
//! }
//! impl Testing for Vm {
//!     fn is_first_execution(&self, vcpu: u32, key: u64) -> Result<bool, Error> {
//!         self.retries.is_first(vcpu, key)
//!     }
//!     fn complete_elsewhere(&self, completion: Completion, value: u64) {
//!         self.worker.complete(completion, value);
//!     }
//!     fn fault(&self) -> Result<Fault, Error> {
//!         vendor::raised_fault(Arch::S390).ok_or(Error::Unsupported)
//!     }
//!     fn calls_served(&self) -> u64 { 0 }
//! }
//!
//! let builder = Dispatcher::<Vm>::builder(Arch::S390)
//!     .entry(EntryPoint::new("diag500", 0), &DIAG500, &interface::DIAG500);
//! let dispatcher = stock::vendor(builder).build()?;
//! assert!(dispatcher.definition_of("HYPERCALL_CHECKSUM").is_some());
//! assert!(dispatcher.definition_of("HYPERCALL_MIX_7").is_none(), "DIAG 0x500 has six arguments");
//! # Ok::<(), hypercall_core::BuildError>(())
//! ```

mod console;
mod kvm_ppc;
mod kvm_x86;
mod rings;
pub(crate) mod vendor;
mod xen;

use crate::services::{
    CallRings, Console, GpaRanges, Interrupts, MagicPages, Memory, PairedClock, Testing, WallClock, XenGuest,
};
use hypercall_core::Builder;

/// Serves KVM's calls of x86: KVM_HC_VAPIC_POLL_IRQ, KVM_HC_KICK_CPU, KVM_HC_CLOCK_PAIRING,
/// KVM_HC_SEND_IPI, KVM_HC_SCHED_YIELD and KVM_HC_MAP_GPA_RANGE.
///
/// | call | as Linux does, and beyond |
/// |---|---|
/// | KVM_HC_SEND_IPI | the result counts accepted interrupts; the lower bitmap's ids end at 2^32 - 1, the upper one's start wraps there |
/// | KVM_HC_CLOCK_PAIRING | the clock is asked before the address is looked at; the padding is zero |
/// | KVM_HC_MAP_GPA_RANGE | alignment, zero and overflow as Linux; also refused: memory the guest does not have, reserved attributes |
#[must_use]
pub fn kvm_x86<Vm>(builder: Builder<Vm>) -> Builder<Vm>
where
    Vm: Interrupts + PairedClock + GpaRanges + Memory + 'static,
{
    kvm_x86::offer(builder)
}

/// Serves KVM's calls of PowerPC: KVM_HC_FEATURES and KVM_HC_PPC_MAP_MAGIC_PAGE.
///
/// KVM_HC_FEATURES names the other; a VM whose policy denies the one should deny both.
#[must_use]
pub fn kvm_ppc<Vm: MagicPages + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    kvm_ppc::offer(builder)
}

/// Serves the project's own calls, except HYPERCALL_CONSOLE_WRITE, whose handler is linked: add it with
/// [`Builder::linked_handlers`] and a [`GuestConsole`](crate::services::GuestConsole).
///
/// HYPERCALL_GONE is obsolete and has no handler.
#[must_use]
pub fn vendor<Vm>(builder: Builder<Vm>) -> Builder<Vm>
where
    Vm: Memory + WallClock + Testing + 'static,
{
    vendor::offer(builder)
}

/// Serves rings: HYPERCALL_RING_SETUP, HYPERCALL_RING_TEARDOWN and HYPERCALL_RING_DOORBELL.
#[must_use]
pub fn rings<Vm: CallRings + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    rings::offer(builder)
}

/// Serves the calls that an HVM guest of Xen's makes first: xen_version, console_io, memory_op
/// (add_to_physmap), hvm_op (set_param, get_param) and sched_op (yield, block, shutdown). The others of
/// [`catalogue::xen`](crate::catalogue::xen), and other commands of these, answer -ENOSYS.
///
/// Errors that no other interface has (ESRCH, ENODATA, ENOBUFS) are results, and are counted as such.
#[must_use]
pub fn xen<Vm: XenGuest + Console + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    xen::offer(builder)
}

/// Serves all of these but Xen's.
#[must_use]
pub fn all<Vm>(builder: Builder<Vm>) -> Builder<Vm>
where
    Vm: Interrupts + PairedClock + GpaRanges + Memory + MagicPages + WallClock + Testing + 'static,
{
    vendor(kvm_ppc(kvm_x86(builder)))
}
