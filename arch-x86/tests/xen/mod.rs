//! A VM that offers Xen's hypercall page, and guest code that asks for it.
#![allow(dead_code)] // each test file uses its own part

use crate::bench::*;
use hypercall_arch_x86::kvm::cpuid::install_xen;
use hypercall_arch_x86::kvm::msr::MsrExit;
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::xen::{self, Offer};
use hypercall_arch_x86::kvm::{KvmCalls, KvmVm, Served};
use hypercall_arch_x86::para::Processor;
use hypercall_arch_x86::xen::{MSR, Xen};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::interface;
use hypercall_core::memory::GuestMemory;
use hypercall_core::prelude::*;
use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, kvm_regs};
use kvm_ioctls::{Kvm, VcpuExit, VcpuFd};
use std::sync::Arc;
use vm_memory::GuestMemoryMmap;

/// Bytes of guest memory from 0 on.
pub const MEMORY: u64 = 4 << 20;
/// Where guests want their page.
pub const PAGE: u64 = 0x9000;
/// Where they keep what the leaves say: pages, and the MSR.
const FOUND: u64 = 0xd000;
/// `call PAGE + 32 * n; out DONE, al; hlt`.
pub const CALL: u64 = 0x1800;
/// What the page's memory holds before anybody writes to it.
pub const OLD: u8 = 0xa5;
/// Distance between the addresses of two vCPUs: stacks and tables.
const STEP: u64 = 0x2_0000;

/// Offset of the WRMSR in [`register_code`].
pub const WRMSR: u64 = 81;

/// Looks for Xen's leaves, keeps what the third says, and asks for a page. The code is the same in 32- and
/// 64-bit mode.
pub fn register_code(value: u64) -> Vec<u8> {
    let mut code = vec![
        0xbd, 0x00, 0x00, 0x00, 0x40, // mov ebp, 0x40000000
        0x89, 0xe8, // next: mov eax, ebp
        0x0f, 0xa2, // cpuid
        0x81, 0xfb, 0x58, 0x65, 0x6e, 0x56, // cmp ebx, "XenV"
        0x75, 0x10, // jne other
        0x81, 0xf9, 0x4d, 0x4d, 0x58, 0x65, // cmp ecx, "MMXe"
        0x75, 0x08, // jne other
        0x81, 0xfa, 0x6e, 0x56, 0x4d, 0x4d, // cmp edx, "nVMM"
        0x74, 0x11, // je found
        0x81, 0xc5, 0x00, 0x01, 0x00, 0x00, // other: add ebp, 0x100
        0x81, 0xfd, 0x00, 0x00, 0x01, 0x40, // cmp ebp, 0x40010000
        0x72, 0xd6, // jb next
        0xe6, FAULT, 0xf4, // out FAULT, al; hlt
        0x8d, 0x45, 0x02, // found: lea eax, [rbp + 2]
        0x0f, 0xa2, // cpuid
        0x89, 0x04, 0x25, 0x00, 0xd0, 0x00, 0x00, // mov [FOUND], eax
        0x89, 0x1c, 0x25, 0x04, 0xd0, 0x00, 0x00, // mov [FOUND + 4], ebx
        0x89, 0xd9, // mov ecx, ebx
        0xb8, // mov eax, low
    ];
    code.extend((value as u32).to_le_bytes());
    code.push(0xba); // mov edx, high
    code.extend(((value >> 32) as u32).to_le_bytes());
    assert_eq!(code.len() as u64, WRMSR);
    code.extend([0x0f, 0x30, 0xe6, DONE, 0xf4]); // wrmsr; out DONE, al; hlt
    code
}

/// `call PAGE + 32 * number; out DONE, al; hlt`, for [`CALL`].
pub fn call_code(number: u64) -> Vec<u8> {
    let mut code = vec![0xe8];
    code.extend(((PAGE + 32 * number) as u32).wrapping_sub(CALL as u32 + 5).to_le_bytes());
    code.extend([0xe6, DONE, 0xf4]);
    code
}

/// A call of six arguments.
#[derive(Hypercall)]
#[hypercall(number = 0x28, name = "TEST_XEN_SIX", interface = xen, arch(x86), status = active)]
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

/// The calls of the tests at a port, in Xen's convention, with Xen's interface.
pub fn xen_dispatcher(policy: Policy) -> Arc<Dispatcher<Vm>> {
    let builder = Dispatcher::<Vm>::builder(Arch::X86)
        .entry(entry::port(PORT), &convention::XEN, &interface::XEN)
        .policy(policy);
    let built = with_handlers(builder).handle(|vm: &Vm, call: Six, _: &mut Context<'_>| {
        let Six { a, b, c, d, e, f } = call;
        vm.arguments.lock().unwrap().extend([a, b, c, d, e, f]);
        Ok(!1_u64)
    });
    Arc::new(built.build().unwrap())
}

/// The page that calls in at the port.
pub fn built_in() -> Xen {
    let dispatcher = xen_dispatcher(Policy::default());
    Xen::built_in(MSR, &dispatcher, entry::port(PORT), Processor::Intel).unwrap()
}

/// What a vCPU did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A write to the MSR that the VMM answered.
    Msr,
    /// A call, answered.
    Called,
    /// The guest says that it is done.
    Done,
    /// The guest is in its fault handler, or found no leaves.
    Faulted,
    /// Something else, in words.
    Else(String),
}

/// Fields are dropped in order: vCPUs first, then what the kernel reads, then the VM.
pub struct Machine {
    pub cpus: Vec<(VcpuFd, KvmCalls<Vm>)>,
    pub offer: Offer,
    pub fds: KvmVm,
    pub vm: Vm,
}

