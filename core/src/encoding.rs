//! How each interface says an error to a guest.
//!
//! Sources: Linux `include/uapi/linux/kvm_para.h` (KVM_E*), `arch/powerpc/include/uapi/asm/epapr_hcalls.h`
//! (EV_*, from Power.org ePAPR 1.1), `arch/powerpc/include/asm/hvcall.h` (H_*, from PAPR), Xen
//! `xen/include/public/errno.h`, and for the 2007 header its own `KVM_EINVAL`, which is 1.

use crate::{Error, Fault};

/// What the guest gets for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// This in the result register, sign-extended to the register's width.
    Value(i64),
    /// This exception or interruption, at the call.
    Fault(Fault),
}

/// One error in one encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The error.
    pub error: Error,
    /// The name the interface's documents have for it.
    pub symbol: &'static str,
    /// What the guest gets.
    pub reply: Reply,
}

/// All errors in the terms of one interface.
#[derive(Debug)]
pub struct Encoding {
    /// Short name, for tables.
    pub name: &'static str,
    /// The header or document the codes are from.
    pub source: &'static str,
    /// One [`Code`] an error, in the order of [`Error::ALL`].
    pub codes: [Code; Error::ALL.len()],
}

impl Encoding {
    /// What the guest gets for `error`.
    #[inline]
    pub fn reply(&self, error: Error) -> Reply {
        self.codes[error as usize].reply
    }

    /// The first error this result stands for, or `None` if it is no error of this encoding.
    pub fn explain(&self, result: i64) -> Option<&Code> {
        self.codes.iter().find(|c| c.reply == Reply::Value(result))
    }

    const fn new(name: &'static str, source: &'static str, codes: [Code; Error::ALL.len()]) -> Encoding {
        let mut i = 0;
        while i < codes.len() {
            assert!(codes[i].error as usize == i, "codes stand in the order of Error::ALL");
            i += 1;
        }
        Encoding { name, source, codes }
    }
}

const fn code(error: Error, symbol: &'static str, value: i64) -> Code {
    Code { error, symbol, reply: Reply::Value(value) }
}

/// Negated errno values, the same numbers in Linux and Xen. KVM has names of its own for some of them.
macro_rules! errno_codes {
    ($own:literal, $common:literal, $unknown:literal = $value:literal) => {
        [
            code(Error::Unknown, $unknown, $value),
            code(Error::NotPermitted, concat!("-", $own, "EPERM"), -1),
            code(Error::Invalid, concat!("-", $own, "EINVAL"), -22),
            code(Error::BadAddress, concat!("-", $own, "EFAULT"), -14),
            code(Error::Unsupported, concat!("-", $own, "EOPNOTSUPP"), -95),
            code(Error::TooBig, concat!("-", $own, "E2BIG"), -7),
            code(Error::NotFound, concat!("-", $common, "ENOENT"), -2),
            code(Error::Io, concat!("-", $common, "EIO"), -5),
            code(Error::Busy, concat!("-", $common, "EAGAIN"), -11),
            code(Error::NoMemory, concat!("-", $common, "ENOMEM"), -12),
            code(Error::NoDevice, concat!("-", $common, "ENODEV"), -19),
            code(Error::InvalidState, concat!("-", $common, "EBUSY"), -16),
            code(Error::Internal, concat!("-", $common, "EIO"), -5),
        ]
    };
}

/// KVM on x86: negated errno values, and -1000 for an unknown call.
pub static KVM_X86: Encoding = Encoding::new(
    "kvm-x86",
    "Linux include/uapi/linux/kvm_para.h",
    errno_codes!("KVM_", "", "-KVM_ENOSYS" = -1000),
);

