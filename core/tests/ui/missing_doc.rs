use hypercall_core::prelude::*;

#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_THING", arch(x86), status = active)]
struct Thing;

/// Does another.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "X_OTHER", arch(x86), status = active)]
struct Other {
    /// Has a meaning.
    with: u64,
    without: u64,
}

fn main() {}
