//! KVM's own calls (Linux `include/uapi/linux/kvm_para.h`): all twelve numbers.
//!
//! Types take and refuse what Linux's handlers do, see each call.

mod clock;
mod interrupts;
mod memory;
mod mips;
mod ppc;

pub use clock::{ClockPairing, ClockPairingData, ClockType};
pub use interrupts::{Icr, KickCpu, SchedYield, SendIpi, VapicPollIrq};
pub use memory::{MapGpaAttributes, MapGpaRange, MmuOp, PageSizeHint};
pub use mips::{MipsConsoleOutput, MipsExitVm, MipsGetClockFreq};
pub use ppc::{EffectivePage, Features, MagicFeatures, MagicPageFlags, PhysicalPage, PpcMapMagicPage};
