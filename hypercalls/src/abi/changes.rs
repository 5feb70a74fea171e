//! What is different between two locks, before anybody judges it.

mod arguments;
mod calls;
mod fields;

use super::lock::Lock;
use super::record::Record;
use super::schema::{Form, Kind};
use super::text::quoted;
use std::collections::{BTreeMap, BTreeSet};

/// In which way a record is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// It has another name and is the same otherwise.
    Renamed,
    /// It has another number or offset.
    Moved,
    /// A call is found in another number space.
    Rehomed,
    /// A call has a number that was another one's.
    Reused,
    /// A call that was removed is there again, at its number.
    Restored,
    /// The same arguments stand in another order.
    Reordered,
    /// A field stands where there was reserved space.
    InReserved,
    /// Nothing but reserved space is divided in another way.
    Reserved,
    /// An attribute has another value, or one of a map's names has.
    Changed(&'static str),
    /// An attribute has one more of its words or names.
    Gained(&'static str),
    /// An attribute has one less.
    Lost(&'static str),
    /// A value of a map has another name.
    Relabelled(&'static str),
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The kind of record.
    pub kind: Kind,
    /// In which way it is different.
    pub what: What,
    /// What it is about, in words.
    pub subject: String,
    /// What there was; empty if there was nothing.
    pub old: String,
    /// What there is; empty if there is nothing.
    pub new: String,
    /// The line of the lock before, or zero.
    pub line: usize,
    /// The record before.
    pub before: Option<&'a Record>,
    /// The record after.
    pub after: Option<&'a Record>,
}

impl<'a> Change<'a> {
    fn added(kind: Kind, subject: String, after: &'a Record) -> Change<'a> {
        let new = after.to_string();
        let old = String::new();
        Change { kind, what: What::Added, subject, old, new, line: 0, before: None, after: Some(after) }
    }

    fn removed(kind: Kind, subject: String, before: &'a Record) -> Change<'a> {
        let (old, line) = (before.to_string(), before.line);
        let new = String::new();
        Change { kind, what: What::Removed, subject, old, new, line, before: Some(before), after: None }
    }

    fn between(
        what: What,
        subject: &str,
        records: (&'a Record, &'a Record),
        old: impl Into<String>,
        new: impl Into<String>,
    ) -> Change<'a> {
        let (before, after) = records;
        Change {
            kind: before.kind,
            what,
            subject: subject.into(),
            old: old.into(),
            new: new.into(),
            line: before.line,
            before: Some(before),
            after: Some(after),
        }
    }
}

/// Every difference between two locks.
pub fn between<'a>(before: &'a Lock, after: &'a Lock) -> Vec<Change<'a>> {
    let mut out = Vec::new();
    calls::compare(&mut out, before, after);
    let heads =
        [(Kind::Interface, Kind::Span), (Kind::Convention, Kind::Registers), (Kind::Encoding, Kind::Code)];
    for (head, member) in heads {
        let (old, new) = (Groups::of(before, head, member), Groups::of(after, head, member));
        old.removed(&new).for_each(|name| out.push(old.gone(name)));
        new.removed(&old).for_each(|name| out.push(new.come(name)));
        for (name, old) in &old.by_name {
            if let Some(new) = new.by_name.get(name) {
                old.compare(&mut out, new);
            }
        }
    }
    carried(&mut out, before, after);
    for kind in [Kind::Transport, Kind::VendorRange] {
        let all = |lock: &'a Lock| -> BTreeMap<Vec<&'a str>, &'a Record> {
            lock.of_kind(kind).map(|record| (record.identity(), record)).collect()
        };
        members(&mut out, &all(before), &all(after));
    }
    fields::compare(&mut out, before, after);
    out
}

/// What a record is about, in words.
fn subject(record: &Record) -> String {
    match record.kind {
        Kind::Call => record.key[2].clone(),
        Kind::Field => format!("structure {}, field {}", record.key[0], record.key[2]),
        Kind::Registers => format!("convention {}, {}-bit registers", record.key[0], record.key[1]),
        Kind::Span => format!("interface {}, span {} {}", record.key[0], record.key[1], record.key[2]),
        Kind::Code => format!("encoding {}, error {}", record.key[0], record.key[1]),
        Kind::Carried => format!("interface {} through convention {}", record.key[1], record.key[0]),
        other => format!("{} {}", other.name(), record.key.join(" ")),
    }
}

/// A record with a line of its own, which may be missing, and those that belong to it.
#[derive(Default)]
struct Group<'a> {
    head: Option<&'a Record>,
    members: BTreeMap<Vec<&'a str>, &'a Record>,
}

/// Those of one kind.
struct Groups<'a> {
    kind: Kind,
    by_name: BTreeMap<&'a str, Group<'a>>,
}

impl<'a> Groups<'a> {
    fn of(lock: &'a Lock, head: Kind, member: Kind) -> Groups<'a> {
        let mut by_name: BTreeMap<&str, Group<'_>> = BTreeMap::new();
        for record in lock.of_kind(head) {
            by_name.entry(&record.key[0]).or_default().head = Some(record);
        }
        for record in lock.of_kind(member) {
            by_name.entry(&record.key[0]).or_default().members.insert(record.identity(), record);
        }
        Groups { kind: head, by_name }
    }

    /// The names that others have not.
    fn removed(&self, others: &Groups<'_>) -> impl Iterator<Item = &'a str> {
        self.by_name.keys().copied().filter(move |name| !others.by_name.contains_key(name))
    }

    fn gone(&self, name: &str) -> Change<'a> {
        let subject = format!("{} {name}", self.kind.name());
        Change::removed(self.kind, subject, self.by_name[name].any())
    }

    fn come(&self, name: &str) -> Change<'a> {
        Change::added(self.kind, format!("{} {name}", self.kind.name()), self.by_name[name].any())
    }
}

impl<'a> Group<'a> {
    /// One of its records, of which there is at least one.
    fn any(&self) -> &'a Record {
        self.head.or_else(|| self.members.values().next().copied()).unwrap_or(&NOTHING)
    }

    fn compare(&self, out: &mut Vec<Change<'a>>, new: &Group<'a>) {
        match (self.head, new.head) {
            (Some(old), Some(new)) => attributes(out, &subject(old), (old, new), &[]),
            (Some(old), None) => out.push(Change::removed(old.kind, subject(old), old)),
            (None, Some(new)) => out.push(Change::added(new.kind, subject(new), new)),
            (None, None) => {}
        }
        members(out, &self.members, &new.members);
    }
}

