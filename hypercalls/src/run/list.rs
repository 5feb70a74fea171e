//! The project's own calls as a [list](hypercall_core::list): what [`stock::vendor`](crate::stock::vendor) offers,
//! known where the program is compiled.

use super::machine::Machine;
use crate::stock::vendor;
use crate::vendor::{
    Checksum, Defer, ExitVm, Fail, HostTime, Mix1, Mix2, Mix3, Mix4, Narrow, Nop, OldNop, Panic, RaiseFault,
    Retry, Signed, Types,
};
use hypercall_core::{Context, Error, Fault, Outcome, Serves, VmExit, call_list};

/// For each call what it comes to, and the handler.
macro_rules! served {
    ($($call:ident -> $answer:ty = $handler:expr;)*) => {
        $(impl Serves<$call> for Machine {
            type Answer = $answer;

            fn serve(&self, call: $call, context: &mut Context<'_>) -> Result<$answer, Error> {
                let handler: fn(&Machine, $call, &mut Context<'_>) -> Result<$answer, Error> = $handler;
                handler(self, call, context)
            }
        })*

        call_list! {
            /// Those that every architecture has.
            pub struct Own for Machine { $($call),* }
        }
    };
}

served! {
    Nop -> () = |_, _, _| Ok(());
    Mix1 -> u64 = |_, call, _| Ok(call.sum());
    Mix2 -> u64 = |_, call, _| Ok(call.sum());
    Mix3 -> u64 = |_, call, _| Ok(call.sum());
    Mix4 -> u64 = |_, call, _| Ok(call.sum());
    Fail -> () = vendor::fail;
    Types -> u64 = vendor::types;
    Signed -> u64 = vendor::signed;
    Narrow -> u64 = |_, call, _| Ok(call.sum());
    Checksum -> u64 = vendor::checksum;
    Retry -> Outcome = vendor::retry;
    Defer -> Outcome = vendor::defer;
    RaiseFault -> Fault = vendor::raise_fault;
    ExitVm -> VmExit = vendor::exit_vm;
    Panic -> () = vendor::panic;
    OldNop -> () = |_, _, _| Ok(());
    HostTime -> u64 = vendor::host_time;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Via, binding, dispatcher_via};
    use hypercall_arch_ppc::PpcRegisters;
    use hypercall_arch_s390::S390Registers;
    use hypercall_arch_x86::X86Registers;
    use hypercall_core::memory::FlatMemory;
    use hypercall_core::{CallList, EntryPoint, Policy, Registers};
    use std::sync::Arc;

    fn in_place<R: Registers>(convention: &str, via: Via) -> u32 {
        let binding = binding(convention).unwrap();
        let memory = Box::new(FlatMemory::new(0, 0));
        let machine =
            Machine::new(binding.convention.arch, 1, memory, Box::new(|_| ()), Box::new(|_| 0)).unwrap();
        let machine = Arc::new(machine);
        let point = EntryPoint::new("test", 0);
        let dispatcher = dispatcher_via(via, &machine, binding, &[point], Policy::default()).unwrap();
        dispatcher.list_entry::<Own, R>(point).unwrap().in_place()
    }

    /// All of them but the deprecated one.
    #[test]
    fn the_cases_that_go_by_the_list_do() {
        let most = <Own as CallList<Machine>>::LEN as u32 - 1;
        assert_eq!(in_place::<S390Registers>("diag500", Via::List), most);
        assert_eq!(in_place::<PpcRegisters>("epapr", Via::List), most);
        assert_eq!(in_place::<X86Registers>("kvm", Via::List), most);
        assert_eq!(in_place::<X86Registers>("kvm", Via::Registers), 0);
        assert_eq!(in_place::<X86Registers>("xen", Via::List), 0, "it is compiled for KVM's convention");
    }
}
