//! What an image was started for: the cases, or to go wrong in one way so that the runner can prove it notices.

use alloc::boxed::Box;
use hypercall_core::convention::Mode;
use hypercall_core::{Convention, Reg};

/// What to do. The runner writes its name, eight bytes padded with zeros, into the image's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Run the conformance cases: no name.
    Cases,
    /// Call the machine's own hypervisor instead of serving calls: `own`.
    OwnHost,
    /// The cases made by C code: `c`.
    ByC,
    /// The same with two registers of a stub swapped: `cswapped`.
    ByCSwapped,
    /// As the cases, with one register of the host's convention broken: `break` and the register's index.
    Break(usize),
    /// As the cases, with one expectation that no host can meet: `fail`.
    Fail,
    /// The handler of a call panics: `panic`.
    Panic,
    /// The guest never ends: `hang`.
    Hang,
    /// The host accesses memory that is not there: `fault`.
    Fault,
    /// Nothing is printed, and the image ends well: `silent`.
    Silent,
    /// Ends well after half the cases: `short`.
    Short,
    /// A failure is printed, and the image ends well: `lie`.
    Lie,
    /// Success is printed, and the image ends badly: `crash`.
    Crash,
}

impl Order {
    /// Whether C code makes the cases.
    pub fn is_by_c(self) -> bool {
        matches!(self, Order::ByC | Order::ByCSwapped)
    }

    /// The order of this name; `None` if there is none.
    pub fn parse(name: &[u8; 8]) -> Option<Order> {
        let name = core::str::from_utf8(name).ok()?.trim_end_matches('\0');
        Some(match name {
            "" => Order::Cases,
            "own" => Order::OwnHost,
            "c" => Order::ByC,
            "cswapped" => Order::ByCSwapped,
            "fail" => Order::Fail,
            "panic" => Order::Panic,
            "hang" => Order::Hang,
            "fault" => Order::Fault,
            "silent" => Order::Silent,
            "short" => Order::Short,
            "lie" => Order::Lie,
            "crash" => Order::Crash,
            _ => Order::Break(name.strip_prefix("break")?.parse().ok()?),
        })
    }
}

/// A copy of a convention in which the register at `index` of its table is `wrong` instead: 0 is the number,
/// then come the arguments, the result, and where it is another register the value. `None` if the table ends
/// before.
pub fn broken(convention: &'static Convention, index: usize, wrong: Reg) -> Option<&'static Convention> {
    let modes: Option<alloc::vec::Vec<Mode>> =
        convention.modes.iter().map(|mode| break_mode(*mode, index, wrong)).collect();
    let copy = Convention { modes: Box::leak(modes?.into_boxed_slice()), ..*convention };
    Some(Box::leak(Box::new(copy)))
}

fn break_mode(mut mode: Mode, index: usize, wrong: Reg) -> Option<Mode> {
    let arguments = mode.arguments.len();
    let one = mode.result == mode.value;
    match index {
        0 => mode.number = wrong,
        i if i <= arguments => {
            let mut copy = mode.arguments.to_vec();
            copy[i - 1] = wrong;
            mode.arguments = Box::leak(copy.into_boxed_slice());
        }
        i if i == arguments + 1 => {
            mode.result = wrong;
            if one {
                mode.value = wrong;
            }
        }
        i if i == arguments + 2 && !one => mode.value = wrong,
        _ => return None,
    }
    Some(mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hypercall_core::{Arch, Numbering, Width, encoding};

    #[test]
    fn orders_are_read_from_their_names() {
        let order = |name: &str| {
            let mut bytes = [0; 8];
            bytes[..name.len()].copy_from_slice(name.as_bytes());
            Order::parse(&bytes)
        };
        assert_eq!(order(""), Some(Order::Cases));
        assert_eq!(order("own"), Some(Order::OwnHost));
        assert_eq!(order("cswapped"), Some(Order::ByCSwapped));
        assert_eq!(order("break7"), Some(Order::Break(7)));
        assert_eq!(order("break"), None);
        assert_eq!(order("other"), None);
    }

    const REGS: [Reg; 5] =
        [Reg::new("a", 0), Reg::new("b", 1), Reg::new("c", 2), Reg::new("d", 3), Reg::new("e", 4)];

    fn convention(value: Reg) -> &'static Convention {
        Box::leak(Box::new(Convention {
            name: "test",
            title: "",
            arch: Arch::S390,
            numbering: Numbering::Diag,
            instructions: &[],
            modes: Box::leak(Box::new([Mode {
                width: Width::Bits64,
                number: REGS[0],
                number_width: Width::Bits64,
                arguments: &REGS[1..3],
                result: REGS[0],
                value,
                outputs: &[],
            }])),
            clobbers: &[],
            always_writes_value: false,
            user_refused: encoding::Reply::Value(-1),
            errors: &encoding::S390,
            source: "",
        }))
    }

    #[test]
    fn each_register_of_the_table_is_broken_alone() {
        let names = |index, value| {
            let mode = &broken(convention(value), index, REGS[4])?.modes[0];
            let all = [mode.number, mode.arguments[0], mode.arguments[1], mode.result, mode.value];
            Some(all.map(|r| r.name).concat())
        };
        assert_eq!(names(0, REGS[0]).unwrap(), "ebcaa");
        assert_eq!(names(1, REGS[0]).unwrap(), "aecaa");
        assert_eq!(names(2, REGS[0]).unwrap(), "abeaa");
        assert_eq!(names(3, REGS[0]).unwrap(), "abcee");
        assert_eq!(names(4, REGS[0]), None);
        assert_eq!(names(3, REGS[3]).unwrap(), "abced");
        assert_eq!(names(4, REGS[3]).unwrap(), "abcae");
        assert_eq!(names(5, REGS[3]), None);
    }
}
