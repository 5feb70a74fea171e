//! Guests that do everything wrong, on real KVM: the VM answers or ends, the VMM goes on.
//!
//! Each call is made with poison in the registers it does not use, and must change RAX only: see
//! `support::Guest::call`.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod support;

use hypercall_arch_x86::kvm::backend::Stop;
use hypercall_core::VmExit;
use hypercall_core::panics::silence_handler_panics;
use kvm_bindings::kvm_regs;
use std::time::{Duration, Instant};
use support::vm::{MEMORY, POISON, is_done};
use support::{Doorbell, Event, Guest, Log, Start, Vm, kvm, one_call};

#[allow(unsafe_code)] // assembly
mod programs {
    use super::support::guest::guest;

    guest!(spin, "2: jmp 2b");
    // An invalid opcode with no interrupt descriptor table: a triple fault.
    guest!(triple_fault, "push 0", "push 0", "lidt [rsp]", "ud2");
    // A call that faults, with no interrupt descriptor table to take the fault by.
    guest!(fault_without_idt, "push 0", "push 0", "lidt [rsp]", "mov eax, 0x48560032", "out 0x48, al");
    guest!(page_tables_in_the_doorbell, "mov eax, 0x70000000", "mov cr3, rax", "nop", "out 0x4a, al");
    guest!(population_count, "popcnt rbx, rax", "out 0x4a, al");
    // Three bytes to the doorbell by one instruction.
    guest!(
        repeated_output,
        "mov ecx, 3",
        "mov edx, 0x48",
        "mov rsi, rdi",
        "cld",
        "rep outsb",
        "out 0x4a, al"
    );
    // A store that begins on the page before the doorbell's and ends in the doorbell.
    guest!(store_into_the_doorbell, "mov ecx, 0x6ffffffc", "mov [rcx], rax", "out 0x4a, al");
    guest!(exchange_with_the_doorbell, "mov ecx, 0x70000000", "xchg [rcx], eax", "out 0x4a, al");
    guest!(push_to_the_doorbell, "mov esp, 0x70000008", "push rax", "out 0x4a, al");
    guest!(return_address_in_the_doorbell, "mov esp, 0x70000008", "call 2f", "ud2", "2: out 0x4a, al");
}

/// The codes of KVM's errors, negated (Linux `include/uapi/linux/kvm_para.h`), and -EIO for the internal one.
const EPERM: i64 = -1;
const EIO: i64 = -5;
const E2BIG: i64 = -7;
const EFAULT: i64 = -14;
const EINVAL: i64 = -22;
const EOPNOTSUPP: i64 = -95;
const ENOSYS: i64 = -1000;

/// The project's own calls: the vendor's letters, HV, in the upper half.
const fn own(number: u64) -> u64 {
    0x4856_0000 + number
}
/// RFLAGS.RF, the resume flag.
const RF: u64 = 1 << 16;
const NOP: u64 = own(0x00);
const CONSOLE_WRITE: u64 = own(0x20);
const CHECKSUM: u64 = own(0x21);
const IDENTIFY: u64 = own(0x22);
const PANIC: u64 = own(0x34);

/// A number, four arguments, the result.
type Case = (&'static str, u64, [u64; 4], i64);

/// Makes the calls by each doorbell, a good one after each.
fn make(cases: &[Case]) {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0], "default");
    let mut guest = vm.guest(0, Start::Kernel, &[]);
    // Where a structure that does not fit would begin.
    let edge = MEMORY - 64;
    vm.machine.load(edge, &[0xaa; 64]);
    for doorbell in Doorbell::ALL {
        guest.load(&one_call(doorbell));
        for (what, number, arguments, result) in cases {
            let found = guest.call(*number, *arguments) as i64;
            assert_eq!(found, *result, "{what}: {number:#x} {arguments:x?} {doorbell:?}");
            assert_eq!(guest.call(NOP, [0; 4]), 0, "after {what}");
        }
    }
    for offset in (0..64).step_by(8) {
        assert_eq!(
            vm.machine.value(edge + offset),
            0xaaaa_aaaa_aaaa_aaaa,
            "a refused call wrote, at {offset}"
        );
    }
    assert_eq!(vm.machine.events(), [], "a refused call reached its service");
    let made = 2 * Doorbell::ALL.len() as u64 * cases.len() as u64;
    assert_eq!(guest.counts().calls, made);
}

