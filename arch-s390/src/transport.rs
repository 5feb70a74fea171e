//! How calls reach what serves them on s390, as data. [`entry`] has the entry points of the same names.

use crate::convention::ALL as EVERY;
use crate::entry;
use crate::kvm::{EXIT_S390_SIEIC, Sieic};
use hypercall_core::Arch;
use hypercall_core::shared::Shared as _;
use hypercall_core::transport::{Exit, Need, Transport};

const EXIT_SIEIC: Exit =
    Exit { name: "KVM_EXIT_S390_SIEIC", reason: EXIT_S390_SIEIC, payload: Sieic::LAYOUT };

/// [`entry::DIAG500`].
pub static DIAG500: Transport = Transport {
    name: entry::DIAG500.transport,
    arch: Arch::S390,
    guest: "diag 2,4,0x500",
    exit: Some(&EXIT_SIEIC),
    needs: &[Need { capability: "KVM_CAP_SYNC_REGS", number: 74, how: "general registers in kvm_run" }],
    conventions: &EVERY,
    carries: "every call of the supervisor state, with all registers, but subcode 3 where KVM serves it by an \
              ioeventfd; in the problem state KVM injects the interruption itself",
    source: "Linux arch/s390/kvm/diag.c",
};

/// Calls in memory, without an exit.
pub static RING: Transport = Transport::ring(Arch::S390, &EVERY);

/// Every s390 transport, in the order the tables print them.
pub static ALL: [&Transport; 2] = [&DIAG500, &RING];
