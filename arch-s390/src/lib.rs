//! Hypercalls on s390: DIAG 0x500 decoding, SIE intercepts, marshalling and guest stubs.

#![cfg_attr(not(feature = "std"), no_std)]

pub mod convention;
pub mod registers;

pub use registers::S390Registers;
