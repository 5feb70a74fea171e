//! What `cargo metadata` says about the workspace.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::exec::Invocation;

/// The workspace.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    /// Its packages.
    pub packages: Vec<Package>,
    /// Its folder.
    pub workspace_root: PathBuf,
    /// Where cargo builds.
    pub target_directory: PathBuf,
}

/// One package.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Cargo's own name of it, as in build messages.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its manifest.
    pub manifest_path: PathBuf,
    /// Its features.
    pub features: std::collections::BTreeMap<String, Vec<String>>,
    /// Its libraries, programs, tests and examples.
    pub targets: Vec<Target>,
    /// The oldest Rust it promises to build with, such as `1.88`.
    pub rust_version: Option<String>,
    /// What it depends on.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    /// Registries it may be published to: all if absent, none if empty.
    pub publish: Option<Vec<String>>,
}

/// A dependency as a manifest has it.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// Where it is from, such as `registry+https://...` or `git+https://...`; absent for a folder.
    pub source: Option<String>,
    /// The folder, if it is one.
    pub path: Option<PathBuf>,
}

/// One library, program, test or example of a package.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// `lib`, `proc-macro`, `bin`, `test`, `example`, `bench`.
    pub kind: Vec<String>,
    /// Its main source file.
    pub src_path: PathBuf,
}

impl Workspace {
    /// Asks cargo for the workspace of the working directory, or of `--manifest-path` among `args`.
    pub fn load(args: &[String]) -> Result<Workspace, String> {
        let query = cargo().args(["metadata", "--format-version", "1", "--no-deps"]).args(args);
        let json = query.query()?;
        serde_json::from_str(&json).map_err(|error| format!("cargo metadata: {error}"))
    }

    /// The package with this id.
    pub fn package(&self, id: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.id == id)
    }

    /// The packages that are published, which are those that other people's VMMs build on.
    pub fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.publish.as_ref().is_none_or(|to| !to.is_empty()))
    }

    /// `--package NAME` for each of them.
    pub fn each_published(&self) -> impl Iterator<Item = &str> {
        self.published().flat_map(|package| ["--package", &package.name])
    }

    /// The oldest Rust that the workspace promises, as a toolchain name: `1.88.0`.
    pub fn oldest_rust(&self) -> Option<String> {
        let version = self.published().find_map(|package| package.rust_version.clone())?;
        Some(if version.split('.').count() < 3 { version + ".0" } else { version })
    }
}

impl Package {
    /// Its folder.
    pub fn dir(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }

    /// Whether it is a procedural macro, which runs in the compiler and so only ever on this machine.
    pub fn is_macro(&self) -> bool {
        self.has("proc-macro")
    }

    /// Whether it has a library.
    pub fn is_library(&self) -> bool {
        self.has("lib")
    }

    fn has(&self, kind: &str) -> bool {
        self.targets.iter().any(|target| target.kind.iter().any(|k| k == kind))
    }
}

/// The cargo that started the runner, or that of PATH.
pub fn cargo() -> Invocation {
    Invocation::new(cargo_path()).env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never")
}

/// See [`cargo`].
pub fn cargo_path() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_workspace_is_read() {
        let workspace = Workspace::load(&[]).unwrap();
        let core = workspace.published().find(|package| package.name == "hypercall-core").unwrap();
        assert!(core.is_library() && !core.is_macro());
        assert!(workspace.published().all(|package| package.name != "hypercall-tests"));
        assert_eq!(workspace.oldest_rust().as_deref(), Some("1.88.0"));
    }
}
