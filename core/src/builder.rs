//! Builds a dispatcher, and refuses one that cannot be meant.

use crate::definition::Hypercall;
use crate::entry::{Entry, Marshal, Place};
use crate::handler::{BoundHandler, FEW, Handler, LINKED_HANDLERS, Maker, Serves, boxed, compiled};
use crate::list::CallList;
use crate::multicall::Batches;
use crate::numbers::{Bound, EntrySpan, Run};
use crate::served::{Calls, Gate, Served};
use crate::services::{MissingService, Services};
use crate::{
    Arch, BuildError, Context, Convention, Definition, Dispatcher, EntryId, EntryPoint, Error, Interface,
    Multicall, Outcome, Policy, Registry, Status, Width,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::TypeId;

struct Pending<Vm> {
    definition: &'static Definition,
    /// A linked handler may miss a service. That matters only where a guest can reach it.
    handler: Result<Maker<Vm>, MissingService>,
    origin: Origin,
}

/// Where a handler is from. An earlier one takes precedence over a later one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    /// The VMM's own; an error if no guest can reach it.
    Handled,
    /// A set's, for whatever of it the VM carries.
    Offered,
    /// A plug-in's.
    Linked,
}

/// Collects entry points, handlers and policy; see [`Dispatcher::builder`].
pub struct Builder<Vm> {
    arch: Arch,
    registry: Option<Registry>,
    entries: Vec<(EntryPoint, &'static Convention, &'static Interface)>,
    handlers: Vec<Pending<Vm>>,
    policy: Policy,
    clock: Option<fn() -> u64>,
    counts: bool,
    multicall: Option<Batches<Vm>>,
    list: Option<TypeId>,
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
            policy: Policy::default(),
            clock: None,
            counts: true,
            multicall: None,
            list: None,
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
        R: Into<Outcome> + 'static,
        F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
    {
        let handler = Ok(boxed(handler));
        self.handlers.push(Pending { definition: C::DEFINITION, handler, origin: Origin::Handled });
        self
    }

    /// Serves a call as the VM [does](Serves). It is an error if no guest can reach the handler.
    #[must_use]
    pub fn serves<C: Hypercall>(self) -> Self
    where
        Vm: Serves<C>,
    {
        self.serves_as::<C>(C::DEFINITION)
    }

    /// Serves every call of a [list](mod@crate::list), as the VM [does](Serves). It is an error if no guest can
    /// reach one of them.
    ///
    /// Of several lists, the compiled code of the one given last is used.
    #[must_use]
    pub fn serves_list<L: CallList<Vm>>(mut self) -> Self {
        let before = core::mem::take(&mut self.handlers);
        self = L::add(self);
        // The list's calls are the first, and counted as such.
        self.handlers.extend(before);
        self.list = Some(TypeId::of::<L>());
        self
    }

