//! What is counted, for each vCPU and call.

use crate::machine::*;
use core::sync::atomic::{AtomicU64, Ordering};
use hypercall_core::prelude::*;
use hypercall_core::statistics::Counts;

#[test]
fn each_vcpu_counts_for_itself() {
    let mut guest = Guest::new(handlers(builder()));
    guest.result(1, &[1, 2]);
    guest.result(1, &[1 << 40, 2]);
    let first = guest.vcpu.statistics();
    guest.vcpu = guest.dispatcher.vcpu(1);
    assert_eq!(guest.vcpu.index(), 1);
    guest.result(4, &[]);
    assert_eq!(first.total(), Counts { calls: 2, errors: 1, ..Counts::default() });
    assert_eq!(guest.total(), Counts { calls: 1, ..Counts::default() });
    assert_eq!(guest.counts("LAB_ADD"), Counts::default());
    let mut sum = first.total();
    sum += guest.total();
    assert_eq!(sum, Counts { calls: 3, errors: 1, ..Counts::default() });
}

/// What a backend prefetches: all that is shared, and what is one vCPU's.
#[test]
fn vcpus_share_the_tables_of_their_working_sets_and_no_counters() {
    let guest = Guest::new(handlers(builder()));
    let dispatcher = &guest.dispatcher;
    let (point, ..) = dispatcher.entries().next().unwrap();
    let entry = dispatcher.entry(point).unwrap();
    let other = dispatcher.vcpu(1);
    let sets = [&guest.vcpu, &other].map(|vcpu| dispatcher.working_set(entry, vcpu));
    assert_eq!(sets[0][..3], sets[1][..3]);
    assert!(sets[0][3].abs_diff(sets[1][3]) >= 256, "counters of two vCPUs on a cache line");
    assert!(sets[0].iter().all(|address| *address != 0));
}

#[test]
fn a_slot_that_does_not_exist_has_counted_nothing() {
    let guest = Guest::new(handlers(builder()));
    assert_eq!(guest.vcpu.statistics().of(Some(usize::MAX)), Counts::default());
    assert_eq!(guest.vcpu.statistics().of(Some(99)), Counts::default());
}

#[test]
fn without_statistics_calls_are_served_as_ever_and_nothing_is_counted() {
    let counting = Guest::new(handlers(builder()));
    let mut guest = Guest::new(handlers(builder()).statistics(false));
    assert_eq!(guest.result(1, &[40, 2]), 42);
    assert_eq!(guest.result(1, &[1 << 40, 2]), minus(22));
    assert_eq!(guest.result(0x99, &[]), minus(1000));
    assert_eq!(guest.total(), Counts::default());
    assert_eq!(guest.counts("LAB_ADD"), Counts::default());
    assert_eq!(guest.vcpu.statistics().of(None), Counts::default());
    assert!(guest.dispatcher.vcpu_size() < counting.dispatcher.vcpu_size());
    #[cfg(feature = "std")]
    {
        use hypercall_core::statistics::Statistics;
        let sum = Statistics::sum([guest.vcpu.statistics(), guest.vcpu.statistics()]).unwrap();
        assert_eq!(sum.total(), Counts::default());
    }
}

#[test]
fn every_call_of_many_has_a_line_of_its_own() {
    let mut guest = Guest::new(handlers(builder()).handle(|(): &(), _: Act, _: &mut Context<'_>| Ok(())));
    for (times, number) in [(1, 1), (2, 2), (3, 4), (4, 6), (5, 0x99)] {
        for _ in 0..times {
            guest.call(number, &[1, 2]);
        }
    }
    let counted = ["LAB_ADD", "LAB_OLD_ADD", "LAB_ORACLE", "LAB_ACT"].map(|name| guest.counts(name).calls);
    assert_eq!(counted, [1, 2, 3, 4]);
    assert_eq!(guest.vcpu.statistics().of(None), Counts { calls: 5, unknown: 5, ..Counts::default() });
    assert_eq!(guest.total().calls, 15);
}

#[test]
fn time_is_measured_only_where_it_is_asked_for() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    fn clock() -> u64 {
        NOW.load(Ordering::Relaxed)
    }
    let handler = |(): &(), call: Act, _: &mut Context<'_>| {
        NOW.fetch_add(call.what, Ordering::Relaxed);
        Ok(())
    };
    let mut guest = Guest::new(builder().handle(handler));
    guest.result(6, &[100]);
    assert_eq!(guest.total().time, 0);
    let mut guest = Guest::new(builder().handle(handler).clock(clock));
    guest.result(6, &[100]);
    guest.result(6, &[30]);
    guest.result(0x99, &[]);
    assert_eq!(guest.counts("LAB_ACT").time, 130);
    assert_eq!(guest.total().time, 130);
}

#[cfg(feature = "std")]
#[test]
fn counters_are_read_while_another_thread_calls() {
    let mut guest = Guest::new(handlers(builder()));
    let statistics = guest.vcpu.statistics();
    let calls = std::thread::spawn(move || (0..1000).for_each(|_| assert_eq!(guest.result(1, &[1, 1]), 2)));
    let mut last = 0;
    while !calls.is_finished() {
        let now = statistics.total().calls;
        assert!(now >= last && now <= 1000);
        last = now;
    }
    calls.join().unwrap();
    assert_eq!(statistics.total().calls, 1000);
}
