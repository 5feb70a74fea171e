//! The arguments of a call: which is which before and after, and what each accepts.

use super::calls::names;
use super::{Change, What, attributes};
use crate::abi::record::Record;
use crate::abi::schema::Kind;
use std::collections::BTreeSet;

/// What an argument's type is made of: judged as one.
const TYPE: [&str; 5] = ["type", "bits", "slots", "slots-32", "range"];

pub(super) fn compare<'a>(out: &mut Vec<Change<'a>>, call: &str, before: &'a Record, after: &'a Record) {
    let (old, new) = (&before.arguments, &after.arguments);
    let known = |list: &'a [Record], name: &str| list.iter().find(|a| a.key[0] == name);
    let common = |list: &'a [Record], other: &'a [Record]| -> Vec<&'a str> {
        list.iter().map(|a| &*a.key[0]).filter(|name| known(other, name).is_some()).collect()
    };
    if common(old, new) != common(new, old) {
        let change = Change::between(What::Reordered, call, (before, after), names(old), names(new));
        out.push(Change { kind: Kind::Argument, ..change });
    }
    let subject = |argument: &Record| format!("{call}, argument {}", argument.key[0]);
    for (at, argument) in old.iter().enumerate() {
        let renamed = || new.get(at).filter(|a| old.len() == new.len() && known(old, &a.key[0]).is_none());
        let pair = known(new, &argument.key[0]).or_else(renamed);
        let line = before.line;
        let subject = subject(argument);
        let Some(pair) = pair else {
            out.push(Change { line, ..Change::removed(Kind::Argument, subject, argument) });
            continue;
        };
        let mut found = Vec::new();
        if argument.key != pair.key {
            let (from, to) = (&*argument.key[0], &*pair.key[0]);
            found.push(Change::between(What::Renamed, &subject, (argument, pair), from, to));
        }
        kind(&mut found, &subject, argument, pair);
        attributes(&mut found, &subject, (argument, pair), &TYPE);
        out.extend(found.into_iter().map(|change| Change { line, ..change }));
    }
    for (at, argument) in new.iter().enumerate() {
        let renamed = old.len() == new.len() && known(new, &old[at].key[0]).is_none();
        if known(old, &argument.key[0]).is_none() && !renamed {
            let change = Change::added(Kind::Argument, subject(argument), argument);
            out.push(Change { line: before.line, ..change });
        }
    }
}

/// Whether the type is another one, but for the bits that named values add or take.
fn kind<'a>(out: &mut Vec<Change<'a>>, subject: &str, old: &'a Record, new: &'a Record) {
    let other: Vec<&str> = TYPE.into_iter().filter(|name| old.get(name) != new.get(name)).collect();
    let values =
        |r: &'a Record| -> BTreeSet<&'a str> { r.pairs("values").into_iter().map(|p| p.1).collect() };
    let (had, has) = (values(old), values(new));
    let more = old.number("bits") < new.number("bits") && !has.is_subset(&had) && !had.is_empty();
    let less = old.number("bits") > new.number("bits") && !had.is_subset(&has) && !has.is_empty();
    if other.is_empty() || (other == ["bits"] && (more || less)) {
        return;
    }
    let words = |r: &Record| {
        let items = TYPE.into_iter().filter_map(|name| Some(format!("{name}={}", r.get(name)?)));
        items.collect::<Vec<_>>().join(" ")
    };
    out.push(Change::between(What::Changed("type"), subject, (old, new), words(old), words(new)));
}
