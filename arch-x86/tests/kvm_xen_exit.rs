//! Calls by KVM_EXIT_XEN, in every convention: on KVMs that have it by a guest, on every other with the exit
//! written by hand.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;
mod para;

use bench::*;
use hypercall_arch_x86::kvm::{KvmError, Served, cpuid, xen_exit};
use hypercall_arch_x86::para::{Para, ParaVcpu, Processor};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::prelude::*;
use hypercall_core::{Convention, VmExit, interface};
use kvm_bindings::{KVM_MAX_CPUID_ENTRIES, kvm_regs};
use kvm_ioctls::{Kvm, VcpuExit};
use para::{POISON, Six};
use std::sync::Arc;

/// What a VM's KVM_EXIT_XEN is bound to.
#[derive(Clone, Copy)]
struct Binding {
    convention: &'static Convention,
    interface: &'static Interface,
    /// What an unknown number is answered with.
    unknown: i64,
    /// The first four arguments of [`POISON`] in 64-bit and in 32-bit mode.
    arguments: [fn(&kvm_regs) -> [u64; 4]; 2],
}

/// The registers of `Documentation/virt/kvm/x86/hypercalls.rst`, of the 2007 `kvm_para.h`, and of Xen's
/// `xen-x86_64.h` and `xen-x86_32.h`; -KVM_ENOSYS, -KVM_EINVAL of 2007, -XEN_ENOSYS.
static BINDINGS: [Binding; 4] = [
    Binding {
        convention: &convention::KVM,
        interface: &interface::KVM,
        unknown: -1000,
        arguments: [|r| [r.rbx, r.rcx, r.rdx, r.rsi]; 2],
    },
    Binding {
        convention: &convention::KVM,
        interface: &TEST,
        unknown: -1000,
        arguments: [|r| [r.rbx, r.rcx, r.rdx, r.rsi]; 2],
    },
    Binding {
        convention: &convention::PARA_2007,
        interface: &interface::VENDOR,
        unknown: -1,
        arguments: [|r| [r.rdi, r.rsi, r.rdx, r.rcx], |r| [r.rax, r.rcx, r.rdx, r.rsi]],
    },
    Binding {
        convention: &convention::XEN,
        interface: &interface::XEN,
        unknown: -38,
        arguments: [|r| [r.rdi, r.rsi, r.rdx, r.r10], |r| [r.rbx, r.rcx, r.rdx, r.rsi]],
    },
];

impl Binding {
    fn dispatcher(&self, policy: Policy) -> Arc<Dispatcher<Vm>> {
        let builder = Dispatcher::<Vm>::builder(Arch::X86)
            .entry(entry::EXIT_XEN, self.convention, self.interface)
            .policy(policy);
        let built = with_handlers(builder).offer(|vm: &Vm, call: Six, _: &mut Context<'_>| {
            vm.arguments.lock().unwrap().extend(call.all());
            Ok(!1_u64)
        });
        Arc::new(built.build().unwrap())
    }

    /// [`POISON`] with this number, where this convention has it.
    fn registers(&self, long: bool, number: u64) -> kvm_regs {
        let mut regs = kvm_regs { rip: CODE, ..POISON };
        if self.convention.name == "para-2007" && !long {
            regs.rbx = number
        } else {
            regs.rax = number
        }
        regs
    }

    fn meant(&self, long: bool, regs: &kvm_regs) -> [u64; 4] {
        let mask = if long { u64::MAX } else { 0xffff_ffff };
        self.arguments[usize::from(!long)](regs).map(|a| a & mask)
    }

    fn unknown(&self, long: bool) -> u64 {
        narrowed(self.unknown as u64, long)
    }
}

fn narrowed(value: u64, long: bool) -> u64 {
    if long { value } else { value & 0xffff_ffff }
}

/// The sum that TEST_MIX makes of its arguments.
fn mixed([a, b, c, d]: [u64; 4], long: bool) -> u64 {
    let rest = [b.rotate_left(8), c.rotate_left(16), d.rotate_left(24)];
    narrowed(rest.into_iter().fold(a, u64::wrapping_add), long)
}

