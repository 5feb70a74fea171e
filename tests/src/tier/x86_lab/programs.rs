//! What the emulated machines run: the `hypercall` command and the tests on KVM, linked statically.

use std::path::PathBuf;
use std::time::Duration;

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::suite;
use crate::tally::Tally;
use crate::workspace::{Workspace, cargo};

use super::expect::Probed;

/// Named although it is this machine's, so that what runs at build time is not linked statically.
pub const TRIPLE: &str = "x86_64-unknown-linux-gnu";
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
const PROBE_LIMIT: Duration = Duration::from_secs(60);
const COMPILE_LIMIT: Duration = Duration::from_secs(5 * 60);
/// The test whose guests are C code, and what of it needs no compiler where the guests are handed over.
const C_TEST: (&str, &str) = ("kvm_c_header", "every_convention_by_vmcall_and_vmmcall");
/// Seconds that a program may take in the machine.
const TASK_LIMIT: u32 = 240;

/// The programs.
pub struct Programs {
    /// The `hypercall` command.
    pub command: PathBuf,
    /// The first process.
    pub init: PathBuf,
    /// Guests of C code, compiled.
    pub guests: Vec<PathBuf>,
    /// Test binaries, by name.
    tests: Vec<(String, PathBuf)>,
}

/// Something for a machine to do.
#[derive(Clone, Debug)]
pub struct Task {
    /// What it is, for the progress report.
    pub name: String,
    /// How its answer is judged.
    pub kind: Kind,
    /// The test binary, if it is one.
    pub test: Option<PathBuf>,
    words: String,
}

/// How an answer is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `hypercall probe`.
    Probe,
    /// `hypercall run` over the transport.
    Run(&'static str),
    /// `hypercall run` over a transport that the kernel has not.
    Refused,
    /// `hypercall bench` of the exits that few hosts deliver. Its figures are an emulator's and of no matter.
    Bench,
    /// A test binary.
    Test,
}

impl Task {
    fn hypercall(kind: Kind, words: &str) -> Task {
        let name = format!("hypercall {words}");
        Task { words: format!("/hypercall {words} --format json"), name, kind, test: None }
    }

    /// As the first process reads it.
    pub fn command(&self) -> String {
        format!("{TASK_LIMIT} {}", self.words)
    }
}

impl Programs {
    /// The probe, the cases over every transport (those of KVM_EXIT_XEN to be refused if there is no `xen`), and the
    /// tests of these names.
    pub fn tasks(&self, xen: bool, wanted: impl Fn(&str) -> bool) -> Vec<Task> {
        let run = |transport, more: &str| {
            let words = format!("run --backend kvm --transport {transport}{more}");
            Task::hypercall(Kind::Run(transport), &words)
        };
        let mut tasks = vec![
            Task::hypercall(Kind::Probe, "probe"),
            run("pio", ""),
            run("mmio", " --vcpus 2"),
            run("exit-hypercall", ""),
            run("exit-hypercall", " --instruction vmcall"),
            run("pio", " --via multicall"),
            run("pio", " --via ring"),
            run("pio", " --convention para-2007"),
            run("pio", " --convention xen"),
            run("mmio", " --convention xen --vcpus 2"),
        ];
        // Of this processor `vmmcall` is the own; it is what each convention's list is made with.
        let exits = [
            run("exit-xen", ""),
            run("exit-xen", " --instruction vmcall"),
            run("exit-xen", " --vcpus 2 --policy user-mode"),
            run("exit-xen", " --via multicall"),
            run("exit-xen", " --via ring"),
            run("exit-xen", " --convention para-2007"),
            run("exit-xen", " --convention para-2007 --instruction vmcall"),
            run("exit-xen", " --convention xen"),
            run("exit-xen", " --convention xen --via multicall --vcpus 2 --policy user-mode"),
            run("exit-xen", " --convention xen --via ring --vcpus 2 --policy user-mode"),
            run("exit-xen", " --convention xen --instruction vmcall"),
        ];
        if xen {
            tasks.extend(exits);
            tasks.push(Task::hypercall(
                Kind::Bench,
                "bench --rounds 1 --only kvm/exit-hypercall,kvm/exit-xen",
            ));
        } else {
            tasks.extend(exits.map(|task| Task { kind: Kind::Refused, ..task }));
        }
        for (name, path) in self.tests.iter().filter(|(name, _)| wanted(name)) {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            // One after the other: the machine has one CPU, and breakpoints of two guests that take turns on it were once
            // seen to be lost there.
            let only = if name == C_TEST.0 { format!(" --exact {}", C_TEST.1) } else { String::new() };
            let words = format!("/{file} --show-output --test-threads=1{only}");
            tasks.push(Task { name: name.clone(), kind: Kind::Test, test: Some(path.clone()), words });
        }
        tasks
    }

