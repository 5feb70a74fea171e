//! An allocator that never frees.

#![allow(unsafe_code)] // a global allocator is one

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

/// `SIZE` bytes to give out. What is freed is lost: an image runs for a second.
#[repr(C, align(16))]
pub struct Heap<const SIZE: usize> {
    bytes: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

// SAFETY: every byte is given out at most once, by an atomic addition.
unsafe impl<const SIZE: usize> Sync for Heap<SIZE> {}

impl<const SIZE: usize> Heap<SIZE> {
    /// A heap with all of its bytes left.
    pub const fn new() -> Heap<SIZE> {
        Heap { bytes: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) }
    }

    /// How many bytes were given out: a call path that does not allocate leaves this as it was.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

impl<const SIZE: usize> Default for Heap<SIZE> {
    fn default() -> Heap<SIZE> {
        Heap::new()
    }
}

// SAFETY: each block is a part of `bytes` of its own, of the size and alignment asked for.
unsafe impl<const SIZE: usize> GlobalAlloc for Heap<SIZE> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = self.bytes.get() as usize;
        let place = |used: usize| {
            let start =
                base.checked_add(used)?.checked_next_multiple_of(layout.align())?.checked_sub(base)?;
            let end = start.checked_add(layout.size())?;
            (end <= SIZE).then_some((start, end))
        };
        let order = Ordering::Relaxed;
        match self.used.fetch_update(order, order, |used| place(used).map(|(_, end)| end)) {
            Ok(used) => match place(used) {
                // SAFETY: start is not past the end of the array, as `place` checked.
                Some((start, _)) => unsafe { self.bytes.get().cast::<u8>().add(start) },
                None => ptr::null_mut(),
            },
            Err(_) => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _block: *mut u8, _layout: Layout) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_apart_and_end_with_the_heap() {
        let heap = Heap::<256>::new();
        let layout = |size, align| Layout::from_size_align(size, align).unwrap();
        // SAFETY: the layouts are not of size zero.
        let (a, b, c, d) = unsafe {
            let a = heap.alloc(layout(3, 1)) as usize;
            let b = heap.alloc(layout(64, 64)) as usize;
            (a, b, heap.alloc(layout(4096, 1)), heap.alloc(layout(8, 8)) as usize)
        };
        assert!(b % 64 == 0 && b >= a + 3 && d >= b + 64 && d % 8 == 0);
        assert!(c.is_null(), "more than there is");
        assert!(heap.used() >= 3 + 64 + 8 && heap.used() <= 256);
    }
}
