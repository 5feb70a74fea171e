//! What the tables say, before any format.

use hypercall_core::convention::{Convention, Mode, Reg};
use hypercall_core::encoding::{self, Encoding};
use hypercall_core::interface::{self, Span, VENDOR_RANGES, VendorRange};
use hypercall_core::registry::RegistryError;
use hypercall_core::shared::{Layout, Page};
use hypercall_core::transport::{Exit, Transport};
use hypercall_core::{Arch, Definition, Interface, Numbering, Registry, Width};

/// Everything the tables print; every list is in the order it is printed in.
#[derive(Clone, Debug)]
pub struct Book {
    /// The calls, by interface (vendors' last) and number.
    pub calls: Vec<Call>,
    /// The calling conventions, by architecture.
    pub conventions: Vec<&'static Convention>,
    /// Which interface is found through which convention, and how errors are said there.
    pub carried: Vec<Carried>,
    /// How calls reach what serves them, by architecture.
    pub transports: Vec<&'static Transport>,
    /// The structures that guests share with the host: those of calls in the calls' order, then the pages.
    pub structures: Vec<Structure>,
    /// The number spaces, each with its spans.
    pub interfaces: Vec<(&'static Interface, Vec<&'static Span>)>,
    /// The ranges that vendors' numbers are of.
    pub vendor_ranges: Vec<&'static VendorRange>,
}

/// A call, laid out in registers.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is known about it.
    pub definition: &'static Definition,
    /// Its number in each way of writing numbers that its architectures have.
    pub wire: Vec<Wire>,
    /// Where its number, arguments and results are, for each mode of each convention that carries it.
    pub places: Vec<Place>,
}

/// A structure that guest and host share.
#[derive(Clone, Debug)]
pub struct Structure {
    /// What is in it.
    pub layout: &'static Layout,
    /// The architectures that have it.
    pub archs: Vec<Arch>,
    /// The calls that read or write it.
    pub calls: Vec<&'static str>,
    /// What is known of one that no call names.
    pub page: Option<&'static Page>,
}

/// A number as one architecture's convention writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The way of writing numbers.
    pub numbering: Numbering,
    /// What stands in the number register.
    pub number: u64,
}

/// A call in the registers of one mode of a convention.
#[derive(Clone, Debug)]
pub struct Place {
    /// The convention.
    pub convention: &'static Convention,
    /// Its mode, which names the registers of number, result and value.
    pub mode: &'static Mode,
    /// What stands in the number register.
    pub number: u64,
    /// The registers of each argument, in the order of [`Definition::arguments`].
    pub arguments: Vec<&'static [Reg]>,
    /// The registers of the extra outputs, in the order of [`Definition::outputs`].
    pub outputs: &'static [Reg],
    /// How the call's errors are said here.
    pub encoding: &'static Encoding,
}

/// An interface found through a convention.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// The convention.
    pub convention: &'static Convention,
    /// The interface.
    pub interface: &'static Interface,
    /// The interface's own way to say errors, or else the convention's.
    pub encoding: &'static Encoding,
}

impl Book {
    /// Of every call linked into the program, and every convention, transport and page of the architecture
    /// crates.
    ///
    /// # Errors
    /// [`RegistryError`] when two calls collide.
    pub fn linked() -> Result<Book, RegistryError> {
        let conventions = hypercall_arch_x86::convention::ALL
            .iter()
            .chain(&hypercall_arch_s390::convention::ALL)
            .chain(&hypercall_arch_ppc::convention::ALL);
        let transports = hypercall_arch_x86::transport::ALL
            .iter()
            .chain(&hypercall_arch_s390::transport::ALL)
            .chain(&hypercall_arch_ppc::transport::ALL);
        Ok(Book::new(&Registry::linked()?, conventions.copied())
            .with_transports(transports.copied())
            .with_pages(hypercall_arch_x86::pages::ALL))
    }

    /// Of these calls and conventions, and no transports; the order of the calls does not matter.
    pub fn new(registry: &Registry, conventions: impl IntoIterator<Item = &'static Convention>) -> Book {
        let conventions: Vec<_> = conventions.into_iter().collect();
        let mut interfaces = interface::ALL.to_vec();
        for definition in registry.iter() {
            if !interfaces.contains(&definition.interface) {
                interfaces.push(definition.interface);
            }
        }
        let known = |i: &Interface| interface::ALL.iter().position(|k| *k == i);
        interfaces.sort_by_key(|i| (i.vendor, known(i).unwrap_or(interface::ALL.len()), i.name));

        let carried: Vec<Carried> = conventions
            .iter()
            .flat_map(|convention| interfaces.iter().map(move |interface| (*convention, *interface)))
            .filter(|(convention, interface)| leads_to(convention, interface, &conventions))
            .map(|(convention, interface)| {
                let encoding = interface.errors.unwrap_or(convention.errors);
                Carried { convention, interface, encoding }
            })
            .collect();
        let mut calls: Vec<Call> = registry.iter().map(|d| Call::new(d, &carried)).collect();
        // The registry is sorted by number within an interface, and the sort is stable.
        calls.sort_by_key(|c| interfaces.iter().position(|i| *i == c.definition.interface));
        let mut structures: Vec<Structure> = Vec::new();
        for call in &calls {
            call.definition.shares.iter().for_each(|layout| share(&mut structures, layout, call.definition));
        }
        let spans = |i: &'static Interface| i.spans.iter().filter(|s| s.count > 0).collect();
        Book {
            calls,
            conventions,
            carried,
            transports: Vec::new(),
            structures,
            interfaces: interfaces.into_iter().map(|i| (i, spans(i))).collect(),
            vendor_ranges: VENDOR_RANGES.iter().collect(),
        }
    }

