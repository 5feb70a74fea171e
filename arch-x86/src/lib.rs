//! Hypercalls on x86: registers, calling conventions, transports, a KVM backend and guest stubs.

#![cfg_attr(not(feature = "std"), no_std)]

pub mod convention;
pub mod entry;
pub mod registers;

pub use registers::X86Registers;
