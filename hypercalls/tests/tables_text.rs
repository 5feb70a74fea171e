//! The chapters that Markdown and reStructuredText share: usage examples, transports and exits, structures.
//! Every expected value is a literal from the kernel's headers and documents.

#![cfg(feature = "std")]

use hypercall_core::{Arch, Status};
use hypercalls::tables::{Book, Filter, render_md, render_rst};

fn book() -> Book {
    Book::linked().expect("no two calls collide")
}

fn part(filter: Filter) -> String {
    render_md(&book().filtered(&filter).expect("the filter names what there is"))
}

fn named(name: &str) -> String {
    part(Filter { name: Some(name.into()), ..Filter::default() })
}

fn on(convention: &str) -> String {
    part(Filter { convention: Some(convention.into()), ..Filter::default() })
}

/// With columns of any width.
fn narrow(text: &str) -> String {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

/// What stands between the fences, for each.
fn examples(text: &str) -> Vec<&str> {
    text.split("```text\n").skip(1).map(|rest| rest.split("```").next().expect("an end")).collect()
}

#[test]
fn an_example_loads_the_registers_and_says_what_comes_back() {
    assert_eq!(
        examples(&named("KVM_HC_SEND_IPI")),
        ["\
rax = 10           KVM_HC_SEND_IPI
rbx rcx = targets  The targets, counted from `lowest`.
rdx = lowest       The APIC id that bit 0 of the bitmap stands for.
rsi = icr          Vector, delivery mode, level and trigger mode.
vmcall             or vmmcall
rax -> value       how many vCPUs accepted the interrupt
rax -> -22         -KVM_EINVAL: the ICR has logical destination mode or a shorthand
rax -> -95         -KVM_EOPNOTSUPP: Linux: the local APICs are not in the kernel
rax -> -1000       -KVM_ENOSYS: the feature is off and KVM_CAP_ENFORCE_PV_FEATURE_CPUID is on
"]
    );
    assert_eq!(
        examples(&named("KVM_HC_FEATURES")),
        ["\
r11 = 0x2a0003                            KVM_HC_FEATURES
lis r0,0x4b56; ori r0,r0,0x4d21; sc; nop  or sc 1
r3 -> 0                                   success
r4 -> value                               a bitmap: bit 1, KVM_FEATURE_MAGIC_PAGE, is
                                          KVM_HC_PPC_MAP_MAGIC_PAGE
"]
    );
    assert!(
        named("KVM_HC_CLOCK_PAIRING").contains("\nrcx = clock    Which clock. For instance 0, WallClock.\n")
    );
    let s390 = named("DIAG500_SC_STOR_LIMIT");
    assert!(examples(&s390)[0].contains("\ninterruption 0x6  specification interruption: "), "{s390}");
}

#[test]
fn every_architecture_that_carries_a_call_has_an_example() {
    let count = |name: &str| examples(&named(name)).len();
    assert_eq!(count("HYPERCALL_MIX_4"), 3, "x86, s390, PowerPC");
    assert_eq!(count("HYPERCALL_MIX_9"), 1, "only PAPR has nine registers");
    assert_eq!(count("KVM_HC_MIPS_EXIT_VM"), 0);
    let only = Filter { arch: Some(Arch::S390), name: Some("HYPERCALL_MIX_4".into()), ..Filter::default() };
    assert_eq!(examples(&part(only)).len(), 1);
}

/// Linux `include/uapi/linux/kvm.h`.
#[test]
fn transports_have_their_exits_and_what_they_need() {
    let text = narrow(&part(Filter::default()));
    for words in [
        "### KVM_EXIT_IO (2)",
        "### KVM_EXIT_HYPERCALL (3)",
        "### KVM_EXIT_MMIO (6)",
        "### KVM_EXIT_S390_SIEIC (13)",
        "### KVM_EXIT_PAPR_HCALL (19)",
        "### KVM_EXIT_X86_WRMSR (30)",
        "### KVM_EXIT_XEN (34)",
        "| KVM_CAP_EXIT_HYPERCALL | 201 ",
        "| KVM_CAP_XEN_HVM | 38 ",
        "| KVM_CAP_SYNC_REGS | 74 ",
        "| KVM_CAP_X86_USER_SPACE_MSR | 188 ",
        "| KVM_CAP_X86_MSR_FILTER | 189 ",
        "| KVM_CAP_PPC_PAPR | 68 ",
        "| KVM_CAP_PPC_ENABLE_HCALL | 104 ",
    ] {
        assert!(text.contains(words), "{words}");
    }
    let exits: Vec<_> = text.lines().filter(|l| l.starts_with("### KVM_EXIT_")).collect();
    assert_eq!(text.lines().filter(|l| l.starts_with("| ring | ") && l.contains("no exit")).count(), 3);
    assert_eq!(exits.len(), 7, "an exit of several transports stands once: {exits:?}");
}

#[test]
fn transports_are_those_of_the_part() {
    let papr = on("papr");
    assert!(papr.contains("KVM_EXIT_PAPR_HCALL") && papr.contains("| sc-1 "));
    assert!(!papr.contains("hypercall-instructions") && !papr.contains("KVM_EXIT_IO"));
    let para = on("para-2007");
    assert!(
        para.contains("KVM_EXIT_IO") && !para.contains("KVM_EXIT_HYPERCALL"),
        "the kernel's is KVM's own"
    );
    let mips = part(Filter { arch: Some(Arch::Mips), ..Filter::default() });
    assert!(!mips.contains("Exits and transports"));
}

#[test]
fn pages_that_no_call_names_are_laid_out() {
    let text = narrow(&part(Filter::default()));
    for words in [
        "### cpuid_leaves\n",
        "### kvm_vcpu_para_state\n",
        "### kvm_xen_hvm_config\n",
        "| 16 | 8 | hypercall_gpa | u64 ",
        "| 25 | 1 | blob_size_64 | u8 ",
        "WRMSR of its guest-physical address to 0x87655678",
        "| kvm_vcpu_arch_shared | 240 | ppc | in KVM_HC_PPC_MAP_MAGIC_PAGE |",
        "| hypercall_identity | 24 | x86, s390, ppc | in HYPERCALL_IDENTIFY |",
        "| xen_feature_info | 8 | x86 | in HYPERVISOR_xen_version |",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn structures_are_those_of_the_part() {
    assert!(on("para-2007").contains("kvm_vcpu_para_state") && !on("kvm").contains("kvm_vcpu_para_state"));
    assert!(on("xen").contains("kvm_xen_hvm_config") && !on("kvm").contains("kvm_xen_hvm_config"));
    let s390 = narrow(&part(Filter { arch: Some(Arch::S390), ..Filter::default() }));
    assert!(s390.contains("| hypercall_identity | 24 | s390 "), "{s390}");
    assert!(!s390.contains("cpuid_leaves") && !s390.contains("kvm_clock_pairing"));
    let clock = narrow(&named("KVM_HC_CLOCK_PAIRING"));
    assert!(clock.contains("| kvm_clock_pairing | 64 ") && !clock.contains("cpuid_leaves"));
    let gone = part(Filter { status: Some(Status::Obsolete), ..Filter::default() });
    assert!(!gone.contains("kvm_clock_pairing"), "its call is active");
}

/// The template of the document: name, value, architecture, status, purpose.
#[test]
fn restructuredtext_has_the_points_of_the_template_in_their_order() {
    let filter = Filter { name: Some("KVM_HC_VAPIC_POLL_IRQ".into()), ..Filter::default() };
    let text = render_rst(&book().filtered(&filter).expect("the call is there"));
    let template = "KVM_HC_VAPIC_POLL_IRQ\n~~~~~~~~~~~~~~~~~~~~~\n\n:Value: 1\n:Architecture: x86\n\
                    :Status: active\n:Purpose: Makes the guest leave to the host";
    assert!(text.contains(template), "{text}");
}

#[test]
fn restructuredtext_has_every_word_of_the_markdown() {
    let words = |text: &str| {
        let mut words: Vec<String> = text
            .replace(|c: char| !c.is_alphanumeric(), " ")
            .split_whitespace()
            .filter(|w| !["text", "code", "block", "list", "table", "header", "rows", "1"].contains(w))
            .map(str::to_owned)
            .collect();
        words.sort();
        words
    };
    assert_eq!(words(&render_rst(&book())), words(&render_md(&book())));
}