static NOTHING: Record = Record::nothing();

fn members<'a>(
    out: &mut Vec<Change<'a>>,
    old: &BTreeMap<Vec<&'a str>, &'a Record>,
    new: &BTreeMap<Vec<&'a str>, &'a Record>,
) {
    for (key, old) in old {
        match new.get(key) {
            Some(new) => attributes(out, &subject(old), (old, new), &[]),
            None => out.push(Change::removed(old.kind, subject(old), old)),
        }
    }
    let added = new.iter().filter(|(key, _)| !old.contains_key(*key));
    out.extend(added.map(|(_, new)| Change::added(new.kind, subject(new), new)));
}

/// Which interface is found through which convention, where both were there and are there.
fn carried<'a>(out: &mut Vec<Change<'a>>, before: &'a Lock, after: &'a Lock) {
    let names = |lock: &'a Lock, kind| -> BTreeSet<&'a str> {
        lock.of_kind(kind).map(|record| record.key[0].as_str()).collect()
    };
    let came_or_went = |kind| -> BTreeSet<&'a str> {
        names(before, kind).symmetric_difference(&names(after, kind)).copied().collect()
    };
    let (conventions, interfaces) = (came_or_went(Kind::Convention), came_or_went(Kind::Interface));
    let all = |lock: &'a Lock| -> BTreeMap<Vec<&'a str>, &'a Record> {
        let stay = |r: &&Record| !conventions.contains(&*r.key[0]) && !interfaces.contains(&*r.key[1]);
        lock.of_kind(Kind::Carried).filter(stay).map(|r| (r.identity(), r)).collect()
    };
    members(out, &all(before), &all(after));
}

/// The differences of a record's attributes, but for some.
fn attributes<'a>(out: &mut Vec<Change<'a>>, subject: &str, records: (&'a Record, &'a Record), but: &[&str]) {
    let (before, after) = records;
    for attribute in before.kind.shape().attributes.iter().filter(|a| !but.contains(&a.name)) {
        let name = attribute.name;
        let mut push = |what, old: String, new: String| {
            out.push(Change::between(what, subject, records, old, new));
        };
        match attribute.form {
            Form::Word | Form::Decimal | Form::Hex => {
                let (old, new) = (before.word(name), after.word(name));
                if old != new {
                    push(What::Changed(name), old.into(), new.into());
                }
            }
            Form::Sequence => {
                let (old, new) = (before.words(name), after.words(name));
                if old != new {
                    push(What::Changed(name), list(&old), list(&new));
                }
            }
            Form::Set => {
                let (old, new): (BTreeSet<_>, BTreeSet<_>) =
                    (before.words(name).into_iter().collect(), after.words(name).into_iter().collect());
                old.difference(&new).for_each(|word| push(What::Lost(name), (*word).into(), String::new()));
                new.difference(&old).for_each(|word| push(What::Gained(name), String::new(), (*word).into()));
            }
            Form::Map(_) => map(name, before, after, &mut push),
            Form::Arguments => arguments::compare(out, subject, before, after),
        }
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// The differences of a map: by name, and by value where a name came for one that went.
fn map(name: &'static str, before: &Record, after: &Record, push: &mut impl FnMut(What, String, String)) {
    let pair = |(name, value): (&str, &str)| format!("{name} = {value}");
    let (old, new) = (before.pairs(name), after.pairs(name));
    let (old_names, mut new_names): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (old.iter().copied().collect(), new.iter().copied().collect());
    let mut gone = Vec::new();
    for (label, value) in &old {
        match new_names.remove(label) {
            Some(other) if other != *value => {
                push(What::Changed(name), pair((label, value)), pair((label, other)));
            }
            Some(_) => {}
            None => gone.push((*label, *value)),
        }
    }
    let mut come: Vec<_> = new.into_iter().filter(|(label, _)| !old_names.contains_key(label)).collect();
    for old in gone {
        match come.iter().position(|new| new.1 == old.1) {
            Some(at) => push(What::Relabelled(name), pair(old), pair(come.remove(at))),
            None => push(What::Lost(name), pair(old), String::new()),
        }
    }
    come.into_iter().for_each(|new| push(What::Gained(name), String::new(), pair(new)));
}
