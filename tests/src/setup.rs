//! Finds what the tests need, and installs it where that is allowed and possible.
//!
//! Every function returns one line that says what is missing and how to get it, if it can neither find nor install it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};

/// Downloads may be slow.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Asks `find` for something that Debian's `packages` contain; installs them if it finds nothing.
pub fn debian<T>(session: &Session, packages: &[&str], find: impl Fn() -> Option<T>) -> Result<T, String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let line = format!("missing; install with: apt-get install {}", packages.join(" "));
    let install = format!(
        "apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 {}",
        packages.join(" ")
    );
    // Package lists may be absent (a container image) or older than the archive.
    let script = format!("{install} || {{ apt-get update -q && {install}; }}");
    let name = format!("install {}", packages.join(" "));
    let command = ["DEBIAN_FRONTEND=noninteractive", "sh", "-c", &script].map(str::to_owned);
    let installed = as_root(session, &name, command);
    match find() {
        Some(found) => Ok(found),
        None if installed => Err(format!("{} installed, and not found in them", packages.join(" "))),
        None => Err(line),
    }
}

/// A program in PATH, or among the private tools.
pub fn program(session: &Session, name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([session.tools().join("usr/bin")])
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// Unpacks a package whose programs run from any folder. This needs no privilege, and works where installing the
/// package would conflict with one that is installed.
pub fn unpack(session: &Session, package: &str) {
    if !session.may_install() || std::fs::create_dir_all(session.tools()).is_err() {
        return;
    }
    let script = "apt-get download -q \"$1\" && dpkg -x ./\"$1\"_*.deb . && rm ./\"$1\"_*.deb";
    let invocation = Invocation::new("sh").args(["-c", script, "sh", package]).dir(session.tools());
    run(session, &format!("unpack {package}"), &invocation);
}

/// The standard library of a Rust target.
pub fn rust_target(session: &Session, triple: &str) -> Result<(), String> {
    let present = || {
        let sysroot = Invocation::new("rustc").args(["--print", "sysroot"]).query().ok()?;
        Path::new(sysroot.trim()).join("lib/rustlib").join(triple).join("lib").is_dir().then_some(())
    };
    rustup(session, &["target", "add", triple], present)
}

/// A component of the toolchain in use, such as `clippy`, by the cargo command that it brings.
pub fn component(session: &Session, component: &str, command: &str) -> Result<(), String> {
    let present = || crate::workspace::cargo().args([command, "--version"]).query().ok().map(|_| ());
    rustup(session, &["component", "add", component], present)
}

/// Another toolchain.
pub fn toolchain(session: &Session, version: &str) -> Result<(), String> {
    let present = || {
        Invocation::new("rustup")
            .args(["run", version, "cargo", "--version"])
            // Else rustup installs it behind the progress report's back.
            .env("RUSTUP_AUTO_INSTALL", "0")
            .query()
            .ok()
            .map(|_| ())
    };
    let install = ["toolchain", "install", version, "--profile", "minimal", "--no-self-update"];
    rustup(session, &install, present)
}

fn rustup(session: &Session, args: &[&str], present: impl Fn() -> Option<()>) -> Result<(), String> {
    if present().is_some() {
        return Ok(());
    }
    let command = format!("rustup {}", args.join(" "));
    if session.may_install() {
        run(session, &command, &Invocation::new("rustup").args(args.iter().copied()));
    }
    present().ok_or(format!("missing; install with: {command}"))
}

fn run(session: &Session, name: &str, invocation: &Invocation) -> bool {
    session.run(&Step { name, invocation, verdict: Verdict::Check, limit: LIMIT }).failed == 0
}

/// Runs a command, variables for its environment first, as root if that is possible without a password and allowed.
/// Whether it ran and succeeded.
pub fn as_root(session: &Session, name: &str, command: impl IntoIterator<Item = String>) -> bool {
    let Some(root) = root_prefix().filter(|_| session.may_install()) else { return false };
    let invocation = Invocation::new(root[0]).args(root[1..].iter().copied()).arg("env").args(command);
    run(session, name, &invocation)
}

/// What to put before a command to run it as root, if that is possible without a password.
fn root_prefix() -> Option<&'static [&'static str]> {
    if rustix::process::geteuid().is_root() {
        Some(&["env"])
    } else {
        Invocation::new("sudo").args(["-n", "true"]).query().ok().map(|_| &["sudo", "-n"] as &[_])
    }
}
