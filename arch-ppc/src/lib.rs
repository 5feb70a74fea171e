//! Hypercalls on PowerPC: ePAPR and PAPR conventions, the `/hypervisor` node, the magic page, guest stubs.
//!
//! | module | what it holds |
//! |---|---|
//! | [`registers`], [`convention`], [`msr`] | the registers, which of them is what, and what the MSR says |
//! | [`instructions`] | `hypercall-instructions`, and the `sc` in them |
//! | [`entry`] | the entry points to bind |
//! | [`trap`] | serving a system-call interrupt on any host that has registers, MSR and SRR0 |
//! | [`papr_exit`] | serving KVM_EXIT_PAPR_HCALL |
//! | `kvm` | the backend on `/dev/kvm`, with the feature `kvm` on Linux on powerpc64 in either byte order |
//! | [`node`], [`fdt`] | the device tree's `/hypervisor` node, written and read |
//! | [`magic`] | the magic page |
//! | `guest` | stubs for guests, with the feature `guest` on the target powerpc64 in either byte order |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod convention;
pub mod entry;
pub mod fdt;
#[cfg(all(feature = "guest", target_arch = "powerpc64"))]
#[allow(unsafe_code)] // the stubs are inline assembly
pub mod guest;
pub mod instructions;
#[cfg(all(feature = "kvm", target_arch = "powerpc64", target_os = "linux"))]
pub mod kvm;
pub mod magic;
pub mod msr;
pub mod node;
pub mod papr_exit;
pub mod registers;
pub mod transport;
pub mod trap;

pub use registers::PpcRegisters;
