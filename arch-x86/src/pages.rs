//! What guest and host share on x86 without a call that names it, as data.

use crate::convention::{ALL as EVERY, PARA_2007, XEN};
use crate::para::ParaState;
use crate::xen::KvmXenHvmConfig;
use hypercall_core::shared::{Field, Layout, Page, Shared as _};

const fn register(name: &'static str, offset: usize, meaning: &'static str) -> Field {
    Field { name, kind: "u32", offset, size: 4, meaning }
}

/// The leaves of [`cpuid`](crate::cpuid), 16 bytes each: EAX, EBX, ECX, EDX. The last one is there once for
/// each vendor.
pub static CPUID_LEAVES: Layout = Layout {
    name: "cpuid_leaves",
    size: 80,
    purpose: "What a guest may call and how: five CPUID leaves, the four registers of each in turn. Bits not \
              named are zero, and a guest ignores them; a higher version only adds.",
    source: "this project's arch-x86/src/cpuid.rs",
    fields: &[
        register("base_eax", 0, "The last leaf."),
        register("base_ebx", 4, "`Hype`."),
        register("base_ecx", 8, "`rcal`."),
        register("base_edx", 12, "`lABI`."),
        register("version", 16, "1."),
        register(
            "transports",
            20,
            "Bit 0, a port doorbell; bit 1, an MMIO doorbell; bit 2, number 12 by vmcall or vmmcall; bit 3, \
             every number by these.",
        ),
        register("port", 24, "The doorbell's port."),
        register(
            "conventions",
            28,
            "Bits 7:0 of the port doorbell, 15:8 of the MMIO doorbell, 23:16 of the vmcall of bit 3: 0 KVM, 1 \
             the 2007 kvm_para.h, 2 Xen.",
        ),
        register("mmio_low", 32, "The MMIO doorbell's guest-physical address, low half."),
        register("mmio_high", 36, "High half."),
        register("reserved_2_ecx", 40, "Zero."),
        register("reserved_2_edx", 44, "Zero."),
        register("kvm_0", 48, "KVM's numbers 0 to 31 that a doorbell serves, a bit each."),
        register("kvm_32", 52, "32 to 63."),
        register("kvm_64", 56, "64 to 95."),
        register("kvm_96", 60, "96 to 127."),
        register("vendor_first", 64, "A vendor's number 0 as it stands in the number register."),
        register("vendor_0", 68, "The vendor's numbers 0 to 31 that a doorbell serves, a bit each."),
        register("vendor_32", 72, "32 to 63."),
        register("vendor_64", 76, "64 to 95."),
    ],
};

/// Every one, in the order the tables print them.
pub static ALL: [&Page; 3] = [
    &Page {
        layout: &CPUID_LEAVES,
        conventions: &EVERY,
        found: "the guest looks for the signature at the CPUID leaves 0x40000000 + n * 0x100, n up to 0xff",
    },
    &Page {
        layout: ParaState::LAYOUT,
        conventions: &[&PARA_2007],
        found: "the guest registers it: WRMSR of its guest-physical address to 0x87655678",
    },
    &Page {
        layout: KvmXenHvmConfig::LAYOUT,
        conventions: &[&XEN],
        found: "the VMM gives it to KVM: the ioctl KVM_XEN_HVM_CONFIG on the VM",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpuid::{Abi, Doorbell, Vendor};
    use alloc::vec::Vec;

    #[test]
    fn the_leaves_stand_where_the_layout_says() {
        let mut abi = Abi {
            port: Some(Doorbell { place: 0x48, convention: 1 }),
            mmio: Some(Doorbell { place: 0x1234_5678_9abc_d000, convention: 2 }),
            exit_xen: Some(2),
            kvm: 0x4444_4444_3333_3333_2222_2222_1111_1111,
            ..Abi::default()
        };
        abi.vendors[0] = Vendor { first: 0x4143_0000, numbers: 0x7777_7777_6666_6666_5555_5555 };
        let leaves: Vec<u32> = abi.leaves(0x4000_0100).into_iter().flat_map(|(_, leaf)| leaf).collect();
        assert_eq!(leaves.len() * 4, CPUID_LEAVES.size);
        let at = |name: &str| {
            let field = CPUID_LEAVES.fields.iter().find(|f| f.name == name).expect("a field");
            leaves[field.offset / 4]
        };
        for (name, value) in [
            ("base_eax", 0x4000_0104),
            ("base_ebx", u32::from_le_bytes(*b"Hype")),
            ("base_edx", u32::from_le_bytes(*b"lABI")),
            ("version", 1),
            ("transports", 0b1011),
            ("port", 0x48),
            ("conventions", 0x02_0201),
            ("mmio_low", 0x9abc_d000),
            ("mmio_high", 0x1234_5678),
            ("reserved_2_edx", 0),
            ("kvm_0", 0x1111_1111),
            ("kvm_96", 0x4444_4444),
            ("vendor_first", 0x4143_0000),
            ("vendor_0", 0x5555_5555),
            ("vendor_64", 0x7777_7777),
        ] {
            assert_eq!(at(name), value, "{name}");
        }
        for (i, field) in CPUID_LEAVES.fields.iter().enumerate() {
            assert_eq!((field.offset, field.size), (4 * i, 4), "{}", field.name);
        }
    }
}
