//! The command line of `tests/run`.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Sets up and runs the tests of the workspace.
///
/// Programs and Rust targets that are missing are installed (Debian and Ubuntu packages as root or with `sudo -n`,
/// the rest with rustup); what cannot be installed is named and fails its row. Progress goes to stderr, the summary to
/// stdout. The exit status is 0 if nothing failed.
#[derive(Debug, Parser)]
#[command(name = "tests/run", after_help = EXAMPLES)]
pub struct Cli {
    /// Run only what needs no installation: the tests of this machine and of its KVM
    #[arg(long)]
    pub quick: bool,

    /// Rows of this architecture only (may be given more than once)
    #[arg(long, value_enum, value_name = "ARCH", default_value = "all")]
    pub arch: Vec<ArchFilter>,

    /// Put a hypercall crate of your own through everything that makes the conformance cases: its definitions, handlers
    /// and cases are linked into the programs and images. See docs/cross-architecture-ci.md
    #[arg(long, value_name = "PATH")]
    pub with: Option<PathBuf>,

    /// How to print the summary; with json nothing else is on stdout
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,

    /// Fail if a test of a selected row was not run; what this host's KVM does not deliver may run on the
    /// second KVM instead
    #[arg(long)]
    pub require_all: bool,

    /// Print the rows that would run, and run nothing
    #[arg(long)]
    pub list: bool,
}

const EXAMPLES: &str = "\
Examples:
  tests/run                      install what is missing and run everything
  tests/run --quick              the tests of this machine only
  tests/run --arch s390x         the tests as s390x binaries under user-mode QEMU
  tests/run --with ../my-calls   a crate with hypercalls of your own, on every architecture
  tests/run --require-all        as continuous integration does: nothing may be left out
  tests/run --format json        {\"rows\":[{\"arch\",\"tier\",\"run\",\"passed\",\"failed\",\"not_run\",\"reason\"}]}";

/// Form of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table, then `N passed, N failed`.
    Text,
    /// One JSON object.
    Json,
}

/// An architecture that the tests run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// This machine.
    X86_64,
    /// Big-endian.
    S390x,
    /// PowerPC, big-endian.
    Ppc64,
    /// PowerPC, little-endian.
    Ppc64le,
}

impl Arch {
    /// The name in the summary.
    pub fn name(self) -> &'static str {
        match self {
            Arch::X86_64 => "x86_64",
            Arch::S390x => "s390x",
            Arch::Ppc64 => "ppc64",
            Arch::Ppc64le => "ppc64le",
        }
    }
}

/// A value of `--arch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ArchFilter {
    /// This machine
    #[value(name = "x86_64")]
    X86_64,
    /// s390x, big-endian
    S390x,
    /// powerpc64, big-endian
    Ppc64,
    /// powerpc64le, little-endian
    Ppc64le,
    /// Every architecture
    All,
}

impl ArchFilter {
    /// Whether rows of `arch` are wanted.
    pub fn matches(self, arch: Arch) -> bool {
        match self {
            ArchFilter::X86_64 => arch == Arch::X86_64,
            ArchFilter::S390x => arch == Arch::S390x,
            ArchFilter::Ppc64 => arch == Arch::Ppc64,
            ArchFilter::Ppc64le => arch == Arch::Ppc64le,
            ArchFilter::All => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_flags_everything_runs() {
        let cli = Cli::parse_from(["tests/run"]);
        assert_eq!(cli.arch, [ArchFilter::All]);
        assert!(!cli.quick && !cli.require_all && !cli.list);
        assert_eq!(cli.format, Format::Text);
    }

    #[test]
    fn an_unknown_architecture_is_refused() {
        assert!(Cli::try_parse_from(["tests/run", "--arch", "vax"]).is_err());
    }
}
