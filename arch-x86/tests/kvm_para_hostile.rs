//! The MSR-based hypercall API of 2007 on real KVM: registrations one over the other, on several vCPUs, during
//! a call, and memory that goes away.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;
mod para;

use bench::*;
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_core::memory::GuestMemory;
use hypercall_core::{Output, Policy};
use kvm_bindings::kvm_userspace_memory_region;
use para::*;
use std::sync::Arc;
use vm_memory::{GuestAddress, GuestMemoryBackend as _, GuestMemoryMmap};

/// A second page to register, and one for its call site.
const PAGE_2: u64 = 0xe000;
const SITE_2: u64 = 0xf000;

#[test]
fn a_page_registered_twice_gives_two_call_sites_that_work() {
    let Some(kvm) = kvm() else { return };
    for mode in Mode::ALL {
        let start = Start { mode, ..Start::LONG };
        let mut machine = Machine::new(&kvm, start, Policy::default(), 1);
        machine.registered(start);
        machine.fill(PAGE, 1, SITE_2);
        machine.register(0, PAGE);
        assert_eq!(machine.probes(), [PAGE, PAGE], "{start:?}");
        let all_ones = if start.is_64_bit() { u64::MAX } else { 0xffff_ffff };
        for site in [SITE, SITE_2] {
            machine.load(CALL, &call_code(site));
            machine.cpus[0].number(start, number(7));
            assert_eq!(machine.call(0), all_ones, "{start:?} {site:#x}");
        }
        assert_eq!(machine.vm.served(), 2, "{start:?}");
    }
}

#[test]
fn a_denied_second_registration_leaves_the_first_in_place() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 1);
    machine.registered(Start::LONG);
    machine.fill(PAGE_2, 2, SITE_2);
    machine.register(0, PAGE_2);
    assert_eq!(machine.probes(), [PAGE, PAGE], "RDMSR gives the page that is registered");
    machine.cpus[0].number(Start::LONG, number(7));
    assert_eq!((machine.call(0), machine.vm.served()), (u64::MAX, 1));
}

#[test]
fn each_vcpu_has_a_registration_of_its_own() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 2);
    machine.fill(PAGE, 1, SITE);
    machine.fill(PAGE_2, 0, SITE_2);
    machine.register(0, PAGE);
    machine.register(1, PAGE_2);
    assert_eq!(machine.probes(), [0, PAGE_2], "the second vCPU had none before");
    let pages = [0, 1].map(|i| machine.cpus[i].para.registration().unwrap().gpa);
    assert_eq!(pages, [PAGE, PAGE_2]);
    // One page for both is the guest's choice too.
    machine.register(1, PAGE);
    assert_eq!(machine.cpus[0].para.registration(), machine.cpus[1].para.registration());
    for vcpu in [0, 1] {
        machine.cpus[vcpu].number(Start::LONG, number(7));
        assert_eq!(machine.call(vcpu), u64::MAX);
    }
}

/// The first vCPU's call waits for its answer while the second registers the page and the call site again.
#[test]
fn a_registration_during_a_call_does_not_disturb_it() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 2);
    machine.registered(Start::LONG);
    machine.cpus[0].set(|r| (r.rip, r.rax, r.rdi) = (CALL, number(3), 0x1234)); // TEST_LATER
    let before = machine.cpus[0].regs();
    machine.load(CODE, &register_code(PAGE));
    machine.cpus[1].set(|r| r.rip = CODE);
    let (memory, vm) = (machine.memory().clone(), Arc::clone(&machine.vm));
    let [first, second] = &mut machine.cpus[..] else { panic!() };
    std::thread::scope(|scope| {
        let caller = scope.spawn(|| [first.step(&memory, &vm), first.step(&memory, &vm)]);
        let (completion, value) = vm.wait_for_deferral();
        let registered: Vec<_> = (0..4).map(|_| second.step(&memory, &vm)).collect();
        assert_eq!(registered, [Step::Msr, Step::Msr, Step::Msr, Step::Done]);
        completion.complete(Ok(Output::value(value + 1)));
        assert_eq!(caller.join().unwrap(), [Step::Called, Step::Done]);
    });
    let after = machine.cpus[0].regs();
    assert_eq!(after.rax, 0x1235);
    assert_eq!(kvm_bindings::kvm_regs { rax: before.rax, rip: before.rip, ..after }, before);
    assert_eq!(machine.cpus[1].para.registration(), machine.cpus[0].para.registration());
}

