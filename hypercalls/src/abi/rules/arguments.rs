//! Rules about the arguments of calls. What a guest may pass may become more, never less.

use super::Class::{Breaking, Compatible, Cosmetic};
use super::{Record, Rule, Sample};
use crate::abi::accepts::{self, Fit};
use crate::abi::changes::{Change, What};
use crate::abi::schema::Kind::Argument;

const TYPE: &[(super::Kind, What)] = &[(Argument, What::Changed("type"))];

/// Whether something is so of the argument before and after.
fn both(change: &Change<'_>, is: impl Fn(&Record, &Record) -> bool) -> bool {
    change.before.zip(change.after).is_some_and(|(old, new)| is(old, new))
}

/// Whether the named values are bits that are set together.
fn is_flags(change: &Change<'_>) -> bool {
    change.after.is_some_and(|argument| argument.word("type") == "flags")
}

pub(super) static RULES: [Rule; 16] = [
    Rule {
        id: "argument-added",
        class: Breaking,
        title: "a call takes one more argument",
        reason: "guests do not set its register: it holds whatever they left there",
        instead: "define a new call with a new number",
        example: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1))",
            after: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1) b=(type=u64 bits=64 slots=1))",
        },
        near_miss: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1))",
            after: "kvm 5 A arch=(x86) args=(b=(type=u64 bits=64 slots=1))",
        },
        on: &[(Argument, What::Added)],
        when: None,
    },
    Rule {
        id: "argument-removed",
        class: Breaking,
        title: "a call takes one argument less",
        reason: "the host does without what guests ask for, and arguments behind it stand in other registers",
        instead: "keep the argument; define a new call for guests that have nothing to say there",
        example: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1) b=(type=u64 bits=64 slots=1))",
            after: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1))",
        },
        near_miss: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1) b=(type=u64 bits=64 slots=1))",
            after: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1) c=(type=u64 bits=64 slots=1))",
        },
        on: &[(Argument, What::Removed)],
        when: None,
    },
    Rule {
        id: "argument-reordered",
        class: Breaking,
        title: "the arguments stand in another order",
        reason: "the host takes one for another, and often both have a type that fits: Linux's documents had those \
                 of KVM_HC_PPC_MAP_MAGIC_PAGE reversed",
        instead: "keep the order",
        example: Sample {
            before: "kvm 4 A arch=(ppc) args=(physical=(type=u64 bits=64 slots=1) effective=(type=u64 bits=64 slots=1))",
            after: "kvm 4 A arch=(ppc) args=(effective=(type=u64 bits=64 slots=1) physical=(type=u64 bits=64 slots=1))",
        },
        near_miss: Sample {
            before: "kvm 4 A arch=(ppc) args=(physical=(type=u64 bits=64 slots=1) effective=(type=u64 bits=64 slots=1))",
            after: "kvm 4 A arch=(ppc) args=(real=(type=u64 bits=64 slots=1) effective=(type=u64 bits=64 slots=1))",
        },
        on: &[(Argument, What::Reordered)],
        when: None,
    },
    Rule {
        id: "argument-renamed",
        class: Cosmetic,
        title: "an argument has another name",
        reason: "it stands in the same register and has the same type",
        instead: "if it means something else now, define a new call: no rule can see that",
        example: Sample {
            before: "kvm 5 A arch=(x86) args=(id=(type=u32 bits=32 slots=1))",
            after: "kvm 5 A arch=(x86) args=(apic_id=(type=u32 bits=32 slots=1))",
        },
        near_miss: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u32 bits=32 slots=1) b=(type=u32 bits=32 slots=1))",
            after: "kvm 5 A arch=(x86) args=(b=(type=u32 bits=32 slots=1) a=(type=u32 bits=32 slots=1))",
        },
        on: &[(Argument, What::Renamed)],
        when: None,
    },
    Rule {
        id: "argument-registers-changed",
        class: Breaking,
        title: "an argument takes another count of registers",
        reason: "the arguments behind it stand in other registers",
        instead: "define a new call with a new number",
        example: Sample {
            before: "kvm 2 A arch=(x86) args=(buffer=(type=address bits=64 slots=1))",
            after: "kvm 2 A arch=(x86) args=(buffer=(type=address bits=64 slots=1 slots-32=2))",
        },
        near_miss: Sample {
            before: "kvm 2 A arch=(x86) args=(buffer=(type=address bits=64 slots=1))",
            after: "kvm 2 A arch=(x86) args=(buffer=(type=page bits=64 slots=1))",
        },
        on: TYPE,
        when: Some(|change| {
            both(change, |old, new| ["slots", "slots-32"].iter().any(|name| old.get(name) != new.get(name)))
        }),
    },
    Rule {
        id: "argument-type-renamed",
        class: Cosmetic,
        title: "the type of an argument has another name",
        reason: "it has the same width and the same named values",
        instead: "nothing",
        example: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0)))",
            after: "kvm 9 A arch=(x86) args=(a=(type=ClockType bits=1 slots=1 values=(Wall=0x0)))",
        },
        near_miss: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=u64 bits=64 slots=1))",
            after: "kvm 9 A arch=(x86) args=(a=(type=\"guest-physical address\" bits=64 slots=1))",
        },
        on: TYPE,
        when: Some(|change| {
            both(change, |old, new| {
                old.pairs("values") == new.pairs("values")
                    && !old.pairs("values").is_empty()
                    && ["bits", "range"].iter().all(|name| old.get(name) == new.get(name))
            })
        }),
    },
    Rule {
        id: "argument-retyped",
        class: Breaking,
        title: "an argument has another type",
        reason: "the host takes the same bits for something else",
        instead: "define a new call with a new number",
        example: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=u32 bits=32 slots=1 range=\"0 to 0xffff_ffff\"))",
            after: "kvm 9 A arch=(x86) args=(a=(type=i32 bits=32 slots=1 range=sign-extended))",
        },
        near_miss: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=u32 bits=32 slots=1 range=\"0 to 0xffff_ffff\"))",
            after: "kvm 9 A arch=(x86) args=(a=(type=u64 bits=64 slots=1 range=any))",
        },
        on: TYPE,
        when: Some(|change| both(change, |old, new| accepts::family(old) != accepts::family(new))),
    },
    Rule {
        id: "ignored-bits-given-meaning",
        class: Breaking,
        title: "bits of an argument that were ignored have a meaning",
        reason: "guests may have left anything there, since it did not count",
        instead: "take them from an argument of a new call; refuse reserved bits from the first day on",
        example: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u32 bits=32 slots=1 range=\"0 to 0xffff_ffff; upper bits ignored\"))",
            after: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1 range=any))",
        },
        near_miss: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u32 bits=32 slots=1 range=\"0 to 0xffff_ffff\"))",
            after: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1 range=any))",
        },
        on: TYPE,
        when: Some(|change| {
            both(change, |old, new| {
                accepts::ignores(old) && !accepts::ignores(new) && old.number("bits") < new.number("bits")
            })
        }),
    },
    Rule {
        id: "argument-widened",
        class: Compatible,
        title: "an argument accepts more values",
        reason: "what guests pass is accepted as before; the new values were refused",
        instead: "tell guests by a feature bit, as an older host refuses the new values",
        example: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u32 bits=32 slots=1 range=\"0 to 0xffff_ffff\"))",
            after: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1 range=any))",
        },
        near_miss: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=u64 bits=64 slots=1 range=any))",
            after: "kvm 5 A arch=(x86) args=(a=(type=u32 bits=32 slots=1 range=\"0 to 0xffff_ffff\"))",
        },
        on: TYPE,
        when: Some(|change| both(change, |old, new| accepts::fit(old, new) == Fit::Wider)),
    },
    Rule {
        id: "argument-narrowed",
        class: Breaking,
        title: "an argument accepts fewer values",
        reason: "guests are refused for what they were served for",
        instead: "go on accepting the old values, and do with them what was done",
        example: Sample {
            before: "kvm 5 A arch=(x86) args=(pages=(type=u64 bits=64 slots=1 range=any))",
            after: "kvm 5 A arch=(x86) args=(pages=(type=u64 bits=64 slots=1 range=\"not 0\"))",
        },
        near_miss: Sample {
            before: "kvm 5 A arch=(x86) args=(pages=(type=u64 bits=64 slots=1 range=\"1 to 0x10\"))",
            after: "kvm 5 A arch=(x86) args=(pages=(type=u64 bits=64 slots=1 range=\"not 0\"))",
        },
        on: TYPE,
        when: Some(|change| both(change, |old, new| accepts::fit(old, new) == Fit::Narrower)),
    },
    Rule {
        id: "argument-range-changed",
        class: Breaking,
        title: "what an argument accepts is said in other words",
        reason: "the words do not tell whether values are refused that were accepted",
        instead: "if only the words changed, record them with `abi lock`; else go on accepting the old values",
        example: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=port bits=16 slots=1 range=even))",
            after: "kvm 5 A arch=(x86) args=(a=(type=port bits=16 slots=1 range=odd))",
        },
        near_miss: Sample {
            before: "kvm 5 A arch=(x86) args=(a=(type=port bits=16 slots=1 range=even))",
            after: "kvm 5 A arch=(x86) args=(a=(type=port bits=32 slots=1 range=even))",
        },
        on: TYPE,
        when: None,
    },
    Rule {
        id: "reserved-bits-given-meaning",
        class: Compatible,
        title: "a reserved bit of an argument has a meaning",
        reason: "reserved bits were refused, so that no guest sets them by accident",
        instead: "tell guests by a feature bit, as an older host refuses it",
        example: Sample {
            before: "kvm 12 A arch=(x86) args=(a=(type=flags bits=1 slots=1 values=(PRIVATE=0x1)))",
            after: "kvm 12 A arch=(x86) args=(a=(type=flags bits=2 slots=1 values=(PRIVATE=0x1 HUGE=0x2)))",
        },
        near_miss: Sample {
            before: "kvm 12 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0)))",
            after: "kvm 12 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0 Boot=0x1)))",
        },
        on: &[(Argument, What::Gained("values"))],
        when: Some(is_flags),
    },
    Rule {
        id: "value-added",
        class: Compatible,
        title: "an argument has one more named value",
        reason: "it was refused, so that no guest passes it by accident",
        instead: "tell guests by a feature bit, as an older host refuses it",
        example: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0)))",
            after: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0 Boot=0x1)))",
        },
        near_miss: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0)))",
            after: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Realtime=0x0)))",
        },
        on: &[(Argument, What::Gained("values"))],
        when: None,
    },
    Rule {
        id: "value-removed",
        class: Breaking,
        title: "a named value of an argument is gone",
        reason: "guests are refused for what they were served for, or get something else",
        instead: "go on accepting it, and answer Unsupported in the handler if it cannot be done",
        example: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0 Boot=0x1)))",
            after: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0)))",
        },
        near_miss: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0)))",
            after: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0 Boot=0x1)))",
        },
        on: &[(Argument, What::Lost("values"))],
        when: None,
    },
    Rule {
        id: "value-changed",
        class: Breaking,
        title: "a named value of an argument is another number",
        reason: "guests carry the number in their code",
        instead: "keep the number, and take a free one for what is new",
        example: Sample {
            before: "kvm 12 A arch=(x86) args=(a=(type=flags bits=5 slots=1 values=(PRIVATE=0x10)))",
            after: "kvm 12 A arch=(x86) args=(a=(type=flags bits=5 slots=1 values=(PRIVATE=0x8)))",
        },
        near_miss: Sample {
            before: "kvm 12 A arch=(x86) args=(a=(type=flags bits=5 slots=1 values=(PRIVATE=0x10)))",
            after: "kvm 12 A arch=(x86) args=(a=(type=flags bits=5 slots=1 values=(PRIVATE=16)))",
        },
        on: &[(Argument, What::Changed("values"))],
        when: None,
    },
    Rule {
        id: "value-renamed",
        class: Cosmetic,
        title: "a named value of an argument has another name",
        reason: "guests carry the number",
        instead: "keep the old name as well where a header has it",
        example: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0)))",
            after: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Realtime=0x0)))",
        },
        near_miss: Sample {
            before: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Wall=0x0)))",
            after: "kvm 9 A arch=(x86) args=(a=(type=Clock bits=1 slots=1 values=(Realtime=0x1)))",
        },
        on: &[(Argument, What::Relabelled("values"))],
        when: None,
    },
];
