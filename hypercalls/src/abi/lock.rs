//! The lock as a whole: made from the definitions, written as text, with the memory of removed numbers.

use super::record::Record;
use super::schema::Kind;
use super::text::Value;
use super::{make, parse};
use crate::tables::{Book, UnknownWord};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The version of the format that is written, and the newest that is read.
pub const FORMAT: u64 = 1;

/// Its first line, before the version.
pub(super) const HEADER: &str = "hypercall-abi-lock";

/// What the last line is: a file that was cut off has none.
pub(super) const END: &str = "end";

/// The whole ABI of a program as records.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    records: Vec<Record>,
}

/// Why there is no lock of a book.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MakeError {
    /// Two things with one name.
    #[error("two of the {kind} records are called {name} and are not the same; rename one of them")]
    Twice {
        /// The kind of record.
        kind: &'static str,
        /// What both are called.
        name: String,
    },
    /// An interface that is not linked into the program.
    #[error(transparent)]
    Interface(#[from] UnknownWord),
}

impl Lock {
    /// Of everything in a book, or of some number spaces and what they need.
    ///
    /// # Errors
    /// [`MakeError`] for an interface that the book has not, and for two things with one name.
    pub fn of(book: &Book, scope: &[String]) -> Result<Lock, MakeError> {
        let mut records = make::records(book, scope)?;
        sort(&mut records);
        records.dedup();
        let mut seen = BTreeSet::new();
        for record in &records {
            if !seen.insert((record.kind, record.identity())) {
                let name = record.identity().join(" ");
                return Err(MakeError::Twice { kind: record.kind.name(), name });
            }
        }
        Ok(Lock { records })
    }

    /// Of the same number spaces as another lock; those that the book no longer has are missing.
    ///
    /// # Errors
    /// [`MakeError`] for two things with one name.
    pub fn of_same(book: &Book, other: &Lock) -> Result<Lock, MakeError> {
        let scope = other.scope();
        let known = |name: &String| book.interfaces.iter().any(|(interface, _)| interface.name == name);
        let left: Vec<String> = scope.iter().filter(|name| known(name)).cloned().collect();
        if left.is_empty() && !scope.is_empty() {
            return Ok(Lock::default()); // not everything, which an empty scope means
        }
        Lock::of(book, &left)
    }

    /// Reads a lock.
    ///
    /// # Errors
    /// [`ParseError`](parse::ParseError), with the line.
    pub fn parse(text: &[u8]) -> Result<Lock, parse::ParseError> {
        parse::records(text).map(Lock::from_records)
    }

    pub(super) fn from_records(mut records: Vec<Record>) -> Lock {
        sort(&mut records);
        Lock { records }
    }

    /// Every record, in the order of the lines.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The records of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |r| r.kind == kind)
    }

    /// The number spaces it is about; none where it is about all of them.
    pub fn scope(&self) -> Vec<String> {
        self.of_kind(Kind::Scope).map(|r| r.key[0].clone()).collect()
    }

    /// Takes over from the lock before it which numbers are not to be given out again: those it remembers,
    /// and those of its calls that are nobody's now. Calls of interfaces that this lock is not about are not gone.
    pub fn remember(&mut self, before: &Lock) {
        let mut live = BTreeMap::new();
        for call in self.of_kind(Kind::Call) {
            for arch in call.words("arch") {
                live.insert(
                    (call.key[0].clone(), call.key[1].clone(), arch.to_string()),
                    call.key[2].clone(),
                );
            }
        }
        let scope = self.scope();
        let mut gone: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
        for record in &before.records {
            for arch in record.words("arch") {
                let place = (record.key[0].clone(), record.key[1].clone(), arch.to_string());
                let kept = match record.kind {
                    Kind::Removed => live.get(&place) != Some(&record.key[2]),
                    Kind::Call => {
                        (scope.is_empty() || scope.contains(&place.0)) && !live.contains_key(&place)
                    }
                    _ => false,
                };
                if kept {
                    gone.entry(record.key.clone()).or_default().insert(place.2);
                }
            }
        }
        self.records.retain(|r| r.kind != Kind::Removed);
        let removed = gone
            .into_iter()
            .map(|(key, archs)| Record::new(Kind::Removed, key).with("arch", Value::words(archs)));
        self.records.extend(removed);
        sort(&mut self.records);
    }
}

fn sort(records: &mut [Record]) {
    records.sort_by(|a, b| a.order().cmp(&b.order()));
}

/// The file.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER} {FORMAT}")?;
        for record in &self.records {
            writeln!(f, "{record}")?;
        }
        writeln!(f, "{END}")
    }
}
