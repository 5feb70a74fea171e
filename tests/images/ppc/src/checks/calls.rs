//! Calls by the stubs, and what is no call.

use super::{Check, check, same};
use crate::cpu::Platform;
use crate::guest::{Back, MEMORY, REPORTED, Route, device_tree, execute, job, load_runner, mode, stub};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use hypercall_arch_ppc::PpcRegisters;
use hypercall_arch_ppc::guest::{Answer, Issue, epapr, epapr_sc1, multicall, papr};
use hypercall_arch_ppc::instructions::NOP;
use hypercall_arch_ppc::node::HypervisorNode;
use hypercall_core::multicall::MulticallFlags;
use hypercall_core::{CallEntry, Privilege, Width};
use hypercalls::catalogue::kvm::Features;
use hypercalls::vendor::{Fail, FailWith, Mix2, Mix8, Mix9, Nop, Outputs, Retry};

pub const ALL: &[Check] = &[
    check("the device tree names the instructions", tree),
    check("the stubs bring arguments there and answers back", stubs),
    check("the multicall stub goes on until each call is answered", lists),
    check("unknown numbers are unknown, and high bits count where the convention says so", unknown),
    check("a system call of the kernel's is its own", own_system_call),
    check("a system call of a user program's is its kernel's", user_system_call),
    check("an instruction that is bound to nothing is a system call", unbound),
];

fn tree() -> Result<(), String> {
    let node = HypervisorNode::read(device_tree()).map_err(|e| format!("{e}"))?.ok_or("no node")?;
    let words = node.instructions.map(|i| *i.words());
    // Linux arch/powerpc/kvm/powerpc.c, kvm_vm_ioctl_get_pvinfo.
    let must = match job().route {
        Route::Sc => Some([0x3c00_4b56, 0x6000_4d21, 0x4400_0002, 0x6000_0000]),
        Route::Sc1Epapr => Some([0x4400_0022, 0x6000_0000, 0x6000_0000, 0x6000_0000]),
        Route::Sc1Papr => None,
    };
    if words == must && node.kvm == must.is_some() { Ok(()) } else { Err(format!("{node:x?}")) }
}

/// A call by the job's stub.
fn issue(call: &impl Issue) -> Answer {
    // SAFETY: the calls here touch no memory but the magic page, which is none of Rust's, and a list of calls.
    unsafe {
        match job().route {
            Route::Sc => call.issue(stub()),
            Route::Sc1Epapr => call.issue_sc1(),
            Route::Sc1Papr => call.issue_papr(),
        }
    }
}

/// Lists of calls by the stub. The host retries one of them, which ends the first multicall.
fn lists() -> Result<(), String> {
    /// In the guest's memory, behind what the cases use.
    const LIST: u64 = MEMORY + 0x8_0000;
    let papr = job().route == Route::Sc1Papr;
    let entry = |call: &Mix2| if papr { call.entry_papr() } else { call.entry() };
    let hand_in = |entries: &mut [CallEntry], address, flags| {
        // SAFETY: the calls touch no memory, and the entries are at their own address.
        unsafe { multicall(entries, address, flags, issue) }
    };
    // SAFETY: the guest's memory, of no Rust object but this.
    let entries: &mut [CallEntry] =
        unsafe { core::slice::from_raw_parts_mut(core::ptr::with_exposed_provenance_mut(LIST as usize), 8) };
    for (entry_at, a) in entries.iter_mut().zip(0..) {
        *entry_at = entry(&Mix2 { a, b: 0x1_0000_0000 });
    }
    let retry = Retry { key: 0x77 };
    entries[3] = if papr { retry.entry_papr() } else { retry.entry() };
    let fail = Fail { error: FailWith::Busy };
    entries[5] = if papr { fail.entry_papr() } else { fail.entry() };
    let before: Vec<CallEntry> = entries.to_vec();
    let done = hand_in(entries, LIST, MulticallFlags::empty());
    same("entries answered", done.map_or(u64::MAX, |n| n as u64), 8)?;
    let busy = if papr { 1 } else { 4 };
    for (a, found) in (0..).zip(entries.iter()) {
        let must = match a {
            3 => (CallEntry::DONE, 0, 2),
            5 => (CallEntry::FAILED, busy, 0),
            _ => (CallEntry::DONE, 0, 0x2_0000_0000 + a),
        };
        if (found.state, found.result, found.words[0]) != must {
            return Err(format!("entry {a} is {found:x?}"));
        }
    }
    entries.copy_from_slice(&before);
    let done = hand_in(entries, LIST, MulticallFlags::STOP_ON_ERROR);
    same("entries answered until one failed", done.map_or(u64::MAX, |n| n as u64), 6)?;
    same("the state of the next", entries[6].state, CallEntry::PENDING)?;
    let refused = hand_in(entries, 1 << 40, MulticallFlags::empty());
    same("the status without memory", refused.err().unwrap_or(0), if papr { -4 } else { 6 })
}

/// A call by number.
fn raw(number: u64, fill: u64) -> Answer {
    // SAFETY: as above.
    unsafe {
        match job().route {
            Route::Sc => epapr(stub(), number, &[fill; 8]),
            Route::Sc1Epapr => epapr_sc1(number, &[fill; 8]),
            Route::Sc1Papr => papr(number, &[fill; 9]),
        }
    }
}

