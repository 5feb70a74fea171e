//! The tests of the published crates as programs of another architecture, under user-mode QEMU.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::cli::Arch;
use crate::session::Session;
use crate::setup;
use crate::suite::Suite;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// The names that an architecture has in the world of GNU, Debian and QEMU.
struct Machine {
    /// Rust target.
    triple: &'static str,
    /// Prefix of the cross compiler, and the folder below /usr of its C library.
    gnu: &'static str,
    /// Suffix of QEMU's programs.
    qemu: &'static str,
    /// Debian packages of the cross compiler.
    packages: [&'static str; 2],
}

fn machine(arch: Arch) -> Option<Machine> {
    Some(match arch {
        Arch::X86_64 => return None,
        Arch::S390x => Machine {
            triple: "s390x-unknown-linux-gnu",
            gnu: "s390x-linux-gnu",
            qemu: "s390x",
            packages: ["gcc-s390x-linux-gnu", "libc6-dev-s390x-cross"],
        },
        Arch::Ppc64 => Machine {
            triple: "powerpc64-unknown-linux-gnu",
            gnu: "powerpc64-linux-gnu",
            qemu: "ppc64",
            packages: ["gcc-powerpc64-linux-gnu", "libc6-dev-ppc64-cross"],
        },
        Arch::Ppc64le => Machine {
            triple: "powerpc64le-unknown-linux-gnu",
            gnu: "powerpc64le-linux-gnu",
            qemu: "ppc64le",
            packages: ["gcc-powerpc64le-linux-gnu", "libc6-dev-ppc64el-cross"],
        },
    })
}

/// The Rust target of another architecture.
pub fn triple(arch: Arch) -> Option<&'static str> {
    machine(arch).map(|machine| machine.triple)
}

/// Runs the row.
pub fn run(arch: Arch, session: &Session, workspace: &Workspace) -> Tally {
    let tools = super::native::git(session).and_then(|()| tools(arch, session));
    match tools {
        Ok(tools) => suite(tools, workspace).run(session, workspace),
        Err(missing) => {
            session.say(&missing);
            Tally::failure(missing)
        }
    }
}

/// What it takes to build and run a program of another architecture.
pub struct Tools {
    /// Rust target.
    pub triple: &'static str,
    /// Set for cargo and for the program.
    pub env: Vec<(OsString, OsString)>,
    /// What runs the program: an emulator and its arguments.
    pub emulator: Vec<OsString>,
}

/// The tools for an architecture, or everything that is missing.
pub fn tools(arch: Arch, session: &Session) -> Result<Tools, String> {
    let machine = machine(arch).ok_or("this machine's own architecture")?;
    let triple = machine.triple;
    let sysroot = Path::new("/usr").join(machine.gnu);
    let target = setup::rust_target(session, triple).map_err(|line| format!("Rust target {triple}: {line}"));
    let compiler = setup::debian(session, &machine.packages, || {
        let compiler = setup::program(session, &format!("{}-gcc", machine.gnu))?;
        sysroot.join("lib/crt1.o").is_file().then_some(compiler)
    })
    .map_err(|line| format!("cross compiler {}-gcc: {line}", machine.gnu));
    let (compiler, qemu) = match (target, compiler, emulator(&machine, session)) {
        (Ok(()), Ok(compiler), Ok(qemu)) => (compiler, qemu),
        (target, compiler, qemu) => {
            let missing = [target.err(), compiler.err(), qemu.err()];
            return Err(missing.into_iter().flatten().collect::<Vec<_>>().join("; "));
        }
    };

    let emulator = vec![qemu.into_os_string(), "-L".into(), sysroot.into_os_string()];
    let variable = format!("CARGO_TARGET_{}", triple.to_uppercase().replace('-', "_"));
    let runner: Vec<String> = emulator.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let env: Vec<(OsString, OsString)> = vec![
        (format!("{variable}_LINKER").into(), compiler.into_os_string()),
        // For documentation tests, which cargo starts.
        (format!("{variable}_RUNNER").into(), runner.join(" ").into()),
        // For tests that start a program of the workspace themselves.
        ("HYPERCALL_EMULATOR".into(), runner.join(" ").into()),
    ];
    Ok(Tools { triple, env, emulator })
}

fn suite(tools: Tools, workspace: &Workspace) -> Suite<'static> {
    let Tools { triple, env, emulator } = tools;
    let mut selection = vec!["--target".to_owned(), triple.to_owned()];
    for package in workspace.published().filter(|package| !package.is_macro()) {
        selection.extend(["--package".to_owned(), package.name.clone()]);
    }
    Suite {
        selection,
        env,
        emulator,
        wanted: &|target| !target.is_compiler_test() && !target.is_kvm_test(),
        doc: true,
    }
}

fn emulator(machine: &Machine, session: &Session) -> Result<PathBuf, String> {
    let shared = format!("qemu-{}", machine.qemu);
    let single = format!("{shared}-static");
    let find = || setup::program(session, &shared).or_else(|| setup::program(session, &single));
    setup::debian(session, &["qemu-user"], find).or_else(|line| {
        setup::unpack(session, "qemu-user-static");
        find().ok_or_else(|| format!("{shared}: {line}"))
    })
}
