//! What the adapter leaves to the VMM, what a call costs, and the loop that comes with it, on real KVM.
#![cfg(all(feature = "kvm", target_arch = "x86_64", target_os = "linux"))]

mod bench;

use bench::*;
use hypercall_arch_x86::kvm::backend::{KvmVcpu, Stop};
use hypercall_arch_x86::kvm::probe::{self, Transport};
use hypercall_arch_x86::kvm::setup::{self, Entry, Mode};
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::kvm::{KvmCalls, KvmError, Served, adapter, inject};
use hypercall_arch_x86::{convention, entry};
use hypercall_core::prelude::*;
use hypercall_core::{VmExit, interface};
use kvm_bindings::kvm_run__bindgen_ty_1__bindgen_ty_8 as KvmRunHypercall;
use kvm_bindings::{KVM_CAP_EXIT_HYPERCALL, kvm_enable_cap};
use kvm_ioctls::{HypercallExit, VcpuExit};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn what_is_no_call_is_handed_back() {
    let Some(kvm) = kvm() else { return };
    let cases: [(&[u8], Other); 9] = [
        (&[0xe4, PORT], Other::In(PORT.into(), 1)), // in al, 0x48
        (&[0xe7, PORT], Other::Out(PORT.into(), vec![1, 0, 0x54, 0x54])), // out 0x48, eax
        (&[0x66, 0xe7, PORT], Other::Out(PORT.into(), vec![1, 0])), // out 0x48, ax
        (&[0xe6, 0x47], Other::Out(0x47, vec![1])), // out 0x47, al
        (&[0x8a, 0x04, 0x25, 0, 0, 0, 0x70], Other::Load(ADDRESS, 1)), // mov al, [0x70000000]
        (&[0x88, 0x04, 0x25, 1, 0, 0, 0x70], Other::Store(ADDRESS + 1, vec![1])),
        (&[0x88, 0x04, 0x25, 0xff, 0xff, 0xff, 0x6f], Other::Store(ADDRESS - 1, vec![1])),
        (&[0xf4], Other::Halted),
        (&[0x6c], Other::In(0x4850, 1)), // insb
    ];
    for (code, expected) in cases {
        for mode in [Mode::Long, Mode::Protected] {
            let start = Start { mode, ..Start::LONG };
            let mut bench = Bench::new(&kvm, start, &[code, &[0xf4]].concat(), Policy::default());
            bench.set(|r| (r.rax, r.rdx, r.rdi) = (number(1), 0x4850, 0x9000));
            assert_eq!(bench.step(), Event::Other(expected.clone()), "{code:02x?} {mode:?}");
            assert_eq!(bench.vm.served(), 0);
            assert_eq!(bench.calls.vcpu().statistics().total().calls, 0);
        }
    }
}

/// They look the same to the VMM, and all the call needs is in the registers.
#[test]
fn other_instructions_that_look_like_the_call_are_served() {
    let Some(kvm) = kvm() else { return };
    let codes: [&[u8]; 3] = [
        &[0xee],                                              // out dx, al
        &[0x6e],                                              // outsb
        &[0xc7, 0x04, 0x25, 0, 0, 0, 0x70, 0x12, 0x34, 0, 0], // mov dword ptr [0x70000000], 0x3412
    ];
    for code in codes {
        let mut bench = Bench::new(&kvm, Start::LONG, &[code, &[0xf4]].concat(), Policy::default());
        bench.set(|r| (r.rax, r.rdx, r.rsi) = (number(7), PORT.into(), 0x9000));
        assert_eq!(bench.step(), Event::Served(Served::Resume), "{code:02x?}");
        assert_eq!(bench.step(), Event::Other(Other::Halted), "{code:02x?}");
        assert_eq!(bench.regs().rax, u64::MAX, "{code:02x?}");
    }
}

/// A guest that retries from another instruction than the call's loses its own way, not the VMM.
#[test]
fn a_retry_from_an_instruction_of_another_length_ends_in_the_guest() {
    let Some(kvm) = kvm() else { return };
    for code in [&[0xee][..], &[0xf3, 0x6e], &[0x48, 0xa3, 0, 0, 0, 0x70, 0, 0, 0, 0]] {
        let mut bench = Bench::new(&kvm, Start::LONG, &[code, &[0xf4]].concat(), Policy::default());
        bench.set(|r| (r.rax, r.rbx, r.rcx, r.rdx, r.rsi) = (number(2), 1, 2, PORT.into(), 0x9000));
        assert_eq!(bench.step(), Event::Served(Served::Resume), "{code:02x?}");
        let _ = bench.step();
    }
}

