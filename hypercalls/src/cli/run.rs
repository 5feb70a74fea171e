//! `hypercall run`.

use super::{Failure, print, print_json, print_json_line};
use crate::run::report::{Line, Report};
use crate::run::{BINDINGS, Binding, Via, binding, loopback};
use crate::vendor::RingSetup;
use clap::{Args, ValueEnum};
use hypercall_arch_ppc::PpcRegisters;
use hypercall_arch_s390::S390Registers;
use hypercall_arch_x86::X86Registers;
use hypercall_core::policy::PolicyError;
use hypercall_core::{Arch, Definition, Hypercall, Multicall, Policy, Registers};
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Backend {
    /// KVM where /dev/kvm can be used, loopback otherwise.
    Auto,
    /// A real guest on /dev/kvm.
    Kvm,
    /// No vCPU: the same marshalling and dispatch over registers in memory.
    Loopback,
}

/// How the guest's calls reach the VMM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Transport {
    /// The first that this host delivers.
    Auto,
    /// A port doorbell, `out 0x48, al`.
    Pio,
    /// An MMIO doorbell.
    Mmio,
    /// vmcall or vmmcall, of which KVM hands out number 12.
    ExitHypercall,
    /// vmcall or vmmcall, every number, where KVM has KVM_CAP_XEN_HVM.
    ExitXen,
}

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs: one object.
    Json,
    /// For programs: an object a call, one a line, as `decode` reads them.
    Jsonl,
}

/// The two instructions, and whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Instruction {
    /// Intel's.
    Vmcall,
    /// AMD's.
    Vmmcall,
}

#[derive(Args, Debug)]
#[command(
    after_help = "The cost of a call is the host's time from the exit to the next entry; with loopback \
    that of the whole call. Each row is judged twice: by the guest, in every register, and by the host."
)]
pub struct Arguments {
    /// Where the calls are made
    #[arg(long, value_enum, default_value = "auto")]
    backend: Backend,
    /// How the guest's calls reach the VMM
    #[arg(long, value_enum, default_value = "auto")]
    transport: Transport,
    /// Which of the two instructions the built-in guest executes with --transport exit-xen or exit-hypercall; by
    /// default that of the processor. KVM rewrites the other one at the first call
    #[arg(long, value_enum, conflicts_with = "guest")]
    instruction: Option<Instruction>,
    /// How the built-in guest's calls come to the dispatcher
    #[arg(long, value_enum, default_value = "registers", conflicts_with = "guest")]
    via: Via,
    /// Calling convention: kvm, xen, or para-2007 with pio or exit-xen; and with loopback diag500, epapr, papr
    #[arg(long, default_value = "kvm")]
    convention: String,
    /// How many vCPUs make the whole list, at the same time
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=32))]
    vcpus: u32,
    /// A guest of yours in place of the built-in one: an x86_64 ELF, or a flat binary that is loaded and
    /// entered at 0x100000. It runs in 64-bit mode at CPL 0, identity-mapped until it changes that; HLT ends it with status 0
    #[arg(long, value_name = "FILE")]
    guest: Option<PathBuf>,
    /// The hypercall pages of Xen guests outside long mode, in place of the built-in page; with this option
    /// or the next, a mode without a file has no page. With --convention xen over a doorbell
    #[arg(long, value_name = "FILE", requires = "guest")]
    xen_blob_32: Option<PathBuf>,
    /// The hypercall pages of Xen guests in long mode
    #[arg(long, value_name = "FILE", requires = "guest")]
    xen_blob_64: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Which calls the guest may make: default, strict or confidential, then allow=CALL, deny=CALL or
    /// user-mode, separated by commas; CALL is a name, interface:number, interface:* or a status
    #[arg(long, default_value = "default", value_parser = parse_policy)]
    policy: Policy,
    /// Seconds a vCPU may take; a guest of yours may take for ever unless this is given
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86400))]
    timeout: Option<u64>,
}

fn parse_policy(text: &str) -> Result<Policy, PolicyError> {
    let policy: Policy = text.parse()?;
    // A policy about a call that does not exist is a mistake on the command line.
    if let Ok(registry) = hypercall_core::Registry::linked() {
        policy.check(&registry)?;
    }
    Ok(policy)
}

impl Arguments {
    /// Whether the guest is the built-in one.
    pub fn is_built_in(&self) -> bool {
        self.guest.is_none()
    }

