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
use std::thread::ScopedJoinHandle;

const POINT: EntryPoint = entry::port(0x48);

/// CPU time of a call, where so many threads make calls at once: that of the thread in the middle. Each does
/// `work`, which says how long a call of it took.
pub(super) fn at_once(
    threads: usize,
    work: impl Fn(usize) -> Result<f64, BenchError> + Sync,
) -> Result<f64, BenchError> {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let start = |index| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(index)
            })
        };
        let started: Vec<_> = (0..threads).map(start).collect();
        let join = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or(Ok(f64::NAN));
        let times: Vec<f64> = started.into_iter().map(join).collect::<Result<_, _>>()?;
        Ok(median(times))
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
        move || at_once(threads, |vcpu| Ok(dispatched(dispatcher, state, vcpu as u32)))
    };
    let table = |threads| {
        let state = &state;
        move || at_once(threads, |_| Ok(by_table(state)))
    };
    bench.group(vec![
        Subject::fallible("sharing/hypercall/2", own(2)).against("sharing/hypercall/1"),
        Subject::fallible("sharing/hypercall/1", own(1)),
        Subject::fallible("sharing/array/2", table(2)).against("sharing/array/1"),
        Subject::fallible("sharing/array/1", table(1)),
    ])
}
