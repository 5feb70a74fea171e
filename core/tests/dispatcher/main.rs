//! The dispatcher from the outside, over conventions of an architecture that does not exist: twelve plain
//! registers. Every call made here also checks that no register outside the convention's outputs changed.

mod answers;
mod build;
mod deferred;
mod entries;
mod linked;
mod lists;
mod machine;
#[cfg(feature = "std")]
mod multicall;
#[cfg(feature = "std")]
mod multicall_hostile;
mod outcomes;
mod policy;
mod serves;
mod statistics;
#[cfg(feature = "std")]
mod trace;
