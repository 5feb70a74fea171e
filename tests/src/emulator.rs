//! Finds QEMU's system emulators, and installs them.

use std::path::{Path, PathBuf};

use crate::exec::Invocation;
use crate::session::Session;
use crate::setup;

/// A system emulator such as `qemu-system-s390x` of this major version or a newer one, from Debian's `package`.
pub fn system(session: &Session, program: &str, package: &str, version: u32) -> Result<PathBuf, String> {
    let find = || setup::program(session, program).filter(|found| major(found) >= Some(version));
    if let Some(found) = find() {
        return Ok(found);
    }
    let script = ["sh", "-c", INSTALL, "sh", package, &version.to_string()].map(str::to_owned);
    let apt = session.tools().join("apt").to_string_lossy().into_owned();
    setup::as_root(session, &format!("install {package}"), script.into_iter().chain([apt]));
    find().ok_or_else(|| {
        let old = setup::program(session, program).and_then(|found| major(&found));
        let is = old.map_or("missing".to_owned(), |old| format!("version {old}"));
        format!("{program} is {is}, and QEMU {version} or newer is needed; install {package}, on Debian from its backports")
    })
}

/// 10 of `QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)`.
fn major(program: &Path) -> Option<u32> {
    parse(&Invocation::new(program).arg("--version").query().ok()?)
}

fn parse(version: &str) -> Option<u32> {
    let (_, number) = version.lines().next()?.split_once(" version ")?;
    number.split('.').next()?.parse().ok()
}

/// Installs package `$1` of at least the upstream version `$2`: the configured one if it is new enough, else that of
/// the release's backports, by a configuration of apt's own below `$3`, from the mirror that is configured. The
/// system's own sources stay as they are.
const INSTALL: &str = r#"
set -eu
package=$1 version=$2 apt=$3
export DEBIAN_FRONTEND=noninteractive
install="apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120"
candidate() {
    apt-cache policy "$package" | sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}\([0-9]*\).*/\2/p'
}
new_enough() { [ "$(candidate)" ] && [ "$(candidate)" -ge "$version" ]; }
new_enough || apt-get update -q
# It may be new enough and still not go with a part of QEMU that is installed from the backports.
if new_enough && $install "$package"; then exit; fi

. /etc/os-release
mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
    sed -n "s/^$VERSION_CODENAME //p" | head -n 1)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$apt/lists" "$apt/cache"
for suite in "$VERSION_CODENAME" "$VERSION_CODENAME-updates" "$VERSION_CODENAME-backports"; do
    echo "deb [signed-by=$keys] $mirror $suite main"
done >"$apt/sources.list"
cat >"$apt/apt.conf" <<END
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
END
export APT_CONFIG="$apt/apt.conf"
apt-get update -q
exec $install -t "$VERSION_CODENAME-backports" "$package"
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_version_is_read_from_what_qemu_prints() {
        let debian =
            "QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)\nCopyright (c) 2003-2025";
        assert_eq!(parse(debian), Some(10));
        assert_eq!(parse("QEMU emulator version 7.2.22"), Some(7));
        assert_eq!(parse("bash: qemu: command not found"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn an_emulator_that_is_missing_or_too_old_is_named_with_the_version_needed() {
        let target = std::env::temp_dir().join(format!("hypercall-tests-emulator-{}", std::process::id()));
        let session = Session::new(&target, false).unwrap();
        let find = |version| system(&session, "qemu-system-vax", "qemu-system-vax", version);
        let missing = find(10).unwrap_err();

        let programs = session.tools().join("usr/bin");
        let program = programs.join("qemu-system-vax");
        std::fs::create_dir_all(&programs).unwrap();
        std::fs::write(&program, "#!/bin/sh\necho QEMU emulator version 7.2.22 '(Debian 1:7.2)'\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let (old, found) = (find(10).unwrap_err(), find(7));
        std::fs::remove_dir_all(&target).unwrap();

        assert!(
            missing.starts_with("qemu-system-vax is missing, and QEMU 10 or newer is needed"),
            "{missing}"
        );
        assert!(old.starts_with("qemu-system-vax is version 7, and QEMU 10 or newer is needed"), "{old}");
        assert_eq!(found, Ok(program));
    }
}
