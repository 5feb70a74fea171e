//! The tests as programs of this machine, those that need its /dev/kvm in a row of their own. Those that need a browser
//! are another row's.

use crate::session::Session;
use crate::setup;
use crate::suite::Suite;
use crate::tally::Tally;
use crate::workspace::{Target, Workspace};

/// Everything but the tests that have a row of their own.
pub fn host(session: &Session, workspace: &Workspace) -> Tally {
    if let Err(missing) = git(session) {
        session.say(&missing);
        return Tally::failure(missing);
    }
    suite(&|target| !target.is_kvm_test() && !target.is_browser_test() && !target.is_documents_test(), true)
        .run(session, workspace)
}

/// The tests that need /dev/kvm. Where it is missing they say so themselves, one by one.
pub fn kvm(session: &Session, workspace: &Workspace) -> Tally {
    suite(&Target::is_kvm_test, false).run(session, workspace)
}

/// What the tests of `hypercall abi check --since` make their repositories with.
pub fn git(session: &Session) -> Result<(), String> {
    let found = setup::debian(session, &["git"], || setup::program(session, "git"));
    found.map(|_| ()).map_err(|line| format!("git: {line}"))
}

fn suite(wanted: &dyn Fn(&Target) -> bool, doc: bool) -> Suite<'_> {
    // Where /dev/kvm is there, a test that finds none has a defect and must not pass for one that was not run.
    let kvm = std::fs::File::options().read(true).write(true).open("/dev/kvm").is_ok();
    Suite {
        selection: vec!["--workspace".to_owned()],
        env: if kvm { vec![("HYPERCALL_REQUIRE_KVM".into(), "1".into())] } else { Vec::new() },
        emulator: Vec::new(),
        wanted,
        doc,
    }
}
