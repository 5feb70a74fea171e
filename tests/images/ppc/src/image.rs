//! What the image was started for, its heap and its counts.

use crate::cpu::{self, Platform};
use crate::guest::{self, Job, Route};
use crate::host::{End, Guest};
use crate::{checks, mmu, own_host, say};
use core::arch::asm;
use hypercall_image_common::heap::Heap;
use hypercall_image_common::mode::Order;
use hypercall_image_common::score::Score;

#[global_allocator]
static HEAP: Heap<{ 10 << 20 }> = Heap::new();

/// The counts of the whole run.
pub static SCORE: Score = Score::new();

/// Where the runner writes the order's name: behind the image.
const ORDER: u64 = 0xbf_f000;

fn order() -> Order {
    // SAFETY: memory of the machine's, which the link script leaves free.
    let name = unsafe { (ORDER as *const [u8; 8]).read_volatile() };
    Order::parse(&name).unwrap_or_else(|| panic!("no such order: {name:?}"))
}

/// The guests that the machine runs.
fn jobs() -> impl Iterator<Item = Job> {
    let bare = Platform::get() == Platform::PowerNv;
    // On pseries QEMU answers `sc 1` itself.
    let routes =
        [Route::Sc, Route::Sc1Epapr, Route::Sc1Papr].into_iter().filter(move |r| bare || *r == Route::Sc);
    routes.flat_map(|route| [false, true].map(|flipped| Job { route, flipped }))
}

/// The host begins.
#[unsafe(no_mangle)]
extern "C" fn host_main(powernv: u64, tree: u64) -> ! {
    // SAFETY: once, with what QEMU gave the image at its start.
    unsafe { cpu::begin(powernv != 0, tree) };
    match order() {
        Order::Silent => cpu::end(true),
        Order::OwnHost => own_host::run(),
        order if order.is_by_c() && !cfg!(by_c) => {
            say!("built without a C header: HYPERCALL_C_HEADER names one");
            cpu::end(false)
        }
        order => run(order),
    }
    say!("{}", SCORE.summary());
    match order() {
        Order::Lie | Order::Short => cpu::end(true),
        Order::Crash => cpu::end(false),
        _ => cpu::end(SCORE.is_good()),
    }
}

fn run(order: Order) {
    mmu::begin();
    if order == Order::Fault {
        // SAFETY: not at all; a `trap` instruction, for which the host has no use.
        unsafe { asm!("trap") };
    }
    // C code has the image's byte order; it makes the cases and no checks.
    let by_c = order.is_by_c();
    let jobs = || jobs().filter(|job| !(by_c && job.flipped));
    let checks = |job| checks::of(job, order).count();
    let planned = jobs().map(|job| guest::setting(job, order).planned() + checks(job) + 2);
    say!("{}", SCORE.plan(planned.sum()));
    for (i, job) in jobs().enumerate() {
        guest::prepare(job, if i == 0 { order } else { unbroken(order) });
        let mut guest = Guest::new(job, order);
        let end = guest.run();
        guest::print_failures();
        let setting = guest::setting(job, order);
        let wrong = match end {
            End::Exit(code) => setting.ended(code),
            fault => Some(alloc::format!("{fault:x?} at {}", guest::at())),
        };
        count(format_args!("{job:?}: the VM's end"), wrong);
        count(format_args!("{job:?}: the ring"), setting.drained(guest.drained()));
        if !by_c {
            count(format_args!("{job:?}: what the host saw"), checks::host_saw(&guest, order));
        }
        say!("{job:?}: {} hypercalls by sc, {} by sc 1", guest.calls[0], guest.calls[1]);
    }
}

/// What spoils the first guest only.
fn unbroken(order: Order) -> Order {
    if matches!(order, Order::Fail | Order::Lie | Order::Short) { Order::Cases } else { order }
}

/// Counts a check of the host's.
pub fn count(name: core::fmt::Arguments<'_>, wrong: Option<alloc::string::String>) {
    if let Some(line) = SCORE.count(name, wrong) {
        say!("{line}");
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    if guest::is_current() {
        guest::panicked(info);
    }
    say!("PANIC {info}");
    cpu::end(false)
}

// The standard library is compiled for unwinding, which never happens here.

#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    panic!("nothing unwinds here")
}
