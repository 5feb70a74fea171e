//! Bare-metal images in QEMU's system emulators: host and guest in one program, and the real instruction between them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::Arch;
use crate::emulator;
use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::setup;
use crate::tally::Tally;
use crate::workspace::{Workspace, cargo};

const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
/// A run takes a second.
const RUN_LIMIT: Duration = Duration::from_secs(60);
/// For the image that never ends.
const HANG_LIMIT: Duration = Duration::from_secs(5);

/// How an image is built, and the machine it runs on.
struct Image {
    package: &'static str,
    triple: &'static str,
    /// The cross compiler, for linking, and its Debian package.
    compiler: [&'static str; 2],
    /// The emulator, its Debian package, and the oldest version that will do.
    emulator: (&'static str, &'static str, u32),
    /// The machine's arguments.
    machine: &'static [&'static str],
    /// The arguments that write an order of eight bytes where the image looks for it.
    order: fn(u64) -> String,
}

/// QEMU 7.2 is the oldest that it was tried on.
const S390X_IMAGE: Image = Image {
    package: "hypercall-image-s390x",
    triple: "s390x-unknown-linux-gnu",
    compiler: ["s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu"],
    emulator: ("qemu-system-s390x", "qemu-system-s390x", 7),
    machine: &[
        "-nodefaults",
        "-no-user-config",
        "-nographic",
        "-no-reboot",
        "-serial",
        "stdio",
        "-machine",
        "s390-ccw-virtio",
        "-accel",
        "tcg",
        "-smp",
        "1",
        "-m",
        "128",
        "-action",
        "panic=exit-failure",
        "-device",
        "virtio-rng-ccw,devno=fe.0.0000",
    ],
    order: |order| format!("loader,addr=0x1f000,data={order:#x},data-len=8,data-be=on"),
};
static S390X: Image = S390X_IMAGE;
/// QEMU 10.0 is the first whose DIAG 0x500 has subcode 4.
static S390X_OWN_HOST: Image =
    Image { emulator: ("qemu-system-s390x", "qemu-system-s390x", 10), ..S390X_IMAGE };

/// Images that go wrong on purpose, and the reason for which the runner must find each red.
const SABOTAGE: [(&str, &str); 8] = [
    ("fail", "1 cases failed, the first is: "),
    ("lie", "1 cases failed, the first is: "),
    ("panic", "the guest asked for a handler that panics"),
    ("fault", "FAULT in the host"),
    ("hang", "timed out"),
    ("silent", "it printed nothing"),
    ("short", "ran "),
    ("crash", "ended with status 1 though no case failed"),
];

/// The s390x host serves its guest: the cases, then the images that go wrong on purpose, and the convention with each of
/// its registers broken: the number, six arguments, the result.
pub fn s390x(session: &Session, workspace: &Workspace) -> Tally {
    row(session, workspace, &S390X, |booted| {
        let mut tally = clippy(session, &S390X);
        tally.add(booted.run("cases", "", Verdict::Image, RUN_LIMIT));
        for (order, why) in SABOTAGE {
            let limit = if order == "hang" { HANG_LIMIT } else { RUN_LIMIT };
            tally.add(booted.run(
                &format!("image gone wrong on purpose: {order}"),
                order,
                Verdict::RedImage(why),
                limit,
            ));
        }
        for register in 0..8 {
            let name = format!("convention with register {register} broken");
            let order = format!("break{register}");
            tally.add(booted.run(&name, &order, Verdict::RedImage("cases failed"), RUN_LIMIT));
        }
        tally
    })
}

/// The cases alone, with those of a linked crate among them.
pub fn linked(arch: Arch, session: &Session, workspace: &Workspace) -> Tally {
    let image = match arch {
        Arch::S390x => &S390X,
        _ => return Tally::failure("there is no image for this architecture"),
    };
    row(session, workspace, image, |booted| booted.run("cases", "", Verdict::LinkedImage, RUN_LIMIT))
}

/// The stubs of s390x guests in the supervisor state: QEMU answers.
pub fn s390x_own_host(session: &Session, workspace: &Workspace) -> Tally {
    row(session, workspace, &S390X_OWN_HOST, |booted| {
        booted.run("calls of QEMU", "own", Verdict::Image, RUN_LIMIT)
    })
}

/// An image that was built, and the emulator.
struct Built<'a> {
    session: &'a Session,
    image: &'static Image,
    emulator: PathBuf,
    program: PathBuf,
}

fn row(
    session: &Session,
    workspace: &Workspace,
    image: &'static Image,
    run: impl FnOnce(&Built<'_>) -> Tally,
) -> Tally {
    let (compiler, emulator) = match tools(session, image) {
        Ok(tools) => tools,
        Err(missing) => {
            session.say(&missing);
            return Tally::failure(missing);
        }
    };
    let linker = format!("CARGO_TARGET_{}_LINKER", image.triple.to_uppercase().replace('-', "_"));
    let selection = ["--profile", "image", "--package", image.package, "--target", image.triple];
    let build = cargo().arg("build").args(selection).env(linker, compiler);
    let built = check(session, "build the image", &build);
    if built.failed > 0 {
        return built;
    }
    let program = workspace.target_directory.join(image.triple).join("image").join(image.package);
    run(&Built { session, image, emulator, program })
}

fn check(session: &Session, name: &str, invocation: &Invocation) -> Tally {
    session.run(&Step { name, invocation, verdict: Verdict::Check, limit: BUILD_LIMIT })
}

/// What clippy says about the code that exists on this target only.
fn clippy(session: &Session, image: &Image) -> Tally {
    if let Err(missing) = setup::component(session, "clippy", "clippy") {
        return Tally::failure(format!("clippy: {missing}"));
    }
    let selection = ["--profile", "image", "--package", image.package, "--target", image.triple];
    let clippy = cargo().arg("clippy").args(selection).args(["--", "--deny", "warnings"]);
    check(session, "clippy", &clippy)
}

/// The linker and the emulator, or everything that is missing.
fn tools(session: &Session, image: &Image) -> Result<(PathBuf, PathBuf), String> {
    let triple = image.triple;
    let target = setup::rust_target(session, triple).map_err(|line| format!("Rust target {triple}: {line}"));
    let [compiler, package] = image.compiler;
    let linker = setup::debian(session, &[package], || setup::program(session, compiler))
        .map_err(|line| format!("cross compiler {compiler}: {line}"));
    let (program, package, version) = image.emulator;
    match (target, linker, emulator::system(session, program, package, version)) {
        (Ok(()), Ok(linker), Ok(emulator)) => Ok((linker, emulator)),
        (target, linker, emulator) => {
            let missing = [target.err(), linker.err(), emulator.err()];
            Err(missing.into_iter().flatten().collect::<Vec<_>>().join("; "))
        }
    }
}

impl Built<'_> {
    /// Boots the image with an order of at most eight letters.
    fn run(&self, name: &str, order: &str, verdict: Verdict, limit: Duration) -> Tally {
        let mut letters = [0; 8];
        letters[..order.len()].copy_from_slice(order.as_bytes());
        let order: OsString = (self.image.order)(u64::from_be_bytes(letters)).into();
        let machine = Invocation::new(&self.emulator).args(self.image.machine).args([
            "-device".into(),
            order,
            "-kernel".into(),
            self.program.clone().into(),
        ]);
        self.session.run(&Step { name, invocation: &machine, verdict, limit })
    }
}
