//! Numbers, registers and codes in words.

use hypercall_core::convention::Reg;
use hypercall_core::encoding::{Code, Encoding, Reply};
use hypercall_core::{Arch, Error, Numbering};

pub fn archs(archs: &[Arch]) -> String {
    archs.iter().map(|a| a.name()).collect::<Vec<_>>().join(", ")
}

pub fn registers(registers: &[Reg]) -> String {
    match registers {
        [] => "none".into(),
        some => some.iter().map(|r| r.name).collect::<Vec<_>>().join(" "),
    }
}

/// A number of an interface, as the reader of either kind of document looks for it.
pub fn value(number: u64) -> String {
    if number < 10 { number.to_string() } else { format!("{number} ({number:#x})") }
}

/// A number as documents of its numbering write it: small ones in decimal, but for PAPR's.
pub fn wire(numbering: Numbering, number: u64) -> String {
    if number < 0x100 && numbering != Numbering::Papr { number.to_string() } else { hex(number) }
}

pub fn hex(number: u64) -> String {
    format!("{number:#x}")
}

pub fn range(first: u64, last: u64) -> String {
    format!("{first:#x} to {last:#x}")
}

pub fn code_of(encoding: &Encoding, error: Error) -> &Code {
    &encoding.codes[error as usize]
}

/// `-KVM_EINVAL -22`, `specification interruption 0x6`.
pub fn named_code(code: &Code) -> String {
    match code.reply {
        Reply::Value(value) => format!("{} {value}", code.symbol),
        Reply::Fault(fault) => format!("{} {:#x}", code.symbol, fault.code),
    }
}

pub fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Value(value) => value.to_string(),
        Reply::Fault(fault) => format!("interruption {:#x}", fault.code),
    }
}
