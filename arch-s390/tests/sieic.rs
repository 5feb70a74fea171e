//! KVM_EXIT_S390_SIEIC, from the bytes of `kvm_run` to the bytes of `kvm_run`.
//!
//! No emulator at hand offers SIE, so none of these bytes ever came from a kernel. They were put together by hand
//! from the layouts in Linux `include/uapi/linux/kvm.h` (`struct kvm_run`, its `s390_sieic` and `psw_mask`;
//! `struct kvm_s390_irq`) and `arch/s390/include/uapi/asm/kvm.h` (`struct kvm_sync_regs`): offsets below are those
//! of the C structs. They are big-endian, as s390 is, and so are the machines that these tests run on.

#![cfg(target_endian = "big")]

use bytemuck::{bytes_of, pod_read_unaligned};
use hypercall_arch_s390::diag::Kind;
use hypercall_arch_s390::kvm::{KvmRun, NoSyncRegs, Served, serve};
use hypercall_arch_s390::{convention, entry};
use hypercall_core::{Fault, VmExit, interface, prelude::*};

/// Offsets in `struct kvm_run`.
const EXIT_REASON: usize = 8;
const PSW_MASK: usize = 32;
const PSW_ADDR: usize = 40;
const ICPTCODE: usize = 48;
const IPA: usize = 50;
const IPB: usize = 52;
const VALID_REGS: usize = 304;
const DIRTY_REGS: usize = 312;
const GPRS: usize = 328;
/// What the code looks at ends behind R15.
const SIZE: usize = 456;

type Image = [u8; SIZE];

fn put(image: &mut Image, offset: usize, bytes: &[u8]) {
    image[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// A kernel in 64-bit mode has executed `diag 2,4,0x500` at 0x20000, with R1 and R2 as given. Other registers,
/// and everything that is none of this code's affair, hold 0x5a.
fn image(r1: &[u8; 8], r2: &[u8; 8]) -> Image {
    let mut image = [0x5a; SIZE];
    put(&mut image, EXIT_REASON, &[0, 0, 0, 13]);
    put(&mut image, PSW_MASK, &[0x07, 0x04, 0x00, 0x01, 0x80, 0, 0, 0]);
    put(&mut image, PSW_ADDR, &[0, 0, 0, 0, 0, 0x02, 0x00, 0x04]);
    put(&mut image, ICPTCODE, &[0x04]);
    put(&mut image, IPA, &[0x83, 0x24]);
    put(&mut image, IPB, &[0x05, 0x00, 0x00, 0x00]);
    // PREFIX, GPRS, ACRS and CRS, as every kernel since 3.4 has them
    put(&mut image, VALID_REGS, &[0, 0, 0, 0, 0, 0, 0, 0x0f]);
    put(&mut image, DIRTY_REGS, &[0; 8]);
    put(&mut image, GPRS + 8, r1);
    put(&mut image, GPRS + 16, r2);
    image
}

static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");

/// The number of [`End`] in R1: vendor "AC", number 2.
const END: &[u8; 8] = &[0, 0, 0, 0, 0x41, 0x43, 0, 2];

/// Ends in one of the ways a call may end.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "ACME_END", interface = ACME, arch(s390), status = active)]
struct End {
    /// Which.
    way: u32,
}

fn served(image: &Image) -> (Result<Served, NoSyncRegs>, Image) {
    let dispatcher = Dispatcher::<()>::builder(Arch::S390)
        .entry(entry::DIAG500, &convention::DIAG500, &interface::DIAG500)
        .handle(|(): &(), call: End, context: &mut Context<'_>| match call.way {
            0 => Ok(Outcome::Retry),
            1 => Ok(Outcome::Fault(Fault { code: 5, error_code: None })),
            2 => Ok(Outcome::Exit(VmExit { code: 9 })),
            3 => {
                // Completed at once, before anybody waits.
                context.defer().complete(Ok(Output::value(0x0102_0304_0506_0708)));
                Ok(Outcome::Deferred)
            }
            4 => Ok(Outcome::Complete(Output::value(0x1122_3344_5566_7788))),
            _ => Err(Error::BadAddress),
        })
        .build()
        .unwrap();
    let entry = dispatcher.entry(entry::DIAG500).unwrap();
    let mut run: KvmRun = pod_read_unaligned(image);
    let served = serve(&dispatcher, entry, &(), &mut dispatcher.vcpu(0), &mut run);
    (served, bytes_of(&run).try_into().unwrap())
}

#[test]
fn an_answer_is_in_r2_and_marked_dirty_and_nothing_else_changes() {
    for (way, r2) in [
        (3, [1, 2, 3, 4, 5, 6, 7, 8]),
        (4, [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]),
        // -EFAULT, 14
        (5, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf2]),
    ] {
        let before = image(END, &[0, 0, 0, 0, 0, 0, 0, way]);
        let mut expected = before;
        put(&mut expected, GPRS + 16, &r2);
        put(&mut expected, DIRTY_REGS, &[0, 0, 0, 0, 0, 0, 0, 0x02]);
        assert_eq!(served(&before), (Ok(Served::Resume), expected), "{way}");
    }
}

