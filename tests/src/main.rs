//! The test runner.

fn main() {}
