use hypercall_core::prelude::*;
use hypercall_core::argument::{Buffer, SplitAddress};

/// Takes eleven registers.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "X_THING", arch(ppc), status = active)]
struct Thing {
    /// Five.
    a: Buffer<1>,
    /// Times.
    b: Buffer<1>,
    /// Two.
    c: Buffer<1>,
    /// Is.
    d: Buffer<1>,
    /// Ten.
    e: Buffer<1>,
    /// And one.
    f: u64,
}

/// Takes nine registers, and ten in 32-bit mode.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "X_OTHER", arch(ppc), status = active)]
struct Other {
    /// Two.
    a: Buffer<1>,
    /// Times.
    b: Buffer<1>,
    /// Four.
    c: Buffer<1>,
    /// Is.
    d: Buffer<1>,
    /// Eight.
    e: SplitAddress,
}

/// Answers in ten outputs.
#[derive(Hypercall)]
#[hypercall(number = 3, name = "X_THIRD", arch(ppc), status = active,
    outputs("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"))]
struct Third;

fn main() {}
