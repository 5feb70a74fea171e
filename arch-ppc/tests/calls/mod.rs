//! The calls that these tests make, and a VM that serves them.

use hypercall_arch_ppc::{convention, entry};
use hypercall_core::{Completion, Fault, VmExit, interface, prelude::*};
use std::sync::Mutex;

/// The calls' number space: block 1, tokens 0x1000 on, PAPR numbers 0x7200 on.
pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// Takes every argument register of ePAPR, and gives every output.
#[derive(Debug, PartialEq, Clone, Hypercall)]
#[hypercall(number = 1, name = "ACME_EIGHT", interface = ACME, arch(ppc), status = active,
    outputs("1", "2", "3", "4", "5", "6", "7"))]
pub struct Eight {
    /// First.
    pub a: u64,
    /// Second.
    pub b: u64,
    /// Third.
    pub c: u64,
    /// Fourth.
    pub d: u64,
    /// Fifth.
    pub e: u64,
    /// Sixth.
    pub f: u64,
    /// Seventh.
    pub g: u64,
    /// Eighth.
    pub h: u64,
}

/// Ends in one of the ways a call may end.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "ACME_END", interface = ACME, arch(ppc), status = active)]
pub struct End {
    /// Which.
    pub way: u64,
}

/// KVM's first PowerPC call.
#[derive(Hypercall)]
#[hypercall(number = 3, name = "KVM_HC_FEATURES", interface = kvm, arch(ppc), status = active)]
pub struct Features;

/// Writes to the console: nothing here, but its registers are PAPR's.
#[derive(Hypercall)]
#[hypercall(number = 0x58, name = "H_PUT_TERM_CHAR", interface = papr, arch(ppc), status = active)]
pub struct PutTermChar {
    /// Unit.
    pub unit: u64,
    /// Length.
    pub length: u64,
}

/// What the handlers leave behind.
#[derive(Default)]
pub struct Vm {
    /// The last [`Eight`].
    pub eight: Mutex<Option<Eight>>,
    /// The right to complete the deferred call.
    pub completion: Mutex<Option<Completion>>,
}

/// The value of [`Eight`]; its outputs are this and 1 to 7 more.
pub const VALUE: u64 = 0xa1a2_a3a4_a5a6_a7a0;

/// Serves all of them at all entry points.
pub fn dispatcher(policy: Policy) -> Dispatcher<Vm> {
    Dispatcher::builder(Arch::Ppc)
        .entry(entry::HYPERCALL_INSTRUCTIONS, &convention::EPAPR, &interface::KVM)
        .entry(entry::SC1, &convention::PAPR, &interface::PAPR)
        .entry(entry::EXIT_PAPR_HCALL, &convention::PAPR, &interface::PAPR)
        .policy(policy)
        .handle(|vm: &Vm, call: Eight, _: &mut Context<'_>| {
            *vm.eight.lock().unwrap() = Some(call);
            Ok((1..8).fold(Output::value(VALUE), |output, i| output.and(VALUE + i)))
        })
        .handle(|vm: &Vm, call: End, context: &mut Context<'_>| match call.way {
            0 => Ok(Outcome::Retry),
            1 => Ok(Outcome::Fault(Fault { code: 0x700, error_code: None })),
            2 => Ok(Outcome::Exit(VmExit { code: 9 })),
            3 => {
                *vm.completion.lock().unwrap() = Some(context.defer());
                Ok(Outcome::Deferred)
            }
            4 => Err(Error::BadAddress),
            5 => Ok(Outcome::Complete(Output::NONE)),
            _ => Err(Error::Invalid),
        })
        .handle(|_: &Vm, _: Features, _: &mut Context<'_>| Ok(2_u64))
        .handle(|_: &Vm, call: PutTermChar, _: &mut Context<'_>| match (call.unit, call.length) {
            (0x3000_0000, 0..=16) => Ok(()),
            _ => Err(Error::Invalid),
        })
        .build()
        .unwrap()
}