#[test]
fn a_number_nobody_has_is_unknown() {
    let cases = [
        ("the first", 0),
        ("MMU_OP, removed", 2),
        ("FEATURES, PowerPC's", 3),
        ("PPC_MAP_MAGIC_PAGE", 4),
        ("MIPS_GET_CLOCK_FREQ", 6),
        ("MIPS_EXIT_VM", 7),
        ("MIPS_CONSOLE_OUTPUT", 8),
        ("the next of Linux's", 13),
        ("the last of KVM's space", 0xffff),
        ("behind KVM's space", 0x1_0000),
        ("a bit over 32 with KVM's number 1", 0x1_0000_0001),
        ("the upper half of -1 with KVM's number 5", 0xffff_ffff_0000_0005),
        ("the highest bit with an own number", 0x8000_0000_4856_0000),
        ("a bit over 32 with an own number", 0x1_4856_0000),
        ("an own number of PowerPC's", own(0x07)),
        ("an obsolete own number", own(0x39)),
        ("the last own number", own(0xffff)),
        ("before the vendor's", 0x4855_ffff),
        ("another vendor's", 0x4143_0001),
        ("the bottom of the vendor range", 0x4000_0000),
        ("a negative one", 0x8000_0000),
        ("all bits of 32", 0xffff_ffff),
        ("all bits of 64", u64::MAX),
    ];
    make(&cases.map(|(what, number)| (what, number, [0, 0, 1, 0], ENOSYS)));
}

#[test]
fn a_wrong_argument_of_a_kvm_call_is_refused() {
    make(&[
        // KVM_HC_CLOCK_PAIRING: address, type. The type is looked at first.
        ("a clock there is not", 9, [0x1000, 1, 0, 0], EOPNOTSUPP),
        ("a clock over 32 bits", 9, [0x1000, 1 << 32, 0, 0], EOPNOTSUPP),
        ("a clock there is not, nowhere", 9, [u64::MAX, 1, 0, 0], EOPNOTSUPP),
        ("a clock that does not fit", 9, [MEMORY - 63, 0, 0, 0], EFAULT),
        ("a clock behind memory", 9, [MEMORY, 0, 0, 0], EFAULT),
        ("a clock in the doorbell", 9, [0x7000_0000, 0, 0, 0], EFAULT),
        ("a clock that wraps", 9, [u64::MAX - 31, 0, 0, 0], EFAULT),
        ("a clock at the last address", 9, [u64::MAX, 0, 0, 0], EFAULT),
        // KVM_HC_SEND_IPI: low, high, lowest, ICR.
        ("logical destination mode", 10, [1, 0, 0, 0x8fd], EINVAL),
        ("shorthand self", 10, [1, 0, 0, 0x4_00fd], EINVAL),
        ("shorthand all", 10, [1, 0, 0, 0x8_00fd], EINVAL),
        ("shorthand all but self", 10, [1, 0, 0, 0xc_00fd], EINVAL),
        // KVM_HC_MAP_GPA_RANGE: address, pages, attributes.
        ("an address in a page", 12, [0x1008, 1, 0, 0], EINVAL),
        ("no pages", 12, [0x1000, 0, 0, 0], EINVAL),
        ("one page too many", 12, [0x1000, MEMORY / 4096, 0, 0], EINVAL),
        ("a range that wraps in pages", 12, [0x1000, u64::MAX, 0, 0], EINVAL),
        ("a range that wraps in bytes", 12, [0x1000, 1 << 52, 0, 0], EINVAL),
        ("a range that wraps at the end", 12, [!0xfff, 1, 0, 0], EINVAL),
        ("a page size there is not", 12, [0x1000, 1, 0xf, 0], EINVAL),
        ("a reserved attribute", 12, [0x1000, 1, 1 << 40, 0], EINVAL),
    ]);
}

