//! The line of a lock file: words, `name=word`, and `name=(...)` with more of them inside.
//!
//! A word of letters, digits and a few signs stands bare, any other between quotation marks, so that a record
//! is one line whatever its words hold.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

/// A word, or several things between parentheses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// One word.
    Word(String),
    /// What stands between parentheses.
    List(Vec<Item>),
}

/// A value, with a name or without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// What stands before the `=`.
    pub name: Option<String>,
    /// The value.
    pub value: Value,
}

/// Parentheses inside of parentheses; a lock needs three.
const MAX_DEPTH: usize = 4;

impl Value {
    /// A word.
    pub fn word(word: impl Into<String>) -> Value {
        Value::Word(word.into())
    }

    /// Words without names.
    pub fn words<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Value {
        Value::List(words.into_iter().map(|w| Item { name: None, value: Value::word(w) }).collect())
    }

    /// Words with names.
    pub fn named<T: Into<String>>(pairs: impl IntoIterator<Item = (T, Value)>) -> Value {
        let item = |(name, value): (T, Value)| Item { name: Some(name.into()), value };
        Value::List(pairs.into_iter().map(item).collect())
    }

    /// The word, if it is one.
    pub fn as_word(&self) -> Option<&str> {
        match self {
            Value::Word(word) => Some(word),
            Value::List(_) => None,
        }
    }

    /// What stands between the parentheses; nothing for a word.
    pub fn items(&self) -> &[Item] {
        match self {
            Value::Word(_) => &[],
            Value::List(items) => items,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Word(word) => f.write_str(&quoted(word)),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(Item::to_string).collect();
                write!(f, "({})", items.join(" "))
            }
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{}=", quoted(name))?;
        }
        self.value.fmt(f)
    }
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.:,;+*/[]".contains(c)
}

/// A word as it stands in a line.
pub fn quoted(word: &str) -> String {
    if !word.is_empty() && word.chars().all(is_bare) {
        return word.to_string();
    }
    let mut text = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            ' '..='~' => text.push(c),
            _ => text.extend(c.escape_unicode()),
        }
    }
    text.push('"');
    text
}

/// The items of a line.
///
/// # Errors
/// What is wrong with it, in words.
pub fn items(line: &str) -> Result<Vec<Item>, String> {
    let mut chars = line.chars().peekable();
    let items = list(&mut chars, 0)?;
    match chars.next() {
        None => Ok(items),
        Some(_) => Err("`)` without `(`".into()),
    }
}

/// Items up to the end of the line or a closing parenthesis, which stays.
fn list(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    loop {
        while chars.next_if(|c| *c == ' ' || *c == '\t').is_some() {}
        match chars.peek() {
            None | Some(')') => return Ok(items),
            Some('(') => items.push(Item { name: None, value: value(chars, depth)? }),
            Some(_) => {
                let word = word(chars)?;
                items.push(if chars.next_if_eq(&'=').is_some() {
                    Item { name: Some(word), value: value(chars, depth)? }
                } else {
                    Item { name: None, value: Value::Word(word) }
                });
            }
        }
        if !matches!(chars.peek(), None | Some(' ' | '\t' | ')')) {
            return Err("a space is missing between two words".into());
        }
    }
}

fn value(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Result<Value, String> {
    if chars.next_if_eq(&'(').is_none() {
        return Ok(Value::Word(word(chars)?));
    }
    if depth == MAX_DEPTH {
        return Err(format!("more than {MAX_DEPTH} parentheses inside of each other"));
    }
    let items = list(chars, depth + 1)?;
    match chars.next() {
        Some(')') => Ok(Value::List(items)),
        _ => Err("`(` without `)`".into()),
    }
}

fn word(chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut text = String::new();
    if chars.next_if_eq(&'"').is_none() {
        while let Some(c) = chars.next_if(|c| is_bare(*c)) {
            text.push(c);
        }
        return match (text.is_empty(), chars.peek()) {
            (false, _) => Ok(text),
            (true, Some(c)) => Err(format!("{c:?} stands where a word should")),
            (true, None) => Err("the line ends where a word should stand".into()),
        };
    }
    loop {
        match chars.next() {
            Some('"') => return Ok(text),
            Some('\\') => text.push(escaped(chars)?),
            Some(c) if !c.is_control() => text.push(c),
            Some(c) => return Err(format!("the character {c:?} between quotation marks")),
            None => return Err("a quotation mark is not closed".into()),
        }
    }
}

/// What a backslash stands for: `\"`, `\\` or `\u{...}`.
fn escaped(chars: &mut Peekable<Chars<'_>>) -> Result<char, String> {
    let bad = || "a backslash that stands for no character".to_string();
    match chars.next() {
        Some(c @ ('"' | '\\')) => Ok(c),
        Some('u') if chars.next_if_eq(&'{').is_some() => {
            let mut code = 0_u32;
            for _ in 0..=6 {
                match chars.next().ok_or_else(bad)? {
                    '}' => return char::from_u32(code).ok_or_else(bad),
                    c => code = code << 4 | c.to_digit(16).ok_or_else(bad)?,
                }
            }
            Err(bad())
        }
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let line = r#"kvm 5 A arch=(x86 s390) range="0 to \"9\" \\ \u{e9}" args=(a=(values=(X=0x1)))"#;
        let items = items(line).unwrap();
        assert_eq!(items[4].value.as_word(), Some("0 to \"9\" \\ é"));
        let words: Vec<String> = items.iter().map(Item::to_string).collect();
        assert_eq!(words.join(" "), line);
    }

    #[test]
    fn words_that_would_not_be_read_again_are_quoted() {
        for word in ["", " ", "a b", "a=b", "(", "#", "<<<<<<<", "line\nbreak", "\u{202e}", "\"", "é"] {
            let text = quoted(word);
            assert!(text.starts_with('"') && text.is_ascii() && !text.contains('\n'), "{text}");
            assert_eq!(items(&text).unwrap()[0].value.as_word(), Some(word));
        }
        assert_eq!(quoted("KVM_HC_KICK_CPU"), "KVM_HC_KICK_CPU");
    }

    #[test]
    fn what_is_no_line_says_why() {
        for (line, why) in [
            ("a (b", "`(` without `)`"),
            ("a b)", "`)` without `(`"),
            ("a=", "the line ends"),
            ("=a", "'='"),
            ("a \"b", "not closed"),
            ("a \"\\x\"", "backslash"),
            ("a \"\\u{110000}\"", "backslash"),
            ("a \"\\u{00000001}\"", "backslash"),
            ("a\"b\"", "a space is missing"),
            ("a=(b)c", "a space is missing"),
            ("((((()))))", "inside of each other"),
            ("a é", "'é'"),
            ("a \"\u{7}\"", "character"),
        ] {
            let error = items(line).unwrap_err();
            assert!(error.contains(why), "{line}: {error}");
        }
    }
}
