//! The conformance cases: one list for every architecture, convention and transport.
//!
//! A case says which call is made with which arguments and what must come back, in the terms of the ABI
//! documents. What that is in registers is the [`oracle`]'s business, whose tables are literals of their
//! own: nothing that judges a case is computed by the code under test.
//!
//! A call that does not exist on an architecture, or takes more registers than a convention has, must answer
//! there as an unknown number does. So every case runs everywhere.
//!
//! A crate with calls of its own brings cases for them with [`link_cases!`](crate::link_cases).

pub mod entry;
pub mod judge;
mod kvm;
pub mod linked;
pub mod lower;
pub mod oracle;
mod vendor;
mod xen;

use hypercall_core::{Arch, Error, Interface};

/// An argument of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// This value.
    Is(u64),
    /// An address in the data area of the calling vCPU: its start plus this.
    Data(u64),
    /// An address past the end of the guest's memory by this many bytes; of what is mapped, where the interface's
    /// addresses are linear.
    Outside(u64),
    /// An address before that end by this many bytes.
    BeforeEnd(u64),
    /// The index of the calling vCPU, which is its APIC id.
    Vcpu,
}

/// What must come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Success without a value.
    Done,
    /// Success with this value, masked to the mode's width.
    Value(u64),
    /// Success with a value and these extra outputs.
    Outputs(u64, &'static [u64]),
    /// Success with the host's wall clock in seconds, give or take a minute.
    Now,
    /// This error, as the interface says it.
    Error(Error),
    /// The exception that the architecture's test service raises.
    Fault,
    /// The VM ends with this code.
    Exit(u32),
}

/// In which modes a case is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modes {
    /// Where the convention has it: 64- and 32-bit.
    Both,
    /// 64-bit only: its values need the upper halves.
    Wide,
    /// 32-bit only.
    Narrow,
}

/// Bytes around a call: at an offset in the data area, within one page.
pub type Bytes = (u64, &'static [u8]);

/// A 32-bit word that must stand at an offset in the data area, in the guest's byte order.
pub type Word = (u64, u32);

/// A conformance case.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name, unique within the call.
    pub name: &'static str,
    /// The number space.
    pub interface: &'static Interface,
    /// The number in that space; may be one that no call has.
    pub number: u64,
    /// The architectures on which this answer is given; elsewhere it is the unknown call's.
    pub archs: &'static [Arch],
    /// The arguments in order; registers behind them hold poison.
    pub arguments: &'static [Value],
    /// Modes the case is for.
    pub modes: Modes,
    /// Bytes placed before the call.
    pub before: &'static [Bytes],
    /// What must come back.
    pub expect: Expect,
    /// Words that must stand in memory afterwards.
    pub after: &'static [Word],
    /// Where that is written.
    pub source: &'static str,
}

/// Every architecture with a backend.
pub const ALL_ARCHS: &[Arch] = &[Arch::X86, Arch::S390, Arch::Ppc];

impl Case {
    /// A case in both modes, without memory before or after it.
    ///
    /// On the architectures in `archs` the call with this number must give `expect`, elsewhere it must be
    /// unknown; so it must where a convention has fewer argument registers than there are `arguments`.
    /// `source` says where `expect` is written.
    ///
    /// ```
    /// use hypercalls::cases::{ALL_ARCHS, Case, Expect, Value};
    /// # use hypercall_core::Interface;
    /// # static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
    ///
    /// const DIM: Case = Case::new(
    ///     &ACME, ALL_ARCHS, 1, "dim", &[Value::Is(30)], Expect::Done, "ACME's manual, section 4",
    /// );
    /// assert_eq!(DIM.arguments, [Value::Is(30)]);
    /// ```
    pub const fn new(
        interface: &'static Interface,
        archs: &'static [Arch],
        number: u64,
        name: &'static str,
        arguments: &'static [Value],
        expect: Expect,
        source: &'static str,
    ) -> Case {
        Case {
            name,
            interface,
            number,
            archs,
            arguments,
            modes: Modes::Both,
            before: &[],
            expect,
            after: &[],
            source,
        }
    }

    /// The same, only in these modes.
    #[must_use]
    pub const fn modes(self, modes: Modes) -> Case {
        Case { modes, ..self }
    }

    /// The same, with these bytes in the data area before the call.
    #[must_use]
    pub const fn before(self, before: &'static [Bytes]) -> Case {
        Case { before, ..self }
    }

    /// The same; where the call is served, these words must stand in the data area when all calls were made.
    #[must_use]
    pub const fn after(self, after: &'static [Word]) -> Case {
        Case { after, ..self }
    }
}

/// An unknown number of the vendor's: no call has it on any architecture.
const fn unknown(interface: &'static Interface, number: u64, name: &'static str) -> Case {
    let expect = Expect::Error(Error::Unknown);
    Case::new(interface, &[], number, name, &[], expect, "the ABI of the interface: unknown numbers")
}

/// Every case, in the order they are made: KVM's, Xen's, those of linked crates, the project's own. The last
/// one ends the VM.
pub fn all() -> impl Iterator<Item = &'static Case> + Clone {
    kvm::CASES.iter().chain(xen::CASES).chain(linked::cases()).chain(vendor::CASES)
}

/// Bytes of the data area a vCPU's cases use.
pub const DATA_SIZE: u64 = 0x6000;

/// Where in it rings are, of 16 entries at most: two pages at its end.
pub const RING: u64 = 0x4000;

#[cfg(test)]
mod tests {
    use super::*;
    use hypercall_core::interface;

    #[test]
    fn cases_of_a_call_have_names_of_their_own() {
        let mut seen = alloc::vec::Vec::new();
        for case in all() {
            let key = (case.interface.name, case.number, case.name);
            assert!(!seen.contains(&key), "{key:?}");
            seen.push(key);
        }
        assert!(seen.len() >= 60, "{}", seen.len());
    }

    #[test]
    fn every_call_with_a_backend_has_a_case() {
        for definition in hypercall_core::Registry::linked().unwrap().iter() {
            let ours = [&interface::KVM, &interface::XEN, &interface::VENDOR].contains(&definition.interface);
            assert!(
                !ours || all().any(|c| c.interface == definition.interface && c.number == definition.number),
                "{} has no case",
                definition.name
            );
        }
    }
}