/// Serves a KVM_EXIT_XEN with these registers as if KVM had just made it, and gives its result.
fn by_hand(bench: &mut Bench, regs: &kvm_regs, longmode: u32, cpl: u32) -> Result<(Served, u64), KvmError> {
    bench.fd.set_regs(regs).unwrap();
    bench.fd.sync_regs_mut().regs = *regs;
    let xen = &mut bench.fd.get_kvm_run().__bindgen_anon_1;
    xen.xen.type_ = 1; // KVM_EXIT_XEN_HCALL
    xen.xen.u.hcall.longmode = longmode;
    xen.xen.u.hcall.cpl = cpl;
    xen.xen.u.hcall.result = 0x5555_5555_5555_5555;
    let call = bench.calls.recognise(VcpuExit::Unsupported(34)).unwrap();
    let served = bench.calls.serve(call, &mut bench.fd, &bench.vm)?;
    // SAFETY: the member was written above; it holds plain integers.
    #[allow(unsafe_code)]
    let result = unsafe { bench.fd.get_kvm_run().__bindgen_anon_1.xen.u.hcall.result };
    Ok((served, result))
}

fn benches(kvm: &Kvm, binding: &Binding, policy: &str) -> [Bench; 2] {
    [true, false].map(|sync| {
        let dispatcher = binding.dispatcher(policy.parse().unwrap());
        let mut bench = Bench::with(kvm, Start { sync, ..Start::LONG }, &[0xf4], dispatcher, |_| {});
        assert_eq!(bench.step(), Event::Other(Other::Halted), "kvm_run holds the registers of some exit");
        bench
    })
}

#[test]
fn the_exits_call_is_read_in_the_convention_that_the_vm_is_bound_to() {
    let Some(kvm) = kvm() else { return };
    for binding in &BINDINGS {
        for mut bench in benches(&kvm, binding, "default") {
            for (longmode, long) in [(1, true), (0, false)] {
                let regs = binding.registers(long, number(1));
                bench.vm.arguments.lock().unwrap().clear();
                let answer = by_hand(&mut bench, &regs, longmode, 0).unwrap();
                let meant = binding.meant(long, &regs);
                let what = format!("{} {long}", binding.convention.name);
                assert_eq!(*bench.vm.arguments.lock().unwrap(), meant, "{what}");
                assert_eq!(answer, (Served::Resume, mixed(meant, long)), "{what}");
                assert_eq!(bench.regs(), regs, "{what}: KVM writes RAX when it completes the exit");
            }
        }
    }
}

#[test]
fn an_unknown_number_is_the_interfaces_and_a_result_is_masked_outside_64_bit_mode() {
    let Some(kvm) = kvm() else { return };
    for binding in &BINDINGS {
        for mut bench in benches(&kvm, binding, "default") {
            for (longmode, long) in [(1, true), (0, false)] {
                for unknown in [0, 1, 5, 12, 17, number(0x99), 0x8000_0000, 0xffff_ffff] {
                    let regs = binding.registers(long, unknown);
                    let answer = by_hand(&mut bench, &regs, longmode, 0).unwrap();
                    assert_eq!(answer, (Served::Resume, binding.unknown(long)), "{unknown:#x}");
                }
                // TEST_WIDE, with an upper half that counts in 64-bit mode only.
                let regs = binding.registers(long, 0x1_0000_0000 | number(7));
                let expected = if long { binding.unknown(true) } else { 0xffff_ffff };
                assert_eq!(by_hand(&mut bench, &regs, longmode, 0).unwrap(), (Served::Resume, expected));
            }
        }
    }
}

/// -KVM_EPERM, as KVM answers for its own calls (Linux `arch/x86/kvm/x86.c`), even where a policy allows
/// user programs.
#[test]
fn a_call_above_cpl_0_is_refused_whatever_the_policy() {
    let Some(kvm) = kvm() else { return };
    for binding in &BINDINGS {
        for policy in ["default", "user-mode"] {
            for mut bench in benches(&kvm, binding, policy) {
                for (longmode, cpl) in [(1, 3), (0, 3), (1, 1), (0, 2)] {
                    let regs = binding.registers(longmode == 1, number(7));
                    let answer = by_hand(&mut bench, &regs, longmode, cpl).unwrap();
                    assert_eq!(answer, (Served::Resume, narrowed(u64::MAX, longmode == 1)));
                }
                assert_eq!(bench.vm.served(), 0);
                assert_eq!(bench.calls.vcpu().statistics().total().user_refused, 4);
            }
        }
    }
}

