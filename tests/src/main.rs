//! Runs the tests of the workspace and says, per architecture and tier, how many passed.
//!
//! `tests/run` starts it. A *row* of the summary is one architecture on one tier (this machine, its KVM, the lints,
//! user-mode QEMU, bare metal in QEMU); a row is made of *steps*, each a child process with a time limit and a log file.

mod archive;
mod cli;
mod emulator;
mod exec;
mod image;
mod initramfs;
mod libtest;
mod report;
mod session;
mod setup;
mod suite;
mod tally;
mod tier;
mod with;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Format};
use crate::report::Report;
use crate::session::Session;
use crate::with::With;
use crate::workspace::Workspace;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("tests/run: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode, String> {
    let plans = tier::selected(&cli.arch, cli.quick, cli.with.is_some());
    if plans.is_empty() {
        return Err("nothing to run: --quick has no row for this architecture".to_owned());
    }
    if cli.list {
        report::print_list(&plans, cli.format).map_err(|e| format!("stdout: {e}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    if std::env::consts::ARCH != "x86_64" || std::env::consts::OS != "linux" {
        return Err("the tests run on x86_64 Linux only".to_owned());
    }

    let workspace = Workspace::load(&[])?;
    let session = Session::new(&workspace.target_directory, !cli.quick)?;
    let with = cli.with.as_ref().map(|path| With::enter(path, &workspace)).transpose()?;
    let mut report = Report::default();
    for plan in &plans {
        session.heading(&format!("{} {}", plan.arch.name(), plan.tier.name()));
        report.rows.push(match &with {
            Some(with) => with.run(plan, &session),
            None => plan.run(&session, &workspace),
        });
        if session.interrupted() {
            return Err("interrupted".to_owned());
        }
    }
    match cli.format {
        Format::Text => report.print_text(std::io::stdout()),
        Format::Json => report.print_json(std::io::stdout()),
    }
    .map_err(|e| format!("stdout: {e}"))?;
    Ok(if report.succeeded(cli.require_all) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
