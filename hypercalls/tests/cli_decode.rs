//! `hypercall decode` from the outside: real traces, what other verbs print, and input that is not what it should be.
//!
//! `samples/kvm_hypercall.trace` and `kvm_xen_hypercall.trace` are from tracefs' `trace` of Debian's Linux
//! 6.12.117+deb12-cloud-amd64 while `hypercall run` had its guest make the conformance cases over KVM_EXIT_HYPERCALL and
//! KVM_EXIT_XEN: the first events of the former, and each sixteenth of the latter.
#![cfg(feature = "cli")]

mod command;

use command::{hypercall, stderr, stdout};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn sample(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/samples", name].iter().collect();
    path.to_str().expect("a plain name").to_string()
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_hypercall");

/// Runs `hypercall decode` with this input.
fn decode(input: &[u8], arguments: &[&str]) -> Output {
    let emulator = std::env::var("HYPERCALL_EMULATOR").unwrap_or_default();
    let mut words = emulator.split_whitespace().chain([PROGRAM]);
    let mut command = Command::new(words.next().expect("the program, at least"));
    fed(command.args(words).arg("decode").args(arguments), |stdin| stdin.write_all(input))
}

/// Runs a command, whose input `feed` writes.
fn fed(
    command: &mut Command,
    feed: impl FnOnce(&mut std::process::ChildStdin) -> std::io::Result<()> + Send,
) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = feed(&mut stdin); // it may end before it has read all
        });
        child.wait_with_output().expect("its output")
    })
}

fn objects(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

#[test]
fn a_kernels_trace_is_told_by_name() {
    let output = hypercall(&["decode", &sample("kvm_hypercall.trace")]);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 12);
    let expected = [
        "33.227492 cpu 0 hypercall-181: KVM_HC_MAP_GPA_RANGE(gpa=0x80000, pages=1, attributes=PAGE_SZ_4K)",
        "33.639803 cpu 0 vcpu 0-184: KVM_HC_MAP_GPA_RANGE(gpa=0x131000, pages=1, attributes=ENCRYPTED)",
    ];
    assert_eq!(lines[..2], expected);
    assert!(lines.iter().all(|line| line.contains("KVM_HC_MAP_GPA_RANGE")), "{text}");
}

