//! What the derives read alike: doc comments, words from a list, and the path of the core crate.

use proc_macro2::Span;
use quote::format_ident;
use syn::{Attribute, Error, Expr, Ident, Lit, Meta, Path, Result, parse_quote};

/// The text of the doc comment; lines of a paragraph joined, links replaced by their words.
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
    without_links(text.trim())
}

/// The text with `[words](target)` and ``[`words`]`` as the words: a table is no place where links into the
/// source lead anywhere.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        out.push_str(before);
        rest = match link.split_once(']') {
            Some((words, after)) if is_code(words) || after.starts_with('(') => {
                out.push_str(words);
                after.strip_prefix('(').and_then(|target| target.split_once(')')).map_or(after, |t| t.1)
            }
            _ => {
                out.push('[');
                link
            }
        };
    }
    out + rest
}

fn is_code(words: &str) -> bool {
    words.len() > 2 && words.starts_with('`') && words.ends_with('`')
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
