//! Records, looked up.

use super::{Ending, Number, Origin, Record, explain};
use crate::run::report::number;
use crate::tables::Book;
use hypercall_core::encoding::{Code, Encoding};
use hypercall_core::{Convention, Definition, Width};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// Every call of a book, by number.
#[derive(Debug)]
pub struct Decoder {
    conventions: Vec<Known>,
    /// By interface and number: a call, and how its errors are said in each place that it has.
    interfaces: HashMap<&'static str, HashMap<u64, (&'static Definition, Vec<&'static Encoding>)>>,
}

/// What one convention carries.
#[derive(Debug)]
struct Known {
    convention: &'static Convention,
    calls: HashMap<u64, (&'static Definition, &'static Encoding)>,
}

/// A record of a convention or interface that is not in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such convention or interface")]
pub struct UnknownSpace;

impl Decoder {
    /// Of this book. Numbers that it has not are unknown calls.
    pub fn new(book: &Book) -> Decoder {
        let known = |convention: &&'static Convention| {
            let places =
                book.calls.iter().flat_map(|call| call.places.iter().map(move |p| (call.definition, p)));
            let here = places.filter(|(_, place)| place.convention.name == convention.name);
            let calls =
                here.map(|(definition, place)| (place.number, (definition, place.encoding))).collect();
            Known { convention, calls }
        };
        let mut interfaces: HashMap<_, HashMap<_, _>> =
            book.interfaces.iter().map(|(interface, _)| (interface.name, HashMap::new())).collect();
        for call in &book.calls {
            let encodings = call.places.iter().map(|place| place.encoding).collect();
            let calls = interfaces.entry(call.definition.interface.name).or_default();
            calls.insert(call.definition.number, (call.definition, encodings));
        }
        Decoder { conventions: book.conventions.iter().map(known).collect(), interfaces }
    }

    /// The call of a record that stands in line `line`.
    ///
    /// # Errors
    /// [`UnknownSpace`] for one whose convention or interface is not in the book.
    pub fn decode<'a>(&self, line: u64, record: &'a Record<'_>) -> Result<Call<'a>, UnknownSpace> {
        let (space, number) = match &record.number {
            Number::Wire { convention, number } => {
                let known = self.conventions.iter().find(|k| k.convention.name == *convention);
                (Space::Convention(known.ok_or(UnknownSpace)?), *number)
            }
            Number::Of { interface, number } => {
                let (name, calls) = self.interfaces.get_key_value(&**interface).ok_or(UnknownSpace)?;
                (Space::Interface(name, calls.get(number)), *number)
            }
        };
        let definition = space.definition(number);
        let outcome = record.ending.as_ref().map(|ending| match ending {
            Ending::Words(words) => said(definition, &space.encodings(number), words),
            Ending::Returned { result, value } => space.returned(record.width, number, *result, *value),
        });
        let arguments = record.count.map(|count| {
            let registers = &record.arguments[..count.min(record.arguments.len())];
            definition.map_or_else(|| unnamed(registers), |d| named(d, registers, record.width))
        });
        Ok(Call {
            line,
            origin: &record.origin,
            convention: space.convention(),
            space: space.name(),
            width: record.width,
            number,
            definition,
            arguments,
            outcome,
        })
    }
}

/// Where a number is one.
enum Space<'d> {
    Convention(&'d Known),
    Interface(&'static str, Option<&'d (&'static Definition, Vec<&'static Encoding>)>),
}

impl Space<'_> {
    fn definition(&self, number: u64) -> Option<&'static Definition> {
        match self {
            Space::Convention(known) => known.calls.get(&number).map(|(definition, _)| *definition),
            Space::Interface(_, found) => found.map(|(definition, _)| *definition),
        }
    }

    /// How errors are said there, or may be.
    fn encodings(&self, number: u64) -> Vec<&'static Encoding> {
        match self {
            Space::Convention(known) => {
                vec![known.calls.get(&number).map_or(known.convention.errors, |(_, encoding)| *encoding)]
            }
            Space::Interface(_, found) => found.map_or_else(Vec::new, |(_, encodings)| encodings.clone()),
        }
    }

    fn convention(&self) -> Option<&'static str> {
        match self {
            Space::Convention(known) => Some(known.convention.name),
            Space::Interface(..) => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Space::Convention(known) => known.convention.name,
            Space::Interface(name, _) => name,
        }
    }

    /// A result register explained. Only records with a convention have one.
    fn returned(&self, width: Width, number: u64, result: u64, value: Option<u64>) -> Outcome<'static> {
        let Space::Convention(known) = self else { return Outcome::default() };
        let (definition, encoding) = match known.calls.get(&number) {
            Some((definition, encoding)) => (Some(*definition), *encoding),
            None => (None, known.convention.errors),
        };
        returned(known.convention, encoding, definition, width, result, value)
    }
}

