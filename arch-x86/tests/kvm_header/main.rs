//! Each ioctl and each exit reason of the /dev/kvm header of Linux 2.6.21, by its successor, on real KVM.
//!
//! A test's name begins with the row it is about. `exercised.rs` lists them; `../header_chapter.rs` looks that no
//! row is missing.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

#[path = "../bench/mod.rs"]
mod bench;
mod debug;
mod exits;
mod io;
mod layout;
mod memory;
mod registers;
mod rows;
mod system;
mod translate;

use bench::{Bench, PATIENCE};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use kvm_ioctls::VcpuExit;

/// Runs the vCPU until its next exit, under a watchdog.
fn run<T>(bench: &mut Bench, see: impl FnOnce(VcpuExit<'_>) -> T) -> T {
    let watchdog = Watchdog::arm(PATIENCE).unwrap();
    let exit = loop {
        match bench.fd.run() {
            Ok(exit) => break exit,
            Err(error) => assert!(error.errno() == libc::EINTR && !watchdog.expired(), "KVM_RUN: {error}"),
        }
    };
    see(exit)
}

/// Runs the vCPU, which is to halt.
fn run_to_halt(bench: &mut Bench) {
    run(bench, |exit| assert!(matches!(exit, VcpuExit::Hlt), "{exit:?}"));
}