impl Machine {
    pub fn new(kvm: &Kvm, start: Start, how: How, xen: Xen, vcpus: u32) -> Option<Machine> {
        let fds = KvmVm::new(kvm, MEMORY as usize).unwrap();
        let offer = match how {
            How::UserSpace => xen::in_user_space(fds.fd(), xen, &[]).unwrap(),
            How::Offered => match xen::offer(fds.fd(), xen, &[]).unwrap() {
                kernel @ Offer::Kernel(_) => kernel,
                Offer::UserSpace(_) => return None, // as the other one
            },
        };
        let dispatcher = xen_dispatcher("user-mode".parse().unwrap());
        let cpus = (0..vcpus).map(|index| {
            let mut fd = fds.fd().create_vcpu(index.into()).unwrap();
            let mut cpuid = kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap();
            install_xen(&mut cpuid, offer.xen(), (4, 17)).unwrap();
            fd.set_cpuid2(&cpuid).unwrap();
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
            calls.prepare(fds.fd(), &mut fd);
            (fd, calls)
        });
        let machine = Machine { cpus: cpus.collect(), offer, fds, vm: Vm::default() };
        machine.load(HANDLER, &[0xe6, FAULT, 0xf4]);
        machine.load(PAGE - 0x1000, &[OLD; 0x3000]);
        Some(machine)
    }

    pub fn load(&self, address: u64, bytes: &[u8]) {
        self.fds.memory().write(address, bytes).unwrap();
    }

    pub fn bytes<const N: usize>(&self, address: u64) -> [u8; N] {
        let mut bytes = [0; N];
        self.fds.memory().read(address, &mut bytes).unwrap();
        bytes
    }

    pub fn regs(&self, vcpu: usize) -> kvm_regs {
        self.cpus[vcpu].0.get_regs().unwrap()
    }

    pub fn set(&mut self, vcpu: usize, change: impl FnOnce(&mut kvm_regs)) {
        let mut regs = self.regs(vcpu);
        change(&mut regs);
        self.cpus[vcpu].0.set_regs(&regs).unwrap();
    }

    pub fn step(&mut self, vcpu: usize) -> Step {
        step(&mut self.cpus[vcpu], &self.offer, self.fds.memory(), &self.vm)
    }

    /// Has the guest find the leaves and write `value` to the MSR they name; gives what became of that.
    pub fn register(&mut self, vcpu: usize, value: u64) -> Step {
        self.load(CODE, &register_code(value));
        self.load(FOUND, &[0; 8]);
        self.set(vcpu, |r| r.rip = CODE);
        if let Offer::UserSpace(_) = self.offer {
            assert_eq!(self.step(vcpu), Step::Msr);
        }
        self.step(vcpu)
    }

    /// Pages and MSR as the guest found them in the leaves.
    pub fn found(&self) -> [u32; 2] {
        [FOUND, FOUND + 4].map(|address| u32::from_le_bytes(self.bytes(address)))
    }

    /// Calls an entry of the page, and gives RAX behind it.
    pub fn call(&mut self, vcpu: usize, number: u64) -> u64 {
        self.load(CALL, &call_code(number));
        self.set(vcpu, |r| r.rip = CALL);
        assert_eq!(self.step(vcpu), Step::Called);
        assert_eq!(self.step(vcpu), Step::Done);
        self.regs(vcpu).rax
    }
}

/// Runs a vCPU until its next exit, and answers it.
pub fn step(
    (fd, calls): &mut (VcpuFd, KvmCalls<Vm>),
    offer: &Offer,
    memory: &GuestMemoryMmap,
    vm: &Vm,
) -> Step {
    let watchdog = Watchdog::arm(PATIENCE).unwrap();
    let exit = loop {
        match fd.run() {
            Ok(exit) => break exit,
            // A fetch from nowhere is no exit of its own on every host.
            Err(error) if error.errno() == 14 => return Step::Else("EFAULT".to_string()),
            Err(error) => assert!(error.errno() == 4 && !watchdog.expired(), "KVM_RUN: {error}"), // EINTR
        }
    };
    let other = match calls.recognise(exit) {
        Ok(call) => {
            assert_eq!(calls.serve(call, fd, vm).unwrap(), Served::Resume);
            return Step::Called;
        }
        Err(other) => other,
    };
    match MsrExit::recognise(other) {
        Ok(access) => {
            let Offer::UserSpace(xen) = offer else { panic!("the kernel serves the MSR") };
            let long_mode = xen::in_long_mode(fd).unwrap();
            access.serve(fd, &mut xen.msr(memory, long_mode));
            Step::Msr
        }
        Err(VcpuExit::IoOut(port, _)) if port == u16::from(DONE) => Step::Done,
        Err(VcpuExit::IoOut(port, _)) if port == u16::from(FAULT) => Step::Faulted,
        Err(other) => Step::Else(format!("{other:?}")),
    }
}

/// Who serves the MSR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The kernel, where it can.
    Offered,
    /// The VMM, wherever.
    UserSpace,
}

/// A machine for each mode at CPL 0, by the VMM and, where it can, by the kernel.
pub fn machines(kvm: &Kvm, xen: &Xen) -> Vec<(Start, Machine)> {
    let mut machines = Vec::new();
    for mode in Mode::ALL {
        let start = Start { mode, ..Start::LONG };
        for how in [How::UserSpace, How::Offered] {
            machines.extend(Machine::new(kvm, start, how, xen.clone(), 1).map(|m| (start, m)));
        }
    }
    machines
}
