//! A VMM on `kvm-ioctls` and `vm-memory` with one hypercall of its own next to KVM's.
//!
//! `cargo run -p tiny-vmm` runs a built-in guest on /dev/kvm, which makes the calls of `SCRIPT` through a port
//! doorbell, `out 0x48, al`. The status is 0 if each answer is right.

use hypercall_arch_x86::kvm::{KvmCalls, Served, cpuid, probe, setup, tsc, vm::KvmVm, watchdog::Watchdog};
use hypercall_arch_x86::{convention, cpuid::Abi, entry};
use hypercall_core::{interface, memory::GuestMemory, prelude::*};
use hypercalls::catalogue::kvm::{Icr, MapGpaAttributes};
use hypercalls::{services::*, stock};
use kvm_ioctls::VcpuExit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use vm_memory::{Bytes, GuestAddress, GuestMemoryMmap};

/// ACME's number space: 0x4143_0000 and up, `AC` in ASCII, where no other vendor's call or Linux's can be.
static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// Sets the brightness of the VM's lamp. The result is what it was before.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "ACME_SET_LAMP", interface = ACME, arch(x86), status = active)]
struct SetLamp {
    /// The brightness, 0 to 100.
    percent: u8,
}

/// The VM, as far as its calls are concerned. The traits below are what the stock handlers want of it.
struct Vm {
    memory: GuestMemoryMmap,
    tsc_offset: u64,
    lamp: AtomicU8,
}

/// The handler of the VMM's own call. A `percent` over 8 bits never gets here: the type refuses it.
fn set_lamp(vm: &Vm, call: SetLamp, _: &mut Context<'_>) -> Result<u64, Error> {
    if call.percent > 100 { Err(Error::Invalid) } else { Ok(vm.lamp.swap(call.percent, Relaxed).into()) }
}

impl Memory for Vm {
    fn memory(&self) -> &dyn GuestMemory {
        &self.memory
    }
}
/// There is one vCPU, no interrupt controller, and nobody to wake or to yield to.
impl Interrupts for Vm {
    fn poll(&self, _vcpu: u32) {}
    fn kick(&self, _vcpu: u32, _apic_id: u32) {}
    fn send_ipi(&self, _vcpu: u32, _apic_id: u32, _icr: Icr) -> bool {
        false
    }
    fn yield_to(&self, _vcpu: u32, _apic_id: u64) {}
}
impl PairedClock for Vm {
    fn pairing(&self, _vcpu: u32) -> Result<Pairing, Error> {
        Ok(Pairing { time: WallTime::now()?, tsc: tsc::host().wrapping_add(self.tsc_offset) })
    }
}
/// All memory is shared with the host. A VMM with private memory would call KVM_SET_MEMORY_ATTRIBUTES.
impl GpaRanges for Vm {
    fn is_memory(&self, range: GpaRange) -> bool {
        GuestMemory::contains(&self.memory, range.first().get(), range.bytes())
    }
    fn convert(&self, _vcpu: u32, _range: GpaRange, attributes: MapGpaAttributes) -> Result<(), Error> {
        if attributes.encrypted { Err(Error::Unsupported) } else { Ok(()) }
    }
}

const DOORBELL: u8 = 0x48;
const CODE: u64 = 0x1000;
const CALLS: u64 = 0x3000;

/// What the guest calls: RAX (the number), RBX, RCX, RDX, RSI, and what it is to find in RAX afterwards.
const SCRIPT: [(&str, [u64; 5], i64); 11] = [
    ("ACME_SET_LAMP 70", [0x4143_0001, 70, 0, 0, 0], 0),
    ("ACME_SET_LAMP 101", [0x4143_0001, 101, 0, 0, 0], -22), // -KVM_EINVAL
    ("ACME_SET_LAMP 30", [0x4143_0001, 30, 0, 0, 0], 70),
    ("KVM_HC_VAPIC_POLL_IRQ", [1, 0, 0, 0, 0], 0),
    ("KVM_HC_KICK_CPU", [5, 0, 0, 0, 0], 0),
    ("KVM_HC_CLOCK_PAIRING", [9, 0x4000, 0, 0, 0], 0),
    ("KVM_HC_SEND_IPI", [10, 1, 0, 0, 0xfd], 0), // nobody accepted it
    ("KVM_HC_SCHED_YIELD", [11, 0, 0, 0, 0], 0),
    ("KVM_HC_MAP_GPA_RANGE shared", [12, 0x5000, 1, 0, 0], 0),
    ("KVM_HC_MAP_GPA_RANGE private", [12, 0x5000, 1, 0x10, 0], -95), // -KVM_EOPNOTSUPP
    ("13, which is nobody's", [13, 0, 0, 0, 0], -1000),              // -KVM_ENOSYS
];

