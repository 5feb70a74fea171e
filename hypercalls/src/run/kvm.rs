//! The cases on real KVM, made by the built-in guest.

mod batches;
mod rings;

use super::Via;
use super::judge::{self, Meant, allowed, endian_of, firsts, prepare};
use super::list::Own;
use super::machine::Machine;
use super::report::{Call, Counted, Found, Report, Row};
use super::vm::{Options, RunError, Transport, Vm, ioctl, on_threads, serving_rings, start};
use crate::builtin::{self, BELL_PORT, Control, DONE_PORT, DOORBELL_PORT, GENERAL, Record, Site, Verdict};
use crate::cases::entry::waits_for_vcpu;
use crate::cases::lower::{Ending, Image, MAX_REGISTERS, Place, Rules, is_for, lower};
use crate::cases::oracle::{self, Spec};
use crate::cases::{self, Case, DATA_SIZE, Expect};
use bytemuck::Zeroable;
use hypercall_arch_x86::cpuid::{Abi, FIRST_BASE, STEP};
use hypercall_arch_x86::kvm::msr::MsrExit;
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode, Window};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmCalls, Served, backend};
use hypercall_arch_x86::paging::Mapping;
use hypercall_arch_x86::para::{API_VERSION, ParaVcpu, Registration};
use hypercall_arch_x86::registers;
use hypercall_core::memory::GuestMemory;
use hypercall_core::statistics::Counts;
use hypercall_core::{Arch, Dispatcher, Error, Policy, Privilege, Width, interface};
use kvm_ioctls::{VcpuExit, VcpuFd};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of guest memory, from guest-physical address 0 on.
const MEMORY: u64 = 16 << 20;
/// The first vCPU's region.
const REGIONS: u64 = 0x10_0000;
/// A vCPU's region: tables, page of the 2007 API, code, control block, stacks, records, data, entries, ring.
const REGION: u64 = 0x5_0000;
const PARA_STATE: u64 = 0xb000;
const CODE_64: u64 = 0xc000;
const CODE_32: u64 = 0xd000;
const CONTROL: u64 = 0xe000;
const THUNK: u64 = 0xe800;
const STACK: u64 = 0x1_0000;
const KERNEL_STACK: u64 = 0xf800;
const RECORDS: u64 = 0x1_0000;
const DATA: u64 = 0x3_0000;
const PAGE_TABLE: u64 = 0x3_8000;
/// Where Xen's guests see their data area, page by page and not in order ([`Place::window`]). No memory has such an
/// address: a handler that takes it for a guest-physical one finds nothing.
const LINEAR: u64 = 0x4000_0000;
const _: () = assert!(LINEAR >= MEMORY && DATA + DATA_SIZE + 0x1000 <= PAGE_TABLE && PAGE_TABLE < REGION);
/// The most vCPUs whose regions fit.
pub const MOST_VCPUS: u32 = 32;
/// The vector of #GP (Intel SDM volume 3, "General Protection Exception").
const GENERAL_PROTECTION: u8 = 13;
/// RFLAGS of the guest at a call: every flag that is checked set, interrupts disabled, and the bit that is
/// always one.
const FLAGS: u64 = builtin::FLAGS | 2;

/// Makes every case on real KVM, once a vCPU: in 64- and 32-bit mode at CPL 0, and at CPL 3 the first of
/// each number.
///
/// # Errors
/// [`RunError`]; a call that gives a wrong answer is no error, but a row of the report.
pub fn run(options: Options) -> Result<Report, RunError> {
    let (timeout, vcpus, via, policy) = (options.timeout, options.vcpus, options.via, options.policy.clone());
    let (vm, dispatcher, transport) = start(options, MEMORY)?;
    let (made, _) = serving_rings(&vm, &dispatcher, |_| {
        on_threads(vcpus, |index| {
            Guest::new(&vm, Arc::clone(&dispatcher), transport, &policy, via, index)?.run(timeout)
        })
    })?;
    let lists = Group::ALL.iter().map(|group| group.cases().filter(|c| !transport.carries(c)).count());
    let not_carried = lists.sum::<usize>() * vcpus as usize;
    let name = vm.binding.convention.name;
    let (calls, counts): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    let calls = calls.into_iter().flatten().collect();
    let counted = Counted::sum(counts, vm.machine.rings());
    Ok(Report::new("kvm", transport.name(), name, vcpus, calls, not_carried).via(via).counting(counted))
}

