//! KVM_EXIT_S390_SIEIC: an instruction that KVM hands to user space, with the vCPU's registers in `kvm_run`.
//!
//! KVM looks at DIAGNOSE first (Linux `arch/s390/kvm/diag.c`, `kvm_s390_handle_diag`): in the problem state it
//! injects the privileged-operation interruption itself, and of function code 0x500 it serves subcode 3 alone,
//! where the VMM has asked for that with an ioeventfd. The rest comes here.
//!
//! A VMM keeps its loop and its ioctls: it runs the vCPU, gives [`serve`] the mapped `kvm_run`, and does what
//! [`Served`] says. No ioctl is needed for registers, before or after.
//!
//! Nothing of this has run on a real SIE: the emulators at hand have none. What it is tested with are images
//! of `kvm_run` written by hand from the kernel's headers.

use crate::diag::{Intercept, Kind};
use crate::registers::S390Registers;
use crate::trap::{self, Cpu, Psw, Step};
use bytemuck::{Pod, Zeroable};
use core::mem::offset_of;
use hypercall_core::{Dispatcher, EntryId, Shared, Vcpu, VmExit};

/// KVM_EXIT_S390_SIEIC.
pub const EXIT_S390_SIEIC: u32 = 13;
/// KVM_SYNC_GPRS: the general registers are in `kvm_run` (Linux `arch/s390/include/uapi/asm/kvm.h`).
pub const SYNC_GPRS: u64 = 1 << 1;
/// KVM_S390_IRQ, an ioctl of the vCPU that takes an [`Irq`].
pub const S390_IRQ: u32 = 0x4048_aeb4;

/// `struct kvm_run` of s390, up to the general registers; the kernel's is longer (Linux
/// `include/uapi/linux/kvm.h`). It is in the machine's own byte order, which is big-endian.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct KvmRun {
    /// Asks for an exit when interrupts can be taken.
    pub request_interrupt_window: u8,
    /// Makes KVM_RUN return at once.
    pub immediate_exit: u8,
    padding: [u8; 6],
    /// KVM_EXIT_*.
    pub exit_reason: u32,
    /// Of x86.
    pub ready_for_interrupt_injection: u8,
    /// Of x86.
    pub if_flag: u8,
    /// Of x86.
    pub flags: u16,
    /// Of x86.
    pub cr8: u64,
    /// Of x86.
    pub apic_base: u64,
    /// The current PSW; KVM_RUN loads what stands here.
    pub psw: Psw,
    /// The exits' payloads; `s390_sieic` is first of it.
    pub sieic: Sieic,
    payload: [u64; 31],
    /// KVM_SYNC_*: what KVM keeps in `s`; it sets it itself.
    pub kvm_valid_regs: u64,
    /// KVM_SYNC_*: what KVM_RUN is to take from there.
    pub kvm_dirty_regs: u64,
    /// The prefix register.
    pub prefix: u64,
    /// The general registers.
    pub gprs: S390Registers,
}

/// `s390_sieic` in `struct kvm_run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.s390_sieic", size = 8, source = "Linux include/uapi/linux/kvm.h")]
pub struct Sieic {
    /// Interception code.
    #[shared(offset = 0)]
    pub icptcode: u8,
    /// Nothing.
    #[shared(offset = 1)]
    padding: u8,
    /// Interception parameter A.
    #[shared(offset = 2)]
    pub ipa: u16,
    /// Interception parameter B.
    #[shared(offset = 4)]
    pub ipb: u32,
}

/// `struct kvm_s390_irq` with a program interruption in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Irq {
    /// KVM_S390_PROGRAM_INT.
    pub kind: u64,
    /// `pgm`.
    pub program: Program,
    padding: [u64; 3],
}

/// `struct kvm_s390_pgm_info`. The codes of other interruptions are zero here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Program {
    /// Translation-exception identification.
    pub trans_exc_code: u64,
    /// Monitor code.
    pub mon_code: u64,
    /// PER address.
    pub per_address: u64,
    /// Data-exception code.
    pub data_exc_code: u32,
    /// Program-interruption code.
    pub code: u16,
    /// Monitor class.
    pub mon_class_nr: u16,
    /// PER code.
    pub per_code: u8,
    /// PER ATMID.
    pub per_atmid: u8,
    /// Exception access identification.
    pub exc_access_id: u8,
    /// PER access identification.
    pub per_access_id: u8,
    /// Operand access identification.
    pub op_access_id: u8,
    /// KVM_S390_PGM_FLAGS_*.
    pub flags: u8,
    padding: [u8; 2],
}