/// Makes the calls of the table at CALLS, six words each, and leaves each answer in the sixth.
#[rustfmt::skip]
const GUEST: [u8; 44] = [
    0xbf, 0x00, 0x30, 0x00, 0x00, 0xbd, SCRIPT.len() as u8, 0x00, 0x00, 0x00, // mov edi, CALLS; mov ebp, 11
    0x48, 0x8b, 0x07, 0x48, 0x8b, 0x5f, 0x08, 0x48, 0x8b, 0x4f, 0x10, // mov rax, [rdi]; rbx; rcx
    0x48, 0x8b, 0x57, 0x18, 0x48, 0x8b, 0x77, 0x20, 0xe6, DOORBELL, // rdx; rsi; out 0x48, al
    0x48, 0x89, 0x47, 0x28, 0x48, 0x83, 0xc7, 0x30, // mov [rdi + 40], rax; add rdi, 48
    0xff, 0xcd, 0x75, 0xdf, 0xf4, // dec ebp; jnz to the first load; hlt
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let kvm = probe::open()?;
    let vm_fd = KvmVm::new(&kvm, 1 << 20)?;
    let mut vcpu = vm_fd.fd().create_vcpu(0)?;
    let (memory, tsc_offset) = (vm_fd.memory().clone(), tsc::offset(&vcpu)?);
    let vm = Vm { memory, tsc_offset, lamp: AtomicU8::new(0) };

    // Which calls there are, where they come in, and who serves them: frozen by build(), which refuses nonsense.
    let builder = Dispatcher::<Vm>::builder(Arch::X86)
        .entry(entry::port(DOORBELL), &convention::KVM, &interface::KVM)
        .handle(set_lamp);
    let dispatcher = Arc::new(stock::kvm_x86(builder).build()?);

    // A guest finds the doorbell and the calls in its CPUID; the built-in one knows them.
    let mut leaves = kvm.get_supported_cpuid(kvm_bindings::KVM_MAX_CPUID_ENTRIES)?;
    cpuid::install(&mut leaves, &Abi::of(&dispatcher), Default::default())?;
    vcpu.set_cpuid2(&leaves)?;
    vm.memory.write_slice(&GUEST, GuestAddress(CODE))?;
    for (call, (_, registers, _)) in SCRIPT.iter().enumerate() {
        vm.memory.write_obj(*registers, GuestAddress(CALLS + 48 * call as u64))?;
    }
    let start = setup::Entry {
        mode: setup::Mode::Long,
        user: false,
        rip: CODE,
        stack: 0x8000,
        kernel_stack: 0x9000,
        tables: 0x1_0000,
        ports: &[],
        handlers: &[],
    };
    setup::enter(&vcpu, &vm.memory, &start)?;

    // The VMM's own loop: whatever exit is a call is served, the others are the VMM's as ever.
    let mut calls = KvmCalls::new(dispatcher, 0)?;
    calls.prepare(vm_fd.fd(), &mut vcpu);
    let _watchdog = Watchdog::arm(std::time::Duration::from_secs(10))?;
    loop {
        match calls.recognise(vcpu.run()?) {
            // No handler here ends the VM; where one does, this is `Served::Exit`.
            Ok(call) => assert_eq!(calls.serve(call, &mut vcpu, &vm)?, Served::Resume),
            Err(VcpuExit::Hlt) => break,
            Err(other) => return Err(format!("an exit nobody expects: {other:?}").into()),
        }
    }

    let mut right = vm.lamp.load(Relaxed) == 30;
    for (call, (name, _, expected)) in SCRIPT.iter().enumerate() {
        let answer: i64 = vm.memory.read_obj(GuestAddress(CALLS + 48 * call as u64 + 40))?;
        println!("{name:28} {answer:6} {}", if answer == *expected { "right" } else { "WRONG" });
        right &= answer == *expected;
    }
    if right { Ok(()) } else { Err("an answer is wrong".into()) }
}
