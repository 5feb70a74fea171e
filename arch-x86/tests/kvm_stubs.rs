//! The guest stubs, as the compiler made them for this very program, executed by a guest on real KVM.
//!
//! The guest sees this process's program text and libraries at their own addresses, read-only, and runs
//! `guest_main` at CPL 3: 64-bit code that a host's KVM runs natively, whatever it emulates else. The stubs of
//! 32-bit targets are not run here.
#![cfg(all(feature = "kvm", feature = "guest", target_arch = "x86_64", target_os = "linux"))]
#![allow(unsafe_code)] // the stubs themselves, and memory shared with the guest

mod bench;
mod guest_process;

use bench::*;
use guest_process::{enable_vectors, map_this_process};
use hypercall_arch_x86::guest::{
    AnyPort, Failed, Issue, Kvm, Mmio, MmioAt, Para2007, Port, Transport, Vmmcall, Xen, multicall,
};
use hypercall_arch_x86::kvm::Served;
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_arch_x86::{convention, entry};
use hypercall_core::multicall::{Batches, MulticallFlags};
use hypercall_core::prelude::*;
use hypercall_core::{CallEntry, VmExit, interface};
use std::hint::black_box;
use std::sync::Arc;

/// Where the guest leaves its results: a page of guest memory at the same linear address.
const RESULTS: u64 = 0xa000;
/// Where it has a list of calls.
const LIST: u64 = 0xb000;

/// Doorbells of the six-argument conventions.
const PARA_PORT: u8 = 0x50;
const XEN_PORT: u8 = 0x51;

/// A call of six arguments.
#[derive(Hypercall)]
#[hypercall(number = 8, name = "TEST_SIX", interface = TEST, arch(x86), status = active)]
struct Six {
    /** Any. */
    a: u64,
    /** Any. */
    b: u64,
    /** Any. */
    c: u64,
    /** Any. */
    d: u64,
    /** Any. */
    e: u64,
    /** Any. */
    f: u64,
}

fn code(result: Result<u64, Failed>) -> u64 {
    match result {
        Ok(value) => value,
        Err(failed) => failed.code as u64,
    }
}

/// One call with four arguments, whose answer names each place, and values of the caller's around it that a
/// stub must not disturb.
fn mix(by: &impl Transport) -> u64 {
    let call = Mix { a: black_box(1), b: black_box(2), c: black_box(3), d: black_box(1 << 40) };
    // SAFETY: the VM has the doorbell, and the call names no memory.
    code(unsafe { call.issue(by) })
}

/// What the guest runs. It must not reach anything that writes to this process's data.
extern "C" fn guest_main(results: *mut u64) -> ! {
    // SAFETY: the VM has these doorbells, and the calls name no memory.
    let values = unsafe {
        let six = || Six { a: 1, b: 2, c: 3, d: 4, e: 5, f: black_box(6) };
        [
            mix(&Port::<PORT>),
            mix(&AnyPort(black_box(PORT))),
            mix(&Mmio::<{ ADDRESS as u32 }>),
            mix(&MmioAt(black_box(ADDRESS as usize))),
            code(Wide {}.issue(&Port::<PORT>)),
            code(Fail {}.issue_as(&Kvm, &Mmio::<{ ADDRESS as u32 }>)),
            code(six().issue_as(&Para2007, &Port::<PARA_PORT>)),
            code(six().issue_as(&Xen, &AnyPort(black_box(XEN_PORT)))),
        ]
    };
    for (place, value) in values.into_iter().enumerate() {
        // SAFETY: a page of the guest's memory, where nothing else is.
        unsafe { results.add(place).write_volatile(value) };
    }
    loop {
        // SAFETY: as above. The VM ends here.
        let _ = unsafe { Stop { code: 0x33 }.issue(&Port::<PORT>) };
    }
}

/// The guest's list of calls: memory that is its own, and the host's to write to.
fn list() -> &'static mut [CallEntry] {
    // SAFETY: pages of the guest's memory, where nothing else is; the guest asks once.
    unsafe { std::slice::from_raw_parts_mut(std::ptr::with_exposed_provenance_mut(LIST as usize), 8) }
}

/// Hands in lists of calls, each by more than one multicall: the host serves three an exit.
extern "C" fn guest_multicall(results: *mut u64) -> ! {
    let entries = list();
    let mix = || Mix { a: black_box(1), b: 2, c: 3, d: 1 << 40 }.entry();
    for (index, entry) in entries.iter_mut().enumerate() {
        *entry = if index == 4 { Fail {}.entry() } else { mix() };
    }
    entries[1] = Again { times: 2 }.entry();
    // SAFETY: the VM has the doorbell, the calls name no memory, and the entries are at their own address.
    let all = unsafe { multicall(&Kvm, &Port::<PORT>, entries, LIST, MulticallFlags::empty()) };
    let answers: [u64; 8] = std::array::from_fn(|i| entries[i].result);
    entries.iter_mut().for_each(|entry| *entry = Wide {}.entry());
    entries[4] = Fail {}.entry();
    // SAFETY: as above.
    let stopped = unsafe {
        let by = Mmio::<{ ADDRESS as u32 }>;
        multicall(&Kvm, &by, entries, LIST, MulticallFlags::STOP_ON_ERROR)
    };
    // SAFETY: as above; nobody has memory there.
    let refused = unsafe { multicall(&Kvm, &Port::<PORT>, entries, 1 << 40, MulticallFlags::empty()) };
    let number = |done: Result<usize, Failed>| code(done.map(|n| n as u64));
    let values = answers.into_iter().chain([number(all), number(stopped), number(refused)]);
    for (place, value) in values.enumerate() {
        // SAFETY: a page of the guest's memory, where nothing else is.
        unsafe { results.add(place).write_volatile(value) };
    }
    loop {
        // SAFETY: the VM has the doorbell, and the call names no memory.
        let _ = unsafe { Stop { code: 0x33 }.issue(&Port::<PORT>) };
    }
}

