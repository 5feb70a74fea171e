//! Rules about calls as a whole: their names, numbers and lives.

use super::Class::{Breaking, Compatible};
use super::{Rule, Sample};
use crate::abi::changes::{Change, What};
use crate::abi::schema::Kind::{Call, Interface, Removed};

/// The status before and after.
fn statuses<'a>(change: &'a Change<'_>) -> (&'a str, &'a str) {
    (&change.old, &change.new)
}

pub(super) static RULES: [Rule; 17] = [
    Rule {
        id: "call-added",
        class: Compatible,
        title: "a call is new",
        reason: "its number answered as unknown until now, and no guest relied on that",
        instead: "give it a feature bit, so that a guest finds out before it calls an older host",
        example: Sample {
            before: "kvm 5 OLD arch=(x86)",
            after: "kvm 5 OLD arch=(x86)\nkvm 6 NEW arch=(x86)",
        },
        near_miss: Sample { before: "removed kvm 6 GONE arch=(x86)", after: "kvm 6 NEW arch=(x86)" },
        on: &[(Call, What::Added)],
        when: None,
    },
    Rule {
        id: "call-restored",
        class: Compatible,
        title: "a call that was removed is there again, at its number",
        reason: "its guests of old make it as they always did",
        instead: "see that it does what it did",
        example: Sample { before: "removed kvm 6 BACK arch=(x86)", after: "kvm 6 BACK arch=(x86)" },
        near_miss: Sample {
            before: "removed kvm 6 BACK arch=(x86)",
            after: "kvm 7 BACK arch=(x86)\nremoved kvm 6 BACK arch=(x86)",
        },
        on: &[(Call, What::Restored)],
        when: None,
    },
    Rule {
        id: "obsolete-call-removed",
        class: Compatible,
        title: "the definition of an obsolete call is gone",
        reason: "an obsolete call is answered as unknown, and so is a number without a call",
        instead: "keep the definition as documentation; its number stays taken in any case",
        example: Sample {
            before: "kvm 6 EXIT arch=(mips) status=obsolete",
            after: "removed kvm 6 EXIT arch=(mips)",
        },
        near_miss: Sample {
            before: "kvm 6 EXIT arch=(mips) status=deprecated",
            after: "removed kvm 6 EXIT arch=(mips)",
        },
        on: &[(Call, What::Removed)],
        when: Some(|change| change.before.is_some_and(|call| call.word("status") == "obsolete")),
    },
    Rule {
        id: "call-removed",
        class: Breaking,
        title: "a call is gone",
        reason: "guests that make it are answered as if it had never been; Linux removed KVM_HC_MMU_OP so",
        instead: "keep it with the status deprecated, and in a later release obsolete, before it goes",
        example: Sample {
            before: "kvm 2 KVM_HC_MMU_OP arch=(x86) status=active",
            after: "removed kvm 2 KVM_HC_MMU_OP arch=(x86)",
        },
        near_miss: Sample {
            before: "kvm 2 KVM_HC_MMU_OP arch=(x86) status=active",
            after: "kvm 2 KVM_HC_MMU_OP arch=(x86) status=deprecated",
        },
        on: &[(Call, What::Removed)],
        when: None,
    },
    Rule {
        id: "call-renumbered",
        class: Breaking,
        title: "a call has another number",
        reason: "guests carry the number in their code: they make another call, or none",
        instead: "keep the number; a call that should have two numbers is two calls",
        example: Sample {
            before: "kvm 13 OURS arch=(x86)",
            after: "kvm 14 OURS arch=(x86)\nremoved kvm 13 OURS arch=(x86)",
        },
        near_miss: Sample {
            before: "kvm 13 OURS arch=(x86)",
            after: "kvm 13 OURS arch=(x86)\nkvm 14 OURS_TOO arch=(x86)",
        },
        on: &[(Call, What::Moved)],
        when: None,
    },
    Rule {
        id: "call-in-another-interface",
        class: Breaking,
        title: "a call is found in another number space",
        reason: "what a guest writes into the number register is another value",
        instead: "define the call a second time in the other number space, under a name of its own, and keep both",
        example: Sample {
            before: "kvm 13 OURS arch=(x86)",
            after: "acme 13 OURS arch=(x86)\nremoved kvm 13 OURS arch=(x86)",
        },
        near_miss: Sample {
            before: "kvm 13 OURS arch=(x86)",
            after: "kvm 13 OURS arch=(x86)\nacme 13 ACME_OURS arch=(x86)",
        },
        on: &[(Call, What::Rehomed)],
        when: None,
    },
    Rule {
        id: "call-renamed",
        class: Breaking,
        title: "a call has another name",
        reason: "the source of guests, policies (deny=NAME) and traces find it by its name",
        instead: "keep the name; say a better one in the documentation",
        example: Sample { before: "kvm 5 KICK arch=(x86)", after: "kvm 5 WAKE arch=(x86)" },
        near_miss: Sample {
            before: "kvm 5 KICK arch=(x86)",
            after: "kvm 5 WAKE arch=(x86) args=(id=(type=u32 bits=32 slots=1))",
        },
        on: &[(Call, What::Renamed)],
        when: None,
    },
    Rule {
        id: "number-reused",
        class: Breaking,
        title: "a number that was one call's is another one's",
        reason: "guests that make the old call get the new one, with arguments that mean something else; so did \
                 kernels outside of Linux that took 13, the next free number of KVM's, when another one took it",
        instead: "take a number that never was a call's; a call that is not Linux's takes one of its vendor's range",
        example: Sample { before: "removed kvm 13 THEIRS arch=(x86)", after: "kvm 13 OURS arch=(x86)" },
        near_miss: Sample {
            before: "removed kvm 13 THEIRS arch=(ppc)\nremoved xen 13 OTHERS arch=(x86)",
            after: "kvm 13 OURS arch=(x86)",
        },
        on: &[(Call, What::Reused)],
        when: None,
    },
    Rule {
        id: "removed-number-forgotten",
        class: Breaking,
        title: "a number that was a call's is no longer kept from others",
        reason: "the next call may take it, and guests that make the old one get that",
        instead: "put the line back: `abi lock` makes a `removed` one of a call's that is gone, which costs nothing",
        example: Sample {
            before: "removed kvm 13 OURS arch=(x86)\nkvm 6 EXIT arch=(mips) status=obsolete",
            after: "",
        },
        near_miss: Sample {
            before: "removed kvm 13 OURS arch=(x86)\nkvm 6 EXIT arch=(mips) status=obsolete",
            after: "kvm 13 OURS arch=(x86)\nremoved kvm 6 EXIT arch=(mips)",
        },
        on: &[(Removed, What::Removed)],
        when: None,
    },
    Rule {
        id: "arch-added",
        class: Compatible,
        title: "a call is on one more architecture",
        reason: "its number answered as unknown there",
        instead: "see that its structures have the same layout in that byte order",
        example: Sample { before: "kvm 5 KICK arch=(x86)", after: "kvm 5 KICK arch=(s390 x86)" },
        near_miss: Sample { before: "kvm 5 KICK arch=(s390 x86)", after: "kvm 5 KICK arch=(x86 s390)" },
        on: &[(Call, What::Gained("arch"))],
        when: None,
    },
    Rule {
        id: "arch-removed",
        class: Breaking,
        title: "a call is no longer on an architecture",
        reason: "guests of that architecture are answered as if it had never been",
        instead: "keep it there; let its handler answer Unsupported where the host cannot do it",
        example: Sample {
            before: "kvm 5 KICK arch=(s390 x86)",
            after: "kvm 5 KICK arch=(x86)\nremoved kvm 5 KICK arch=(s390)",
        },
        near_miss: Sample { before: "kvm 5 KICK arch=(x86)", after: "kvm 5 KICK arch=(x86 ppc)" },
        on: &[(Call, What::Lost("arch"))],
        when: None,
    },
    Rule {
        id: "status-forwards",
        class: Compatible,
        title: "a call is one step further in its life",
        reason: "a deprecated call is served as before, and whoever makes one that becomes obsolete was told",
        instead: "say in its history what to use instead",
        example: Sample {
            before: "kvm 2 A arch=(x86) status=active",
            after: "kvm 2 A arch=(x86) status=deprecated",
        },
        near_miss: Sample {
            before: "kvm 2 A arch=(x86) status=active",
            after: "kvm 2 A arch=(x86) status=obsolete",
        },
        on: &[(Call, What::Changed("status"))],
        when: Some(|change| {
            [("active", "deprecated"), ("deprecated", "obsolete")].contains(&statuses(change))
        }),
    },
    Rule {
        id: "obsolete-without-notice",
        class: Breaking,
        title: "an active call is obsolete at once",
        reason: "an obsolete call is answered as unknown: its guests stop working from one release to the next",
        instead: "deprecate it first, for a release at least",
        example: Sample {
            before: "kvm 2 A arch=(x86) status=active",
            after: "kvm 2 A arch=(x86) status=obsolete",
        },
        near_miss: Sample {
            before: "kvm 2 A arch=(x86) status=deprecated",
            after: "kvm 2 A arch=(x86) status=obsolete",
        },
        on: &[(Call, What::Changed("status"))],
        when: Some(|change| statuses(change) == ("active", "obsolete")),
    },
    Rule {
        id: "status-backwards",
        class: Breaking,
        title: "a call is back in a status it had left",
        reason: "guests and policies that went by the old status took the call for gone; a number that answered as \
                 unknown does something again",
        instead: "leave it as it is, and define a new call with a new number",
        example: Sample {
            before: "kvm 2 A arch=(x86) status=obsolete",
            after: "kvm 2 A arch=(x86) status=active",
        },
        near_miss: Sample {
            before: "kvm 2 A arch=(x86) status=active",
            after: "kvm 2 A arch=(x86) status=deprecated",
        },
        on: &[(Call, What::Changed("status"))],
        when: None,
    },
    Rule {
        id: "trusts-host-gained",
        class: Breaking,
        title: "the guest takes the answer on trust now",
        reason: "the confidential policy denies such calls: confidential guests lose this one",
        instead: "give the answer that has to be trusted by a new call",
        example: Sample { before: "kvm 9 CLOCK arch=(x86)", after: "kvm 9 CLOCK arch=(x86) trusts-host=yes" },
        near_miss: Sample {
            before: "kvm 9 CLOCK arch=(x86) trusts-host=yes",
            after: "kvm 9 CLOCK arch=(x86)",
        },
        on: &[(Call, What::Changed("trusts-host"))],
        when: Some(|change| !change.new.is_empty()),
    },
    Rule {
        id: "trusts-host-dropped",
        class: Compatible,
        title: "the guest no longer takes the answer on trust",
        reason: "the confidential policy serves the call now",
        instead: "see that a lying host really cannot harm a guest through it",
        example: Sample { before: "kvm 9 CLOCK arch=(x86) trusts-host=yes", after: "kvm 9 CLOCK arch=(x86)" },
        near_miss: Sample {
            before: "kvm 9 CLOCK arch=(x86)",
            after: "kvm 9 CLOCK arch=(x86) trusts-host=yes",
        },
        on: &[(Call, What::Changed("trusts-host"))],
        when: None,
    },
    Rule {
        id: "interface-vendor-changed",
        class: Breaking,
        title: "a number space became a vendor's, or ceased to be one",
        reason: "a vendor's numbers are found at every entry point that can write them, another space's only where \
                 it is bound: guests find the calls at other places",
        instead: "make a new number space, and keep the old one",
        example: Sample { before: "interface acme vendor=yes", after: "interface acme" },
        near_miss: Sample { before: "", after: "interface acme vendor=yes" },
        on: &[(Interface, What::Changed("vendor"))],
        when: None,
    },
];