    pub fn execute(self) -> Result<ExitCode, Failure> {
        let Some(binding) = binding(&self.convention) else {
            let names: Vec<_> = BINDINGS.iter().map(|b| b.convention.name).collect();
            let message = format!("no convention `{}`; there are {}", self.convention, names.join(", "));
            return Err(Failure::usage(message));
        };
        let is_instruction = matches!(self.transport, Transport::ExitHypercall | Transport::ExitXen);
        if self.instruction.is_some() && !is_instruction {
            let message = "--instruction goes with --transport exit-xen or exit-hypercall: a doorbell is rung by another";
            return Err(Failure::usage(message));
        }
        if let Some(call) = self.via_call() {
            self.check_via(call)?;
        }
        if self.via == Via::List {
            self.check_list(binding, is_instruction)?;
        }
        if self.backend == Backend::Kvm && binding.convention.arch != Arch::X86 {
            let name = binding.convention.name;
            let message =
                format!("the convention {name} is not x86's; it works with --backend loopback only");
            return Err(Failure::usage(message));
        }
        if self.backend == Backend::Loopback || (self.backend == Backend::Auto && !self.can_use_kvm(binding))
        {
            return self.loopback(binding);
        }
        self.kvm(binding)
    }

    /// The call that the others come by.
    fn via_call(&self) -> Option<&'static Definition> {
        match self.via {
            Via::Registers | Via::List => None,
            Via::Multicall => Some(Multicall::DEFINITION),
            Via::Ring => Some(RingSetup::DEFINITION),
        }
    }

    /// Whether that one can get through.
    fn check_via(&self, call: &Definition) -> Result<(), Failure> {
        let via = self.via.name();
        if self.transport == Transport::ExitHypercall {
            return Err(Failure::usage(format!("--via {via}: exit-hypercall carries number 12 only")));
        }
        if !self.policy.allows(call) {
            return Err(Failure::usage(format!("--via {via}: the policy denies {}", call.name)));
        }
        Ok(())
    }

    /// Whether a list's code would serve any call.
    fn check_list(&self, binding: &Binding, is_instruction: bool) -> Result<(), Failure> {
        let common =
            [X86Registers::COMMON, S390Registers::COMMON, PpcRegisters::COMMON].map(|c| c.map(|c| c.name));
        let name = binding.convention.name;
        if !common.contains(&Some(name)) {
            let common = common.map(|name| name.unwrap_or_default()).join(", ");
            return Err(Failure::usage(format!("--via list: code is compiled for {common}, not for {name}")));
        }
        if is_instruction {
            return Err(Failure::usage(
                "--via list: a list's code serves doorbells, with --transport pio or mmio",
            ));
        }
        Ok(())
    }

    fn loopback(&self, binding: &'static Binding) -> Result<ExitCode, Failure> {
        if self.guest.is_some() {
            return Err(Failure::failed(
                "a guest of yours needs a vCPU: --guest works with --backend kvm only",
            ));
        }
        if self.transport != Transport::Auto {
            return Err(Failure::usage("--transport is about real vCPUs: it works with --backend kvm only"));
        }
        let report =
            loopback::run_via(self.via, binding, self.vcpus, self.policy.clone()).map_err(Failure::failed)?;
        self.finish(&report)
    }

    fn print(&self, report: &Report) -> Result<(), Failure> {
        match self.format {
            Format::Table => print(&report.table()),
            Format::Json => print_json(report),
            Format::Jsonl => report.calls.iter().try_for_each(|call| print_json_line(&Line::from(call))),
        }
    }

    /// Prints a report; its failed calls are a failed check.
    fn finish(&self, report: &Report) -> Result<ExitCode, Failure> {
        self.print(report)?;
        Ok(if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod kvm {
    use super::{Arguments, Binding, ExitCode, Failure, Instruction, Transport};
    use crate::run::guest;
    use crate::run::kvm;
    use crate::run::vm::{self, Options, RunError, XenBlobs};
    use hypercall_arch_x86::kvm::probe;
    use hypercall_arch_x86::para::Processor;
    use hypercall_arch_x86::xen::Blob;
    use hypercall_core::Arch;
    use std::io::Write;
    use std::path::PathBuf;
    use std::time::Duration;

    /// Ample for the built-in guest, which is done in a second where KVM emulates every instruction of it.
    const BUILT_IN_TIMEOUT: Duration = Duration::from_secs(60);

    /// A transport that the convention does not go with is bad usage.
    fn failure(error: RunError) -> Failure {
        match error {
            RunError::Para(_) => Failure::usage(error),
            _ => Failure::failed(error),
        }
    }

    impl Arguments {
        /// Whether KVM is there; says on stderr why not. A convention of another architecture needs none.
        pub(super) fn can_use_kvm(&self, binding: &Binding) -> bool {
            if binding.convention.arch != Arch::X86 {
                eprintln!("hypercall: {} is not x86's: using the loopback backend", binding.convention.name);
                return false;
            }
            if self.transport != Transport::Auto || self.guest.is_some() {
                return true; // what was asked for needs KVM, so its absence is an error
            }
            match probe::open() {
                Ok(_) => true,
                Err(error) => {
                    eprintln!("hypercall: {error}\nhypercall: using the loopback backend");
                    false
                }
            }
        }

        /// Xen's pages of the user's, where one is given.
        fn xen_blobs(&self) -> Result<Option<XenBlobs>, Failure> {
            if self.xen_blob_32.is_none() && self.xen_blob_64.is_none() {
                return Ok(None);
            }
            if self.convention != "xen" {
                return Err(Failure::usage("Xen's hypercall pages go with --convention xen only"));
            }
            if let Transport::ExitXen | Transport::ExitHypercall = self.transport {
                let message = "Xen's hypercall pages go with a doorbell: where KVM intercepts every vmcall, it \
                               makes the page itself";
                return Err(Failure::usage(message));
            }
            let blob = |path: &Option<PathBuf>| {
                let Some(path) = path else { return Ok(Blob::default()) };
                let failed =
                    |error: &dyn std::error::Error| Failure::failed(format!("{}: {error}", path.display()));
                let bytes = std::fs::read(path).map_err(|e| failed(&e))?;
                if bytes.is_empty() {
                    return Err(Failure::failed(format!("{} is empty; leave it out", path.display())));
                }
                Blob::from_bytes(&bytes).map_err(|e| failed(&e))
            };
            Ok(Some(XenBlobs { blob_32: blob(&self.xen_blob_32)?, blob_64: blob(&self.xen_blob_64)? }))
        }

        pub(super) fn kvm(&self, binding: &'static Binding) -> Result<ExitCode, Failure> {
            let transport = match self.transport {
                Transport::Auto => None,
                Transport::Pio => Some(vm::Transport::Pio),
                Transport::Mmio => Some(vm::Transport::Mmio),
                Transport::ExitHypercall => Some(vm::Transport::ExitHypercall),
                Transport::ExitXen => Some(vm::Transport::ExitXen),
            };
            let xen_blobs = self.xen_blobs()?;
            let options = |timeout, console| Options {
                binding,
                transport,
                via: self.via,
                vcpus: self.vcpus,
                policy: self.policy.clone(),
                timeout,
                console,
                xen_blobs,
                instruction: self.instruction.map(|instruction| match instruction {
                    Instruction::Vmcall => Processor::Intel,
                    Instruction::Vmmcall => Processor::Amd,
                }),
            };
            let Some(path) = &self.guest else {
                // What the built-in guest writes to its console is checked, not shown.
                let timeout = self.timeout.map_or(BUILT_IN_TIMEOUT, Duration::from_secs);
                let report = kvm::run(options(timeout, Box::new(|_| ()))).map_err(failure)?;
                return self.finish(&report);
            };
            let image = guest::load(path).map_err(Failure::failed)?;
            let console = Box::new(|text: &[u8]| {
                let _ = std::io::stderr().write_all(text);
            });
            let timeout = self.timeout.map_or(guest::FOREVER, Duration::from_secs);
            let ended = guest::run(&image, options(timeout, console)).map_err(failure)?;
            self.print(&ended.report)?;
            if ended.unlisted > 0 {
                eprintln!("hypercall: {} further calls are not listed", ended.unlisted);
            }
            if ended.code == 0 {
                return Ok(ExitCode::SUCCESS);
            }
            Err(Failure::failed(format!("the guest ended the VM with code {}", ended.code)))
        }
    }
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
impl Arguments {
    fn can_use_kvm(&self, _binding: &Binding) -> bool {
        eprintln!("hypercall: there is no KVM backend for this machine here: using the loopback backend");
        false
    }

    fn kvm(&self, _binding: &'static Binding) -> Result<ExitCode, Failure> {
        Err(Failure::failed("the KVM backend of this command is for x86_64 Linux; use --backend loopback"))
    }
}
