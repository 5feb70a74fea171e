//! The project's own calls, vendor `HV`: a number on every architecture for each thing a hypercall can do.
//!
//! They are there so that the same conformance cases run everywhere: none to nine arguments, extra outputs,
//! each error, each argument type, each outcome, buffers and structures in guest memory.
//!
//! | numbers | calls |
//! |---|---|
//! | 0x00 to 0x10 | [`mix`]: arguments and outputs by position |
//! | 0x11 to 0x14 | [`types`]: errors and argument types |
//! | 0x20 to 0x22 | [`data`]: buffers and a structure in guest memory |
//! | 0x30 to 0x34 | [`outcomes`]: what may happen beside a return |
//! | 0x38 to 0x3a | [`life`]: status and trust |
//! | 0x41 to 0x43 | [`rings`]: calls that cost no exit |
//! | 0x40 | [`Multicall`]: many calls in one exit, see [`multicall`](hypercall_core::multicall) |
//!
//! On the wire the numbers stand in the vendor range, see [`hypercall_core::interface`]:
//!
//! ```
//! use hypercall_core::{Hypercall, Numbering, interface};
//! use hypercalls::vendor::{Checksum, INTERFACE};
//!
//! let number = <Checksum as Hypercall>::DEFINITION.number;
//! assert_eq!(INTERFACE.wire(Numbering::X86, number), Some(0x4856_0021));
//! assert_eq!(INTERFACE.wire(Numbering::Diag, number), Some(0x4856_0021));
//! assert_eq!(INTERFACE.wire(Numbering::Epapr, number), Some(0x21));
//! assert_eq!(INTERFACE.wire(Numbering::Papr, number), Some(0x7084));
//! ```

pub mod data;
pub mod life;
pub mod mix;
pub mod outcomes;
pub mod rings;
pub mod types;

pub use data::{Checksum, ConsoleWrite, Identify, Identity};
pub use hypercall_core::Multicall;
pub use hypercall_core::interface::VENDOR as INTERFACE;
pub use life::{Gone, HostTime, OldNop};
pub use mix::{Mix1, Mix2, Mix3, Mix4, Mix5, Mix6, Mix7, Mix8, Mix9, Nop, Outputs};
pub use outcomes::{Defer, ExitVm, Panic, RaiseFault, Retry, raised_fault};
pub use rings::{RingDoorbell, RingSetup, RingTeardown};
pub use types::{Access, Fail, FailWith, Narrow, Signed, Types};
