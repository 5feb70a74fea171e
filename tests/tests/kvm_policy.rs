//! What a VM's policy makes of calls on real KVM, and what the operator hears of it.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod support;

use hypercall_core::statistics::Counts;
use support::{Doorbell, Guest, Log, Start, Vm, kvm, one_call};

/// -KVM_ENOSYS and -KVM_EPERM (Linux `include/uapi/linux/kvm_para.h`).
const ENOSYS: u64 = -1000_i64 as u64;
const EPERM: u64 = -1_i64 as u64;

const NOP: u64 = 0x4856_0000;
const OLD_NOP: u64 = 0x4856_0038;
const HOST_TIME: u64 = 0x4856_003a;
/// A number of the project's own that is not given out.
const NOBODYS: u64 = 0x4856_ffff;

/// A VM with two vCPUs at CPL 0, and one that calls from CPL 3.
fn guests(vm: &Vm) -> [Guest; 3] {
    let program = one_call(Doorbell::Port);
    [(0, Start::Kernel), (1, Start::Kernel), (2, Start::User)].map(|(i, start)| vm.guest(i, start, &program))
}

/// The counts of one call on one vCPU.
fn counts(guest: &Guest, name: &str) -> Counts {
    let calls = &guest.vcpu.calls;
    let slot = calls.dispatcher().served().position(|d| d.name == name);
    assert!(slot.is_some(), "no call {name}");
    calls.vcpu().statistics().of(slot)
}

#[test]
fn a_denied_call_answers_as_an_unknown_one_and_is_counted_apart() {
    let Some(kvm) = kvm() else { return };
    let policy = "default,deny=KVM_HC_KICK_CPU,deny=kvm:9,deny=HYPERCALL_NOP";
    let vm = Vm::new(kvm, &[0, 1, 2], policy);
    let [mut guest, ..] = guests(&vm);
    let data = guest.data();
    let unknown = guest.call(NOBODYS, [data, 0, 0, 0]);
    assert_eq!(unknown, ENOSYS);
    for (number, name) in [(5, "KVM_HC_KICK_CPU"), (9, "KVM_HC_CLOCK_PAIRING"), (NOP, "HYPERCALL_NOP")] {
        // Right arguments and wrong ones: a denied call does not look at them.
        assert_eq!(guest.call(number, [data, 0, 0, 0]), unknown, "{name}");
        assert_eq!(guest.call(number, [u64::MAX; 4]), unknown, "{name}");
        let expected = Counts { calls: 2, denied: 2, ..Counts::default() };
        assert_eq!(counts(&guest, name), expected, "{name}");
    }
    assert_eq!(guest.call(11, [0; 4]), 0, "the others are served");
    let expected = Counts { calls: 8, denied: 6, unknown: 1, ..Counts::default() };
    assert_eq!(guest.counts(), expected);
    assert_eq!(vm.machine.value(data), 0, "the denied clock was not written");
}

#[test]
fn strict_serves_what_is_listed_and_nothing_else() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1, 2], "strict,allow=KVM_HC_SCHED_YIELD");
    let [mut guest, ..] = guests(&vm);
    for number in [1, 5, 9, 10, 12, NOP, OLD_NOP, HOST_TIME, NOBODYS] {
        assert_eq!(guest.call(number, [0x1000, 0, 0, 0]), ENOSYS, "{number:#x}");
    }
    assert_eq!(guest.call(11, [0; 4]), 0);
}

#[test]
fn confidential_denies_what_is_deprecated_and_what_makes_the_guest_trust_the_host() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1, 2], "confidential");
    let [mut guest, ..] = guests(&vm);
    let data = guest.data();
    for number in [9, OLD_NOP, HOST_TIME] {
        assert_eq!(guest.call(number, [data, 0, 0, 0]), ENOSYS, "{number:#x}");
    }
    assert_eq!(vm.machine.value(data), 0, "no clock in guest memory");
    for number in [1, 5, 11, NOP] {
        assert_eq!(guest.call(number, [0; 4]), 0, "{number:#x}");
    }
    assert_eq!(guest.call(12, [0x1000, 1, 0x10, 0]), 0, "made for such guests");
}

#[test]
fn user_programs_learn_nothing_unless_the_policy_lets_them_call() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1, 2], "default,deny=HYPERCALL_MIX_1");
    let [_, _, mut user] = guests(&vm);
    // Served, denied, unknown, wrong arguments: all the same (Linux arch/x86/kvm/x86.c looks at CPL first).
    for (number, arguments) in
        [(NOP, 0), (11, 0), (0x4856_0001, 0), (NOBODYS, 0), (u64::MAX, 0), (9, u64::MAX)]
    {
        assert_eq!(user.call(number, [arguments; 4]), EPERM, "{number:#x}");
    }
    assert_eq!(user.counts(), Counts { calls: 6, user_refused: 6, ..Counts::default() });
    assert_eq!(vm.machine.events(), []);

    let vm = Vm::new(support::kvm().unwrap(), &[0, 1, 2], "default,user-mode,deny=HYPERCALL_MIX_1");
    let [_, _, mut user] = guests(&vm);
    assert_eq!(user.call(0x4856_0002, [3, 4, 0, 0]), 11);
    for number in [0x4856_0001, NOBODYS] {
        assert_eq!(user.call(number, [0; 4]), ENOSYS, "{number:#x}");
    }
    assert_eq!(user.counts(), Counts { calls: 3, denied: 1, unknown: 1, ..Counts::default() });
}

#[test]
fn a_deprecated_call_is_reported_once_a_vm_whichever_vcpu_makes_it() {
    let log = Log::new();
    for vms in 1..=2 {
        let Some(kvm) = kvm() else { return };
        let vm = Vm::new(kvm, &[0, 1, 2], "default");
        let [first, second, _user] = guests(&vm);
        std::thread::scope(|scope| {
            for mut guest in [first, second] {
                let log = log.clone();
                scope.spawn(move || {
                    log.during(|| {
                        for _ in 0..50 {
                            assert_eq!(guest.call(OLD_NOP, [0; 4]), 0);
                        }
                    });
                    let served = Counts { calls: 50, ..Counts::default() };
                    assert_eq!(counts(&guest, "HYPERCALL_OLD_NOP"), served);
                });
            }
        });
        let lines = log.lines();
        assert_eq!(lines.len(), vms, "{lines:?}");
        let last = &lines[vms - 1];
        assert!(last.contains("deprecated") && last.contains("HYPERCALL_OLD_NOP"), "{last}");
    }
}
