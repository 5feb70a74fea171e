//! Many calls in one exit: HYPERCALL_MULTICALL, which the dispatcher itself serves.
//!
//! A VMM offers it with [`Builder::multicall`](crate::Builder::multicall). The calls stand in guest memory, one
//! [`CallEntry`] behind the other, and are served in order at the entry point the multicall came in by: in its
//! convention, by the same definitions, policy and rules for user programs, each counted as its call.
//!
//! The value is how many entries hold an answer now. Where that is fewer than were handed in, the guest goes
//! on from there with another multicall; the host keeps nothing. A vCPU can take interrupts in between, so
//! what one exit serves is bounded: by [`MOST_ENTRIES`] or the VMM's lower number.
//!
//! | an entry | the multicall |
//! |---|---|
//! | completes, fails or faults | goes on behind it; with [`MulticallFlags::STOP_ON_ERROR`] it returns behind one that failed or faulted |
//! | is not pending, or has flags or reserved words that are not zero | as for one that fails: invalid |
//! | is a multicall | as for one that fails: unsupported, whatever its arguments |
//! | is to be retried | returns before it; the entry stays pending |
//! | is deferred | waits for it on the vCPU's thread, in [`Vcpu::wait`] or as the VMM says |
//! | ends the VM | the entry is done, then the VM ends |
//! | can no longer be read or written | fails with a bad address; of the sixteen entries that are copied together, some may have been served without an answer |

use crate::argument::{GuestAddress, Slots};
use crate::memory::GuestMemory;
use crate::outcome::Action;
use crate::shared::ByteOrder;
use crate::statistics::Event;
use crate::{
    CallEntry, Caller, Deferral, Dispatcher, Endian, EntryId, Error, Hypercall, Outcome, Progress, Trap,
    Vcpu, VmExit, flags_argument,
};
use alloc::boxed::Box;
use bitflags::bitflags;
use bytemuck::Zeroable;
use core::fmt;

/// The most entries of a multicall that one exit serves.
pub const MOST_ENTRIES: u32 = 256;

/// Entries that are copied together, before the first of them is served.
const CHUNK: usize = 16;

bitflags! {
    /// How the entries of a multicall are served.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct MulticallFlags: u64 {
        /// Stop behind the first that fails.
        const STOP_ON_ERROR = 1;
    }
}
flags_argument!(MulticallFlags: STOP_ON_ERROR = "return behind the first entry that fails or faults");

/// Serves a list of calls in guest memory, each entry a structure hypercall_call_entry.
///
/// With no entries it does nothing, so that a guest can ask whether there is the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x40,
    name = "HYPERCALL_MULTICALL",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "how many entries hold an answer now, from the first on; the guest hands in the others again",
    error(Invalid, "the address is not a multiple of 128, or a reserved flag is set; no entry was served"),
    error(
        BadAddress,
        "the entries are not all in guest memory, or end past 2^64 - 1; no entry was served, unless memory \
         went away meanwhile"
    ),
    shares(CallEntry),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Multicall {
    /// The first entry; a multiple of 128.
    pub entries: GuestAddress,
    /// How many there are; one exit serves at most 256 of them.
    pub count: u64,
    /// How they are served.
    pub flags: MulticallFlags,
}

type Memory<Vm> = dyn for<'a> Fn(&'a Vm) -> &'a (dyn GuestMemory + 'a) + Send + Sync;
type Wait<Vm> = dyn Fn(&Vm, &Vcpu, Deferral) -> Action + Send + Sync;

/// What a VMM gives to have multicalls served: see [`Builder::multicall`](crate::Builder::multicall).
///
/// ```
/// use hypercall_core::memory::FlatMemory;
/// use hypercall_core::multicall::Batches;
///
/// struct Vm { memory: FlatMemory }
/// let batches = Batches::new(|vm: &Vm| &vm.memory).at_most(64);
/// # let _ = batches;
/// ```
pub struct Batches<Vm> {
    most: u64,
    memory: Box<Memory<Vm>>,
    wait: Box<Wait<Vm>>,
}

impl<Vm> fmt::Debug for Batches<Vm> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batches(at most {} an exit)", self.most)
    }
}

impl<Vm: 'static> Batches<Vm> {
    /// Entries in this memory of the VM's, at most [`MOST_ENTRIES`] of them an exit; for a deferred one the
    /// vCPU's thread sleeps in [`Vcpu::wait`].
    pub fn new<F>(memory: F) -> Batches<Vm>
    where
        F: for<'a> Fn(&'a Vm) -> &'a (dyn GuestMemory + 'a) + Send + Sync + 'static,
    {
        let wait = |_: &Vm, vcpu: &Vcpu, deferral| vcpu.wait(deferral);
        Batches { most: MOST_ENTRIES.into(), memory: Box::new(memory), wait: Box::new(wait) }
    }

    /// Serves fewer entries an exit: 1 to [`MOST_ENTRIES`]; what is outside is taken as the nearest of these.
    #[must_use]
    pub fn at_most(self, most: u32) -> Batches<Vm> {
        Batches { most: most.clamp(1, MOST_ENTRIES).into(), ..self }
    }

    /// Waits for a deferred entry in the VMM's own way, and gives what [`Vcpu::try_wait`] then says: for a VMM
    /// whose vCPU threads complete deferred calls themselves, and would wait for ever in [`Vcpu::wait`].
    #[must_use]
    pub fn waiting<F>(self, wait: F) -> Batches<Vm>
    where
        F: Fn(&Vm, &Vcpu, Deferral) -> Action + Send + Sync + 'static,
    {
        Batches { wait: Box::new(wait), ..self }
    }
}

