//! What may be switched on: each alone against none of them, as calls of one dispatcher each.
//!
//! But for `no-statistics`, calls are counted, as in every other figure.

use super::calls::{self, KINDS, Numbers, State};
use super::dispatch::SEQUENCE;
use super::rounds::Subject;
use super::{Bench, BenchError, clock};
use hypercall_arch_x86::{X86Registers, convention, entry};
use hypercall_core::{Arch, Builder, Caller, Dispatcher, EntryPoint, Policy, Privilege, interface};
use std::hint::black_box;
use tracing::Subscriber;

const POINT: EntryPoint = entry::port(0x48);

fn dispatcher(
    change: impl FnOnce(Builder<State>) -> Builder<State>,
) -> Result<Dispatcher<State>, BenchError> {
    let numbers = [Numbers { interface: &interface::KVM, number: |place| place, count: KINDS as u64 }];
    let bound = (POINT, &convention::KVM, &interface::KVM);
    Ok(calls::dispatcher(Arch::X86, bound, &numbers, change)?)
}

/// CPU time of a call, each of the 64 in turn.
fn time(dispatcher: &Dispatcher<State>, calls: usize, caller: Caller) -> f64 {
    let entry = dispatcher.entry(POINT).expect("it was bound");
    let (mut vcpu, state) = (dispatcher.vcpu(0), State::default());
    let mut registers = X86Registers::default();
    clock::each(calls as u64, || {
        for number in 0..calls {
            registers.rax = (number % KINDS) as u64;
            let registers = black_box(&mut registers);
            let action = dispatcher.serve(entry, &state, &mut vcpu, registers, caller);
            assert!(action.is_continue());
        }
    })
}

/// A subscriber that formats every event and drops the text.
fn sink() -> impl Subscriber + Send + Sync {
    tracing_subscriber::fmt().with_writer(std::io::sink).with_max_level(tracing::Level::TRACE).finish()
}

/// None of them, and each.
pub fn run(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let plain = dispatcher(|builder| builder)?;
    let rules = (0..KINDS).map(|i| format!("allow=BENCH_{i}")).collect::<Vec<_>>().join(",");
    let policy: Policy = format!("strict,{rules}").parse().expect("a policy");
    let listed = dispatcher(|builder| builder.policy(policy))?;
    let users = dispatcher(|builder| builder.policy(Policy::default().allow_user_mode()))?;
    let denying = dispatcher(|builder| builder.policy(Policy::strict()))?;
    let uncounted = dispatcher(|builder| builder.statistics(false))?;
    let timed = dispatcher(|builder| builder.clock(clock::monotonic))?;
    let user = Caller { privilege: Privilege::User, ..Caller::X86_64 };
    let none = "switches/none";
    bench.group(vec![
        Subject::ns(none, || time(&plain, SEQUENCE, Caller::X86_64)),
        Subject::ns("switches/policy-of-64-rules", || time(&listed, SEQUENCE, Caller::X86_64)).against(none),
        Subject::ns("switches/no-statistics", || time(&uncounted, SEQUENCE, Caller::X86_64)).against(none),
        Subject::ns("switches/user-mode", || time(&users, SEQUENCE, user)).against(none),
        Subject::ns("switches/denied", || time(&denying, SEQUENCE, Caller::X86_64)).against(none),
        Subject::ns("switches/clock", || time(&timed, SEQUENCE, Caller::X86_64)).against(none),
    ])?;
    // By themselves: where any subscriber wants events, each call asks whether this thread's does.
    let traced = || {
        let time = tracing::subscriber::with_default(sink(), || time(&plain, SEQUENCE / 16, Caller::X86_64));
        // One that wants nothing, so that what is wanted is looked at anew and the next calls are not traced.
        drop(tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new()));
        time
    };
    bench.group(vec![
        Subject::ns("switches/trace", traced).against("switches/no-trace"),
        Subject::ns("switches/no-trace", || time(&plain, SEQUENCE / 16, Caller::X86_64)),
    ])
}
