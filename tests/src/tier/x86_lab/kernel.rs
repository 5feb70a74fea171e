//! The kernels and their KVM modules, out of Debian's packages for virtual machines.

use std::path::{Path, PathBuf};

use crate::archive::{self, Packages};
use crate::session::Session;

/// What a machine is started from.
pub struct Kernel {
    /// The kernel.
    pub image: PathBuf,
    /// KVM's modules, which the first process looks for by these names.
    pub modules: [PathBuf; 3],
}

impl Kernel {
    fn in_dir(dir: &Path) -> Option<Kernel> {
        let file = |begin| archive::find(dir, begin);
        let modules = [file("irqbypass.ko")?, file("kvm.ko")?, file("kvm-amd.ko")?];
        Some(Kernel { image: file("vmlinuz-")?, modules })
    }
}

const FILES: &[&str] = &["./boot/vmlinuz-*", "*/irqbypass.ko*", "*/kvm.ko*", "*/kvm-amd.ko*"];

/// Linux 6.12, with CONFIG_KVM_XEN.
pub const XEN: Packages<'_> = Packages {
    name: "linux-6.12-amd64",
    arch: "amd64",
    suite: "bookworm-security",
    names: &["linux-image-6.12-cloud-amd64"],
    files: FILES,
};

/// Linux 6.1, without.
pub const PLAIN: Packages<'_> = Packages {
    name: "linux-6.1-amd64",
    arch: "amd64",
    suite: "bookworm",
    names: &["linux-image-cloud-amd64"],
    files: FILES,
};

/// The kernel of an earlier run, or one from the network; if there is none, why.
pub fn fetch(session: &Session, packages: &Packages<'_>) -> Result<Kernel, String> {
    archive::fetch(session, packages, Kernel::in_dir)
}
