//! Pointers of a guest's, through its own page tables, on real KVM.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;

use bench::*;
use hypercall_arch_x86::entry;
use hypercall_arch_x86::kvm::setup::{self, Mode, Window};
use hypercall_arch_x86::kvm::translate::Translator;
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmError, Served};
use hypercall_arch_x86::paging::{Access, Linear, Mapping};
use hypercall_arch_x86::{convention, kvm::KvmCalls};
use hypercall_core::memory::FlatMemory;
use hypercall_core::prelude::*;
use hypercall_core::{Privilege, interface};
use kvm_ioctls::Kvm;
use std::sync::{Arc, OnceLock};
use vm_memory::GuestMemoryMmap;

/// No memory has such an address.
const LINEAR: u64 = 0x4000_0000;
const TABLE: u64 = 0x3_0000;
const FIRST: u64 = 0x4_2000;
const SECOND: u64 = 0x4_0000;

/// Six pages: two that are the kernel's and the program's, not in order; a hole; one that is read-only; the kernel's
/// own; one without memory. Then nothing.
const PAGES: [Option<Mapping>; 6] = [
    Some(page(FIRST, true, true)),
    Some(page(SECOND, true, true)),
    None,
    Some(page(0x4_3000, false, true)),
    Some(page(0x4_4000, true, false)),
    Some(page(0x1000_0000, true, true)),
];
const HOLE: u64 = LINEAR + 0x2000;
const READ_ONLY: u64 = LINEAR + 0x3000;
const KERNELS: u64 = LINEAR + 0x4000;
const NO_MEMORY: u64 = LINEAR + 0x5000;
const END: u64 = LINEAR + 0x6000;

const fn page(physical: u64, writable: bool, user: bool) -> Mapping {
    Mapping { physical, writable, user }
}

/// Adds what is at a pointer to what is there, and answers with the sum.
#[derive(Hypercall)]
#[hypercall(number = 9, name = "TEST_ADD_AT", interface = TEST, arch(x86), status = active)]
struct AddAt {
    /// Guest-virtual; eight bytes.
    pointer: u64,
    /// What is added.
    value: u64,
    /// Whether the sum is written back.
    store: bool,
}

/// A VM whose handlers reach the guest's pointers.
struct Machine {
    memory: GuestMemoryMmap,
    translator: OnceLock<Translator>,
}

fn serve(machine: &Machine, call: AddAt, context: &mut Context<'_>) -> Result<u64, Error> {
    let translator = machine.translator.get().ok_or(Error::InvalidState)?;
    let translate = |linear, access| translator.translate(&machine.memory, linear, access);
    let linear = Linear::new(&machine.memory, translate, context.caller());
    let mut bytes = [0; 8];
    linear.read(call.pointer, &mut bytes)?;
    let sum = u64::from_le_bytes(bytes).wrapping_add(call.value);
    if call.store {
        linear.write(call.pointer, &sum.to_le_bytes())?;
    }
    Ok(sum)
}

/// A guest that rings the doorbell, and a VM for its call. The bench's own calls are not used.
fn guest(kvm: &Kvm, start: Start) -> (Bench, Machine, KvmCalls<Machine>) {
    let mut bench = Bench::new(kvm, start, &[0xe6, PORT, 0xe6, DONE, 0xf4], Policy::default());
    if start.mode.is_long() {
        setup::map(&bench.memory, TABLES, &Window { linear: LINEAR, table: TABLE, pages: &PAGES }).unwrap();
    }
    let machine = Machine { memory: bench.memory.clone(), translator: OnceLock::new() };
    machine.translator.set(Translator::new(&bench.fd).unwrap()).unwrap();
    let dispatcher = Dispatcher::<Machine>::builder(Arch::X86)
        .entry(entry::port(PORT), &convention::KVM, &interface::KVM)
        .policy("user-mode".parse().unwrap())
        .handle(serve)
        .build();
    let mut calls = KvmCalls::new(Arc::new(dispatcher.unwrap()), 0).unwrap();
    if !start.sync {
        calls = calls.without_sync_regs();
    }
    calls.prepare(&bench.vm_fd, &mut bench.fd);
    (bench, machine, calls)
}

