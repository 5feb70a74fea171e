//! The guest's program: the header, what calls its functions, and `x86.c`, compiled to a flat image.

use hypercall_arch_x86::convention::ALL;
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_c_caller::{Compiler, caller, rust_caller, sources};
use std::path::{Path, PathBuf};
use std::process::Command;

/// `enum hypercall_via` of the header.
pub const VMCALL: u32 = 0;
/// See [`VMCALL`].
pub const VMMCALL: u32 = 1;
/// See [`VMCALL`].
pub const PORT: u32 = 2;
/// See [`VMCALL`].
pub const MMIO: u32 = 3;
/// See [`VMCALL`].
pub const PAGE: u32 = 4;

/// The doorbells' port and address.
pub const DOORBELL_PORT: u8 = 0x48;
/// See [`DOORBELL_PORT`].
pub const DOORBELL_ADDRESS: u64 = 0x7ff0_0000;
/// The guest writes to this port when its call is made.
pub const DONE: u8 = 0x4a;
/// Where Xen's hypercall page is.
pub const PAGE_ADDRESS: u64 = 0x2f_0000;

/// A flat guest.
pub struct Program {
    pub bytes: Vec<u8>,
    /// The header's functions for conventions.
    pub conventions: Vec<String>,
}

impl Program {
    /// Compiles the header's guest for a mode, in a folder of this name.
    pub fn new(header: &str, mode: Mode, name: &str) -> Program {
        let compiler = compiler(mode);
        let defines = format!(
            "#define HYPERCALL_PORT {DOORBELL_PORT:#x}\n#define HYPERCALL_MMIO {DOORBELL_ADDRESS:#x}\n\
             #define HYPERCALL_PAGE {PAGE_ADDRESS:#x}"
        );
        let folder = folder(&format!("c-header-{name}-{mode:?}"));
        let caller = caller(header, &defines, &compiler, &folder).unwrap();
        Program { bytes: link(&compiler, &caller.file, &folder), conventions: caller.conventions }
    }

    /// The guest of the header as it is, for a machine that may have no compiler: where HYPERCALL_C_GUESTS names a
    /// folder, the guest is the one in there, or is compiled and left there.
    pub fn handed_over(header: &str, mode: Mode) -> Program {
        let place = std::env::var_os("HYPERCALL_C_GUESTS")
            .map(|folder| Path::new(&folder).join(format!("c-guest-{mode:?}.bin")));
        let conventions: Vec<String> = ALL.iter().map(|c| function(c.name)).collect();
        if let Some(bytes) = place.as_ref().and_then(|place| std::fs::read(place).ok()) {
            return Program { bytes, conventions };
        }
        let program = Program::new(header, mode, "as-it-is");
        assert_eq!(program.conventions, conventions, "the header has them in this order");
        if let Some(place) = place {
            std::fs::write(place, &program.bytes).unwrap();
        }
        program
    }

    /// The same with the Rust module in the place of the header, for 64-bit mode; its `x86.c` makes no call.
    pub fn of_rust(module: &str, conventions: &[&str], name: &str) -> Program {
        let folder = folder(&format!("rust-module-{name}"));
        let doorbells = (DOORBELL_PORT, DOORBELL_ADDRESS as u32);
        let root = rust_caller(module, "x86_64", doorbells, &folder).unwrap();
        let library = folder.join("libcaller.a");
        let output = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
            .args([
                "--edition",
                "2024",
                "--crate-type",
                "staticlib",
                "-C",
                "opt-level=2",
                "-C",
                "panic=abort",
            ])
            .args(["-C", "relocation-model=static", "-D", "warnings", "-o"])
            .arg(&library)
            .arg(root)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let conventions = conventions.iter().map(|c| function(c)).collect();
        Program { bytes: link(&compiler(Mode::Long), &library, &folder), conventions }
    }
}

/// The name of a convention's function.
pub fn function(convention: &str) -> String {
    format!("hypercall_{}", convention.replace('-', "_"))
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn compiler(mode: Mode) -> Compiler {
    let width = if mode == Mode::Long { "-m64" } else { "-m32" };
    let done = format!("-DDONE_PORT={DONE}");
    Compiler::new("cc", &[width, "-mgeneral-regs-only", "-mno-red-zone", "-fcf-protection=none", &done])
}

/// `x86.c` with what has its `call_by_c`, as a flat image.
fn link(compiler: &Compiler, calls: &Path, folder: &Path) -> Vec<u8> {
    let flat: PathBuf = folder.join("guest.bin");
    let source = sources();
    let script = source.join("x86.ld");
    compiler
        .run(&[
            "-static".as_ref(),
            "-no-pie".as_ref(),
            "-nostdlib".as_ref(),
            "-Wl,--build-id=none,--oformat=binary,--gc-sections,--entry=start".as_ref(),
            "-T".as_ref(),
            script.as_ref(),
            "-I".as_ref(),
            source.as_ref(),
            "-I".as_ref(),
            folder.as_ref(),
            "-o".as_ref(),
            flat.as_ref(),
            source.join("x86.c").as_ref(),
            calls.as_ref(),
        ])
        .unwrap();
    std::fs::read(&flat).unwrap()
}
