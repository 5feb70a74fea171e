//! The C header: valid whatever a definition is called, and clear about what it cannot say.

use hypercall_arch_x86::convention;
use hypercall_core::argument::{ArgumentKind, NamedValue};
use hypercall_core::convention::{Convention, Mode};
use hypercall_core::definition::{ArgumentInfo, Location};
use hypercall_core::registry::Registry;
use hypercall_core::shared::{Field, Layout};
use hypercall_core::{Arch, Definition, Error, Interface, Status};
use hypercalls::tables::{Book, render_c, render_rust};
use std::io::Write;
use std::process::{Command, Stdio};

static ODD: Interface = Interface::vendor("odd */ names", "a /* title */ \\", *b"OD");

static KIND: ArgumentKind = ArgumentKind {
    name: "flags",
    bits: 2,
    range: "*/ int x; /*",
    values: &[
        NamedValue { name: "Größe", value: 1, meaning: "*/" },
        NamedValue { name: "int", value: u64::MAX, meaning: "ends in a backslash \\" },
    ],
    slots: 1,
    slots_32: 1,
};

const fn argument(name: &'static str, kind: &'static ArgumentKind) -> ArgumentInfo {
    ArgumentInfo { name, kind, meaning: "means */ nothing ??/", invalid: Error::Invalid }
}

static WORD: ArgumentKind = ArgumentKind::single("u64", 64, "any");

static LAYOUT: Layout = Layout {
    name: "struct",
    size: 24,
    purpose: "*/",
    source: "none",
    fields: &[
        Field { name: "class", kind: "u32", offset: 2, size: 4, meaning: "unaligned" },
        Field { name: "9lives", kind: "[[u8; 2]; 3]", offset: 6, size: 6, meaning: "rows" },
        Field { name: "odd", kind: "Other", offset: 16, size: 5, meaning: "*/" },
    ],
};

static SHARES: &[&Layout] = &[&LAYOUT];

const fn call(number: u64, name: &'static str, arguments: &'static [ArgumentInfo]) -> Definition {
    Definition {
        name,
        number,
        interface: &ODD,
        archs: &[Arch::X86, Arch::S390, Arch::Ppc],
        status: Status::Active,
        purpose: "Ends */ here? /* not\n\nyet: \u{202e}",
        arguments,
        result: "*/",
        outputs: &[],
        errors: &[],
        feature: None,
        history: &[],
        shares: SHARES,
        trusts_host: false,
        location: Location { file: file!(), line: 1 },
    }
}

static HOSTILE: [Definition; 3] = [
    call(0, "int", &[argument("register", &WORD), argument("hypercall_reg", &WORD), argument("1st", &KIND)]),
    call(1, "no C name: */", &[argument("via", &WORD), argument("", &WORD)]),
    call(2, "größer", &[argument("uint64_t", &WORD)]),
];

fn book(definitions: &'static [Definition], conventions: &[&'static Convention]) -> Book {
    Book::new(&Registry::new(definitions.iter()).unwrap(), conventions.iter().copied())
}

fn conventions() -> Vec<&'static Convention> {
    let all = convention::ALL.iter().chain(&hypercall_arch_s390::convention::ALL);
    all.chain(&hypercall_arch_ppc::convention::ALL).copied().collect()
}

