//! `hypercall tables`.

use super::{Failure, print, print_json};
use clap::{Args, ValueEnum};
use hypercalls::tables::{self, Book, Filter, render_json, render_md};
use std::process::ExitCode;

/// How the tables are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown.
    Md,
    /// JSON, with everything that is in the Markdown.
    Json,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    hypercall tables                               the whole ABI as Markdown\n  \
    hypercall tables --arch ppc --status active    what a PowerPC guest may call\n  \
    hypercall tables --name KVM_HC_SEND_IPI        one call\n  \
    hypercall tables --convention papr --format json")]
pub struct Arguments {
    /// How the tables are printed
    #[arg(long, value_enum, default_value = "md")]
    format: Format,
    /// Only calls of an architecture: x86, s390, ppc or mips
    #[arg(long)]
    arch: Option<String>,
    /// Only calls with a status: active, deprecated or obsolete
    #[arg(long)]
    status: Option<String>,
    /// Only the call of this name
    #[arg(long)]
    name: Option<String>,
    /// Only calls that a convention carries: kvm, para-2007, xen, diag500, epapr or papr
    #[arg(long)]
    convention: Option<String>,
}

impl Arguments {
    pub fn execute(self) -> Result<ExitCode, Failure> {
        let filter = Filter {
            arch: self.arch.as_deref().map(tables::arch).transpose().map_err(Failure::usage)?,
            status: self.status.as_deref().map(tables::status).transpose().map_err(Failure::usage)?,
            name: self.name,
            convention: self.convention,
        };
        let book = Book::linked().map_err(Failure::failed)?;
        let book = book.filtered(&filter).map_err(Failure::usage)?;
        match self.format {
            Format::Md => print(&render_md(&book))?,
            Format::Json => print_json(&render_json(&book))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
