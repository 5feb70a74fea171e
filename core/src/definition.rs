//! What is known about a hypercall: the template of the hypercall ABI document, as data.
//!
//! The KVM hypercall document asks four things of each call (name and value, architectures, status, purpose)
//! and leaves its history open as a TODO. A [`Definition`] holds these and what a caller needs beside them.

use crate::argument::{ArgumentKind, Slots, SlotsMut};
use crate::shared::Layout;
use crate::{Arch, Error, Interface};
use core::fmt;

/// Whether a call is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// In use.
    Active,
    /// Served where there is a handler, and reported once per VM; new guests do without.
    Deprecated,
    /// Answered as unknown, whatever handler there is.
    Obsolete,
}

impl Status {
    /// Every status, in the order of a call's life.
    pub const ALL: [Status; 3] = [Status::Active, Status::Deprecated, Status::Obsolete];

    /// The word of the ABI document.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Deprecated => "deprecated",
            Status::Obsolete => "obsolete",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One argument of a call.
#[derive(Clone, Copy, Debug)]
pub struct ArgumentInfo {
    /// The field's name.
    pub name: &'static str,
    /// The field's type: width, range, named values, registers taken.
    pub kind: &'static ArgumentKind,
    /// What it means, from the field's doc comment.
    pub meaning: &'static str,
    /// The error for a value the type rejects; [`Error::Invalid`] unless the field says otherwise.
    pub invalid: Error,
}

/// An error a call may answer, with the reason.
#[derive(Clone, Copy, Debug)]
pub struct ErrorInfo {
    /// The error; how it is said depends on the interface and convention.
    pub error: Error,
    /// When the call answers so.
    pub reason: &'static str,
}

/// How a guest finds out that it may make the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The name in the interface's documents, `KVM_FEATURE_PV_UNHALT`.
    pub name: &'static str,
    /// Bit number: in CPUID 0x40000001 EAX on x86, in the feature bitmap on PowerPC.
    pub bit: u32,
}

/// A kind of event in the life of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// First release that had it.
    Introduced,
    /// Its meaning or name changed.
    Changed,
    /// First release that advised against it.
    Deprecated,
    /// First release that no longer served it.
    Removed,
}

impl EventKind {
    /// The word the tables print.
    pub const fn name(self) -> &'static str {
        match self {
            EventKind::Introduced => "introduced",
            EventKind::Changed => "changed",
            EventKind::Deprecated => "deprecated",
            EventKind::Removed => "removed",
        }
    }
}

/// An event in the life of a call.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// In which release, "Linux 2.6.27"; `unknown` where nothing can be cited.
    pub release: &'static str,
    /// The commit or document that says so.
    pub source: &'static str,
}

/// Where a definition stands in the source, for errors that name two of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// Source file.
    pub file: &'static str,
    /// Line, from one.
    pub line: u32,
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Everything known about one hypercall. Made by `#[derive(Hypercall)]`.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its name in full, `KVM_HC_KICK_CPU`; unique in a registry.
    pub name: &'static str,
    /// Its number in its interface; on the wire see [`Interface::wire`].
    pub number: u64,
    /// Its number space.
    pub interface: &'static Interface,
    /// The architectures that have it.
    pub archs: &'static [Arch],
    /// Whether it is to be used.
    pub status: Status,
    /// What it is for.
    pub purpose: &'static str,
    /// Its arguments, in register order.
    pub arguments: &'static [ArgumentInfo],
    /// What its value means.
    pub result: &'static str,
    /// What each extra output register means.
    pub outputs: &'static [&'static str],
    /// The errors it answers, beside the ones every call may (unknown, not permitted, internal).
    pub errors: &'static [ErrorInfo],
    /// How a guest finds out about it.
    pub feature: Option<Feature>,
    /// When it came, changed and went.
    pub history: &'static [Event],
    /// The structures in guest memory that it reads or writes.
    pub shares: &'static [&'static Layout],
    /// Whether the guest takes data from the host on trust: such calls are denied by
    /// [`Policy::confidential`](crate::Policy::confidential).
    pub trusts_host: bool,
    /// Where it is defined.
    pub location: Location,
}

impl Definition {
    /// Whether the call exists on `arch`.
    pub fn is_on(&self, arch: Arch) -> bool {
        self.archs.contains(&arch)
    }

    /// Argument registers the call takes in 64-bit mode, and in 32-bit mode.
    pub const fn slots(&self) -> (usize, usize) {
        let (mut wide, mut narrow, mut i) = (0, 0, 0);
        while i < self.arguments.len() {
            wide += self.arguments[i].kind.slots;
            narrow += self.arguments[i].kind.slots_32;
            i += 1;
        }
        (wide, narrow)
    }

    /// Argument registers the call takes in the mode in which it takes most.
    pub(crate) const fn most_slots(&self) -> usize {
        let (wide, narrow) = self.slots();
        if wide > narrow { wide } else { narrow }
    }
}

/// A hypercall as a type: its fields are its arguments, in register order.
///
/// Derive it; see [the derive](macro@crate::Hypercall) for the attributes.
pub trait Hypercall: Sized + 'static {
    /// What is known about the call.
    const DEFINITION: &'static Definition;

    /// Reads the arguments, each checked by its type.
    ///
    /// # Errors
    /// The error of the first argument whose value its type rejects.
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error>;

    /// Writes the arguments in register order.
    fn encode(&self, slots: &mut SlotsMut<'_>);
}
