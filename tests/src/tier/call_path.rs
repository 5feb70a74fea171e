//! Guards the call path: the instructions of a call, counted by callgrind, against a count that is committed.
//!
//! A count depends on the compiler. Where that is the one the committed count was taken with, a rise of
//! more than a twentieth is a failure. With another, the calls are compared with a table of function pointers
//! that the same compiler made, and the rise may be a quarter.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::setup;
use crate::suite;
use crate::tally::Tally;
use crate::workspace::{Package, Workspace, cargo};

const LIMIT: Duration = Duration::from_secs(15 * 60);
/// Calls that `hypercalls/benches/call_path.rs` makes.
const CALLS: f64 = 6400.0;
const PROGRAM: &str = "call_path";
/// How much more than the committed count is too much, with its compiler and with another.
const RISE: f64 = 1.05;
const RISE_OF_RATIO: f64 = 1.25;

/// `hypercalls/benches/call_path.toml`.
#[derive(Debug, Deserialize)]
struct Committed {
    /// As `rustc --version` names the compiler.
    rustc: String,
    /// Instructions of a call through a dispatcher.
    dispatch: f64,
    /// Instructions of one that the code of a list serves.
    list: f64,
    /// Instructions of one through a table of function pointers.
    array: f64,
}

/// Instructions of a call, and of one through a table of function pointers.
#[derive(Clone, Copy, Debug)]
struct Counted {
    call: f64,
    array: f64,
}

/// Counts, and judges: the paths as they are, which have to pass, and one that was made slower, which has not.
pub fn run(session: &Session, workspace: &Workspace) -> Tally {
    match count_and_judge(session, workspace) {
        Ok(tally) => tally,
        Err(line) => {
            session.say(&line);
            Tally::failure(line)
        }
    }
}

