//! Numbers 32 and 20: what domains have between them, events and shared pages.

use super::commands;
use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::{GuestAddress, Truncated};
use hypercall_core::{Hypercall, Shared};

commands! {
    /// EVTCHNOP_* (`xen/include/public/event_channel.h`).
    EventChannelCommand & 0xffff_ffff, 32, "one of the values named; upper bits ignored":
    /// Ties a port to one of another domain's.
    BindInterdomain = 0,
    /// Ties a port to a virtual interrupt.
    BindVirq = 1,
    /// Ties a port to a physical interrupt.
    BindPirq = 2,
    /// Frees a port.
    Close = 3,
    /// Sends an event to a port's other end.
    Send = 4,
    /// What a port is tied to.
    Status = 5,
    /// Takes a port that another domain may tie itself to.
    AllocUnbound = 6,
    /// Ties a port to this vCPU, for others to send to.
    BindIpi = 7,
    /// Says which vCPU a port's events go to.
    BindVcpu = 8,
    /// Lets a port's events through.
    Unmask = 9,
    /// Frees all ports.
    Reset = 10,
    /// Begins to use the FIFO form.
    InitControl = 11,
    /// Adds a page of ports in that form.
    ExpandArray = 12,
    /// Sets a port's priority in that form.
    SetPriority = 13,
}

/// Ties, sends and frees event channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 32,
    name = "HYPERVISOR_event_channel_op",
    interface = xen,
    arch(x86),
    status = active,
    result = "Xen: 0; ports stand in the structures",
    error(Unknown, "there is no handler"),
    introduced("unknown", "xen/include/public/event_channel.h; commit unknown")
)]
pub struct EventChannelOp {
    /// What is done.
    #[argument(invalid = Unknown)]
    pub command: EventChannelCommand,
    /// Linear address of the structure.
    pub argument: GuestAddress,
}

commands! {
    /// GNTTABOP_* (`xen/include/public/grant_table.h`).
    GrantTableCommand & 0xffff_ffff, 32, "one of the values named; upper bits ignored":
    /// Maps pages of another domain's.
    MapGrantRef = 0,
    /// Unmaps them.
    UnmapGrantRef = 1,
    /// Gives the domain a grant table.
    SetupTable = 2,
    /// Copies between domains.
    Copy = 5,
    /// How many pages the table has and may have.
    QuerySize = 6,
    /// Chooses the form of its entries.
    SetVersion = 8,
    /// Tells it.
    GetVersion = 10,
}

/// Shares pages with other domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 20,
    name = "HYPERVISOR_grant_table_op",
    interface = xen,
    arch(x86),
    status = active,
    result = "Xen: 0; each structure has its own status",
    error(Unknown, "there is no handler"),
    shares(GrantTableSize),
    introduced("unknown", "xen/include/public/grant_table.h; commit unknown")
)]
pub struct GrantTableOp {
    /// What is done.
    #[argument(invalid = Unknown)]
    pub command: GrantTableCommand,
    /// Linear address of the structures.
    pub structures: GuestAddress,
    /// How many.
    pub count: Truncated<u32>,
}

/// What GNTTABOP_query_size reads and writes, `struct gnttab_query_size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "gnttab_query_size", size = 16, source = "Xen xen/include/public/grant_table.h")]
pub struct GrantTableSize {
    /// Whose table: [`DOMID_SELF`](super::DOMID_SELF).
    #[shared(offset = 0)]
    pub dom: u16,
    /// Nothing.
    #[shared(offset = 2)]
    pub pad: u16,
    /// Written: pages it has.
    #[shared(offset = 4)]
    pub nr_frames: u32,
    /// Written: pages it may have.
    #[shared(offset = 8)]
    pub max_nr_frames: u32,
    /// Written: GNTST_*, 0 for success.
    #[shared(offset = 12)]
    pub status: i16,
    /// Nothing.
    #[shared(offset = 14)]
    pub pad2: [u8; 2],
}
