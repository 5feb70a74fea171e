use hypercall_core::prelude::*;

/// Does a thing.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_THING", arch(x86), status = active)]
#[hypercall(number = 2)]
struct Thing;

/// Does another.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_OTHER", arch(x86, x86), status = active)]
struct Other;

fn main() {}
