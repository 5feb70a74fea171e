//! The VM of `hypercall run` on KVM: how its guest reaches it, its vCPUs, and what can go wrong.

use super::list::Own;
use super::machine::{Machine, Sink};
use super::{Binding, Via, dispatcher_via};
use crate::builtin::{BELL_ADDRESS, BELL_PORT, DOORBELL_ADDRESS, DOORBELL_PORT, Site};
use crate::cases::Case;
use crate::services::XenIdentity;
use hypercall_arch_x86::cpuid::{Abi, Vmcall};
use hypercall_arch_x86::kvm::cpuid::{install, install_xen, processor};
use hypercall_arch_x86::kvm::ring::EventBell;
use hypercall_arch_x86::kvm::translate::Translator;
use hypercall_arch_x86::kvm::xen::{Offer, offer};
use hypercall_arch_x86::kvm::{KvmCalls, KvmError, KvmVm, msr, probe, tsc, xen_exit};
use hypercall_arch_x86::para::{self, Para, ParaError, ParaVcpu, Processor};
use hypercall_arch_x86::xen::{self, Blob, Xen, XenError};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::ring::{Doorbell, Polling, Rings};
use hypercall_core::{Arch, BuildError, Dispatcher, EntryPoint, Policy, VmExit, interface};
use kvm_bindings::{CpuId, KVM_MAX_CPUID_ENTRIES};
use kvm_ioctls::{Kvm, VcpuFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How the guest reaches the VMM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The port doorbell.
    Pio,
    /// The MMIO doorbell.
    Mmio,
    /// `vmcall` or `vmmcall`, of which KVM hands out number 12 as KVM_EXIT_HYPERCALL.
    ExitHypercall,
    /// `vmcall` or `vmmcall`, of which KVM hands out every number as KVM_EXIT_XEN.
    ExitXen,
}

impl Transport {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        self.entry().transport
    }

    fn entry(self) -> EntryPoint {
        match self {
            Transport::Pio => entry::port(DOORBELL_PORT),
            Transport::Mmio => entry::mmio(DOORBELL_ADDRESS),
            Transport::ExitHypercall => entry::EXIT_HYPERCALL,
            Transport::ExitXen => entry::EXIT_XEN,
        }
    }

    /// How the guest wakes the host of a ring: KVM itself tells the host, without an exit.
    fn bell(self) -> Doorbell {
        match self {
            Transport::Mmio => Doorbell::Mmio(BELL_ADDRESS),
            _ => Doorbell::Port(BELL_PORT),
        }
    }

    fn probed(self) -> probe::Transport {
        match self {
            Transport::Pio => probe::Transport::Pio,
            Transport::Mmio => probe::Transport::Mmio,
            Transport::ExitHypercall => probe::Transport::ExitHypercall,
            Transport::ExitXen => probe::Transport::ExitXen,
        }
    }

    /// Whether a case gets through to the VMM.
    pub(super) fn carries(self, case: &Case) -> bool {
        self != Transport::ExitHypercall || (*case.interface == interface::KVM && case.number == 12)
    }

    /// Whether a user program's call gets through to the VMM's policy.
    pub(super) fn takes_user_calls(self) -> bool {
        self != Transport::ExitXen
    }

    /// KVM replaces either of the two instructions by the processor's own for a kernel
    /// (KVM_X86_QUIRK_FIX_HYPERCALL_INSN), and raises #GP for a user program that has the wrong one.
    fn site(self, processor: Option<Processor>) -> Site {
        match self {
            Transport::Pio => Site::Port,
            Transport::Mmio => Site::Mmio,
            Transport::ExitHypercall | Transport::ExitXen if processor == Some(Processor::Amd) => {
                Site::Vmmcall
            }
            Transport::ExitHypercall | Transport::ExitXen => Site::Vmcall,
        }
    }
}

