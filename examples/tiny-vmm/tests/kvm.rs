//! The example, run on real KVM.

use hypercall_arch_x86::kvm::probe;
use std::process::Command;

#[test]
fn the_guest_gets_the_right_answers() {
    if let Err(reason) = probe::open() {
        let required = std::env::var_os("HYPERCALL_REQUIRE_KVM").is_some_and(|v| v == "1");
        assert!(!required, "HYPERCALL_REQUIRE_KVM=1, and {reason}");
        println!("NOT RUN: {reason}");
        return;
    }
    let output = Command::new(env!("CARGO_BIN_EXE_tiny-vmm")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    for line in [
        &["ACME_SET_LAMP", "101", "-22", "right"][..],
        &["ACME_SET_LAMP", "30", "70", "right"],
        &["KVM_HC_CLOCK_PAIRING", "0", "right"],
        &["KVM_HC_MAP_GPA_RANGE", "private", "-95", "right"],
    ] {
        assert!(lines.iter().any(|found| found == line), "{line:?} in {text}");
    }
    assert!(!text.contains("WRONG"), "{text}");
}

#[test]
fn the_example_is_short() {
    assert!(include_str!("../src/main.rs").lines().count() <= 150);
}