#[test]
fn a_wrong_argument_of_each_type_is_refused() {
    let types = own(0x12); // page, count of 32 bits that is not 0, three flags, a switch
    make(&[
        ("an address in a page", types, [0x1fff, 1, 0, 0], EINVAL),
        ("the last address", types, [u64::MAX, 1, 0, 0], EINVAL),
        ("a count of 0", types, [0x1000, 0, 0, 0], EINVAL),
        ("a count over 32 bits", types, [0x1000, 1 << 32 | 1, 0, 0], EINVAL),
        ("a reserved flag", types, [0x1000, 1, 8, 0], EINVAL),
        ("a reserved flag over 32 bits", types, [0x1000, 1, 1 << 32 | 1, 0], EINVAL),
        ("a switch that is neither", types, [0x1000, 1, 0, 2], EINVAL),
        ("a switch with an upper half", types, [0x1000, 1, 0, 1 << 32 | 1], EINVAL),
        ("all of it", types, [u64::MAX; 4], EINVAL),
        ("a sign that is not extended", own(0x13), [0x8000_0000, 0, 0, 0], EINVAL),
        ("a sign extended from nothing", own(0x13), [0xffff_ffff_7fff_ffff, 0, 0, 0], EINVAL),
        ("9 bits for 8", own(0x14), [0x100, 0, 0, 0], EINVAL),
        ("17 bits for 16", own(0x14), [0, 0x1_0000, 0, 0], EINVAL),
        ("33 bits for 32", own(0x14), [0, 0, 1 << 32, 0], EINVAL),
        ("an error there is not", own(0x11), [13, 0, 0, 0], EINVAL),
        ("an exit code over 32 bits", own(0x33), [1 << 32, 0, 0, 0], EINVAL),
    ]);
}

#[test]
fn a_bad_address_or_length_is_refused_before_anything_is_read_or_written() {
    make(&[
        ("text too long by one", CONSOLE_WRITE, [0x1000, 4097, 0, 0], E2BIG),
        ("text too long by far", CONSOLE_WRITE, [0x1000, u64::MAX, 0, 0], E2BIG),
        ("text that wraps", CONSOLE_WRITE, [u64::MAX, 2, 0, 0], EFAULT),
        ("text past memory", CONSOLE_WRITE, [MEMORY, 1, 0, 0], EFAULT),
        ("text across the end of memory", CONSOLE_WRITE, [MEMORY - 1, 2, 0, 0], EFAULT),
        ("text in the doorbell", CONSOLE_WRITE, [0x7000_0000, 1, 0, 0], EFAULT),
        ("data too long by one", CHECKSUM, [0x1000, 65537, 0, 0], E2BIG),
        ("data that wraps", CHECKSUM, [u64::MAX - 100, 101, 0, 0], EFAULT),
        ("data across the end of memory", CHECKSUM, [MEMORY - 65535, 65536, 0, 0], EFAULT),
        ("data past memory", CHECKSUM, [1 << 63, 1, 0, 0], EFAULT),
        ("a structure that does not fit", IDENTIFY, [MEMORY - 23, 0, 0, 0], EFAULT),
        ("a structure that wraps", IDENTIFY, [u64::MAX - 22, 0, 0, 0], EFAULT),
    ]);
}

#[test]
fn each_error_of_a_handler_is_said_as_kvm_says_it() {
    // Linux include/uapi/asm-generic/errno-base.h, and kvm_para.h for KVM_EOPNOTSUPP and KVM_ENOSYS.
    let codes = [ENOSYS, EPERM, EINVAL, EFAULT, EOPNOTSUPP, E2BIG, -2, EIO, -11, -12, -19, -16, EIO];
    let cases: Vec<Case> =
        (0..).zip(codes).map(|(error, code)| ("HYPERCALL_FAIL", own(0x11), [error, 0, 0, 0], code)).collect();
    assert_eq!(cases.len(), 13);
    make(&cases);
}

