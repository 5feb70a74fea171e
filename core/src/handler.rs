//! Handlers, and what they are told beside the arguments.

use crate::arch::{Caller, Endian, Privilege, Width};
use crate::convention::Trap;
use crate::definition::Hypercall;
use crate::services::{MissingService, Services};
use crate::{Completion, Definition, EntryId, Error, Outcome, Vcpu};
use alloc::boxed::Box;

/// What a handler may know of the call beside its arguments. Neither its number nor a register.
#[derive(Debug)]
pub struct Context<'a> {
    pub(crate) vcpu: &'a Vcpu,
    trap: &'a Trap,
    entry: EntryId,
    pub(crate) definition: &'static Definition,
    pub(crate) deferred: bool,
    /// The outcome of a handler that [`Brief`] does not tell.
    pub(crate) outcome: Option<Outcome>,
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
        trap: &'a Trap,
        entry: EntryId,
        definition: &'static Definition,
    ) -> Context<'a> {
        Context { vcpu, trap, entry, definition, deferred: false, outcome: None }
    }

    /// The call's number, as the guest wrote it: for the dispatcher, not for handlers.
    pub(crate) fn number(&self) -> u64 {
        self.trap.number
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
        self.trap.caller
    }

    /// The byte order of the guest's structures.
    pub fn endian(&self) -> Endian {
        self.trap.caller.endian
    }

    /// The mode the guest called from, for calls whose meaning differs between modes.
    pub fn width(&self) -> Width {
        self.trap.caller.width
    }

    /// Whether a user program of the guest's made the call; only where the policy allows that.
    pub fn is_user_mode(&self) -> bool {
        self.trap.caller.privilege == Privilege::User
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
        self.deferred = true;
        self.vcpu.slot.open()
    }
}

/// A handler after its types are gone: from registers to an outcome.
pub(crate) type Erased<Vm> = Box<dyn Fn(&Vm, &Trap, &mut Context<'_>) -> Brief + Send + Sync>;

/// Wraps a typed handler: decode, call, and an error becomes an outcome.
pub(crate) fn erase<Vm, C, R, F>(handler: F) -> Erased<Vm>
where
    C: Hypercall,
    R: Into<Outcome>,
    F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
{
    Box::new(move |vm, trap, context| {
        let mut slots = crate::argument::Slots::new(&trap.arguments, trap.caller.width);
        match C::decode(&mut slots).and_then(|call| handler(vm, call, context)) {
            Ok(done) => context.brief(done.into()),
            Err(error) => context.brief(Outcome::Failed(error)),
        }
    })
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

pub(crate) type BoundFunction = Box<dyn Fn(&Trap, &mut Context<'_>) -> Brief + Send + Sync>;

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
    let erased = erase(move |_: &(), call: C, context: &mut Context<'_>| handler(call, context));
    BoundHandler(Box::new(move |trap, context| erased(&(), trap, context)))
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
