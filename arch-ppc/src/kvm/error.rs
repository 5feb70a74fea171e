//! What can go wrong between a VMM and KVM, with what to do about it.

use std::io;

/// A failure of the host's, never of the guest's making.
#[derive(Debug, thiserror::Error)]
pub enum KvmError {
    /// The device node cannot be opened.
    #[error("cannot open /dev/kvm: {0}; load the module (modprobe kvm_hv), and be in the group kvm")]
    Open(#[source] io::Error),
    /// An API that this code does not speak.
    #[error("/dev/kvm speaks API version {0}, and this program speaks 12 (Linux 2.6.22 and later)")]
    Version(i32),
    /// A kernel without something that is needed.
    #[error("this KVM lacks {name} (capability {number}); use a newer kernel")]
    Missing {
        /// The capability.
        name: &'static str,
        /// Its number.
        number: usize,
    },
    /// An ioctl that failed.
    #[error("{ioctl} failed: {source}")]
    Ioctl {
        /// The ioctl.
        ioctl: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// No memory, or no room for its mapping.
    #[error("cannot map {length} bytes: {source}")]
    Map {
        /// Bytes wanted.
        length: usize,
        /// What the system said.
        source: io::Error,
    },
    /// A size of guest memory that KVM does not take.
    #[error("{0} bytes of guest memory are not whole pages; make them a multiple of 64 KiB")]
    Size(usize),
    /// A dispatcher that serves no PAPR calls.
    #[error("the dispatcher does not bind the entry point exit-papr-hcall")]
    NotBound,
    /// KVM_RUN ran the guest where it was to complete an exit only.
    #[error("KVM did not complete an exit: KVM_RUN came back with exit reason {0}")]
    Incomplete(u32),
}
