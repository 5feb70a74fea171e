//! `hypercall bench`.

use super::{Failure, Format, print, print_json};
use crate::bench::{self, BenchError, Options};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    hypercall bench                                everything, as a table\n  \
    hypercall bench --quick                        the same in a hurry, with more spread\n  \
    hypercall bench --plot bench.svg               and as a picture\n  \
    hypercall bench --only dispatch/dense/64       one part, by the beginning of its ids\n  \
    hypercall bench --only decode                  how many lines of a trace a second, without KVM\n  \
    hypercall bench --only dispatch/dense/64/random/hypercall,dispatch/papr --rounds 101 --format json\n\n\
    A figure is the median of the rounds; in each round every member of a group is measured in turn, and the \
    ratio is the median of the rounds' ratios. Time is CPU time of the thread that makes the calls; \
    the figures of decode are lines a second, where more is better.")]
pub struct Arguments {
    /// Only figures whose id begins so, and what they are compared with; several separated by commas
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    only: Vec<String>,
    /// How many rounds count
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: Option<u32>,
    /// Few rounds
    #[arg(long, conflicts_with = "rounds")]
    quick: bool,
    /// Also draw the figures, as an SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// How the figures are printed
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Arguments {
    pub fn execute(self) -> Result<ExitCode, Failure> {
        let usual = if self.quick { bench::QUICK_ROUNDS } else { bench::ROUNDS };
        let rounds = self.rounds.map_or(usual, |rounds| rounds as usize);
        let report = bench::run(&Options { only: self.only, rounds }).map_err(|error| match error {
            BenchError::Nothing { .. } => Failure::usage(error),
            _ => Failure::failed(error),
        })?;
        if let Some(path) = &self.plot {
            std::fs::write(path, bench::plot::svg(&report))
                .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
        }
        match self.format {
            Format::Table => print(&report.table())?,
            Format::Json => print_json(&report)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
