//! The passes over the conformance cases, and their counts.

use crate::guest::{self, Pass, Route};
use crate::host::{End, Guest};
use crate::memory;
use crate::platform::Platform;
use crate::say;
use crate::world::Kind;
use hypercall_core::{Policy, Width};

/// Runs every pass that the machine has; how many cases passed and failed.
pub fn all() -> (u64, u64) {
    let mut sum = (0, 0);
    for route in [Route::HypercallInstructions, Route::Sc1] {
        if route == Route::Sc1 && Platform::get() == Platform::Pseries {
            continue; // QEMU answers `sc 1` there
        }
        for width in [Width::Bits64, Width::Bits32] {
            for flipped in [false, true] {
                for user in [false, true] {
                    let (passed, failed) = pass(Pass { route, width, flipped, user });
                    sum = (sum.0 + passed, sum.1 + failed);
                }
            }
        }
    }
    sum
}

fn pass(pass: Pass) -> (u64, u64) {
    let mark = memory::mark();
    let kind = match pass.route {
        Route::HypercallInstructions => Kind::Problem,
        Route::Sc1 => Kind::NoHypervisor,
    };
    guest::prepare(pass);
    let end = Guest::new(kind, policy()).run();
    let (passed, mut failed) = guest::counts();
    let expected = if pass.user { guest::DONE } else { 42 };
    if end != End::Exit(expected) {
        say!("FAILED {pass:?}: ended with {end:x?} at {}", guest::where_it_was());
        failed += 1;
    }
    guest::print_failures();
    say!("{pass:?}: {passed} passed, {failed} failed");
    // SAFETY: the guest and its machine are gone.
    unsafe { memory::release(mark) };
    (passed, failed)
}

/// A handler's panic would be the image's: HYPERCALL_PANIC is denied.
pub fn policy() -> Policy {
    "default,deny=HYPERCALL_PANIC".parse().expect("the policy is right")
}
