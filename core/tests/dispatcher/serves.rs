//! Handlers that are known where the program is compiled: the same as closures, whatever becomes of a call.

use crate::machine::*;
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{Builder, Fault, VmExit};

/// Takes more arguments than are read at once.
#[derive(Hypercall)]
#[hypercall(number = 9, name = "LAB_SIX", interface = LAB, arch(ppc), status = active)]
pub struct Six {
    /// The first.
    pub a: u64,
    /// The second.
    pub b: u64,
    /// The third.
    pub c: u64,
    /// The fourth.
    pub d: u64,
    /// The fifth.
    pub e: u64,
    /// The sixth.
    pub f: u32,
}

impl Serves<Add> for () {
    type Answer = u64;
    fn serve(&self, call: Add, _: &mut Context<'_>) -> Result<u64, Error> {
        Ok(u64::from(call.a) + u64::from(call.b))
    }
}

impl Serves<OldAdd> for () {
    type Answer = ();
    fn serve(&self, call: OldAdd, _: &mut Context<'_>) -> Result<(), Error> {
        if call.a == 0 { Err(Error::Busy) } else { Ok(()) }
    }
}

impl Serves<Oracle> for () {
    type Answer = u64;
    fn serve(&self, _: Oracle, context: &mut Context<'_>) -> Result<u64, Error> {
        let said = u64::from(context.vcpu()) + u64::from(context.width().bits());
        Ok(said + context.definition().number + u64::from(context.is_user_mode()))
    }
}

impl Serves<Outputs> for () {
    type Answer = Output;
    fn serve(&self, _: Outputs, _: &mut Context<'_>) -> Result<Output, Error> {
        Ok(Output::value(1).and(2).and(3))
    }
}

impl Serves<Six> for () {
    type Answer = u64;
    fn serve(&self, call: Six, _: &mut Context<'_>) -> Result<u64, Error> {
        Ok([call.a, call.b, call.c, call.d, call.e, call.f.into()]
            .into_iter()
            .fold(7_u64, |sum, n| sum.wrapping_mul(3) ^ n))
    }
}

impl Serves<Wide> for () {
    type Answer = u64;
    fn serve(&self, call: Wide, _: &mut Context<'_>) -> Result<u64, Error> {
        Ok(call.signed.unsigned_abs() ^ call.address.0)
    }
}

impl Serves<Act> for () {
    type Answer = Outcome;
    fn serve(&self, call: Act, context: &mut Context<'_>) -> Result<Outcome, Error> {
        match call.what {
            0 => Ok(Outcome::Retry),
            1 => Ok(Fault { code: 13, error_code: Some(7) }.into()),
            2 => Ok(VmExit { code: 3 }.into()),
            3 => Ok(Outcome::Deferred), // without the right to
            4 => {
                drop(context.defer());
                Err(Error::NotFound)
            }
            5 => {
                context.defer().complete(Ok(99.into()));
                Ok(Outcome::Deferred)
            }
            _ => Ok(().into()),
        }
    }
}

fn served(builder: Builder<()>, ppc: bool) -> Guest {
    let builder =
        builder.serves::<Add>().serves::<OldAdd>().serves::<Oracle>().serves::<Wide>().serves::<Act>();
    Guest::new(if ppc { builder.serves::<Outputs>().serves::<Six>() } else { builder })
}

