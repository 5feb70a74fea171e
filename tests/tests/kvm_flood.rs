//! A guest that calls without end, on real KVM: neither the log nor the VMM's memory grows.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod support;

use hypercall_core::panics::silence_handler_panics;
use hypercall_core::statistics::Counts;
use support::{Guest, Log, Start, Vm, kvm};

/// What this thread allocates.
#[allow(unsafe_code)] // an allocator's methods are
mod allocations {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::cell::Cell;

    struct Counting;

    thread_local! {
        static MADE: Cell<u64> = const { Cell::new(0) };
        static LIVE: Cell<i64> = const { Cell::new(0) };
    }

    fn note(made: u64, live: i64) {
        MADE.set(MADE.get() + made);
        LIVE.set(LIVE.get() + live);
    }

    // SAFETY: both methods are the system allocator's; counting touches constant-initialised thread locals
    // without destructors only, which neither allocate nor unwind.
    unsafe impl GlobalAlloc for Counting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            note(1, layout.size() as i64);
            // SAFETY: the caller keeps the contract.
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
            note(0, -(layout.size() as i64));
            // SAFETY: the caller keeps the contract.
            unsafe { System.dealloc(pointer, layout) }
        }
    }

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    /// Allocations made, and bytes kept, while `work` ran.
    pub fn during(work: impl FnOnce()) -> (u64, i64) {
        let (made, live) = (MADE.get(), LIVE.get());
        work();
        (MADE.get() - made, LIVE.get() - live)
    }
}

#[allow(unsafe_code)] // assembly
mod programs {
    use super::support::guest::guest;

    // The call with the number in R12, as often as R13 says. R14 is the bits in which a result differed from R15.
    guest!(
        flood,
        "xor r14d, r14d",
        "2: mov rax, r12",
        "out 0x48, al",
        "xor rax, r15",
        "or r14, rax",
        "dec r13",
        "jnz 2b",
        "out 0x4a, al",
    );
}

/// Has the guest make so many calls of a number, each with the same result.
fn flood(guest: &mut Guest, number: u64, times: u64, result: i64) {
    let rip = guest.code();
    guest.set(|r| (r.rip, r.r12, r.r13, r.r15) = (rip, number, times, result as u64));
    let regs = guest.run_to_done();
    assert_eq!((regs.r13, regs.r14), (0, 0), "every call of {number:#x} is answered with {result}");
}

const TIMES: u64 = 20_000;

#[test]
fn calls_that_reach_no_handler_leave_nothing_behind_but_a_counter() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1], "default,deny=HYPERCALL_NOP");
    let mut guest = vm.guest(0, Start::Kernel, programs::flood());
    let mut user = vm.guest(1, Start::User, programs::flood());
    let log = Log::new();
    log.during(|| {
        // What is allocated once, on first use, is not the guest's doing.
        flood(&mut guest, 13, 1, -1000);
        flood(&mut guest, 0x4856_0000, 1, -1000);
        flood(&mut user, 13, 1, -1);
        let (few, _) = allocations::during(|| flood(&mut guest, 13, 1, -1000));
        let (many, kept) = allocations::during(|| flood(&mut guest, 13, TIMES, -1000));
        assert_eq!((many, kept), (few, 0), "unknown");
        let (many, kept) = allocations::during(|| flood(&mut guest, 0x4856_0000, TIMES / 4, -1000));
        assert_eq!((many, kept), (few, 0), "denied");
        let (many, kept) = allocations::during(|| flood(&mut user, 13, TIMES / 10, -1));
        assert_eq!((many, kept), (few, 0), "refused");
    });
    assert_eq!(log.lines(), [] as [&str; 0]);
    let (unknown, denied) = (TIMES + 2, TIMES / 4 + 1);
    assert_eq!(guest.counts(), Counts { calls: unknown + denied, unknown, denied, ..Counts::default() });
    let user_refused = TIMES / 10 + 1;
    assert_eq!(user.counts(), Counts { calls: user_refused, user_refused, ..Counts::default() });
}

#[test]
fn a_handler_that_panics_without_end_is_one_line_in_the_log() {
    let Some(kvm) = kvm() else { return };
    silence_handler_panics();
    let vm = Vm::new(kvm, &[0], "default");
    let mut guest = vm.guest(0, Start::Kernel, programs::flood());
    let log = Log::new();
    log.during(|| {
        flood(&mut guest, 0x4856_0034, 1, -5);
        let (_, kept) = allocations::during(|| flood(&mut guest, 0x4856_0034, 1000, -5));
        assert_eq!(kept, 0, "what a handler panics with is dropped");
    });
    assert_eq!(log.lines().len(), 1);
    assert_eq!(guest.counts(), Counts { calls: 1001, errors: 1001, panics: 1001, ..Counts::default() });
}
