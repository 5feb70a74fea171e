//! Calls that are completed later, by another thread.

use crate::machine::*;
use core::cell::RefCell;
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{Completion, Deferral};

std::thread_local! {
    /// Where the handler of [`deferring`] leaves its completion for the test.
    static KEPT: RefCell<Option<Completion>> = const { RefCell::new(None) };
}

fn deferring(builder: hypercall_core::Builder<()>) -> Guest {
    Guest::new(builder.handle(|(): &(), _: Act, context: &mut Context<'_>| {
        let completion = context.defer();
        KEPT.with(|kept| kept.replace(Some(completion)));
        Ok(Outcome::Deferred)
    }))
}

fn defer(guest: &mut Guest, number: u64) -> (Deferral, Completion) {
    let Some(Action::Deferred(deferral)) = guest.call(number, &[1]) else { panic!("not deferred") };
    (deferral, KEPT.with(RefCell::take).expect("the handler's completion"))
}

#[test]
fn a_deferred_call_answers_with_what_it_is_completed_with() {
    let mut guest = deferring(builder());
    let (deferral, completion) = defer(&mut guest, 6);
    assert_eq!(guest.vcpu.try_wait(deferral), None);
    completion.complete(Ok(Output::value(77)));
    let Some(Action::Return(answer)) = guest.vcpu.try_wait(deferral) else { panic!("no answer") };
    assert_eq!(answer.result, 77);
    let counts = guest.counts("LAB_ACT");
    assert_eq!((counts.calls, counts.errors), (1, 0));
}

#[test]
fn all_outputs_of_a_deferred_call_arrive() {
    let mut guest = deferring(builder_two());
    let (deferral, completion) = defer(&mut guest, 0x7_0006);
    completion.complete(Ok(Output::value(1).and(2).and(3)));
    let Action::Return(answer) = guest.vcpu.wait(deferral) else { panic!("no answer") };
    assert_eq!((answer.result, answer.value), (0, Some(1)));
    assert_eq!(answer.extra(), [2, 3]);
}

#[cfg(feature = "std")]
#[test]
fn another_thread_completes_while_the_vcpu_waits() {
    let mut guest = deferring(builder());
    for round in 0..50 {
        let (deferral, completion) = defer(&mut guest, 6);
        let thread = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_micros(50 * (round % 4)));
            completion.complete(Ok(Output::value(round)));
        });
        let Action::Return(answer) = guest.vcpu.wait(deferral) else { panic!("no answer") };
        assert_eq!(answer.result, round);
        thread.join().unwrap();
    }
}

#[test]
fn an_error_of_a_deferred_call_is_encoded_and_counted() {
    let mut guest = deferring(builder());
    let (deferral, completion) = defer(&mut guest, 6);
    completion.complete(Err(Error::Busy));
    let Action::Return(answer) = guest.vcpu.wait(deferral) else { panic!("no answer") };
    assert_eq!(answer.result, minus(11));
    let counts = guest.counts("LAB_ACT");
    assert_eq!((counts.calls, counts.errors, counts.panics), (1, 1, 0));
}

#[test]
fn a_lost_completion_is_the_internal_error_and_is_counted() {
    let mut guest = deferring(builder());
    let (deferral, completion) = defer(&mut guest, 6);
    drop(completion);
    let Action::Return(answer) = guest.vcpu.wait(deferral) else { panic!("no answer") };
    assert_eq!(answer.result, minus(5));
    let counts = guest.counts("LAB_ACT");
    assert_eq!((counts.calls, counts.errors, counts.panics), (1, 1, 1));
}

#[test]
fn deferred_without_a_completion_is_the_internal_error_and_hangs_nobody() {
    let handler = |(): &(), _: Act, _: &mut Context<'_>| Ok(Outcome::Deferred);
    let mut guest = Guest::new(builder().handle(handler));
    assert_eq!(guest.result(6, &[0]), minus(5));
    assert_eq!(guest.counts("LAB_ACT").panics, 1);
}

#[test]
fn a_completion_of_a_call_that_returned_after_all_is_void() {
    let handler = |(): &(), call: Act, context: &mut Context<'_>| {
        let completion = context.defer();
        let earlier = KEPT.with(|kept| kept.replace(Some(completion)));
        if let Some(earlier) = earlier {
            earlier.complete(Ok(Output::value(1)));
        }
        Ok(if call.what == 0 { Outcome::from(5_u64) } else { Outcome::Deferred })
    };
    let mut guest = Guest::new(builder().handle(handler));
    assert_eq!(guest.result(6, &[0]), 5);
    let Some(Action::Deferred(deferral)) = guest.call(6, &[1]) else { panic!("not deferred") };
    assert_eq!(guest.vcpu.try_wait(deferral), None, "the first call's completion completes nothing");
    KEPT.with(RefCell::take).unwrap().complete(Ok(Output::value(6)));
    let Action::Return(answer) = guest.vcpu.wait(deferral) else { panic!("no answer") };
    assert_eq!(answer.result, 6);
}

#[cfg(feature = "std")]
#[test]
fn a_handler_that_defers_and_panics_fails_at_once() {
    hypercall_core::panics::silence_handler_panics();
    let handler = |(): &(), _: Act, context: &mut Context<'_>| -> Result<(), Error> {
        let completion = context.defer();
        KEPT.with(|kept| kept.replace(Some(completion)));
        panic!()
    };
    let mut guest = Guest::new(builder().handle(handler));
    assert_eq!(guest.result(6, &[0]), minus(5));
    KEPT.with(RefCell::take).unwrap().complete(Ok(Output::value(1)));
}

#[test]
fn of_two_completions_for_one_call_the_later_counts() {
    let handler = |(): &(), _: Act, context: &mut Context<'_>| {
        let first = context.defer();
        let second = context.defer();
        first.complete(Ok(Output::value(1)));
        second.complete(Ok(Output::value(2)));
        Ok(Outcome::Deferred)
    };
    let mut guest = Guest::new(builder().handle(handler));
    let Some(Action::Deferred(deferral)) = guest.call(6, &[1]) else { panic!("not deferred") };
    let Action::Return(answer) = guest.vcpu.wait(deferral) else { panic!("no answer") };
    assert_eq!(answer.result, 2);
}

/// A backend that waits twice must not hang: nobody is left to complete the call.
#[test]
fn a_deferral_that_was_answered_is_not_waited_for_again() {
    let mut guest = deferring(builder());
    let (deferral, completion) = defer(&mut guest, 6);
    completion.complete(Ok(Output::value(1)));
    guest.vcpu.wait(deferral);
    let Some(Action::Return(answer)) = guest.vcpu.try_wait(deferral) else { panic!("would wait for ever") };
    assert_eq!(answer.result, minus(5));
    // The same while the next call waits.
    let (next, completion) = defer(&mut guest, 6);
    let Some(Action::Return(answer)) = guest.vcpu.try_wait(deferral) else { panic!("took the other's") };
    assert_eq!(answer.result, minus(5));
    completion.complete(Ok(Output::value(2)));
    let Action::Return(answer) = guest.vcpu.wait(next) else { panic!("no answer") };
    assert_eq!(answer.result, 2);
}
