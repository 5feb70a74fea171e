//! Serving an intercepted DIAGNOSE on a host that has the vCPU's registers and PSW at hand.
//!
//! Nothing here knows how the guest is run: SIE through KVM, or an interpreter, or a bare-metal host that runs
//! its guest in the problem state. What there is to do next is a [`Step`].
//!
//! Where the PSW stands: behind the DIAGNOSE, both at a SIE intercept and in the old PSW of a program
//! interruption that suppresses, as the privileged-operation exception does (Principles of Operation,
//! chapter 5, "Types of Instruction Ending").

use crate::convention::PRIVILEGED_OPERATION;
use crate::diag::{Intercept, Kind, LENGTH};
use crate::registers::S390Registers;
use bytemuck::{Pod, Zeroable};
use core::ops::ControlFlow;
use hypercall_core::{
    Action, Caller, Convention, Deferral, Dispatcher, Endian, EntryId, Privilege, Vcpu, VmExit, Width,
};

/// A program-status word (Principles of Operation, chapter 4, "Program-Status-Word Format").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Psw {
    /// Bits 0 to 63.
    pub mask: u64,
    /// Bits 64 to 127: the instruction address.
    pub address: u64,
}

impl Psw {
    /// Bit 15, problem state.
    pub const PROBLEM_STATE: u64 = 1 << 48;
    /// Bit 31, extended addressing: with [`BASIC_ADDRESSING`](Self::BASIC_ADDRESSING), 64-bit addresses.
    pub const EXTENDED_ADDRESSING: u64 = 1 << 32;
    /// Bit 32, basic addressing: alone, 31-bit addresses. With neither, 24-bit ones.
    pub const BASIC_ADDRESSING: u64 = 1 << 31;

    /// Whether the guest is in the problem state.
    pub const fn privilege(&self) -> Privilege {
        if self.mask & Psw::PROBLEM_STATE != 0 { Privilege::User } else { Privilege::Supervisor }
    }

    /// Back by some bytes, in the PSW's addressing mode.
    fn back(&mut self, bytes: u64) {
        let extended = self.mask & Psw::EXTENDED_ADDRESSING != 0;
        let basic = self.mask & Psw::BASIC_ADDRESSING != 0;
        let bits = match (extended, basic) {
            (true, _) => u64::MAX,
            (false, true) => 0x7fff_ffff,
            (false, false) => 0x00ff_ffff,
        };
        self.address = self.address.wrapping_sub(bytes) & bits;
    }
}

/// The part of a vCPU that a hypercall is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Cpu {
    /// The current PSW, behind the DIAGNOSE.
    pub psw: Psw,
    /// The general registers.
    pub registers: S390Registers,
}

/// What the host does after [`serve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Run the guest: registers and PSW are as they have to be.
    Resume,
    /// Present a program interruption. Registers are as at the call, the PSW stands behind the DIAGNOSE, as
    /// suppression and completion have it; for a code that nullifies the host sets it back by `ilc`.
    ProgramInterruption {
        /// The program-interruption code.
        code: u32,
        /// The instruction length in bytes, 4, as it stands in the program-interruption identification.
        ilc: u8,
    },
    /// Wait with [`Vcpu::wait`], and give what it says to [`Cpu::complete`].
    Deferred(Deferral),
    /// Stop the VM.
    Exit(VmExit),
    /// No call; nothing was done.
    NotACall(Kind),
}

impl Cpu {
    /// What the PSW says of the caller. Registers are 64 bits wide in every addressing mode.
    pub const fn caller(&self) -> Caller {
        Caller { width: Width::Bits64, privilege: self.psw.privilege(), endian: Endian::Big }
    }

    /// Carries out the answer of a deferred call.
    pub fn complete(&mut self, convention: &'static Convention, action: Action) -> Step {
        if let Action::Return(answer) = &action {
            convention.mode_for(Width::Bits64).write(&mut self.registers, answer);
        }
        self.step(action)
    }

    /// The registers have their answer; the PSW not yet.
    fn step(&mut self, action: Action) -> Step {
        match action {
            Action::Return(_) => Step::Resume,
            Action::Retry => {
                self.psw.back(LENGTH);
                Step::Resume
            }
            Action::Deferred(deferral) => Step::Deferred(deferral),
            Action::Fault(fault) => Step::interruption(fault.code),
            Action::Exit(exit) => Step::Exit(exit),
        }
    }
}

impl Step {
    const fn interruption(code: u32) -> Step {
        Step::ProgramInterruption { code, ilc: LENGTH as u8 }
    }
}

/// Serves an intercepted instruction if it is a hypercall.
///
/// DIAGNOSE is privileged: in the problem state every function code but 0x500 is a privileged-operation
/// interruption before anybody looks at it (Linux `arch/s390/kvm/diag.c`, `kvm_s390_handle_diag`), and 0x500
/// is one too unless the policy lets user programs make calls.
///
/// A retry goes back by four bytes. A DIAGNOSE that a guest executes as the target of EXECUTE RELATIVE LONG
/// has a PSW behind six; such a guest is resumed in the middle of its own instruction.
///
/// # Panics
/// When the entry is another dispatcher's and this one has fewer.
///
/// ```
/// use hypercall_arch_s390::{convention, diag::Intercept, entry, trap::{Cpu, Psw, Step, serve}};
/// use hypercall_core::{Arch, Dispatcher, interface};
///
/// let dispatcher = Dispatcher::<()>::builder(Arch::S390)
///     .entry(entry::DIAG500, &convention::DIAG500, &interface::DIAG500)
///     .build()?;
/// let entry = dispatcher.entry(entry::DIAG500).unwrap();
/// let mut vcpu = dispatcher.vcpu(0);
/// let mut cpu = Cpu { psw: Psw { mask: 3 << 31, address: 0x1004 }, ..Cpu::default() };
/// let diag = Intercept { icptcode: 4, ipa: 0x8324, ipb: 0x0500_0000 };
/// // Nothing is served: subcode 0 is unknown, a specification interruption.
/// let step = serve(&dispatcher, entry, &(), &mut vcpu, &mut cpu, &diag);
/// assert_eq!(step, Step::ProgramInterruption { code: 6, ilc: 4 });
/// # Ok::<(), hypercall_core::BuildError>(())
/// ```
pub fn serve<Vm>(
    dispatcher: &Dispatcher<Vm>,
    entry: EntryId,
    vm: &Vm,
    vcpu: &mut Vcpu,
    cpu: &mut Cpu,
    intercept: &Intercept,
) -> Step {
    match intercept.kind(&cpu.registers) {
        Kind::Call => {
            let caller = cpu.caller();
            match dispatcher.serve(entry, vm, vcpu, &mut cpu.registers, caller) {
                ControlFlow::Continue(()) => Step::Resume,
                ControlFlow::Break(action) => cpu.step(action),
            }
        }
        Kind::Function(_) if cpu.psw.privilege() == Privilege::User => {
            Step::interruption(PRIVILEGED_OPERATION)
        }
        other => Step::NotACall(other),
    }
}
