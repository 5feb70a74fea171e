//! What KVM's calls do, seen by guests on real KVM: a call is right when the guest can tell.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod support;

use hypercall_arch_x86::kvm::backend::Stop;
use hypercall_core::VmExit;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use support::remote::Delivery;
use support::vm::MEMORY;
use support::{Event, Start, VECTOR, Vm, kvm};

/// Programs end with HYPERCALL_EXIT, 0x4856_0033, or by writing to the port DONE, 0x4a.
#[allow(unsafe_code)] // assembly
mod programs {
    use super::support::guest::guest;

    // [RDI] = 1, halt, [RDI + 8] = 1, end. Interrupts stay disabled.
    guest!(
        sleeper,
        "mov qword ptr [rdi], 1",
        "hlt",
        "mov qword ptr [rdi + 8], 1",
        "mov eax, 0x48560033",
        "xor ebx, ebx",
        "out 0x48, al",
    );
    // Watches [RDI + 8] for a while: its bits in RSI. KVM_HC_KICK_CPU for R10, its result in R11. Watches.
    // KVM_HC_KICK_CPU for R8, its result in R9. Ends when [RDI + 8] is set.
    guest!(
        kicker,
        "xor esi, esi",
        "mov ebp, 2000",
        "2: or rsi, [rdi + 8]",
        "dec ebp",
        "jnz 2b",
        "mov eax, 5",
        "xor ebx, ebx",
        "mov rcx, r10",
        "out 0x48, al",
        "mov r11, rax",
        "mov ebp, 2000",
        "3: or rsi, [rdi + 8]",
        "dec ebp",
        "jnz 3b",
        "mov eax, 5",
        "mov rcx, r8",
        "out 0x48, al",
        "mov r9, rax",
        "4: cmp qword ptr [rdi + 8], 0",
        "je 4b",
        "mov eax, 0x48560033",
        "xor ebx, ebx",
        "out 0x48, al",
    );
    // Takes interrupts, halted in between.
    guest!(halting_target, "sti", "2: hlt", "jmp 2b");
    // Takes interrupts while it runs, without an exit of its own. Ends with the first.
    guest!(
        running_target,
        "sti",
        "2: cmp qword ptr [rdi], 0",
        "je 2b",
        "cli",
        "mov eax, 0x48560033",
        "xor ebx, ebx",
        "out 0x48, al",
    );
    // One call; done; from the beginning.
    guest!(call, "2: out 0x48, al", "out 0x4a, al", "jmp 2b");
    // Sends itself VECTOR with interrupts disabled and looks at [RDI] after each step.
    guest!(
        poller,
        "mov eax, 10",
        "mov ebx, 1",
        "xor ecx, ecx",
        "xor edx, edx",
        "mov esi, 0x50",
        "out 0x48, al", // KVM_HC_SEND_IPI
        "mov r8, rax",
        "mov eax, 1",
        "out 0x48, al", // KVM_HC_VAPIC_POLL_IRQ with IF = 0
        "mov r9, [rdi]",
        "sti",
        "nop",
        "mov eax, 0x48560000",
        "out 0x48, al", // HYPERCALL_NOP: an exit, but no poll
        "mov r10, [rdi]",
        "mov eax, 1",
        "out 0x48, al", // KVM_HC_VAPIC_POLL_IRQ with IF = 1
        "2: mov r11, [rdi]",
        "lea r12, [rip + 2b]",
        "mov r13, rax",
        "out 0x4a, al",
    );
    // The time-stamp counter in R8, KVM_HC_CLOCK_PAIRING at R12, its result in R10, the counter in R9.
    guest!(
        clock,
        "2: mov rbx, r12",
        "xor ecx, ecx",
        "rdtsc",
        "shl rdx, 32",
        "or rax, rdx",
        "mov r8, rax",
        "mov eax, 9",
        "out 0x48, al",
        "mov r10, rax",
        "rdtsc",
        "shl rdx, 32",
        "or rax, rdx",
        "mov r9, rax",
        "out 0x4a, al",
        "jmp 2b",
    );
}

const EXITED: Stop = Stop::Exit(VmExit { code: 0 });

/// -KVM_EINVAL (Linux `include/uapi/linux/kvm_para.h`).
const EINVAL: u64 = -22_i64 as u64;

