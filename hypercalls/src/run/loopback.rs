//! The cases without a vCPU: the same marshalling and dispatcher over a register file in memory.

use super::machine::Machine;
use super::report::{Call, Found, Report, Row};
use super::{Binding, dispatcher};
use crate::cases::lower::{Ending, Image, MAX_REGISTERS, Place, Rules, is_for, lower};
use crate::cases::{self, Case, DATA_SIZE, oracle};
use crate::registers::{AnyRegisters, RegisterFile};
use hypercall_core::memory::{FlatMemory, GuestMemory, GuestMemoryExt};
use hypercall_core::{
    Action, BuildError, Caller, Dispatcher, Endian, EntryId, EntryPoint, Policy, Privilege, Vcpu, Width,
};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

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
    let arch = binding.convention.arch;
    let memory_end = DATA + u64::from(vcpus) * DATA_SIZE;
    let memory = FlatMemory::new(0, memory_end as usize);
    let start = Instant::now();
    let counter = Box::new(move |_| start.elapsed().as_nanos() as u64);
    let machine = Arc::new(Machine::new(arch, vcpus, Box::new(memory), Box::new(|_| ()), counter)?);
    let dispatcher = dispatcher(&machine, binding, &[ENTRY], policy.clone())?;
    let mut calls = Vec::new();
    for index in 0..vcpus {
        let place = Place { vcpu: index, data: DATA + u64::from(index) * DATA_SIZE, memory_end };
        let mut guest = Guest {
            binding,
            machine: &machine,
            dispatcher: &dispatcher,
            entry: dispatcher.entry(ENTRY).expect("bound above"),
            vcpu: dispatcher.vcpu(index),
            place,
            policy: &policy,
        };
        for mode in binding.convention.modes {
            let cases = cases::all().filter(|c| is_for(c, mode.width));
            calls.extend(cases.map(|c| guest.call(c, mode.width, Privilege::Supervisor)));
        }
        let first = binding.convention.modes[0].width;
        let cases = firsts().filter(|c| is_for(c, first));
        calls.extend(cases.map(|c| guest.call(c, first, Privilege::User)));
    }
    Ok(Report::new("loopback", "loopback", binding.convention.name, vcpus, calls, 0))
}

/// The first case of every number: enough to see that a user program is refused each of them.
pub fn firsts() -> impl Iterator<Item = &'static Case> {
    let key = |c: &Case| (c.interface.name, c.number);
    cases::all()
        .enumerate()
        .filter(move |(i, c)| !cases::all().take(*i).any(|o| key(o) == key(c)))
        .map(|p| p.1)
}

/// Whether the policy lets the guest make the call of a case.
pub fn allowed(dispatcher: &Dispatcher<Machine>, policy: &Policy, case: &Case) -> bool {
    let definition = dispatcher.registry().by_number(dispatcher.arch(), case.interface, case.number);
    definition.is_none_or(|d| policy.allows(d))
}

/// Prepares the memory a case needs.
pub fn prepare(memory: &dyn GuestMemory, place: &Place, case: &Case) {
    for (offset, bytes) in case.before {
        memory.write(place.data + offset, bytes).expect("cases stay inside the data area");
    }
}

/// Whether memory is as it must be after a case that came through to its handler.
pub fn memory_is_right(memory: &dyn GuestMemory, place: &Place, case: &Case, endian: Endian) -> bool {
    let word = |offset: u64| memory.read_value::<u32>(place.data + offset, endian);
    case.after.iter().all(|(offset, value)| word(*offset) == Ok(*value))
}

/// Whether a register holds the wall clock, give or take a minute.
pub fn is_now(value: u64, width: Width) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    width.mask(now).abs_diff(value) <= 60
}

/// Whether registers are as the image wants them.
pub fn registers_are_right(image: &Image, registers: &[u64], width: Width) -> bool {
    let bits = registers.iter().zip(&image.expected).zip(&image.mask);
    let same = bits.into_iter().all(|((found, expected), mask)| (found ^ expected) & mask == 0);
    same && image.clock.is_none_or(|at| is_now(registers[at], width))
}

/// What the guest's memory order is on an architecture.
pub fn endian_of(arch: hypercall_core::Arch) -> Endian {
    if arch == hypercall_core::Arch::X86 { Endian::Little } else { Endian::Big }
}

struct Guest<'a> {
    binding: &'static Binding,
    machine: &'a Machine,
    dispatcher: &'a Dispatcher<Machine>,
    entry: EntryId,
    vcpu: Vcpu,
    place: Place,
    policy: &'a Policy,
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
        };
        let image = lower(case, spec, file.all(), &self.place, &rules);
        let memory = self.machine.memory();
        prepare(memory, &self.place, case);
        let count = file.all().len();
        (0..count).for_each(|i| file.write(i, image.input[i]));
        let caller = Caller { width, privilege, endian: endian_of(arch) };

        let start = Instant::now();
        let ending = self.serve(&mut file, caller);
        let ns = u64::try_from(start.elapsed().as_nanos()).ok();

        let mut registers = [0; MAX_REGISTERS];
        (0..count).for_each(|i| registers[i] = file.read(i));
        let right = ending == image.ending && registers_are_right(&image, &registers[..count], width);
        let served = registers[image.result] == image.expected[image.result] && rules.allowed;
        let checked = case.archs.contains(&arch) && privilege == Privilege::Supervisor && served;
        let memory_right = !checked || memory_is_right(memory, &self.place, case, caller.endian);
        let row = Row {
            case,
            convention,
            width,
            privilege,
            vcpu: self.place.vcpu,
            transport: "loopback",
            image: &image,
        };
        let found = Found { registers: &registers, ending };
        row.call(self.dispatcher.registry(), found, right && memory_right, ns)
    }

    /// Serves the call as a backend does; a fault or an exit leaves the registers as they were.
    fn serve(&mut self, file: &mut AnyRegisters, caller: Caller) -> Ending {
        let mut action = self.dispatcher.serve(self.entry, self.machine, &mut self.vcpu, file, caller);
        loop {
            action = match action {
                Action::Return(_) => return Ending::Returns,
                Action::Fault(_) => return Ending::Faults,
                Action::Exit(exit) => return Ending::Exits(exit.code),
                Action::Retry => {
                    self.dispatcher.serve(self.entry, self.machine, &mut self.vcpu, file, caller)
                }
                Action::Deferred(deferral) => {
                    let answer = self.vcpu.wait(deferral);
                    if let Action::Return(registers) = &answer {
                        let mode = self.binding.convention.mode(caller.width);
                        mode.expect("the guest is in one of the modes").write(file, registers);
                    }
                    answer
                }
            };
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
            let report = run(binding, 2, Policy::default()).unwrap();
            let wrong: Vec<_> = report.calls.iter().filter(|c| !c.ok).collect();
            assert!(wrong.is_empty(), "{}: {wrong:#?}", report.summary());
            assert!(report.passed >= 2 * 60, "{}", report.summary());
        }
    }

    #[test]
    fn a_denied_call_is_expected_to_be_unknown() {
        let policy: Policy = "default,deny=HYPERCALL_MIX_1".parse().unwrap();
        for binding in &BINDINGS {
            let report = run(binding, 1, policy.clone()).unwrap();
            assert_eq!(report.failed, 0, "{}", report.summary());
            let mut mixes = report.calls.iter().filter(|c| c.name == "HYPERCALL_MIX_1" && c.cpl == 0);
            assert!(mixes.all(|c| c.result.ends_with("(-1000)")
                || c.result.ends_with("(12)")
                || c.result.ends_with("(-2)")));
        }
    }
}