/// A call, explained.
#[derive(Debug)]
pub struct Call<'a> {
    /// The line it stands in, from one.
    pub line: u64,
    /// Where and when it was made.
    pub origin: &'a Origin<'a>,
    /// The convention; `None` where the record does not name it.
    pub convention: Option<&'static str>,
    /// The convention or interface that the number is of.
    pub space: &'static str,
    /// The guest's mode.
    pub width: Width,
    /// What stood in the number register, or the number in the interface.
    pub number: u64,
    /// What is known of it; `None` for a number nobody has.
    pub definition: Option<&'static Definition>,
    /// Its arguments. Of an unknown call, what stood in every argument register of the record; `None` where that has
    /// no registers.
    pub arguments: Option<Vec<Argument>>,
    /// What came of it, where the record says that.
    pub outcome: Option<Outcome<'a>>,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argument {
    /// Its name; empty for a register of an unknown call.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: &'static str,
    /// Its type.
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    pub kind: &'static str,
    /// Its value in the words of the type; `?` where the record does not have it.
    pub value: String,
}

/// What came of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome<'a> {
    /// In words: a value, or the error as the interface calls it.
    pub words: Cow<'a, str>,
    /// Whether it is an error.
    pub error: bool,
    /// When the call answers with that error, or what its value means.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub meaning: &'static str,
}

fn unnamed(registers: &[u64]) -> Vec<Argument> {
    registers.iter().map(|r| Argument { name: "", kind: "", value: format!("{r:#x}") }).collect()
}

fn named(definition: &Definition, mut registers: &[u64], width: Width) -> Vec<Argument> {
    let argument = |info: &hypercall_core::definition::ArgumentInfo| {
        let slots = if width == Width::Bits64 { info.kind.slots } else { info.kind.slots_32 };
        let value = match registers.split_at_checked(slots) {
            Some((own, rest)) => {
                registers = rest;
                explain::value(info.kind, own, width)
            }
            None => {
                registers = &[];
                "?".to_string()
            }
        };
        Argument { name: info.name, kind: info.kind.name, value }
    };
    definition.arguments.iter().map(argument).collect()
}

fn returned(
    convention: &Convention,
    encoding: &Encoding,
    definition: Option<&'static Definition>,
    width: Width,
    result: u64,
    value: Option<u64>,
) -> Outcome<'static> {
    let signed = match width {
        Width::Bits32 => i64::from(result as u32 as i32),
        Width::Bits64 => result as i64,
    };
    let status = convention.has_status();
    let code = if status || signed < 0 { encoding.explain(signed) } else { None };
    let Some(code) = code else {
        // Errors of a call's own are no codes of the interface's.
        let errno = !status && (-4095..0).contains(&signed);
        let error = errno || (status && result != 0);
        let words = match status && result == 0 {
            _ if error => signed.to_string(),
            true => number(value.unwrap_or(0)),
            false => number(result),
        };
        return Outcome { words: words.into(), error, meaning: definition.map_or("", |d| d.result) };
    };
    let words = format!("{} ({signed})", code.symbol).into();
    Outcome { words, error: true, meaning: reason(definition, code) }
}

