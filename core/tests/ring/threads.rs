//! A host that polls, and guests on threads of their own.

use crate::lab::*;
use hypercall_core::ring::{Detached, Polling, Teardown};
use hypercall_core::{CallEntry, Endian, Error, Output, Privilege, VmExit};
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Runs a host's thread beside `guests`, and stops it.
fn with_host(lab: &Lab, polling: Polling, guests: impl FnOnce()) -> Option<VmExit> {
    thread::scope(|scope| {
        let host = scope.spawn(|| lab.rings.poll(&lab.memory, &lab.dispatcher, &lab.vm, polling));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(guests));
        lab.rings.stop();
        let exit = host.join().expect("the host's thread");
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        exit
    })
}

/// A guest of several vCPUs: each makes calls through the same ring and checks each answer.
fn guests(lab: &Lab, endian: Endian, vcpus: u64, calls: u64) {
    thread::scope(|scope| {
        for vcpu in 0..vcpus {
            scope.spawn(move || {
                let producer = lab.producer(BASE, endian);
                let mut spins = 0_u32;
                let mut pause = || {
                    spins += 1;
                    if spins.is_multiple_of(64) { thread::yield_now() } else { std::hint::spin_loop() }
                };
                for i in 0..calls {
                    let call = CallEntry::new(number(1), &[vcpu << 40, i, 0, 0, 0, 0, 0, 0, 1]);
                    let answer = producer.call(&call, || lab.rings.ring(), &mut pause).unwrap();
                    assert_eq!((answer.state, answer.result), (CallEntry::DONE, (vcpu << 40) + i + 1));
                }
            });
        }
    });
}

/// How many calls the stress test makes: HYPERCALL_RING_CALLS, or as many as every run has time for.
fn stress() -> u64 {
    let usual = if cfg!(target_arch = "x86_64") { 40_000 } else { 4_000 }; // others are emulated
    std::env::var("HYPERCALL_RING_CALLS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

#[test]
fn guests_share_a_ring_that_is_polled() {
    for endian in ENDIANS {
        let lab = Lab::new();
        lab.rings.set_up(&lab.memory, lab.setup(BASE, 3, endian)).unwrap();
        let exit = with_host(&lab, Polling::default(), || guests(&lab, endian, 3, stress() / 12));
        assert_eq!((exit, lab.rings.work().served() as u64), (None, stress() / 12 * 3));
    }
}

/// With no time to spin the host falls asleep whenever it can: each call races with that.
#[test]
fn no_wake_up_is_lost() {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE, 0, Endian::NATIVE)).unwrap();
    let polling = Polling { spin: Duration::ZERO, batch: 1 };
    const ONE_BY_ONE: u64 = 20;
    with_host(&lab, polling, || {
        guests(&lab, Endian::NATIVE, 2, stress() / 4);
        // However the threads were scheduled: here the host has slept between any two calls.
        for _ in 0..ONE_BY_ONE {
            let before = lab.rings.work().sleeps();
            guests(&lab, Endian::NATIVE, 1, 1);
            while lab.rings.work().sleeps() == before {
                thread::yield_now();
            }
        }
    });
    assert_eq!(lab.rings.work().served() as u64, stress() / 4 * 2 + ONE_BY_ONE);
    assert!(lab.rings.work().sleeps() as u64 >= ONE_BY_ONE, "{:?}", lab.rings.work());
}

#[test]
fn several_rings_are_served_by_one_thread() {
    let lab = Lab::new();
    let places: Vec<u64> = (0..4).map(|i| BASE + i * 0x1_0000).collect();
    for (place, endian) in places.iter().zip(ENDIANS.into_iter().cycle()) {
        lab.rings.set_up(&lab.memory, lab.setup(*place, 2, endian)).unwrap();
    }
    with_host(&lab, Polling::default(), || {
        for (place, endian) in places.iter().zip(ENDIANS.into_iter().cycle()) {
            let producer = lab.producer(*place, endian);
            for i in 0..200 {
                let call = CallEntry::new(number(2), &[0x100 + i]);
                let answer = producer.call(&call, || lab.rings.ring(), thread::yield_now).unwrap();
                assert_eq!(answer.result, 0x100 + i);
            }
        }
    });
}

#[test]
fn a_deferred_call_wakes_the_host_when_it_is_completed() {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE, 2, Endian::NATIVE)).unwrap();
    with_host(&lab, Polling { spin: Duration::ZERO, batch: 8 }, || {
        let producer = lab.producer(BASE, Endian::NATIVE);
        let mut ticket = producer.submit(&CallEntry::new(number(2), &[3]), || lab.rings.ring()).unwrap();
        let completion = loop {
            match lab.vm.kept.lock().unwrap().take() {
                Some(completion) => break completion,
                None => thread::yield_now(),
            }
        };
        thread::sleep(Duration::from_millis(20)); // the host is asleep
        let asleep = lab.rings.work().sleeps();
        completion.complete(Ok(Output::value(5)));
        let answer = loop {
            match producer.collect(ticket) {
                Ok(answer) => break answer,
                Err(same) => ticket = same,
            }
            thread::yield_now();
        };
        assert_eq!(answer.result, 5);
        assert!(asleep > 0);
    });
}