const _: () = {
    assert!(offset_of!(KvmRun, exit_reason) == 8);
    assert!(offset_of!(KvmRun, psw) == 32);
    assert!(offset_of!(KvmRun, sieic) == 48);
    assert!(offset_of!(KvmRun, kvm_valid_regs) == 304);
    assert!(offset_of!(KvmRun, kvm_dirty_regs) == 312);
    assert!(offset_of!(KvmRun, prefix) == 320);
    assert!(offset_of!(KvmRun, gprs) == 328);
    assert!(offset_of!(Sieic, ipa) == 2);
    assert!(offset_of!(Sieic, ipb) == 4);
    assert!(offset_of!(Irq, program) == 8);
    assert!(size_of::<Irq>() == 72);
    assert!(offset_of!(Program, data_exc_code) == 24);
    assert!(offset_of!(Program, code) == 28);
    assert!(offset_of!(Program, flags) == 37);
    assert!(size_of::<Program>() == 40);
};

impl Irq {
    /// KVM_S390_PROGRAM_INT.
    const PROGRAM_INT: u64 = 0xfffe_0001;
    /// KVM_S390_PGM_FLAGS_ILC_VALID; the instruction length in bytes is in the bits above it.
    const ILC_VALID: u8 = 1;

    /// A program interruption at an instruction of `ilc` bytes, behind which the PSW stands. KVM sets the PSW
    /// back itself for the codes that nullify (Linux `arch/s390/kvm/interrupt.c`, `__deliver_prog`).
    fn program(code: u16, ilc: u8) -> Irq {
        let program = Program { code, flags: ilc | Irq::ILC_VALID, ..Program::zeroed() };
        Irq { kind: Irq::PROGRAM_INT, program, ..Irq::zeroed() }
    }
}

/// What the VMM does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// Run the vCPU.
    Resume,
    /// Give the vCPU this interruption with [`S390_IRQ`], and run it.
    Inject(Irq),
    /// Stop the VM.
    Exit(VmExit),
    /// Handle the intercept as ever: it is no call, and nothing was done.
    NotACall(Kind),
    /// Handle the exit as ever: it is no intercept. This is its reason.
    OtherExit(u32),
}

/// A kernel that does not keep the general registers in `kvm_run`: one before Linux 3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("KVM does not share the general registers (KVM_CAP_SYNC_REGS); use Linux 3.4 or later")]
pub struct NoSyncRegs;

/// Serves the exit if it is a call. Where the handler deferred its answer, this waits for it.
///
/// # Errors
/// [`NoSyncRegs`].
///
/// # Panics
/// When the entry is another dispatcher's and this one has fewer.
///
/// ```
/// use bytemuck::Zeroable;
/// use hypercall_arch_s390::kvm::{EXIT_S390_SIEIC, KvmRun, SYNC_GPRS, Served, serve};
/// use hypercall_arch_s390::{convention, entry};
/// use hypercall_core::{Arch, Dispatcher, interface};
///
/// let dispatcher = Dispatcher::<()>::builder(Arch::S390)
///     .entry(entry::DIAG500, &convention::DIAG500, &interface::DIAG500)
///     .build()?;
/// let entry = dispatcher.entry(entry::DIAG500).unwrap();
/// let mut vcpu = dispatcher.vcpu(0);
///
/// // A VMM has this at the start of the vCPU's mapping.
/// let mut run = KvmRun::zeroed();
/// (run.kvm_valid_regs, run.exit_reason) = (SYNC_GPRS, EXIT_S390_SIEIC);
/// (run.sieic.icptcode, run.sieic.ipa, run.sieic.ipb) = (4, 0x8324, 0x0500_0000);
/// // Nothing is served: subcode 0 is unknown, a specification interruption.
/// let Served::Inject(irq) = serve(&dispatcher, entry, &(), &mut vcpu, &mut run)? else { panic!() };
/// assert_eq!(irq.program.code, 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn serve<Vm>(
    dispatcher: &Dispatcher<Vm>,
    entry: EntryId,
    vm: &Vm,
    vcpu: &mut Vcpu,
    run: &mut KvmRun,
) -> Result<Served, NoSyncRegs> {
    if run.exit_reason != EXIT_S390_SIEIC {
        return Ok(Served::OtherExit(run.exit_reason));
    }
    if run.kvm_valid_regs & SYNC_GPRS == 0 {
        return Err(NoSyncRegs);
    }
    let Sieic { icptcode, ipa, ipb, .. } = run.sieic;
    let intercept = Intercept { icptcode, ipa, ipb };
    let mut cpu = Cpu { psw: run.psw, registers: run.gprs };
    let mut step = trap::serve(dispatcher, entry, vm, vcpu, &mut cpu, &intercept);
    while let Step::Deferred(deferral) = step {
        step = cpu.complete(dispatcher.convention(entry), vcpu.wait(deferral));
    }
    Ok(match step {
        Step::Resume => {
            (run.psw, run.gprs) = (cpu.psw, cpu.registers);
            run.kvm_dirty_regs |= SYNC_GPRS;
            Served::Resume
        }
        // Codes of program interruptions are 16 bits; the others of a fault's are no codes.
        Step::ProgramInterruption { code, ilc } => Served::Inject(Irq::program(code as u16, ilc)),
        Step::Exit(exit) => Served::Exit(exit),
        Step::NotACall(kind) => Served::NotACall(kind),
        Step::Deferred(_) => unreachable!("the loop above ends with another step"),
    })
}
