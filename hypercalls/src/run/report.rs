//! What happened, as a table or as JSON.

use super::Via;
use crate::cases::lower::{Ending, Image};
use crate::cases::{Case, oracle};
use hypercall_core::encoding::Encoding;
use hypercall_core::ring::Rings;
use hypercall_core::statistics::Counts;
use hypercall_core::{Convention, Privilege, Registry, Width};

/// One call of the list and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize))]
pub struct Call {
    /// The number space.
    pub interface: &'static str,
    /// The number in it.
    pub number: String,
    /// The full name, or `unknown`.
    pub name: &'static str,
    /// The calling convention; of the whole run, so it stands in a [`Line`] only.
    #[cfg_attr(feature = "cli", serde(skip))]
    pub convention: &'static str,
    /// The case.
    pub case: &'static str,
    /// `64-bit` or `32-bit`.
    pub mode: &'static str,
    /// The caller's privilege level: 0, or 3 for a user program.
    pub cpl: u8,
    /// The vCPU.
    pub vcpu: u32,
    /// How the call reached the VMM.
    pub transport: &'static str,
    /// What the guest found, in the interface's terms.
    pub result: String,
    /// What it should have found.
    pub expected: String,
    /// Whether that and every other register was right, by the guest's verdict and by the host's.
    pub ok: bool,
    /// Host time from the exit to the next entry, in nanoseconds; for `loopback` the whole call.
    pub ns: Option<u64>,
    /// The call in registers, for a [`Line`].
    #[cfg_attr(feature = "cli", serde(skip))]
    pub raw: Raw,
    /// The call's status, for the table; empty for an unknown number.
    #[cfg_attr(feature = "cli", serde(skip))]
    pub status: &'static str,
    /// What is wrong, in words, for the table.
    #[cfg_attr(feature = "cli", serde(skip))]
    pub wrong: Option<String>,
    /// The arguments in words, for the table.
    #[cfg_attr(feature = "cli", serde(skip))]
    pub arguments: String,
}

/// A call in registers, masked to the mode's width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// The number register.
    pub number: u64,
    /// The argument registers that the call uses.
    pub arguments: Vec<u64>,
    /// The result register behind the call; `None` where the guest did not come past it.
    pub result: Option<u64>,
    /// The value register, where that is another one.
    pub value: Option<u64>,
}

/// Registers are strings, for JSON's numbers are exact to 53 bits only.
#[cfg(feature = "cli")]
impl serde::Serialize for Raw {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let hex = |value: u64| format!("{value:#x}");
        let mut raw = serializer.serialize_struct("Raw", 4)?;
        raw.serialize_field("number", &hex(self.number))?;
        raw.serialize_field("arguments", &self.arguments.iter().map(|a| hex(*a)).collect::<Vec<_>>())?;
        raw.serialize_field("result", &self.result.map(hex))?;
        raw.serialize_field("value", &self.value.map(hex))?;
        raw.end()
    }
}

/// A call as it stands in JSON Lines, by itself: with the convention, and in registers, for who has no report around it.
#[cfg(feature = "cli")]
#[derive(Debug, serde::Serialize)]
pub struct Line<'a> {
    #[serde(flatten)]
    call: &'a Call,
    convention: &'static str,
    raw: &'a Raw,
}

#[cfg(feature = "cli")]
impl<'a> From<&'a Call> for Line<'a> {
    fn from(call: &'a Call) -> Line<'a> {
        Line { call, convention: call.convention, raw: &call.raw }
    }
}

/// A whole run.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(serde::Serialize))]
pub struct Report {
    /// `kvm` or `loopback`.
    pub backend: &'static str,
    /// How calls reached the VMM.
    pub transport: &'static str,
    /// How they came to the dispatcher: `registers`, `multicall`.
    pub via: &'static str,
    /// The calling convention.
    pub convention: &'static str,
    /// How many vCPUs made the list.
    pub vcpus: u32,
    /// Every call.
    pub calls: Vec<Call>,
    /// Calls that were right.
    pub passed: usize,
    /// Calls that were not.
    pub failed: usize,
    /// Calls that the transport cannot carry.
    pub not_carried: usize,
    /// What was counted, in all vCPUs and rings.
    pub counted: Counted,
}

/// Sums of a VM's [counters](Counts); beside the calls of the list, those that it comes by are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(serde::Serialize))]
#[allow(missing_docs)] // as in `Counts`
pub struct Counted {
    pub calls: u64,
    pub errors: u64,
    pub denied: u64,
    pub user_refused: u64,
    pub unknown: u64,
    pub panics: u64,
}

