//! Packages of Debian's archive, downloaded and unpacked, never installed: kernels for emulated machines.
//!
//! apt runs on a configuration, package lists and a status of its own, below the runner's tools. So neither this
//! machine's architecture nor what is installed on it matters, and it need not even be a Debian.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::setup;

const LIMIT: Duration = Duration::from_secs(15 * 60);

/// What to download.
pub struct Packages<'a> {
    /// The folder below the runner's tools that they are unpacked in, and what the progress report calls them.
    pub name: &'a str,
    /// Debian's name of the architecture they are for.
    pub arch: &'a str,
    /// A suite of the archive, such as `bookworm`.
    pub suite: &'a str,
    /// Their names. A kernel's may be that of the package that depends on the newest one.
    pub names: &'a [&'a str],
    /// Which files of theirs, as patterns of `tar`.
    pub files: &'a [&'a str],
}

/// What signs Debian's packages.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// In: a folder to work in, the folder to leave the files in, architecture, suite, packages, patterns, keyring. The
/// mirror is the configured one where this machine is a Debian. The folder is there at the end or not at all.
const SCRIPT: &str = r#"
set -eu
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { echo 'no apt-get and dpkg-deb'; exit 1; }
work=$1 to=$2 arch=$3 suite=$4 packages=$5 patterns=$6 keys=$7
case $suite in *-security) label=Debian-Security archive=debian-security ;; *) label=Debian archive=debian ;; esac
# Nothing on another distribution.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Label: $label" | head -n 1)
rm -rf "$work" && mkdir -p "$work" && cd "$work"
mkdir -p sources lists/partial cache/archives/partial files
: >status
cat >sources/debian.sources <<END
Types: deb
URIs: ${mirror:-http://deb.debian.org/$archive}
Suites: $suite
Components: main
Architectures: $arch
Signed-By: $keys
END
cat >apt.conf <<END
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$PWD/sources";
Dir::State::lists "$PWD/lists";
Dir::State::status "$PWD/status";
Dir::Cache "$PWD/cache";
END
# Given last, so that no setting of the machine's own comes after it.
apt-get -q -c apt.conf -o APT::Update::Error-Mode=any update
set -f
for package in $packages; do
    kernel=$(apt-cache -c apt.conf depends "$package" | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
    apt-get -q -c apt.conf download "${kernel:-$package}"
done
set +f
for deb in *.deb; do
    # tar fails for a pattern that this package has nothing of.
    dpkg-deb --fsys-tarfile "$deb" | (set -f; tar -x -C files --wildcards $patterns) || true
done
rm -rf "$to" && mv files "$to"
cd / && rm -rf "$work"
"#;

/// The files of an earlier run, or from the network, in a folder of their own.
///
/// `complete` says whether they are all there. If they are not, the error is one line that says why.
pub fn fetch<T>(
    session: &Session,
    packages: &Packages<'_>,
    complete: impl Fn(&Path) -> Option<T>,
) -> Result<T, String> {
    let Packages { name, arch, suite, names, files } = packages;
    let dir = session.tools().join(name);
    if let Some(found) = complete(&dir) {
        return Ok(found);
    }
    if !session.may_install() {
        return Err(format!("no {name}, which only a run that may install things downloads"));
    }
    let keys = || Path::new(KEYS).is_file().then_some(KEYS);
    let keys = setup::debian(session, &["debian-archive-keyring"], keys)
        .map_err(|line| format!("no {name}: Debian's keys are {line}"))?;
    let download = Invocation::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .arg(session.tools().join(format!("{name}-download")))
        .arg(&dir)
        .args([*arch, *suite, &names.join(" "), &files.join(" "), keys]);
    let title = format!("download {name}");
    session.run(&Step { name: &title, invocation: &download, verdict: Verdict::Check, limit: LIMIT });
    complete(&dir).ok_or_else(|| format!("no {name}: Debian's package could not be downloaded"))
}

/// The file below a folder whose name begins so; the first by name if there are several.
pub fn find(dir: &Path, begin: &str) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.into_iter().find_map(|path| {
        // A link may lead out of the folder, or round in circles.
        if path.is_dir() && !path.is_symlink() {
            return find(&path, begin);
        }
        let name = path.file_name()?.to_string_lossy().into_owned();
        (name.starts_with(begin) && path.is_file()).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_at_any_depth_by_the_beginning_of_its_name() {
        let dir = std::env::temp_dir().join(format!("hypercall-tests-archive-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("lib/modules/6.1")).unwrap();
        std::fs::write(dir.join("lib/modules/6.1/kvm-amd.ko.xz"), "").unwrap();
        std::fs::write(dir.join("lib/modules/6.1/kvm.ko.xz"), "").unwrap();
        let found = |begin| find(&dir, begin).map(|path| path.strip_prefix(&dir).unwrap().to_owned());
        assert_eq!(found("kvm.ko"), Some("lib/modules/6.1/kvm.ko.xz".into()));
        assert_eq!(found("vmlinuz-"), None);
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(find(&dir, "kvm"), None);
    }
}
