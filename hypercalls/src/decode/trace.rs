//! Lines of Linux's trace points.
//!
//! What an event says is the same everywhere (Linux `arch/x86/kvm/trace.h`, `TP_printk` of `kvm_hypercall` and
//! `kvm_xen_hypercall`; the latter has `cpl` since Linux 6.2):
//!
//! ```text
//! nr 0x%lx a0 0x%lx a1 0x%lx a2 0x%lx a3 0x%lx
//! cpl %d nr 0x%lx a0 0x%lx a1 0x%lx a2 0x%lx a3 0x%lx a4 0x%lx a5 %lx
//! ```
//!
//! Kernels until 2026 put the sixth parameter of the latter in the place of the fifth, and print for the sixth what was
//! left there (fixed by commit 2b72f1674e42): so the last two are not to be trusted.
//!
//! What stands before it differs:
//!
//! | program | beginning of a line | source |
//! |---|---|---|
//! | tracefs | `task-pid [cpu] flags time: event:` | Linux `Documentation/trace/ftrace.rst`, `kernel/trace/trace_output.c` |
//! | `trace-cmd report` | `task-pid [cpu] time: event:`, flags since 3.0 | trace-cmd `Documentation/trace-cmd/trace-cmd-report.1.txt` |
//! | `perf script` | `task pid [cpu] time: group:event:` | Linux `tools/perf/Documentation/perf-script.txt` |
//!
//! The numbers are those of the registers whole: KVM masks them outside 64-bit mode after it has told them.

use super::{Number, Origin, Parsed, Record};
use hypercall_core::{MAX_ARGUMENTS, Width};
use std::borrow::Cow;

const KVM: &[u8] = b"kvm_hypercall:";
const XEN: &[u8] = b"kvm_xen_hypercall:";

pub(super) fn parse(line: &[u8], width: Width) -> Parsed<'_> {
    if line.starts_with(b"#") {
        return Parsed::Other;
    }
    // The last: a task may be called as it likes.
    let (before, event, says) = match (split(line, KVM), split(line, XEN)) {
        (Some((before, says)), None) => (before, Event::KVM, says),
        (_, Some((before, says))) => (before, Event::XEN, says),
        (None, None) => return other(line),
    };
    match event.read(says) {
        Some(values) => Parsed::Call(Record {
            number: Number::Wire {
                convention: Cow::Borrowed(event.convention),
                number: width.mask(values.number),
            },
            width,
            arguments: values.arguments.map(|a| width.mask(a)),
            count: Some(event.arguments),
            ending: None,
            origin: Origin { cpl: values.cpl, ..origin(before) },
        }),
        None => Parsed::Malformed(Cow::Borrowed(event.wanted)),
    }
}

/// What is before and behind the last place of an event's name that is a word of its own.
fn split<'a>(line: &'a [u8], event: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    // The name's colon is rarer than any letter of it.
    let mut end = line.len();
    while let Some(colon) = line[..end].iter().rposition(|byte| *byte == b':') {
        if let Some(start) = (colon + 1).checked_sub(event.len())
            && &line[start..=colon] == event
            && line[..start].last().is_none_or(|byte| b" \t:".contains(byte))
        {
            return Some((&line[..start], &line[colon + 1..]));
        }
        end = colon;
    }
    None
}

/// What an event says.
struct Event {
    convention: &'static str,
    arguments: usize,
    has_cpl: bool,
    wanted: &'static str,
}

struct Values {
    cpl: Option<u8>,
    number: u64,
    arguments: [u64; MAX_ARGUMENTS],
}

impl Event {
    const KVM: Event = Event {
        convention: "kvm",
        arguments: 4,
        has_cpl: false,
        wanted: "kvm_hypercall is followed by `nr`, `a0` to `a3` and their values",
    };
    const XEN: Event = Event {
        convention: "xen",
        arguments: 6,
        has_cpl: true,
        wanted: "kvm_xen_hypercall is followed by `nr`, `a0` to `a5` and their values",
    };

    /// Reads the words behind the event's name, all of them.
    fn read(&self, says: &[u8]) -> Option<Values> {
        let mut words = says.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let mut word = words.next()?;
        let mut cpl = None;
        if self.has_cpl && word == b"cpl" {
            cpl = Some(std::str::from_utf8(words.next()?).ok()?.parse().ok().filter(|cpl| *cpl < 4)?);
            word = words.next()?;
        }
        if word != b"nr" {
            return None;
        }
        let number = hexadecimal(words.next()?)?;
        let mut arguments = [0; MAX_ARGUMENTS];
        for (index, argument) in (b'0'..).zip(&mut arguments[..self.arguments]) {
            if words.next()? != [b'a', index] {
                return None;
            }
            *argument = hexadecimal(words.next()?)?;
        }
        words.next().is_none().then_some(Values { cpl, number, arguments })
    }
}

