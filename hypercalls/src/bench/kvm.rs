//! Calls of a guest on real KVM: by each transport that this host delivers, against a bare exit of the same
//! guest code, and against a loop that reads and writes the registers by ioctls.
//!
//! The doorbells are rung at CPL 3, which every host runs natively; some emulate code at CPL 0, one
//! instruction in a microsecond, and what one pays there is the emulation. KVM_EXIT_HYPERCALL and
//! KVM_EXIT_XEN are for CPL 0 only.

use super::calls::{self, DIRECT, Listed, State};
use super::rounds::Subject;
use super::{Bench, BenchError, clock};
use hypercall_arch_x86::convention::{VMCALL, VMMCALL};
use hypercall_arch_x86::kvm::cpuid::processor;
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmCalls, KvmError, KvmVm, Served, probe, xen_exit};
use hypercall_arch_x86::para::Processor;
use hypercall_arch_x86::{convention, entry};
use hypercall_core::memory::GuestMemory as _;
use hypercall_core::multicall::Batches;
use hypercall_core::{Arch, CallList, EntryPoint, Policy, interface};
use kvm_bindings::{KVM_EXIT_XEN, KVM_MAX_CPUID_ENTRIES, kvm_regs};
use kvm_ioctls::{Kvm, SyncReg, VcpuExit, VcpuFd};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

/// The number that is called: the one that KVM hands out as KVM_EXIT_HYPERCALL.
const NUMBER: u64 = 12;
/// What stands in RBX, RCX, RDX and RSI: whole pages, so that KVM lets the call out.
const ARGUMENTS: [u64; 4] = [0x3000, 1, 0, 0];

pub(super) const PORT: u8 = 0x48;
const ADDRESS: u32 = 0x7000_0000;
const MEMORY: usize = 0x10_0000;
const CODE: u64 = 0x1000;
const STACK: u64 = 0x8000;
const TABLES: u64 = 0x1_0000;

/// Exits in one sample.
pub(super) const EXITS: u64 = 200;
/// Ample for them, also where the processor is emulated.
const PATIENCE: Duration = Duration::from_secs(20);

/// A vCPU of a guest that makes the same call for ever.
pub(super) struct Guest {
    // Dropped before the VM.
    fd: VcpuFd,
    calls: KvmCalls<State, Listed>,
    /// The same by the dispatcher's tables.
    by_table: KvmCalls<State>,
    state: State,
    vm: Arc<KvmVm>,
}

/// How the guest makes its calls.
pub(super) struct Way {
    transport: probe::Transport,
    user: bool,
    point: EntryPoint,
    instruction: Vec<u8>,
}

impl Way {
    pub(super) fn new(transport: probe::Transport, cpl: u8, processor: Option<Processor>) -> Way {
        let [a, b, c, d] = ADDRESS.to_le_bytes();
        let vmcall = if processor == Some(Processor::Amd) { VMMCALL } else { VMCALL };
        let (point, instruction) = match transport {
            probe::Transport::Pio => (entry::port(PORT), vec![0xe6, PORT]),
            probe::Transport::Mmio => (entry::mmio(ADDRESS.into()), vec![0x88, 0x04, 0x25, a, b, c, d]),
            probe::Transport::ExitXen => (entry::EXIT_XEN, vmcall.bytes.to_vec()),
            _ => (entry::EXIT_HYPERCALL, vmcall.bytes.to_vec()),
        };
        Way { transport, user: cpl > 0, point, instruction }
    }

    /// `mov eax, NUMBER`, the call, and back.
    pub(super) fn code(&self) -> Vec<u8> {
        let mut code = vec![0xb8];
        code.extend((NUMBER as u32).to_le_bytes());
        code.extend(&self.instruction);
        code.extend([0xeb, (-(code.len() as i8 + 2)) as u8]);
        code
    }

    /// Whether the registers have to be fetched: the other exits bring the call along.
    fn is_doorbell(&self) -> bool {
        matches!(self.transport, probe::Transport::Pio | probe::Transport::Mmio)
    }
}

impl Guest {
    /// One that runs `code` over and over, which makes calls in this way.
    pub(super) fn new(kvm: &Kvm, way: &Way, code: &[u8]) -> Result<Guest, BenchError> {
        let [guest] = Guest::several(kvm, way, code)?;
        Ok(guest)
    }