    /// With ways to reach the host.
    #[must_use]
    pub fn with_transports(mut self, transports: impl IntoIterator<Item = &'static Transport>) -> Book {
        self.transports.extend(transports);
        self
    }

    /// With structures that no call names.
    #[must_use]
    pub fn with_pages(mut self, pages: impl IntoIterator<Item = &'static Page>) -> Book {
        self.structures.extend(pages.into_iter().map(|page| Structure {
            layout: page.layout,
            archs: page.conventions.iter().fold(Vec::new(), |archs, c| with(archs, c.arch)),
            calls: Vec::new(),
            page: Some(page),
        }));
        self
    }

    /// The exits of KVM_RUN by which calls reach a VMM, each once, by their number.
    pub fn exits(&self) -> Vec<&'static Exit> {
        let mut found: Vec<&'static Exit> = self.transports.iter().filter_map(|t| t.exit).collect();
        found.sort_by_key(|exit| (exit.reason, exit.name));
        found.dedup_by_key(|exit| (exit.reason, exit.name));
        found
    }

    /// The ways to say errors, each with the architecture it is used on.
    pub fn encodings(&self) -> Vec<(Arch, &'static Encoding)> {
        let mut found: Vec<(Arch, &'static Encoding)> = Vec::new();
        for Carried { convention, encoding, .. } in &self.carried {
            if !found.iter().any(|(arch, e)| *arch == convention.arch && e.name == encoding.name) {
                found.push((convention.arch, *encoding));
            }
        }
        found.sort_by_key(|(arch, e)| (*arch, place_of(e), e.name));
        found
    }
}

/// Notes that a call shares a structure; one of the same name is another's too, and stands once.
fn share(structures: &mut Vec<Structure>, layout: &'static Layout, call: &'static Definition) {
    if let Some(known) = structures.iter_mut().find(|s| s.layout.name == layout.name) {
        known.calls.push(call.name);
        let archs = core::mem::take(&mut known.archs);
        known.archs = call.archs.iter().copied().fold(archs, with);
    } else {
        let archs = call.archs.iter().copied().fold(Vec::new(), with);
        structures.push(Structure { layout, archs, calls: vec![call.name], page: None });
    }
}

/// Adds an architecture that is not there yet; they stay in order.
fn with(mut archs: Vec<Arch>, arch: Arch) -> Vec<Arch> {
    if let Err(place) = archs.binary_search(&arch) {
        archs.insert(place, arch);
    }
    archs
}

/// Where an encoding stands in core's list; one that is not core's stands behind all of them.
fn place_of(encoding: &Encoding) -> usize {
    encoding::ALL.iter().position(|e| e.name == encoding.name).unwrap_or(encoding::ALL.len())
}

/// Whether an interface is found through a convention.
///
/// The convention must write the interface's numbers. An interface that has a convention of its own, which
/// bears its name, is found through that one only; vendors' numbers are found wherever they can be written.
fn leads_to(convention: &Convention, interface: &Interface, all: &[&'static Convention]) -> bool {
    let own = |c: &&'static Convention| c.numbering == convention.numbering && c.name == interface.name;
    interface.spans_in(convention.numbering).next().is_some()
        && (interface.is_vendor() || convention.name == interface.name || !all.iter().any(own))
}

impl Call {
    fn new(definition: &'static Definition, carried: &[Carried]) -> Call {
        let wire =
            Numbering::ALL.into_iter().filter(|n| definition.is_on(n.arch())).filter_map(|numbering| {
                let number = definition.interface.wire(numbering, definition.number)?;
                Some(Wire { numbering, number })
            });
        let places = carried
            .iter()
            .filter(|c| c.interface == definition.interface && definition.is_on(c.convention.arch))
            .filter(|c| c.convention.carries(definition).is_ok())
            .flat_map(|c| c.convention.modes.iter().filter_map(move |mode| Place::new(definition, c, mode)));
        Call { definition, wire: wire.collect(), places: places.collect() }
    }

    /// The ways this call's errors are said, in the order of its places.
    pub fn encodings(&self) -> Vec<&'static Encoding> {
        let mut found: Vec<&'static Encoding> = Vec::new();
        for place in &self.places {
            if !found.iter().any(|e| e.name == place.encoding.name) {
                found.push(place.encoding);
            }
        }
        found
    }
}

impl Place {
    /// `None` where the mode lacks registers or the convention cannot write the number.
    fn new(definition: &'static Definition, carried: &Carried, mode: &'static Mode) -> Option<Place> {
        let mut free: &'static [Reg] = mode.arguments;
        let mut arguments = Vec::new();
        for argument in definition.arguments {
            let slots = match mode.width {
                Width::Bits64 => argument.kind.slots,
                Width::Bits32 => argument.kind.slots_32,
            };
            let (taken, rest) = free.split_at_checked(slots)?;
            arguments.push(taken);
            free = rest;
        }
        Some(Place {
            convention: carried.convention,
            mode,
            number: definition.interface.wire(carried.convention.numbering, definition.number)?,
            arguments,
            outputs: mode.outputs.get(..definition.outputs.len())?,
            encoding: carried.encoding,
        })
    }
}
