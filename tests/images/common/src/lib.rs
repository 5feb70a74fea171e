//! What the bare-metal test images of every architecture share.
//!
//! An image is host and guest in one program. The host runs in the processor's privileged state and serves
//! calls with the same dispatcher, conventions and stock handlers as any other VMM; the guest runs in the
//! unprivileged state, goes through the conformance cases with the architecture's real instruction, and
//! judges every register itself.
//!
//! | module | what it holds |
//! |---|---|
//! | [`by_c`] | calls made by C code |
//! | [`drain`] | a ring that the host drains at the doorbell |
//! | [`heap`] | an allocator that never frees |
//! | [`window`] | a part of the image's own memory as guest memory |
//! | [`machine`] | the VM of the stock handlers |
//! | [`mode`] | what an image was started for, and conventions broken on purpose |
//! | [`score`] | the counts and the lines the runner reads |
//! | [`suite`] | the walk through the conformance cases |

#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod by_c;
pub mod drain;
pub mod heap;
pub mod machine;
#[cfg(all(feature = "mem", not(test), any(target_arch = "s390x", target_arch = "powerpc64")))]
mod mem;
pub mod mode;
pub mod score;
pub mod suite;
pub mod window;
