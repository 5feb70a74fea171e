//! The cases without a vCPU: the same marshalling and dispatcher over a register file in memory.

use super::judge::{Meant, allowed, endian_of, firsts, now, prepare, wrong};
use super::list::Own;
use super::machine::Machine;
use super::report::{Call, Counted, Found, Report, Row};
use super::{Binding, Via, dispatcher_via};
use crate::cases::lower::{Ending, Image, MAX_REGISTERS, Place, Rules, is_for, lower};
use crate::cases::oracle::Spec;
use crate::cases::{self, Case, DATA_SIZE, entry, oracle};
use crate::registers::{AnyRegisters, RegisterFile};
use hypercall_core::memory::WordMemory;
use hypercall_core::ring::Polling;
use hypercall_core::{
    Action, BuildError, Caller, Dispatcher, EntryId, EntryPoint, Policy, Privilege, Registers, Vcpu, Width,
};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

/// The entry point of the loopback backend.
pub const ENTRY: EntryPoint = EntryPoint::new("loopback", 0);

/// Where the data areas of the vCPUs begin; one page is before them.
const DATA: u64 = 0x1000;

/// Why the cases were not made.
#[derive(Debug, thiserror::Error)]
pub enum LoopbackError {
    /// No dispatcher.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// No worker thread.
    #[error("cannot start the worker thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// Makes every case over a convention, once a vCPU: in each mode, and in 64-bit mode as a user program.
///
/// # Errors
/// [`LoopbackError`] when the policy names an unknown call or the host has no thread left.
pub fn run(binding: &'static Binding, vcpus: u32, policy: Policy) -> Result<Report, LoopbackError> {
    run_via(Via::Registers, binding, vcpus, policy)
}

/// The same, by another way than the registers.
///
/// # Errors
/// As [`run`].
pub fn run_via(
    via: Via,
    binding: &'static Binding,
    vcpus: u32,
    policy: Policy,
) -> Result<Report, LoopbackError> {
    let arch = binding.convention.arch;
    let memory_end = DATA + u64::from(vcpus) * DATA_SIZE;
    let memory = WordMemory::new(0, memory_end as usize);
    let start = Instant::now();
    let counter = Box::new(move |_| start.elapsed().as_nanos() as u64);
    let machine = Machine::new(arch, vcpus, Box::new(memory.clone()), Box::new(|_| ()), counter)?;
    let machine = Arc::new(machine.with_rings_in(memory.clone()));
    let dispatcher = dispatcher_via(via, &machine, binding, &[ENTRY], policy.clone())?;
    let (mut calls, mut counts) = (Vec::new(), Vec::new());
    for index in 0..vcpus {
        let place =
            Place { vcpu: index, data: DATA + u64::from(index) * DATA_SIZE, memory_end, linear: None };
        let mut guest = Guest {
            binding,
            machine: &machine,
            dispatcher: &dispatcher,
            entry: dispatcher.entry(ENTRY).expect("bound above"),
            vcpu: dispatcher.vcpu(index),
            place,
            policy: &policy,
            memory: &memory,
            via,
        };
        for mode in binding.convention.modes {
            let cases = cases::all().filter(|c| is_for(c, mode.width));
            calls.extend(cases.map(|c| guest.call(c, mode.width, Privilege::Supervisor)));
        }
        let first = binding.convention.modes[0].width;
        let cases = firsts().filter(|c| is_for(c, first));
        calls.extend(cases.map(|c| guest.call(c, first, Privilege::User)));
        counts.push(guest.vcpu.statistics().total());
    }
    let counted = Counted::sum(counts, machine.rings());
    let name = binding.convention.name;
    Ok(Report::new("loopback", "loopback", name, vcpus, calls, 0).via(via).counting(counted))
}

struct Guest<'a> {
    binding: &'static Binding,
    machine: &'a Machine,
    dispatcher: &'a Dispatcher<Machine>,
    entry: EntryId,
    vcpu: Vcpu,
    place: Place,
    policy: &'a Policy,
    memory: &'a WordMemory,
    via: Via,
}

