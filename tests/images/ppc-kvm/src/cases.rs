//! Makes the cases in guests of each byte order and width, in each way, and counts what is wrong.

use crate::hostile;
use crate::vm::Guest;
use crate::ways::{self, Way};
use hypercall_arch_ppc::convention::PAPR;
use hypercall_arch_ppc::kvm::Kvm;
use hypercall_arch_ppc::registers;
use hypercall_core::{Convention, Endian, Reg, Width};
use hypercall_image_common::mode::{Order, broken};
use hypercall_image_common::score::Score;
use hypercalls::cases::lower::is_for;
use hypercalls::cases::{self, Case};
use std::error::Error;

/// The modes of the convention.
const WIDTHS: [Width; 2] = [Width::Bits64, Width::Bits32];
/// Checks of a guest beside its cases.
const CHECKS: usize = 3;
/// Registers in the table of the convention: the number, nine arguments, the status, the value.
const REGISTERS: usize = 12;
/// What a broken convention has in the place of one of them.
const NOT_IN_THE_TABLE: Reg = registers::R[13];

/// The cases for a mode. The last one ends the VM.
pub fn list(width: Width) -> impl Iterator<Item = Case> {
    hostile::cases().chain(cases::all().copied()).filter(move |case| is_for(case, width))
}

/// Makes everything, and prints what is wrong.
pub fn run(order: Order) -> Result<Score, Box<dyn Error>> {
    hypercall_core::panics::silence_handler_panics();
    let score = Score::new();
    let cases = WIDTHS.map(|width| CHECKS + list(width).count()).iter().sum::<usize>();
    println!("{}", score.plan(2 * ways::ALL.len() * cases + REGISTERS));
    let kvm = Kvm::open()?;
    let convention = match order {
        Order::Break(register) => broken_at(register)?,
        Order::Panic => panic!("as it was asked to"),
        Order::Hang => loop {
            std::thread::park();
        },
        _ => &PAPR,
    };
    let check = |name: &str, wrong| {
        if let Some(line) = score.count(name, wrong) {
            println!("{line}");
        }
    };
    for way in ways::ALL {
        for endian in [Endian::Big, Endian::Little] {
            for width in WIDTHS {
                Guest::new(&kvm, convention, endian, width)?.make(way, check)?;
            }
        }
    }
    if order == Order::Short {
        return Ok(score);
    }
    // The cases see every register of the table: with any of them wrong, one fails.
    for register in 0..REGISTERS {
        let mut failed = 0;
        Guest::new(&kvm, broken_at(register)?, Endian::Big, Width::Bits64)?
            .make(Way::Registers, |_, wrong| failed += usize::from(wrong.is_some()))?;
        let wrong = (failed == 0).then(|| "no case fails".to_owned());
        check(&format!("papr with register {register} of its table broken"), wrong);
    }
    Ok(score)
}

fn broken_at(register: usize) -> Result<&'static Convention, String> {
    broken(&PAPR, register, NOT_IN_THE_TABLE).ok_or(format!("papr has no register {register} in its table"))
}
