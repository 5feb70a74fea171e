//! The host: runs a guest until its machine ends, serves its calls, and keeps the machine state register and
//! the supervisor registers of a guest that runs in problem state.

use crate::block::VECTORS;
use crate::cpu::{self, Platform};
use crate::guest::{self, Job, Route, WINDOW};
use crate::machine::{Ppc, magic_page, set_magic_page};
use crate::mmu::{self, AIL, IDENTITY};
use crate::say;
use crate::world::{Kind, State, enter, guest_entry, toc};
use core::arch::asm;
use hypercall_arch_ppc::instructions::Level;
use hypercall_arch_ppc::magic::{self, MagicPage, SharedState};
use hypercall_arch_ppc::trap::{Cpu, Step, serve};
use hypercall_arch_ppc::{convention, entry, msr, registers};
use hypercall_core::memory::GuestMemory;
use hypercall_core::shared::ByteOrder;
use hypercall_core::{Arch, Caller, Convention, Dispatcher, EntryId, Policy, Vcpu, interface};
use hypercall_image_common::machine::Machine;
use hypercall_image_common::mode::{self, Order};
use hypercall_image_common::suite::DENIED;
use hypercalls::stock;

const HV: u64 = 1 << 60;
const VEC: u64 = 1 << 25;
const VSX: u64 = 1 << 23;
const EE: u64 = 1 << 15;
const FP: u64 = 1 << 13;
const ME: u64 = 1 << 12;
const IR: u64 = 1 << 5;
const DR: u64 = 1 << 4;
const RI: u64 = 1 << 1;
/// Bits that a guest in problem state has of its own.
const OWN: u64 = msr::SF | msr::LE;
/// The bits a host gives every guest.
const GIVEN: u64 = VEC | VSX | FP | ME | IR | DR | RI;
/// The image's own byte order.
pub const NATIVE: u64 = if cfg!(target_endian = "little") { msr::LE } else { 0 };
/// A guest kernel's machine state register.
pub const KERNEL: u64 = msr::SF | GIVEN | NATIVE;
/// SRR1 of a program interrupt: a privileged instruction (Power ISA Book III, "Program Interrupt").
pub const PRIVILEGED: u64 = 1 << 18;

/// How a guest's machine ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As the guest asked.
    Exit(u32),
    /// By an interrupt that nobody expected.
    Fault { vector: u64, nip: u64, msr: u64, dar: u64 },
}

#[repr(C, align(4096))]
struct Page([u8; 4096]);
/// The magic page where the guest names no memory of its own for it.
static mut SPARE: Page = Page([0; 4096]);

/// A guest's vCPU.
pub struct Guest {
    /// What it does.
    pub job: Job,
    state: State,
    machine: Machine<Ppc>,
    dispatcher: Dispatcher<Machine<Ppc>>,
    vcpu: Vcpu,
    /// The guest's machine state register, where it is not the processor's.
    msr: u64,
    /// Supervisor registers of a guest in problem state.
    pub shared: SharedState,
    /// The page that is mapped, and to where.
    mapped: Option<(u64, u64)>,
    entry: EntryId,
    level: Level,
    /// Hypercalls that came in, by instruction.
    pub calls: [u64; 2],
}

impl Guest {
    /// A guest with a job.
    pub fn new(job: Job, order: Order) -> Guest {
        let kind = if job.route == Route::Sc { Kind::Problem } else { Kind::NoHypervisor };
        let (point, convention, interface) = match job.route {
            Route::Sc => (entry::HYPERCALL_INSTRUCTIONS, &convention::EPAPR, &interface::KVM),
            Route::Sc1Epapr => (entry::SC1, &convention::EPAPR, &interface::KVM),
            Route::Sc1Papr => (entry::SC1, &convention::PAPR, &interface::PAPR),
        };
        let convention = match order {
            Order::Break(index) => broken(convention, index),
            _ => convention,
        };
        // A handler's panic is the image's.
        let policy = match order {
            Order::Panic => Policy::default(),
            _ => Policy::default().deny(DENIED.parse().expect("a call's name")),
        };
        let machine = Machine::new(Arch::Ppc, Ppc, WINDOW);
        let dispatcher = machine
            .dispatcher(point, convention, interface, policy, stock::kvm_ppc)
            .expect("the stock handlers build");
        set_magic_page(MagicPage::default());
        let vcpu = dispatcher.vcpu(0);
        let entry = dispatcher.entry(point).expect("bound above");
        let mut state = State::new(kind);
        let (start, stack) = guest_entry();
        state.nip = start;
        state.registers.r[1] = stack;
        state.registers.r[2] = toc();
        state.msr = KERNEL;
        Guest {
            job,
            state,
            machine,
            dispatcher,
            vcpu,
            msr: KERNEL,
            shared: SharedState::default(),
            mapped: None,
            entry,
            level: job.route.level(),
            calls: [0; 2],
        }
    }

