//! Nothing but the README's example, compiled as a documentation test.

/// The README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
