//! The call path with nothing around it, to be counted by callgrind: `call_path MODE` makes 6400 calls.
//!
//! `tests/run` counts the instructions of what happens in `counted` and compares them with `call_path.toml`.

use hypercall_arch_x86::{X86Registers, convention, entry};
use hypercall_core::{Arch, CallList, Caller, Dispatcher, ListEntry, Vcpu, interface};
use hypercalls::bench::calls::{self, DIRECT, KINDS, Listed, Numbers, State};
use std::hint::black_box;

/// Calls that are made; `tests/run` divides by it.
const CALLS: usize = 6400;

/// Calls through a dispatcher, by the code of a list where there is one.
#[inline(never)]
fn counted_dispatch<L: CallList<State>>(
    dispatcher: &Dispatcher<State>,
    entry: ListEntry<L, X86Registers>,
    state: &State,
    vcpu: &mut Vcpu,
    registers: &mut X86Registers,
) {
    for call in 0..CALLS {
        registers.rax = (call % KINDS) as u64;
        let registers = black_box(&mut *registers);
        let action = dispatcher.serve_list(entry, state, vcpu, registers, Caller::X86_64);
        assert!(action.is_continue());
    }
}

/// The same through a table of function pointers.
#[inline(never)]
fn counted_array(state: &State, registers: &mut X86Registers) {
    for call in 0..CALLS {
        registers.rax = (call % KINDS) as u64;
        let r = black_box(&mut *registers);
        r.rax = match DIRECT.get(r.rax as usize) {
            Some(call) => call(state, r.rbx, r.rcx, r.rdx, r.rsi),
            None => -1000_i64 as u64,
        };
    }
}

fn main() {
    // `cargo bench` passes flags of its own; there is nothing to measure by a clock here.
    let Some(mode) = std::env::args().nth(1).filter(|mode| !mode.starts_with('-')) else { return };
    let (state, mut registers) = (State::default(), X86Registers::default());
    let point = entry::port(0x48);
    let bound = (point, &convention::KVM, &interface::KVM);
    let numbers = [Numbers { interface: &interface::KVM, number: |place| place, count: KINDS as u64 }];
    let dispatcher = calls::dispatcher(Arch::X86, bound, &numbers, |builder| {
        // What the guard has to catch: a path that does more than it did.
        if mode == "slowed" { builder.clock(|| black_box(1)) } else { builder }
    });
    let dispatcher = dispatcher.expect("a dispatcher");
    let (entry, mut vcpu) = (dispatcher.list_entry(point).expect("it was bound"), dispatcher.vcpu(0));
    match mode.as_str() {
        "dispatch" | "slowed" => {
            counted_dispatch::<()>(&dispatcher, entry, &state, &mut vcpu, &mut registers);
            assert_eq!(vcpu.statistics().total().calls, CALLS as u64);
        }
        "list" => {
            let dispatcher = calls::listed(Arch::X86, bound, |builder| builder).expect("a dispatcher");
            let (entry, mut vcpu) = (dispatcher.list_entry(point).expect("it was bound"), dispatcher.vcpu(0));
            counted_dispatch::<Listed>(&dispatcher, entry, &state, &mut vcpu, &mut registers);
            assert_eq!(vcpu.statistics().total().calls, CALLS as u64);
        }
        "array" => counted_array(&state, &mut registers),
        other => panic!("`{other}` is none of dispatch, list, slowed and array"),
    }
}
