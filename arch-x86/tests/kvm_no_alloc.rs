//! The call path of the KVM adapter allocates nothing, from the exit to what the next KVM_RUN takes.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]
#![allow(unsafe_code)] // a counting allocator is an `unsafe impl`

mod bench;

use bench::*;
use core::cell::Cell;
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_core::Policy;
use std::alloc::{GlobalAlloc, Layout, System};

std::thread_local! {
    // Per thread: the test harness allocates on threads of its own.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every method hands its arguments unchanged to `System`, whose contract is the caller's; the
// thread-local is constant-initialised and has no destructor, so that touching it allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise about `layout`, passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: `pointer` came from `alloc` above with this layout, so from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn no_exit_that_is_a_call_allocates_whatever_becomes_of_it() {
    let Some(kvm) = kvm() else { return };
    for doorbell in Doorbell::ALL {
        for sync in [true, false] {
            let start = Start { sync, ..Start::LONG };
            // A value, an error, an unknown number, an exception: handled by the guest with HLT.
            for (call, vector) in [(number(7), 0), (number(6), 0), (number(0x99), 0), (number(4), 6)] {
                let code = [doorbell.code(), &[0xf4]].concat();
                // The first round also pays for what is set up once.
                for round in 0..2 {
                    let mut bench = Bench::new(&kvm, start, &code, Policy::default());
                    bench.load(HANDLER, &[0xf4]);
                    bench
                        .fd
                        .set_regs(&kvm_bindings::kvm_regs {
                            rip: CODE,
                            rflags: 2,
                            rsp: STACK,
                            ..Default::default()
                        })
                        .unwrap();
                    bench.set(|r| (r.rax, r.rbx, r.rip) = (call, vector, CODE));
                    let watchdog = Watchdog::arm(PATIENCE).unwrap();
                    let exit = bench.fd.run().unwrap();
                    let before = ALLOCATIONS.get();
                    let call = bench.calls.recognise(exit).unwrap();
                    let served = bench.calls.serve(call, &mut bench.fd, &bench.vm);
                    let after = ALLOCATIONS.get();
                    drop(watchdog);
                    assert!(served.is_ok(), "{served:?}");
                    assert_eq!(after, before, "{doorbell:?}, sync {sync}, {call:?}, round {round}");
                    assert_eq!(bench.step(), Event::Other(Other::Halted));
                }
            }
        }
    }
}

#[test]
fn the_allocator_counts() {
    let before = ALLOCATIONS.get();
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(ALLOCATIONS.get(), before + 2);
}