#[test]
fn a_call_that_ends_the_vm_ends_the_loop() {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE, 2, Endian::NATIVE)).unwrap();
    let exit = with_host(&lab, Polling::default(), || {
        let producer = lab.producer(BASE, Endian::NATIVE);
        assert_eq!(lab.rings.ended(BASE), None);
        let answer = producer.call(&CallEntry::new(number(2), &[2]), || lab.rings.ring(), thread::yield_now);
        assert_eq!(answer.unwrap().state, CallEntry::DONE);
        assert_eq!(lab.rings.ended(BASE), Some(VmExit { code: 9 }));
        while producer.detached() == Ok(None) {
            thread::yield_now();
        }
        let next =
            producer.call(&CallEntry::new(number(2), &[0x100]), || lab.rings.ring(), thread::yield_now);
        assert_eq!(next, Err(Detached::Ended));
    });
    assert_eq!(exit, Some(VmExit { code: 9 }));
}

#[test]
fn rings_come_and_go_while_the_host_polls() {
    let lab = Lab::new();
    with_host(&lab, Polling::default(), || {
        for round in 0..100 {
            lab.rings.set_up(&lab.memory, lab.setup(BASE, round % 4, Endian::NATIVE)).unwrap();
            assert_eq!(
                lab.rings.set_up(&lab.memory, lab.setup(BASE, 0, Endian::NATIVE)),
                Err(Error::InvalidState)
            );
            guests(&lab, Endian::NATIVE, 1, 10);
            lab.rings.tear_down(&lab.memory, Teardown::by_vmm(BASE)).unwrap();
            assert_eq!(lab.rings.tear_down(&lab.memory, Teardown::by_vmm(BASE)), Err(Error::NotFound));
            let producer = lab.producer(BASE, Endian::NATIVE);
            assert_eq!(producer.detached(), Ok(Some(Detached::TornDown)));
        }
    });
}

/// A call in a ring may ask for a ring itself: it must find the list of rings free while another waits for its end.
#[test]
fn a_teardown_that_waits_for_a_call_keeps_nobody_from_the_rings() {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE, 0, Endian::NATIVE)).unwrap();
    let producer = lab.producer(BASE, Endian::NATIVE);
    let _ = producer.submit(&CallEntry::new(number(2), &[7]), no_doorbell).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| lab.rings.drain(&lab.memory, &lab.dispatcher, &lab.vm, 1));
        while lab.vm.waiting.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        scope.spawn(|| lab.rings.tear_down(&lab.memory, Teardown::by_vmm(BASE)));
        thread::sleep(Duration::from_millis(50)); // it waits for the call now
        let (done, other) = mpsc::channel();
        let lab = &lab;
        scope.spawn(move || {
            done.send(lab.rings.set_up(&lab.memory, lab.setup(BASE + 0x2000, 0, Endian::NATIVE))).unwrap();
        });
        let other = other.recv_timeout(Duration::from_secs(10));
        lab.vm.open.store(true, Ordering::SeqCst);
        assert_eq!(other, Ok(Ok(())));
    });
    assert_eq!(producer.detached(), Ok(Some(Detached::TornDown)));
}

#[test]
fn a_user_program_does_not_end_its_kernels_ring() {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE, 0, Endian::NATIVE)).unwrap();
    let by_program = Teardown { privilege: Privilege::User, ..Teardown::by_vmm(BASE) };
    assert_eq!(lab.rings.tear_down(&lab.memory, by_program), Err(Error::NotPermitted));
    let mut own = lab.setup(BASE + 0x2000, 0, Endian::NATIVE);
    own.caller.privilege = Privilege::User;
    lab.rings.set_up(&lab.memory, own).unwrap();
    assert_eq!(lab.rings.tear_down(&lab.memory, Teardown { address: own.address, ..by_program }), Ok(()));
}

/// Calls in a ring of their own, as many as it holds.
fn fill(lab: &Lab, address: u64) {
    lab.rings.set_up(&lab.memory, lab.setup(address, 10, Endian::NATIVE)).unwrap();
    let producer = lab.producer(address, Endian::NATIVE);
    for _ in 0..1024 {
        let _ = producer.submit(&CallEntry::new(number(2), &[0x100]), no_doorbell).unwrap();
    }
}

#[test]
fn a_guest_that_is_never_done_does_not_keep_the_host() {
    let lab = Lab::new();
    fill(&lab, BASE);
    lab.rings.stop();
    let polling = Polling { batch: 1, ..Polling::default() };
    assert_eq!(lab.rings.poll(&lab.memory, &lab.dispatcher, &lab.vm, polling), None);
    assert!(lab.rings.work().served() <= 1, "{}", lab.rings.work().served());
}

