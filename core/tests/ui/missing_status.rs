use hypercall_core::prelude::*;

/// Does a thing.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_THING", arch(x86))]
struct Thing;

fn main() {}
