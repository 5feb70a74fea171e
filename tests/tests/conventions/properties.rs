//! What every convention must do, over random register files: one body, all conventions.

use crate::checks::{DOOR, Host, Listed, dispatcher};
use crate::files::File;
use crate::tables::{self, ModeTable, Refused, Table};
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{Caller, Endian, Fault, Privilege, VmExit};
use proptest::prelude::*;
use std::sync::LazyLock;

/// The bits of an argument, a result or an output that count.
fn mask(mode: &ModeTable) -> u64 {
    if mode.width == Width::Bits64 { u64::MAX } else { 0xffff_ffff }
}

fn number_mask(mode: &ModeTable) -> u64 {
    if mode.number_bits == 64 { u64::MAX } else { 0xffff_ffff }
}

/// All modes of all conventions.
fn modes() -> impl Iterator<Item = (usize, &'static Table, &'static ModeTable)> {
    static TABLES: [Table; 6] = tables::ALL;
    TABLES.iter().enumerate().flat_map(|(i, t)| t.modes.iter().map(move |m| (i, t, m)))
}

static DISPATCHERS: LazyLock<Vec<[Dispatcher<Host>; 2]>> = LazyLock::new(|| {
    let denied = || Policy::default().deny("CV_ACT".parse().unwrap()).allow_user_mode();
    let build =
        |t: &Table| [dispatcher(t.convention, t, Policy::default()), dispatcher(t.convention, t, denied())];
    tables::ALL.iter().map(build).collect()
});

/// What a guest may do, and what the handler then answers.
#[derive(Clone, Copy, Debug)]
enum Case {
    Unknown(u64),
    Denied,
    User,
    /// An argument that its type refuses.
    Invalid,
    Handled(Result<Outcome, Error>),
    /// A completion that was dropped.
    Lost,
}

fn output() -> impl Strategy<Value = Output> {
    (any::<Option<u64>>(), prop::collection::vec(any::<u64>(), 0..=9)).prop_map(|(value, extra)| {
        extra.into_iter().fold(value.map_or(Output::NONE, Output::value), Output::and)
    })
}

fn case() -> impl Strategy<Value = Case> {
    let fault = any::<u32>().prop_map(|code| Outcome::Fault(Fault { code, error_code: None }));
    let exit = any::<u32>().prop_map(|code| Outcome::Exit(VmExit { code }));
    prop_oneof![
        any::<u64>().prop_map(Case::Unknown),
        Just(Case::Denied),
        Just(Case::User),
        Just(Case::Invalid),
        Just(Case::Lost),
        output().prop_map(|o| Case::Handled(Ok(Outcome::Complete(o)))),
        (0..Error::ALL.len()).prop_map(|i| Case::Handled(Err(Error::ALL[i]))),
        prop_oneof![fault, exit, Just(Outcome::Retry)].prop_map(|o| Case::Handled(Ok(o))),
    ]
}

/// The registers after a return, from the table: `result`, a `value` where it has a register of its own, and
/// outputs; everything else as before.
fn after(mut file: File, mode: &ModeTable, result: u64, value: Option<u64>, extra: &[u64]) -> File {
    for (name, output) in mode.outputs.iter().zip(extra) {
        *file.named(name) = output & mask(mode);
    }
    if let Some(value) = value.filter(|_| mode.value != mode.result) {
        *file.named(mode.value) = value & mask(mode);
    }
    *file.named(mode.result) = result & mask(mode);
    file
}

/// The file that the guest must find, and the action that the backend must take if it is not a return.
fn expected(table: &Table, mode: &ModeTable, file: File, case: Case) -> (File, Option<Action>) {
    let none = table.always_writes_value.then_some(0);
    let error = |i: usize| (after(file, mode, table.errors[i] as u64, none, &[]), None);
    match case {
        Case::Unknown(_) | Case::Denied => error(0),
        Case::Invalid => error(2),
        Case::Lost => error(12),
        Case::User => match table.refused {
            Refused::Result(code) => (after(file, mode, code as u64, none, &[]), None),
            Refused::Fault(code) => (file, Some(Action::Fault(Fault { code, error_code: None }))),
        },
        Case::Handled(Err(e)) => error(Error::ALL.iter().position(|x| *x == e).unwrap()),
        Case::Handled(Ok(outcome)) => match outcome {
            Outcome::Complete(o) if mode.value == mode.result => {
                (after(file, mode, o.get().unwrap_or(0), None, o.extra()), None)
            }
            Outcome::Complete(o) => (after(file, mode, 0, o.get().or(none), o.extra()), None),
            Outcome::Failed(_) | Outcome::Deferred => unreachable!("not generated"),
            Outcome::Retry => (file, Some(Action::Retry)),
            Outcome::Fault(fault) => (file, Some(Action::Fault(fault))),
            Outcome::Exit(exit) => (file, Some(Action::Exit(exit))),
        },
    }
}

