//! A second, complete KVM: kernels of a distribution in a machine that QEMU emulates with AMD's SVM.
//!
//! What a host's KVM lacks is tested there: number 12 that KVM_EXIT_HYPERCALL really delivers, a `vmcall` that KVM
//! patches and answers, user programs at every port. One kernel has CONFIG_KVM_XEN, the other has not. The programs are
//! static; the first process, `hypercall-lab-init`, runs them and reports.

mod expect;
mod kernel;
mod machine;
mod programs;
mod report;

use crate::session::Session;
use crate::setup;
use crate::tally::Tally;
use crate::workspace::Workspace;

use expect::Probed;
use kernel::{PLAIN, XEN};
use machine::Machine;
use programs::{Kind, Programs, Task};
use report::Answer;

/// Runs the row.
pub fn run(session: &Session, workspace: &Workspace) -> Tally {
    let say = |tally: Tally| {
        tally.reasons.iter().for_each(|reason| session.say(reason));
        tally
    };
    // Without a network there is none of these.
    let found = (machine::emulator(session), kernel::fetch(session, &XEN), kernel::fetch(session, &PLAIN));
    let (emulator, xen, plain) = match found {
        (Ok(emulator), Ok(xen), Ok(plain)) => (emulator, xen, plain),
        (emulator, xen, plain) => {
            let missing = [emulator.err(), xen.err(), plain.err()];
            return say(Tally::not_run(missing.into_iter().flatten().collect::<Vec<_>>().join("; ")));
        }
    };
    if let Err(line) = setup::rust_target(session, programs::TRIPLE) {
        return say(Tally::failure(format!("Rust target {}: {line}", programs::TRIPLE)));
    }
    let programs = match programs::build(session, workspace) {
        Ok(programs) => programs,
        Err(tally) => return tally,
    };
    let mut tally = Tally::default();
    let mut lab = |name, kernel, tasks: Vec<Task>| {
        let (judged, probed) =
            lab(session, &Machine { name, emulator: &emulator, kernel }, &programs, &tasks);
        tally.add(judged);
        probed
    };
    let xen = lab("Linux 6.12", &xen, programs.tasks(true, |_| true));
    let plain = lab(
        "Linux 6.1",
        &plain,
        programs.tasks(false, |test| ["kvm_probe", "kvm_exits", "kvm_xen", "kvm_translate"].contains(&test)),
    );
    if let (Some(xen), Some(plain)) = (xen, plain) {
        let host = programs.probe_here(session);
        let checks = expect::compare(&xen, &plain, host.as_ref());
        tally.add(session.record("the probes compared", expect::judge(&checks), ""));
    }
    tally.or_empty_is_failure()
}

/// Starts a machine, has it do the tasks and judges each; gives what its probe printed.
fn lab(
    session: &Session,
    machine: &Machine<'_>,
    programs: &Programs,
    tasks: &[Task],
) -> (Tally, Option<Probed>) {
    let (mut tally, answers) = machine.run(session, programs, tasks);
    let mut probed = None;
    for (at, task) in tasks.iter().enumerate() {
        let answer = answers.get(at);
        let text = answer.map(Answer::text).unwrap_or_default();
        let name = format!("{}: {}", machine.name, task.name);
        tally.add(session.record(&name, report::judge(task, answer), &text));
        if let (Kind::Probe, Some(answer)) = (task.kind, answer) {
            probed = Probed::parse(&answer.stdout).ok();
        }
    }
    (tally, probed)
}
