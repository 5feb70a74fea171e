//! `hypercall decode`.
//!
//! Measured on one core of a 2-core virtual machine under load, with a trace of 400 MiB (3.7 million lines, nine of ten
//! calls) and `/usr/bin/time -v hypercall decode trace > /dev/null`: 1.3 million lines a second of processor time
//! (`--format json` 1.1, `--summary` 2.4), 4.4 MiB of memory at most, whatever the length of the trace.

use super::{Failure, Format, program};
use crate::decode::{Call, Decoder, Input, Line, Lines, MAX_LINE, Options, Parsed, Summary, parse};
use crate::tables::{self, Book, Filter};
use clap::{Args, ValueEnum};
use hypercall_core::Width;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Lines that cannot be read of which each is reported; further ones are counted, but with `--strict`.
const REPORTED: u64 = 20;
/// Bytes of such a line that are shown.
const SHOWN: usize = 60;
/// Bytes read and written at once.
const BUFFER: usize = 256 << 10;

/// What the lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Each for itself, by how it begins.
    Auto,
    /// Lines of the trace points kvm_hypercall and kvm_xen_hypercall.
    Trace,
    /// Call objects of `run`, one a line.
    Jsonl,
}

/// Bits of the guest's mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Bits {
    /// 64-bit mode.
    #[value(name = "64")]
    Wide,
    /// Any other.
    #[value(name = "32")]
    Narrow,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    trace-cmd record -e kvm:kvm_hypercall && trace-cmd report | hypercall decode\n  \
    perf record -a -e kvm:kvm_hypercall sleep 9 && perf script | hypercall decode --summary\n  \
    cat /sys/kernel/tracing/trace_pipe | hypercall decode --name KVM_HC_MAP_GPA_RANGE\n  \
    hypercall run --format jsonl | hypercall decode --format json\n\n\
    A trace point has no result. Lines of other events are passed over; one that cannot be read is skipped, and \
    reported as FILE:LINE or stdin:LINE: the first 20, then how many more; with --strict each of them.\n\n\
    Exit status: 0 success, 1 the input cannot be read, or with --strict not all of it, 2 bad usage.")]
pub struct Arguments {
    /// The file; stdin for `-`
    #[arg(default_value = "-")]
    file: PathBuf,
    /// What its lines are
    #[arg(long, value_enum, default_value = "auto")]
    input: Form,
    /// The mode of the guest that a trace is of, which it does not tell
    #[arg(long, value_enum, default_value = "64")]
    bits: Bits,
    /// How calls are printed; json is an object a line
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Print counts for each call in place of the calls
    #[arg(long)]
    summary: bool,
    /// Fail where a line could not be read, and report each such line, not only the first 20
    #[arg(long)]
    strict: bool,
    /// Only calls of an architecture: x86, s390, ppc or mips
    #[arg(long)]
    arch: Option<String>,
    /// Only calls with a status: active, deprecated or obsolete
    #[arg(long)]
    status: Option<String>,
    /// Only the call of this name
    #[arg(long)]
    name: Option<String>,
    /// Only calls made in a convention: kvm, para-2007, xen, diag500, epapr or papr
    #[arg(long)]
    convention: Option<String>,
}

/// Which calls are wanted; every one, unknown ones too, without a filter.
struct Wanted {
    convention: Option<String>,
    names: Option<Vec<&'static str>>,
}

impl Wanted {
    fn has(&self, call: &Call<'_>) -> bool {
        let name = |names: &Vec<&str>| call.definition.is_some_and(|d| names.contains(&d.name));
        self.convention.as_deref().is_none_or(|c| Some(c) == call.convention)
            && self.names.as_ref().is_none_or(name)
    }
}

/// What could not be decoded.
struct Problems {
    /// What the input is called.
    input: String,
    /// Lines of which each is reported.
    reported: u64,
    malformed: u64,
    lost: u64,
}

impl Problems {
    fn malformed(&mut self, number: u64, reason: &dyn Display, text: &[u8]) {
        self.malformed += 1;
        if self.malformed > self.reported {
            return;
        }
        let shown = text.get(..SHOWN).unwrap_or(text);
        let dots = if shown.len() < text.len() { "..." } else { "" };
        eprintln!("{}:{number}: {reason}: {}{dots}", self.input, shown.escape_ascii());
    }