/// When a call answers with this error.
fn reason(definition: Option<&'static Definition>, code: &Code) -> &'static str {
    let Some(definition) = definition else { return "nobody has this number" };
    definition.errors.iter().find(|e| e.error == code.error).map_or("", |e| e.reason)
}

/// A result that is in words already: `-KVM_EINVAL (-22)`, `2`, `VM exit 3`.
fn said<'a>(
    definition: Option<&'static Definition>,
    encodings: &[&'static Encoding],
    words: &'a str,
) -> Outcome<'a> {
    let symbol = words.split_once(" (").map(|(symbol, _)| symbol);
    let mut codes = encodings.iter().flat_map(|encoding| &encoding.codes);
    let code = codes.find(|code| Some(code.symbol) == symbol);
    let meaning = match (symbol, code) {
        (_, Some(code)) => reason(definition, code),
        (None, None) => definition.map_or("", |d| d.result),
        (Some(_), None) => "",
    };
    Outcome { words: Cow::Borrowed(words), error: symbol.is_some(), meaning }
}

/// One line: `146.771179 cpu 56 qemu-1234: KVM_HC_SEND_IPI(...) = -KVM_EINVAL (-22): why`. What a record brought is
/// printed without control characters, for it may be a terminal.
impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { time, cpu, task, vcpu, cpl } = self.origin;
        let mut space = "";
        if let Some(time) = time {
            write!(f, "{time}")?;
            space = " ";
        }
        for (what, value) in [("cpu", *cpu), ("vCPU", *vcpu), ("CPL", cpl.filter(|c| *c > 0).map(u32::from))]
        {
            if let Some(value) = value {
                write!(f, "{space}{what} {value}")?;
                space = " ";
            }
        }
        if let Some(task) = task {
            write!(f, "{space}{}", Plain(task))?;
            space = " ";
        }
        if !space.is_empty() {
            f.write_str(": ")?;
        }
        match self.definition {
            Some(definition) => f.write_str(definition.name)?,
            None => write!(f, "unknown {} call {:#x}", self.space, self.number)?,
        }
        match &self.arguments {
            Some(arguments) => {
                f.write_str("(")?;
                for (i, Argument { name, value, .. }) in arguments.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    let equals = if name.is_empty() { "" } else { "=" };
                    write!(f, "{comma}{name}{equals}{value}")?;
                }
                f.write_str(")")?;
            }
            None => f.write_str("(...)")?,
        }
        if let Some(Outcome { words, meaning, error }) = &self.outcome {
            write!(f, " = {}", Plain(words))?;
            if *error && !meaning.is_empty() {
                write!(f, ": {meaning}")?;
            }
        }
        Ok(())
    }
}

/// Text without control characters.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(char::is_control) {
            let (plain, control) = rest.split_at(at);
            let character = control.chars().next().unwrap_or(' ');
            write!(f, "{plain}{}", character.escape_default())?;
            rest = &control[character.len_utf8()..];
        }
        f.write_str(rest)
    }
}

/// As in the JSON Lines of `hypercall decode --format json`.
impl Serialize for Call<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json<'a> {
            line: u64,
            #[serde(skip_serializing_if = "Option::is_none")]
            time: &'a Option<Cow<'a, str>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            cpu: Option<u32>,
            #[serde(skip_serializing_if = "Option::is_none")]
            task: &'a Option<Cow<'a, str>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            vcpu: Option<u32>,
            #[serde(skip_serializing_if = "Option::is_none")]
            cpl: Option<u8>,
            #[serde(skip_serializing_if = "Option::is_none")]
            convention: Option<&'static str>,
            mode: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            wire: Option<Hex>,
            #[serde(skip_serializing_if = "Option::is_none")]
            interface: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            number: Option<u64>,
            name: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            arguments: &'a Option<Vec<Argument>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            result: &'a Option<Outcome<'a>>,
        }
        let Origin { time, cpu, task, vcpu, cpl } = self.origin;
        let unknown = if self.convention.is_none() { Some(self.number) } else { None };
        Json {
            line: self.line,
            time,
            cpu: *cpu,
            task,
            vcpu: *vcpu,
            cpl: *cpl,
            convention: self.convention,
            mode: self.width.name(),
            wire: self.convention.map(|_| Hex(self.number)),
            interface: self.definition.map(|d| d.interface.name).or(unknown.map(|_| self.space)),
            number: self.definition.map(|d| d.number).or(unknown),
            name: self.definition.map(|d| d.name),
            status: self.definition.map(|d| d.status.name()),
            arguments: &self.arguments,
            result: &self.outcome,
        }
        .serialize(serializer)
    }
}

/// A register as a string, exact in every reader of JSON.
struct Hex(u64);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:#x}", self.0))
    }
}
