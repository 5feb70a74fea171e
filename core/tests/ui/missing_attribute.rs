use hypercall_core::prelude::*;

/// Does a thing.
#[derive(Hypercall)]
struct Thing;

fn main() {}