    /// Runs the guest until its machine ends.
    pub fn run(&mut self) -> End {
        self.begin();
        let end = loop {
            self.expose();
            guest::set_current(true);
            // SAFETY: the image's own guest code, which is mapped.
            unsafe { enter(&mut self.state) };
            guest::set_current(false);
            self.take_back();
            if let Some(end) = self.interrupted() {
                break end;
            }
        };
        self.unmap();
        end
    }

    /// How many calls came through its rings.
    pub fn drained(&self) -> u64 {
        self.machine.drained()
    }

    /// Whether a mapping came from a guest that jumps to pages it maps no-execute.
    pub fn kernel_nx_disabled(&self) -> bool {
        magic_page().kernel_nx_disabled()
    }

    /// The partition and the interrupts of this kind of guest.
    fn begin(&self) {
        if Platform::get() == Platform::PowerNv {
            let (lpid, ail) = match self.state.kind {
                Kind::Problem => (0_u64, 0_u64),
                Kind::NoHypervisor => (1, 3 << 23 | if NATIVE == 0 { 0 } else { 1 << 25 }),
            };
            // SAFETY: LPIDR and LPCR, in hypervisor state, with translation off; hash translation (no HR, no
            // UPRT), and for guests without the hypervisor bit AIL = 3.
            unsafe {
                asm!(
                    "ptesync", "isync", "mtspr 319, {}", "mtspr 318, {}", "isync",
                    in(reg) lpid, in(reg) ail, options(nostack)
                );
            }
        }
    }

    /// Lets the guest see its supervisor state: through the magic page, if it has one.
    fn expose(&mut self) {
        if self.state.kind == Kind::NoHypervisor {
            return;
        }
        let hypervisor = if Platform::get() == Platform::PowerNv { HV } else { 0 };
        self.state.msr = self.msr & OWN | GIVEN | EE | msr::PR | hypervisor;
        self.shared.msr = self.msr;
        let page = magic_page();
        let Some(mapping) = page.mapping() else { return };
        let privilege = msr::caller(self.msr).privilege;
        let wanted = page.covers(mapping.effective, privilege).then(|| (mapping.effective, self.backing()));
        if self.mapped != wanted {
            self.unmap();
            if let Some((effective, real)) = wanted {
                if effective < IDENTITY {
                    mmu::unmap(effective);
                }
                mmu::map(effective, real);
            }
            self.mapped = wanted;
        }
        if self.is_in_memory() {
            page.store(&WINDOW, &self.shared, self.width(), self.endian()).expect("it is in memory");
        } else {
            // SAFETY: the spare page is the host's; the guest does not run.
            unsafe {
                (&raw mut SPARE as *mut SharedState).write_volatile(self.shared.convert(self.endian()))
            };
        }
    }

    /// Takes over what the guest wrote to its magic page.
    fn take_back(&mut self) {
        let page = magic_page();
        if self.state.kind == Kind::NoHypervisor || page.mapping().is_none() {
            return;
        }
        let state = if self.is_in_memory() {
            page.load(&WINDOW, self.width(), self.endian()).expect("it is in memory").unwrap_or_default()
        } else {
            // SAFETY: as in `expose`.
            unsafe { (&raw const SPARE as *const SharedState).read_volatile() }.convert(self.endian())
        };
        self.msr = self.msr & !(EE | RI) | state.msr & (EE | RI);
        self.shared = state;
    }

    fn width(&self) -> hypercall_core::Width {
        msr::caller(self.msr).width
    }

    fn endian(&self) -> hypercall_core::Endian {
        magic::endian(NATIVE)
    }

    fn is_in_memory(&self) -> bool {
        let page = magic_page().physical_page(self.width());
        page.is_some_and(|page| WINDOW.contains(page, 4096))
    }

    fn backing(&self) -> u64 {
        match magic_page().physical_page(self.width()).filter(|_| self.is_in_memory()) {
            Some(page) => page,
            None => &raw const SPARE as u64,
        }
    }

    fn unmap(&mut self) {
        if let Some((effective, _)) = self.mapped.take() {
            mmu::unmap(effective);
            if effective < IDENTITY {
                mmu::map(effective, effective);
            }
        }
    }

    fn interrupted(&mut self) -> Option<End> {
        let problem = self.state.kind == Kind::Problem;
        match self.state.vector {
            0x900 => None,
            0xc00 => self.system_call(),
            0x700 if problem && self.state.msr & PRIVILEGED != 0 => {
                let kernel = self.msr & msr::PR == 0;
                if !kernel || !self.emulate() {
                    self.deliver(0x700, self.state.nip, self.msr | PRIVILEGED);
                }
                None
            }
            0x300 | 0x380 | 0x400 | 0x480 | 0x600 | 0x700 if problem && crate::block::expecting() => {
                self.shared.dar = self.state.dar;
                self.shared.dsisr = self.state.dsisr as u32;
                // The reason of an instruction's interrupt is in SRR1.
                let reason = self.state.msr & 0x783f_0000;
                self.deliver(self.state.vector, self.state.nip, self.msr | reason);
                None
            }
            vector => {
                Some(End::Fault { vector, nip: self.state.nip, msr: self.state.msr, dar: self.state.dar })
            }
        }
    }

