//! The differences between two locks, judged by the rules, in each form they are printed in.

use super::changes::{self, Change};
use super::lock::Lock;
use super::rules::{self, Class, Rule};

/// A difference and the rule that judges it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What it is about, in words.
    pub subject: String,
    /// What there was, in the words of the lock; empty if there was nothing.
    pub old: String,
    /// What there is; empty if there is nothing.
    pub new: String,
    /// The line of the lock that says what there was, if one does.
    pub line: Option<usize>,
}

/// All differences, the worst first.
#[derive(Clone, Debug)]
pub struct Report {
    /// The differences.
    pub findings: Vec<Finding>,
}

impl Finding {
    fn of(change: Change<'_>) -> Finding {
        let line = (change.line > 0).then_some(change.line);
        let rule = rules::of(&change);
        Finding { rule, subject: change.subject, old: change.old, new: change.new, line }
    }

    /// `A; it was B`, in one line.
    fn change(&self) -> String {
        match (self.old.as_str(), self.new.as_str()) {
            ("", new) => format!("new: {new}"),
            (old, "") => format!("old: {old}"),
            (old, new) => format!("old: {old} | new: {new}"),
        }
    }
}

impl Report {
    /// What is different in `after`, which should [remember](Lock::remember) what `before` does.
    pub fn between(before: &Lock, after: &Lock) -> Report {
        let mut findings: Vec<Finding> =
            changes::between(before, after).into_iter().map(Finding::of).collect();
        findings.sort_by_key(|finding| finding.rule.class);
        Report { findings }
    }

    /// How many differences are of a class.
    pub fn count(&self, class: Class) -> usize {
        self.findings.iter().filter(|finding| finding.rule.class == class).count()
    }

    /// The worst class there is; `None` where nothing is different.
    pub fn worst(&self) -> Option<Class> {
        self.findings.iter().map(|finding| finding.rule.class).min()
    }

    /// `1 breaking, 0 compatible and 2 cosmetic differences`.
    pub fn summary(&self) -> String {
        let [breaking, compatible, cosmetic] = Class::ALL.map(|class| self.count(class));
        format!("{breaking} breaking, {compatible} compatible and {cosmetic} cosmetic differences")
    }

    /// For people.
    pub fn table(&self, file: &str) -> String {
        let mut out = String::new();
        for Finding { rule, subject, old, new, line } in &self.findings {
            let at = line.map_or(String::new(), |line| format!(" ({file}:{line})"));
            out.push_str(&format!("{:10}  {}: {subject}: {}{at}\n", rule.class, rule.id, rule.title));
            for (what, text) in [("old", old), ("new", new)] {
                if !text.is_empty() {
                    out.push_str(&format!("    {what}: {text}\n"));
                }
            }
            if rule.class == Class::Breaking {
                out.push_str(&format!("    why: {}\n    instead: {}\n", rule.reason, rule.instead));
            }
        }
        out + &format!("{file}: {}\n", self.summary())
    }

    /// Workflow commands of GitHub, which show each difference at its line of the file in a pull request.
    /// Without `lines`, as where the lock is another revision's, they stand at the file.
    pub fn github(&self, file: &str, lines: bool) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            let Finding { rule, subject, line, .. } = finding;
            let command = if rule.class == Class::Breaking { "error" } else { "notice" };
            let mut place = format!("file={}", property(file));
            if let Some(line) = line.filter(|_| lines) {
                place.push_str(&format!(",line={line}"));
            }
            let title = property(&format!("{} {}: {subject}", rule.class, rule.id));
            let text = format!(
                "{}\n{}\nWhy: {}\nInstead: {}",
                rule.title,
                finding.change(),
                rule.reason,
                rule.instead
            );
            out.push_str(&format!("::{command} {place},title={title}::{}\n", data(&text)));
        }
        out
    }

    /// For programs. Fields may be added, and none goes or changes:
    ///
    /// | field | what it holds |
    /// |---|---|
    /// | `version` | of this layout: 1 |
    /// | `lock` | the file |
    /// | `since` | the revision it was taken from; null for the file as it is |
    /// | `verdict` | `breaking`, `compatible`, `cosmetic` or `same` |
    /// | `breaking`, `compatible`, `cosmetic` | how many differences of each class |
    /// | `differences` | each with `rule`, `class`, `title`, `subject`, `line`, `old`, `new`, `reason` and `instead`; `line`, `old` and `new` are null where there is none |
    #[cfg(feature = "cli")]
    pub fn json(&self, file: &str, since: Option<&str>) -> serde_json::Value {
        use serde_json::json;
        let text = |text: &str| if text.is_empty() { json!(null) } else { json!(text) };
        let differences: Vec<_> = self
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "rule": finding.rule.id,
                    "class": finding.rule.class.name(),
                    "title": finding.rule.title,
                    "subject": finding.subject,
                    "line": finding.line,
                    "old": text(&finding.old),
                    "new": text(&finding.new),
                    "reason": finding.rule.reason,
                    "instead": finding.rule.instead,
                })
            })
            .collect();
        json!({
            "version": 1,
            "lock": file,
            "since": since,
            "verdict": self.worst().map_or("same", Class::name),
            "breaking": self.count(Class::Breaking),
            "compatible": self.count(Class::Compatible),
            "cosmetic": self.count(Class::Cosmetic),
            "differences": differences,
        })
    }
}

/// The message of a workflow command, escaped as GitHub's runner wants it
/// (<https://github.com/actions/toolkit>, `packages/core/src/command.ts`).
pub fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command: as [`data`], and without what ends a property.
pub fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
