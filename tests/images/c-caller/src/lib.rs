//! Makes hypercalls through the generated C header, and nothing else.
//!
//! What there is to call is read from the header itself, as the preprocessor leaves it for a target: each
//! convention's function, and each call's own. From that comes a `call_by_c`, in C, which takes a `struct call`
//! (`c/call.h`) and makes it by the call's own function where its arguments have the types of that, else by the
//! convention's.

mod parse;
mod rust;
mod write;

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Sources that stand beside this crate.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("c")
}

/// Why there is no caller, in words.
#[derive(Debug)]
pub struct Failed(String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

/// A C compiler, and the arguments with which it compiles for a guest.
#[derive(Clone, Debug)]
pub struct Compiler {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Compiler {
    /// For a freestanding guest, with every warning an error.
    pub fn new(program: impl Into<PathBuf>, arguments: &[&str]) -> Compiler {
        const COMMON: [&str; 9] = [
            "-std=c11",
            "-O2",
            "-ffreestanding",
            "-fno-stack-protector",
            "-fno-pic",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
        ];
        let arguments = COMMON.iter().chain(arguments).map(|a| a.to_string()).collect();
        Compiler { program: program.into(), arguments }
    }

    /// What it is always run with.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(String::as_str)
    }

    /// Runs it, and gives what it prints.
    ///
    /// # Errors
    /// [`Failed`] with what it complains of.
    pub fn run(&self, more: &[&OsStr]) -> Result<String, Failed> {
        let mut command = Command::new(&self.program);
        let output = command.args(&self.arguments).args(more).output();
        let output = output.map_err(|e| Failed(format!("cannot start {}: {e}", self.program.display())))?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            return Err(Failed(format!("{command:?}: {complaint}")));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// A caller's source files in a folder of its own.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The folder of the header.
    pub folder: PathBuf,
    /// The file with `call_by_c`.
    pub file: PathBuf,
    /// The header's functions for conventions, in the order of [`struct call`]'s `convention`.
    ///
    /// [`struct call`]: sources
    pub conventions: Vec<String>,
}

/// Writes the header and its caller for a compiler's target into a folder.
///
/// `defines` stand before the header is included: the doorbells.
///
/// # Errors
/// [`Failed`] when a file cannot be written, or the header is not as this crate expects it.
pub fn caller(header: &str, defines: &str, compiler: &Compiler, folder: &Path) -> Result<Caller, Failed> {
    let failed = |what: &Path, e: std::io::Error| Failed(format!("{}: {e}", what.display()));
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    let place = folder.join("hypercall.h");
    std::fs::write(&place, header).map_err(|e| failed(&place, e))?;
    let probe = folder.join("probe.c");
    std::fs::write(&probe, format!("{defines}\n#include \"hypercall.h\"\n"))
        .map_err(|e| failed(&probe, e))?;
    let text = compiler.run(&["-E".as_ref(), "-P".as_ref(), probe.as_os_str()])?;
    let functions = parse::functions(&text).map_err(Failed)?;
    let file = folder.join("make_call.c");
    std::fs::write(&file, write::call_by_c(&functions, defines)).map_err(|e| failed(&file, e))?;
    let conventions = functions.conventions.iter().map(|c| c.name.clone()).collect();
    Ok(Caller { folder: folder.into(), file, conventions })
}

/// The header's stubs with two registers of the target swapped: what a caller of them makes is wrong.
///
/// # Errors
/// [`Failed`] when the header names neither.
pub fn swapped(header: &str, registers: [&str; 2]) -> Result<String, Failed> {
    let [one, other] = registers.map(|r| format!("__asm__(\"{r}\")"));
    let text = header.replace(&one, "__asm__(\"\")").replace(&other, &one).replace("__asm__(\"\")", &other);
    if text == header { Err(Failed(format!("the header has neither {one} nor {other}"))) } else { Ok(text) }
}

/// For a build script: compiles `call_by_c` for the target with the linker that cargo is told of, and
/// `call_by_c_swapped`, for which two registers of the header's stubs are swapped.
///
/// # Errors
/// [`Failed`] when there is no header or it does not compile.
pub fn objects(header: &Path, arguments: &[&str], swap: [&str; 2]) -> Result<[PathBuf; 2], Failed> {
    let variable = |name| std::env::var_os(name).ok_or_else(|| Failed(format!("{name} is not set")));
    println!("cargo::rerun-if-changed={}", header.display());
    println!("cargo::rerun-if-changed={}", sources().display());
    let (compiler, folder) = (variable("RUSTC_LINKER")?, PathBuf::from(variable("OUT_DIR")?));
    let compiler = Compiler::new(compiler, arguments);
    let text = std::fs::read_to_string(header);
    let text = text.map_err(|e| Failed(format!("{}: {e}", header.display())))?;
    let object = |name: &str, text: &str| {
        let caller = caller(text, "", &compiler, &folder.join(name))?;
        let object = caller.folder.join("make_call.o");
        let define = format!("-Dcall_by_c={name}");
        let (include, own) = (sources(), caller.folder.as_os_str());
        let (file, out) = (caller.file.as_os_str(), object.as_os_str());
        let arguments: [&OsStr; 9] = [
            "-c".as_ref(),
            define.as_ref(),
            "-I".as_ref(),
            include.as_ref(),
            "-I".as_ref(),
            own,
            "-o".as_ref(),
            out,
            file,
        ];
        compiler.run(&arguments)?;
        Ok(object)
    };
    Ok([object("call_by_c", &text)?, object("call_by_c_swapped", &swapped(&text, swap)?)?])
}

/// Writes the Rust module and a crate that makes any of its calls into a folder; gives the crate's root, which has
/// `call_by_c` as C has it.
///
/// `arch` is Rust's name of the architecture, `doorbells` the port and the address of its doorbells on x86.
///
/// # Errors
/// [`Failed`] when a file cannot be written, or the module is not as this crate expects it.
pub fn rust_caller(module: &str, arch: &str, doorbells: (u8, u32), folder: &Path) -> Result<PathBuf, Failed> {
    let failed = |what: &Path, e: std::io::Error| Failed(format!("{}: {e}", what.display()));
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    let (port, address) = doorbells;
    let via = match arch {
        "x86" | "x86_64" => format!("stub::Via<{port}, {address}>"),
        _ => "stub::Via".to_string(),
    };
    let source = rust::source(module, arch, &via).map_err(Failed)?;
    // The ways stand in the order of the enum, which has no values to be made from.
    let way = format!(
        "unsafe fn way(way: u32) -> {via} {{\n    unsafe {{ core::mem::transmute(way as u8) }}\n}}\n"
    );
    let way = if source.contains("way(c.via)") { way } else { String::new() };
    let (place, root) = (folder.join("hypercall.rs"), folder.join("caller.rs"));
    std::fs::write(&place, module).map_err(|e| failed(&place, e))?;
    std::fs::write(&root, source + &way).map_err(|e| failed(&root, e))?;
    Ok(root)
}
