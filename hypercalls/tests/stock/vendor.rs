//! The project's own calls, one body mirrored over every convention.

use crate::machine::{Asked, MEMORY, Machine};
use hypercall_core::memory::{FlatMemory, GuestMemory};
use hypercall_core::services::Services;
use hypercall_core::{
    Action, Arch, BuildError, Dispatcher, Endian, EntryPoint, Error, Fault, Policy, VmExit, interface,
};

/// A convention, how a call's number is written there, and what comes back.
struct Place {
    machine: Machine,
    number: fn(u64) -> u64,
    /// Codes of the thirteen errors, in the order of HYPERCALL_FAIL.
    errors: [i64; 13],
    /// Whether a value comes back in a register of its own.
    status: bool,
    /// The most arguments.
    arguments: u64,
    /// The extra outputs HYPERCALL_OUTPUTS finds room for.
    has_outputs: bool,
    fault: Fault,
    /// The architecture as HYPERCALL_IDENTIFY writes it.
    identity: [u8; 24],
}

/// 0x48560000 + n on x86 and s390.
fn plain(number: u64) -> u64 {
    0x4856_0000 + number
}

/// Token n of the vendor EV_LOCAL_VENDOR_ID, 0.
fn local(number: u64) -> u64 {
    number
}

/// 0x7000 + 4 n.
fn papr(number: u64) -> u64 {
    0x7000 + 4 * number
}

/// Negated errno values; -1000 for unknown (Linux include/uapi/linux/kvm_para.h, asm-generic/errno-base.h).
const ERRNO: [i64; 13] = [-1000, -1, -22, -14, -95, -7, -2, -5, -11, -12, -19, -16, -5];
/// EV_* (Linux arch/powerpc/include/uapi/asm/epapr_hcalls.h).
const EV: [i64; 13] = [12, 1, 8, 6, 12, 13, 2, 3, 4, 5, 7, 11, 9];
/// H_* (Linux arch/powerpc/include/asm/hvcall.h).
const H: [i64; 13] = [-2, -3, -4, -4, -67, -4, -7, -1, 1, -9, -7, -75, -1];

/// "HVid", 1, the architecture, 0, then 0x0102030405060708.
const fn little(arch: u8) -> [u8; 24] {
    [0x64, 0x69, 0x56, 0x48, 1, 0, 0, 0, arch, 0, 0, 0, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1]
}

