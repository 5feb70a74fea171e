//! What may happen at a call beside a return.

use hypercall_core::{Arch, Fault, Hypercall};

/// Is executed again once, then completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x30,
    name = "HYPERCALL_RETRY",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "how often the call was executed: 2",
    error(InvalidState, "the VM keeps no state for the calling vCPU"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Retry {
    /// Tells this call from an earlier one that was interrupted between its two executions.
    pub key: u64,
}

/// Is completed by another thread of the VMM while the vCPU waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x31,
    name = "HYPERCALL_DEFER",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "the value given",
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Defer {
    /// The value to come back.
    pub value: u64,
}

/// Raises an exception at the call: #GP(0) on x86, a specification exception on s390, a program interrupt
/// on PowerPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x32,
    name = "HYPERCALL_FAULT",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none: the call does not return",
    error(Unsupported, "the VM injects no exceptions"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct RaiseFault {}

/// The exception of HYPERCALL_FAULT; `None` on MIPS, which has no backend.
///
/// x86: vector 13, error code 0 (Intel SDM volume 3, "General Protection Exception"). s390:
/// program-interruption code 6 (Principles of Operation, "Specification Exception"). PowerPC: vector 0x700
/// (Power ISA Book III, "Program Interrupt").
pub const fn raised_fault(arch: Arch) -> Option<Fault> {
    match arch {
        Arch::X86 => Some(Fault { code: 13, error_code: Some(0) }),
        Arch::S390 => Some(Fault { code: 6, error_code: None }),
        Arch::Ppc => Some(Fault { code: 0x700, error_code: None }),
        Arch::Mips => None,
    }
}

/// Ends the VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x33,
    name = "HYPERCALL_EXIT",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none: the call does not return",
    error(Invalid, "the code is over 32 bits"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct ExitVm {
    /// For whoever runs the VM; zero is success.
    pub code: u32,
}

/// Has a handler that panics: the guest gets the internal error, the VM goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x34,
    name = "HYPERCALL_PANIC",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none: the call always fails",
    error(Internal, "always"),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Panic {}
