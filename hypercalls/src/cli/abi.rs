//! `hypercall abi`.

use super::{Failure, print, print_json, program};
use crate::abi::rules::{self, Class};
use crate::abi::{Lock, Report, file};
use crate::tables::Book;
use clap::{Args, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write the ABI of this program to a file that is committed
    Lock(LockArguments),
    /// Compare the ABI of this program with that file, and judge each difference
    Check(CheckArguments),
    /// Print the rules by which differences are judged
    Rules(RulesArguments),
}

#[derive(Args, Debug)]
#[command(
    after_help = "Numbers of calls that went are remembered, so that none is given out again: they are \
    taken over from the file that is there. Commit the file."
)]
struct LockArguments {
    /// The file; `abi.lock` in the root of the repository
    file: Option<PathBuf>,
    /// Only the calls of this number space, and what they need; may be given several times. A file that is
    /// there keeps those it has
    #[arg(long, value_name = "NAME")]
    interface: Vec<String>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Exit status: 0 where guests that were right still are, 1 where one may not be, 2 without a \
    lock to compare with."
)]
struct CheckArguments {
    /// The file; `abi.lock` in the root of the repository
    file: Option<PathBuf>,
    /// Compare with the file as it was committed at this revision of git's
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// How the differences are printed
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Args, Debug)]
struct RulesArguments {
    /// Only the rule with this id
    id: Option<String>,
    /// How the rules are printed
    #[arg(long, value_enum, default_value = "md")]
    format: RulesFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// Annotations of a pull request on GitHub.
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RulesFormat {
    /// Markdown.
    Md,
    /// For programs.
    Json,
}

impl Arguments {
    pub fn execute(self) -> Result<ExitCode, Failure> {
        match self.verb {
            Verb::Lock(arguments) => arguments.execute(),
            Verb::Check(arguments) => arguments.execute(),
            Verb::Rules(arguments) => arguments.execute(),
        }
    }
}

/// The file that was named, or the repository's.
fn path(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path);
    }
    let folder = std::env::current_dir().map_err(|e| Failure::usage(format!("no current folder: {e}")))?;
    Ok(file::default_path(&folder))
}

/// As it is written in messages and annotations: from the repository's root on, if it is in there.
fn shown(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let within = file::root(&whole).and_then(|root| whole.strip_prefix(root).ok());
    within.unwrap_or(path).display().to_string()
}

impl LockArguments {
    fn execute(self) -> Result<ExitCode, Failure> {
        let path = path(self.file)?;
        let before = match file::load(&path) {
            Ok(lock) => Some(lock),
            Err(file::FileError::Missing(_)) => None,
            Err(error) => return Err(Failure::usage(error)),
        };
        let book = Book::linked().map_err(Failure::failed)?;
        let scope = match &before {
            Some(before) if self.interface.is_empty() => before.scope(),
            _ => self.interface,
        };
        let mut lock = Lock::of(&book, &scope).map_err(Failure::usage)?;
        let mut words = format!("{} calls", lock.of_kind(crate::abi::Kind::Call).count());
        if let Some(before) = &before {
            lock.remember(before);
            words = format!("{words}, {}", Report::between(before, &lock).summary());
        }
        file::save(&path, &lock.to_string()).map_err(Failure::failed)?;
        eprintln!("{}: wrote {}: {words}", program(), path.display());
        Ok(ExitCode::SUCCESS)
    }
}

impl CheckArguments {
    /// The lock to compare with, and the one that says which numbers are not to be given out again: both are
    /// the file as it is, or the first is a revision's.
    fn locks(path: &Path, since: Option<&str>) -> Result<(Lock, Lock), file::FileError> {
        let Some(revision) = since else {
            let lock = file::load(path)?;
            return Ok((lock.clone(), lock));
        };
        let before = file::load_at(path, revision)?;
        match file::load(path) {
            Err(file::FileError::Missing(_)) => Ok((before, Lock::default())),
            now => Ok((before, now?)),
        }
    }

    fn execute(self) -> Result<ExitCode, Failure> {
        let path = path(self.file)?;
        let name = shown(&path);
        let (before, memory) = Self::locks(&path, self.since.as_deref()).map_err(|error| {
            if self.format == Format::Github {
                let place = crate::abi::github_property(&name);
                println!(
                    "::error file={place},title=abi check::{}",
                    crate::abi::github_data(&error.to_string())
                );
            }
            Failure::usage(error)
        })?;
        let book = Book::linked().map_err(Failure::failed)?;
        let mut after = Lock::of_same(&book, &before).map_err(Failure::failed)?;
        after.remember(&memory);
        let report = Report::between(&before, &after);
        match self.format {
            Format::Table => print(&report.table(&name))?,
            Format::Json => print_json(&report.json(&name, self.since.as_deref()))?,
            Format::Github => print(&report.github(&name, self.since.is_none()))?,
        }
        eprintln!("compared with {}", path.display());
        if report.worst().is_some() {
            let then = if report.worst() == Some(Class::Breaking) { "if it is meant to be so, " } else { "" };
            let path = path.display();
            eprintln!(
                "{then}record the differences with `{} abi lock {path}`, and commit the file",
                program()
            );
        }
        let breaking = report.worst() == Some(Class::Breaking);
        Ok(if breaking { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

impl RulesArguments {
    fn execute(self) -> Result<ExitCode, Failure> {
        let rules: Vec<_> = match &self.id {
            None => rules::all().collect(),
            Some(id) => vec![rules::find(id).map_err(Failure::usage)?],
        };
        match self.format {
            RulesFormat::Md => print(&rules::markdown(&rules))?,
            RulesFormat::Json => print_json(&rules::json(&rules))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
