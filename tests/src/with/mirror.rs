//! The workspace in which programs and images are built with the author's crate.
//!
//! ```text
//! target/with/acme-calls/
//!   Cargo.toml     this workspace's, with other members and absolute paths
//!   Cargo.lock     a copy, so that the same versions are tested
//!   wrapper/       a package `hypercalls` that exports all of the real one, and links the author's crate
//!   images/*       links to the packages in tests/images
//! ```
//!
//! The packages name their dependencies by `workspace = true`, and get the wrapper for `hypercalls`. Nothing in them
//! knows of the author's crate: what a linked crate brings is found in the link-time registries.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::author::Author;
use crate::workspace::{Package, Workspace};

/// The wrapper's folder.
pub const WRAPPER: &str = "wrapper";
const IMAGES: &str = "images";
/// What the wrapper calls the two packages.
const REAL: &str = "hypercalls-itself";
const LINKED: &str = "linked-calls";

/// Writes the workspace anew, and gives its root.
///
/// # Errors
/// One line: what could not be read or written.
pub fn generate(author: &Author, this: &Workspace) -> Result<PathBuf, String> {
    let root = this.target_directory.join("with").join(&author.name);
    write(&root, author, this).map_err(|error| format!("{}: {error}", root.display()))?;
    Ok(root)
}

fn write(root: &Path, author: &Author, this: &Workspace) -> io::Result<()> {
    let real = this.published().find(|package| package.name == "hypercalls");
    let real = real.ok_or_else(|| io::Error::other("there is no package `hypercalls`"))?;
    let source = &this.workspace_root;
    fs::create_dir_all(root.join(WRAPPER).join("src"))?;
    fs::create_dir_all(root.join(IMAGES))?;
    fs::create_dir_all(root.join(".cargo"))?;
    for image in fs::read_dir(source.join("tests").join(IMAGES))? {
        let image = image?;
        let link = root.join(IMAGES).join(image.file_name());
        if fs::symlink_metadata(&link).is_err() {
            symlink(image.path(), &link)?;
        }
    }
    let text = fs::read_to_string(source.join("Cargo.toml"))?;
    let manifest: Table = text.parse().map_err(io::Error::other)?;
    let manifest =
        workspace(manifest, author, this).ok_or_else(|| io::Error::other("an unusual Cargo.toml"))?;
    let settings = [("target-dir", Value::from(this.target_directory.display().to_string()))];
    let settings = table([("build", table(settings))]);
    for (file, text) in [
        ("Cargo.toml", manifest.to_string()),
        (".cargo/config.toml", settings.to_string()),
        ("wrapper/Cargo.toml", wrapper(real, author).to_string()),
        ("wrapper/src/lib.rs", library()),
    ] {
        // Only what changed, so that cargo builds no more than that.
        let file = root.join(file);
        if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
            fs::write(file, text)?;
        }
    }
    fs::copy(source.join("Cargo.lock"), root.join("Cargo.lock"))?;
    Ok(())
}

/// The root manifest: what members inherit stays, paths become absolute, and `hypercalls` becomes the wrapper.
fn workspace(mut manifest: Table, author: &Author, this: &Workspace) -> Option<Table> {
    let workspace = manifest.get_mut("workspace")?.as_table_mut()?;
    workspace.remove("default-members");
    workspace.insert("members".into(), Value::from(vec![WRAPPER.to_owned(), format!("{IMAGES}/*")]));
    let dependencies = workspace.get_mut("dependencies")?.as_table_mut()?;
    for (_, dependency) in dependencies.iter_mut() {
        if let Some(path) = dependency.get_mut("path") {
            *path = this.workspace_root.join(path.as_str()?).display().to_string().into();
        }
    }
    let hypercalls = table([("path", Value::from(WRAPPER)), ("default-features", false.into())]);
    dependencies.insert("hypercalls".into(), hypercalls.into());
    if !author.patched.is_empty() {
        let ours = || this.published().map(|ours| (ours.name.as_str(), table([("path", path(ours.dir()))])));
        let patches = author.patched.iter().map(|source| (source.as_str(), table(ours())));
        manifest.insert("patch".into(), table(patches).into());
    }
    Some(manifest)
}

fn wrapper(real: &Package, author: &Author) -> Table {
    let package = table([
        ("name", Value::from("hypercalls")),
        ("version", format!("{}-with", real.version).into()),
        ("edition", "2024".into()),
        ("publish", false.into()),
    ]);
    let mut features = Table::new();
    for name in real.features.keys().filter(|name| *name != "default") {
        let mut enables = vec![format!("{REAL}/{name}")];
        if name == "std" {
            enables.extend(author.std_features.iter().map(|feature| format!("{LINKED}/{feature}")));
        } else if name == "cli" {
            enables.push("std".to_owned());
        }
        features.insert(name.clone(), enables.into());
    }
    let dependency = |name: &str, dir: &Path| {
        table([("package", Value::from(name)), ("path", path(dir)), ("default-features", false.into())])
    };
    let dependencies =
        table([(REAL, dependency(&real.name, real.dir())), (LINKED, dependency(&author.name, &author.dir))]);
    table([("package", package), ("features", features), ("dependencies", dependencies)])
}

fn library() -> String {
    let name = |package: &str| package.replace('-', "_");
    format!("#![no_std]\npub use {}::*;\nuse {} as _;\n", name(REAL), name(LINKED))
}

fn path(path: &Path) -> Value {
    path.display().to_string().into()
}

fn table<'a, V: Into<Value>>(entries: impl IntoIterator<Item = (&'a str, V)>) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrapper_links_the_authors_crate_with_the_standard_library_where_there_is_one() {
        let this = Workspace::load(&[]).unwrap();
        let real = this.published().find(|package| package.name == "hypercalls").unwrap();
        let author = Author {
            name: "acme-calls".into(),
            dir: "/acme".into(),
            std_features: vec!["std".into()],
            patched: vec!["crates-io".into()],
        };
        let wrapper = wrapper(real, &author);
        let strings = |value: &Value| -> Vec<String> {
            value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(strings(&wrapper["features"]["std"]), ["hypercalls-itself/std", "linked-calls/std"]);
        assert_eq!(wrapper["dependencies"]["linked-calls"]["path"].as_str(), Some("/acme"));
        assert_eq!(wrapper["dependencies"]["linked-calls"]["default-features"].as_bool(), Some(false));

        let text = fs::read_to_string(this.workspace_root.join("Cargo.toml")).unwrap();
        let manifest = workspace(text.parse().unwrap(), &author, &this).unwrap();
        let dependencies = &manifest["workspace"]["dependencies"];
        assert_eq!(dependencies["hypercalls"]["path"].as_str(), Some(WRAPPER));
        let core = this.workspace_root.join("core").display().to_string();
        assert_eq!(dependencies["hypercall-core"]["path"].as_str(), Some(core.as_str()));
        assert_eq!(manifest["patch"]["crates-io"]["hypercall-core"]["path"].as_str(), Some(core.as_str()));
        assert!(manifest["profile"].get("image").is_some(), "what members inherit stays");
    }
}
