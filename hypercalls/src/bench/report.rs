//! What was measured, as a table or as JSON.

use super::host::Host;
use serde::Serialize;

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// What it is of, in words separated by `/`.
    pub id: String,
    /// The median over the rounds.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it was measured in turn with.
    pub baseline: Option<String>,
    /// The median of the rounds' ratios to the baseline.
    pub ratio: Option<f64>,
    /// The least of the rounds.
    pub min: f64,
    /// The most of the rounds.
    pub max: f64,
    /// How many rounds counted; zero for what is computed and not measured.
    pub rounds: usize,
}

impl Measured {
    /// A figure that is the same each time.
    pub fn exact(id: impl Into<String>, value: f64, unit: &'static str) -> Measured {
        Measured {
            id: id.into(),
            value,
            unit,
            baseline: None,
            ratio: None,
            min: value,
            max: value,
            rounds: 0,
        }
    }
}

/// Everything that was measured in one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Where.
    pub host: Host,
    /// What.
    pub results: Vec<Measured>,
}

impl Report {
    /// For people: a line a figure, a blank one between groups.
    pub fn table(&self) -> String {
        let mut text = self.host.to_string();
        text.push_str(&format!(
            "\n\n{:40} {:>10} {:14} {:>10} {:>10} {:>7}  {}\n",
            "what", "median", "unit", "least", "most", "ratio", "to"
        ));
        let mut group = "";
        for m in &self.results {
            let own = group_of(&m.id);
            if own != group && !group.is_empty() {
                text.push('\n');
            }
            group = own;
            let ratio = m
                .ratio
                .map_or(String::new(), |r| if r < 0.1 { format!("{r:.4}") } else { format!("{r:.3}") });
            let to = m.baseline.as_deref().map_or("", last);
            let line = format!(
                "{:40} {:>10} {:14} {:>10} {:>10} {ratio:>7}  {to}",
                m.id,
                number(m.value),
                m.unit,
                number(m.min),
                number(m.max)
            );
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// The id without its last word.
pub(super) fn group_of(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(group, _)| group)
}

/// The last word of an id.
pub(super) fn last(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, last)| last)
}

/// Three digits at least, no more after the point than mean anything.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        v if v == v.trunc() && v < 1e9 => format!("{value:.0}"),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}
