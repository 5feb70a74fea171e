//! A VM whose guest makes one call at a time, each judged as every other guest's.

use super::guest::{
    DONE, DOORBELL_ADDRESS, DOORBELL_PORT, PAGE, PAGE_ADDRESS, PORT, Program, VMCALL, VMMCALL, function,
};
use hypercall_arch_x86::convention;
use hypercall_arch_x86::entry;
use hypercall_arch_x86::kvm::backend::{KvmVcpu, Stop};
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode, TABLES_SIZE};
use hypercall_arch_x86::kvm::vm::KvmVm;
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmCalls, cpuid, probe, tsc, xen_exit};
use hypercall_arch_x86::para::Processor;
use hypercall_arch_x86::registers::{self, COUNT};
use hypercall_arch_x86::xen::Blob;
use hypercall_core::memory::GuestMemory;
use hypercall_core::{Arch, Convention, Endian, Policy, Privilege, Width, interface};
use hypercalls::cases::lower::{Ending, Image, Place, Rules, is_for, lower};
use hypercalls::cases::{self, Case, oracle};
use hypercalls::run::judge::{Meant, firsts, now, prepare, wrong};
use hypercalls::run::machine::Machine;
use hypercalls::run::{binding, dispatcher};
use kvm_bindings::KVM_MAX_CPUID_ENTRIES;
use kvm_ioctls::Kvm;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const MEMORY: u64 = 4 << 20;
const TABLES: u64 = 0x10_0000;
const STACK: u64 = 0x14_0000;
const KERNEL_STACK: u64 = 0x15_0000;
/// As `x86.ld` and `x86.c` have it.
const PROGRAM: u64 = 0x20_0000;
const FAULT_HANDLER: u64 = PROGRAM + 16;
const MAILBOX: u64 = 0x30_0000;
const DATA: u64 = 0x32_0000;
/// The vector of #GP.
const GENERAL_PROTECTION: u8 = 13;
const PATIENCE: Duration = Duration::from_secs(20);

const _: () = assert!(TABLES + TABLES_SIZE < STACK);

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

/// Whether `vmcall` and `vmmcall` come out of a VM, whatever the number; else a line that says why not.
pub fn delivers_instructions(kvm: &Kvm) -> bool {
    let finding = probe::transport(kvm, probe::Transport::ExitXen).unwrap();
    if !finding.is_delivered() {
        println!("NOT RUN: exit-xen: {finding}");
    }
    finding.is_delivered()
}

/// The host's processor.
pub fn processor(kvm: &Kvm) -> Processor {
    cpuid::processor(&kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap()).unwrap()
}

/// How the cases are made.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub mode: Mode,
    pub via: u32,
    pub user: bool,
    /// Whether the policy allows user programs: they make every case then, else the first of each number.
    pub allowed: bool,
}

/// What came of them.
#[derive(Debug, Default)]
pub struct Tally {
    pub made: usize,
    /// The interface and number of each that the call's own function made.
    pub typed: Vec<(&'static str, u64)>,
    pub wrong: Vec<String>,
    /// Whether the program has another number of `vmcall` than before: KVM writes the processor's instruction over the
    /// other one.
    pub rewritten: bool,
}

/// `struct call`, in words of 64 bits.
#[derive(Clone, Copy, Debug, Default)]
struct Mailbox([u64; 24]);

impl Mailbox {
    fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn read(memory: &impl GuestMemory) -> Mailbox {
        let mut bytes = [0; 24 * 8];
        memory.read(MAILBOX, &mut bytes).unwrap();
        let mut words = bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap()));
        Mailbox(std::array::from_fn(|_| words.next().unwrap()))
    }

    fn result(&self) -> u64 {
        self.0[12]
    }

    fn faults(&self) -> u64 {
        self.0[22]
    }

    fn typed(&self) -> bool {
        self.0[23] == 1
    }
}

/// Makes the cases of a convention: all of them, or the first of each number as a user program.
///
/// # Errors
/// When the guest came to another end than the cases', in words.
pub fn cases(kvm: &Kvm, convention: &Convention, program: &Program, way: Way) -> Result<Tally, String> {
    let binding = binding(convention.name).unwrap();
    let vm = KvmVm::new(kvm, MEMORY as usize).unwrap();
    let memory = vm.memory();
    if [VMCALL, VMMCALL].contains(&way.via) {
        xen_exit::enable(vm.fd()).unwrap();
    }
    let mut fd = vm.fd().create_vcpu(0).unwrap();
    fd.set_cpuid2(&kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap()).unwrap();
    let offset = AtomicU64::new(tsc::offset(&fd).unwrap());
    let counter = Box::new(move |_| tsc::host().wrapping_add(offset.load(Ordering::Relaxed)));
    let machine = Machine::new(Arch::X86, 1, Box::new(memory.clone()), Box::new(|_| ()), counter).unwrap();
    let machine = Arc::new(machine);
    let doorbells = [entry::port(DOORBELL_PORT), entry::mmio(DOORBELL_ADDRESS)];
    let points = match way.via {
        // A call that left by another way would have no answer.
        VMCALL | VMMCALL => &[entry::EXIT_XEN][..],
        _ => &doorbells,
    };
    let policy = if way.allowed { Policy::default().allow_user_mode() } else { Policy::default() };
    let dispatcher = Arc::new(dispatcher(&machine, binding, points, policy).unwrap());
    let mut calls = KvmCalls::new(Arc::clone(&dispatcher), 0).unwrap();
    calls.prepare(vm.fd(), &mut fd);
    GuestMemory::write(memory, PROGRAM, &program.bytes).unwrap();
    let page = Blob::built_in(entry::port(DOORBELL_PORT), Processor::Intel).unwrap();
    GuestMemory::write(memory, PAGE_ADDRESS, page.page(0).unwrap()).unwrap();
    let entry = Entry {
        mode: way.mode,
        user: way.user,
        rip: PROGRAM,
        stack: STACK,
        kernel_stack: KERNEL_STACK,
        tables: TABLES,
        ports: &[DOORBELL_PORT.into(), DONE.into()],
        handlers: &[(GENERAL_PROTECTION, FAULT_HANDLER)],
    };
    setup::enter(&fd, memory, &entry).unwrap();
    let name = function(convention.name);
    let index = program.conventions.iter().position(|c| *c == name).unwrap();
    let guest = Guest { vcpu: KvmVcpu { fd, calls }, machine, vm: &vm, way, index };
    let mut tally = guest.all(convention)?;
    let mut bytes = vec![0; program.bytes.len()];
    memory.read(PROGRAM, &mut bytes).unwrap();
    let vmcalls = |bytes: &[u8]| bytes.windows(3).filter(|b| *b == convention::VMCALL.bytes).count();
    tally.rewritten = vmcalls(&bytes) != vmcalls(&program.bytes);
    Ok(tally)
}

