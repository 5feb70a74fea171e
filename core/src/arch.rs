//! Architectures, register widths, privilege and byte order.

use core::fmt;

/// An architecture a hypercall may exist on.
///
/// [`Arch::Mips`] is here because three numbers of the KVM number space were MIPS's; there is no backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// x86, 32- and 64-bit.
    X86,
    /// IBM Z (s390x).
    S390,
    /// PowerPC, 32- and 64-bit, either byte order.
    Ppc,
    /// MIPS. Documentation only: Linux 5.10 was the last long-term kernel whose KVM had such guests.
    Mips,
}

impl Arch {
    /// Every architecture, in the order the tables print them.
    pub const ALL: [Arch; 4] = [Arch::X86, Arch::S390, Arch::Ppc, Arch::Mips];

    /// The name used in attributes, on the command line and in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Arch::X86 => "x86",
            Arch::S390 => "s390",
            Arch::Ppc => "ppc",
            Arch::Mips => "mips",
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a number is written in the number register.
///
/// One call may have a different number on each: `KVM_HC_FEATURES` is 3, and `0x2a0003` where ePAPR tokens
/// carry the vendor in the upper half. See [`interface::Span`](crate::interface::Span).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Numbering {
    /// x86: the plain number.
    X86,
    /// s390 DIAG 0x500: the subcode in R1.
    Diag,
    /// PowerPC ePAPR: vendor << 16 | number (Power.org ePAPR 1.1, section 7.4.1).
    Epapr,
    /// PowerPC PAPR: a multiple of four.
    Papr,
    /// MIPS KVM (documentation only).
    Mips,
}

impl Numbering {
    /// Every way of writing numbers, in the order the tables print them.
    pub const ALL: [Numbering; 5] =
        [Numbering::X86, Numbering::Diag, Numbering::Epapr, Numbering::Papr, Numbering::Mips];

    /// The name the tables print.
    pub const fn name(self) -> &'static str {
        match self {
            Numbering::X86 => "x86",
            Numbering::Diag => "diag",
            Numbering::Epapr => "epapr",
            Numbering::Papr => "papr",
            Numbering::Mips => "mips",
        }
    }

    /// The architecture that writes numbers so.
    pub const fn arch(self) -> Arch {
        match self {
            Numbering::X86 => Arch::X86,
            Numbering::Diag => Arch::S390,
            Numbering::Epapr | Numbering::Papr => Arch::Ppc,
            Numbering::Mips => Arch::Mips,
        }
    }
}

/// How many bits of a register count in the mode the guest is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// The low 32 bits: x86 outside 64-bit mode, PowerPC with MSR\[SF\] = 0.
    Bits32,
    /// All 64.
    Bits64,
}

impl Width {
    /// The bits that count.
    #[inline]
    pub const fn mask(self, value: u64) -> u64 {
        match self {
            Width::Bits32 => value & 0xffff_ffff,
            Width::Bits64 => value,
        }
    }

    /// `64-bit` or `32-bit`.
    pub const fn name(self) -> &'static str {
        match self {
            Width::Bits32 => "32-bit",
            Width::Bits64 => "64-bit",
        }
    }

    /// 32 or 64.
    pub const fn bits(self) -> u32 {
        match self {
            Width::Bits32 => 32,
            Width::Bits64 => 64,
        }
    }
}

/// From which privilege the guest made the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Privilege {
    /// The guest's kernel: CPL 0 on x86, supervisor state on s390, MSR\[PR\] = 0 on PowerPC.
    Supervisor,
    /// The guest's user programs. Refused unless [`Policy::allow_user_mode`](crate::Policy::allow_user_mode).
    User,
}

/// The byte order of the guest at the moment of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endian {
    /// Least significant byte first: x86, and PowerPC with MSR\[LE\] = 1.
    Little,
    /// Most significant byte first: s390, and PowerPC with MSR\[LE\] = 0.
    Big,
}

impl Endian {
    /// The byte order this code was compiled for.
    pub const NATIVE: Endian = if cfg!(target_endian = "big") { Endian::Big } else { Endian::Little };
}

/// What is known of the guest at a trap beside its registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Which register bits count.
    pub width: Width,
    /// Kernel or user program.
    pub privilege: Privilege,
    /// Byte order of structures in memory.
    pub endian: Endian,
}

impl Caller {
    /// A 64-bit, little-endian guest kernel: the usual caller on x86.
    pub const X86_64: Caller =
        Caller { width: Width::Bits64, privilege: Privilege::Supervisor, endian: Endian::Little };
}
