//! A bare-metal host on PowerPC and its guests, in one image.
//!
//! The host runs in hypervisor state on powernv9, as an operating system on pseries. It runs guests as KVM-PR
//! does, in problem state with a machine state register of their own, and on powernv9 also as guests without
//! the hypervisor bit. Both make every conformance case by the real instruction.

#![cfg_attr(target_arch = "powerpc64", no_std, no_main)]
#![cfg_attr(target_arch = "powerpc64", allow(unsafe_code))] // it is the machine's only program

#[cfg(target_arch = "powerpc64")]
extern crate alloc;

#[cfg(target_arch = "powerpc64")]
mod block;
#[cfg(target_arch = "powerpc64")]
mod calls;
#[cfg(target_arch = "powerpc64")]
mod guest;
#[cfg(target_arch = "powerpc64")]
mod host;
#[cfg(target_arch = "powerpc64")]
mod machine;
#[cfg(target_arch = "powerpc64")]
mod memory;
#[cfg(target_arch = "powerpc64")]
mod mmu;
#[cfg(target_arch = "powerpc64")]
mod platform;
#[cfg(target_arch = "powerpc64")]
mod world;

#[cfg(not(target_arch = "powerpc64"))]
fn main() {
    println!("a bare-metal image for powerpc64 and powerpc64le; tests/run builds and starts it");
}
