//! The guest's program: the header, what calls its functions, and `x86.c`, compiled to a flat image.

use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_c_caller::{Compiler, caller, sources};
use std::path::{Path, PathBuf};

/// `HYPERCALL_VIA_PORT`, `HYPERCALL_VIA_MMIO` and `HYPERCALL_VIA_PAGE` of the header.
pub const PORT: u32 = 2;
/// See [`PORT`].
pub const MMIO: u32 = 3;
/// See [`PORT`].
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
        let width = if mode == Mode::Long { "-m64" } else { "-m32" };
        let done = format!("-DDONE_PORT={DONE}");
        let compiler = Compiler::new(
            "cc",
            &[width, "-mgeneral-regs-only", "-mno-red-zone", "-fcf-protection=none", &done],
        );
        let defines = format!(
            "#define HYPERCALL_PORT {DOORBELL_PORT:#x}\n#define HYPERCALL_MMIO {DOORBELL_ADDRESS:#x}\n\
             #define HYPERCALL_PAGE {PAGE_ADDRESS:#x}"
        );
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("c-header-{name}{width}"));
        let caller = caller(header, &defines, &compiler, &folder).unwrap();
        let flat: PathBuf = folder.join("guest.bin");
        let source = sources();
        let script = source.join("x86.ld");
        compiler
            .run(&[
                "-static".as_ref(),
                "-no-pie".as_ref(),
                "-nostdlib".as_ref(),
                "-Wl,--build-id=none,--oformat=binary".as_ref(),
                "-T".as_ref(),
                script.as_ref(),
                "-I".as_ref(),
                source.as_ref(),
                "-I".as_ref(),
                folder.as_ref(),
                "-o".as_ref(),
                flat.as_ref(),
                source.join("x86.c").as_ref(),
                caller.file.as_ref(),
            ])
            .unwrap();
        Program { bytes: std::fs::read(&flat).unwrap(), conventions: caller.conventions }
    }
}
