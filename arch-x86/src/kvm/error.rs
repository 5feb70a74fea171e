//! What can go wrong between a VMM and KVM, with what to do about it.

use kvm_ioctls::Error as Errno;

/// A failure of the host's, never of the guest's making.
#[derive(Debug, thiserror::Error)]
pub enum KvmError {
    /// No device node.
    #[error(
        "{path} does not exist; load the module (modprobe kvm_intel or kvm_amd), and in a virtual machine enable nested virtualization"
    )]
    Absent {
        /// The device node.
        path: String,
    },
    /// A device node this user may not open.
    #[error(
        "no permission to open {path}; add the user to the group kvm (usermod -aG kvm USER) and log in again"
    )]
    Permission {
        /// The device node.
        path: String,
    },
    /// Another failure to open the device node.
    #[error("cannot open {path}: {source}")]
    Open {
        /// The device node.
        path: String,
        /// What the system said.
        source: Errno,
    },
    /// An API that this code does not speak.
    #[error("{path} speaks KVM API version {found}, and this program speaks 12 (Linux 2.6.22 and later)")]
    Version {
        /// The device node.
        path: String,
        /// Its version; negative where it is no KVM.
        found: i32,
    },
    /// A kernel without something that is needed.
    #[error("this KVM lacks {name} (capability {number}), needed for {purpose}; use a newer kernel")]
    Missing {
        /// The capability.
        name: &'static str,
        /// Its number.
        number: u64,
        /// What needs it.
        purpose: &'static str,
    },
    /// An ioctl that failed.
    #[error("{ioctl} failed: {source}; {remedy}")]
    Ioctl {
        /// The ioctl.
        ioctl: &'static str,
        /// What the system said.
        source: Errno,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A doorbell port that cannot be one.
    #[error("port {port:#x} cannot be a doorbell: {reason}; take another, 0x48 for one")]
    Port {
        /// The port.
        port: u64,
        /// Why.
        reason: &'static str,
    },
    /// A CPUID table that is full.
    #[error("CPUID has no room for the VMM's own leaves; remove leaves the guest does not need")]
    Cpuid,
    /// An exit that was not completed.
    #[error("KVM did not complete an exit: {0} exits came where KVM_RUN was to return at once")]
    Incomplete(u32),
    /// A KVM_EXIT_XEN that this code does not know.
    #[error("KVM_EXIT_XEN of a type that is no hypercall; use a kernel that this program was made for")]
    XenExit,
    /// Guest memory that is not there.
    #[error("no guest memory for {what}: {source}; place it inside a memory region of the VM")]
    Memory {
        /// What was to be placed there.
        what: &'static str,
        /// The range.
        source: hypercall_core::memory::MemoryError,
    },
    /// An address that a vCPU's tables cannot have.
    #[error("a vCPU's tables cannot be at {0:#x}; take a page-aligned address below 4 GiB")]
    Tables(u64),
    /// A window of linear addresses that cannot be mapped.
    #[error(
        "no window can be mapped at linear address {0:#x}; take a multiple of 2 MiB below 4 GiB, a page-aligned table and at most 512 pages"
    )]
    Window(u64),
    /// A call of the C library that failed.
    #[error("{call} failed: {source}; {remedy}")]
    System {
        /// The call.
        call: &'static str,
        /// What the system said.
        source: std::io::Error,
        /// What to do about it.
        remedy: &'static str,
    },
}

/// What to do about an ioctl of which no failure is expected.
const UNEXPECTED: &str = "the file descriptor is no vCPU of a running VM, or its thread is another VM's";

impl KvmError {
    /// Wraps the error of `ioctl`.
    pub fn ioctl(ioctl: &'static str) -> impl FnOnce(Errno) -> KvmError {
        move |source| KvmError::Ioctl { ioctl, source, remedy: UNEXPECTED }
    }

    /// Wraps the error of `ioctl`, with what to do about it.
    pub(crate) fn ioctl_with(ioctl: &'static str, remedy: &'static str) -> impl FnOnce(Errno) -> KvmError {
        move |source| KvmError::Ioctl { ioctl, source, remedy }
    }
}
