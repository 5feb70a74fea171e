//! Counts of calls.

use super::Call;
use hypercall_core::Definition;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// How often each call was made: a count for each that is known, and one for all that are not.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    known: BTreeMap<&'static str, (&'static Definition, Counts)>,
    unknown: Counts,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    calls: u64,
    errors: u64,
}

/// The counts of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The call's name; `None` for all that are unknown.
    pub name: Option<&'static str>,
    /// Its interface.
    pub interface: Option<&'static str>,
    /// Its number there.
    pub number: Option<u64>,
    /// How often it was made.
    pub calls: u64,
    /// How often it was answered with an error, where the records say so.
    pub errors: u64,
}

impl Summary {
    /// Counts a call.
    pub fn add(&mut self, call: &Call<'_>) {
        let counts = match call.definition {
            Some(d) => &mut self.known.entry(d.name).or_insert((d, Counts::default())).1,
            None => &mut self.unknown,
        };
        counts.calls += 1;
        counts.errors += u64::from(call.outcome.as_ref().is_some_and(|o| o.error));
    }

    /// The counts that are not zero, the largest first, those of unknown calls last.
    pub fn rows(&self) -> Vec<Row> {
        let row = |(d, counts): &(&'static Definition, Counts)| Row {
            name: Some(d.name),
            interface: Some(d.interface.name),
            number: Some(d.number),
            calls: counts.calls,
            errors: counts.errors,
        };
        let mut rows: Vec<Row> = self.known.values().map(row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.calls)); // stable: equal ones stay in the order of names
        if self.unknown.calls > 0 {
            let Counts { calls, errors } = self.unknown;
            rows.push(Row { name: None, interface: None, number: None, calls, errors });
        }
        rows
    }
}

/// The rows as a table.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>12}  {:>12}  call", "calls", "errors")?;
        for row in self.rows() {
            writeln!(f, "{:>12}  {:>12}  {}", row.calls, row.errors, row.name.unwrap_or("unknown"))?;
        }
        Ok(())
    }
}
