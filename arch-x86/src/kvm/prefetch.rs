//! Fetches what a call needs while the first of it is still on its way: an exit may leave the TLB empty.

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

/// Addresses that a call goes to: the dispatcher, the entry point, its table, the vCPU's counters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prefetch(pub(super) [usize; 4]);

impl Prefetch {
    /// Fetches what is needed. A list's code reads nothing of the dispatcher, and what is fetched in vain is in the
    /// way of what is not.
    #[inline]
    pub(super) fn start(&self, has_list: bool) {
        let [.., counters] = self.0;
        if has_list {
            prefetch(counters);
        } else {
            self.0.iter().for_each(|address| prefetch(*address));
        }
        // Whether calls are traced stands where no address is told of: a load whose result nobody waits for.
        std::hint::black_box(tracing::level_filters::LevelFilter::current());
    }
}

/// Has the processor bring what is at an address into its caches; does nothing where nothing is.
#[inline]
fn prefetch(address: usize) {
    // SAFETY: PREFETCHT0 accesses no memory that the program can see, and faults at no address (AMD64 APM volume 3,
    // PREFETCHlevel); SSE, which it needs, every x86_64 has.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(address)) }
}