/// `vmmcall` above CPL 0, where KVM answers itself.
extern "C" fn guest_vmmcall(results: *mut u64) -> ! {
    // SAFETY: KVM refuses any call from here.
    let value = code(unsafe { Wide {}.issue(&Vmmcall) });
    // SAFETY: a page of the guest's memory, where nothing else is.
    unsafe { results.write_volatile(value) };
    loop {
        // SAFETY: the VM has the doorbell, and the call names no memory.
        let _ = unsafe { Stop { code: 0x33 }.issue(&Port::<PORT>) };
    }
}

fn stub_dispatcher() -> Arc<Dispatcher<Vm>> {
    let handlers = with_handlers(
        Dispatcher::<Vm>::builder(Arch::X86)
            .entry(entry::port(PORT), &convention::KVM, &interface::KVM)
            .entry(entry::mmio(ADDRESS), &convention::KVM, &interface::KVM)
            .entry(entry::port(PARA_PORT), &convention::PARA_2007, &TEST)
            .entry(entry::port(XEN_PORT), &convention::XEN, &interface::XEN)
            .policy("user-mode".parse().unwrap()),
    );
    let built = handlers
        .handle(|vm: &Vm, call: Six, _: &mut Context<'_>| {
            let Six { a, b, c, d, e, f } = call;
            vm.arguments.lock().unwrap().extend([a, b, c, d, e, f]);
            Ok(0x666)
        })
        .multicall(Batches::new(|vm: &Vm| vm.memory.get().expect("the VM has memory")).at_most(3))
        .build();
    Arc::new(built.unwrap())
}

fn run(kvm: &kvm_ioctls::Kvm, main: extern "C" fn(*mut u64) -> !) -> Bench {
    let start = Start { mode: Mode::Long, user: true, sync: true };
    let mut bench = Bench::with(kvm, start, &[0xf4], stub_dispatcher(), |_| {});
    map_this_process(&bench);
    enable_vectors(&bench);
    // As a call leaves the stack: the return address on it, aligned before.
    bench.set(|r| (r.rip, r.rsp, r.rdi) = (main as usize as u64, STACK - 8, RESULTS));
    loop {
        match bench.step() {
            Event::Served(Served::Resume) => {}
            Event::Served(Served::Exit(VmExit { code: 0x33 })) => return bench,
            other => panic!("{other:x?} {:x?}", bench.regs()),
        }
    }
}

#[test]
fn stubs_make_their_calls_by_every_doorbell_and_convention() {
    let Some(kvm) = kvm() else { return };
    let bench = run(&kvm, guest_main);
    // 1 + (2 << 8) + (3 << 16) + (1 << 40 rotated by 24 = 1)
    let mixed = 0x0003_0202;
    let expected = [mixed, mixed, mixed, mixed, -1_i64 as u64, -14_i64 as u64, 0x666, 0x666];
    for (place, expected) in (0..).zip(expected) {
        assert_eq!(bench.value(RESULTS + 8 * place, 8), expected, "result {place}");
    }
    let arguments = bench.vm.arguments.lock().unwrap();
    assert_eq!(arguments[..16], [[1, 2, 3, 1 << 40]; 4].concat());
    assert_eq!(arguments[16..], [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn the_multicall_stub_goes_on_until_each_call_is_answered() {
    let Some(kvm) = kvm() else { return };
    let bench = run(&kvm, guest_multicall);
    let mixed = 0x0003_0202;
    let answers = [mixed, 0x77, mixed, mixed, -14_i64 as u64, mixed, mixed, mixed];
    for (place, expected) in (0..).zip(answers.into_iter().chain([8, 5, -14_i64 as u64])) {
        assert_eq!(bench.value(RESULTS + 8 * place, 8), expected, "result {place}");
    }
    // Of the second list, stopped by the fifth, the rest is as it was handed in.
    let states: Vec<_> = (0..8).map(|i| bench.value(LIST + 128 * i + 8, 4)).collect();
    assert_eq!(states, [2, 2, 2, 2, 3, 1, 1, 1]);
}

#[test]
fn the_vmmcall_stub_reaches_kvm() {
    let Some(kvm) = kvm() else { return };
    if !std::fs::read_to_string("/proc/cpuinfo").unwrap().contains("AuthenticAMD") {
        println!("NOT RUN: vmmcall is AMD's");
        return;
    }
    let bench = run(&kvm, guest_vmmcall);
    // -KVM_EPERM above CPL 0 (Linux arch/x86/kvm/x86.c).
    assert_eq!(bench.value(RESULTS, 8), -1_i64 as u64);
    assert_eq!(bench.vm.served(), 1, "the call that ends the VM");
}
