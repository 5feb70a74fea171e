//! A guest of the user's: an ELF or a flat binary, run until it halts.

use super::list::Own;
use super::machine::Machine;
use super::report::{Call, Counted, Raw, Report, number};
use super::vm::{Options, RunError, Transport, Vm, XenPage, ioctl, on_threads, serving_rings, start};
use hypercall_arch_x86::kvm::msr::MsrExit;
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::xen::{Offer, in_long_mode};
use hypercall_arch_x86::kvm::{KvmCalls, Served, backend};
use hypercall_arch_x86::para::ParaVcpu;
use hypercall_arch_x86::registers;
use hypercall_core::memory::GuestMemory;
use hypercall_core::statistics::Counts;
use hypercall_core::{Dispatcher, Interface, Reg, VmExit, Width};
use kvm_bindings::kvm_regs;
use kvm_ioctls::{VcpuExit, VcpuFd};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, elf};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Where a flat binary is loaded and entered, and the lowest address a guest may use: tables and stacks of
/// the vCPUs are below.
pub const LOAD: u64 = 0x10_0000;
/// Bytes of the guest's memory, from guest-physical address 0 on.
pub const MEMORY: u64 = 64 << 20;
/// A timeout for guests that may take as long as they like: ten years.
pub const FOREVER: Duration = Duration::from_secs(10 * 365 * 86_400);
/// How long a vCPU may run before it looks whether the VM has ended.
const LOOK: Duration = Duration::from_millis(50);
/// Tables and stack of a vCPU below [`LOAD`]; the first page stays free.
const REGION: u64 = 0x1_8000;
const FIRST_REGION: u64 = 0x1000;
/// vCPUs whose regions fit there.
pub const MOST_VCPUS: u32 = 10;
/// Calls of a vCPU that are listed; further ones are counted.
const LISTED: usize = 1000;

const _: () = assert!(FIRST_REGION + REGION * MOST_VCPUS as u64 <= LOAD);
const _: () = assert!(setup::TABLES_SIZE < REGION);

/// A guest as it was read from its file.
#[derive(Debug)]
pub struct Image {
    segments: Vec<(u64, Vec<u8>)>,
    entry: u64,
}

/// Why a file is no guest.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error("cannot read the guest {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// It cannot be run.
    #[error("the guest {} cannot be run: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Reads a guest: an ELF executable for x86_64, or a flat binary if it does not begin as an ELF does.
///
/// # Errors
/// [`LoadError`], naming the file, when it is missing, empty, too large, or a broken ELF.
pub fn load(path: &Path) -> Result<Image, LoadError> {
    let read = |source| LoadError::Read { path: path.into(), source };
    let unusable = |reason: String| LoadError::Unusable { path: path.into(), reason };
    let length = std::fs::metadata(path).map_err(read)?.len();
    if length > MEMORY {
        let reason = format!("it has {length} bytes, and the VM has {MEMORY} bytes of memory");
        return Err(unusable(reason));
    }
    let data = std::fs::read(path).map_err(read)?;
    if data.is_empty() {
        return Err(unusable("it is empty".to_string()));
    }
    let image = if data.starts_with(&elf::ELFMAG) {
        elf_image(&data).map_err(unusable)?
    } else {
        Image { segments: vec![(LOAD, data)], entry: LOAD }
    };
    for (address, bytes) in &image.segments {
        let end = address.checked_add(bytes.len() as u64);
        if *address < LOAD || end.is_none_or(|end| end > MEMORY) {
            let length = bytes.len();
            let reason = format!(
                "{length} bytes at {address:#x} are not inside {LOAD:#x} to {MEMORY:#x}, where a guest has its memory"
            );
            return Err(unusable(reason));
        }
    }
    Ok(image)
}

fn elf_image(data: &[u8]) -> Result<Image, String> {
    let broken = |e: object::Error| format!("it begins as an ELF and is broken: {e}");
    let header = elf::FileHeader64::<Endianness>::parse(data)
        .map_err(|e| format!("it begins as an ELF and is no 64-bit one: {e}"))?;
    let endian = header.endian().map_err(broken)?;
    if header.e_machine(endian) != elf::EM_X86_64 || header.e_type(endian) != elf::ET_EXEC {
        return Err(
            "it is no x86_64 executable with fixed addresses (link it static, not as PIE)".to_string()
        );
    }
    let mut segments = Vec::new();
    for segment in header.program_headers(endian, data).map_err(broken)? {
        if segment.p_type(endian) != elf::PT_LOAD {
            continue;
        }
        let size = segment.p_memsz(endian);
        let mut bytes =
            segment.data(endian, data).map_err(|()| "a segment is not in the file".to_string())?.to_vec();
        if size > MEMORY || (bytes.len() as u64) > size {
            return Err(format!("a segment takes {size:#x} bytes of memory"));
        }
        bytes.resize(size as usize, 0);
        segments.push((segment.p_paddr(endian), bytes));
    }
    if segments.is_empty() {
        return Err("it has nothing to load".to_string());
    }
    Ok(Image { segments, entry: header.e_entry(endian) })
}

