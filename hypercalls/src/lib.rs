//! The hypercall catalogue, stock handlers, conformance cases, ABI tables and the `hypercall` command.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod catalogue;
pub mod services;
pub mod stock;
pub mod vendor;
