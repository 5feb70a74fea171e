//! Finds out what this host's KVM offers, and which transports it really delivers.
//!
//! A capability may be advertised and never honoured: some hosts execute a guest's `vmcall` again and again
//! whatever they say of KVM_CAP_EXIT_HYPERCALL. So each transport is tried on a VM that is thrown away, with
//! a [`Watchdog`] on it.

use super::error::KvmError;
use super::setup::{self, Entry, Mode, TABLES_SIZE};
use super::vm::{KvmVm, MAP_GPA_RANGE};
use super::watchdog::Watchdog;
use super::xen_exit;
use crate::convention::{VMCALL, VMMCALL};
use hypercall_core::memory::GuestMemory as _;
use kvm_bindings::{KVM_API_VERSION, KVM_CAP_EXIT_HYPERCALL, KVM_EXIT_XEN, KVM_MAX_CPUID_ENTRIES};
use kvm_ioctls::{Error as Errno, Kvm, VcpuExit, VcpuFd};
use std::ffi::CString;
use std::fmt;
use std::time::Duration;

/// Where KVM's device node is.
pub const DEVICE: &str = "/dev/kvm";

/// How long one transport may take. Eight trials at most, so the probe ends within two seconds.
const PATIENCE: Duration = Duration::from_millis(250);

/// A capability of KVM's that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// Its name in `linux/kvm.h`.
    pub name: &'static str,
    /// Its number.
    pub number: u64,
    /// What it is needed for.
    pub purpose: &'static str,
    /// Whether nothing works without it.
    pub required: bool,
}

macro_rules! capabilities {
    ($($required:literal $name:ident $purpose:literal),* $(,)?) => {
        /// The capabilities that matter here, those needed first.
        pub static CAPABILITIES: &[Capability] = &[$(Capability {
            name: stringify!($name),
            number: kvm_bindings::$name as u64,
            purpose: $purpose,
            required: $required,
        }),*];
    };
}

capabilities! {
    true KVM_CAP_USER_MEMORY "guest memory",
    true KVM_CAP_EXT_CPUID "the VMM's own CPUID leaf",
    true KVM_CAP_VCPU_EVENTS "faults injected by a handler",
    true KVM_CAP_IMMEDIATE_EXIT "calls that are retried, and kicks without a lost signal",
    false KVM_CAP_SYNC_REGS "registers in KVM_RUN itself; three more ioctls a call without it",
    false KVM_CAP_EXIT_HYPERCALL "number 12 by vmcall (a mask of the numbers that exit)",
    false KVM_CAP_XEN_HVM "every vmcall by KVM_EXIT_XEN",
    false KVM_CAP_HYPERV "Hyper-V calls by KVM_EXIT_HYPERV",
    false KVM_CAP_X86_USER_SPACE_MSR "MSR doorbells and hypercall-page registration",
    false KVM_CAP_X86_MSR_FILTER "MSRs of KVM's own taken over by the VMM",
    false KVM_CAP_ENFORCE_PV_FEATURE_CPUID "KVM refusing the calls that CPUID 0x40000001 does not offer",
    false KVM_CAP_DISABLE_QUIRKS2 "no patching of vmcall to vmmcall and back",
    false KVM_CAP_IRQCHIP "an interrupt controller in the kernel",
    false KVM_CAP_SPLIT_IRQCHIP "a local APIC in the kernel, the rest in the VMM",
    false KVM_CAP_SIGNAL_MSI "interrupts to a local APIC in the kernel",
    false KVM_CAP_MP_STATE "seeing whether a vCPU is halted",
    false KVM_CAP_GET_TSC_KHZ "the guest's clock rate",
    false KVM_CAP_READONLY_MEM "memory that the guest may not write",
    false KVM_CAP_IOEVENTFD "doorbells that wake another thread and answer nothing",
}

/// Opens `/dev/kvm` and looks whether it is new enough.
///
/// # Errors
/// [`KvmError`], with what to do about it: no device, no permission, another API version, a required
/// capability missing.
pub fn open() -> Result<Kvm, KvmError> {
    open_at(DEVICE)
}

/// As [`open`], for a device node elsewhere.
///
/// # Errors
/// As [`open`].
pub fn open_at(path: &str) -> Result<Kvm, KvmError> {
    let named = || path.to_owned();
    let Ok(name) = CString::new(path) else { return Err(KvmError::Absent { path: named() }) };
    let kvm = Kvm::new_with_path(name).map_err(|source| not_opened(path, source))?;
    let found = kvm.get_api_version();
    if found != KVM_API_VERSION as i32 {
        return Err(KvmError::Version { path: named(), found });
    }
    require(|number| kvm.check_extension_raw(number))?;
    Ok(kvm)
}

