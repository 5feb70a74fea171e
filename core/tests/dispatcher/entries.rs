//! Calls in memory: the same answers as in registers, in an entry.

use crate::machine::*;
use core::cell::RefCell;
use hypercall_core::memory::{FlatMemory, GuestMemory};
use hypercall_core::prelude::*;
use hypercall_core::shared::{ByteOrder, Shared as _};
use hypercall_core::{CallEntry, Progress};
use hypercall_core::{Caller, Completion, Endian, Fault, VmExit};

std::thread_local! {
    static KEPT: RefCell<Option<Completion>> = const { RefCell::new(None) };
}

fn act((): &(), call: Act, context: &mut Context<'_>) -> Result<Outcome, Error> {
    Ok(match call.what {
        0 => Outcome::Retry,
        1 => Outcome::Fault(Fault { code: 13, error_code: Some(0) }),
        2 => Outcome::Fault(Fault { code: 6, error_code: None }),
        3 => Outcome::Exit(VmExit { code: 9 }),
        4 => {
            let completion = context.defer();
            KEPT.with(|kept| kept.replace(Some(completion)));
            Outcome::Deferred
        }
        5 => panic!("as the guest asked"),
        _ => return Err(Error::Busy),
    })
}

impl Guest {
    fn enter(&mut self, entry: &mut CallEntry, caller: Caller) -> Progress {
        let point = self.dispatcher.entry(DOOR).expect("the entry point");
        self.dispatcher.serve_entry(point, &(), &mut self.vcpu, entry, caller)
    }

    /// Serves an entry that is answered: state, result, words.
    #[track_caller]
    fn answer(&mut self, number: u64, words: &[u64], caller: Caller) -> (u32, u64, [u64; 9]) {
        let mut entry = CallEntry::new(number, words);
        assert_eq!(self.enter(&mut entry, caller), Progress::Answered);
        assert_eq!((entry.number, entry.flags, entry.reserved), (number, 0, [0; 4]));
        (entry.state, entry.result, entry.words)
    }
}

/// Zeros behind the words given.
fn words<const N: usize>(first: [u64; N]) -> [u64; 9] {
    core::array::from_fn(|i| first.get(i).copied().unwrap_or(0))
}

#[test]
fn the_layout_is_as_documented() {
    let fields: Vec<_> = CallEntry::LAYOUT.fields.iter().map(|f| (f.name, f.offset, f.size)).collect();
    let documented = [
        ("number", 0, 8),
        ("state", 8, 4),
        ("flags", 12, 4),
        ("result", 16, 8),
        ("words", 24, 72),
        ("reserved", 96, 32),
    ];
    assert_eq!(fields, documented);
    assert_eq!((CallEntry::LAYOUT.size, size_of::<CallEntry>(), align_of::<CallEntry>()), (128, 128, 128));
    let states =
        [CallEntry::FREE, CallEntry::PENDING, CallEntry::DONE, CallEntry::FAILED, CallEntry::FAULTED];
    assert_eq!(states, [0, 1, 2, 3, 4]);
}

#[test]
fn an_entry_is_in_the_guests_byte_order_and_only_its_answer_is_written() {
    let memory = FlatMemory::new(0x1000, 0x100);
    let mut bytes = [0xaa; 128];
    bytes[..12].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1]);
    memory.write(0x1080, &bytes).unwrap();
    let mut entry = CallEntry::read(&memory, 0x1080, Endian::Big).unwrap();
    assert_eq!((entry.number, entry.state, entry.flags), (0x0102_0304_0506_0708, 1, 0xaaaa_aaaa));
    assert_eq!(entry, CallEntry::read(&memory, 0x1080, Endian::Little).unwrap().swap_bytes());
    entry =
        CallEntry { number: 0, state: 2, flags: 0, result: 0x1122, words: words([0x33]), reserved: [0; 4] };
    entry.write_answer(&memory, 0x1080, Endian::Big).unwrap();
    let mut found = [0; 128];
    memory.read(0x1080, &mut found).unwrap();
    bytes[8..96].fill(0);
    (bytes[11], bytes[22], bytes[23], bytes[31]) = (2, 0x11, 0x22, 0x33);
    // The flags are the guest's zero, which was judged.
    assert_eq!(found, bytes);
    for address in [0xf80, 0x1100, u64::MAX - 127, u64::MAX] {
        assert!(CallEntry::read(&memory, address, Endian::Big).is_err());
        assert!(entry.write_answer(&memory, address, Endian::Big).is_err(), "{address:#x}");
    }
}

#[test]
fn an_entry_answers_as_registers_do() {
    let mut one = Guest::new(handlers(builder()));
    assert_eq!(one.answer(1, &[20, 22], KERNEL), (CallEntry::DONE, 42, [0; 9]));
    // The upper halves of a 32-bit caller's do not count, those of others do.
    let high = 0xdead_beef_0000_0000;
    assert_eq!(one.answer(high | 1, &[high | 20, high | 22], KERNEL_32), (CallEntry::DONE, 42, [0; 9]));
    assert_eq!(one.answer(1, &[high | 20, 22], KERNEL), (CallEntry::FAILED, minus(22), [0; 9]));
    assert_eq!(one.answer(high | 1, &[1, 2], KERNEL), (CallEntry::FAILED, minus(1000), [0; 9]));
    assert_eq!(one.answer(5, &[], KERNEL_32), (CallEntry::FAILED, 0xffff_fc18, [0; 9]));
    // A value that looks like an error is none.
    assert_eq!(one.answer(2, &[0xffff_fffe], KERNEL_32), (CallEntry::DONE, 0xffff_ffff, [0; 9]));
}

