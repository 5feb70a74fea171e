//! What a handler may answer beside a value.

use crate::machine::*;
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{Fault, VmExit};

#[test]
fn retry_leaves_the_registers_for_the_call_to_run_again() {
    use core::sync::atomic::{AtomicBool, Ordering};
    static READY: AtomicBool = AtomicBool::new(false);
    let handler = |(): &(), call: Act, _: &mut Context<'_>| {
        Ok(if READY.swap(true, Ordering::Relaxed) { Outcome::from(call.what) } else { Outcome::Retry })
    };
    let mut guest = Guest::new(builder().handle(handler));
    assert_eq!(guest.call(6, &[3]), Some(Action::Retry));
    // The backend runs the same instruction again, over the same registers.
    let entry = guest.dispatcher.entry(DOOR).unwrap();
    let flow = guest.dispatcher.serve(entry, &(), &mut guest.vcpu, &mut guest.registers[..], KERNEL);
    assert!(flow.is_continue());
    assert_eq!(guest.registers[0], 3);
}

#[test]
fn a_fault_and_an_exit_are_passed_on_as_they_are() {
    let fault = Fault { code: 13, error_code: Some(0) };
    let handler = move |(): &(), call: Act, _: &mut Context<'_>| {
        Ok(if call.what == 0 { Outcome::from(fault) } else { Outcome::from(VmExit { code: 9 }) })
    };
    for (builder, number) in [(builder(), 6), (builder_two(), 0x7_0006)] {
        let mut guest = Guest::new(builder.handle(handler));
        assert_eq!(guest.call(number, &[0]), Some(Action::Fault(fault)));
        assert_eq!(guest.call(number, &[1]), Some(Action::Exit(VmExit { code: 9 })));
        assert_eq!((guest.total().calls, guest.total().errors), (2, 0));
    }
}

#[cfg(feature = "std")]
mod panics {
    use super::*;
    use crate::trace::Log;

    #[test]
    fn a_panic_is_the_internal_error_one_log_line_and_a_counter() {
        hypercall_core::panics::silence_handler_panics();
        let handler =
            |(): &(), call: Act, _: &mut Context<'_>| -> Result<(), Error> { panic!("{}", call.what) };
        for (builder, number, internal) in [(builder(), 6, minus(5)), (builder_two(), 0x7_0006, 9)] {
            let mut guest = Guest::new(builder.handle(handler));
            let log = Log::default();
            log.watch(|| {
                for round in 0..100 {
                    assert_eq!(guest.result(number, &[round]), internal);
                }
            });
            let counts = guest.counts("LAB_ACT");
            assert_eq!((counts.calls, counts.errors, counts.panics), (100, 100, 100));
            assert_eq!(log.warnings().len(), 1, "{:?}", log.warnings());
            assert!(log.warnings()[0].contains("panicked"), "{:?}", log.warnings());
            assert!(log.warnings()[0].contains("LAB_ACT"), "{:?}", log.warnings());
        }
    }

    #[test]
    fn a_panic_payload_that_panics_when_dropped_is_contained_too() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        hypercall_core::panics::silence_handler_panics();
        let handler =
            |(): &(), _: Act, _: &mut Context<'_>| -> Result<(), Error> { std::panic::panic_any(Bomb) };
        let mut guest = Guest::new(builder().handle(handler));
        assert_eq!(guest.result(6, &[0]), minus(5));
        assert_eq!(guest.total().panics, 1);
    }

    #[test]
    fn a_panic_on_one_call_leaves_the_others_served() {
        hypercall_core::panics::silence_handler_panics();
        let handler = |(): &(), _: Act, _: &mut Context<'_>| -> Result<(), Error> { panic!() };
        let mut guest = Guest::new(handlers(builder()).handle(handler));
        assert_eq!(guest.result(6, &[0]), minus(5));
        assert_eq!(guest.result(1, &[40, 2]), 42);
    }
}

/// Handlers log it, at every call of a guest's: a line, and no table of all calls.
#[test]
fn a_context_in_a_log_is_the_call_and_its_caller_alone() {
    let handler = |(): &(), _: Act, context: &mut Context<'_>| {
        let text = format!("{context:?}");
        assert!(text.contains("LAB_ACT") && text.contains("Supervisor"), "{text}");
        assert!(text.len() < 500 && !text.contains("LAB_ADD"), "{} bytes: {text}", text.len());
        Ok(())
    };
    let mut guest = Guest::new(handlers(builder()).handle(handler));
    assert_eq!(guest.result(6, &[0]), 0);
}

/// What is logged when it is done again: what is logged for the first time while another test's log comes or goes may
/// be taken for what nobody wants.
#[cfg(feature = "std")]
pub fn logged_again(mut act: impl FnMut()) -> Vec<String> {
    crate::trace::Log::default().watch(&mut act);
    let log = crate::trace::Log::default();
    log.watch(act);
    log.0.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
}

#[cfg(feature = "std")]
#[test]
fn a_call_is_traced_from_when_somebody_listens() {
    let mut guest = Guest::new(handlers(builder()));
    assert_eq!(guest.result(1, &[40, 2]), 42);
    let lines = logged_again(|| assert_eq!(guest.result(1, &[1, 2]), 3));
    assert!(lines.len() == 1 && lines[0].contains("LAB_ADD"), "{lines:?}");
    assert_eq!((guest.counts("LAB_ADD").calls, guest.total().calls), (3, 3));
}
