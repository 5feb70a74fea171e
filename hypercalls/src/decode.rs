//! Reads hypercalls out of what exists in the field, and says what they were.
//!
//! | input | what it is |
//! |---|---|
//! | trace lines | Linux's trace points `kvm_hypercall` and `kvm_xen_hypercall` (x86), as tracefs' `trace` and `trace_pipe`, `trace-cmd report` and `perf script` print them |
//! | JSON Lines | the call objects of `hypercall run`, one a line: of `--format jsonl`, which have the registers, or those of `--format json`'s `calls` |
//!
//! The trace points have the number and the arguments; a result they have not. Lines of other events and the headings of
//! these programs are passed over, what cannot be read is reported by its line and skipped.
//!
//! A line has at most [`MAX_LINE`] bytes, and nothing is kept of one when the next is read, so a file of any size takes
//! the same memory. [`Summary`] counts by the calls that are known.
//!
//! ```
//! use hypercalls::decode::{Decoder, Input, Options, Parsed, parse};
//! use hypercalls::tables::Book;
//!
//! let decoder = Decoder::new(&Book::linked()?);
//! let line = b" qemu-1234  [056] d..2.   146.771179: kvm_hypercall: nr 0xc a0 0x1000 a1 0x1 a2 0x10 a3 0x0";
//! let Parsed::Call(record) = parse(line, &Options::default()) else { panic!() };
//! let call = decoder.decode(1, &record).unwrap();
//! assert_eq!(
//!     call.to_string(),
//!     "146.771179 cpu 56 qemu-1234: KVM_HC_MAP_GPA_RANGE(gpa=0x1000, pages=1, attributes=ENCRYPTED)",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod call;
mod explain;
mod json;
mod lines;
mod summary;
mod trace;

pub use call::{Argument, Call, Decoder, Outcome, UnknownSpace};
pub use lines::{Line, Lines, MAX_LINE};
pub use summary::{Row, Summary};

use hypercall_core::{MAX_ARGUMENTS, Width};
use std::borrow::Cow;

/// How the lines are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// Each for itself: as JSON where it begins as an object does, as a trace line otherwise.
    #[default]
    Auto,
    /// As trace lines.
    Trace,
    /// As JSON Lines.
    JsonLines,
}

/// What is not in the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How they are read.
    pub input: Input,
    /// The guest's mode at calls of a trace, which does not tell it.
    pub width: Width,
}

impl Default for Options {
    fn default() -> Options {
        Options { input: Input::Auto, width: Width::Bits64 }
    }
}

/// Which call a record is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number<'a> {
    /// That whose number register holds this, in a convention.
    Wire {
        /// The convention's name.
        convention: Cow<'a, str>,
        /// What stood in the register.
        number: u64,
    },
    /// That with this number in an interface, in some convention.
    Of {
        /// The interface's name.
        interface: Cow<'a, str>,
        /// The number there.
        number: u64,
    },
}

/// A call as a line has it: not yet looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Which call it is.
    pub number: Number<'a>,
    /// The guest's mode.
    pub width: Width,
    /// What stood in the argument registers that the record has; zero behind them.
    pub arguments: [u64; MAX_ARGUMENTS],
    /// How many of them it has; `None` where it has no registers at all.
    pub count: Option<usize>,
    /// How the call ended, where the record says so.
    pub ending: Option<Ending<'a>>,
    /// Where and when it was made.
    pub origin: Origin<'a>,
}

/// How a call of a record ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending<'a> {
    /// With this in the result register, and in the value register where that is another one.
    Returned {
        /// The result register.
        result: u64,
        /// The value register.
        value: Option<u64>,
    },
    /// In words: an exception, the end of the VM, or a result as the interface says it.
    Words(Cow<'a, str>),
}

/// Where and when a call was made, as far as a record says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The time stamp, in seconds of the trace's clock.
    pub time: Option<Cow<'a, str>>,
    /// The host's CPU.
    pub cpu: Option<u32>,
    /// The thread on the host, `name-id`.
    pub task: Option<Cow<'a, str>>,
    /// The guest's vCPU.
    pub vcpu: Option<u32>,
    /// The privilege level of the caller.
    pub cpl: Option<u8>,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // there is one at a time, and most are calls
pub enum Parsed<'a> {
    /// A call.
    Call(Record<'a>),
    /// Another event, a heading or a comment.
    Other,
    /// A note that the trace lost events here.
    Lost,
    /// None of these, and why.
    Malformed(Cow<'static, str>),
}

/// Reads a line, without its end.
pub fn parse<'a>(line: &'a [u8], options: &Options) -> Parsed<'a> {
    let text = line.trim_ascii();
    match options.input {
        _ if text.is_empty() => Parsed::Other,
        Input::Trace => trace::parse(text, options.width),
        Input::JsonLines => json::parse(text),
        Input::Auto if text.starts_with(b"{") => json::parse(text),
        Input::Auto => trace::parse(text, options.width),
    }
}

#[cfg(test)]
mod tests;
