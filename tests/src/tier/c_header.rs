//! The C header, compiled by every compiler for every target that it has stubs for, and the Rust module for every
//! target. A file that calls each of their functions goes with them: what is not called is not looked at closely.

use std::path::Path;
use std::time::Duration;

use hypercall_c_caller::{Compiler, caller, rust_caller, sources};

use crate::exec::Invocation;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::setup;
use crate::tally::Tally;
use crate::tier::bare_metal::c_header;
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_secs(5 * 60);

/// A compiler for a target: the target's name, the program, its Debian package, arguments, whether it has C++.
type Target = (&'static str, &'static str, &'static str, &'static [&'static str], bool);

const TARGETS: [Target; 12] = [
    ("x86_64", "gcc", "gcc", &["-m64"], false),
    ("i386", "gcc", "gcc", &["-m32"], false),
    ("s390x", "s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu", &[], false),
    ("powerpc64", "powerpc64-linux-gnu-gcc", "gcc-powerpc64-linux-gnu", &[], false),
    ("powerpc64le", "powerpc64le-linux-gnu-gcc", "gcc-powerpc64le-linux-gnu", &[], false),
    ("powerpc", "powerpc64-linux-gnu-gcc", "gcc-powerpc64-linux-gnu", &["-m32"], false),
    ("x86_64", "clang", "clang", &["--target=x86_64-linux-gnu"], true),
    ("i386", "clang", "clang", &["--target=i386-linux-gnu"], true),
    ("s390x", "clang", "clang", &["--target=s390x-linux-gnu"], true),
    ("powerpc64", "clang", "clang", &["--target=powerpc64-linux-gnu"], true),
    ("powerpc64le", "clang", "clang", &["--target=powerpc64le-linux-gnu"], true),
    ("powerpc", "clang", "clang", &["--target=powerpc-linux-gnu"], true),
];

/// The doorbells' macros, so that every way out of the guest is compiled.
const DEFINES: &str =
    "#define HYPERCALL_PORT 0x48\n#define HYPERCALL_MMIO 0x7ff00000\n#define HYPERCALL_PAGE 0x1000";

/// Rust's name of an architecture, and a target of it.
const RUST: [(&str, &str); 5] = [
    ("x86_64", "x86_64-unknown-linux-gnu"),
    ("x86", "i686-unknown-linux-gnu"),
    ("s390x", "s390x-unknown-linux-gnu"),
    ("powerpc64", "powerpc64-unknown-linux-gnu"),
    ("powerpc64", "powerpc64le-unknown-linux-gnu"),
];

/// Compiles them.
pub fn check(session: &Session, workspace: &Workspace) -> Tally {
    let header = match c_header(session, workspace) {
        Ok(header) => header,
        Err(failed) => return failed,
    };
    let text = match std::fs::read_to_string(&header) {
        Ok(text) => text,
        Err(error) => return Tally::failure(format!("{}: {error}", header.display())),
    };
    let mut tally = rust(session, &header.with_file_name("hypercall.rs"));
    for target in TARGETS {
        let folder = header.with_file_name(format!("{} by {}", target.0, target.1));
        tally.add(match compiled(session, target, &text, &folder) {
            Ok(tally) => tally,
            Err(line) => {
                session.say(&line);
                Tally::failure(line)
            }
        });
    }
    tally
}

/// Compiles the Rust module in both editions.
fn rust(session: &Session, module: &Path) -> Tally {
    let mut tally = Tally::default();
    for (arch, triple) in RUST {
        let folder = module.with_file_name(triple);
        let root = setup::rust_target(session, triple).and_then(|()| {
            let text = std::fs::read_to_string(module).map_err(|e| format!("{}: {e}", module.display()))?;
            rust_caller(&text, arch, (0x48, 0x7ff0_0000), &folder).map_err(|failed| failed.to_string())
        });
        let root = match root {
            Ok(root) => root,
            Err(line) => {
                session.say(&line);
                tally.add(Tally::failure(format!("hypercall.rs for {triple}: {line}")));
                continue;
            }
        };
        // Only the newer edition has the caller's way to export a name.
        for (edition, file) in [("2024", root.as_path()), ("2021", module)] {
            let invocation = Invocation::new("rustc")
                .args(["--edition", edition, "--target", triple, "--crate-type", "lib", "-D", "warnings"])
                .args(["-C", "panic=abort", "--emit", "obj", "-o"])
                .arg(folder.join("object.o"))
                .arg(file);
            let name = format!("hypercall.rs for {triple}, edition {edition}");
            let step = Step { name: &name, invocation: &invocation, verdict: Verdict::Check, limit: LIMIT };
            tally.add(session.run(&step));
        }
    }
    tally
}

fn compiled(session: &Session, target: Target, header: &str, folder: &Path) -> Result<Tally, String> {
    let (name, program, package, arguments, has_cpp) = target;
    let program = setup::debian(session, &[package], || setup::program(session, program))
        .map_err(|line| format!("C compiler {program}: {line}"))?;
    let compiler = Compiler::new(&program, arguments);
    let caller = caller(header, DEFINES, &compiler, folder).map_err(|failed| failed.to_string())?;
    let mut forms = vec![
        ("C11, -O0", vec!["-O0"]),
        ("C11, -O2", vec!["-O2"]),
        ("C11 without stubs", vec!["-fsyntax-only", "-DHYPERCALL_NO_STUBS", "-include", "hypercall.h"]),
    ];
    if has_cpp {
        forms.push(("C++17", vec!["-x", "c++", "-std=c++17"]));
    }
    let mut tally = Tally::default();
    for (form, more) in forms {
        let empty = form.ends_with("without stubs");
        let file = if empty { Path::new("/dev/null").into() } else { caller.file.clone() };
        let invocation = Invocation::new(&program)
            .args(compiler.arguments())
            .args(more)
            .arg("-I")
            .arg(sources())
            .arg("-I")
            .arg(folder)
            .args(if empty { ["-x", "c"].as_slice() } else { &[] }.iter().copied())
            .args(["-c", "-o"])
            .arg(folder.join("object.o"))
            .arg(file);
        let name = format!("hypercall.h for {name} by {}: {form}", target.1);
        let step = Step { name: &name, invocation: &invocation, verdict: Verdict::Check, limit: LIMIT };
        tally.add(session.run(&step));
    }
    Ok(tally)
}
