//! Rings between a guest on real KVM and a thread of the VMM's.
//!
//! The guest runs the guest's side of the ring as the compiler made it for this very program, at CPL 3: it sees
//! this process's program text at its own addresses, see `guest_process`.
#![cfg(all(feature = "kvm", feature = "guest", target_arch = "x86_64", target_os = "linux"))]
#![allow(unsafe_code)] // the guest's instructions, and memory shared with it

mod bench;
mod guest_process;

use bench::*;
use guest_process::{enable_vectors, map_this_process};
use hypercall_arch_x86::guest::{Issue, Port};
use hypercall_arch_x86::kvm::Served;
use hypercall_arch_x86::kvm::ring::EventBell;
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_core::prelude::*;
use hypercall_core::ring::view::Words;
use hypercall_core::ring::{Detached, Doorbell, Polling, Producer, Rings, Setup, Teardown, Ticket};
use hypercall_core::{CallEntry, Caller, Endian, Privilege, VmExit};
use std::arch::asm;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Where the ring is: guest memory at the same linear address.
const RING: u64 = 0x20_0000;
const ORDER: u32 = 4;
/// Where the guest finds what it is to do, and leaves what it found.
const ORDERS: u64 = 0xa000;
/// The ring's doorbells. The vCPU may use the port at CPL 3.
const BELL_PORT: u8 = 0x51;
const BELL_ADDRESS: u64 = 0x7000_1000;

/// What the guest is to do, and what it found.
#[repr(C)]
struct Orders {
    calls: u64,
    /// Calls to hand in before the first is collected.
    at_once: u64,
    /// Pauses between two calls.
    idle: u64,
    /// 0 by the port, else by the address.
    by_address: u64,
    /// The sum of all results.
    sum: u64,
    wrong: u64,
    doorbells: u64,
    /// Time-stamp counter, before and after.
    begin: u64,
    end: u64,
}

fn pause() {
    std::hint::spin_loop();
}

/// The bell of this VM.
fn ring_the_bell(by_address: bool) {
    // SAFETY: the VM has the doorbells; what is written is of no matter.
    unsafe {
        if by_address {
            (BELL_ADDRESS as *mut u8).write_volatile(0);
        } else {
            asm!("out {port}, al", port = const BELL_PORT, options(nostack, preserves_flags));
        }
    }
}

/// Makes the calls. It must not reach anything that writes to this process's data.
extern "C" fn guest_main(orders: *mut Orders) -> ! {
    // SAFETY: guest memory where nothing else of this program is, the ring's length.
    let (orders, words) = unsafe {
        let length = 0x1000 / 4 + (128 << ORDER) / 4;
        (&mut *orders, std::slice::from_raw_parts(RING as *const AtomicU32, length))
    };
    let mut doorbells = 0;
    let by_address = orders.by_address != 0;
    // SAFETY: no memory is touched.
    orders.begin = unsafe { core::arch::x86_64::_rdtsc() };
    if let Ok(ring) = Producer::new(Words(words), Endian::Little) {
        let mut done = 0;
        while done < orders.calls {
            let mut tickets: [Option<Ticket>; 1 << ORDER] = [const { None }; 1 << ORDER];
            let some = orders.at_once.min(orders.calls - done);
            for (i, ticket) in tickets.iter_mut().enumerate().take(some as usize) {
                let call = CallEntry::new(number(1), &[done + i as u64, 0, 0, 0]);
                let doorbell = || {
                    doorbells += 1;
                    ring_the_bell(by_address);
                };
                match ring.submit(&call, doorbell) {
                    Ok(made) => *ticket = Some(made),
                    Err(_) => orders.wrong += 1,
                }
            }
            for (i, ticket) in tickets.into_iter().enumerate() {
                let Some(mut ticket) = ticket else { continue };
                let answer = loop {
                    match ring.collect(ticket) {
                        Ok(answer) => break answer,
                        Err(same) => ticket = same,
                    }
                    pause();
                };
                orders.wrong +=
                    u64::from(answer.state != CallEntry::DONE || answer.result != done + i as u64);
                orders.sum = orders.sum.wrapping_add(answer.result);
            }
            done += some;
            for _ in 0..orders.idle {
                pause();
            }
        }
    } else {
        orders.wrong += 1;
    }
    // SAFETY: no memory is touched.
    orders.end = unsafe { core::arch::x86_64::_rdtsc() };
    orders.doorbells = doorbells;
    loop {
        // SAFETY: the VM has the doorbell, and the call names no memory.
        let _ = unsafe { Stop { code: 0x33 }.issue(&Port::<PORT>) };
    }
}

