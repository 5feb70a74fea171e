//! A PowerPC kernel and its KVM modules out of a Debian package.
//!
//! The package is of another architecture and is never installed: apt runs on a configuration, package lists and a
//! status of its own, below the runner's tools.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::setup;

const LIMIT: Duration = Duration::from_secs(15 * 60);

/// What the machine is started from.
pub struct Kernel {
    /// The kernel.
    pub vmlinux: PathBuf,
    /// KVM's modules, in the order of their dependencies.
    pub modules: [PathBuf; 2],
}

impl Kernel {
    fn in_dir(dir: &Path) -> Option<Kernel> {
        let kernel =
            Kernel { vmlinux: dir.join("vmlinux"), modules: [dir.join("kvm.ko"), dir.join("kvm-hv.ko")] };
        let all = kernel.modules.iter().chain([&kernel.vmlinux]).all(|file| file.is_file());
        all.then_some(kernel)
    }
}

/// What signs Debian's packages.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Debian 12's kernel. The script works in a folder of its own ($1), and leaves the three files in another ($2) when
/// it has them all; $3 is the keyring. The mirror is the configured one where this machine is a Debian.
const SCRIPT: &str = r#"
set -eu
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { echo 'no apt-get and dpkg-deb'; exit 1; }
keys=$3
# Nothing on another distribution.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
rm -rf "$1" && mkdir -p "$1" && cd "$1"
mkdir -p sources lists/partial cache/archives/partial files
: >status
cat >sources/debian.sources <<END
Types: deb
URIs: ${mirror:-http://deb.debian.org/debian}
Suites: bookworm
Components: main
Architectures: ppc64el
Signed-By: $keys
END
cat >apt.conf <<END
APT::Architecture "ppc64el";
APT::Architectures { "ppc64el"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$PWD/sources";
Dir::State::lists "$PWD/lists";
Dir::State::status "$PWD/status";
Dir::Cache "$PWD/cache";
END
# Given last, so that no setting of the machine's own comes after it.
apt-get -q -c apt.conf -o APT::Update::Error-Mode=any update
kernel=$(apt-cache -c apt.conf depends linux-image-powerpc64le | sed -n 's/^ *Depends: //p' | head -n 1)
[ -n "$kernel" ] || { echo 'Debian has no linux-image-powerpc64le'; exit 1; }
apt-get -q -c apt.conf download "$kernel"
dpkg-deb --fsys-tarfile "$kernel"_*.deb |
    tar -x -C files --wildcards './boot/vmlinux-*' '*/arch/powerpc/kvm/kvm.ko' '*/arch/powerpc/kvm/kvm-hv.ko'
find files -type f -exec mv {} . \;
mv vmlinux-* vmlinux
mkdir -p "$2"
mv kvm.ko kvm-hv.ko vmlinux "$2"
cd / && rm -rf "$1"
"#;

/// The kernel of an earlier run, or one from the network; if there is none, why.
pub fn fetch(session: &Session) -> Result<Kernel, String> {
    let dir = session.tools().join("ppc64el-kernel");
    if let Some(kernel) = Kernel::in_dir(&dir) {
        return Ok(kernel);
    }
    if !session.may_install() {
        return Err("no PowerPC kernel, which only a run that may install things downloads".to_owned());
    }
    let keys = || Path::new(KEYS).is_file().then_some(KEYS);
    let keys = setup::debian(session, &["debian-archive-keyring"], keys)
        .map_err(|line| format!("no PowerPC kernel: Debian's keys are {line}"))?;
    let download = Invocation::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .arg(session.tools().join("ppc64el-download"))
        .arg(&dir)
        .arg(keys);
    let name = "download a PowerPC kernel";
    session.run(&Step { name, invocation: &download, verdict: Verdict::Check, limit: LIMIT });
    Kernel::in_dir(&dir).ok_or("no PowerPC kernel: Debian's package could not be downloaded".to_owned())
}
