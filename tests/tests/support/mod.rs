//! A VM on real KVM for tests: stock handlers, a user-space interrupt model, and a watchdog on every KVM_RUN.
#![allow(dead_code, unused_macros, unused_imports)] // each test binary uses its own part

pub mod guest;
pub mod log;
pub mod machine;
pub mod remote;
pub mod vm;

pub use log::Log;
pub use machine::{Event, Machine};
pub use vm::{Doorbell, Guest, Start, Vm, one_call};

use hypercall_arch_x86::kvm::probe;
use kvm_ioctls::Kvm;
use std::time::Duration;

/// The port doorbell.
pub const PORT: u8 = 0x48;
/// The MMIO doorbell.
pub const ADDRESS: u64 = 0x7000_0000;
/// A guest that writes to this port has done its part.
pub const DONE: u8 = 0x4a;
/// The vector of the guests' interrupts.
pub const VECTOR: u8 = 0x50;

/// How long a vCPU may run: long enough for a slow and busy host, short enough for a person.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// `/dev/kvm`, or a line that says why the test did not run.
pub fn kvm() -> Option<Kvm> {
    match probe::open() {
        Ok(kvm) => Some(kvm),
        Err(reason) => {
            let required = std::env::var_os("HYPERCALL_REQUIRE_KVM").is_some_and(|v| v == "1");
            assert!(!required, "HYPERCALL_REQUIRE_KVM=1, and {reason}");
            println!("NOT RUN: {reason}");
            None
        }
    }
}
