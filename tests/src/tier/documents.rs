//! The tests that hold the documents against programs and headers that others made, installed where they are missing.

use std::path::PathBuf;

use crate::exec::Invocation;
use crate::session::Session;
use crate::setup;
use crate::suite::Suite;
use crate::tally::Tally;
use crate::workspace::{Target, Workspace};

/// Runs the row.
pub fn run(session: &Session, workspace: &Workspace) -> Tally {
    let sphinx = setup::debian(session, &["python3-sphinx"], || setup::program(session, "sphinx-build"))
        .map_err(|line| format!("sphinx-build: {line}"));
    let header = setup::debian(session, &["linux-libc-dev"], header)
        .map_err(|line| format!("linux/kvm_para.h: {line}"));
    match (sphinx, header) {
        (Ok(sphinx), Ok(header)) => Suite {
            selection: vec!["--package".to_owned(), "hypercall-tests".to_owned()],
            env: vec![
                ("HYPERCALL_SPHINX".into(), sphinx.into()),
                ("HYPERCALL_KVM_PARA_H".into(), header.into()),
            ],
            emulator: Vec::new(),
            wanted: &Target::is_documents_test,
            doc: false,
        }
        .run(session, workspace),
        (sphinx, header) => {
            let missing = [sphinx.err(), header.err()].into_iter().flatten().collect::<Vec<_>>().join("; ");
            session.say(&missing);
            Tally::failure(missing)
        }
    }
}

/// Linux's own header: where every distribution has it, or else where the package says.
fn header() -> Option<PathBuf> {
    let usual = PathBuf::from("/usr/include/linux/kvm_para.h");
    if usual.is_file() {
        return Some(usual);
    }
    let files = Invocation::new("dpkg").args(["-L", "linux-libc-dev"]).query().ok()?;
    let path = files.lines().find(|line| line.ends_with("/include/linux/kvm_para.h"))?;
    Some(path.into()).filter(|path: &PathBuf| path.is_file())
}
