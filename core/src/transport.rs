//! How a call reaches what serves it, as constant data: what the guest does, the exit the VMM sees, and what
//! the host must have for it.
//!
//! A [`Convention`] says which register is what; a transport carries the registers. Architecture crates
//! declare theirs, under the names of their [entry points](crate::EntryPoint).

use crate::shared::Layout;
use crate::{Arch, Convention};

/// A way from the guest to what serves the call.
#[derive(Debug)]
pub struct Transport {
    /// Short name; that of its [`EntryPoint`](crate::EntryPoint)s where the VMM serves it.
    pub name: &'static str,
    /// The architecture.
    pub arch: Arch,
    /// What the guest does.
    pub guest: &'static str,
    /// The exit of KVM_RUN that brings it to the VMM; `None` where KVM is not between the two.
    pub exit: Option<&'static Exit>,
    /// What KVM must have.
    pub needs: &'static [Need],
    /// The conventions it carries.
    pub conventions: &'static [&'static Convention],
    /// Which calls come through, and what of the vCPU with them.
    pub carries: &'static str,
    /// The document that defines it.
    pub source: &'static str,
}

impl Transport {
    /// [Rings](crate::ring) in the memory of an architecture's guests.
    pub const fn ring(arch: Arch, conventions: &'static [&'static Convention]) -> Transport {
        Transport {
            name: "ring",
            arch,
            guest: "writes an entry of a ring in its memory; rings the doorbell where the host sleeps",
            exit: None,
            needs: &[],
            conventions,
            carries: "every call; number, arguments and answer stand in memory, and there is no exit",
            source: "this project's core/src/ring.rs",
        }
    }
}

/// An exit of KVM_RUN.
#[derive(Debug)]
pub struct Exit {
    /// Its name in `linux/kvm.h`.
    pub name: &'static str,
    /// `exit_reason`.
    pub reason: u32,
    /// What stands in the union of `struct kvm_run`, from its start.
    pub payload: &'static Layout,
}

/// A capability of KVM's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its name in `linux/kvm.h`.
    pub capability: &'static str,
    /// Its number.
    pub number: u32,
    /// How it is used.
    pub how: &'static str,
}
