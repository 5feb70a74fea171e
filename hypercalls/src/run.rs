//! Makes the conformance cases, or runs a guest of the user's, and reports what happened.

#[cfg(all(feature = "cli", target_arch = "x86_64", target_os = "linux"))]
pub mod guest;
pub mod judge;
#[cfg(all(feature = "cli", target_arch = "x86_64", target_os = "linux"))]
pub mod kvm;
pub mod list;
pub mod loopback;
pub mod machine;
pub mod report;
#[cfg(all(feature = "cli", target_arch = "x86_64", target_os = "linux"))]
pub mod vm;

use crate::cases::linked;
use crate::services::Memory;
use crate::stock;
use hypercall_arch_ppc::convention as ppc;
use hypercall_arch_s390::convention as s390;
use hypercall_arch_x86::convention as x86;
use hypercall_core::multicall::Batches;
use hypercall_core::services::Services;
use hypercall_core::{Arch, BuildError, Convention, Dispatcher, EntryPoint, Interface, Policy, interface};
use list::Own;
use machine::Machine;
use std::sync::Arc;

/// How the cases come to the dispatcher.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Via {
    /// In registers, each by an exit of its own.
    #[default]
    Registers,
    /// As in registers, and those of the project's own are served by code that is compiled of them as a list.
    List,
    /// As entries of HYPERCALL_MULTICALL, many in one exit.
    Multicall,
    /// Through a ring that a thread of the VMM's polls, without an exit.
    Ring,
}

impl Via {
    /// Whether a case is called by registers of its own, not from memory.
    pub fn is_registers(self) -> bool {
        matches!(self, Via::Registers | Via::List)
    }

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Via::Registers => "registers",
            Via::List => "list",
            Via::Multicall => "multicall",
            Via::Ring => "ring",
        }
    }
}

/// A convention that cases can be run over, and the interface bound to it.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The convention.
    pub convention: &'static Convention,
    /// The interface whose numbers are plain there.
    pub interface: &'static Interface,
}

/// The bindings that `--convention` names, the first an architecture's usual one.
pub static BINDINGS: [Binding; 6] = [
    Binding { convention: &x86::KVM, interface: &interface::KVM },
    // Its header defines no call.
    Binding { convention: &x86::PARA_2007, interface: &interface::VENDOR },
    Binding { convention: &x86::XEN, interface: &interface::XEN },
    Binding { convention: &s390::DIAG500, interface: &interface::DIAG500 },
    Binding { convention: &ppc::EPAPR, interface: &interface::KVM },
    Binding { convention: &ppc::PAPR, interface: &interface::PAPR },
];

/// The binding of a convention's name.
pub fn binding(convention: &str) -> Option<&'static Binding> {
    BINDINGS.iter().find(|b| b.convention.name == convention)
}

/// A dispatcher with every stock handler, for a machine.
///
/// # Errors
/// [`BuildError`] when the policy names an unknown call.
pub fn dispatcher(
    machine: &Arc<Machine>,
    binding: &Binding,
    points: &[EntryPoint],
    policy: Policy,
) -> Result<Dispatcher<Machine>, BuildError> {
    dispatcher_via(Via::Registers, machine, binding, points, policy)
}

/// The same, for calls that come in this way.
///
/// # Errors
/// As [`dispatcher`].
pub fn dispatcher_via(
    via: Via,
    machine: &Arc<Machine>,
    binding: &Binding,
    points: &[EntryPoint],
    policy: Policy,
) -> Result<Dispatcher<Machine>, BuildError> {
    let arch: Arch = binding.convention.arch;
    let console: Arc<dyn crate::services::GuestConsole> = machine.clone();
    let services = linked::services(Services::new().with::<dyn crate::services::GuestConsole>(console));
    let mut builder = Dispatcher::builder(arch)
        .policy(policy)
        .linked_handlers(&services)
        .multicall(Batches::new(|machine: &Machine| machine.memory()));
    if via == Via::List {
        builder = builder.serves_list::<Own>();
    }
    for point in points {
        builder = builder.entry(*point, binding.convention, binding.interface);
    }
    let dispatcher = stock::rings(stock::xen(stock::all(builder))).build()?;
    machine.set_calls_served(dispatcher.served().len() as u64);
    Ok(dispatcher)
}
