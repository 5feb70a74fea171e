//! The page of `hypercall tables --format html` in a real browser.
//!
//! Needs a Chromium, whose path the test runner gives in `HYPERCALL_BROWSER`. Pictures of the page for people to look
//! at are left below `target/test-logs/browser`.

mod devtools;
#[path = "../../../hypercalls/tests/hostile/mod.rs"]
mod hostile;
mod look;
mod page;
mod search;
