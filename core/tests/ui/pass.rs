//! What must compile: every attribute there is, and every kind of argument.

use bytemuck::{Pod, Zeroable};
use hypercall_core::argument::{
    Buffer, GuestAddress, NonZeroU64, PageAddress, Slots, SlotsMut, SplitAddress, Truncated, WideBitmap,
};
use hypercall_core::definition::EventKind;
use hypercall_core::prelude::*;
use hypercall_core::shared::{ByteOrder, Shared as _};

/// ACME's own numbers.
static ACME: Interface = Interface::vendor("acme", "ACME's", *b"AC");

/// Nothing to say.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "KVM_LIKE", arch(mips), status = obsolete)]
struct Unit;

/// Has braces and no fields.
#[derive(Hypercall)]
#[hypercall(number = 1, name = "XEN_LIKE", interface = xen, arch(x86), status = active)]
struct Braces {}

const NUMBER: u64 = 0x58;

/// Says everything there is to say,
/// on two lines.
///
/// And in two paragraphs.
#[derive(Clone, Copy, Debug, PartialEq, Hypercall)]
#[hypercall(number = NUMBER + 4, name = "ACME_ALL", interface = ACME, arch(x86, s390, ppc))]
#[hypercall(status = deprecated, result = "a count", outputs("one", "two"), feature("ACME_BIT", 3), trusts_host)]
#[hypercall(shares(Plain, Inner))]
#[hypercall(error(Busy, "now and then"), error(TooBig, "over 4 KiB"))]
#[hypercall(introduced("ACME 1", "commit 1"), changed("ACME 2", "commit 2"), deprecated("ACME 3", "commit 3"))]
#[hypercall(removed("ACME 4", "commit 4"), crate = hypercall_core)]
struct All {
    /// One.
    #[argument(invalid = Unsupported)]
    color: Color,
    /// Two.
    page: PageAddress,
    /// Three and four.
    buffer: Buffer<0x1000>,
    /// Five and six.
    r#type: WideBitmap,
    /// Seven, and eight in 32-bit mode.
    split: SplitAddress,
    /// Eight, or nine.
    last: bool,
}

/// Of ten fields' worth of registers, the most there are.
#[derive(Hypercall)]
#[hypercall(number = 2, name = "ACME_NINE", interface = ACME, arch(ppc), status = active)]
struct Nine {
    /// One.
    a: u8,
    /// Two.
    b: u16,
    /// Three.
    c: u32,
    /// Four.
    d: u64,
    /// Five.
    e: i32,
    /// Six.
    f: i64,
    /// Seven.
    g: NonZeroU64,
    /// Eight.
    h: GuestAddress,
    /// Nine.
    i: Truncated<u32>,
}

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Argument)]
#[repr(u64)]
enum Color {
    /// Of blood.
    Red = 1,
    /// Of the highest bit.
    Top = 1 << 63,
}

/// Two pages of plain data.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "plain", size = 16, source = "a manual")]
struct Plain {
    /// Words.
    #[shared(offset = 0)]
    words: [u32; 2],
    /// A pair, of [`Inner`]s [with a name](Inner), at `words[1]` and MSR\[SF\].
    #[shared(offset = 4 + 4)]
    inner: Inner,
}

/// Two halves.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "inner", size = 8, source = "a manual")]
struct Inner {
    /// Signed.
    #[shared(offset = 0)]
    signed: i32,
    /// Bytes.
    #[shared(offset = 4)]
    bytes: [u8; 4],
}

fn main() {
    let unit = Unit::DEFINITION;
    assert_eq!((unit.number, unit.interface.name, unit.archs), (1, "kvm", &[Arch::Mips][..]));
    assert_eq!(Braces::DEFINITION.interface.name, "xen");

    let all = All::DEFINITION;
    assert_eq!((all.name, all.number, all.interface.name, all.status), ("ACME_ALL", 0x5c, "acme", Status::Deprecated));
    assert_eq!(all.purpose, "Says everything there is to say, on two lines.\n\nAnd in two paragraphs.");
    assert_eq!((all.result, all.outputs, all.trusts_host), ("a count", &["one", "two"][..], true));
    assert_eq!(all.feature.map(|f| (f.name, f.bit)), Some(("ACME_BIT", 3)));
    let errors: Vec<_> = all.errors.iter().map(|e| (e.error, e.reason)).collect();
    assert_eq!(errors, [(Error::Busy, "now and then"), (Error::TooBig, "over 4 KiB")]);
    let shares: Vec<_> = all.shares.iter().map(|layout| layout.name).collect();
    assert_eq!(shares, ["plain", "inner"]);
    let linked = Plain::LAYOUT.fields[1].meaning;
    assert_eq!(linked, "A pair, of `Inner`s with a name, at `words[1]` and MSR\\[SF\\].");
    let history: Vec<_> = all.history.iter().map(|e| (e.kind, e.release, e.source)).collect();
    assert_eq!(history[0], (EventKind::Introduced, "ACME 1", "commit 1"));
    assert_eq!(history[3], (EventKind::Removed, "ACME 4", "commit 4"));
    assert_eq!(all.slots(), (8, 9));
    let names: Vec<_> = all.arguments.iter().map(|a| a.name).collect();
    assert_eq!(names, ["color", "page", "buffer", "type", "split", "last"]);
    assert_eq!((all.arguments[0].invalid, all.arguments[1].invalid), (Error::Unsupported, Error::Invalid));
    assert!(all.location.file.ends_with("pass.rs") && all.location.line == 30);
    assert_eq!(Nine::DEFINITION.slots(), (9, 9));

    let call = All {
        color: Color::Top,
        page: PageAddress::new(0x1000).unwrap(),
        buffer: Buffer::new(1, 2).unwrap(),
        r#type: WideBitmap(3),
        split: SplitAddress(4),
        last: true,
    };
    let mut registers = [0; 9];
    call.encode(&mut SlotsMut::new(&mut registers, Width::Bits64));
    assert_eq!(registers, [1 << 63, 0x1000, 1, 2, 3, 0, 4, 1, 0]);
    assert_eq!(All::decode(&mut Slots::new(&registers, Width::Bits64)), Ok(call));
    registers[0] = 2;
    assert_eq!(All::decode(&mut Slots::new(&registers, Width::Bits64)), Err(Error::Unsupported));

    let plain = Plain { words: [1, 2], inner: Inner { signed: -2, bytes: [1, 2, 3, 4] } };
    let swapped = plain.swap_bytes();
    assert_eq!(swapped.words, [1 << 24, 2 << 24]);
    assert_eq!((swapped.inner.signed, swapped.inner.bytes), (i32::from_be_bytes([0xfe, 0xff, 0xff, 0xff]), [1, 2, 3, 4]));
    let fields: Vec<_> = Plain::LAYOUT.fields.iter().map(|f| (f.name, f.kind, f.offset, f.size)).collect();
    assert_eq!(fields, [("words", "[u32;2]", 0, 8), ("inner", "Inner", 8, 8)]);
}
