//! Every definition of a program, looked up by name or by (architecture, interface, number).

use crate::{Arch, Definition, Interface};
use alloc::vec::Vec;

/// Every definition that `#[derive(Hypercall)]` linked into the program, in no particular order.
///
/// A crate that nothing refers to is dropped by the linker with its entries: write `use that_crate as _;`.
#[allow(unsafe_code)] // linkme declares the slice's link section with unsafe attributes
#[linkme::distributed_slice]
pub static DEFINITIONS: [&'static Definition];

/// Two definitions that cannot live in one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// One number given to two calls.
    #[error(
        "{arch} {interface} {number:#x} is given to two calls: {} ({}) and {} ({}); give one of them another number",
        first.0, first.1, second.0, second.1
    )]
    Collision {
        /// The architecture on which they meet.
        arch: Arch,
        /// The number space.
        interface: &'static str,
        /// The number.
        number: u64,
        /// Name and place of the first in the source.
        first: (&'static str, crate::definition::Location),
        /// Name and place of the other.
        second: (&'static str, crate::definition::Location),
    },
    /// One name used for two calls.
    #[error("the name {name} is used twice: at {first} and at {second}; rename one of them")]
    Name {
        /// The name.
        name: &'static str,
        /// Where one is.
        first: crate::definition::Location,
        /// Where the other is.
        second: crate::definition::Location,
    },
    /// One name used for two number spaces.
    #[error("two interfaces are called {name}; rename one of them")]
    Interface {
        /// The name.
        name: &'static str,
    },
}

/// A set of definitions without collisions, sorted by interface and number.
///
/// ```
/// # use hypercall_core::{Registry, Arch, interface};
/// let registry = Registry::linked()?;
/// for definition in registry.iter() {
///     println!("{:#x} {}", definition.number, definition.name);
/// }
/// assert!(registry.by_number(Arch::X86, &interface::KVM, 0xffff).is_none());
/// # Ok::<(), hypercall_core::registry::RegistryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Registry {
    definitions: Vec<&'static Definition>,
}

impl Registry {
    /// Every definition linked into the program.
    ///
    /// # Errors
    /// [`RegistryError`], naming both sources, when two of them collide.
    pub fn linked() -> Result<Registry, RegistryError> {
        Registry::new(DEFINITIONS.iter().copied())
    }

    /// The definitions given; one given twice counts once.
    ///
    /// # Errors
    /// As [`linked`](Self::linked).
    pub fn new(
        definitions: impl IntoIterator<Item = &'static Definition>,
    ) -> Result<Registry, RegistryError> {
        let mut registry = Registry { definitions: Vec::new() };
        for definition in definitions {
            if !registry.definitions.iter().any(|d| core::ptr::eq(*d, definition)) {
                registry.definitions.push(definition);
            }
        }
        registry.definitions.sort_by_key(|d| (d.interface.name, d.number, d.archs.first().copied(), d.name));
        registry.check()?;
        Ok(registry)
    }

    fn check(&self) -> Result<(), RegistryError> {
        let place = |d: &Definition| (d.name, d.location);
        // Sorted by interface and number, so calls that collide stand in one run.
        for run in self.definitions.chunk_by(|a, b| a.interface == b.interface && a.number == b.number) {
            for (i, first) in run.iter().enumerate() {
                for second in &run[i + 1..] {
                    if let Some(arch) = first.archs.iter().find(|a| second.is_on(**a)) {
                        return Err(RegistryError::Collision {
                            arch: *arch,
                            interface: first.interface.name,
                            number: first.number,
                            first: place(first),
                            second: place(second),
                        });
                    }
                }
            }
        }
        let mut names: Vec<_> = self.definitions.iter().map(|d| (d.name, d.location)).collect();
        names.sort_by_key(|n| n.0);
        if let Some(pair) = names.windows(2).find(|w| w[0].0 == w[1].0) {
            return Err(RegistryError::Name { name: pair[0].0, first: pair[0].1, second: pair[1].1 });
        }
        for pair in self.definitions.windows(2) {
            let (a, b) = (pair[0].interface, pair[1].interface);
            if a.name == b.name && !core::ptr::eq(a, b) && a.spans != b.spans {
                return Err(RegistryError::Interface { name: a.name });
            }
        }
        Ok(())
    }

    /// The definitions, by interface name and number.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'static Definition> + '_ {
        self.definitions.iter().copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.definitions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty()
    }

    /// The call of this name.
    pub fn by_name(&self, name: &str) -> Option<&'static Definition> {
        self.iter().find(|d| d.name == name)
    }

    /// The call with this number in this interface on this architecture.
    pub fn by_number(&self, arch: Arch, interface: &Interface, number: u64) -> Option<&'static Definition> {
        self.iter().find(|d| d.interface == interface && d.number == number && d.is_on(arch))
    }

    /// The name nearest to a misspelt one, as [`nearest`] finds it.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.iter().map(|d| d.name))
    }
}

/// The candidate nearest to a misspelt word: the fewest letters apart, if at most a third of them are.
///
/// ```
/// use hypercall_core::registry::nearest;
/// assert_eq!(nearest("epaper", ["kvm", "epapr", "papr"]), Some("epapr"));
/// assert_eq!(nearest("vmware", ["kvm", "epapr", "papr"]), None);
/// ```
pub fn nearest(word: &str, candidates: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let (apart, candidate) = candidates.into_iter().map(|c| (distance(c, word), c)).min()?;
    (apart * 3 <= word.len()).then_some(candidate)
}

/// Levenshtein distance, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<u8> = b.bytes().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replace = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
