//! Handlers, and what is left of them when their types are gone.

pub use crate::context::Context;

use crate::arch::Caller;
use crate::argument::Slots;
use crate::context::{Brief, Kind};
use crate::definition::Hypercall;
use crate::entry::Place;
use crate::numbers::Bound;
use crate::served::guarded;
use crate::services::{MissingService, Services};
use crate::{Definition, Error, MAX_ARGUMENTS, Outcome, Vcpu};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::marker::PhantomData;

/// A VM that serves a call: its handler, known where the program is compiled.
///
/// What [`Builder::serves`](crate::Builder::serves) takes. It is [`Builder::handle`](crate::Builder::handle) with
/// less between the dispatcher and the handler: a plain function, which the processor finds one load earlier than
/// that of a closure.
///
/// ```
/// use hypercall_core::prelude::*;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// # pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
///
/// /// Counts something, and says how often that was done.
/// #[derive(Hypercall)]
/// #[hypercall(number = 0x22, name = "ACME_COUNT", interface = ACME, arch(x86, s390, ppc), status = active)]
/// pub struct Count {
///     /// How much to add.
///     pub by: u32,
/// }
///
/// struct Vm {
///     count: AtomicU64,
/// }
///
/// impl Serves<Count> for Vm {
///     type Answer = u64;
///
///     fn serve(&self, call: Count, _: &mut Context<'_>) -> Result<u64, Error> {
///         Ok(self.count.fetch_add(call.by.into(), Ordering::Relaxed))
///     }
/// }
/// # let builder = Dispatcher::<Vm>::builder(Arch::X86);
/// let builder = builder.serves::<Count>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not serve `{C}`",
    note = "write `impl Serves<{C}> for {Self}`"
)]
pub trait Serves<C: Hypercall> {
    /// What a call that did not fail has come to: `()`, `u64`, [`Output`](crate::Output) or [`Outcome`].
    type Answer: Into<Outcome>;

    /// Serves the call.
    ///
    /// # Errors
    /// What the guest is told that the call failed with.
    fn serve(&self, call: C, context: &mut Context<'_>) -> Result<Self::Answer, Error>;
}

/// Argument registers that are read for every call, whether it takes them or not: so many at once cost less
/// than a loop whose end no branch predictor knows.
pub(crate) const FEW: usize = 4;

/// The arguments of a call that takes no others.
pub(crate) type FewArguments = [u64; FEW];
pub(crate) type AllArguments = [u64; MAX_ARGUMENTS];

/// A handler after its types are gone: from who calls and argument registers, masked, to what came of it. It does
/// not panic where there is `std`: that is caught in it, where the compiler knows of many a handler that it cannot.
pub(crate) type Code<Vm, Arguments> = fn(&Vm, &mut Vcpu, Caller, &Arguments, &Place, &Bound<Vm>) -> Brief;

/// The same of one in a box, for calls whose arguments come in an array of `N`.
pub(crate) trait Runs<Vm, const N: usize> {
    fn run(
        &self,
        vm: &Vm,
        vcpu: &mut Vcpu,
        caller: Caller,
        arguments: &[u64; N],
        place: &Place,
        line: u32,
    ) -> Brief;
}

/// One for either.
pub(crate) trait Boxed<Vm>: Runs<Vm, FEW> + Runs<Vm, MAX_ARGUMENTS> + Send + Sync {}

impl<Vm, T: Runs<Vm, FEW> + Runs<Vm, MAX_ARGUMENTS> + Send + Sync> Boxed<Vm> for T {}

/// A handler at one entry point.
pub(crate) struct Handler<Vm> {
    /// For a call that takes few arguments.
    pub(crate) few: Code<Vm, FewArguments>,
    /// For any.
    pub(crate) all: All<Vm>,
}

pub(crate) enum All<Vm> {
    Compiled(Code<Vm, AllArguments>),
    Boxed(Box<dyn Boxed<Vm>>),
}

impl<Vm> Handler<Vm> {
    /// One that the straight path leaves to others.
    pub(crate) fn elsewhere<A>(_: &Vm, _: &mut Vcpu, _: Caller, _: &A, _: &Place, _: &Bound<Vm>) -> Brief {
        Brief { kind: Kind::Elsewhere, value: 0 }
    }