/// Where in the order of events the first such event is.
fn place(events: &[Event], event: Event) -> usize {
    events.iter().position(|e| *e == event).unwrap_or_else(|| panic!("no {event:?} in {events:?}"))
}

#[test]
fn a_halted_vcpu_goes_on_when_another_kicks_it_and_not_before() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1, 2], "default");
    let mut kicker = vm.guest(0, Start::Kernel, programs::kicker());
    let mut sleeper = vm.guest(1, Start::Kernel, programs::sleeper());
    let mut bystander = vm.guest(2, Start::Kernel, programs::sleeper());
    let (data, bystanders_data) = (sleeper.data(), bystander.data());
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(move || sleeper.run());
        let bystander = scope.spawn(move || bystander.run());
        vm.machine.wait_for(Event::Halted(1), 1);
        vm.machine.wait_for(Event::Halted(2), 1);
        // First for nobody, then for the sleeper.
        kicker.set(|r| (r.rdi, r.r10, r.r8) = (data, 77, 1));
        assert_eq!(kicker.run(), EXITED);
        assert_eq!(sleeper.join().unwrap(), EXITED);
        vm.machine.stop();
        assert_eq!(bystander.join().unwrap(), Stop::Halted, "nobody kicked it");
    });
    let regs = kicker.regs();
    assert_eq!(regs.rsi, 0, "the guest saw the sleeper awake before it kicked it");
    assert_eq!((regs.r11, regs.r9), (0, 0), "the calls' results");
    assert_eq!((vm.machine.value(data), vm.machine.value(data + 8)), (1, 1));
    assert_eq!((vm.machine.value(bystanders_data), vm.machine.value(bystanders_data + 8)), (1, 0));
    let events = vm.machine.events();
    let kick = |apic_id| place(&events, Event::Kicked { by: 0, apic_id });
    let (halted, resumed) = (place(&events, Event::Halted(1)), place(&events, Event::Resumed(1)));
    assert!(halted < kick(77) && kick(77) < kick(1) && kick(1) < resumed, "{events:?}");
    assert!(!events.contains(&Event::Resumed(2)), "{events:?}");
}

/// One KVM_HC_SEND_IPI: the registers, the result, and which vCPUs take the vector.
struct Ipi {
    what: &'static str,
    low: u64,
    high: u64,
    lowest: u64,
    icr: u64,
    result: u64,
    targets: &'static [usize],
}

/// Sends each, and looks at the end of each who took what how often.
fn send(apic_ids: &[u32], ipis: &[Ipi]) {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, apic_ids, "default");
    let mut sender = vm.guest(0, Start::Kernel, programs::call());
    let targets: Vec<_> =
        (1..apic_ids.len()).map(|index| vm.guest(index, Start::Kernel, programs::halting_target())).collect();
    let data: Vec<u64> = std::iter::once(sender.data()).chain(targets.iter().map(|t| t.data())).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = targets.into_iter().map(|mut t| scope.spawn(move || t.run())).collect();
        let mut taken = vec![0; apic_ids.len()];
        for index in 1..apic_ids.len() {
            vm.machine.wait_for(Event::Halted(index as u32), 1);
        }
        for ipi in ipis {
            sender.set(|r| {
                (r.rax, r.rbx, r.rcx, r.rdx, r.rsi) = (10, ipi.low, ipi.high, ipi.lowest, ipi.icr);
            });
            assert_eq!(sender.run_to_done().rax, ipi.result, "{}", ipi.what);
            for target in ipi.targets {
                taken[*target] += 1;
                vm.machine.wait_for(Event::Halted(*target as u32), 1 + taken[*target]);
            }
            // What was sent is pending before the call returns: whoever has nothing pending got nothing.
            for (index, remote) in vm.machine.remotes.iter().enumerate() {
                assert!(!remote.is_pending(), "{}: vCPU {index}", ipi.what);
                assert_eq!(vm.machine.value(data[index]), taken[index] as u64, "{}: vCPU {index}", ipi.what);
                assert_eq!(vm.machine.value(data[index] + 8), 0, "{}: another vector", ipi.what);
            }
        }
        vm.machine.stop();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Stop::Halted);
        }
    });
}

const ICR: u64 = VECTOR as u64;

