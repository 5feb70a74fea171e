//! What a step, and from its steps a row, comes to.

/// Counts of one step or row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests and checks that ran and passed.
    pub passed: usize,
    /// Tests and checks that ran and failed, and steps that could not end properly.
    pub failed: usize,
    /// Tests that were not run.
    pub not_run: usize,
    /// Why something failed other than by a test's own verdict, or was not run; no reason twice.
    pub reasons: Vec<String>,
}

impl Tally {
    /// One check that passed.
    pub fn pass() -> Tally {
        Tally { passed: 1, ..Tally::default() }
    }

    /// One failure, for `reason`.
    pub fn failure(reason: impl Into<String>) -> Tally {
        Tally { failed: 1, reasons: vec![reason.into()], ..Tally::default() }
    }

    /// One thing that was not run, for `reason`.
    pub fn not_run(reason: impl Into<String>) -> Tally {
        Tally { not_run: 1, reasons: vec![reason.into()], ..Tally::default() }
    }

    /// Adds `other` to this.
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.not_run += other.not_run;
        for reason in other.reasons {
            self.because(reason);
        }
    }

    /// Notes a reason, once.
    pub fn because(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// Everything that ran.
    pub fn run(&self) -> usize {
        self.passed + self.failed
    }

    /// A row in which nothing ran and nothing says why is a failure: its tests were lost.
    pub fn or_empty_is_failure(self) -> Tally {
        if self.run() + self.not_run == 0 { Tally::failure("no test was found") } else { self }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed", self.passed)?;
        if self.failed > 0 {
            write!(f, ", {} FAILED", self.failed)?;
        }
        if self.not_run > 0 {
            write!(f, ", {} not run", self.not_run)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_sums_the_counts_and_keeps_each_reason_once() {
        let mut sum = Tally::pass();
        sum.add(Tally::not_run("no /dev/kvm"));
        sum.add(Tally::not_run("no /dev/kvm"));
        sum.add(Tally::failure("timed out"));
        assert_eq!((sum.passed, sum.failed, sum.not_run), (1, 1, 2));
        assert_eq!(sum.reasons, ["no /dev/kvm", "timed out"]);
        assert_eq!(sum.to_string(), "1 passed, 1 FAILED, 2 not run");
    }

    #[test]
    fn a_row_without_any_test_fails() {
        assert_eq!(Tally::default().or_empty_is_failure().failed, 1);
        assert_eq!(Tally::not_run("x").or_empty_is_failure().failed, 0);
    }
}
