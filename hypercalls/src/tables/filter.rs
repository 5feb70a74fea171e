//! Parts of a book.

use super::book::{Book, Call};
use hypercall_core::registry::nearest;
use hypercall_core::{Arch, Convention, Status};

/// Which part of a book is wanted; nothing set is all of it.
///
/// Conventions, error codes, transports and number spaces are narrowed to the architecture, convention and call
/// that are asked for. A status narrows the calls alone. Structures go with the calls that share them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what is of this architecture.
    pub arch: Option<Arch>,
    /// Only calls of this status.
    pub status: Option<Status>,
    /// Only the call of this full name, `KVM_HC_KICK_CPU`.
    pub name: Option<String>,
    /// Only what this convention carries.
    pub convention: Option<String>,
}

/// A word that names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {what} is called {word}{}", hint(self))]
pub struct UnknownWord {
    /// What it should have named: `call`, `convention`, `architecture` or `status`.
    pub what: &'static str,
    /// The word.
    pub word: String,
    /// The nearest word that names something, if one is near.
    pub nearest: Option<&'static str>,
    /// Every word that would have done; empty for calls, which are many.
    pub known: Vec<&'static str>,
}

fn hint(error: &UnknownWord) -> String {
    match error.nearest {
        Some(word) => format!("; did you mean {word}?"),
        None if error.known.is_empty() => String::new(),
        None => format!("; there are {}", error.known.join(", ")),
    }
}

impl UnknownWord {
    pub(crate) fn new(what: &'static str, word: &str, known: Vec<&'static str>) -> UnknownWord {
        let nearest = nearest(word, known.iter().copied());
        UnknownWord { what, word: word.to_string(), nearest, known }
    }
}

/// The architecture of this name.
///
/// # Errors
/// [`UnknownWord`], with every name there is.
pub fn arch(word: &str) -> Result<Arch, UnknownWord> {
    let unknown = || UnknownWord::new("architecture", word, Arch::ALL.map(Arch::name).to_vec());
    Arch::ALL.into_iter().find(|a| a.name() == word).ok_or_else(unknown)
}

/// The status of this name.
///
/// # Errors
/// [`UnknownWord`], with every name there is.
pub fn status(word: &str) -> Result<Status, UnknownWord> {
    let unknown = || UnknownWord::new("status", word, Status::ALL.map(Status::name).to_vec());
    Status::ALL.into_iter().find(|s| s.name() == word).ok_or_else(unknown)
}

impl Book {
    /// The part of the book that a filter asks for; it may have no calls.
    ///
    /// # Errors
    /// [`UnknownWord`] for a call or convention that is not in this book, with the nearest that is.
    pub fn filtered(&self, filter: &Filter) -> Result<Book, UnknownWord> {
        // Both names are looked up in the whole book: a call that a convention does not carry is no typo.
        let call = filter.name.as_deref().map(|name| self.call(name)).transpose()?;
        let convention = filter.convention.as_deref().map(|name| self.convention(name)).transpose()?;
        let mut book = self.clone();
        if let Some(call) = call {
            book.only_call(call);
        }
        if let Some(convention) = convention {
            book.only_convention(convention);
        }
        if let Some(arch) = filter.arch {
            book.only_arch(arch);
        }
        if let Some(status) = filter.status {
            book.calls.retain(|c| c.definition.status == status);
        }
        book.only_structures_in_use();
        Ok(book)
    }

    fn call(&self, name: &str) -> Result<&Call, UnknownWord> {
        self.calls.iter().find(|c| c.definition.name == name).ok_or_else(|| {
            let names = self.calls.iter().map(|c| c.definition.name).collect();
            UnknownWord { known: Vec::new(), ..UnknownWord::new("call", name, names) }
        })
    }

    fn convention(&self, name: &str) -> Result<&'static Convention, UnknownWord> {
        self.conventions.iter().copied().find(|c| c.name == name).ok_or_else(|| {
            UnknownWord::new("convention", name, self.conventions.iter().map(|c| c.name).collect())
        })
    }

    fn only_call(&mut self, call: &Call) {
        let carries = |convention: &str| call.places.iter().any(|p| p.convention.name == convention);
        let interface = call.definition.interface;
        self.calls.retain(|c| c.definition.name == call.definition.name);
        self.conventions.retain(|c| carries(c.name));
        self.carried.retain(|c| carries(c.convention.name) && c.interface == interface);
        self.transports.retain(|t| t.conventions.iter().any(|c| carries(c.name)));
        self.structures.retain(|s| s.page.is_none());
        self.interfaces.retain(|(i, _)| *i == interface);
        self.vendor_ranges.retain(|_| interface.is_vendor());
    }

    fn only_convention(&mut self, convention: &'static Convention) {
        let (name, numbering) = (convention.name, convention.numbering);
        self.conventions.retain(|c| c.name == name);
        self.carried.retain(|c| c.convention.name == name);
        for call in &mut self.calls {
            call.places.retain(|p| p.convention.name == name);
            call.wire.retain(|w| w.numbering == numbering);
        }
        self.calls.retain(|c| !c.places.is_empty());
        self.transports.retain(|t| t.conventions.iter().any(|c| c.name == name));
        self.structures.retain(|s| s.page.is_none_or(|p| p.conventions.iter().any(|c| c.name == name)));
        for (_, spans) in &mut self.interfaces {
            spans.retain(|s| s.numbering == numbering);
        }
        let carried = &self.carried;
        self.interfaces.retain(|(i, _)| carried.iter().any(|c| c.interface == *i));
        self.vendor_ranges.retain(|r| r.numbering == numbering);
    }

    /// Leaves out the structures whose calls are left out.
    fn only_structures_in_use(&mut self) {
        for structure in &mut self.structures {
            structure.calls.retain(|name| self.calls.iter().any(|c| c.definition.name == *name));
        }
        self.structures.retain(|s| s.page.is_some() || !s.calls.is_empty());
    }

    fn only_arch(&mut self, arch: Arch) {
        self.calls.retain(|c| c.definition.is_on(arch));
        for call in &mut self.calls {
            call.places.retain(|p| p.convention.arch == arch);
            call.wire.retain(|w| w.numbering.arch() == arch);
        }
        self.conventions.retain(|c| c.arch == arch);
        self.transports.retain(|t| t.arch == arch);
        self.structures.iter_mut().for_each(|s| s.archs.retain(|a| *a == arch));
        self.structures.retain(|s| !s.archs.is_empty());
        self.carried.retain(|c| c.convention.arch == arch);
        for (_, spans) in &mut self.interfaces {
            spans.retain(|s| s.numbering.arch() == arch);
        }
        self.interfaces.retain(|(_, spans)| !spans.is_empty());
        self.vendor_ranges.retain(|r| r.numbering.arch() == arch);
    }
}
