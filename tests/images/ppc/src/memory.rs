//! The heap, and what the compiler expects of a C library.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicUsize, Ordering};

const SIZE: usize = 4 << 20;

#[repr(align(4096))]
struct Heap(UnsafeCell<[u8; SIZE]>);
// SAFETY: the bytes are reached only through the pieces that `alloc` gives out, each once.
unsafe impl Sync for Heap {}

static HEAP: Heap = Heap(UnsafeCell::new([0; SIZE]));
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Gives out, and takes nothing back: an image lives for a second.
struct Bump;

// SAFETY: pieces are aligned, inside of the heap and given out once.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = HEAP.0.get() as usize;
        let start = (base + NEXT.load(Ordering::Relaxed)).next_multiple_of(layout.align()) - base;
        match start.checked_add(layout.size()).filter(|end| *end <= SIZE) {
            Some(end) => {
                NEXT.store(end, Ordering::Relaxed);
                (base + start) as *mut u8
            }
            None => core::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump;

/// How much of the heap is used.
pub fn mark() -> usize {
    NEXT.load(Ordering::Relaxed)
}

/// Gives back what was allocated since [`mark`].
///
/// # Safety
/// Nothing allocated since then may be used any more.
pub unsafe fn release(mark: usize) {
    NEXT.store(mark, Ordering::Relaxed);
}

// Written so that the compiler does not make calls of themselves out of them.

#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    // SAFETY: as C's memcpy asks of its caller.
    unsafe { forwards(to, from, length) };
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    if (to as usize).wrapping_sub(from as usize) >= length {
        // SAFETY: as C's memmove asks; the target does not begin inside of the source.
        unsafe { forwards(to, from, length) };
    } else {
        for i in (0..length).rev() {
            // SAFETY: as C's memmove asks.
            unsafe { to.add(i).write_volatile(from.add(i).read_volatile()) };
        }
    }
    to
}

unsafe fn forwards(to: *mut u8, from: *const u8, length: usize) {
    let mut i = 0;
    while i + 8 <= length {
        // SAFETY: the caller's ranges; unaligned accesses are allowed by the type.
        unsafe {
            let word = from.add(i).cast::<u64>();
            to.add(i).cast::<u64>().write_unaligned(word.read_unaligned());
            // Keeps this a loop.
            core::arch::asm!("", options(nostack, preserves_flags));
        }
        i += 8;
    }
    while i < length {
        // SAFETY: the caller's ranges.
        unsafe { to.add(i).write_volatile(from.add(i).read_volatile()) };
        i += 1;
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, value: i32, length: usize) -> *mut u8 {
    for i in 0..length {
        // SAFETY: as C's memset asks.
        unsafe { to.add(i).write_volatile(value as u8) };
    }
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, length: usize) -> i32 {
    for i in 0..length {
        // SAFETY: as C's memcmp asks.
        let (a, b) = unsafe { (a.add(i).read_volatile(), b.add(i).read_volatile()) };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, length: usize) -> i32 {
    // SAFETY: as C's bcmp asks.
    unsafe { memcmp(a, b, length) }
}

// The standard library is compiled for unwinding, which never happens here.

#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    panic!("nothing unwinds here")
}
