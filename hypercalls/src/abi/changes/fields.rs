//! Structures and their fields, where reserved space is nobody's.

use super::{Change, Group, Groups, What, attributes, subject};
use crate::abi::lock::Lock;
use crate::abi::record::Record;
use crate::abi::schema::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Whether a field is space that is kept free, as its name says: `pad`, `pad2` and `pad_end` are, `paddr` is not.
fn is_reserved(field: &Record) -> bool {
    let name = field.key[2].to_ascii_lowercase();
    let is = |word: &&str| {
        let rest = name.strip_prefix(*word).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    name.starts_with('_') || ["pad", "padding", "reserved", "rsvd", "unused"].iter().any(is)
}

pub(super) fn compare<'a>(out: &mut Vec<Change<'a>>, before: &'a Lock, after: &'a Lock) {
    let old = Groups::of(before, Kind::Structure, Kind::Field);
    let new = Groups::of(after, Kind::Structure, Kind::Field);
    let mut come: BTreeMap<Vec<String>, &str> =
        new.removed(&old).map(|name| (layout(&new.by_name[name]), name)).collect();
    let mut paired = BTreeSet::new();
    for (name, group) in &old.by_name {
        if let Some(same) = new.by_name.get(name) {
            structure(out, group, same);
        } else if let Some(other) = come.remove(&layout(group)) {
            let (from, to) = (group.any(), new.by_name[other].any());
            let change =
                Change::between(What::Renamed, &format!("structure {name}"), (from, to), *name, other);
            out.push(Change { kind: Kind::Structure, ..change });
            structure(out, group, &new.by_name[other]);
            paired.insert(other);
        } else {
            out.push(old.gone(name));
        }
    }
    let added = new.removed(&old).filter(|name| !paired.contains(name));
    out.extend(added.map(|name| new.come(name)));
}

/// What a structure is without names.
fn layout(group: &Group<'_>) -> Vec<String> {
    let mut fields: Vec<String> = group.members.values().map(|field| place(field)).collect();
    fields.sort();
    fields.push(group.head.map_or(String::new(), |head| head.word("size").into()));
    fields
}

/// What a field is without its name.
fn place(field: &Record) -> String {
    format!("{} {} {}", field.key[1], field.word("size"), field.word("type"))
}

fn structure<'a>(out: &mut Vec<Change<'a>>, old: &Group<'a>, new: &Group<'a>) {
    let reported = out.len();
    Group { head: old.head, ..Group::default() }.compare(out, &Group { head: new.head, ..Group::default() });

    let used = |group: &Group<'a>| -> Vec<&'a Record> {
        group.members.values().copied().filter(|f| !is_reserved(f)).collect()
    };
    let (before, after) = (used(old), used(new));
    let by_name = |fields: &[&'a Record]| -> BTreeMap<&'a str, &'a Record> {
        fields.iter().map(|field| (&*field.key[2], *field)).collect()
    };
    let (old_names, new_names) = (by_name(&before), by_name(&after));
    let mut come = after.clone();
    come.retain(|field| !old_names.contains_key(&*field.key[2]));
    for field in &before {
        let text = subject(field);
        if let Some(same) = new_names.get(&*field.key[2]) {
            if field.key[1] != same.key[1] {
                out.push(Change::between(What::Moved, &text, (field, same), &*field.key[1], &*same.key[1]));
            }
            attributes(out, &text, (field, same), &[]);
        } else if let Some(at) = come.iter().position(|other| place(other) == place(field)) {
            let other = come.remove(at);
            let (from, to) = (&*field.key[2], &*other.key[2]);
            out.push(Change::between(What::Renamed, &text, (field, other), from, to));
        } else {
            out.push(Change::removed(Kind::Field, text, field));
        }
    }
    for field in come {
        let free = is_covered(field, old) && !before.iter().any(|old| overlap(old, field));
        let what = if free { What::InReserved } else { What::Added };
        out.push(Change { what, ..Change::added(Kind::Field, subject(field), field) });
    }
    let reserved = |group: &Group<'a>| -> Vec<String> {
        group.members.values().filter(|f| is_reserved(f)).map(|f| f.to_string()).collect()
    };
    let (had, has) = (reserved(old), reserved(new));
    if out.len() == reported && had != has {
        let (from, to) = (old.any(), new.any());
        let text = format!("structure {}", from.key[0]);
        let change = Change::between(What::Reserved, &text, (from, to), had.join("; "), has.join("; "));
        out.push(Change { kind: Kind::Structure, ..change });
    }
}

fn offset(field: &Record) -> Option<u64> {
    crate::abi::record::number(&field.key[1])
}

/// The offset behind a field, if it has one.
fn end(field: &Record) -> Option<u64> {
    offset(field)?.checked_add(field.number("size"))
}

/// Whether every byte of a field was reserved: what no field names may hold anything.
fn is_covered(field: &Record, old: &Group<'_>) -> bool {
    let (Some(mut at), Some(last)) = (offset(field), end(field)) else {
        return false;
    };
    while at < last {
        let behind = |other: &&Record| is_reserved(other) && offset(other).is_some_and(|start| start <= at);
        let next = old.members.values().copied().filter(behind).filter_map(end).max();
        match next.filter(|next| *next > at) {
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

fn overlap(a: &Record, b: &Record) -> bool {
    match (offset(a), end(a), offset(b), end(b)) {
        (Some(a), Some(a_end), Some(b), Some(b_end)) => a < b_end && b < a_end,
        _ => true,
    }
}
