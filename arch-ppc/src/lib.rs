//! Hypercalls on PowerPC: ePAPR and PAPR conventions, the `/hypervisor` node, the magic page, guest stubs.

#![cfg_attr(not(feature = "std"), no_std)]

pub mod convention;
pub mod registers;

pub use registers::PpcRegisters;
