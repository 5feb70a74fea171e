//! Runs a child process under a time limit, with its output in a file.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// A child that prints more than this is stopped: a test in a loop must not fill the disk.
const MAX_OUTPUT: u64 = 64 << 20;
/// How long a child that is stopped may take to end by itself.
const GRACE: Duration = Duration::from_secs(3);
const POLL: Duration = Duration::from_millis(20);

/// What to run.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    program: OsString,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    dir: Option<PathBuf>,
}

impl Invocation {
    /// `program`, looked up in PATH if it has no slash.
    pub fn new(program: impl Into<OsString>) -> Invocation {
        Invocation { program: program.into(), ..Invocation::default() }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Invocation {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    pub fn args<T: Into<OsString>>(mut self, args: impl IntoIterator<Item = T>) -> Invocation {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Invocation {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets environment variables.
    pub fn envs(mut self, env: &[(OsString, OsString)]) -> Invocation {
        self.env.extend_from_slice(env);
        self
    }

    /// Sets the working directory.
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Invocation {
        self.dir = Some(dir.into());
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        command
    }

    /// Standard output of a short query, such as `rustc --print sysroot`.
    pub fn query(&self) -> Result<String, String> {
        let name = self.program.to_string_lossy();
        let output =
            self.command().stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let error = String::from_utf8_lossy(&output.stderr);
            Err(format!("{name}: {}", error.lines().last().unwrap_or("failed")))
        }
    }
}

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Code(i32),
    /// By a signal that the runner did not send.
    Signal(i32),
    /// Stopped by the runner after this time.
    TimedOut(Duration),
    /// Stopped by the runner for its output's size.
    TooMuchOutput,
    /// Stopped by the runner because somebody interrupted it.
    Interrupted,
    /// It never ran.
    NotStarted(String),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "ended with status {code}"),
            Exit::Signal(number) => write!(f, "killed by signal {number}"),
            Exit::TimedOut(limit) => write!(f, "timed out after {} s", limit.as_secs_f32()),
            Exit::TooMuchOutput => write!(f, "printed more than {} MiB", MAX_OUTPUT >> 20),
            Exit::Interrupted => f.write_str("interrupted"),
            Exit::NotStarted(error) => write!(f, "could not be started: {error}"),
        }
    }
}

/// Runs `invocation` in a process group of its own. Standard error goes to `log`, standard output to `stdout` if that
/// is given and else to `log` too. `watch` is called several times a second with the time that has passed, and stops
/// the child by returning false. Nothing of the group survives.
pub fn run(
    invocation: &Invocation,
    log: &Path,
    stdout: Option<&Path>,
    limit: Duration,
    mut watch: impl FnMut(Duration) -> bool,
) -> Exit {
    let started = Instant::now();
    let (mut child, output) = match spawn(invocation, log, stdout) {
        Ok(child) => child,
        Err(error) => return Exit::NotStarted(error.to_string()),
    };
    let exit = loop {
        match child.try_wait() {
            Ok(Some(status)) => break exit_of(status),
            Ok(None) => {}
            Err(error) => break Exit::NotStarted(error.to_string()),
        }
        if started.elapsed() > limit {
            break Exit::TimedOut(limit);
        }
        if output.metadata().is_ok_and(|meta| meta.len() > MAX_OUTPUT) {
            break Exit::TooMuchOutput;
        }
        if !watch(started.elapsed()) {
            break Exit::Interrupted;
        }
        std::thread::sleep(POLL);
    };
    if !matches!(exit, Exit::Code(_) | Exit::Signal(_)) {
        ask_to_end(&mut child);
    }
    // Also after a regular end: what the child left behind in its group ends with it.
    signal_group(&child, Signal::KILL);
    // Already reaped, or killed a moment ago: either way this returns at once.
    let _ = child.wait();
    exit
}

fn spawn(invocation: &Invocation, log: &Path, stdout: Option<&Path>) -> io::Result<(Child, File)> {
    let log = File::create(log)?;
    let output = match stdout {
        Some(path) => File::create(path)?,
        None => log.try_clone()?,
    };
    let child = invocation
        .command()
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()?;
    Ok((child, output))
}

fn exit_of(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::NotStarted(status.to_string()),
    }
}

/// Gives the child a moment to end cleanly: a package manager that is killed leaves a broken system.
fn ask_to_end(child: &mut Child) {
    signal_group(child, Signal::TERM);
    let asked = Instant::now();
    while asked.elapsed() < GRACE && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(POLL);
    }
}

fn signal_group(child: &Child, signal: Signal) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Fails with ESRCH if the group is empty, which is what is wanted.
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> (Exit, String) {
        let name = format!("hypercall-tests-{}-{:?}", std::process::id(), std::thread::current().id());
        let log = std::env::temp_dir().join(name);
        let exit = run(&Invocation::new("sh").args(["-c", script]), &log, None, limit, |_| true);
        let text = std::fs::read_to_string(&log).unwrap();
        std::fs::remove_file(&log).unwrap();
        (exit, text)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn both_streams_are_logged_in_order_and_the_status_is_kept() {
        let (exit, text) = shell("echo one; echo two >&2; echo three; exit 7", LONG);
        assert_eq!(exit, Exit::Code(7));
        assert_eq!(text, "one\ntwo\nthree\n");
    }

    #[test]
    fn a_signal_is_told_from_a_status() {
        assert_eq!(shell("kill -6 $$", LONG).0, Exit::Signal(6));
    }

    #[test]
    fn a_timeout_ends_the_whole_process_group() {
        let limit = Duration::from_millis(300);
        let (exit, text) = shell("trap '' TERM; sleep 1000 & echo $!; wait", limit);
        assert_eq!(exit, Exit::TimedOut(limit));
        let grandchild = Path::new("/proc").join(text.trim()).join("stat");
        let gone = (0..100).any(|_| {
            std::thread::sleep(POLL);
            // A zombie nobody has reaped yet is as good as gone.
            std::fs::read_to_string(&grandchild).map_or(true, |stat| stat.contains(") Z "))
        });
        assert!(gone, "process {} survived", text.trim());
    }

    #[test]
    fn a_child_that_floods_its_log_is_stopped() {
        assert_eq!(shell("yes", LONG).0, Exit::TooMuchOutput);
    }

    #[test]
    fn a_program_that_is_missing_is_named_as_not_started() {
        let log = std::env::temp_dir().join(format!("hypercall-tests-missing-{}", std::process::id()));
        let exit = run(&Invocation::new("/nonexistent/program"), &log, None, LONG, |_| true);
        std::fs::remove_file(&log).unwrap();
        assert!(matches!(exit, Exit::NotStarted(_)));
    }
}
