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
    /// The whole text of the file, which ends in a newline; equal books give equal bytes. The error says why
    /// this book has no such form: two of its names may be one in C.
    pub render: fn(&Book) -> Result<String, RenderError>,
}

/// Why a book cannot be printed in a form.
pub type RenderError = Box<dyn std::error::Error + Send + Sync>;

/// Every form there is, in the order `--help` prints them; names and files are unique.
pub static FORMATS: &[Format] = &[
    Format {
        name: "md",
        about: "Markdown",
        file: "hypercall-abi.md",
        render: |book| Ok(super::render_md(book)),
    },
    Format {
        name: "rst",
        about: "reStructuredText, for Sphinx",
        file: "hypercall-abi.rst",
        render: |book| Ok(super::render_rst(book)),
    },
    Format {
        name: "html",
        about: "one page for a browser, with search",
        file: "hypercall-abi.html",
        render: |book| Ok(super::render_html(book)),
    },
    #[cfg(feature = "cli")]
    Format {
        name: "json",
        about: "JSON, with everything the other forms are made from",
        file: "hypercall-abi.json",
        render: |book| Ok(super::json::text(super::render_json(book))),
    },
    #[cfg(feature = "cli")]
    Format {
        name: "json-schema",
        about: "JSON Schema 2020-12 of the JSON",
        file: "hypercall-abi.schema.json",
        render: |_| Ok(super::json::text(super::render_json_schema())),
    },
    Format {
        name: "c",
        about: "a C header with stubs",
        file: "hypercall.h",
        render: |book| Ok(super::render_c(book)?),
    },
    Format {
        name: "rust",
        about: "a Rust module with stubs, which needs no crate",
        file: "hypercall.rs",
        render: |book| Ok(super::render_rust(book)?),
    },
    Format {
        name: "linux-rst",
        about: "KVM's calls in the layout of Linux's hypercalls.rst",
        file: "linux-hypercalls.rst",
        render: |book| Ok(super::render_linux_rst(book)),
    },
    Format {
        name: "linux-h",
        about: "KVM's numbers and errors in the layout of Linux's kvm_para.h",
        file: "linux-kvm_para.h",
        render: |book| Ok(super::render_linux_h(book)),
    },
];

/// A form that cannot be written to a folder.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The book has no such form.
    #[error("the form {}: {source}", format.name)]
    Render {
        /// The form.
        format: &'static Format,
        /// Why.
        source: RenderError,
    },
    /// The file or the folder cannot be written.
    #[error("cannot write {}: {source}; {remedy}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
        /// What to do.
        remedy: &'static str,
    },
}

/// Writes the book in some forms to a folder, which is made if it is not there; files of the same names are
/// replaced. Gives the paths it wrote.
///
/// # Errors
/// [`WriteError`] for the first form that cannot be written; files before it are written.
pub fn write(
    book: &Book,
    formats: impl IntoIterator<Item = &'static Format>,
    folder: &Path,
) -> Result<Vec<PathBuf>, WriteError> {
    fs::create_dir_all(folder).map_err(|source| {
        let remedy = match source.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                "a file is in the way: remove it or name another folder"
            }
            _ => "name a folder that you may write to",
        };
        WriteError::File { path: folder.to_path_buf(), source, remedy }
    })?;
    formats.into_iter().map(|format| write_one(book, format, folder.join(format.file))).collect()
}

fn write_one(book: &Book, format: &'static Format, path: PathBuf) -> Result<PathBuf, WriteError> {
    let text = (format.render)(book).map_err(|source| WriteError::Render { format, source })?;
    match fs::write(&path, text) {
        Ok(()) => Ok(path),
        Err(source) => {
            let remedy = match source.kind() {
                io::ErrorKind::IsADirectory => "a folder is in the way: remove it or name another place",
                _ => "name a folder that you may write to",
            };
            Err(WriteError::File { path, source, remedy })
        }
    }
}