const fn big(arch: u8) -> [u8; 24] {
    [0x48, 0x56, 0x69, 0x64, 0, 0, 0, 1, 0, 0, 0, arch, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
}

fn everywhere() -> Vec<Place> {
    let x86 = Place {
        machine: Machine::x86(),
        number: plain,
        errors: ERRNO,
        status: false,
        arguments: 4,
        has_outputs: false,
        fault: Fault { code: 13, error_code: Some(0) },
        identity: little(1),
    };
    let ppc = |machine: Machine, identity| Place {
        machine,
        number: local,
        errors: EV,
        status: true,
        arguments: 8,
        has_outputs: true,
        fault: Fault { code: 0x700, error_code: None },
        identity,
    };
    let papr = |place| Place { number: papr, errors: H, arguments: 9, ..place };
    vec![
        // The 2007 header has one error code, KVM_EINVAL 1.
        Place { machine: Machine::para_2007(), errors: [-1; 13], arguments: 6, ..x86 },
        Place { machine: Machine::x86(), ..x86 },
        Place {
            machine: Machine::s390(),
            arguments: 6,
            fault: Fault { code: 6, error_code: None },
            identity: big(2),
            ..x86
        },
        ppc(Machine::epapr(Endian::Big), big(3)),
        ppc(Machine::epapr(Endian::Little), little(3)),
        papr(ppc(Machine::papr(Endian::Big), big(3))),
        papr(ppc(Machine::papr(Endian::Little), little(3))),
    ]
}

impl Place {
    /// The value of a call that succeeds.
    fn value(&mut self, number: u64, arguments: &[u64]) -> u64 {
        let answer = self.machine.answer((self.number)(number), arguments);
        if self.status {
            assert_eq!(answer.result, 0, "{} {number:#x} {arguments:x?}", self.machine.name());
        }
        answer.value
    }

    /// A call that fails.
    fn fails(&mut self, error: Error, number: u64, arguments: &[u64]) {
        let result = self.machine.call((self.number)(number), arguments);
        let expected = self.errors[error as usize];
        assert_eq!(result as i64, expected, "{} {number:#x} {arguments:x?}", self.machine.name());
    }

    fn action(&mut self, number: u64, arguments: &[u64]) -> Action {
        self.machine.action((self.number)(number), arguments)
    }
}

#[test]
fn each_argument_arrives_in_its_place() {
    let digits = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    let sums = [1, 21, 321, 4_321, 54_321, 654_321, 7_654_321, 87_654_321, 987_654_321];
    for mut place in everywhere() {
        assert_eq!(place.machine.call((place.number)(0), &[]), 0);
        for count in 1..=9 {
            let carried = place.arguments.min(9);
            let arguments = &digits[..count.min(carried) as usize];
            if count <= carried {
                assert_eq!(place.value(count, arguments), sums[count as usize - 1]);
            } else {
                place.fails(Error::Unknown, count, arguments);
            }
        }
        // 1 + 2 * 2^63 and 2^64 - 1 + 2 wrap
        assert_eq!(place.value(2, &[1, 1 << 63]), 1);
        assert_eq!(place.value(2, &[u64::MAX, 1]), 1);
    }
}

#[test]
fn extra_outputs_follow_the_value() {
    for mut place in everywhere() {
        if place.has_outputs {
            let answer = place.machine.answer((place.number)(0x10), &[u64::MAX - 1]);
            assert_eq!((answer.result, answer.value), (0, u64::MAX - 1));
            assert_eq!(answer.outputs, [u64::MAX, 0, 1, 2, 3, 4, 5], "modulo 2^64");
        } else {
            place.fails(Error::Unknown, 0x10, &[1]);
        }
    }
}

#[test]
fn each_error_is_said_as_the_interface_says_it() {
    for mut place in everywhere() {
        for (number, error) in Error::ALL.iter().enumerate() {
            place.fails(*error, 0x11, &[number as u64]);
        }
        place.fails(Error::Invalid, 0x11, &[13]);
        place.fails(Error::Invalid, 0x11, &[1 << 32]);
    }
}

#[test]
fn arguments_of_each_type_are_checked() {
    for mut place in everywhere() {
        assert_eq!(place.value(0x12, &[0x5000, 77, 7, 1]), 77);
        assert_eq!(place.value(0x12, &[u64::MAX << 12, 0xffff_ffff, 0, 0]), 0xffff_ffff);
        for wrong in [
            [0x5001, 77, 7, 1],
            [0x5000, 0, 7, 1],
            [0x5000, 1 << 32, 7, 1],
            [0x5000, 77, 8, 1],
            [0x5000, 77, 1 << 32, 1],
            [0x5000, 77, 7, 2],
        ] {
            place.fails(Error::Invalid, 0x12, &wrong);
        }
        assert_eq!(place.value(0x13, &[5]), 5);
        assert_eq!(place.value(0x13, &[0xffff_ffff_ffff_fffb]), 5);
        assert_eq!(place.value(0x13, &[0xffff_ffff_8000_0000]), 0x8000_0000);
        place.fails(Error::Invalid, 0x13, &[0x8000_0000]);
        assert_eq!(place.value(0x14, &[0xff, 0xffff, 0xffff_ffff]), 0x1_0001_00fd);
        for wrong in [[0x100, 0, 0], [0, 0x1_0000, 0], [0, 0, 0x1_0000_0000]] {
            place.fails(Error::Invalid, 0x14, &wrong);
        }
    }
}

#[test]
fn console_text_arrives_whole_or_not_at_all() {
    for mut place in everywhere() {
        place.machine.vm.memory.write(0x300, b"hello, host\n").unwrap();
        assert_eq!(place.value(0x20, &[0x300, 12]), 12);
        assert_eq!(place.machine.asked(), [Asked::Write(1, b"hello, host\n".to_vec())]);
        assert_eq!(place.value(0x20, &[MEMORY - 4096, 4096]), 4096);
        assert_eq!(place.machine.asked(), [Asked::Write(1, vec![0; 4096])]);
        assert_eq!(place.value(0x20, &[u64::MAX, 0]), 0, "no bytes are memory wherever they lie");
        place.fails(Error::TooBig, 0x20, &[0x300, 4097]);
        place.fails(Error::BadAddress, 0x20, &[MEMORY - 8, 9]);
        place.fails(Error::BadAddress, 0x20, &[u64::MAX, 2]);
        assert_eq!(place.machine.asked(), []);
        place.machine.fail_with(Some(Error::Io));
        place.fails(Error::Io, 0x20, &[0x300, 12]);
    }
}

#[test]
fn the_checksum_is_that_of_the_bytes() {
    for mut place in everywhere() {
        place.machine.vm.memory.write(0x400, &[0xff, 0xff, 0xff, 0x02]).unwrap();
        assert_eq!(place.value(0x21, &[0x400, 4]), 0x2ff);
        assert_eq!(place.value(0x21, &[0x403, 1]), 2);
        assert_eq!(place.value(0x21, &[0x400, 0]), 0);
        place.machine.vm.memory.write(0, &[0xff; MEMORY as usize]).unwrap();
        assert_eq!(place.value(0x21, &[0, 65536]), 0xff_0000, "255 * 65536");
        assert_eq!(place.value(0x21, &[1, 1025]), 0x3_fcff, "255 * 1025");
        place.fails(Error::TooBig, 0x21, &[0, 65537]);
        place.fails(Error::TooBig, 0x21, &[0, u64::MAX]);
        place.fails(Error::BadAddress, 0x21, &[MEMORY - 2048, 2049]);
        place.fails(Error::BadAddress, 0x21, &[u64::MAX - 1, 8]);
    }
}

#[test]
fn the_identity_is_in_the_guests_byte_order() {
    for mut place in everywhere() {
        place.machine.vm.memory.write(0x500, &[0xff; 32]).unwrap();
        assert_eq!(place.machine.call((place.number)(0x22), &[0x501]), 0);
        assert_eq!(place.machine.bytes::<24>(0x501), place.identity, "{}", place.machine.name());
        assert_eq!(place.machine.bytes::<1>(0x500), [0xff]);
        assert_eq!(place.machine.bytes::<7>(0x519), [0xff; 7]);
        place.fails(Error::BadAddress, 0x22, &[MEMORY - 23]);
        place.fails(Error::BadAddress, 0x22, &[u64::MAX]);
    }
}

#[test]
fn a_retried_call_is_executed_twice() {
    for mut place in everywhere() {
        assert_eq!(place.action(0x30, &[7]), Action::Retry);
        assert_eq!(place.value(0x30, &[7]), 2);
        assert_eq!(place.action(0x30, &[7]), Action::Retry, "the next call");
        assert_eq!(place.action(0x30, &[8]), Action::Retry, "another key");
        assert_eq!(place.value(0x30, &[8]), 2);
    }
}

#[test]
fn a_deferred_call_is_completed_by_another_thread() {
    for mut place in everywhere() {
        for value in [0x5678, 0] {
            let Action::Deferred(deferral) = place.action(0x31, &[value]) else { panic!("not deferred") };
            let Action::Return(answer) = place.machine.vcpu.wait(deferral) else { panic!("no return") };
            assert_eq!(answer.value.unwrap_or(answer.result), value);
        }
    }
}

#[test]
fn the_fault_is_the_architectures_own() {
    for mut place in everywhere() {
        assert_eq!(place.action(0x32, &[]), Action::Fault(place.fault));
        place.machine.fail_with(Some(Error::Unsupported));
        place.fails(Error::Unsupported, 0x32, &[]);
    }
}

#[test]
fn exit_ends_the_vm_with_the_code() {
    for mut place in everywhere() {
        assert_eq!(place.action(0x33, &[42]), Action::Exit(VmExit { code: 42 }));
        assert_eq!(place.action(0x33, &[0xffff_ffff]), Action::Exit(VmExit { code: 0xffff_ffff }));
        place.fails(Error::Invalid, 0x33, &[1 << 32]);
    }
}

#[test]
fn a_panic_is_the_guests_internal_error_and_counted() {
    hypercall_core::panics::silence_handler_panics();
    for mut place in everywhere() {
        place.fails(Error::Internal, 0x34, &[]);
        place.fails(Error::Internal, 0x34, &[]);
        assert_eq!(place.machine.vcpu.statistics().total().panics, 2);
        assert_eq!(place.machine.call((place.number)(0), &[]), 0, "the VM goes on");
    }
}

#[test]
fn a_deprecated_call_is_served_and_an_obsolete_one_is_not() {
    for mut place in everywhere() {
        assert_eq!(place.machine.call((place.number)(0x38), &[]), 0);
        place.fails(Error::Unknown, 0x39, &[]);
        place.fails(Error::Unknown, 0x3f, &[]);
        place.fails(Error::Unknown, 0x7f, &[]);
    }
}

#[test]
fn the_hosts_time_is_told_in_seconds() {
    for mut place in everywhere() {
        assert_eq!(place.value(0x3a, &[]), 1_700_000_000);
        place.machine.fail_with(Some(Error::Unsupported));
        place.fails(Error::Unsupported, 0x3a, &[]);
    }
}

#[test]
fn in_32_bit_mode_halves_count_and_come_back() {
    let machines = [
        (Machine::x86(), plain(2), plain(0x14)),
        (Machine::para_2007(), plain(2), plain(0x14)),
        (Machine::epapr(Endian::Big), local(2), local(0x14)),
        (Machine::papr(Endian::Big), papr(2), papr(0x14)),
    ];
    for (machine, mix_2, narrow) in machines {
        let mut machine = machine.narrow();
        assert_eq!(machine.answer(mix_2, &[0xdead_beef_0000_0001, 0xdead_beef_0000_0002]).value, 5);
        // 0xff + 0xffff + 0xffff_ffff = 0x1_0001_00fd
        assert_eq!(machine.answer(narrow, &[0xff, 0xffff, 0xffff_ffff]).value, 0x1_00fd);
    }
}

#[test]
fn a_console_that_is_not_offered_is_missed_by_name() {
    struct Vm;
    let built = Dispatcher::<Vm>::builder(Arch::S390)
        .entry(EntryPoint::new("test", 0), &hypercall_arch_s390::convention::DIAG500, &interface::DIAG500)
        .linked_handlers(&Services::new())
        .build();
    let Err(BuildError::Service { call, missing }) = built else { panic!("it was built") };
    assert_eq!(call, "HYPERCALL_CONSOLE_WRITE");
    assert!(missing.service.ends_with("GuestConsole"), "{missing}");
}

#[test]
fn the_strict_policy_serves_what_is_listed() {
    let policy: Policy = "strict,allow=HYPERCALL_NOP".parse().unwrap();
    let mut machine = Machine::x86_with(policy);
    assert_eq!(machine.call(plain(0), &[]), 0);
    assert_eq!(machine.call(plain(1), &[1]) as i64, -1000);
}

/// An empty buffer need not be memory, which [`FlatMemory`] itself does not promise for reads.
#[test]
fn an_empty_buffer_is_not_read() {
    assert!(FlatMemory::new(0, 16).read(32, &mut []).is_err());
    let mut machine = Machine::x86();
    assert_eq!(machine.call(plain(0x21), &[1 << 40, 0]), 0);
}