/// One vCPU calls through the site again and again while the other has it written again and again.
#[test]
fn a_site_that_is_patched_while_it_is_called_through_stays_the_same() {
    let Some(kvm) = kvm() else { return };
    const ROUNDS: usize = 200;
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 2);
    machine.registered(Start::LONG);
    // again: wrmsr; jmp again, with the registers set below
    machine.load(CODE, &[0x0f, 0x30, 0xeb, 0xfc]);
    machine.cpus[1].set(|r| (r.rip, r.rcx, r.rax) = (CODE, MAGIC.into(), PAGE));
    let (memory, vm) = (machine.memory().clone(), Arc::clone(&machine.vm));
    let [first, second] = &mut machine.cpus[..] else { panic!() };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                assert_eq!(second.step(&memory, &vm), Step::Msr);
            }
        });
        for _ in 0..ROUNDS {
            first.number(Start::LONG, number(7));
            assert_eq!(first.step(&memory, &vm), Step::Called);
            assert_eq!(first.step(&memory, &vm), Step::Done);
            assert_eq!(first.regs().rax, u64::MAX);
        }
    });
    assert_eq!(machine.vm.served(), ROUNDS as u32);
}

/// Memory behind that of the VM, which goes away again.
struct Plugged {
    all: GuestMemoryMmap,
    rest: GuestMemoryMmap,
}

/// Where it is: 8 MiB.
const HIGH: u64 = 8 << 20;
const HIGH_SIZE: u64 = 0x2000;

impl Plugged {
    fn new(machine: &Machine) -> Plugged {
        let region = region(HIGH, HIGH_SIZE as usize);
        let rest = machine.memory().clone();
        let all = rest.insert_region(region).unwrap();
        let plugged = Plugged { all, rest };
        plugged.slot(machine, HIGH_SIZE);
        plugged
    }

    fn slot(&self, machine: &Machine, memory_size: u64) {
        let host = self.all.get_host_address(GuestAddress(HIGH)).unwrap();
        let region = kvm_userspace_memory_region {
            slot: 1,
            guest_phys_addr: HIGH,
            memory_size,
            userspace_addr: host as u64,
            ..Default::default()
        };
        // SAFETY: the mapping is `all`'s, which each test keeps until its last KVM_RUN is over.
        #[allow(unsafe_code)]
        unsafe { machine.fds.fd().set_user_memory_region(region) }.unwrap();
    }
}

/// Runs the guest to its end, `steps` exits at most.
fn run(machine: &mut Machine, memory: &GuestMemoryMmap, steps: usize) -> Vec<Step> {
    let vm = Arc::clone(&machine.vm);
    let mut seen = Vec::new();
    while seen.len() < steps && !matches!(seen.last(), Some(Step::Done | Step::Faulted | Step::Else(_))) {
        seen.push(machine.cpus[0].step(memory, &vm));
    }
    seen
}

