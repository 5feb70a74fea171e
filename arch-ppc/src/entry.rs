//! Where calls come in on PowerPC.
//!
//! A `sc` that carries the magic in R0 and a `sc 1` are told apart by the instruction, so a VM may bind
//! [`HYPERCALL_INSTRUCTIONS`] to ePAPR and [`SC1`] to PAPR. On hosts whose `hypercall-instructions` are
//! themselves `sc 1` there is [`SC1`] only.

use hypercall_core::EntryPoint;

/// The sequence of the device tree's `hypercall-instructions` where it ends in a plain `sc`, as on KVM-PR.
pub const HYPERCALL_INSTRUCTIONS: EntryPoint = EntryPoint::new("hypercall-instructions", 0);

/// `sc 1`: PAPR, and ePAPR where the hypervisor is entered so.
pub const SC1: EntryPoint = EntryPoint::new("sc-1", 0);

/// KVM_EXIT_PAPR_HCALL: the `sc 1` of a PAPR guest that KVM does not serve itself.
pub const EXIT_PAPR_HCALL: EntryPoint = EntryPoint::new("exit-papr-hcall", 0);
