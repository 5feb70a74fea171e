//! What the probe says of this host's KVM.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;

use hypercall_arch_x86::kvm::probe::{self, Observed};
use std::time::{Duration, Instant};

#[test]
fn the_probe_ends_soon_and_finds_the_doorbells() {
    let Some(kvm) = bench::kvm() else { return };
    let start = Instant::now();
    let findings = probe::transports(&kvm).unwrap();
    let took = start.elapsed();
    for finding in &findings {
        println!("{}: {finding}", finding.transport);
    }
    println!("took {took:?}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    let names: Vec<_> = findings.iter().map(|f| f.transport.name()).collect();
    assert_eq!(names, ["pio", "mmio", "exit-hypercall", "exit-xen", "vmcall", "vmmcall"]);
    let delivered: Vec<_> = findings.iter().map(probe::Finding::is_delivered).collect();
    assert!(delivered[0] && delivered[1], "the doorbells work on every KVM");
    // An unknown number never reaches the VMM by a plain vmcall, on any KVM.
    assert!(!delivered[4] && !delivered[5]);
    // Where KVM_CAP_XEN_HVM has INTERCEPT_HCALL (bit 1), it does.
    let xen = kvm.check_extension_raw(38) & 2 != 0;
    assert_eq!(delivered[3], xen, "{:?}", findings[3].observed);
    // A KVM that returns from vmcall answers an unknown number with -KVM_ENOSYS (Linux kvm_para.h).
    for finding in &findings {
        if let Observed::Answered(value) = finding.observed {
            assert_eq!(value, -1000, "{}", finding.transport);
        }
    }
}

#[test]
fn every_capability_has_a_value_and_the_needed_ones_are_there() {
    let Some(kvm) = bench::kvm() else { return };
    let rows: Vec<_> = probe::capabilities(&kvm).collect();
    assert_eq!(rows.len(), probe::CAPABILITIES.len());
    for (capability, value) in rows {
        println!("{} = {value:#x}: {}", capability.name, capability.purpose);
        assert!(!capability.required || value > 0, "{}", capability.name);
    }
}