/// Dropped before the VM.
struct Guest<'a> {
    vcpu: KvmVcpu<Machine>,
    machine: Arc<Machine>,
    vm: &'a KvmVm,
    way: Way,
    index: usize,
}

impl Guest<'_> {
    fn all(mut self, convention: &Convention) -> Result<Tally, String> {
        let width = if self.way.mode == Mode::Long { Width::Bits64 } else { Width::Bits32 };
        let spec = oracle::spec(convention.name, width).unwrap();
        let place = Place { vcpu: 0, data: DATA, memory_end: MEMORY, linear: None };
        let privilege = if self.way.user { Privilege::User } else { Privilege::Supervisor };
        let rules = Rules {
            privilege,
            user_allowed: self.way.allowed,
            allowed: true,
            dirty_upper_halves: false,
            in_multicall: false,
        };
        let list: Vec<&'static Case> = match self.way {
            Way { user: true, allowed: false, .. } => firsts().collect(),
            _ => cases::all().collect(),
        };
        let watchdog = Watchdog::arm(PATIENCE).unwrap();
        let mut tally = Tally::default();
        for case in list.into_iter().filter(|c| is_for(c, width)) {
            let image = lower(case, spec, &registers::ALL, &place, &rules);
            prepare(self.vm.memory(), &place, case);
            let ending = self.make(case, &image, spec, &watchdog)?;
            let mailbox = Mailbox::read(self.vm.memory());
            // C sees the result; that a stub leaves the other registers alone is for the compiler to see.
            let mut found = image.expected;
            let ending = if mailbox.faults() > 0 { Ending::Faults } else { ending };
            if ending == Ending::Returns {
                found[image.result] = width.mask(mailbox.result());
            }
            let meant = Meant {
                case,
                image: &image,
                place: &place,
                width,
                endian: Endian::Little,
                registers: &registers::ALL[..COUNT],
                now: now(),
            };
            tally.made += 1;
            if mailbox.typed() {
                tally.typed.push((case.interface.name, case.number));
            }
            if let Some(wrong) = wrong(&meant, &found, ending, self.vm.memory()) {
                tally
                    .wrong
                    .push(format!("{} {:#x} {}: {wrong}", case.interface.name, case.number, case.name));
            }
        }
        Ok(tally)
    }

    /// Has the guest make a call.
    fn make(
        &mut self,
        case: &Case,
        image: &Image,
        spec: &oracle::Spec,
        watchdog: &Watchdog,
    ) -> Result<Ending, String> {
        let register = |name: &str| {
            let at = registers::ALL.iter().find(|r| r.name == name).unwrap().index;
            image.input[at]
        };
        let mut mailbox = Mailbox::default();
        let in_page = *case.interface == interface::XEN && register(spec.number) < 128;
        let via = if self.way.via == PAGE && !in_page { PORT } else { self.way.via };
        mailbox.0[0] = self.index as u64 | u64::from(via) << 32;
        mailbox.0[1] = register(spec.number);
        mailbox.0[2] = case.arguments.len().min(spec.arguments.len()) as u64;
        for (slot, name) in mailbox.0[3..12].iter_mut().zip(spec.arguments) {
            *slot = register(name);
        }
        GuestMemory::write(self.vm.memory(), MAILBOX, &mailbox.bytes()).unwrap();
        loop {
            if watchdog.expired() {
                return Err(format!("no end at {}", case.name));
            }
            match self.vcpu.step(&self.machine).map_err(|e| e.to_string())? {
                None | Some(Stop::Interrupted) => {}
                Some(Stop::Exit(exit)) => return Ok(Ending::Exits(exit.code)),
                Some(Stop::Unexpected(words)) if words.starts_with(&format!("output to port {DONE:#x}:")) => {
                    return Ok(Ending::Returns);
                }
                Some(stop) => return Err(format!("{stop:?} at {}", case.name)),
            }
        }
    }
}
