//! A VM without a vCPU: memory, and services that note what they are asked for.

use hypercall_arch_ppc::convention::{EPAPR, PAPR};
use hypercall_arch_s390::convention::DIAG500;
use hypercall_arch_x86::convention::{KVM, PARA_2007};
use hypercall_core::convention::Reg;
use hypercall_core::memory::{FlatMemory, GuestMemory};
use hypercall_core::services::Services;
use hypercall_core::{
    Action, Arch, Caller, Completion, Convention, Dispatcher, Endian, EntryId, EntryPoint, Error, Fault,
    Interface, Policy, Privilege, Vcpu, Width, interface,
};
use hypercalls::catalogue::kvm::{Icr, MagicFeatures, MagicPageFlags, MapGpaAttributes};
use hypercalls::services::{
    Console, GpaRange, GpaRanges, GuestConsole, Interrupts, MagicPages, Memory, PairedClock, Pairing,
    Retries, Testing, WallClock, WallTime, Worker,
};
use hypercalls::{stock, vendor};
use std::sync::{Arc, Mutex};

/// Bytes of memory, from address 0 on.
pub const MEMORY: u64 = 0x1_1000;
/// The index of the vCPU that calls.
pub const VCPU: u32 = 1;

/// What a service was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    Poll(u32),
    Kick(u32, u32),
    Ipi(u32, u64),
    Yield(u32, u64),
    Convert(u64, u64, u64),
    Map(u32, u64, u64, u64),
    Write(u32, Vec<u8>),
}

pub struct Vm {
    pub memory: FlatMemory,
    asked: Mutex<Vec<Asked>>,
    /// What the services answer; success if there is nothing.
    pub failure: Mutex<Option<Error>>,
    retries: Retries,
    worker: Worker,
    arch: Arch,
}

impl Vm {
    fn note(&self, asked: Asked) {
        self.asked.lock().unwrap().push(asked);
    }

    fn answer<T>(&self, value: T) -> Result<T, Error> {
        self.failure.lock().unwrap().map_or(Ok(value), Err)
    }
}

impl Memory for Vm {
    fn memory(&self) -> &dyn GuestMemory {
        &self.memory
    }
}

impl Console for Vm {
    fn write(&self, vcpu: u32, text: &[u8]) -> Result<(), Error> {
        self.note(Asked::Write(vcpu, text.to_vec()));
        self.answer(())
    }
}

impl Interrupts for Vm {
    fn poll(&self, vcpu: u32) {
        self.note(Asked::Poll(vcpu));
    }

    fn kick(&self, vcpu: u32, apic_id: u32) {
        self.note(Asked::Kick(vcpu, apic_id));
    }

    /// APIC ids 0 to 99 are there; the APIC of 3 is disabled.
    fn send_ipi(&self, _: u32, apic_id: u32, icr: Icr) -> bool {
        self.note(Asked::Ipi(apic_id, icr.value()));
        apic_id < 100 && apic_id != 3
    }

    fn yield_to(&self, vcpu: u32, apic_id: u64) {
        self.note(Asked::Yield(vcpu, apic_id));
    }
}

/// 2023-11-14 22:13:20 UTC.
const NOW: WallTime = WallTime { seconds: 1_700_000_000, nanoseconds: 123_456_789 };

impl WallClock for Vm {
    fn now(&self) -> Result<WallTime, Error> {
        self.answer(NOW)
    }
}

impl PairedClock for Vm {
    fn pairing(&self, vcpu: u32) -> Result<Pairing, Error> {
        self.answer(Pairing { time: NOW, tsc: 0x1122_3344_5566_7700 + u64::from(vcpu) })
    }
}

impl GpaRanges for Vm {
    fn is_memory(&self, range: GpaRange) -> bool {
        self.memory.contains(range.first().get(), range.bytes())
    }

    fn convert(&self, _: u32, range: GpaRange, attributes: MapGpaAttributes) -> Result<(), Error> {
        self.note(Asked::Convert(range.first().get(), range.pages().get(), attributes.bits()));
        self.answer(())
    }
}

impl MagicPages for Vm {
    fn map(
        &self,
        vcpu: u32,
        physical: u64,
        effective: u64,
        flags: MagicPageFlags,
    ) -> Result<MagicFeatures, Error> {
        self.note(Asked::Map(vcpu, physical, effective, flags.bits()));
        self.answer(MagicFeatures::all())
    }
}

impl Testing for Vm {
    fn is_first_execution(&self, vcpu: u32, key: u64) -> Result<bool, Error> {
        self.retries.is_first(vcpu, key)
    }

    fn complete_elsewhere(&self, completion: Completion, value: u64) {
        self.worker.complete(completion, value);
    }

    fn fault(&self) -> Result<Fault, Error> {
        self.answer(vendor::raised_fault(self.arch).unwrap())
    }

    fn calls_served(&self) -> u64 {
        0x0102_0304_0506_0708
    }
}

/// What is in every register that a call does not set.
const POISON: u64 = 0xbad0_bad1_bad2_bad3;

