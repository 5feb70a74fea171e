//! A VM on real KVM with one vCPU, a few calls, and a watchdog on every KVM_RUN.
#![allow(dead_code)] // each test file uses its own part

use hypercall_arch_x86::kvm::adapter::{KvmCalls, Served};
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmError, probe};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::outcome::Fault;
use hypercall_core::prelude::*;
use hypercall_core::{Builder, Completion, VmExit, interface};
use kvm_bindings::{
    KVM_MAX_CPUID_ENTRIES, KVM_SYNC_X86_REGS, kvm_regs, kvm_sregs, kvm_userspace_memory_region,
};
use kvm_ioctls::{Kvm, VcpuExit, VcpuFd, VmFd};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use vm_memory::{Bytes, GuestAddress, GuestMemoryBackend, GuestMemoryMmap};

pub const PORT: u8 = 0x48;
pub const ADDRESS: u64 = 0x7000_0000;
/// Another port: the guest is done.
pub const DONE: u8 = 0x4a;
/// Another port: the guest is in its fault handler.
pub const FAULT: u8 = 0x49;

pub const CODE: u64 = 0x1000;
pub const HANDLER: u64 = 0x3000;
/// A vector for interrupts.
pub const INTERRUPT: u8 = 0x40;

pub const STACK: u64 = 0x6000;
pub const KERNEL_STACK: u64 = 0x8000;
pub const TABLES: u64 = 0x1_0000;
const MEMORY: usize = 4 << 20;

/// Long enough for a slow host, short enough for a person.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub static TEST: Interface = Interface::vendor("test", "the tests'", *b"TT");

/// What is known of all guests here: number n of [`TEST`] in EAX.
pub const fn number(n: u64) -> u64 {
    0x5454_0000 + n
}

macro_rules! call {
    ($name:ident, $number:literal, $text:literal, $doc:literal $(, $field:ident)*) => {
        #[doc = $doc]
        #[derive(Hypercall)]
        #[hypercall(number = $number, name = $text, interface = TEST, arch(x86), status = active)]
        pub struct $name { $(#[doc = "Any."] pub $field: u64),* }
    };
}

call!(Mix, 1, "TEST_MIX", "Answers a number made of all arguments.", a, b, c, d);
call!(Again, 2, "TEST_AGAIN", "Asks for itself `times` times.", times);
call!(Later, 3, "TEST_LATER", "Is answered by another thread.", value);
call!(Trap, 4, "TEST_TRAP", "Faults the first time.", vector);
call!(Stop, 5, "TEST_STOP", "Ends the VM.", code);
call!(Fail, 6, "TEST_FAIL", "Fails.");
call!(Wide, 7, "TEST_WIDE", "Answers with all bits set.");

#[derive(Default)]
pub struct Vm {
    /// How often a handler ran.
    pub served: AtomicU32,
    pub arguments: Mutex<Vec<u64>>,
    pub waiting: Mutex<Option<(Completion, u64)>>,
    /// The guest's memory, once there is a VM.
    pub memory: OnceLock<GuestMemoryMmap>,
}

impl Vm {
    pub fn served(&self) -> u32 {
        self.served.load(Ordering::SeqCst)
    }
    /// The right to answer the call that waits, once there is one.
    pub fn wait_for_deferral(&self) -> (Completion, u64) {
        loop {
            if let Some(deferred) = self.waiting.lock().unwrap().take() {
                return deferred;
            }
            std::thread::yield_now();
        }
    }

    fn note(&self) -> u32 {
        self.served.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// The calls above, at a port and an address.
pub fn dispatcher(policy: Policy) -> Arc<Dispatcher<Vm>> {
    let builder = Dispatcher::<Vm>::builder(Arch::X86)
        .entry(entry::port(PORT), &convention::KVM, &interface::KVM)
        .entry(entry::mmio(ADDRESS), &convention::KVM, &interface::KVM)
        .policy(policy);
    Arc::new(with_handlers(builder).build().unwrap())
}

/// The handlers of the calls above.
pub fn with_handlers(builder: Builder<Vm>) -> Builder<Vm> {
    builder
        .handle(|vm: &Vm, call: Mix, _: &mut Context<'_>| {
            vm.note();
            vm.arguments.lock().unwrap().extend([call.a, call.b, call.c, call.d]);
            let Mix { a, b, c, d } = call;
            let rest = [b.rotate_left(8), c.rotate_left(16), d.rotate_left(24)];
            Ok(rest.into_iter().fold(a, u64::wrapping_add))
        })
        .handle(|vm: &Vm, call: Again, _: &mut Context<'_>| {
            vm.arguments.lock().unwrap().push(call.times);
            Ok(if u64::from(vm.note()) <= call.times { Outcome::Retry } else { 0x77_u64.into() })
        })
        .handle(|vm: &Vm, call: Later, context: &mut Context<'_>| {
            vm.note();
            *vm.waiting.lock().unwrap() = Some((context.defer(), call.value));
            Ok(Outcome::Deferred)
        })
        .handle(|vm: &Vm, call: Trap, _: &mut Context<'_>| {
            Ok(if vm.note() > 1 {
                Outcome::from(0x88_u64)
            } else {
                let error_code = (call.vector == 13).then_some(0x42);
                Outcome::Fault(Fault { code: call.vector as u32, error_code })
            })
        })
        .handle(|vm: &Vm, call: Stop, _: &mut Context<'_>| {
            vm.note();
            Ok(Outcome::Exit(VmExit { code: call.code as u32 }))
        })
        .handle(|vm: &Vm, _: Fail, _: &mut Context<'_>| {
            vm.note();
            Err::<(), _>(Error::BadAddress)
        })
        .handle(|vm: &Vm, _: Wide, _: &mut Context<'_>| {
            vm.note();
            Ok(u64::MAX)
        })
}

