//! What the judge of the calls, [`cases::judge`](crate::cases::judge), asks of the host.

use super::machine::Machine;
use crate::cases::Case;
pub use crate::cases::judge::{Meant, firsts, prepare, wrong};
use hypercall_core::{Arch, Dispatcher, Endian, Policy};
use std::time::{SystemTime, UNIX_EPOCH};

/// Whether the policy lets the guest make the call of a case.
pub fn allowed(dispatcher: &Dispatcher<Machine>, policy: &Policy, case: &Case) -> bool {
    let definition = dispatcher.registry().by_number(dispatcher.arch(), case.interface, case.number);
    definition.is_none_or(|d| policy.allows(d))
}

/// The byte order of the guests here.
pub fn endian_of(arch: Arch) -> Endian {
    if arch == Arch::X86 { Endian::Little } else { Endian::Big }
}

/// The time of day in seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}
