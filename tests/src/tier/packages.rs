//! Whether each published crate builds from its package alone, against the packages of the others.

use std::path::PathBuf;

use crate::exec::Invocation;
use crate::session::Session;
use crate::workspace::{Workspace, cargo};

/// The command that packages and builds them. A tree with changes that are not committed is packaged as it is.
///
/// Cargo takes a package for something that never changes: it unpacks it once into its home and builds it once. These
/// change without a new version, so what earlier runs left of them is removed first.
pub fn check(session: &Session, workspace: &Workspace) -> Invocation {
    let target = workspace.target_directory.join("package-check");
    if let Err(error) = forget(workspace, &target) {
        session.say(format_args!("what earlier runs left of the packages: {error}"));
    }
    cargo().args(["package", "--allow-dirty", "--target-dir"]).arg(target).args(workspace.each_published())
}

fn forget(workspace: &Workspace, target: &std::path::Path) -> Result<(), String> {
    if target.is_dir() {
        let clean = cargo().args(["clean", "--quiet", "--target-dir"]).arg(target);
        clean.args(workspace.each_published()).query()?;
    }
    let Some(home) = cargo_home() else { return Ok(()) };
    // One folder for each registry; those of no host, whose names begin with a dash, are made of packages on disk.
    let registries = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    for registry in registries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"-")) {
        for package in workspace.published() {
            let unpacked = registry.path().join(format!("{}-{}", package.name, package.version));
            if unpacked.is_dir() {
                std::fs::remove_dir_all(&unpacked)
                    .map_err(|error| format!("{}: {error}", unpacked.display()))?;
            }
        }
    }
    Ok(())
}

fn cargo_home() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home)
}
