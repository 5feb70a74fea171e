//! KVM's calls as two files of the Linux tree, to be compared with it.

mod document;
mod header;

pub use document::render_linux_rst;
pub use header::render_linux_h;

use super::book::{Book, Call};
use hypercall_core::interface;

/// KVM's calls, by number.
fn calls(book: &Book) -> impl Iterator<Item = &Call> {
    book.calls.iter().filter(|call| *call.definition.interface == interface::KVM)
}
