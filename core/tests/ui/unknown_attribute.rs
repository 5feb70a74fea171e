use hypercall_core::prelude::*;

/// Does a thing.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_THING", arch(x86), status = active, since = "Linux 5.14")]
struct Thing;

/// Does another.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "X_OTHER", arch(x86), status = active)]
struct Other {
    /// What.
    #[argument(range = "0 to 3")]
    what: u8,
}

/// Knows no such error.
#[derive(Hypercall)]
#[hypercall(number = 3, name = "X_THIRD", arch(x86), status = active, error(Wrong, "always"))]
struct Third;

fn main() {}
