//! What a machine's first process reports, and how it is judged.

use std::time::Duration;

use serde::Deserialize;

use crate::exec::Exit;
use crate::libtest::{self, Verdict};
use crate::tally::Tally;

use super::expect::{self, Probed};
use super::programs::{Kind, Task};

/// What became of a task. See `lab_init.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How the program ended.
    pub exit: Exit,
    /// What it printed.
    pub stdout: String,
    stderr: String,
    took: Duration,
}

impl Answer {
    /// Everything it printed, and how long it took.
    pub fn text(&self) -> String {
        format!("{}{}\n({:.1} s in the machine)\n", self.stdout, self.stderr, self.took.as_secs_f32())
    }
}

/// The answers of a report, up to the first that is not complete.
pub fn parse(report: &[u8]) -> Vec<Answer> {
    let mut rest = report;
    std::iter::from_fn(|| {
        let (answer, after) = first(rest)?;
        rest = after;
        Some(answer)
    })
    .collect()
}

/// `@ STATUS STDOUT STDERR MILLISECONDS`, then what was printed.
fn first(report: &[u8]) -> Option<(Answer, &[u8])> {
    let end = report.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = (std::str::from_utf8(&report[..end]).ok()?, &report[end + 1..]);
    let mut words = head.strip_prefix("@ ")?.split(' ');
    let status: i32 = words.next()?.parse().ok()?;
    let mut length = || words.next()?.parse::<usize>().ok();
    let (out, err, took) = (length()?, length()?, length()?);
    let stdout = rest.get(..out)?;
    let stderr = rest[out..].get(..err)?;
    let took = Duration::from_millis(took as u64);
    let exit = match status {
        -1000 => Exit::TimedOut(took),
        0.. => Exit::Code(status),
        _ => Exit::Signal(-status),
    };
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Some((Answer { exit, stdout: text(stdout), stderr: text(stderr), took }, &rest[out + err..]))
}

/// What `hypercall run --format json` prints.
#[derive(Deserialize)]
struct Run {
    backend: String,
    transport: String,
    calls: Vec<Call>,
    passed: usize,
    failed: usize,
}

#[derive(Deserialize)]
struct Call {
    interface: String,
    number: String,
    mode: String,
    cpl: u8,
    result: String,
    ok: bool,
}

/// Judges the answer to a task; there is none if the machine did not come to it.
pub fn judge(task: &Task, answer: Option<&Answer>) -> Tally {
    let Some(answer) = answer else { return Tally::failure("the machine did not come to it") };
    match task.kind {
        Kind::Test => {
            let printed = answer.stdout.clone() + &answer.stderr;
            libtest::judge(Verdict::TestBinary, &answer.exit, &printed)
        }
        Kind::Probe if answer.exit == Exit::Code(0) => match Probed::parse(&answer.stdout) {
            Ok(_) => Tally::pass(),
            Err(error) => Tally::failure(error),
        },
        Kind::Probe => Tally::failure(answer.exit.to_string()),
        Kind::Run(transport) => judge_run(transport, answer),
        Kind::Bench => judge_bench(answer),
        Kind::Refused => expect::judge(&[
            ("it ends with status 1", answer.exit == Exit::Code(1)),
            ("it prints no data", answer.stdout.is_empty()),
            ("it names the missing capability", answer.stderr.contains("KVM_CAP_XEN_HVM")),
        ]),
    }
}

/// What `hypercall bench --format json` prints.
#[derive(Deserialize)]
struct Bench {
    results: Vec<Figure>,
}

#[derive(Deserialize)]
struct Figure {
    id: String,
    value: f64,
}

fn judge_bench(answer: &Answer) -> Tally {
    let bench: Bench = match serde_json::from_str(&answer.stdout) {
        Ok(bench) => bench,
        Err(_) => return Tally::failure(answer.exit.to_string()),
    };
    let measured = |id: &str| bench.results.iter().any(|figure| figure.id == id && figure.value > 0.0);
    expect::judge(&[
        ("it ends with status 0", answer.exit == Exit::Code(0)),
        ("it measures KVM_EXIT_HYPERCALL", measured("kvm/exit-hypercall/hypercall")),
        ("it measures bare exits beside it", measured("kvm/exit-hypercall/bare")),
        ("it measures KVM_EXIT_XEN", measured("kvm/exit-xen/hypercall")),
        ("it measures what the host does of it", measured("kvm/exit-xen/host/hypercall")),
    ])
}

