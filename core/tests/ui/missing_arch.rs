use hypercall_core::prelude::*;

/// Does a thing.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_THING", status = active)]
struct Thing;

/// Does another.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_OTHER", status = active, arch())]
struct Other;

fn main() {}
