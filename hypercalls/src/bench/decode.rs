//! How fast `hypercall decode` goes through a trace: lines in memory, read, looked up and printed into memory, against
//! splitting the same lines.
//!
//! These figures are lines a second of CPU time (`lines/s`), so more is better, and a ratio is the part of the
//! baseline's rate that is reached.

use super::rounds::Subject;
use super::{Bench, BenchError, clock};
use crate::decode::{Call, Decoder, Line, Lines, Options, Parsed, Summary, parse};
use crate::tables::Book;
use hypercall_core::{BuildError, interface};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;

/// Lines of the trace.
const LINES: usize = 4096;
/// Each so many-th line is of another event.
const OTHERS: usize = 10;
/// What only splits the lines.
const SPLIT: &str = "decode/split";

/// Lines as tracefs has them, of each KVM call in turn and of one number that is nobody's.
fn trace(book: &Book) -> String {
    let of_kvm =
        book.calls.iter().map(|call| call.definition).filter(|d| d.interface.name == interface::KVM.name);
    let numbers: Vec<u64> = of_kvm.map(|d| d.number).chain([0xffff]).collect();
    let mut text = String::new();
    for line in 0..LINES {
        let (cpu, time) = (line % 64, line * 37);
        let (second, micro) = (time / 1_000_000, time % 1_000_000);
        let begin = format!("       CPU {cpu}/KVM-{}  [{cpu:03}] d..2. {second:5}.{micro:06}", 4000 + cpu);
        let written = if line % OTHERS == 0 {
            writeln!(text, "{begin}: kvm_exit: vcpu {cpu} reason VMCALL rip 0x{line:x} info1 0x0 info2 0x0")
        } else {
            let number = numbers[line % numbers.len()];
            writeln!(text, "{begin}: kvm_hypercall: nr {number:#x} a0 0x{line:x}000 a1 0x1 a2 0x10 a3 0x0")
        };
        written.expect("a String takes everything");
    }
    text
}

/// Lines of the trace a second, each text given to `each`.
fn rate(trace: &str, mut each: impl FnMut(u64, &[u8])) -> f64 {
    let mut lines = Lines::new(trace.as_bytes());
    let time = clock::each(LINES as u64, || {
        while let Some((number, line)) = lines.next().expect("memory can be read") {
            let Line::Text(text) = line else { unreachable!("lines are short") };
            each(number, black_box(text));
        }
    });
    1e9 / time
}

/// The same, with each call given to `each`.
fn decoding(trace: &str, decoder: &Decoder, mut each: impl FnMut(&Call<'_>)) -> f64 {
    let (options, mut calls) = (Options::default(), 0);
    let rate = rate(trace, |number, text| {
        if let Parsed::Call(record) = parse(text, &options) {
            each(&decoder.decode(number, &record).expect("the convention is known"));
            calls += 1;
        }
    });
    assert_eq!(calls, LINES - LINES.div_ceil(OTHERS), "every call was read");
    rate
}

/// A subject measured in lines a second.
fn lines<'a>(id: &str, sample: impl FnMut() -> f64 + 'a) -> Subject<'a> {
    Subject { unit: "lines/s", ..Subject::ns(id, sample) }
}

/// Each form of output, and splitting alone.
pub fn run(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let book = Book::linked().map_err(BuildError::from)?;
    let (decoder, trace) = (Decoder::new(&book), trace(&book));
    let mut output = Vec::new();
    let table = || {
        decoding(&trace, &decoder, |call| {
            output.clear();
            writeln!(output, "{call}").expect("a Vec takes everything");
            black_box(&output);
        })
    };
    let mut output = Vec::new();
    let json = || {
        decoding(&trace, &decoder, |call| {
            output.clear();
            serde_json::to_writer(&mut output, call).expect("a Vec takes everything");
            black_box(&output);
        })
    };
    let summary = || {
        let mut summary = Summary::default();
        let rate = decoding(&trace, &decoder, |call| summary.add(call));
        black_box(summary);
        rate
    };
    let split = || rate(&trace, |_, text| assert!(!text.is_empty()));
    bench.group(vec![
        lines("decode/table", table).against(SPLIT),
        lines("decode/json", json).against(SPLIT),
        lines("decode/summary", summary).against(SPLIT),
        lines(SPLIT, split),
    ])
}
