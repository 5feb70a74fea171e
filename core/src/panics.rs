//! Keeps a guest from filling the operator's log through a handler that panics.

use std::cell::Cell;
use std::sync::Once;

std::thread_local! {
    static IN_HANDLER: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`, and gives `None` if it panicked.
#[inline(always)] // a handler's outcome in registers must not go through memory
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Option<R> {
    // Not a counter of nested ones: each call would wait for the last one's decrement and its own increment.
    let before = IN_HANDLER.with(|flag| flag.replace(true));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).map_err(discard);
    IN_HANDLER.with(|flag| flag.set(before));
    result.ok()
}

/// Drops what a handler panicked with. Where that panics in its turn, the second payload is leaked rather
/// than dropped: a chain of them would have no end.
#[cold]
fn discard(payload: Box<dyn std::any::Any + Send>) {
    if let Err(second) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

/// Silences the standard panic message for panics inside handlers, once per process; other panics are
/// printed as before.
///
/// The dispatcher turns a handler's panic into an error for the guest, a counter and one log line a call.
/// The standard hook would still print its message each time, and a guest can make that a million times.
/// The framework's command calls this; a VMM with a panic hook of its own may do without.
pub fn silence_handler_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IN_HANDLER.with(Cell::get) {
                previous(info);
            }
        }));
    });
}
