//! What the manifest of the author's crate says, and whether the crate will do.

use std::path::{Path, PathBuf};

use crate::workspace::Workspace;

/// The author's crate.
#[derive(Debug, PartialEq, Eq)]
pub struct Author {
    /// The package's name.
    pub name: String,
    /// Its folder.
    pub dir: PathBuf,
    /// Those of its features that a program with the standard library enables.
    pub std_features: Vec<String>,
    /// Sources, as `[patch]` names them, from which it has packages of this workspace: these are used instead.
    pub patched: Vec<String>,
}

/// Reads the crate in a folder.
///
/// # Errors
/// One line for the user: there is no such crate, it has no library, or not this project's `hypercalls`.
pub fn load(path: &Path, this: &Workspace) -> Result<Author, String> {
    let shown = path.display();
    let dir = path.canonicalize().map_err(|error| format!("--with {shown}: {error}"))?;
    let manifest = dir.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(format!("--with {shown}: there is no Cargo.toml in that folder"));
    }
    let arguments = ["--manifest-path".to_owned(), manifest.display().to_string()];
    let theirs = Workspace::load(&arguments).map_err(|error| format!("--with {shown}: {error}"))?;
    let package =
        theirs.packages.into_iter().find(|package| package.manifest_path == manifest).ok_or_else(|| {
            format!("--with {shown}: that is a workspace; give the folder of one package of it")
        })?;
    if !package.is_library() {
        return Err(format!("--with {shown}: {} has no library", package.name));
    }
    let ours = |name: &str| this.published().find(|package| package.name == name);
    if !package.dependencies.iter().any(|dependency| dependency.name == "hypercalls") {
        let name = &package.name;
        return Err(format!("--with {shown}: {name} does not depend on `hypercalls`, so it has no cases"));
    }
    let mut patched = Vec::new();
    for dependency in &package.dependencies {
        let Some(our) = ours(&dependency.name) else { continue };
        match (&dependency.source, &dependency.path) {
            (_, Some(path)) if path.canonicalize().ok().as_deref() != Some(our.dir()) => {
                return Err(format!(
                    "--with {shown}: {} depends on the {} in {}, and this one is in {}",
                    package.name,
                    our.name,
                    path.display(),
                    our.dir().display()
                ));
            }
            (Some(source), None) => patched.push(patch_key(source)),
            _ => {}
        }
    }
    patched.sort();
    patched.dedup();
    let std_features = ["default", "std"].map(str::to_owned);
    let std_features = std_features.into_iter().filter(|name| package.features.contains_key(name)).collect();
    Ok(Author { name: package.name, dir, std_features, patched })
}

/// The key of `[patch]` for a source: `crates-io`, or the address of a repository.
fn patch_key(source: &str) -> String {
    match source.strip_prefix("git+") {
        Some(address) => address.split(['?', '#']).next().unwrap_or_default().to_owned(),
        None => "crates-io".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_patched_by_its_address() {
        assert_eq!(patch_key("registry+https://github.com/rust-lang/crates.io-index"), "crates-io");
        assert_eq!(
            patch_key("git+https://example.com/hypercall?branch=main#abc"),
            "https://example.com/hypercall"
        );
    }

    #[test]
    fn what_will_not_do_is_said_in_one_line() {
        let this = Workspace::load(&[]).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let why = |path: &str| load(&root.join(path), &this).unwrap_err();
        assert!(why("no-such-folder").ends_with("No such file or directory (os error 2)"));
        assert!(why("docs").ends_with("there is no Cargo.toml in that folder"));
        assert!(why("").ends_with("that is a workspace; give the folder of one package of it"));
        assert!(why("examples/tiny-vmm").ends_with("tiny-vmm has no library"));
        assert!(why("core").ends_with("hypercall-core does not depend on `hypercalls`, so it has no cases"));
        for refused in ["no-such-folder", "docs", "", "examples/tiny-vmm", "core"] {
            assert_eq!(why(refused).lines().count(), 1, "{refused}");
        }
    }

    #[test]
    fn the_example_will_do() {
        let this = Workspace::load(&[]).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
        let author = load(&root.join("examples/acme-calls"), &this).unwrap();
        assert_eq!(author.name, "acme-calls");
        assert_eq!(author.dir, root.join("examples/acme-calls"));
        assert!(author.patched.is_empty(), "{author:?}");
    }
}
