//! Many calls by few instructions.

use super::{Abi, Failed, Issue, Transport};
use hypercall_core::argument::GuestAddress;
use hypercall_core::multicall::{MulticallFlags, hand_in};
use hypercall_core::{CallEntry, Multicall};

/// Hands in calls that [`Issue::entry`] made, until each is answered, or one failed that stops the others: how
/// many hold an answer. `address` is the guest-physical one of the first.
///
/// # Errors
/// The multicall's own; entries that it answered before hold their answers.
///
/// # Safety
/// As [`Issue::issue_as`], for each call; the entries are at `address`.
pub unsafe fn multicall<A: Abi, T: Transport>(
    abi: &A,
    transport: &T,
    entries: &mut [CallEntry],
    address: u64,
    flags: MulticallFlags,
) -> Result<usize, Failed> {
    let list = Multicall { entries: GuestAddress(address), count: entries.len() as u64, flags };
    let first = entries.as_mut_ptr();
    // The host writes there, by an instruction that may reach what is exposed.
    first.expose_provenance();
    let done = hand_in(
        &list,
        // SAFETY: the caller's promise about each call and the entries.
        |rest| unsafe { rest.issue_as(abi, transport) },
        // SAFETY: `hand_in` asks about entries of the list; volatile, as the host wrote it.
        |index| unsafe { first.add(index as usize).read_volatile() }.has_failed(),
    )?;
    Ok(done as usize) // no more than there are
}
