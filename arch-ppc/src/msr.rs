//! The machine state register, as far as a hypercall depends on it (Power ISA Book III, "Machine State
//! Register").

use hypercall_core::{Caller, Endian, Privilege, Width};

/// Sixty-four-bit mode.
pub const SF: u64 = 1 << 63;
/// Problem state.
pub const PR: u64 = 1 << 14;
/// Little-endian mode.
pub const LE: u64 = 1;

/// What the MSR at the call says of the caller.
///
/// ```
/// use hypercall_arch_ppc::msr;
/// use hypercall_core::{Caller, Endian, Privilege, Width};
///
/// let kernel = Caller { width: Width::Bits64, privilege: Privilege::Supervisor, endian: Endian::Little };
/// assert_eq!(msr::caller(0x8000_0000_0000_1033), kernel);
/// ```
pub const fn caller(msr: u64) -> Caller {
    Caller {
        width: if msr & SF != 0 { Width::Bits64 } else { Width::Bits32 },
        privilege: if msr & PR != 0 { Privilege::User } else { Privilege::Supervisor },
        endian: if msr & LE != 0 { Endian::Little } else { Endian::Big },
    }
}
