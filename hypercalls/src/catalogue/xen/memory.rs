//! Number 12: the guest's physical address space.

use super::commands;
use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::GuestAddress;
use hypercall_core::{Hypercall, Shared};

commands! {
    /// XENMEM_*, in bits 5:0; the bits above say where an interrupted call goes on (`MEMOP_EXTENT_SHIFT`).
    MemoryCommand & 0x3f, 64, "bits 5:0 one of the values named; the bits above are for calls that go on":
    /// Takes more memory.
    IncreaseReservation = 0,
    /// Gives memory back.
    DecreaseReservation = 1,
    /// The highest frame of the machine.
    MaximumRamPage = 2,
    /// Pages that the domain has.
    CurrentReservation = 3,
    /// Pages that it may have.
    MaximumReservation = 4,
    /// Puts memory at frames of its own choice.
    PopulatePhysmap = 6,
    /// Puts a page of the hypervisor's, or one of its own, at a frame.
    AddToPhysmap = 7,
    /// The memory map, as E820 entries.
    MemoryMap = 9,
    /// The highest frame of the domain.
    MaximumGpfn = 14,
    /// Removes what is at a frame.
    RemoveFromPhysmap = 15,
}

/// Changes and tells what is in the guest's physical address space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 12,
    name = "HYPERVISOR_memory_op",
    interface = xen,
    arch(x86),
    status = active,
    result = "XENMEM_add_to_physmap: 0; -3 (ESRCH) for a domain other than DOMID_SELF",
    error(Unknown, "no such command, or one without a handler; XENMEM_add_to_physmap: XENMAPSPACE_gmfn_foreign"),
    error(BadAddress, "the structure, or the frame, is not in guest memory"),
    error(Invalid, "XENMEM_add_to_physmap: no such space, or no such page in it"),
    error(Unsupported, "XENMEM_add_to_physmap: a space this VMM has no pages of"),
    shares(AddToPhysmap, AddToPhysmap32),
    introduced("unknown", "xen/include/public/memory.h; commit unknown")
)]
pub struct MemoryOp {
    /// What is done.
    #[argument(invalid = Unknown)]
    pub command: MemoryCommand,
    /// Linear address of the structure.
    pub argument: GuestAddress,
}

/// XENMAPSPACE_*: whose pages are put at a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapSpace {
    /// The shared-info page; it has one.
    SharedInfo = 0,
    /// The grant table's.
    GrantTable = 1,
    /// The guest's own, by frame.
    Gmfn = 2,
    /// The guest's own, several at once.
    GmfnRange = 3,
    /// Those of a device.
    DeviceMmio = 5,
}

impl MapSpace {
    /// The space with this number; `None` for others, XENMAPSPACE_gmfn_foreign (4) among them, which is for
    /// another command.
    pub const fn new(number: u32) -> Option<MapSpace> {
        Some(match number {
            0 => MapSpace::SharedInfo,
            1 => MapSpace::GrantTable,
            2 => MapSpace::Gmfn,
            3 => MapSpace::GmfnRange,
            5 => MapSpace::DeviceMmio,
            _ => return None,
        })
    }
}

/// What XENMEM_add_to_physmap reads in 64-bit mode, `struct xen_add_to_physmap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "xen_add_to_physmap", size = 24, source = "Xen xen/include/public/memory.h")]
pub struct AddToPhysmap {
    /// Whose address space: [`DOMID_SELF`](super::DOMID_SELF).
    #[shared(offset = 0)]
    pub domid: u16,
    /// How many pages, for XENMAPSPACE_gmfn_range.
    #[shared(offset = 2)]
    pub size: u16,
    /// XENMAPSPACE_*.
    #[shared(offset = 4)]
    pub space: u32,
    /// Which page of the space.
    #[shared(offset = 8)]
    pub idx: u64,
    /// The frame where it goes: its address >> 12.
    #[shared(offset = 16)]
    pub gpfn: u64,
}

/// What XENMEM_add_to_physmap reads in 32-bit mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "xen_add_to_physmap, 32-bit", size = 16, source = "Xen xen/include/public/memory.h")]
pub struct AddToPhysmap32 {
    /// Whose address space: [`DOMID_SELF`](super::DOMID_SELF).
    #[shared(offset = 0)]
    pub domid: u16,
    /// How many pages, for XENMAPSPACE_gmfn_range.
    #[shared(offset = 2)]
    pub size: u16,
    /// XENMAPSPACE_*.
    #[shared(offset = 4)]
    pub space: u32,
    /// Which page of the space.
    #[shared(offset = 8)]
    pub idx: u32,
    /// The frame where it goes: its address >> 12.
    #[shared(offset = 12)]
    pub gpfn: u32,
}

impl From<AddToPhysmap32> for AddToPhysmap {
    fn from(narrow: AddToPhysmap32) -> AddToPhysmap {
        let AddToPhysmap32 { domid, size, space, idx, gpfn } = narrow;
        AddToPhysmap { domid, size, space, idx: idx.into(), gpfn: gpfn.into() }
    }
}
