//! The ground floor of the `hypercall` framework: what a hypercall *is*, on every architecture.
//!
//! A hypercall is a Rust type. Its fields are the arguments in register order, and everything else about it
//! follows from the type: the host's decoding, the guest's encoding, the row in the ABI tables.
//!
//! ```
//! use hypercall_core::{argument::PageAddress, prelude::*};
//!
//! /// Lends a page of the guest to the host.
//! #[derive(Hypercall)]
//! #[hypercall(number = 0x20, name = "ACME_LEND_PAGE", interface = ACME, arch(x86, s390), status = active)]
//! pub struct LendPage {
//!     /// The page; page aligned.
//!     pub page: PageAddress,
//! }
//!
//! /// ACME's own number space, in the vendor range of every architecture.
//! pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
//!
//! struct Vm;
//! let dispatcher = Dispatcher::builder(Arch::X86)
//!     .handle(|_: &Vm, call: LendPage, _: &mut Context<'_>| {
//!         if call.page.get() >= 0x10_0000 { Err(Error::BadAddress) } else { Ok(()) }
//!     })
//!     # .entry(EntryPoint::new("port", 0x48), &CONVENTION, &ACME)
//!     .build()?;
//! # use hypercall_core::convention::{Convention, Mode, Reg};
//! # static CONVENTION: Convention = Convention { name: "t", title: "", arch: Arch::X86,
//! #   numbering: hypercall_core::Numbering::X86, instructions: &[], modes: &[Mode {
//! #   width: Width::Bits64, number: Reg::new("a", 0), number_width: Width::Bits64,
//! #   arguments: &[Reg::new("b", 1)], result: Reg::new("a", 0), value: Reg::new("a", 0), outputs: &[] }],
//! #   clobbers: &[], always_writes_value: false,
//! #   user_refused: hypercall_core::encoding::Reply::Value(-1), errors: &hypercall_core::encoding::KVM_X86, source: "" };
//! # assert!(dispatcher.definition_of("ACME_LEND_PAGE").is_some());
//! # Ok::<(), hypercall_core::BuildError>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`definition`] | [`Definition`]: name, number, architectures, status, arguments, errors, history |
//! | [`convention`] | [`convention::Convention`]: which register is what, as constant data |
//! | [`transport`] | how a call reaches what serves it, as constant data |
//! | [`interface`] | [`Interface`]: a number space, and how an error is said in it |
//! | [`argument`] | the types an argument may have; an invalid value cannot be built |
//! | [`registry`] | every definition linked into the program, with collision checks |
//! | [`dispatcher`] | the frozen table that serves calls |
//! | [`list`] | calls that are compiled into one piece |
//! | [`policy`] | which calls a VM may make |
//! | [`outcome`] | what a handler may answer |
//! | [`memory`] | checked access to guest memory |
//! | [`call_entry`] | a call in guest memory |
//! | [`multicall`] | many of them in one exit |
//! | [`ring`] | calls in guest memory without an exit |
//!
//! The crate is `no_std` with `alloc`; the builder allocates, the call path does not.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;
extern crate self as hypercall_core;

pub mod arch;
pub mod argument;
mod build_error;
mod builder;
pub mod call_entry;
mod completion;
mod context;
pub mod convention;
pub mod definition;
pub mod dispatcher;
pub mod encoding;
mod entry;
pub mod error;
pub mod handler;
pub mod interface;
pub mod list;
pub mod memory;
pub mod multicall;
mod numbers;
pub mod outcome;
#[cfg(feature = "std")]
pub mod panics;
pub mod policy;
pub mod registry;
pub mod ring;
mod served;
pub mod services;
pub mod shared;
pub mod statistics;
mod straight;
pub mod transport;
mod vcpu;
mod working_set;

#[doc(hidden)]
pub use ::{bitflags, bytemuck, linkme};

pub use arch::{Arch, Caller, Endian, Numbering, Privilege, Width};
pub use build_error::BuildError;
pub use builder::Builder;
pub use call_entry::{CallEntry, Progress};
pub use completion::Completion;
pub use context::Context;
pub use convention::{Convention, Mode, Reg, Registers, Trap};
pub use definition::{Definition, Hypercall, Status};
pub use dispatcher::{Dispatcher, EntryId, EntryPoint};
pub use error::Error;
pub use handler::Serves;
pub use hypercall_derive::{Argument, Hypercall, Shared};
pub use interface::Interface;
pub use list::{CallList, ListEntry};
pub use multicall::Multicall;
pub use outcome::{Action, Fault, Outcome, Output, VmExit};
pub use policy::Policy;
pub use registry::Registry;
pub use vcpu::{Deferral, Vcpu};

/// What a crate that defines or serves hypercalls needs most.
pub mod prelude {
    pub use crate::argument::Argument;
    pub use crate::definition::Hypercall;
    pub use crate::{
        Arch, Context, Definition, Dispatcher, EntryPoint, Error, Interface, Outcome, Output, Policy, Serves,
        Status, Width,
    };
    pub use hypercall_derive::{Argument, Hypercall, Shared};
}

/// The most arguments any calling convention carries: nine, PAPR's R4 to R12.
///
/// A [`Hypercall`] with more does not compile.
pub const MAX_ARGUMENTS: usize = 9;

/// The most output registers any calling convention has beside the result: nine, PAPR's R4 to R12.
pub const MAX_OUTPUTS: usize = 9;
