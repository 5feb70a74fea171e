//! Builds a dispatcher, and refuses one that cannot be meant.

use crate::definition::Hypercall;
use crate::dispatcher::{Entry, EntrySpan, Served};
use crate::handler::{Erased, LINKED_HANDLERS, erase};
use crate::policy::PolicyError;
use crate::registry::RegistryError;
use crate::services::{MissingService, Services};
use crate::{
    Arch, Context, Convention, Definition, Dispatcher, EntryPoint, Error, Interface, Outcome, Policy,
    Registry, Status,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::AtomicBool;

/// Why no dispatcher was built. All of these are found before a guest runs.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Definitions that collide.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A policy about calls that do not exist.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A link-time handler needs a service that the VM does not offer.
    #[error("the link-time handler of {call} cannot be bound: {missing}; add it with Services::with")]
    Service {
        /// The call.
        call: &'static str,
        /// The service.
        missing: MissingService,
    },
    /// Two handlers for one call.
    #[error("{0} has two handlers; remove one")]
    DuplicateHandler(&'static str),
    /// A handler no guest can reach.
    #[error("the handler of {call} cannot be reached: {reason}")]
    Unreachable {
        /// The call.
        call: &'static str,
        /// Why.
        reason: String,
    },
    /// An entry point bound twice.
    #[error(
        "the entry point {point} is bound to {first} already, and nothing at a trap tells it from {second}; give one of them another entry point"
    )]
    DuplicateEntry {
        /// The entry point.
        point: EntryPoint,
        /// What it is bound to.
        first: String,
        /// What it was to be bound to.
        second: String,
    },
    /// An entry point bound to a convention of another architecture.
    #[error(
        "the entry point {point} of a VM on {arch} is bound to the convention {convention}, which is {other}'s"
    )]
    WrongArch {
        /// The entry point.
        point: EntryPoint,
        /// The dispatcher's architecture.
        arch: Arch,
        /// The convention.
        convention: &'static str,
        /// Its architecture.
        other: Arch,
    },
    /// An interface with no numbers in the convention's way of writing them.
    #[error("the interface {interface} has no numbers in the convention {convention} (entry point {point})")]
    NoNumbers {
        /// The entry point.
        point: EntryPoint,
        /// The convention.
        convention: &'static str,
        /// The interface.
        interface: &'static str,
    },
    /// Two vendors whose numbers meet.
    #[error(
        "the numbers of {first} and {second} meet at the entry point {point}; give one another block (Interface::vendor_block)"
    )]
    VendorOverlap {
        /// The entry point.
        point: EntryPoint,
        /// One vendor.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// More calls than a dispatcher numbers.
    #[error("{0} handlers are more than the 65534 a dispatcher holds")]
    TooMany(usize),
}

struct Pending<Vm> {
    definition: &'static Definition,
    handler: Erased<Vm>,
    /// Whether it is an error if no guest can reach it.
    required: bool,
}

/// Collects entry points, handlers and policy; see [`Dispatcher::builder`].
pub struct Builder<Vm> {
    arch: Arch,
    registry: Option<Registry>,
    entries: Vec<(EntryPoint, &'static Convention, &'static Interface)>,
    handlers: Vec<Pending<Vm>>,
    linked: Vec<Pending<Vm>>,
    policy: Policy,
    clock: Option<fn() -> u64>,
    error: Option<BuildError>,
}

impl<Vm> core::fmt::Debug for Builder<Vm> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Builder({}, {} entries, {} handlers)", self.arch, self.entries.len(), self.handlers.len())
    }
}