    /// One that fails as unsupported, whatever the arguments are.
    pub(crate) fn unsupported() -> Handler<Vm> {
        fn fail<Vm, A>(_: &Vm, vcpu: &mut Vcpu, _: Caller, _: &A, _: &Place, _: &Bound<Vm>) -> Brief {
            vcpu.outcome = Some(Outcome::Failed(Error::Unsupported));
            Brief::OTHER
        }
        Handler { few: fail, all: All::Compiled(fail) }
    }

    /// One in a box.
    fn boxed(handler: Box<dyn Boxed<Vm>>) -> Handler<Vm> {
        fn few<Vm>(
            vm: &Vm,
            vcpu: &mut Vcpu,
            caller: Caller,
            arguments: &FewArguments,
            place: &Place,
            bound: &Bound<Vm>,
        ) -> Brief {
            match &bound.handler.all {
                All::Boxed(handler) => handler.run(vm, vcpu, caller, arguments, place, bound.line),
                All::Compiled(_) => Handler::elsewhere(vm, vcpu, caller, arguments, place, bound),
            }
        }
        Handler { few, all: All::Boxed(handler) }
    }
}

/// Makes one handler for every entry point that has the call.
pub(crate) type Maker<Vm> = Box<dyn Fn() -> Handler<Vm>>;

/// Decodes, calls, and makes an error an outcome. The context is made here, since no code is left of it where the
/// handler has no use for it.
#[inline(always)] // for the sake of the arguments' number
pub(crate) fn run<C: Hypercall, R: Into<Outcome>>(
    arguments: &[u64],
    mut context: Context<'_>,
    handler: impl FnOnce(C, &mut Context<'_>) -> Result<R, Error>,
) -> Brief {
    let brief = guarded(|| {
        let width = context.caller.width;
        // Of an array as long as is known where this is compiled, decoding needs no bounds checks.
        let call = match arguments.first_chunk::<FEW>() {
            Some(few) if const { C::DEFINITION.most_slots() <= FEW } => {
                C::decode(&mut Slots::new(few, width))
            }
            _ => C::decode(&mut Slots::new(arguments, width)),
        };
        match call.and_then(|call| handler(call, &mut context)) {
            Ok(done) => context.brief(done.into()),
            Err(error) => context.brief(Outcome::Failed(error)),
        }
    });
    brief.unwrap_or(Brief::OTHER)
}

/// The handler of a VM that serves the call.
pub(crate) fn compiled<Vm: Serves<C>, C: Hypercall>() -> Maker<Vm> {
    fn code<Vm: Serves<C>, C: Hypercall, const N: usize>(
        vm: &Vm,
        vcpu: &mut Vcpu,
        caller: Caller,
        arguments: &[u64; N],
        place: &Place,
        bound: &Bound<Vm>,
    ) -> Brief {
        let context = Context { vcpu, place, line: bound.line, caller, deferred: false };
        run(arguments, context, |call, context| vm.serve(call, context))
    }
    Box::new(|| Handler { few: code::<Vm, C, FEW>, all: All::Compiled(code::<Vm, C, MAX_ARGUMENTS>) })
}

/// A function or closure that is a handler.
struct Typed<F, C, R> {
    handler: Arc<F>,
    types: PhantomData<fn(C) -> R>,
}

impl<Vm, C, R, F, const N: usize> Runs<Vm, N> for Typed<F, C, R>
where
    C: Hypercall,
    R: Into<Outcome>,
    F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error>,
{
    fn run(
        &self,
        vm: &Vm,
        vcpu: &mut Vcpu,
        caller: Caller,
        arguments: &[u64; N],
        place: &Place,
        line: u32,
    ) -> Brief {
        let context = Context { vcpu, place, line, caller, deferred: false };
        run(arguments, context, |call, context| (self.handler)(vm, call, context))
    }
}

/// Wraps a function or closure.
fn wrap<Vm, C, R, F>(handler: &Arc<F>) -> Box<dyn Boxed<Vm>>
where
    C: Hypercall,
    R: Into<Outcome> + 'static,
    F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
{
    Box::new(Typed { handler: Arc::clone(handler), types: PhantomData::<fn(C) -> R> })
}

/// The handler that a function or closure is.
pub(crate) fn boxed<Vm, C, R, F>(handler: F) -> Maker<Vm>
where
    C: Hypercall,
    R: Into<Outcome> + 'static,
    F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
{
    let handler = Arc::new(handler);
    Box::new(move || Handler::boxed(wrap(&handler)))
}

/// A handler linked into the program by a crate that does not know the VM's type.
///
/// Made by [`link_handler!`](crate::link_handler).
pub struct LinkedHandler {
    /// The call it serves.
    pub definition: &'static Definition,
    /// Binds it to the services of a VM.
    pub bind: fn(&Services) -> Result<BoundHandler, MissingService>,
}

impl core::fmt::Debug for LinkedHandler {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "LinkedHandler({})", self.definition.name)
    }
}