#[test]
fn a_kernels_trace_of_xens_calls_has_their_commands_by_name() {
    let output = hypercall(&["decode", &sample("kvm_xen_hypercall.trace"), "--format", "json"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
    let calls = objects(&output);
    assert_eq!(calls.len(), 26);
    let handle = calls.iter().find(|c| c["name"] == "HYPERVISOR_xen_version").expect("xen_version");
    assert_eq!(handle["arguments"][0]["value"], "GuestHandle");
    assert_eq!(handle["arguments"][1]["value"], "0x40000570");
    assert_eq!((&handle["convention"], &handle["wire"]), (&"xen".into(), &"0x11".into()));
    assert!(calls.iter().any(|c| c["cpl"] == 3 && c["name"] == "HYPERVISOR_grant_table_op"));
    assert!(calls.iter().any(|c| c["name"].is_null() && c["wire"] == "0x58450009"));
    assert!(calls.iter().all(|c| c["result"].is_null()), "the trace point has none");
}

/// Every call of every convention: by name, with its result.
#[test]
fn the_call_objects_of_run_are_read_back() {
    for convention in ["kvm", "para-2007", "xen", "diag500", "epapr", "papr"] {
        let run = ["run", "--backend", "loopback", "--convention", convention, "--format"];
        let lines = hypercall(&[&run[..], &["jsonl"]].concat());
        assert!(lines.status.success(), "{}", stderr(&lines));
        let made = objects(&lines);
        let output = decode(&lines.stdout, &["--format", "json", "--strict"]);
        assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
        let calls = objects(&output);
        assert_eq!(calls.len(), made.len());
        for (made, call) in made.iter().zip(&calls) {
            let name = if made["name"] == "unknown" { &Value::Null } else { &made["name"] };
            assert_eq!(made["raw"]["number"], call["wire"]);
            // What another interface's number looks like is nobody's in this convention, or somebody else's.
            let same = made["interface"] == call["interface"];
            assert!(!same || &call["name"] == name, "{made} {call}");
            let result = made["result"].as_str().expect("text");
            let told = call["result"]["words"].as_str().expect("a result");
            if let Some((_, code)) = result.split_once(" (") {
                // A number that is nobody's here fails as the convention says it, whatever the case is about.
                assert!(told.ends_with(&format!(" ({code}")), "{made} {call}");
                assert!(!same || told == result, "{made} {call}");
                assert_eq!(call["result"]["error"], true);
            }
        }
        assert!(calls.iter().filter(|c| c["name"].is_string()).count() > 60, "{convention}");

        // The objects of `--format json` have no registers and no convention.
        let mut plain = String::new();
        for made in &made {
            let mut call = made.clone();
            let keys = call.as_object_mut().expect("an object");
            assert!(keys.remove("raw").is_some() && keys.remove("convention").is_some());
            plain += &format!("{call}\n");
        }
        let output = decode(plain.as_bytes(), &["--format", "json", "--strict"]);
        assert!(output.status.success(), "{}", stderr(&output));
        for (made, call) in made.iter().zip(objects(&output)) {
            let name = if made["name"] == "unknown" { &Value::Null } else { &made["name"] };
            assert_eq!((&call["name"], &call["result"]["words"]), (name, &made["result"]), "{made}");
            assert!(call["arguments"].is_null());
        }
    }
}

#[test]
fn filters_are_those_of_tables() {
    let lines = hypercall(&["run", "--backend", "loopback", "--format", "jsonl"]).stdout;
    let names = |arguments: &[&str]| -> Vec<String> {
        let output = decode(&lines, &[&["--format", "json"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        objects(&output).iter().map(|c| c["name"].as_str().unwrap_or("unknown").to_string()).collect()
    };
    let all = names(&[]);
    assert!(all.contains(&"unknown".to_string()));
    let kicks = names(&["--name", "KVM_HC_KICK_CPU"]);
    assert!(!kicks.is_empty() && kicks.iter().all(|name| name == "KVM_HC_KICK_CPU"));
    let deprecated = names(&["--status", "deprecated"]);
    assert!(deprecated.contains(&"KVM_HC_MMU_OP".to_string()) && !deprecated.contains(&kicks[0]));
    assert!(names(&["--arch", "s390"]).iter().all(|name| name.starts_with("HYPERCALL_")));
    assert_eq!(names(&["--convention", "kvm"]).len(), all.len());
    assert_eq!(names(&["--convention", "xen"]).len(), 0);
    let output = decode(&lines, &["--name", "KVM_HC_KIK_CPU"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("did you mean KVM_HC_KICK_CPU?"), "{}", stderr(&output));
}

#[test]
fn a_summary_counts_by_call() {
    let output = hypercall(&["decode", &sample("kvm_hypercall.trace"), "--summary"]);
    let expected = "       calls        errors  call\n          12             0  KVM_HC_MAP_GPA_RANGE\n";
    assert_eq!(stdout(&output), expected);
    let lines = hypercall(&["run", "--backend", "loopback", "--format", "jsonl"]).stdout;
    let rows = objects(&decode(&lines, &["--summary", "--format", "json"]));
    let total: u64 = rows.iter().filter_map(|row| row["calls"].as_u64()).sum();
    assert_eq!(total, objects(&decode(&lines, &["--format", "json"])).len() as u64);
    let polls = rows.iter().find(|row| row["name"] == "KVM_HC_MMU_OP").expect("a row");
    assert_eq!(polls["calls"], polls["errors"]);
    assert!(rows.last().expect("rows")["name"].is_null(), "unknown calls together, at the end");
}

#[test]
fn what_cannot_be_read_is_reported_by_its_line_and_skipped() {
    let good = "x: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0\n";
    let input = format!("{good}gibberish \x1b[31m\nx: kvm_hypercall: nr\n{good}{{\"convention\": 5}}\n");
    let output = decode(input.as_bytes(), &[]);
    assert!(output.status.success());
    assert_eq!(stdout(&output), "x: KVM_HC_VAPIC_POLL_IRQ()\n".repeat(2));
    let text = stderr(&output);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    for (line, (number, word)) in lines.iter().zip([(2, "\\x1b[31m"), (3, "`nr`"), (5, "no call object")]) {
        assert!(line.starts_with(&format!("stdin:{number}: ")) && line.contains(word), "{line}");
    }
    assert_eq!(decode(input.as_bytes(), &["--strict"]).status.code(), Some(1));

    // The first twenty, and how many more; a line of 1 MiB among them is not kept.
    let mut many = b"y".repeat(1 << 20);
    many.push(b'\n');
    many.extend(b"gibberish\n".repeat(999));
    many.extend(good.as_bytes());
    let output = decode(&many, &[]);
    assert_eq!(stdout(&output), "x: KVM_HC_VAPIC_POLL_IRQ()\n");
    let text = stderr(&output);
    assert!(text.starts_with("stdin:1: it has more than 65536 bytes"), "{text}");
    assert_eq!(text.lines().count(), 21, "{text}");
    assert!(text.ends_with("980 further lines could not be read\n"), "{text}");
    let output = decode(&many, &["--strict"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert_eq!(text.lines().count(), 1000, "each");
    assert!(text.lines().last().is_some_and(|line| line.starts_with("stdin:1000: ")), "{text}");
}

#[test]
fn what_cannot_be_read_of_a_file_is_reported_with_its_name() {
    let path = std::env::temp_dir().join(format!("hypercall-decode-{}.trace", std::process::id()));
    let file = path.to_str().expect("text");
    std::fs::write(&path, "# tracer: nop\nCPU 0 is empty\nCPU 0 is garbage\n12.5: kvm_hypercall nr 0x1\n")
        .expect("a file");
    let output = hypercall(&["decode", file, "--strict"]);
    std::fs::remove_file(&path).expect("it was there");
    assert_eq!(output.status.code(), Some(1));
    let expected = format!(
        "{file}:3: no trace line, and no JSON object: CPU 0 is garbage\n\
         {file}:4: the event's name has no colon behind it: 12.5: kvm_hypercall nr 0x1\n"
    );
    assert_eq!(stderr(&output), expected);
}

/// Half a GiB, first in one line and then in many, by a program that may have a quarter of that.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn memory_does_not_grow_with_the_input() {
    let limited = ["-c", "ulimit -v 131072; exec \"$0\" decode --summary", PROGRAM];
    let output = fed(Command::new("sh").args(limited), |stdin| {
        let block = [b'y'; 1 << 20];
        (0..256).try_for_each(|_| stdin.write_all(&block))?;
        stdin.write_all(b"\n")?;
        // Lines of another event, with few words, so that this takes seconds without optimisation.
        let other = format!("# {}\n", "z".repeat(8189));
        let lines = other.repeat(128);
        (0..256).try_for_each(|_| stdin.write_all(lines.as_bytes()))?;
        stdin.write_all(b"x: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0\n")
    });
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).ends_with("1             0  KVM_HC_VAPIC_POLL_IRQ\n"), "{}", stdout(&output));
}

#[test]
fn lost_events_are_said() {
    let output = decode(b"CPU:2 [LOST 38 EVENTS]\n", &[]);
    assert!(output.status.success() && output.stdout.is_empty());
    assert!(stderr(&output).contains("lost events"), "{}", stderr(&output));
}

#[test]
fn an_input_that_is_forced_is_read_as_that() {
    let trace = "x: kvm_hypercall: nr 0x1 a0 0x0 a1 0x0 a2 0x0 a3 0x0\n";
    assert!(stderr(&decode(trace.as_bytes(), &["--input", "jsonl"])).starts_with("stdin:1: "));
    assert!(stderr(&decode(b"{}\n", &["--input", "trace"])).starts_with("stdin:1: "));
    let wide = "x: kvm_hypercall: nr 0xf00000001 a0 0x0 a1 0x0 a2 0x0 a3 0x0\n";
    assert!(stdout(&decode(wide.as_bytes(), &["--bits", "32"])).contains("KVM_HC_VAPIC_POLL_IRQ()"));
    assert!(stdout(&decode(wide.as_bytes(), &[])).contains("unknown"));
}

#[test]
fn a_file_that_cannot_be_read_fails_and_nothing_is_no_failure() {
    let output = hypercall(&["decode", "/no/such/trace"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot read /no/such/trace"), "{}", stderr(&output));
    let output = decode(b"", &[]);
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty());
    assert_eq!(hypercall(&["decode", "--input", "xml"]).status.code(), Some(2));
    let help = stdout(&hypercall(&["decode", "--help"]));
    assert!(help.contains("trace-cmd report | hypercall decode"), "{help}");
    assert!(help.contains("the first 20, then how many more"), "{help}");
    let arch = help.lines().find(|line| line.contains("of an architecture")).expect("--arch");
    for known in hypercall_core::Arch::ALL {
        assert!(arch.contains(known.name()), "{arch}");
    }
}
