//! Handlers, and what they are told beside the arguments.

use crate::arch::{Caller, Endian, Privilege, Width};
use crate::argument::Slots;
use crate::definition::Hypercall;
use crate::served::guarded;
use crate::services::{MissingService, Services};
use crate::working_set::Handler;
use crate::{Completion, Definition, EntryId, Error, MAX_ARGUMENTS, Outcome, Vcpu};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::marker::PhantomData;

/// What a handler may know of the call beside its arguments. Neither its number nor a register.
pub struct Context<'a> {
    vcpu: &'a mut Vcpu,
    definition: &'static Definition,
    entry: EntryId,
    caller: Caller,
    /// As the vCPU's, but that a handler without use for its context is known not to have deferred.
    deferred: bool,
}

/// The call and who made it: a handler may log it at every call of a guest's, and a vCPU's counters are long.
impl core::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Context { vcpu, definition, entry, caller, deferred } = self;
        f.debug_struct("Context")
            .field("vcpu", &vcpu.index)
            .field("call", &definition.name)
            .field("entry", entry)
            .field("caller", caller)
            .field("deferred", deferred)
            .finish_non_exhaustive()
    }
}

/// What came of a handler, in two registers: what nearly every call ends in.
#[derive(Clone, Copy)]
pub(crate) struct Brief {
    pub(crate) kind: Kind,
    /// Zero where there is none.
    pub(crate) value: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Completed without a value.
    Done,
    /// Completed with a value and no extra outputs.
    Value,
    /// What the vCPU's `outcome` holds; where that is nothing, the handler panicked.
    Other,
}

impl Brief {
    /// Nothing brief.
    pub(crate) const OTHER: Brief = Brief { kind: Kind::Other, value: 0 };

    /// The value of a call that completed, if it has one.
    #[inline]
    pub(crate) fn get(self) -> Option<u64> {
        if self.kind == Kind::Value { Some(self.value) } else { None }
    }
}

impl Context<'_> {
    /// Takes an outcome apart. One of a handler that took the right to complete the call later is not brief:
    /// it may have to be taken back.
    #[inline]
    fn brief(&mut self, outcome: Outcome) -> Brief {
        match outcome {
            Outcome::Complete(output) if output.extra().is_empty() && !self.deferred => match output.get() {
                Some(value) => Brief { kind: Kind::Value, value },
                None => Brief { kind: Kind::Done, value: 0 },
            },
            other => {
                self.vcpu.outcome = Some(other);
                Brief::OTHER
            }
        }
    }

    /// The index of the calling vCPU.
    pub fn vcpu(&self) -> u32 {
        self.vcpu.index
    }

    /// Mode, privilege and byte order of the caller, together.
    pub fn caller(&self) -> Caller {
        self.caller
    }

    /// The byte order of the guest's structures.
    pub fn endian(&self) -> Endian {
        self.caller.endian
    }

    /// The mode the guest called from, for calls whose meaning differs between modes.
    pub fn width(&self) -> Width {
        self.caller.width
    }

    /// Whether a user program of the guest's made the call; only where the policy allows that.
    pub fn is_user_mode(&self) -> bool {
        self.caller.privilege == Privilege::User
    }

    /// The entry point that the call came in by; for one in memory, that of the call that handed it in.
    pub fn entry(&self) -> EntryId {
        self.entry
    }

    /// Whether the call came through a [ring](crate::ring), which waits for its end.
    pub fn is_through_ring(&self) -> bool {
        self.vcpu.is_ring
    }

    /// What is known of the call.
    pub fn definition(&self) -> &'static Definition {
        self.definition
    }

    /// The right to complete this call later, from any thread. Return [`Outcome::Deferred`] then.
    pub fn defer(&mut self) -> Completion {
        (self.deferred, self.vcpu.deferred) = (true, true);
        self.vcpu.slot.open()
    }
}

/// A handler after its types are gone: from argument registers, masked, to what came of it. It does not panic
/// where there is `std`: that is caught here, where the compiler knows of many a handler that it cannot.
pub(crate) trait Serve<Vm>: Handler + Send + Sync {
    /// With the first arguments, for a call that takes no others.
    fn few(&self, vm: &Vm, vcpu: &mut Vcpu, caller: Caller, arguments: &[u64; FEW]) -> Brief;

    /// With all of them.
    fn all(&self, vm: &Vm, vcpu: &mut Vcpu, caller: Caller, arguments: &[u64; MAX_ARGUMENTS]) -> Brief;
}

