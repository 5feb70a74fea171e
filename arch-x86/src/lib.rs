//! Hypercalls on x86: registers, calling conventions, transports, a KVM backend and guest stubs.
//!
//! | module | what it holds | feature |
//! |---|---|---|
//! | [`registers`] | the general registers, as `struct kvm_regs` has them | |
//! | [`convention`] | KVM's convention, that of the 2007 `kvm_para.h`, Xen's | |
//! | [`entry`] | where calls come in | |
//! | [`transport`] | how they get there, with the exits of KVM, as data | |
//! | [`pages`] | what guest and host share without a call, as data | |
//! | [`msr`] | MSRs that the VMM serves |
//! | [`paging`] | a guest's memory by linear addresses | |
//! | [`para`] | the MSR-based hypercall API of 2007: the page, its registration, the patched call site |
//! | [`xen`] | the hypercall page of Xen guests: its blobs, its MSR, its CPUID leaves | |
//! | [`cpuid`] | the VMM's own CPUID leaves, by which a guest learns what it may call | |
//! | [`header_2_6_21`] | the first header of /dev/kvm: its structures, ioctls and exit reasons, and their successors | |
//! | `kvm` | the calls of a VM on `/dev/kvm`, and the probe of the host | `kvm` |
//! | `guest` | stubs that execute the real instruction | `guest` |
//!
//! A call whose registers are at hand needs no KVM:
//!
//! ```
//! use hypercall_arch_x86::{X86Registers, convention, entry};
//! use hypercall_core::{Caller, interface, outcome::Action, prelude::*};
//!
//! /// Adds.
//! #[derive(Hypercall)]
//! #[hypercall(number = 7, name = "ACME_ADD", interface = ACME, arch(x86), status = active)]
//! struct Add {
//!     /// One.
//!     a: u64,
//!     /// The other.
//!     b: u64,
//! }
//!
//! static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
//!
//! let dispatcher = Dispatcher::<()>::builder(Arch::X86)
//!     .entry(entry::port(0x48), &convention::KVM, &interface::KVM)
//!     .handle(|_: &(), call: Add, _: &mut Context<'_>| Ok(call.a + call.b))
//!     .build()?;
//! let doorbell = dispatcher.entry(entry::port(0x48)).unwrap();
//! let mut registers = X86Registers { rax: 0x4143_0007, rbx: 40, rcx: 2, ..Default::default() };
//! let action = dispatcher.serve(doorbell, &(), &mut dispatcher.vcpu(0), &mut registers, Caller::X86_64);
//! assert!(action.is_continue());
//! assert_eq!(registers.rax, 42);
//! # Ok::<(), hypercall_core::BuildError>(())
//! ```

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod convention;
pub mod cpuid;
pub mod entry;
#[cfg(all(feature = "guest", any(target_arch = "x86", target_arch = "x86_64")))]
#[allow(unsafe_code)] // the instructions that trap
pub mod guest;
pub mod header_2_6_21;
#[cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]
#[allow(unsafe_code)] // ioctls that kvm-ioctls lacks, the union of `struct kvm_run`, timers
pub mod kvm;
pub mod msr;
pub mod pages;
pub mod paging;
pub mod para;
pub mod registers;
pub mod transport;
pub mod xen;

pub use registers::X86Registers;
