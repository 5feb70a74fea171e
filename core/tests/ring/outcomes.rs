//! What becomes of a call, and of a ring that is full, torn down, or not one.

use crate::lab::*;
use hypercall_core::bytemuck::Zeroable;
use hypercall_core::memory::AtomicMemory;
use hypercall_core::ring::{
    AGAIN, Consumer, Detached, Doorbell, Next, NoRing, Producer, Refused, Ring, RingHeader, Setup,
    view::Words,
};
use hypercall_core::shared::Shared as _;
use hypercall_core::{CallEntry, Endian, EntryPoint, Error, Output, VmExit, Width};
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes one call through a ring of one entry.
fn answer(endian: Endian, call: &CallEntry) -> (CallEntry, Next) {
    let lab = Lab::new();
    let mut ring = lab.ring(0, endian);
    let producer = lab.producer(BASE, endian);
    let ticket = producer.submit(call, no_doorbell).unwrap();
    let drained = ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8);
    (producer.collect(ticket).unwrap(), drained.next)
}

fn words(first: &[u64]) -> [u64; 9] {
    std::array::from_fn(|i| first.get(i).copied().unwrap_or(0))
}

#[test]
fn a_call_is_answered_in_the_guests_byte_order() {
    for endian in ENDIANS {
        let terms = [1 << 56, 2, 3, 4, 5, 6, 7, 8, 9];
        let (done, next) = answer(endian, &CallEntry::new(number(1), &terms));
        assert_eq!((done.state, done.result), (CallEntry::DONE, (1 << 56) + 44), "{endian:?}");
        assert_eq!((done.words, next), ([2, 3, 0, 0, 0, 0, 0, 0, 0].map(|_| 0), Next::Idle));
    }
}

/// The host answers just before the guest looks whether it is still there.
#[test]
fn the_call_that_ends_the_vm_is_answered_whenever_the_guest_looks() {
    for at in [1, 1023, 1024, 1025, 2048] {
        let lab = Lab::new();
        let mut ring = lab.ring(0, Endian::NATIVE);
        let producer = lab.producer(BASE, Endian::NATIVE);
        let mut looks = 0;
        let pause = || {
            looks += 1;
            if looks == at {
                let drained = ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8);
                assert_eq!(drained.next, Next::Exit(VmExit { code: 9 }));
            }
        };
        let answer = producer.call(&CallEntry::new(number(2), &[2]), no_doorbell, pause);
        assert_eq!(answer.map(|answer| answer.state), Ok(CallEntry::DONE), "look {at}");
    }
}

#[test]
fn each_outcome_has_a_state() {
    let act = |what| answer(Endian::Big, &CallEntry::new(number(2), &[what]));
    let (again, _) = act(0);
    assert_eq!((again.state, again.words[0]), (AGAIN, 0));
    let (fault, next) = act(1);
    assert_eq!((fault.state, fault.result, fault.words), (CallEntry::FAULTED, 0, words(&[13, 7])));
    assert_eq!(next, Next::Idle, "no exception is raised");
    let (exit, next) = act(2);
    assert_eq!((exit.state, next), (CallEntry::DONE, Next::Exit(VmExit { code: 9 })));
    let (panicked, _) = act(4);
    assert_eq!((panicked.state, panicked.result as i64), (CallEntry::FAILED, -5));
    let (outputs, _) = act(5);
    assert_eq!((outputs.state, outputs.result, outputs.words), (CallEntry::DONE, 1, words(&[2, 3])));
    let (vcpu, _) = act(6);
    assert_eq!(vcpu.result, 3, "the vCPU that set the ring up");
    let (busy, _) = act(0x20);
    assert_eq!(busy.state, CallEntry::FAILED);
    let (unknown, _) = answer(Endian::Big, &CallEntry::new(99, &[]));
    assert_eq!((unknown.state, unknown.result as i64), (CallEntry::FAILED, -1000));
    let flags = CallEntry { flags: 1, ..CallEntry::new(number(1), &[]) };
    let (reserved, _) = answer(Endian::Big, &flags);
    assert_eq!((reserved.state, reserved.result as i64), (CallEntry::FAILED, -22));
}

