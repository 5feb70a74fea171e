//! Starts the `hypercall` command and looks at what it prints.

#![allow(dead_code)] // each program of tests uses some of it

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the command, as a program of another architecture by the emulator that HYPERCALL_EMULATOR names.
pub fn hypercall(arguments: &[&str]) -> Output {
    hypercall_in(Path::new("."), arguments)
}

/// Runs it in a folder.
pub fn hypercall_in(folder: &Path, arguments: &[&str]) -> Output {
    const PROGRAM: &str = env!("CARGO_BIN_EXE_hypercall");
    let emulator = std::env::var("HYPERCALL_EMULATOR").unwrap_or_default();
    let mut words = emulator.split_whitespace().chain([PROGRAM]);
    let mut command = Command::new(words.next().expect("the program, at least"));
    command.args(words).args(arguments).current_dir(folder).output().expect("the command runs")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

#[allow(dead_code)] // not every program of tests reads one
pub fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("stdout holds JSON and nothing else")
}

pub fn check_calls(report: &Value, least: usize) {
    let calls = report["calls"].as_array().expect("calls");
    assert!(calls.len() >= least, "{} calls", calls.len());
    assert_eq!(report["passed"], calls.len());
    assert_eq!(report["failed"], 0);
    for call in calls {
        let keys: Vec<_> = call.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut expected = [
            "interface",
            "number",
            "name",
            "case",
            "mode",
            "cpl",
            "vcpu",
            "transport",
            "result",
            "expected",
            "ok",
            "ns",
        ];
        expected.sort_unstable();
        assert_eq!(keys, expected);
        for key in ["interface", "number", "name", "case", "mode", "transport", "result", "expected"] {
            assert!(call[key].is_string(), "{key} of {call}");
        }
        assert_eq!(call["ok"], true, "{call}");
        assert!(call["ns"].is_u64() || call["ns"].is_null());
    }
    let kick = calls.iter().find(|c| c["number"] == "5" && c["interface"] == "kvm").expect("number 5");
    assert_eq!(kick["name"], "KVM_HC_KICK_CPU");
}