proptest! {
    #[test]
    fn what_a_guest_loads_the_host_reads(
        values: [u64; 32], special: [u64; 4], number: u64, arguments: [u64; 9], user: bool,
    ) {
        for (_, table, mode) in modes() {
            let before = File::filled(table.convention.arch, values.into_iter().chain(special));
            let privilege = if user { Privilege::User } else { Privilege::Supervisor };
            let caller = Caller { width: mode.width, privilege, endian: Endian::Big };
            let marshal = table.convention.mode(mode.width).unwrap();
            let mut file = before;
            marshal.load(&mut file, number, &arguments[..mode.arguments.len()]);
            let trap = marshal.read(&file, caller);

            prop_assert_eq!(trap.number, number & number_mask(mode));
            for (i, argument) in trap.arguments.iter().enumerate() {
                let sent = if i < mode.arguments.len() { arguments[i] & mask(mode) } else { 0 };
                prop_assert_eq!(*argument, sent);
            }
            prop_assert_eq!(trap.caller, caller);
            // Neither side of it touches a register without a role.
            let mut expected = before;
            for name in mode.arguments.iter().chain([&mode.number]) {
                *expected.named(name) = *file.named(name);
            }
            prop_assert_eq!(file, expected);
        }
    }

    #[test]
    fn no_register_outside_the_outputs_changes_whatever_becomes_of_a_call(
        values: [u64; 32], special: [u64; 4], garbage: u64, case in case(), way in 0..3,
    ) {
        for (i, table, mode) in modes() {
            let convention = table.convention;
            let dispatcher = &DISPATCHERS[i][usize::from(matches!(case, Case::Denied))];
            let mut file = File::filled(convention.arch, values.into_iter().chain(special));
            let number = match case {
                // Numbers 1 and 2 exist, and nothing else of the vendor's or anybody's.
                Case::Unknown(n) if !table.wire.contains(&(n & number_mask(mode))) => n,
                Case::Unknown(n) => n ^ 0x100,
                _ => table.wire[1] | garbage & !number_mask(mode),
            };
            let argument = if matches!(case, Case::Invalid) { 0x1_0000 } else { 0xffff };
            *file.named(mode.arguments[0]) = argument | garbage & !mask(mode);
            *file.named(mode.number) = number;
            let privilege = if matches!(case, Case::User) { Privilege::User } else { Privilege::Supervisor };
            let caller = Caller { width: mode.width, privilege, endian: Endian::Little };
            let (expected, action) = expected(table, mode, file, case);

            let host = Host::default();
            *host.act.lock().unwrap() = match case {
                Case::Handled(outcome) => Some(outcome),
                Case::Lost => Some(Ok(Outcome::Deferred)),
                _ => None,
            };
            let mut vcpu = dispatcher.vcpu(0);
            let entry = dispatcher.entry(DOOR).unwrap();
            let before = file;
            let flow = match way {
                0 => file.serve(dispatcher, entry, &host, &mut vcpu, caller),
                1 => file.serve_list::<_, Listed>(dispatcher, DOOR, &host, &mut vcpu, caller),
                _ => dispatcher.serve(entry, &host, &mut vcpu, &mut file, caller),
            };
            let mut done = flow.break_value();
            if let Some(Action::Deferred(deferral)) = done {
                prop_assert_eq!(file, before, "a deferred call has no answer yet");
                let answer = vcpu.wait(deferral);
                let Action::Return(answer) = &answer else { panic!("{answer:?}") };
                convention.mode(mode.width).unwrap().write(&mut file, answer);
                done = None;
            }
            prop_assert_eq!(file, expected, "{} {:?}: {:?}", convention.name, mode.width, done);
            prop_assert_eq!(done, action);
        }
    }
}

/// The property above is of the list's code where that serves the call: once for each architecture.
#[test]
fn a_list_serves_each_architectures_common_convention() {
    use hypercall_arch_ppc::PpcRegisters;
    use hypercall_arch_s390::S390Registers;
    use hypercall_arch_x86::X86Registers;
    fn in_place<R: hypercall_core::Registers>(arch: Arch) -> u32 {
        let of =
            tables::ALL.iter().zip(DISPATCHERS.iter()).filter(|(table, _)| table.convention.arch == arch);
        of.map(|(_, [dispatcher, _])| dispatcher.list_entry::<Listed, R>(DOOR).unwrap().in_place()).sum()
    }
    assert_eq!(in_place::<S390Registers>(Arch::S390), 1);
    assert_eq!(in_place::<PpcRegisters>(Arch::Ppc), 1, "ePAPR's, not PAPR's");
    assert_eq!(in_place::<X86Registers>(Arch::X86), 1, "KVM's");
    assert_eq!(in_place::<X86Registers>(Arch::S390), 0);
}