impl Counted {
    /// The sum of the vCPUs' and, where there were any, the rings'.
    pub fn sum(vcpus: impl IntoIterator<Item = Counts>, rings: &Rings) -> Counted {
        let mut sum = rings.statistics().map(|rings| rings.total()).unwrap_or_default();
        vcpus.into_iter().for_each(|vcpu| sum += vcpu);
        let Counts { calls, errors, denied, user_refused, unknown, panics, time: _ } = sum;
        Counted { calls, errors, denied, user_refused, unknown, panics }
    }
}

impl Report {
    /// Counts the calls.
    pub fn new(
        backend: &'static str,
        transport: &'static str,
        convention: &'static str,
        vcpus: u32,
        calls: Vec<Call>,
        not_carried: usize,
    ) -> Report {
        let passed = calls.iter().filter(|c| c.ok).count();
        let failed = calls.len() - passed;
        let via = Via::Registers.name();
        let counted = Counted::default();
        Report { backend, transport, via, convention, vcpus, calls, passed, failed, not_carried, counted }
    }

    /// The same, with what was counted.
    #[must_use]
    pub fn counting(self, counted: Counted) -> Report {
        Report { counted, ..self }
    }

    /// The same, of calls that came so.
    #[must_use]
    pub fn via(self, via: Via) -> Report {
        Report { via: via.name(), ..self }
    }

    /// The table of `hypercall run`: a row a call, then one line of counts. A cost is [`Call::ns`].
    pub fn table(&self) -> String {
        const HEAD: [&str; 12] = [
            "number",
            "call",
            "status",
            "case",
            "mode",
            "cpl",
            "cpu",
            "transport",
            "arguments",
            "result",
            "verdict",
            "cost",
        ];
        let rows: Vec<[String; 12]> = self
            .calls
            .iter()
            .map(|c| {
                let verdict = match &c.wrong {
                    // What a guest of the user's should find is its own affair.
                    None if c.expected.is_empty() => "-".to_string(),
                    None => "ok".to_string(),
                    Some(wrong) => format!("WRONG: {wrong}"),
                };
                [
                    c.number.clone(),
                    c.name.to_string(),
                    c.status.to_string(),
                    c.case.to_string(),
                    c.mode.to_string(),
                    c.cpl.to_string(),
                    c.vcpu.to_string(),
                    c.transport.to_string(),
                    c.arguments.clone(),
                    c.result.clone(),
                    verdict,
                    c.ns.map_or_else(|| "-".to_string(), |ns| format!("{:.1} us", ns as f64 / 1e3)),
                ]
            })
            .collect();
        let widths: Vec<usize> = (0..HEAD.len())
            .map(|i| rows.iter().map(|r| r[i].len()).chain([HEAD[i].len()]).max().unwrap_or(0))
            .collect();
        let line = |cells: &[String]| {
            let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_string() + "\n"
        };
        let mut text = line(&HEAD.map(String::from));
        rows.iter().for_each(|row| text.push_str(&line(row)));
        let Counted { calls, errors, denied, user_refused, unknown, panics } = self.counted;
        text.push_str(&format!(
            "counted {calls} calls: {errors} errors ({panics} of a handler that panicked), {unknown} unknown, {denied} denied, \
             {user_refused} refused to user programs\n"
        ));
        text.push_str(&format!("{}\n", self.summary()));
        text
    }

    /// One line: `backend kvm, transport pio, convention kvm, 1 vCPU: 200 passed, 0 failed`.
    pub fn summary(&self) -> String {
        let simulated = if self.backend == "loopback" { " (no vCPU: the marshalling alone)" } else { "" };
        let vcpus = if self.vcpus == 1 { "1 vCPU".to_string() } else { format!("{} vCPUs", self.vcpus) };
        let by_registers = self.via == Via::Registers.name();
        let via = if by_registers { String::new() } else { format!(" via {}", self.via) };
        let mut text = format!(
            "backend {}{simulated}, transport {}{via}, convention {}, {vcpus}: ",
            self.backend, self.transport, self.convention
        );
        match self.calls.iter().all(|c| c.expected.is_empty()) {
            true => text.push_str(&format!("{} calls", self.calls.len())),
            false => text.push_str(&format!("{} passed, {} failed", self.passed, self.failed)),
        }
        if self.not_carried > 0 {
            text.push_str(&format!(", {} not carried by the transport", self.not_carried));
        }
        text
    }
}

