//! The summary.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::{Arch, Format};
use crate::tally::Tally;
use crate::tier::{Plan, Tier};

/// One row of the summary.
#[derive(Debug, Serialize)]
pub struct Row {
    arch: &'static str,
    tier: &'static str,
    run: usize,
    passed: usize,
    failed: usize,
    not_run: usize,
    reason: Option<String>,
}

impl Row {
    /// The row of `plan`, whose steps come to `tally`.
    pub fn new(plan: &Plan, tally: Tally) -> Row {
        Row {
            arch: plan.arch.name(),
            tier: plan.tier.name(),
            run: tally.run(),
            passed: tally.passed,
            failed: tally.failed,
            not_run: tally.not_run,
            reason: (!tally.reasons.is_empty()).then(|| tally.reasons.join("; ")),
        }
    }
}

/// The rows of a run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// In the order in which they ran.
    pub rows: Vec<Row>,
}

impl Report {
    /// Nothing failed; if `all` is required, nothing was left out either.
    pub fn succeeded(&self, all: bool) -> bool {
        self.rows.iter().all(|row| row.failed == 0 && (!all || row.not_run == 0 || self.is_made_up_for(row)))
    }

    /// Whether what this host's KVM does not deliver was run on the second KVM, which runs the same tests and
    /// left none out.
    fn is_made_up_for(&self, row: &Row) -> bool {
        let is =
            |row: &Row, tier: Tier| (row.arch, row.tier) == (Arch::X86_64.name(), tier.name()) && row.run > 0;
        is(row, Tier::Kvm) && self.rows.iter().any(|other| is(other, Tier::Lab) && other.not_run == 0)
    }

    /// Writes the table, and `N passed, N failed` as the last line.
    pub fn print_text(&self, mut out: impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{:<8} {:<15} {:>6} {:>7} {:>7} {:>8}  reason",
            "arch", "tier", "run", "passed", "failed", "not run"
        )?;
        for row in &self.rows {
            let line = format!(
                "{:<8} {:<15} {:>6} {:>7} {:>7} {:>8}  {}",
                row.arch,
                row.tier,
                row.run,
                row.passed,
                row.failed,
                row.not_run,
                row.reason.as_deref().unwrap_or_default()
            );
            writeln!(out, "{}", line.trim_end())?;
        }
        let sum = |count: fn(&Row) -> usize| self.rows.iter().map(count).sum::<usize>();
        writeln!(out, "{} passed, {} failed", sum(|row| row.passed), sum(|row| row.failed))
    }

    /// Writes one JSON object and a newline.
    pub fn print_json(&self, out: impl Write) -> io::Result<()> {
        write_json(self, out)
    }
}

/// Writes the rows that would run.
pub fn print_list(plans: &[Plan], format: Format) -> io::Result<()> {
    #[derive(Serialize)]
    struct Planned {
        arch: &'static str,
        tier: &'static str,
        what: &'static str,
    }
    #[derive(Serialize)]
    struct List {
        rows: Vec<Planned>,
    }
    let rows: Vec<Planned> = plans
        .iter()
        .map(|plan| Planned { arch: plan.arch.name(), tier: plan.tier.name(), what: plan.tier.what() })
        .collect();
    let mut out = io::stdout();
    match format {
        Format::Json => write_json(&List { rows }, out),
        Format::Text => {
            rows.iter().try_for_each(|row| writeln!(out, "{:<8} {:<15} {}", row.arch, row.tier, row.what))
        }
    }
}

fn write_json(value: &impl Serialize, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(tallies: &[Tally]) -> Report {
        let plan = Plan { arch: Arch::S390x, tier: Tier::QemuUser };
        Report { rows: tallies.iter().map(|tally| Row::new(&plan, tally.clone())).collect() }
    }

    #[test]
    fn the_last_line_is_the_sum() {
        let mut text = Vec::new();
        report(&[Tally::pass(), Tally::pass(), Tally::failure("timed out")]).print_text(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text.lines().last(), Some("2 passed, 1 failed"));
        assert!(text.contains("timed out"), "{text}");
    }

    #[test]
    fn json_has_the_documented_keys() {
        let mut json = Vec::new();
        report(&[Tally::pass(), Tally::not_run("no /dev/kvm")]).print_json(&mut json).unwrap();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            "{\"rows\":[\
             {\"arch\":\"s390x\",\"tier\":\"qemu-user\",\"run\":1,\"passed\":1,\"failed\":0,\"not_run\":0,\"reason\":null},\
             {\"arch\":\"s390x\",\"tier\":\"qemu-user\",\"run\":0,\"passed\":0,\"failed\":0,\"not_run\":1,\
             \"reason\":\"no /dev/kvm\"}]}\n"
        );
    }

    #[test]
    fn a_failure_is_red_and_what_was_not_run_is_red_if_all_is_required() {
        assert!(report(&[Tally::pass()]).succeeded(true));
        assert!(!report(&[Tally::pass(), Tally::failure("x")]).succeeded(false));
        let left_out = report(&[Tally::pass(), Tally::not_run("x")]);
        assert!(left_out.succeeded(false));
        assert!(!left_out.succeeded(true));
    }

    #[test]
    fn what_this_hosts_kvm_does_not_deliver_is_made_up_for_by_the_second() {
        let row = |tier, tally| Row::new(&Plan { arch: Arch::X86_64, tier }, tally);
        let some = || {
            let mut tally = Tally::pass();
            tally.add(Tally::not_run("exit-hypercall never returns"));
            tally
        };
        let of = |rows| Report { rows };
        assert!(of(vec![row(Tier::Kvm, some()), row(Tier::Lab, Tally::pass())]).succeeded(true));
        assert!(!of(vec![row(Tier::Kvm, some()), row(Tier::Lab, some())]).succeeded(true));
        assert!(!of(vec![row(Tier::Kvm, some())]).succeeded(true));
        let none = Tally::not_run("no /dev/kvm");
        assert!(
            !of(vec![row(Tier::Kvm, none), row(Tier::Lab, Tally::pass())]).succeeded(true),
            "nothing ran"
        );
    }
}
