//! The ring between a guest on real KVM, at CPL 3, and a thread that polls.

use super::guest::{BELL, DONE, Found, Orders, code};
use super::{BATCH, CALLS, ORDER, POINT, Took, lost, timed};
use crate::bench::calls::State;
use crate::bench::{BenchError, clock};
use hypercall_arch_x86::kvm::ring::EventBell;
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmError, KvmVm};
use hypercall_core::memory::GuestMemory as _;
use hypercall_core::ring::{Doorbell, Polling, Rings, Setup};
use hypercall_core::{Caller, Dispatcher};
use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, kvm_regs};
use kvm_ioctls::{Kvm, VcpuExit, VcpuFd};
use std::sync::Arc;
use std::time::Duration;

const MEMORY: usize = 0x10_0000;
const CODE: u64 = 0x1000;
const STACK: u64 = 0x8000;
const TABLES: u64 = 0x1_0000;
const RING: u64 = 0x4_0000;
/// Longer than any sample takes: a host that polls does not sleep.
const AWAKE: Polling = Polling { spin: Duration::from_secs(3600), batch: BATCH };
/// For samples during which host and guest hardly ever run at the same time.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long a host that sleeps is watched.
const IDLE: Duration = Duration::from_millis(100);

/// A VM with a ring.
pub struct World {
    // Dropped in order: the vCPU and the doorbell before the VM.
    vcpu: VcpuFd,
    rings: Rings,
    vm: KvmVm,
    dispatcher: Dispatcher<State>,
    state: State,
}

impl World {
    /// Sets one up, served by `dispatcher`.
    pub fn new(kvm: &Kvm, dispatcher: Dispatcher<State>) -> Result<World, BenchError> {
        let vm = KvmVm::new(kvm, MEMORY)?;
        let vcpu = vm.fd().create_vcpu(0).map_err(KvmError::ioctl("KVM_CREATE_VCPU"))?;
        let cpuid = kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES);
        vcpu.set_cpuid2(&cpuid.map_err(KvmError::ioctl("KVM_GET_SUPPORTED_CPUID"))?)
            .map_err(KvmError::ioctl("KVM_SET_CPUID2"))?;
        let entry = Entry {
            mode: Mode::Long,
            user: true,
            rip: CODE,
            stack: STACK,
            kernel_stack: STACK,
            tables: TABLES,
            ports: &[BELL.into(), DONE.into()],
            handlers: &[],
        };
        setup::enter(&vcpu, vm.memory(), &entry)?;
        let what = "the benchmark's guest";
        vm.memory().write(CODE, code()).map_err(|source| KvmError::Memory { what, source })?;
        let doorbell = Doorbell::Port(BELL.into());
        let rings = Rings::new(1, doorbell, Arc::new(EventBell::new(vm.fd(), doorbell)?));
        let point = dispatcher.entry(POINT).expect("it was bound");
        let ring = Setup { address: RING, order: ORDER, vcpu: 0, entry: point, caller: Caller::X86_64 };
        rings.set_up(vm.memory(), ring).map_err(lost)?;
        Ok(World { vcpu, rings, vm, dispatcher, state: State::default() })
    }

    /// What each call takes, `in_flight` at once.
    pub fn polled(&mut self, in_flight: usize) -> Result<Took, BenchError> {
        let World { vcpu, rings, vm, dispatcher, state } = self;
        let (rings, memory, dispatcher, state) = (&*rings, vm.memory(), &*dispatcher, &*state);
        rings.restart();
        let host = move || {
            rings.poll(memory, dispatcher, state, AWAKE);
        };
        let stop = |now| if now { rings.stop() } else { rings.restart() };
        timed(host, || make(vcpu, in_flight, CALLS), stop)
    }

    /// How much of a processor a host takes for whom no call comes, in percent.
    pub fn idle(&mut self) -> Result<f64, BenchError> {
        let World { rings, vm, dispatcher, state, .. } = self;
        let (rings, memory, dispatcher, state) = (&*rings, vm.memory(), &*dispatcher, &*state);
        rings.restart();
        std::thread::scope(|scope| {
            scope.spawn(move || rings.poll(memory, dispatcher, state, Polling::default()));
            let before = rings.work().sleeps();
            while rings.work().sleeps() == before {
                std::thread::sleep(Duration::from_millis(1));
            }
            let (cpu, wall) = (clock::process_time(), clock::monotonic());
            std::thread::sleep(IDLE);
            let (cpu, wall) = (clock::process_time() - cpu, clock::monotonic() - wall);
            rings.stop();
            Ok(100.0 * cpu as f64 / wall as f64)
        })
    }
}

/// Has the guest make so many calls.
fn make(vcpu: &mut VcpuFd, in_flight: usize, calls: u64) -> Result<(), BenchError> {
    // Each of the 64 handlers in turn.
    let orders = Orders { ring: RING, number: 0, mask: 63, in_flight: in_flight as u64, calls };
    let mut regs = kvm_regs { rip: CODE, rsp: STACK, rflags: 2, ..Default::default() };
    orders.set(&mut regs);
    vcpu.set_regs(&regs).map_err(KvmError::ioctl("KVM_SET_REGS"))?;
    let _watchdog = Watchdog::arm(PATIENCE)?;
    match vcpu.run().map_err(KvmError::ioctl("KVM_RUN"))? {
        VcpuExit::IoOut(port, _) if port == u16::from(DONE) => {}
        other => return Err(BenchError::Guest(format!("{other:?}"))),
    }
    match Found::of(&vcpu.get_regs().map_err(KvmError::ioctl("KVM_GET_REGS"))?).wrong {
        0 => Ok(()),
        wrong => Err(BenchError::Guest(format!("{wrong:#x} calls of a ring that were not done"))),
    }
}
