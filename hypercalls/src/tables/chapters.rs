//! The book as a text: the chapters of the Markdown and the reStructuredText.

mod calls;
mod errors;
pub mod example;
mod hosts;
mod structures;
pub mod words;

use super::book::Book;
use super::document::Document;

/// The whole text.
pub fn whole(book: &Book) -> Document {
    let mut text = Document::default();
    text.heading(1, "Hypercalls");
    text.prose(
        "Beside its own errors every call may answer unknown call, not permitted and internal error. A value \
         outside an argument's range is an invalid argument where the call's errors do not say otherwise. \
         Registers bear their 64-bit names; in 32-bit modes their upper halves do not count.",
    );
    calls::write(&mut text, book);
    if !book.conventions.is_empty() {
        hosts::conventions(&mut text, &book.conventions);
        errors::write(&mut text, book);
    }
    hosts::transports(&mut text, book);
    structures::write(&mut text, book);
    errors::numbers(&mut text, book);
    text
}
