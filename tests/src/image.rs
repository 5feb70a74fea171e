//! Reads what a bare-metal image printed.
//!
//! ```text
//! CASES planned 263
//! FAILED hypercall 0x2 two, 64-bit, Supervisor: r2 is 0x1f and must be 0x15
//! CASES run 263 passed 262 failed 1
//! ```
//!
//! An image is good only if all of these hold: it ended with status 0, within its time, said how many cases it planned,
//! ran as many, and none failed. Images that go wrong on purpose show that each of them is looked at.

use crate::exec::Exit;
use crate::tally::Tally;

/// Judges an image that is to be good. Each case counts, and whatever else is wrong is one failure more.
pub fn judge(exit: &Exit, output: &str) -> Tally {
    let planned =
        output.lines().find_map(|line| line.trim_end().strip_prefix("CASES planned ")?.parse().ok());
    let counts = output.lines().rev().find_map(summary);
    let Some((run, passed, failed)) = counts else {
        let said = last_words(output);
        let said = if said.is_empty() {
            "it printed nothing".to_owned()
        } else {
            format!("its last line is: {said}")
        };
        return Tally::failure(format!("{exit} without a count; {said}"));
    };
    let mut tally = Tally { passed, failed, ..Tally::default() };
    if failed > 0 {
        let first = output.lines().find_map(|line| line.trim_end().strip_prefix("FAILED "));
        tally.because(format!("{failed} cases failed, the first is: {}", first.unwrap_or("not named")));
    }
    if planned != Some(run) || run != passed + failed || run == 0 {
        let planned = planned.map_or("unknown".to_owned(), |planned: usize| planned.to_string());
        tally.add(Tally::failure(format!("ran {run} of {planned} cases")));
    }
    if *exit != Exit::Code(0) && failed == 0 {
        tally.add(Tally::failure(format!("{exit} though no case failed")));
    }
    tally
}

/// Judges an image that is to be good and to have cases of a linked crate, `CASES linked 10`.
pub fn judge_linked(exit: &Exit, output: &str) -> Tally {
    let mut tally = judge(exit, output);
    let linked = output.lines().find_map(|line| line.trim_end().strip_prefix("CASES linked ")?.parse().ok());
    if tally.run() > 1 && linked.is_none_or(|linked: usize| linked == 0) {
        tally.add(Tally::failure("no case of the crate's was made; does it use `link_cases!`?"));
    }
    tally
}

/// Judges an image that goes wrong on purpose: it passes if [`judge`] finds it red, for a reason that contains `why`.
pub fn judge_red(why: &str, exit: &Exit, output: &str) -> Tally {
    let tally = judge(exit, output);
    if tally.failed > 0 && tally.reasons.iter().any(|reason| reason.contains(why)) {
        return Tally::pass();
    }
    Tally::failure(format!("must be red because of `{why}`, and is: {tally} {:?}", tally.reasons))
}

/// The last line; or the line with which the image gave up and the next, as QEMU may have more to say after it.
fn last_words(output: &str) -> String {
    let lines: Vec<&str> = output.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let gave_up = |line: &&str| line.starts_with("PANIC ") || line.starts_with("FAULT ");
    let from = lines.iter().rposition(gave_up).unwrap_or(lines.len().saturating_sub(1));
    lines[from..].iter().take(2).copied().collect::<Vec<_>>().join(" ")
}

/// `CASES run 263 passed 262 failed 1`
fn summary(line: &str) -> Option<(usize, usize, usize)> {
    let mut words = line.trim_end().strip_prefix("CASES run ")?.split(' ');
    let mut number = |name: Option<&str>| {
        if name.is_some_and(|name| words.next() != Some(name)) {
            return None;
        }
        words.next()?.parse().ok()
    };
    let counts = (number(None)?, number(Some("passed"))?, number(Some("failed"))?);
    words.next().is_none().then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const GOOD: &str = "CASES planned 3\r\nhello, guest!\r\nCASES run 3 passed 3 failed 0\r\n";
    const RED: &str = "CASES planned 3\nFAILED two: r2 is 0x1\nCASES run 3 passed 2 failed 1\n";

    fn counts(code: i32, output: &str) -> (usize, usize, String) {
        let tally = judge(&Exit::Code(code), output);
        (tally.passed, tally.failed, tally.reasons.join("; "))
    }

    #[test]
    fn a_good_image_counts_its_cases() {
        assert_eq!(counts(0, GOOD), (3, 0, String::new()));
    }

    #[test]
    fn status_count_and_plan_are_each_looked_at() {
        assert_eq!(counts(1, GOOD), (3, 1, "ended with status 1 though no case failed".into()));
        assert_eq!(counts(0, RED), (2, 1, "1 cases failed, the first is: two: r2 is 0x1".into()));
        assert_eq!(counts(1, RED).1, 1, "the status follows from the count");
        let short = "CASES planned 3\nCASES run 2 passed 2 failed 0\n";
        assert_eq!(counts(0, short), (2, 1, "ran 2 of 3 cases".into()));
        let unplanned = "CASES run 2 passed 2 failed 0\n";
        assert_eq!(counts(0, unplanned), (2, 1, "ran 2 of unknown cases".into()));
        let none = "CASES planned 0\nCASES run 0 passed 0 failed 0\n";
        assert_eq!(counts(0, none), (0, 1, "ran 0 of 0 cases".into()));
        let sum = "CASES planned 3\nCASES run 3 passed 2 failed 0\n";
        assert_eq!(counts(0, sum).1, 1, "one case got lost");
    }

    #[test]
    fn an_image_without_a_count_is_one_failure_with_its_last_words() {
        assert_eq!(counts(0, ""), (0, 1, "ended with status 0 without a count; it printed nothing".into()));
        let panic = "CASES planned 3\nPANIC at x.rs\n\n";
        let reason = "ended with status 1 without a count; its last line is: PANIC at x.rs";
        let dump = "PANIC at x.rs\nno such order\nGPR00 1\nGPR01 2\n";
        assert!(judge(&Exit::Code(1), dump).reasons[0].ends_with("is: PANIC at x.rs no such order"));
        assert_eq!(counts(1, panic), (0, 1, reason.into()));
        assert_eq!(counts(0, "CASES run 3 passed three failed 0").1, 1);
        assert_eq!(counts(0, "CASES run 3 passed 3 failed 0 or so").1, 1);
        let tally = judge(&Exit::TimedOut(Duration::from_secs(3)), "CASES planned 3\n");
        assert_eq!((tally.passed, tally.failed), (0, 1));
        let tally = judge(&Exit::TimedOut(Duration::from_secs(3)), GOOD);
        assert_eq!((tally.passed, tally.failed), (3, 1));
    }

    #[test]
    fn cases_of_a_linked_crate_must_be_there() {
        let counts = |output: &str| {
            let tally = judge_linked(&Exit::Code(0), output);
            (tally.passed, tally.failed)
        };
        assert_eq!(counts(GOOD), (3, 1));
        assert_eq!(counts(&format!("CASES linked 0\n{GOOD}")), (3, 1));
        assert_eq!(counts(&format!("CASES linked 2\r\n{GOOD}")), (3, 0));
        assert_eq!(counts(""), (0, 1), "one failure is enough");
    }

    #[test]
    fn an_image_that_is_to_go_wrong_passes_if_it_goes_wrong_so() {
        assert_eq!(judge_red("1 cases failed", &Exit::Code(1), RED), Tally::pass());
        assert_eq!(judge_red("PANIC", &Exit::Code(1), RED).failed, 1);
        assert_eq!(judge_red("", &Exit::Code(0), GOOD).failed, 1);
    }
}