/// What became of a guest.
#[derive(Debug)]
pub struct Ended {
    /// The first calls each vCPU made.
    pub report: Report,
    /// Calls made beyond those listed.
    pub unlisted: u64,
    /// The exit code a call asked for; zero after HLT.
    pub code: u32,
}

/// Runs a guest in 64-bit mode at CPL 0, identity-mapped to 4 GiB, interrupts off, the vCPU's index in RDI,
/// until each of its vCPUs halts or one ends the VM.
///
/// # Errors
/// [`RunError`] when it cannot be set up, shuts down, makes an exit that nobody handles, or takes too long.
pub fn run(image: &Image, options: Options) -> Result<Ended, RunError> {
    let timeout = options.timeout;
    let vcpus = options.vcpus;
    if vcpus > MOST_VCPUS {
        let reason = format!("a guest of yours has at most {MOST_VCPUS} vCPUs, and {vcpus} were asked for");
        return Err(RunError::Memory(reason));
    }
    let (vm, dispatcher, transport) = start(options, MEMORY)?;
    for (address, bytes) in &image.segments {
        vm.kvm_vm.memory().write(*address, bytes).map_err(|e| RunError::Memory(e.to_string()))?;
    }
    let (results, ended) = serving_rings(&vm, &dispatcher, |ended| {
        on_threads(vcpus, |index| {
            Guest::new(&vm, Arc::clone(&dispatcher), transport, index, image.entry)?.run(timeout, ended)
        })
    })?;
    let (mut calls, mut unlisted, mut counts) = (Vec::new(), 0, Vec::new());
    let mut code = ended.map_or(0, |exit| exit.code);
    for (listed, more, ended, counted) in results {
        calls.extend(listed);
        unlisted += more;
        code = code.max(ended);
        counts.push(counted);
    }
    let name = vm.binding.convention.name;
    let counted = Counted::sum(counts, vm.machine.rings());
    let report = Report::new("kvm", transport.name(), name, vcpus, calls, 0).counting(counted);
    Ok(Ended { report, unlisted, code })
}

struct Guest<'a> {
    vm: &'a Vm,
    fd: VcpuFd,
    calls: KvmCalls<Machine, Own>,
    para: Option<ParaVcpu>,
    dispatcher: Arc<Dispatcher<Machine>>,
    transport: Transport,
    index: u32,
}

