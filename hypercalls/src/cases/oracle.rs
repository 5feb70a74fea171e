//! What a case looks like in registers, from the specifications, as literals.
//!
//! The tables here repeat on purpose what the convention constants of the architecture crates say: they are
//! the guest's side and the judge, and must not follow when a constant there is changed by mistake.

use super::linked;
use hypercall_core::{Arch, Error, Width};

/// A calling convention as its document has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The convention's short name.
    pub convention: &'static str,
    /// The architecture.
    pub arch: Arch,
    /// The mode.
    pub width: Width,
    /// The register with the number.
    pub number: &'static str,
    /// The arguments' registers.
    pub arguments: &'static [&'static str],
    /// The result's register.
    pub result: &'static str,
    /// The value's register, where it is another one.
    pub value: Option<&'static str>,
    /// Whether every call writes the value's register.
    pub always_writes_value: bool,
    /// The extra outputs' registers.
    pub outputs: &'static [&'static str],
}

const X86_KVM: &[&str] = &["rbx", "rcx", "rdx", "rsi"];

const fn x86(
    convention: &'static str,
    width: Width,
    number: &'static str,
    arguments: &'static [&'static str],
) -> Spec {
    Spec {
        convention,
        arch: Arch::X86,
        width,
        number,
        arguments,
        result: "rax",
        value: None,
        always_writes_value: false,
        outputs: &[],
    }
}

const fn epapr(width: Width) -> Spec {
    Spec {
        convention: "epapr",
        arch: Arch::Ppc,
        width,
        number: "r11",
        arguments: &["r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"],
        result: "r3",
        value: Some("r4"),
        always_writes_value: true,
        outputs: &["r5", "r6", "r7", "r8", "r9", "r10", "r11"],
    }
}

const fn papr(width: Width) -> Spec {
    Spec {
        convention: "papr",
        arch: Arch::Ppc,
        width,
        number: "r3",
        arguments: &["r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12"],
        result: "r3",
        value: Some("r4"),
        always_writes_value: false,
        outputs: &["r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12"],
    }
}

/// Every convention and mode.
///
/// Sources: Linux `Documentation/virt/kvm/x86/hypercalls.rst` (x86, s390, PowerPC), `kvm_para.h` of January
/// 2007 (six parameters), Xen `xen/include/public/arch-x86/xen-x86_{32,64}.h`, Power.org ePAPR 1.1 section
/// 7.4, Linux `Documentation/arch/powerpc/papr_hcalls.rst`.
pub const SPECS: &[Spec] = &[
    x86("kvm", Width::Bits64, "rax", X86_KVM),
    x86("kvm", Width::Bits32, "rax", X86_KVM),
    x86("para-2007", Width::Bits64, "rax", &["rdi", "rsi", "rdx", "rcx", "r8", "r9"]),
    x86("para-2007", Width::Bits32, "rbx", &["rax", "rcx", "rdx", "rsi", "rdi", "rbp"]),
    x86("xen", Width::Bits64, "rax", &["rdi", "rsi", "rdx", "r10", "r8", "r9"]),
    x86("xen", Width::Bits32, "rax", &["rbx", "rcx", "rdx", "rsi", "rdi", "rbp"]),
    Spec {
        convention: "diag500",
        arch: Arch::S390,
        width: Width::Bits64,
        number: "r1",
        arguments: &["r2", "r3", "r4", "r5", "r6", "r7"],
        result: "r2",
        value: None,
        always_writes_value: false,
        outputs: &[],
    },
    epapr(Width::Bits64),
    epapr(Width::Bits32),
    papr(Width::Bits64),
    papr(Width::Bits32),
];

/// The table of a convention in a mode.
pub fn spec(convention: &str, width: Width) -> Option<&'static Spec> {
    SPECS.iter().find(|s| s.convention == convention && s.width == width)
}

/// What the guest is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// This in the result register.
    Code(i64),
    /// An exception at the call.
    Exception,
}

/// What a guest writes into the number register, or `None` where the interface has no number there.
///
/// KVM numbers are plain on x86 and ePAPR tokens of vendor 42 on PowerPC; this project's are vendor `HV`
/// (0x4856) on x86 and s390, ePAPR vendor 0, PAPR 0x7000 and every fourth from there. Those of linked crates
/// are as their cases say.
pub fn wire(convention: &str, interface: &str, number: u64) -> Option<u64> {
    Some(match (convention, interface) {
        ("kvm", "kvm") | ("xen", "xen") | ("diag500", "diag500") | ("papr", "papr") => number,
        ("epapr", "kvm") => 0x2a_0000 + number,
        ("kvm" | "para-2007" | "xen" | "diag500", "hypercall") => 0x4856_0000 + number,
        ("epapr", "hypercall") => number,
        ("papr", "hypercall") => 0x7000 + 4 * number,
        _ => return linked::wire(convention, interface, number),
    })
}

/// What a guest writes for a number that its interface has no way to write there: the number itself, which
/// is no call's there either. Xen's numbers and KVM's are calls of each other's, so a number of a vendor that
/// does not exist, `XE` (0x5845), takes their place.
pub fn nobodys(convention: &str, interface: &str, number: u64) -> u64 {
    match (convention, interface) {
        ("xen", "kvm") | (_, "xen") => 0x5845_0000 + number,
        _ => number,
    }
}

/// How an error is said: Linux `kvm_para.h` and errno values, Xen `errno.h`, `epapr_hcalls.h`, `hvcall.h`.
///
/// The rows are in the order unknown, not permitted, invalid, bad address, unsupported, too big, not found,
/// I/O, busy, no memory, no device, invalid state, internal.
pub fn said(convention: &str, interface: &str, error: Error) -> Said {
    let row: [i64; 13] = match convention {
        "kvm" => [-1000, -1, -22, -14, -95, -7, -2, -5, -11, -12, -19, -16, -5],
        "para-2007" => [-1; 13],
        "xen" => [-38, -1, -22, -14, -95, -7, -2, -5, -11, -12, -19, -16, -5],
        "epapr" => [12, 1, 8, 6, 12, 13, 2, 3, 4, 5, 7, 11, 9],
        "papr" => [-2, -3, -4, -4, -67, -4, -7, -1, 1, -9, -7, -75, -1],
        // s390: DIAG 0x500's own subcodes have no code for an unknown one
        _ if error == Error::Unknown && interface != "hypercall" && !linked::is_on(interface, Arch::S390) => {
            return Said::Exception;
        }
        _ => [-1000, -1, -22, -14, -95, -7, -2, -5, -11, -12, -19, -16, -5],
    };
    let column = match error {
        Error::Unknown => 0,
        Error::NotPermitted => 1,
        Error::Invalid => 2,
        Error::BadAddress => 3,
        Error::Unsupported => 4,
        Error::TooBig => 5,
        Error::NotFound => 6,
        Error::Io => 7,
        Error::Busy => 8,
        Error::NoMemory => 9,
        Error::NoDevice => 10,
        Error::InvalidState => 11,
        Error::Internal => 12,
    };
    Said::Code(row[column])
}

/// What a user program of the guest's is told that may make no call: -KVM_EPERM on x86, an interruption or
/// the guest's own system call elsewhere.
pub fn refused(arch: Arch) -> Said {
    match arch {
        Arch::X86 => Said::Code(-1),
        _ => Said::Exception,
    }
}