/// Has the guest make the call, and gives what it finds in RAX behind it, as a signed number.
fn call(start: Start, guest: &mut (Bench, Machine, KvmCalls<Machine>), pointer: u64, store: bool) -> i64 {
    let (bench, machine, calls) = guest;
    let arguments = (number(9), pointer, 1, store.into());
    bench.set(|r| {
        (r.rip, r.rax, r.rbx, r.rcx, r.rdx) = (CODE, arguments.0, arguments.1, arguments.2, arguments.3)
    });
    let watchdog = Watchdog::arm(PATIENCE).unwrap();
    let exit = bench.fd.run().unwrap();
    let call = calls.recognise(exit).unwrap();
    assert_eq!(calls.serve(call, &mut bench.fd, machine).unwrap(), Served::Resume);
    drop(watchdog);
    assert!(matches!(bench.step(), Event::Other(Other::Out(port, _)) if port == u16::from(DONE)));
    let rax = bench.regs().rax;
    if start.is_64_bit() { rax as i64 } else { i64::from(rax as u32 as i32) }
}

/// Long and compatibility mode, at CPL 0 and 3, with and without sync registers.
fn starts() -> impl Iterator<Item = Start> {
    Start::all().filter(|start| start.mode.is_long())
}

#[test]
fn a_pointer_is_followed_through_the_guests_tables_page_by_page() {
    let Some(kvm) = kvm() else { return };
    for start in starts() {
        let mut guest = guest(&kvm, start);
        guest.0.load(FIRST + 0xffc, &[1, 2, 3, 4]);
        guest.0.load(SECOND, &[5, 6, 7, 0]);
        let expected = 0x0007_0605_0403_0201_i64;
        let sum = if start.is_64_bit() { expected + 1 } else { i64::from((expected + 1) as i32) };
        assert_eq!(call(start, &mut guest, LINEAR + 0xffc, true), sum, "{start:?}");
        assert_eq!((guest.0.value(FIRST + 0xffc, 4), guest.0.value(SECOND, 4)), (0x0403_0202, 0x0007_0605));
        // Mapped at their own address, and where the physical one is not mapped to itself.
        guest.0.load(0x5_0000, &7_u64.to_le_bytes());
        assert_eq!(call(start, &mut guest, 0x5_0000, false), 8, "{start:?}");
    }
}

#[test]
fn a_pointer_to_nothing_is_a_bad_address() {
    let Some(kvm) = kvm() else { return };
    for start in starts() {
        let mut guest = guest(&kvm, start);
        let before: [u8; 8] = guest.0.value(SECOND + 0xff8, 8).to_le_bytes();
        for (pointer, what) in [
            (HOLE, "an unmapped page"),
            (HOLE - 4, "the second page is unmapped"),
            (HOLE + 0xffc, "the first page is unmapped"),
            (NO_MEMORY, "a mapped page without memory"),
            (END, "behind the last page"),
            (END - 1, "the last byte"),
            (0xffff_fffc, "it wraps in 32 bits; nothing is behind 4 GiB"),
            (u64::MAX - 3, "it wraps"),
            (1 << 48 | LINEAR, "not canonical"),
            (0x8000_0000_0000, "not canonical"),
            (u64::MAX - 0xfff, "canonical and unmapped"),
        ] {
            let cut_off = !start.is_64_bit() && pointer > u64::from(u32::MAX);
            if cut_off {
                continue; // 32-bit code has no such pointer
            }
            assert_eq!(call(start, &mut guest, pointer, true), -14, "{what} {start:?}");
        }
        assert_eq!(guest.0.value(SECOND + 0xff8, 8).to_le_bytes(), before);
    }
}

