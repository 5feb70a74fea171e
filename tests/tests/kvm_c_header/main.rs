//! The conformance cases made by C guests that use nothing but the generated header, on real KVM.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod guest;
mod vm;

use guest::{MMIO, PAGE, PORT, Program, VMCALL, VMMCALL};
use hypercall_arch_x86::convention;
use hypercall_arch_x86::kvm::setup::Mode;
use hypercall_arch_x86::para::Processor;
use hypercall_core::convention::{self as table, Reg};
use hypercall_core::{Convention, Registry};
use hypercalls::tables::{Book, Call, render_c, render_rust};
use vm::{Tally, Way, cases};

/// The header of x86, with this convention in the place of the one of its name.
fn header(convention: &'static Convention) -> String {
    let conventions = convention::ALL.map(|c| if c.name == convention.name { convention } else { c });
    render_c(&Book::new(&Registry::linked().unwrap(), conventions)).unwrap()
}

/// Every case, by each doorbell; in 64-bit mode also the first of each number by a user program.
fn all_right(convention: &'static Convention, mode: Mode) {
    let Some(kvm) = vm::kvm() else { return };
    let program = Program::new(&header(convention), mode, convention.name);
    for via in [PORT, MMIO] {
        check(
            convention,
            &cases(&kvm, convention, &program, Way { mode, via, user: false, allowed: false }).unwrap(),
        );
    }
    if mode == Mode::Long {
        let tally =
            cases(&kvm, convention, &program, Way { mode, via: PORT, user: true, allowed: false }).unwrap();
        assert!(tally.wrong.is_empty() && tally.made > 50, "{tally:#?}");
    }
}

/// Nothing is wrong, and each call that the convention carries was made by its own function.
fn check(convention: &Convention, tally: &Tally) {
    let Tally { made, typed, wrong, .. } = tally;
    let (made, own) = (*made, typed.len());
    println!("{}: {made} cases made by C, {own} of them by the call's own function", convention.name);
    assert!(wrong.is_empty(), "{} of {made} are wrong: {wrong:#?}", wrong.len());
    let carries = |c: &&Call| c.places.iter().any(|place| place.convention.name == convention.name);
    for call in Book::linked().unwrap().calls.iter().filter(carries) {
        let key = (call.definition.interface.name, call.definition.number);
        assert!(typed.contains(&key), "no case was made by the function of {}", call.definition.name);
    }
}

#[test]
fn kvm_in_64_bit_mode() {
    all_right(&convention::KVM, Mode::Long);
}

#[test]
fn kvm_in_32_bit_mode() {
    all_right(&convention::KVM, Mode::Protected);
}

#[test]
fn para_2007_in_64_bit_mode() {
    all_right(&convention::PARA_2007, Mode::Long);
}

#[test]
fn para_2007_in_32_bit_mode() {
    all_right(&convention::PARA_2007, Mode::Protected);
}

#[test]
fn xen_in_64_bit_mode() {
    all_right(&convention::XEN, Mode::Long);
}

#[test]
fn xen_in_32_bit_mode() {
    all_right(&convention::XEN, Mode::Protected);
}

/// The numbers that a hypercall page has go through it, the others through the port.
#[test]
fn xen_by_its_hypercall_page() {
    let Some(kvm) = vm::kvm() else { return };
    for mode in [Mode::Long, Mode::Protected] {
        let program = Program::new(&header(&convention::XEN), mode, "xen-page");
        let way = Way { mode, via: PAGE, user: false, allowed: false };
        check(&convention::XEN, &cases(&kvm, &convention::XEN, &program, way).unwrap());
    }
}

/// Both instructions, whichever is the processor's: KVM hands out the other, too, and by what it writes over that one in
/// the guest they are told apart. The guests are compiled first, for the
/// machines that they are handed over to.
#[test]
fn every_convention_by_vmcall_and_vmmcall() {
    let header = render_c(&Book::linked().unwrap()).unwrap();
    let guests = [Mode::Long, Mode::Protected].map(|mode| (mode, Program::handed_over(&header, mode)));
    let Some(kvm) = vm::kvm().filter(vm::delivers_instructions) else { return };
    let own = match vm::processor(&kvm) {
        Processor::Intel => VMCALL,
        Processor::Amd => VMMCALL,
    };
    for (mode, program) in &guests {
        for convention in convention::ALL {
            for via in [VMCALL, VMMCALL] {
                let way = Way { mode: *mode, via, user: false, allowed: false };
                let tally = cases(&kvm, convention, program, way).unwrap();
                check(convention, &tally);
                assert_eq!(tally.rewritten, via != own, "{way:?}");
            }
        }
    }
}

/// As a user program: the compiler's core library uses registers that not every host emulates for a kernel.
#[test]
fn the_rust_module_in_64_bit_mode() {
    let Some(kvm) = vm::kvm() else { return };
    let module = render_rust(&Book::linked().unwrap()).unwrap();
    let program = Program::of_rust(&module, &convention::ALL.map(|c| c.name), "all");
    for convention in convention::ALL {
        for via in [PORT, MMIO] {
            let way = Way { mode: Mode::Long, via, user: true, allowed: true };
            check(convention, &cases(&kvm, convention, &program, way).unwrap());
        }
    }
}

/// A copy of a convention with two registers of its table swapped, the number's first, then the arguments';
/// behind them, one in which the result is in the last argument's register.
fn swapped(convention: &'static Convention, index: usize) -> Option<&'static Convention> {
    let modes: Option<Vec<table::Mode>> = convention.modes.iter().map(|mode| swap(*mode, index)).collect();
    let copy = Convention { modes: modes?.leak(), ..*convention };
    Some(Box::leak(Box::new(copy)))
}

fn swap(mode: table::Mode, index: usize) -> Option<table::Mode> {
    let mut table: Vec<Reg> = [mode.number].iter().chain(mode.arguments).copied().collect();
    let last = table.len() - 1;
    let result = match index {
        i if i < last => mode.result,
        i if i == last => table[last],
        _ => return None,
    };
    if index < last {
        table.swap(index, index + 1);
    }
    let number = table.remove(0);
    Some(table::Mode { number, arguments: table.leak(), result, value: result, ..mode })
}

fn every_swap_is_found(convention: &'static Convention, mode: Mode) {
    let Some(kvm) = vm::kvm() else { return };
    let mut index = 0;
    while let Some(changed) = swapped(convention, index) {
        let program = Program::new(&header(changed), mode, &format!("{}-{index}", convention.name));
        let tally = cases(&kvm, convention, &program, Way { mode, via: PORT, user: false, allowed: false });
        // A guest that is not ended by the last case, or cannot go on, is found too.
        let found = tally.is_err() || tally.is_ok_and(|tally| !tally.wrong.is_empty());
        assert!(
            found,
            "registers {index} and {} of {} are swapped and every case is right",
            index + 1,
            convention.name
        );
        index += 1;
    }
    assert_eq!(index, convention.modes[0].arguments.len() + 1);
}

#[test]
fn a_header_with_swapped_registers_is_found_in_64_bit_mode() {
    every_swap_is_found(&convention::KVM, Mode::Long);
}

#[test]
fn a_header_with_swapped_registers_is_found_in_32_bit_mode() {
    every_swap_is_found(&convention::KVM, Mode::Protected);
}
