//! Where the call path goes in memory, for backends whose exits empty the processor's caches.

use crate::{Dispatcher, EntryId, Vcpu};

impl<Vm> Dispatcher<Vm> {
    /// Addresses of what every call at an entry point reads, and of what it writes for the vCPU: the dispatcher,
    /// the entry, its first table, the vCPU's first counters.
    ///
    /// Each is found by what stands in the one before. A backend that comes out of a guest with an empty TLB
    /// prefetches all of them at once. They are hints: nothing is to be read or written through them.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer.
    #[doc(hidden)] // for the backends of this project: how many there are is the call path's affair
    pub fn working_set(&self, entry: EntryId, vcpu: &Vcpu) -> [usize; 4] {
        let at = &self.entries[entry.0];
        [
            core::ptr::from_ref(self).addr(),
            core::ptr::from_ref(at).addr(),
            at.first.address(),
            vcpu.counters.address(),
        ]
    }
}
