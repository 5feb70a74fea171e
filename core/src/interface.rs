//! Number spaces. A number means nothing without one: Xen's 12 is not KVM's 12.
//!
//! # Numbers of your own
//!
//! KVM's numbers are given out by the Linux kernel, one after the other, and kernels outside of it that take
//! the next free one collide (several use 13 today). A call that is not Linux's belongs in a **vendor range**,
//! where the number itself names the vendor, so that it stands in every number space without meeting another:
//!
//! | where | vendor range | vendor, and number `n` in it |
//! |---|---|---|
//! | x86, s390 | 0x4000_0000 to 0x7fff_ffff | upper half: two ASCII letters of the vendor's; lower half: `n` |
//! | ePAPR | vendor half 0, `EV_LOCAL_VENDOR_ID` | 4096 numbers a block: `block * 4096 + n` |
//! | PAPR | 0x7000 to 0x7ffc | 128 numbers a block: `0x7000 + block * 512 + 4 * n` |
//!
//! [`Interface::vendor`] makes such a space of block 1, [`Interface::vendor_block`] of another.
//! This project's own calls ([`VENDOR`]) are vendor `HV`, block 0.

use crate::Numbering;
use crate::encoding::{self, Encoding};

/// How the numbers of an interface are written in the number register of a convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The way of writing numbers that this is about.
    pub numbering: Numbering,
    /// What number `start` looks like.
    pub first: u64,
    /// The first number of the span.
    pub start: u64,
    /// The distance from one number to the next on the wire: a power of two.
    pub step: u64,
    /// How many numbers there are, at most 65536; zero for a span that is not used.
    pub count: u64,
}

/// The most spans an interface has: one a numbering that has backends.
pub const MAX_SPANS: usize = 4;

impl Span {
    /// A span that is not used.
    pub const NONE: Span = Span::plain(Numbering::X86, 0, 0);

    /// Numbers from zero, one apart, beginning at `first` on the wire.
    pub const fn plain(numbering: Numbering, first: u64, count: u64) -> Span {
        Span { numbering, first, start: 0, step: 1, count }
    }

    /// What the arithmetic on numbers needs of a span, and does not find; `None` for a sound one.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        let last = self.count.checked_sub(1)?;
        if !self.step.is_power_of_two() {
            return Some("its step is not a power of two");
        }
        if self.count > SPACE {
            return Some("it holds more than 65536 numbers");
        }
        let wire = last.checked_mul(self.step).and_then(|l| l.checked_add(self.first));
        match (wire, last.checked_add(self.start)) {
            (Some(_), Some(_)) => None,
            _ => Some("it ends past 64 bits"),
        }
    }

    /// Whether a value on the wire may stand for a number of both.
    pub const fn overlaps(&self, other: &Span) -> bool {
        self.count > 0
            && other.count > 0
            && self.first <= other.first + (other.count - 1) * other.step
            && other.first <= self.first + (self.count - 1) * self.step
    }

    /// The number a value on the wire stands for, or `None` outside the span or between two steps.
    #[inline]
    pub const fn number(&self, wire: u64) -> Option<u64> {
        let offset = wire.wrapping_sub(self.first);
        if wire < self.first || !offset.is_multiple_of(self.step) || offset / self.step >= self.count {
            return None;
        }
        Some(self.start + offset / self.step)
    }
}

/// A number space.
#[derive(Debug)]
pub struct Interface {
    /// Short name: `kvm`, `xen`, `papr`, `diag500`, or a vendor's. Unique in a registry.
    pub name: &'static str,
    /// A heading for documents.
    pub title: &'static str,
    /// Its numbers on the wire, at least one span for each [`Numbering`] it exists in.
    pub spans: [Span; MAX_SPANS],
    /// Its own way to say errors; `None` where it takes that of the convention it rides on.
    pub errors: Option<&'static Encoding>,
    /// Whether its numbers are of the vendor ranges.
    pub vendor: bool,
    /// The document that gives out the numbers.
    pub source: &'static str,
}

/// How many numbers a space without blocks holds.
const SPACE: u64 = 0x1_0000;
/// Numbers a vendor's block holds on ePAPR.
const EPAPR_BLOCK: u64 = 0x1000;
/// Numbers a vendor's block holds on PAPR.
const PAPR_BLOCK: u64 = 0x80;
/// First vendor number on PAPR.
const PAPR_VENDOR: u64 = 0x7000;
/// First number after the vendor range on PAPR.
const PAPR_VENDOR_END: u64 = 0x8000;
/// KVM's vendor half of an ePAPR token (Linux `epapr_hcalls.h`, `EV_KVM_VENDOR_ID` 42).
const EPAPR_KVM: u64 = 42 << 16;

