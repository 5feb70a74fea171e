//! The `hypercall` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    hypercalls::cli::main()
}
