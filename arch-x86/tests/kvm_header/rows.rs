//! Which test is about which row.

use super::{debug, exits, io, memory, registers, system, translate};

macro_rules! exercised {
    ($($row:ident: $($module:ident :: $test:ident),+;)*) => {
        /// Rows, and the names of their tests.
        const EXERCISED: &[(&str, &[&str])] = &[$((stringify!($row), &[$(stringify!($test)),+])),*];
        /// They are there.
        const _: &[fn()] = &[$($($module::$test),+),*];
    };
}

include!("exercised.rs");

#[test]
fn a_test_is_named_after_its_row() {
    for (row, tests) in EXERCISED {
        for test in *tests {
            assert!(test.starts_with(&format!("{}_", row.to_lowercase())), "{row}: {test}");
        }
    }
}