/// Why the cases were not made, or not to their end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// KVM.
    #[error(transparent)]
    Kvm(#[from] KvmError),
    /// No dispatcher.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A transport that the API of 2007 does not have.
    #[error(transparent)]
    Para(#[from] ParaError),
    /// A hypercall page of Xen's that cannot be made.
    #[error(transparent)]
    Xen(#[from] XenError),
    /// A file descriptor or thread the system did not give.
    #[error("{what}: {source}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Guest memory that could not be set up.
    #[error("guest memory: {0}")]
    Memory(String),
    /// Transports that this host's KVM does not deliver, each with what the probe saw.
    #[error("this host's KVM does not deliver the call: {0}; `hypercall probe` shows what it delivers")]
    NotDelivered(String),
    /// CPUID leaves that do not reach the guest.
    #[error("the guest of vCPU {vcpu} reads other CPUID leaves than the VMM has set: {seen:x?}")]
    Leaves {
        /// The vCPU.
        vcpu: u32,
        /// What the guest read; zeros where it found no signature.
        seen: [[u32; 4]; 4],
    },
    /// A page of the 2007 API that the guest did not come to register.
    #[error(
        "the guest of vCPU {vcpu} did not register the page of the 2007 API as it was to; registered is {found:x?}"
    )]
    NotRegistered {
        /// The vCPU.
        vcpu: u32,
        /// What is registered.
        found: Option<para::Registration>,
    },
    /// The guest stopped where it should not have.
    #[error("vCPU {vcpu} stopped {place}: {reason}")]
    Stopped {
        /// The vCPU.
        vcpu: u32,
        /// At which call.
        place: String,
        /// The exit.
        reason: String,
    },
}

pub(super) fn ioctl(name: &'static str) -> impl FnOnce(kvm_ioctls::Error) -> RunError {
    move |error| KvmError::ioctl(name)(error).into()
}

/// What to run the cases with.
pub struct Options {
    /// The convention and its interface.
    pub binding: &'static Binding,
    /// How the guest reaches the VMM; `None` takes the first that the host delivers.
    pub transport: Option<Transport>,
    /// How the cases come to the dispatcher.
    pub via: Via,
    /// How many vCPUs make the list, at most [`MOST_VCPUS`](super::kvm::MOST_VCPUS).
    pub vcpus: u32,
    /// Which calls they may make.
    pub policy: Policy,
    /// How long a vCPU may take.
    pub timeout: Duration,
    /// Where its console goes.
    pub console: Sink,
    /// Xen's hypercall pages in place of the built-in one, where the convention is Xen's.
    pub xen_blobs: Option<XenBlobs>,
    /// Whose instruction the guest executes, `vmcall` or `vmmcall`, where the call is one; the host's processor's
    /// for `None`.
    pub instruction: Option<Processor>,
}

/// Xen's hypercall pages of the user's. A mode whose blob is empty has none.
#[derive(Clone, Debug, Default)]
pub struct XenBlobs {
    /// For guests outside long mode.
    pub blob_32: Blob,
    /// For guests in long mode.
    pub blob_64: Blob,
}

/// A VM's file descriptors and memory.
pub(super) struct Vm {
    pub(super) kvm_vm: KvmVm,
    pub(super) machine: Arc<Machine>,
    pub(super) binding: &'static Binding,
    /// How far the guest's time-stamp counter is ahead; the same for all vCPUs.
    tsc_offset: Arc<AtomicU64>,
    /// Whose `vmcall` or `vmmcall` the guest executes.
    processor: Option<Processor>,
    /// The API of 2007, where the guest finds its call site by that.
    para: Option<Para>,
    /// Xen's hypercall page, where the guest makes its calls in Xen's convention.
    pub(super) xen: Option<XenPage>,
    kvm: Kvm,
}

impl Vm {
    /// A VM with `size` bytes of memory from guest-physical address 0 on, and the machine that serves it.
    fn new(
        kvm: Kvm,
        size: u64,
        bell: Doorbell,
        Options { vcpus, binding, console, instruction, .. }: Options,
    ) -> Result<Vm, RunError> {
        let processor = instruction.or(processor(&supported_cpuid(&kvm)?));
        let kvm_vm = KvmVm::new(&kvm, size as usize)?;
        let memory = kvm_vm.memory().clone();
        let offset = Arc::new(AtomicU64::new(0));
        let counter = Box::new({
            let offset = Arc::clone(&offset);
            move |_| tsc::host().wrapping_add(offset.load(Ordering::Relaxed))
        });
        let machine = Machine::new(Arch::X86, vcpus, Box::new(memory), console, counter)
            .map_err(|source| RunError::System { what: "cannot start the worker thread", source })?;
        let events = Arc::new(EventBell::new(kvm_vm.fd(), bell)?);
        let machine = Arc::new(machine.with_rings_in(kvm_vm.memory().clone()).with_bell(bell, events));
        Ok(Vm { kvm_vm, machine, binding, tsc_offset: offset, processor, para: None, xen: None, kvm })
    }

