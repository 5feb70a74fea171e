//! Multicalls.