impl Guest<'_> {
    fn call(&mut self, case: &'static Case, width: Width, privilege: Privilege) -> Call {
        use crate::services::Memory;
        let convention = self.binding.convention;
        let arch = convention.arch;
        let spec = oracle::spec(convention.name, width).expect("the oracle knows every convention");
        let mut file = AnyRegisters::of(arch).expect("bindings are of architectures with a backend");
        let rules = Rules {
            privilege,
            user_allowed: self.policy.user_mode(),
            allowed: allowed(self.dispatcher, self.policy, case),
            dirty_upper_halves: true,
            in_multicall: !self.via.is_registers(),
        };
        let image = lower(case, spec, file.all(), &self.place, &rules);
        let memory = self.machine.memory();
        prepare(memory, &self.place, case);
        let caller = Caller { width, privilege, endian: endian_of(arch) };

        let start = Instant::now();
        let registers = file.all();
        let made = match self.via {
            Via::Registers | Via::List => Ok(self.make(&mut file, &image.input, caller)),
            Via::Multicall => {
                let place = (memory, self.place.data + entry::ENTRY, caller.endian);
                let make = |input: &_| self.make(&mut file, input, caller);
                entry::through_multicall(&image, spec, registers, place, make)
            }
            Via::Ring => self.through_ring(&mut file, &image, spec, caller),
        };
        let ns = u64::try_from(start.elapsed().as_nanos()).ok();

        let objection = made.as_ref().err().cloned();
        let (found, ending) = made.unwrap_or((image.input, Ending::Returns));
        let found = Found { registers: &found, ending };
        let meant = Meant {
            case,
            image: &image,
            place: &self.place,
            width,
            endian: caller.endian,
            registers,
            now: now(),
        };
        let wrong = objection.or_else(|| wrong(&meant, found.registers, found.ending, memory));
        let row = Row {
            case,
            convention,
            width,
            privilege,
            vcpu: self.place.vcpu,
            transport: "loopback",
            image: &image,
        };
        row.call(self.dispatcher.registry(), found, wrong, ns)
    }

    /// Makes a call through a ring, which another thread serves.
    fn through_ring(
        &mut self,
        file: &mut AnyRegisters,
        image: &Image,
        spec: &Spec,
        caller: Caller,
    ) -> Result<([u64; MAX_REGISTERS], Ending), String> {
        let (machine, dispatcher) = (self.machine, self.dispatcher);
        let rings = machine.rings();
        rings.restart();
        std::thread::scope(|scope| {
            let polling = Polling::default();
            let memory = machine.shared_memory().expect("the loopback's memory has words");
            let host = scope.spawn(move || rings.poll(memory, dispatcher, machine, polling));
            let address = self.place.data + cases::RING;
            let place = (self.memory.from(address), address, caller.endian);
            let registers = file.all();
            let made =
                entry::through_ring(image, spec, registers, place, |input| self.make(file, input, caller));
            rings.stop();
            match host.join() {
                Ok(Some(exit)) => made.map(|_| (image.input, Ending::Exits(exit.code))),
                Ok(None) => made,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Makes a call with these registers: what they are afterwards.
    fn make(
        &mut self,
        file: &mut AnyRegisters,
        input: &[u64; MAX_REGISTERS],
        caller: Caller,
    ) -> ([u64; MAX_REGISTERS], Ending) {
        let count = file.all().len();
        (0..count).for_each(|i| file.write(i, input[i]));
        let ending = self.serve(file, caller);
        let mut registers = [0; MAX_REGISTERS];
        (0..count).for_each(|i| registers[i] = file.read(i));
        (registers, ending)
    }

    /// Has the dispatcher serve the call, or the code of the list, which is compiled for an architecture's registers.
    fn step(&mut self, file: &mut AnyRegisters, caller: Caller) -> ControlFlow<Action> {
        match (self.via, file) {
            (Via::List, AnyRegisters::X86(registers)) => self.step_list(registers, caller),
            (Via::List, AnyRegisters::S390(registers)) => self.step_list(registers, caller),
            (Via::List, AnyRegisters::Ppc(registers)) => self.step_list(registers, caller),
            (_, file) => self.dispatcher.serve(self.entry, self.machine, &mut self.vcpu, file, caller),
        }
    }

    fn step_list<R: Registers>(&mut self, registers: &mut R, caller: Caller) -> ControlFlow<Action> {
        let entry = self.dispatcher.list_entry::<Own, R>(ENTRY).expect("bound above");
        self.dispatcher.serve_list(entry, self.machine, &mut self.vcpu, registers, caller)
    }

    /// Serves the call as a backend does; a fault or an exit leaves the registers as they were.
    fn serve(&mut self, file: &mut AnyRegisters, caller: Caller) -> Ending {
        loop {
            let mut next = self.step(file, caller).break_value();
            if let Some(Action::Deferred(deferral)) = next {
                let answer = self.vcpu.wait(deferral);
                if let Action::Return(registers) = &answer {
                    self.binding.convention.mode_for(caller.width).write(file, registers);
                }
                next = Some(answer);
            }
            match next {
                None | Some(Action::Return(_)) => return Ending::Returns,
                Some(Action::Fault(_)) => return Ending::Faults,
                Some(Action::Exit(exit)) => return Ending::Exits(exit.code),
                // The answer of a deferred call is not deferred.
                Some(Action::Retry | Action::Deferred(_)) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::BINDINGS;

    #[test]
    fn every_case_is_right_over_every_convention() {
        hypercall_core::panics::silence_handler_panics();
        for binding in &BINDINGS {
            for via in [Via::Registers, Via::List, Via::Multicall, Via::Ring] {
                let report = run_via(via, binding, 2, Policy::default()).unwrap();
                let wrong: Vec<_> = report.calls.iter().filter(|c| !c.ok).collect();
                assert!(wrong.is_empty(), "{}: {wrong:#?}", report.summary());
                assert!(report.passed >= 2 * 60, "{}", report.summary());
            }
        }
    }

    #[test]
    fn a_denied_call_is_expected_to_be_unknown() {
        let policy: Policy = "default,deny=HYPERCALL_MIX_1".parse().unwrap();
        for binding in &BINDINGS {
            let report = run(binding, 1, policy.clone()).unwrap();
            for via in [Via::List, Via::Multicall, Via::Ring] {
                assert_eq!(run_via(via, binding, 1, policy.clone()).unwrap().failed, 0);
            }
            assert_eq!(report.failed, 0, "{}", report.summary());
            let mut mixes = report.calls.iter().filter(|c| c.name == "HYPERCALL_MIX_1" && c.cpl == 0);
            assert!(
                mixes.all(|c| ["(-1000)", "(-1)", "(-38)", "(12)", "(-2)"]
                    .iter()
                    .any(|r| c.result.ends_with(r)))
            );
        }
    }
}
