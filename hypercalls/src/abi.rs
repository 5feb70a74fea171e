//! The ABI lock: the whole ABI of a program as a text file that is committed, and a judge for what becomes
//! different.
//!
//! A [`Lock`] is made from the definitions and constants that the dispatcher runs on, or read from a file. A
//! [`Report`] compares two, and says of each difference what it means for a guest that was right before it, by
//! [`rules`] that are data. [`file`](mod@file) finds, reads and writes the file.
//!
//! ```
//! use hypercalls::abi::{Lock, Report, rules::Class};
//! use hypercalls::tables::Book;
//!
//! let mut now = Lock::of(&Book::linked()?, &[])?;
//! // In a lock of old, KICK_CPU had another number.
//! let old = Lock::parse(now.to_string().replace("kvm 5 ", "kvm 14 ").as_bytes())?;
//! now.remember(&old); // that 14 was a call's
//! let report = Report::between(&old, &now);
//! assert_eq!(report.worst(), Some(Class::Breaking));
//! assert_eq!(report.findings.len(), 1);
//! assert_eq!(report.findings[0].rule.id, "call-renumbered");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The file
//!
//! The first line is `hypercall-abi-lock 1`, the version of the format, and the last one `end`; lines that begin
//! with `#` and empty ones do not count. Every other line is a record: its key, then attributes as `name=word` or
//! `name=(...)`. The line of a call begins with interface, number and name, that of any other record with a word
//! that says what it is: [`SHAPES`] has them all. Words with other signs than letters, digits and `_-.:,;+*/[]` stand
//! between quotation marks. The order of lines does not count; [`Lock`] writes them sorted.

mod accepts;
mod changes;
pub mod file;
mod lock;
mod make;
mod parse;
mod record;
mod report;
pub mod rules;
mod schema;
mod text;

pub use changes::{Change, What};
pub use lock::{FORMAT, Lock, MakeError};
pub use parse::{MAX_FILE, MAX_LINE, ParseError};
pub use record::Record;
pub use report::{Finding, Report, data as github_data, property as github_property};
pub use schema::{Attribute, Form, Kind, SHAPES, Shape};
pub use text::{Item, Value};
