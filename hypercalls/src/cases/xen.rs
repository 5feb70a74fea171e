//! Cases of Xen's calls.
//!
//! Each has bytes of its own in the data area, from 0x540 to 0xc00, or around 0x1000 where it crosses a page:
//! memory is judged when all calls were made.

use super::Expect::{Error as Fails, Value as Gives};
use super::Value::{BeforeEnd, Data, Is, Outside};
use super::{Case, Expect, Modes, Value, unknown};
use hypercall_core::interface::XEN;
use hypercall_core::{Arch, Error};

const X86: &[Arch] = &[Arch::X86];
const VERSION_H: &str = "Xen xen/include/public/version.h, xen/common/kernel.c";
const XEN_H: &str = "Xen xen/include/public/xen.h, xen/drivers/char/console.c";
const MEMORY_H: &str = "Xen xen/include/public/memory.h, xen/arch/x86/mm.c";
const HVM_H: &str = "Xen xen/include/public/hvm/hvm_op.h, xen/arch/x86/hvm/hvm.c";
const SCHED_H: &str = "Xen xen/include/public/sched.h";
const NOT_HERE: &str = "Xen xen/include/public/errno.h: -ENOSYS, this VMM has no other domains";

const ENOSYS: Expect = Fails(Error::Unknown);
const INVALID: Expect = Fails(Error::Invalid);
const EFAULT: Expect = Fails(Error::BadAddress);
/// -XEN_ESRCH and -XEN_ENODATA.
const ESRCH: Expect = Gives(0xffff_ffff_ffff_fffd);
const ENODATA: Expect = Gives(0xffff_ffff_ffff_ffc3);

const fn case(
    number: u64,
    name: &'static str,
    arguments: &'static [Value],
    expect: Expect,
    source: &'static str,
) -> Case {
    Case::new(&XEN, X86, number, name, arguments, expect, source)
}

