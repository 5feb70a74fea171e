//! The guest stub, executed. A process is in the problem state, so its DIAGNOSE arrives as SIGILL; the signal
//! handler is the host: it serves the call on the registers and the PSW of the signal's context.

#![cfg(all(feature = "guest", target_arch = "s390x", target_os = "linux"))]
#![allow(unsafe_code)] // a signal handler, and the stubs it answers

use core::ptr;
use hypercall_arch_s390::diag::Intercept;
use hypercall_arch_s390::guest::{Issue, diag500, multicall};
use hypercall_arch_s390::trap::{Cpu, Psw, Step, serve};
use hypercall_arch_s390::{S390Registers, convention, entry};
use hypercall_core::memory::{GuestMemory, MemoryError};
use hypercall_core::multicall::{Batches, MulticallFlags};
use hypercall_core::{CallEntry, interface, prelude::*};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The calls of this test.
pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// Weighs its arguments, so that each has its own part in the result.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "ACME_WEIGH", interface = ACME, arch(s390), status = active)]
struct Weigh {
    /// R2, once.
    a: u64,
    /// R3, 10 times.
    b: u64,
    /// R4, 100 times.
    c: u64,
    /// R5, 1000 times.
    d: u64,
    /// R6, 10 000 times.
    e: u64,
    /// R7, 100 000 times.
    f: u64,
}

/// The memory limit.
#[derive(Hypercall)]
#[hypercall(number = 4, name = "DIAG500_STORAGE_LIMIT", interface = diag500, arch(s390), status = active)]
struct StorageLimit;

/// The memory of the guest is this process's, at its own addresses.
struct Process;

impl GuestMemory for Process {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let from = ptr::with_exposed_provenance::<u8>(address as usize);
        for (i, to) in buffer.iter_mut().enumerate() {
            // SAFETY: `contains` was asked first, and answers for the one list that there is.
            *to = unsafe { from.add(i).read_volatile() };
        }
        Ok(())
    }

    fn write(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        let to = ptr::with_exposed_provenance_mut::<u8>(address as usize);
        for (i, from) in data.iter().enumerate() {
            // SAFETY: as above.
            unsafe { to.add(i).write_volatile(*from) };
        }
        Ok(())
    }

    fn contains(&self, address: u64, length: u64) -> bool {
        let first = LIST.load(Ordering::Relaxed);
        address >= first && address.checked_add(length).is_some_and(|end| end <= first + LIST_SIZE)
    }
}

/// Where the list of calls is, and its bytes.
static LIST: AtomicU64 = AtomicU64::new(0);
const LIST_SIZE: u64 = 8 * 128;

fn dispatcher() -> &'static Dispatcher<()> {
    static DISPATCHER: OnceLock<Dispatcher<()>> = OnceLock::new();
    DISPATCHER.get_or_init(|| {
        Dispatcher::builder(Arch::S390)
            .entry(entry::DIAG500, &convention::DIAG500, &interface::DIAG500)
            .policy(Policy::default().allow_user_mode())
            .handle(|_: &(), w: Weigh, _: &mut Context<'_>| {
                Ok(w.a + 10 * w.b + 100 * w.c + 1000 * w.d + 10_000 * w.e + 100_000 * w.f)
            })
            .handle(|_: &(), _: StorageLimit, _: &mut Context<'_>| Ok(0x7ff_ffff_u64))
            .multicall(Batches::new(|_: &()| &Process).at_most(3))
            .build()
            .unwrap()
    })
}

/// The instruction the host saw last.
static TEXT: AtomicU32 = AtomicU32::new(0);

extern "C" fn host(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: with SA_SIGINFO the third argument is the context of the interrupted thread, ours to change.
    let context = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext };
    let psw = Psw { mask: context.psw.mask, address: context.psw.addr };
    // SAFETY: the kernel leaves the PSW of SIGILL behind the instruction, here the stub's, four bytes long.
    let text = unsafe { *(psw.address as *const [u8; 4]).byte_sub(4) };
    TEXT.store(u32::from_be_bytes(text), Ordering::Relaxed);
    let mut cpu = Cpu { psw, registers: S390Registers { r: context.gregs } };
    let dispatcher = dispatcher();
    let entry = dispatcher.entry(entry::DIAG500).unwrap();
    let intercept = Intercept::of_instruction(&text);
    let step = serve(dispatcher, entry, &(), &mut dispatcher.vcpu(0), &mut cpu, &intercept);
    if step != Step::Resume {
        std::process::abort(); // a real illegal instruction, or a call that was not served
    }
    context.gregs = cpu.registers.r;
    context.psw.addr = cpu.psw.address;
}

fn install() {
    dispatcher();
    // SAFETY: zero is a valid sigaction, and the handler has the signature that SA_SIGINFO asks for.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = host as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO;
        assert_eq!(libc::sigaction(libc::SIGILL, &action, std::ptr::null_mut()), 0);
    }
}

#[test]
fn the_multicall_stub_goes_on_until_each_call_is_answered() {
    install();
    let weigh = |a| Weigh { a, b: 2, c: 3, d: 4, e: 5, f: 6 }.entry();
    let entries: &mut [CallEntry] = Box::leak(Box::new([1, 2, 3, 4, 5, 6, 7, 8].map(weigh)));
    let address = entries.as_mut_ptr().expose_provenance() as u64;
    LIST.store(address, Ordering::Relaxed);
    // SAFETY: the calls touch no memory, and the entries are there.
    let done = unsafe { multicall(entries, address, MulticallFlags::empty()) };
    assert_eq!(done, Ok(8));
    for (entry, a) in entries.iter().zip(1..) {
        assert_eq!((entry.state, entry.result), (CallEntry::DONE, 654_320 + a));
    }
    entries.fill(StorageLimit.entry());
    entries[4] = CallEntry::new(0x4143_0002, &[]);
    // SAFETY: as above.
    let done = unsafe { multicall(entries, address, MulticallFlags::STOP_ON_ERROR) };
    assert_eq!(done, Ok(5));
    assert_eq!(entries.iter().map(|e| e.state).collect::<Vec<_>>(), [2, 2, 2, 2, 3, 1, 1, 1]);
    assert_eq!(entries[4].result as i64, -1000);
    // SAFETY: as above; there is no memory.
    let refused = unsafe { multicall(entries, address + (1 << 40), MulticallFlags::empty()) };
    assert_eq!(refused, Err(-14));
}

#[test]
fn a_stub_makes_the_call_and_gets_the_answer() {
    install();
    let weigh = Weigh { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 };
    // SAFETY: the calls touch no memory.
    unsafe {
        assert_eq!(weigh.issue(), 654_321);
        assert_eq!(TEXT.load(Ordering::Relaxed), 0x8324_0500);
        assert_eq!(StorageLimit.issue(), 0x7ff_ffff);
        // An unknown number in ACME's range: -KVM_ENOSYS.
        assert_eq!(diag500(0x4143_0002, &[0; 6]) as i64, -1000);
    }
}
