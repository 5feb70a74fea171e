//! What the compiler and its tools say about the source. Each line of output is one check.

use std::time::Duration;

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::setup;
use crate::tally::Tally;
use crate::tier::{c_header, call_path, packages};
use crate::workspace::{Package, Workspace, cargo};

const LIMIT: Duration = Duration::from_secs(20 * 60);
/// A target with neither an operating system nor a standard library.
const BARE: &str = "x86_64-unknown-none";

/// Runs the row.
pub fn run(session: &Session, workspace: &Workspace) -> Tally {
    let mut lints = Lints { session, tally: Tally::default() };
    lints.with("rustfmt", setup::component(session, "rustfmt", "fmt"), |lints| {
        lints.check("rustfmt", cargo().args(["fmt", "--all", "--check", "--", "--color", "never"]));
    });
    lints.with("clippy", setup::component(session, "clippy", "clippy"), |lints| {
        lints.check("clippy", clippy(["--workspace", "--all-targets", "--all-features"]));
        lints.features(workspace);
        lints.with(BARE, setup::rust_target(session, BARE), |lints| lints.no_std(workspace));
    });
    lints.check(
        "rustdoc",
        cargo()
            .args(["doc", "--workspace", "--no-deps", "--all-features"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    );
    lints.oldest_rust(workspace);
    lints.check("packages", packages::check(session, workspace));
    lints.tally.add(call_path::run(session, workspace));
    lints.tally.add(c_header::check(session, workspace));
    lints.tally
}

struct Lints<'a> {
    session: &'a Session,
    tally: Tally,
}

impl Lints<'_> {
    /// Runs `checks` if what they need is there; else that is a failure.
    fn with(&mut self, what: &str, need: Result<(), String>, checks: impl FnOnce(&mut Self)) {
        match need {
            Ok(()) => checks(self),
            Err(line) => {
                let missing = format!("{what}: {line}");
                self.session.say(&missing);
                self.tally.add(Tally::failure(missing));
            }
        }
    }

    fn check(&mut self, name: &str, invocation: Invocation) {
        let step = Step { name, invocation: &invocation, verdict: Verdict::Check, limit: LIMIT };
        self.tally.add(self.session.run(&step));
    }

    /// Each crate without its default features, and with each feature alone: a `cfg` that forgets a feature builds only
    /// when another one happens to bring what it uses.
    fn features(&mut self, workspace: &Workspace) {
        for package in libraries(workspace) {
            let alone = package.features.keys().map(String::as_str).filter(|feature| *feature != "default");
            for feature in std::iter::once("").chain(alone) {
                self.check(
                    &format!(
                        "{} with {}",
                        package.name,
                        if feature.is_empty() { "no feature" } else { feature }
                    ),
                    clippy(["--package", &package.name, "--no-default-features", "--features", feature]),
                );
            }
        }
    }

    /// Each crate where there is no standard library, also with the guest's side where it has one.
    fn no_std(&mut self, workspace: &Workspace) {
        for package in libraries(workspace) {
            let guest = if package.features.contains_key("guest") { "guest" } else { "" };
            self.check(
                &format!("{} on {BARE}", package.name),
                clippy([
                    "--package",
                    &package.name,
                    "--lib",
                    "--target",
                    BARE,
                    "--no-default-features",
                    "--features",
                    guest,
                ]),
            );
        }
    }

    /// The published crates with the oldest Rust that they promise.
    fn oldest_rust(&mut self, workspace: &Workspace) {
        let Some(version) = workspace.oldest_rust() else {
            self.tally.add(Tally::failure("no rust-version is declared"));
            return;
        };
        if let Err(line) = setup::toolchain(self.session, &version) {
            let missing = format!("Rust {version}: {line}");
            self.session.say(&missing);
            self.tally.add(Tally::not_run(missing));
            return;
        }
        let build = Invocation::new("rustup")
            .args(["run", &version, "cargo", "check", "--all-features"])
            .args(workspace.each_published())
            .env("CARGO_TERM_COLOR", "never");
        self.check(&format!("Rust {version}"), build);
    }
}

fn clippy<'a>(args: impl IntoIterator<Item = &'a str>) -> Invocation {
    cargo().arg("clippy").args(args).args(["--", "--deny", "warnings"])
}

/// The published crates that run where a VMM or a guest runs.
fn libraries(workspace: &Workspace) -> impl Iterator<Item = &Package> {
    workspace.published().filter(|package| package.is_library() && !package.is_macro())
}
