//! Builds test binaries and runs each as a step of its own, so that one that aborts or hangs takes no other with it and
//! its output cannot be mistaken for another's.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::tally::Tally;
use crate::workspace::{Package, Target, Workspace, cargo, cargo_path};

const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
const DOC_LIMIT: Duration = Duration::from_secs(15 * 60);
const TEST_LIMIT: Duration = Duration::from_secs(5 * 60);

/// Tests to build and run.
pub struct Suite<'a> {
    /// The packages and, for another machine, the target, as arguments of cargo.
    pub selection: Vec<String>,
    /// Set for cargo and for the tests.
    pub env: Vec<(OsString, OsString)>,
    /// What runs a test binary: nothing, or an emulator and its arguments.
    pub emulator: Vec<OsString>,
    /// Which test binaries.
    pub wanted: &'a dyn Fn(&Target) -> bool,
    /// Also the examples in the documentation.
    pub doc: bool,
}

/// What cargo says about a test binary that it built.
#[derive(Deserialize)]
struct Artifact {
    package_id: String,
    target: Target,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

impl Suite<'_> {
    /// Builds and runs the tests.
    pub fn run(&self, session: &Session, workspace: &Workspace) -> Tally {
        let mut tally = Tally::default();
        // Unlike `cargo test --no-run` this can go on after an error, and builds the same.
        let build = self.cargo("build").args([
            "--tests",
            "--examples",
            "--keep-going",
            "--message-format",
            "json-render-diagnostics",
        ]);
        let (built, messages) = session.capture(&Step {
            name: "build the tests",
            invocation: &build,
            verdict: Verdict::Check,
            limit: BUILD_LIMIT,
        });
        if built.failed > 0 {
            tally.add(built);
        }
        let mut binaries: Vec<Artifact> =
            artifacts(&messages).filter(|artifact| (self.wanted)(&artifact.target)).collect();
        // Cargo names them in the order in which their builds ended.
        binaries.sort_by_cached_key(|artifact| (artifact.package_id.clone(), artifact.target.label()));
        for artifact in &binaries {
            let (Some(package), Some(executable)) =
                (workspace.package(&artifact.package_id), &artifact.executable)
            else {
                continue;
            };
            let invocation = self.invocation(package, executable.into());
            tally.add(session.run(&Step {
                name: &format!("{} {}", package.name, artifact.target.label()),
                invocation: &invocation,
                verdict: Verdict::TestBinary,
                limit: TEST_LIMIT,
            }));
        }
        if self.doc {
            tally.add(session.run(&Step {
                name: "documentation",
                invocation: &self.cargo("test").args(["--doc", "--no-fail-fast"]),
                verdict: Verdict::DocTests,
                limit: DOC_LIMIT,
            }));
        }
        tally.or_empty_is_failure()
    }

    fn cargo(&self, command: &str) -> Invocation {
        cargo().args([command, "--all-features"]).args(&self.selection).envs(&self.env)
    }

    /// Starts a test binary as cargo does: in its package's folder and with the variables that describe the package.
    fn invocation(&self, package: &Package, executable: OsString) -> Invocation {
        let mut line = self.emulator.iter().cloned().chain([executable]);
        Invocation::new(line.next().unwrap_or_default())
            .args(line)
            .arg("--show-output")
            .dir(package.dir())
            .env("CARGO", cargo_path())
            .env("CARGO_MANIFEST_DIR", package.dir())
            .env("CARGO_MANIFEST_PATH", &package.manifest_path)
            .env("CARGO_PKG_NAME", &package.name)
            .env("CARGO_PKG_VERSION", &package.version)
            .envs(&self.env)
    }
}

/// A program that cargo built.
pub struct Executable {
    /// Cargo's name of its package.
    pub package_id: String,
    /// What it is.
    pub target: Target,
    /// The file.
    pub executable: PathBuf,
}

/// The programs in cargo's messages, test binaries and others.
pub fn executables(messages: &str) -> impl Iterator<Item = Executable> {
    parse(messages).filter_map(|Artifact { package_id, target, executable, .. }| {
        Some(Executable { package_id, target, executable: executable? })
    })
}

fn artifacts(messages: &str) -> impl Iterator<Item = Artifact> {
    parse(messages).filter(|artifact| artifact.profile.test && artifact.executable.is_some())
}

fn parse(messages: &str) -> impl Iterator<Item = Artifact> {
    // Other messages have other fields and do not parse.
    messages.lines().filter_map(|line| serde_json::from_str(line).ok())
}

impl Target {
    /// `lib`, `bin hypercall`, `test dispatch`.
    fn label(&self) -> String {
        match self.kind.first().map(String::as_str) {
            Some("lib" | "proc-macro") | None => "lib".to_owned(),
            Some(kind) => format!("{kind} {}", self.name),
        }
    }

