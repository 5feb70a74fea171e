//! A PowerPC kernel and its KVM modules out of a Debian package.

use std::path::{Path, PathBuf};

use crate::archive::{self, Packages};
use crate::session::Session;

/// What the machine is started from.
pub struct Kernel {
    /// The kernel.
    pub vmlinux: PathBuf,
    /// KVM's modules, in the order of their dependencies.
    pub modules: [PathBuf; 2],
}

impl Kernel {
    fn in_dir(dir: &Path) -> Option<Kernel> {
        let file = |begin| archive::find(dir, begin);
        Some(Kernel { vmlinux: file("vmlinux-")?, modules: [file("kvm.ko")?, file("kvm-hv.ko")?] })
    }
}

/// Debian 12's.
const PACKAGES: Packages<'_> = Packages {
    name: "ppc64el-kernel",
    arch: "ppc64el",
    suite: "bookworm",
    names: &["linux-image-powerpc64le"],
    files: &["./boot/vmlinux-*", "*/arch/powerpc/kvm/kvm.ko", "*/arch/powerpc/kvm/kvm-hv.ko"],
};

/// The kernel of an earlier run, or one from the network; if there is none, why.
pub fn fetch(session: &Session) -> Result<Kernel, String> {
    archive::fetch(session, &PACKAGES, Kernel::in_dir)
}
