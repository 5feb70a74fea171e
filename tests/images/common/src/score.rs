//! The counts, and the lines that the runner reads.
//!
//! ```text
//! CASES planned 188
//! CASES linked 0
//! FAILED hypercall 0x2 two, 64-bit: r2 is 0x1f and must be 0x15
//! CASES run 188 passed 187 failed 1
//! ```
//!
//! The runner takes an image for good only if it ends well, ran as many cases as it planned, and none failed. Linked are
//! those in the list that a crate with calls of its own brought.

use alloc::string::String;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use hypercalls::cases::linked;

/// Counts of one run; host and guest both count.
#[derive(Debug, Default)]
pub struct Score {
    planned: AtomicU32,
    run: AtomicU32,
    failed: AtomicU32,
}

impl Score {
    /// Nothing run yet.
    pub const fn new() -> Score {
        Score { planned: AtomicU32::new(0), run: AtomicU32::new(0), failed: AtomicU32::new(0) }
    }

    /// Sets how many cases there are to be, and gives the lines that say so and how many of the list are a linked crate's.
    pub fn plan(&self, planned: usize) -> impl fmt::Display {
        self.planned.store(planned as u32, Relaxed);
        Line::Planned(planned as u32)
    }

    /// Counts a case. Where something is wrong with it, gives the line that says so.
    pub fn count(&self, case: impl fmt::Display, wrong: Option<String>) -> Option<impl fmt::Display> {
        self.run.fetch_add(1, Relaxed);
        let wrong = wrong?;
        self.failed.fetch_add(1, Relaxed);
        Some(alloc::format!("FAILED {case}: {wrong}"))
    }

    /// Whether every planned case was run, and none failed.
    pub fn is_good(&self) -> bool {
        let run = self.run.load(Relaxed);
        run > 0 && run == self.planned.load(Relaxed) && self.failed.load(Relaxed) == 0
    }

    /// The last line.
    pub fn summary(&self) -> impl fmt::Display {
        Line::Run { run: self.run.load(Relaxed), failed: self.failed.load(Relaxed) }
    }
}

enum Line {
    Planned(u32),
    Run { run: u32, failed: u32 },
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Planned(planned) => {
                write!(f, "CASES planned {planned}\nCASES linked {}", linked::cases().count())
            }
            Line::Run { run, failed } => {
                write!(f, "CASES run {run} passed {} failed {failed}", run.saturating_sub(*failed))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_good_if_all_that_was_planned_ran_and_none_failed() {
        let score = Score::new();
        assert!(!score.is_good(), "nothing ran");
        assert_eq!(score.plan(2).to_string(), "CASES planned 2\nCASES linked 0");
        assert!(score.count("one", None).is_none());
        assert!(!score.is_good(), "one is missing");
        assert!(score.count("two", None).is_none());
        assert!(score.is_good());
        assert_eq!(score.summary().to_string(), "CASES run 2 passed 2 failed 0");
        let line = score.count("three", Some("r2 is 1".into())).unwrap().to_string();
        assert_eq!(line, "FAILED three: r2 is 1");
        assert!(!score.is_good());
        assert_eq!(score.summary().to_string(), "CASES run 3 passed 2 failed 1");
    }
}
