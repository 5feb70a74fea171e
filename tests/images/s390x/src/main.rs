//! A bare-metal s390x program, host and guest in one.
//!
//! The host runs in the supervisor state. It runs its guest in the problem state, where the real
//! `diag 2,4,0x500` raises a privileged-operation program interruption; the host decodes it, serves the call,
//! and answers in R2. Whether the guest is in the supervisor or the problem state of its own is in a virtual
//! PSW, as with a hypervisor on a machine without SIE.
//!
//! Started with the order `own`, the same program makes calls from the supervisor state, so that the machine's
//! own hypervisor answers them: in QEMU its implementation of DIAG 0x500.
//!
//! | module | what it holds |
//! |---|---|
//! | `by_c` | the cases made by C code, where the image is built with a header |
//! | `cpu` | lowcore, PSWs, console, clock, the end |
//! | `host` | the VM: runs the guest, serves its calls, reflects its interruptions |
//! | `call` | a call with every register loaded before and stored after it |
//! | `guest` | the conformance cases |
//! | `hostile` | what a guest should not do |
//! | `own_host` | calls of the machine's own hypervisor |

#![cfg_attr(target_arch = "s390x", no_std, no_main)]

#[cfg(target_arch = "s390x")]
extern crate alloc;

#[cfg(all(target_arch = "s390x", by_c))]
mod by_c;
#[cfg(target_arch = "s390x")]
mod call;
#[cfg(target_arch = "s390x")]
mod cpu;
#[cfg(target_arch = "s390x")]
mod guest;
#[cfg(target_arch = "s390x")]
mod host;
#[cfg(target_arch = "s390x")]
mod hostile;
#[cfg(target_arch = "s390x")]
mod image;
#[cfg(target_arch = "s390x")]
mod own_host;

#[cfg(not(target_arch = "s390x"))]
fn main() {
    println!("a bare-metal test image for s390x; tests/run builds and starts it");
}