#[test]
fn a_retry_sets_the_psw_back_by_the_instruction() {
    let before = image(END, &[0; 8]);
    let mut expected = before;
    put(&mut expected, PSW_ADDR, &[0, 0, 0, 0, 0, 0x02, 0x00, 0x00]);
    put(&mut expected, DIRTY_REGS, &[0, 0, 0, 0, 0, 0, 0, 0x02]);
    assert_eq!(served(&before), (Ok(Served::Resume), expected));
}

#[test]
fn a_fault_is_an_interruption_to_inject_with_its_instruction_length() {
    // An addressing exception, and a specification exception for a subcode that nobody knows.
    for (before, code) in
        [(image(END, &[0, 0, 0, 0, 0, 0, 0, 1]), 5), (image(&[0, 0, 0, 0, 0, 0, 0, 9], &[0; 8]), 6)]
    {
        let (answer, after) = served(&before);
        let Ok(Served::Inject(irq)) = answer else { panic!("{answer:?}") };
        let mut expected = [0; 72];
        // KVM_S390_PROGRAM_INT, 0xfffe0001, in 64 bits
        expected[4..8].copy_from_slice(&[0xff, 0xfe, 0x00, 0x01]);
        expected[37] = code; // the low byte of `code` at 36
        expected[45] = 0x05; // ILC_VALID, and 4 bytes
        assert_eq!(bytes_of(&irq), expected);
        assert_eq!(after, before);
    }
}

#[test]
fn an_exit_of_the_vms_changes_nothing() {
    let before = image(END, &[0, 0, 0, 0, 0, 0, 0, 2]);
    assert_eq!(served(&before), (Ok(Served::Exit(VmExit { code: 9 })), before));
}

#[test]
fn what_is_no_call_is_the_vmms_own() {
    let mut breakpoint = image(END, &[0; 8]);
    put(&mut breakpoint, IPB, &[0x05, 0x01, 0x00, 0x00]);
    assert_eq!(served(&breakpoint), (Ok(Served::NotACall(Kind::Function(0x501))), breakpoint));

    let mut service_call = image(END, &[0; 8]);
    put(&mut service_call, IPA, &[0xb2, 0x20]);
    assert_eq!(served(&service_call), (Ok(Served::NotACall(Kind::NotDiag)), service_call));

    // A protected guest's instruction: 0x68, ICPT_PV_INSTR.
    let mut protected = image(END, &[0; 8]);
    put(&mut protected, ICPTCODE, &[0x68]);
    assert_eq!(served(&protected), (Ok(Served::NotACall(Kind::NotInstruction(0x68))), protected));

    // KVM_EXIT_S390_TSCH
    let mut other = image(END, &[0; 8]);
    put(&mut other, EXIT_REASON, &[0, 0, 0, 22]);
    assert_eq!(served(&other), (Ok(Served::OtherExit(22)), other));
}

#[test]
fn registers_that_are_not_there_are_not_looked_at() {
    let mut before = image(END, &[0; 8]);
    put(&mut before, VALID_REGS, &[0, 0, 0, 0, 0, 0, 0, 0x0d]);
    assert_eq!(served(&before), (Err(NoSyncRegs), before));
}

#[test]
fn a_user_programs_call_is_a_privileged_operation() {
    let mut before = image(END, &[0; 8]);
    put(&mut before, PSW_MASK, &[0x07, 0x05, 0x00, 0x01, 0x80, 0, 0, 0]);
    let (answer, after) = served(&before);
    assert!(matches!(answer, Ok(Served::Inject(irq)) if irq.program.code == 2), "{answer:?}");
    assert_eq!(after, before);
}
