//! Rules about number spaces, and about the codes of errors.

use super::Class::{Breaking, Compatible, Cosmetic};
use super::{Rule, Sample};
use crate::abi::changes::{Change, What};
use crate::abi::record;
use crate::abi::schema::Kind::{Carried, Code, Encoding, Interface, Span};

/// Whether a number became larger.
fn grew(change: &Change<'_>) -> bool {
    record::number(&change.old) < record::number(&change.new)
}

pub(super) static RULES: [Rule; 16] = [
    Rule {
        id: "interface-added",
        class: Compatible,
        title: "a number space is new",
        reason: "no guest has made a call of it",
        instead: "nothing",
        example: Sample { before: "interface kvm", after: "interface kvm\ninterface acme vendor=yes" },
        near_miss: Sample { before: "interface kvm", after: "interface kvm\nspan kvm x86 0 first=0x0" },
        on: &[(Interface, What::Added)],
        when: None,
    },
    Rule {
        id: "interface-removed",
        class: Breaking,
        title: "a number space is gone",
        reason: "none of its numbers reaches a call",
        instead: "keep it, with calls that are obsolete",
        example: Sample { before: "interface kvm\ninterface acme vendor=yes", after: "interface kvm" },
        near_miss: Sample {
            before: "interface kvm\nkvm 1 A arch=(x86) status=obsolete",
            after: "interface kvm\nremoved kvm 1 A arch=(x86)",
        },
        on: &[(Interface, What::Removed)],
        when: None,
    },
    Rule {
        id: "span-added",
        class: Compatible,
        title: "a number space has one more span of numbers",
        reason: "what stands on the wire there was nobody's",
        instead: "see that it meets no other number space: the dispatcher's builder refuses it where it does",
        example: Sample {
            before: "interface acme\nspan acme x86 0 first=0x100 step=1 count=16",
            after: "interface acme\nspan acme x86 0 first=0x100 step=1 count=16\nspan acme papr 0 first=0x7200 step=4 count=16",
        },
        near_miss: Sample {
            before: "interface acme\nspan acme x86 0 first=0x100 step=1 count=16",
            after: "interface acme\nspan acme x86 0 first=0x100 step=1 count=32",
        },
        on: &[(Span, What::Added)],
        when: None,
    },
    Rule {
        id: "span-removed",
        class: Breaking,
        title: "a number space has one span of numbers less",
        reason: "guests that write those numbers reach no call, or another one",
        instead: "keep the span",
        example: Sample {
            before: "interface acme\nspan acme x86 0 first=0x100 step=1 count=16",
            after: "interface acme",
        },
        near_miss: Sample { before: "interface acme", after: "interface acme\nspan acme x86 0 first=0x100" },
        on: &[(Span, What::Removed)],
        when: None,
    },
    Rule {
        id: "span-moved",
        class: Breaking,
        title: "the numbers of a number space are others on the wire",
        reason: "each of its calls has another number",
        instead: "keep the numbers: new letters or a new block of a vendor make a new number space",
        example: Sample {
            before: "interface acme\nspan acme x86 0 first=0x41430000 step=1 count=16",
            after: "interface acme\nspan acme x86 0 first=0x41440000 step=1 count=16",
        },
        near_miss: Sample {
            before: "interface acme\nspan acme x86 0 first=0x41430000 step=1 count=16",
            after: "interface acme\nspan acme x86 0 first=0x41430000 step=1 count=32",
        },
        on: &[(Span, What::Changed("first")), (Span, What::Changed("step"))],
        when: None,
    },
    Rule {
        id: "span-grown",
        class: Compatible,
        title: "a span holds more numbers",
        reason: "the new ones were nobody's",
        instead: "see that it meets no other number space: the dispatcher's builder refuses it where it does",
        example: Sample {
            before: "interface acme\nspan acme x86 0 first=0x100 step=1 count=16",
            after: "interface acme\nspan acme x86 0 first=0x100 step=1 count=32",
        },
        near_miss: Sample {
            before: "interface acme\nspan acme x86 0 first=0x100 step=1 count=32",
            after: "interface acme\nspan acme x86 0 first=0x100 step=1 count=16",
        },
        on: &[(Span, What::Changed("count"))],
        when: Some(grew),
    },
    Rule {
        id: "span-shrunk",
        class: Breaking,
        title: "a span holds fewer numbers",
        reason: "those behind its end reach no call, or another one's",
        instead: "keep the count",
        example: Sample {
            before: "interface acme\nspan acme x86 0 first=0x100 step=1 count=32",
            after: "interface acme\nspan acme x86 0 first=0x100 step=1 count=16",
        },
        near_miss: Sample {
            before: "interface acme\nspan acme x86 0 first=0x100 step=1 count=16",
            after: "interface acme\nspan acme x86 0 first=0x100 step=1 count=0x20",
        },
        on: &[(Span, What::Changed("count"))],
        when: None,
    },
    Rule {
        id: "interface-carried",
        class: Compatible,
        title: "a number space is found through one more convention",
        reason: "no guest has called it so",
        instead: "nothing",
        example: Sample {
            before: "interface acme\nconvention xen arch=x86",
            after: "interface acme\nconvention xen arch=x86\ncarried xen acme errors=xen",
        },
        near_miss: Sample {
            before: "interface acme\nconvention xen arch=x86\ncarried xen acme errors=xen",
            after: "interface acme\nconvention xen arch=x86\ncarried xen acme errors=kvm-x86",
        },
        on: &[(Carried, What::Added)],
        when: None,
    },
    Rule {
        id: "interface-no-longer-carried",
        class: Breaking,
        title: "a number space is no longer found through a convention",
        reason: "guests that call it so are answered as if it had never been",
        instead: "go on serving it there",
        example: Sample {
            before: "interface acme\nconvention xen arch=x86\ncarried xen acme errors=xen",
            after: "interface acme\nconvention xen arch=x86",
        },
        near_miss: Sample {
            before: "interface acme\nconvention xen arch=x86",
            after: "interface acme\nconvention xen arch=x86\ncarried xen acme errors=xen",
        },
        on: &[(Carried, What::Removed)],
        when: None,
    },
    Rule {
        id: "interface-encoding-changed",
        class: Breaking,
        title: "the errors of a number space are said in another way",
        reason: "guests take one error for another, or an error for a value",
        instead: "keep the encoding: it is part of what a guest was built for",
        example: Sample {
            before: "interface kvm\nconvention kvm arch=x86\ncarried kvm kvm errors=kvm-x86",
            after: "interface kvm\nconvention kvm arch=x86\ncarried kvm kvm errors=epapr",
        },
        near_miss: Sample {
            before: "interface kvm\nconvention kvm arch=x86\ncarried kvm kvm errors=kvm-x86",
            after: "interface kvm\nconvention kvm arch=x86 user-refused=-1\ncarried kvm kvm errors=kvm-x86",
        },
        on: &[(Carried, What::Changed("errors"))],
        when: None,
    },
    Rule {
        id: "encoding-added",
        class: Compatible,
        title: "a way to say errors is new",
        reason: "no guest was answered so",
        instead: "nothing",
        example: Sample { before: "", after: "code acme Busy reply=-3" },
        near_miss: Sample {
            before: "code acme Busy reply=-3",
            after: "code acme Busy reply=-3\ncode acme Io reply=-4",
        },
        on: &[(Encoding, What::Added)],
        when: None,
    },
    Rule {
        id: "encoding-removed",
        class: Breaking,
        title: "a way to say errors is gone",
        reason: "what was answered so is answered in another way",
        instead: "keep the encoding: it is part of what a guest was built for",
        example: Sample { before: "code acme Busy reply=-3", after: "" },
        near_miss: Sample {
            before: "code acme Busy reply=-3\ncode acme Io reply=-4",
            after: "code acme Busy reply=-3",
        },
        on: &[(Encoding, What::Removed)],
        when: None,
    },
    Rule {
        id: "code-added",
        class: Compatible,
        title: "one more error can be said",
        reason: "no call answers it yet: where one does, that is a change of the call",
        instead: "nothing",
        example: Sample {
            before: "code acme Busy reply=-3",
            after: "code acme Busy reply=-3\ncode acme Io reply=-4",
        },
        near_miss: Sample { before: "code acme Busy reply=-3", after: "code acme Busy reply=-4" },
        on: &[(Code, What::Added)],
        when: None,
    },
    Rule {
        id: "code-removed",
        class: Breaking,
        title: "an error can no longer be said",
        reason: "calls that answered it answer something else",
        instead: "keep the code",
        example: Sample {
            before: "code acme Busy reply=-3\ncode acme Io reply=-4",
            after: "code acme Busy reply=-3",
        },
        near_miss: Sample {
            before: "code acme Busy reply=-3",
            after: "code acme Busy reply=-3 symbol=-EAGAIN",
        },
        on: &[(Code, What::Removed)],
        when: None,
    },
    Rule {
        id: "code-changed",
        class: Breaking,
        title: "an error has another code",
        reason: "guests take it for another error or for a value; KVM_EINVAL was 1 in the header of 2007, and is 22",
        instead: "keep the code",
        example: Sample {
            before: "code kvm-x86 Invalid reply=-1 symbol=-KVM_EINVAL",
            after: "code kvm-x86 Invalid reply=-22 symbol=-KVM_EINVAL",
        },
        near_miss: Sample {
            before: "code kvm-x86 Invalid reply=-22 symbol=-KVM_EINVAL",
            after: "code kvm-x86 Invalid reply=-22 symbol=-EINVAL",
        },
        on: &[(Code, What::Changed("reply"))],
        when: None,
    },
    Rule {
        id: "code-renamed",
        class: Cosmetic,
        title: "the code of an error has another name",
        reason: "guests see the code",
        instead: "keep the old name as well where a header has it",
        example: Sample {
            before: "code kvm-x86 Invalid reply=-22 symbol=-KVM_EINVAL",
            after: "code kvm-x86 Invalid reply=-22 symbol=-EINVAL",
        },
        near_miss: Sample {
            before: "code kvm-x86 Invalid reply=-22 symbol=-EINVAL",
            after: "code kvm-x86 Invalid reply=fault:6 symbol=-EINVAL",
        },
        on: &[(Code, What::Changed("symbol"))],
        when: None,
    },
];
