//! Handlers that plug-in crates bring at link time.

use crate::machine::*;
use hypercall_core::BuildError;
use hypercall_core::prelude::*;
use hypercall_core::services::Services;
use std::sync::Arc;

/// A service of the VMM's.
pub trait Lamp: Send + Sync {
    fn brightness(&self) -> u64;
}

struct Candle(u64);
impl Lamp for Candle {
    fn brightness(&self) -> u64 {
        self.0
    }
}

/// Asks the lamp.
#[derive(Hypercall)]
#[hypercall(number = 0x20, name = "LAB_LAMP", interface = LAB, arch(x86), status = active)]
pub struct AskLamp {
    /// Added to the answer.
    pub plus: u32,
}

fn ask(lamp: &dyn Lamp, call: AskLamp, _: &mut Context<'_>) -> Result<u64, Error> {
    Ok(lamp.brightness() + u64::from(call.plus))
}
hypercall_core::link_handler!(AskLamp, dyn Lamp, ask);

/// Asks the lamp on an interface of its own.
#[derive(Hypercall)]
#[hypercall(number = 0x21, name = "LAB_FAR_LAMP", interface = FAR, arch(x86), status = active)]
pub struct AskFarLamp {
    /// Added to the answer.
    pub plus: u32,
}

/// An interface no entry point is bound to, except where a test says so.
pub static FAR: Interface =
    Interface { name: "far", title: "", spans: LAB.spans, errors: None, vendor: false, source: "" };

/// A service no test offers unless it says so.
pub trait FarLamp: Lamp {}
impl FarLamp for Candle {}

fn ask_far(lamp: &dyn FarLamp, call: AskFarLamp, _: &mut Context<'_>) -> Result<u64, Error> {
    Ok(lamp.brightness() + u64::from(call.plus))
}
hypercall_core::link_handler!(AskFarLamp, dyn FarLamp, ask_far);

/// Brought by two plug-ins at once.
#[derive(Hypercall)]
#[hypercall(number = 0x22, name = "LAB_TWICE", interface = TWICE, arch(x86), status = active)]
pub struct Twice;

pub static TWICE: Interface =
    Interface { name: "twice", title: "", spans: LAB.spans, errors: None, vendor: false, source: "" };

fn twice(_: &dyn Lamp, _: Twice, _: &mut Context<'_>) -> Result<u64, Error> {
    Ok(1)
}
hypercall_core::link_handler!(Twice, dyn Lamp, twice);
hypercall_core::link_handler!(Twice, dyn Lamp, twice);

fn lit() -> Services {
    Services::new().with::<dyn Lamp>(Arc::new(Candle(10)))
}

#[test]
fn a_linked_handler_is_served_with_the_vms_service() {
    let mut guest = Guest::new(builder().linked_handlers(&lit()));
    assert_eq!(guest.result(0x20, &[5]), 15);
    assert_eq!(guest.result(0x20, &[1 << 32]), minus(22));
    let mut guest = Guest::new(builder());
    assert_eq!(guest.result(0x20, &[5]), minus(1000), "linked, and not asked for");
}

#[test]
fn a_handler_of_the_vmms_own_takes_precedence() {
    let own = |(): &(), _: AskLamp, _: &mut Context<'_>| Ok(99_u64);
    let mut guest = Guest::new(builder().linked_handlers(&lit()).handle(own));
    assert_eq!(guest.result(0x20, &[5]), 99);
    // Then the service is not needed either.
    let mut guest = Guest::new(builder().linked_handlers(&Services::new()).handle(own));
    assert_eq!(guest.result(0x20, &[5]), 99);
}

#[test]
fn a_missing_service_is_named() {
    let error = builder().linked_handlers(&Services::new()).build().unwrap_err();
    let BuildError::Service { call, missing } = &error else { panic!("{error}") };
    assert_eq!(*call, "LAB_LAMP");
    assert!(missing.service.ends_with("linked::Lamp"), "{}", missing.service);
    assert!(error.to_string().contains("the service `dyn dispatcher::linked::Lamp` is missing"), "{error}");
}

#[test]
fn a_linked_handler_no_guest_can_reach_needs_no_service() {
    assert!(builder().linked_handlers(&lit()).build().is_ok(), "far is not bound");
    const OTHER: EntryPoint = EntryPoint::new("door", 0x49);
    let error = builder().entry(OTHER, &ONE, &FAR).linked_handlers(&lit()).build().unwrap_err();
    assert!(matches!(error, BuildError::Service { call: "LAB_FAR_LAMP", .. }), "{error}");
    let services = lit().with::<dyn FarLamp>(Arc::new(Candle(1)));
    assert!(builder().entry(OTHER, &ONE, &FAR).linked_handlers(&services).build().is_ok());
    // Nor does one for another architecture.
    assert!(builder_two().linked_handlers(&Services::new()).build().is_ok());
}

/// Link order is arbitrary: which of two wins would change from one build to the next.
#[test]
fn two_linked_handlers_of_one_call_are_an_error() {
    const OTHER: EntryPoint = EntryPoint::new("door", 0x49);
    let both = || builder().entry(OTHER, &ONE, &TWICE).linked_handlers(&lit());
    assert_eq!(both().build().unwrap_err(), BuildError::DuplicateHandler("LAB_TWICE"));
    let own = |(): &(), _: Twice, _: &mut Context<'_>| Ok(99_u64);
    assert!(both().handle(own).build().is_ok(), "the VMM's own decides");
}

#[test]
fn a_later_service_replaces_an_earlier_one() {
    let services = lit().with::<dyn Lamp>(Arc::new(Candle(20)));
    assert_eq!(services.get::<dyn Lamp>().unwrap().brightness(), 20);
    assert!(services.get::<dyn FarLamp>().is_err());
}
