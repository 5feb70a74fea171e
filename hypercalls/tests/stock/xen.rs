//! Xen's calls (xen/include/public, xen/common/kernel.c, xen/arch/x86/hvm/hvm.c).

use hypercall_arch_x86::convention::XEN;
use hypercall_core::memory::{FlatMemory, GuestMemory, WordMemory};
use hypercall_core::ring::view::Words;
use hypercall_core::ring::{Doorbell, Producer, Ring, Setup};
use hypercall_core::{
    Action, Arch, CallEntry, Caller, Dispatcher, EntryPoint, Error, Privilege, Registers, VmExit, Width,
    interface,
};
use hypercalls::catalogue::xen::{MapSpace, ShutdownReason};
use hypercalls::services::{Access, Console, Memory, XenGuest, XenIdentity, XenParameters};
use hypercalls::stock;
use std::sync::Mutex;

const PAGES: u64 = 16;
/// Where the guest has its memory mapped, the last page first: what crosses a page is in two places.
const LINEAR: u64 = 0x7fff_0000;
/// Its last page there is read-only.
const READ_ONLY: u64 = LINEAR + ((PAGES - 1) << 12);
const ENTRY: EntryPoint = EntryPoint::new("test", 0);
const VCPU: u32 = 3;
const ANY: Access = Access { privilege: Privilege::Supervisor, write: false };

const MEMORY_OP: u64 = 12;
const XEN_VERSION: u64 = 17;
const CONSOLE_IO: u64 = 18;
const SCHED_OP: u64 = 29;
const HVM_OP: u64 = 34;
/// Xen's errno.h, negated.
const EPERM: i64 = -1;
const ESRCH: i64 = -3;
const E2BIG: i64 = -7;
const EFAULT: i64 = -14;
const EINVAL: i64 = -22;
const ENOSYS: i64 = -38;
const ENODATA: i64 = -61;
const EOPNOTSUPP: i64 = -95;
const ENOBUFS: i64 = -105;

const IDENTITY: XenIdentity = XenIdentity {
    version: (4, 17),
    extra_version: "-longer than the sixteen bytes",
    compiler: "rustc 1.95",
    compile_by: "x",
    compile_domain: "y.example",
    compile_date: "today",
    capabilities: "hvm-3.0-x86_64",
    changeset: "abc",
    features: 0x107,
    guest_handle: *b"0123456789abcdef",
    command_line: "console=com1",
    build_id: b"\x01\x02\x03\x04\x05",
};

#[derive(Debug, PartialEq)]
enum Asked {
    Write(u32, Vec<u8>),
    Map(u32, MapSpace, u64, u64),
    Yield(u32),
    Block(u32),
}

struct Guest {
    memory: FlatMemory,
    identity: XenIdentity,
    parameters: XenParameters,
    asked: Mutex<Vec<Asked>>,
}

impl Guest {
    fn note(&self, asked: Asked) {
        self.asked.lock().unwrap().push(asked);
    }
}

impl Memory for Guest {
    fn memory(&self) -> &dyn GuestMemory {
        &self.memory
    }
}

impl Console for Guest {
    fn write(&self, vcpu: u32, text: &[u8]) -> Result<(), Error> {
        self.note(Asked::Write(vcpu, text.to_vec()));
        Ok(())
    }
}

impl XenGuest for Guest {
    fn identity(&self) -> &XenIdentity {
        &self.identity
    }

    fn translate(&self, vcpu: u32, linear: u64, access: Access) -> Result<u64, Error> {
        assert_eq!(vcpu, VCPU);
        assert_eq!(access.privilege, Privilege::Supervisor);
        if access.write && linear & !0xfff == READ_ONLY {
            return Err(Error::BadAddress);
        }
        let offset = linear.checked_sub(LINEAR).filter(|o| *o < PAGES << 12).ok_or(Error::BadAddress)?;
        Ok((PAGES - 1 - (offset >> 12)) << 12 | (offset & 0xfff))
    }