pub(crate) type Erased<Vm> = Box<dyn Serve<Vm>>;

/// Makes one handler for every entry point that has the call.
pub(crate) type Maker<Vm> = Box<dyn Fn(EntryId, &'static Definition) -> Erased<Vm>>;

/// Argument registers that are read for every call, whether it takes them or not: so many at once cost less
/// than a loop whose end no branch predictor knows.
pub(crate) const FEW: usize = 4;

/// A typed handler of a call at one entry point.
struct Typed<F, C, R> {
    handler: Arc<F>,
    definition: &'static Definition,
    entry: EntryId,
    types: PhantomData<fn(C) -> R>,
}

impl<F, C: Hypercall, R: Into<Outcome>> Typed<F, C, R> {
    /// Decodes, calls, and makes an error an outcome. The context is made here, since no code is left of it
    /// where the handler has no use for it.
    #[inline(always)] // for the sake of the arguments' number
    fn run<Vm>(&self, vm: &Vm, vcpu: &mut Vcpu, caller: Caller, arguments: &[u64]) -> Brief
    where
        F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error>,
    {
        let Typed { definition, entry, .. } = *self;
        let context = &mut Context { vcpu, definition, entry, caller, deferred: false };
        let brief = guarded(|| {
            let call = C::decode(&mut Slots::new(arguments, caller.width));
            match call.and_then(|call| (self.handler)(vm, call, context)) {
                Ok(done) => context.brief(done.into()),
                Err(error) => context.brief(Outcome::Failed(error)),
            }
        });
        brief.unwrap_or(Brief::OTHER)
    }
}

impl<Vm, C, R, F> Serve<Vm> for Typed<F, C, R>
where
    C: Hypercall,
    R: Into<Outcome>,
    F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync,
{
    fn few(&self, vm: &Vm, vcpu: &mut Vcpu, caller: Caller, arguments: &[u64; FEW]) -> Brief {
        self.run(vm, vcpu, caller, arguments)
    }

    fn all(&self, vm: &Vm, vcpu: &mut Vcpu, caller: Caller, arguments: &[u64; MAX_ARGUMENTS]) -> Brief {
        match arguments.first_chunk() {
            Some(few) if const { C::DEFINITION.most_slots() <= FEW } => self.few(vm, vcpu, caller, few),
            _ => self.run(vm, vcpu, caller, arguments),
        }
    }
}

/// Wraps a typed handler.
pub(crate) fn erase<Vm, C, R, F>(handler: F) -> Maker<Vm>
where
    C: Hypercall,
    R: Into<Outcome> + 'static,
    F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
{
    let handler = Arc::new(handler);
    Box::new(move |entry, definition| {
        Box::new(Typed { handler: handler.clone(), definition, entry, types: PhantomData::<fn(C) -> R> })
    })
}

/// Fails whatever the arguments are.
pub(crate) struct Fails(pub(crate) Error);

impl<Vm> Serve<Vm> for Fails {
    fn few(&self, _: &Vm, vcpu: &mut Vcpu, _: Caller, _: &[u64; FEW]) -> Brief {
        vcpu.outcome = Some(Outcome::Failed(self.0));
        Brief::OTHER
    }

    fn all(&self, vm: &Vm, vcpu: &mut Vcpu, caller: Caller, _: &[u64; MAX_ARGUMENTS]) -> Brief {
        self.few(vm, vcpu, caller, &[0; FEW])
    }
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
pub struct BoundHandler(Maker<()>);

impl BoundHandler {
    /// The same for a VM of some type, of which it knows nothing.
    pub(crate) fn maker<Vm>(self) -> Maker<Vm> {
        Box::new(move |entry, definition| Box::new(Linked((self.0)(entry, definition))))
    }
}

struct Linked(Erased<()>);

impl<Vm> Serve<Vm> for Linked {
    fn few(&self, _: &Vm, vcpu: &mut Vcpu, caller: Caller, arguments: &[u64; FEW]) -> Brief {
        self.0.few(&(), vcpu, caller, arguments)
    }

    fn all(&self, _: &Vm, vcpu: &mut Vcpu, caller: Caller, arguments: &[u64; MAX_ARGUMENTS]) -> Brief {
        self.0.all(&(), vcpu, caller, arguments)
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
    BoundHandler(erase(move |(): &(), call: C, context: &mut Context<'_>| handler(call, context)))
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
