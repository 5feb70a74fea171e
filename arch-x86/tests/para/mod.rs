//! A VM whose guest may register a page of the 2007 API, and guest code that does.
#![allow(dead_code)] // each test file uses its own part

use crate::bench::*;
use hypercall_arch_x86::kvm::msr::{self, MsrExit};
use hypercall_arch_x86::kvm::setup::{self, Entry};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmCalls, KvmVm, Served};
use hypercall_arch_x86::para::{Para, ParaVcpu, Processor};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::memory::GuestMemory;
use hypercall_core::prelude::*;
use hypercall_core::{VmExit, interface};
use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, kvm_regs};
use kvm_ioctls::{Kvm, VcpuExit, VcpuFd};
use std::sync::Arc;
use vm_memory::{GuestAddress, GuestMemoryMmap, GuestRegionMmap};

/// MSR_KVM_API_MAGIC, as the header writes it.
pub const MAGIC: u32 = 0x8765_5678;
/// Bytes of guest memory from 0 on.
pub const MEMORY: u64 = 4 << 20;
/// A page that a guest registers.
pub const PAGE: u64 = 0x9000;
/// A page for its call site.
pub const SITE: u64 = 0xb000;
/// Where the guest keeps what its two probes gave.
pub const PROBES: u64 = 0xd000;
/// `call SITE; out DONE, al; hlt`.
pub const CALL: u64 = 0x1800;
/// What those pages hold before anybody writes to them.
pub const OLD: u8 = 0xa5;
/// Distance between the addresses of two vCPUs: stacks and code.
const STEP: u64 = 0x2_0000;

/// Offset of the WRMSR in [`register_code`].
pub const WRMSR: u64 = 31;

/// Distinct values in every register, with both halves used; at [`CALL`].
pub const POISON: kvm_regs = kvm_regs {
    rax: 0xa0a0_a0a0_0000_0001,
    rbx: 0xb0b0_b0b0_0000_0002,
    rcx: 0xc0c0_c0c0_0000_0003,
    rdx: 0xd0d0_d0d0_0000_0004,
    rsi: 0xe0e0_e0e0_0000_0005,
    rdi: 0xd1d1_d1d1_0000_0006,
    rbp: 0xb1b1_b1b1_0000_0007,
    r8: 0x0808_0808_0000_0008,
    r9: 0x0909_0909_0000_0009,
    r10: 0x1010_1010_1010_1010,
    r11: 0x1111_1111_1111_1111,
    r12: 0x1212_1212_1212_1212,
    r13: 0x1313_1313_1313_1313,
    r14: 0x1414_1414_1414_1414,
    r15: 0x1515_1515_1515_1515,
    rsp: STACK,
    rip: CALL,
    rflags: 2,
};

/// The guest's code is the same in 32- and 64-bit mode. This is:
/// `mov ecx, MAGIC; rdmsr; mov [PROBES + at], eax; mov [PROBES + at + 4], edx`
fn probe_to(at: u8) -> Vec<u8> {
    let mut code = vec![0xb9];
    code.extend(MAGIC.to_le_bytes());
    code.extend([0x0f, 0x32]);
    code.extend([0x89, 0x04, 0x25, at, 0xd0, 0, 0, 0x89, 0x14, 0x25, at + 4, 0xd0, 0, 0]);
    code
}

/// Probes and says that it is done.
pub fn probe_code() -> Vec<u8> {
    [probe_to(0), vec![0xe6, DONE, 0xf4]].concat()
}

/// Probes, registers a page, probes again and says that it is done: `mov eax, low; mov edx, high; wrmsr`.
pub fn register_code(gpa: u64) -> Vec<u8> {
    let (low, high) = ((gpa as u32).to_le_bytes(), ((gpa >> 32) as u32).to_le_bytes());
    let mut code = probe_to(0);
    code.push(0xb8);
    code.extend(low);
    code.push(0xba);
    code.extend(high);
    assert_eq!(code.len() as u64, WRMSR);
    code.extend([0x0f, 0x30]);
    code.extend(probe_to(8));
    code.extend([0xe6, DONE, 0xf4]);
    code
}

/// `call site; out DONE, al; hlt`, for [`CALL`].
pub fn call_code(site: u64) -> Vec<u8> {
    let distance = (site.wrapping_sub(CALL + 5)) as i32;
    let mut code = vec![0xe8];
    code.extend(distance.to_le_bytes());
    code.extend([0xe6, DONE, 0xf4]);
    code
}

