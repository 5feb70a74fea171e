//! The tests that need a browser, which is installed where it is missing.

use std::path::PathBuf;

use crate::session::Session;
use crate::setup;
use crate::suite::Suite;
use crate::tally::Tally;
use crate::workspace::{Target, Workspace};

/// Programs that are a Chromium.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Runs the row.
pub fn run(session: &Session, workspace: &Workspace) -> Tally {
    match browser(session) {
        Ok(program) => Suite {
            selection: vec!["--workspace".to_owned()],
            env: vec![("HYPERCALL_BROWSER".into(), program.into())],
            emulator: Vec::new(),
            wanted: &Target::is_browser_test,
            doc: false,
        }
        .run(session, workspace),
        Err(line) => {
            let missing = format!("browser: {line}");
            session.say(&missing);
            Tally::failure(missing)
        }
    }
}

fn browser(session: &Session) -> Result<PathBuf, String> {
    // Ubuntu's packages of that name have only a program that asks for the snap.
    let is_there = |path: &PathBuf| {
        let version = crate::exec::Invocation::new(path.clone()).arg("--version").query();
        version.is_ok_and(|text| text.contains("Chrom"))
    };
    let find = || NAMES.iter().filter_map(|name| setup::program(session, name)).find(is_there);
    // Pictures need letters.
    setup::debian(session, &["chromium", "fonts-dejavu-core"], find).map_err(|line| {
        format!("{line}; where a distribution has Chromium as a snap only, as Ubuntu: snap install chromium")
    })
}
