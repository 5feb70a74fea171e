//! `hypercall tables`.

use super::{Failure, print, program};
use crate::tables::{self, Book, FORMATS, Filter, Format};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use std::path::PathBuf;
use std::process::ExitCode;

/// Every form, of which only files can be made.
const ALL: &str = "all";

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    hypercall tables                               the whole ABI as Markdown\n  \
    hypercall tables --arch ppc --status active    what a PowerPC guest may call\n  \
    hypercall tables --name KVM_HC_SEND_IPI        one call\n  \
    hypercall tables --convention papr --format json\n  \
    hypercall tables --format all --out abi        a file of each form in the folder abi")]
pub struct Arguments {
    /// The form of the tables
    #[arg(long, value_parser = formats(), default_value = "md", value_name = "FORM")]
    format: String,
    /// Write files to this folder, which is made if it is not there, and nothing to stdout
    #[arg(long, value_name = "FOLDER", required_if_eq("format", ALL))]
    out: Option<PathBuf>,
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

fn formats() -> PossibleValuesParser {
    let all = PossibleValue::new(ALL).help("each of them; with --out");
    PossibleValuesParser::new(
        FORMATS
            .iter()
            .map(|f| PossibleValue::new(f.name).help(format!("{} ({})", f.about, f.file)))
            .chain([all]),
    )
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
        let wanted: Vec<&'static Format> =
            FORMATS.iter().filter(|f| self.format == ALL || self.format == f.name).collect();
        match self.out {
            Some(folder) => {
                for path in tables::write(&book, wanted, &folder).map_err(Failure::failed)? {
                    eprintln!("{}: wrote {}", program(), path.display());
                }
            }
            None => {
                for format in wanted {
                    print(&(format.render)(&book).map_err(Failure::failed)?)?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