/// The 2007 `kvm_para.h`: its one error code is KVM_EINVAL, 1, and Linux 2.6.21 answers every number so.
pub static PARA_2007: Encoding =
    Encoding::new("para-2007", "kvm_para.h of 2007 (KVM_EINVAL 1); Linux 2.6.21 drivers/kvm/kvm_main.c", {
        let mut codes = [code(Error::Unknown, "-KVM_EINVAL", -1); Error::ALL.len()];
        let mut i = 0;
        while i < codes.len() {
            codes[i].error = Error::ALL[i];
            i += 1;
        }
        codes
    });

/// Xen: negated Xen errno values, the same as Linux's for these.
pub static XEN: Encoding =
    Encoding::new("xen", "Xen xen/include/public/errno.h", errno_codes!("XEN_", "XEN_", "-XEN_ENOSYS" = -38));

const S390_CODES: [Code; Error::ALL.len()] = errno_codes!("", "", "-KVM_ENOSYS" = -1000);

/// A vendor's calls over DIAG 0x500: negated errno values in R2.
pub static S390: Encoding = Encoding::new("s390", "Linux include/uapi/asm-generic/errno-base.h", S390_CODES);

/// The program-interruption code for a bad operand: Principles of Operation, "Specification Exception".
pub const S390_SPECIFICATION: u32 = 6;

/// DIAG 0x500's own subcodes: as [`S390`], but an unknown subcode is a specification interruption.
pub static DIAG500: Encoding = {
    let mut codes = S390_CODES;
    codes[Error::Unknown as usize] = Code {
        error: Error::Unknown,
        symbol: "specification interruption",
        reply: Reply::Fault(Fault { code: S390_SPECIFICATION, error_code: None }),
    };
    Encoding::new("diag500", "QEMU hw/s390x/s390-hypercall.c; z/Architecture Principles of Operation", codes)
};

/// ePAPR: positive EV_* codes in R3.
pub static EPAPR: Encoding = Encoding::new(
    "epapr",
    "Linux arch/powerpc/include/uapi/asm/epapr_hcalls.h",
    [
        code(Error::Unknown, "EV_UNIMPLEMENTED", 12),
        code(Error::NotPermitted, "EV_EPERM", 1),
        code(Error::Invalid, "EV_EINVAL", 8),
        code(Error::BadAddress, "EV_EFAULT", 6),
        code(Error::Unsupported, "EV_UNIMPLEMENTED", 12),
        code(Error::TooBig, "EV_BUFFER_OVERFLOW", 13),
        code(Error::NotFound, "EV_ENOENT", 2),
        code(Error::Io, "EV_EIO", 3),
        code(Error::Busy, "EV_EAGAIN", 4),
        code(Error::NoMemory, "EV_ENOMEM", 5),
        code(Error::NoDevice, "EV_ENODEV", 7),
        code(Error::InvalidState, "EV_INVALID_STATE", 11),
        code(Error::Internal, "EV_INTERNAL", 9),
    ],
);

/// PAPR: H_* codes in R3, most of them negative.
pub static PAPR: Encoding = Encoding::new(
    "papr",
    "Linux arch/powerpc/include/asm/hvcall.h",
    [
        code(Error::Unknown, "H_FUNCTION", -2),
        code(Error::NotPermitted, "H_PRIVILEGE", -3),
        code(Error::Invalid, "H_PARAMETER", -4),
        code(Error::BadAddress, "H_PARAMETER", -4),
        code(Error::Unsupported, "H_UNSUPPORTED", -67),
        code(Error::TooBig, "H_PARAMETER", -4),
        code(Error::NotFound, "H_NOT_FOUND", -7),
        code(Error::Io, "H_HARDWARE", -1),
        code(Error::Busy, "H_BUSY", 1),
        code(Error::NoMemory, "H_NO_MEM", -9),
        code(Error::NoDevice, "H_NOT_FOUND", -7),
        code(Error::InvalidState, "H_STATE", -75),
        code(Error::Internal, "H_HARDWARE", -1),
    ],
);

/// Every encoding, in the order the tables print them.
pub static ALL: [&Encoding; 7] = [&KVM_X86, &PARA_2007, &XEN, &S390, &DIAG500, &EPAPR, &PAPR];