/// Whoever debugs a guest after its last call finds that call counted, too.
#[test]
fn the_header_says_how_far_the_host_is_whatever_a_pass_ends_in() {
    let lab = Lab::new();
    let mut ring = lab.ring(2, Endian::Little);
    let producer = lab.producer(BASE, Endian::Little);
    for (what, served) in [(6, 1), (0x20, 2), (4, 3), (2, 4)] {
        let _ = producer.submit(&CallEntry::new(number(2), &[what]), no_doorbell).unwrap();
        ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8);
        let consumer = u32::from_le(lab.memory.load(BASE + 512, Ordering::Relaxed).unwrap());
        assert_eq!(consumer.wrapping_sub(RingHeader::FIRST), served);
    }
}

#[test]
fn an_entry_has_nine_words_however_many_are_asked_for() {
    let memory = [const { AtomicU32::new(0) }; (4096 + 128) / 4];
    let mut consumer = Consumer::new(&Words(&memory), Endian::NATIVE, &RingHeader::zeroed()).unwrap();
    let producer = Producer::new(Words(&memory), Endian::NATIVE).unwrap();
    consumer.use_words(usize::MAX);
    let sent = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    let ticket = producer.submit(&CallEntry::new(7, &sent), no_doorbell).unwrap();
    let call = consumer.next(&Words(&memory)).unwrap().unwrap();
    assert_eq!(call.words, sent);
    let answer = CallEntry { state: CallEntry::DONE, words: sent.map(|word| word + 10), ..call };
    consumer.answer(&Words(&memory), &answer).unwrap();
    assert_eq!(producer.collect(ticket).unwrap().words, answer.words);
}

#[test]
fn words_for_which_the_convention_has_no_register_are_the_guests() {
    let sent = |what| [what, 11, 12, 13, 14, 15, 16, 17, 18];
    for (what, state, first) in [
        (0, AGAIN, [0, 11]),
        (1, CallEntry::FAULTED, [13, 7]),
        (2, CallEntry::DONE, [0, 0]),
        (4, CallEntry::FAILED, [0, 0]),
        (6, CallEntry::DONE, [0, 0]),
        (0x20, CallEntry::FAILED, [0, 0]),
    ] {
        let lab = Lab::new();
        let entry = lab.dispatcher.entry(EntryPoint::new("small door", 0x49)).unwrap();
        let setup = Setup { entry, ..lab.setup(BASE, 0, Endian::Big) };
        let mut ring = Ring::new(&lab.memory, setup, Doorbell::Call, None).unwrap();
        let producer = lab.producer(BASE, Endian::Big);
        let ticket = producer.submit(&CallEntry::new(number(2), &sent(what)), no_doorbell).unwrap();
        ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 1);
        let answer = producer.collect(ticket).unwrap();
        assert_eq!((answer.state, &answer.words[..2]), (state, &first[..]), "{what}");
        assert_eq!(answer.words[2..], sent(what)[2..], "{what}");
    }
}

#[test]
fn a_deferred_call_holds_those_behind_it_until_it_is_completed() {
    let lab = Lab::new();
    let mut ring = lab.ring(2, Endian::Big);
    let producer = lab.producer(BASE, Endian::Big);
    let deferred = producer.submit(&CallEntry::new(number(2), &[3]), no_doorbell).unwrap();
    let behind = producer.submit(&CallEntry::new(number(2), &[0x100]), no_doorbell).unwrap();
    let mut drain = || ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8);
    for _ in 0..3 {
        let drained = drain();
        assert_eq!((drained.served, drained.next), (0, Next::Deferred));
    }
    let deferred = producer.collect(deferred).unwrap_err();
    lab.vm.kept.lock().unwrap().take().unwrap().complete(Ok(Output::value(77)));
    let drained = drain();
    assert_eq!((drained.served, drained.next), (2, Next::Idle));
    assert_eq!(producer.collect(deferred).unwrap().result, 77);
    assert_eq!(producer.collect(behind).unwrap().result, 0x100);
    let counts = ring.statistics().unwrap().total();
    assert_eq!((counts.calls, counts.errors), (2, 0));
}

