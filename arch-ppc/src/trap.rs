//! Serving a system-call interrupt on a host that has the vCPU's registers, MSR and SRR0 at hand.
//!
//! Nothing here knows how the guest is run: as KVM-PR does it, in an interpreter, or under a bare-metal host.
//! What there is to do next is a [`Step`].

use crate::convention::{KVM_PR, SC1, SYSTEM_CALL};
use crate::instructions::{Level, is_magic};
use crate::msr;
use crate::registers::PpcRegisters;
use core::ops::ControlFlow;
use hypercall_core::{Action, Caller, Convention, Deferral, Dispatcher, EntryId, Fault, Vcpu, VmExit};

/// Bytes an instruction takes.
const LENGTH: u64 = 4;
/// MSR bits that do not go to SRR1: 33 to 36 and 42 to 47, which hold the reason of other interrupts (Power
/// ISA Book III, "System Call Interrupt").
const NOT_IN_SRR1: u64 = 0x783f_0000;

/// The part of a vCPU that a hypercall is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cpu {
    /// General and special registers.
    pub registers: PpcRegisters,
    /// The guest's machine state register at the call.
    pub msr: u64,
    /// Where the guest goes on: SRR0 of the interrupt, behind the `sc`.
    pub nip: u64,
}

/// What the host does after [`serve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Run the guest: registers and `nip` are as they have to be.
    Resume,
    /// Deliver this interrupt to the guest, with its registers as they were.
    Interrupt {
        /// The vector's offset, 0xc00 for a system call of the guest's own.
        vector: u32,
        /// SRR0: behind the `sc` for a system call, the `sc` itself for any other vector.
        srr0: u64,
        /// SRR1: the MSR at the call. The reason bits of a program interrupt are the host's to add.
        srr1: u64,
    },
    /// Wait with [`Vcpu::wait`], and give what it says to [`Cpu::complete`].
    Deferred(Deferral),
    /// Stop the VM.
    Exit(VmExit),
}

impl Cpu {
    /// What the MSR says of the caller.
    pub const fn caller(&self) -> Caller {
        msr::caller(self.msr)
    }

    /// Carries out the answer of a deferred call.
    pub fn complete(&mut self, convention: &'static Convention, action: Action) -> Step {
        if let Action::Return(answer) = &action {
            convention.mode_for(self.caller().width).write(&mut self.registers, answer);
        }
        self.step(action)
    }

    /// The registers have their answer; `nip` not yet.
    fn step(&mut self, action: Action) -> Step {
        match action {
            Action::Return(_) => Step::Resume,
            Action::Retry => {
                // Back to the `sc` alone: R0 still holds what the sequence before it loaded.
                self.nip = self.call();
                Step::Resume
            }
            Action::Deferred(deferral) => Step::Deferred(deferral),
            Action::Fault(fault) => self.interrupt(fault),
            Action::Exit(exit) => Step::Exit(exit),
        }
    }

    /// The address of the `sc`.
    fn call(&self) -> u64 {
        self.caller().width.mask(self.nip.wrapping_sub(LENGTH))
    }

    fn interrupt(&self, fault: Fault) -> Step {
        let srr0 = if fault.code == SYSTEM_CALL { self.nip } else { self.call() };
        Step::Interrupt { vector: fault.code, srr0, srr1: self.msr & !NOT_IN_SRR1 }
    }
}

/// Serves a system-call interrupt, if it is a hypercall. Any other `sc` is the guest's own system call and is
/// reflected to its vector 0xc00: one without the magic in R0, one whose level the entry point's convention
/// does not use, and one of a user program unless the policy lets user programs make calls.
///
/// # Panics
/// When the entry is another dispatcher's and this one has fewer.
///
/// ```
/// use hypercall_arch_ppc::{convention, entry, instructions::Level, trap::{Cpu, Step, serve}};
/// use hypercall_core::{Arch, Dispatcher, interface};
///
/// let dispatcher = Dispatcher::<()>::builder(Arch::Ppc)
///     .entry(entry::HYPERCALL_INSTRUCTIONS, &convention::EPAPR, &interface::KVM)
///     .build()?;
/// let entry = dispatcher.entry(entry::HYPERCALL_INSTRUCTIONS).unwrap();
/// let mut vcpu = dispatcher.vcpu(0);
/// let mut cpu = Cpu { nip: 0x100c, ..Cpu::default() };
/// // Without the magic in R0 it is a system call.
/// let step = serve(&dispatcher, entry, &(), &mut vcpu, &mut cpu, Level::Sc);
/// assert_eq!(step, Step::Interrupt { vector: 0xc00, srr0: 0x100c, srr1: 0 });
/// // With it, an unknown hypercall: EV_UNIMPLEMENTED in R3.
/// cpu.registers.r[0] = 0x4b56_4d21;
/// assert_eq!(serve(&dispatcher, entry, &(), &mut vcpu, &mut cpu, Level::Sc), Step::Resume);
/// assert_eq!(cpu.registers.r[3], 12);
/// # Ok::<(), hypercall_core::BuildError>(())
/// ```
pub fn serve<Vm>(
    dispatcher: &Dispatcher<Vm>,
    entry: EntryId,
    vm: &Vm,
    vcpu: &mut Vcpu,
    cpu: &mut Cpu,
    level: Level,
) -> Step {
    let instructions = dispatcher.convention(entry).instructions;
    let call = match level {
        Level::Sc => instructions.contains(&KVM_PR) && is_magic(cpu.registers.r[0]),
        Level::Sc1 => instructions.contains(&SC1),
    };
    if !call {
        return cpu.interrupt(Fault { code: SYSTEM_CALL, error_code: None });
    }
    let caller = cpu.caller();
    match dispatcher.serve(entry, vm, vcpu, &mut cpu.registers, caller) {
        ControlFlow::Continue(()) => Step::Resume,
        ControlFlow::Break(action) => cpu.step(action),
    }
}
