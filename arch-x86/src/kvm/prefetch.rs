//! Fetches what a call needs while the first of it is still on its way: an exit may leave the TLB empty.

use hypercall_core::working_set::{Handler, WorkingSet};
use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

/// Addresses that a call goes to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prefetch([usize; 6]);

impl Prefetch {
    pub(super) fn new(set: &WorkingSet<'_>) -> Prefetch {
        let [dispatcher, entry, table, counters] = set.addresses;
        let [one, other] = set.handler.map_or([table; 2], words);
        Prefetch([dispatcher, entry, table, counters, one, other])
    }

    #[inline]
    pub(super) fn start(&self) {
        self.0.iter().for_each(|address| prefetch(*address));
    }
}

/// The two words of a reference to a trait object. One is its table of functions, whichever that is: no promise
/// of Rust's, and none that is needed, as a wrong address costs a fetch for nothing.
fn words(object: &dyn Handler) -> [usize; 2] {
    // SAFETY: the compiler checks that both are of one size, and a raw pointer, which is all initialised, may be looked
    // at as integers (`core::mem::transmute`, "Transmutation between pointers and integers"); no pointer is made of them.
    unsafe { core::mem::transmute::<*const dyn Handler, [usize; 2]>(object) }
}

/// Has the processor bring what is at an address into its caches; does nothing where nothing is.
#[inline]
fn prefetch(address: usize) {
    // SAFETY: PREFETCHT0 accesses no memory that the program can see, and faults at no address (AMD64 APM volume 3,
    // PREFETCHlevel); SSE, which it needs, every x86_64 has.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(address)) }
}