#[test]
fn a_handler_that_panics_is_an_error_for_the_guest_one_line_for_the_operator_and_a_counter() {
    let Some(kvm) = kvm() else { return };
    silence_handler_panics();
    let log = Log::new();
    let vm = Vm::new(kvm, &[0], "default");
    let mut guest = vm.guest(0, Start::Kernel, &one_call(Doorbell::Port));
    log.during(|| {
        for _ in 0..5 {
            assert_eq!(guest.call(PANIC, [0; 4]) as i64, EIO);
            assert_eq!(guest.call(NOP, [0; 4]), 0);
        }
    });
    let counts = guest.counts();
    assert_eq!((counts.calls, counts.panics, counts.errors), (10, 5, 5));
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("WARN") && lines[0].contains("HYPERCALL_PANIC"), "{lines:?}");
}

/// The other outcomes, with every register looked at; `Guest::call` looks at them for those that return.
#[test]
fn no_register_but_rax_changes_whatever_becomes_of_a_call() {
    if kvm().is_none() {
        return;
    }
    for doorbell in Doorbell::ALL {
        // A VM each: the call that ends it is not completed.
        let vm = Vm::new(support::kvm().unwrap(), &[0, 1], "default,deny=HYPERCALL_MIX_1");
        let mut guest = vm.guest(0, Start::Kernel, &[]);
        let mut user = vm.guest(1, Start::User, &[]);
        guest.load(&one_call(doorbell));
        user.load(&one_call(doorbell));
        assert_eq!(
            guest.call(own(0x04), [1, 10, 100, 1000]),
            4321,
            "a value: 1 + 2 * 10 + 3 * 100 + 4 * 1000"
        );
        assert_eq!(guest.call(NOP, [9; 4]), 0, "no value");
        assert_eq!(guest.call(own(0x04), [u64::MAX, 0, 0, 0]), u64::MAX, "a value that looks like an error");
        assert_eq!(guest.call(own(0x01), [1; 4]) as i64, ENOSYS, "denied");
        assert_eq!(guest.call(own(0x30), [7; 4]), 2, "retried once");
        assert_eq!(
            guest.call(own(0x31), [0x1234_5678_9abc_def0, 0, 0, 0]),
            0x1234_5678_9abc_def0,
            "deferred"
        );
        assert_eq!(user.call(NOP, [1; 4]) as i64, EPERM, "refused to a user program");

        // A fault: the handler finds the registers as they were at the call, and RSP below the frame.
        let at_call = |guest: &Guest, number| kvm_regs {
            rax: number,
            rbx: 0x1_0000_0033,
            rip: guest.code(),
            rsp: guest.stack(),
            ..POISON
        };
        let before = at_call(&guest, own(0x32));
        guest.vcpu.fd.set_regs(&before).unwrap();
        let after = guest.run_to_done();
        // Error code, RIP, CS, RFLAGS, RSP, SS.
        assert_eq!(after.rsp, before.rsp - 48, "{doorbell:?}");
        assert_eq!(kvm_regs { rip: before.rip, rsp: before.rsp, ..after }, before, "{doorbell:?}");
        assert_eq!(vm.machine.value(after.rsp), 0, "the error code of #GP(0)");
        assert_eq!(vm.machine.value(after.rsp + 8), before.rip, "{doorbell:?}");
        // Processors set RF there.
        assert_eq!(vm.machine.value(after.rsp + 24) & !RF, before.rflags, "{doorbell:?}");

        // An exit of the VM.
        guest.load(&one_call(doorbell));
        let before = kvm_regs { rbx: 0x33, ..at_call(&guest, own(0x33)) };
        guest.vcpu.fd.set_regs(&before).unwrap();
        assert_eq!(guest.run(), Stop::Exit(VmExit { code: 0x33 }));
        assert_eq!(kvm_regs { rip: before.rip, ..guest.regs() }, before, "{doorbell:?}");
    }
}

