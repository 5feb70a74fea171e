//! The first process of a kernel in an emulated machine: loads KVM's modules, runs programs one after the other, sends
//! what they printed over the second serial port and switches the machine off.
//!
//! `/commands` has a line for each program: how many seconds it may take, and its words. The answer to each is a line
//! `@ STATUS STDOUT STDERR MILLISECONDS`, with the lengths of what it printed in bytes, and those bytes. The status of
//! a program that was killed is negative: the signal, or -1000 after its time. What goes wrong here goes to the console,
//! and the answers that are missing then say enough.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::mount::{MountFlags, mount};
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::system::{RebootCommand, finit_module, reboot};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// In the order of their dependencies; a kernel has them with or without `.xz`.
const MODULES: [&str; 3] = ["/irqbypass.ko", "/kvm.ko", "/kvm-amd.ko"];
/// The kernel is to decompress the module (Linux `include/uapi/linux/module.h`).
const MODULE_INIT_COMPRESSED_FILE: i32 = 4;
const REPORT: &str = "/dev/ttyS1";
const TIMED_OUT: i32 = -1000;
const POLL: Duration = Duration::from_millis(5);

fn main() {
    if std::process::id() != 1 {
        eprintln!("hypercall-lab-init is the first process of an emulated machine and does nothing else");
        std::process::exit(2);
    }
    if let Err(error) = work() {
        eprintln!("hypercall-lab-init: {error}");
    }
    if let Err(error) = reboot(RebootCommand::PowerOff) {
        eprintln!("hypercall-lab-init: the machine does not switch off: {error}");
    }
}

fn work() -> Result<(), Box<dyn Error>> {
    for (kind, at) in [("devtmpfs", "/dev"), ("proc", "/proc"), ("sysfs", "/sys"), ("tmpfs", "/tmp")] {
        fs::create_dir_all(at)?;
        mount(kind, at, kind, MountFlags::empty(), None::<&std::ffi::CStr>)
            .map_err(|error| format!("{at}: {error}"))?;
    }
    for module in MODULES {
        load(module).map_err(|error| format!("{module}: {error}"))?;
    }
    let mut report = File::options().read(true).write(true).open(REPORT)?;
    let mut attributes = tcgetattr(&report)?;
    attributes.make_raw();
    tcsetattr(&report, OptionalActions::Now, &attributes)?;
    for line in fs::read_to_string("/commands")?.lines() {
        answer(&mut report, line).map_err(|error| format!("{line}: {error}"))?;
    }
    rustix::termios::tcdrain(&report)?;
    Ok(())
}

fn load(module: &str) -> Result<(), Box<dyn Error>> {
    let (file, flags) = match File::open(module) {
        Ok(file) => (file, 0),
        Err(_) => (File::open(format!("{module}.xz"))?, MODULE_INIT_COMPRESSED_FILE),
    };
    Ok(finit_module(file, c"", flags)?)
}

/// Runs the program of a line, and reports.
fn answer(report: &mut File, line: &str) -> Result<(), Box<dyn Error>> {
    let mut words = line.split(' ');
    let limit = Duration::from_secs(words.next().unwrap_or_default().parse()?);
    let program = words.next().ok_or("no program")?;
    let started = Instant::now();
    let child = Command::new(program)
        .args(words)
        // Here, a test that finds no /dev/kvm has a defect.
        .env("HYPERCALL_REQUIRE_KVM", "1")
        // There is no compiler here, but what one made.
        .env("HYPERCALL_C_GUESTS", "/")
        .stdin(File::open("/dev/null")?)
        .stdout(File::create("/tmp/stdout")?)
        .stderr(File::create("/tmp/stderr")?)
        .process_group(0)
        .spawn();
    let status = match child {
        Ok(child) => end(child, limit)?,
        Err(error) => return Err(error.into()),
    };
    let (stdout, stderr) = (fs::read("/tmp/stdout")?, fs::read("/tmp/stderr")?);
    let took = started.elapsed().as_millis();
    report.write_all(format!("@ {status} {} {} {took}\n", stdout.len(), stderr.len()).as_bytes())?;
    report.write_all(&stdout)?;
    report.write_all(&stderr)?;
    Ok(())
}

/// Waits for a program, and kills it when its time is over.
fn end(mut child: Child, limit: Duration) -> io::Result<i32> {
    let started = Instant::now();
    let status = loop {
        match child.try_wait()? {
            Some(status) => break code(status),
            None if started.elapsed() > limit => break TIMED_OUT,
            None => std::thread::sleep(POLL),
        }
    };
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Fails with ESRCH if nothing of it is left, which is what is wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
    child.wait()?;
    Ok(status)
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| -status.signal().unwrap_or(1))
}
