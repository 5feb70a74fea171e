//! A VM with a few vCPUs at 64-bit CPL 0 or CPL 3, each with a program of its own.

use super::guest::handlers;
use super::machine::{Event, Machine};
use super::remote::{Next, Remote};
use super::{ADDRESS, DONE, PATIENCE, PORT, VECTOR};
use hypercall_arch_x86::kvm::backend::{KvmVcpu, Stop};
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode, TABLES_SIZE};
use hypercall_arch_x86::kvm::vm::KvmVm;
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmCalls, tsc};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::services::Services;
use hypercall_core::statistics::Counts;
use hypercall_core::{Arch, Dispatcher, Policy, interface};
use hypercalls::services::GuestConsole;
use hypercalls::stock;
use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, kvm_regs};
use kvm_ioctls::{Kvm, VcpuFd};
use std::sync::Arc;
use std::time::Instant;

/// Bytes of guest memory, from guest-physical address 0 on.
pub const MEMORY: u64 = 4 << 20;
/// Shared by all vCPUs: their interrupt and exception handlers.
const HANDLERS: u64 = 0x1000;
const HANDLER: u64 = 0x100;
/// The first vCPU's own memory.
const REGIONS: u64 = 0x10_0000;
const REGION: u64 = 0x2_0000;
const CODE: u64 = TABLES_SIZE;
const STACK: u64 = 0xe000;
const KERNEL_STACK: u64 = 0xf000;
/// Where a vCPU's data is in its region: what is left.
const DATA: u64 = 0x1_0000;

/// A doorbell, and the instruction that rings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doorbell {
    Port,
    Mmio,
}

impl Doorbell {
    pub const ALL: [Doorbell; 2] = [Doorbell::Port, Doorbell::Mmio];

    pub fn code(self) -> &'static [u8] {
        match self {
            Doorbell::Port => &[0xe6, PORT],                      // out 0x48, al
            Doorbell::Mmio => &[0x88, 0x04, 0x25, 0, 0, 0, 0x70], // mov [0x70000000], al
        }
    }
}

/// Whether a vCPU begins at CPL 0 or CPL 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Kernel,
    User,
}

/// Drop the guests first: see [`KvmVm`].
pub struct Vm {
    pub machine: Arc<Machine>,
    pub dispatcher: Arc<Dispatcher<Machine>>,
    apic_ids: Vec<u32>,
    /// vCPU 0, made early to look at its time-stamp counter; until it is asked for.
    first: std::cell::RefCell<Option<VcpuFd>>,
    kvm: Kvm,
    vm: KvmVm,
}

impl Vm {
    /// A VM with all stock handlers at both doorbells and room for a vCPU for each APIC id.
    pub fn new(kvm: Kvm, apic_ids: &[u32], policy: &str) -> Vm {
        let vm = KvmVm::new(&kvm, MEMORY as usize).unwrap();
        let first = vm.fd().create_vcpu(apic_ids[0].into()).unwrap();
        let offset = tsc::offset(&first).unwrap();
        let machine = Arc::new(Machine::new(vm.memory().clone(), apic_ids, offset));
        for (n, code) in
            [handlers::vector(), handlers::other_vector(), handlers::exception()].iter().enumerate()
        {
            machine.load(HANDLERS + n as u64 * HANDLER, code);
        }
        let console: Arc<dyn GuestConsole> = machine.clone();
        let builder = Dispatcher::builder(Arch::X86)
            .entry(entry::port(PORT), &convention::KVM, &interface::KVM)
            .entry(entry::mmio(ADDRESS), &convention::KVM, &interface::KVM)
            .policy(policy.parse::<Policy>().unwrap())
            .linked_handlers(&Services::new().with(console));
        let dispatcher = Arc::new(stock::vendor(stock::kvm_x86(builder)).build().unwrap());
        Vm { machine, dispatcher, apic_ids: apic_ids.to_vec(), first: Some(first).into(), kvm, vm }
    }

    /// The vCPU of this index, at the beginning of its program. Make each once.
    pub fn guest(&self, index: usize, start: Start, program: &[u8]) -> Guest {
        let first = if index == 0 { self.first.take() } else { None };
        let mut fd = first.unwrap_or_else(|| self.vm.fd().create_vcpu(self.apic_ids[index].into()).unwrap());
        fd.set_cpuid2(&self.kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap()).unwrap();
        let mut calls = KvmCalls::new(Arc::clone(&self.dispatcher), index as u32).unwrap();
        calls.prepare(self.vm.fd(), &mut fd);
        let region = REGIONS + REGION * index as u64;
        let vcpu = KvmVcpu { fd, calls };
        let mut guest = Guest { vcpu, machine: Arc::clone(&self.machine), index, region, start };
        guest.load(program);
        guest
    }
}

/// A vCPU. Fields are dropped in order: the memory, which the machine has, after the vCPU.
pub struct Guest {
    pub vcpu: KvmVcpu<Machine>,
    pub machine: Arc<Machine>,
    pub index: usize,
    region: u64,
    start: Start,
}

