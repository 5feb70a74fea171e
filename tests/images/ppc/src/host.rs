//! The host: runs a guest until its machine ends, serves its calls, and keeps the machine state register and
//! the supervisor registers of a guest that runs in problem state.

use crate::block::VECTORS;
use crate::machine::{Machine, RealMemory};
use crate::mmu::{self, AIL, IDENTITY};
use crate::platform::{self, Platform};
use crate::say;
use crate::world::{Kind, State, enter_guest, guest_entry, toc};
use alloc::sync::Arc;
use core::arch::asm;
use hypercall_arch_ppc::entry;
use hypercall_arch_ppc::instructions::Level;
use hypercall_arch_ppc::magic::{self, SharedState};
use hypercall_arch_ppc::msr;
use hypercall_arch_ppc::trap::{Cpu, Step, serve};
use hypercall_core::memory::GuestMemory;
use hypercall_core::shared::ByteOrder;
use hypercall_core::{Caller, Dispatcher, EntryId, Policy, Vcpu};

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
    state: State,
    machine: Arc<Machine>,
    dispatcher: Dispatcher<Machine>,
    vcpu: Vcpu,
    /// The guest's machine state register, where it is not the processor's.
    msr: u64,
    /// Supervisor registers of a guest in problem state.
    shared: SharedState,
    /// The page that is mapped, and to where.
    mapped: Option<(u64, u64)>,
    /// Hypercalls that came in, by instruction.
    pub calls: [u64; 2],
}

impl Guest {
    /// A guest that begins at `guest_main`.
    pub fn new(kind: Kind, policy: Policy) -> Guest {
        let (machine, dispatcher) = Machine::new(policy);
        let vcpu = dispatcher.vcpu(0);
        let mut state = State::new(kind);
        let (entry, stack) = guest_entry();
        state.nip = entry;
        state.registers.r[1] = stack;
        state.registers.r[2] = toc();
        state.msr = KERNEL;
        Guest {
            state,
            machine,
            dispatcher,
            vcpu,
            msr: KERNEL,
            shared: SharedState::default(),
            mapped: None,
            calls: [0; 2],
        }
    }

    /// Runs the guest until its machine ends.
    pub fn run(&mut self) -> End {
        self.begin();
        let end = loop {
            self.expose();
            // SAFETY: the state is a guest's, whose code and memory are set up; the decrementer is far off.
            unsafe {
                asm!("mtspr 22, {}", in(reg) 0x7fff_ffff_u64, options(nostack));
                crate::guest::set_current(true);
                enter_guest(&mut self.state);
                crate::guest::set_current(false);
            }
            self.take_back();
            if let Some(end) = self.interrupted() {
                break end;
            }
        };
        self.unmap();
        end
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
        let page = self.machine.magic();
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
            page.store(&RealMemory, &self.shared, self.width(), self.endian()).expect("it is in memory");
        } else {
            // SAFETY: the spare page is the host's; the guest does not run.
            unsafe {
                (&raw mut SPARE as *mut SharedState).write_volatile(self.shared.convert(self.endian()))
            };
        }
    }

    /// Takes over what the guest wrote to its magic page.
    fn take_back(&mut self) {
        let page = self.machine.magic();
        if self.state.kind == Kind::NoHypervisor || page.mapping().is_none() {
            return;
        }
        let state = if self.is_in_memory() {
            page.load(&RealMemory, self.width(), self.endian()).expect("it is in memory").unwrap_or_default()
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
        let page = self.machine.magic().physical_page(self.width());
        page.is_some_and(|page| RealMemory.contains(page, 4096))
    }

    fn backing(&self) -> u64 {
        match self.machine.magic().physical_page(self.width()).filter(|_| self.is_in_memory()) {
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
        let (level, entry) = self.level(cpu.caller())?;
        self.calls[(level == Level::Sc1) as usize] += 1;
        let mut step = serve(&self.dispatcher, entry, &*self.machine, &mut self.vcpu, &mut cpu, level);
        while let Step::Deferred(deferral) = step {
            let action = self.vcpu.wait(deferral);
            step = cpu.complete(self.dispatcher.convention(entry), action);
        }
        self.state.registers = cpu.registers;
        self.state.nip = cpu.nip;
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

    /// Reads the instruction that trapped.
    fn level(&self, caller: Caller) -> Option<(Level, EntryId)> {
        let word = self.instruction(self.state.nip.wrapping_sub(4), caller)?;
        let level = Level::decode(word)?;
        let point = match level {
            Level::Sc => entry::HYPERCALL_INSTRUCTIONS,
            Level::Sc1 => entry::SC1,
        };
        Some((level, self.dispatcher.entry(point).expect("both are bound")))
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
            18 => None,
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
            (0x7c00_02a6, Some(slot)) => self.state.registers.r[register] = *slot,
            (0x7c00_03a6, Some(slot)) => *slot = self.state.registers.r[register],
            _ => return false,
        }
        self.state.nip += 4;
        true
    }
}

/// An interrupt while the host itself ran.
#[unsafe(no_mangle)]
extern "C" fn host_interrupt(vector: u64, srr0: u64, srr1: u64, dar: u64) -> ! {
    say!("FAULT in the host: vector {vector:#x} at {srr0:#x}, MSR {srr1:#x}, DAR {dar:#x}");
    platform::end(false)
}

/// The host begins.
#[unsafe(no_mangle)]
extern "C" fn host_main(powernv: u64, tree: u64) -> ! {
    // SAFETY: once, with what the firmware's place was given by QEMU.
    unsafe { platform::begin(powernv != 0, tree) };
    say!("hello from {}", Platform::get().name());
    mmu::begin();
    let (passed, failed) = crate::calls::all();
    say!("CASES run {} passed {passed} failed {failed}", passed + failed);
    platform::end(failed == 0)
}
