//! The conformance cases as a program of an operating system's, with those of whatever crates are linked.
//!
//! Without an argument they are made over every convention of the architecture that the program is for, with
//! the registers in memory; with the argument `kvm` on real KVM. The lines that count them are those of the
//! bare-metal images.

use hypercall_core::{Arch, Policy};
use hypercalls::cases::linked;
use hypercalls::run::report::Report;
use hypercalls::run::{BINDINGS, Binding, Via, loopback};
use std::error::Error;
use std::process::ExitCode;

#[cfg(target_arch = "x86_64")]
const ARCH: Arch = Arch::X86;
#[cfg(target_arch = "s390x")]
const ARCH: Arch = Arch::S390;
#[cfg(target_arch = "powerpc64")]
const ARCH: Arch = Arch::Ppc;

fn bindings() -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(|binding| binding.convention.arch == ARCH)
}

fn in_memory() -> Result<Vec<Report>, Box<dyn Error>> {
    let ways = |binding| [Via::Registers, Via::List, Via::Multicall, Via::Ring].map(|via| (via, binding));
    let run = |(via, binding)| Ok(loopback::run_via(via, binding, 1, Policy::default())?);
    bindings().flat_map(ways).map(run).collect()
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn on_kvm() -> Result<Vec<Report>, Box<dyn Error>> {
    use hypercalls::run::{kvm, vm::Options};
    let ways = |binding| [Via::Registers, Via::List, Via::Multicall].map(|via| (via, binding));
    let run = |(via, binding)| {
        let timeout = std::time::Duration::from_secs(60);
        let console = Box::new(|_: &[u8]| ());
        let policy = Policy::default();
        Ok(kvm::run(Options {
            binding,
            transport: None,
            via,
            vcpus: 1,
            policy,
            timeout,
            console,
            xen_blobs: None,
            instruction: None,
        })?)
    };
    bindings().flat_map(ways).map(run).collect()
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn on_kvm() -> Result<Vec<Report>, Box<dyn Error>> {
    Err("this program has no KVM backend for this architecture".into())
}

fn main() -> ExitCode {
    hypercall_core::panics::silence_handler_panics();
    let reports = match std::env::args().nth(1).as_deref() {
        Some("kvm") => on_kvm(),
        _ => in_memory(),
    };
    match reports {
        Ok(reports) => print(&reports),
        Err(error) => {
            println!("STOPPED: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the calls that went wrong, and the counts.
fn print(reports: &[Report]) -> ExitCode {
    let planned: usize = reports.iter().map(|report| report.calls.len()).sum();
    println!("CASES planned {planned}");
    println!("CASES linked {}", linked::cases().count());
    for report in reports {
        for call in report.calls.iter().filter(|call| !call.ok) {
            let (interface, number, case, mode, cpl) =
                (call.interface, &call.number, call.case, call.mode, call.cpl);
            let wrong = call.wrong.as_deref().unwrap_or("its answer");
            let convention = report.convention;
            println!("FAILED {interface} {number} {case}, {convention}, {mode}, level {cpl}: {wrong}");
        }
    }
    let failed: usize = reports.iter().map(|report| report.failed).sum();
    println!("CASES run {planned} passed {} failed {failed}", planned - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
