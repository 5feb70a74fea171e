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

/// The step that builds an image.
pub const BUILD: &str = "build the image";
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
/// A run takes a second.
const RUN_LIMIT: Duration = Duration::from_secs(60);
/// For the image that never ends.
const HANG_LIMIT: Duration = Duration::from_secs(5);

/// How an image is built, and the machine it runs on.
struct Image {
    /// Before the names of its steps.
    prefix: &'static str,
    package: &'static str,
    triple: &'static str,
    /// The cross compiler, for linking, and its Debian package.
    compiler: [&'static str; 2],
    /// The emulator, its Debian package, and the oldest version that will do.
    emulator: (&'static str, &'static str, u32),
    /// The program that makes the linked image a flat one, where the machine wants that.
    flatten: Option<&'static str>,
    /// The machine's arguments.
    machine: &'static [&'static str],
    /// The argument before the image.
    boot: &'static str,
    /// The arguments that write an order of eight bytes where the image looks for it.
    order: fn(u64) -> String,
}

/// QEMU 7.2 is the oldest that it was tried on.
const S390X_IMAGE: Image = Image {
    prefix: "",
    package: "hypercall-image-s390x",
    triple: "s390x-unknown-linux-gnu",
    compiler: ["s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu"],
    emulator: ("qemu-system-s390x", "qemu-system-s390x", 7),
    flatten: None,
    boot: "-kernel",
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

/// QEMU 10.0 is the one that its devices and hypercalls were tried with.
const PPC_EMULATOR: (&str, &str, u32) = ("qemu-system-ppc64", "qemu-system-ppc", 10);
const PPC_PACKAGE: &str = "hypercall-image-ppc";
const PPC_ORDER: fn(u64) -> String =
    |order| format!("loader,addr=0xbff000,data={order:#x},data-len=8,data-be=on");

/// Hypervisor state on bare metal. The BMC switches the machine off.
const POWERNV: &[&str] = &[
    "-nodefaults",
    "-no-user-config",
    "-display",
    "none",
    "-no-reboot",
    "-serial",
    "stdio",
    "-machine",
    "powernv9",
    "-accel",
    "tcg",
    "-smp",
    "1",
    "-m",
    "1G",
    "-action",
    "panic=exit-failure",
    "-device",
    "ipmi-bmc-sim,id=bmc0",
    "-device",
    "isa-ipmi-bt,bmc=bmc0,irq=10",
];

/// QEMU is the hypervisor. The capabilities are those that it warns of not having.
const PSERIES: &[&str] = &[
    "-nodefaults",
    "-no-user-config",
    "-display",
    "none",
    "-no-reboot",
    "-serial",
    "stdio",
    "-machine",
    "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off",
    "-cpu",
    "power9",
    "-accel",
    "tcg",
    "-smp",
    "1",
    "-m",
    "256M",
    "-action",
    "panic=exit-failure",
    "-object",
    "rng-builtin,id=rng0",
    "-device",
    "spapr-rng,rng=rng0",
];

const PPC64: Image = Image {
    prefix: "",
    package: PPC_PACKAGE,
    triple: "powerpc64-unknown-linux-gnu",
    compiler: ["powerpc64-linux-gnu-gcc", "gcc-powerpc64-linux-gnu"],
    emulator: PPC_EMULATOR,
    flatten: Some("powerpc64-linux-gnu-objcopy"),
    machine: &[],
    boot: "-bios",
    order: PPC_ORDER,
};
const PPC64LE: Image = Image {
    triple: "powerpc64le-unknown-linux-gnu",
    compiler: ["powerpc64le-linux-gnu-gcc", "gcc-powerpc64le-linux-gnu"],
    flatten: Some("powerpc64le-linux-gnu-objcopy"),
    ..PPC64
};
static PPC64_POWERNV: Image = Image { prefix: "powernv9: ", machine: POWERNV, ..PPC64 };
static PPC64_PSERIES: Image = Image { prefix: "pseries: ", machine: PSERIES, ..PPC64 };
static PPC64LE_POWERNV: Image = Image { prefix: "powernv9: ", machine: POWERNV, ..PPC64LE };
static PPC64LE_PSERIES: Image = Image { prefix: "pseries: ", machine: PSERIES, ..PPC64LE };

/// The two machines of a byte order.
fn ppc_machines(arch: Arch) -> [&'static Image; 2] {
    match arch {
        Arch::Ppc64le => [&PPC64LE_POWERNV, &PPC64LE_PSERIES],
        _ => [&PPC64_POWERNV, &PPC64_PSERIES],
    }
}

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
        let mut tally = clippy(booted);
        tally.add(booted.run_all(8));
        tally.add(booted.by_c());
        tally
    })
}

/// The PowerPC host serves its guests on powernv9 and pseries: as [`s390x`]. Of ePAPR's convention the number, eight
/// arguments, the status and the value are broken; PAPR's, on powernv9 only, has an argument more.
pub fn ppc(arch: Arch, session: &Session, workspace: &Workspace) -> Tally {
    let [powernv, pseries] = ppc_machines(arch);
    let mut tally = row(session, workspace, powernv, |booted| {
        let mut tally = clippy(booted);
        tally.add(booted.run_all(12));
        tally.add(booted.by_c());
        tally
    });
    tally.add(row(session, workspace, pseries, |booted| {
        let mut tally = booted.run_all(11);
        tally.add(booted.by_c());
        tally
    }));
    tally
}

