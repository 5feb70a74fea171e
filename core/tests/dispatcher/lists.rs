//! Calls that are compiled as a list: the same as closures, whatever becomes of a call.

use crate::machine::*;
use crate::serves::{POLICIES, Six, every_call, outcome, same};
use hypercall_core::convention::{Convention, Registers};
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{Builder, CallList, Caller, ListEntry, Vcpu, call_list};
use std::ops::ControlFlow;

/// The machines' registers, where the path is compiled for the convention of the one or the other.
struct File<const PPC: bool>([u64; REGISTERS]);

impl<const PPC: bool> Registers for File<PPC> {
    const COMMON: Option<&'static Convention> = Some(if PPC { &TWO } else { &ONE });
    fn get(&self, index: usize) -> u64 {
        self.0[index]
    }
    fn set(&mut self, index: usize, value: u64) {
        self.0[index] = value;
    }
}

type FileOne = File<false>;
type FileTwo = File<true>;

call_list! {
    /// Those of either machine; `Six` and `Outputs` there where calls have so many registers.
    struct One for () { Add, OldAdd, Oracle, Act, Wide }
}

call_list! {
    /// The same with more, in another order.
    struct Two for () { Act, Six, Outputs, Wide, Oracle, Add, OldAdd }
}

fn serve_list<L: CallList<()>, const PPC: bool>(
    dispatcher: &Dispatcher<()>,
    vcpu: &mut Vcpu,
    registers: &mut [u64; REGISTERS],
    caller: Caller,
) -> ControlFlow<Action> {
    let mut file = File::<PPC>(*registers);
    let entry: ListEntry<L, File<PPC>> = dispatcher.list_entry(DOOR).unwrap();
    let flow = dispatcher.serve_list(entry, &(), vcpu, &mut file, caller);
    *registers = file.0;
    flow
}

/// A guest whose calls a list serves.
struct Listed {
    guest: Guest,
    serve: fn(&Dispatcher<()>, &mut Vcpu, &mut [u64; REGISTERS], Caller) -> ControlFlow<Action>,
}

impl Listed {
    fn new<L: CallList<()>, const PPC: bool>(builder: Builder<()>) -> Listed {
        Listed { guest: Guest::new(builder.serves_list::<L>()), serve: serve_list::<L, PPC> }
    }

    fn outcome(&mut self, caller: Caller, number: u64, arguments: &[u64]) -> String {
        let Listed { guest, serve } = self;
        let action = guest.call_by(caller, number, arguments, *serve);
        outcome(guest, action)
    }
}

#[test]
fn a_list_is_served_as_closures_are() {
    for policy in POLICIES.map(|policy| policy.parse::<Policy>().unwrap()) {
        for (ppc, machine) in [(false, builder as fn() -> Builder<()>), (true, builder_two)] {
            let machine = || machine().policy(policy.clone());
            let mut listed =
                if ppc { Listed::new::<Two, true>(machine()) } else { Listed::new::<One, false>(machine()) };
            let handled = same::<OldAdd>(same::<Oracle>(same::<Wide>(same::<Add>(same::<Act>(machine())))));
            let mut handled = Guest::new(if ppc { same::<Six>(same::<Outputs>(handled)) } else { handled });
            every_call(ppc, |caller, number, arguments| {
                let one = listed.outcome(caller, number, arguments);
                let action = handled.call_from(caller, number, arguments);
                let other = outcome(&mut handled, action);
                assert_eq!(one, other, "{number:#x} {arguments:x?} {caller:?} {policy:?}");
            });
            assert_eq!(listed.guest.total(), handled.total());
            for definition in handled.dispatcher.served() {
                let counts = [&listed.guest, &handled].map(|guest| guest.counts(definition.name));
                assert_eq!(counts[0], counts[1], "{definition:?}");
            }
            let act = listed.guest.counts("LAB_ACT");
            assert!(listed.guest.counts("LAB_ADD").calls > 0 && act.panics > 0 && act.errors > act.panics);
        }
    }
}

/// How many calls of a list the compiled code serves.
fn in_place<L: CallList<()>, R: Registers>(builder: Builder<()>) -> u32 {
    builder.build().unwrap().list_entry::<L, R>(DOOR).unwrap().in_place()
}