#[test]
fn a_32_bit_guests_upper_halves_do_not_count() {
    let lab = Lab::new();
    let mut setup = lab.setup(BASE, 0, Endian::Little);
    setup.caller.width = Width::Bits32;
    let mut ring = Ring::new(&lab.memory, setup, Doorbell::Call, None).unwrap();
    let producer = lab.producer(BASE, Endian::Little);
    let call = CallEntry::new(7 << 32 | number(2), &[9 << 32 | 0x1_0000]);
    let ticket = producer.submit(&call, no_doorbell).unwrap();
    ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 1);
    assert_eq!(producer.collect(ticket).unwrap().result, 0x1_0000);
}

#[test]
fn tickets_wrap_and_calls_complete_in_their_order() {
    for endian in ENDIANS {
        let lab = Lab::new();
        let mut ring = lab.ring(3, endian);
        let producer = lab.producer(BASE, endian);
        let mut made = 0x100;
        for _ in 0..200 {
            let tickets: Vec<_> = (0..5)
                .map(|i| producer.submit(&CallEntry::new(number(2), &[made + i]), no_doorbell).unwrap())
                .collect();
            assert_eq!(ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 3).next, Next::More);
            assert_eq!(ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 3).served, 2);
            for (i, ticket) in tickets.into_iter().enumerate() {
                assert_eq!(producer.collect(ticket).unwrap().result, made + i as u64);
            }
            made += 5;
        }
        assert!(lab.vm.log.lock().unwrap().iter().copied().eq(0x100..0x100 + 1000));
    }
}

#[test]
fn a_full_ring_refuses_until_one_is_collected() {
    let lab = Lab::new();
    let mut ring = lab.ring(1, Endian::Big);
    let producer = lab.producer(BASE, Endian::Big);
    let call = CallEntry::new(number(2), &[0x100]);
    let first = producer.submit(&call, no_doorbell).unwrap();
    let second = producer.submit(&call, no_doorbell).unwrap();
    assert_eq!(producer.submit(&call, no_doorbell), Err(Refused::Full), "two are handed in");
    ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8);
    assert_eq!(producer.submit(&call, no_doorbell), Err(Refused::Full), "two are served");
    let _second = producer.collect(second).unwrap();
    assert_eq!(producer.submit(&call, no_doorbell), Err(Refused::Full), "the next entry is not free");
    producer.collect(first).unwrap();
    assert!(producer.submit(&call, no_doorbell).is_ok());
}

#[test]
fn the_doorbell_is_rung_only_where_the_host_sleeps() {
    let lab = Lab::new();
    let mut ring = lab.ring(4, Endian::Big);
    let producer = lab.producer(BASE, Endian::Big);
    let rung = Cell::new(0);
    let submit = || {
        let call = CallEntry::new(number(2), &[0x100]);
        let ticket = producer.submit(&call, || rung.set(rung.get() + 1)).unwrap();
        (ticket, rung.get())
    };
    let (_a, count) = submit();
    assert_eq!(count, 1, "a host sleeps at first");
    ring.wake(&lab.memory);
    let (_b, count) = submit();
    assert_eq!(count, 1);
    assert!(!ring.sleep(&lab.memory), "two calls are there");
    let (_c, count) = submit();
    assert_eq!(count, 1);
    ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 8);
    assert!(ring.sleep(&lab.memory));
    let (_d, count) = submit();
    assert_eq!(count, 2);
}

