use hypercall_core::prelude::*;

/// Does a thing.
#[derive(Hypercall)]
#[hypercall(name = "X_THING", arch(x86), status = active)]
struct Thing;

fn main() {}
