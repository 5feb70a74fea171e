//! The hypercalls that exist, one module an interface.
//!
//! | module | interface | calls |
//! |---|---|---|
//! | [`kvm`] | KVM's own numbers, KVM_HC_* | all twelve |
//! | [`diag500`] | the subcodes of DIAG 0x500 on s390 | 0 to 4, as documentation |
//! | [`papr`] | PAPR's H_* calls on PowerPC | some, as documentation |
//! | [`xen`] | Xen's hypercalls on x86 | those an HVM guest makes first |
//!
//! History names the first release that has a change and the commit that made it; where one of them could
//! not be found in a public source it is `unknown`.

pub mod diag500;
pub mod kvm;
pub mod papr;
pub mod xen;
