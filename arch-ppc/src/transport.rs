//! How calls reach what serves them on PowerPC, as data. [`entry`] has the entry points of the same names.

use crate::convention::{ALL as EVERY, EPAPR, PAPR};
use crate::entry;
use crate::papr_exit::PaprExit;
use hypercall_core::Arch;
use hypercall_core::shared::Shared as _;
use hypercall_core::transport::{Exit, Need, Transport};

const EXIT_PAPR: Exit = Exit { name: "KVM_EXIT_PAPR_HCALL", reason: 19, payload: PaprExit::LAYOUT };
const REGISTERS: &str = "every call, with all registers";

/// [`entry::HYPERCALL_INSTRUCTIONS`].
pub static HYPERCALL_INSTRUCTIONS: Transport = Transport {
    name: entry::HYPERCALL_INSTRUCTIONS.transport,
    arch: Arch::Ppc,
    guest: "the words of hypercall-instructions, a property of the device tree's /hypervisor",
    exit: None,
    needs: &[],
    conventions: &[&EPAPR],
    carries: REGISTERS,
    source: "Power.org ePAPR 1.1, section 7.5; Linux Documentation/virt/kvm/ppc-pv.rst",
};

/// [`entry::SC1`].
pub static SC1: Transport = Transport {
    name: entry::SC1.transport,
    arch: Arch::Ppc,
    guest: "sc 1",
    exit: None,
    needs: &[],
    conventions: &EVERY,
    carries: REGISTERS,
    source: "Power ISA Book III, \"System Call Interrupt\"",
};

/// [`entry::EXIT_PAPR_HCALL`].
pub static PAPR_HCALL: Transport = Transport {
    name: entry::EXIT_PAPR_HCALL.transport,
    arch: Arch::Ppc,
    guest: "sc 1",
    exit: Some(&EXIT_PAPR),
    needs: &[
        Need { capability: "KVM_CAP_PPC_PAPR", number: 68, how: "enabled on the vCPU" },
        Need {
            capability: "KVM_CAP_PPC_ENABLE_HCALL",
            number: 104,
            how: "says which calls KVM serves itself",
        },
    ],
    conventions: &[&PAPR],
    carries: "calls of the guest's kernel that KVM does not serve, with R3 to R12",
    source: "Linux Documentation/virt/kvm/api.rst",
};

/// Calls in memory, without an exit.
pub static RING: Transport = Transport::ring(Arch::Ppc, &EVERY);

/// Every PowerPC transport, in the order the tables print them.
pub static ALL: [&Transport; 4] = [&HYPERCALL_INSTRUCTIONS, &SC1, &PAPR_HCALL, &RING];