/// A VM with all stock handlers at one entry point.
pub struct Machine {
    pub vm: Arc<Vm>,
    pub dispatcher: Dispatcher<Vm>,
    pub vcpu: Vcpu,
    pub caller: Caller,
    convention: &'static Convention,
    entry: EntryId,
}

/// An answer in registers.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub result: u64,
    /// The value register, where that is another one.
    pub value: u64,
    pub outputs: Vec<u64>,
}

impl Machine {
    fn new(
        convention: &'static Convention,
        interface: &'static Interface,
        endian: Endian,
        policy: Policy,
    ) -> Machine {
        let arch = convention.arch;
        let vm = Arc::new(Vm {
            memory: FlatMemory::new(0, MEMORY as usize),
            asked: Mutex::default(),
            failure: Mutex::default(),
            retries: Retries::new(2),
            worker: Worker::new().unwrap(),
            arch,
        });
        let services = Services::new().with::<dyn GuestConsole>(vm.clone());
        let point = EntryPoint::new("test", 0);
        let builder = Dispatcher::builder(arch).entry(point, convention, interface).policy(policy);
        let dispatcher = stock::all(builder).linked_handlers(&services).build().unwrap();
        let entry = dispatcher.entry(point).unwrap();
        let vcpu = dispatcher.vcpu(VCPU);
        let caller = Caller { width: Width::Bits64, privilege: Privilege::Supervisor, endian };
        Machine { vm, dispatcher, vcpu, caller, convention, entry }
    }

    pub fn x86() -> Machine {
        Machine::x86_with(Policy::default())
    }

    pub fn x86_with(policy: Policy) -> Machine {
        Machine::new(&KVM, &interface::KVM, Endian::Little, policy)
    }

    pub fn para_2007() -> Machine {
        Machine::new(&PARA_2007, &interface::VENDOR, Endian::Little, Policy::default())
    }

    pub fn s390() -> Machine {
        Machine::new(&DIAG500, &interface::DIAG500, Endian::Big, Policy::default())
    }

    pub fn epapr(endian: Endian) -> Machine {
        Machine::new(&EPAPR, &interface::KVM, endian, Policy::default())
    }

    pub fn papr(endian: Endian) -> Machine {
        Machine::new(&PAPR, &interface::PAPR, endian, Policy::default())
    }

    /// The machine in 32-bit mode.
    pub fn narrow(mut self) -> Machine {
        self.caller.width = Width::Bits32;
        self
    }

    pub fn name(&self) -> &'static str {
        self.convention.name
    }

    /// Makes a call, and checks that no register changed but those of the answer.
    fn trap(&mut self, number: u64, arguments: &[u64]) -> (Option<Action>, [u64; 40], [u64; 40]) {
        let mode = self.convention.mode(self.caller.width).unwrap();
        assert!(arguments.len() <= mode.arguments.len(), "the convention has no more registers");
        let mut registers = [POISON; 40];
        // Whole registers, also in 32-bit mode: what does not count must not count.
        registers[mode.number.index] = number;
        for (reg, value) in mode.arguments.iter().zip(arguments) {
            registers[reg.index] = *value;
        }
        let before = registers;
        let action =
            self.dispatcher.serve(self.entry, &self.vm, &mut self.vcpu, &mut registers[..], self.caller);
        let action = action.break_value();
        let mut may_change = vec![mode.result.index, mode.value.index];
        may_change.extend(mode.outputs.iter().map(|reg| reg.index));
        for (index, (now, then)) in registers.iter().zip(before).enumerate() {
            let returned = action.is_none() && may_change.contains(&index);
            assert!(returned || *now == then, "register {index} changed: {now:#x}");
        }
        (action, before, registers)
    }

    /// Makes a call that does not return at once.
    pub fn action(&mut self, number: u64, arguments: &[u64]) -> Action {
        self.trap(number, arguments).0.expect("the call returned")
    }

    /// Makes a call that returns.
    pub fn answer(&mut self, number: u64, arguments: &[u64]) -> Answer {
        let (action, before, registers) = self.trap(number, arguments);
        assert_eq!(action, None, "{number:#x} did not return");
        let mode = self.convention.mode(self.caller.width).unwrap();
        let changed = |reg: &Reg| registers[reg.index] != before[reg.index];
        let count = mode.outputs.iter().rposition(changed).map_or(0, |last| last + 1);
        let outputs = mode.outputs[..count].iter().map(|reg| registers[reg.index]).collect();
        Answer { result: registers[mode.result.index], value: registers[mode.value.index], outputs }
    }

    /// Makes a call that returns, for what is in the result register.
    pub fn call(&mut self, number: u64, arguments: &[u64]) -> u64 {
        self.answer(number, arguments).result
    }

    /// What the services were asked for since the last time.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.vm.asked.lock().unwrap())
    }

    pub fn fail_with(&self, error: Option<Error>) {
        *self.vm.failure.lock().unwrap() = error;
    }

    pub fn bytes<const N: usize>(&self, address: u64) -> [u8; N] {
        let mut bytes = [0; N];
        self.vm.memory.read(address, &mut bytes).unwrap();
        bytes
    }
}