fn count_and_judge(session: &Session, workspace: &Workspace) -> Result<Tally, String> {
    let valgrind = setup::debian(session, &["valgrind"], || setup::program(session, "valgrind"))
        .map_err(|line| format!("valgrind: {line}"))?;
    let package = workspace
        .packages
        .iter()
        .find(|package| package.targets.iter().any(|target| target.name == PROGRAM))
        .ok_or("no package has the benchmark call_path")?;
    let path = package.dir().join("benches/call_path.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let committed: Committed =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let rustc = Invocation::new("rustc").arg("--version").query()?.trim().to_owned();

    let mut tally = Tally::default();
    let program = build(session, package, &mut tally)?;
    let mut judged = Vec::new();
    let mut count = |mode| {
        let count = count(session, &valgrind, &program, mode, workspace, &mut tally)?;
        Ok::<_, String>(count / CALLS)
    };
    let array = count("array")?;
    for (mode, before) in [("dispatch", committed.dispatch), ("list", committed.list)] {
        let now = Counted { call: count(mode)?, array };
        let before = Counted { call: before, array: committed.array };
        let (line, verdict) = match judge(before, &committed.rustc, &rustc, now) {
            Ok(line) => (line, Tally::pass()),
            Err(line) => (line.clone(), Tally::failure(line)),
        };
        judged.push((format!("instructions of a call by {mode}"), verdict, line));
    }
    let slowed = Counted { call: count("slowed")?, array };
    let before = Counted { call: committed.dispatch, array: committed.array };
    let (line, verdict) = match judge(before, &committed.rustc, &rustc, slowed) {
        Err(line) => (line, Tally::pass()),
        Ok(line) => (line, Tally::failure("a slower call passed")),
    };
    judged.push(("a slower call is found".to_owned(), verdict, line));
    for (name, verdict, line) in judged {
        session.say(format!("{name}: {line}"));
        tally.add(session.record(&name, verdict, &line));
    }
    Ok(tally)
}

fn build(session: &Session, package: &Package, tally: &mut Tally) -> Result<PathBuf, String> {
    let (built, messages) = session.capture(&Step {
        name: "build call_path",
        invocation: &cargo().args([
            "build",
            "--profile",
            "bench",
            "--package",
            &package.name,
            "--all-features",
            "--bench",
            PROGRAM,
            "--message-format",
            "json-render-diagnostics",
        ]),
        verdict: Verdict::Check,
        limit: LIMIT,
    });
    tally.add(built);
    suite::executables(&messages)
        .find(|built| built.target.name == PROGRAM)
        .map(|built| built.executable)
        .ok_or_else(|| "call_path was not built".to_owned())
}

/// The instructions of all calls in one mode.
fn count(
    session: &Session,
    valgrind: &Path,
    program: &Path,
    mode: &str,
    workspace: &Workspace,
    tally: &mut Tally,
) -> Result<f64, String> {
    let out = workspace.target_directory.join(format!("call_path.{mode}.callgrind"));
    let invocation = Invocation::new(valgrind)
        .args(["--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*counted_*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .arg(mode);
    let name = format!("callgrind call_path {mode}");
    let step = Step { name: &name, invocation: &invocation, verdict: Verdict::Check, limit: LIMIT };
    tally.add(session.run(&step));
    let text = std::fs::read_to_string(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    total(&text).ok_or_else(|| format!("{}: no total, or one of nothing", out.display()))
}

/// The total in callgrind's file; none is a program in which nothing was counted.
fn total(text: &str) -> Option<f64> {
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "))?.trim().parse().ok()?;
    (total > 0.0).then_some(total)
}

/// What was found, in a line: an error where a call has become too long since `before`, counted with the compiler `by`.
fn judge(before: Counted, by: &str, rustc: &str, now: Counted) -> Result<String, String> {
    let [ratio_before, ratio] = [before, now].map(|counted| counted.call / counted.array);
    let (what, rise, most) = if rustc == by {
        (format!("{:.1} instructions", now.call), now.call / before.call, RISE)
    } else {
        let what = format!("{:.1} instructions, {ratio:.2} times a table's, with {rustc}", now.call);
        (what, ratio / ratio_before, RISE_OF_RATIO)
    };
    let (call, percent) = (before.call, 100.0 * (rise - 1.0));
    let line =
        format!("{what}: {percent:+.1} % against {call:.1}, {ratio_before:.2} times a table's, with {by}");
    if rise > most { Err(format!("{line}; at most {:+.0} %", 100.0 * (most - 1.0))) } else { Ok(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSTC: &str = "rustc 1.95.0";

    const NOW: Counted = Counted { call: 150.0, array: 20.0 };

    /// Against what was counted with [`RUSTC`].
    fn judge(call: f64, rustc: &str, now: Counted) -> Result<String, String> {
        super::judge(Counted { call, array: 20.0 }, RUSTC, rustc, now)
    }

    #[test]
    fn a_rise_of_more_than_a_twentieth_is_red_with_the_same_compiler() {
        assert!(judge(150.0, RUSTC, NOW).is_ok());
        assert!(judge(143.0, RUSTC, NOW).is_ok());
        let line = judge(142.0, RUSTC, NOW).unwrap_err();
        assert!(line.contains("150.0 instructions: +5.6 % against 142.0"), "{line}");
        // The table is no excuse there.
        assert!(judge(142.0, RUSTC, Counted { array: 40.0, ..NOW }).is_err());
        assert!(judge(200.0, RUSTC, NOW).is_ok(), "a fall");
    }

    #[test]
    fn another_compiler_is_judged_by_what_it_makes_of_a_table() {
        let other = "rustc 1.99.0";
        assert!(judge(122.0, other, NOW).is_ok());
        assert!(judge(119.0, other, NOW).is_err());
        // One that makes everything a half longer does not make the path worse.
        let longer = Counted { call: 225.0, array: 30.0 };
        assert!(judge(150.0, other, longer).is_ok());
        assert!(judge(150.0, RUSTC, longer).is_err());
    }

    #[test]
    fn a_count_of_nothing_is_no_count() {
        assert_eq!(total("events: Ir\nsummary: 12\n\ntotals: 960\n"), Some(960.0));
        assert_eq!(total("events: Ir\ntotals: 0\n"), None);
        assert_eq!(total("events: Ir\n"), None);
    }
}
