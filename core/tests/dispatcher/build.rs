//! Every mistake a builder can see, before a guest runs.

use crate::machine::*;
use hypercall_core::argument::{Argument, ArgumentKind};
use hypercall_core::definition::{ArgumentInfo, Location};
use hypercall_core::encoding::{self, Reply};
use hypercall_core::interface::{self, Span};
use hypercall_core::prelude::*;
use hypercall_core::registry::{Registry, RegistryError};
use hypercall_core::{BuildError, Builder, Convention, Numbering};

const fn place(line: u32) -> Location {
    Location { file: "lab.rs", line }
}

const fn definition(name: &'static str, number: u64, interface: &'static Interface, line: u32) -> Definition {
    Definition {
        name,
        number,
        interface,
        archs: &[Arch::X86],
        status: Status::Active,
        purpose: "",
        arguments: &[],
        result: "",
        outputs: &[],
        errors: &[],
        feature: None,
        history: &[],
        shares: &[],
        trusts_host: false,
        location: place(line),
    }
}

static A: Definition = definition("A", 1, &interface::KVM, 10);
static B: Definition = definition("B", 1, &interface::KVM, 20);
static A_AGAIN: Definition = definition("A", 2, &interface::KVM, 30);
static A_ON_XEN: Definition = definition("A_ON_XEN", 1, &interface::XEN, 40);
static A_ON_PPC: Definition =
    Definition { archs: &[Arch::Ppc], ..definition("A_ON_PPC", 1, &interface::KVM, 50) };

fn refused(builder: Builder<()>) -> BuildError {
    builder.build().expect_err("nothing to refuse")
}

