//! Rings on real KVM: ten million calls through one, whose host falls asleep as often as it likes; and a guest of the
//! user's that has one.
#![cfg(all(feature = "cli", target_arch = "x86_64", target_os = "linux"))]

mod command;

use command::{hypercall, report, stderr};
use hypercall_arch_x86::kvm::ring::EventBell;
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmVm, probe};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::memory::GuestMemory as _;
use hypercall_core::prelude::*;
use hypercall_core::ring::{Doorbell, Polling, RingHeader, Rings, Setup};
use hypercall_core::{Caller, interface};
use hypercalls::bench::ring::guest::{BELL, DONE, Found, Orders, code};
use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, kvm_regs};
use kvm_ioctls::{Kvm, VcpuExit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

static STRESS: Interface = Interface::vendor("stress", "the stress test's", *b"ST");

/// Counts the tickets that the guest drew.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "STRESS_TICKET", interface = STRESS, arch(x86), status = active)]
struct Draw {
    /// The guest's ticket.
    ticket: u64,
    /// Always 7.
    seven: u64,
}

/// What the host saw.
#[derive(Default)]
struct Vm {
    calls: AtomicU64,
    out_of_order: AtomicU64,
}

fn draw(vm: &Vm, call: Draw, _: &mut Context<'_>) -> Result<u64, Error> {
    let calls = vm.calls.fetch_add(1, Ordering::Relaxed);
    let turn = u64::from(RingHeader::FIRST.wrapping_add(calls as u32));
    if (call.ticket, call.seven) != (turn, 7) {
        vm.out_of_order.fetch_add(1, Ordering::Relaxed);
    }
    Ok(call.ticket * 3)
}

/// Calls, so many in flight at once, and how long the host looks for the next before it falls asleep. Where guest and
/// host have one processor for both, each of a leg's batches takes a time slice of either.
const LEGS: [(u64, u64, Duration); 6] = [
    (8_192_000, 1024, Duration::from_micros(200)),
    (1_536_000, 256, Duration::from_micros(200)),
    (256_000, 64, Duration::from_micros(50)),
    (12_000, 4, Duration::from_micros(10)),
    (2_000, 1, Duration::from_micros(200)),
    (2_000, 1, Duration::ZERO),
];

const MEMORY: usize = 0x10_0000;
const CODE: u64 = 0x1000;
const STACK: u64 = 0x8000;
const TABLES: u64 = 0x1_0000;
const RING: u64 = 0x4_0000;
/// Of what is lost, the guest waits for ever.
const PATIENCE: Duration = Duration::from_secs(240);

/// Where it cannot be used, the test says so.
fn kvm() -> Option<Kvm> {
    let kvm = probe::open();
    if let Err(reason) = &kvm {
        assert!(std::env::var_os("HYPERCALL_REQUIRE_KVM").is_none(), "{reason}");
        println!("NOT RUN: {reason}");
    }
    kvm.ok()
}

/// The command serves the rings of any guest, and one of their calls may end the VM: also where the guest never makes an
/// exit again.
#[test]
fn a_flat_guest_ends_its_vm_through_a_ring() {
    if kvm().is_none() {
        return;
    }
    let store = |at: u32, value: u32| {
        // mov dword ptr [at], value
        [&[0xc7, 0x04, 0x25][..], &at.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    const ENTRY: u32 = 0x20_1000;
    let code = |end: &[u8]| {
        [
            vec![0xb8, 0x41, 0, 0x56, 0x48, 0xbb, 0, 0, 0x20, 0], // mov eax, HYPERCALL_RING_SETUP; mov ebx, 2 MiB
            vec![0x31, 0xc9, 0x31, 0xd2, 0xe6, 0x48],             // xor ecx, ecx; xor edx, edx; out 0x48, al
            store(0x20_0100, RingHeader::FIRST.wrapping_add(1)),  // the only ticket
            store(ENTRY, 0x4856_0033),                            // HYPERCALL_EXIT
            store(ENTRY + 24, 7),
            store(ENTRY + 8, 1),                                     // pending
            vec![0xe6, 0x4b, 0xf3, 0x90],                            // out 0x4b, al; pause
            vec![0x83, 0x3c, 0x25, 8, 0x10, 0x20, 0, 1, 0x74, 0xf4], // cmp dword ptr [state], 1; je to the pause
            end.to_vec(),
        ]
        .concat()
    };
    let path = std::env::temp_dir().join(format!("hypercall-{}-ring", std::process::id()));
    let (hlt, jump_to_itself) = ([0xf4], [0xeb, 0xfe]);
    for end in [&hlt[..], &jump_to_itself] {
        std::fs::write(&path, code(end)).unwrap();
        let guest = path.to_str().unwrap();
        let output =
            hypercall(&["--guest", guest, "--transport", "pio", "--timeout", "60", "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("ended the VM with code 7"), "{}", stderr(&output));
        let report = report(&output);
        // The set-up came by an exit, the other was counted in the ring.
        assert_eq!((report["calls"].as_array().unwrap().len(), &report["counted"]["calls"]), (1, &2.into()));
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn ten_million_calls_are_answered_in_order() {
    let Some(kvm) = kvm() else { return };
    let vm = KvmVm::new(&kvm, MEMORY).unwrap();
    let mut vcpu = vm.fd().create_vcpu(0).unwrap();
    vcpu.set_cpuid2(&kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap()).unwrap();
    let start = Entry {
        mode: Mode::Long,
        user: true,
        rip: CODE,
        stack: STACK,
        kernel_stack: STACK,
        tables: TABLES,
        ports: &[BELL.into(), DONE.into()],
        handlers: &[],
    };
    setup::enter(&vcpu, vm.memory(), &start).unwrap();
    vm.memory().write(CODE, code()).unwrap();

    let point = entry::port(0x48);
    let dispatcher = Dispatcher::builder(Arch::X86)
        .entry(point, &convention::KVM, &interface::KVM)
        .handle(draw)
        .build()
        .unwrap();
    let doorbell = Doorbell::Port(BELL.into());
    let rings = Rings::new(1, doorbell, Arc::new(EventBell::new(vm.fd(), doorbell).unwrap()));
    let entry = dispatcher.entry(point).unwrap();
    let ring = Setup { address: RING, order: 10, vcpu: 0, entry, caller: Caller::X86_64 };
    rings.set_up(vm.memory(), ring).unwrap();

    let host = Vm::default();
    let watchdog = Watchdog::arm(PATIENCE).unwrap();
    for (calls, in_flight, spin) in LEGS {
        let before = host.calls.load(Ordering::Relaxed);
        rings.restart();
        let polling = Polling { spin, batch: 64 };
        let exit = std::thread::scope(|scope| {
            let poller = scope.spawn(|| rings.poll(vm.memory(), &dispatcher, &host, polling));
            let number = 0x5354_0001;
            let orders = Orders { ring: RING, number, mask: 0, in_flight, calls };
            let mut regs = kvm_regs { rip: CODE, rsp: STACK, rflags: 2, ..Default::default() };
            orders.set(&mut regs);
            vcpu.set_regs(&regs).unwrap();
            let exit =
                vcpu.run().map(|exit| matches!(exit, VcpuExit::IoOut(port, _) if port == u16::from(DONE)));
            rings.stop();
            assert_eq!(poller.join().unwrap(), None);
            exit
        });
        assert!(!watchdog.expired(), "of {calls} calls, {in_flight} in flight, one got no answer: {rings:?}");
        assert_eq!(exit, Ok(true));
        let tickets = (before..before + calls).map(|n| u64::from(RingHeader::FIRST.wrapping_add(n as u32)));
        let sum = tickets.fold(0_u64, |sum, ticket| sum.wrapping_add(3 * ticket));
        let found = Found::of(&vcpu.get_regs().unwrap());
        assert_eq!(found, Found { wrong: 0, sum }, "{calls} calls, {in_flight} in flight");
        println!("{calls} calls, {in_flight} in flight, {spin:?}: {} sleeps so far", rings.work().sleeps());
    }
    let all: u64 = LEGS.iter().map(|(calls, ..)| calls).sum();
    assert_eq!((all, host.calls.load(Ordering::Relaxed)), (10_000_000, all));
    assert_eq!(host.out_of_order.load(Ordering::Relaxed), 0);
    let counted = rings.statistics().expect("the ring was looked after").total();
    assert_eq!((counted.calls, counted.errors, counted.unknown), (all, 0, 0));
    assert!(rings.work().sleeps() > 0);
}