#[test]
fn a_new_ring_has_its_turn_while_another_is_busy() {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE + 0x4_0000, 0, Endian::NATIVE)).unwrap();
    let gate = lab.producer(BASE + 0x4_0000, Endian::NATIVE);
    let _ = gate.submit(&CallEntry::new(number(2), &[7]), no_doorbell).unwrap();
    fill(&lab, BASE);
    let polling = Polling { batch: 1, ..Polling::default() };
    with_host(&lab, polling, || {
        while lab.vm.waiting.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        let new = BASE + 0x5_0000;
        lab.rings.set_up(&lab.memory, lab.setup(new, 0, Endian::NATIVE)).unwrap();
        let producer = lab.producer(new, Endian::NATIVE);
        let mut ticket = producer.submit(&CallEntry::new(number(2), &[0x200]), no_doorbell).unwrap();
        lab.vm.open.store(true, Ordering::SeqCst);
        while let Err(same) = producer.collect(ticket) {
            ticket = same;
            thread::yield_now();
        }
    });
    let log = lab.vm.log.lock().unwrap();
    let turn = log.iter().position(|n| *n == 0x200).expect("the new ring's call");
    assert!(turn < 10, "after {turn} calls of another ring");
}

#[test]
fn a_vm_has_so_many_rings_and_no_more() {
    let lab = Lab::new();
    let set_up = |i: u64| lab.rings.set_up(&lab.memory, lab.setup(BASE + i * 0x2000, 0, Endian::NATIVE));
    assert!((0..4).all(|i| set_up(i).is_ok()));
    assert_eq!(set_up(4), Err(Error::InvalidState));
    lab.rings.tear_down(&lab.memory, Teardown::by_vmm(BASE)).unwrap();
    assert_eq!(set_up(4), Ok(()));
}

/// Calls that came through rings are counted, whatever has become of the rings.
#[test]
fn the_counters_of_rings_outlive_them() {
    let lab = Lab::new();
    let slot = |name| lab.dispatcher.served().position(|call| call.name == name);
    let sums = |rings: &hypercall_core::ring::Rings| {
        let counted = rings.statistics().expect("rings were looked after");
        assert_eq!(
            counted.total().calls,
            counted.of(slot("LAB_SUM")).calls + counted.of(slot("LAB_ACT")).calls + 1
        );
        (counted.of(slot("LAB_SUM")), counted.of(slot("LAB_ACT")), counted.of(None))
    };
    let call = |address: u64, number: u64, what: u64| {
        let producer = lab.producer(address, Endian::NATIVE);
        let _ = producer.submit(&CallEntry::new(number, &[what]), no_doorbell).unwrap();
        lab.rings.drain(&lab.memory, &lab.dispatcher, &lab.vm, 10)
    };
    assert!(lab.rings.statistics().is_none());
    for i in 0..3 {
        lab.rings.set_up(&lab.memory, lab.setup(BASE + i * 0x2000, 2, Endian::NATIVE)).unwrap();
    }
    call(BASE, number(1), 1);
    call(BASE, number(99), 1); // which there is not
    call(BASE + 0x2000, number(2), 4); // a panic
    call(BASE + 0x4000, number(2), 0xff); // an error
    let all = sums(&lab.rings);
    assert_eq!((all.0.calls, all.1.calls, all.1.errors, all.1.panics, all.2.unknown), (1, 2, 2, 1, 1));
    // One is torn down, one spoilt and replaced; the third goes on.
    lab.rings.tear_down(&lab.memory, Teardown::by_vmm(BASE)).unwrap();
    assert_eq!(sums(&lab.rings), all);
    assert_eq!(call(BASE + 0x2000, number(2), 2), Some(VmExit { code: 9 }));
    lab.rings.set_up(&lab.memory, lab.setup(BASE + 0x2000, 2, Endian::NATIVE)).unwrap();
    call(BASE + 0x4000, number(1), 1);
    let more = sums(&lab.rings);
    assert_eq!((more.0.calls, more.1.calls, more.1.panics, more.2), (2, 3, 1, all.2));
}

/// CPU time of this process's threads is not known everywhere; where it is, a host that sleeps takes none.
#[cfg(target_os = "linux")]
#[test]
fn a_host_that_sleeps_takes_no_cpu_time() {
    let lab = Lab::new();
    lab.rings.set_up(&lab.memory, lab.setup(BASE, 2, Endian::NATIVE)).unwrap();
    thread::scope(|scope| {
        let (tell, told) = std::sync::mpsc::channel();
        let lab = &lab;
        let host = scope.spawn(move || {
            let stat = std::fs::read_link("/proc/thread-self").map(|link| link.join("schedstat"));
            tell.send(stat).unwrap();
            lab.rings.poll(&lab.memory, &lab.dispatcher, &lab.vm, Polling::default())
        });
        let stat = std::path::Path::new("/proc").join(told.recv().unwrap().expect("Linux's /proc"));
        let time = || -> Option<Duration> {
            let text = std::fs::read_to_string(&stat).ok()?;
            text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
        };
        while lab.rings.work().sleeps() == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(50));
        let (before, start) = (time(), Instant::now());
        thread::sleep(Duration::from_millis(1500));
        if let (Some(before), Some(after)) = (before, time()) {
            let share = (after - before).as_secs_f64() / start.elapsed().as_secs_f64();
            assert!(share < 0.01, "{:.3} % of a core", share * 100.0);
        }
        lab.rings.stop();
        assert_eq!(host.join().unwrap(), None);
    });
}
