//! Rules about transports, and about the numbers that vendors may give out.

use super::Class::{Breaking, Compatible};
use super::{Rule, Sample};
use crate::abi::changes::What;
use crate::abi::schema::Kind::{Transport, VendorRange};

pub(super) static RULES: [Rule; 7] = [
    Rule {
        id: "transport-added",
        class: Compatible,
        title: "a transport is new",
        reason: "no guest has called by it",
        instead: "tell guests that there is one",
        example: Sample { before: "", after: "transport x86 pio conventions=(kvm)" },
        near_miss: Sample {
            before: "transport x86 pio conventions=(kvm)",
            after: "transport x86 pio conventions=(kvm xen)",
        },
        on: &[(Transport, What::Added)],
        when: None,
    },
    Rule {
        id: "transport-removed",
        class: Breaking,
        title: "a transport is gone",
        reason: "guests that call by it reach nobody",
        instead: "go on serving it",
        example: Sample { before: "transport x86 pio conventions=(kvm)", after: "" },
        near_miss: Sample { before: "", after: "transport x86 pio conventions=(kvm)" },
        on: &[(Transport, What::Removed)],
        when: None,
    },
    Rule {
        id: "transport-carries-more",
        class: Compatible,
        title: "a transport carries one more convention",
        reason: "a VM binds each entry point to one: those that were bound stay",
        instead: "nothing",
        example: Sample {
            before: "transport x86 pio conventions=(kvm)",
            after: "transport x86 pio conventions=(kvm xen)",
        },
        near_miss: Sample {
            before: "transport x86 pio conventions=(kvm xen)",
            after: "transport x86 pio conventions=(xen kvm)",
        },
        on: &[(Transport, What::Gained("conventions"))],
        when: None,
    },
    Rule {
        id: "transport-carries-less",
        class: Breaking,
        title: "a transport no longer carries a convention",
        reason: "guests that call so reach nobody",
        instead: "go on serving it",
        example: Sample {
            before: "transport x86 pio conventions=(kvm xen)",
            after: "transport x86 pio conventions=(kvm)",
        },
        near_miss: Sample {
            before: "transport x86 pio conventions=(kvm)",
            after: "transport x86 pio conventions=(kvm xen)",
        },
        on: &[(Transport, What::Lost("conventions"))],
        when: None,
    },
    Rule {
        id: "vendor-range-added",
        class: Compatible,
        title: "vendors have numbers in one more way of writing them",
        reason: "no vendor has given one out",
        instead: "see that the range meets no other number space",
        example: Sample { before: "", after: "vendor-range papr first=0x7000 last=0x7ffc" },
        near_miss: Sample {
            before: "vendor-range papr first=0x7000 last=0x7ffc",
            after: "vendor-range papr first=0x7000 last=0x8ffc",
        },
        on: &[(VendorRange, What::Added)],
        when: None,
    },
    Rule {
        id: "vendor-range-removed",
        class: Breaking,
        title: "vendors have no numbers any more in one way of writing them",
        reason: "the numbers that vendors gave out may be given to others",
        instead: "keep the range",
        example: Sample { before: "vendor-range papr first=0x7000 last=0x7ffc", after: "" },
        near_miss: Sample { before: "", after: "vendor-range papr first=0x7000 last=0x7ffc" },
        on: &[(VendorRange, What::Removed)],
        when: None,
    },
    Rule {
        id: "vendor-range-changed",
        class: Breaking,
        title: "the numbers that vendors have are others",
        reason: "numbers that vendors gave out may be given to others, or others' to vendors",
        instead: "keep the range, and add another",
        example: Sample {
            before: "vendor-range papr first=0x7000 last=0x7ffc",
            after: "vendor-range papr first=0x7000 last=0x6ffc",
        },
        near_miss: Sample {
            before: "vendor-range papr first=0x7000 last=0x7ffc",
            after: "vendor-range papr first=28672 last=0x7ffc",
        },
        on: &[(VendorRange, What::Changed("first")), (VendorRange, What::Changed("last"))],
        when: None,
    },
];
