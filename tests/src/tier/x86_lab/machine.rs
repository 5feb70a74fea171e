//! The emulated machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::emulator;
use crate::exec::Invocation;
use crate::initramfs;
use crate::libtest::Verdict;
use crate::session::{Session, Step};
use crate::tally::Tally;

use super::kernel::Kernel;
use super::programs::{Programs, Task};
use super::report::{self, Answer};

const QEMU: &str = "qemu-system-x86_64";
/// The oldest whose SVM this was tried with: Debian 12's.
const QEMU_VERSION: u32 = 7;
/// A boot takes seconds, every test on KVM a minute or two: each instruction is emulated.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// QEMU; if there is none, why.
pub fn emulator(session: &Session) -> Result<PathBuf, String> {
    emulator::system(session, QEMU, "qemu-system-x86", QEMU_VERSION)
}

/// One emulated machine.
pub struct Machine<'a> {
    /// What the progress report calls it.
    pub name: &'a str,
    /// What emulates it.
    pub emulator: &'a Path,
    /// What it runs.
    pub kernel: &'a Kernel,
}

impl Machine<'_> {
    /// Starts the machine, which does the tasks and switches itself off. Gives the answers that there are, in order,
    /// and a failure if it was not started or had to be stopped.
    pub fn run(&self, session: &Session, programs: &Programs, tasks: &[Task]) -> (Tally, Vec<Answer>) {
        let report = session.tools().join("x86-lab-report");
        let invocation = match self.prepare(session, programs, tasks, &report) {
            Ok(invocation) => invocation,
            Err(error) => return (Tally::failure(format!("{}: {error}", self.name)), Vec::new()),
        };
        let name = format!("start {}", self.name);
        let step = Step { name: &name, invocation: &invocation, verdict: Verdict::Check, limit: LIMIT };
        let mut ended = session.run(&step);
        if ended.failed == 0 {
            // What counts is what it did.
            ended = Tally::default();
        }
        (ended, report::parse(&std::fs::read(&report).unwrap_or_default()))
    }

    fn prepare(
        &self,
        session: &Session,
        programs: &Programs,
        tasks: &[Task],
        report: &Path,
    ) -> std::io::Result<Invocation> {
        let (commands, image) = (session.tools().join("commands"), session.tools().join("x86-lab.cpio"));
        std::fs::write(&commands, tasks.iter().map(|task| task.command() + "\n").collect::<String>())?;
        let mut files = vec![commands, programs.command.clone()];
        files.extend(programs.guests.iter().cloned());
        files.extend(self.kernel.modules.iter().cloned());
        files.extend(tasks.iter().filter_map(|task| task.test.clone()));
        initramfs::write(&image, &programs.init, &files)?;
        std::fs::write(report, "")?;
        let mut second = std::ffi::OsString::from("file:");
        second.push(report);
        Ok(Invocation::new(self.emulator)
            .args(["-nodefaults", "-no-user-config", "-nographic", "-no-reboot"])
            .args(["-machine", "pc", "-accel", "tcg", "-cpu", "max,+svm,+npt", "-smp", "1", "-m", "1024"])
            .args(["-serial", "stdio", "-serial"])
            .arg(second)
            .arg("-kernel")
            .arg(&self.kernel.image)
            .arg("-initrd")
            .arg(image)
            .args(["-append", "console=ttyS0 panic=-1 quiet"]))
    }
}
