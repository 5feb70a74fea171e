//! Rules about what a call answers, and how a guest finds out about it.

use super::Class::{Breaking, Compatible, Cosmetic};
use super::{Rule, Sample};
use crate::abi::changes::{Change, What};
use crate::abi::schema::Kind::Call;

/// The errors that every call may answer.
const EVERY_CALLS: [&str; 3] = ["Unknown", "NotPermitted", "Internal"];

/// The meanings of the outputs before and after.
fn outputs<'a>(change: &'a Change<'_>) -> (Vec<&'a str>, Vec<&'a str>) {
    let words = |record: Option<&'a super::Record>| record.map_or_else(Vec::new, |r| r.words("outputs"));
    (words(change.before), words(change.after))
}

/// Whether the same meanings stand at other places.
fn moved(change: &Change<'_>) -> bool {
    let (mut old, mut new) = outputs(change);
    old.sort_unstable();
    new.sort_unstable();
    old == new
}

pub(super) static RULES: [Rule; 15] = [
    Rule {
        id: "result-reworded",
        class: Cosmetic,
        title: "the meaning of the value is said in other words",
        reason: "words reach no register",
        instead: "if it is the meaning that changed, define a new call: no rule can see that",
        example: Sample { before: "kvm 1 A arch=(x86) result=zero", after: "kvm 1 A arch=(x86) result=0" },
        near_miss: Sample {
            before: "kvm 1 A arch=(x86) result=0",
            after: "kvm 1 A arch=(x86) result=0 outputs=(b)",
        },
        on: &[(Call, What::Changed("result"))],
        when: None,
    },
    Rule {
        id: "output-added",
        class: Compatible,
        title: "a call has one more extra output",
        reason: "a guest has to take each output register of the convention as changed by any call",
        instead: "see that the call works for guests that do not look at it",
        example: Sample {
            before: "kvm 1 A arch=(ppc) outputs=(b)",
            after: "kvm 1 A arch=(ppc) outputs=(b c)",
        },
        near_miss: Sample {
            before: "kvm 1 A arch=(ppc) outputs=(b)",
            after: "kvm 1 A arch=(ppc) outputs=(c b)",
        },
        on: &[(Call, What::Changed("outputs"))],
        when: Some(|change| {
            let (old, new) = outputs(change);
            new.starts_with(&old)
        }),
    },
    Rule {
        id: "output-removed",
        class: Breaking,
        title: "a call has one extra output less",
        reason: "guests read a register that nobody has written",
        instead: "go on writing it; a value that is no longer known has to be one its meaning allows",
        example: Sample {
            before: "kvm 1 A arch=(ppc) outputs=(b c)",
            after: "kvm 1 A arch=(ppc) outputs=(b)",
        },
        near_miss: Sample {
            before: "kvm 1 A arch=(ppc) outputs=(b)",
            after: "kvm 1 A arch=(ppc) outputs=(b c)",
        },
        on: &[(Call, What::Changed("outputs"))],
        when: Some(|change| {
            let (old, new) = outputs(change);
            old.starts_with(&new)
        }),
    },
    Rule {
        id: "output-reworded",
        class: Cosmetic,
        title: "the meaning of an extra output is said in other words",
        reason: "words reach no register",
        instead: "if it is the meaning that changed, define a new call: no rule can see that",
        example: Sample {
            before: "kvm 1 A arch=(ppc) outputs=(b)",
            after: "kvm 1 A arch=(ppc) outputs=(\"a b\")",
        },
        near_miss: Sample {
            before: "kvm 1 A arch=(ppc) outputs=(b c)",
            after: "kvm 1 A arch=(ppc) outputs=(c b)",
        },
        on: &[(Call, What::Changed("outputs"))],
        when: Some(|change| {
            let (old, new) = outputs(change);
            old.len() == new.len() && !moved(change)
        }),
    },
    Rule {
        id: "output-moved",
        class: Breaking,
        title: "the extra outputs stand in other registers",
        reason: "guests read one value as another",
        instead: "add new outputs behind the others",
        example: Sample {
            before: "kvm 1 A arch=(ppc) outputs=(b)",
            after: "kvm 1 A arch=(ppc) outputs=(c b)",
        },
        near_miss: Sample {
            before: "kvm 1 A arch=(ppc) outputs=(b)",
            after: "kvm 1 A arch=(ppc) outputs=(b c)",
        },
        on: &[(Call, What::Changed("outputs"))],
        when: None,
    },
    Rule {
        id: "error-of-every-call-added",
        class: Compatible,
        title: "an error that every call may answer is among those of the call",
        reason: "guests had to expect it before",
        instead: "nothing; it is documentation",
        example: Sample { before: "kvm 1 A arch=(x86)", after: "kvm 1 A arch=(x86) errors=(Unknown)" },
        near_miss: Sample { before: "kvm 1 A arch=(x86)", after: "kvm 1 A arch=(x86) errors=(Busy)" },
        on: &[(Call, What::Gained("errors"))],
        when: Some(|change| EVERY_CALLS.contains(&&*change.new)),
    },
    Rule {
        id: "error-added",
        class: Breaking,
        title: "a call may answer one more error",
        reason: "a guest that handles each error it was told of meets one that it takes for something else: where \
                 one register holds both, for a value",
        instead: "answer an error that the call had before, or define a new call",
        example: Sample {
            before: "kvm 1 A arch=(x86) errors=(Invalid)",
            after: "kvm 1 A arch=(x86) errors=(Busy Invalid)",
        },
        near_miss: Sample { before: "kvm 1 A arch=(x86)", after: "kvm 1 A arch=(x86) errors=(Internal)" },
        on: &[(Call, What::Gained("errors"))],
        when: None,
    },
    Rule {
        id: "error-removed",
        class: Compatible,
        title: "a call no longer answers an error",
        reason: "guests that expect it do without",
        instead: "see that the call really succeeds where it failed",
        example: Sample { before: "kvm 1 A arch=(x86) errors=(Busy)", after: "kvm 1 A arch=(x86)" },
        near_miss: Sample { before: "kvm 1 A arch=(x86)", after: "kvm 1 A arch=(x86) errors=(Busy)" },
        on: &[(Call, What::Lost("errors"))],
        when: None,
    },
    Rule {
        id: "feature-added",
        class: Compatible,
        title: "a guest can find out about the call by a feature bit",
        reason: "guests that do not look at the bit make the call as before",
        instead: "serve these also where the bit is not set",
        example: Sample { before: "kvm 1 A arch=(x86)", after: "kvm 1 A arch=(x86) feature=(F_A=7)" },
        near_miss: Sample {
            before: "kvm 1 A arch=(x86) feature=(F_A=7)",
            after: "kvm 1 A arch=(x86) feature=(F_A=8)",
        },
        on: &[(Call, What::Gained("feature"))],
        when: None,
    },
    Rule {
        id: "feature-removed",
        class: Breaking,
        title: "the feature bit by which guests find the call is gone",
        reason: "guests that look for it do not make the call any more",
        instead: "go on setting the bit",
        example: Sample { before: "kvm 1 A arch=(x86) feature=(F_A=7)", after: "kvm 1 A arch=(x86)" },
        near_miss: Sample { before: "kvm 1 A arch=(x86)", after: "kvm 1 A arch=(x86) feature=(F_A=7)" },
        on: &[(Call, What::Lost("feature"))],
        when: None,
    },
    Rule {
        id: "feature-bit-changed",
        class: Breaking,
        title: "the feature of a call has another bit",
        reason: "guests look at the old bit, which means nothing or something else",
        instead: "keep the bit",
        example: Sample {
            before: "kvm 1 A arch=(x86) feature=(F_A=7)",
            after: "kvm 1 A arch=(x86) feature=(F_A=8)",
        },
        near_miss: Sample {
            before: "kvm 1 A arch=(x86) feature=(F_A=7)",
            after: "kvm 1 A arch=(x86) feature=(F_B=7)",
        },
        on: &[(Call, What::Changed("feature"))],
        when: None,
    },
    Rule {
        id: "feature-renamed",
        class: Cosmetic,
        title: "the feature of a call has another name",
        reason: "guests look at the bit",
        instead: "keep the old name as well where a header has it",
        example: Sample {
            before: "kvm 1 A arch=(x86) feature=(F_A=7)",
            after: "kvm 1 A arch=(x86) feature=(F_B=7)",
        },
        near_miss: Sample {
            before: "kvm 1 A arch=(x86) feature=(F_A=7)",
            after: "kvm 1 A arch=(x86) feature=(F_B=8)",
        },
        on: &[(Call, What::Relabelled("feature"))],
        when: None,
    },
    Rule {
        id: "shared-structure-added",
        class: Breaking,
        title: "a call reads or writes one more structure in guest memory",
        reason: "guests have something else there, or no memory at all",
        instead: "define a new call; if the structure was there and nobody had said so, record it with `abi lock`",
        example: Sample { before: "kvm 9 A arch=(x86)", after: "kvm 9 A arch=(x86) shares=(clock)" },
        near_miss: Sample { before: "", after: "kvm 9 A arch=(x86) shares=(clock)" },
        on: &[(Call, What::Gained("shares"))],
        when: None,
    },
    Rule {
        id: "shared-structure-removed",
        class: Breaking,
        title: "a call no longer reads or writes a structure in guest memory",
        reason: "guests read what nobody wrote, or tell what nobody reads",
        instead: "go on filling it",
        example: Sample { before: "kvm 9 A arch=(x86) shares=(clock)", after: "kvm 9 A arch=(x86)" },
        near_miss: Sample {
            before: "structure clock size=8\nkvm 9 A arch=(x86) status=obsolete shares=(clock)",
            after: "structure clock size=8\nremoved kvm 9 A arch=(x86)",
        },
        on: &[(Call, What::Lost("shares"))],
        when: None,
    },
    Rule {
        id: "argument-refusal-changed",
        class: Breaking,
        title: "a value that is refused is answered with another error",
        reason: "guests tell what the host can do by the error it gives",
        instead: "keep the error",
        example: Sample {
            before: "kvm 9 A arch=(x86) args=(clock=(type=Clock bits=1 slots=1 invalid=Unsupported))",
            after: "kvm 9 A arch=(x86) args=(clock=(type=Clock bits=1 slots=1))",
        },
        near_miss: Sample {
            before: "kvm 9 A arch=(x86) args=(clock=(type=Clock bits=1 slots=1))",
            after: "kvm 9 A arch=(x86) args=(clock=(type=Clock bits=1 slots=1)) errors=(Unsupported)",
        },
        on: &[(super::Kind::Argument, What::Changed("invalid"))],
        when: None,
    },
];