    fn parameter(&self, index: u32) -> Result<u64, Error> {
        self.parameters.get(index)
    }

    fn set_parameter(&self, _: u32, index: u32, value: u64) -> Result<(), Error> {
        self.parameters.set(index, value)
    }

    fn add_to_physmap(&self, vcpu: u32, space: MapSpace, index: u64, frame: u64) -> Result<(), Error> {
        match (space, index) {
            (MapSpace::SharedInfo, 0) => {
                self.note(Asked::Map(vcpu, space, index, frame));
                Ok(())
            }
            (MapSpace::SharedInfo, _) => Err(Error::Invalid),
            _ => Err(Error::Unsupported),
        }
    }

    fn yield_cpu(&self, vcpu: u32) {
        self.note(Asked::Yield(vcpu));
    }

    fn block(&self, vcpu: u32) {
        self.note(Asked::Block(vcpu));
    }

    fn shutdown(&self, _: u32, reason: ShutdownReason) -> VmExit {
        VmExit { code: 0x100 + reason as u32 }
    }
}

struct Machine {
    guest: Guest,
    dispatcher: Dispatcher<Guest>,
    width: Width,
}

fn machine(width: Width) -> Machine {
    let guest = Guest {
        memory: FlatMemory::new(0, (PAGES << 12) as usize),
        identity: IDENTITY,
        parameters: XenParameters::default(),
        asked: Mutex::default(),
    };
    let builder = Dispatcher::builder(Arch::X86).entry(ENTRY, &XEN, &interface::XEN);
    Machine { guest, dispatcher: stock::xen(builder).build().unwrap(), width }
}

fn both() -> [Machine; 2] {
    [Width::Bits64, Width::Bits32].map(machine)
}

/// RDI RSI RDX, and EBX ECX EDX, by the indices of `struct kvm_regs`: rax rbx rcx rdx rsi rdi.
const ARGUMENTS: [[usize; 3]; 2] = [[5, 4, 3], [1, 2, 3]];

impl Machine {
    fn action(&self, number: u64, arguments: [u64; 3]) -> (Option<Action>, u64) {
        let wide = self.width == Width::Bits64;
        let mut registers = [0; 18];
        registers.set(0, number);
        for (index, value) in ARGUMENTS[usize::from(!wide)].into_iter().zip(arguments) {
            registers.set(index, value);
        }
        let caller = if wide { Caller::X86_64 } else { Caller { width: Width::Bits32, ..Caller::X86_64 } };
        let entry = self.dispatcher.entry(ENTRY).unwrap();
        let mut vcpu = self.dispatcher.vcpu(VCPU);
        let action = self.dispatcher.serve(entry, &self.guest, &mut vcpu, &mut registers[..], caller);
        (action.break_value(), registers[0])
    }

    /// What is in RAX or EAX, as a signed number of that width.
    fn call(&self, number: u64, arguments: [u64; 3]) -> i64 {
        let (action, rax) = self.action(number, arguments);
        assert_eq!(action, None);
        match self.width {
            Width::Bits64 => rax as i64,
            Width::Bits32 => {
                assert_eq!(rax >> 32, 0);
                i64::from(rax as u32 as i32)
            }
        }
    }

    /// Places bytes at an offset of the guest's linear memory.
    fn put(&self, offset: u64, bytes: &[u8]) {
        for (i, byte) in (offset..).zip(bytes) {
            let physical = self.guest.translate(VCPU, LINEAR + i, ANY).unwrap();
            self.guest.memory.write(physical, &[*byte]).unwrap();
        }
    }

    fn get(&self, offset: u64, length: u64) -> Vec<u8> {
        let byte = |i| {
            let mut byte = [0];
            let physical = self.guest.translate(VCPU, LINEAR + i, ANY).unwrap();
            self.guest.memory.read(physical, &mut byte).unwrap();
            byte[0]
        };
        (offset..offset + length).map(byte).collect()
    }

    fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.guest.asked.lock().unwrap())
    }
}

#[test]
fn the_version_is_the_result() {
    for machine in both() {
        assert_eq!(machine.call(XEN_VERSION, [0, 0, 0]), 0x0004_0011);
        assert_eq!(machine.call(XEN_VERSION, [0, 0xdead_0000, 0]), 0x0004_0011, "the address is ignored");
        assert_eq!(machine.call(XEN_VERSION, [7, 0, 0]), 4096);
        assert_eq!(machine.call(XEN_VERSION, [7, LINEAR, 0]), EINVAL);
    }
}

/// Offset 0xff8: every structure of more than eight bytes crosses into the next page.
#[test]
fn texts_are_written_with_zeros_behind_them_across_pages() {
    let padded = |text: &str, size: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(size, 0);
        bytes
    };
    let info = [("rustc 1.95", 64), ("x", 16), ("y.example", 32), ("today", 32)];
    let info = info.map(|(text, size)| padded(text, size)).concat();
    for machine in both() {
        let cases = [
            (1, padded("-longer than th", 16)),
            (2, info.clone()),
            (3, padded("hvm-3.0-x86_64", 1024)),
            (4, padded("abc", 64)),
            (8, b"0123456789abcdef".to_vec()),
            (9, padded("console=com1", 1024)),
        ];
        for (command, expected) in cases {
            machine.put(0xff0, &[0xa5; 2048]);
            assert_eq!(machine.call(XEN_VERSION, [command, LINEAR + 0xff8, 0]), 0, "{command}");
            let length = expected.len() as u64;
            assert_eq!(machine.get(0xff8, length), expected, "{command}");
            assert_eq!(machine.get(0xff0, 8), [0xa5; 8]);
            assert_eq!(machine.get(0xff8 + length, 8), [0xa5; 8], "{command} writes no more");
        }
    }
}

#[test]
fn the_platforms_hole_is_as_wide_as_the_guests_long() {
    for machine in both() {
        machine.put(0, &[0xa5; 16]);
        assert_eq!(machine.call(XEN_VERSION, [5, LINEAR, 0]), 0);
        let width = if machine.width == Width::Bits64 { 8 } else { 4 };
        assert!(machine.get(0, width).iter().all(|b| *b == 0));
        assert_eq!(machine.get(width, 1), [0xa5]);
    }
}

