//! How much memory there is for a vCPU and for a registered call, as the dispatcher allocates it.

use super::calls::{self, Numbers};
use super::report::Measured;
use super::{Bench, BenchError};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::{Arch, interface};

/// Bytes of the tables and of a vCPU, with 64 calls and with 10,000, and what one more call adds.
pub fn run(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let sizes = |count| -> Result<(f64, f64), BenchError> {
        let numbers = [Numbers { interface: &interface::KVM, number: |place| place, count }];
        let bound = (entry::port(0x48), &convention::KVM, &interface::KVM);
        let dispatcher = calls::dispatcher(Arch::X86, bound, &numbers, |builder| builder)?;
        Ok((dispatcher.size() as f64, dispatcher.vcpu_size() as f64))
    };
    let (few, many) = (sizes(64)?, sizes(10_000)?);
    let each = |few: f64, many: f64| (many - few) / f64::from(10_000 - 64);
    for (id, bytes) in [
        ("memory/tables/64", few.0),
        ("memory/tables/10000", many.0),
        ("memory/tables/each-call", each(few.0, many.0)),
        ("memory/vcpu/64", few.1),
        ("memory/vcpu/10000", many.1),
        ("memory/vcpu/each-call", each(few.1, many.1)),
    ] {
        bench.exact(Measured::exact(id, bytes, "bytes"));
    }
    Ok(())
}