    /// Whether these tests need /dev/kvm: integration tests with `kvm` as a word of their name.
    pub fn is_kvm_test(&self) -> bool {
        self.is_test_with("kvm")
    }

    /// Whether these tests need a browser: integration tests with `browser` as a word of their name.
    pub fn is_browser_test(&self) -> bool {
        self.is_test_with("browser")
    }

    /// Whether these tests need the tools that documents are for: integration tests with `documents` as a word of
    /// their name.
    pub fn is_documents_test(&self) -> bool {
        self.is_test_with("documents")
    }

    fn is_test_with(&self, word: &str) -> bool {
        self.kind.iter().any(|kind| kind == "test") && self.name.split(['_', '-']).any(|w| w == word)
    }

    /// Whether these tests run the compiler, which is this machine's on whatever machine the code is for.
    pub fn is_compiler_test(&self) -> bool {
        std::fs::read_to_string(&self.src_path).is_ok_and(|source| source.contains("trybuild::"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: &str = include_str!("samples/build.json");

    fn integration_test(name: &str) -> Target {
        Target { name: name.to_owned(), kind: vec!["test".to_owned()], src_path: PathBuf::new() }
    }

    #[test]
    fn the_test_binaries_are_found_among_cargos_messages() {
        let labels: Vec<String> = artifacts(MESSAGES)
            .map(|artifact| format!("{} {}", artifact.package_id, artifact.target.label()))
            .collect();
        // Not the dependency, the plain library and the program that were built on the way.
        assert_eq!(
            labels,
            [
                "path+file:///src/lt#0.1.0 bin lt",
                "path+file:///src/lt#0.1.0 lib",
                "path+file:///src/lt#0.1.0 test on_kvm"
            ]
        );
    }

    /// A package whose tests go wrong in several ways, built and run for real.
    #[test]
    fn what_does_not_build_aborts_or_leaves_early_is_red_and_the_rest_still_runs() {
        let dir = std::env::temp_dir().join(format!("hypercall-tests-suite-{}", std::process::id()));
        let write = |file: &str, text: &str| {
            let path = dir.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[package]\nname = \"fixture\"\nedition = \"2024\"\n[workspace]\n");
        write(
            "src/lib.rs",
            "#[test] fn a() {}\n#[test] fn b() { assert_eq!(env!(\"CARGO_MANIFEST_DIR\"), std::env::var(\"CARGO_MANIFEST_DIR\").unwrap()) }",
        );
        write("tests/aborts.rs", "#[test] fn a() { std::process::abort() }");
        write("tests/leaves.rs", "#[test] fn a() { std::process::exit(0) }");
        write("tests/fails.rs", "#[test] fn a() { panic!() }\n#[test] fn b() {}");
        write("tests/unable.rs", "#[test] fn a() { println!(\"NOT RUN: no moon\") }");
        write("tests/unbuildable.rs", "#[test] fn a() { let number: u8 = \"\"; }");

        let selection = vec!["--manifest-path".to_owned(), dir.join("Cargo.toml").display().to_string()];
        let target = dir.join("target");
        let env = vec![("CARGO_TARGET_DIR".into(), target.clone().into_os_string())];
        let session = Session::new(&target, false).unwrap();
        let workspace = Workspace::load(&selection).unwrap();
        let suite = Suite { selection, env, emulator: Vec::new(), wanted: &|_| true, doc: false };
        let tally = suite.run(&session, &workspace);
        std::fs::remove_dir_all(&dir).unwrap();

        // Passed: two of the library and one of `fails`. Failed: one of `fails`, and once each the build, `aborts` and
        // `leaves`.
        assert_eq!((tally.passed, tally.failed, tally.not_run), (3, 4, 1), "{tally:?}");
        for reason in [
            "build the tests: ended with status 101",
            "fixture test aborts: killed by signal 6",
            "fixture test leaves: ended with status 0 and without a test result",
            "fixture test fails: a test failed",
            "no moon",
        ] {
            assert!(tally.reasons.iter().any(|known| known == reason), "{reason}: {tally:?}");
        }
    }

    #[test]
    fn a_kvm_test_is_told_by_a_word_of_its_name() {
        assert!(integration_test("kvm").is_kvm_test());
        assert!(integration_test("catalogue_on_kvm").is_kvm_test());
        assert!(!integration_test("kvmclock").is_kvm_test());
        let library = Target { kind: vec!["lib".to_owned()], ..integration_test("kvm") };
        assert!(!library.is_kvm_test());
        assert!(
            integration_test("browser").is_browser_test() && !integration_test("browsers").is_browser_test()
        );
    }
}