    /// What the probe says on this machine, if it has a KVM.
    pub fn probe_here(&self, session: &Session) -> Option<Probed> {
        std::fs::File::options().read(true).write(true).open("/dev/kvm").ok()?;
        let invocation = Invocation::new(&self.command).args(["probe", "--format", "json"]);
        let name = "hypercall probe on this machine";
        let step = Step { name, invocation: &invocation, verdict: Verdict::Check, limit: PROBE_LIMIT };
        let (_, printed) = session.capture(&step);
        Probed::parse(&printed).ok()
    }
}

/// Builds them.
pub fn build(session: &Session, workspace: &Workspace) -> Result<Programs, Tally> {
    let build = cargo()
        .args(["build", "--target", TRIPLE, "--all-features", "--message-format", "json-render-diagnostics"])
        .args(["--package", "hypercalls", "--bin", "hypercall"])
        .args(["--package", "hypercall-tests", "--bin", "hypercall-lab-init"])
        .args(["--package", "hypercall-arch-x86", "--test", "*kvm*"])
        .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-C target-feature=+crt-static")
        // They are copied into the machine's memory.
        .env("CARGO_PROFILE_DEV_STRIP", "symbols")
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    let name = "build the static programs";
    let step = Step { name, invocation: &build, verdict: Verdict::Check, limit: BUILD_LIMIT };
    let (built, messages) = session.capture(&step);
    if built.failed > 0 {
        return Err(built);
    }
    let (mut command, mut init, mut tests) = (None, None, Vec::new());
    for artifact in suite::executables(&messages) {
        let package = workspace.package(&artifact.package_id).map_or("", |package| package.name.as_str());
        match artifact.target.name.as_str() {
            "hypercall" => command = Some(artifact.executable),
            "hypercall-lab-init" => init = Some(artifact.executable),
            // Those of the command's package start the command, which is not where they look for it.
            name if artifact.target.is_kvm_test() && package != "hypercalls" => {
                tests.push((name.to_owned(), artifact.executable));
            }
            _ => {}
        }
    }
    tests.sort();
    match (command, init) {
        (Some(command), Some(init)) if !tests.is_empty() => {
            let guests = guests(session, &tests)?;
            Ok(Programs { command, init, guests, tests })
        }
        _ => Err(Tally::failure("cargo built no static programs")),
    }
}

/// Has the test leave its guests here, where there is a compiler; how it ends on this machine's KVM is for another row.
fn guests(session: &Session, tests: &[(String, PathBuf)]) -> Result<Vec<PathBuf>, Tally> {
    let (name, only) = C_TEST;
    let Some((_, test)) = tests.iter().find(|(test, _)| test == name) else {
        return Err(Tally::failure(format!("cargo built no {name}")));
    };
    let folder = session.tools().join("c-guests");
    let failed = |error| Tally::failure(format!("{}: {error}", folder.display()));
    // Those of an earlier header would be taken for this one's.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let invocation = Invocation::new(test).args(["--exact", only]).env("HYPERCALL_C_GUESTS", &folder);
    let name = "compile the C guests";
    let step = Step { name, invocation: &invocation, verdict: Verdict::Check, limit: COMPILE_LIMIT };
    session.run(&step);
    let found = std::fs::read_dir(&folder).map_err(failed)?;
    let found: Vec<PathBuf> = found.flatten().map(|entry| entry.path()).collect();
    if found.is_empty() { Err(Tally::failure("no C guest was compiled")) } else { Ok(found) }
}
