//! The hypercall catalogue, stock handlers, conformance cases, ABI tables and the `hypercall` command.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[doc(hidden)]
pub use hypercall_core;

#[cfg(feature = "std")]
pub mod abi;
#[cfg(feature = "cli")]
pub mod bench;
#[cfg(target_arch = "x86_64")]
pub mod builtin;
pub mod cases;
pub mod catalogue;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod decode;
pub mod registers;
#[cfg(feature = "std")]
pub mod run;
pub mod services;
pub mod stock;
#[cfg(feature = "std")]
pub mod tables;
pub mod vendor;