fn stubs() -> Result<(), String> {
    let papr = job().route == Route::Sc1Papr;
    same("HYPERCALL_NOP's status", issue(&Nop {}).status, 0)?;
    let answer = if papr {
        // SAFETY: the call touches no memory.
        unsafe {
            let call = Mix9 {
                a: 1,
                b: 10,
                c: 100,
                d: 1_000,
                e: 10_000,
                f: 100_000,
                g: 1_000_000,
                h: 10_000_000,
                i: 100_000_000,
            };
            call.issue_papr()
        }
    } else {
        issue(&Mix8 { a: 1, b: 10, c: 100, d: 1_000, e: 10_000, f: 100_000, g: 1_000_000, h: 10_000_000 })
    };
    same("the sum's status", answer.status, 0)?;
    same("the sum", answer.outputs[0], if papr { 987_654_321 } else { 87_654_321 })?;
    let answer = issue(&Outputs { seed: 0x100 });
    same("the outputs' status", answer.status, 0)?;
    for (i, must) in (0x100..0x108).enumerate() {
        same("an output", answer.outputs[i], must)?;
    }
    same("an error", issue(&Fail { error: FailWith::BadAddress }).status, if papr { -4 } else { 6 })?;
    if !papr {
        let answer = issue_features();
        same("KVM_HC_FEATURES' status", answer.status, 0)?;
        same("the features", answer.outputs[0], 2)?;
    }
    Ok(())
}

fn issue_features() -> Answer {
    // SAFETY: the call touches no memory.
    unsafe { if job().route == Route::Sc { Features {}.issue(stub()) } else { Features {}.issue_sc1() } }
}

fn unknown() -> Result<(), String> {
    const FILL: u64 = 0x0123_4567_89ab_cdef;
    // KVM's, ePAPR's own EV_IDLE, other vendors', and no number at all.
    let tokens: &[u64] = &[
        0x2a_0000,
        0x2a_0005,
        0x2a_ffff,
        0x29_0003,
        0x2b_0003,
        0x1_0010,
        0x7f,
        0xffff,
        0x7fff_ffff,
        0xffff_ffff,
        u64::MAX,
        0xdead_beef_0000_003f,
    ];
    // Not a multiple of four, past the vendor's, QEMU's and Linux's own, and known ones with high bits.
    let numbers: &[u64] =
        &[0x7001, 0x7002, 0x7003, 0x7e00, 0x58, 0xf000, 0x1_0000_7004, 0x8000_0000_0000_7004, 0, u64::MAX];
    let papr = job().route == Route::Sc1Papr;
    for number in if papr { numbers } else { tokens } {
        let Answer { status, outputs } = raw(*number, FILL);
        same(&format!("{number:#x}'s status"), status, if papr { -2 } else { 12 })?;
        // ePAPR's R11 holds the token, R4 is zero; nothing else changes.
        let must = if papr { [FILL; 9] } else { [0, FILL, FILL, FILL, FILL, FILL, FILL, *number, 0] };
        if outputs != must {
            return Err(format!("{number:#x} left {outputs:x?}"));
        }
    }
    if !papr {
        let answer = raw(0xdead_beef_002a_0003, FILL);
        same("FEATURES under high bits", answer.status, 0)?;
        same("its value", answer.outputs[0], 2)?;
    }
    Ok(())
}

/// Executes four instructions, of which one is to be a system call of the guest's own.
fn reflected(words: [u32; 4], privilege: Privilege) -> Result<(), String> {
    let slot = load_runner(words, false);
    let sc = words.iter().position(|w| w >> 26 == 17).unwrap_or(0) as u64;
    let mut input = PpcRegisters::default();
    for (i, register) in input.r.iter_mut().enumerate() {
        *register = 0x2a_0003 + (i as u64) * 0x1_0001;
    }
    input.r[11] = 0x2a_0003;
    let msr = mode(Width::Bits64, privilege, false);
    let Back::Interrupted(interrupt) = execute(&input, msr) else { return Err("it returned".into()) };
    same("the vector", interrupt.vector, 0xc00)?;
    same("SRR0", interrupt.srr0, slot + 4 * sc + 4)?;
    same("SRR1", interrupt.srr1 & REPORTED, msr & REPORTED)?;
    for i in 1..32 {
        same(&format!("r{i}"), interrupt.registers.r[i], input.r[i])?;
    }
    Ok(())
}

const SC: u32 = 0x4400_0002;
/// `lis r0,0x4b56`, and `ori r0,r0` with all bits but the last of the magic.
const NEARLY: [u32; 4] = [0x3c00_4b56, 0x6000_4d20, SC, NOP];
const MAGIC: [u32; 4] = [0x3c00_4b56, 0x6000_4d21, SC, NOP];

fn own_system_call() -> Result<(), String> {
    reflected(NEARLY, Privilege::Supervisor)?;
    reflected([0x3800_0000, NOP, SC, NOP], Privilege::Supervisor)
}

fn user_system_call() -> Result<(), String> {
    reflected(NEARLY, Privilege::User)?;
    // A hypercall, were it the kernel's.
    reflected(MAGIC, Privilege::User)
}

fn unbound() -> Result<(), String> {
    if job().route != Route::Sc {
        // The magic means nothing to a host that is entered by sc 1.
        return reflected(MAGIC, Privilege::Supervisor);
    }
    // sc 2, into an ultravisor that is not there.
    reflected([0x3c00_4b56, 0x6000_4d21, 0x4400_0042, NOP], Privilege::Supervisor)?;
    if Platform::get() == Platform::PowerNv {
        reflected([0x3c00_4b56, 0x6000_4d21, 0x4400_0022, NOP], Privilege::Supervisor)?;
        reflected([0x3c00_4b56, 0x6000_4d21, 0x4400_0022, NOP], Privilege::User)?;
    }
    Ok(())
}
