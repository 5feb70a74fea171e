//! `--with PATH`: a VMM author's own hypercall crate, put through everything that makes the conformance cases.
//!
//! A workspace is generated below the target folder, see [`mirror`]. In it the programs and images are the same as
//! ever, but the `hypercalls` that they are built with has the author's crate linked to it, and so its definitions,
//! handlers and cases.

mod author;
mod mirror;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::Arch;
use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::report::Row;
use crate::session::{Session, Step};
use crate::setup;
use crate::tally::Tally;
use crate::tier::{Plan, Tier, bare_metal, ppc_kvm, qemu_user};
use crate::workspace::{Workspace, cargo};

/// The package that makes the cases as a program of an operating system's.
const PROGRAM: &str = "hypercall-image-hosted";
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
const RUN_LIMIT: Duration = Duration::from_secs(5 * 60);

/// The author's crate, and the workspace that was generated for it.
pub struct With {
    crate_name: String,
    workspace: Workspace,
    wrapper: PathBuf,
}

impl With {
    /// Generates the workspace, and makes it the working directory: from here on cargo builds there.
    ///
    /// `path` is relative to where the user started the runner.
    pub fn enter(path: &Path, this: &Workspace) -> Result<With, String> {
        let from = std::env::var_os("TESTS_RUN_FROM").map(PathBuf::from).unwrap_or_default();
        let author = author::load(&from.join(path), this)?;
        let root = mirror::generate(&author, this)?;
        std::env::set_current_dir(&root).map_err(|error| format!("{}: {error}", root.display()))?;
        let workspace = Workspace::load(&[])?;
        Ok(With { crate_name: author.name, workspace, wrapper: root.join(mirror::WRAPPER) })
    }

    /// Runs a row. Whatever fails in it is in the row; the other rows still run.
    pub fn run(&self, plan: &Plan, session: &Session) -> Row {
        let tally = match (plan.tier, plan.arch) {
            (Tier::Host, _) => self.here(session, &[]),
            (Tier::Kvm, Arch::X86_64) if !has_kvm() => {
                let reason = "/dev/kvm cannot be opened";
                session.say(reason);
                Tally::not_run(reason)
            }
            (Tier::Kvm, Arch::X86_64) => self.here(session, &["kvm"]),
            (Tier::QemuUser, arch) => self.emulated(arch, session),
            (tier, arch) => self.image(tier, arch, session),
        };
        Row::new(plan, tally)
    }

    fn here(&self, session: &Session, arguments: &[&str]) -> Tally {
        if let Err(tally) = self.compile(session, None, true) {
            return tally;
        }
        let build = cargo().args(["build", "--package", PROGRAM]);
        self.build_and_run(session, &build, |program| {
            Invocation::new(program).args(arguments.iter().copied())
        })
    }

    fn emulated(&self, arch: Arch, session: &Session) -> Tally {
        let tools = match qemu_user::tools(arch, session) {
            Ok(tools) => tools,
            Err(missing) => {
                session.say(&missing);
                return Tally::failure(missing);
            }
        };
        if let Err(tally) = self.compile(session, Some(tools.triple), true) {
            return tally;
        }
        let build = cargo().args(["build", "--package", PROGRAM, "--target", tools.triple]).envs(&tools.env);
        self.build_and_run(session, &build, |program| {
            let mut line = tools.emulator.iter().cloned().chain([program.into()]);
            Invocation::new(line.next().unwrap_or_default()).args(line)
        })
    }

    /// A row whose image has no use for an argument.
    fn image(&self, tier: Tier, arch: Arch, session: &Session) -> Tally {
        let Some(triple) = qemu_user::triple(arch) else { return Tally::failure("no such image") };
        // Where it is missing the row says so.
        if setup::rust_target(session, triple).is_ok()
            && let Err(tally) = self.compile(session, Some(triple), tier == Tier::Kvm)
        {
            return tally;
        }
        match tier {
            Tier::Kvm => ppc_kvm::linked(session, &self.workspace),
            _ => {
                let mut tally = bare_metal::linked(arch, session, &self.workspace);
                if tally.reasons.iter().any(|reason| reason.starts_with(bare_metal::BUILD)) {
                    let name = &self.crate_name;
                    tally.because(format!("is {name} `no_std` without its default features?"));
                }
                tally
            }
        }
    }

    /// Compiles the author's crate alone, so that a crate that does not is told from anything else that fails.
    fn compile(&self, session: &Session, triple: Option<&str>, std: bool) -> Result<(), Tally> {
        let target = triple.map(|triple| ["--target", triple]);
        let features = std.then_some(["--features", "std"]);
        let invocation = cargo()
            .args(["check", "--lib"])
            .args(target.into_iter().flatten())
            .args(features.into_iter().flatten())
            .dir(&self.wrapper);
        let name = format!("check {} for {}", self.crate_name, triple.unwrap_or(std::env::consts::ARCH));
        let step = Step { name: &name, invocation: &invocation, verdict: Verdict::Check, limit: BUILD_LIMIT };
        let mut tally = session.run(&step);
        if tally.failed == 0 {
            return Ok(());
        }
        let std = if std { "" } else { ", without the standard library" };
        let triple = triple.unwrap_or("this machine");
        tally.reasons = vec![format!("{} does not compile for {triple}{std}", self.crate_name)];
        Err(tally)
    }

    fn build_and_run(
        &self,
        session: &Session,
        build: &Invocation,
        run: impl FnOnce(PathBuf) -> Invocation,
    ) -> Tally {
        let step = Step {
            name: "build the program",
            invocation: &build.clone().args(["--message-format", "json-render-diagnostics"]),
            verdict: Verdict::Check,
            limit: BUILD_LIMIT,
        };
        let (built, messages) = session.capture(&step);
        if built.failed > 0 {
            return built;
        }
        let Some(program) = executable(&messages) else {
            return Tally::failure("cargo names no program that it built");
        };
        session.run(&Step {
            name: "cases",
            invocation: &run(program),
            verdict: Verdict::LinkedImage,
            limit: RUN_LIMIT,
        })
    }
}

fn has_kvm() -> bool {
    std::fs::File::options().read(true).write(true).open("/dev/kvm").is_ok()
}

/// The last program among cargo's messages.
fn executable(messages: &str) -> Option<PathBuf> {
    #[derive(serde::Deserialize)]
    struct Message {
        executable: Option<PathBuf>,
    }
    messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok()?.executable).next_back()
}
