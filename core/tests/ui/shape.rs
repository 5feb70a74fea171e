use hypercall_core::prelude::*;

/// Has arguments without names.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_TUPLE", arch(x86), status = active)]
struct Tuple(u64, u64);

/// Is one of two.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "X_ENUM", arch(x86), status = active)]
enum Either {
    One,
    Other,
}

/// Has no one layout.
#[derive(Hypercall)]
#[hypercall(number = 3, name = "X_GENERIC", arch(x86), status = active)]
struct Generic<T> {
    /// What.
    what: T,
}

fn main() {}
