//! A bare-metal PowerPC program, host and guests in one.
//!
//! The host runs in hypervisor state on powernv9, and as an operating system on pseries. It runs its guests in
//! three ways, each in both byte orders and widths:
//!
//! | guest | its calls | their convention |
//! |---|---|---|
//! | in problem state, with a virtual machine state register, as KVM-PR runs them | the device tree's `lis`, `ori`, `sc`, `nop` | ePAPR |
//! | without the hypervisor bit (powernv9), as KVM-HV runs them | the device tree's `sc 1` | ePAPR |
//! | the same | `sc 1` | PAPR |
//!
//! Started with the order `own` on pseries, the same program makes PAPR calls of QEMU's own.
//!
//! | module | what it holds |
//! |---|---|
//! | `block` | the registers of a call, at fixed addresses |
//! | `by_c` | the cases made by C code, where the image is built with a header |
//! | `checks` | what a guest does beside the conformance cases: stubs, the magic page, what it should not do |
//! | `cpu` | console, clock, the end |
//! | `guest` | a guest: how it makes a call and what it goes through |
//! | `host` | the VM: runs a guest, serves its calls, emulates its privileged instructions |
//! | `image` | heap, counts, and what the image was started for |
//! | `machine` | what the guests' virtual machine has of this one |
//! | `mmu` | the hash page table |
//! | `own_host` | calls of the machine's own hypervisor |
//! | `world` | the switch between host and guest |

#![cfg_attr(target_arch = "powerpc64", no_std, no_main)]
#![cfg_attr(target_arch = "powerpc64", allow(unsafe_code))] // the only program on its machine

#[cfg(target_arch = "powerpc64")]
extern crate alloc;

#[cfg(target_arch = "powerpc64")]
mod block;
#[cfg(all(target_arch = "powerpc64", by_c))]
mod by_c;
#[cfg(target_arch = "powerpc64")]
mod checks;
#[cfg(target_arch = "powerpc64")]
mod cpu;
#[cfg(target_arch = "powerpc64")]
mod guest;
#[cfg(target_arch = "powerpc64")]
mod host;
#[cfg(target_arch = "powerpc64")]
mod image;
#[cfg(target_arch = "powerpc64")]
mod machine;
#[cfg(target_arch = "powerpc64")]
mod mmu;
#[cfg(target_arch = "powerpc64")]
mod own_host;
#[cfg(target_arch = "powerpc64")]
mod world;

#[cfg(not(target_arch = "powerpc64"))]
fn main() {
    println!("a bare-metal test image for powerpc64 and powerpc64le; tests/run builds and starts it");
}