#[test]
fn a_guest_that_wrecks_itself_ends_alone() {
    let Some(kvm) = kvm() else { return };
    // The exits differ between hosts that run such code and hosts that emulate it; none is a panic.
    for (what, program, ends) in [
        ("triple fault", programs::triple_fault(), "Shutdown"),
        ("fault without IDT", programs::fault_without_idt(), "Shutdown"),
        // Some hosts try that instruction again for ever.
        ("no page tables", programs::page_tables_in_the_doorbell(), ""),
    ] {
        let vm = Vm::new(support::kvm().unwrap(), &[0], "default");
        let mut guest = vm.guest(0, Start::Kernel, program);
        let stop = std::thread::scope(|scope| {
            let running = scope.spawn(move || guest.run());
            let deadline = Instant::now() + Duration::from_secs(1);
            while !running.is_finished() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(10));
            }
            vm.machine.stop();
            running.join().unwrap()
        });
        assert!(!is_done(&stop) && format!("{stop:?}").contains(ends), "{what}: {stop:?}");
    }
    let vm = Vm::new(kvm, &[0], "default");
    let mut guest = vm.guest(0, Start::Kernel, programs::population_count());
    guest.set(|r| r.rax = 0xf0f0);
    match guest.run() {
        stop if is_done(&stop) => assert_eq!(guest.regs().rbx, 8),
        Stop::Unexpected(words) => assert!(words.contains("cannot emulate"), "{words}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_vcpu_that_dies_or_spins_takes_no_other_with_it() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0, 1, 2], "default");
    let mut good = vm.guest(0, Start::Kernel, &one_call(Doorbell::Port));
    let mut dying = vm.guest(1, Start::Kernel, programs::triple_fault());
    let mut spinning = vm.guest(2, Start::Kernel, programs::spin());
    std::thread::scope(|scope| {
        let dying = scope.spawn(move || dying.run());
        let spinning = scope.spawn(move || spinning.run());
        assert_eq!(dying.join().unwrap(), Stop::Shutdown);
        for n in 0..200 {
            assert_eq!(good.call(own(0x02), [n, 1, 0, 0]), n + 2);
        }
        vm.machine.stop();
        assert_eq!(spinning.join().unwrap(), Stop::Interrupted);
    });
}

/// Stores and output of odd shapes are served or handed back with words that name them; the guest goes on.
#[test]
fn a_doorbell_rung_in_an_odd_way_is_served_or_handed_back() {
    let Some(kvm) = kvm() else { return };
    let vm = Vm::new(kvm, &[0], "default");
    let mut guest = vm.guest(0, Start::Kernel, &[]);
    for (program, calls, handed_back) in [
        (
            programs::store_into_the_doorbell(),
            1,
            &["store outside memory at 0x6ffffffc: [00, 00, 56, 48]"][..],
        ),
        (programs::exchange_with_the_doorbell(), 1, &["load of 4 bytes outside memory at 0x70000000"]),
        (programs::push_to_the_doorbell(), 1, &[]),
        (programs::return_address_in_the_doorbell(), 1, &[]),
    ] {
        let before = guest.counts().calls;
        let words = run_through(&mut guest, program);
        assert_eq!(words, handed_back);
        assert_eq!(guest.counts().calls - before, calls, "{words:?}");
    }
    // KVM may make one exit of a repeated output or one of each byte; only the latter looks like calls.
    let before = guest.counts().calls;
    let words = run_through(&mut guest, programs::repeated_output());
    let calls = guest.counts().calls - before;
    assert!(
        (calls == 3 && words.is_empty())
            || (calls == 0 && words.len() == 1 && words[0].starts_with("output to port 0x48:")),
        "{calls} {words:?}"
    );
    let regs = guest.regs();
    assert_eq!((regs.rcx, regs.rsi), (0, guest.data() + 3));

    guest.load(&one_call(Doorbell::Mmio));
    assert_eq!(guest.call(own(0x02), [1, 2, 0, 0]), 5, "the VM serves as before");
    assert_eq!(vm.machine.events(), [] as [Event; 0]);
}

/// Runs the program to its end; what the VMM was handed back on the way.
fn run_through(guest: &mut Guest, program: &[u8]) -> Vec<String> {
    guest.load(program);
    guest.set(|r| r.rax = NOP);
    let mut words = Vec::new();
    loop {
        match guest.run() {
            stop if is_done(&stop) => return words,
            Stop::Unexpected(exit) if words.len() < 8 => words.push(exit),
            other => panic!("{other:?} after {words:?}"),
        }
    }
}