/// `/dev/kvm`, or a line that says why the test did not run.
pub fn kvm() -> Option<Kvm> {
    match probe::open() {
        Ok(kvm) => Some(kvm),
        Err(reason) => {
            let required = std::env::var_os("HYPERCALL_REQUIRE_KVM").is_some_and(|v| v == "1");
            assert!(!required, "HYPERCALL_REQUIRE_KVM=1, and {reason}");
            println!("NOT RUN: {reason}");
            None
        }
    }
}

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
            Doorbell::Port => &[0xe6, 0x48],                               // out 0x48, al
            Doorbell::Mmio => &[0x88, 0x04, 0x25, 0x00, 0x00, 0x00, 0x70], // mov [0x70000000], al
        }
    }
}

/// How a vCPU is entered.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub mode: Mode,
    pub user: bool,
    pub sync: bool,
}

impl Start {
    pub const LONG: Start = Start { mode: Mode::Long, user: false, sync: true };

    /// Each mode at each privilege, with and without KVM_CAP_SYNC_REGS.
    pub fn all() -> impl Iterator<Item = Start> {
        Mode::ALL.into_iter().flat_map(|mode| {
            [(false, true), (false, false), (true, true), (true, false)].map(|(user, sync)| Start {
                mode,
                user,
                sync,
            })
        })
    }

    pub fn is_64_bit(self) -> bool {
        self.mode == Mode::Long
    }
}

/// An exit that was no call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Other {
    Out(u16, Vec<u8>),
    In(u16, usize),
    Store(u64, Vec<u8>),
    Load(u64, usize),
    Halted,
    Else(String),
}

/// What a vCPU did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Served(Served),
    Other(Other),
}

/// Fields are dropped in order: the memory after the VM.
pub struct Bench {
    pub fd: VcpuFd,
    pub vm_fd: VmFd,
    pub calls: KvmCalls<Vm>,
    pub memory: GuestMemoryMmap,
    pub vm: Arc<Vm>,
}

impl Bench {
    pub fn new(kvm: &Kvm, start: Start, code: &[u8], policy: Policy) -> Bench {
        Bench::with(kvm, start, code, dispatcher(policy), |_| {})
    }

