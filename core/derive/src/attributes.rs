//! What the derives read alike: doc comments, words from a list, and the path of the core crate.

use proc_macro2::Span;
use quote::format_ident;
use syn::{Attribute, Error, Expr, Ident, Lit, Meta, Path, Result, parse_quote};

/// The text of the doc comment; lines of a paragraph joined.
pub fn doc(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("doc")) {
        let Meta::NameValue(pair) = &attribute.meta else { continue };
        let Expr::Lit(expr) = &pair.value else { continue };
        let Lit::Str(line) = &expr.lit else { continue };
        match line.value().trim() {
            "" => text.push_str("\n\n"),
            line => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text.push_str(line);
            }
        }
    }
    text.trim().to_string()
}

/// The text of the doc comment, or an error that says what it is for.
pub fn needed_doc(attributes: &[Attribute], span: Span, what: &str) -> Result<String> {
    match doc(attributes) {
        text if text.is_empty() => {
            Err(Error::new(span, format!("a doc comment is needed here: it is {what} in the ABI tables")))
        }
        text => Ok(text),
    }
}

/// The variant a lower-case word stands for.
pub fn choose(word: &Ident, what: &str, words: &[(&str, &str)]) -> Result<Ident> {
    match words.iter().find(|(name, _)| word == name) {
        Some((_, variant)) => Ok(format_ident!("{variant}", span = word.span())),
        None => {
            let list = words.iter().map(|w| format!("`{}`", w.0)).collect::<Vec<_>>().join(", ");
            Err(Error::new(word.span(), format!("unknown {what} `{word}`; it is one of {list}")))
        }
    }
}

/// Where the core crate is unless `crate = path` says otherwise.
pub fn default_core() -> Path {
    parse_quote!(::hypercall_core)
}
