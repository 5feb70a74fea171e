//! A page in the browser, and what a reader does with it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hypercalls::tables::{Book, render_html};
use serde_json::{Value, json};

use crate::devtools::Browser;

/// The sizes that the page is looked at in.
pub const DESK: (u32, u32) = (1300, 1000);
/// A small phone.
pub const PHONE: (u32, u32) = (360, 740);

/// See the module.
pub struct Page {
    browser: Browser,
    /// Where it is, without query and fragment.
    address: String,
}

/// Where pages, pictures and the browsers' profiles go.
pub fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../test-logs/browser");
    std::fs::create_dir_all(&folder).expect("a folder for the pictures");
    folder.canonicalize().expect("the folder is there")
}

impl Page {
    /// The whole book, in a browser's window of the size of a desk's screen. `None`, with a reason for the test runner,
    /// where there is no browser.
    pub fn open(name: &str) -> Option<Page> {
        Page::of(name, &Book::linked().expect("no two calls collide"))
    }

    /// Another book.
    pub fn of(name: &str, book: &Book) -> Option<Page> {
        let Some(program) = std::env::var_os("HYPERCALL_BROWSER") else {
            println!("NOT RUN: no browser; HYPERCALL_BROWSER names none");
            return None;
        };
        let folder = folder();
        let file = folder.join(format!("{name}.html"));
        std::fs::write(&file, render_html(book)).expect("the page is written");
        let browser = Browser::start(program.as_ref(), &folder);
        let mut page = Page { browser, address: format!("file://{}", file.display()) };
        for domain in ["Page", "Runtime", "Log", "Network", "DOM"] {
            page.browser.call(&format!("{domain}.enable"), json!({}));
        }
        page.size(DESK);
        page.theme("light");
        page.go("");
        Some(page)
    }

    /// Loads the page with this query and fragment behind its address.
    pub fn go(&mut self, behind: &str) {
        // From another address, so that also a new fragment alone loads it anew.
        for url in ["about:blank".to_owned(), format!("{}{behind}", self.address)] {
            self.browser.call("Page.navigate", json!({ "url": url }));
            self.browser.event("Page.loadEventFired");
        }
    }

    /// What stands behind the page's address now: query and fragment.
    pub fn behind(&mut self) -> String {
        self.text("location.search + location.hash")
    }

    /// Gives the window a size.
    pub fn size(&mut self, (width, height): (u32, u32)) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.browser.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// What the reader's system prefers: `light` or `dark`.
    pub fn theme(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.browser.call("Emulation.setEmulatedMedia", json!({ "media": "", "features": features }));
    }

    /// As on paper.
    pub fn paper(&mut self) {
        self.browser.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    }

    /// Without scripts; for pages loaded from here on.
    pub fn without_scripts(&mut self) {
        self.browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    }

    /// The value of an expression.
    pub fn value(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.browser.call("Runtime.evaluate", parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// The value of an expression that is text.
    pub fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression} is no text: {value}")).to_owned()
    }

    /// The texts of the elements that are to be seen of those a selector names.
    pub fn seen(&mut self, selector: &str) -> Vec<String> {
        let seen = format!(
            "[...document.querySelectorAll({selector:?})].filter((e) => e.checkVisibility()).map((e) => e.textContent.trim())"
        );
        serde_json::from_value(self.value(&seen)).expect("a list of texts")
    }

    /// Waits until an expression is true.
    pub fn until(&mut self, expression: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.value(expression) != json!(true) {
            assert!(Instant::now() < deadline, "never true: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Clicks with the mouse into the middle of an element.
    pub fn click(&mut self, selector: &str) {
        let at = self.value(&format!(
            "(() => {{ const e = document.querySelector({selector:?}); \
             e.scrollIntoView({{ block: 'center', behavior: 'instant' }}); const r = e.getBoundingClientRect(); \
             return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1 });
            self.browser.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Presses a key: a letter, or one of those with a name.
    pub fn press(&mut self, key: &str) {
        let code = match key {
            "Escape" => 27,
            "Enter" => 13,
            "Tab" => 9,
            "/" => 191,
            _ => 0,
        };
        let text = if key.chars().count() == 1 { key } else { "" };
        let down = json!({ "type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code });
        self.browser.call("Input.dispatchKeyEvent", down);
        let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        self.browser.call("Input.dispatchKeyEvent", up);
    }

    /// Types text where the focus is.
    pub fn type_text(&mut self, text: &str) {
        self.browser.call("Input.insertText", json!({ "text": text }));
    }

    /// Keeps a picture of the window for people, `NAME.png`.
    pub fn picture(&mut self, name: &str) {
        let data = self.browser.call("Page.captureScreenshot", json!({ "format": "png" }));
        self.keep(&format!("{name}.png"), &data["data"]);
    }

    /// Keeps the page as it is printed, `NAME.pdf`.
    pub fn print(&mut self, name: &str) {
        let options = json!({ "printBackground": false, "preferCSSPageSize": true });
        let data = self.browser.call("Page.printToPDF", options);
        self.keep(&format!("{name}.pdf"), &data["data"]);
    }

    fn keep(&self, file: &str, data: &Value) {
        let bytes = STANDARD.decode(data.as_str().expect("base64")).expect("base64");
        assert!(bytes.len() > 1000, "{file} holds something");
        std::fs::write(folder().join(file), bytes).expect("the picture is written");
    }

    /// What the browser had to complain of, and what it loaded beside the page.
    pub fn complaints(&mut self) -> Vec<String> {
        // Whatever is under way is told before this is answered.
        std::thread::sleep(Duration::from_millis(50));
        self.value("0");
        let mut complaints = Vec::new();
        let mut loads = 0;
        for event in self.browser.events() {
            let parameters = &event["params"];
            match event["method"].as_str() {
                Some("Network.requestWillBeSent") => {
                    let url = parameters["request"]["url"].as_str().expect("an address");
                    let own = url.split(['?', '#']).next() == Some(&self.address);
                    loads += usize::from(own);
                    if !own && url != "about:blank" {
                        complaints.push(format!("the page asked for {url}"));
                    }
                }
                Some("Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Log.entryAdded") => {
                    complaints.push(format!("the browser says: {parameters}"));
                }
                _ => {}
            }
        }
        assert!(loads > 0, "requests are told, so none was missed");
        complaints
    }

    /// Checks that there was nothing to complain of.
    pub fn close(mut self) {
        assert_eq!(self.complaints(), [""; 0]);
    }
}