/// Why a device node did not open.
fn not_opened(path: &str, source: Errno) -> KvmError {
    let path = path.to_owned();
    match source.errno() {
        libc::ENOENT | libc::ENODEV | libc::ENXIO => KvmError::Absent { path },
        libc::EACCES | libc::EPERM => KvmError::Permission { path },
        _ => KvmError::Open { path, source },
    }
}

/// Checks the required capabilities by what `value` gives for a number.
fn require(value: impl Fn(u64) -> i32) -> Result<(), KvmError> {
    match CAPABILITIES.iter().find(|c| c.required && value(c.number) <= 0) {
        None => Ok(()),
        Some(Capability { name, number, purpose, .. }) => {
            Err(KvmError::Missing { name, number: *number, purpose })
        }
    }
}

/// Every capability of [`CAPABILITIES`] with the value this KVM gives for it; zero or less where it has none.
pub fn capabilities(kvm: &Kvm) -> impl Iterator<Item = (&'static Capability, i32)> + '_ {
    CAPABILITIES.iter().map(|c| (c, kvm.check_extension_raw(c.number)))
}

/// What became of a call by one transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// The call reached the VMM and the VMM's answer the guest.
    Delivered,
    /// The call reached the VMM, and this is what the guest found in AL in place of the answer.
    AnswerLost(u8),
    /// KVM answered the call itself, with this.
    Answered(i64),
    /// The guest took the exception of this vector.
    Exception(u8),
    /// The guest did not come past the instruction.
    NeverReturned,
    /// KVM does not have it.
    Absent(&'static str),
    /// Something else, in words.
    Other(String),
}

/// A way in which a guest may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A port doorbell.
    Pio,
    /// An MMIO doorbell.
    Mmio,
    /// Number 12 by KVM_EXIT_HYPERCALL, with whichever of the two instructions does it.
    ExitHypercall,
    /// Any number by KVM_EXIT_XEN, with whichever of the two instructions does it.
    ExitXen,
    /// `vmcall` with a number that KVM leaves to nobody.
    Vmcall,
    /// `vmmcall`, likewise.
    Vmmcall,
}

impl Transport {
    /// Every transport, those that work most often first.
    pub const ALL: [Transport; 6] = [
        Transport::Pio,
        Transport::Mmio,
        Transport::ExitHypercall,
        Transport::ExitXen,
        Transport::Vmcall,
        Transport::Vmmcall,
    ];

