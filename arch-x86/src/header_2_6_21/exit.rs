//! Every exit reason of the header, and what it is today.

use hypercall_core::definition::Status;

/// What became of an exit reason.
#[derive(Clone, Copy, Debug)]
pub struct Exit {
    /// Its name in 2.6.21.
    pub name: &'static str,
    /// Its number in 2.6.21.
    pub then: u32,
    /// Its number today; `None` where there is none of that name.
    pub now: Option<u32>,
    /// What tells the VMM today, in `kvm-ioctls`.
    pub successor: &'static str,
    /// Whether today's KVM makes it on x86: [`Status::Deprecated`] where it mostly makes another,
    /// [`Status::Obsolete`] where it never does.
    pub status: Status,
    /// What is different today, with the commit in Linux.
    pub changed: &'static str,
}

/// Every exit reason of 2.6.21, by number.
pub static EXITS: [Exit; 9] = [
    Exit {
        name: "KVM_EXIT_UNKNOWN",
        then: 0,
        now: Some(0),
        successor: "VcpuExit::InternalError",
        status: Status::Deprecated,
        changed: "an exit of the processor's that KVM does not know is KVM_EXIT_INTERNAL_ERROR (17) with suberror 4 \
                  (7396d337cfad), an instruction it cannot emulate one with suberror 1",
    },
    Exit {
        name: "KVM_EXIT_EXCEPTION",
        then: 1,
        now: Some(1),
        successor: "none: the guest takes its exceptions",
        status: Status::Obsolete,
        changed: "\"Unused\" (Documentation/virt/kvm/api.rst); debug exceptions are KVM_EXIT_DEBUG",
    },
    Exit {
        name: "KVM_EXIT_IO",
        then: 2,
        now: Some(2),
        successor: "VcpuExit::IoIn, VcpuExit::IoOut",
        status: Status::Active,
        changed: "KVM itself moves strings to and from guest memory: the data is at data_offset in kvm_run's pages, and \
                  string, string_down, rep and address went",
    },
    Exit {
        name: "KVM_EXIT_CPUID",
        then: 3,
        now: None,
        successor: "none: VcpuFd::set_cpuid2 beforehand",
        status: Status::Obsolete,
        changed: "the kernel answers CPUID from a table (06465c5a3aa9); 3 is KVM_EXIT_HYPERCALL (b4e63f560beb)",
    },
    Exit {
        name: "KVM_EXIT_DEBUG",
        then: 4,
        now: Some(4),
        successor: "VcpuExit::Debug",
        status: Status::Active,
        changed: "says what happened: exception, pc, DR6 (DR7 not on every path)",
    },
    Exit {
        name: "KVM_EXIT_HLT",
        then: 5,
        now: Some(5),
        successor: "VcpuExit::Hlt",
        status: Status::Active,
        changed: "not made where the kernel has an interrupt controller: KVM_RUN sleeps",
    },
    Exit {
        name: "KVM_EXIT_MMIO",
        then: 6,
        now: Some(6),
        successor: "VcpuExit::MmioRead, VcpuExit::MmioWrite",
        status: Status::Active,
        changed: "the next KVM_RUN completes it; mmio_completed went",
    },
    Exit {
        name: "KVM_EXIT_IRQ_WINDOW_OPEN",
        then: 7,
        now: Some(7),
        successor: "VcpuExit::IrqWindowOpen",
        status: Status::Active,
        changed: "nothing",
    },
    Exit {
        name: "KVM_EXIT_SHUTDOWN",
        then: 8,
        now: Some(8),
        successor: "VcpuExit::Shutdown",
        status: Status::Active,
        changed: "nothing",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_at_its_number() {
        for (number, exit) in (0..).zip(&EXITS) {
            assert_eq!(exit.then, number, "{}", exit.name);
        }
    }
}