/// A closure that does the same.
pub fn same<C: Hypercall>(builder: Builder<()>) -> Builder<()>
where
    (): Serves<C>,
    <() as Serves<C>>::Answer: 'static,
{
    builder.handle(|vm: &(), call: C, context: &mut Context<'_>| vm.serve(call, context))
}

fn handled(builder: Builder<()>, ppc: bool) -> Guest {
    let builder = same::<Act>(same::<Wide>(same::<Oracle>(same::<OldAdd>(same::<Add>(builder)))));
    Guest::new(if ppc { same::<Six>(same::<Outputs>(builder)) } else { builder })
}

/// What became of a call, to its end.
pub fn outcome(guest: &mut Guest, action: Option<Action>) -> String {
    let action = match action {
        Some(Action::Deferred(deferral)) => Some(guest.vcpu.wait(deferral)),
        action => action,
    };
    format!("{action:?} {:x?}", guest.registers)
}

/// Policies that leave calls in different states.
pub const POLICIES: [&str; 5] = [
    "default",
    "default,user-mode",
    "strict,allow=LAB_ADD,allow=LAB_ACT",
    "confidential",
    "deny=LAB_WIDE,user-mode",
];

/// Every caller with every number of a machine's, and some of nobody's, and arguments that do all there is.
pub fn every_call(ppc: bool, mut each: impl FnMut(hypercall_core::Caller, u64, &[u64])) {
    let first = if ppc { 0x7_0000 } else { 0 };
    for caller in [KERNEL, KERNEL_32, USER, BIG] {
        for number in (0..12).chain([1 << 16, 1 << 32 | 1]) {
            for what in (0..7).chain([1 << 32, u64::MAX]) {
                let arguments = [what, 2, 3, 4, 5, 6, 7];
                each(caller, first + number, &arguments[..if ppc { 7 } else { 4 }]);
            }
        }
    }
}

#[test]
fn what_a_vm_serves_is_served_as_a_closure_is() {
    for policy in POLICIES.map(|policy| policy.parse::<Policy>().unwrap()) {
        for (ppc, machine) in [(false, builder as fn() -> Builder<()>), (true, builder_two)] {
            let mut served = served(machine().policy(policy.clone()), ppc);
            let mut handled = handled(machine().policy(policy.clone()), ppc);
            every_call(ppc, |caller, number, arguments| {
                let [one, other] = [&mut served, &mut handled].map(|guest| {
                    let action = guest.call_from(caller, number, arguments);
                    outcome(guest, action)
                });
                assert_eq!(one, other, "{number:#x} {arguments:x?} {caller:?} {policy:?}");
            });
            assert_eq!(served.total(), handled.total());
            for definition in served.dispatcher.served() {
                assert_eq!(served.counts(definition.name), handled.counts(definition.name), "{definition:?}");
            }
            assert!(served.counts("LAB_ADD").calls > 0 && served.counts("LAB_ACT").panics > 0, "{policy:?}");
        }
    }
}

/// Another VM's.
struct Panics;

impl Serves<Add> for Panics {
    type Answer = ();
    fn serve(&self, _: Add, context: &mut Context<'_>) -> Result<(), Error> {
        let _lost = context.defer();
        panic!("a handler that panics with a completion in its hands")
    }
}

#[cfg(feature = "std")]
#[test]
fn a_vm_that_panics_over_a_call_gives_the_internal_error_and_serves_the_next() {
    hypercall_core::panics::silence_handler_panics();
    let builder = Dispatcher::<Panics>::builder(Arch::X86).entry(DOOR, &ONE, &LAB).serves::<Add>();
    let dispatcher = builder.build().unwrap();
    let (entry, mut vcpu) = (dispatcher.entry(DOOR).unwrap(), dispatcher.vcpu(0));
    for calls in 1..4 {
        let mut registers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12_u64];
        let flow = dispatcher.serve(entry, &Panics, &mut vcpu, &mut registers[..], KERNEL);
        assert!(flow.is_continue());
        assert_eq!(registers, [minus(5), 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        let counts = vcpu.statistics().total();
        assert_eq!((counts.calls, counts.errors, counts.panics), (calls, calls, calls));
    }
}

#[test]
fn a_call_that_nobody_can_make_is_an_error_of_the_builder() {
    let error = builder().serves::<Outputs>().build().unwrap_err();
    assert!(error.to_string().contains("LAB_OUTPUTS"), "{error}");
    let error = builder().serves::<Add>().serves::<Add>().build().unwrap_err();
    assert!(error.to_string().contains("LAB_ADD"), "{error}");
}