    /// The name, that of the [entry point](crate::entry) where it has one.
    pub const fn name(self) -> &'static str {
        match self {
            Transport::Pio => crate::entry::PIO,
            Transport::Mmio => crate::entry::MMIO,
            Transport::ExitHypercall => crate::entry::EXIT_HYPERCALL.transport,
            Transport::ExitXen => crate::entry::EXIT_XEN.transport,
            Transport::Vmcall => VMCALL.name,
            Transport::Vmmcall => VMMCALL.name,
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What was found out about a transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which one.
    pub transport: Transport,
    /// What became of a call.
    pub observed: Observed,
}

impl Finding {
    /// Whether calls by this transport reach the VMM and its answers the guest.
    pub fn is_delivered(&self) -> bool {
        self.observed == Observed::Delivered
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.observed {
            Observed::Delivered => write!(f, "reaches the VMM, and the VMM's answer the guest"),
            Observed::AnswerLost(al) => {
                write!(f, "reaches the VMM, but the guest finds {al:#x} in place of the answer")
            }
            Observed::Answered(value) => write!(f, "KVM answers it itself, with {value}"),
            Observed::Exception(6) => write!(f, "the guest takes #UD: no such instruction"),
            Observed::Exception(13) => write!(f, "the guest takes #GP"),
            Observed::Exception(vector) => write!(f, "the guest takes exception {vector}"),
            Observed::NeverReturned => {
                let time = PATIENCE.as_millis();
                write!(f, "never returns: the guest was still at the instruction after {time} ms")
            }
            Observed::Absent(what) => write!(f, "{what}"),
            Observed::Other(what) => write!(f, "{what}"),
        }
    }
}

/// Tries a transport on a VM of its own. Takes half a second where the call never returns.
///
/// `vmcall` and `vmmcall` are tried at CPL 0 with a number nobody has, as KVM's own calls never reach the
/// VMM: a guest on this host may use them where they are [`Observed::Answered`].
///
/// # Errors
/// [`KvmError`] when no VM can be made at all.
pub fn transport(kvm: &Kvm, transport: Transport) -> Result<Finding, KvmError> {
    let [a, b, c, d] = ADDRESS.to_le_bytes();
    let observed = match transport {
        Transport::Pio => Trial::new(kvm)?.run(&[0xe6, PORT], 0)?,
        Transport::Mmio => Trial::new(kvm)?.run(&[0x88, 0x04, 0x25, a, b, c, d], 0)?,
        Transport::ExitHypercall => exit_hypercall(kvm)?,
        Transport::ExitXen => exit_xen(kvm)?,
        Transport::Vmcall => Trial::new(kvm)?.run(VMCALL.bytes, NOBODYS)?,
        Transport::Vmmcall => Trial::new(kvm)?.run(VMMCALL.bytes, NOBODYS)?,
    };
    Ok(Finding { transport, observed })
}

/// Tries every transport. Takes up to two seconds where calls never return.
///
/// # Errors
/// As [`transport`].
pub fn transports(kvm: &Kvm) -> Result<Vec<Finding>, KvmError> {
    Transport::ALL.into_iter().map(|t| transport(kvm, t)).collect()
}

/// A number of the vendor range that no vendor has: unknown to every KVM.
const NOBODYS: u64 = 0x4856_ffff;

fn exit_hypercall(kvm: &Kvm) -> Result<Observed, KvmError> {
    let mask = kvm.check_extension_raw(KVM_CAP_EXIT_HYPERCALL.into());
    if mask < 0 || mask & (1 << MAP_GPA_RANGE) == 0 {
        return Ok(Observed::Absent("KVM does not have KVM_CAP_EXIT_HYPERCALL for number 12"));
    }
    let mut observed = Observed::NeverReturned;
    for instruction in [VMCALL, VMMCALL] {
        let vm = KvmVm::new(kvm, MEMORY as usize)?;
        vm.enable_exit_hypercall()?;
        observed = Trial::with(kvm, vm)?.run(instruction.bytes, MAP_GPA_RANGE)?;
        if observed == Observed::Delivered {
            break;
        }
    }
    Ok(observed)
}

fn exit_xen(kvm: &Kvm) -> Result<Observed, KvmError> {
    let mut observed = Observed::NeverReturned;
    for instruction in [VMCALL, VMMCALL] {
        let vm = KvmVm::new(kvm, MEMORY as usize)?;
        match xen_exit::enable(vm.fd()) {
            Ok(()) => {}
            Err(KvmError::Missing { .. }) => {
                return Ok(Observed::Absent("KVM does not have KVM_CAP_XEN_HVM with INTERCEPT_HCALL"));
            }
            Err(error) => return Err(error),
        }
        observed = Trial::with(kvm, vm)?.run(instruction.bytes, NOBODYS)?;
        if observed == Observed::Delivered {
            break;
        }
    }
    Ok(observed)
}

/// The doorbells tried.
const PORT: u8 = 0x48;
const ADDRESS: u32 = 0x7000_0000;
/// A write here says which exception the guest took.
const FAULT_PORT: u8 = 0x49;
/// A write here says that the guest came past the call; it writes AL.
const DONE_PORT: u8 = 0x4a;
/// What the VMM answers.
const ANSWER: u8 = 0x5a;

const MEMORY: u64 = 0x10_0000;
const CODE: u64 = 0x1000;
const HANDLERS: u64 = 0x2000;
const STACK: u64 = 0x8000;
const TABLES: u64 = 0x1_0000;
/// Whole pages of guest memory for number 12 to be about.
const RANGE: u64 = 0x8_0000;
const _: () = assert!(TABLES + TABLES_SIZE <= RANGE && RANGE < MEMORY);

/// A VM that makes one call.
struct Trial {
    vcpu: VcpuFd,
    vm: KvmVm,
}

impl Trial {
    /// A VM with one vCPU.
    fn new(kvm: &Kvm) -> Result<Trial, KvmError> {
        Trial::with(kvm, KvmVm::new(kvm, MEMORY as usize)?)
    }

    fn with(kvm: &Kvm, vm: KvmVm) -> Result<Trial, KvmError> {
        let vcpu = vm.fd().create_vcpu(0).map_err(KvmError::ioctl("KVM_CREATE_VCPU"))?;
        let cpuid = kvm
            .get_supported_cpuid(KVM_MAX_CPUID_ENTRIES)
            .map_err(KvmError::ioctl("KVM_GET_SUPPORTED_CPUID"))?;
        vcpu.set_cpuid2(&cpuid).map_err(KvmError::ioctl("KVM_SET_CPUID2"))?;
        Ok(Trial { vcpu, vm })
    }