    /// So many vCPUs of one VM, with one dispatcher.
    pub(super) fn several<const COUNT: usize>(
        kvm: &Kvm,
        way: &Way,
        code: &[u8],
    ) -> Result<[Guest; COUNT], BenchError> {
        let vm = Arc::new(KvmVm::new(kvm, MEMORY)?);
        match way.transport {
            probe::Transport::ExitHypercall => vm.enable_exit_hypercall()?,
            probe::Transport::ExitXen => xen_exit::enable(vm.fd())?,
            _ => {}
        }
        let bound = (way.point, &convention::KVM, &interface::KVM);
        let dispatcher = calls::listed(Arch::X86, bound, |builder| {
            let batches = Batches::new(|state: &State| &*state.memory);
            builder.policy(Policy::default().allow_user_mode()).multicall(batches)
        })?;
        let dispatcher = Arc::new(dispatcher);
        let mut vcpus = Vec::with_capacity(COUNT);
        for index in 0..COUNT as u32 {
            let vm = Arc::clone(&vm);
            let state = State { memory: Box::new(vm.memory().clone()), ..State::default() };
            let mut fd = vcpu(kvm, &vm, index, way.user)?;
            let mut calls = KvmCalls::with_list::<Listed>(Arc::clone(&dispatcher), index)?;
            let mut by_table = KvmCalls::new(Arc::clone(&dispatcher), index)?;
            calls.prepare(vm.fd(), &mut fd);
            by_table.prepare(vm.fd(), &mut fd);
            let guest = Guest { fd, calls, by_table, state, vm };
            guest.write(CODE, code)?;
            guest.set_arguments(ARGUMENTS)?;
            vcpus.push(guest);
        }
        Ok(vcpus.try_into().unwrap_or_else(|_| unreachable!("so many were made")))
    }

    /// Writes guest memory.
    pub(super) fn write(&self, address: u64, bytes: &[u8]) -> Result<(), BenchError> {
        let what = "the benchmark's guest";
        let written = self.vm.memory().write(address, bytes);
        Ok(written.map_err(|source| KvmError::Memory { what, source })?)
    }

    /// What the guest has in RBX, RCX, RDX and RSI.
    pub(super) fn set_arguments(&self, [rbx, rcx, rdx, rsi]: [u64; 4]) -> Result<(), BenchError> {
        let regs = self.fd.get_regs().map_err(KvmError::ioctl("KVM_GET_REGS"))?;
        let regs = kvm_regs { rbx, rcx, rdx, rsi, ..regs };
        Ok(self.fd.set_regs(&regs).map_err(KvmError::ioctl("KVM_SET_REGS"))?)
    }

    /// How many calls got to a handler without an error.
    pub(super) fn served(&self) -> u64 {
        let counts = self.calls.vcpu().statistics().total();
        counts.calls - counts.errors - counts.unknown - counts.refused()
    }

    /// Has KVM_RUN bring the registers along, or not.
    fn sync(&mut self, sync: bool) {
        for registers in [SyncReg::Register, SyncReg::SystemRegister] {
            if sync && self.calls.uses_sync_regs() {
                self.fd.set_sync_valid_reg(registers);
            } else {
                self.fd.clear_sync_valid_reg(registers);
            }
        }
    }

    /// Runs to the next exit, which is a call, and does `then`. Says when KVM_RUN returned, if that is asked for.
    #[inline]
    pub(super) fn exit(
        &mut self,
        returned: Option<&mut u64>,
        then: impl FnOnce(&mut Guest) -> Result<(), BenchError>,
    ) -> Result<(), BenchError> {
        let exit = self.fd.run();
        if let Some(returned) = returned {
            *returned = clock::monotonic();
        }
        match exit {
            Ok(VcpuExit::IoOut(..) | VcpuExit::MmioWrite(..) | VcpuExit::Hypercall(_)) => {}
            Ok(VcpuExit::Unsupported(KVM_EXIT_XEN)) => {}
            Ok(other) => return Err(BenchError::Guest(format!("{other:?}"))),
            Err(error) => return Err(KvmError::ioctl("KVM_RUN")(error).into()),
        }
        then(self)
    }

    /// CPU time of a call.
    pub(super) fn hypercall(&mut self) -> Result<f64, BenchError> {
        let _watchdog = Watchdog::arm(PATIENCE)?;
        self.sync(true);
        let Guest { fd, calls, state, .. } = self;
        run(fd, calls, state, &mut [0], false)?; // what the last subject left to be done
        let mut result = Ok(());
        let time = clock::each(EXITS, || result = run(fd, calls, state, &mut [0; EXITS as usize], false));
        result.map(|()| time)
    }