#[test]
fn a_page_that_the_caller_may_not_use_is_a_bad_address() {
    let Some(kvm) = kvm() else { return };
    for start in starts() {
        let mut guest = guest(&kvm, start);
        assert_eq!(call(start, &mut guest, READ_ONLY + 8, false), 1, "{start:?}");
        assert_eq!(call(start, &mut guest, READ_ONLY + 8, true), -14, "{start:?}");
        assert_eq!(guest.0.value(0x4_3008, 8), 0);
        let kernels = if start.user { -14 } else { 1 };
        assert_eq!(call(start, &mut guest, KERNELS, false), kernels, "{start:?}");
        assert_eq!(call(start, &mut guest, KERNELS, true), kernels, "{start:?}");
        assert_eq!(guest.0.value(0x4_4000, 8), if start.user { 0 } else { 1 });
        // The second page may be read only.
        assert_eq!(call(start, &mut guest, KERNELS - 4, true), -14, "{start:?}");
    }
}

/// CR0.WP clear: a kernel writes to read-only pages, and so may the host for it; a program may not.
#[test]
fn write_protection_is_the_guests_own() {
    let Some(kvm) = kvm() else { return };
    for user in [false, true] {
        let start = Start { user, ..Start::LONG };
        let guest = guest(&kvm, start);
        let mut sregs = guest.0.sregs();
        sregs.cr0 &= !(1 << 16);
        guest.0.fd.set_sregs(&sregs).unwrap();
        if guest.0.sregs().cr0 & 1 << 16 != 0 {
            continue; // a KVM that keeps it set
        }
        let translator = guest.1.translator.get().unwrap();
        let privilege = if user { Privilege::User } else { Privilege::Supervisor };
        let found = translator.translate(&guest.1.memory, READ_ONLY, Access { privilege, write: true });
        assert_eq!(found, if user { Err(Error::BadAddress) } else { Ok(0x4_3000) });
    }
}

#[test]
fn without_paging_an_address_is_its_own_and_has_32_bits() {
    let Some(kvm) = kvm() else { return };
    let start = Start { mode: Mode::Protected, ..Start::LONG };
    let mut guest = guest(&kvm, start);
    guest.0.load(0x5_0000, &41_u64.to_le_bytes());
    assert_eq!(call(start, &mut guest, 0x5_0000, true), 42);
    assert_eq!(call(start, &mut guest, LINEAR, true), -14);
    assert_eq!(call(start, &mut guest, 0xffff_fffc, true), -14);
    let translator = guest.1.translator.get().unwrap();
    let access = Access { privilege: Privilege::Supervisor, write: false };
    assert_eq!(translator.translate(&guest.1.memory, 1 << 32, access), Err(Error::BadAddress));
}

/// A guest may change its tables between calls: each call sees them as they are.
#[test]
fn a_mapping_that_changes_between_calls_is_seen() {
    let Some(kvm) = kvm() else { return };
    let mut guest = guest(&kvm, Start::LONG);
    guest.0.load(FIRST, &[1]);
    guest.0.load(0x4_5000, &[2]);
    assert_eq!(call(Start::LONG, &mut guest, LINEAR, false), 2);
    guest.0.load(TABLE, &(0x4_5000_u64 | 7).to_le_bytes());
    assert_eq!(call(Start::LONG, &mut guest, LINEAR, false), 3);
    guest.0.load(TABLE, &0_u64.to_le_bytes());
    assert_eq!(call(Start::LONG, &mut guest, LINEAR, false), -14);
}

#[test]
fn a_window_that_cannot_be_is_refused() {
    let memory = FlatMemory::new(0, 0x1_0000);
    let refused = |linear, table, pages: &[Option<Mapping>]| matches!(setup::map(&memory, 0, &Window { linear, table, pages }), Err(KvmError::Window(at)) if at == linear);
    assert!(refused(0x1000, 0xc000, &[]));
    assert!(refused(1 << 32, 0xc000, &[]));
    assert!(refused(0, 0xc008, &[]));
    assert!(refused(0, 0xc000, &[None; 513]));
    let outside = setup::map(&memory, 0, &Window { linear: 0, table: 0x1_0000, pages: &[] });
    assert!(matches!(outside, Err(KvmError::Memory { .. })));
}