    /// Executes `instruction` with `number` in RAX, and sees what comes of it.
    fn run(mut self, instruction: &[u8], number: u64) -> Result<Observed, KvmError> {
        let mut code = instruction.to_vec();
        code.extend([0xe6, DONE_PORT, 0xf4]);
        self.load(CODE, &code)?;
        let mut handlers = Vec::new();
        for vector in 0..32_u8 {
            let address = HANDLERS + 16 * u64::from(vector);
            self.load(address, &[0xb0, vector, 0xe6, FAULT_PORT, 0xf4])?; // mov al, vector; out; hlt
            handlers.push((vector, address));
        }
        let entry = Entry {
            mode: Mode::Long,
            user: false,
            rip: CODE,
            stack: STACK,
            kernel_stack: STACK,
            tables: TABLES,
            ports: &[],
            handlers: &handlers,
        };
        setup::enter(&self.vcpu, self.vm.memory(), &entry)?;
        let mut regs = self.vcpu.get_regs().map_err(KvmError::ioctl("KVM_GET_REGS"))?;
        (regs.rax, regs.rbx, regs.rcx, regs.rdx) = (number, RANGE, 1, 0);
        self.vcpu.set_regs(&regs).map_err(KvmError::ioctl("KVM_SET_REGS"))?;

        let watchdog = Watchdog::arm(PATIENCE)?;
        let mut delivered = false;
        loop {
            let by_exit = match self.vcpu.run() {
                Ok(VcpuExit::IoOut(port, _)) if port == u16::from(PORT) && !delivered => false,
                Ok(VcpuExit::MmioWrite(address, _)) if address == u64::from(ADDRESS) && !delivered => false,
                Ok(VcpuExit::Hypercall(call)) if call.nr == MAP_GPA_RANGE && !delivered => {
                    *call.ret = ANSWER.into();
                    true
                }
                Ok(VcpuExit::Unsupported(KVM_EXIT_XEN)) if !delivered => {
                    xen_exit::answer(self.vcpu.get_kvm_run(), ANSWER.into());
                    true
                }
                Ok(VcpuExit::IoOut(port, [al])) if port == u16::from(DONE_PORT) => {
                    return match (delivered, *al) {
                        (true, ANSWER) => Ok(Observed::Delivered),
                        (true, al) => Ok(Observed::AnswerLost(al)),
                        (false, _) => Ok(Observed::Answered(self.rax()? as i64)),
                    };
                }
                Ok(VcpuExit::IoOut(port, [vector])) if port == u16::from(FAULT_PORT) => {
                    return Ok(Observed::Exception(*vector));
                }
                Ok(other) => return Ok(Observed::Other(format!("the VM stops with the exit {other:?}"))),
                Err(error) if error.errno() == libc::EINTR => {
                    if watchdog.expired() {
                        return Ok(Observed::NeverReturned);
                    }
                    continue;
                }
                Err(error) => return Ok(Observed::Other(format!("KVM_RUN fails: {error}"))),
            };
            delivered = true;
            if !by_exit {
                let mut regs = self.vcpu.get_regs().map_err(KvmError::ioctl("KVM_GET_REGS"))?;
                regs.rax = ANSWER.into();
                self.vcpu.set_regs(&regs).map_err(KvmError::ioctl("KVM_SET_REGS"))?;
            }
        }
    }

    fn load(&self, address: u64, bytes: &[u8]) -> Result<(), KvmError> {
        let what = "the probe's code";
        self.vm.memory().write(address, bytes).map_err(|source| KvmError::Memory { what, source })
    }

    fn rax(&self) -> Result<u64, KvmError> {
        Ok(self.vcpu.get_regs().map_err(KvmError::ioctl("KVM_GET_REGS"))?.rax)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers as `include/uapi/linux/kvm.h` has them.
    #[test]
    fn capabilities_have_the_kernels_numbers() {
        let number = |name| CAPABILITIES.iter().find(|c| c.name == name).map(|c| c.number);
        assert_eq!(number("KVM_CAP_SYNC_REGS"), Some(74));
        assert_eq!(number("KVM_CAP_EXIT_HYPERCALL"), Some(201));
        assert_eq!(number("KVM_CAP_XEN_HVM"), Some(38));
        assert_eq!(number("KVM_CAP_IMMEDIATE_EXIT"), Some(136));
    }

    #[test]
    fn a_missing_device_says_how_to_get_one() {
        let error = open_at("/nonexistent/kvm").unwrap_err();
        assert!(matches!(error, KvmError::Absent { .. }), "{error}");
        assert!(error.to_string().contains("/nonexistent/kvm") && error.to_string().contains("modprobe"));
    }

    #[test]
    fn a_forbidden_device_says_which_group_may() {
        let error = not_opened(DEVICE, Errno::new(libc::EACCES));
        assert!(error.to_string().contains("/dev/kvm") && error.to_string().contains("group kvm"), "{error}");
    }

    #[test]
    fn a_device_that_is_no_kvm_is_refused() {
        let error = open_at("/dev/null").unwrap_err();
        assert!(matches!(error, KvmError::Version { .. }), "{error}");
    }

    #[test]
    fn a_kernel_without_a_needed_capability_is_told_which() {
        let error = require(|number| i32::from(number != 136)).unwrap_err();
        assert!(error.to_string().contains("KVM_CAP_IMMEDIATE_EXIT (capability 136)"), "{error}");
        assert!(require(|number| i32::from(number != 74)).is_ok(), "not a required one");
    }
}