/// The numbers that vendors have in one way of writing them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorRange {
    /// The way of writing numbers.
    pub numbering: Numbering,
    /// First of the range, as written.
    pub first: u64,
    /// Last of the range, as written.
    pub last: u64,
    /// Where in it number `n` of a vendor stands.
    pub rule: &'static str,
}

const LETTERS: &str = "upper half two ASCII letters of the vendor's, lower half n";

/// Where vendors' numbers stand: the ranges that [`Interface::vendor_block`] gives out of.
pub static VENDOR_RANGES: [VendorRange; 4] = [
    VendorRange { numbering: Numbering::X86, first: 0x4000_0000, last: 0x7fff_ffff, rule: LETTERS },
    VendorRange { numbering: Numbering::Diag, first: 0x4000_0000, last: 0x7fff_ffff, rule: LETTERS },
    VendorRange {
        numbering: Numbering::Epapr,
        first: 0,
        last: 8 * EPAPR_BLOCK - 1,
        rule: "block * 4096 + n, in the half of EV_LOCAL_VENDOR_ID",
    },
    VendorRange {
        numbering: Numbering::Papr,
        first: PAPR_VENDOR,
        last: PAPR_VENDOR_END - 4,
        rule: "0x7000 + block * 512 + 4 * n",
    },
];

impl Interface {
    /// A vendor's number space: its two upper-case ASCII letters, and block 1 on PowerPC.
    ///
    /// # Panics
    /// As [`vendor_block`](Self::vendor_block); at compile time in a `static`.
    pub const fn vendor(name: &'static str, title: &'static str, letters: [u8; 2]) -> Interface {
        Interface::vendor_block(name, title, letters, 1)
    }

    /// A vendor's number space with a block of its own on PowerPC, for a VM that serves several vendors.
    ///
    /// # Panics
    /// When `letters` are not upper-case ASCII letters or `block` is over 7; at compile time in a `static`.
    pub const fn vendor_block(
        name: &'static str,
        title: &'static str,
        letters: [u8; 2],
        block: u8,
    ) -> Interface {
        assert!(letters[0].is_ascii_uppercase() && letters[1].is_ascii_uppercase());
        assert!(block < 8, "PAPR's vendor range holds eight blocks");
        let plain = (letters[0] as u64) << 24 | (letters[1] as u64) << 16;
        let block = block as u64;
        Interface {
            name,
            title,
            spans: [
                Span::plain(Numbering::X86, plain, SPACE),
                Span::plain(Numbering::Diag, plain, SPACE),
                Span::plain(Numbering::Epapr, block * EPAPR_BLOCK, EPAPR_BLOCK),
                Span {
                    step: 4,
                    ..Span::plain(Numbering::Papr, PAPR_VENDOR + block * PAPR_BLOCK * 4, PAPR_BLOCK)
                },
            ],
            errors: None,
            vendor: true,
            source: "the vendor",
        }
    }

    /// The number a value in the number register stands for, or `None` if it is not of this space.
    pub fn number(&self, numbering: Numbering, wire: u64) -> Option<u64> {
        self.spans_in(numbering).find_map(|s| s.number(wire))
    }

    /// What `number` looks like in the number register, or `None` if it cannot be written there.
    ///
    /// A `const fn`, so that a guest stub for a call that its convention cannot write does not compile.
    pub const fn wire(&self, numbering: Numbering, number: u64) -> Option<u64> {
        let mut i = 0;
        while i < MAX_SPANS {
            let s = &self.spans[i];
            if s.numbering as u8 == numbering as u8 && number >= s.start && number - s.start < s.count {
                return Some(s.first + (number - s.start) * s.step);
            }
            i += 1;
        }
        None
    }

    /// Whether it is a vendor's: reached by its numbers at every entry point that can write them.
    pub fn is_vendor(&self) -> bool {
        self.vendor
    }

    /// Its spans in one way of writing numbers.
    pub fn spans_in(&self, numbering: Numbering) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(move |s| s.numbering == numbering && s.count > 0)
    }
}

impl PartialEq for Interface {
    fn eq(&self, other: &Interface) -> bool {
        self.name == other.name
    }
}

impl Eq for Interface {}

/// KVM's own numbers, KVM_HC_*.
pub static KVM: Interface = Interface {
    name: "kvm",
    title: "KVM",
    spans: [
        Span::plain(Numbering::X86, 0, SPACE),
        Span::plain(Numbering::Epapr, EPAPR_KVM, SPACE),
        Span::plain(Numbering::Mips, 0, SPACE),
        Span::NONE,
    ],
    errors: None,
    vendor: false,
    source: "Linux include/uapi/linux/kvm_para.h",
};

