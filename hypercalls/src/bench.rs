//! Measures what a call costs on this machine, in turn with what it is compared with.
//!
//! | part | what it measures |
//! |---|---|
//! | [`dispatch`] | dispatch alone, against tables made by hand |
//! | `kvm` | a guest's calls, against bare exits of the same guest |
//! | `batch` | a guest's calls in batches, one exit each |
//! | [`ring`] | calls through shared memory, without an exit |
//! | [`sharing`], `sharing_kvm` | one vCPU and two at once |
//! | [`switches`] | policy, clock and tracing, each on and off |
//! | [`decode`] | lines of a trace a second, against splitting them |
//! | [`memory`] | bytes a vCPU and a registered call |
//!
//! A figure is the median over rounds; in each round every member of a group has its turn, and the ratio to
//! the baseline is the median of the rounds' ratios. Time is the thread's own CPU time, so what else runs on
//! the machine counts only for what it does to caches and clock rates.

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub mod batch;
pub mod calls;
pub mod clock;
pub mod decode;
pub mod dispatch;
pub mod host;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub mod kvm;
pub mod memory;
pub mod plot;
pub mod report;
pub mod ring;
pub mod rounds;
pub mod sharing;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub mod sharing_kvm;
pub mod switches;

use host::Host;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use hypercall_arch_x86::kvm::{KvmError, probe};
use hypercall_core::BuildError;
use report::{Measured, Report};
use rounds::Subject;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Rounds that count, unless told otherwise.
pub const ROUNDS: usize = 41;
/// Rounds that count in a hurry.
pub const QUICK_ROUNDS: usize = 5;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// No dispatcher.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// KVM.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    #[error(transparent)]
    Kvm(#[from] KvmError),
    /// A guest that does not what it was to do.
    #[error("the guest stopped with {0}")]
    Guest(String),
    /// Something that is asked for by name and cannot be measured here.
    #[error("{word} cannot be measured here: {reason}")]
    NotHere {
        /// The word.
        word: String,
        /// Why.
        reason: String,
    },
    /// A word that selects nothing.
    #[error("nothing is called {word}; there is {known}")]
    Nothing {
        /// The word.
        word: String,
        /// The parts there are.
        known: String,
    },
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Beginnings of the ids that are wanted; all where there is none.
    pub only: Vec<String>,
    /// Rounds that count.
    pub rounds: usize,
}

/// A part of the benchmark, left out as a whole where nothing of it is wanted.
struct Part {
    /// How the ids of its figures begin.
    prefix: &'static str,
    /// About how long a round takes, in milliseconds.
    round: f64,
    run: fn(&mut Bench<'_>) -> Result<(), BenchError>,
}

static PARTS: &[Part] = &[
    Part { prefix: "dispatch/dense/64", round: 8.0, run: dispatch::dense_64 },
    Part { prefix: "dispatch/dense/10000", round: 15.0, run: dispatch::dense_10000 },
    Part { prefix: "dispatch/epapr/64", round: 8.0, run: dispatch::epapr_64 },
    Part { prefix: "dispatch/papr/64", round: 8.0, run: dispatch::papr_64 },
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Part { prefix: "kvm/pio/", round: 40.0, run: kvm::pio },
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Part { prefix: "kvm/pio-cpl0/", round: 60.0, run: kvm::pio_kernel },
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Part { prefix: "kvm/mmio/", round: 50.0, run: kvm::mmio },
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Part { prefix: "kvm/exit-hypercall/", round: 30.0, run: kvm::exit_hypercall },
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Part { prefix: "kvm/exit-xen/", round: 30.0, run: kvm::exit_xen },
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Part { prefix: "batch/", round: 40.0, run: batch::run },
    Part { prefix: "ring/", round: 200.0, run: ring::run },
    Part { prefix: "sharing/", round: 4.0, run: sharing::run },
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Part { prefix: "sharing/kvm/", round: 30.0, run: sharing_kvm::run },
    Part { prefix: "switches/", round: 10.0, run: switches::run },
    Part { prefix: "decode/", round: 12.0, run: decode::run },
    Part { prefix: "memory/", round: 0.0, run: memory::run },
];

/// How far it is, on stderr.
pub struct Progress {
    /// Milliseconds of work that were planned, and are done.
    planned: f64,
    done: f64,
    round: f64,
    started: Instant,
    said: Option<Instant>,
    silent: bool,
}

impl Progress {
    /// One that says nothing.
    pub fn silent() -> Progress {
        Progress { planned: 0.0, done: 0.0, round: 0.0, started: Instant::now(), said: None, silent: true }
    }

    fn new(planned: f64) -> Progress {
        Progress { planned, silent: false, ..Progress::silent() }
    }

