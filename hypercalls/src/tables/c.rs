//! The book as one C header.

mod constants;
mod structures;
mod stubs;
mod typed;

use super::book::Book;
use super::source::SourceError;
use super::source::comment;
use super::source::names::Names;
use std::fmt::Write;

/// The book as a C header, `hypercall.h`: for freestanding C11 and C++11, guests and hosts, with GNU assembler.
///
/// | part | names |
/// |---|---|
/// | numbers on the wire, for every numbering | `HYPERCALL_NR_X86_KVM_HC_KICK_CPU` |
/// | error codes, for every encoding | `HYPERCALL_KVM_X86_BAD_ADDRESS` |
/// | named values of arguments | `HYPERCALL_KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_ENCRYPTED` |
/// | feature bits | `HYPERCALL_BIT_KVM_FEATURE_PV_UNHALT` |
/// | structures, as they are in memory | `struct hypercall_kvm_clock_pairing` |
/// | a stub for each convention of the target | `hypercall_kvm(via, number, a1, a2, a3, a4)` |
/// | a typed stub for each call of it | `hypercall_kvm_kvm_hc_kick_cpu(via, flags, apic_id)` |
///
/// With `HYPERCALL_NO_STUBS` defined there are no stubs, and the rest compiles for any target.
///
/// # Errors
/// [`SourceError`] when two things would have one name, or a convention has no stub in C.
///
/// ```
/// use hypercalls::tables::{Book, render_c};
///
/// let header = render_c(&Book::linked()?)?;
/// assert!(header.contains("#define HYPERCALL_NR_EPAPR_KVM_HC_FEATURES 0x2a0003"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn render_c(book: &Book) -> Result<String, SourceError> {
    let mut out = String::from(HEAD);
    let mut names = Names::default();
    names.claim("HYPERCALL_ASSERT".into(), "the header's own assertion")?;
    constants::write(&mut out, &mut names, book)?;
    structures::write(&mut out, &mut names, book)?;
    out.push_str("#ifndef HYPERCALL_NO_STUBS\n\n");
    stubs::write(&mut out, &mut names, book)?;
    out.push_str("#endif /* HYPERCALL_NO_STUBS */\n\n#endif /* HYPERCALL_H */\n");
    Ok(out)
}

const HEAD: &str = "\
/*
 * Hypercalls: numbers, error codes, structures, and stubs that make the calls.
 *
 * Made by `hypercall tables --format c` from the definitions that the hypervisor runs on; do not edit it.
 * Freestanding C11 or C++11 with GNU assembler. Define HYPERCALL_NO_STUBS to leave the stubs out: the rest
 * compiles for any target.
 *
 * On x86 a call leaves the guest through what `via` says: vmcall, vmmcall, or one of these, for which define
 * before this header is included:
 *   HYPERCALL_PORT   the number of the doorbell's port, below 256, as a plain literal;
 *   HYPERCALL_MMIO   the linear address of the doorbell's byte, below 2 GiB, as a plain literal;
 *   HYPERCALL_PAGE   an expression for the linear address of Xen's hypercall page.
 * A caller must be allowed to do it: all of these fault, or are refused, in a user program.
 *
 * There is no stub for rings: what a guest does with one is written in the project's docs/ring.md.
 */
#ifndef HYPERCALL_H
#define HYPERCALL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define HYPERCALL_ASSERT(condition, text) static_assert(condition, text)
#else
#define HYPERCALL_ASSERT(condition, text) _Static_assert(condition, text)
#endif

";

/// A comment of its own.
fn note(out: &mut String, text: &str) {
    let lines = comment::lines(text, 3);
    if let [line] = lines.as_slice()
        && line.chars().count() < 95
    {
        let _ = writeln!(out, "/* {line} */"); // a String takes everything
        return;
    }
    out.push_str("/*\n");
    for line in lines {
        let _ = writeln!(out, "{}", format!(" * {line}").trim_end());
    }
    out.push_str(" */\n");
}

/// A comment behind something on the same line.
fn aside(text: &str) -> String {
    let lines = comment::lines(text, 0);
    format!(" /* {} */", lines.join(" "))
}

/// Words that are no names in C11, C++20, or beside `stddef.h` and `stdint.h`, and the stubs' own.
fn is_reserved(name: &str) -> bool {
    const WORDS: &str = "alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept auto bitand \
        bitor bool break case catch char char8_t char16_t char32_t class co_await co_return co_yield compl \
        concept const const_cast consteval constexpr constinit continue decltype default delete do double \
        dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable \
        namespace new noexcept not not_eq nullptr operator or or_eq private protected public reflexpr register \
        reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct \
        switch synchronized template this thread_local throw true try typedef typeid typename typeof union \
        unsigned using virtual void volatile wchar_t while xor xor_eq offsetof linux unix i386 via out NULL";
    WORDS.split_whitespace().any(|word| word == name)
        || name.ends_with("_t")
        || name.ends_with("_MAX")
        || name.ends_with("_MIN")
        || name.ends_with("_C")
        || name.to_ascii_lowercase().starts_with("hypercall")
}