fn judge_run(transport: &str, answer: &Answer) -> Tally {
    let run: Run = match serde_json::from_str(&answer.stdout) {
        Ok(run) => run,
        Err(_) => return Tally::failure(answer.exit.to_string()),
    };
    let mut tally = Tally { passed: run.passed, failed: run.failed, ..Tally::default() };
    let mut checks = vec![
        ("it ends with status 0", answer.exit == Exit::Code(0)),
        ("it is about KVM over the transport", (&*run.backend, &*run.transport) == ("kvm", transport)),
        ("its calls are those it counts", run.passed == run.calls.iter().filter(|call| call.ok).count()),
    ];
    if transport == "exit-hypercall" {
        // Made by a kernel, in 64-bit and in 32-bit mode.
        let delivered = |mode: &str| {
            run.calls.iter().any(|call| {
                (&*call.interface, &*call.number, &*call.mode, call.cpl, &*call.result)
                    == ("kvm", "12", mode, 0, "0")
            })
        };
        checks.push(("number 12 is answered in 64-bit mode", delivered("64-bit")));
        checks.push(("number 12 is answered in 32-bit mode", delivered("32-bit")));
    }
    if transport == "exit-xen" {
        let calls =
            |mode: &'static str, cpl| run.calls.iter().filter(move |c| (&*c.mode, c.cpl) == (mode, cpl));
        checks.push(("calls are made in 64-bit mode", calls("64-bit", 0).next().is_some()));
        checks.push(("calls are made in 32-bit mode", calls("32-bit", 0).next().is_some()));
        // -KVM_EPERM, whatever the convention calls it
        let refused = calls("64-bit", 3).all(|call| call.result.ends_with("(-1)"));
        checks.push(("every call at CPL 3 is refused", refused && calls("64-bit", 3).next().is_some()));
    }
    tally.add(expect::judge(&checks));
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(exit: Exit, stdout: &str) -> Answer {
        Answer { exit, stdout: stdout.to_owned(), stderr: String::new(), took: Duration::ZERO }
    }

    #[test]
    fn answers_are_told_apart_by_their_lengths() {
        let report =
            b"@ 0 6 0 12\n@ 0 1\n@ 101 0 4 1500\noops@ -6 0 0 1\n@ -1000 1 0 5000\nx@ 0 100 0 1\ncut";
        let found = parse(report);
        let exits: Vec<Exit> = found.iter().map(|answer| answer.exit.clone()).collect();
        let over = Exit::TimedOut(Duration::from_secs(5));
        assert_eq!(exits, [Exit::Code(0), Exit::Code(101), Exit::Signal(6), over]);
        assert_eq!((&*found[0].stdout, &*found[1].stderr), ("@ 0 1\n", "oops"));
        assert_eq!(parse(b""), []);
        assert_eq!(parse(b"Kernel panic\n"), []);
    }

    const DELIVERED: &str = r#"{"backend": "kvm", "transport": "exit-hypercall", "calls": [
        {"interface": "kvm", "number": "12", "mode": "64-bit", "cpl": 0, "result": "0", "ok": true},
        {"interface": "kvm", "number": "12", "mode": "32-bit", "cpl": 0, "result": "0", "ok": true}],
        "passed": 2, "failed": 0}"#;

    fn judged(transport: &'static str, answer: &Answer) -> (usize, usize) {
        let tally = judge_run(transport, answer);
        (tally.passed, tally.failed)
    }

    #[test]
    fn the_calls_of_a_run_count_and_so_does_what_it_says_of_itself() {
        // Two calls, the three things every run is asked, and number 12 in two modes.
        assert_eq!(judged("exit-hypercall", &answer(Exit::Code(0), DELIVERED)), (7, 0));
        let refused = DELIVERED.replacen("\"result\": \"0\"", "\"result\": \"-KVM_ENOSYS (-1000)\"", 1);
        assert_eq!(judged("exit-hypercall", &answer(Exit::Code(0), &refused)), (6, 1), "not delivered");
        assert_eq!(judged("pio", &answer(Exit::Code(0), DELIVERED)), (4, 1), "another transport");
        assert_eq!(judged("exit-hypercall", &answer(Exit::Code(1), DELIVERED)), (6, 1), "its own verdict");
        let wrong = DELIVERED.replace("\"passed\": 2, \"failed\": 0", "\"passed\": 1, \"failed\": 1");
        assert_eq!(
            judged("exit-hypercall", &answer(Exit::Code(0), &wrong)).1,
            2,
            "a failed call, a wrong count"
        );
    }

    #[test]
    fn calls_by_kvm_exit_xen_are_made_in_both_modes_and_refused_above_cpl_0() {
        let made = |mode: &str, cpl: u8, result: &str| {
            format!(
                r#"{{"interface": "xen", "number": "17", "mode": "{mode}", "cpl": {cpl}, "result": "{result}", "ok": true}}"#
            )
        };
        let run = |calls: &[String]| {
            let text = format!(
                r#"{{"backend": "kvm", "transport": "exit-xen", "calls": [{}], "passed": {}, "failed": 0}}"#,
                calls.join(","),
                calls.len()
            );
            judged("exit-xen", &answer(Exit::Code(0), &text))
        };
        let all = [made("64-bit", 0, "0"), made("32-bit", 0, "0"), made("64-bit", 3, "-EPERM (-1)")];
        assert_eq!(run(&all), (9, 0));
        assert_eq!(run(&all[1..]), (7, 1), "none in 64-bit mode");
        assert_eq!(run(&all[..2]), (7, 1), "none at CPL 3");
        assert_eq!(run(&[&all[..], &[made("64-bit", 3, "0")]].concat()), (9, 1), "one that is not refused");
    }

    #[test]
    fn a_benchmark_has_to_have_measured_both_exits() {
        let judged = |exit, printed: &str| {
            let tally = judge_bench(&answer(exit, printed));
            (tally.passed, tally.failed)
        };
        let figure = |id: &str| format!(r#"{{"id": "kvm/{id}", "value": 7.5}}"#);
        let ids = [
            "exit-hypercall/hypercall",
            "exit-hypercall/bare",
            "exit-xen/hypercall",
            "exit-xen/host/hypercall",
        ];
        let all = format!(r#"{{"host": {{}}, "results": [{}]}}"#, ids.map(figure).join(","));
        assert_eq!(judged(Exit::Code(0), &all), (5, 0));
        assert_eq!(judged(Exit::Code(1), &all), (4, 1));
        assert_eq!(judged(Exit::Code(0), &all.replace("exit-xen", "exit-zen")), (3, 2));
        assert_eq!(judged(Exit::Code(0), &all.replacen("7.5", "0.0", 1)), (4, 1));
        assert_eq!(judged(Exit::Code(1), ""), (0, 1));
    }

    #[test]
    fn a_run_that_prints_no_json_has_failed_as_it_ended() {
        let tally = judge_run("pio", &answer(Exit::Code(1), ""));
        assert_eq!((tally.passed, tally.failed), (0, 1));
        assert_eq!(tally.reasons, ["ended with status 1"]);
    }
}