/// What the machine's own compiler says of it.
fn compile(header: &str, arguments: &[&str]) -> Result<(), String> {
    let mut child = Command::new("cc")
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-ffreestanding", "-fsyntax-only"])
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a C compiler, which Rust links with");
    child.stdin.take().unwrap().write_all(header.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The machine's compiler may be for a target without stubs, which the header says.
const NO_STUBS: &str = "-DHYPERCALL_NO_STUBS";

#[test]
fn the_book_is_valid_c_and_the_same_every_time() {
    let header = render_c(&Book::linked().unwrap()).unwrap();
    assert_eq!(header, render_c(&Book::linked().unwrap()).unwrap());
    compile(&header, &["-std=c11", "-x", "c", NO_STUBS]).unwrap();
    if cfg!(any(target_arch = "x86_64", target_arch = "s390x", target_arch = "powerpc64")) {
        compile(&header, &["-std=c11", "-x", "c"]).unwrap();
    }
}

#[test]
fn numbers_errors_and_values_are_those_of_the_documents() {
    let header = render_c(&Book::linked().unwrap()).unwrap();
    for line in [
        "#define HYPERCALL_NR_X86_KVM_HC_KICK_CPU 5\n",
        "#define HYPERCALL_NR_EPAPR_KVM_HC_FEATURES 0x2a0003\n",
        "#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_1 0x7004\n",
        "#define HYPERCALL_NR_X86_HYPERCALL_MIX_1 0x48560001\n",
        "#define HYPERCALL_NR_MIPS_KVM_HC_MIPS_EXIT_VM 7 /* obsolete */\n",
        "#define HYPERCALL_KVM_X86_UNKNOWN_CALL (-1000) /* -KVM_ENOSYS */\n",
        "#define HYPERCALL_EPAPR_INVALID_ARGUMENT (8) /* EV_EINVAL */\n",
        "#define HYPERCALL_DIAG500_UNKNOWN_CALL_FAULT 6 /* specification interruption */\n",
        "#define HYPERCALL_KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_ENCRYPTED 0x10 /* private to the guest */\n",
        "#define HYPERCALL_BIT_KVM_FEATURE_PV_UNHALT 7",
        "HYPERCALL_ASSERT(sizeof(struct hypercall_kvm_clock_pairing) == 64,",
        "HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_clock_pairing, pad) == 28,",
        "hypercall_kvm_kvm_hc_kick_cpu(enum hypercall_via via, hypercall_reg flags, uint32_t apic_id)\n",
        "hypercall_diag500_diag500_sc_stor_limit(void)\n",
    ] {
        assert!(header.contains(line), "{line}");
    }
}

#[test]
fn no_name_and_no_text_breaks_the_header() {
    let header = render_c(&book(&HOSTILE, &conventions())).unwrap();
    for name in
        ["register_, ", "hypercall_reg hypercall_reg_,", "uint32_t of_1st)", "via_, ", " of_)", "uint64_t_)"]
    {
        assert!(header.contains(name), "{name}: {header}");
    }
    assert!(header.contains("HYPERCALL_INT_1ST_INT UINT64_C(0xffffffffffffffff)"), "{header}");
    assert!(header.contains("offsetof(struct hypercall_struct, class_) == 2,"), "{header}");
    assert!(!header.contains('\u{202e}'));
    compile(&header, &["-std=c11", "-x", "c", NO_STUBS]).unwrap();
    if cfg!(any(target_arch = "x86_64", target_arch = "s390x", target_arch = "powerpc64")) {
        compile(&header, &["-std=c11", "-x", "c"]).unwrap();
    }
}

/// The Rust module has the same names to cope with, and other words of its own.
#[test]
fn the_rust_module_is_valid_whatever_a_call_is_called() {
    let module = render_rust(&book(&HOSTILE, &conventions())).unwrap();
    assert_eq!(module, render_rust(&book(&HOSTILE, &conventions())).unwrap());
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("hostile.rs");
    std::fs::write(&file, module).unwrap();
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let output = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-D", "warnings", "-o"])
        .arg(folder.join("hostile.rmeta"))
        .arg(file)
        .output()
        .expect("a Rust compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_collision_names_both_and_what_they_would_be_called() {
    static SAME: [Definition; 2] = [call(0, "a-b", &[]), call(1, "A_B", &[])];
    let error = render_c(&book(&SAME, &[&convention::KVM])).unwrap_err().to_string();
    assert_eq!(
        error,
        "the number of a-b and the number of A_B would both be called HYPERCALL_NR_X86_A_B; rename one of them"
    );
    static ARGUMENTS: [Definition; 1] = [call(0, "A", &[argument("x-y", &WORD), argument("x.y", &WORD)])];
    let error = render_c(&book(&ARGUMENTS, &[&convention::KVM])).unwrap_err().to_string();
    assert!(error.contains("argument x-y of A and the argument x.y of A"), "{error}");
}

#[test]
fn a_convention_without_a_stub_is_named_with_its_register() {
    let broken = |register| -> &'static Convention {
        let modes: Vec<Mode> = convention::KVM
            .modes
            .iter()
            .map(|mode| Mode { result: register, value: register, ..*mode })
            .collect();
        Box::leak(Box::new(Convention { modes: modes.leak(), ..convention::KVM }))
    };
    let error = |convention| render_c(&book(&HOSTILE, &[convention])).unwrap_err().to_string();
    let rsp = error(broken(hypercall_core::convention::Reg::new("rsp", 6)));
    assert_eq!(
        rsp,
        "no stub can be written for the convention kvm: rsp cannot be an operand in defined(__x86_64__) code"
    );
}