/// A call of six arguments.
#[derive(Hypercall)]
#[hypercall(number = 8, name = "TEST_SIX", interface = TEST, arch(x86), status = active)]
pub struct Six {
    /** Any. */
    a: u64,
    /** Any. */
    b: u64,
    /** Any. */
    c: u64,
    /** Any. */
    d: u64,
    /** Any. */
    e: u64,
    /** Any. */
    f: u64,
}

impl Six {
    /// The arguments in order.
    pub fn all(&self) -> [u64; 6] {
        let Six { a, b, c, d, e, f } = *self;
        [a, b, c, d, e, f]
    }
}

/// The calls of the tests at a port, in the 2007 convention; the port carries the vendor's interface.
pub fn para_dispatcher(policy: Policy) -> Arc<Dispatcher<Vm>> {
    let builder = Dispatcher::<Vm>::builder(Arch::X86)
        .entry(entry::port(PORT), &convention::PARA_2007, &interface::VENDOR)
        .policy(policy);
    let built = with_handlers(builder).handle(|vm: &Vm, call: Six, _: &mut Context<'_>| {
        vm.arguments.lock().unwrap().extend(call.all());
        Ok(!1_u64)
    });
    Arc::new(built.build().unwrap())
}

/// What a vCPU did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// An access to the MSR, answered.
    Msr,
    /// A call, answered.
    Called,
    /// A call that ends the VM.
    Ended(u32),
    /// The guest says that it is done.
    Done,
    /// The guest is in its fault handler.
    Faulted,
    /// HLT.
    Halted,
    /// Something else, in words.
    Else(String),
}

/// One vCPU.
pub struct Cpu {
    pub fd: VcpuFd,
    pub calls: KvmCalls<Vm>,
    pub para: ParaVcpu,
}

impl Cpu {
    pub fn set(&mut self, change: impl FnOnce(&mut kvm_regs)) {
        let mut regs = self.regs();
        change(&mut regs);
        self.fd.set_regs(&regs).unwrap();
    }

    pub fn regs(&self) -> kvm_regs {
        self.fd.get_regs().unwrap()
    }

    /// At the call, with this number: RAX in 64-bit mode, EBX outside it.
    pub fn number(&mut self, start: Start, number: u64) {
        self.set(|r| {
            r.rip = CALL;
            if start.is_64_bit() { r.rax = number } else { r.rbx = number }
        });
    }

    /// Runs until the next exit, over the memory that the VMM knows.
    pub fn step(&mut self, memory: &impl GuestMemory, vm: &Vm) -> Step {
        let watchdog = Watchdog::arm(PATIENCE).unwrap();
        let exit = loop {
            match self.fd.run() {
                Ok(exit) => break exit,
                Err(error) => assert!(error.errno() == 4 && !watchdog.expired(), "KVM_RUN: {error}"), // EINTR
            }
        };
        let other = match self.calls.recognise(exit) {
            Ok(call) => {
                return match self.calls.serve(call, &mut self.fd, vm).unwrap() {
                    Served::Resume => Step::Called,
                    Served::Exit(VmExit { code }) => Step::Ended(code),
                };
            }
            Err(other) => other,
        };
        match MsrExit::recognise(other) {
            Ok(access) => {
                access.serve(&mut self.fd, &mut self.para.msr(memory));
                Step::Msr
            }
            Err(VcpuExit::IoOut(port, _)) if port == u16::from(DONE) => Step::Done,
            Err(VcpuExit::IoOut(port, _)) if port == u16::from(FAULT) => Step::Faulted,
            Err(VcpuExit::Hlt) => Step::Halted,
            Err(other) => Step::Else(format!("{other:?}")),
        }
    }
}

/// Fields are dropped in order: vCPUs first.
pub struct Machine {
    pub cpus: Vec<Cpu>,
    pub fds: KvmVm,
    pub vm: Arc<Vm>,
}