impl<'a> Guest<'a> {
    fn new(
        vm: &'a Vm,
        dispatcher: Arc<Dispatcher<Machine>>,
        transport: Transport,
        index: u32,
        entry: u64,
    ) -> Result<Guest<'a>, RunError> {
        let (fd, calls) = vm.vcpu(&dispatcher, index)?;
        let region = FIRST_REGION + REGION * u64::from(index);
        setup::enter(
            &fd,
            vm.kvm_vm.memory(),
            &Entry {
                mode: Mode::Long,
                user: false,
                rip: entry,
                stack: region + REGION,
                kernel_stack: region + REGION,
                tables: region,
                ports: &[],
                handlers: &[],
            },
        )?;
        let mut regs = fd.get_regs().map_err(ioctl("KVM_GET_REGS"))?;
        regs.rdi = index.into();
        fd.set_regs(&regs).map_err(ioctl("KVM_SET_REGS"))?;
        Ok(Guest { vm, fd, calls, para: vm.para(), dispatcher, transport, index })
    }

    /// Runs it to its end, or to that of the VM by a call in a ring: the calls listed, how many more there were, the
    /// exit code, and what was counted.
    fn run(
        mut self,
        timeout: Duration,
        vm_ended: &OnceLock<VmExit>,
    ) -> Result<(Vec<Call>, u64, u32, Counts), RunError> {
        let deadline = Instant::now() + timeout;
        // It goes on firing: a vCPU that makes no exit looks now and then whether it is over.
        let _watchdog = Watchdog::arm(timeout.min(LOOK))?;
        let (mut listed, mut unlisted) = (Vec::new(), 0);
        loop {
            let result = self.fd.run();
            let start = Instant::now();
            let reason = match result {
                Ok(exit) => match self.calls.recognise(exit) {
                    Ok(call) => {
                        let before = self.registers()?;
                        let served = self.calls.serve(call, &mut self.fd, &self.vm.machine)?;
                        let ns = u64::try_from(start.elapsed().as_nanos()).ok();
                        if listed.len() < LISTED {
                            let after = self.registers()?;
                            let ended = match served {
                                Served::Exit(exit) => Some(exit.code),
                                Served::Resume => None,
                            };
                            listed.push(self.row(&before, &after, ended, ns));
                        } else {
                            unlisted += 1;
                        }
                        match served {
                            Served::Resume => continue,
                            Served::Exit(exit) => return Ok((listed, unlisted, exit.code, self.counts())),
                        }
                    }
                    Err(VcpuExit::Hlt) => return Ok((listed, unlisted, 0, self.counts())),
                    Err(VcpuExit::Shutdown) => "it shut down (triple fault)".to_string(),
                    Err(VcpuExit::InternalError | VcpuExit::FailEntry(..)) => {
                        backend::describe(self.fd.get_kvm_run())
                    }
                    Err(other) => match MsrExit::recognise(other) {
                        Ok(access) => {
                            if self.serve_msr(access)? {
                                continue;
                            }
                            format!("{access:x?} of an MSR, which nobody handles")
                        }
                        Err(other) => format!("exit {other:?}, which nobody handles"),
                    },
                },
                Err(error) if error.errno() == libc::EINTR => {
                    if let Some(exit) = vm_ended.get() {
                        return Ok((listed, unlisted, exit.code, self.counts()));
                    }
                    if Instant::now() < deadline {
                        continue;
                    }
                    format!("it did not end within {} s", timeout.as_secs())
                }
                Err(error) => return Err(ioctl("KVM_RUN")(error)),
            };
            let place = format!("at RIP {:#x}", self.registers()?.rip);
            return Err(RunError::Stopped { vcpu: self.index, place, reason });
        }
    }

    fn counts(&self) -> Counts {
        self.calls.vcpu().statistics().total()
    }

    /// Answers an access to an MSR that the VM offers, and says whether it is one.
    fn serve_msr(&mut self, access: MsrExit) -> Result<bool, RunError> {
        let memory = self.vm.kvm_vm.memory();
        if let Some(para) = &mut self.para {
            access.serve(&mut self.fd, &mut para.msr(memory));
        } else if let Some(XenPage::Offered(Offer::UserSpace(xen))) = &self.vm.xen {
            let long_mode = in_long_mode(&self.fd)?;
            access.serve(&mut self.fd, &mut xen.msr(memory, long_mode));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn registers(&mut self) -> Result<kvm_regs, RunError> {
        if self.calls.uses_sync_regs() {
            return Ok(self.fd.sync_regs_mut().regs);
        }
        self.fd.get_regs().map_err(ioctl("KVM_GET_REGS"))
    }

    /// A call as its registers show it, in 64-bit mode.
    fn row(&self, before: &kvm_regs, after: &kvm_regs, ended: Option<u32>, ns: Option<u64>) -> Call {
        let convention = self.vm.binding.convention;
        let numbering = convention.numbering;
        let mode = convention.mode_for(Width::Bits64);
        let wire = value(before, mode.number);
        let bound = self.vm.binding.interface;
        // Xen's numbers are KVM's, too.
        let found = self.dispatcher.registry().iter().find(|d| {
            (*d.interface == *bound || d.interface.is_vendor())
                && d.is_on(convention.arch)
                && d.interface.wire(numbering, d.number) == Some(wire)
        });
        let interface: &Interface = found.map_or(self.vm.binding.interface, |d| d.interface);
        let count = found.map_or(mode.arguments.len(), |d| d.slots().0);
        let registers = mode.arguments.iter().take(count).map(|register| value(before, *register));
        let arguments: Vec<u64> = registers.collect();
        let words: Vec<String> = arguments.iter().map(|value| number(*value)).collect();
        let returned = ended.is_none().then_some(after.rax);
        let errors = interface.errors.unwrap_or(convention.errors);
        let result = match (ended, errors.explain(after.rax as i64)) {
            (Some(code), _) => format!("VM exit {code}"),
            (None, Some(code)) => format!("{} ({})", code.symbol, after.rax as i64),
            (None, None) => number(after.rax),
        };
        Call {
            interface: interface.name,
            number: number(found.map_or(wire, |d| d.number)),
            name: found.map_or("unknown", |d| d.name),
            status: found.map_or("", |d| d.status.name()),
            convention: convention.name,
            case: "guest",
            mode: Width::Bits64.name(),
            cpl: 0,
            vcpu: self.index,
            transport: self.transport.name(),
            expected: String::new(),
            result,
            ok: true,
            ns,
            wrong: None,
            raw: Raw { number: wire, arguments, result: returned, value: None },
            arguments: words.join(" "),
        }
    }
}

/// A register that a convention names.
fn value(regs: &kvm_regs, register: Reg) -> u64 {
    let kvm_regs {
        rax,
        rbx,
        rcx,
        rdx,
        rsi,
        rdi,
        rsp,
        rbp,
        r8,
        r9,
        r10,
        r11,
        r12,
        r13,
        r14,
        r15,
        rip,
        rflags,
    } = *regs;
    // in the order of the register file of the conventions
    let file: [u64; registers::COUNT] =
        [rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13, r14, r15, rip, rflags];
    file[register.index]
}
