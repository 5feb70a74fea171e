//! `include/uapi/linux/kvm_para.h`.

use super::calls;
use crate::tables::book::Book;
use hypercall_core::encoding::{KVM_X86, Reply};
use std::fmt::Write;

/// The error codes in the order of Linux's header, which is that of their coming; others stand behind them.
const ORDER: [&str; 6] =
    ["KVM_ENOSYS", "KVM_EFAULT", "KVM_EINVAL", "KVM_E2BIG", "KVM_EPERM", "KVM_EOPNOTSUPP"];

/// The last error of `errno-base.h`, whose numbers are the same on every architecture: the header names them,
/// and has numbers for the rest.
const LAST_OF_BASE: i64 = 34;

/// KVM's numbers and error codes as Linux's `include/uapi/linux/kvm_para.h` has them, for `diff -b`.
///
/// ```
/// use hypercalls::tables::{Book, render_linux_h};
///
/// let header = render_linux_h(&Book::linked()?);
/// assert!(header.contains("#define KVM_EINVAL\t\tEINVAL\n") && header.contains("#define KVM_HC_KICK_CPU\t\t\t5\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn render_linux_h(book: &Book) -> String {
    let mut out = String::from(
        "/* KVM's hypercalls, made by `hypercall tables --format linux-h` from the definitions. */\n\
         #ifndef __LINUX_KVM_PARA_H\n#define __LINUX_KVM_PARA_H\n\n",
    );
    if book.encodings().iter().any(|(_, encoding)| encoding.name == KVM_X86.name) {
        out.push_str("/* Return values for hypercalls */\n");
        errors().iter().for_each(|(name, value)| define(&mut out, name, 4, value));
        out.push('\n');
    }
    let mut any = false;
    for call in calls(book) {
        define(&mut out, call.definition.name, 5, &call.definition.number.to_string());
        any = true;
    }
    out.push_str(if any {
        "\n#endif /* __LINUX_KVM_PARA_H */\n"
    } else {
        "#endif /* __LINUX_KVM_PARA_H */\n"
    });
    out
}

/// A value in the column `tabs`, eight letters each, or behind a longer name.
fn define(out: &mut String, name: &str, tabs: usize, value: &str) {
    let taken = "#define ".len() + name.len();
    let tabs = tabs.saturating_sub(taken / 8).max(1);
    let _ = writeln!(out, "#define {name}{}{value}", "\t".repeat(tabs)); // a String takes everything
}

/// KVM's own error codes, without their sign.
fn errors() -> Vec<(&'static str, String)> {
    let mut errors: Vec<(&str, String)> = Vec::new();
    for code in &KVM_X86.codes {
        let Some(name) = code.symbol.strip_prefix('-').filter(|name| name.starts_with("KVM_E")) else {
            continue;
        };
        let Reply::Value(value) = code.reply else { continue };
        let value = match -value {
            1..=LAST_OF_BASE => name["KVM_".len()..].to_string(),
            own => own.to_string(),
        };
        if !errors.iter().any(|(known, _)| *known == name) {
            errors.push((name, value));
        }
    }
    errors.sort_by_key(|(name, _)| (ORDER.iter().position(|o| o == name).unwrap_or(ORDER.len()), *name));
    errors
}