/// A number of up to 16 digits, with `0x` before it or not: the sixth of Xen's has none.
fn hexadecimal(word: &[u8]) -> Option<u64> {
    let digits = word.strip_prefix(b"0x").unwrap_or(word);
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |value, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(value << 4 | u64::from(digit))
    })
}

/// The words before an event, from the last to the first: the time, flags, the CPU, and what is left is the task.
fn origin(before: &[u8]) -> Origin<'_> {
    // perf names the group, without a space between: `kvm:kvm_hypercall:`.
    let group = before.strip_suffix(b":").map_or(0, |group| last_word(group).len() + 1);
    let mut rest = before[..before.len() - group].trim_ascii();
    let mut found = Origin::default();
    if let Some(stamp) = rest.strip_suffix(b":")
        && is_time(last_word(stamp))
    {
        let time = last_word(stamp);
        found.time = Some(String::from_utf8_lossy(time));
        rest = stamp[..stamp.len() - time.len()].trim_ascii_end();
    }
    let word = last_word(rest);
    if found.time.is_some() && is_flags(word) {
        rest = rest[..rest.len() - word.len()].trim_ascii_end();
    }
    let word = last_word(rest);
    if let Some(cpu) = cpu(word) {
        found.cpu = Some(cpu);
        rest = rest[..rest.len() - word.len()].trim_ascii_end();
    }
    // Where there is neither, the event's name follows the task.
    let task = rest.strip_suffix(b":").unwrap_or(rest);
    found.task = (!task.is_empty()).then(|| String::from_utf8_lossy(task));
    found
}

fn last_word(text: &[u8]) -> &[u8] {
    text.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default()
}

/// `146.771179`, or plain digits of a clock that counts.
fn is_time(word: &[u8]) -> bool {
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    match word.iter().position(|byte| *byte == b'.') {
        Some(dot) => digits(&word[..dot]) && digits(&word[dot + 1..]),
        None => digits(word),
    }
}

/// `d..2.`: latency flags, of dots, letters, digits and `#`.
fn is_flags(word: &[u8]) -> bool {
    (4..=8).contains(&word.len()) && word.iter().all(|b| b.is_ascii_alphanumeric() || b".#".contains(b))
}

/// `[056]`.
fn cpu(word: &[u8]) -> Option<u32> {
    let digits = word.strip_prefix(b"[")?.strip_suffix(b"]")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// A line without a call.
fn other(line: &[u8]) -> Parsed<'static> {
    let words = || line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let has = |word: &[u8]| words().any(|w| w == word);
    // `CPU:2 [LOST 38 EVENTS]` of tracefs, `CPU:2 [38 EVENTS DROPPED]` of trace-cmd.
    if line.starts_with(b"CPU:") && (has(b"[LOST") || has(b"DROPPED]")) {
        return Parsed::Lost;
    }
    // A call chain of perf's: an address, and what is there.
    let mut first = words();
    let chain =
        first.next().is_some_and(|w| w.len() >= 8 && hexadecimal(w).is_some()) && first.next().is_some();
    if chain || is_heading(line) {
        return Parsed::Other;
    }
    // Another event has the same beginning. The first: a task's name is too short for a time and an event.
    let stamp =
        |word: &[u8]| word.strip_suffix(b":").is_some_and(|time| time.contains(&b'.') && is_time(time));
    let mut behind = words().skip_while(|word| !stamp(word));
    if behind.next().is_none() {
        return Parsed::Malformed(Cow::Borrowed("no trace line, and no JSON object"));
    }
    let event = behind.next().unwrap_or_default();
    // The tracer of functions has no colons: `kvm_xen_hypercall [kvm] <-kvm_emulate_hypercall [kvm]`.
    if is_damaged(event) && !behind.any(|word| word.starts_with(b"<-")) {
        return Parsed::Malformed(Cow::Borrowed("the event's name has no colon behind it"));
    }
    Parsed::Other
}

/// Of trace-cmd: `cpus=4`, `version = 7`, `CPU 1 is empty`.
fn is_heading(line: &[u8]) -> bool {
    let number = |text: Option<&[u8]>| {
        text.is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
    };
    number(line.strip_prefix(b"cpus="))
        || number(line.strip_prefix(b"version = "))
        || number(line.strip_prefix(b"CPU ").and_then(|rest| rest.strip_suffix(b" is empty")))
}

/// Whether an event's word is the name of a call's, without the colon that belongs behind it.
fn is_damaged(word: &[u8]) -> bool {
    let name = word.rsplit(|byte| *byte == b':').next().unwrap_or_default();
    [KVM, XEN].iter().any(|event| name.starts_with(&event[..event.len() - 1]))
}
