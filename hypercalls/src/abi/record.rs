//! A lock in memory: what its lines say, in one way of saying it.

use super::schema::{Attribute, Form, Kind};
use super::text::{Item, Value, quoted};
use std::collections::BTreeMap;
use std::fmt;

/// One line, or an argument in a call's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is about.
    pub kind: Kind,
    /// The line of the file it stands in, from one; zero for what the code says.
    pub line: usize,
    /// The words of its [`Shape::key`](super::schema::Shape::key).
    pub key: Vec<String>,
    /// Its attributes, without empty ones.
    attributes: BTreeMap<&'static str, Value>,
    /// A call's arguments.
    pub arguments: Vec<Record>,
}

/// A word that sorts as the number it is, if it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part<'a> {
    /// A number.
    Number(u64),
    /// Another word.
    Text(&'a str),
}

impl<'a> Part<'a> {
    /// Of a word.
    pub fn of(word: &'a str) -> Part<'a> {
        number(word).map_or(Part::Text(word), Part::Number)
    }
}

/// A number in decimal, or in hexadecimal after `0x`.
pub fn number(word: &str) -> Option<u64> {
    let all_digits = |digits: &str| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_alphanumeric());
    match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok().filter(|_| all_digits(digits)),
        None => word.parse().ok().filter(|_| all_digits(word)),
    }
}

impl Record {
    /// With this key, and no attributes yet.
    pub fn new<T: Into<String>>(kind: Kind, key: impl IntoIterator<Item = T>) -> Record {
        let key = key.into_iter().map(Into::into).collect();
        Record { kind, line: 0, key, attributes: BTreeMap::new(), arguments: Vec::new() }
    }

    /// No record.
    pub(super) const fn nothing() -> Record {
        Record {
            kind: Kind::Scope,
            line: 0,
            key: Vec::new(),
            attributes: BTreeMap::new(),
            arguments: Vec::new(),
        }
    }

    /// The same under another name.
    pub(super) fn renamed(&self, name: &str) -> Record {
        Record { key: vec![name.into()], ..self.clone() }
    }

    /// In this line.
    #[must_use]
    pub fn at(self, line: usize) -> Record {
        Record { line, ..self }
    }

    /// With one more attribute; an empty one is none.
    ///
    /// # Panics
    /// In debug builds, if records of this kind have no such attribute or it has another form.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Record {
        let attribute = self.kind.shape().attribute(name);
        debug_assert!(attribute.is_some(), "{name}");
        if let Some(attribute) = attribute {
            let done = self.set(attribute, value);
            debug_assert!(done.is_ok(), "{name}: {done:?}");
        }
        self
    }

    /// Sets an attribute in the one way of writing it; an empty one is none.
    ///
    /// # Errors
    /// What the attribute should look like, in words.
    pub fn set(&mut self, attribute: &'static Attribute, value: Value) -> Result<(), String> {
        let name = attribute.name;
        let value = canonical(attribute.form, value).map_err(|what| format!("`{name}` should be {what}"))?;
        if value != Value::Word(String::new()) && value != Value::List(Vec::new()) {
            self.attributes.insert(name, value);
        }
        Ok(())
    }

    /// An attribute.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }

    /// An attribute that is a word; empty if there is none.
    pub fn word(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_word).unwrap_or("")
    }

    /// An attribute that is a number; zero if there is none.
    pub fn number(&self, name: &str) -> u64 {
        number(self.word(name)).unwrap_or(0)
    }

    /// The words of an attribute that is a set or a sequence.
    pub fn words(&self, name: &str) -> Vec<&str> {
        let items = self.get(name).map_or(&[][..], Value::items);
        items.iter().filter_map(|item| item.value.as_word()).collect()
    }

    /// The names and values of an attribute that is a map.
    pub fn pairs(&self, name: &str) -> Vec<(&str, &str)> {
        let items = self.get(name).map_or(&[][..], Value::items);
        items.iter().filter_map(|item| Some((item.name.as_deref()?, item.value.as_word()?))).collect()
    }

    /// What makes it the same record before and after a change.
    pub fn identity(&self) -> Vec<&str> {
        self.kind.shape().identity.iter().filter_map(|i| self.key.get(*i)).map(String::as_str).collect()
    }

    /// Its place among records of its kind.
    pub fn order(&self) -> (Kind, Vec<Part<'_>>) {
        (self.kind, self.key.iter().map(|word| Part::of(word)).collect())
    }

    /// Its attributes, as its shape orders them.
    fn items(&self) -> Vec<Item> {
        let item = |a: &Attribute| {
            let value = match a.form {
                Form::Arguments if self.arguments.is_empty() => None,
                Form::Arguments => {
                    let list = self.arguments.iter();
                    Some(Value::named(list.map(|a| (a.key[0].clone(), Value::List(a.items())))))
                }
                _ => self.get(a.name).cloned(),
            };
            value.map(|value| Item { name: Some(a.name.into()), value })
        };
        self.kind.shape().attributes.iter().filter_map(item).collect()
    }
}

/// The line.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.kind.shape().word;
        let mut words: Vec<String> = Vec::new();
        if !word.is_empty() {
            words.push(word.into());
        }
        words.extend(self.key.iter().map(|word| quoted(word)));
        // A call of an interface that is called as a kind of record is.
        if self.kind == Kind::Call && Kind::of_word(&self.key[0]).is_some() {
            words[0] = format!("\"{}\"", self.key[0]);
        }
        words.extend(self.items().iter().map(Item::to_string));
        f.write_str(&words.join(" "))
    }
}

/// A value in the one way of writing it.
fn canonical(form: Form, value: Value) -> Result<Value, String> {
    let numeric = |what: &str| value.as_word().and_then(number).ok_or(format!("{what} below 2^64"));
    let unnamed = || value.items().iter().all(|i| i.name.is_none() && i.value.as_word().is_some());
    match form {
        Form::Word if value.as_word().is_some() => Ok(value),
        Form::Word => Err("a word".into()),
        Form::Decimal => Ok(Value::word(numeric("a number")?.to_string())),
        Form::Hex => Ok(Value::word(format!("{:#x}", numeric("a number")?))),
        Form::Set | Form::Sequence | Form::Map(_) if value.as_word().is_some() => {
            Err("between parentheses".into())
        }
        Form::Sequence if unnamed() => Ok(value),
        Form::Set if unnamed() => {
            let mut items = value.items().to_vec();
            items.sort();
            match items.windows(2).find(|w| w[0] == w[1]) {
                Some(twice) => Err(format!("without `{}` twice", twice[0])),
                None => Ok(Value::List(items)),
            }
        }
        Form::Set | Form::Sequence => Err("words between parentheses".into()),
        Form::Map(inner) => map(inner, value),
        Form::Arguments => Err("read as arguments".into()),
    }
}

fn map(inner: &Form, value: Value) -> Result<Value, String> {
    let mut items = Vec::new();
    for Item { name, value } in value.items().iter().cloned() {
        let name = name.ok_or("names with values between parentheses")?;
        items.push(Item { name: Some(name), value: canonical(*inner, value)? });
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(twice) = items.windows(2).find(|w| w[0].name == w[1].name) {
        return Err(format!("without `{}` twice", twice[0].name.as_deref().unwrap_or_default()));
    }
    items.sort_by(|a, b| part(a).cmp(&part(b)));
    Ok(Value::List(items))
}

fn part(item: &Item) -> Part<'_> {
    Part::of(item.value.as_word().unwrap_or_default())
}