    /// As [`serves`](Self::serves), under a definition made at run time whose arguments are those of `C`: for
    /// programs with more calls than types, as benchmarks have.
    #[doc(hidden)]
    #[must_use]
    pub fn serves_as<C: Hypercall>(mut self, definition: &'static Definition) -> Self
    where
        Vm: Serves<C>,
    {
        self.handlers.push(Pending { definition, handler: Ok(compiled::<Vm, C>()), origin: Origin::Handled });
        self
    }

    /// As [`handle`](Self::handle), under a definition made at run time whose arguments are those of `C`: for
    /// programs with more calls than types, as benchmarks have.
    #[doc(hidden)]
    #[must_use]
    pub fn handle_as<C, R, F>(mut self, definition: &'static Definition, handler: F) -> Self
    where
        C: Hypercall,
        R: Into<Outcome> + 'static,
        F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
    {
        self.handlers.push(Pending { definition, handler: Ok(boxed(handler)), origin: Origin::Handled });
        self
    }

    /// Serves a call wherever the VM's architecture and entry points carry it, and is dropped where they do
    /// not: for sets of handlers made for every architecture. One given with [`handle`](Self::handle) takes
    /// precedence, so that a VMM can replace a part of a set.
    #[must_use]
    pub fn offer<C, R, F>(mut self, handler: F) -> Self
    where
        C: Hypercall,
        R: Into<Outcome> + 'static,
        F: Fn(&Vm, C, &mut Context<'_>) -> Result<R, Error> + Send + Sync + 'static,
    {
        let handler = Ok(boxed(handler));
        self.handlers.push(Pending { definition: C::DEFINITION, handler, origin: Origin::Offered });
        self
    }

    /// Serves the calls that plug-in crates brought with [`link_handler!`](crate::link_handler), each bound
    /// to the services it needs. A handler given with [`handle`](Self::handle) or [`offer`](Self::offer)
    /// takes precedence. Those no guest can reach are left out, and need no service.
    #[must_use]
    pub fn linked_handlers(mut self, services: &Services) -> Self {
        for linked in LINKED_HANDLERS.iter() {
            let handler = (linked.bind)(services).map(BoundHandler::maker);
            self.handlers.push(Pending { definition: linked.definition, handler, origin: Origin::Linked });
        }
        self
    }

    /// Serves HYPERCALL_MULTICALL, many calls in one exit. It is an error if no guest can reach it. See
    /// [`multicall`](crate::multicall) for what it does.
    #[must_use]
    pub fn multicall(mut self, batches: Batches<Vm>) -> Self {
        // What an entry that is a multicall itself gets: the dispatcher sees those of traps first.
        let nested: Maker<Vm> = Box::new(Handler::unsupported);
        let pending =
            Pending { definition: Multicall::DEFINITION, handler: Ok(nested), origin: Origin::Handled };
        self.handlers.push(pending);
        self.multicall = Some(batches);
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

    /// Whether calls are counted, as they are otherwise. Without it every [`Counts`](crate::statistics::Counts)
    /// is zero, and a vCPU takes no memory for each call.
    #[must_use]
    pub fn statistics(mut self, counts: bool) -> Self {
        self.counts = counts;
        self
    }

    /// Freezes everything.
    ///
    /// # Errors
    /// [`BuildError`]: the first thing found that cannot be meant.
    pub fn build(mut self) -> Result<Dispatcher<Vm>, BuildError> {
        let linked = match self.registry.take() {
            Some(registry) => registry,
            None => Registry::linked()?,
        };
        let served = self.handlers.iter().map(|p| p.definition);
        let registry = Registry::new(linked.iter().chain(served))?;
        self.policy.check(&registry)?;
        self.check_entries()?;
        check_spans(self.entries.iter().map(|e| e.2).chain(registry.iter().map(|d| d.interface)))?;
        let points = self.vendors_at_entries(&registry)?;

        let mut slots: Vec<Served> = Vec::new();
        let mut makers: Vec<(Maker<Vm>, Origin)> = Vec::new();
        let mut handlers = core::mem::take(&mut self.handlers);
        handlers.sort_by_key(|p| p.origin);
        for Pending { definition, handler, origin } in handlers {
            if let Err(reason) = reachable(self.arch, &points, definition) {
                if origin == Origin::Handled {
                    return Err(BuildError::Unreachable { call: definition.name, reason });
                }
                continue;
            }
            match slots.iter().position(|s| core::ptr::eq(s.definition, definition)) {
                Some(earlier) if makers[earlier].1 < origin => continue,
                // Two linked ones are an error too: which of them is first is the linker's choice.
                Some(_) => return Err(BuildError::DuplicateHandler(definition.name)),
                None => {}
            }
            let call = definition.name;
            let maker = handler.map_err(|missing| BuildError::Service { call, missing })?;
            let gate = match definition.status {
                _ if !self.policy.allows(definition) => Gate::Denied,
                Status::Deprecated => Gate::Deprecated,
                _ if self.multicall.is_some() && core::ptr::eq(definition, Multicall::DEFINITION) => {
                    Gate::Batch
                }
                _ => Gate::Open,
            };
            slots.push(Served::new(definition, gate));
            makers.push((maker, origin));
        }
        if slots.len() > usize::from(u16::MAX) - 1 {
            return Err(BuildError::TooMany(slots.len()));
        }
        let calls = Arc::new(Calls(slots.into()));
        let nowhere = Place { id: EntryId(usize::MAX), calls: Arc::clone(&calls) };
        let entries = points.into_iter().enumerate();
        let entries = entries
            .map(|(id, point)| {
                let place = Place { id: EntryId(id), calls: Arc::clone(&calls) };
                point.freeze(place, self.arch, self.clock.is_some(), &makers)
            })
            .collect();
        Ok(Dispatcher {
            arch: self.arch,
            entries,
            calls,
            user_mode: self.policy.user_mode(),
            clock: self.clock,
            counts: self.counts,
            registry,
            multicall: self.multicall,
            list: self.list,
            nowhere,
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
            if convention.modes.is_empty() {
                return Err(BuildError::NoMode { point: *point, convention: convention.name });
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

/// Interfaces are data that anybody may write.
fn check_spans(interfaces: impl Iterator<Item = &'static Interface>) -> Result<(), BuildError> {
    for interface in interfaces {
        if let Some(reason) = interface.spans.iter().find_map(|span| span.flaw()) {
            return Err(BuildError::BadSpan { interface: interface.name, reason });
        }
    }
    Ok(())
}

/// An entry point and the interfaces found there.
struct Point {
    point: EntryPoint,
    convention: &'static Convention,
    interfaces: Vec<&'static Interface>,
}

impl Point {
    fn freeze<Vm>(self, place: Place, arch: Arch, timed: bool, makers: &[(Maker<Vm>, Origin)]) -> Entry<Vm> {
        let numbering = self.convention.numbering;
        let convention = self.convention;
        let (mut spans, mut runs) = (Vec::new(), Vec::new());
        for interface in &self.interfaces {
            for span in interface.spans_in(numbering) {
                let mut calls = Vec::new();
                for (index, (served, (maker, _))) in place.calls.0.iter().zip(makers).enumerate() {
                    let definition = served.definition;
                    let inside = definition.number.checked_sub(span.start).filter(|n| *n < span.count);
                    let (Some(within), true, true, Ok(())) = (
                        inside,
                        definition.interface == *interface,
                        definition.is_on(arch),
                        convention.carries(definition),
                    ) else {
                        continue;
                    };
                    let is_plain = !timed && served.gate == Gate::Open && definition.most_slots() <= FEW;
                    // build() checked the count
                    calls.push((within, Bound::new(maker(), index as u32 + 1, is_plain)));
                }
                spans.push(EntrySpan::new(span, interface.errors.unwrap_or(convention.errors)));
                runs.extend(Run::all(span, calls));
            }
        }
        let mut runs = runs.into_iter();
        let first = runs.next().unwrap_or_else(Run::empty);
        let modes = [Width::Bits64, Width::Bits32].map(|width| Marshal::new(convention, width));
        Entry {
            key: if first.is_dense() { modes[0].key() } else { 0 },
            point: self.point,
            place,
            convention,
            interface: self.interfaces[0],
            modes,
            spans,
            first,
            others: runs.collect(),
        }
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
        match point.convention.carries(definition) {
            Ok(()) => return Ok(()),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}