#[test]
fn a_number_given_twice_names_both_places() {
    let error = Registry::new([&A, &B]).unwrap_err();
    let expected = RegistryError::Collision {
        arch: Arch::X86,
        interface: "kvm",
        number: 1,
        first: ("A", place(10)),
        second: ("B", place(20)),
    };
    assert_eq!(error, expected);
    let text =
        "x86 kvm 0x1 is given to two calls: A (lab.rs:10) and B (lab.rs:20); give one of them another number";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_name_given_twice_names_both_places() {
    let error = Registry::new([&A, &A_AGAIN]).unwrap_err();
    assert_eq!(error, RegistryError::Name { name: "A", first: place(10), second: place(30) });
    assert_eq!(
        error.to_string(),
        "the name A is used twice: at lab.rs:10 and at lab.rs:30; rename one of them"
    );
}

#[test]
fn one_number_may_serve_two_interfaces_or_architectures() {
    let registry = Registry::new([&A, &A_ON_XEN, &A_ON_PPC, &A]).unwrap();
    assert_eq!(registry.len(), 3, "one given twice counts once");
    assert_eq!(registry.by_number(Arch::Ppc, &interface::KVM, 1).map(|d| d.name), Some("A_ON_PPC"));
}

#[test]
fn two_number_spaces_of_one_name_are_an_error() {
    static FALSE_KVM: Interface =
        Interface { name: "kvm", title: "", spans: LAB.spans, errors: None, vendor: false, source: "" };
    static C: Definition = definition("C", 9, &FALSE_KVM, 1);
    assert_eq!(Registry::new([&A, &C]).unwrap_err(), RegistryError::Interface { name: "kvm" });
}

#[test]
fn definitions_that_collide_build_no_dispatcher() {
    // Found among the definitions given, and between them and the handlers'.
    static OTHER_ADD: Definition = definition("OTHER_ADD", 1, &LAB, 60);
    let add = |(): &(), _: Add, _: &mut Context<'_>| Ok(());
    let error = refused(builder().registry(Registry::new([&OTHER_ADD]).unwrap()).handle(add));
    let BuildError::Registry(RegistryError::Collision { first, second, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!([first.0, second.0], ["LAB_ADD", "OTHER_ADD"]);
}

#[test]
fn two_handlers_of_one_call_are_an_error() {
    let add = |(): &(), _: Add, _: &mut Context<'_>| Ok(());
    assert_eq!(refused(builder().handle(add).handle(add)), BuildError::DuplicateHandler("LAB_ADD"));
    assert_eq!(refused(builder().offer(add).offer(add)), BuildError::DuplicateHandler("LAB_ADD"));
}

/// A VMM takes a whole set and replaces one call of it, whichever it names first.
#[test]
fn a_handler_takes_precedence_over_one_that_is_offered() {
    let own = |(): &(), _: Add, _: &mut Context<'_>| Ok(7_u64);
    let sets = |(): &(), _: Add, _: &mut Context<'_>| Ok(8_u64);
    for builder in [builder().handle(own).offer(sets), builder().offer(sets).handle(own)] {
        assert_eq!(Guest::new(builder).result(1, &[1, 2]), 7);
    }
}

#[test]
fn a_convention_has_a_mode() {
    static NONE: Convention = Convention {
        name: "none",
        title: "no registers",
        arch: Arch::X86,
        numbering: Numbering::X86,
        instructions: &[],
        modes: &[],
        clobbers: &[],
        always_writes_value: false,
        user_refused: Reply::Value(-1),
        errors: &encoding::KVM_X86,
        source: "",
    };
    const OTHER: EntryPoint = EntryPoint::new("door", 0x49);
    let error = refused(builder().entry(OTHER, &NONE, &LAB));
    assert_eq!(error, BuildError::NoMode { point: OTHER, convention: "none" });
}

#[test]
fn an_entry_point_is_bound_once() {
    let error = refused(builder().entry(DOOR, &ONE, &interface::XEN));
    let (first, second) = ("(one, lab)".to_string(), "(one, xen)".to_string());
    assert_eq!(error, BuildError::DuplicateEntry { point: DOOR, first, second });
    assert!(error.to_string().starts_with("the entry point door 0x48 is bound to (one, lab) already"));
    assert_eq!(EntryPoint::new("diag500", 0).to_string(), "diag500");
}

#[test]
fn a_convention_of_another_architecture_is_an_error() {
    let error = refused(Dispatcher::builder(Arch::S390).entry(DOOR, &ONE, &LAB));
    let expected =
        BuildError::WrongArch { point: DOOR, arch: Arch::S390, convention: "one", other: Arch::X86 };
    assert_eq!(error, expected);
}

#[test]
fn an_interface_the_convention_cannot_number_is_an_error() {
    let error = refused(Dispatcher::builder(Arch::X86).entry(DOOR, &ONE, &interface::DIAG500));
    assert_eq!(error, BuildError::NoNumbers { point: DOOR, convention: "one", interface: "diag500" });
}

#[test]
fn vendors_whose_numbers_meet_are_an_error() {
    static FIRST: Interface = Interface::vendor("first", "", *b"AB");
    static SECOND: Interface = Interface::vendor("second", "", *b"AB");
    static OF_FIRST: Definition = definition("OF_FIRST", 1, &FIRST, 1);
    static OF_SECOND: Definition = definition("OF_SECOND", 2, &SECOND, 2);
    let registry = || Registry::new([&OF_FIRST, &OF_SECOND]).unwrap();
    let error = refused(builder().registry(registry()));
    assert_eq!(error, BuildError::VendorOverlap { point: DOOR, first: "first", second: "second" });
    // One of them bound to the entry point is no better.
    let error = refused(Dispatcher::builder(Arch::X86).registry(registry()).entry(DOOR, &ONE, &FIRST));
    assert_eq!(error, BuildError::VendorOverlap { point: DOOR, first: "first", second: "second" });
}

#[test]
fn a_vendors_calls_are_reached_by_number_at_any_entry_point() {
    static ACME: Interface = Interface::vendor("acme", "", *b"AC");
    /// Of a vendor.
    #[derive(Hypercall)]
    #[hypercall(number = 3, name = "ACME_THREE", interface = ACME, arch(x86, ppc), status = active)]
    struct Three;
    let three = |(): &(), _: Three, _: &mut Context<'_>| Ok(33_u64);
    let mut guest = Guest::new(handlers(builder()).handle(three));
    assert_eq!(guest.result(0x4143_0003, &[]), 33);
    assert_eq!(guest.result(1, &[1, 1]), 2);
    for number in [3, 0x4143_0002, 0x4143_0004, 0x4144_0003, 0x1_4143_0003] {
        assert_eq!(guest.result(number, &[]), minus(1000), "{number:#x}");
    }
    let mut guest = Guest::new(handlers(builder_two()).handle(three));
    assert_eq!(guest.result(0x1003, &[]), 0, "block 1 of EV_LOCAL_VENDOR_ID");
    assert_eq!(guest.registers[4], 33);
}

/// Why the handler of `C` cannot be reached.
#[track_caller]
fn unreachable<C: Hypercall + 'static>(builder: Builder<()>) -> String {
    match refused(builder.handle(|(): &(), _: C, _: &mut Context<'_>| Ok(()))) {
        BuildError::Unreachable { call, reason } => {
            assert_eq!(call, C::DEFINITION.name);
            reason
        }
        other => panic!("{other}"),
    }
}

/// Of s390 only.
#[derive(Hypercall)]
#[hypercall(number = 0x30, name = "LAB_S390", interface = LAB, arch(s390), status = active)]
struct OnS390;

/// With more arguments than either convention carries.
#[derive(Hypercall)]
#[hypercall(number = 0x31, name = "LAB_EIGHT", interface = LAB, arch(x86, ppc), status = active)]
struct Eight {
    /// Eight.
    a: Registers<8>,
}

/// With more outputs than convention one has.
#[derive(Hypercall)]
#[hypercall(number = 0x32, name = "LAB_OUT", interface = LAB, arch(x86, ppc), status = active, outputs("a"))]
struct OneOutput;

/// With a number outside its interface.
#[derive(Hypercall)]
#[hypercall(number = 0x1_0000, name = "LAB_FAR_NUMBER", interface = LAB, arch(x86), status = active)]
struct FarNumber;

/// Fits in 64-bit mode only.
#[derive(Hypercall)]
#[hypercall(number = 0x33, name = "LAB_SPLIT", interface = LAB, arch(x86), status = active)]
struct Split {
    /// Three.
    a: Registers<3>,
    /// One register, or two.
    b: hypercall_core::argument::SplitAddress,
}

/// Numbers of an interface no entry point is bound to.
#[derive(Hypercall)]
#[hypercall(number = 0x34, name = "LAB_ON_XEN", interface = xen, arch(x86), status = active)]
struct OnXen;

#[test]
fn a_handler_no_guest_can_reach_is_an_error_that_says_why() {
    let cases = [
        (unreachable::<OnS390>(builder()), "the call does not exist on x86"),
        (unreachable::<Gone>(builder()), "the call is obsolete, and obsolete calls are answered as unknown"),
        (unreachable::<OnXen>(builder()), "no entry point is bound to the interface xen"),
        (unreachable::<Eight>(builder()), "it takes 8 argument registers and the convention one has 4"),
        (unreachable::<Eight>(builder_two()), "it takes 8 argument registers and the convention two has 7"),
        (unreachable::<Split>(builder()), "it takes 5 argument registers and the convention one has 4"),
        (unreachable::<OneOutput>(builder()), "it has 1 extra outputs and the convention one has 0"),
        (unreachable::<FarNumber>(builder()), "its number 0x10000 cannot be written in the convention one"),
    ];
    for (reason, expected) in cases {
        assert_eq!(reason, expected);
    }
}

#[test]
fn an_offered_handler_no_guest_can_reach_is_left_out() {
    let guest = builder()
        .offer(|(): &(), _: OnS390, _: &mut Context<'_>| Ok(()))
        .offer(|(): &(), _: Eight, _: &mut Context<'_>| Ok(()))
        .offer(|(): &(), _: Add, _: &mut Context<'_>| Ok(()))
        .build()
        .unwrap();
    assert_eq!(guest.served().map(|d| d.name).collect::<Vec<_>>(), ["LAB_ADD"]);
}

/// Spans are data that anybody may write; what the dispatcher's arithmetic needs of them is checked once.
#[test]
fn a_span_that_cannot_be_meant_is_an_error() {
    const PLAIN: Span = Span::plain(Numbering::X86, 0, 0x1_0000);
    static SPANS: [(Span, &str); 5] = [
        (Span { step: 0, ..PLAIN }, "its step is not a power of two"),
        (Span { step: 3, ..PLAIN }, "its step is not a power of two"),
        (Span { count: 0x1_0001, ..PLAIN }, "it holds more than 65536 numbers"),
        (Span { first: u64::MAX - 5, ..PLAIN }, "it ends past 64 bits"),
        (Span { start: u64::MAX - 5, ..PLAIN }, "it ends past 64 bits"),
    ];
    for (span, reason) in &SPANS {
        let odd: &'static Interface = Box::leak(Box::new(Interface {
            name: "odd",
            title: "",
            spans: [*span, Span::NONE, Span::NONE, Span::NONE],
            errors: None,
            vendor: false,
            source: "",
        }));
        let error = refused(Dispatcher::builder(Arch::X86).entry(DOOR, &ONE, odd));
        assert_eq!(error, BuildError::BadSpan { interface: "odd", reason });
    }
}

/// Several registers at once, as the types of the calls above take them.
impl<const N: usize> Argument for Registers<N> {
    const KIND: &'static ArgumentKind =
        &ArgumentKind { name: "registers", bits: 64, range: "any", values: &[], slots: N, slots_32: N };
    fn decode(slots: &mut hypercall_core::argument::Slots<'_>) -> Result<Self, Error> {
        Ok(Registers([0; N].map(|_: u64| slots.take())))
    }
    fn encode(&self, slots: &mut hypercall_core::argument::SlotsMut<'_>) {
        self.0.iter().for_each(|value| slots.put(*value));
    }
}

/// As many whole registers as a test likes.
pub struct Registers<const N: usize>([u64; N]);

#[test]
fn a_definition_counts_the_registers_it_takes() {
    assert_eq!(Eight::DEFINITION.slots(), (8, 8));
    assert_eq!(Split::DEFINITION.slots(), (4, 5));
    let info: &ArgumentInfo = &Wide::DEFINITION.arguments[0];
    assert_eq!((info.name, info.meaning, info.invalid), ("signed", "Signed.", Error::Invalid));
}
