//! The `hypercall` command.

fn main() {}