#[test]
fn a_handler_that_ends_the_vm_does_so() {
    let Some(kvm) = kvm() else { return };
    for mut bench in benches(&kvm, &BINDINGS[0], "default") {
        let regs = kvm_regs { rbx: 0x77, ..BINDINGS[0].registers(true, number(5)) };
        let (served, _) = by_hand(&mut bench, &regs, 1, 0).unwrap();
        assert_eq!(served, Served::Exit(VmExit { code: 0x77 }));
    }
}

#[test]
fn an_exit_that_no_entry_point_is_bound_to_is_handed_back() {
    let Some(kvm) = kvm() else { return };
    let bench = Bench::new(&kvm, Start::LONG, &[0xf4], Policy::default());
    assert!(matches!(bench.calls.recognise(VcpuExit::Unsupported(34)), Err(VcpuExit::Unsupported(34))));
    let bound = benches(&kvm, &BINDINGS[3], "default");
    assert!(matches!(bound[0].calls.recognise(VcpuExit::Unsupported(35)), Err(VcpuExit::Unsupported(35))));
}

#[test]
fn one_vm_binds_the_exit_once() {
    let built = Dispatcher::<Vm>::builder(Arch::X86)
        .entry(entry::EXIT_XEN, &convention::KVM, &interface::KVM)
        .entry(entry::EXIT_XEN, &convention::XEN, &interface::XEN)
        .build();
    let error = built.unwrap_err().to_string();
    assert!(
        error.contains("exit-xen") && error.contains("(kvm, kvm)") && error.contains("(xen, xen)"),
        "{error}"
    );
}