/// The PAPR stubs of PowerPC guests: QEMU answers.
pub fn ppc_own_host(arch: Arch, session: &Session, workspace: &Workspace) -> Tally {
    let [_, pseries] = ppc_machines(arch);
    row(session, workspace, pseries, |booted| booted.run("calls of QEMU", "own", Verdict::Image, RUN_LIMIT))
}

/// The cases alone, with those of a linked crate among them.
pub fn linked(arch: Arch, session: &Session, workspace: &Workspace) -> Tally {
    let images = match arch {
        Arch::S390x => vec![&S390X],
        _ => ppc_machines(arch).to_vec(),
    };
    let mut tally = Tally::default();
    for image in images {
        tally.add(row_with(None, session, workspace, image, |booted| {
            booted.run("cases", "", Verdict::LinkedImage, RUN_LIMIT)
        }));
    }
    tally
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
    /// Variables for cargo.
    env: Vec<(OsString, OsString)>,
}

/// A row whose image also makes calls by the C header.
fn row(
    session: &Session,
    workspace: &Workspace,
    image: &'static Image,
    run: impl FnOnce(&Built<'_>) -> Tally,
) -> Tally {
    match c_header(session, workspace) {
        Ok(header) => row_with(Some(header), session, workspace, image, run),
        Err(failed) => failed,
    }
}

/// The book as a C header, in a file, and every other form beside it.
pub fn c_header(session: &Session, workspace: &Workspace) -> Result<PathBuf, Tally> {
    let folder = workspace.target_directory.join("c-header");
    let selection = ["run", "--quiet", "--package", "hypercalls", "--bin", "hypercall", "--"];
    let write = cargo().args(selection).args(["tables", "--format", "all", "--out"]).arg(&folder);
    let written = check(session, "write the C header", &write);
    if written.failed > 0 { Err(written) } else { Ok(folder.join("hypercall.h")) }
}

fn row_with(
    header: Option<PathBuf>,
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
    let mut env: Vec<(OsString, OsString)> = vec![(linker.into(), compiler.into())];
    env.extend(header.map(|header| ("HYPERCALL_C_HEADER".into(), header.into())));
    let build = cargo().arg("build").args(selection).envs(&env);
    let built = check(session, BUILD, &build);
    if built.failed > 0 {
        return built;
    }
    let mut program = workspace.target_directory.join(image.triple).join("image").join(image.package);
    if let Some(flatten) = image.flatten {
        let flat = program.with_extension("flat");
        let objcopy = Invocation::new(flatten).args(["-O", "binary"]).arg(&program).arg(&flat);
        let flattened = check(session, "flatten the image", &objcopy);
        if flattened.failed > 0 {
            return flattened;
        }
        program = flat;
    }
    run(&Built { session, image, emulator, program, env })
}

fn check(session: &Session, name: &str, invocation: &Invocation) -> Tally {
    session.run(&Step { name, invocation, verdict: Verdict::Check, limit: BUILD_LIMIT })
}

/// What clippy says about the code that exists on this target only.
fn clippy(built: &Built<'_>) -> Tally {
    let Built { session, image, env, .. } = built;
    if let Err(missing) = setup::component(session, "clippy", "clippy") {
        return Tally::failure(format!("clippy: {missing}"));
    }
    let selection = ["--profile", "image", "--package", image.package, "--target", image.triple];
    let clippy = cargo().arg("clippy").args(selection).args(["--", "--deny", "warnings"]).envs(env);
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
    /// Runs the cases, then the images that go wrong on purpose, and the convention with each of the first `registers`
    /// registers of its table broken.
    fn run_all(&self, registers: usize) -> Tally {
        let mut tally = self.run("cases", "", Verdict::Image, RUN_LIMIT);
        for (order, why) in SABOTAGE {
            let limit = if order == "hang" { HANG_LIMIT } else { RUN_LIMIT };
            let name = format!("image gone wrong on purpose: {order}");
            tally.add(self.run(&name, order, Verdict::RedImage(why), limit));
        }
        for register in 0..registers {
            let name = format!("convention with register {register} broken");
            let order = format!("break{register}");
            tally.add(self.run(&name, &order, Verdict::RedImage("cases failed"), RUN_LIMIT));
        }
        tally
    }

    /// Runs the cases made by C, and with two registers swapped in the header.
    fn by_c(&self) -> Tally {
        let mut tally = self.run("cases made by C", "c", Verdict::Image, RUN_LIMIT);
        let name = "C header with two registers swapped";
        tally.add(self.run(name, "cswapped", Verdict::RedImage("cases failed"), RUN_LIMIT));
        tally
    }

    /// Boots the image with an order of at most eight letters.
    fn run(&self, name: &str, order: &str, verdict: Verdict, limit: Duration) -> Tally {
        let mut letters = [0; 8];
        letters[..order.len()].copy_from_slice(order.as_bytes());
        let order: OsString = (self.image.order)(u64::from_be_bytes(letters)).into();
        let machine = Invocation::new(&self.emulator).args(self.image.machine).args([
            "-device".into(),
            order,
            self.image.boot.into(),
            self.program.clone().into(),
        ]);
        let name = format!("{}{name}", self.image.prefix);
        self.session.run(&Step { name: &name, invocation: &machine, verdict, limit })
    }
}
