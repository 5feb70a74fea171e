//! What the derives refuse, and with which words at which place. `TRYBUILD=overwrite` writes new expectations.
//!
//! It runs the compiler, so it is left out where tests run under user-mode emulation.

#![cfg(not(any(target_arch = "s390x", target_arch = "powerpc64")))]

#[test]
fn mistakes_are_explained_where_they_are_made() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass.rs");
    for case in [
        "argument",
        "attribute_twice",
        "long_list",
        "missing_arch",
        "missing_attribute",
        "missing_doc",
        "missing_name",
        "missing_number",
        "missing_status",
        "not_an_argument",
        "shape",
        "shared",
        "shared_attributes",
        "too_many_arguments",
        "unknown_arch",
        "unknown_attribute",
        "unknown_status",
        "unserved_in_list",
    ] {
        cases.compile_fail(format!("tests/ui/{case}.rs"));
    }
}
