//! Cases of KVM's own numbers.

use super::Expect::{Error as Fails, Value as Gives};
use super::Value::{BeforeEnd, Data, Is, Outside, Vcpu};
use super::{Case, Expect, Modes, Value, unknown};
use hypercall_core::interface::KVM;
use hypercall_core::{Arch, Error};

const X86: &[Arch] = &[Arch::X86];
const PPC: &[Arch] = &[Arch::Ppc];
const RST: &str = "Linux Documentation/virt/kvm/x86/hypercalls.rst";
const X86_C: &str = "Linux arch/x86/kvm/x86.c, kvm_emulate_hypercall";
const LAPIC_C: &str = "Linux arch/x86/kvm/lapic.c, kvm_pv_send_ipi";
const POWERPC_C: &str = "Linux arch/powerpc/kvm/powerpc.c, kvmppc_kvm_pv";

const fn x86(
    number: u64,
    name: &'static str,
    arguments: &'static [Value],
    expect: Expect,
    source: &'static str,
) -> Case {
    Case::new(&KVM, X86, number, name, arguments, expect, source)
}

const fn ppc(number: u64, name: &'static str, arguments: &'static [Value], expect: Expect) -> Case {
    Case::new(&KVM, PPC, number, name, arguments, expect, POWERPC_C)
}

const UNKNOWN: Expect = Fails(Error::Unknown);
const INVALID: Expect = Fails(Error::Invalid);
/// A vector that a guest may use.
const ICR: Value = Is(0x40);