impl<Vm: 'static> Builder<Vm> {
    pub(crate) fn new(arch: Arch) -> Builder<Vm> {
        Builder {
            arch,
            registry: None,
            entries: Vec::new(),
            handlers: Vec::new(),
            linked: Vec::new(),
            policy: Policy::default(),
            clock: None,
            error: None,
        }
    }

    /// The architecture the dispatcher is for.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// Uses these definitions in place of all that are linked into the program.
    #[must_use]
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Binds an entry point to one convention and one interface. The calls of vendors in the registry are
    /// reached there too, by their numbers.
    #[must_use]
    pub fn entry(
        mut self,
        point: EntryPoint,
        convention: &'static Convention,
        interface: &'static Interface,
    ) -> Self {
        self.entries.push((point, convention, interface));
        self
    }

    /// Serves a call. It is an error if no guest can reach the handler.
    #[must_use]
    pub fn handle<C, R, F>(mut self, handler: F) -> Self
    where
        C: Hypercall,
        R: Into<Outcome>,
        F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
    {
        let handler = erase(handler);
        self.handlers.push(Pending { definition: C::DEFINITION, handler, required: true });
        self
    }

    /// Serves a call wherever the VM's architecture and entry points carry it, and is dropped where they do
    /// not: for sets of handlers made for every architecture.
    #[must_use]
    pub fn offer<C, R, F>(mut self, handler: F) -> Self
    where
        C: Hypercall,
        R: Into<Outcome>,
        F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
    {
        let handler = erase(handler);
        self.handlers.push(Pending { definition: C::DEFINITION, handler, required: false });
        self
    }

    /// Serves the calls that plug-in crates brought with [`link_handler!`](crate::link_handler), each bound
    /// to the services it needs. A handler given with [`handle`](Self::handle) or [`offer`](Self::offer)
    /// takes precedence. Those for other architectures are left out.
    #[must_use]
    pub fn linked_handlers(mut self, services: &Services) -> Self {
        for linked in LINKED_HANDLERS.iter().filter(|l| l.definition.is_on(self.arch)) {
            match (linked.bind)(services) {
                Ok(bound) => self.linked.push(Pending {
                    definition: linked.definition,
                    handler: Box::new(move |_, trap, context| bound(trap, context)),
                    required: false,
                }),
                Err(missing) => {
                    let call = linked.definition.name;
                    self.error.get_or_insert(BuildError::Service { call, missing });
                }
            }
        }
        self
    }

    /// Sets which calls the guest may make; [`Policy::default`] otherwise.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Measures the time handlers take, with a monotonic clock of any unit, read twice a call.
    #[must_use]
    pub fn clock(mut self, clock: fn() -> u64) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Freezes everything.
    ///
    /// # Errors
    /// [`BuildError`]: the first thing found that cannot be meant.
    pub fn build(mut self) -> Result<Dispatcher<Vm>, BuildError> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let linked = match self.registry.take() {
            Some(registry) => registry,
            None => Registry::linked()?,
        };
        let served = self.handlers.iter().chain(&self.linked).map(|p| p.definition);
        let registry = Registry::new(linked.iter().chain(served))?;
        self.policy.check(&registry)?;
        self.check_entries()?;
        let points = self.vendors_at_entries(&registry)?;

        let mut slots: Vec<Served<Vm>> = Vec::new();
        let handlers = core::mem::take(&mut self.handlers);
        for (pending, explicit) in
            handlers.into_iter().map(|p| (p, true)).chain(self.linked.drain(..).map(|p| (p, false)))
        {
            let definition = pending.definition;
            if slots.iter().any(|s| core::ptr::eq(s.definition, definition)) {
                if explicit {
                    return Err(BuildError::DuplicateHandler(definition.name));
                }
                continue; // a handler of the VMM's own takes precedence over a linked one
            }
            if let Err(reason) = reachable(self.arch, &points, definition) {
                if pending.required {
                    return Err(BuildError::Unreachable { call: definition.name, reason });
                }
                continue;
            }
            slots.push(Served {
                definition,
                handler: pending.handler,
                allowed: self.policy.allows(definition),
                deprecated: definition.status == Status::Deprecated,
                reported: AtomicBool::new(false),
                panicked: AtomicBool::new(false),
            });
        }
        if slots.len() > usize::from(u16::MAX) - 1 {
            return Err(BuildError::TooMany(slots.len()));
        }
        let entries = points.into_iter().map(|point| point.freeze(self.arch, &slots)).collect();
        Ok(Dispatcher {
            arch: self.arch,
            entries,
            slots: slots.into_boxed_slice(),
            user_mode: self.policy.user_mode(),
            clock: self.clock,
            registry,
        })
    }

    fn check_entries(&self) -> Result<(), BuildError> {
        for (i, (point, convention, interface)) in self.entries.iter().enumerate() {
            if let Some((_, c, n)) = self.entries[..i].iter().find(|(p, _, _)| p == point) {
                let pair = |c: &Convention, n: &Interface| alloc::format!("({}, {})", c.name, n.name);
                let (first, second) = (pair(c, n), pair(convention, interface));
                return Err(BuildError::DuplicateEntry { point: *point, first, second });
            }
            if convention.arch != self.arch {
                return Err(BuildError::WrongArch {
                    point: *point,
                    arch: self.arch,
                    convention: convention.name,
                    other: convention.arch,
                });
            }
            if interface.spans_in(convention.numbering).next().is_none() {
                return Err(BuildError::NoNumbers {
                    point: *point,
                    convention: convention.name,
                    interface: interface.name,
                });
            }
        }
        Ok(())
    }

    /// Each entry point with its interface first and the vendors that are reached there by number behind.
    fn vendors_at_entries(&self, registry: &Registry) -> Result<Vec<Point>, BuildError> {
        let mut vendors: Vec<&'static Interface> = Vec::new();
        for definition in registry.iter().filter(|d| d.is_on(self.arch) && d.interface.is_vendor()) {
            if !vendors.contains(&definition.interface) {
                vendors.push(definition.interface);
            }
        }
        let mut points = Vec::new();
        for (point, convention, interface) in &self.entries {
            let mut interfaces = alloc::vec![*interface];
            for vendor in &vendors {
                let mut spans = vendor.spans_in(convention.numbering).peekable();
                if interfaces.contains(vendor) || spans.peek().is_none() {
                    continue;
                }
                for span in spans {
                    let meets = |i: &&&'static Interface| {
                        i.spans_in(convention.numbering).any(|other| other.overlaps(span))
                    };
                    if let Some(other) = interfaces.iter().find(meets) {
                        return Err(BuildError::VendorOverlap {
                            point: *point,
                            first: other.name,
                            second: vendor.name,
                        });
                    }
                }
                interfaces.push(vendor);
            }
            points.push(Point { point: *point, convention, interfaces });
        }
        Ok(points)
    }
}

