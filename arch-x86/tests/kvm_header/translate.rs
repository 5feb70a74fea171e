//! Guest-virtual addresses.

use super::bench::*;
use super::{run, run_to_halt};
use hypercall_arch_x86::paging::Linear;
use hypercall_arch_x86::{X86Registers, convention, entry};
use hypercall_core::prelude::*;
use hypercall_core::{Caller, Error, interface};
use kvm_ioctls::VcpuExit;
use std::cell::RefCell;

/// Two pages of 2 MiB that are mapped the other way round: what lies across their border is in two places.
const VIRTUAL: u64 = 0x4000_0000;
const BORDER: u64 = VIRTUAL + 0x20_0000;
/// After them nothing is mapped.
const UNMAPPED: u64 = VIRTUAL + 0x40_0000;

/// Maps them in the page directory of the second GiB of the bench's tables.
fn map(bench: &Bench) {
    let directory = TABLES + 0x8000;
    for (entry, physical) in [(0, Some(0x20_0000_u64)), (1, Some(0)), (2, None)] {
        let value = physical.map_or(0, |address| address | 0x87); // present, writable, user, large
        bench.load(directory + 8 * entry, &value.to_le_bytes());
    }
}

#[test]
pub fn kvm_translate_walks_the_guests_page_tables() {
    let Some(kvm) = kvm() else { return };
    for user in [false, true] {
        let start = Start { user, ..Start::LONG };
        let bench = Bench::new(&kvm, start, &[0xf4], Policy::default());
        map(&bench);
        let physical = |address| {
            let found = bench.fd.translate_gva(address).unwrap();
            (found.valid == 1).then_some(found.physical_address)
        };
        assert_eq!(physical(0x1234), Some(0x1234), "mapped to itself");
        assert_eq!(physical(VIRTUAL + 0x1_2345), Some(0x21_2345));
        assert_eq!(physical(BORDER - 1), Some(0x3f_ffff));
        assert_eq!(physical(BORDER), Some(0));
        assert_eq!(physical(UNMAPPED), None);
        assert_eq!(physical(0x7fff_ffff_f000), None);
    }
}

/// A VM whose handlers find out where the guest's pointers point.
struct Machine(RefCell<Bench>);

impl Machine {
    /// Copies what is at a guest-virtual address, page by page.
    fn read_virtual(&self, address: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let bench = self.0.borrow();
        let translate = |linear, _| match bench.fd.translate_gva(linear) {
            Ok(page) if page.valid == 1 => Ok(page.physical_address),
            _ => Err(Error::BadAddress),
        };
        Linear::new(&bench.memory, translate, Caller::X86_64).read(address, buffer)
    }
}

/// Adds bytes up.
#[derive(Hypercall)]
#[hypercall(number = 9, name = "TEST_SUM", interface = TEST, arch(x86), status = active)]
struct Sum {
    /// Guest-virtual.
    pointer: u64,
    /// How many, up to 8192.
    length: u64,
}

#[test]
pub fn kvm_translate_decodes_a_guest_virtual_pointer_argument() {
    let Some(kvm) = kvm() else { return };
    let dispatcher = Dispatcher::<Machine>::builder(Arch::X86)
        .entry(entry::port(PORT), &convention::KVM, &interface::KVM)
        .handle(|machine: &Machine, call: Sum, _: &mut Context<'_>| {
            let length = usize::try_from(call.length).ok().filter(|l| *l <= 8192).ok_or(Error::Invalid)?;
            let mut bytes = vec![0; length];
            machine.read_virtual(call.pointer, &mut bytes)?;
            Ok::<u64, Error>(bytes.into_iter().map(u64::from).sum())
        })
        .build()
        .unwrap();
    let doorbell = dispatcher.entry(entry::port(PORT)).unwrap();
    let cases = [
        (BORDER - 4, 8, 0x406), // four times 0xff, and 1, 2, 3 and 4
        (BORDER - 4, 4, 0x3fc),
        (BORDER, 4, 10),
        (VIRTUAL, 8192, 0),
        (VIRTUAL, 8193, -22_i64 as u64),
        (UNMAPPED, 1, -14_i64 as u64),
        (UNMAPPED - 1, 2, -14_i64 as u64),
        (u64::MAX, 2, -14_i64 as u64),
        (UNMAPPED, 0, 0),
    ];
    for (pointer, length, result) in cases {
        let start = Start { sync: false, ..Start::LONG };
        let mut bench = Bench::new(&kvm, start, &[0xe6, PORT, 0xf4], Policy::default());
        map(&bench);
        bench.load(0x3f_fffc, &[0xff, 0xff, 0xff, 0xff]);
        bench.load(0, &[1, 2, 3, 4]);
        bench.set(|r| (r.rax, r.rbx, r.rcx) = (number(9), pointer, length));
        run(&mut bench, |exit| assert!(matches!(exit, VcpuExit::IoOut(port, _) if port == u16::from(PORT))));
        let regs = bench.regs();
        let mut registers =
            X86Registers { rax: regs.rax, rbx: regs.rbx, rcx: regs.rcx, ..Default::default() };
        let machine = Machine(RefCell::new(bench));
        let mut vcpu = dispatcher.vcpu(0);
        let action = dispatcher.serve(doorbell, &machine, &mut vcpu, &mut registers, Caller::X86_64);
        assert!(action.is_continue());
        let mut bench = machine.0.into_inner();
        bench.set(|r| r.rax = registers.rax);
        run_to_halt(&mut bench);
        assert_eq!(bench.regs().rax, result, "{pointer:#x} {length}");
    }
}
