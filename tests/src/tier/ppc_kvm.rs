//! Real KVM on PowerPC: a distribution's kernel with kvm-hv in an emulated pseries machine, and in it, as its first
//! process, a program that makes the PAPR cases in guests of its own.
//!
//! The emulated machine's own hypervisor is QEMU's, which lets its guest be a hypervisor too (`cap-nested-hv`). To the
//! kernel and the program this is KVM as on a POWER9.

mod initramfs;
mod kernel;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::setup;
use crate::tally::Tally;
use crate::workspace::{Workspace, cargo};

const TRIPLE: &str = "powerpc64le-unknown-linux-gnu";
const PACKAGE: &str = "hypercall-image-ppc-kvm";
const COMPILER: &str = "powerpc64le-linux-gnu-gcc";
const COMPILER_PACKAGES: [&str; 2] = ["gcc-powerpc64le-linux-gnu", "libc6-dev-ppc64el-cross"];
const QEMU: &str = "qemu-system-ppc64";
/// The first QEMU whose emulated machine has `cap-nested-hv`.
const QEMU_VERSION: u32 = 7;
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
/// The machine is switched off after seconds, and by its own program after two minutes.
const BOOT_LIMIT: Duration = Duration::from_secs(4 * 60);

/// A pseries machine without firmware of its own. What TCG does not emulate is off, or the machine does not start.
const MACHINE: &str = "pseries,cap-nested-hv=on,x-vof=on,cap-ccf-assist=off,cap-htm=off,cap-cfpc=broken,\
                       cap-sbbc=broken,cap-ibs=broken";
const COMMAND_LINE: &str = "console=hvc0 panic=-1 loglevel=1";

/// Runs the row.
pub fn run(session: &Session, workspace: &Workspace) -> Tally {
    let say = |tally: Tally| {
        tally.reasons.iter().for_each(|reason| session.say(reason));
        tally
    };
    // Without a network there is neither; everything else the other rows need, too.
    let qemu = match emulator(session) {
        Ok(qemu) => qemu,
        Err(tally) => return say(tally),
    };
    let kernel = match kernel::fetch(session) {
        Ok(kernel) => kernel,
        Err(missing) => return say(Tally::not_run(missing)),
    };
    let compiler = match toolchain(session) {
        Ok(compiler) => compiler,
        Err(missing) => return say(Tally::failure(missing)),
    };
    let built = build(session, &compiler);
    if built.failed > 0 {
        return built;
    }
    let program = workspace.target_directory.join(TRIPLE).join("debug").join(PACKAGE);
    let image = session.tools().join("ppc-kvm.cpio");
    if let Err(error) = initramfs::write(&image, &program, &kernel.modules) {
        return say(Tally::failure(format!("{}: {error}", image.display())));
    }
    boot(session, &qemu, &kernel.vmlinux, &image)
}

fn emulator(session: &Session) -> Result<PathBuf, Tally> {
    let qemu = setup::debian(session, &["qemu-system-ppc"], || setup::program(session, QEMU))
        .map_err(|line| Tally::not_run(format!("{QEMU}: {line}")))?;
    let version = Invocation::new(&qemu).arg("--version").query().map_err(Tally::failure)?;
    match major(&version) {
        Some(found) if found < QEMU_VERSION => {
            Err(Tally::failure(format!("{QEMU} is version {found}, and {QEMU_VERSION} is needed")))
        }
        _ => Ok(qemu),
    }
}

/// 10 of `QEMU emulator version 10.0.2 (Debian ...)`.
fn major(version: &str) -> Option<u32> {
    version.split_whitespace().nth(3)?.split('.').next()?.parse().ok()
}

fn toolchain(session: &Session) -> Result<PathBuf, String> {
    setup::rust_target(session, TRIPLE).map_err(|line| format!("Rust target {TRIPLE}: {line}"))?;
    setup::debian(session, &COMPILER_PACKAGES, || {
        let libraries = Path::new("/usr/powerpc64le-linux-gnu/lib/libc.a").is_file();
        setup::program(session, COMPILER).filter(|_| libraries)
    })
    .map_err(|line| format!("cross compiler {COMPILER}: {line}"))
}

