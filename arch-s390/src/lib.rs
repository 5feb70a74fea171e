//! Hypercalls on s390: DIAG 0x500 decoding, SIE intercepts, marshalling and guest stubs.
//!
//! | module | what it holds |
//! |---|---|
//! | [`registers`], [`convention`] | the general registers, and which of them is what |
//! | [`diag`] | DIAGNOSE, decoded from its bytes and from the SIE intercept |
//! | [`entry`] | the entry point to bind |
//! | [`trap`] | serving an intercept on any host that has registers and PSW |
//! | [`kvm`] | serving KVM_EXIT_S390_SIEIC |
//! | `guest` | stubs for guests, with the feature `guest` on the target s390x |

#![cfg_attr(not(feature = "std"), no_std)]

pub mod convention;
pub mod diag;
pub mod entry;
#[cfg(all(feature = "guest", target_arch = "s390x"))]
#[allow(unsafe_code)] // the stub is one inline-assembly block
pub mod guest;
pub mod kvm;
pub mod registers;
pub mod transport;
pub mod trap;

pub use registers::S390Registers;
