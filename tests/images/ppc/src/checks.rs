//! What a guest does beside the conformance cases.

mod calls;
mod magic;

use crate::guest::{Job, Route};
use crate::host;
use alloc::format;
use alloc::string::String;
use hypercall_image_common::mode::Order;

/// Something to be checked in a guest.
pub struct Check {
    /// What must be so.
    pub name: &'static str,
    /// Says what is not.
    pub run: fn() -> Result<(), String>,
}

pub const fn check(name: &'static str, run: fn() -> Result<(), String>) -> Check {
    Check { name, run }
}

/// The checks of a job: not where C code makes the cases, nor where the convention is broken, for the stubs believe that
/// a register which it does not name stays as it is.
pub fn of(job: Job, order: Order) -> impl Iterator<Item = &'static Check> {
    let (calls, magic): (&[Check], &[Check]) = match job {
        _ if order.is_by_c() || matches!(order, Order::Break(_)) => (&[], &[]),
        Job { flipped: true, .. } => (&[], &[]),
        Job { route: Route::Sc, .. } => (calls::ALL, magic::ALL),
        _ => (calls::ALL, &[]),
    };
    calls.iter().chain(magic)
}

/// What is wrong with what the host has of the guest at its end; `None` if nothing is.
pub fn host_saw(guest: &host::Guest, order: Order) -> Option<String> {
    let calls = guest.calls;
    let job = guest.job;
    let by = usize::from(job.route != Route::Sc);
    if calls[by] < 100 || calls[1 - by] != 0 {
        return Some(format!("{calls:?} calls by sc and sc 1"));
    }
    if of(job, order).count() == calls::ALL.len() + magic::ALL.len() { magic::host_saw(guest) } else { None }
}

/// That a value is what it must be.
pub fn same<T: PartialEq + core::fmt::LowerHex>(what: &str, is: T, must: T) -> Result<(), String> {
    if is == must { Ok(()) } else { Err(format!("{what} is {is:#x} and must be {must:#x}")) }
}
