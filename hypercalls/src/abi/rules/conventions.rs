//! Rules about calling conventions and their registers.

use super::Class::{Breaking, Compatible, Cosmetic};
use super::{Record, Rule, Sample};
use crate::abi::changes::{Change, What};
use crate::abi::schema::Kind::{Convention, Registers};

/// Whether the registers of an attribute are the old ones, with others behind them.
fn appended(change: &Change<'_>, name: &str) -> bool {
    let words = |record: Option<&Record>| {
        record.map_or_else(Vec::new, |r| r.words(name).into_iter().map(String::from).collect())
    };
    let (old, new): (Vec<String>, Vec<String>) = (words(change.before), words(change.after));
    new.starts_with(&old)
}

pub(super) static RULES: [Rule; 22] = [
    Rule {
        id: "convention-added",
        class: Compatible,
        title: "a calling convention is new",
        reason: "no guest has called so",
        instead: "put it behind the others of its architecture: guests know these by their place",
        example: Sample { before: "", after: "convention acme arch=x86 index=3" },
        near_miss: Sample {
            before: "convention acme arch=x86",
            after: "convention acme arch=x86 clobbers=(rcx)",
        },
        on: &[(Convention, What::Added)],
        when: None,
    },
    Rule {
        id: "convention-removed",
        class: Breaking,
        title: "a calling convention is gone",
        reason: "guests that call so reach nothing",
        instead: "go on serving it",
        example: Sample { before: "convention acme arch=x86", after: "" },
        near_miss: Sample {
            before: "convention acme arch=x86 clobbers=(rcx)",
            after: "convention acme arch=x86",
        },
        on: &[(Convention, What::Removed)],
        when: None,
    },
    Rule {
        id: "convention-arch-changed",
        class: Breaking,
        title: "a calling convention is another architecture's",
        reason: "it is another convention under the same name",
        instead: "give the other one a name of its own",
        example: Sample { before: "convention acme arch=x86", after: "convention acme arch=ppc" },
        near_miss: Sample { before: "convention acme arch=x86", after: "convention acme arch=x86 index=1" },
        on: &[(Convention, What::Changed("arch"))],
        when: None,
    },
    Rule {
        id: "convention-index-changed",
        class: Breaking,
        title: "a calling convention has another place among those of its architecture",
        reason: "the VMM's CPUID leaves tell guests the place: they would call in another convention",
        instead: "put new conventions behind the others",
        example: Sample {
            before: "convention xen arch=x86 index=2",
            after: "convention xen arch=x86 index=1",
        },
        near_miss: Sample { before: "", after: "convention xen arch=x86 index=1" },
        on: &[(Convention, What::Changed("index"))],
        when: None,
    },
    Rule {
        id: "numbering-changed",
        class: Breaking,
        title: "numbers are written in another way",
        reason: "each call has another number in this convention",
        instead: "make a new convention",
        example: Sample {
            before: "convention papr arch=ppc numbering=papr",
            after: "convention papr arch=ppc numbering=epapr",
        },
        near_miss: Sample {
            before: "convention papr arch=ppc numbering=papr",
            after: "convention papr arch=ppc numbering=papr index=1",
        },
        on: &[(Convention, What::Changed("numbering"))],
        when: None,
    },
    Rule {
        id: "instruction-added",
        class: Compatible,
        title: "one more sequence of instructions makes the call",
        reason: "the others do as before",
        instead: "nothing",
        example: Sample {
            before: "convention kvm arch=x86 instructions=(vmcall=0f01c1)",
            after: "convention kvm arch=x86 instructions=(vmcall=0f01c1 vmmcall=0f01d9)",
        },
        near_miss: Sample {
            before: "convention kvm arch=x86 instructions=(vmcall=0f01c1)",
            after: "convention kvm arch=x86 instructions=(VMCALL=0f01c1)",
        },
        on: &[(Convention, What::Gained("instructions"))],
        when: None,
    },
    Rule {
        id: "instruction-removed",
        class: Breaking,
        title: "a sequence of instructions no longer makes the call",
        reason: "guests have it in their code",
        instead: "go on recognising it",
        example: Sample {
            before: "convention kvm arch=x86 instructions=(vmcall=0f01c1 vmmcall=0f01d9)",
            after: "convention kvm arch=x86 instructions=(vmmcall=0f01d9)",
        },
        near_miss: Sample {
            before: "convention kvm arch=x86 instructions=(vmmcall=0f01d9)",
            after: "convention kvm arch=x86 instructions=(vmcall=0f01c1 vmmcall=0f01d9)",
        },
        on: &[(Convention, What::Lost("instructions"))],
        when: None,
    },
    Rule {
        id: "instruction-changed",
        class: Breaking,
        title: "the bytes of the instructions that make the call are others",
        reason: "guests have the old ones in their code",
        instead: "recognise both",
        example: Sample {
            before: "convention diag arch=s390 instructions=(diag=83240500)",
            after: "convention diag arch=s390 instructions=(diag=83240501)",
        },
        near_miss: Sample {
            before: "convention diag arch=s390 instructions=(diag=83240500)",
            after: "convention diag arch=s390 instructions=(diag=83240500 diag1=83240501)",
        },
        on: &[(Convention, What::Changed("instructions"))],
        when: None,
    },
    Rule {
        id: "instruction-renamed",
        class: Cosmetic,
        title: "the instructions that make the call are written in another way",
        reason: "their bytes are the same",
        instead: "nothing",
        example: Sample {
            before: "convention diag arch=s390 instructions=(diag=83240500)",
            after: "convention diag arch=s390 instructions=(DIAG=83240500)",
        },
        near_miss: Sample {
            before: "convention diag arch=s390 instructions=(diag=83240500)",
            after: "convention diag arch=s390 instructions=(DIAG=83240501)",
        },
        on: &[(Convention, What::Relabelled("instructions"))],
        when: None,
    },
    Rule {
        id: "clobber-added",
        class: Breaking,
        title: "one more register is lost in a call",
        reason: "guests keep values in it",
        instead: "leave the register as it was",
        example: Sample {
            before: "convention epapr arch=ppc",
            after: "convention epapr arch=ppc clobbers=(r0)",
        },
        near_miss: Sample {
            before: "convention epapr arch=ppc clobbers=(r0 r12)",
            after: "convention epapr arch=ppc clobbers=(r12 r0)",
        },
        on: &[(Convention, What::Gained("clobbers"))],
        when: None,
    },
    Rule {
        id: "clobber-removed",
        class: Compatible,
        title: "a register is no longer lost in a call",
        reason: "guests that save it do so for nothing",
        instead: "see that no call touches it, on any transport",
        example: Sample {
            before: "convention epapr arch=ppc clobbers=(r0)",
            after: "convention epapr arch=ppc",
        },
        near_miss: Sample {
            before: "convention epapr arch=ppc",
            after: "convention epapr arch=ppc clobbers=(r0)",
        },
        on: &[(Convention, What::Lost("clobbers"))],
        when: None,
    },
    Rule {
        id: "value-write-changed",
        class: Breaking,
        title: "whether a call without a value writes the value register",
        reason: "guests count on the zero there, or on the register being as it was",
        instead: "leave it as it is",
        example: Sample {
            before: "convention epapr arch=ppc writes-value=always",
            after: "convention epapr arch=ppc",
        },
        near_miss: Sample { before: "", after: "convention epapr arch=ppc writes-value=always" },
        on: &[(Convention, What::Changed("writes-value"))],
        when: None,
    },
    Rule {
        id: "user-refusal-changed",
        class: Breaking,
        title: "user programs are refused in another way",
        reason: "a program that is refused goes by what it gets: an error, or a signal for the fault",
        instead: "leave it as it is",
        example: Sample {
            before: "convention kvm arch=x86 user-refused=-1",
            after: "convention kvm arch=x86 user-refused=fault:6",
        },
        near_miss: Sample {
            before: "code kvm-x86 NotPermitted reply=-1",
            after: "code kvm-x86 NotPermitted reply=fault:6",
        },
        on: &[(Convention, What::Changed("user-refused"))],
        when: None,
    },
    Rule {
        id: "mode-added",
        class: Compatible,
        title: "a convention has one more mode",
        reason: "guests in that mode could not call so before",
        instead: "nothing",
        example: Sample {
            before: "convention a arch=ppc\nregisters a 64 number=r11",
            after: "convention a arch=ppc\nregisters a 64 number=r11\nregisters a 32 number=r11",
        },
        near_miss: Sample {
            before: "convention a arch=ppc\nregisters a 64 number=r11",
            after: "convention a arch=ppc\nregisters a 64 number=r11 number-bits=32",
        },
        on: &[(Registers, What::Added)],
        when: None,
    },
    Rule {
        id: "mode-removed",
        class: Breaking,
        title: "a convention has one mode less",
        reason: "guests in that mode are taken for those of another",
        instead: "go on serving it",
        example: Sample {
            before: "convention a arch=ppc\nregisters a 64 number=r11\nregisters a 32 number=r11",
            after: "convention a arch=ppc\nregisters a 64 number=r11",
        },
        near_miss: Sample {
            before: "convention a arch=ppc\nregisters a 64 number=r11",
            after: "convention a arch=ppc\nregisters a 64 number=r11\nregisters a 32 number=r11",
        },
        on: &[(Registers, What::Removed)],
        when: None,
    },
    Rule {
        id: "number-register-changed",
        class: Breaking,
        title: "the number stands in another register",
        reason: "the host takes something else for the number",
        instead: "make a new convention, as KVM did after 2007, when the number of 32-bit guests was in EBX",
        example: Sample {
            before: "convention kvm arch=x86\nregisters kvm 32 number=rbx",
            after: "convention kvm arch=x86\nregisters kvm 32 number=rax",
        },
        near_miss: Sample {
            before: "convention kvm arch=x86\nregisters kvm 32 number=rax",
            after: "convention kvm arch=x86\nregisters kvm 32 number=rax result=rax",
        },
        on: &[(Registers, What::Changed("number"))],
        when: None,
    },
    Rule {
        id: "number-width-changed",
        class: Breaking,
        title: "another count of bits of the number register counts",
        reason: "guests may have anything in bits that did not count, and probe with bits that did",
        instead: "leave it as it is",
        example: Sample {
            before: "convention a arch=ppc\nregisters a 64 number=r11 number-bits=32",
            after: "convention a arch=ppc\nregisters a 64 number=r11 number-bits=64",
        },
        near_miss: Sample {
            before: "convention a arch=ppc\nregisters a 64 number=r11 number-bits=32",
            after: "convention a arch=ppc\nregisters a 64 number=r11 number-bits=0x20",
        },
        on: &[(Registers, What::Changed("number-bits"))],
        when: None,
    },
    Rule {
        id: "argument-register-added",
        class: Compatible,
        title: "a convention has one more argument register",
        reason: "no call that was there takes it",
        instead: "see that it is no output and not clobbered: guests keep values in it",
        example: Sample {
            before: "convention a arch=x86\nregisters a 64 args=(rbx rcx)",
            after: "convention a arch=x86\nregisters a 64 args=(rbx rcx rdx)",
        },
        near_miss: Sample {
            before: "convention a arch=x86\nregisters a 64 args=(rbx rcx)",
            after: "convention a arch=x86\nregisters a 64 args=(rdx rbx rcx)",
        },
        on: &[(Registers, What::Changed("args"))],
        when: Some(|change| appended(change, "args")),
    },
    Rule {
        id: "argument-register-changed",
        class: Breaking,
        title: "arguments stand in other registers",
        reason: "the host takes one argument for another; Xen's fourth is in R10, and KVM's in RSI",
        instead: "make a new convention",
        example: Sample {
            before: "convention a arch=x86\nregisters a 64 args=(rdi rsi rdx rcx)",
            after: "convention a arch=x86\nregisters a 64 args=(rdi rsi rdx r10)",
        },
        near_miss: Sample {
            before: "convention a arch=x86\nregisters a 64 args=(rdi rsi rdx)",
            after: "convention a arch=x86\nregisters a 64 args=(rdi rsi rdx r10)",
        },
        on: &[(Registers, What::Changed("args"))],
        when: None,
    },
    Rule {
        id: "result-register-changed",
        class: Breaking,
        title: "the result or the value stands in another register",
        reason: "guests read it where it was, and lose what they had where it is",
        instead: "make a new convention",
        example: Sample {
            before: "convention a arch=ppc\nregisters a 64 result=r3 value=r4",
            after: "convention a arch=ppc\nregisters a 64 result=r3 value=r3",
        },
        near_miss: Sample {
            before: "convention a arch=ppc\nregisters a 64 result=r3 value=r4",
            after: "convention a arch=ppc\nregisters a 64 result=r3 value=r4 outputs=(r5)",
        },
        on: &[(Registers, What::Changed("result")), (Registers, What::Changed("value"))],
        when: None,
    },
    Rule {
        id: "output-register-added",
        class: Breaking,
        title: "a convention has one more output register",
        reason: "guests keep values in it: no register but the outputs changes in a call",
        instead: "make a new convention, or give the value in memory",
        example: Sample {
            before: "convention a arch=ppc\nregisters a 64 outputs=(r5)",
            after: "convention a arch=ppc\nregisters a 64 outputs=(r5 r6)",
        },
        near_miss: Sample {
            before: "convention a arch=ppc\nregisters a 64 outputs=(r5)",
            after: "convention a arch=ppc\nregisters a 64 outputs=(r6 r5)",
        },
        on: &[(Registers, What::Changed("outputs"))],
        when: Some(|change| appended(change, "outputs")),
    },
    Rule {
        id: "output-register-changed",
        class: Breaking,
        title: "extra outputs stand in other registers",
        reason: "guests read them where they were",
        instead: "make a new convention",
        example: Sample {
            before: "convention a arch=ppc\nregisters a 64 outputs=(r5 r6)",
            after: "convention a arch=ppc\nregisters a 64 outputs=(r6 r5)",
        },
        near_miss: Sample {
            before: "convention a arch=ppc\nregisters a 64 outputs=(r5)",
            after: "convention a arch=ppc\nregisters a 64 outputs=(r5 r6)",
        },
        on: &[(Registers, What::Changed("outputs"))],
        when: None,
    },
];