    /// What is said at the end.
    fn report(&self) {
        if self.malformed > self.reported {
            let further = self.malformed - self.reported;
            eprintln!("{}: {further} further lines could not be read", program());
        }
        if self.lost > 0 {
            eprintln!("{}: the trace says {} times that it lost events", program(), self.lost);
        }
    }
}

impl Arguments {
    pub fn execute(self) -> Result<ExitCode, Failure> {
        let filter = Filter {
            arch: self.arch.as_deref().map(tables::arch).transpose().map_err(Failure::usage)?,
            status: self.status.as_deref().map(tables::status).transpose().map_err(Failure::usage)?,
            name: self.name.clone(),
            convention: self.convention.clone(),
        };
        let book = Book::linked().map_err(Failure::failed)?;
        let part = book.filtered(&filter).map_err(Failure::usage)?;
        let by_call = filter.arch.is_some() || filter.status.is_some() || filter.name.is_some();
        let names = by_call.then(|| part.calls.iter().map(|c| c.definition.name).collect());
        let wanted = Wanted { convention: filter.convention, names };

        let name = self.file.display();
        let cannot_read = |error| Failure::failed(format!("cannot read {name}: {error}"));
        let is_stdin = self.file.as_os_str() == "-";
        let input: Box<dyn BufRead> = if is_stdin {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::with_capacity(BUFFER, File::open(&self.file).map_err(cannot_read)?))
        };
        let mut output = BufWriter::with_capacity(BUFFER, io::stdout().lock());
        let mut problems = Problems {
            input: if is_stdin { "stdin".into() } else { name.to_string() },
            reported: if self.strict { u64::MAX } else { REPORTED },
            malformed: 0,
            lost: 0,
        };
        let done = self.decode(&Decoder::new(&book), &wanted, input, &mut output, &mut problems);
        let written = done.and_then(|()| output.flush().map_err(Stop::Output));
        problems.report();
        match written {
            Ok(()) if self.strict && problems.malformed > 0 => Ok(ExitCode::FAILURE),
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(Stop::Input(error)) => Err(cannot_read(error)),
            // A reader that went away early is no error.
            Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(Stop::Output(error)) => Err(Failure::failed(format!("cannot write to stdout: {error}"))),
        }
    }

    fn decode(
        &self,
        decoder: &Decoder,
        wanted: &Wanted,
        input: impl BufRead,
        output: &mut impl Write,
        problems: &mut Problems,
    ) -> Result<(), Stop> {
        let options = Options {
            input: match self.input {
                Form::Auto => Input::Auto,
                Form::Trace => Input::Trace,
                Form::Jsonl => Input::JsonLines,
            },
            width: if self.bits == Bits::Wide { Width::Bits64 } else { Width::Bits32 },
        };
        let mut summary = Summary::default();
        let mut lines = Lines::new(input);
        while let Some((number, line)) = lines.next().map_err(Stop::Input)? {
            let Line::Text(text) = line else {
                problems.malformed(number, &format_args!("it has more than {MAX_LINE} bytes"), b"");
                continue;
            };
            let record = match parse(text, &options) {
                Parsed::Call(record) => record,
                Parsed::Other => continue,
                Parsed::Lost => {
                    problems.lost += 1;
                    continue;
                }
                Parsed::Malformed(reason) => {
                    problems.malformed(number, &reason, text);
                    continue;
                }
            };
            match decoder.decode(number, &record) {
                Ok(call) if !wanted.has(&call) => {}
                Ok(call) if self.summary => summary.add(&call),
                Ok(call) => self.print(&call, output).map_err(Stop::Output)?,
                Err(error) => problems.malformed(number, &error, text),
            }
        }
        if self.summary {
            self.print_summary(&summary, output).map_err(Stop::Output)?;
        }
        Ok(())
    }

    fn print(&self, call: &Call<'_>, output: &mut impl Write) -> io::Result<()> {
        match self.format {
            Format::Table => writeln!(output, "{call}"),
            Format::Json => json_line(call, output),
        }
    }

    fn print_summary(&self, summary: &Summary, output: &mut impl Write) -> io::Result<()> {
        match self.format {
            Format::Table => write!(output, "{summary}"),
            Format::Json => summary.rows().iter().try_for_each(|row| json_line(row, output)),
        }
    }
}

/// Why it ended before the input did.
enum Stop {
    Input(io::Error),
    Output(io::Error),
}

fn json_line(value: &impl serde::Serialize, output: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *output, value)?;
    output.write_all(b"\n")
}
