//! Where calls come in on x86.

use hypercall_core::EntryPoint;

/// The transport of port doorbells.
pub const PIO: &str = "pio";
/// The transport of MMIO doorbells.
pub const MMIO: &str = "mmio";

/// KVM_EXIT_HYPERCALL: number 12 and its arguments, on KVMs that deliver it.
pub const EXIT_HYPERCALL: EntryPoint = EntryPoint::new("exit-hypercall", 0);

/// KVM_EXIT_XEN: every `vmcall` and `vmmcall` of a VM with KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL.
pub const EXIT_XEN: EntryPoint = EntryPoint::new("exit-xen", 0);

/// A port doorbell: `out imm8, al`.
pub const fn port(port: u8) -> EntryPoint {
    EntryPoint::new(PIO, port as u64)
}

/// An MMIO doorbell: a store to a guest-physical address without memory.
pub const fn mmio(address: u64) -> EntryPoint {
    EntryPoint::new(MMIO, address)
}