/// A store of eight bytes at a page's end is two exits; the first one is the call.
#[test]
fn a_store_across_a_page_is_one_call_that_can_be_retried() {
    let Some(kvm) = kvm() else { return };
    const EDGE: u64 = 0x7000_0ffc;
    let dispatcher = |outcome: Outcome| {
        let built = Dispatcher::<Vm>::builder(Arch::X86)
            .entry(entry::mmio(EDGE), &convention::KVM, &interface::KVM)
            .handle(move |_: &Vm, _: Wide, _: &mut Context<'_>| Ok(outcome))
            .build();
        Arc::new(built.unwrap())
    };
    // mov [0x70000ffc], rax; hlt
    let code = [0x48, 0x89, 0x04, 0x25, 0xfc, 0x0f, 0x00, 0x70, 0xf4];
    for outcome in [Outcome::from(5), Outcome::Retry] {
        let mut bench = Bench::with(&kvm, Start::LONG, &code, dispatcher(outcome), |_| {});
        bench.set(|r| r.rax = number(7));
        assert_eq!(bench.step(), Event::Served(Served::Resume));
        if outcome == Outcome::from(5) {
            let Event::Other(Other::Store(address, data)) = bench.step() else { panic!() };
            assert_eq!((address, data.len()), (EDGE + 4, 4));
            assert_eq!(bench.step(), Event::Other(Other::Halted));
        }
    }
}

#[test]
fn number_12_by_exit_hypercall_is_answered_in_the_exit() {
    let Some(kvm) = kvm() else { return };
    let dispatcher = exit_dispatcher();
    let mut bench = Bench::with(&kvm, Start::LONG, &[0xf4], dispatcher, |_| {});
    let _ = bench.step(); // the registers are those of some exit
    let mut exit = |nr, longmode| {
        // As KVM leaves it: only three arguments are its own; the rest of the array is of earlier exits.
        let args = [0x1_0000_3000, 0xffff_ffff_0000_0004, 0x10, 0xbad, 0xbad, 0xbad];
        let run = bench.fd.get_kvm_run();
        run.__bindgen_anon_1.hypercall = KvmRunHypercall { nr, args, ..Default::default() };
        run.__bindgen_anon_1.hypercall.__bindgen_anon_1.longmode = longmode;
        let exit = VcpuExit::Hypercall(HypercallExit { nr, args, ret: &mut 0, longmode });
        let call = bench.calls.recognise(exit).unwrap();
        assert_eq!(bench.calls.serve(call, &mut bench.fd, &bench.vm).unwrap(), Served::Resume);
        // SAFETY: this test only looks at the integers that `serve` has put there.
        #[allow(unsafe_code)]
        unsafe {
            bench.fd.get_kvm_run().__bindgen_anon_1.hypercall.ret
        }
    };
    assert_eq!(exit(12, 1), 0x77);
    assert_eq!(exit(12, 0), 0x77);
    assert_eq!(exit(13, 1), -1000_i64 as u64);
    assert_eq!(exit(13, 0), 0xffff_fc18, "-1000 in 32 bits");
    assert_eq!(
        *bench.vm.arguments.lock().unwrap(),
        [0x1_0000_3000, 0xffff_ffff_0000_0004, 0x10, 0x3000, 4, 0x10]
    );
}

/// Number 12 as KVM's own interface has it; what it does is another crate's.
#[derive(Hypercall)]
#[hypercall(number = 12, name = "TEST_MAP_GPA_RANGE", interface = KVM_AGAIN, arch(x86), status = active)]
struct MapGpaRange {
    /// Any.
    gpa: u64,
    /// Any.
    pages: u64,
    /// Any.
    attributes: u64,
}

use hypercall_core::interface::KVM as KVM_AGAIN;

fn exit_dispatcher() -> Arc<Dispatcher<Vm>> {
    let built = Dispatcher::<Vm>::builder(Arch::X86)
        .entry(entry::EXIT_HYPERCALL, &convention::KVM, &interface::KVM)
        .handle(|vm: &Vm, call: MapGpaRange, _: &mut Context<'_>| {
            vm.arguments.lock().unwrap().extend([call.gpa, call.pages, call.attributes]);
            Ok(if call.attributes == 0xf { Outcome::Retry } else { 0x77_u64.into() })
        })
        .build();
    Arc::new(built.unwrap())
}