    /// What the guest has in its registers, as hypercalls see it.
    fn cpu(&self) -> Cpu {
        let msr = match self.state.kind {
            Kind::Problem => self.msr,
            Kind::NoHypervisor => self.state.msr,
        };
        Cpu { registers: self.state.registers, msr, nip: self.state.nip }
    }

    fn system_call(&mut self) -> Option<End> {
        let mut cpu = self.cpu();
        let Some(level) = self.level(cpu.caller()) else {
            self.deliver(0xc00, cpu.nip, cpu.msr);
            return None;
        };
        if level != self.level {
            // The other instruction is bound to nothing: the guest's own system call.
            self.deliver(0xc00, cpu.nip, cpu.msr);
            return None;
        }
        self.calls[usize::from(level == Level::Sc1)] += 1;
        let mut step = serve(&self.dispatcher, self.entry, &self.machine, &mut self.vcpu, &mut cpu, level);
        while let Step::Deferred(deferral) = step {
            self.machine.complete_waiting();
            let action = self.vcpu.wait(deferral);
            step = cpu.complete(self.dispatcher.convention(self.entry), action);
        }
        self.state.registers = cpu.registers;
        self.state.nip = cpu.nip;
        // What the guest handed in through its ring, if this was its doorbell.
        if let Some(exit) = self.machine.drain(&self.dispatcher) {
            return Some(End::Exit(exit.code));
        }
        match step {
            Step::Resume => None,
            Step::Interrupt { vector, srr0, srr1 } => {
                self.deliver(u64::from(vector), srr0, srr1);
                None
            }
            Step::Exit(exit) => Some(End::Exit(exit.code)),
            Step::Deferred(_) => unreachable!("waited for above"),
        }
    }

    /// Which system call trapped: the instruction before the address that the guest goes on at.
    fn level(&self, caller: Caller) -> Option<Level> {
        self.instruction(self.state.nip.wrapping_sub(4), caller).and_then(Level::decode)
    }

    fn instruction(&self, address: u64, caller: Caller) -> Option<u32> {
        let address = if address >= AIL { address - AIL + VECTORS } else { address };
        if address >= IDENTITY || address & 3 != 0 {
            return None;
        }
        // SAFETY: real memory below the identity mapping's end; the guest does not run.
        Some(unsafe { (address as *const u32).read_volatile() }.convert(caller.endian))
    }

    /// Delivers an interrupt to the guest's own vector.
    fn deliver(&mut self, vector: u64, srr0: u64, srr1: u64) {
        match self.state.kind {
            Kind::Problem => {
                (self.shared.srr0, self.shared.srr1) = (srr0, srr1);
                self.msr = msr::SF | ME | NATIVE;
                self.state.nip = VECTORS + vector;
            }
            Kind::NoHypervisor => {
                (self.state.srr0, self.state.srr1) = (srr0, srr1);
                self.state.msr = msr::SF | ME | IR | DR | NATIVE;
                self.state.nip = AIL + vector;
            }
        }
    }

    /// Carries out a privileged instruction of a guest kernel that runs in problem state; false if it is none
    /// of those its kernel uses.
    fn emulate(&mut self) -> bool {
        let Some(word) = self.instruction(self.state.nip, self.cpu().caller()) else { return false };
        let register = (word >> 21 & 31) as usize;
        let spr = (word >> 16 & 0x1f) | (word >> 6 & 0x3e0);
        let slot = match spr {
            19 => Some(&mut self.shared.dar),
            26 => Some(&mut self.shared.srr0),
            27 => Some(&mut self.shared.srr1),
            272 => Some(&mut self.shared.sprg0),
            273 => Some(&mut self.shared.sprg1),
            274 => Some(&mut self.shared.sprg2),
            275 => Some(&mut self.shared.sprg3),
            _ => None,
        };
        match (word & 0xfc00_07fe, slot) {
            (0x4c00_0024, _) => {
                self.msr = self.shared.srr1;
                self.state.nip = self.shared.srr0 & !3;
                return true;
            }
            (0x7c00_00a6, _) => self.state.registers.r[register] = self.msr,
            (0x7c00_02a6, None) if spr == 18 => {
                self.state.registers.r[register] = u64::from(self.shared.dsisr);
            }
            (0x7c00_02a6, Some(slot)) => self.state.registers.r[register] = *slot,
            (0x7c00_03a6, Some(slot)) => *slot = self.state.registers.r[register],
            _ => return false,
        }
        self.state.nip += 4;
        true
    }
}

/// The convention with one register of its tables replaced by r20; as it is where the tables end before.
fn broken(convention: &'static Convention, index: usize) -> &'static Convention {
    mode::broken(convention, index, registers::R[20]).unwrap_or(convention)
}

/// An interrupt while the host itself ran.
#[unsafe(no_mangle)]
extern "C" fn host_interrupt(vector: u64, srr0: u64, srr1: u64, dar: u64) -> ! {
    say!("FAULT in the host: vector {vector:#x} at {srr0:#x}, MSR {srr1:#x}, DAR {dar:#x}");
    cpu::end(false)
}