/// CPU time of the calling thread.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}

/// What a run took.
struct Took {
    orders: Orders,
    /// CPU time of the vCPU's thread, and of the host's.
    cpu: [Duration; 2],
    sleeps: usize,
}

/// Runs a guest with these orders beside a host that polls.
fn run(kvm: &kvm_ioctls::Kvm, doorbell: Doorbell, polling: Polling, orders: Orders) -> Took {
    let start = Start { mode: Mode::Long, user: true, sync: true };
    let dispatcher = dispatcher("user-mode".parse().unwrap());
    let mut bench = Bench::with(kvm, start, &[0xf4], Arc::clone(&dispatcher), |_| {});
    map_this_process(&bench);
    enable_vectors(&bench);
    let bell = Arc::new(EventBell::new(&bench.vm_fd, doorbell).unwrap());
    let rings = Rings::new(4, doorbell, bell);
    let caller = Caller { privilege: Privilege::User, ..Caller::X86_64 };
    let entry = dispatcher.entry(hypercall_arch_x86::entry::port(PORT)).unwrap();
    let setup = Setup { address: RING, order: ORDER, vcpu: 0, entry, caller };
    rings.set_up(&bench.memory, setup).unwrap();
    let fields = [orders.calls, orders.at_once, orders.idle, orders.by_address, 0, 0, 0, 0, 0];
    for (place, field) in (0..).zip(fields) {
        bench.load(ORDERS + 8 * place, &u64::to_le_bytes(field));
    }
    bench.set(|r| (r.rip, r.rsp, r.rdi) = (guest_main as *const () as usize as u64, STACK - 8, ORDERS));
    let (memory, vm) = (bench.memory.clone(), Arc::clone(&bench.vm));
    let (cpu, exits) = std::thread::scope(|scope| {
        let host = scope.spawn(|| {
            let before = cpu_time();
            let exit = rings.poll(&memory, &dispatcher, &*vm, polling);
            (cpu_time() - before, exit)
        });
        let before = cpu_time();
        let mut exits = Vec::new();
        loop {
            match bench.step() {
                Event::Served(Served::Exit(VmExit { code: 0x33 })) => break,
                other if exits.len() < 10 => exits.push(other),
                other => panic!("{other:x?} {:x?}", bench.regs()),
            }
        }
        let vcpu = cpu_time() - before;
        rings.stop();
        let (host, exit) = host.join().unwrap();
        assert_eq!(exit, None);
        ([vcpu, host], exits)
    });
    assert_eq!(exits, [], "no call and no doorbell comes out to user space");
    assert_eq!(rings.detached(RING), None);
    let value = |place: u64| bench.value(ORDERS + 8 * place, 8);
    let [calls, at_once, idle, by_address] = [0, 1, 2, 3].map(value);
    let [sum, wrong, doorbells, begin, end] = [4, 5, 6, 7, 8].map(value);
    let orders = Orders { calls, at_once, idle, by_address, sum, wrong, doorbells, begin, end };
    assert_eq!((orders.wrong, orders.sum), (0, calls * (calls - 1) / 2));
    Took { orders, cpu, sleeps: rings.work().sleeps() }
}

fn orders(calls: u64, at_once: u64, idle: u64) -> Orders {
    Orders { calls, at_once, idle, by_address: 0, sum: 0, wrong: 0, doorbells: 0, begin: 0, end: 0 }
}

