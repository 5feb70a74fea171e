//! Many calls in one exit: order, bounds, what stops a batch, and what each outcome is in one.

use crate::machine::*;
use core::cell::{Cell, RefCell};
use hypercall_core::argument::GuestAddress;
use hypercall_core::memory::{FlatMemory, GuestMemoryExt};
use hypercall_core::multicall::{Batches, MOST_ENTRIES, MulticallFlags, hand_in};
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{BuildError, EntryPoint, interface};
use hypercall_core::{Builder, CallEntry, Caller, Completion, Endian, Fault, Multicall, VmExit};

/// HYPERCALL_MULTICALL on machine one, by the ABI.
pub const MULTICALL: u64 = 0x4856_0040;
/// On machine two.
const MULTICALL_TWO: u64 = 0x40;
pub const STOP: u64 = 1;

pub const MEMORY: u64 = 0x1000;
pub const MEMORY_END: u64 = MEMORY + (MOST_ENTRIES as u64 + 8) * 128;

std::thread_local! {
    static RETRIES: Cell<u64> = const { Cell::new(0) };
    pub static KEPT: RefCell<Option<Completion>> = const { RefCell::new(None) };
}

fn act((): &(), call: Act, context: &mut Context<'_>) -> Result<Outcome, Error> {
    Ok(match call.what {
        0 if RETRIES.replace(RETRIES.get().saturating_sub(1)) > 0 => Outcome::Retry,
        0 => 7_u64.into(),
        1 => Outcome::Fault(Fault { code: 13, error_code: Some(0) }),
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

pub fn memory() -> &'static FlatMemory {
    Box::leak(Box::new(FlatMemory::new(MEMORY, (MEMORY_END - MEMORY) as usize)))
}

/// A machine, its memory, and what is in it.
pub struct Batch {
    pub guest: Guest,
    pub memory: &'static FlatMemory,
    pub caller: Caller,
}

impl Batch {
    pub fn with(builder: Builder<()>, batches: impl FnOnce(Batches<()>) -> Batches<()>) -> Batch {
        let memory = memory();
        let batches = batches(Batches::new(move |(): &()| memory));
        let guest = Guest::new(handlers(builder).handle(act).multicall(batches));
        Batch { guest, memory, caller: KERNEL }
    }

    fn new(builder: Builder<()>) -> Batch {
        Batch::with(builder, |batches| batches)
    }

    pub fn put(&self, entries: &[CallEntry]) {
        for (address, entry) in (MEMORY..).step_by(128).zip(entries) {
            self.memory.write_value(address, *entry, self.caller.endian).unwrap();
        }
    }

    pub fn entry(&self, index: u64) -> CallEntry {
        self.memory.read_value(MEMORY + index * 128, self.caller.endian).unwrap()
    }

    /// State and result of the first entries.
    pub fn answers(&self, count: u64) -> Vec<(u32, u64)> {
        (0..count).map(|i| self.entry(i)).map(|e| (e.state, e.result)).collect()
    }

    /// Serves the first entries; the multicall's result.
    #[track_caller]
    pub fn serve(&mut self, count: u64, flags: u64) -> u64 {
        self.guest.result_from(self.caller, MULTICALL, &[MEMORY, count, flags])
    }
}

pub fn add(a: u64, b: u64) -> CallEntry {
    CallEntry::new(1, &[a, b])
}

pub fn acts(what: u64) -> CallEntry {
    CallEntry::new(6, &[what])
}

pub const DONE: u32 = CallEntry::DONE;
const FAILED: u32 = CallEntry::FAILED;
pub const PENDING: u32 = CallEntry::PENDING;
const FAULTED: u32 = CallEntry::FAULTED;

#[test]
fn every_entry_gets_its_answer_and_none_stops_the_others() {
    hypercall_core::panics::silence_handler_panics();
    let mut batch = Batch::new(builder());
    batch.put(&[
        add(20, 22),
        acts(1),
        CallEntry::new(0x99, &[]),
        acts(5),
        acts(9),
        add(1 << 32, 0),
        add(1, 2),
    ]);
    assert_eq!(batch.serve(7, 0), 7);
    let expected = [
        (DONE, 42),
        (FAULTED, 0),
        (FAILED, minus(1000)),
        (FAILED, minus(5)),
        (FAILED, minus(11)),
        (FAILED, minus(22)),
        (DONE, 3),
    ];
    assert_eq!(batch.answers(7), expected);
    assert_eq!(batch.entry(7), CallEntry { state: 0, ..CallEntry::new(0, &[]) }, "behind the last");
    let (add, act, own) = ["LAB_ADD", "LAB_ACT", "HYPERCALL_MULTICALL"].map(|n| batch.guest.counts(n)).into();
    assert_eq!((add.calls, add.errors), (3, 1));
    assert_eq!((act.calls, act.errors, act.panics), (3, 2, 1));
    assert_eq!((own.calls, own.errors), (1, 0));
    assert_eq!(batch.guest.total().calls, 8);
}

#[test]
fn a_flag_stops_it_behind_the_first_that_fails_or_faults() {
    for (bad, answer) in
        [(acts(9), (FAILED, minus(11))), (acts(1), (FAULTED, 0)), (add(1 << 40, 0), (FAILED, minus(22)))]
    {
        let mut batch = Batch::new(builder());
        batch.put(&[add(1, 1), bad, add(2, 2)]);
        assert_eq!(batch.serve(3, STOP), 2);
        assert_eq!(batch.answers(3), [(DONE, 2), answer, (PENDING, 0)]);
    }
    // A value that looks like an error is none.
    let mut batch = Batch::new(builder());
    batch.caller = KERNEL_32;
    batch.put(&[CallEntry::new(2, &[0xffff_fffe]), add(2, 2)]);
    assert_eq!(batch.serve(2, STOP), 2);
    assert_eq!(batch.answers(2), [(DONE, 0xffff_ffff), (DONE, 4)]);
}

#[test]
fn one_exit_serves_so_many_and_the_guest_goes_on_from_there() {
    let entries: Vec<_> = (0..u64::from(MOST_ENTRIES) + 3).map(|i| add(i, 1)).collect();
    for (bound, first) in [(MOST_ENTRIES, 256), (u32::MAX, 256), (100, 100), (1, 1), (0, 1)] {
        let mut batch = Batch::with(builder(), |batches| batches.at_most(bound));
        batch.put(&entries);
        let mut done = 0;
        while done < 259 {
            let arguments = [MEMORY + done * 128, 259 - done, 0];
            let served = batch.guest.result(MULTICALL, &arguments);
            assert_eq!(served, first.min(259 - done));
            assert!(batch.answers(259).iter().skip((done + served) as usize).all(|a| *a == (PENDING, 0)));
            done += served;
        }
        assert_eq!(batch.answers(259), (1..=259).map(|n| (DONE, n)).collect::<Vec<_>>());
    }
}

#[test]
fn a_retried_entry_stays_pending_and_is_the_first_of_the_next() {
    let mut batch = Batch::new(builder());
    batch.put(&[add(1, 1), acts(0), add(2, 2)]);
    RETRIES.set(2);
    assert_eq!(batch.serve(3, STOP), 1);
    assert_eq!(batch.answers(3), [(DONE, 2), (PENDING, 0), (PENDING, 0)]);
    assert_eq!(batch.entry(1), acts(0));
    assert_eq!(batch.guest.result(MULTICALL, &[MEMORY + 128, 2, STOP]), 0, "again");
    assert_eq!(batch.guest.result(MULTICALL, &[MEMORY + 128, 2, STOP]), 2);
    assert_eq!(batch.answers(3), [(DONE, 2), (DONE, 7), (DONE, 4)]);
    assert_eq!(batch.guest.counts("LAB_ACT").calls, 3);
}

/// Entries are copied sixteen at a time: what stops a batch does so at every place of them.
#[test]
fn a_batch_stops_where_it_must_at_each_place() {
    for place in [0, 1, 15, 16, 17, 31, 32] {
        let index = place as usize;
        let mut list = [add(1, 1); 40];
        list[index] = acts(0);
        let mut batch = Batch::new(builder());
        batch.put(&list);
        RETRIES.set(1);
        assert_eq!(batch.serve(40, 0), place);
        list[index] = acts(9);
        batch.put(&list);
        assert_eq!(batch.serve(40, STOP), place + 1);
        let answers = batch.answers(40);
        assert!(answers[..index].iter().all(|answer| *answer == (DONE, 2)), "{place}: {answers:?}");
        assert_eq!(answers[index], (FAILED, minus(11)));
        assert!(answers[index + 1..].iter().all(|answer| *answer == (PENDING, 0)), "{place}: {answers:?}");
    }
}

#[test]
fn the_end_of_the_vm_is_one_of_an_entry_that_is_done() {
    let mut batch = Batch::new(builder());
    batch.put(&[add(1, 1), acts(3), add(2, 2)]);
    let action = batch.guest.call(MULTICALL, &[MEMORY, 3, 0]);
    assert_eq!(action, Some(Action::Exit(VmExit { code: 9 })));
    assert_eq!(batch.answers(3), [(DONE, 2), (DONE, 0), (PENDING, 0)]);
    assert_eq!(batch.guest.counts("HYPERCALL_MULTICALL").calls, 1);
}

#[test]
fn the_vcpu_waits_for_a_deferred_entry() {
    static HANDED_OVER: std::sync::Mutex<Option<Completion>> = std::sync::Mutex::new(None);
    fn defer((): &(), _: Act, context: &mut Context<'_>) -> Result<Outcome, Error> {
        *HANDED_OVER.lock().unwrap() = Some(context.defer());
        Ok(Outcome::Deferred)
    }
    let completer = std::thread::spawn(|| {
        let mut left = [Ok(Output::value(77)), Err(Error::Busy)].into_iter();
        while left.len() > 0 {
            if let Some(completion) = HANDED_OVER.lock().unwrap().take() {
                completion.complete(left.next().unwrap());
            }
            std::thread::yield_now();
        }
    });
    let memory = memory();
    let batches = Batches::new(move |(): &()| memory);
    let guest = Guest::new(handlers(builder()).handle(defer).multicall(batches));
    let mut batch = Batch { guest, memory, caller: KERNEL };
    batch.put(&[acts(0), add(1, 1), acts(0), add(2, 2)]);
    assert_eq!(batch.serve(4, STOP), 3);
    assert_eq!(batch.answers(4), [(DONE, 77), (DONE, 2), (FAILED, minus(11)), (PENDING, 0)]);
    completer.join().unwrap();
}

#[test]
fn a_vmm_may_wait_in_its_own_way() {
    let by_this_thread = |(): &(), vcpu: &hypercall_core::Vcpu, deferral| {
        assert_eq!(vcpu.try_wait(deferral), None);
        KEPT.with(RefCell::take).unwrap().complete(Ok(Output::value(5)));
        vcpu.try_wait(deferral).unwrap()
    };
    let mut batch = Batch::with(builder(), |batches| batches.waiting(by_this_thread));
    batch.put(&[acts(4), add(1, 1)]);
    assert_eq!(batch.serve(2, 0), 2);
    assert_eq!(batch.answers(2), [(DONE, 5), (DONE, 2)]);

    // One that does not wait has broken the contract.
    let mut batch = Batch::with(builder(), |b| b.waiting(|(), _, deferral| Action::Deferred(deferral)));
    batch.put(&[add(1, 1), acts(4), add(1, 1)]);
    assert_eq!(batch.serve(3, 0), minus(5));
    assert_eq!(batch.answers(3), [(DONE, 2), (PENDING, 0), (PENDING, 0)]);
    KEPT.with(RefCell::take);
}

#[test]
fn a_multicall_in_a_multicall_is_unsupported_and_counts() {
    let mut batch = Batch::new(builder());
    batch.put(&[
        CallEntry::new(MULTICALL, &[MEMORY, 1, 0]),
        CallEntry::new(MULTICALL, &[1, 2, 3]),
        add(1, 1),
    ]);
    assert_eq!(batch.serve(3, 0), 3);
    assert_eq!(batch.answers(3), [(FAILED, minus(95)), (FAILED, minus(95)), (DONE, 2)]);
    let counts = batch.guest.counts("HYPERCALL_MULTICALL");
    assert_eq!((counts.calls, counts.errors), (3, 2));
}

#[test]
fn bad_lists_are_refused_before_an_entry_is_served() {
    let mut batch = Batch::new(builder());
    let list: Vec<_> = (0..MOST_ENTRIES + 8).map(|_| add(1, 1)).collect();
    let (invalid, fault) = (minus(22), minus(14));
    let cases = [
        // address, count, flags
        (MEMORY + 64, 1, 0, invalid),
        (MEMORY + 1, 0, 0, invalid),
        (MEMORY, 1, 2, invalid),
        (MEMORY, 1, 1 << 63, invalid),
        (MEMORY, 0, 3, invalid),
        (MEMORY - 128, 1, 0, fault),
        (MEMORY - 128, 2, 0, fault),
        (MEMORY_END, 1, 0, fault),
        (MEMORY_END - 128, 2, 0, fault),
        (MEMORY, u64::from(MOST_ENTRIES) + 9, 0, fault),
        (MEMORY, u64::MAX, 0, fault),
        (MEMORY, 1 << 57, 0, fault),
        (MEMORY, (1 << 57) + 1, 0, fault),
        (u64::MAX - 127, 1, 0, fault),
        (u64::MAX - 127, u64::MAX, 0, fault),
        (u64::MAX - 127, 0, 0, 0),
        (0, 0, 0, 0),
        (MEMORY, 0, STOP, 0),
    ];
    for (address, count, flags, expected) in cases {
        batch.put(&list);
        let result = batch.guest.result(MULTICALL, &[address, count, flags]);
        assert_eq!(result, expected, "{address:#x} {count:#x} {flags}");
        assert!(batch.answers(264).iter().all(|a| *a == (PENDING, 0)), "{address:#x} {count:#x}");
    }
    assert_eq!(batch.guest.counts("LAB_ADD").calls, 0);
}

#[test]
fn a_32_bit_guest_has_32_bit_arguments_and_answers() {
    let mut batch = Batch::new(builder());
    batch.caller = KERNEL_32;
    let high = 0xdead_beef_0000_0000;
    batch.put(&[CallEntry::new(high | 1, &[high | 20, high | 22]), CallEntry::new(0x99, &[])]);
    let result = batch.guest.result_from(KERNEL_32, high | MULTICALL, &[high | MEMORY, high | 2, high]);
    assert_eq!(result, 2);
    assert_eq!(batch.answers(2), [(DONE, 42), (FAILED, 0xffff_fc18)]);
}

#[test]
fn a_big_endian_guest_has_its_entries_in_its_byte_order() {
    let mut batch = Batch::new(builder());
    batch.caller = BIG;
    batch.put(&[add(20, 22)]);
    assert_eq!(batch.memory.read_value::<[u8; 16]>(MEMORY, Endian::Big).unwrap()[7], 1);
    assert_eq!(batch.serve(1, 0), 1);
    assert_eq!(batch.answers(1), [(DONE, 42)]);
}

#[test]
fn values_and_outputs_come_back_by_position() {
    let mut batch = Batch::new(builder_two());
    batch.put(&[
        CallEntry::new(0x7_0001, &[20, 22]),
        CallEntry::new(0x7_0007, &[]),
        CallEntry::new(0x7_0099, &[]),
    ]);
    assert_eq!(batch.guest.call(MULTICALL_TWO, &[MEMORY, 3, 0]), None);
    assert_eq!(batch.guest.registers[3..5], [0, 3]);
    assert_eq!(batch.entry(0).words, [42, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(batch.entry(1).words, [1, 2, 3, 0, 0, 0, 0, 0, 0]);
    assert_eq!(batch.answers(3), [(DONE, 0), (DONE, 0), (FAILED, 12)]);
}

#[test]
fn a_user_program_needs_the_policy_for_it_and_each_call_its_own() {
    let mut batch = Batch::new(builder());
    batch.caller = USER;
    batch.put(&[add(1, 1)]);
    assert_eq!(batch.serve(1, 0), minus(1));
    assert_eq!(batch.answers(1), [(PENDING, 0)]);
    let policy: Policy = "default,user-mode,deny=LAB_ORACLE".parse().unwrap();
    let mut batch = Batch::new(builder().policy(policy));
    batch.caller = USER;
    batch.put(&[add(1, 1), CallEntry::new(4, &[])]);
    assert_eq!(batch.serve(2, 0), 2);
    assert_eq!(batch.answers(2), [(DONE, 2), (FAILED, minus(1000))]);
    assert_eq!(batch.guest.counts("LAB_ORACLE").denied, 1);
}

#[test]
fn a_policy_that_denies_it_makes_it_unknown() {
    let mut batch = Batch::new(builder().policy("deny=HYPERCALL_MULTICALL".parse().unwrap()));
    batch.put(&[add(1, 1)]);
    assert_eq!(batch.serve(1, 0), minus(1000));
    assert_eq!(batch.answers(1), [(PENDING, 0)]);
    assert_eq!(
        Guest::new(handlers(builder())).result(MULTICALL, &[MEMORY, 0, 0]),
        minus(1000),
        "not offered"
    );
}

#[test]
fn it_is_offered_once_and_where_a_guest_reaches_it() {
    let memory = memory();
    let batches = || Batches::new(move |(): &()| memory);
    let twice = builder().multicall(batches()).multicall(batches()).build().unwrap_err();
    assert_eq!(twice, BuildError::DuplicateHandler("HYPERCALL_MULTICALL"));
    let nowhere = Dispatcher::<()>::builder(Arch::X86).multicall(batches()).build().unwrap_err();
    assert!(matches!(nowhere, BuildError::Unreachable { call: "HYPERCALL_MULTICALL", .. }), "{nowhere}");
}

#[test]
fn entries_are_served_where_the_multicall_came_in() {
    let other = EntryPoint::new("door", 0x49);
    let mut batch = Batch::new(builder().entry(other, &ONE, &interface::KVM));
    batch.put(&[add(20, 22)]);
    let mut registers = [MULTICALL, MEMORY, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let entry = batch.guest.dispatcher.entry(other).unwrap();
    let flow = batch.guest.dispatcher.serve(entry, &(), &mut batch.guest.vcpu, &mut registers[..], KERNEL);
    assert!(flow.is_continue());
    assert_eq!(registers[0], 1);
    assert_eq!(batch.answers(1), [(FAILED, minus(1000))], "the lab's number 1 is none of KVM's here");
}

/// The list of a batch, handed in as a guest's stub does.
fn hand_in_all(batch: &mut Batch, count: u64, flags: MulticallFlags) -> Result<u64, u64> {
    let memory = batch.memory;
    let list = Multicall { entries: GuestAddress(MEMORY), count, flags };
    let make = |call: &Multicall| {
        let arguments = [call.entries.0, call.count, call.flags.bits()];
        let result = batch.guest.result(MULTICALL, &arguments);
        if result > u64::MAX - 4095 { Err(result) } else { Ok(result) }
    };
    let entry = |index| memory.read_value::<CallEntry>(MEMORY + index * 128, Endian::Little).unwrap();
    hand_in(&list, make, |index| entry(index).has_failed())
}

#[test]
fn a_guests_loop_comes_to_the_end_of_its_list() {
    let mut batch = Batch::with(builder(), |batches| batches.at_most(3));
    let list = [add(1, 1), acts(0), acts(9), acts(0), add(2, 2), add(3, 3), acts(1), add(4, 4)];
    batch.put(&list);
    RETRIES.set(4);
    assert_eq!(hand_in_all(&mut batch, 8, MulticallFlags::empty()), Ok(8));
    let answers =
        [(DONE, 2), (DONE, 7), (FAILED, minus(11)), (DONE, 7), (DONE, 4), (DONE, 6), (FAULTED, 0), (DONE, 8)];
    assert_eq!(batch.answers(8), answers);
    batch.put(&list);
    assert_eq!(hand_in_all(&mut batch, 8, MulticallFlags::STOP_ON_ERROR), Ok(3));
    assert_eq!(batch.answers(4), [(DONE, 2), (DONE, 7), (FAILED, minus(11)), (PENDING, 0)]);
    assert_eq!(hand_in_all(&mut batch, 0, MulticallFlags::empty()), Ok(0));
    assert_eq!(hand_in_all(&mut batch, 1 << 40, MulticallFlags::empty()), Err(minus(14)));
}

#[test]
fn a_host_that_claims_too_much_does_not_lead_a_guest_out_of_its_list() {
    let list =
        Multicall { entries: GuestAddress(u64::MAX - 127), count: 3, flags: MulticallFlags::STOP_ON_ERROR };
    let mut asked = Vec::new();
    let done = hand_in(
        &list,
        |_| Ok::<_, ()>(u64::MAX),
        |index| {
            asked.push(index);
            false
        },
    );
    assert_eq!((done, asked), (Ok(3), vec![2]));
}