#[test]
fn a_page_whose_memory_is_gone_is_not_missed_by_a_call() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 1);
    let plugged = Plugged::new(&machine);
    let mut head = [0; 24];
    head[0] = 1;
    head[16..].copy_from_slice(&SITE.to_le_bytes());
    plugged.all.write(HIGH, &head).unwrap();
    machine.load(CODE, &register_code(HIGH));
    let seen = run(&mut machine, &plugged.all, 4);
    assert_eq!(seen, [Step::Msr, Step::Msr, Step::Msr, Step::Done]);
    assert_eq!(machine.probes(), [0, HIGH]);

    plugged.slot(&machine, 0);
    machine.cpus[0].number(Start::LONG, number(7));
    assert_eq!(run(&mut machine, &plugged.rest, 2), [Step::Called, Step::Done]);
    assert_eq!((machine.cpus[0].regs().rax, machine.vm.served()), (u64::MAX, 1));

    // The register still gives what was registered, and takes the page no more.
    machine.cpus[0].set(|r| r.rip = CODE);
    assert_eq!(run(&mut machine, &plugged.rest, 3), [Step::Msr, Step::Msr, Step::Faulted]);
    assert_eq!(machine.probes()[0], HIGH);
}

#[test]
fn a_call_site_whose_memory_is_gone_stops_the_guest_and_not_the_vmm() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 1);
    let plugged = Plugged::new(&machine);
    machine.fill(PAGE, 1, HIGH);
    machine.load(CODE, &register_code(PAGE));
    assert_eq!(run(&mut machine, &plugged.all, 4).pop(), Some(Step::Done));
    let mut site = [0; 5];
    plugged.all.read(HIGH, &mut site).unwrap();
    assert_eq!(site, [0xe6, PORT, 0xc3, 0, 0]);

    plugged.slot(&machine, 0);
    machine.load(CALL, &call_code(HIGH));
    machine.cpus[0].number(Start::LONG, number(7));
    let seen = run(&mut machine, &plugged.rest, 1);
    assert!(matches!(seen[..], [Step::Else(_)]), "{seen:?}");
    assert_eq!(machine.vm.served(), 0);

    // The VMM goes on: with the memory back, the guest makes its call.
    plugged.slot(&machine, HIGH_SIZE);
    machine.cpus[0].set(|r| (r.rip, r.rsp) = (CALL, STACK));
    machine.cpus[0].number(Start::LONG, number(7));
    assert_eq!(run(&mut machine, &plugged.all, 2), [Step::Called, Step::Done]);
    plugged.slot(&machine, 0);
}

#[test]
fn a_vmm_whose_memory_went_away_during_the_registration_denies_it() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 1);
    let plugged = Plugged::new(&machine);
    machine.fill(PAGE, 1, HIGH);
    plugged.slot(&machine, 0);
    machine.load(CODE, &register_code(PAGE));
    assert_eq!(run(&mut machine, &plugged.rest, 4).pop(), Some(Step::Done));
    assert_eq!(machine.probes(), [0, 0]);
    assert_eq!(machine.page(PAGE)[12..16], [0xff; 4]);
}

#[test]
fn a_flood_of_registrations_ends_when_the_vmm_says_so() {
    let Some(kvm) = kvm() else { return };
    let mut machine = Machine::new(&kvm, Start::LONG, Policy::default(), 1);
    machine.fill(PAGE, 1, SITE);
    // again: wrmsr; inc qword ptr [PAGE + 16]; jmp again
    machine.load(CODE, &[0x0f, 0x30, 0x48, 0xff, 0x04, 0x25, 0x10, 0x90, 0, 0, 0xeb, 0xf4]);
    machine.cpus[0].set(|r| (r.rip, r.rcx, r.rax) = (CODE, MAGIC.into(), PAGE));
    for round in 0..0x1010 {
        assert_eq!(machine.step(0), Step::Msr, "{round:#x}");
        let denied = machine.page(PAGE)[12..16] == [0xff; 4];
        assert_eq!(denied, (0xffd..0x1000).contains(&round), "{round:#x}");
    }
    // Every site that was accepted is a whole sequence or the start of one, and the next page's begin too.
    assert_eq!(machine.page(SITE)[..3], [0xe6; 3]);
    assert_eq!(machine.page(SITE)[0xffc..], [0xe6, PORT, 0xc3, 0]);
}
