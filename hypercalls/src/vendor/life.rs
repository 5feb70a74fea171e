//! A deprecated call, an obsolete one, and one whose answer the guest must take on trust.

use hypercall_core::Hypercall;

/// Does nothing, as HYPERCALL_NOP does, for guests that know only this number: served, and reported once a
/// VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x38,
    name = "HYPERCALL_OLD_NOP",
    interface = vendor,
    arch(x86, s390, ppc),
    status = deprecated,
    result = "none",
    introduced("hypercall 0.1", "CHANGELOG.md"),
    deprecated("hypercall 0.1", "CHANGELOG.md")
)]
pub struct OldNop {}

/// Keeps a number from being given out again; it is answered as an unknown one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x39,
    name = "HYPERCALL_GONE",
    interface = vendor,
    arch(x86, s390, ppc),
    status = obsolete,
    result = "none: the call always fails",
    error(Unknown, "always"),
    introduced("hypercall 0.1", "CHANGELOG.md"),
    removed("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Gone {}

/// Tells the host's wall-clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x3a,
    name = "HYPERCALL_HOST_TIME",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32",
    error(Unsupported, "the host has no wall clock"),
    introduced("hypercall 0.1", "CHANGELOG.md"),
    trusts_host
)]
pub struct HostTime {}