#[test]
fn of_two_vcpus_the_target_takes_an_ipi_exactly_once() {
    let ipi =
        |what, low, high, lowest, result, targets| Ipi { what, low, high, lowest, icr: ICR, result, targets };
    send(
        &[0, 1],
        &[
            ipi("low bitmap", 0b10, 0, 0, 1, &[1]),
            ipi("again", 0b10, 0, 0, 1, &[1]),
            ipi("lowest is the target", 0b1, 0, 1, 1, &[1]),
            // Linux adds 64 to the lowest id in 32 bits (arch/x86/kvm/lapic.c, kvm_pv_send_ipi).
            ipi("high bitmap, its start wraps to 0", 0, 0b10, 0xffff_ffc0, 1, &[1]),
            ipi("nobody", 0, 0, 0, 0, &[]),
        ],
    );
}

#[test]
fn of_four_vcpus_each_target_takes_an_ipi_exactly_once_and_the_others_none() {
    let ipi =
        |what, low, high, lowest, result, targets| Ipi { what, low, high, lowest, icr: ICR, result, targets };
    send(
        &[0, 1, 65, 200],
        &[
            ipi("low bitmap", 0b10, 0, 0, 1, &[1]),
            ipi("high bitmap", 0, 0b10, 0, 1, &[2]),
            ipi("both", 0b10, 0b10, 0, 2, &[1, 2]),
            ipi("ids without a vCPU", 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_fffc, 0, 1, &[1]),
            ipi("bit 63 of the low one", 1 << 63, 0, 137, 1, &[3]),
            ipi("bit 63 of the high one", 0, 1 << 63, 73, 1, &[3]),
            ipi("all but the sender", u64::MAX, u64::MAX, 1, 2, &[1, 2]),
            ipi("upper half of the lowest id", 0b1, 0, 0xabcd_0000_0041, 1, &[2]),
            ipi("ids past 2^32", u64::MAX, 0, 0xffff_ffff, 0, &[]),
            // ICR bits that are refused: Linux APIC_DEST_MASK and APIC_SHORT_MASK.
            Ipi {
                what: "logical",
                low: 2,
                high: 2,
                lowest: 0,
                icr: ICR | 0x800,
                result: EINVAL,
                targets: &[],
            },
            Ipi {
                what: "self",
                low: 2,
                high: 2,
                lowest: 0,
                icr: ICR | 0x4_0000,
                result: EINVAL,
                targets: &[],
            },
            Ipi {
                what: "all",
                low: 2,
                high: 2,
                lowest: 0,
                icr: ICR | 0x8_0000,
                result: EINVAL,
                targets: &[],
            },
            // The level bit, which Linux guests set, is none of them.
            Ipi { what: "level", low: 2, high: 2, lowest: 0, icr: ICR | 0x4000, result: 2, targets: &[1, 2] },
        ],
    );
}

#[test]
fn a_vcpu_takes_an_ipi_while_it_runs() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1], "default");
    let mut sender = vm.guest(0, Start::Kernel, programs::call());
    let mut target = vm.guest(1, Start::Kernel, programs::running_target());
    let data = target.data();
    std::thread::scope(|scope| {
        let target = scope.spawn(move || target.run());
        // Long enough for it to be in the guest; right in any case.
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(vm.machine.value(data), 0);
        sender.set(|r| (r.rax, r.rbx, r.rcx, r.rdx, r.rsi) = (10, 0b10, 0, 0, ICR));
        assert_eq!(sender.run_to_done().rax, 1);
        assert_eq!(target.join().unwrap(), EXITED);
    });
    assert_eq!(vm.machine.value(data), 1);
    assert!(!vm.machine.events().contains(&Event::Halted(1)));
}

#[test]
fn vapic_poll_irq_delivers_a_pending_interrupt_before_the_next_instruction() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0], "default");
    let mut guest = vm.guest(0, Start::Kernel, programs::poller());
    guest.remote().set_delivery(Delivery::WhenPolled);
    let regs = guest.run_to_done();
    assert_eq!(regs.r8, 1, "the vCPU accepts its own IPI");
    assert_eq!(regs.r9, 0, "taken with IF = 0");
    assert_eq!(regs.r10, 0, "taken without a poll");
    assert_eq!(regs.r11, 1, "not taken by the instruction behind the poll");
    assert_eq!(vm.machine.value(guest.data() + 16), regs.r12, "where the interrupt was taken");
    assert_eq!(regs.r13, 0, "the call's result");
    assert_eq!(vm.machine.value(guest.data()), 1);
}

