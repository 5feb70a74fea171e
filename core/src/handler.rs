//! Handlers, and what they are told beside the arguments.

use crate::arch::{Caller, Endian, Privilege, Width};
use crate::argument::Slots;
use crate::definition::Hypercall;
use crate::served::{Calls, Served};
use crate::services::{MissingService, Services};
use crate::{Completion, Definition, EntryId, Error, Outcome, Vcpu};
use alloc::boxed::Box;
use alloc::sync::Arc;

/// What a handler may know of the call beside its arguments. Neither its number nor a register.
pub struct Context<'a> {
    pub(crate) vcpu: &'a Vcpu,
    calls: &'a Calls,
    line: u32,
    /// The call's number, as the guest wrote it: for the dispatcher, not for handlers.
    pub(crate) number: u64,
    entry: EntryId,
    caller: Caller,
    pub(crate) deferred: bool,
    /// The outcome of a handler that [`Brief`] does not tell.
    pub(crate) outcome: Option<Outcome>,
}

/// The call and who made it: a handler may log it at every call of a guest's, and the tables behind it are long.
impl core::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Context { vcpu, entry, caller, deferred, .. } = self;
        f.debug_struct("Context")
            .field("vcpu", &vcpu.index)
            .field("call", &self.definition().name)
            .field("entry", entry)
            .field("caller", caller)
            .field("deferred", deferred)
            .finish_non_exhaustive()
    }
}

/// What came of a handler, in two registers: what nearly every call ends in.
#[derive(Clone, Copy)]
pub(crate) enum Brief {
    /// Completed without a value.
    Done,
    /// Completed with this value and no extra outputs.
    Value(u64),
    /// What the context's `outcome` holds.
    Other,
}

impl<'a> Context<'a> {
    #[inline]
    pub(crate) fn new(
        vcpu: &'a Vcpu,
        (calls, line): (&'a Calls, u32),
        number: u64,
        caller: Caller,
        entry: EntryId,
    ) -> Context<'a> {
        Context { vcpu, calls, line, number, entry, caller, deferred: false, outcome: None }
    }

    /// The call it is, which is looked for only where somebody asks.
    pub(crate) fn served(&self) -> &'a Served {
        &self.calls.0[self.line as usize - 1] // the tables were made of these
    }

    /// Where it is counted.
    pub(crate) fn line(&self) -> usize {
        self.line as usize
    }

    /// Takes an outcome apart. One of a handler that took the right to complete the call later is not brief:
    /// it may have to be taken back.
    #[inline]
    pub(crate) fn brief(&mut self, outcome: Outcome) -> Brief {
        match outcome {
            Outcome::Complete(output) if output.extra().is_empty() && !self.deferred => {
                output.get().map_or(Brief::Done, Brief::Value)
            }
            other => {
                self.outcome = Some(other);
                Brief::Other
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
        self.served().definition
    }

    /// The right to complete this call later, from any thread. Return [`Outcome::Deferred`] then.
    pub fn defer(&mut self) -> Completion {
        self.deferred = true;
        self.vcpu.slot.open()
    }
}

/// A handler after its types are gone: from argument registers, masked and at least as many as the call takes,
/// to an outcome.
pub(crate) type Erased<Vm> = Box<dyn Fn(&Vm, &[u64], &mut Context<'_>) -> Brief + Send + Sync>;

/// Makes one handler as often as there are tables with it.
pub(crate) type Maker<Vm> = Box<dyn Fn() -> Erased<Vm>>;

/// Argument registers that are read for every call, whether it takes them or not: so many at once cost less
/// than a loop whose end no branch predictor knows.
pub(crate) const FEW: usize = 4;

/// Wraps a typed handler: decode, call, and an error becomes an outcome.
pub(crate) fn erase<Vm, C, R, F>(handler: F) -> Maker<Vm>
where
    C: Hypercall,
    R: Into<Outcome>,
    F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
{
    let handler = Arc::new(handler);
    Box::new(move || {
        let handler = handler.clone();
        Box::new(move |vm, arguments, context| {
            // Of an array as long as is known where this is compiled, decoding needs no bounds checks.
            let call = match arguments.first_chunk::<FEW>() {
                Some(few) if const { C::DEFINITION.most_slots() <= FEW } => decode::<C>(few, context),
                _ => decode::<C>(arguments, context),
            };
            match call.and_then(|call| handler(vm, call, context)) {
                Ok(done) => context.brief(done.into()),
                Err(error) => context.brief(Outcome::Failed(error)),
            }
        })
    })
}

#[inline(always)] // for the sake of the array's length
fn decode<C: Hypercall>(arguments: &[u64], context: &Context<'_>) -> Result<C, Error> {
    C::decode(&mut Slots::new(arguments, context.width()))
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
pub struct BoundHandler(pub(crate) BoundFunction);

pub(crate) type BoundFunction = Arc<dyn Fn(&[u64], &mut Context<'_>) -> Brief + Send + Sync>;

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
    R: Into<Outcome>,
    F: Fn(C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
{
    let erased = erase(move |_: &(), call: C, context: &mut Context<'_>| handler(call, context))();
    BoundHandler(Arc::new(move |arguments, context| erased(&(), arguments, context)))
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