/// What a call left behind.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The registers, by index.
    pub registers: &'a [u64],
    /// How the call ended.
    pub ending: Ending,
}

/// A result in the terms of the call's interface.
pub fn describe(
    convention: &Convention,
    errors: &Encoding,
    width: Width,
    image: &Image,
    found: Found<'_>,
) -> String {
    match found.ending {
        Ending::Faults => return "exception".to_string(),
        Ending::Exits(code) => return format!("VM exit {code}"),
        Ending::Returns => {}
    }
    let raw = found.registers[image.result];
    let signed = match width {
        Width::Bits32 => i64::from(raw as u32 as i32),
        Width::Bits64 => raw as i64,
    };
    let status = convention.has_status();
    if status && signed == 0 {
        return image.value.map_or_else(|| "0".to_string(), |at| number(found.registers[at]));
    }
    match errors.explain(signed) {
        Some(code) if status || signed < 0 => format!("{} ({signed})", code.symbol),
        _ => number(raw),
    }
}

/// An argument as a reader wants it: what is a little below zero, with a sign.
fn argument(value: u64, width: Width) -> String {
    let signed = match width {
        Width::Bits32 => i64::from(value as u32 as i32),
        Width::Bits64 => value as i64,
    };
    match signed {
        -0x1_0000..0 => format!("-{}", number(signed.unsigned_abs())),
        _ => number(width.mask(value)),
    }
}

/// A number as a reader wants it: small ones in decimal.
pub fn number(value: u64) -> String {
    if value < 1000 { value.to_string() } else { format!("{value:#x}") }
}

/// What a row says of a case before it is made.
pub struct Row<'a> {
    /// The case.
    pub case: &'a Case,
    /// The convention it is made over.
    pub convention: &'static Convention,
    /// The guest's mode.
    pub width: Width,
    /// The caller's privilege.
    pub privilege: Privilege,
    /// The vCPU.
    pub vcpu: u32,
    /// How it reaches the VMM.
    pub transport: &'static str,
    /// The case in registers.
    pub image: &'a Image,
}

impl Row<'_> {
    /// The row, with what was found.
    pub fn call(
        &self,
        registry: &Registry,
        found: Found<'_>,
        wrong: Option<String>,
        ns: Option<u64>,
    ) -> Call {
        let Row { case, convention, width, image, .. } = *self;
        let definition = registry.iter().find(|d| d.interface == case.interface && d.number == case.number);
        let errors = case.interface.errors.unwrap_or(convention.errors);
        let expected = Found { registers: &image.expected, ending: image.ending };
        let expected = match image.clock {
            Some(_) => "the wall clock".to_string(),
            None => describe(convention, errors, width, image, expected),
        };
        let at = |name: &str| self.registers().iter().position(|r| r.name == name).unwrap_or(0);
        let spec = oracle::spec(convention.name, width);
        let values: Vec<u64> = spec.map_or_else(Vec::new, |spec| {
            let count = case.arguments.len().min(spec.arguments.len());
            spec.arguments[..count].iter().map(|name| width.mask(image.input[at(name)])).collect()
        });
        let arguments = values.iter().map(|value| argument(*value, width)).collect::<Vec<_>>().join(" ");
        let returned = found.ending == Ending::Returns;
        let raw = Raw {
            number: spec.map_or(0, |spec| width.mask(image.input[at(spec.number)])),
            arguments: values,
            result: returned.then(|| width.mask(found.registers[image.result])),
            value: image.value.filter(|_| returned).map(|at| width.mask(found.registers[at])),
        };
        Call {
            interface: case.interface.name,
            number: number(case.number),
            name: definition.map_or("unknown", |d| d.name),
            status: definition.map_or("", |d| d.status.name()),
            convention: convention.name,
            case: case.name,
            mode: width.name(),
            cpl: if self.privilege == Privilege::User { 3 } else { 0 },
            vcpu: self.vcpu,
            transport: self.transport,
            result: describe(convention, errors, width, image, found),
            expected,
            ok: wrong.is_none(),
            ns,
            raw,
            wrong,
            arguments,
        }
    }

    fn registers(&self) -> &'static [hypercall_core::Reg] {
        use crate::registers::{AnyRegisters, RegisterFile};
        AnyRegisters::of(self.convention.arch).map_or(&[], |file| file.all())
    }
}
