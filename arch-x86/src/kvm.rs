//! Hypercalls on `/dev/kvm` (x86_64 Linux).
//!
//! | module | what it does |
//! |---|---|
//! | [`adapter`] | serves the exits that are calls, for VMMs that own their loop on `kvm-ioctls` |
//! | [`backend`] | a vCPU with that loop, for whoever has none |
//! | [`probe`] | what this host's KVM offers and which transports it really delivers |
//! | [`msr`] | accesses to MSRs that the VMM serves |
//! | [`xen`] | Xen's hypercall page, by the kernel or in user space |
//! | [`xen_exit`] | every `vmcall` and `vmmcall` of a VM in user space |
//! | [`cpuid`] | the VMM's own CPUID leaves, and what is true of KVM's |
//! | [`setup`] | enters a guest in a chosen mode, with tables in guest memory |
//! | [`vm`] | a VM and its memory |
//! | [`translate`] | linear addresses of a vCPU's guest |
//! | [`tsc`] | the time-stamp counter as a guest reads it |
//! | [`ring`] | the doorbell of rings, without an exit to user space |
//! | [`inject`] | interrupts and exceptions |
//! | [`watchdog`] | ends a KVM_RUN that does not return |
//!
//! # Doorbells
//!
//! A call by doorbell is one instruction of fixed length, which names no register that carries an argument:
//!
//! | transport | instruction | bytes | length |
//! |---|---|---|---|
//! | port | `out imm8, al` | `e6 ib` | 2 |
//! | MMIO | `mov byte ptr [disp32], al` with a SIB byte | `88 04 sib disp32` | 7 |
//!
//! Both are encoded alike in 32- and 64-bit code. The SIB byte is `25` for an absolute address, `3d` for one
//! in EDI or RDI. What is stored is of no matter.
//!
//! The VMM sees a one-byte port write, or a write to the address; not by which instruction. Input, wider port
//! writes and repeated string output in one exit are not calls and are handed back. `out dx, al`, a single
//! `outsb` and other stores to the address look like the call and are served as one: all a call needs is in
//! the registers, and reading the guest's code at each call to refuse them would cost more than the call.
//! What such a guest loses is its own: where a call is retried or faults, it goes on as far before the
//! instruction's end as the call is long.

pub mod adapter;
pub mod backend;
mod call;
pub mod cpuid;
pub mod error;
pub mod inject;
pub mod msr;
mod prefetch;
pub mod probe;
pub mod ring;
pub mod setup;
pub mod translate;
pub mod tsc;
pub mod vm;
pub mod watchdog;
pub mod xen;
pub mod xen_exit;

pub use adapter::{KvmCalls, Served};
pub use call::Call;
pub use error::KvmError;
pub use vm::KvmVm;
