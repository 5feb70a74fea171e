//! The lock as a file: where it is, how it is read and written, and how it was at a revision of git's.

use super::lock::Lock;
use super::parse::{MAX_FILE, ParseError};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The name of the file in the root of a repository.
pub const NAME: &str = "abi.lock";

/// Why there is no lock to compare with, or none could be written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no file.
    #[error("{}: there is no lock; make one with `abi lock`, and commit it", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("{}: cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file cannot be written.
    #[error("{}: cannot be written: {error}; see that its folder exists and may be written to", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file is no lock, or not one that can be read.
    #[error("{}", flaw(path, revision, error))]
    Parse {
        /// The file.
        path: PathBuf,
        /// The revision it was taken from; empty for the file as it is.
        revision: String,
        /// Why, and in which line.
        error: ParseError,
    },
    /// A revision of git's, or the file in it, cannot be had.
    #[error("{what}; {remedy}")]
    Git {
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// `abi.lock:12: problem; remedy`, as compilers write it.
fn flaw(path: &Path, revision: &str, error: &ParseError) -> String {
    let file = path.display().to_string();
    let line = if error.line > 0 { format!(":{}", error.line) } else { String::new() };
    let at = if revision.is_empty() { String::new() } else { format!(" at {revision}") };
    format!("{file}{line}{at}: {}; {}", error.problem, error.remedy.replace("FILE", &file))
}

/// The file in the root of the repository that a folder is in: of git's, or else of cargo's workspace or
/// package. Where there is neither, in the folder itself.
pub fn default_path(folder: &Path) -> PathBuf {
    root(folder).unwrap_or(folder).join(NAME)
}

/// The root of the repository that a folder is in.
pub fn root(folder: &Path) -> Option<&Path> {
    let nearest = |is: &dyn Fn(&Path) -> bool| folder.ancestors().find(|ancestor| is(ancestor));
    let manifest = |ancestor: &Path| read(&ancestor.join("Cargo.toml")).unwrap_or_default();
    let workspace =
        |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).lines().any(|line| line.trim_end() == "[workspace]");
    nearest(&|ancestor| ancestor.join(".git").exists())
        .or_else(|| nearest(&|ancestor| workspace(manifest(ancestor))))
        .or_else(|| nearest(&|ancestor| ancestor.join("Cargo.toml").is_file()))
}

/// A file, or as much of it as tells that it is too large.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a lock.
///
/// # Errors
/// [`FileError::Missing`], [`FileError::Read`] or [`FileError::Parse`].
pub fn load(path: &Path) -> Result<Lock, FileError> {
    let bytes = read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FileError::Missing(path.into()),
        _ => FileError::Read { path: path.into(), error },
    })?;
    parse(path, "", &bytes)
}

fn parse(path: &Path, revision: &str, bytes: &[u8]) -> Result<Lock, FileError> {
    let (path, revision) = (path.into(), revision.into());
    Lock::parse(bytes).map_err(|error| FileError::Parse { path, revision, error })
}

/// Writes a file as a whole or not at all: whoever reads it meanwhile has the old one or the new one.
///
/// # Errors
/// [`FileError::Write`].
pub fn save(path: &Path, text: &str) -> Result<(), FileError> {
    let error = |error| FileError::Write { path: path.into(), error };
    // A link stays one: what it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let name = target.file_name().ok_or_else(|| error(io::Error::other("this is no name of a file")))?;
    let unfinished = target.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let written = File::create_new(&unfinished)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&unfinished, &target));
    written.map_err(|why| {
        // Not if somebody else's file was in the way.
        if why.kind() != io::ErrorKind::AlreadyExists {
            let _ = fs::remove_file(&unfinished);
        }
        error(why)
    })
}

/// The lock as it was committed at a revision of git's.
///
/// # Errors
/// [`FileError::Git`] without git, outside of a repository, and for a revision or a file in it that does not
/// exist; [`FileError::Parse`] for what is no lock.
pub fn load_at(path: &Path, revision: &str) -> Result<Lock, FileError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fail = |what: String, remedy| Err(FileError::Git { what, remedy });
    if revision.starts_with('-') || revision.contains(':') {
        return fail(format!("{revision:?} is no revision of git's"), "give a branch, a tag or a commit");
    }
    let (inside, words) = git(folder, &["rev-parse", "--show-toplevel"])?;
    if inside.is_none() {
        return fail(
            format!("{} is not in a repository of git's: {words}", folder.display()),
            "run it in one",
        );
    }
    let commit = git(folder, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?.0;
    let Some(commit) = commit.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        let what = format!("git knows no revision {revision:?}");
        return fail(what, "see `git log`; in CI, check out with the whole history (fetch-depth: 0)");
    };
    let (file, words) = git(folder, &["cat-file", "blob", &format!("{}:./{name}", commit.trim())])?;
    let Some(bytes) = file else {
        let what = format!("{} is not in the revision {revision}: {words}", path.display());
        return fail(what, "compare with a revision that has a lock, or commit one with `abi lock`");
    };
    parse(path, revision, &bytes)
}

/// What git prints, if it succeeds, and its words.
fn git(folder: &Path, arguments: &[&str]) -> Result<(Option<Vec<u8>>, String), FileError> {
    let broken = |error: io::Error| FileError::Git {
        what: format!("git cannot be run: {error}"),
        remedy: "install it, or compare with the file as it is, without --since",
    };
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(broken)?;
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map_err(broken)?;
    }
    // With stdout closed, git ends, whatever it still has.
    let output = child.wait_with_output().map_err(broken)?;
    let words = String::from_utf8_lossy(&output.stderr).trim().to_string();
    let too_large = bytes.len() > MAX_FILE;
    Ok(((output.status.success() || too_large).then_some(bytes), words))
}
