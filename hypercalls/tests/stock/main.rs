//! The stock handlers, each through a real dispatcher, in the registers of a real convention.
//!
//! Numbers, results and bytes are written out as the ABI documents have them.

#![cfg(feature = "std")]

mod catalogue;
mod kvm_ppc;
mod kvm_x86;
mod machine;
mod vendor;
mod xen;
