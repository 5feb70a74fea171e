//! The ABI as tables: the catalogue, the calling conventions, error codes and number spaces.
//!
//! A [`Book`] holds what there is to say, taken from the definitions and constants that the dispatcher runs
//! on, with every call already laid out in the registers of each convention that carries it. A [`Format`] is a
//! function over a book; [`FORMATS`] lists them all. Equal books give equal bytes.
//!
//! ```
//! use hypercalls::tables::{Book, Filter, render_md};
//!
//! let book = Book::linked()?;
//! let kick = book.filtered(&Filter { name: Some("KVM_HC_KICK_CPU".into()), ..Filter::default() })?;
//! assert!(render_md(&kick).contains("flags rbx, apic_id rcx"));
//!
//! let typo = Filter { convention: Some("epaper".into()), ..Filter::default() };
//! let error = book.filtered(&typo).unwrap_err();
//! assert_eq!(error.to_string(), "no convention is called epaper; did you mean epapr?");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod book;
mod c;
mod chapters;
mod document;
mod filter;
mod format;
mod html;
#[cfg(feature = "cli")]
mod json;
mod linux;
mod md;
mod rst;
mod rust;
#[cfg(feature = "cli")]
mod schema;
mod source;

pub use book::{Book, Call, Carried, Place, Structure, Wire};
pub use c::render_c;
pub use filter::{Filter, UnknownWord, arch, status};
pub use format::{FORMATS, Format, RenderError, WriteError, write};
pub use html::render_html;
#[cfg(feature = "cli")]
pub use json::render_json;
pub use linux::{render_linux_h, render_linux_rst};
pub use md::render_md;
pub use rst::render_rst;
pub use rust::render_rust;
#[cfg(feature = "cli")]
pub use schema::render_json_schema;
pub use source::SourceError;
