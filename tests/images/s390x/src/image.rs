//! Where the image begins, and what it does when something goes wrong in it.

#![allow(unsafe_code)] // symbols that the assembler and the compiler look for

use crate::cpu::{self, Console, End};
use crate::{host, own_host};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use hypercall_image_common::heap::Heap;
use hypercall_image_common::machine::Platform;
use hypercall_image_common::mode::Order;
use hypercall_image_common::score::Score;

/// Everything that is allocated, by host and guest.
#[global_allocator]
pub static HEAP: Heap<{ 8 << 20 }> = Heap::new();

/// What host and guest count.
pub static SCORE: Score = Score::new();

core::arch::global_asm!(include_str!("entry.s"));

#[unsafe(no_mangle)]
extern "C" fn image_main() -> ! {
    cpu::set_up();
    let name = cpu::order();
    match Order::parse(&name) {
        Some(Order::OwnHost) => own_host::run(),
        Some(Order::Silent) => cpu::end(End::Good),
        Some(order) if order.is_by_c() && !cfg!(by_c) => {
            cpu::say("built without a C header: HYPERCALL_C_HEADER names one");
            cpu::end(End::Bad)
        }
        Some(order) => host::run(order),
        None => {
            cpu::say(&alloc::format!("no such order: {name:?}"));
            cpu::end(End::Bad)
        }
    }
}

/// A program interruption of the host's own: a bug, or the order `fault`.
#[unsafe(no_mangle)]
extern "C" fn host_fault() -> ! {
    cpu::stop_at_interruptions();
    let what = cpu::interruption();
    cpu::say(&alloc::format!(
        "FAULT in the host: program interruption {:#x} at {:#x}",
        what.code,
        what.old.address
    ));
    cpu::end(End::Bad)
}

#[panic_handler]
fn panicked(info: &PanicInfo<'_>) -> ! {
    /// A panic while a panic is printed says nothing.
    static AGAIN: AtomicBool = AtomicBool::new(false);
    if !AGAIN.swap(true, Relaxed) {
        Console.write(alloc::format!("PANIC {info}\n").as_bytes());
    }
    if cpu::in_guest() { crate::guest::give_up() } else { cpu::end(End::Bad) }
}

/// The compiled core library refers to it; with `panic = "abort"` nobody calls it.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// As [`rust_eh_personality`].
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    cpu::end(End::Bad)
}