    /// How the built-in guest makes a call by `transport`.
    pub(super) fn site(&self, transport: Transport) -> Site {
        transport.site(self.processor)
    }

    /// A vCPU with its CPUID, and its calls.
    pub(super) fn vcpu(
        &self,
        dispatcher: &Arc<Dispatcher<Machine>>,
        index: u32,
    ) -> Result<(VcpuFd, KvmCalls<Machine, Own>), RunError> {
        let kvm_fd = self.kvm_vm.fd();
        let mut fd = kvm_fd.create_vcpu(index.into()).map_err(ioctl("KVM_CREATE_VCPU"))?;
        let mut cpuid = supported_cpuid(&self.kvm)?;
        let abi = Abi::of(dispatcher);
        // The local APICs of these VMs are nowhere, so vmcall obtains none of the calls that look for them.
        let vmcall = Vmcall { map_gpa_range: abi.exit_hypercall, ..Vmcall::default() };
        install(&mut cpuid, &abi, vmcall)?;
        if let Some(page) = &self.xen {
            install_xen(&mut cpuid, page.xen(), XenIdentity::DEFAULT.version)?;
        }
        fd.set_cpuid2(&cpuid).map_err(ioctl("KVM_SET_CPUID2"))?;
        let (translator, memory) = (Translator::new(&fd)?, self.kvm_vm.memory().clone());
        let translation = move |linear, access| translator.translate(&memory, linear, access);
        self.machine.set_translation(index, Box::new(translation));
        self.tsc_offset.store(tsc::offset(&fd)?, Ordering::Relaxed);
        let mut calls = KvmCalls::with_list(Arc::clone(dispatcher), index)?;
        calls.prepare(kvm_fd, &mut fd);
        Ok((fd, calls))
    }

    /// What a vCPU registers by the API of 2007, where the VM offers that.
    pub(super) fn para(&self) -> Option<ParaVcpu> {
        self.para.map(ParaVcpu::new)
    }

    /// Offers Xen's hypercall page over a transport.
    fn offer_xen(
        &mut self,
        dispatcher: &Dispatcher<Machine>,
        transport: Transport,
        blobs: Option<XenBlobs>,
    ) -> Result<(), RunError> {
        let processor = self.processor.unwrap_or(Processor::Intel);
        let xen = match blobs {
            Some(XenBlobs { blob_32, blob_64 }) => Xen::new(xen::MSR, blob_32, blob_64)?,
            None => Xen::built_in(xen::MSR, dispatcher, transport.entry(), processor)?,
        };
        self.xen = Some(match transport {
            Transport::ExitXen => XenPage::Intercepted(xen),
            _ => XenPage::Offered(offer(self.kvm_vm.fd(), xen, &[])?),
        });
        Ok(())
    }

    /// Offers the API of 2007 over a transport.
    fn offer_para(&mut self, dispatcher: &Dispatcher<Machine>, transport: Transport) -> Result<(), RunError> {
        // A doorbell's call is the same on every processor, and KVM replaces a wrong `vmcall` (see above).
        let processor = self.processor.unwrap_or(Processor::Intel);
        self.para = Some(Para::new(dispatcher, transport.entry(), processor)?);
        Ok(msr::enable(self.kvm_vm.fd(), &[para::MSR])?)
    }
}

fn supported_cpuid(kvm: &Kvm) -> Result<CpuId, RunError> {
    kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).map_err(ioctl("KVM_GET_SUPPORTED_CPUID"))
}

/// Who puts Xen's hypercall page into the guest's memory.
pub(super) enum XenPage {
    /// As it is offered over a doorbell.
    Offered(Offer),
    /// The kernel, with a page of its own, where it intercepts every call.
    Intercepted(Xen),
}

impl XenPage {
    fn xen(&self) -> &Xen {
        match self {
            XenPage::Offered(offer) => offer.xen(),
            XenPage::Intercepted(xen) => xen,
        }
    }
}