#[test]
fn the_compiled_code_serves_what_has_nothing_to_do_before_its_handler() {
    let one = || builder().serves_list::<One>();
    assert_eq!(in_place::<One, FileOne>(one()), 4, "all but the deprecated one");
    assert_eq!(in_place::<Two, FileTwo>(builder_two().serves_list::<Two>()), 5, "nor that of six registers");
    assert_eq!(in_place::<One, FileOne>(one().policy("deny=LAB_WIDE".parse().unwrap())), 3);
    assert_eq!(in_place::<One, FileOne>(one().policy("confidential".parse().unwrap())), 3, "trust");
    assert_eq!(in_place::<One, FileOne>(one().statistics(false)), 4);
    assert_eq!(in_place::<One, FileOne>(one().clock(|| 1)), 0, "they are timed");
    assert_eq!(in_place::<One, FileTwo>(one()), 0, "another convention's registers");
    assert_eq!(in_place::<Two, FileOne>(one()), 0, "another list");
    assert_eq!(in_place::<(), FileOne>(one()), 0, "no list");
    assert_eq!(in_place::<One, FileOne>(builder()), 0, "a dispatcher without one");
    assert_eq!(in_place::<One, FileOne>(builder().serves_list::<()>().serves_list::<One>()), 4);

    let dispatcher = one().build().unwrap();
    assert!(dispatcher.list_entry::<One, FileOne>(EntryPoint::new("window", 0)).is_none());
    let entry = dispatcher.list_entry::<One, FileOne>(DOOR).unwrap();
    assert_eq!(Some(entry.id()), dispatcher.entry(DOOR));
    assert_eq!(format!("{entry:?}"), "ListEntry(0, 4 calls)");
}

#[test]
fn a_list_stands_beside_other_handlers_in_whatever_order_they_are_given() {
    call_list! {
        /// One call.
        struct Few for () { Wide }
    }
    for list_first in [true, false] {
        let machine = builder();
        let machine = if list_first { machine.serves_list::<Few>() } else { machine };
        let machine = machine.serves::<Add>();
        let machine = if list_first { machine } else { machine.serves_list::<Few>() };
        let dispatcher = machine.build().unwrap();
        let entry: ListEntry<Few, FileOne> = dispatcher.list_entry(DOOR).unwrap();
        assert_eq!(entry.in_place(), 1);
        let mut vcpu = dispatcher.vcpu(0);
        for (number, result) in [(1, 10), (8, 4 ^ 6), (9, minus(1000))] {
            let mut file: FileOne = File([number, 4, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            assert!(dispatcher.serve_list(entry, &(), &mut vcpu, &mut file, KERNEL).is_continue());
            assert_eq!(file.0[0], result);
        }
        for (call, name) in ["LAB_WIDE", "LAB_ADD"].into_iter().enumerate() {
            assert_eq!(dispatcher.served().nth(call).unwrap().name, name, "the list's are the first");
            assert_eq!(vcpu.statistics().of(Some(call)).calls, 1);
        }
        assert_eq!(vcpu.statistics().of(None).unknown, 1);
    }
}

#[test]
fn a_call_that_is_listed_and_handled_is_an_error_of_the_builder() {
    for builder in
        [builder().serves_list::<One>().serves::<Add>(), same::<Add>(builder()).serves_list::<One>()]
    {
        let error = builder.build().unwrap_err();
        assert!(error.to_string().contains("LAB_ADD"), "{error}");
    }
    let error = builder().serves_list::<Two>().build().unwrap_err();
    assert!(error.to_string().contains("LAB_"), "six arguments and none to take them: {error}");
}

/// Another VM's.
struct Panics;

impl Serves<Add> for Panics {
    type Answer = ();
    fn serve(&self, _: Add, context: &mut Context<'_>) -> Result<(), Error> {
        assert_eq!((context.definition().name, context.vcpu()), ("LAB_ADD", 7));
        assert_eq!(format!("{:?}", context.entry()), "EntryId(0)");
        let _lost = context.defer();
        panic!("a handler that panics with a completion in its hands")
    }
}

#[cfg(feature = "std")]
#[test]
fn a_listed_handler_that_panics_gives_the_internal_error_and_the_next_call_is_served() {
    call_list! {
        /// One call.
        struct Bad for Panics { Add }
    }
    hypercall_core::panics::silence_handler_panics();
    let builder = Dispatcher::<Panics>::builder(Arch::X86).entry(DOOR, &ONE, &LAB);
    let dispatcher = builder.serves_list::<Bad>().build().unwrap();
    let entry: ListEntry<Bad, FileOne> = dispatcher.list_entry(DOOR).unwrap();
    let mut vcpu = dispatcher.vcpu(7);
    for calls in 1..4 {
        let mut file: FileOne = File([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert!(dispatcher.serve_list(entry, &Panics, &mut vcpu, &mut file, KERNEL).is_continue());
        assert_eq!(file.0, [minus(5), 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        let counts = vcpu.statistics().total();
        assert_eq!((counts.calls, counts.errors, counts.panics), (calls, calls, calls));
    }
}

#[cfg(feature = "std")]
#[test]
fn a_listed_call_is_traced_from_when_somebody_listens() {
    let mut listed = Listed::new::<One, false>(builder());
    listed.outcome(KERNEL, 1, &[40, 2]);
    let lines = crate::outcomes::logged_again(|| drop(listed.outcome(KERNEL, 1, &[1, 2])));
    assert!(lines.len() == 1 && lines[0].contains("LAB_ADD"), "{lines:?}");
    assert_eq!(listed.guest.counts("LAB_ADD").calls, 3);
}
