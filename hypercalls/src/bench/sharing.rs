//! Whether a second vCPU slows the first one down: both dispatch at once, through one dispatcher and each
//! with its own counters; and as the baseline, both call through one table of function pointers.

use super::calls::{self, DIRECT, KINDS, Numbers, State};
use super::dispatch::SEQUENCE;
use super::rounds::{Subject, median};
use super::{Bench, BenchError, clock};
use hypercall_arch_x86::{X86Registers, convention, entry};
use hypercall_core::{Arch, Caller, Dispatcher, EntryPoint, interface};
use std::hint::black_box;
use std::sync::Barrier;

const POINT: EntryPoint = entry::port(0x48);

/// CPU time of a call, where so many threads make calls at once: that of the thread in the middle. Each makes
/// `work`, which makes [`SEQUENCE`] of them.
fn at_once(threads: usize, work: impl Fn(u32) -> f64 + Sync) -> f64 {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|index| {
                let (barrier, work) = (&barrier, &work);
                scope.spawn(move || {
                    barrier.wait();
                    work(index as u32)
                })
            })
            .collect();
        median(started.into_iter().map(|thread| thread.join().unwrap_or(f64::NAN)))
    })
}

fn dispatched(dispatcher: &Dispatcher<State>, state: &State, vcpu: u32) -> f64 {
    let entry = dispatcher.entry(POINT).expect("it was bound");
    let (mut vcpu, mut registers) = (dispatcher.vcpu(vcpu), X86Registers::default());
    clock::each(SEQUENCE as u64, || {
        for number in 0..SEQUENCE {
            registers.rax = (number % KINDS) as u64;
            let registers = black_box(&mut registers);
            let action = dispatcher.serve(entry, state, &mut vcpu, registers, Caller::X86_64);
            assert!(action.is_continue());
        }
    })
}

fn by_table(state: &State) -> f64 {
    let mut registers = X86Registers::default();
    clock::each(SEQUENCE as u64, || {
        for number in 0..SEQUENCE {
            registers.rax = (number % KINDS) as u64;
            let r = black_box(&mut registers);
            r.rax = DIRECT[r.rax as usize % KINDS](state, r.rbx, r.rcx, r.rdx, r.rsi);
        }
    })
}

/// One vCPU, and two.
pub fn run(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let numbers = [Numbers { interface: &interface::KVM, number: |place| place, count: KINDS as u64 }];
    let bound = (POINT, &convention::KVM, &interface::KVM);
    let dispatcher = calls::dispatcher(Arch::X86, bound, &numbers, |builder| builder)?;
    let state = State::default();
    let own = |threads| {
        let (dispatcher, state) = (&dispatcher, &state);
        move || at_once(threads, |vcpu| dispatched(dispatcher, state, vcpu))
    };
    let table = |threads| {
        let state = &state;
        move || at_once(threads, |_| by_table(state))
    };
    bench.group(vec![
        Subject::ns("sharing/hypercall/2", own(2)).against("sharing/hypercall/1"),
        Subject::ns("sharing/hypercall/1", own(1)),
        Subject::ns("sharing/array/2", table(2)).against("sharing/array/1"),
        Subject::ns("sharing/array/1", table(1)),
    ])
}
