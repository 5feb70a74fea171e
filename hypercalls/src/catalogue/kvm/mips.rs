//! Three numbers of MIPS's: 6, 7 and 8. Documentation only.
//!
//! Linux defines them, no KVM in it ever served them (`arch/mips/kvm/hypcall.c` answers every number with
//! -KVM_ENOSYS), and the guest platform that called them, `arch/mips/paravirt`, is removed. The calling
//! convention was `hypcall 0` (0x42000028) with the number in V0, arguments in A0 to A3, the result in V0.

use hypercall_core::Hypercall;
use hypercall_core::argument::Truncated;

/// Asks for the frequency of the count/compare timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 6,
    name = "KVM_HC_MIPS_GET_CLOCK_FREQ",
    arch(mips),
    status = obsolete,
    result = "where it was served, outside Linux: the frequency in Hz, 32 bits",
    error(Unknown, "always"),
    introduced("unknown", "\"MIPS: Add functions for hypervisor call\", May 2014; commit unknown"),
    removed("Linux 5.9", "35546aeede8e \"MIPS: Retire kvm paravirt\": its only caller")
)]
pub struct MipsGetClockFreq {}

/// Ends the VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 7,
    name = "KVM_HC_MIPS_EXIT_VM",
    arch(mips),
    status = obsolete,
    result = "where it was served, outside Linux: it did not return",
    error(Unknown, "always"),
    introduced("unknown", "\"MIPS: Add functions for hypervisor call\", May 2014; commit unknown"),
    removed("Linux 5.9", "35546aeede8e \"MIPS: Retire kvm paravirt\": its only caller")
)]
pub struct MipsExitVm {}

/// Writes to a terminal of the host's.
///
/// The one caller, `arch/mips/paravirt/serial.c`, passed a kernel virtual address and ignored the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 8,
    name = "KVM_HC_MIPS_CONSOLE_OUTPUT",
    arch(mips),
    status = obsolete,
    result = "where it was served, outside Linux: what user space said",
    error(Unknown, "always"),
    introduced("unknown", "\"MIPS: Add functions for hypervisor call\", May 2014; commit unknown"),
    removed("Linux 5.9", "35546aeede8e \"MIPS: Retire kvm paravirt\": its only caller")
)]
pub struct MipsConsoleOutput {
    /// Which terminal.
    pub terminal: u64,
    /// Virtual address of the bytes, in the guest kernel's unmapped segment.
    pub address: u64,
    /// How many bytes.
    pub length: Truncated<u32>,
}
