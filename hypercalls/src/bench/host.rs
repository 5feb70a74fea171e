//! The machine that the figures are of.

use serde::Serialize;
use std::fmt;

/// What is known of the machine; a figure without it says nothing.
#[derive(Clone, Debug, Serialize)]
pub struct Host {
    /// The processor's name.
    pub cpu: String,
    /// The architecture the command was compiled for.
    pub arch: &'static str,
    /// Processors that this program may run on.
    pub cores: usize,
    /// The kernel's release.
    pub kernel: String,
    /// The governor of the processor's clock rate, where the kernel tells it.
    pub governor: Option<String>,
    /// Whether the machine is itself a guest, where that can be told.
    pub virtualised: Option<bool>,
    /// What the machine's KVM is like, or why there is none.
    pub kvm: Kvm,
    /// The version of this command, and whether it was compiled with optimisation.
    pub build: String,
}

/// What matters of the machine's KVM.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Kvm {
    /// Whether /dev/kvm could be used.
    pub usable: bool,
    /// Why it could not.
    pub reason: Option<String>,
    /// Whether KVM_RUN brings the registers along.
    pub sync_regs: bool,
    /// The transports by which calls arrive; `None` where none was tried.
    pub delivered: Option<Vec<&'static str>>,
}

impl Kvm {
    /// Looks whether there is one, and whether it brings the registers along.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    pub fn new() -> Kvm {
        use hypercall_arch_x86::kvm::probe;
        match probe::open() {
            Ok(kvm) => Kvm {
                usable: true,
                sync_regs: probe::capabilities(&kvm)
                    .any(|(capability, value)| capability.name == "KVM_CAP_SYNC_REGS" && value > 0),
                ..Kvm::default()
            },
            Err(error) => Kvm { reason: Some(error.to_string()), ..Kvm::default() },
        }
    }

    /// None that this command could use.
    #[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
    pub fn new() -> Kvm {
        let reason = "there is no KVM backend for this machine here";
        Kvm { reason: Some(reason.to_string()), ..Kvm::default() }
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_string()).filter(|text| !text.is_empty())
}

/// A field of the first processor in /proc/cpuinfo, by the first of its names that there is.
fn cpuinfo(names: &[&str]) -> Option<String> {
    let text = read("/proc/cpuinfo")?;
    let field = |name: &&str| {
        let mut fields = text.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.trim() == *name).map(|(_, value)| value.trim().to_string())
    };
    names.iter().find_map(field)
}

impl Host {
    /// Asks the machine.
    pub fn new(kvm: Kvm) -> Host {
        let mode = if cfg!(debug_assertions) { "without optimisation" } else { "optimised" };
        Host {
            // x86, PowerPC and s390 each have a word of their own for it.
            cpu: cpuinfo(&["model name", "cpu", "machine", "vendor_id"])
                .unwrap_or_else(|| "unknown".to_string()),
            arch: std::env::consts::ARCH,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").unwrap_or_else(|| "unknown".to_string()),
            governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            // x86 has the flag in CPUID; elsewhere nothing says it for sure.
            virtualised: cpuinfo(&["flags"]).map(|flags| flags.split(' ').any(|f| f == "hypervisor")),
            kvm,
            build: format!("hypercall {}, {mode}", env!("CARGO_PKG_VERSION")),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = self.cores;
        write!(f, "{}, {cores} cores, Linux {} on {}", self.cpu, self.kernel, self.arch)?;
        if self.virtualised == Some(true) {
            f.write_str(", itself a virtual machine")?;
        }
        match &self.governor {
            Some(governor) => write!(f, ", governor {governor}")?,
            None => f.write_str(", governor unknown")?,
        }
        let kvm = &self.kvm;
        match &kvm.reason {
            Some(reason) => write!(f, "; no KVM: {reason}")?,
            None => {
                let sync = if kvm.sync_regs { "with" } else { "without" };
                write!(f, "; KVM {sync} KVM_CAP_SYNC_REGS")?;
                if let Some(delivered) = &kvm.delivered {
                    write!(f, ", delivering {}", delivered.join(" "))?;
                }
            }
        }
        write!(f, "; {}", self.build)
    }
}
