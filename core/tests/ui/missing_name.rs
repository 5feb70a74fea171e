use hypercall_core::prelude::*;

/// Does a thing.
#[derive(Hypercall)]
#[hypercall(number = 1, arch(x86), status = active)]
struct Thing;

fn main() {}
