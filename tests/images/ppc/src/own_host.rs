//! The PAPR stubs against a host that is not this project's: QEMU's own hypercalls on pseries (QEMU
//! `hw/ppc/spapr_hcall.c`, `hw/ppc/spapr_softmmu.c`, `hw/char/spapr_vty.c`, `hw/ppc/spapr_rng.c`). It wants
//! `-device spapr-rng` for H_RANDOM.

use crate::checks::{Check, check, same};
use crate::cpu::{Platform, hcall};
use crate::guest::load_runner;
use crate::host::KERNEL;
use crate::image::{SCORE, count};
use crate::world::{Kind, State, enter};
use crate::{block, mmu, say};
use alloc::format;
use alloc::string::String;
use hypercall_arch_ppc::guest::{Answer, Issue};
use hypercall_arch_ppc::instructions::NOP;
use hypercall_arch_ppc::{PpcRegisters, msr};
use hypercall_core::argument::GuestAddress;
use hypercalls::catalogue::papr::{
    AccessSize, Confer, GetTermChar, LogicalCiLoad, LogicalCiStore, Prod, PutTermChar, Random, TermLength,
};
use hypercalls::vendor::Nop;

// Linux arch/powerpc/include/asm/hvcall.h.
const H_SUCCESS: i64 = 0;
const H_FUNCTION: i64 = -2;
const H_PRIVILEGE: i64 = -3;
const H_PARAMETER: i64 = -4;
const H_NOT_FOUND: i64 = -7;
const H_P2: i64 = -55;
const H_REMOVE: u64 = 0x04;
const H_ENTER: u64 = 0x08;
const H_READ: u64 = 0x0c;
const H_SET_MODE: u64 = 0x31c;
const H_GET_CPU_CHARACTERISTICS: u64 = 0x1c8;

const ALL: &[Check] = &[
    check("H_PUT_TERM_CHAR prints", put),
    check("H_PUT_TERM_CHAR refuses other terminals and lengths", put_refused),
    check("H_GET_TERM_CHAR has nothing to read", get),
    check("H_LOGICAL_CI_STORE stores what H_LOGICAL_CI_LOAD loads", logical),
    check("no such size", logical_refused),
    check("H_ENTER, H_READ and H_REMOVE agree, in R4 to R11", hash_table),
    check("H_PROD and H_CONFER know who there is", processors),
    check("H_RANDOM gives numbers", random),
    check("H_GET_CPU_CHARACTERISTICS has two outputs", characteristics),
    check("H_SET_MODE knows its resources", set_mode),
    check("numbers that QEMU does not know", unknown),
    check("problem state is refused", problem_state),
];

/// Makes every call and counts it.
pub fn run() {
    say!("{}", SCORE.plan(ALL.len()));
    assert_eq!(Platform::get(), Platform::Pseries, "QEMU serves hypercalls on pseries only");
    mmu::begin();
    for check in ALL {
        count(format_args!("{}", check.name), (check.run)().err());
    }
}

/// Makes a call by its stub.
fn issue(call: &impl Issue) -> Answer {
    // SAFETY: the calls here name memory that is `CELL`, or none.
    unsafe { call.issue_papr() }
}

fn length(length: u8) -> TermLength {
    TermLength::new(length).expect("up to 16")
}

fn put() -> Result<(), String> {
    // "own host prints\n", which the runner looks for.
    let call = PutTermChar {
        terminal: 0,
        length: length(16),
        first: 0x6f77_6e20_686f_7374,
        second: 0x2070_7269_6e74_730a,
    };
    same("the status", issue(&call).status, H_SUCCESS)
}

fn put_refused() -> Result<(), String> {
    let call = PutTermChar { terminal: 0x1234, length: length(1), first: 0, second: 0 };
    same("another terminal", issue(&call).status, H_PARAMETER)?;
    // The stub cannot say 17.
    same("17 bytes", hcall(PutTermChar::PAPR_NUMBER, &[0, 17]).status, H_PARAMETER)
}

fn get() -> Result<(), String> {
    let answer = issue(&GetTermChar { terminal: 0 });
    same("the status", answer.status, H_SUCCESS)?;
    same("the length", answer.outputs[0], 0)?;
    same("another terminal", issue(&GetTermChar { terminal: 0x1234 }).status, H_PARAMETER)
}

static mut CELL: u64 = 0;
const SIZES: [(AccessSize, u32); 4] =
    [(AccessSize::Byte, 8), (AccessSize::Half, 16), (AccessSize::Word, 32), (AccessSize::Double, 64)];

fn logical() -> Result<(), String> {
    const VALUE: u64 = 0x8123_4567_89ab_cdef;
    let address = GuestAddress(&raw const CELL as u64);
    for (size, bits) in SIZES {
        // SAFETY: the cell is this function's.
        unsafe { (&raw mut CELL).write_volatile(0) };
        let stored = issue(&LogicalCiStore { size, address, value: VALUE });
        same("the store's status", stored.status, H_SUCCESS)?;
        // Big-endian, from the cell's first byte on.
        let low = VALUE & (u64::MAX >> (64 - bits));
        // SAFETY: as above.
        let cell = u64::from_be(unsafe { (&raw const CELL).read_volatile() });
        same(&format!("the memory after {bits} bits"), cell, low << (64 - bits))?;
        let loaded = issue(&LogicalCiLoad { size, address });
        same("the load's status", loaded.status, H_SUCCESS)?;
        same(&format!("{bits} bits"), loaded.outputs[0], low)?;
    }
    Ok(())
}