    /// Time from the return of a KVM_RUN to the beginning of the next, as [`between`](Self::between), and by the
    /// tables or the list's code.
    fn hypercall_between(&mut self, by_table: bool) -> Result<f64, BenchError> {
        let _watchdog = Watchdog::arm(PATIENCE)?;
        self.sync(true);
        let mut times = [0; EXITS as usize];
        if by_table {
            run(&mut self.fd, &mut self.by_table, &self.state, &mut times, true)?;
        } else {
            run(&mut self.fd, &mut self.calls, &self.state, &mut times, true)?;
        }
        Ok(middle(&mut times))
    }

    /// CPU time of an exit that nothing is done about.
    pub(super) fn bare(&mut self) -> Result<f64, BenchError> {
        self.time(false, |guest| guest.exit(None, |_| Ok(())))
    }

    /// Serves the next call as a VMM does that knows nothing better.
    fn naive(&mut self) -> Result<(), BenchError> {
        self.exit(None, |guest| {
            let mut regs = guest.fd.get_regs().map_err(KvmError::ioctl("KVM_GET_REGS"))?;
            regs.rax = match DIRECT.get(regs.rax as usize) {
                Some(call) => call(&guest.state, regs.rbx, regs.rcx, regs.rdx, regs.rsi),
                None => -1000_i64 as u64,
            };
            Ok(guest.fd.set_regs(&regs).map_err(KvmError::ioctl("KVM_SET_REGS"))?)
        })
    }

    /// Serves the next call with what [`hypercall`](Self::hypercall) uses of KVM and nothing else: no check of
    /// the port, the mode and the caller, no policy, no count, no guard against a panic.
    fn by_hand(&mut self, returned: &mut u64) -> Result<(), BenchError> {
        self.exit(Some(returned), |guest| {
            let regs = &mut guest.fd.sync_regs_mut().regs;
            regs.rax = match DIRECT.get(regs.rax as usize) {
                Some(call) => call(&guest.state, regs.rbx, regs.rcx, regs.rdx, regs.rsi),
                None => -1000_i64 as u64,
            };
            guest.fd.set_sync_dirty_reg(SyncReg::Register);
            Ok(())
        })
    }

    /// CPU time of an exit, where `one` makes and handles it.
    pub(super) fn time(
        &mut self,
        sync: bool,
        mut one: impl FnMut(&mut Guest) -> Result<(), BenchError>,
    ) -> Result<f64, BenchError> {
        let _watchdog = Watchdog::arm(PATIENCE)?;
        self.sync(sync);
        one(self)?; // what the last subject left to be done
        let mut result = Ok(());
        let time = clock::each(EXITS, || result = (0..EXITS).try_for_each(|_| one(self)));
        result.map(|()| time)
    }

    /// Time from the return of one KVM_RUN, which `one` gives, to the beginning of the next: of a sample's exits
    /// the mean of the middle half, as one during which the thread was not running would outweigh all others,
    /// and a clock may tick in steps that a median would show.
    fn between(
        &mut self,
        sync: bool,
        mut one: impl FnMut(&mut Guest, &mut u64) -> Result<(), BenchError>,
    ) -> Result<f64, BenchError> {
        let _watchdog = Watchdog::arm(PATIENCE)?;
        self.sync(sync);
        let mut times = [0; EXITS as usize];
        for slot in &mut times {
            let mut returned = 0;
            one(self, &mut returned)?;
            *slot = clock::monotonic() - returned;
        }
        Ok(middle(&mut times))
    }
}

/// The loop of a VMM's vCPU, for so many calls as there are places for the time from the return of one KVM_RUN
/// to the beginning of the next; it is taken if it is asked for. One place for a list's code, as in a VMM.
#[inline(never)]
fn run<L: CallList<State>>(
    fd: &mut VcpuFd,
    calls: &mut KvmCalls<State, L>,
    state: &State,
    times: &mut [u64],
    timed: bool,
) -> Result<(), BenchError> {
    for slot in times {
        let exit = fd.run();
        let returned = if timed { clock::monotonic() } else { 0 };
        let call = match &exit {
            Ok(exit) => calls.call_of(exit),
            Err(error) => return Err(KvmError::ioctl("KVM_RUN")(*error).into()),
        };
        let Some(call) = call else { return Err(BenchError::Guest(format!("{exit:?}"))) };
        match calls.serve(call, fd, state)? {
            Served::Resume => {}
            Served::Exit(exit) => return Err(BenchError::Guest(format!("{exit:?}"))),
        }
        if timed {
            *slot = clock::monotonic() - returned;
        }
    }
    Ok(())
}

/// The mean of the middle half.
fn middle(times: &mut [u64]) -> f64 {
    times.sort_unstable();
    let quarter = times.len() / 4;
    let half = &times[quarter..times.len() - quarter];
    half.iter().sum::<u64>() as f64 / half.len() as f64
}