/// A mode and privilege that the list is made in.
#[derive(Clone, Copy, Debug)]
struct Group {
    mode: Mode,
    width: Width,
    privilege: Privilege,
}

impl Group {
    const ALL: [Group; 3] = [
        Group { mode: Mode::Long, width: Width::Bits64, privilege: Privilege::Supervisor },
        Group { mode: Mode::Protected, width: Width::Bits32, privilege: Privilege::Supervisor },
        Group { mode: Mode::Long, width: Width::Bits64, privilege: Privilege::User },
    ];

    /// The cases for the mode; of a user program's, the first of each number.
    fn cases(self) -> impl Iterator<Item = &'static Case> {
        let user = self.privilege == Privilege::User;
        let all = cases::all().filter(move |_| !user);
        let first = firsts().filter(move |_| user);
        all.chain(first).filter(move |c| is_for(c, self.width))
    }
}

/// Host time by record, in nanoseconds.
type Times = BTreeMap<usize, u64>;

/// What the guest itself found wrong where the host finds nothing.
fn guest_objects(record: &Record, ending: Ending) -> Option<String> {
    match record.verdict() {
        _ if matches!(ending, Ending::Exits(_)) => None,
        Verdict::Right => None,
        Verdict::NotMade => Some("the guest did not come past the call".to_string()),
        Verdict::Wrong if record.bad == 17 => {
            Some(format!("the flags are {:#x} and were {:#x}", record.flags_out, record.flags_in))
        }
        Verdict::Wrong => Some(format!("the guest finds register {} wrong", record.bad)),
    }
}

/// One vCPU and the list it makes.
struct Guest<'a> {
    vm: &'a Vm,
    fd: VcpuFd,
    calls: KvmCalls<Machine, Own>,
    para: Option<ParaVcpu>,
    dispatcher: Arc<Dispatcher<Machine>>,
    transport: Transport,
    policy: &'a Policy,
    via: Via,
    place: Place,
    region: u64,
}

