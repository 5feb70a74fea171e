//! Multicalls of a hostile guest: nonsense, memory that goes away, entries that change while they are served.

use crate::machine::*;
use crate::multicall::*;
use core::cell::RefCell;
use hypercall_core::memory::{FlatMemory, GuestMemory, GuestMemoryExt, MemoryError};
use hypercall_core::multicall::Batches;
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{CallEntry, Endian};
use proptest::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// Memory of which a part goes away, can no longer be written, or whose code panics, once it was looked at.
struct Failing {
    inner: &'static FlatMemory,
    unreadable: Option<u64>,
    unwritable: Option<u64>,
    panics: bool,
}

impl GuestMemory for Failing {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        assert!(!self.panics);
        let error = MemoryError { address, length: buffer.len() as u64 };
        if self.unreadable == Some(address) { Err(error) } else { self.inner.read(address, buffer) }
    }
    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        let error = MemoryError { address, length: data.len() as u64 };
        if self.unwritable == Some(address & !127) { Err(error) } else { self.inner.write(address, data) }
    }
    fn contains(&self, address: u64, length: u64) -> bool {
        self.inner.contains(address, length)
    }
}

#[test]
fn memory_that_goes_away_meanwhile_is_a_bad_address_and_no_more() {
    hypercall_core::panics::silence_handler_panics();
    // Sixteen are copied together; the next have other memory.
    let at = Some(MEMORY + 16 * 128);
    let memory = || Failing { inner: memory(), unreadable: None, unwritable: None, panics: false };
    for (failing, expected, served) in [
        (Failing { unreadable: at, ..memory() }, minus(14), 16),
        (Failing { unwritable: at, ..memory() }, minus(14), 20),
        (Failing { panics: true, ..memory() }, minus(5), 0),
    ] {
        let inner = failing.inner;
        let failing: &'static Failing = Box::leak(Box::new(failing));
        let guest = Guest::new(handlers(builder()).multicall(Batches::new(move |(): &()| failing)));
        let mut batch = Batch { guest, memory: inner, caller: KERNEL };
        batch.put(&[add(1, 1); 20]);
        assert_eq!(batch.serve(20, 0), expected);
        let answered = if served == 0 { 0 } else { 16 };
        let answers = batch.answers(20);
        assert!(answers[..answered].iter().all(|answer| *answer == (DONE, 2)), "{answers:?}");
        assert!(answers[answered..].iter().all(|answer| *answer == (PENDING, 0)), "{answers:?}");
        assert_eq!(batch.guest.counts("LAB_ADD").calls, served);
        assert_eq!(batch.guest.counts("HYPERCALL_MULTICALL").errors, 1);
    }
}

/// Memory in which another vCPU's thread rewrites each entry as soon as it was read once.
struct Rewritten(&'static FlatMemory);

impl GuestMemory for Rewritten {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.0.read(address, buffer)?;
        self.0.write(address, &vec![0xff; buffer.len()])
    }
    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        self.0.write(address, data)
    }
    fn contains(&self, address: u64, length: u64) -> bool {
        self.0.contains(address, length)
    }
}

#[test]
fn an_entry_is_read_once() {
    let memory = memory();
    let rewritten: &'static Rewritten = Box::leak(Box::new(Rewritten(memory)));
    let guest = Guest::new(handlers(builder()).multicall(Batches::new(move |(): &()| rewritten)));
    let mut batch = Batch { guest, memory, caller: KERNEL };
    batch.put(&[add(20, 22), add(1, 2)]);
    assert_eq!(batch.serve(2, STOP), 2);
    assert_eq!(batch.answers(2), [(DONE, 42), (DONE, 3)]);
    assert_eq!(batch.entry(0).number, 1, "as it was copied");
}

