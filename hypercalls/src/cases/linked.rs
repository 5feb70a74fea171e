//! Cases of crates that are linked into the program, for calls of their own.
//!
//! Whatever makes the conformance cases makes these too: the `hypercall` command's backends, the programs for
//! other machines, the bare-metal images. They are judged as all others: by every register, in every mode,
//! and at least once from a user program.

use super::{Case, Expect};
use hypercall_core::services::Services;
use hypercall_core::{Arch, Interface};

/// What the number 0 of an interface looks like in the number register of each convention, as literals of
/// the interface's ABI document: cases are judged by these and not by its `Interface`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstNumbers {
    /// KVM's convention on x86, and its others: numbers follow one another.
    pub x86: u64,
    /// DIAG 0x500 on s390: numbers follow one another.
    pub diag500: u64,
    /// ePAPR: numbers follow one another.
    pub epapr: u64,
    /// PAPR: every fourth.
    pub papr: u64,
}

/// Cases for the calls of one vendor's interface.
#[derive(Debug)]
pub struct Linked {
    interface: &'static Interface,
    first: FirstNumbers,
    cases: &'static [Case],
    services: fn(Services) -> Services,
}

/// Where the part of the data area begins that is left to linked cases, which ends at
/// [`RING`](super::RING).
pub const DATA: u64 = 0x2000;

impl Linked {
    /// See [`link_cases!`](crate::link_cases).
    ///
    /// # Panics
    /// When a case ends the VM, which is the last case's business, or has bytes or words outside
    /// [`DATA`] to [`RING`](super::RING). At compile time in a `static`.
    pub const fn new(
        interface: &'static Interface,
        first: FirstNumbers,
        cases: &'static [Case],
        services: fn(Services) -> Services,
    ) -> Linked {
        assert!(!cases.is_empty(), "there is no case");
        let mut i = 0;
        while i < cases.len() {
            assert!(!matches!(cases[i].expect, Expect::Exit(_)), "a linked case cannot end the VM");
            let (before, after) = (cases[i].before, cases[i].after);
            let mut j = 0;
            while j < before.len() {
                assert!(is_inside(before[j].0, before[j].1.len()), "bytes outside the linked cases' data");
                j += 1;
            }
            j = 0;
            while j < after.len() {
                assert!(is_inside(after[j].0, 4), "a word outside the linked cases' data");
                j += 1;
            }
            i += 1;
        }
        Linked { interface, first, cases, services }
    }
}

const fn is_inside(offset: u64, length: usize) -> bool {
    offset >= DATA && offset <= super::RING && length as u64 <= super::RING - offset
}

/// Every [`Linked`] of the program. A crate that nothing refers to is dropped by the linker with its cases:
/// write `use that_crate as _;`.
#[allow(unsafe_code)] // linkme declares the slice's link section with unsafe attributes
#[hypercall_core::linkme::distributed_slice]
#[linkme(crate = hypercall_core::linkme)]
pub static LINKED_CASES: [Linked];

/// The cases of linked crates.
pub fn cases() -> impl Iterator<Item = &'static Case> + Clone {
    LINKED_CASES.iter().flat_map(|linked| linked.cases)
}

/// Adds the services that the linked crates' handlers need of a VM.
pub fn services(of_the_vm: Services) -> Services {
    LINKED_CASES.iter().fold(of_the_vm, |services, linked| (linked.services)(services))
}

/// What a number of a linked crate's interface looks like; `None` where the convention has none of it.
pub(super) fn wire(convention: &str, interface: &str, number: u64) -> Option<u64> {
    let first = LINKED_CASES.iter().find(|linked| linked.interface.name == interface)?.first;
    match convention {
        "kvm" | "para-2007" | "xen" => first.x86.checked_add(number),
        "diag500" => first.diag500.checked_add(number),
        "epapr" => first.epapr.checked_add(number),
        "papr" => number.checked_mul(4)?.checked_add(first.papr),
        _ => None,
    }
}

/// Whether a linked crate's interface has calls on an architecture: only then are its unknown numbers the
/// vendor's there.
pub(super) fn is_on(interface: &str, arch: Arch) -> bool {
    cases().any(|case| case.interface.name == interface && case.archs.contains(&arch))
}

/// Brings conformance cases for a crate's own calls, so that whatever is linked with the crate makes them.
///
/// Takes the vendor's interface, the number 0 of it as each convention writes it, the cases, and a function
/// that adds what the crate's link-time handlers need to the services of a VM; it is called once a VM, and
/// [`GuestConsole`](crate::services::GuestConsole), console and guest memory, is there already.
///
/// The cases of a VM are made several times, in order: 64-bit, 32-bit, and the first of each number as a user
/// program, which must be refused. A call that changes the VM needs a case that sets it before those that ask.
///
/// ```
/// use hypercall_core::{link_handler, prelude::*, services::Services};
/// use hypercalls::cases::linked::FirstNumbers;
/// use hypercalls::cases::{ALL_ARCHS, Case, Expect, Value};
/// use hypercalls::link_cases;
/// use std::sync::Arc;
///
/// static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
///
/// /// Doubles a number.
/// #[derive(Hypercall)]
/// #[hypercall(number = 1, name = "ACME_DOUBLE", interface = ACME, arch(x86, s390, ppc), status = active)]
/// struct Double {
///     /// The number.
///     number: u32,
/// }
///
/// trait Doubler: Send + Sync {
///     fn double(&self, number: u32) -> u64;
/// }
/// fn double(doubler: &dyn Doubler, call: Double, _: &mut Context<'_>) -> Result<u64, Error> {
///     Ok(doubler.double(call.number))
/// }
/// link_handler!(Double, dyn Doubler, double);
///
/// const SOURCE: &str = "ACME's manual, section 4";
/// static CASES: [Case; 2] = [
///     Case::new(&ACME, ALL_ARCHS, 1, "21", &[Value::Is(21)], Expect::Value(42), SOURCE),
///     Case::new(&ACME, &[], 2, "next-free", &[], Expect::Error(Error::Unknown), SOURCE),
/// ];
///
/// struct Adder;
/// impl Doubler for Adder {
///     fn double(&self, number: u32) -> u64 { u64::from(number) + u64::from(number) }
/// }
/// fn services(of_the_vm: Services) -> Services {
///     of_the_vm.with::<dyn Doubler>(Arc::new(Adder))
/// }
/// link_cases!(
///     ACME,
///     FirstNumbers { x86: 0x4143_0000, diag500: 0x4143_0000, epapr: 0x1000, papr: 0x7200 },
///     &CASES,
///     services
/// );
///
/// fn main() {
///     use hypercalls::run::{BINDINGS, loopback};
///     for binding in &BINDINGS {
///         let report = loopback::run(binding, 1, Policy::default()).unwrap();
///         assert_eq!(report.failed, 0, "{}", report.table());
///         assert!(report.calls.iter().any(|call| call.name == "ACME_DOUBLE" && call.case == "21"));
///     }
/// }
/// ```
#[macro_export]
macro_rules! link_cases {
    ($interface:path, $first:expr, $cases:expr, $services:path $(,)?) => {
        const _: () = {
            #[allow(unsafe_code)] // linkme places the entry with a link-section attribute
            #[$crate::hypercall_core::linkme::distributed_slice($crate::cases::linked::LINKED_CASES)]
            #[linkme(crate = $crate::hypercall_core::linkme)]
            static ENTRY: $crate::cases::linked::Linked =
                $crate::cases::linked::Linked::new(&$interface, $first, $cases, $services);
        };
    };
}
