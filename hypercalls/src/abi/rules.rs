//! What each difference means, as data: a rule has an id, a class, a reason, what to do instead, and an
//! example that it catches beside one that it lets pass. The tests run both.

mod answers;
mod arguments;
mod calls;
mod conventions;
mod numbers;
mod places;
mod print;
mod structures;

#[cfg(feature = "cli")]
pub use print::json;
pub use print::markdown;

use super::changes::{Change, What};
use super::record::Record;
use super::schema::Kind;
use crate::tables::UnknownWord;
use std::fmt;

/// How bad a difference is for a guest that was right before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Such a guest may be wrong now.
    Breaking,
    /// Such a guest is right, and another one can do more.
    Compatible,
    /// No guest can tell.
    Cosmetic,
}

impl Class {
    /// Every class, the worst first.
    pub const ALL: [Class; 3] = [Class::Breaking, Class::Compatible, Class::Cosmetic];

    /// The word the reports print.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Breaking => "breaking",
            Class::Compatible => "compatible",
            Class::Cosmetic => "cosmetic",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Lines of a lock before and after a change.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The lines before.
    pub before: &'static str,
    /// The lines after.
    pub after: &'static str,
}

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name, which stays.
    pub id: &'static str,
    /// How bad it is.
    pub class: Class,
    /// What has happened.
    pub title: &'static str,
    /// Why that is so bad, or is not.
    pub reason: &'static str,
    /// What to do instead, or beside.
    pub instead: &'static str,
    /// What it catches.
    pub example: Sample,
    /// What looks like it, and is not.
    pub near_miss: Sample,
    /// The differences it is about.
    pub on: &'static [(Kind, What)],
    /// Which of them, where it is not all that no rule before it takes.
    pub when: Option<fn(&Change<'_>) -> bool>,
}

/// Every rule. The first that is about a difference judges it.
pub static RULES: [&[Rule]; 7] = [
    &calls::RULES,
    &arguments::RULES,
    &answers::RULES,
    &numbers::RULES,
    &conventions::RULES,
    &places::RULES,
    &structures::RULES,
];

/// Every rule, one after the other.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().copied().flatten()
}

/// The rule with this id, or the one for what no rule is about.
///
/// # Errors
/// [`UnknownWord`], with the nearest id there is.
pub fn find(id: &str) -> Result<&'static Rule, UnknownWord> {
    let all = || all().chain([&UNKNOWN]);
    all().find(|rule| rule.id == id).ok_or_else(|| {
        let known = all().map(|rule| rule.id).collect();
        UnknownWord { known: Vec::new(), ..UnknownWord::new("rule", id, known) }
    })
}

/// For what the table forgot, which the tests say is nothing.
static UNKNOWN: Rule = Rule {
    id: "unclassified",
    class: Class::Breaking,
    title: "a difference that no rule is about",
    reason: "what is not known to be harmless is not",
    instead: "report this: the table of rules has a hole",
    example: Sample { before: "", after: "" },
    near_miss: Sample { before: "", after: "" },
    on: &[],
    when: None,
};

/// The rule that judges a difference.
pub(super) fn of(change: &Change<'_>) -> &'static Rule {
    let is_about = |rule: &&Rule| {
        rule.on.contains(&(change.kind, change.what)) && rule.when.is_none_or(|when| when(change))
    };
    all().find(is_about).unwrap_or(&UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_rule_is_about_is_breaking() {
        let change = |kind, what| Change {
            kind,
            what,
            subject: String::new(),
            old: String::new(),
            new: String::new(),
            line: 0,
            before: None,
            after: None,
        };
        for (kind, what) in [(Kind::Scope, What::Added), (Kind::Call, What::Changed("colour"))] {
            let rule = of(&change(kind, what));
            assert_eq!((rule.id, rule.class), ("unclassified", Class::Breaking), "{kind:?} {what:?}");
            assert_eq!(find(rule.id).unwrap().reason, rule.reason);
        }
        assert_eq!(of(&change(Kind::Call, What::Added)).id, "call-added");
    }
}