#[test]
fn number_12_by_vmcall_reaches_the_handler_where_kvm_delivers_it() {
    let Some(kvm) = kvm() else { return };
    let finding = probe::transport(&kvm, Transport::ExitHypercall).unwrap();
    if !finding.is_delivered() {
        println!("NOT RUN: exit-hypercall {finding}");
        return;
    }
    for sync in [true, false] {
        let start = Start { sync, ..Start::LONG };
        for code in [[0x0f, 0x01, 0xc1, 0xf4], [0x0f, 0x01, 0xd9, 0xf4]] {
            let mut bench = Bench::with(&kvm, start, &code, exit_dispatcher(), |vm| {
                let mut cap = kvm_enable_cap { cap: KVM_CAP_EXIT_HYPERCALL, ..Default::default() };
                cap.args[0] = 1 << 12;
                vm.enable_cap(&cap).unwrap();
            });
            bench.set(|r| (r.rax, r.rbx, r.rcx, r.rdx) = (12, 0x3000, 2, 0xf));
            assert_eq!(bench.step(), Event::Served(Served::Resume));
            bench.set(|r| r.rdx = 0x10); // retried, now with another argument
            assert_eq!(bench.step(), Event::Served(Served::Resume));
            assert_eq!(bench.step(), Event::Other(Other::Halted));
            assert_eq!(bench.regs().rax, 0x77);
            assert_eq!(*bench.vm.arguments.lock().unwrap(), [0x3000, 2, 0xf, 0x3000, 2, 0x10]);
        }
    }
}

