//! Reads a lock. The file is whatever a merge, an editor or somebody hostile left of it.

use super::lock::{END, FORMAT, HEADER};
use super::record::{Record, number};
use super::schema::{Attribute, Form, Kind};
use super::text::{self, Item, Value};
use std::collections::BTreeMap;
use std::fmt;

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 2 << 20;
/// The longest line, in bytes.
pub const MAX_LINE: usize = 64 << 10;

/// Why a file is no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from one; zero where it is about the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: &'static str,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        write!(f, "{}; {}", self.problem, self.remedy)
    }
}

impl std::error::Error for ParseError {}

const RESTORE: &str = "restore the file from version control (`git checkout -- FILE`), or delete it and \
    run `abi lock`, which forgets the numbers of removed calls";
const UPDATE: &str = "use the version of hypercall that wrote it, or a newer one";
const MERGE: &str = "take one side of the merge whole (`git checkout --ours FILE` or `--theirs FILE`), then \
    run `abi lock`";
const KEEP_ONE: &str = "keep the right one of them, or restore the file from version control";

fn error(line: usize, problem: impl Into<String>, remedy: &'static str) -> ParseError {
    ParseError { line, problem: problem.into(), remedy }
}

/// The records of a file.
pub(super) fn records(bytes: &[u8]) -> Result<Vec<Record>, ParseError> {
    if bytes.len() > MAX_FILE {
        return Err(error(0, format!("the file is larger than {} MiB", MAX_FILE >> 20), RESTORE));
    }
    let mut lines = bytes.split(|b| *b == b'\n').enumerate().map(|(i, line)| (i + 1, line));
    header(lines.next().map_or(&[][..], |(_, line)| line))?;
    let (mut records, mut last, mut ended) = (Vec::new(), 1, false);
    for (at, bytes) in lines {
        let line = line(at, bytes)?;
        match line.trim_end() {
            "" => continue,
            comment if comment.starts_with('#') => {}
            END => ended = true,
            line => records.push(record(line).map_err(|problem| error(at, problem, RESTORE))?.at(at)),
        }
        last = at;
    }
    if !ended {
        return Err(error(last, format!("the file is cut off here: the line `{END}` is missing"), RESTORE));
    }
    unique(&records)?;
    Ok(records)
}

fn line(at: usize, bytes: &[u8]) -> Result<&str, ParseError> {
    if bytes.len() > MAX_LINE {
        return Err(error(at, format!("the line is longer than {MAX_LINE} bytes"), RESTORE));
    }
    let line = str::from_utf8(bytes).map_err(|_| error(at, "the line is not text in UTF-8", RESTORE))?;
    let marker = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].into_iter().find(|m| line.starts_with(m));
    match marker {
        Some(marker) => Err(error(at, format!("a conflict marker of a merge, {marker}"), MERGE)),
        None => Ok(line),
    }
}

fn header(bytes: &[u8]) -> Result<(), ParseError> {
    let line = line(1, bytes)?.trim_end();
    let version = line.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix(' ')).and_then(number);
    match version {
        Some(FORMAT) => Ok(()),
        Some(newer) if newer > FORMAT => Err(error(
            1,
            format!("the file has the newer format {newer}, and this program reads up to {FORMAT}"),
            UPDATE,
        )),
        _ => Err(error(1, format!("this is no lock: the first line is not `{HEADER} {FORMAT}`"), RESTORE)),
    }
}

fn record(line: &str) -> Result<Record, String> {
    let mut items = text::items(line)?.into_iter().peekable();
    let first = items.peek().filter(|i| i.name.is_none()).and_then(|i| i.value.as_word());
    // A quoted first word is an interface's name, whatever it is.
    let kind = first.filter(|_| !line.starts_with('"')).and_then(Kind::of_word);
    if kind.is_some() {
        items.next();
    }
    let kind = kind.unwrap_or(Kind::Call);
    let shape = kind.shape();
    let mut record = Record::new(kind, [""; 0]);
    let is_key = |item: &Item| item.name.is_none() && item.value.as_word().is_some();
    while let Some(Item { value: Value::Word(word), .. }) = items.next_if(is_key) {
        record.key.push(word);
    }
    let numbers = ["number", "bits", "offset"];
    if kind == Kind::Call && record.key.get(1).and_then(|word| number(word)).is_none() {
        return Err(unknown_record(&record.key));
    }
    for (i, what) in shape.key.iter().enumerate() {
        let word = record.key.get_mut(i).ok_or(format!("the {what} of the {} is missing", kind.name()))?;
        if numbers.contains(what) {
            *word = number(word).ok_or(format!("`{what}` should be a number below 2^64"))?.to_string();
        }
    }
    if record.key.len() > shape.key.len() {
        return Err(format!("`{}` is one word too many", record.key[shape.key.len()]));
    }
    attributes(&mut record, items)?;
    Ok(record)
}

fn unknown_record(key: &[String]) -> String {
    let first = text::quoted(key.first().map_or("", String::as_str));
    match key.get(1) {
        Some(second) => {
            format!(
                "{first} begins no record that is known, and {} is no call's number",
                text::quoted(second)
            )
        }
        None => format!("{first} begins no record that is known"),
    }
}

fn attributes(record: &mut Record, items: impl Iterator<Item = Item>) -> Result<(), String> {
    let kind = record.kind;
    let mut seen = Vec::new();
    for Item { name, value } in items {
        let name = name.ok_or_else(|| format!("`{value}` has no name"))?;
        let unknown = || format!("a {} has no attribute {}", kind.name(), text::quoted(&name));
        let attribute: &'static Attribute = kind.shape().attribute(&name).ok_or_else(unknown)?;
        if seen.contains(&attribute.name) {
            return Err(format!("`{name}` is given twice"));
        }
        seen.push(attribute.name);
        match attribute.form {
            Form::Arguments => record.arguments = arguments(&value)?,
            _ => record.set(attribute, value)?,
        }
    }
    Ok(())
}

fn arguments(value: &Value) -> Result<Vec<Record>, String> {
    let mut arguments: Vec<Record> = Vec::new();
    for item in value.items() {
        let name = item.name.as_deref().ok_or("an argument has no name")?;
        if arguments.len() == 32 {
            return Err("a call with more than 32 arguments".into());
        }
        if arguments.iter().any(|a| a.key[0] == name) {
            return Err(format!("the argument {} is given twice", text::quoted(name)));
        }
        let mut argument = Record::new(Kind::Argument, [name]);
        attributes(&mut argument, item.value.items().iter().cloned())?;
        arguments.push(argument);
    }
    Ok(arguments)
}

/// No name is given twice, and no number to two calls of one architecture.
fn unique(records: &[Record]) -> Result<(), ParseError> {
    let mut seen = BTreeMap::new();
    let mut numbers = BTreeMap::new();
    for record in records {
        let twice = |first: usize, what: String| {
            error(record.line, format!("{what} is in line {first} already"), KEEP_ONE)
        };
        let (kind, line) = (record.kind, record.line);
        if let Some(first) = seen.insert((kind, record.identity()), line) {
            let name = text::quoted(&record.identity().join(" "));
            return Err(twice(first, format!("the {} {name}", kind.name())));
        }
        for arch in record.words("arch").into_iter().filter(|_| kind == Kind::Call) {
            if let Some(first) = numbers.insert((&record.key[0], &record.key[1], arch), line) {
                return Err(twice(first, format!("the number {} on {arch}", record.key[1])));
            }
        }
    }
    Ok(())
}