/// Chooses the transport by what this host really delivers.
fn choose(kvm: &Kvm, wanted: Option<Transport>, is_para: bool) -> Result<Transport, RunError> {
    let choices = match wanted {
        Some(transport) => {
            if is_para {
                para::sequence(transport.entry(), Processor::Intel)?; // is there one at all?
            }
            vec![transport]
        }
        None if is_para => vec![Transport::Pio],
        None => vec![Transport::Pio, Transport::Mmio],
    };
    let mut refused = Vec::new();
    for transport in choices {
        let finding = probe::transport(kvm, transport.probed())?;
        if finding.is_delivered() {
            return Ok(transport);
        }
        refused.push(format!("{}: {finding}", transport.name()));
    }
    Err(RunError::NotDelivered(refused.join("; ")))
}

/// A VM, its dispatcher and its transport.
pub(super) fn start(
    options: Options,
    memory: u64,
) -> Result<(Vm, Arc<Dispatcher<Machine>>, Transport), RunError> {
    let (binding, via) = (options.binding, options.via);
    let (policy, xen_blobs) = (options.policy.clone(), options.xen_blobs.clone());
    let is_para = binding.convention.name == convention::PARA_2007.name;
    let kvm = probe::open()?;
    let transport = choose(&kvm, options.transport, is_para)?;
    let mut vm = Vm::new(kvm, memory, transport.bell(), options)?;
    if transport == Transport::ExitHypercall {
        vm.kvm_vm.enable_exit_hypercall()?;
    }
    if transport == Transport::ExitXen {
        xen_exit::enable(vm.kvm_vm.fd())?;
    }
    let dispatcher = dispatcher_via(via, &vm.machine, binding, &[transport.entry()], policy)?;
    if is_para {
        vm.offer_para(&dispatcher, transport)?;
    }
    if binding.convention.name == convention::XEN.name && transport != Transport::ExitHypercall {
        vm.offer_xen(&dispatcher, transport, xen_blobs)?;
    }
    Ok((vm, Arc::new(dispatcher), transport))
}

/// Has the thread that serves rings end, however the vCPUs do.
struct Stop<'a>(&'a Rings);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Serves the VM's rings on a thread of its own while `vcpus` runs, who may look how the first of their calls ended the
/// VM that did. Its ring says so itself ([`Rings::ended`]), and does not keep the others from being served.
pub(super) fn serving_rings<T>(
    vm: &Vm,
    dispatcher: &Dispatcher<Machine>,
    vcpus: impl FnOnce(&OnceLock<VmExit>) -> Result<T, RunError>,
) -> Result<(T, Option<VmExit>), RunError> {
    let ended = OnceLock::new();
    let (rings, memory) = (vm.machine.rings(), vm.kvm_vm.memory());
    let results = std::thread::scope(|scope| {
        let poll = || {
            while let Some(exit) = rings.poll(memory, dispatcher, &*vm.machine, Polling::default()) {
                ended.get_or_init(|| exit);
            }
        };
        let thread = std::thread::Builder::new().name("rings".to_string()).spawn_scoped(scope, poll);
        thread.map_err(|source| RunError::System { what: "cannot start the rings' thread", source })?;
        let _stop = Stop(rings);
        vcpus(&ended)
    })?;
    Ok((results, ended.into_inner()))
}

/// Runs each vCPU on a thread of its own, and waits for all of them.
pub(super) fn on_threads<T: Send>(
    vcpus: u32,
    vcpu: impl Fn(u32) -> Result<T, RunError> + Sync,
) -> Result<Vec<T>, RunError> {
    let vcpu = &vcpu;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..vcpus)
            .map(|index| {
                let name = format!("vcpu {index}");
                std::thread::Builder::new().name(name).spawn_scoped(scope, move || vcpu(index))
            })
            .collect();
        let finished = threads.into_iter().map(|thread| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(source) => Err(RunError::System { what: "cannot start a vCPU's thread", source }),
        });
        // All of them are joined before the first failure is looked at.
        finished.collect::<Vec<_>>().into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_programs_execute_their_processors_instruction() {
        let by = |processor| Transport::ExitHypercall.site(processor);
        assert_eq!(by(Some(Processor::Amd)), Site::Vmmcall);
        assert_eq!(by(Some(Processor::Intel)), Site::Vmcall);
        assert_eq!(by(None), Site::Vmcall);
        assert_eq!(Transport::Pio.site(Some(Processor::Amd)), Site::Port);
    }
}