/// A second thread rewrites number, state and arguments all the time: each answer is that of one of the calls
/// it wrote, never of half of one, and no entry makes more than one call.
#[test]
fn a_guest_that_rewrites_entries_meanwhile_gains_nothing() {
    static SEEN: std::sync::Mutex<Vec<u64>> = std::sync::Mutex::new(Vec::new());
    fn note((): &(), call: Act, _: &mut Context<'_>) -> Result<u64, Error> {
        SEEN.lock().unwrap().push(call.what);
        Ok(call.what)
    }
    let memory = memory();
    let batches = Batches::new(move |(): &()| memory);
    let mut guest = Guest::new(handlers(builder()).handle(note).multicall(batches));
    let stop = AtomicBool::new(false);
    let rounds: u64 = 300;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                n += 1;
                let index = n % 16;
                let entry = match n % 5 {
                    0 => add(n, 1),
                    1 => CallEntry::new(MULTICALL, &[MEMORY, 16, 0]),
                    2 => CallEntry { state: n as u32, flags: n as u32, ..acts(n) },
                    3 => CallEntry::new(n, &[n; 9]),
                    _ => acts(n),
                };
                memory.write_value(MEMORY + index * 128, entry, Endian::Little).unwrap();
            }
        });
        for round in 0..rounds {
            let before = guest.total().calls;
            let served = guest.result(MULTICALL, &[MEMORY, 16, 0]);
            assert_eq!(served, 16);
            assert_eq!(guest.total().calls - before, 17, "round {round}: one call an entry");
        }
        stop.store(true, Ordering::Relaxed);
    });
    // What was seen by handlers was counted as that call, served: no more, no less.
    let counts = guest.counts("LAB_ACT");
    assert_eq!(counts.calls - counts.errors, SEEN.lock().unwrap().len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in memory and in the registers: the multicall returns, serves at most its bound, and
    /// changes no byte of memory but state to words of the entries it says it served.
    #[test]
    fn nothing_a_guest_writes_makes_more_than_its_entries(
        bytes in proptest::collection::vec(any::<u8>(), 128 * 8),
        numbers in proptest::collection::vec(prop_oneof![0_u64..10, Just(MULTICALL), any::<u64>()], 8),
        sound in proptest::collection::vec(any::<bool>(), 8),
        address in prop_oneof![
            (0_u64..12).prop_map(|i| MEMORY_END - 128 * i),
            any::<u64>(),
            any::<u64>().prop_map(|a| a & !127),
        ],
        count in prop_oneof![0_u64..12, any::<u64>()],
        flags in prop_oneof![0_u64..2, any::<u64>()],
        narrow in any::<bool>(),
        most in 1_u32..10,
    ) {
        hypercall_core::panics::silence_handler_panics();
        let mut batch = Batch::with(builder(), |batches| {
            batches.at_most(most).waiting(|(): &(), vcpu, deferral| {
                KEPT.with(RefCell::take).expect("deferred").complete(Ok(Output::NONE));
                vcpu.wait(deferral)
            })
        });
        batch.caller = if narrow { KERNEL_32 } else { KERNEL };
        let base = MEMORY_END - 128 * 8;
        batch.memory.write(base, &bytes).unwrap();
        for (i, (number, sound)) in numbers.iter().zip(&sound).enumerate() {
            let place = base + 128 * i as u64;
            batch.memory.write_value(place, *number, Endian::Little).unwrap();
            if *sound {
                batch.memory.write_value(place, CallEntry::new(*number, &[*number; 9]), Endian::Little).unwrap();
            }
        }
        let all = || {
            let mut all = vec![0; (MEMORY_END - MEMORY) as usize];
            batch.memory.read(MEMORY, &mut all).unwrap();
            all
        };
        let before = all();
        let calls = batch.guest.total().calls;
        let action = batch.guest.call_from(batch.caller, MULTICALL, &[address, count, flags]);
        let served = match action {
            None => {
                let result = batch.guest.registers[0];
                let signed = if narrow { i64::from(result as u32 as i32) } else { result as i64 };
                u64::try_from(signed).unwrap_or(0) // an error serves none
            }
            Some(other) => { prop_assert!(matches!(other, Action::Exit(_)), "{other:?}"); u64::from(most) }
        };
        prop_assert!(served <= u64::from(most));
        prop_assert!(batch.guest.total().calls - calls <= u64::from(most) + 1);
        let first = batch.caller.width.mask(address);
        for (i, (is, was)) in all().iter().zip(&before).enumerate() {
            let at = MEMORY + i as u64;
            let answered = at.checked_sub(first).is_some_and(|offset| offset < served * 128)
                && (8..96).contains(&(at % 128));
            prop_assert!(is == was || answered, "{at:#x} changed");
        }
    }
}