/// A vCPU before its first instruction.
fn vcpu(kvm: &Kvm, vm: &KvmVm, index: u32, user: bool) -> Result<VcpuFd, BenchError> {
    let fd = vm.fd().create_vcpu(index.into()).map_err(KvmError::ioctl("KVM_CREATE_VCPU"))?;
    let cpuid = kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES);
    fd.set_cpuid2(&cpuid.map_err(KvmError::ioctl("KVM_GET_SUPPORTED_CPUID"))?)
        .map_err(KvmError::ioctl("KVM_SET_CPUID2"))?;
    let entry = Entry {
        mode: Mode::Long,
        user,
        rip: CODE,
        stack: STACK,
        kernel_stack: STACK,
        tables: TABLES + u64::from(index) * setup::TABLES_SIZE,
        ports: &[PORT.into()],
        handlers: &[],
    };
    setup::enter(&fd, vm.memory(), &entry)?;
    Ok(fd)
}

/// A guest for whom something without KVM is to be compared with bare exits, where there is KVM.
pub(super) fn bare_guest(bench: &mut Bench<'_>) -> Result<Option<RefCell<Guest>>, BenchError> {
    let transport = probe::Transport::Pio;
    let Some(kvm) = bench.kvm("ring/bare", transport)? else { return Ok(None) };
    let way = Way::new(transport, 3, None);
    Ok(Some(RefCell::new(Guest::new(&kvm, &way, &way.code())?)))
}

fn measure(
    bench: &mut Bench<'_>,
    transport: probe::Transport,
    part: &'static str,
    cpl: u8,
) -> Result<(), BenchError> {
    let Some(kvm) = bench.kvm(part, transport)? else { return Ok(()) };
    let cpuid = kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES);
    let processor = processor(&cpuid.map_err(KvmError::ioctl("KVM_GET_SUPPORTED_CPUID"))?);
    let way = Way::new(transport, cpl, processor);
    // One vCPU for all: where two lie in memory must not decide which is faster.
    let guest = RefCell::new(Guest::new(&kvm, &way, &way.code())?);
    let syncs = guest.borrow().calls.uses_sync_regs();

    let id = |word: &str| format!("{part}{word}");
    let guest = &guest;
    let hypercall = move || guest.borrow_mut().hypercall();
    let registers = move || guest.borrow_mut().time(true, |guest| guest.exit(None, |_| Ok(())));
    let mut subjects = vec![
        Subject::fallible(id("hypercall"), hypercall).against(id("bare")),
        Subject::fallible(id("bare"), move || guest.borrow_mut().bare()),
    ];
    if way.is_doorbell() {
        let naive = move || guest.borrow_mut().time(false, Guest::naive);
        subjects.push(Subject::fallible(id("naive"), naive).against(id("bare")));
        if syncs {
            subjects.push(Subject::fallible(id("registers"), registers).against(id("bare")));
        }
    }
    bench.group(subjects)?;

    let bare =
        move || guest.borrow_mut().between(false, |guest, returned| guest.exit(Some(returned), |_| Ok(())));
    let own = move || guest.borrow_mut().hypercall_between(false);
    let by_table = move || guest.borrow_mut().hypercall_between(true);
    let mut subjects = vec![
        Subject::fallible(id("host/hypercall"), own).against(id("host/bare")),
        Subject::fallible(id("host/by-table"), by_table).against(id("host/bare")),
        Subject::fallible(id("host/bare"), bare),
    ];
    if way.is_doorbell() && syncs {
        let by_hand = move || guest.borrow_mut().between(true, Guest::by_hand);
        subjects.push(Subject::fallible(id("host/by-hand"), by_hand).against(id("host/bare")));
    }
    bench.group(subjects)
}

/// The port doorbell, rung by a user program.
pub fn pio(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure(bench, probe::Transport::Pio, "kvm/pio/", 3)
}

/// The port doorbell, rung by a kernel.
pub fn pio_kernel(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure(bench, probe::Transport::Pio, "kvm/pio-cpl0/", 0)
}

/// The MMIO doorbell, rung by a user program.
pub fn mmio(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure(bench, probe::Transport::Mmio, "kvm/mmio/", 3)
}

/// KVM_EXIT_HYPERCALL.
pub fn exit_hypercall(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure(bench, probe::Transport::ExitHypercall, "kvm/exit-hypercall/", 0)
}

/// KVM_EXIT_XEN.
pub fn exit_xen(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    measure(bench, probe::Transport::ExitXen, "kvm/exit-xen/", 0)
}
