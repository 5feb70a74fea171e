//! Where the call path goes in memory, for backends whose exits empty the processor's caches.

use crate::{Dispatcher, EntryId, Vcpu};
use core::fmt;

/// A handler, of which only the place in memory is told.
#[doc(hidden)]
pub trait Handler {}

impl<T> Handler for T {}

impl fmt::Debug for dyn Handler + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

/// What every call at an entry point reads, and writes for the vCPU.
#[doc(hidden)] // for the backends of this project: what it is made of is the call path's affair
#[derive(Clone, Copy, Debug)]
pub struct WorkingSet<'a> {
    /// Addresses, of which nothing is to be read or written: the dispatcher, the entry, its first table, the
    /// vCPU's first counters. Each is found by what stands in the one before.
    pub addresses: [usize; 4],
    /// The first handler: what is called is found in its table of functions, and those of others stand close by.
    pub handler: Option<&'a dyn Handler>,
}

impl<Vm> Dispatcher<Vm> {
    /// Where calls at an entry point go. A backend that comes out of a guest with an empty TLB prefetches all of
    /// it at once.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    #[doc(hidden)]
    pub fn working_set(&self, entry: EntryId, vcpu: &Vcpu) -> WorkingSet<'_> {
        let at = &self.entries[entry.0];
        WorkingSet {
            addresses: [
                core::ptr::from_ref(self).addr(),
                core::ptr::from_ref(at).addr(),
                at.first.address(),
                vcpu.counters.address(),
            ],
            handler: at.first.handler().map(|handler| -> &dyn Handler { handler }),
        }
    }
}