/// Has every `ioctl` of this thread fail from here on.
#[allow(unsafe_code)]
fn forbid_ioctls() {
    let filter = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let mut filters = [
        filter(0x20, 0, 0, 0),                                // load the system call's number
        filter(0x15, 0, 1, libc::SYS_ioctl as u32),           // is it ioctl?
        filter(0x06, 0, 0, 0x0005_0000 | libc::EPERM as u32), // SECCOMP_RET_ERRNO
        filter(0x06, 0, 0, 0x7fff_0000),                      // SECCOMP_RET_ALLOW
    ];
    let program = libc::sock_fprog { len: filters.len() as u16, filter: filters.as_mut_ptr() };
    // SAFETY: the program outlives the calls; it is four valid instructions, and binds this thread only.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

#[test]
fn with_sync_regs_a_call_takes_no_ioctl_beside_kvm_run() {
    let Some(kvm) = kvm() else { return };
    for sync in [true, false] {
        let start = Start { sync, ..Start::LONG };
        let mut bench = Bench::new(&kvm, start, &[0xe6, PORT, 0xf4], Policy::default());
        bench.set(|r| r.rax = number(7));
        let result = std::thread::spawn(move || {
            let watchdog = Watchdog::arm(PATIENCE).unwrap();
            let call = bench.calls.recognise(bench.fd.run().unwrap()).unwrap();
            drop(watchdog);
            forbid_ioctls();
            bench.calls.serve(call, &mut bench.fd, &bench.vm)
        });
        match result.join().unwrap() {
            Ok(served) => assert!(sync && served == Served::Resume),
            Err(error) => {
                assert!(!sync && matches!(error, KvmError::Ioctl { ioctl: "KVM_GET_REGS", .. }), "{error}");
            }
        }
    }
}

/// Has every `ioctl` of this thread but KVM_RUN fail from here on.
#[allow(unsafe_code)]
fn allow_kvm_run_only() {
    const KVM_RUN: u32 = 0xae80;
    let filter = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let mut filters = [
        filter(0x20, 0, 0, 0),                                // load the system call's number
        filter(0x15, 0, 3, libc::SYS_ioctl as u32),           // is it ioctl?
        filter(0x20, 0, 0, 24),                               // load its second argument
        filter(0x15, 1, 0, KVM_RUN),                          // is it KVM_RUN?
        filter(0x06, 0, 0, 0x0005_0000 | libc::EPERM as u32), // SECCOMP_RET_ERRNO
        filter(0x06, 0, 0, 0x7fff_0000),                      // SECCOMP_RET_ALLOW
    ];
    let program = libc::sock_fprog { len: filters.len() as u16, filter: filters.as_mut_ptr() };
    // SAFETY: the program outlives the calls; it is six valid instructions, and binds this thread only.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

/// As many calls as KVM_RUNs, and no other ioctl.
#[test]
fn a_call_is_one_ioctl() {
    let Some(kvm) = kvm() else { return };
    const CALLS: u64 = 200;
    for doorbell in Doorbell::ALL {
        // mov eax, TEST_WIDE; the call; jmp back
        let mut code = [&[0xb8][..], &(number(7) as u32).to_le_bytes(), doorbell.code()].concat();
        code.extend([0xeb, (-(code.len() as i8 + 2)) as u8]);
        let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
        let thread = std::thread::spawn(move || {
            let _watchdog = Watchdog::arm(PATIENCE).unwrap();
            allow_kvm_run_only();
            for _ in 0..CALLS {
                let call = bench.calls.recognise(bench.fd.run().unwrap()).unwrap();
                assert_eq!(bench.calls.serve(call, &mut bench.fd, &bench.vm).unwrap(), Served::Resume);
            }
            assert!(bench.fd.get_regs().is_err(), "the filter lets other ioctls through");
            (bench.calls.vcpu().statistics().total(), bench.vm.served())
        });
        let (counts, served) = thread.join().unwrap();
        assert_eq!((counts.calls, counts.errors, u64::from(served)), (CALLS, 0, CALLS), "{doorbell:?}");
    }
}

#[test]
fn a_vcpu_that_was_not_prepared_is_served_too() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &[0xe6, PORT, 0xf4], Policy::default());
    bench.calls = KvmCalls::new(dispatcher(Policy::default()), 0).unwrap();
    bench.set(|r| r.rax = number(7));
    assert_eq!(bench.step(), Event::Served(Served::Resume));
    assert_eq!(bench.step(), Event::Other(Other::Halted));
    assert_eq!(bench.regs().rax, u64::MAX);
}

#[test]
fn a_port_that_out_cannot_reach_is_refused_before_a_guest_runs() {
    for port in [0x7e, 0x100, 0x10048] {
        let dispatcher = Dispatcher::<Vm>::builder(Arch::X86)
            .entry(EntryPoint::new(entry::PIO, port), &convention::KVM, &interface::KVM)
            .build()
            .unwrap();
        let error = KvmCalls::new(Arc::new(dispatcher), 0).unwrap_err();
        assert!(matches!(error, KvmError::Port { port: p, .. } if p == port), "{error}");
    }
}

#[test]
fn tables_that_cannot_be_are_refused() {
    let Some(kvm) = kvm() else { return };
    let bench = Bench::new(&kvm, Start::LONG, &[0xf4], Policy::default());
    let enter = |tables| {
        let entry = Entry {
            mode: Mode::Long,
            user: false,
            rip: CODE,
            stack: STACK,
            kernel_stack: STACK,
            tables,
            ports: &[],
            handlers: &[],
        };
        setup::enter(&bench.fd, &bench.memory, &entry).unwrap_err()
    };
    assert!(matches!(enter(0x1_0008), KvmError::Tables(0x1_0008)));
    assert!(matches!(enter(0x1_0000_0000), KvmError::Tables(_)));
    assert!(matches!(enter(0x3f_f000), KvmError::Memory { .. }), "the last page of its memory");
}

/// A bench as the vCPU with a loop; the rest of it must live on.
fn looping(bench: Bench) -> (KvmVcpu<Vm>, impl Sized, Arc<Vm>) {
    let Bench { fd, vm_fd, calls, memory, vm } = bench;
    (KvmVcpu { fd, calls }, (vm_fd, memory), vm)
}