/// A link-time handler with its services resolved.
pub struct BoundHandler(Box<dyn Fn() -> Box<dyn Boxed<()>>>);

impl BoundHandler {
    /// The same for a VM of some type, of which it knows nothing.
    pub(crate) fn maker<Vm>(self) -> Maker<Vm> {
        Box::new(move || Handler::boxed(Box::new(Linked((self.0)()))))
    }
}

struct Linked(Box<dyn Boxed<()>>);

impl<Vm, const N: usize> Runs<Vm, N> for Linked
where
    dyn Boxed<()>: Runs<(), N>,
{
    fn run(
        &self,
        _: &Vm,
        vcpu: &mut Vcpu,
        caller: Caller,
        arguments: &[u64; N],
        place: &Place,
        line: u32,
    ) -> Brief {
        self.0.run(&(), vcpu, caller, arguments, place, line)
    }
}

impl core::fmt::Debug for BoundHandler {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("BoundHandler")
    }
}

/// Every [`LinkedHandler`] of the program. A crate that nothing refers to is dropped by the linker with its
/// entries: write `use that_crate as _;`.
#[allow(unsafe_code)] // linkme declares the slice's link section with unsafe attributes
#[linkme::distributed_slice]
pub static LINKED_HANDLERS: [LinkedHandler];

#[doc(hidden)]
pub fn bind<C, R, F>(handler: F) -> BoundHandler
where
    C: Hypercall,
    R: Into<Outcome> + 'static,
    F: Fn(C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
{
    let handler = Arc::new(move |(): &(), call: C, context: &mut Context<'_>| handler(call, context));
    BoundHandler(Box::new(move || wrap(&handler)))
}

/// Plugs a handler in at link time, from a crate that knows no VM type: it takes a service instead.
///
/// ```
/// use hypercall_core::{argument::GuestAddress, prelude::*};
/// # pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
///
/// /// Something a VMM can do for this crate's calls.
/// pub trait Lamp: Send + Sync {
///     /// Switches the lamp.
///     fn switch(&self, on: bool);
/// }
///
/// /// Switches a lamp.
/// #[derive(Hypercall)]
/// #[hypercall(number = 0x21, name = "ACME_LAMP", interface = ACME, arch(x86, s390, ppc), status = active)]
/// pub struct SwitchLamp {
///     /// On or off.
///     pub on: bool,
/// }
///
/// fn switch_lamp(lamp: &dyn Lamp, call: SwitchLamp, _: &mut Context<'_>) -> Result<(), Error> {
///     lamp.switch(call.on);
///     Ok(())
/// }
/// hypercall_core::link_handler!(SwitchLamp, dyn Lamp, switch_lamp);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! link_handler {
    ($call:ty, $service:ty, $function:path) => {
        const _: () = {
            #[allow(unsafe_code)] // linkme places the entry with a link-section attribute
            #[$crate::linkme::distributed_slice($crate::handler::LINKED_HANDLERS)]
            #[linkme(crate = $crate::linkme)]
            static ENTRY: $crate::handler::LinkedHandler = $crate::handler::LinkedHandler {
                definition: <$call as $crate::definition::Hypercall>::DEFINITION,
                bind: |services| {
                    let service = services.get::<$service>()?;
                    Ok($crate::handler::bind(move |call: $call, context: &mut $crate::Context<'_>| {
                        $function(&*service, call, context)
                    }))
                },
            };
        };
    };
}
