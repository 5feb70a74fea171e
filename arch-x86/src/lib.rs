//! Hypercalls on x86: registers, calling conventions, transports, a KVM backend and guest stubs.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod convention;
pub mod cpuid;
pub mod entry;
#[cfg(all(feature = "guest", any(target_arch = "x86", target_arch = "x86_64")))]
#[allow(unsafe_code)] // the instructions that trap
pub mod guest;
#[cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]
#[allow(unsafe_code)] // ioctls that kvm-ioctls lacks, the union of `struct kvm_run`, timers
pub mod kvm;
pub mod registers;

pub use registers::X86Registers;
