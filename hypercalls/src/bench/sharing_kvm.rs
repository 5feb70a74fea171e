//! Whether a second vCPU slows the first one down on real KVM: both make calls by the port doorbell at once,
//! through one dispatcher; and as what tells our part from the machine's, both make bare exits.

use super::kvm::{Guest, Way};
use super::rounds::Subject;
use super::sharing::at_once;
use super::{Bench, BenchError};
use hypercall_arch_x86::kvm::probe;
use std::sync::{Mutex, PoisonError};

/// One vCPU of a VM, and both.
pub fn run(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let transport = probe::Transport::Pio;
    let Some(kvm) = bench.kvm("sharing/kvm/", transport)? else { return Ok(()) };
    let way = Way::new(transport, 3, None);
    let vcpus = Guest::several::<2>(&kvm, &way, &way.code())?.map(Mutex::new);
    let sample = |threads, one: fn(&mut Guest) -> Result<f64, BenchError>| {
        let vcpus = &vcpus;
        // Each thread has a vCPU of its own, so none waits for a lock.
        let work = move |vcpu: usize| one(&mut vcpus[vcpu].lock().unwrap_or_else(PoisonError::into_inner));
        move || at_once(threads, work)
    };
    let hypercall = |guest: &mut Guest| guest.hypercall();
    bench.group(vec![
        Subject::fallible("sharing/kvm/hypercall/2", sample(2, hypercall)).against("sharing/kvm/hypercall/1"),
        Subject::fallible("sharing/kvm/hypercall/1", sample(1, hypercall)),
        Subject::fallible("sharing/kvm/bare/2", sample(2, Guest::bare)).against("sharing/kvm/bare/1"),
        Subject::fallible("sharing/kvm/bare/1", sample(1, Guest::bare)),
    ])
}