impl Machine {
    /// A VM whose vCPUs begin at [`CODE`] with different stacks.
    pub fn new(kvm: &Kvm, start: Start, policy: Policy, vcpus: u32) -> Machine {
        let fds = KvmVm::new(kvm, MEMORY as usize).unwrap();
        msr::enable(fds.fd(), &[MAGIC]).unwrap();
        let dispatcher = para_dispatcher(policy);
        let para = Para::new(&dispatcher, entry::port(PORT), Processor::Intel).unwrap();
        let cpus = (0..vcpus).map(|index| {
            let mut fd = fds.fd().create_vcpu(index.into()).unwrap();
            fd.set_cpuid2(&kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap()).unwrap();
            let offset = STEP * u64::from(index);
            let entry = Entry {
                mode: start.mode,
                user: start.user,
                rip: CODE,
                stack: STACK + offset,
                kernel_stack: KERNEL_STACK + offset,
                tables: TABLES + offset,
                ports: &[PORT.into(), DONE.into()],
                handlers: &[(6, HANDLER), (13, HANDLER)],
            };
            setup::enter(&fd, fds.memory(), &entry).unwrap();
            let mut calls = KvmCalls::new(Arc::clone(&dispatcher), index).unwrap();
            if !start.sync {
                calls = calls.without_sync_regs();
            }
            calls.prepare(fds.fd(), &mut fd);
            Cpu { fd, calls, para: ParaVcpu::new(para) }
        });
        let machine = Machine { cpus: cpus.collect(), fds, vm: Arc::default() };
        machine.load(HANDLER, &[0xe6, FAULT, 0xf4]);
        machine.load(CALL, &call_code(SITE));
        machine.load(SITE, &[OLD; 0x1000]);
        machine
    }

    pub fn memory(&self) -> &GuestMemoryMmap {
        self.fds.memory()
    }

    pub fn load(&self, address: u64, bytes: &[u8]) {
        self.memory().write(address, bytes).unwrap();
    }

    /// Fills a page as a guest does before it registers it, with [`OLD`] around the fields.
    pub fn fill(&self, gpa: u64, guest_version: u32, hypercall_gpa: u64) {
        self.load(gpa, &[OLD; 0x1000]);
        self.load(gpa, &guest_version.to_le_bytes());
        self.load(gpa + 16, &hypercall_gpa.to_le_bytes());
    }

    pub fn page(&self, gpa: u64) -> [u8; 0x1000] {
        let mut bytes = [0; 0x1000];
        self.memory().read(gpa, &mut bytes).unwrap();
        bytes
    }

    pub fn word(&self, address: u64) -> u64 {
        let mut bytes = [0; 8];
        self.memory().read(address, &mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    }

    /// What RDMSR gave the guest before and after its WRMSR.
    pub fn probes(&self) -> [u64; 2] {
        [self.word(PROBES), self.word(PROBES + 8)]
    }

    pub fn step(&mut self, vcpu: usize) -> Step {
        self.cpus[vcpu].step(self.fds.memory(), &self.vm)
    }

    /// Has the guest register a page, which it does without a fault.
    pub fn register(&mut self, vcpu: usize, gpa: u64) {
        self.load(CODE, &register_code(gpa));
        self.cpus[vcpu].set(|r| r.rip = CODE);
        for _ in 0..3 {
            assert_eq!(self.step(vcpu), Step::Msr);
        }
        assert_eq!(self.step(vcpu), Step::Done);
    }

    /// A good page, registered on the first vCPU: by its kernel, where it is not one itself.
    pub fn registered(&mut self, start: Start) {
        self.fill(PAGE, 1, SITE);
        if start.user {
            use hypercall_arch_x86::msr::Msrs;
            self.cpus[0].para.msr(self.fds.memory()).write(MAGIC, PAGE).unwrap();
        } else {
            self.register(0, PAGE);
        }
        assert!(self.cpus[0].para.registration().is_some());
    }

    /// Makes the call that the registers hold, and gives RAX behind it.
    pub fn call(&mut self, vcpu: usize) -> u64 {
        assert_eq!(self.step(vcpu), Step::Called);
        assert_eq!(self.step(vcpu), Step::Done);
        self.cpus[vcpu].regs().rax
    }

    /// The error code and the address on the first vCPU's stack, in its fault handler.
    pub fn fault_frame(&self, start: Start) -> [u64; 2] {
        let stack = self.cpus[0].regs().rsp;
        if !start.mode.is_long() {
            let both = self.word(stack);
            [both & 0xffff_ffff, both >> 32]
        } else {
            [self.word(stack), self.word(stack + 8)]
        }
    }
}

/// Memory for one more region of a VM's.
pub fn region(address: u64, size: usize) -> Arc<GuestRegionMmap> {
    Arc::new(GuestRegionMmap::from_range(GuestAddress(address), size, None).unwrap())
}
