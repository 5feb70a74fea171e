//! Real KVM on PowerPC: a distribution's kernel with kvm-hv in an emulated pseries machine, and in it, as its first
//! process, a program that makes the PAPR cases in guests of its own: in registers, as multicalls, and through a ring that
//! the vCPU's thread drains, or another polls or sleeps at.
//!
//! The emulated machine's own hypervisor is QEMU's, which lets its guest be a hypervisor too (`cap-nested-hv`). To the
//! kernel and the program this is KVM as on a POWER9.

mod kernel;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::emulator;
use crate::exec::Invocation;
use crate::initramfs;
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
/// The first QEMU whose emulated pseries machine has `cap-nested-hv`.
const QEMU_VERSION: u32 = 7;
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
/// The machine is switched off after seconds, and by its own program after three minutes.
const BOOT_LIMIT: Duration = Duration::from_secs(4 * 60);
/// For the program that hangs.
const HANG_LIMIT: Duration = Duration::from_secs(10);

/// A pseries machine with two processors, one for a vCPU and one for whoever polls its ring, and without firmware of its own. What TCG does not emulate is off, or the machine does not start.
const MACHINE: &str = "pseries,cap-nested-hv=on,x-vof=on,cap-ccf-assist=off,cap-htm=off,cap-cfpc=broken,\
                       cap-sbbc=broken,cap-ibs=broken";
const COMMAND_LINE: &str = "console=hvc0 panic=-1 loglevel=1";

/// Runs the row.
pub fn run(session: &Session, workspace: &Workspace) -> Tally {
    start(session, workspace, &ORDERS)
}

/// The cases alone, with those of a linked crate among them.
pub fn linked(session: &Session, workspace: &Workspace) -> Tally {
    let (name, order, _, limit) = ORDERS[0];
    start(session, workspace, &[(name, order, Verdict::LinkedImage, limit)])
}

fn start(session: &Session, workspace: &Workspace, orders: &[Order]) -> Tally {
    let say = |tally: Tally| {
        tally.reasons.iter().for_each(|reason| session.say(reason));
        tally
    };
    // Without a network there is neither; everything else the other rows need, too.
    let qemu = match emulator::system(session, QEMU, "qemu-system-ppc", QEMU_VERSION) {
        Ok(qemu) => qemu,
        // One that is there is too old.
        Err(line) if setup::program(session, QEMU).is_some() => return say(Tally::failure(line)),
        Err(missing) => return say(Tally::not_run(missing)),
    };
    let kernel = match kernel::fetch(session) {
        Ok(kernel) => kernel,
        Err(missing) => return say(Tally::not_run(missing)),
    };
    let compiler = match toolchain(session) {
        Ok(compiler) => compiler,
        Err(missing) => return say(Tally::failure(missing)),
    };
    let mut tally = headers(session, workspace, &compiler);
    let built = build(session, &compiler);
    if built.failed > 0 {
        tally.add(built);
        return tally;
    }
    let program = workspace.target_directory.join(TRIPLE).join("debug").join(PACKAGE);
    let image = session.tools().join("ppc-kvm.cpio");
    if let Err(error) = initramfs::write(&image, &program, &kernel.modules) {
        return say(Tally::failure(format!("{}: {error}", image.display())));
    }
    let machine = Machine { session, qemu, vmlinux: kernel.vmlinux, image };
    for (name, order, verdict, limit) in orders {
        tally.add(machine.boot(name, order, *verdict, *limit));
    }
    tally
}

fn toolchain(session: &Session) -> Result<PathBuf, String> {
    setup::rust_target(session, TRIPLE).map_err(|line| format!("Rust target {TRIPLE}: {line}"))?;
    setup::debian(session, &COMPILER_PACKAGES, || {
        let libraries = Path::new("/usr/powerpc64le-linux-gnu/lib/libc.a").is_file();
        setup::program(session, COMPILER).filter(|_| libraries)
    })
    .map_err(|line| format!("cross compiler {COMPILER}: {line}"))
}

/// The backend's own numbers and layouts against the kernel's headers, which come with the cross compiler: a C file of
/// static assertions beside the program's manifest.
fn headers(session: &Session, workspace: &Workspace, compiler: &Path) -> Tally {
    let Some(package) = workspace.packages.iter().find(|package| package.name == PACKAGE) else {
        return Tally::failure(format!("the workspace has no package {PACKAGE}"));
    };
    let compile = Invocation::new(compiler).args(["-fsyntax-only", "headers.c"]).dir(package.dir());
    let name = "the kernel's headers";
    session.run(&Step { name, invocation: &compile, verdict: Verdict::Check, limit: BUILD_LIMIT })
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

/// The name of a step, what the program is told to do, how it is judged, and how long it may take.
type Order = (&'static str, &'static str, Verdict, Duration);

/// What the machine is started for: to make the cases, or to go wrong on purpose, and then the reason for which the
/// runner must find it red.
const ORDERS: [Order; 5] = [
    ("PAPR calls on KVM-HV", "", Verdict::Image, BOOT_LIMIT),
    ("convention with register 0 broken", "break0", Verdict::RedImage("cases failed"), BOOT_LIMIT),
    ("program that is to panic", "panic", Verdict::RedImage("without a count"), BOOT_LIMIT),
    ("program that is to stop short", "short", Verdict::RedImage("ran "), BOOT_LIMIT),
    ("program that is to hang", "hang", Verdict::RedImage("timed out"), HANG_LIMIT),
];

/// A machine to be started.
struct Machine<'a> {
    session: &'a Session,
    qemu: PathBuf,
    vmlinux: PathBuf,
    image: PathBuf,
}

impl Machine<'_> {
    fn boot(&self, name: &str, order: &str, verdict: Verdict, limit: Duration) -> Tally {
        let machine = Invocation::new(&self.qemu)
            .args(["-nodefaults", "-no-user-config", "-nographic", "-no-reboot", "-serial", "stdio"])
            .args(["-machine", MACHINE, "-accel", "tcg", "-cpu", "power9", "-smp", "2", "-m", "1024"])
            .arg("-kernel")
            .arg(&self.vmlinux)
            .arg("-initrd")
            .arg(&self.image)
            .arg("-append")
            .arg(format!("{COMMAND_LINE} order={order}"));
        self.session.run(&Step { name, invocation: &machine, verdict, limit })
    }
}
