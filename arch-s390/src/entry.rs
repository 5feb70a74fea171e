//! Where calls come in on s390.

use hypercall_core::EntryPoint;

/// DIAGNOSE with function code 0x500, the only entry there is.
pub const DIAG500: EntryPoint = EntryPoint::new("diag500", 0);
