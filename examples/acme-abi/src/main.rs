//! ACME's own `hypercall` command: everything it does, it does for ACME's calls too.

use acme_calls as _; // the linker drops a crate that nothing refers to, and its calls with it

fn main() -> std::process::ExitCode {
    hypercalls::cli::main()
}