/// An entry point and the interfaces found there.
struct Point {
    point: EntryPoint,
    convention: &'static Convention,
    interfaces: Vec<&'static Interface>,
}

impl Point {
    /// Whether the convention has registers enough for the call in each of its modes.
    fn carries(&self, definition: &Definition) -> Result<(), String> {
        let (wide, narrow) = definition.slots();
        let name = self.convention.name;
        for mode in self.convention.modes {
            let needed = if mode.width == crate::Width::Bits64 { wide } else { narrow };
            let (have, outputs) = (mode.arguments.len(), mode.outputs.len());
            if needed > have {
                return Err(alloc::format!(
                    "it takes {needed} argument registers and the convention {name} has {have}"
                ));
            }
            if definition.outputs.len() > outputs {
                let needed = definition.outputs.len();
                return Err(alloc::format!(
                    "it has {needed} extra outputs and the convention {name} has {outputs}"
                ));
            }
        }
        if definition.interface.wire(self.convention.numbering, definition.number).is_none() {
            let number = definition.number;
            return Err(alloc::format!("its number {number:#x} cannot be written in the convention {name}"));
        }
        Ok(())
    }

    fn freeze<Vm>(self, arch: Arch, slots: &[Served<Vm>]) -> Entry {
        let numbering = self.convention.numbering;
        let mut spans = Vec::new();
        for interface in &self.interfaces {
            for span in interface.spans_in(numbering) {
                let mut table = Vec::new();
                for (index, slot) in slots.iter().enumerate() {
                    let definition = slot.definition;
                    let inside = definition.number.checked_sub(span.start).filter(|n| *n < span.count);
                    let (Some(place), true, true, Ok(())) = (
                        inside,
                        definition.interface == *interface,
                        definition.is_on(arch),
                        self.carries(definition),
                    ) else {
                        continue;
                    };
                    let place = place as usize; // a span holds at most 65536 numbers
                    if table.len() <= place {
                        table.resize(place + 1, 0);
                    }
                    table[place] = index as u16 + 1; // build() checked the count
                }
                spans.push(EntrySpan {
                    first: span.first,
                    shift: span.step.trailing_zeros(),
                    odd: span.step - 1,
                    count: span.count,
                    table: table.into_boxed_slice(),
                    errors: interface.errors.unwrap_or(self.convention.errors),
                });
            }
        }
        Entry { point: self.point, convention: self.convention, interface: self.interfaces[0], spans }
    }
}

/// Whether a guest can make the call at some entry point; why not, otherwise.
fn reachable(arch: Arch, points: &[Point], definition: &Definition) -> Result<(), String> {
    if !definition.is_on(arch) {
        return Err(alloc::format!("the call does not exist on {arch}"));
    }
    if definition.status == Status::Obsolete {
        return Err(String::from("the call is obsolete, and obsolete calls are answered as unknown"));
    }
    let name = definition.interface.name;
    let mut why = alloc::format!("no entry point is bound to the interface {name}");
    for point in points.iter().filter(|p| p.interfaces.contains(&definition.interface)) {
        match point.carries(definition) {
            Ok(()) => return Ok(()),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}