#[test]
fn values_and_outputs_come_back_by_position() {
    let mut two = Guest::new(handlers(builder_two()));
    assert_eq!(
        two.answer(0x7_0001, &[20, 22, 7, 7, 7, 7, 7, 7, 7], KERNEL),
        (CallEntry::DONE, 0, words([42]))
    );
    assert_eq!(two.answer(0x7_0007, &[9; 9], KERNEL), (CallEntry::DONE, 0, words([1, 2, 3])));
    assert_eq!(two.answer(0x7_0001, &[1 << 32, 0], KERNEL), (CallEntry::FAILED, 8, [0; 9]));
    let user = two.answer(0x7_0001, &[20, 22], USER);
    assert_eq!(user, (CallEntry::FAULTED, 0, words([0xc00, u64::MAX])), "refused by an exception");
}

#[test]
fn policy_privilege_and_counters_are_those_of_registers() {
    let mut guest = Guest::new(handlers(builder()).policy("deny=LAB_ORACLE".parse().unwrap()));
    assert_eq!(guest.answer(4, &[], KERNEL), (CallEntry::FAILED, minus(1000), [0; 9]));
    assert_eq!(guest.answer(0x99, &[], KERNEL), (CallEntry::FAILED, minus(1000), [0; 9]));
    assert_eq!(guest.answer(1, &[1, 1], USER), (CallEntry::FAILED, minus(1), [0; 9]));
    assert_eq!(guest.answer(1, &[1, 1], KERNEL), (CallEntry::DONE, 2, [0; 9]));
    assert_eq!(guest.counts("LAB_ORACLE").denied, 1);
    let total = guest.total();
    assert_eq!((total.calls, total.denied, total.unknown, total.user_refused), (4, 1, 1, 1));
}

#[test]
fn an_entry_that_means_nothing_is_invalid_once_its_call_may_be_made() {
    let mut guest = Guest::new(handlers(builder()));
    let sound = CallEntry::new(1, &[1, 1]);
    let broken = [
        CallEntry { state: CallEntry::FREE, ..sound },
        CallEntry { state: CallEntry::DONE, ..sound },
        CallEntry { state: u32::MAX, ..sound },
        CallEntry { flags: 1, ..sound },
        CallEntry { reserved: [0, 0, 0, 1], ..sound },
    ];
    for entry in broken {
        let mut served = entry;
        assert_eq!(guest.enter(&mut served, KERNEL), Progress::Answered);
        let expected = CallEntry { state: CallEntry::FAILED, result: minus(22), words: [0; 9], ..entry };
        assert_eq!(served, expected);
        let mut unknown = CallEntry { number: 0x99, ..entry };
        guest.enter(&mut unknown, KERNEL);
        assert_eq!(unknown.result, minus(1000));
    }
    let counts = guest.counts("LAB_ADD");
    assert_eq!((counts.calls, counts.errors), (5, 5));
}

#[test]
fn outcomes_that_are_no_return_are_said_in_the_entry_or_to_whoever_serves_it() {
    let mut guest = Guest::new(builder().handle(act));
    assert_eq!(guest.answer(6, &[1], KERNEL), (CallEntry::FAULTED, 0, words([13, 0])));
    assert_eq!(guest.answer(6, &[2], KERNEL), (CallEntry::FAULTED, 0, words([6, CallEntry::NO_ERROR_CODE])));
    assert_eq!(guest.answer(6, &[6], KERNEL), (CallEntry::FAILED, minus(11), [0; 9]));

    let retried = CallEntry::new(6, &[0]);
    let mut entry = retried;
    assert_eq!(guest.enter(&mut entry, KERNEL), Progress::Pending);
    assert_eq!(entry, retried);

    let mut entry = CallEntry::new(6, &[3]);
    assert_eq!(guest.enter(&mut entry, KERNEL), Progress::Exit(VmExit { code: 9 }));
    assert_eq!((entry.state, entry.result, entry.words), (CallEntry::DONE, 0, [0; 9]));

    let mut entry = CallEntry::new(6, &[4]);
    let Progress::Deferred(deferral) = guest.enter(&mut entry, KERNEL) else { panic!("not deferred") };
    assert_eq!(entry, CallEntry::new(6, &[4]));
    assert_eq!(guest.vcpu.try_wait(deferral), None);
    KEPT.with(RefCell::take).unwrap().complete(Ok(Output::value(77)));
    assert_eq!(entry.settle(guest.vcpu.wait(deferral)), Progress::Answered);
    assert_eq!((entry.state, entry.result), (CallEntry::DONE, 77));
}

#[cfg(feature = "std")]
#[test]
fn a_panic_is_the_internal_error() {
    hypercall_core::panics::silence_handler_panics();
    let mut guest = Guest::new(builder().handle(act));
    assert_eq!(guest.answer(6, &[5], KERNEL), (CallEntry::FAILED, minus(5), [0; 9]));
    assert_eq!(guest.counts("LAB_ACT").panics, 1);
}
