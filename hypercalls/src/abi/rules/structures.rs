//! Rules about structures in memory that guests and hosts share.

use super::Class::{Breaking, Compatible, Cosmetic};
use super::{Rule, Sample};
use crate::abi::changes::What;
use crate::abi::schema::Kind::{Field, Structure};

pub(super) static RULES: [Rule; 12] = [
    Rule {
        id: "structure-added",
        class: Compatible,
        title: "a structure is new",
        reason: "no guest has one",
        instead: "leave reserved space in it that has to be zero",
        example: Sample { before: "", after: "structure s size=8\nfield s 0 a size=8 type=u64" },
        near_miss: Sample {
            before: "structure s size=8\nfield s 0 a size=8 type=u64",
            after: "structure t size=8\nfield t 0 a size=8 type=u64",
        },
        on: &[(Structure, What::Added)],
        when: None,
    },
    Rule {
        id: "structure-removed",
        class: Breaking,
        title: "a structure is gone",
        reason: "guests read or write memory that the host no longer looks at",
        instead: "keep it as long as the calls that share it",
        example: Sample { before: "structure s size=8\nfield s 0 a size=8 type=u64", after: "" },
        near_miss: Sample {
            before: "structure s size=8\nfield s 0 a size=8 type=u64",
            after: "structure t size=8\nfield t 0 a size=8 type=u64",
        },
        on: &[(Structure, What::Removed)],
        when: None,
    },
    Rule {
        id: "structure-renamed",
        class: Cosmetic,
        title: "a structure has another name",
        reason: "its bytes are the same",
        instead: "keep the old name as well where a header has it",
        example: Sample {
            before: "structure s size=8\nfield s 0 a size=8 type=u64",
            after: "structure t size=8\nfield t 0 a size=8 type=u64",
        },
        near_miss: Sample {
            before: "structure s size=8\nfield s 0 a size=8 type=u64",
            after: "structure t size=8\nfield t 0 a size=4 type=u32",
        },
        on: &[(Structure, What::Renamed)],
        when: None,
    },
    Rule {
        id: "structure-size-changed",
        class: Breaking,
        title: "a structure has another size",
        reason: "the host writes past what the guest set aside, or the guest reads what nobody wrote",
        instead: "use reserved space, or define a new call with a new structure",
        example: Sample {
            before: "structure s size=8\nfield s 0 a size=8 type=u64",
            after: "structure s size=16\nfield s 0 a size=8 type=u64",
        },
        near_miss: Sample {
            before: "structure s size=16\nfield s 0 a size=8 type=u64",
            after: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 pad size=8 type=u64",
        },
        on: &[(Structure, What::Changed("size"))],
        when: None,
    },
    Rule {
        id: "field-moved",
        class: Breaking,
        title: "a field stands at another offset",
        reason: "guests read or write another field for it",
        instead: "put new fields behind the others, into reserved space",
        example: Sample {
            before: "structure s size=16\nfield s 0 a size=8 type=u64",
            after: "structure s size=16\nfield s 8 a size=8 type=u64",
        },
        near_miss: Sample {
            before: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 pad size=8 type=u64",
            after: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 12 pad size=4 type=u32",
        },
        on: &[(Field, What::Moved)],
        when: None,
    },
    Rule {
        id: "field-resized",
        class: Breaking,
        title: "a field has another size",
        reason: "guests read or write too little of it, or something else with it",
        instead: "make a new field of reserved space, and go on filling the old one",
        example: Sample {
            before: "structure s size=8\nfield s 0 a size=4 type=count",
            after: "structure s size=8\nfield s 0 a size=8 type=count",
        },
        near_miss: Sample {
            before: "structure s size=8\nfield s 0 a size=4 type=u32",
            after: "structure s size=8\nfield s 0 a size=4 type=i32",
        },
        on: &[(Field, What::Changed("size"))],
        when: None,
    },
    Rule {
        id: "field-retyped",
        class: Breaking,
        title: "a field has another type",
        reason: "guests take the same bytes for something else",
        instead: "make a new field of reserved space, and go on filling the old one",
        example: Sample {
            before: "structure s size=8\nfield s 0 sec size=8 type=i64",
            after: "structure s size=8\nfield s 0 sec size=8 type=u64",
        },
        near_miss: Sample {
            before: "structure s size=8\nfield s 0 sec size=8 type=i64",
            after: "structure s size=8\nfield s 0 seconds size=8 type=i64",
        },
        on: &[(Field, What::Changed("type"))],
        when: None,
    },
    Rule {
        id: "field-renamed",
        class: Cosmetic,
        title: "a field has another name",
        reason: "it has the same offset, size and type",
        instead: "if it means something else now, make a new structure: no rule can see that",
        example: Sample {
            before: "structure s size=8\nfield s 0 sec size=8 type=i64",
            after: "structure s size=8\nfield s 0 seconds size=8 type=i64",
        },
        near_miss: Sample {
            before: "structure s size=8\nfield s 0 a size=4 type=u32\nfield s 4 b size=4 type=u32",
            after: "structure s size=8\nfield s 0 b size=4 type=u32\nfield s 4 a size=4 type=u32",
        },
        on: &[(Field, What::Renamed)],
        when: None,
    },
    Rule {
        id: "field-added",
        class: Breaking,
        title: "a field is new where there was no reserved space",
        reason: "guests have something else there, or no memory at all",
        instead: "use reserved space, or define a new call with a new structure",
        example: Sample {
            before: "structure s size=8\nfield s 0 a size=8 type=u64",
            after: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 b size=8 type=u64",
        },
        near_miss: Sample {
            before: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 pad size=8 type=u64",
            after: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 b size=8 type=u64",
        },
        on: &[(Field, What::Added)],
        when: None,
    },
    Rule {
        id: "field-in-reserved-space",
        class: Compatible,
        title: "a field is new in what was reserved space",
        reason: "the space had to be zero, and zero is what guests that do not know the field have there",
        instead: "let zero mean what was done before",
        example: Sample {
            before: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 pad size=8 type=[u32;2]",
            after: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 b size=4 type=u32\nfield s 12 pad size=4 type=u32",
        },
        near_miss: Sample {
            before: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 8 pad size=8 type=u64",
            after: "structure s size=16\nfield s 0 a size=8 type=u64\nfield s 4 b size=8 type=u64",
        },
        on: &[(Field, What::InReserved)],
        when: None,
    },
    Rule {
        id: "field-removed",
        class: Breaking,
        title: "a field is gone",
        reason: "guests read what nobody wrote, or tell what nobody reads",
        instead: "keep the field, and go on filling it",
        example: Sample {
            before: "structure s size=8\nfield s 0 a size=8 type=u64",
            after: "structure s size=8\nfield s 0 pad size=8 type=u64",
        },
        near_miss: Sample {
            before: "structure s size=8\nfield s 0 a size=4 type=u32\nfield s 4 pad size=4 type=u32",
            after: "structure s size=8\nfield s 0 a size=4 type=u32",
        },
        on: &[(Field, What::Removed)],
        when: None,
    },
    Rule {
        id: "reserved-space-changed",
        class: Cosmetic,
        title: "reserved space is divided in another way",
        reason: "it holds nothing",
        instead: "nothing",
        example: Sample {
            before: "structure s size=8\nfield s 0 a size=4 type=u32\nfield s 4 pad size=4 type=u32",
            after: "structure s size=8\nfield s 0 a size=4 type=u32\nfield s 4 pad size=2 type=u16\nfield s 6 pad2 size=2 type=u16",
        },
        near_miss: Sample {
            before: "structure s size=8\nfield s 0 a size=4 type=u32\nfield s 4 pad size=4 type=u32",
            after: "structure s size=8\nfield s 0 a size=4 type=u32\nfield s 4 b size=4 type=u32",
        },
        on: &[(Structure, What::Reserved)],
        when: None,
    },
];
