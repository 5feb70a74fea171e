//! The command line: verbs, flags, exit statuses.
//!
//! Data goes to stdout, words to stderr. 0 is success, 1 a failed check or a host that cannot do what was
//! asked, 2 bad usage.
//!
//! A VMM's author has the same command for calls of their own: a program that links them and calls [`main`].
//!
//! ```no_run
//! // use acme_calls as _; // the crate with the calls; the linker drops what nothing refers to
//!
//! fn main() -> std::process::ExitCode {
//!     hypercalls::cli::main()
//! }
//! ```

mod abi;
mod bench;
mod decode;
mod probe;
mod run;
mod tables;

use clap::{Parser, Subcommand, ValueEnum};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Serves, documents and tests hypercalls of x86, s390 and PowerPC virtual machines.
#[derive(Debug, Parser)]
#[command(
    name = "hypercall",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  \
        hypercall                                      every call by a real guest on /dev/kvm, or loopback without it\n  \
        hypercall run --transport mmio --vcpus 2       over the MMIO doorbell, by two vCPUs at once\n  \
        hypercall run --backend loopback --convention epapr --format json\n  \
        hypercall run --guest my-guest.elf             a guest of yours\n  \
        hypercall tables --arch s390                   the ABI as Markdown\n  \
        hypercall abi check                            what a change of the ABI means for guests\n  \
        hypercall probe                                what this host's KVM delivers\n  \
        hypercall bench --quick                        what a call costs here\n  \
        hypercall decode trace.txt                     the calls of a kernel trace, by name\n\n\
        Exit status: 0 success, 1 a failed check or a host that cannot do it, 2 bad usage."
)]
struct Command {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    run: run::Arguments,
    /// What is logged to stderr; by default warnings, and with the built-in guest errors, as it provokes
    /// what a warning is about
    #[arg(long, global = true, value_enum, value_name = "LEVEL")]
    log: Option<LogLevel>,
}

/// A level of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make every hypercall of the catalogue in a guest and check every answer and register (the default)
    Run(run::Arguments),
    /// Print the hypercall ABI: the catalogue, calling conventions and error codes
    Tables(tables::Arguments),
    /// Record the hypercall ABI in a file, and check that a change breaks no guest
    Abi(abi::Arguments),
    /// Show what this host's KVM offers and which hypercall transports it really delivers
    Probe(probe::Arguments),
    /// Measure what a call costs on this host, against what it could cost
    Bench(bench::Arguments),
    /// Read hypercalls from a kernel trace or a run, and print them by name
    Decode(decode::Arguments),
}

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// Does what the command line asks for, with the calls that are linked into the program.
pub fn main() -> ExitCode {
    hypercall_core::panics::silence_handler_panics();
    Command::parse().execute()
}

/// The name the program was started by.
fn program() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_stem).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "hypercall".into())
}

impl Command {
    /// Does what was asked for.
    fn execute(self) -> ExitCode {
        let verb = self.verb.unwrap_or(Verb::Run(self.run));
        let usual = match &verb {
            Verb::Run(arguments) if arguments.is_built_in() => LogLevel::Error,
            _ => LogLevel::Warn,
        };
        log_to_stderr(self.log.unwrap_or(usual));
        let done = match verb {
            Verb::Run(arguments) => arguments.execute(),
            Verb::Tables(arguments) => arguments.execute(),
            Verb::Abi(arguments) => arguments.execute(),
            Verb::Probe(arguments) => arguments.execute(),
            Verb::Bench(arguments) => arguments.execute(),
            Verb::Decode(arguments) => arguments.execute(),
        };
        match done {
            Ok(code) => code,
            Err(failure) => {
                eprintln!("{}: {}", program(), failure.message);
                failure.code
            }
        }
    }
}

fn log_to_stderr(level: LogLevel) {
    let level = match level {
        LogLevel::Off => tracing::level_filters::LevelFilter::OFF,
        LogLevel::Error => tracing::Level::ERROR.into(),
        LogLevel::Warn => tracing::Level::WARN.into(),
        LogLevel::Info => tracing::Level::INFO.into(),
        LogLevel::Debug => tracing::Level::DEBUG.into(),
        LogLevel::Trace => tracing::Level::TRACE.into(),
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_max_level(level)
        .without_time()
        .init();
}

/// A verb that did not come to an answer.
struct Failure {
    message: String,
    code: ExitCode,
}

impl Failure {
    /// What was asked for makes no sense.
    fn usage(message: impl ToString) -> Failure {
        Failure { message: message.to_string(), code: ExitCode::from(2) }
    }

    /// What was asked for failed.
    fn failed(message: impl ToString) -> Failure {
        Failure { message: message.to_string(), code: ExitCode::FAILURE }
    }
}

/// Writes data to stdout; a reader that went away early is no error.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::failed)?;
    print(&(text + "\n"))
}

/// One object a line.
fn print_json_line(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(Failure::failed)?;
    print(&(text + "\n"))
}