#[test]
fn features_are_told_for_submap_0_only() {
    for machine in both() {
        machine.put(0x100, &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(machine.call(XEN_VERSION, [6, LINEAR + 0x100, 0]), 0);
        assert_eq!(machine.get(0x100, 8), [0, 0, 0, 0, 0x07, 0x01, 0, 0]);
        machine.put(0x100, &[1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(machine.call(XEN_VERSION, [6, LINEAR + 0x100, 0]), EINVAL);
        assert_eq!(machine.get(0x100, 8), [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    }
}

#[test]
fn the_build_id_fits_or_is_refused() {
    for mut machine in both() {
        let at = LINEAR + 0x200;
        assert_eq!(machine.call(XEN_VERSION, [10, 0, 0]), 5, "its length alone");
        for (room, result) in [(0, EINVAL), (4, ENOBUFS), (5, 5), (u32::MAX, 5)] {
            machine.put(0x200, &room.to_le_bytes());
            machine.put(0x204, &[0xa5; 8]);
            assert_eq!(machine.call(XEN_VERSION, [10, at, 0]), result, "{room}");
            let id: &[u8] = if result == 5 { &[1, 2, 3, 4, 5] } else { &[0xa5; 5] };
            assert_eq!(machine.get(0x204, 8), [id, &[0xa5; 3]].concat());
        }
        machine.guest.identity.build_id = &[];
        assert_eq!(machine.call(XEN_VERSION, [10, 0, 0]), ENODATA);
    }
}

#[test]
fn unknown_commands_are_enosys_and_bad_addresses_efault() {
    for machine in both() {
        let end = LINEAR + (PAGES << 12);
        assert_eq!(machine.call(XEN_VERSION, [11, LINEAR, 0]), ENOSYS);
        assert_eq!(machine.call(XEN_VERSION, [0xffff_ffff, LINEAR, 0]), ENOSYS);
        for (number, command) in [
            (XEN_VERSION, 1),
            (XEN_VERSION, 2),
            (XEN_VERSION, 6),
            (XEN_VERSION, 10),
            (MEMORY_OP, 7),
            (HVM_OP, 0),
            (HVM_OP, 1),
            (SCHED_OP, 2),
        ] {
            for address in [4, LINEAR - 1, end - 3, end, 0xffff_fffd, u64::MAX - 2] {
                assert_eq!(machine.call(number, [command, address, 0]), EFAULT, "{number} {address:#x}");
            }
        }
        for number in [13, 20, 24, 32, 0, 11, 33, 55, 127] {
            assert_eq!(machine.call(number, [0, LINEAR, 1]), ENOSYS, "{number}");
        }
    }
    // int cmd, unsigned long op
    let wide = machine(Width::Bits64);
    assert_eq!(wide.call(XEN_VERSION, [0xdead_beef_0000_0000, 0, 0]), 0x0004_0011);
    assert_eq!(wide.call(HVM_OP, [1 << 32, LINEAR, 0]), ENOSYS);
}

#[test]
fn a_page_that_is_read_only_is_read_and_not_written() {
    for machine in both() {
        for (number, command) in [(XEN_VERSION, 1), (XEN_VERSION, 2), (XEN_VERSION, 6), (HVM_OP, 1)] {
            machine.put(READ_ONLY - LINEAR, &parameter(0x7ff0, 0, 0));
            // XENVER_get_features reads a submap first.
            machine.put(READ_ONLY - LINEAR + 0x100, &[0; 8]);
            let address = if command == 6 { READ_ONLY + 0x100 } else { READ_ONLY };
            assert_eq!(machine.call(number, [command, address, 0]), EFAULT, "{number} {command}");
            assert_eq!(machine.get(READ_ONLY - LINEAR, 16), parameter(0x7ff0, 0, 0), "{number} {command}");
        }
        assert_eq!(machine.call(HVM_OP, [0, READ_ONLY, 0]), 0, "it is only read");
        machine.put(READ_ONLY - LINEAR, &1_u32.to_le_bytes());
        assert_eq!(machine.call(XEN_VERSION, [10, READ_ONLY - 4, 0]), EINVAL, "room for nothing");
        machine.put(READ_ONLY - LINEAR - 4, &20_u32.to_le_bytes());
        assert_eq!(machine.call(XEN_VERSION, [10, READ_ONLY - 4, 0]), EFAULT, "the second page");
    }
}

#[test]
fn the_console_writes_up_to_64_kib_and_reads_nothing() {
    for machine in both() {
        machine.put(0xffc, b"Hello, Xen!\n");
        assert_eq!(machine.call(CONSOLE_IO, [0, 12, LINEAR + 0xffc]), 0);
        assert_eq!(machine.asked(), [Asked::Write(3, b"Hello, Xen!\n".to_vec())]);
        assert_eq!(machine.call(CONSOLE_IO, [0, 0, 4]), 0);
        assert_eq!(machine.asked(), []);
        assert_eq!(machine.call(CONSOLE_IO, [0, 0x1_0000, LINEAR]), 0);
        let written: usize =
            machine.asked().iter().map(|a| if let Asked::Write(3, t) = a { t.len() } else { 0 }).sum();
        assert_eq!(written, 0x1_0000);
        assert_eq!(machine.call(CONSOLE_IO, [0, 0x1_0001, LINEAR]), E2BIG);
        assert_eq!(machine.call(CONSOLE_IO, [0, 0xffff_ffff, LINEAR]), E2BIG);
        assert_eq!(machine.call(CONSOLE_IO, [0, 1, 4]), EFAULT);
        assert_eq!(machine.call(CONSOLE_IO, [1, 1, LINEAR]), EPERM);
        assert_eq!(machine.call(CONSOLE_IO, [2, 1, LINEAR]), ENOSYS);
        assert_eq!(machine.asked(), []);
    }
}

/// struct xen_add_to_physmap: domid, size, space, idx and gpfn as wide as the guest's long.
fn physmap(width: Width, domid: u16, space: u32, idx: u64, gpfn: u64) -> Vec<u8> {
    let long = if width == Width::Bits64 { 8 } else { 4 };
    let mut bytes = [domid.to_le_bytes(), [0; 2]].concat();
    bytes.extend(space.to_le_bytes());
    bytes.extend(&idx.to_le_bytes()[..long]);
    bytes.extend(&gpfn.to_le_bytes()[..long]);
    bytes
}

#[test]
fn the_shared_info_page_goes_where_the_guest_wants_it() {
    for machine in both() {
        let call = |domid, space, idx, gpfn| {
            machine.put(0x1ffe, &physmap(machine.width, domid, space, idx, gpfn));
            machine.call(MEMORY_OP, [7, LINEAR + 0x1ffe, 0])
        };
        assert_eq!(call(0x7ff0, 0, 0, 0xfe123), 0);
        assert_eq!(machine.asked(), [Asked::Map(3, MapSpace::SharedInfo, 0, 0xfe123)]);
        assert_eq!(call(0x7ff0, 0, 1, 0xfe123), EINVAL, "there is one shared-info page");
        assert_eq!(call(0x7ff0, 1, 0, 0xfe123), EOPNOTSUPP);
        assert_eq!(call(0x7ff0, 4, 0, 0xfe123), ENOSYS, "XENMAPSPACE_gmfn_foreign");
        assert_eq!(call(0x7ff0, 6, 0, 0xfe123), EINVAL);
        assert_eq!(call(0x7ff0, u32::MAX, 0, 0xfe123), EINVAL);
        assert_eq!(call(0, 0, 0, 0xfe123), ESRCH);
        assert_eq!(machine.asked(), []);
        // bits 5:0 are the command
        assert_eq!(call(0x7ff0, 0, 0, 7), 0);
        assert_eq!(machine.call(MEMORY_OP, [7 | 1 << 6, LINEAR + 0x1ffe, 0]), 0);
        assert_eq!(machine.call(MEMORY_OP, [3, 0, 0]), ENOSYS);
        assert_eq!(machine.call(MEMORY_OP, [0x3f, 0, 0]), ENOSYS);
    }
}

/// struct xen_hvm_param: domid, padding, index, value.
fn parameter(domid: u16, index: u32, value: u64) -> Vec<u8> {
    [&domid.to_le_bytes()[..], &[0xee, 0xee], &index.to_le_bytes(), &value.to_le_bytes()].concat()
}

#[test]
fn parameters_are_set_and_told() {
    for machine in both() {
        let call = |command, bytes: &[u8]| {
            machine.put(0x2ffa, bytes);
            machine.call(HVM_OP, [command, LINEAR + 0x2ffa, 0])
        };
        let value = 0x0200_0000_0000_00f3;
        assert_eq!(call(0, &parameter(0x7ff0, 0, value)), 0);
        assert_eq!(call(1, &parameter(0x7ff0, 0, 0)), 0);
        assert_eq!(machine.get(0x2ffa, 16), parameter(0x7ff0, 0, value));
        machine.guest.parameters.provide(1, 0xfeffc); // HVM_PARAM_STORE_PFN
        assert_eq!(call(1, &parameter(0x7ff0, 1, 0)), 0);
        assert_eq!(machine.get(0x2ffa, 16), parameter(0x7ff0, 1, 0xfeffc));
        assert_eq!(call(0, &parameter(0x7ff0, 1, 5)), EPERM, "the store's ring is not the guest's to move");
        for index in 0..39 {
            // xen/arch/x86/hvm/hvm.c, hvm_allow_set_param
            let guests = [0, 2, 15, 18, 19, 34, 36, 37].contains(&index);
            assert_eq!(call(0, &parameter(0x7ff0, index, 5)), if guests { 0 } else { EPERM }, "{index}");
        }
        assert_eq!(call(0, &parameter(0x7ff0, 39, 5)), EINVAL);
        assert_eq!(call(1, &parameter(0x7ff0, 39, 5)), EINVAL);
        assert_eq!(call(1, &parameter(0x7ff0, u32::MAX, 5)), EINVAL);
        assert_eq!(call(0, &parameter(1, 0, 5)), ESRCH);
        assert_eq!(call(1, &parameter(0, 0, 5)), ESRCH);
        assert_eq!(machine.call(HVM_OP, [2, LINEAR, 0]), ENOSYS);
        assert_eq!(machine.call(HVM_OP, [10, LINEAR, 0]), ENOSYS, "HVMOP_get_time has no handler");
    }
}

#[test]
fn a_guest_yields_blocks_and_ends() {
    for machine in both() {
        assert_eq!(machine.call(SCHED_OP, [0, 0, 0]), 0);
        assert_eq!(machine.call(SCHED_OP, [1, 4, 0]), 0);
        assert_eq!(machine.asked(), [Asked::Yield(3), Asked::Block(3)]);
        for reason in 0..6_u32 {
            machine.put(0x3ffe, &reason.to_le_bytes());
            let (action, _) = machine.action(SCHED_OP, [2, LINEAR + 0x3ffe, 0]);
            assert_eq!(action, Some(Action::Exit(VmExit { code: 0x100 + reason })));
        }
        machine.put(0x3ffe, &6_u32.to_le_bytes());
        assert_eq!(machine.call(SCHED_OP, [2, LINEAR + 0x3ffe, 0]), EINVAL);
        for command in [3, 4, 5, 6, 7, 8] {
            assert_eq!(machine.call(SCHED_OP, [command, LINEAR, 0]), ENOSYS, "{command}");
        }
    }
}

/// The thread that serves rings must not wait for a vCPU, whose guest decides how long it runs.
#[test]
fn a_call_in_a_ring_does_not_wait_for_its_vcpu() {
    let machine = machine(Width::Bits64);
    let memory = WordMemory::new(0x10_0000, 0x2000);
    let entry = machine.dispatcher.entry(ENTRY).unwrap();
    let caller = Caller::X86_64;
    let setup = Setup { address: 0x10_0000, order: 1, vcpu: VCPU, entry, caller };
    let mut ring = Ring::new(&memory, setup, Doorbell::Call, None).unwrap();
    let producer = Producer::new(Words(memory.from(0x10_0000)), caller.endian).unwrap();
    let mut call = |number, words: &[u64]| {
        let ticket = producer.submit(&CallEntry::new(number, words), || {}).unwrap();
        ring.drain(&memory, &machine.dispatcher, &machine.guest, 1);
        producer.collect(ticket).unwrap().result
    };
    assert_eq!(call(XEN_VERSION, &[0, 0]), 4 << 16 | 17, "XENVER_version: no pointer");
    assert_eq!(call(XEN_VERSION, &[1, LINEAR]), EOPNOTSUPP as u64, "XENVER_extraversion: a pointer");
    assert_eq!(call(SCHED_OP, &[1, 0]), EOPNOTSUPP as u64, "SCHEDOP_block");
    assert_eq!(*machine.guest.asked.lock().unwrap(), []);
}