/// A guest whose `vmcall` or `vmmcall` comes out, or `None` where this KVM does not have that.
fn real(kvm: &Kvm, start: Start, binding: &Binding, policy: &str, code: &[u8]) -> Option<Bench> {
    let mut enabled = Ok(());
    let dispatcher = binding.dispatcher(policy.parse().unwrap());
    let bench = Bench::with(kvm, start, code, dispatcher, |vm| enabled = xen_exit::enable(vm));
    match enabled {
        Ok(()) => Some(bench),
        Err(error @ KvmError::Missing { .. }) => {
            println!("NOT RUN: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The host's processor.
fn processor(kvm: &Kvm) -> Processor {
    cpuid::processor(&kvm.get_supported_cpuid(KVM_MAX_CPUID_ENTRIES).unwrap()).unwrap()
}

fn instruction(kvm: &Kvm) -> &'static [u8] {
    match processor(kvm) {
        Processor::Intel => &[0x0f, 0x01, 0xc1],
        Processor::Amd => &[0x0f, 0x01, 0xd9],
    }
}

fn done(al: u8) -> Event {
    Event::Other(Other::Out(DONE.into(), vec![al]))
}

#[test]
fn a_guests_call_of_any_number_is_served_in_every_convention_and_mode_and_changes_rax_only() {
    let Some(kvm) = kvm() else { return };
    let code = [instruction(&kvm), &[0xe6, DONE, 0xf4]].concat();
    for binding in &BINDINGS {
        for start in Start::all().filter(|s| !s.user) {
            let Some(mut bench) = real(&kvm, start, binding, "default", &code) else { return };
            let long = start.is_64_bit();
            let meant = binding.meant(long, &binding.registers(long, number(1)));
            for (call, expected) in [
                (number(1), mixed(meant, long)),
                (number(7), narrowed(u64::MAX, long)),
                (number(0x99), binding.unknown(long)),
                (1, binding.unknown(long)),
                (5, binding.unknown(long)),
                (12, binding.unknown(long)),
                (0xffff_ffff, binding.unknown(long)),
            ] {
                let what = format!("{} {start:?} {call:#x}", binding.convention.name);
                bench.set(|r| *r = binding.registers(long, call));
                let before = bench.regs();
                assert_eq!(bench.step(), Event::Served(Served::Resume), "{what}");
                assert_eq!(bench.step(), done(expected as u8), "{what}");
                let after = bench.regs();
                assert_eq!(after.rax, expected, "{what}");
                assert_eq!(kvm_regs { rax: before.rax, rip: before.rip, ..after }, before, "{what}");
            }
            assert_eq!(bench.vm.served(), 2);
        }
    }
}

#[test]
fn a_guests_call_above_cpl_0_is_refused() {
    let Some(kvm) = kvm() else { return };
    let code = [instruction(&kvm), &[0xe6, DONE, 0xf4]].concat();
    for binding in &BINDINGS {
        for start in Start::all().filter(|s| s.user) {
            let Some(mut bench) = real(&kvm, start, binding, "user-mode", &code) else { return };
            let long = start.is_64_bit();
            bench.set(|r| *r = binding.registers(long, number(7)));
            assert_eq!(bench.step(), Event::Served(Served::Resume), "{start:?}");
            assert_eq!(bench.step(), done(0xff), "{start:?}");
            assert_eq!(bench.regs().rax, narrowed(u64::MAX, long), "{start:?}");
            assert_eq!(bench.vm.served(), 0, "{start:?}");
        }
    }
}

#[test]
fn a_guests_call_is_retried_and_faults_at_the_instruction() {
    let Some(kvm) = kvm() else { return };
    let code = [instruction(&kvm), &[0xe6, DONE, 0xf4]].concat();
    for start in Start::all().filter(|s| !s.user) {
        let long = start.is_64_bit();
        let Some(mut bench) = real(&kvm, start, &BINDINGS[0], "default", &code) else { return };
        bench.set(|r| *r = kvm_regs { rbx: 2, ..BINDINGS[0].registers(long, number(2)) }); // TEST_AGAIN, twice
        for _ in 0..3 {
            assert_eq!(bench.step(), Event::Served(Served::Resume), "{start:?}");
        }
        assert_eq!(bench.step(), done(0x77), "{start:?}");
        assert_eq!(bench.vm.served(), 3);

        let Some(mut bench) = real(&kvm, start, &BINDINGS[0], "default", &code) else { return };
        bench.load(HANDLER, &[0xe6, FAULT, 0xf4]);
        bench.set(|r| *r = kvm_regs { rbx: 13, ..BINDINGS[0].registers(long, number(4)) }); // TEST_TRAP
        assert_eq!(bench.step(), Event::Served(Served::Resume), "{start:?}");
        assert!(matches!(bench.step(), Event::Other(Other::Out(port, _)) if port == u16::from(FAULT)));
        // The error code and the address of the instruction.
        let size = if !start.mode.is_long() { 4 } else { 8 };
        let stack = bench.regs().rsp;
        assert_eq!((bench.value(stack, size), bench.value(stack + size, size)), (0x42, CODE), "{start:?}");
    }
}

/// The API of 2007 as its header has it: `vmcall; ret` or `vmmcall; ret`, by processor.
#[test]
fn a_guest_of_the_2007_api_calls_through_the_patched_vmcall() {
    use hypercall_arch_x86::msr::Msrs;
    let Some(kvm) = kvm() else { return };
    let binding = &BINDINGS[2];
    for start in Start::all().filter(|s| !s.user) {
        let long = start.is_64_bit();
        // call SITE; out DONE, al
        let code = [&[0xe8, 0xfb, 0x9f, 0, 0][..], &[0xe6, DONE, 0xf4]].concat();
        assert_eq!(CODE + 5 + 0x9ffb, para::SITE);
        let Some(mut bench) = real(&kvm, start, binding, "default", &code) else { return };
        let dispatcher = Arc::clone(bench.calls.dispatcher());
        let para = Para::new(&dispatcher, entry::EXIT_XEN, processor(&kvm)).unwrap();
        bench.load(para::PAGE, &[1, 0, 0, 0]);
        bench.load(para::PAGE + 16, &para::SITE.to_le_bytes());
        let mut vcpu = ParaVcpu::new(para);
        assert_eq!(vcpu.msr(&bench.memory).write(para::MAGIC, para::PAGE), Ok(()));
        let site = [instruction(&kvm), &[0xc3]].concat();
        assert_eq!(bench.value(para::SITE, 4).to_le_bytes()[..4], site);

        bench.set(|r| *r = binding.registers(long, number(8)));
        assert_eq!(bench.step(), Event::Served(Served::Resume), "{start:?}");
        assert_eq!(bench.step(), done(0xfe), "{start:?}");
        assert_eq!(bench.regs().rax, narrowed(!1, long));
        let r = binding.registers(long, number(8));
        let six = if long { [r.rdi, r.rsi, r.rdx, r.rcx, r.r8, r.r9] } else { [1, 3, 4, 5, 6, 7] };
        assert_eq!(*bench.vm.arguments.lock().unwrap(), six, "{start:?}");
    }
}
