//! ACME's hypercalls: what a VMM author's own crate looks like.
//!
//! The calls are defined here once, for x86, s390 and PowerPC. The handlers know no VM: they ask for what ACME's
//! VMM offers, the traits [`Lamp`] and `GuestConsole`, so that any VMM serves the calls by linking the crate and
//! offering those.
//!
//! `tests/run --with examples/acme-calls` puts the crate through its `cases` on every architecture.

#![no_std]

extern crate alloc;

mod cases;

use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::GuestAddress;
use hypercall_core::memory::GuestMemoryExt;
use hypercall_core::{link_handler, prelude::*};
use hypercalls::services::GuestConsole;

/// ACME's number space, `AC` in ASCII; on PowerPC block 1 of the vendors' numbers.
///
/// | where | number n |
/// |---|---|
/// | x86, DIAG 0x500 | 0x4143_0000 + n |
/// | ePAPR | 0x1000 + n |
/// | PAPR | 0x7200 + 4 * n |
pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// A lamp that a VM has.
pub trait Lamp: Send + Sync {
    /// Sets its brightness, 0 to 100.
    fn set(&self, percent: u8);
    /// Its brightness.
    fn percent(&self) -> u8;
}

/// Sets the brightness of the VM's lamp.
#[derive(Clone, Copy, Debug, Hypercall)]
#[hypercall(
    number = 1,
    name = "ACME_SET_LAMP",
    interface = ACME,
    arch(x86, s390, ppc),
    status = active,
    result = "none",
    error(Invalid, "over 100 percent")
)]
pub struct SetLamp {
    /// The brightness, 0 to 100. What does not fit a byte never reaches the handler.
    pub percent: u8,
}

/// Tells the brightness of the VM's lamp.
#[derive(Clone, Copy, Debug, Hypercall)]
#[hypercall(
    number = 2,
    name = "ACME_LAMP",
    interface = ACME,
    arch(x86, s390, ppc),
    status = active,
    result = "the brightness, 0 to 100"
)]
pub struct AskLamp {}

/// Where a point is, in the guest's byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "acme_point", size = 8, source = "ACME's manual, section 5")]
pub struct Point {
    /// To the right.
    #[shared(offset = 0)]
    pub x: u32,
    /// Up.
    #[shared(offset = 4)]
    pub y: u32,
}

/// Mirrors a point in memory at the diagonal: its coordinates change places.
#[derive(Clone, Copy, Debug, Hypercall)]
#[hypercall(
    number = 3,
    name = "ACME_MIRROR",
    interface = ACME,
    arch(x86, s390, ppc),
    status = active,
    result = "none",
    error(BadAddress, "the point is not in memory"),
    shares(Point)
)]
pub struct Mirror {
    /// Where the point is.
    pub point: GuestAddress,
}

fn set_lamp(lamp: &dyn Lamp, call: SetLamp, _: &mut Context<'_>) -> Result<(), Error> {
    if call.percent > 100 {
        return Err(Error::Invalid);
    }
    lamp.set(call.percent);
    Ok(())
}
link_handler!(SetLamp, dyn Lamp, set_lamp);

fn ask_lamp(lamp: &dyn Lamp, _: AskLamp, _: &mut Context<'_>) -> Result<u64, Error> {
    Ok(lamp.percent().into())
}
link_handler!(AskLamp, dyn Lamp, ask_lamp);

fn mirror(vm: &dyn GuestConsole, call: Mirror, context: &mut Context<'_>) -> Result<(), Error> {
    let Point { x, y } = vm.memory().read_value(call.point.0, context.endian())?;
    Ok(vm.memory().write_value(call.point.0, Point { x: y, y: x }, context.endian())?)
}
link_handler!(Mirror, dyn GuestConsole, mirror);
