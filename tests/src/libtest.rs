//! Reads what a test binary printed.
//!
//! The tests run with `--show-output`, so that what a passing test prints stands in a section of its own:
//!
//! ```text
//! test a ... ok
//!
//! successes:
//!
//! ---- a stdout ----
//! NOT RUN: no /dev/kvm
//! ```
//!
//! A test that finds it cannot run here prints `NOT RUN: <reason>` and returns; libtest calls that a pass, this module
//! does not.

use std::collections::BTreeSet;

use crate::exec::Exit;
use crate::image;
use crate::tally::Tally;

/// How a step's end and output make a [`Tally`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One check: passed if the status is 0.
    Check,
    /// One libtest binary.
    TestBinary,
    /// `cargo test --doc`: any number of libtest runs, one after the other.
    DocTests,
    /// A bare-metal image, see [`image`].
    Image,
    /// The same, or another program that makes the cases, with a crate linked that brings cases of its own.
    LinkedImage,
    /// A bare-metal image that goes wrong on purpose: one check, passed if it is red because of this.
    RedImage(&'static str),
}

/// Judges a step by its end and its output.
pub fn judge(verdict: Verdict, exit: &Exit, output: &str) -> Tally {
    match verdict {
        Verdict::Check if *exit == Exit::Code(0) => Tally::pass(),
        Verdict::Check => Tally::failure(exit.to_string()),
        Verdict::TestBinary | Verdict::DocTests => judge_tests(verdict, exit, output),
        Verdict::Image => image::judge(exit, output),
        Verdict::LinkedImage => image::judge_linked(exit, output),
        Verdict::RedImage(why) => image::judge_red(why, exit, output),
    }
}

fn judge_tests(verdict: Verdict, exit: &Exit, output: &str) -> Tally {
    // A result line counts only if the process ended by itself: a killed one never printed its own, and a test may
    // have printed that of another run.
    let Exit::Code(code) = exit else { return Tally::failure(exit.to_string()) };
    let mut results = output.lines().filter_map(result_line);
    let counts = if verdict == Verdict::DocTests {
        results.reduce(|sum, next| sum + next)
    } else {
        // libtest prints its result last; earlier ones were printed by tests that run tests.
        results.next_back()
    };
    let Some(counts) = counts else {
        return Tally::failure(format!("ended with status {code} and without a test result"));
    };

    let unable = not_run(output);
    let mut tally = Tally {
        passed: counts.passed.saturating_sub(unable.len()),
        failed: counts.failed,
        not_run: counts.ignored + counts.passed.min(unable.len()),
        reasons: Vec::new(),
    };
    for (_, reason) in unable {
        tally.because(reason);
    }
    if counts.ignored > 0 {
        for reason in output.lines().filter_map(ignored_line) {
            tally.because(reason);
        }
    }
    if *code != 0 && tally.failed == 0 {
        tally.add(Tally::failure(format!("ended with status {code} though no test failed")));
    }
    tally
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl std::ops::Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        Counts {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            ignored: self.ignored + other.ignored,
        }
    }
}

/// `test result: ok. 4 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn result_line(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("test result: ")?;
    let rest = rest.strip_prefix("ok. ").or_else(|| rest.strip_prefix("FAILED. "))?;
    let mut fields = rest.split("; ");
    let mut field = |unit: &str| fields.next()?.strip_suffix(unit)?.trim_end().parse().ok();
    Some(Counts { passed: field("passed")?, failed: field("failed")?, ignored: field("ignored")? })
}

/// `test name ... ignored, reason`, or without a reason.
fn ignored_line(line: &str) -> Option<String> {
    let (_, rest) = line.strip_prefix("test ")?.split_once(" ... ignored")?;
    Some(rest.strip_prefix(", ").unwrap_or("ignored").to_owned())
}