/// Builds the program, which has to be static: there are no libraries where it runs.
fn build(session: &Session, compiler: &Path) -> Tally {
    let build = cargo()
        .args(["rustc", "--package", PACKAGE, "--target", TRIPLE])
        .args(["--", "-C", "target-feature=+crt-static"])
        .env("CARGO_TARGET_POWERPC64LE_UNKNOWN_LINUX_GNU_LINKER", compiler);
    let name = "build the first process";
    session.run(&Step { name, invocation: &build, verdict: Verdict::Check, limit: BUILD_LIMIT })
}

fn boot(session: &Session, qemu: &Path, vmlinux: &Path, image: &Path) -> Tally {
    let machine = Invocation::new(qemu)
        .args(["-nodefaults", "-no-user-config", "-nographic", "-no-reboot", "-serial", "stdio"])
        .args(["-machine", MACHINE, "-accel", "tcg", "-cpu", "power9", "-smp", "1", "-m", "1024"])
        .arg("-kernel")
        .arg(vmlinux)
        .arg("-initrd")
        .arg(image)
        .args(["-append", COMMAND_LINE]);
    let name = "PAPR calls on KVM-HV";
    let (ended, console) =
        session.capture(&Step { name, invocation: &machine, verdict: Verdict::Check, limit: BOOT_LIMIT });
    if ended.failed > 0 {
        return ended;
    }
    let tally = judge(&console);
    session.say(format_args!("{name}: {tally}"));
    if tally.failed > 0 {
        console.lines().for_each(|line| session.say(format_args!("| {line}")));
    }
    tally
}

/// What the machine printed: how many cases there were to be, and how many there were. It switches itself off in the
/// same way however its program ends, so that nothing counts but these lines.
fn judge(console: &str) -> Tally {
    let lines = || console.lines().map(str::trim_end);
    let planned = lines().find_map(|line| line.strip_prefix("CASES planned ")?.parse::<usize>().ok());
    let mut ends = lines().filter_map(counts);
    let (Some(planned), Some((run, passed, failed)), None) = (planned, ends.next(), ends.next()) else {
        let last = lines().rfind(|line| !line.is_empty()).unwrap_or("nothing");
        return Tally::failure(format!("no count of the cases; the last line is: {last}"));
    };
    let mut tally = Tally { passed, failed, ..Tally::default() };
    if run != planned || run != passed + failed || run == 0 {
        tally.add(Tally::failure(format!("{planned} cases were planned, {run} run")));
    }
    if failed > 0 {
        tally.because("a case failed");
    }
    tally
}

/// The numbers of `CASES run 452 passed 451 failed 1`.
fn counts(line: &str) -> Option<(usize, usize, usize)> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["CASES", "run", run, "passed", passed, "failed", failed] = words[..] else { return None };
    Some((run.parse().ok()?, passed.parse().ok()?, failed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(console: &str) -> (usize, usize) {
        let tally = judge(console);
        (tally.passed, tally.failed)
    }

    #[test]
    fn only_a_whole_run_without_a_failure_is_good() {
        let good = "Linux\r\nCASES planned 3\r\nCASES run 3 passed 3 failed 0\r\n";
        assert_eq!(judged(good), (3, 0));
        assert_eq!(judge(good).reasons, [""; 0]);
        assert_eq!(judged("CASES planned 3\nFAILED x: y\nCASES run 3 passed 2 failed 1\n"), (2, 1));
        assert_eq!(judged("CASES planned 3\nCASES run 2 passed 2 failed 0\n"), (2, 1), "one is missing");
        assert_eq!(judged("CASES planned 0\nCASES run 0 passed 0 failed 0\n"), (0, 1), "nothing ran");
        assert_eq!(judged("CASES planned 3\nCASES run 3 passed 2 failed 0\n"), (2, 1), "they do not add up");
    }

    #[test]
    fn a_console_without_a_count_is_a_failure_that_shows_its_last_line() {
        let tally = judge("CASES planned 3\nSTOPPED: a panic\n\n");
        assert_eq!((tally.passed, tally.failed), (0, 1));
        assert_eq!(tally.reasons, ["no count of the cases; the last line is: STOPPED: a panic"]);
        assert_eq!(judged(""), (0, 1));
        assert_eq!(judged("CASES run 3 passed 3 failed 0\n"), (0, 1), "nothing was planned");
        assert_eq!(judged("CASES planned 3\nCASES run 3 passed 3 fai"), (0, 1), "cut short");
    }

    #[test]
    fn the_version_is_read() {
        assert_eq!(major("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)\nCopyright"), Some(10));
        assert_eq!(major("QEMU emulator version 6.2.0\n"), Some(6));
        assert_eq!(major("something else"), None);
    }
}
