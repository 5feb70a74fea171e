//! The catalogue against the headers it is from.

use hypercall_core::shared::Shared;
use hypercall_core::{Arch, Definition, Error, Hypercall, Numbering, Registry, Status, interface};
use hypercalls::catalogue::kvm::{ClockPairing, ClockPairingData};
use hypercalls::vendor::Identity;

/// Linux include/uapi/linux/kvm_para.h: every KVM_HC_* there is.
const NUMBERS: [(u64, &str); 12] = [
    (1, "KVM_HC_VAPIC_POLL_IRQ"),
    (2, "KVM_HC_MMU_OP"),
    (3, "KVM_HC_FEATURES"),
    (4, "KVM_HC_PPC_MAP_MAGIC_PAGE"),
    (5, "KVM_HC_KICK_CPU"),
    (6, "KVM_HC_MIPS_GET_CLOCK_FREQ"),
    (7, "KVM_HC_MIPS_EXIT_VM"),
    (8, "KVM_HC_MIPS_CONSOLE_OUTPUT"),
    (9, "KVM_HC_CLOCK_PAIRING"),
    (10, "KVM_HC_SEND_IPI"),
    (11, "KVM_HC_SCHED_YIELD"),
    (12, "KVM_HC_MAP_GPA_RANGE"),
];

/// Linux arch/x86/include/uapi/asm/kvm_para.h and arch/powerpc/include/uapi/asm/kvm_para.h.
const FEATURES: [(&str, &str, u32); 6] = [
    ("KVM_HC_MMU_OP", "KVM_FEATURE_MMU_OP", 2),
    ("KVM_HC_PPC_MAP_MAGIC_PAGE", "KVM_FEATURE_MAGIC_PAGE", 1),
    ("KVM_HC_KICK_CPU", "KVM_FEATURE_PV_UNHALT", 7),
    ("KVM_HC_SEND_IPI", "KVM_FEATURE_PV_SEND_IPI", 11),
    ("KVM_HC_SCHED_YIELD", "KVM_FEATURE_PV_SCHED_YIELD", 13),
    ("KVM_HC_MAP_GPA_RANGE", "KVM_FEATURE_HC_MAP_GPA_RANGE", 16),
];

fn of(interface: &str) -> Vec<&'static Definition> {
    let registry = Registry::linked().unwrap();
    registry.iter().filter(|d| d.interface.name == interface).collect()
}

#[test]
fn kvms_numbers_and_names_are_the_headers() {
    let found: Vec<_> = of("kvm").iter().map(|d| (d.number, d.name)).collect();
    assert_eq!(found, NUMBERS);
}

#[test]
fn kvms_feature_bits_are_the_headers() {
    let found: Vec<_> = of("kvm").iter().filter_map(|d| d.feature.map(|f| (d.name, f.name, f.bit))).collect();
    assert_eq!(found, FEATURES);
}

/// Linux Documentation/virt/kvm/x86/hypercalls.rst, "Status", and for MIPS the removed platform.
#[test]
fn kvms_calls_have_their_architecture_and_status() {
    for definition in of("kvm") {
        let (arch, status) = match definition.number {
            2 => (Arch::X86, Status::Deprecated),
            3 | 4 => (Arch::Ppc, Status::Active),
            6..=8 => (Arch::Mips, Status::Obsolete),
            _ => (Arch::X86, Status::Active),
        };
        assert_eq!((definition.archs, definition.status), (&[arch][..], status), "{}", definition.name);
    }
}

#[test]
fn only_calls_that_tell_what_a_guest_cannot_check_are_marked_so() {
    let registry = Registry::linked().unwrap();
    let names: Vec<_> = registry.iter().filter(|d| d.trusts_host).map(|d| d.name).collect();
    assert_eq!(names, ["HYPERCALL_HOST_TIME", "KVM_HC_CLOCK_PAIRING", "H_RANDOM"]);
}

#[test]
fn a_wrong_clock_type_is_unsupported_and_not_invalid() {
    let clock = &<ClockPairing as Hypercall>::DEFINITION.arguments[1];
    assert_eq!((clock.name, clock.invalid), ("clock", Error::Unsupported));
}

/// Linux arch/x86/include/uapi/asm/kvm_para.h, struct kvm_clock_pairing.
#[test]
fn the_clock_pairing_has_the_headers_layout() {
    let fields: Vec<_> = ClockPairingData::LAYOUT.fields.iter().map(|f| (f.name, f.offset, f.size)).collect();
    assert_eq!(fields, [("sec", 0, 8), ("nsec", 8, 8), ("tsc", 16, 8), ("flags", 24, 4), ("pad", 28, 36)]);
    assert_eq!(ClockPairingData::LAYOUT.size, 64);
}

