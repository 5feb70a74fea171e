//! What the C header and the Rust file have in common: names, comments, and stubs before either language.

pub mod comment;
pub mod layout;
pub mod names;
pub mod stub;
pub mod typed;

/// Why a book cannot be written as source code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Two things would have the same name.
    #[error("{first} and {second} would both be called {identifier}; rename one of them")]
    Collision {
        /// The name.
        identifier: String,
        /// What has it.
        first: String,
        /// What would have it, too.
        second: String,
    },
    /// A convention that no stub can be written for.
    #[error("no stub can be written for the convention {convention}: {reason}")]
    Convention {
        /// The convention.
        convention: &'static str,
        /// Why not.
        reason: String,
    },
}