/// DIAG 0x500's subcodes on s390.
pub static DIAG500: Interface = Interface {
    name: "diag500",
    title: "DIAG 0x500",
    spans: [Span::plain(Numbering::Diag, 0, SPACE), Span::NONE, Span::NONE, Span::NONE],
    errors: Some(&encoding::DIAG500),
    vendor: false,
    source: "Linux Documentation/virt/kvm/s390/s390-diag.rst",
};

/// PAPR's H_* calls on PowerPC.
pub static PAPR: Interface = Interface {
    name: "papr",
    title: "PAPR",
    spans: [
        Span::plain(Numbering::Papr, 0, PAPR_VENDOR),
        Span {
            start: PAPR_VENDOR_END,
            ..Span::plain(Numbering::Papr, PAPR_VENDOR_END, SPACE - PAPR_VENDOR_END)
        },
        Span::NONE,
        Span::NONE,
    ],
    errors: Some(&encoding::PAPR),
    vendor: false,
    source: "Linux arch/powerpc/include/asm/hvcall.h",
};

/// Xen's hypercalls on x86.
pub static XEN: Interface = Interface {
    name: "xen",
    title: "Xen",
    spans: [Span::plain(Numbering::X86, 0, SPACE), Span::NONE, Span::NONE, Span::NONE],
    errors: Some(&encoding::XEN),
    vendor: false,
    source: "Xen xen/include/public/xen.h",
};

/// This project's own calls, which exist on every architecture: vendor `HV`, block 0.
pub static VENDOR: Interface = Interface::vendor_block("hypercall", "the hypercall project's own", *b"HV", 0);

/// Every number space of this crate, in the order the tables print them.
pub static ALL: [&Interface; 5] = [&KVM, &DIAG500, &PAPR, &XEN, &VENDOR];

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers as ABI documents and headers print them.
    #[test]
    fn wire_numbers_are_those_of_the_documents() {
        let cases = [
            (&KVM, Numbering::X86, 12, 12),
            (&KVM, Numbering::Epapr, 3, 0x2a_0003),
            (&KVM, Numbering::Epapr, 4, 0x2a_0004),
            (&VENDOR, Numbering::X86, 5, 0x4856_0005),
            (&VENDOR, Numbering::Diag, 5, 0x4856_0005),
            (&VENDOR, Numbering::Epapr, 5, 5),
            (&VENDOR, Numbering::Papr, 5, 0x7014),
            (&PAPR, Numbering::Papr, 0x58, 0x58),
            (&PAPR, Numbering::Papr, 0xf000, 0xf000),
            (&DIAG500, Numbering::Diag, 3, 3),
            (&XEN, Numbering::X86, 17, 17),
        ];
        for (interface, numbering, number, wire) in cases {
            assert_eq!(interface.wire(numbering, number), Some(wire), "{} {number}", interface.name);
            assert_eq!(interface.number(numbering, wire), Some(number), "{} {wire:#x}", interface.name);
        }
    }

    #[test]
    fn what_is_not_of_the_space_has_no_number() {
        assert_eq!(KVM.number(Numbering::X86, 0x1_0000_0005), None);
        assert_eq!(KVM.number(Numbering::Diag, 5), None);
        assert_eq!(VENDOR.number(Numbering::Papr, 0x7002), None);
        assert_eq!(VENDOR.number(Numbering::Papr, 0x7200), None, "the next vendor's block");
        assert_eq!(VENDOR.wire(Numbering::Papr, 0x80), None);
        assert_eq!(PAPR.wire(Numbering::Papr, 0x7000), None, "the vendor range");
        assert_eq!(Span::NONE.number(0), None);
    }

    #[test]
    fn every_vendor_number_is_in_the_vendor_range() {
        let ends = [(*b"AA", 0), (*b"ZZ", 7)].map(|(l, block)| Interface::vendor_block("v", "", l, block));
        for range in &VENDOR_RANGES {
            for vendor in &ends {
                let mut spans = vendor.spans_in(range.numbering).peekable();
                assert!(spans.peek().is_some());
                for span in spans {
                    let last = span.first + (span.count - 1) * span.step;
                    assert!(range.first <= span.first && last <= range.last, "{range:x?} {span:x?}");
                }
            }
        }
        assert_eq!(VENDOR_RANGES[3].last, 0x7ffc);
    }

    #[test]
    fn vendors_share_no_number_with_anybody() {
        let acme = Interface::vendor("acme", "", *b"AC");
        for other in [&KVM, &DIAG500, &PAPR, &XEN, &VENDOR] {
            for mine in &acme.spans {
                for theirs in other.spans_in(mine.numbering) {
                    assert!(!mine.overlaps(theirs), "{} {mine:?} {theirs:?}", other.name);
                }
            }
        }
    }
}
