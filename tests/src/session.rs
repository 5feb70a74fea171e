//! One run of the runner: where its logs are, what it says on the way, and whether it may install anything.

use std::cell::Cell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::exec::{self, Exit, Invocation};
use crate::libtest::{self, Verdict};
use crate::tally::Tally;

/// Lines of a failed step's log that are shown.
const SHOWN_LINES: usize = 40;
/// How often a step that takes long says so.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// See the module.
pub struct Session {
    logs: PathBuf,
    tools: PathBuf,
    may_install: bool,
    interrupt: Arc<AtomicBool>,
    steps: Cell<usize>,
}

/// One child process to run and judge.
pub struct Step<'a> {
    /// Shown to the user, and the name of the log.
    pub name: &'a str,
    /// What to run.
    pub invocation: &'a Invocation,
    /// How to judge it.
    pub verdict: Verdict,
    /// After this it is killed, and has failed.
    pub limit: Duration,
}

impl Session {
    /// A session with its logs and private tools under the target directory.
    pub fn new(target: &Path, may_install: bool) -> Result<Session, String> {
        let logs = target.join("test-logs");
        // Logs of earlier runs would only be mistaken for this one's.
        let _ = std::fs::remove_dir_all(&logs);
        std::fs::create_dir_all(&logs).map_err(|error| format!("{}: {error}", logs.display()))?;
        let interrupt = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
        {
            signal_hook::flag::register(signal, Arc::clone(&interrupt))
                .map_err(|error| format!("signal handler: {error}"))?;
        }
        Ok(Session { logs, tools: target.join("test-tools"), may_install, interrupt, steps: Cell::new(0) })
    }

    /// Where programs that cannot be installed are unpacked.
    pub fn tools(&self) -> &Path {
        &self.tools
    }

    /// Whether missing programs and targets may be installed.
    pub fn may_install(&self) -> bool {
        self.may_install
    }

    /// Whether somebody asked the runner to stop.
    pub fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Says which row begins.
    pub fn heading(&self, name: &str) {
        eprintln!("{name}");
    }

    /// Says something about the row.
    pub fn say(&self, message: impl fmt::Display) {
        eprintln!("  {message}");
    }

    /// Runs a step, says how it went and judges it.
    pub fn run(&self, step: &Step<'_>) -> Tally {
        let (exit, log) = self.start(step, None);
        let tally = libtest::judge(step.verdict, &exit, &read(&log));
        let one_check = matches!(step.verdict, Verdict::Check | Verdict::RedImage(_));
        self.finish(step.name, one_check, tally, &log)
    }

    /// Says how something went that was judged already, and keeps what it printed.
    pub fn record(&self, name: &str, tally: Tally, printed: &str) -> Tally {
        let log = self.log(name);
        eprint!("  {name} ... ");
        if let Err(error) = std::fs::write(&log, printed) {
            self.say(format_args!("{}: {error}", log.display()));
        }
        self.finish(name, false, tally, &log)
    }

    /// Runs a step whose standard output is data, which it returns; a failure is a failed check.
    pub fn capture(&self, step: &Step<'_>) -> (Tally, String) {
        let data = self.logs.join("stdout");
        let (exit, log) = self.start(step, Some(&data));
        let tally = libtest::judge(step.verdict, &exit, "");
        (self.finish(step.name, true, tally, &log), read(&data))
    }

    fn start(&self, step: &Step<'_>, stdout: Option<&Path>) -> (Exit, PathBuf) {
        let log = self.log(step.name);
        eprint!("  {} ... ", step.name);
        let started = Instant::now();
        let mut next = HEARTBEAT;
        let exit = exec::run(step.invocation, &log, stdout, step.limit, |elapsed| {
            if elapsed >= next {
                eprint!("{} s ... ", elapsed.as_secs());
                next += HEARTBEAT;
            }
            !self.interrupted()
        });
        eprint!("({:.1} s) ", started.elapsed().as_secs_f32());
        (exit, log)
    }

    /// Where the next step's output goes.
    fn log(&self, name: &str) -> PathBuf {
        self.steps.set(self.steps.get() + 1);
        self.logs.join(log_name(self.steps.get(), name))
    }

    fn finish(&self, name: &str, one_check: bool, mut tally: Tally, log: &Path) -> Tally {
        match one_check {
            true if tally.failed == 0 => eprintln!("ok"),
            true => eprintln!("FAILED"),
            false => eprintln!("{tally}"),
        }
        if tally.failed > 0 {
            let text = read(log);
            let lines: Vec<&str> = text.lines().collect();
            for line in &lines[lines.len().saturating_sub(SHOWN_LINES)..] {
                self.say(format_args!("| {line}"));
            }
            self.say(format_args!("the whole log is {}", log.display()));
            if tally.reasons.is_empty() {
                tally.because("a test failed");
            }
            for reason in &mut tally.reasons {
                *reason = format!("{name}: {reason}");
            }
        }
        tally
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}

/// `007-hypercall-core-lib.log`
fn log_name(number: usize, name: &str) -> String {
    let mut file = format!("{number:03}-");
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            file.push(c);
        } else if !file.ends_with('-') {
            file.push('-');
        }
    }
    file + ".log"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_named_after_its_step() {
        assert_eq!(log_name(7, "hypercall-core lib"), "007-hypercall-core-lib.log");
        assert_eq!(log_name(12, "../a: b"), "012-a-b.log");
    }
}