impl<'a> Guest<'a> {
    fn new(
        vm: &'a Vm,
        dispatcher: Arc<Dispatcher<Machine>>,
        transport: Transport,
        policy: &'a Policy,
        via: Via,
        index: u32,
    ) -> Result<Guest<'a>, RunError> {
        let (fd, calls) = vm.vcpu(&dispatcher, index)?;
        let region = REGIONS + REGION * u64::from(index);
        let linear = (*vm.binding.interface == interface::XEN).then_some(LINEAR);
        let place = Place { vcpu: index, data: region + DATA, memory_end: MEMORY, linear };
        let para = vm.para();
        let guest = Guest { vm, fd, calls, para, dispatcher, transport, policy, via, place, region };
        // Once, for the host may patch it: programs find the call site that their kernel registered.
        guest.write(region + CODE_64, builtin::code_64().bytes)?;
        guest.write(region + CODE_32, builtin::code_32().bytes)?;
        Ok(guest)
    }

    fn run(mut self, timeout: Duration) -> Result<(Vec<Call>, Counts), RunError> {
        let watchdog = Watchdog::arm(timeout)?;
        let mut rows = Vec::new();
        for group in Group::ALL {
            self.group(group, &watchdog, timeout, &mut rows)?;
        }
        Ok((rows, self.calls.vcpu().statistics().total()))
    }

    /// Writes a group's records, lets the guest work through them, and reads what it found.
    fn group(
        &mut self,
        group: Group,
        watchdog: &Watchdog,
        timeout: Duration,
        rows: &mut Vec<Call>,
    ) -> Result<(), RunError> {
        match self.via {
            Via::Registers | Via::List => {}
            Via::Multicall => return self.group_in_batches(group, watchdog, timeout, rows),
            Via::Ring => return self.group_through_ring(group, watchdog, timeout, rows),
        }
        let spec = self.spec(group);
        let list = self.list(group, spec);
        for (index, (_, image)) in list.iter().enumerate() {
            self.write(self.record(index), bytemuck::bytes_of(&self.lowered(image)))?;
        }
        self.enter(group, list.len(), Control::default())?;
        let (times, exit) = self.work(&list, watchdog, timeout)?;
        self.check_leaves(group)?;
        self.check_registration(group)?;

        for (index, (case, image)) in list.iter().enumerate() {
            let (record, found) = self.found(group, index, &image.expected)?;
            let ending = match exit {
                Some((at, code)) if at == index => Ending::Exits(code),
                _ if record.fault != 0 => Ending::Faults,
                _ => Ending::Returns,
            };
            let objection = guest_objects(&record, ending);
            let ns = times.get(&index).copied();
            rows.push(self.row(group, case, image, &found, ending, objection, ns));
        }
        Ok(())
    }

    /// A record that the guest has worked through, and all registers as it found them. Its own stack pointer is not the
    /// case's affair, and 32-bit code has eight registers: those are as in `rest`.
    fn found(
        &self,
        group: Group,
        index: usize,
        rest: &[u64; MAX_REGISTERS],
    ) -> Result<(Record, [u64; MAX_REGISTERS]), RunError> {
        let mut record = Record::zeroed();
        self.read(self.record(index), bytemuck::bytes_of_mut(&mut record))?;
        let mut found = *rest;
        let seen = if group.width == Width::Bits64 { GENERAL } else { GENERAL / 2 };
        found[..seen].copy_from_slice(&record.output[..seen]);
        found[registers::RSP.index] = rest[registers::RSP.index];
        Ok((record, found))
    }

    /// The oracle's table for a group.
    fn spec(&self, group: Group) -> &'static Spec {
        oracle::spec(self.vm.binding.convention.name, group.width).expect("the oracle knows every convention")
    }

    /// A group's cases in registers, with the memory they need.
    fn list(&self, group: Group, spec: &Spec) -> Vec<(&'static Case, Image)> {
        let lowered = |case| {
            prepare(self.vm.kvm_vm.memory(), &self.place, case);
            let rules = Rules {
                privilege: group.privilege,
                user_allowed: self.policy.user_mode() && self.transport.takes_user_calls(),
                allowed: allowed(&self.dispatcher, self.policy, case),
                dirty_upper_halves: false,
                in_multicall: !self.via.is_registers(),
            };
            let lowered = |case: &Case| lower(case, spec, &registers::ALL, &self.place, &rules);
            let image = if self.via == Via::Ring && waits_for_vcpu(case) {
                let unsupported = Expect::Error(Error::Unsupported);
                Image { served: false, ..lowered(&Case { expect: unsupported, ..*case }) }
            } else {
                lowered(case)
            };
            (case, image)
        };
        group.cases().filter(|c| self.transport.carries(c)).map(lowered).collect()
    }

    /// A call that was made, judged: by the host, and where it finds nothing by the objection.
    #[allow(clippy::too_many_arguments)] // all of a call
    fn row(
        &self,
        group: Group,
        case: &'static Case,
        image: &Image,
        registers: &[u64],
        ending: Ending,
        objection: Option<String>,
        ns: Option<u64>,
    ) -> Call {
        let found = Found { registers, ending };
        let meant = Meant {
            case,
            image,
            place: &self.place,
            width: group.width,
            endian: endian_of(Arch::X86),
            registers: &registers::ALL[..GENERAL],
            now: judge::now(),
        };
        let wrong = judge::wrong(&meant, found.registers, found.ending, self.vm.kvm_vm.memory());
        let row = Row {
            case,
            convention: self.vm.binding.convention,
            width: group.width,
            privilege: group.privilege,
            vcpu: self.place.vcpu,
            transport: self.transport.name(),
            image,
        };
        row.call(self.dispatcher.registry(), found, wrong.or(objection), ns)
    }

    /// Whether the guest read in CPUID what the VMM put there.
    fn check_leaves(&self, group: Group) -> Result<(), RunError> {
        if group.privilege == Privilege::User {
            return Ok(()); // some hosts do not trap CPUID at CPL 3
        }
        let mut control = Control::default();
        self.read(self.region + CONTROL, bytemuck::bytes_of_mut(&mut control))?;
        let abi = Abi::of(&self.dispatcher);
        let bases = (FIRST_BASE..).step_by(STEP as usize).take(2);
        let told = |base| abi.leaves(base).iter().map(|l| l.1).take(4).eq(control.leaves);
        if bases.into_iter().any(told) {
            return Ok(());
        }
        Err(RunError::Leaves { vcpu: self.place.vcpu, seen: control.leaves })
    }

    /// Whether the guest registered the page of the 2007 API, where the VM offers that.
    fn check_registration(&self, group: Group) -> Result<(), RunError> {
        let Some(para) = self.para.as_ref().filter(|_| group.privilege == Privilege::Supervisor) else {
            return Ok(());
        };
        let (code, at) = self.code(group.width);
        let meant = Registration {
            gpa: self.region + PARA_STATE,
            guest_version: API_VERSION,
            hypercall_gpa: at + code.sites[Site::Patched as usize] as u64,
        };
        match para.registration() {
            Some(found) if found == meant => Ok(()),
            found => Err(RunError::NotRegistered { vcpu: self.place.vcpu, found }),
        }
    }

    /// The interpreter for a mode, and where it is.
    fn code(&self, width: Width) -> (builtin::Code, u64) {
        match width {
            Width::Bits64 => (builtin::code_64(), self.region + CODE_64),
            Width::Bits32 => (builtin::code_32(), self.region + CODE_32),
        }
    }

    /// Runs the guest until it says that it is done, or a call ends the VM: then which one, and its code.
    fn work(
        &mut self,
        list: &[(&Case, Image)],
        watchdog: &Watchdog,
        timeout: Duration,
    ) -> Result<(Times, Option<(usize, u32)>), RunError> {
        let mut times = BTreeMap::new();
        loop {
            let result = self.fd.run();
            let start = Instant::now();
            let reason = match result {
                Ok(exit) => match self.calls.recognise(exit) {
                    Ok(call) => {
                        let served = self.calls.serve(call, &mut self.fd, &self.vm.machine)?;
                        let ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
                        let at = self.current()?;
                        *times.entry(at).or_insert(0) += ns;
                        if let Served::Exit(exit) = served {
                            return Ok((times, Some((at, exit.code))));
                        }
                        continue;
                    }
                    Err(VcpuExit::IoOut(port, _)) if port == u16::from(DONE_PORT) => {
                        return Ok((times, None));
                    }
                    Err(VcpuExit::Hlt) => "it executed HLT".to_string(),
                    Err(VcpuExit::Shutdown) => "it shut down (triple fault)".to_string(),
                    Err(VcpuExit::InternalError | VcpuExit::FailEntry(..)) => {
                        backend::describe(self.fd.get_kvm_run())
                    }
                    Err(other) => match (MsrExit::recognise(other), &mut self.para) {
                        (Ok(access), Some(para)) => {
                            access.serve(&mut self.fd, &mut para.msr(self.vm.kvm_vm.memory()));
                            continue;
                        }
                        (Ok(access), None) => format!("unexpected access to an MSR: {access:x?}"),
                        (Err(other), _) => format!("unexpected exit {other:?}"),
                    },
                },
                Err(error) if error.errno() == libc::EINTR && !watchdog.expired() => continue,
                Err(error) if error.errno() == libc::EINTR => {
                    format!("it made no progress for {} s", timeout.as_secs())
                }
                Err(error) => return Err(ioctl("KVM_RUN")(error)),
            };
            let at = self.current()?;
            let place = list.get(at).map_or_else(
                || "behind the last call".to_string(),
                |(c, _)| format!("at {} {:#x}, case {}", c.interface.name, c.number, c.name),
            );
            return Err(RunError::Stopped { vcpu: self.place.vcpu, place, reason });
        }
    }

    /// The record whose turn it is.
    fn current(&self) -> Result<usize, RunError> {
        let mut control = Control::default();
        self.read(self.region + CONTROL, bytemuck::bytes_of_mut(&mut control))?;
        let offset = control.current.saturating_sub(self.region + RECORDS);
        Ok((offset / size_of::<Record>() as u64) as usize)
    }

    fn record(&self, index: usize) -> u64 {
        self.region + RECORDS + (index * size_of::<Record>()) as u64
    }

    fn lowered(&self, image: &Image) -> Record {
        let mut record = Record::zeroed();
        record.input.copy_from_slice(&image.input[..GENERAL]);
        record.expected.copy_from_slice(&image.expected[..GENERAL]);
        record.mask.copy_from_slice(&image.mask[..GENERAL]);
        record.mask[registers::RSP.index] = 0;
        record.expected_fault = (image.ending == Ending::Faults).into();
        record.flags_in = FLAGS;
        record
    }

    /// Puts the vCPU at the beginning of the interpreter for a group. `control` says how the calls are made.
    fn enter(&mut self, group: Group, records: usize, control: Control) -> Result<(), RunError> {
        assert!(RECORDS + (records * size_of::<Record>()) as u64 <= DATA, "the records fit their area");
        let (code, at) = self.code(group.width);
        let site = if self.para.is_some() { Site::Patched } else { self.vm.site(self.transport) };
        let control = Control {
            current: self.record(0),
            remaining: records as u64,
            reads_cpuid: (group.privilege == Privilege::Supervisor).into(),
            site: site as u64,
            para_state: if self.para.is_some() { self.region + PARA_STATE } else { 0 },
            ..control
        };
        self.write(self.region + CONTROL, bytemuck::bytes_of(&control))?;
        let memory = self.vm.kvm_vm.memory();
        // Only long mode has page tables here, and there an exception's handler is 64-bit code.
        let compatible = self.place.linear.is_some() && group.mode == Mode::Protected;
        let mode = if compatible { Mode::Compatibility } else { group.mode };
        let mut fault_handler = at + code.fault_handler as u64;
        if compatible {
            self.write(self.region + THUNK, &builtin::thunk(setup::KERNEL_CODE_32, fault_handler))?;
            fault_handler = self.region + THUNK;
        }
        setup::enter(
            &self.fd,
            memory,
            &Entry {
                mode,
                user: group.privilege == Privilege::User,
                rip: at,
                stack: self.region + STACK,
                kernel_stack: self.region + KERNEL_STACK,
                tables: self.region,
                ports: &[DOORBELL_PORT.into(), DONE_PORT.into(), BELL_PORT],
                handlers: &[(GENERAL_PROTECTION, fault_handler)],
            },
        )?;
        if let Some(linear) = self.place.linear {
            let page = |physical| Some(Mapping { physical, writable: true, user: true });
            let (table, pages) = (self.region + PAGE_TABLE, self.place.window().map(page));
            setup::map(memory, self.region, &Window { linear, table, pages: &pages })?;
        }
        let mut regs = self.fd.get_regs().map_err(ioctl("KVM_GET_REGS"))?;
        regs.rdi = self.region + CONTROL;
        self.fd.set_regs(&regs).map_err(ioctl("KVM_SET_REGS"))
    }

    fn write(&self, address: u64, bytes: &[u8]) -> Result<(), RunError> {
        self.vm.kvm_vm.memory().write(address, bytes).map_err(|e| RunError::Memory(e.to_string()))
    }

    fn read(&self, address: u64, bytes: &mut [u8]) -> Result<(), RunError> {
        GuestMemory::read(self.vm.kvm_vm.memory(), address, bytes)
            .map_err(|e| RunError::Memory(e.to_string()))
    }
}