#[test]
fn the_loop_serves_calls_until_something_else_happens() {
    let Some(kvm) = kvm() else { return };
    // Twice TEST_WIDE's call with its number set anew, then what ends it.
    let call = [0xb8, 0x07, 0x00, 0x54, 0x54, 0xe6, PORT];
    let cases: [(&[u8], Stop); 6] = [
        (&[0xf4], Stop::Halted),
        (&[0xb8, 0x05, 0x00, 0x54, 0x54, 0xe6, PORT], Stop::Exit(VmExit { code: 9 })),
        (&[0xe6, 0x33], Stop::Unexpected("output to port 0x33: [ff]".into())),
        (&[0xe5, 0x33], Stop::Unexpected("input of 4 bytes from port 0x33".into())),
        (
            &[0x8a, 0x04, 0x25, 5, 0, 0, 0x70],
            Stop::Unexpected("load of 1 bytes outside memory at 0x70000005".into()),
        ),
        (&[0x0f, 0x0b], Stop::Shutdown), // ud2, and the handler of #UD is not even code that is there
    ];
    for (end, stop) in cases {
        let code = [&call[..], &call, end].concat();
        let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
        bench.set(|r| r.rbx = 9);
        if stop == Stop::Shutdown {
            bench.set(|r| r.rsp = 0xdead_0000_0000); // not canonical memory of the tables: #UD, #PF, triple
        }
        let (mut vcpu, _rest, vm) = looping(bench);
        let watchdog = Watchdog::arm(PATIENCE).unwrap();
        assert_eq!(vcpu.run(&vm).unwrap(), stop, "{end:02x?}");
        assert!(!watchdog.expired());
        assert!(vm.served() >= 2);
    }
}

#[test]
fn an_exit_nobody_expects_is_named() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &[0xf4], Policy::default());
    bench.set(|r| r.rip = 0x7100_0000); // no memory to execute from
    let (mut vcpu, _rest, vm) = looping(bench);
    let _watchdog = Watchdog::arm(PATIENCE).unwrap();
    let Stop::Unexpected(words) = vcpu.run(&vm).unwrap() else { panic!("a guest runs without memory") };
    assert!(words.contains("KVM internal error 1") && words.contains("cannot emulate"), "{words}");
}

#[test]
fn a_guest_that_spins_is_stopped_by_the_watchdog() {
    let Some(kvm) = kvm() else { return };
    for user in [false, true] {
        let start = Start { user, ..Start::LONG };
        let bench = Bench::new(&kvm, start, &[0xeb, 0xfe], Policy::default()); // jmp to itself
        let (mut vcpu, _rest, vm) = looping(bench);
        let begun = Instant::now();
        let watchdog = Watchdog::arm(Duration::from_millis(50)).unwrap();
        assert_eq!(vcpu.run(&vm).unwrap(), Stop::Interrupted);
        assert!(watchdog.expired() && begun.elapsed() < PATIENCE);
    }
}

#[test]
fn an_interrupt_wakes_a_halted_guest() {
    let Some(kvm) = kvm() else { return };
    // sti; hlt; out DONE, al
    let mut bench = Bench::new(&kvm, Start::LONG, &[0xfb, 0xf4, 0xe6, DONE], Policy::default());
    bench.load(HANDLER, &[0x48, 0xff, 0xc3, 0x48, 0xcf]); // inc rbx; iretq
    assert_eq!(bench.step(), Event::Other(Other::Halted));
    assert_eq!(bench.fd.get_kvm_run().ready_for_interrupt_injection, 1);
    inject::interrupt(&bench.fd, INTERRUPT).unwrap();
    assert!(matches!(bench.step(), Event::Other(Other::Out(port, _)) if port == u16::from(DONE)));
    assert_eq!(bench.regs().rbx, 1);
}

#[test]
fn completing_an_exit_runs_no_further_instruction() {
    let Some(kvm) = kvm() else { return };
    let mut bench = Bench::new(&kvm, Start::LONG, &[0xe6, DONE, 0xff, 0xc3, 0xf4], Policy::default());
    let _ = bench.step(); // out DONE, al; inc ebx
    for _ in 0..3 {
        adapter::complete(&mut bench.fd).unwrap();
        assert_eq!((bench.regs().rip, bench.regs().rbx), (CODE + 2, 0));
    }
    assert_eq!(bench.step(), Event::Other(Other::Halted));
    assert_eq!(bench.regs().rbx, 1);
}