/// The passing tests that printed `NOT RUN: <reason>`, each once, with their reasons.
fn not_run(output: &str) -> Vec<(&str, String)> {
    let passing: BTreeSet<&str> = output
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... ok"))
        .map(|name| name.strip_suffix(" - should panic").unwrap_or(name))
        .collect();
    let mut found: Vec<(&str, String)> = Vec::new();
    let mut section = None;
    for line in output.lines() {
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            section = passing.get(name).copied();
        } else if let (Some(name), Some(reason)) = (section, line.trim_start().strip_prefix("NOT RUN: "))
            && found.iter().all(|(other, _)| *other != name)
        {
            found.push((name, reason.trim_end().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const PASSING: &str = include_str!("samples/passing.txt");
    const FAILING: &str = include_str!("samples/failing.txt");
    const DOCTESTS: &str = include_str!("samples/doctests.txt");
    const NO_TESTS: &str = include_str!("samples/no-tests.txt");
    const CUT_SHORT: &str = include_str!("samples/cut-short.txt");

    fn binary(code: i32, output: &str) -> Tally {
        judge(Verdict::TestBinary, &Exit::Code(code), output)
    }

    fn counts(tally: &Tally) -> (usize, usize, usize) {
        (tally.passed, tally.failed, tally.not_run)
    }

    #[test]
    fn a_test_that_says_it_was_not_run_is_no_pass() {
        let tally = binary(0, PASSING);
        // Four pass by libtest's count, one of them says NOT RUN; two are ignored.
        assert_eq!(counts(&tally), (3, 0, 3));
        assert_eq!(tally.reasons, ["no /dev/kvm", "needs a moon", "ignored"]);
    }

    #[test]
    fn a_failing_test_is_counted_and_its_own_output_is_not() {
        // The failing test prints `NOT RUN:` and another run's `test result: ok. 5 passed; ...`.
        let tally = binary(101, FAILING);
        assert_eq!(counts(&tally), (2, 1, 3));
    }

    #[test]
    fn an_aborted_binary_is_one_failure() {
        let tally = judge(Verdict::TestBinary, &Exit::Signal(6), CUT_SHORT);
        assert_eq!(counts(&tally), (0, 1, 0));
        assert_eq!(tally.reasons, ["killed by signal 6"]);
        // An emulator reports the signal as a status.
        assert_eq!(counts(&binary(134, CUT_SHORT)), (0, 1, 0));
    }

    #[test]
    fn a_result_printed_by_a_killed_binary_is_not_its_own() {
        let tally = judge(Verdict::TestBinary, &Exit::Signal(6), PASSING);
        assert_eq!(counts(&tally), (0, 1, 0));
    }

    #[test]
    fn a_binary_that_exits_early_with_status_0_is_one_failure() {
        let tally = binary(0, CUT_SHORT);
        assert_eq!(counts(&tally), (0, 1, 0));
        assert_eq!(tally.reasons, ["ended with status 0 and without a test result"]);
        assert_eq!(counts(&binary(0, "")), (0, 1, 0));
    }

    #[test]
    fn a_timeout_is_one_failure() {
        let tally = judge(Verdict::TestBinary, &Exit::TimedOut(Duration::from_secs(300)), CUT_SHORT);
        assert_eq!(counts(&tally), (0, 1, 0));
        assert_eq!(tally.reasons, ["timed out after 300 s"]);
    }

    #[test]
    fn a_bad_status_after_passing_tests_is_one_failure() {
        assert_eq!(counts(&binary(139, PASSING)), (3, 1, 3));
    }

    #[test]
    fn no_tests_are_no_failure_of_the_binary() {
        assert_eq!(binary(0, NO_TESTS), Tally::default());
    }

    #[test]
    fn the_runs_of_doc_tests_are_summed() {
        let tally = judge(Verdict::DocTests, &Exit::Code(0), DOCTESTS);
        assert_eq!(counts(&tally), (2, 0, 0));
        // A doc test that does not compile ends `cargo test --doc` with 101.
        assert_eq!(counts(&judge(Verdict::DocTests, &Exit::Code(101), DOCTESTS)), (2, 1, 0));
    }

    #[test]
    fn a_check_passes_by_status_0_alone() {
        assert_eq!(judge(Verdict::Check, &Exit::Code(0), "error"), Tally::pass());
        assert_eq!(judge(Verdict::Check, &Exit::Code(1), "").reasons, ["ended with status 1"]);
        assert_eq!(judge(Verdict::Check, &Exit::NotStarted("no such file".into()), "").failed, 1);
    }

    #[test]
    fn a_line_that_only_resembles_a_result_is_none() {
        assert_eq!(result_line("test result: ok. many passed; 0 failed; 0 ignored"), None);
        assert_eq!(result_line("the test result: ok. 1 passed; 0 failed; 0 ignored"), None);
        assert_eq!(result_line("test result: ok. 1 passed"), None);
    }
}
