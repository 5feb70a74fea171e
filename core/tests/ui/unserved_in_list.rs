//! A list of a call that the VM does not serve.

use hypercall_core::prelude::*;

static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// Does nothing.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "ACME_NOP", interface = ACME, arch(x86), status = active)]
struct Nop;

struct Vm;

hypercall_core::call_list! {
    struct Calls for Vm { Nop }
}

fn main() {}
