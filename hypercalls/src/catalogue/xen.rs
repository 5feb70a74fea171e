//! Xen's hypercalls that an HVM guest makes first, on x86.
//!
//! Sources: Xen `xen/include/public/` and what `xen/common/` and `xen/arch/x86/hvm/` make of it. Most calls
//! are a *command* and the address of a structure. Addresses are the guest's own: linear ones, which its page
//! tables translate. Structures are those of the caller's mode. Errors are the negated values of
//! `xen/include/public/errno.h`.
//!
//! | number | call | served by [`stock::xen`](crate::stock::xen) |
//! |---|---|---|
//! | 12 | memory_op | add_to_physmap; -ENOSYS otherwise |
//! | 13 | multicall | -ENOSYS |
//! | 17 | xen_version | all commands of this module |
//! | 18 | console_io | write; -EPERM for read |
//! | 20 | grant_table_op | -ENOSYS |
//! | 24 | vcpu_op | -ENOSYS |
//! | 29 | sched_op | yield, block, shutdown; -ENOSYS otherwise |
//! | 32 | event_channel_op | -ENOSYS |
//! | 34 | hvm_op | set_param, get_param; -ENOSYS otherwise |
//!
//! Xen's headers let a call clobber the registers of the arguments it uses; the calls here leave them as they
//! were.

mod channels;
mod console;
mod hvm;
mod memory;
mod sched;
mod vcpu;
mod version;

pub use channels::{EventChannelCommand, EventChannelOp, GrantTableCommand, GrantTableOp, GrantTableSize};
pub use console::{ConsoleCommand, ConsoleIo, Multicall, MulticallEntry};
pub use hvm::{HVM_PARAMETERS, HvmCommand, HvmOp, HvmParameter};
pub use memory::{AddToPhysmap, AddToPhysmap32, MapSpace, MemoryCommand, MemoryOp};
pub use sched::{SchedCommand, SchedOp, ShutdownReason};
pub use vcpu::{RegisterVcpuInfo, VcpuCommand, VcpuOp};
pub use version::{CompileInfo, FeatureInfo, VersionCommand, XenVersion};

/// DOMID_SELF: the calling domain, whatever its number (`xen/include/public/xen.h`).
pub const DOMID_SELF: u16 = 0x7ff0;

/// An enum of commands. They stand in the bits of a register that `$mask` leaves; the rest is ignored as Xen
/// does. A command that is not named is unknown, as a call would be: -ENOSYS.
macro_rules! commands {
    (
        $(#[$doc:meta])* $name:ident & $mask:literal, $bits:literal, $range:literal:
        $($(#[doc = $meaning:literal])+ $variant:ident = $value:literal),+ $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $meaning])+ $variant = $value),+ }

        impl hypercall_core::argument::Argument for $name {
            const KIND: &'static hypercall_core::argument::ArgumentKind =
                &hypercall_core::argument::ArgumentKind {
                    name: stringify!($name),
                    bits: $bits,
                    range: $range,
                    values: &[$(hypercall_core::argument::NamedValue {
                        name: stringify!($variant),
                        value: $value,
                        meaning: concat!($($meaning),+),
                    }),+],
                    slots: 1,
                    slots_32: 1,
                };
            fn decode(
                slots: &mut hypercall_core::argument::Slots<'_>,
            ) -> Result<Self, hypercall_core::Error> {
                match slots.take() & $mask {
                    $($value => Ok($name::$variant),)+
                    _ => Err(hypercall_core::Error::Unknown),
                }
            }
            fn encode(&self, slots: &mut hypercall_core::argument::SlotsMut<'_>) {
                slots.put(*self as u64);
            }
        }
    };
}
use commands;
