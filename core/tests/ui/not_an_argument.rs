use hypercall_core::prelude::*;

struct Address(u64);

/// Does a thing.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_THING", arch(x86), status = active)]
struct Thing {
    /// Fine.
    number: u32,
    /// No argument type.
    text: String,
    /// Nor this.
    address: Address,
}

fn main() {}
