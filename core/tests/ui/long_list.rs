//! A list of more calls than a word has bits.

use hypercall_core::prelude::*;

static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// Does nothing.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "ACME_NOP", interface = ACME, arch(x86), status = active)]
struct Nop;

struct Vm;

impl Serves<Nop> for Vm {
    type Answer = ();
    fn serve(&self, _: Nop, _: &mut Context<'_>) -> Result<(), Error> {
        Ok(())
    }
}

hypercall_core::call_list! {
    struct Long for Vm {
        Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop,
        Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop,
        Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop,
        Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop, Nop,
        Nop,
    }
}

fn main() {}