    /// A round of the group at hand is over.
    pub fn round(&mut self) {
        self.done += self.round;
        if self.silent || self.said.is_some_and(|said| said.elapsed() < Duration::from_millis(200)) {
            return;
        }
        self.said = Some(Instant::now());
        let left = self.started.elapsed().as_secs_f64() * (self.planned - self.done).max(0.0)
            / self.done.max(f64::MIN_POSITIVE);
        self.line(&format!("{:3.0} %, {left:.0} s left", 100.0 * self.done / self.planned));
    }

    /// On a terminal in place of the line before; elsewhere only every tenth of the way would be of use, so
    /// nothing.
    fn line(&self, text: &str) {
        let mut stderr = std::io::stderr();
        if stderr.is_terminal() {
            let _ = write!(stderr, "\r\x1b[K{text}");
        }
    }

    fn end(&self) {
        self.line("");
    }
}

/// A run of the benchmark.
pub struct Bench<'o> {
    options: &'o Options,
    progress: Progress,
    results: Vec<Measured>,
    /// What is known of the host's KVM.
    facts: host::Kvm,
    /// What was not measured, by the beginning of its ids, and why.
    left_out: Vec<(&'static str, String)>,
}

impl Bench<'_> {
    /// Measures those of a group that are wanted, and what they are compared with.
    ///
    /// # Errors
    /// The first that a sample ends in.
    pub fn group(&mut self, mut subjects: Vec<Subject<'_>>) -> Result<(), BenchError> {
        let wanted: Vec<_> = subjects.iter().filter(|s| self.options.wants(&s.id)).collect();
        let mut keep: Vec<String> = wanted.iter().map(|s| s.id.clone()).collect();
        keep.extend(wanted.iter().filter_map(|s| s.baseline.clone()));
        subjects.retain(|s| keep.contains(&s.id));
        if !subjects.is_empty() {
            let measured = rounds::alternate(&mut subjects, self.options.rounds, &mut self.progress)?;
            self.results.extend(measured);
        }
        Ok(())
    }

    /// KVM, if calls by a transport arrive; else the part that needs them is left out.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    fn kvm(
        &mut self,
        part: &'static str,
        transport: probe::Transport,
    ) -> Result<Option<kvm_ioctls::Kvm>, BenchError> {
        let kvm = match probe::open() {
            Ok(kvm) => kvm,
            Err(error) => {
                self.left_out.push((part, error.to_string()));
                return Ok(None);
            }
        };
        let finding = probe::transport(&kvm, transport)?;
        let delivered = self.facts.delivered.get_or_insert_default();
        if !finding.is_delivered() {
            self.left_out.push((part, format!("a call by {transport} {finding}")));
            return Ok(None);
        }
        if !delivered.contains(&transport.name()) {
            delivered.push(transport.name());
        }
        Ok(Some(kvm))
    }

    /// Adds a figure that is no measurement.
    pub fn exact(&mut self, figure: Measured) {
        if self.options.wants(&figure.id) {
            self.results.push(figure);
        }
    }
}

impl Options {
    fn wants(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| id.starts_with(word.as_str()))
    }

    /// Whether something of the part may be wanted.
    fn may_want(&self, prefix: &str) -> bool {
        self.wants(prefix) || self.only.iter().any(|word| word.starts_with(prefix))
    }
}

/// Measures.
///
/// # Errors
/// [`BenchError`].
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let known = || PARTS.iter().map(|p| p.prefix).collect::<Vec<_>>().join(", ");
    let nothing = |word: &String| BenchError::Nothing { word: word.clone(), known: known() };
    for word in &options.only {
        let only = Options { only: vec![word.clone()], ..options.clone() };
        if !PARTS.iter().any(|p| only.may_want(p.prefix)) {
            return Err(nothing(word));
        }
    }
    let parts: Vec<_> = PARTS.iter().filter(|p| options.may_want(p.prefix)).collect();
    let planned = parts.iter().map(|p| p.round).sum::<f64>() * (options.rounds + 1) as f64;
    let mut bench = Bench {
        options,
        progress: Progress::new(planned),
        results: Vec::new(),
        facts: host::Kvm::new(),
        left_out: Vec::new(),
    };
    for part in parts {
        bench.progress.round = part.round;
        (part.run)(&mut bench)?;
    }
    bench.progress.end();
    for (part, reason) in &bench.left_out {
        eprintln!("hypercall: {part} was not measured: {reason}");
    }
    let has = |word: &str| bench.results.iter().any(|m| m.id.starts_with(word));
    if let Some(word) = options.only.iter().find(|word| !has(word)) {
        let left_out =
            bench.left_out.iter().find(|(part, _)| part.starts_with(word.as_str()) || word.starts_with(part));
        return Err(match left_out {
            Some((_, reason)) => BenchError::NotHere { word: word.clone(), reason: reason.clone() },
            None => nothing(word),
        });
    }
    Ok(Report { host: Host::new(bench.facts), results: bench.results })
}