/// How many calls the guest makes: few, for where the machine is busy each has to wait until both threads run.
/// HYPERCALL_RING_CALLS sets another number, to measure.
fn calls() -> u64 {
    std::env::var("HYPERCALL_RING_CALLS").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

#[test]
fn a_guest_calls_without_an_exit() {
    let Some(kvm) = kvm() else { return };
    let polling = Polling { spin: Duration::from_millis(100), batch: 64 };
    let calls = calls();
    for at_once in [1, 16] {
        let took = run(&kvm, Doorbell::Port(BELL_PORT.into()), polling, orders(calls, at_once, 0));
        println!(
            "{at_once} at once: {:.0} ns of CPU a call ({:.0} the vCPU's), {} doorbells, {} sleeps",
            (took.cpu[0] + took.cpu[1]).as_nanos() as f64 / calls as f64,
            took.cpu[0].as_nanos() as f64 / calls as f64,
            took.orders.doorbells,
            took.sleeps
        );
        assert!(took.orders.doorbells < calls / 4, "{} doorbells", took.orders.doorbells);
    }
}

/// The host falls asleep between any two calls; the kernel wakes it.
#[test]
fn a_host_that_sleeps_is_woken_by_the_kernel() {
    let Some(kvm) = kvm() else { return };
    let polling = Polling { spin: Duration::ZERO, batch: 64 };
    for (doorbell, by_address) in [(Doorbell::Port(BELL_PORT.into()), 0), (Doorbell::Mmio(BELL_ADDRESS), 1)] {
        let orders = Orders { by_address, ..orders(60, 1, 20_000) };
        let took = run(&kvm, doorbell, polling, orders);
        assert!(took.orders.doorbells >= 20, "{doorbell:?}: {} doorbells", took.orders.doorbells);
        assert!(took.sleeps >= 20, "{doorbell:?}: {} sleeps", took.sleeps);
    }
}

/// KVM has one doorbell at a place, and none where it was dropped.
#[test]
fn a_doorbell_that_is_dropped_makes_room_for_another() {
    let Some(kvm) = kvm() else { return };
    let vm = kvm.create_vm().unwrap();
    for doorbell in [Doorbell::Port(BELL_PORT.into()), Doorbell::Mmio(BELL_ADDRESS)] {
        let first = EventBell::new(&vm, doorbell).unwrap();
        let refused = EventBell::new(&vm, doorbell).unwrap_err();
        assert!(refused.to_string().contains("KVM_IOEVENTFD"), "{refused}");
        drop(first);
        drop(EventBell::new(&vm, doorbell).unwrap());
        EventBell::new(&vm, doorbell).unwrap();
    }
}

/// A guest that never comes by costs the host nothing.
#[test]
fn a_host_that_waits_for_a_guest_takes_no_cpu_time() {
    let Some(kvm) = kvm() else { return };
    let vm = kvm.create_vm().unwrap();
    let doorbell = Doorbell::Port(BELL_PORT.into());
    let rings = Rings::new(4, doorbell, Arc::new(EventBell::new(&vm, doorbell).unwrap()));
    let dispatcher = dispatcher(Policy::default());
    let memory = hypercall_core::memory::WordMemory::new(0, 0x4000);
    let entry = dispatcher.entry(hypercall_arch_x86::entry::port(PORT)).unwrap();
    let setup = Setup { address: 0, order: 2, vcpu: 0, entry, caller: Caller::X86_64 };
    rings.set_up(&memory, setup).unwrap();
    std::thread::scope(|scope| {
        let host = scope.spawn(|| {
            let exit = rings.poll(&memory, &dispatcher, &Vm::default(), Polling::default());
            (cpu_time(), exit)
        });
        std::thread::sleep(Duration::from_millis(1500));
        rings.stop();
        let (cpu, exit) = host.join().unwrap();
        assert_eq!(exit, None);
        assert!(cpu < Duration::from_millis(15), "{cpu:?} of 1.5 s");
        assert!(rings.work().sleeps() > 0);
    });
    rings.tear_down(&memory, Teardown::by_vmm(0)).unwrap();
    assert_eq!(rings.tear_down(&memory, Teardown::by_vmm(0)), Err(Error::NotFound));
    let _ = Detached::TornDown;
}