/// The host's wall clock in nanoseconds.
fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos()
}

#[test]
fn clock_pairing_is_between_what_the_guest_reads_before_and_after() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1], "default");
    for index in [0, 1] {
        let mut guest = vm.guest(index, Start::Kernel, programs::clock());
        // struct kvm_clock_pairing (Linux arch/x86/include/uapi/asm/kvm_para.h): sec at 0, nsec at 8, tsc at
        // 16, flags at 24, 36 bytes of padding. Aligned, not aligned, across a page.
        for offset in [0x100, 0x201, 0xfe3] {
            for _ in 0..20 {
                let at = guest.data() + offset;
                vm.machine.load(at - 16, &[0xaa; 96]);
                guest.set(|r| r.r12 = at);
                let before = now();
                let regs = guest.run_to_done();
                let after = now();
                assert_eq!(regs.r10, 0);
                let [sec, nsec, tsc] = [0, 8, 16].map(|o| vm.machine.value(at + o));
                assert!(regs.r8 <= tsc && tsc <= regs.r9, "{:#x} {tsc:#x} {:#x}", regs.r8, regs.r9);
                assert!(nsec < 1_000_000_000, "{nsec}");
                let time = u128::from(sec) * 1_000_000_000 + u128::from(nsec);
                assert!(before <= time && time <= after, "{before} {time} {after}");
                for zero in (24..64).step_by(8) {
                    assert_eq!(vm.machine.value(at + zero), 0, "flags and padding, at {zero}");
                }
                for outside in [-16, -8, 64, 72] {
                    let value = vm.machine.value(at.wrapping_add_signed(outside));
                    assert_eq!(value, 0xaaaa_aaaa_aaaa_aaaa, "outside of the structure, at {outside}");
                }
            }
        }
    }
}

#[test]
fn sched_yield_names_the_vcpu_to_run_with_all_64_bits() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1], "default");
    let mut guest = vm.guest(1, Start::Kernel, programs::call());
    for apic_id in [0, 1, 77, 0x1_0000_0000, u64::MAX] {
        guest.set(|r| (r.rax, r.rbx) = (11, apic_id));
        assert_eq!(guest.run_to_done().rax, 0);
        assert_eq!(vm.machine.take_events(), [Event::Yielded { by: 1, apic_id }]);
    }
}

#[test]
fn map_gpa_range_reaches_the_vmm_with_the_values_of_the_guest() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1], "default");
    let mut guest = vm.guest(1, Start::Kernel, programs::call());
    let pages = MEMORY / 4096;
    // Attributes (Linux Documentation/virt/kvm/x86/hypercalls.rst): 1 and 2 are page sizes, 16 is encrypted.
    for (gpa, pages, attributes) in
        [(0, 1, 0), (0x3000, 5, 0x10), (0x20_0000, 512, 0x11), (0, pages, 0x12), (MEMORY - 4096, 1, 1)]
    {
        guest.set(|r| (r.rax, r.rbx, r.rcx, r.rdx) = (12, gpa, pages, attributes));
        assert_eq!(guest.run_to_done().rax, 0);
        assert_eq!(vm.machine.take_events(), [Event::Converted { by: 1, gpa, pages, attributes }]);
    }
    for (what, gpa, pages, attributes) in [
        ("unaligned", 0x3001, 1, 0),
        ("no pages", 0x3000, 0, 0),
        ("past the end of memory", MEMORY, 1, 0),
        ("across the end of memory", MEMORY - 4096, 2, 0),
        ("the doorbell's page", 0x7000_0000, 1, 0),
        ("past 2^64 in bytes", 0x1000, 1 << 52, 0),
        ("past 2^64 in bytes by far", 0x1000, u64::MAX, 0),
        ("the last page", 0xffff_ffff_ffff_f000, 1, 0),
        ("a page size there is not", 0, 1, 3),
        ("a reserved attribute", 0, 1, 0x20),
        ("the highest reserved attribute", 0, 1, 1 << 63),
    ] {
        guest.set(|r| (r.rax, r.rbx, r.rcx, r.rdx) = (12, gpa, pages, attributes));
        assert_eq!(guest.run_to_done().rax, EINVAL, "{what}");
        assert_eq!(vm.machine.take_events(), [], "{what}");
    }
}