#[test]
fn the_identity_is_24_bytes() {
    assert_eq!((Identity::LAYOUT.size, Identity::MAGIC, Identity::VERSION), (24, 0x4856_6964, 1));
}

/// Linux Documentation/virt/kvm/s390/s390-diag.rst and QEMU hw/s390x/s390-hypercall.h.
#[test]
fn diag500_has_its_five_subcodes() {
    let found: Vec<_> = of("diag500").iter().map(|d| (d.number, d.name)).collect();
    let documented = [
        (0, "KVM_S390_VIRTIO_NOTIFY"),
        (1, "KVM_S390_VIRTIO_RESET"),
        (2, "KVM_S390_VIRTIO_SET_STATUS"),
        (3, "KVM_S390_VIRTIO_CCW_NOTIFY"),
        (4, "DIAG500_SC_STOR_LIMIT"),
    ];
    assert_eq!(found, documented);
}

/// Linux arch/powerpc/include/asm/hvcall.h.
#[test]
fn paprs_numbers_are_the_headers() {
    let found: Vec<_> = of("papr").iter().map(|d| (d.number, d.name)).collect();
    let documented = [
        (0x3c, "H_LOGICAL_CI_LOAD"),
        (0x40, "H_LOGICAL_CI_STORE"),
        (0x54, "H_GET_TERM_CHAR"),
        (0x58, "H_PUT_TERM_CHAR"),
        (0xe0, "H_CEDE"),
        (0xe4, "H_CONFER"),
        (0xe8, "H_PROD"),
        (0x300, "H_RANDOM"),
    ];
    assert_eq!(found, documented);
}

/// Xen xen/include/public/xen.h, __HYPERVISOR_*.
#[test]
fn xens_numbers_are_the_headers() {
    let found: Vec<_> = of("xen").iter().map(|d| (d.number, d.name)).collect();
    let documented = [
        (12, "HYPERVISOR_memory_op"),
        (13, "HYPERVISOR_multicall"),
        (17, "HYPERVISOR_xen_version"),
        (18, "HYPERVISOR_console_io"),
        (20, "HYPERVISOR_grant_table_op"),
        (24, "HYPERVISOR_vcpu_op"),
        (29, "HYPERVISOR_sched_op"),
        (32, "HYPERVISOR_event_channel_op"),
        (34, "HYPERVISOR_hvm_op"),
    ];
    assert_eq!(found, documented);
}

/// Xen xen/include/public: version.h, memory.h, hvm/hvm_op.h, vcpu.h, grant_table.h, xen.h.
#[test]
fn xens_structures_have_the_headers_layout() {
    use hypercalls::catalogue::xen::{
        AddToPhysmap, AddToPhysmap32, CompileInfo, FeatureInfo, GrantTableSize, HvmParameter, MulticallEntry,
        RegisterVcpuInfo,
    };
    fn offsets<T: Shared>() -> (Vec<usize>, usize) {
        (T::LAYOUT.fields.iter().map(|f| f.offset).collect(), T::LAYOUT.size)
    }
    assert_eq!(offsets::<CompileInfo>(), (vec![0, 64, 80, 112], 144));
    assert_eq!(offsets::<FeatureInfo>(), (vec![0, 4], 8));
    assert_eq!(offsets::<AddToPhysmap>(), (vec![0, 2, 4, 8, 16], 24));
    assert_eq!(offsets::<AddToPhysmap32>(), (vec![0, 2, 4, 8, 12], 16));
    assert_eq!(offsets::<HvmParameter>(), (vec![0, 2, 4, 8], 16));
    assert_eq!(offsets::<RegisterVcpuInfo>(), (vec![0, 8, 12], 16));
    assert_eq!(offsets::<GrantTableSize>(), (vec![0, 2, 4, 8, 12, 14], 16));
    assert_eq!(offsets::<MulticallEntry>(), (vec![0, 8, 16], 64));
}

#[test]
fn the_vendor_has_a_number_on_every_architecture() {
    let calls = of("hypercall");
    assert_eq!(calls.len(), 30);
    for definition in calls {
        for numbering in [Numbering::X86, Numbering::Diag, Numbering::Epapr, Numbering::Papr] {
            assert!(interface::VENDOR.wire(numbering, definition.number).is_some(), "{}", definition.name);
        }
    }
}

#[test]
fn every_call_says_what_it_returns_and_where_it_is_from() {
    for definition in Registry::linked().unwrap().iter() {
        assert!(!definition.result.is_empty(), "{}", definition.name);
        assert!(!definition.history.is_empty(), "{}", definition.name);
        for event in definition.history {
            assert!(!event.release.is_empty() && !event.source.is_empty(), "{}", definition.name);
        }
        for (i, error) in definition.errors.iter().enumerate() {
            assert!(!error.reason.is_empty());
            assert!(definition.errors[..i].iter().all(|e| e.error != error.error), "{}", definition.name);
        }
    }
}
