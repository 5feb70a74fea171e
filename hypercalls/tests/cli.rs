//! The `hypercall` command from the outside: what it prints, where, and with which exit status.
#![cfg(feature = "cli")]

mod command;

use command::{check_calls, hypercall, report, stderr, stdout};

#[test]
fn loopback_makes_the_list_over_every_convention() {
    for convention in ["kvm", "para-2007", "xen", "diag500", "epapr", "papr"] {
        let compiled = ["kvm", "diag500", "epapr"].contains(&convention);
        for via in ["registers", "list", "multicall"].into_iter().filter(|via| *via != "list" || compiled) {
            let run = ["--backend", "loopback", "--convention", convention, "--via", via, "--format", "json"];
            let output = hypercall(&run);
            assert!(output.status.success(), "{}", stderr(&output));
            let report = report(&output);
            assert_eq!(report["backend"], "loopback");
            assert_eq!(report["convention"], convention);
            assert_eq!(report["via"], via);
            check_calls(&report, 60);
        }
    }
}

#[test]
fn the_loopback_table_says_that_there_is_no_vcpu() {
    let output = hypercall(&["--backend", "loopback"]);
    assert!(output.status.success());
    let text = stdout(&output);
    let last = text.lines().last().expect("a summary");
    assert!(last.starts_with("backend loopback (no vCPU: the marshalling alone)"), "{last}");
    assert!(last.ends_with(" 0 failed"), "{last}");
    assert!(text.contains("KVM_HC_MAP_GPA_RANGE"));
}

#[test]
fn policies_change_what_is_expected_and_served() {
    let run = |policy: &str| {
        let output = hypercall(&["--backend", "loopback", "--policy", policy, "--format", "json"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let report = report(&output);
        let calls = report["calls"].as_array().expect("calls").clone();
        move |name: &str| {
            let call = calls.iter().find(|c| c["name"] == name && c["cpl"] == 0).expect("a call");
            call["result"].as_str().expect("text").to_string()
        }
    };
    const UNKNOWN: &str = "-KVM_ENOSYS (-1000)";
    let default = run("default");
    assert_eq!(default("KVM_HC_CLOCK_PAIRING"), "0");
    let confidential = run("confidential");
    assert_eq!(confidential("KVM_HC_CLOCK_PAIRING"), UNKNOWN);
    assert_eq!(confidential("KVM_HC_SCHED_YIELD"), "0");
    let strict = run("strict,allow=KVM_HC_SCHED_YIELD");
    assert_eq!(strict("KVM_HC_SCHED_YIELD"), "0");
    assert_eq!(strict("KVM_HC_KICK_CPU"), UNKNOWN);
}

#[test]
fn bad_usage_is_2_and_names_the_nearest_call() {
    for arguments in [
        &["--policy", "strict,allow=KVM_HC_KICK_CPUS"][..],
        &["--policy", "lenient"],
        &["--convention", "sysv"],
        &["--vcpus", "0"],
        &["--backend", "xen"],
        &["no-such-verb"],
        &["--backend", "loopback", "--transport", "pio"],
        &["--backend", "kvm", "--convention", "epapr"],
        &["--via", "list", "--convention", "xen"],
        &["--via", "list", "--transport", "exit-xen"],
    ] {
        let output = hypercall(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    let output = hypercall(&["--policy", "allow=KVM_HC_KICK_CPUS"]);
    assert!(stderr(&output).contains("did you mean KVM_HC_KICK_CPU?"), "{}", stderr(&output));
}

#[test]
fn version_and_help_are_there() {
    let version = hypercall(&["--version"]);
    assert_eq!(stdout(&version).trim(), concat!("hypercall ", env!("CARGO_PKG_VERSION")));
    let help = stdout(&hypercall(&["--help"]));
    assert!(help.contains("Examples:") && help.contains("--transport"), "{help}");
}

#[test]
fn a_benchmark_is_json_with_the_host_the_figures_and_nothing_else() {
    const OWN: &str = "dispatch/papr/64/same/hypercall";
    let picture = std::env::temp_dir().join(format!("hypercall-bench-{}.svg", std::process::id()));
    let path = picture.to_str().expect("text");
    let words =
        ["bench", "--only", &format!("{OWN},memory"), "--rounds", "1", "--format", "json", "--plot", path];
    let output = hypercall(&words);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = report(&output);
    let keys =
        |value: &serde_json::Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&report), ["host", "results"]);
    assert!(report["host"]["cpu"].is_string() && report["host"]["kernel"].is_string());
    assert!(report["host"]["cores"].is_u64() && report["host"]["kvm"]["usable"].is_boolean());
    let results = report["results"].as_array().expect("figures");
    for figure in results {
        assert_eq!(keys(figure), ["baseline", "id", "max", "min", "ratio", "rounds", "unit", "value"]);
        let number = |key: &str| figure[key].as_f64().expect("a number");
        assert!(number("min") <= number("value") && number("value") <= number("max"), "{figure}");
    }
    let of = |id: &str| results.iter().find(|figure| figure["id"] == id).expect(id);
    let (own, base) = (of(OWN), of("dispatch/papr/64/same/array"));
    assert_eq!((&own["baseline"], &own["rounds"]), (&base["id"], &1.into()));
    assert!(own["ratio"].as_f64() > Some(0.0) && base["ratio"].is_null() && base["baseline"].is_null());
    // A vCPU's counters in whole 256-byte blocks: one of calls for 64 and the unknown, two of errors and times.
    assert!(of("memory/vcpu/64")["value"].as_f64() >= Some(1024.0), "{}", of("memory/vcpu/64"));
    assert_eq!(results.iter().filter(|figure| figure["id"].as_str().unwrap().contains("bus")).count(), 0);
    let svg = std::fs::read_to_string(&picture).expect("a picture");
    std::fs::remove_file(&picture).expect("it was there");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains("hypercall"), "{svg}");
}

/// It needs no KVM.
#[test]
fn a_benchmark_shows_the_rate_of_decode_against_splitting_lines() {
    let output = hypercall(&["bench", "--only", "decode", "--rounds", "1", "--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = report(&output);
    let results = report["results"].as_array().expect("figures");
    let ids: Vec<_> = results.iter().map(|figure| figure["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ["decode/table", "decode/json", "decode/summary", "decode/split"]);
    for figure in results {
        assert_eq!(figure["unit"], "lines/s", "{figure}");
        assert!(figure["value"].as_f64() > Some(0.0), "{figure}");
    }
    for figure in &results[..3] {
        assert_eq!(figure["baseline"], "decode/split");
        let ratio = figure["ratio"].as_f64().expect("a ratio");
        assert!(ratio > 0.0 && ratio < 1.0, "splitting is the least of the work: {figure}");
    }
    let help = stdout(&hypercall(&["bench", "--help"]));
    assert!(help.contains("lines a second, where more is better"), "{help}");
}

#[test]
fn a_benchmark_that_there_is_not_is_bad_usage_that_says_what_there_is() {
    let output = hypercall(&["bench", "--only", "dispach"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let words = stderr(&output);
    assert!(words.contains("nothing is called dispach") && words.contains("dispatch/dense/64"), "{words}");
    let help = stdout(&hypercall(&["bench", "--help"]));
    assert!(help.contains("Examples:") && help.contains("--plot"), "{help}");
}
