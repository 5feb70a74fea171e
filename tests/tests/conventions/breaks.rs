//! The checks check: every convention with one register put wrong, for each role, mode and other register there
//! is. One break that passes either check fails the test.

use crate::checks;
use crate::files::File;
use crate::tables::{self, Table};
use hypercall_core::convention::{Convention, Mode, Reg};

/// A place in a mode where a register stands.
#[derive(Clone, Copy, Debug)]
enum Role {
    Number,
    Result,
    Value,
    Argument(usize),
    Output(usize),
}

fn roles(mode: &Mode) -> Vec<Role> {
    let fixed = [Role::Number, Role::Result, Role::Value];
    let arguments = (0..mode.arguments.len()).map(Role::Argument);
    fixed.into_iter().chain(arguments).chain((0..mode.outputs.len()).map(Role::Output)).collect()
}

fn register(mode: &Mode, role: Role) -> Reg {
    match role {
        Role::Number => mode.number,
        Role::Result => mode.result,
        Role::Value => mode.value,
        Role::Argument(i) => mode.arguments[i],
        Role::Output(i) => mode.outputs[i],
    }
}

/// The convention with one register of one mode replaced; leaked, as a dispatcher wants it for ever.
fn broken(convention: &'static Convention, at: usize, role: Role, wrong: Reg) -> &'static Convention {
    let with = |registers: &'static [Reg], i: usize| -> &'static [Reg] {
        let mut registers = registers.to_vec();
        registers[i] = wrong;
        registers.leak()
    };
    let mut modes = convention.modes.to_vec();
    let mode = &mut modes[at];
    match role {
        Role::Number => mode.number = wrong,
        Role::Result => mode.result = wrong,
        Role::Value => mode.value = wrong,
        Role::Argument(i) => mode.arguments = with(mode.arguments, i),
        Role::Output(i) => mode.outputs = with(mode.outputs, i),
    }
    Box::leak(Box::new(Convention { modes: modes.leak(), ..*convention }))
}

/// Every break of one convention that a check lets pass.
fn survivors(
    table: &Table,
    wrongs: impl Fn(Reg) -> Vec<Reg>,
    check: fn(&'static Convention, &Table) -> Result<(), String>,
) -> (usize, Vec<String>) {
    let (mut tried, mut passed) = (0, Vec::new());
    for (at, mode) in table.convention.modes.iter().enumerate() {
        for role in roles(mode) {
            for wrong in wrongs(register(mode, role)) {
                tried += 1;
                if check(broken(table.convention, at, role, wrong), table).is_ok() {
                    passed.push(format!("{} {:?} {role:?} as {wrong:?}", table.convention.name, mode.width));
                }
            }
        }
    }
    (tried, passed)
}

/// Each other register of the architecture.
fn others(arch: hypercall_core::Arch, right: Reg) -> Vec<Reg> {
    let all = File::names(arch).into_iter().map(|name| File::register(arch, &name));
    all.filter(|r| r.index != right.index).collect()
}

/// How many breaks there are: for each mode, roles times other registers.
const BREAKS: [usize; 6] = [
    2 * (3 + 4) * 17,     // kvm
    2 * (3 + 6) * 17,     // para-2007
    2 * (3 + 6) * 17,     // xen
    (3 + 6) * 15,         // diag500
    2 * (3 + 8 + 7) * 35, // epapr
    2 * (3 + 9 + 8) * 35, // papr
];

#[test]
fn the_table_notices_every_wrong_register() {
    for (table, breaks) in tables::ALL.iter().zip(BREAKS) {
        let (tried, passed) = survivors(table, |right| others(table.convention.arch, right), checks::table);
        assert_eq!((tried, passed), (breaks, vec![]));
    }
}

#[test]
fn a_call_from_end_to_end_notices_every_wrong_register() {
    for (table, breaks) in tables::ALL.iter().zip(BREAKS) {
        let (tried, passed) =
            survivors(table, |right| others(table.convention.arch, right), checks::end_to_end);
        assert_eq!((tried, passed), (breaks, vec![]));
    }
}

/// The right name over the wrong register would print a right document and serve a wrong call.
#[test]
fn both_checks_notice_a_right_name_at_a_wrong_index() {
    for table in &tables::ALL {
        let arch = table.convention.arch;
        let renamed = |right: Reg| -> Vec<Reg> {
            others(arch, right).into_iter().map(|other| Reg::new(right.name, other.index)).collect()
        };
        assert_eq!(survivors(table, renamed, checks::table).1, [""; 0]);
        assert_eq!(survivors(table, renamed, checks::end_to_end).1, [""; 0]);
    }
}

#[test]
fn the_table_notices_every_wrong_bit_of_an_instruction() {
    for table in &tables::ALL {
        for (i, instruction) in table.convention.instructions.iter().enumerate() {
            for bit in 0..instruction.bytes.len() * 8 {
                let mut bytes = instruction.bytes.to_vec();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let mut instructions = table.convention.instructions.to_vec();
                instructions[i].bytes = bytes.leak();
                let wrong = Convention { instructions: instructions.leak(), ..*table.convention };
                assert!(checks::table(&wrong, table).is_err(), "{} bit {bit}", instruction.name);
            }
        }
    }
}