impl Multicall {
    /// The entries as a range of addresses, checked but for whether there is memory.
    fn bytes(&self) -> Result<u64, Error> {
        if !self.entries.0.is_multiple_of(CallEntry::SIZE) {
            return Err(Error::Invalid);
        }
        let bytes = self.count.checked_mul(CallEntry::SIZE).ok_or(Error::BadAddress)?;
        self.entries.0.checked_add(bytes).map(|_| bytes).ok_or(Error::BadAddress)
    }
}

/// Hands in a list as a guest does, for guest stubs: makes multicalls by `make`, each from the first entry
/// without an answer on, until every entry has one; with [`MulticallFlags::STOP_ON_ERROR`] no further than the
/// first that failed, which `failed` tells by its index. Gives how many entries hold an answer.
///
/// # Errors
/// What `make` gives. Entries that were answered before hold their answers.
pub fn hand_in<E>(
    list: &Multicall,
    mut make: impl FnMut(&Multicall) -> Result<u64, E>,
    mut failed: impl FnMut(u64) -> bool,
) -> Result<u64, E> {
    let mut done = 0;
    while done < list.count {
        let first = list.entries.0.wrapping_add(CallEntry::SIZE.wrapping_mul(done));
        let rest = Multicall { entries: GuestAddress(first), count: list.count - done, ..*list };
        // A host has answered no more than there were, whatever it says.
        let served = make(&rest)?.min(rest.count);
        done += served;
        if served > 0 && list.flags.contains(MulticallFlags::STOP_ON_ERROR) && failed(done - 1) {
            break;
        }
    }
    Ok(done)
}

impl<Vm> Dispatcher<Vm> {
    /// Serves a multicall; its entries count themselves.
    pub(crate) fn serve_batch(
        &self,
        batches: &Batches<Vm>,
        point: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        trap: &Trap,
    ) -> (Outcome, Event) {
        // Guest memory is the VMM's code, too.
        #[cfg(feature = "std")]
        let result = crate::panics::catch(|| self.serve_entries(batches, point, vm, vcpu, trap));
        #[cfg(not(feature = "std"))]
        let result = Some(self.serve_entries(batches, point, vm, vcpu, trap));
        match result {
            Some(Ok(outcome)) => (outcome, Event::Served),
            Some(Err(error)) => (Outcome::Failed(error), Event::Error),
            None => (Outcome::Failed(Error::Internal), Event::Panicked),
        }
    }

    fn serve_entries(
        &self,
        batches: &Batches<Vm>,
        point: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        trap: &Trap,
    ) -> Result<Outcome, Error> {
        let caller = trap.caller;
        let call = Multicall::decode(&mut Slots::new(&trap.arguments, caller.width))?;
        let memory = (batches.memory)(vm);
        let (first, bytes) = (call.entries.0, call.bytes()?);
        if !memory.contains(first, bytes) {
            return Err(Error::BadAddress);
        }
        let most = call.count.min(batches.most);
        let mut chunk = [CallEntry::zeroed(); CHUNK];
        let mut done = 0;
        while done < most {
            let address = first + done * CallEntry::SIZE;
            let count = (most - done).min(CHUNK as u64) as usize;
            let entries = &mut chunk[..count];
            memory.read(address, bytemuck::cast_slice_mut(entries))?;
            let (answered, next) = self.serve_chunk(batches, point, vm, vcpu, caller, call.flags, entries);
            let written = memory.write(address, bytemuck::cast_slice(&entries[..answered]));
            // The VM ends, whether or not there is still memory to say so in.
            if let Next::Exit(exit) = next {
                return Ok(exit.into());
            }
            written?;
            done += answered as u64;
            match next {
                Next::Chunk => {}
                Next::Return | Next::Exit(_) => break,
                Next::Broken => return Err(Error::Internal),
            }
        }
        Ok(done.into())
    }

    /// Serves entries that were copied, in place: how many of them have an answer, and what comes next.
    #[allow(clippy::too_many_arguments)] // all that a call in an entry needs
    fn serve_chunk(
        &self,
        batches: &Batches<Vm>,
        point: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        caller: Caller,
        flags: MulticallFlags,
        entries: &mut [CallEntry],
    ) -> (usize, Next) {
        let foreign = caller.endian != Endian::NATIVE;
        for (index, entry) in entries.iter_mut().enumerate() {
            if foreign {
                *entry = entry.swap_bytes();
            }
            let mut progress = self.serve_entry(point, vm, vcpu, entry, caller);
            if let Progress::Deferred(deferral) = progress {
                progress = entry.settle((batches.wait)(vm, vcpu, deferral));
            }
            let failed = entry.has_failed();
            if foreign {
                *entry = entry.swap_bytes();
            }
            match progress {
                Progress::Answered if failed && flags.contains(MulticallFlags::STOP_ON_ERROR) => {
                    return (index + 1, Next::Return);
                }
                Progress::Answered => {}
                Progress::Pending => return (index, Next::Return),
                // The VMM's own way to wait did not.
                Progress::Deferred(_) => return (index, Next::Broken),
                Progress::Exit(exit) => return (index + 1, Next::Exit(exit)),
            }
        }
        (entries.len(), Next::Chunk)
    }
}

/// What a multicall does behind entries that it served.
enum Next {
    /// Goes on.
    Chunk,
    /// Returns to the guest.
    Return,
    /// Ends the VM.
    Exit(VmExit),
    /// Fails: the VMM has broken its contract.
    Broken,
}
