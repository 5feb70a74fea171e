//! The functions that the compiler calls to copy, fill and compare memory; elsewhere the C library has them.
//!
//! The accesses are volatile, else the compiler would make each of these loops a call of the function itself.

#![allow(unsafe_code)] // C's functions on raw memory

use core::ffi::c_int;

/// C's `memcpy`.
///
/// # Safety
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    for i in 0..length {
        // SAFETY: both ranges are `length` bytes long, as the caller promises.
        unsafe { to.add(i).write_volatile(from.add(i).read_volatile()) };
    }
    to
}

/// C's `memmove`.
///
/// # Safety
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    if (to as usize) <= (from as usize) {
        // SAFETY: upwards, so that a byte is read before it is written over.
        return unsafe { memcpy(to, from, length) };
    }
    for i in (0..length).rev() {
        // SAFETY: both ranges are `length` bytes long, as the caller promises.
        unsafe { to.add(i).write_volatile(from.add(i).read_volatile()) };
    }
    to
}

/// C's `memset`.
///
/// # Safety
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memset(to: *mut u8, value: c_int, length: usize) -> *mut u8 {
    for i in 0..length {
        // SAFETY: the range is `length` bytes long, as the caller promises.
        unsafe { to.add(i).write_volatile(value as u8) };
    }
    to
}

/// C's `memcmp`.
///
/// # Safety
/// As in C.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, length: usize) -> c_int {
    for i in 0..length {
        // SAFETY: both ranges are `length` bytes long, as the caller promises.
        let (a, b) = unsafe { (a.add(i).read_volatile(), b.add(i).read_volatile()) };
        if a != b {
            return c_int::from(a) - c_int::from(b);
        }
    }
    0
}

/// The C library's `bcmp`, which LLVM prefers where only equality is asked for.
///
/// # Safety
/// As [`memcmp`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, length: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { memcmp(a, b, length) }
}