impl Guest {
    /// Begins anew, with another program.
    pub fn load(&mut self, program: &[u8]) {
        self.machine.load(self.code(), program);
        let mut vectors: Vec<(u8, u64)> = (0..32).map(|v| (v, HANDLERS + 2 * HANDLER)).collect();
        vectors.extend((32..=u8::MAX).map(|v| (v, HANDLERS + if v == VECTOR { 0 } else { HANDLER })));
        let entry = Entry {
            mode: Mode::Long,
            user: self.start == Start::User,
            rip: self.code(),
            stack: self.stack(),
            kernel_stack: self.region + KERNEL_STACK,
            tables: self.region,
            ports: &[PORT.into(), DONE.into()],
            handlers: &vectors,
        };
        setup::enter(&self.vcpu.fd, &self.machine.memory, &entry).unwrap();
        let data = self.data();
        self.set(|r| r.rdi = data);
    }

    /// Where its program is.
    pub fn code(&self) -> u64 {
        self.region + CODE
    }

    /// Its stack's end at the beginning.
    pub fn stack(&self) -> u64 {
        self.region + STACK
    }

    /// Its data: 64 KiB of zeros. RDI says where at the beginning.
    pub fn data(&self) -> u64 {
        self.region + DATA
    }

    pub fn remote(&self) -> &Remote {
        &self.machine.remotes[self.index]
    }

    pub fn regs(&self) -> kvm_regs {
        self.vcpu.fd.get_regs().unwrap()
    }

    pub fn set(&mut self, change: impl FnOnce(&mut kvm_regs)) {
        let mut regs = self.regs();
        change(&mut regs);
        self.vcpu.fd.set_regs(&regs).unwrap();
    }

    /// The sum over its calls.
    pub fn counts(&self) -> Counts {
        self.vcpu.calls.vcpu().statistics().total()
    }

    /// Runs until something happens that is neither a call nor an interrupt: a halted vCPU waits to be woken.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn run(&mut self) -> Stop {
        let machine = Arc::clone(&self.machine);
        let remote = &machine.remotes[self.index];
        let me = self.index as u32;
        let (watchdog, deadline) = (Watchdog::arm(PATIENCE).unwrap(), Instant::now() + PATIENCE);
        let _attached = remote.attach(&mut self.vcpu.fd);
        loop {
            assert!(!watchdog.expired(), "vCPU {me} came to no end: {:?}", machine.events());
            if remote.before_run(&mut self.vcpu.fd) == Next::Stop {
                return Stop::Interrupted;
            }
            match self.vcpu.step(&machine).unwrap() {
                None | Some(Stop::Interrupted | Stop::InterruptWindow) => {}
                Some(Stop::Halted) => {
                    machine.note(Event::Halted(me));
                    match remote.halt(deadline) {
                        Next::Run => machine.note(Event::Resumed(me)),
                        Next::Stop => return Stop::Halted,
                        Next::TimeOver => panic!("vCPU {me} was not woken: {:?}", machine.events()),
                    }
                }
                Some(stop) => return stop,
            }
        }
    }

    /// Runs until the program says that it is done, and gives the registers then.
    pub fn run_to_done(&mut self) -> kvm_regs {
        let stop = self.run();
        assert!(is_done(&stop), "{stop:?} at {:x?}", self.regs());
        self.regs()
    }

    /// Makes one call of [`one_call`]'s program, the number in RAX and the arguments in RBX, RCX, RDX and RSI,
    /// with distinct values in the other registers and every arithmetic flag set. Gives the result.
    ///
    /// # Panics
    /// When anything but RAX changed.
    pub fn call(&mut self, number: u64, arguments: [u64; 4]) -> u64 {
        let [rbx, rcx, rdx, rsi] = arguments;
        let (rip, rsp) = (self.code(), self.stack());
        let before = kvm_regs { rax: number, rbx, rcx, rdx, rsi, rip, rsp, ..POISON };
        self.vcpu.fd.set_regs(&before).unwrap();
        let after = self.run_to_done();
        assert_eq!(kvm_regs { rax: number, rip, ..after }, before, "{number:#x} changed more than RAX");
        after.rax
    }
}

/// What [`Guest::call`] puts into registers that no call looks at.
pub const POISON: kvm_regs = kvm_regs {
    rax: 0,
    rbx: 0,
    rcx: 0,
    rdx: 0,
    rsi: 0,
    rdi: 0xd1d1_d1d1_0000_0007,
    rsp: 0,
    rbp: 0xbbbb_bbbb_0000_0005,
    r8: 0x0808_0808_8888_8888,
    r9: 0x0909_0909_9999_9999,
    r10: 0x1010_1010_aaaa_aaaa,
    r11: 0x1111_1111_bbbb_bbbb,
    r12: 0x1212_1212_cccc_cccc,
    r13: 0x1313_1313_dddd_dddd,
    r14: 0x1414_1414_eeee_eeee,
    r15: 0x1515_1515_ffff_ffff,
    rip: 0,
    // CF, PF, AF, ZF, SF, DF, OF, and the bit that is always one (Intel SDM volume 1, "EFLAGS Register").
    rflags: 0xcd7,
};

/// A program that makes one call and is done.
pub fn one_call(doorbell: Doorbell) -> Vec<u8> {
    [doorbell.code(), &[0xe6, DONE]].concat()
}

/// Whether the guest wrote to [`DONE`].
pub fn is_done(stop: &Stop) -> bool {
    matches!(stop, Stop::Unexpected(words) if words.starts_with("output to port 0x4a:"))
}
