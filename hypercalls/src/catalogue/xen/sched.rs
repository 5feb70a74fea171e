//! Number 29: scheduling.

use super::commands;
use hypercall_core::Hypercall;
use hypercall_core::argument::GuestAddress;

commands! {
    /// SCHEDOP_* (`xen/include/public/sched.h`).
    SchedCommand & 0xffff_ffff, 32, "one of the values named; upper bits ignored":
    /// Lets others run.
    Yield = 0,
    /// Waits for an event.
    Block = 1,
    /// Ends the domain; the address is that of struct sched_shutdown, a uint32_t reason.
    Shutdown = 2,
    /// Waits for one of some event channels.
    Poll = 3,
    /// Ends another domain.
    RemoteShutdown = 4,
    /// Says what an end that comes later will be for.
    ShutdownCode = 5,
    /// Sets a watchdog.
    Watchdog = 6,
    /// Pins a vCPU for a while.
    PinOverride = 7,
}

/// SHUTDOWN_*: why a domain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShutdownReason {
    /// It is done.
    PowerOff = 0,
    /// It wants to be started again.
    Reboot = 1,
    /// It is to be saved.
    Suspend = 2,
    /// It crashed.
    Crash = 3,
    /// Its watchdog ended it.
    Watchdog = 4,
    /// It wants to be started again, with the memory as it is.
    SoftReset = 5,
}

impl ShutdownReason {
    /// The reason with this number, or `None` for one that has no name.
    pub const fn new(number: u32) -> Option<ShutdownReason> {
        Some(match number {
            0 => ShutdownReason::PowerOff,
            1 => ShutdownReason::Reboot,
            2 => ShutdownReason::Suspend,
            3 => ShutdownReason::Crash,
            4 => ShutdownReason::Watchdog,
            5 => ShutdownReason::SoftReset,
            _ => return None,
        })
    }
}

/// Yields, waits for events, and ends the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 29,
    name = "HYPERVISOR_sched_op",
    interface = xen,
    arch(x86),
    status = active,
    result = "SCHEDOP_yield, SCHEDOP_block: 0; SCHEDOP_shutdown does not return",
    error(Unknown, "no such command, or one without a handler"),
    error(BadAddress, "the structure is not all in guest memory"),
    error(Invalid, "SCHEDOP_shutdown: a reason that has no name"),
    introduced("unknown", "xen/include/public/sched.h; commit unknown")
)]
pub struct SchedOp {
    /// What is done.
    #[argument(invalid = Unknown)]
    pub command: SchedCommand,
    /// Linear address of the structure; ignored where the command has none.
    pub argument: GuestAddress,
}