fn logical_refused() -> Result<(), String> {
    let address = &raw const CELL as u64;
    same("a load of 3", hcall(LogicalCiLoad::PAPR_NUMBER, &[3, address]).status, H_PARAMETER)?;
    same("a store of 16", hcall(LogicalCiStore::PAPR_NUMBER, &[16, address, 0]).status, H_PARAMETER)
}

fn hash_table() -> Result<(), String> {
    // Four entries of a group that maps nothing the image uses.
    const GROUP: u64 = 8 * 0x1f00;
    const EXACT: u64 = 1 << (63 - 24);
    const FOUR: u64 = 1 << (63 - 26);
    const AVPN: u64 = 1 << (63 - 32);
    // Bits of the first doubleword that software may use, and QEMU does.
    const SOFTWARE: u64 = 0x78;
    let tag = |i: u64| 0x0012_3450_0000_0001 | i << 16;
    let real = |i: u64| (0x10_0000 + i * 0x1000) | 0x192;
    for i in 0..4 {
        let answer = hcall(H_ENTER, &[EXACT, GROUP + i, tag(i), real(i)]);
        same("H_ENTER's status", answer.status, H_SUCCESS)?;
        same("its place", answer.outputs[0], GROUP + i)?;
    }
    let Answer { status, outputs } = hcall(H_READ, &[FOUR, GROUP, 3, 4, 5, 6, 7, 8, 0x1234]);
    same("H_READ's status", status, H_SUCCESS)?;
    for i in 0..4 {
        same("an entry's tag", outputs[2 * i] & !SOFTWARE, tag(i as u64))?;
        same("an entry's page", outputs[2 * i + 1], real(i as u64))?;
    }
    same("R12, which is no output of it", outputs[8], 0x1234)?;
    for i in 0..4 {
        let answer = hcall(H_REMOVE, &[AVPN, GROUP + i, tag(i) & !0x7f]);
        same("H_REMOVE's status", answer.status, H_SUCCESS)?;
        same("the old tag", answer.outputs[0] & !SOFTWARE, tag(i))?;
        same("the old page", answer.outputs[1], real(i))?;
    }
    same("H_REMOVE of nothing", hcall(H_REMOVE, &[AVPN, GROUP, 0]).status, H_NOT_FOUND)?;
    same("H_READ past the table", hcall(H_READ, &[0, u64::MAX]).status, H_PARAMETER)
}

fn processors() -> Result<(), String> {
    same("H_PROD of this one", issue(&Prod { processor: 0 }).status, H_SUCCESS)?;
    same("H_PROD of another", issue(&Prod { processor: 77 }).status, H_PARAMETER)?;
    same("H_CONFER to another", issue(&Confer { processor: 77, dispatch_count: 0 }).status, H_PARAMETER)
}

fn random() -> Result<(), String> {
    let [a, b] = [issue(&Random {}), issue(&Random {})];
    same("the first status", a.status, H_SUCCESS)?;
    same("the second", b.status, H_SUCCESS)?;
    if a.outputs[0] == b.outputs[0] { Err(format!("{:#x} twice", a.outputs[0])) } else { Ok(()) }
}

fn characteristics() -> Result<(), String> {
    const FILL: u64 = 0x5a5a_0000_1111_2222;
    let Answer { status, outputs } = hcall(H_GET_CPU_CHARACTERISTICS, &[FILL; 9]);
    same("the status", status, H_SUCCESS)?;
    if outputs[0] == FILL || outputs[1] == FILL || outputs[2..] != [FILL; 7] {
        return Err(format!("{outputs:x?}"));
    }
    Ok(())
}

fn set_mode() -> Result<(), String> {
    same("resource 77", hcall(H_SET_MODE, &[0, 77, 0, 0]).status, H_P2)
}

fn unknown() -> Result<(), String> {
    const FILL: u64 = 0x5a5a_0000_3333_4444;
    // This project's own call, which is none of QEMU's.
    same("HYPERCALL_NOP", issue(&Nop {}).status, H_FUNCTION)?;
    for number in [0x7004, 0x5, 0xfff0, 0x1_0000_0058, u64::MAX] {
        let Answer { status, outputs } = hcall(number, &[FILL; 9]);
        same(&format!("{number:#x}"), status, H_FUNCTION)?;
        if outputs != [FILL; 9] {
            return Err(format!("{number:#x} left {outputs:x?}"));
        }
    }
    Ok(())
}

/// A user program's `sc 1`, made by the runner: QEMU answers it, and the `sc` behind it ends the runner.
fn problem_state() -> Result<(), String> {
    load_runner([0x4400_0022, NOP, NOP, NOP], false);
    let mut input = PpcRegisters::default();
    input.r[3] = PutTermChar::PAPR_NUMBER;
    block::set_input(&input, false);
    let mut state = State::new(Kind::Problem);
    state.nip = block::RUNNER;
    state.msr = KERNEL | msr::PR;
    // SAFETY: the runner is in place, and its pages are mapped.
    unsafe { enter(&mut state) };
    same("the vector", state.vector, 0xc00)?;
    let output = block::output(false).ok_or("the runner did not come to its end")?;
    same("the status", output.r[3] as i64, H_PRIVILEGE)
}
