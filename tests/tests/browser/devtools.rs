//! A browser that is told what to do over the DevTools protocol, which it speaks over a pipe.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long the browser may take for anything.
const LIMIT: Duration = Duration::from_secs(60);

/// The browser; it ends with this.
pub struct Browser {
    child: Child,
    commands: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// The page's session, once there is one.
    session: Option<String>,
    sent: u64,
    /// What the browser said by itself.
    events: Vec<Value>,
    profile: PathBuf,
}

impl Browser {
    /// Starts the program, its profile in a new folder below `folder`, and opens an empty page.
    pub fn start(program: &Path, folder: &Path) -> Browser {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let profile = folder.join(format!("profile-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&profile).expect("a folder for the profile");
        // The browser reads commands from descriptor 3 and writes to 4, and ends where 3 does.
        let mut child = Command::new("sh")
            .args(["-c", "exec 3<&0 4>&1 0</dev/null 1>&2; exec \"$@\"", "sh"])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--remote-debugging-pipe", "about:blank"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let (sender, messages) = channel();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || {
            loop {
                let mut message = Vec::new();
                match output.read_until(0, &mut message) {
                    Ok(1..) if message.pop() == Some(0) => {}
                    _ => return,
                }
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let commands = child.stdin.take();
        let mut browser =
            Browser { child, commands, messages, session: None, sent: 0, events: Vec::new(), profile };
        let targets = browser.call("Target.getTargets", json!({}));
        let targets = targets["targetInfos"].as_array().expect("targets");
        let page = targets.iter().find(|t| t["type"] == "page").expect("a page")["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", json!({ "targetId": page, "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        browser
    }

    /// Sends a command and gives its result.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let id = self.sent;
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let commands = self.commands.as_mut().expect("the browser was not told to end");
        commands.write_all(format!("{message}\0").as_bytes()).expect("the browser reads commands");
        let deadline = Instant::now() + LIMIT;
        loop {
            let answer = self.receive(deadline, method);
            if answer["id"] == id {
                assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    /// Waits for an event that comes, or came since the last call of this for the same one.
    pub fn event(&mut self, method: &str) -> Value {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(at) = self.events.iter().position(|e| e["method"] == method) {
                return self.events.remove(at)["params"].take();
            }
            let event = self.receive(deadline, method);
            self.events.push(event);
        }
    }

    /// The events that nobody waited for.
    pub fn events(&self) -> &[Value] {
        &self.events
    }

    fn receive(&mut self, deadline: Instant, what: &str) -> Value {
        match self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("{what}: no answer within {} s", LIMIT.as_secs()),
            Err(RecvTimeoutError::Disconnected) => panic!("{what}: the browser ended"),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.commands.take());
        let deadline = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // Only a cache; what is left of it is below the folder of logs, which the next run removes.
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
