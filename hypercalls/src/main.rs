//! The `hypercall` command.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    hypercall_core::panics::silence_handler_panics();
    cli::Command::parse().execute()
}
