//! The forms that a book is printed in, as one list, and the folder they are written to.
//!
//! A form of its own is a module with a function over a book, and a line in [`FORMATS`].

use super::book::Book;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A form that a book is printed in.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name on the command line, `md`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// The file it is written to in a folder.
    pub file: &'static str,
    /// The whole text of the file, which ends in a newline; equal books give equal bytes.
    pub render: fn(&Book) -> String,
}

/// Every form there is, in the order `--help` prints them; names and files are unique.
pub static FORMATS: &[Format] = &[
    Format { name: "md", about: "Markdown", file: "hypercall-abi.md", render: super::render_md },
    #[cfg(feature = "cli")]
    Format {
        name: "json",
        about: "JSON, with everything the other forms are made from",
        file: "hypercall-abi.json",
        render: super::json::text,
    },
];

/// A file or folder that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}; {remedy}", path.display())]
pub struct WriteError {
    /// Which.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
    /// What to do.
    pub remedy: &'static str,
}

/// Writes the book in some forms to a folder, which is made if it is not there; files of the same names are
/// replaced. Gives the paths it wrote.
///
/// # Errors
/// [`WriteError`] for the first file or folder that cannot be written; files before it are written.
pub fn write<'a>(
    book: &Book,
    formats: impl IntoIterator<Item = &'a Format>,
    folder: &Path,
) -> Result<Vec<PathBuf>, WriteError> {
    fs::create_dir_all(folder).map_err(|source| {
        let remedy = match source.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                "a file is in the way: remove it or name another folder"
            }
            _ => "name a folder that you may write to",
        };
        WriteError { path: folder.to_path_buf(), source, remedy }
    })?;
    formats.into_iter().map(|format| write_one(book, format, folder.join(format.file))).collect()
}

fn write_one(book: &Book, format: &Format, path: PathBuf) -> Result<PathBuf, WriteError> {
    match fs::write(&path, (format.render)(book)) {
        Ok(()) => Ok(path),
        Err(source) => {
            let remedy = match source.kind() {
                io::ErrorKind::IsADirectory => "a folder is in the way: remove it or name another place",
                _ => "name a folder that you may write to",
            };
            Err(WriteError { path, source, remedy })
        }
    }
}