/// struct xen_hvm_param: domid 0x7ff0 (DOMID_SELF), padding, index, value.
const CALLBACK: &[u8] = &[0xf0, 0x7f, 0, 0, 0, 0, 0, 0, 0xf3, 0, 0, 0, 0, 0, 0, 2];
/// The same, to be told.
const ASKED: &[u8] = &[0xf0, 0x7f, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
/// HVM_PARAM_STORE_PFN, which is not the guest's to set.
const STORE: &[u8] = &[0xf0, 0x7f, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
/// HVM_NR_PARAMS is 39.
const NO_PARAMETER: &[u8] = &[0xf0, 0x7f, 0, 0, 39, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
/// Domain 1.
const OTHERS: &[u8] = &[1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];

/// struct xen_add_to_physmap: domid, size, space, and zeros: a structure of either mode.
const fn physmap(domid: u16, space: u8, rest: u8) -> [u8; 24] {
    let [low, high] = domid.to_le_bytes();
    let mut bytes = [rest; 24];
    (bytes[0], bytes[1], bytes[2], bytes[3]) = (low, high, 0, 0);
    (bytes[4], bytes[5], bytes[6], bytes[7]) = (space, 0, 0, 0);
    bytes
}

pub(super) const CASES: &[Case] = &[
    // 4.17
    case(17, "version", &[Is(0), Is(0)], Gives(0x4_0011), VERSION_H),
    case(17, "version-has-no-address", &[Is(0), Outside(0)], Gives(0x4_0011), VERSION_H),
    case(17, "command-is-an-int", &[Is(0xdead_0000_0000), Is(0)], Gives(0x4_0011), VERSION_H)
        .modes(Modes::Wide),
    // ".0-h" "yper" "call", zeros, and what was there
    case(17, "extra-version", &[Is(1), Data(0x540)], Gives(0), VERSION_H)
        .before(&[(0x540, &[0xff; 20])])
        .after(&[
            (0x540, 0x682d_302e),
            (0x544, 0x7265_7079),
            (0x548, 0x6c6c_6163),
            (0x54c, 0),
            (0x550, 0xffff_ffff),
        ]),
    case(17, "compile-info", &[Is(2), Data(0xa00)], Gives(0), VERSION_H)
        .before(&[(0xa00, &[0xff; 148])])
        .after(&[(0xa00, 0x7473_7572), (0xa04, 0x63), (0xa8c, 0), (0xa90, 0xffff_ffff)]), // "rust" "c"
    case(17, "capabilities", &[Is(3), Data(0x600)], Gives(0), VERSION_H)
        .before(&[(0x600, &[0xff; 1024])])
        .after(&[(0x600, 0x2d6d_7668), (0x9fc, 0)]), // "hvm-"
    case(17, "changeset", &[Is(4), Data(0xaa0)], Gives(0), VERSION_H)
        .before(&[(0xaa0, &[0xff; 68])])
        .after(&[(0xadc, 0), (0xae0, 0xffff_ffff)]),
    case(17, "platform-parameters-64", &[Is(5), Data(0x580)], Gives(0), VERSION_H)
        .modes(Modes::Wide)
        .before(&[(0x580, &[0xff; 8])])
        .after(&[(0x580, 0), (0x584, 0)]),
    case(17, "platform-parameters-32", &[Is(5), Data(0x588)], Gives(0), VERSION_H)
        .modes(Modes::Narrow)
        .before(&[(0x588, &[0xff; 8])])
        .after(&[(0x588, 0), (0x58c, 0xffff_ffff)]),
    // XENFEAT_writable_page_tables, _writable_descriptor_tables, _auto_translated_physmap
    case(17, "features", &[Is(6), Data(0x560)], Gives(0), VERSION_H)
        .before(&[(0x560, &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])])
        .after(&[(0x560, 0), (0x564, 7)]),
    case(17, "no-such-submap", &[Is(6), Data(0x568)], INVALID, VERSION_H)
        .before(&[(0x568, &[1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])])
        .after(&[(0x56c, 0xffff_ffff)]),
    case(17, "page-size", &[Is(7), Is(0)], Gives(4096), VERSION_H),
    case(17, "page-size-has-no-address", &[Is(7), Data(0)], INVALID, VERSION_H),
    case(17, "guest-handle", &[Is(8), Data(0x570)], Gives(0), VERSION_H)
        .before(&[(0x570, &[0xff; 16])])
        .after(&[(0x570, 0), (0x57c, 0)]),
    case(17, "no-build-id", &[Is(10), Is(0)], ENODATA, VERSION_H),
    case(17, "build-id-without-room", &[Is(10), Data(0x590)], INVALID, VERSION_H).before(&[(0x590, &[0; 4])]),
    case(17, "no-such-command", &[Is(11), Data(0x598)], ENOSYS, VERSION_H),
    case(17, "no-memory", &[Is(1), Outside(0)], EFAULT, VERSION_H),
    case(17, "past-the-end", &[Is(2), BeforeEnd(143)], EFAULT, VERSION_H),
    case(17, "wraps", &[Is(2), Is(u64::MAX - 7)], EFAULT, VERSION_H),
    case(18, "write", &[Is(0), Is(12), Data(0xaf0)], Gives(0), XEN_H).before(&[(0xaf0, b"hello, Xen!\n")]),
    case(18, "nothing", &[Is(0), Is(0), Outside(0)], Gives(0), XEN_H),
    case(18, "read", &[Is(1), Is(1), Data(0x598)], Fails(Error::NotPermitted), XEN_H),
    case(18, "no-memory", &[Is(0), Is(1), Outside(0)], EFAULT, XEN_H),
    case(18, "too-long", &[Is(0), Is(0x1_0001), Data(0)], Fails(Error::TooBig), "documented with the call"),
    case(18, "no-such-command", &[Is(2), Is(1), Data(0x598)], ENOSYS, XEN_H),
    case(34, "set", &[Is(0), Data(0xb00)], Gives(0), HVM_H).before(&[(0xb00, CALLBACK)]),
    case(34, "get", &[Is(1), Data(0xb10)], Gives(0), HVM_H).before(&[(0xb10, ASKED)]).after(&[
        (0xb10, 0x7ff0),
        (0xb14, 0),
        (0xb18, 0xf3),
        (0xb1c, 0x0200_0000),
    ]),
    // domid, padding and index before a page's end, the value behind it
    case(34, "get-across-pages", &[Is(1), Data(0xff8)], Gives(0), HVM_H)
        .before(&[(0xff8, &[0xf0, 0x7f, 0, 0, 0, 0, 0, 0]), (0x1000, &[0xff; 12])])
        .after(&[(0xff8, 0x7ff0), (0x1000, 0xf3), (0x1004, 0x0200_0000), (0x1008, 0xffff_ffff)]),
    case(34, "not-the-guests", &[Is(0), Data(0xb20)], Fails(Error::NotPermitted), HVM_H)
        .before(&[(0xb20, STORE)]),
    case(34, "set-no-such-parameter", &[Is(0), Data(0xb30)], INVALID, HVM_H).before(&[(0xb30, NO_PARAMETER)]),
    case(34, "get-no-such-parameter", &[Is(1), Data(0xb40)], INVALID, HVM_H).before(&[(0xb40, NO_PARAMETER)]),
    case(34, "another-domains", &[Is(0), Data(0xb50)], ESRCH, HVM_H).before(&[(0xb50, OTHERS)]),
    case(34, "no-memory", &[Is(1), BeforeEnd(15)], EFAULT, HVM_H),
    case(34, "no-such-command", &[Is(2), Data(0x598)], ENOSYS, HVM_H),
    // gpfn stands at 16 in 64-bit mode, at 12 in 32-bit mode; no address is that large, and no memory there
    case(12, "no-such-frame-64", &[Is(7), Data(0xb60)], EFAULT, "documented with the call")
        .modes(Modes::Wide)
        .before(&[(0xb60, &physmap(0x7ff0, 0, 0)), (0xb70, &[0xff; 8])]),
    case(12, "no-such-frame-32", &[Is(7), Data(0xbf0)], EFAULT, "documented with the call")
        .modes(Modes::Narrow)
        .before(&[(0xbf0, &[0xf0, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0x0f, 0])]),
    case(12, "one-shared-info-page", &[Is(7), Data(0xb80)], INVALID, MEMORY_H)
        .before(&[(0xb80, &physmap(0x7ff0, 0, 1))]),
    case(12, "foreign-frames", &[Is(7), Data(0xb98)], ENOSYS, MEMORY_H)
        .before(&[(0xb98, &physmap(0x7ff0, 4, 0))]),
    case(12, "no-such-space", &[Is(7), Data(0xbb0)], INVALID, MEMORY_H)
        .before(&[(0xbb0, &physmap(0x7ff0, 6, 0))]),
    case(12, "another-domain", &[Is(7), Data(0xbc8)], ESRCH, MEMORY_H).before(&[(0xbc8, &physmap(1, 0, 0))]),
    case(12, "no-memory", &[Is(7), BeforeEnd(15)], EFAULT, MEMORY_H),
    case(12, "no-handler", &[Is(3), Data(0x598)], ENOSYS, NOT_HERE),
    case(29, "yield", &[Is(0), Is(0)], Gives(0), SCHED_H),
    case(29, "block", &[Is(1), Is(0)], Gives(0), SCHED_H),
    case(29, "shutdown-without-a-reason", &[Is(2), Outside(0)], EFAULT, SCHED_H),
    case(29, "shutdown-for-no-such-reason", &[Is(2), Data(0xbe0)], INVALID, SCHED_H)
        .before(&[(0xbe0, &[6, 0, 0, 0])]),
    // Not SCHEDOP_poll, 3: KVM answers that itself where it intercepts calls.
    case(29, "no-handler", &[Is(4), Data(0x598)], ENOSYS, NOT_HERE),
    case(13, "no-handler", &[Data(0x598), Is(1)], ENOSYS, NOT_HERE),
    case(20, "query-size", &[Is(6), Data(0x598), Is(1)], ENOSYS, NOT_HERE),
    case(24, "register-vcpu-info", &[Is(10), Is(0), Data(0x598)], ENOSYS, NOT_HERE),
    case(32, "alloc-unbound", &[Is(6), Data(0x598)], ENOSYS, NOT_HERE),
    unknown(&XEN, 0, "set-trap-table-is-for-other-guests"),
    unknown(&XEN, 127, "last-of-the-page"),
    unknown(&XEN, 0xffff, "last"),
];