    pub fn with(
        kvm: &Kvm,
        start: Start,
        code: &[u8],
        dispatcher: Arc<Dispatcher<Vm>>,
        before: impl FnOnce(&VmFd),
    ) -> Bench {
        let vm_fd = kvm.create_vm().unwrap();
        let memory = GuestMemoryMmap::<()>::from_ranges(&[(GuestAddress(0), MEMORY)]).unwrap();
        let region = kvm_userspace_memory_region {
            memory_size: MEMORY as u64,
            userspace_addr: memory.get_host_address(GuestAddress(0)).unwrap() as u64,
            ..Default::default()
        };
        // SAFETY: the region is `memory`, which the bench drops after the VM.
        #[allow(unsafe_code)]
        unsafe { vm_fd.set_user_memory_region(region) }.unwrap();
        before(&vm_fd);
        let mut fd = vm_fd.create_vcpu(0).unwrap();
        fd.set_cpuid2(&kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap()).unwrap();
        memory.write_slice(code, GuestAddress(CODE)).unwrap();
        let entry = Entry {
            mode: start.mode,
            user: start.user,
            rip: CODE,
            stack: STACK,
            kernel_stack: KERNEL_STACK,
            tables: TABLES,
            ports: &[PORT.into(), DONE.into(), 0x50, 0x51],
            handlers: &[(6, HANDLER), (13, HANDLER), (INTERRUPT, HANDLER)],
        };
        setup::enter(&fd, &memory, &entry).unwrap();
        let mut calls = KvmCalls::new(dispatcher, 0).unwrap();
        if !start.sync {
            calls = calls.without_sync_regs();
        }
        calls.prepare(&vm_fd, &mut fd);
        assert!(start.sync || !calls.uses_sync_regs());
        let vm = Arc::<Vm>::default();
        let _ = vm.memory.set(memory.clone());
        Bench { fd, vm_fd, calls, memory, vm }
    }

    /// Changes registers, those that wait in `kvm_run` for the next KVM_RUN where there are such.
    pub fn set(&mut self, change: impl FnOnce(&mut kvm_regs)) {
        if self.fd.get_kvm_run().kvm_dirty_regs & u64::from(KVM_SYNC_X86_REGS) != 0 {
            return change(&mut self.fd.sync_regs_mut().regs);
        }
        let mut regs = self.fd.get_regs().unwrap();
        change(&mut regs);
        self.fd.set_regs(&regs).unwrap();
    }

    pub fn load(&self, address: u64, bytes: &[u8]) {
        self.memory.write_slice(bytes, GuestAddress(address)).unwrap();
    }

    /// The little-endian value of `size` bytes, 8 at most, in guest memory.
    pub fn value(&self, address: u64, size: u64) -> u64 {
        let mut bytes = [0; 8];
        self.memory.read_slice(&mut bytes[..size as usize], GuestAddress(address)).unwrap();
        u64::from_le_bytes(bytes)
    }

    pub fn regs(&self) -> kvm_regs {
        self.fd.get_regs().unwrap()
    }

    pub fn sregs(&self) -> kvm_sregs {
        self.fd.get_sregs().unwrap()
    }

    /// Runs until the next exit, and serves it if it is a call.
    pub fn step(&mut self) -> Event {
        self.try_step().unwrap()
    }

    pub fn try_step(&mut self) -> Result<Event, KvmError> {
        let watchdog = Watchdog::arm(PATIENCE)?;
        let exit = loop {
            match self.fd.run() {
                Ok(exit) => break exit,
                Err(error) => {
                    assert!(error.errno() == 4 && !watchdog.expired(), "KVM_RUN: {error}"); // EINTR
                }
            }
        };
        let other = match self.calls.recognise(exit) {
            Ok(call) => return self.calls.serve(call, &mut self.fd, &self.vm).map(Event::Served),
            Err(VcpuExit::IoOut(port, data)) => Other::Out(port, data.to_vec()),
            Err(VcpuExit::IoIn(port, data)) => {
                data.fill(0x5a);
                Other::In(port, data.len())
            }
            Err(VcpuExit::MmioWrite(address, data)) => Other::Store(address, data.to_vec()),
            Err(VcpuExit::MmioRead(address, data)) => {
                data.fill(0x5a);
                Other::Load(address, data.len())
            }
            Err(VcpuExit::Hlt) => Other::Halted,
            Err(other) => Other::Else(format!("{other:?}")),
        };
        Ok(Event::Other(other))
    }
}
