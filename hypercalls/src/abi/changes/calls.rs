//! Calls: which is which before and after, and what became of their numbers.

use super::{Change, What, attributes, list, subject};
use crate::abi::lock::Lock;
use crate::abi::record::Record;
use crate::abi::schema::Kind;
use crate::abi::text::Value;
use std::collections::BTreeMap;

/// Number space, number and architecture.
type Place<'a> = (&'a str, &'a str, &'a str);

fn places(call: &Record) -> impl Iterator<Item = Place<'_>> {
    call.words("arch").into_iter().map(|arch| (&*call.key[0], &*call.key[1], arch))
}

fn by_place(lock: &Lock, kind: Kind) -> BTreeMap<Place<'_>, &Record> {
    lock.of_kind(kind).flat_map(|call| places(call).map(move |place| (place, call))).collect()
}

fn number(call: &Record) -> String {
    format!("{} {}", call.key[0], call.key[1])
}

pub(super) fn compare<'a>(out: &mut Vec<Change<'a>>, before: &'a Lock, after: &'a Lock) {
    let by_name = |lock: &'a Lock| -> BTreeMap<&'a str, &'a Record> {
        lock.of_kind(Kind::Call).map(|call| (&*call.key[2], call)).collect()
    };
    let (old_names, new_names) = (by_name(before), by_name(after));
    let (old_places, removed) = (by_place(before, Kind::Call), by_place(before, Kind::Removed));

    // A call that is new by name is an old one renamed, takes an old one's number, or is new.
    let mut renamed: BTreeMap<&str, &Record> = BTreeMap::new();
    for new in after.of_kind(Kind::Call).filter(|c| !old_names.contains_key(&*c.key[2])) {
        let old = places(new).find_map(|place| old_places.get(&place).copied());
        match old.filter(|old| !new_names.contains_key(&*old.key[2]) && !renamed.contains_key(&*old.key[2])) {
            Some(old) if form(old) == form(new) => {
                out.push(Change::between(
                    What::Renamed,
                    &subject(old),
                    (old, new),
                    &*old.key[2],
                    &*new.key[2],
                ));
                renamed.insert(&old.key[2], new);
            }
            Some(old) => {
                out.push(reused(old, new));
                renamed.insert(&old.key[2], old); // reported; nothing more to compare
            }
            None => out.push(come(new, old, &removed)),
        }
    }
    for old in before.of_kind(Kind::Call) {
        let paired = new_names.get(&*old.key[2]).or_else(|| renamed.get(&*old.key[2])).copied();
        let Some(new) = paired else {
            out.push(Change::removed(Kind::Call, subject(old), old));
            continue;
        };
        if std::ptr::eq(old, new) {
            continue;
        }
        if old.key[..2] != new.key[..2] {
            let what = if old.key[0] == new.key[0] { What::Moved } else { What::Rehomed };
            out.push(Change::between(what, &subject(old), (old, new), number(old), number(new)));
        }
        // A number that it had not before may have been somebody's.
        let other = |place| old_places.get(&place).or_else(|| removed.get(&place)).copied();
        if let Some(other) = places(new).filter_map(other).find(|c| c.key[2] != old.key[2]) {
            out.push(reused(other, new));
        }
        attributes(out, &subject(old), (old, new), &[]);
    }
    forgotten(out, before, after);
}

/// A call whose name is new, at a number that may have been one of the old calls'.
fn come<'a>(
    new: &'a Record,
    old: Option<&'a Record>,
    removed: &BTreeMap<Place<'a>, &'a Record>,
) -> Change<'a> {
    if let Some(old) = old {
        return reused(old, new);
    }
    let found: Vec<_> = places(new).filter_map(|place| removed.get(&place).copied()).collect();
    if let Some(other) = found.iter().find(|old| old.key[2] != new.key[2]) {
        return reused(other, new);
    }
    let change = Change::added(Kind::Call, subject(new), new);
    match found.first() {
        Some(own) => Change { what: What::Restored, old: own.to_string(), line: own.line, ..change },
        None => change,
    }
}

/// Numbers that were a call's or kept from being given out again, and now are neither. As
/// [`Lock::remember`] has it, calls of interfaces that the lock after is not about are not gone.
fn forgotten<'a>(out: &mut Vec<Change<'a>>, before: &'a Lock, after: &Lock) {
    let (live, kept) = (by_place(after, Kind::Call), by_place(after, Kind::Removed));
    let scope = after.scope();
    let calls = before.of_kind(Kind::Call).filter(|call| scope.is_empty() || scope.contains(&call.key[0]));
    for old in before.of_kind(Kind::Removed).chain(calls) {
        let lost = places(old).filter(|place| !live.contains_key(place) && !kept.contains_key(place));
        let archs: Vec<&str> = lost.map(|place| place.2).collect();
        if !archs.is_empty() {
            let lost = Record::new(old.kind, &old.key).with("arch", Value::words(archs)).to_string();
            out.push(Change { old: lost, ..Change::removed(Kind::Removed, old.key.join(" "), old) });
        }
    }
}

fn reused<'a>(old: &'a Record, new: &'a Record) -> Change<'a> {
    let change = Change::between(What::Reused, &subject(new), (old, new), old.to_string(), new.to_string());
    Change { kind: Kind::Call, ..change }
}

/// What a guest has to know to make the call, without names.
fn form(call: &Record) -> (Vec<String>, usize) {
    let nameless = |argument: &Record| argument.renamed("").to_string();
    (call.arguments.iter().map(nameless).collect(), call.words("outputs").len())
}

/// Words as they stand in a report.
pub(super) fn names(arguments: &[Record]) -> String {
    list(&arguments.iter().map(|a| &*a.key[0]).collect::<Vec<_>>())
}