/// A host that drains at the doorbell, and a guest that makes calls, on one processor.
#[test]
fn a_doorbell_that_drains_is_enough() {
    for endian in ENDIANS {
        let lab = Lab::new();
        let ring = std::cell::RefCell::new(lab.ring(2, endian));
        let producer = lab.producer(BASE, endian);
        let doorbell = || {
            ring.borrow_mut().drain(&lab.memory, &lab.dispatcher, &lab.vm, 1);
        };
        for i in 0x100..0x500 {
            let answer = producer.call(&CallEntry::new(number(2), &[i]), doorbell, || ()).unwrap();
            assert_eq!((answer.state, answer.result), (CallEntry::DONE, i));
        }
        // What one doorbell leaves over, the guest rings for again.
        let left: Vec<_> =
            (0..3).map(|i| producer.submit(&CallEntry::new(number(2), &[i + 0x100]), || ())).collect();
        assert_eq!(
            producer.call(&CallEntry::new(number(2), &[0x777]), doorbell, || ()).unwrap().result,
            0x777
        );
        assert_eq!(left.len(), 3);
    }
}

#[test]
fn a_ring_that_is_torn_down_says_so() {
    let lab = Lab::new();
    let mut ring = lab.ring(0, Endian::Big);
    let producer = lab.producer(BASE, Endian::Big);
    assert_eq!(producer.detached(), Ok(None));
    ring.detach(&lab.memory, Detached::TornDown);
    assert_eq!(producer.detached(), Ok(Some(Detached::TornDown)));
    let call = CallEntry::new(number(1), &[]);
    assert_eq!(producer.call(&call, no_doorbell, || ()), Err(Detached::TornDown));
    assert_eq!(ring.drain(&lab.memory, &lab.dispatcher, &lab.vm, 1).next, Next::Detached(Detached::TornDown));
}

#[test]
fn a_ring_is_where_it_can_be_or_nowhere() {
    let lab = Lab::new();
    let new = |address, order| {
        Ring::new(&lab.memory, lab.setup(address, order, Endian::Big), Doorbell::Call, None).err()
    };
    assert_eq!(new(BASE + 0x800, 0), Some(Error::Invalid), "not page aligned");
    assert_eq!(new(BASE, 11), Some(Error::Invalid), "too long");
    assert_eq!(new(BASE, u32::MAX), Some(Error::Invalid));
    assert_eq!(new(BASE + 0x7_f000, 0), Some(Error::BadAddress), "entries behind memory");
    assert_eq!(new(u64::MAX - 0xfff, 0), Some(Error::BadAddress), "wraps");
    assert_eq!(new(BASE, 10), None);
    let none = Producer::new(Words(lab.memory.from(BASE + 0x4_0000)), Endian::Big).err();
    assert_eq!(none, Some(NoRing));
    assert_eq!(Producer::new(Words(&[]), Endian::Big).err(), Some(NoRing));
    assert_eq!(Producer::new(Words(lab.memory.from(BASE)), Endian::Little).err(), Some(NoRing));
}

#[test]
fn the_header_has_its_documented_layout() {
    let layout = RingHeader::LAYOUT;
    let at: Vec<_> =
        layout.fields.iter().map(|f| (f.name, f.offset)).filter(|f| !f.0.starts_with("res")).collect();
    let documented = [
        ("magic", 0),
        ("version", 4),
        ("order", 8),
        ("width", 12),
        ("doorbell", 16),
        ("doorbell_at", 24),
        ("producer", 256),
        ("consumer", 512),
        ("flags", 768),
        ("detached", 772),
    ];
    assert_eq!((layout.size, at), (1024, documented.to_vec()));
    let lab = Lab::new();
    let _ring = lab.ring(2, Endian::Big);
    let at =
        |offset| lab.memory.from(BASE + offset)[0].load(std::sync::atomic::Ordering::Relaxed).to_ne_bytes();
    assert_eq!(at(0), *b"HVrg");
    assert_eq!((at(4), at(8), at(12)), ([0, 0, 0, 1], [0, 0, 0, 2], [0, 0, 0, 64]));
    assert_eq!((at(256), at(768), at(772)), ([0xff, 0xff, 0xff, 0], [0, 0, 0, 2], [0; 4]));
    assert_eq!((at(4096 + 96), at(4096 + 3 * 128 + 96)), ([0xff, 0xff, 0xff, 0], [0xff, 0xff, 0xff, 3]));
}