pub(super) const CASES: &[Case] = &[
    x86(1, "plain", &[], Gives(0), X86_C),
    x86(1, "reads-no-argument", &[Is(u64::MAX), Is(1), Is(2), Is(3)], Gives(0), X86_C),
    x86(2, "removed", &[Is(16), Data(0)], UNKNOWN, X86_C),
    ppc(3, "magic-page", &[], Gives(2)),
    ppc(4, "map", &[Data(0), Is(0xffff_f000)], Gives(3)),
    ppc(4, "map-again", &[Data(0), Is(0xffff_e001)], Gives(3)),
    x86(5, "self", &[Is(0), Vcpu], Gives(0), X86_C),
    x86(5, "no-such-vcpu", &[Is(0), Is(0x1_2345)], Gives(0), X86_C),
    x86(5, "flags-are-not-read", &[Is(u64::MAX), Vcpu], Gives(0), X86_C),
    x86(5, "apic-id-is-32-bits", &[Is(0), Is(0x1_0000_0000)], Gives(0), X86_C).modes(Modes::Wide),
    unknown(&KVM, 6, "mips-clock"),
    unknown(&KVM, 7, "mips-exit"),
    unknown(&KVM, 8, "mips-console"),
    x86(9, "wall-clock", &[Data(0x100), Is(0)], Gives(0), RST)
        .before(&[(0x100, &[0xff; 72])])
        // flags and pad are zero, and what stands behind the 64 bytes is left alone
        .after(&[(0x118, 0), (0x11c, 0), (0x130, 0), (0x13c, 0), (0x140, 0xffff_ffff)]),
    x86(9, "unaligned", &[Data(0x203), Is(0)], Gives(0), X86_C),
    x86(9, "other-clock", &[Data(0x100), Is(1)], Fails(Error::Unsupported), RST),
    x86(9, "type-comes-first", &[Outside(0), Is(1)], Fails(Error::Unsupported), X86_C),
    x86(9, "type-is-whole", &[Data(0x100), Is(0x1_0000_0000)], Fails(Error::Unsupported), X86_C)
        .modes(Modes::Wide),
    x86(9, "no-memory", &[Outside(0), Is(0)], Fails(Error::BadAddress), X86_C),
    x86(9, "past-the-end", &[BeforeEnd(63), Is(0)], Fails(Error::BadAddress), X86_C),
    x86(9, "wraps", &[Is(u64::MAX - 7), Is(0)], Fails(Error::BadAddress), X86_C),
    x86(10, "first-vcpu", &[Is(1), Is(0), Is(0), ICR], Gives(1), LAPIC_C),
    x86(10, "nobody", &[Is(0), Is(0), Is(0), ICR], Gives(0), LAPIC_C),
    x86(10, "no-such-vcpu", &[Is(0x8000_0000), Is(0), Is(0x1000), ICR], Gives(0), LAPIC_C),
    x86(10, "all-bits", &[Is(u64::MAX), Is(u64::MAX), Is(0x1000), ICR], Gives(0), LAPIC_C),
    x86(10, "lowest-id-is-32-bits", &[Is(1), Is(0), Is(0x1_0000_0000), ICR], Gives(1), LAPIC_C)
        .modes(Modes::Wide),
    x86(10, "high-bitmap-is-64-on", &[Is(0), Is(1), Is(0xffff_ffc0), ICR], Gives(1), LAPIC_C)
        .modes(Modes::Wide),
    x86(10, "high-bitmap-is-32-on", &[Is(0), Is(1), Is(0xffff_ffe0), ICR], Gives(1), LAPIC_C)
        .modes(Modes::Narrow),
    x86(10, "logical-destination", &[Is(1), Is(0), Is(0), Is(0x840)], INVALID, LAPIC_C),
    x86(10, "shorthand-self", &[Is(1), Is(0), Is(0), Is(0x4_0040)], INVALID, LAPIC_C),
    x86(10, "shorthand-all", &[Is(1), Is(0), Is(0), Is(0x8_0040)], INVALID, LAPIC_C),
    x86(11, "self", &[Vcpu], Gives(0), RST),
    x86(11, "no-such-vcpu", &[Is(0x1_2345)], Gives(0), X86_C),
    x86(11, "all-ones", &[Is(u64::MAX)], Gives(0), X86_C),
    x86(12, "private", &[Data(0x1000), Is(1), Is(0x10)], Gives(0), RST),
    x86(12, "shared", &[Data(0x1000), Is(2), Is(0)], Gives(0), RST),
    x86(12, "hint-2m", &[Data(0x1000), Is(1), Is(0x11)], Gives(0), RST),
    x86(12, "hint-1g", &[Data(0x1000), Is(1), Is(2)], Gives(0), RST),
    x86(12, "last-page", &[BeforeEnd(0x1000), Is(1), Is(0)], Gives(0), RST),
    x86(12, "unaligned", &[Data(0x1001), Is(1), Is(0)], INVALID, X86_C),
    x86(12, "no-pages", &[Data(0x1000), Is(0), Is(0)], INVALID, X86_C),
    x86(12, "end-wraps", &[Is(0xffff_ffff_ffff_f000), Is(2), Is(0)], INVALID, X86_C),
    x86(12, "length-wraps", &[Data(0x1000), Is(u64::MAX), Is(0)], INVALID, X86_C),
    x86(12, "bytes-wrap", &[Data(0x1000), Is(1 << 52), Is(0)], INVALID, X86_C).modes(Modes::Wide),
    x86(12, "outside-memory", &[Outside(0), Is(1), Is(0)], INVALID, RST),
    x86(12, "ends-outside-memory", &[BeforeEnd(0x1000), Is(2), Is(0)], INVALID, RST),
    x86(12, "reserved-attribute", &[Data(0x1000), Is(1), Is(0x20)], INVALID, RST),
    x86(12, "hint-3", &[Data(0x1000), Is(1), Is(3)], INVALID, RST),
    x86(12, "high-attribute", &[Data(0x1000), Is(1), Is(1 << 63)], INVALID, RST).modes(Modes::Wide),
    unknown(&KVM, 0, "zero"),
    unknown(&KVM, 13, "next-free"),
    unknown(&KVM, 0xffff, "last"),
];
