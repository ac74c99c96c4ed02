//! A headless Chromium, driven over a pipe by the DevTools protocol: pages as readers meet them.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// What it is called, here and there.
const NAMES: [&str; 2] = ["chromium", "chromium-browser"];
/// Nothing reaches a network, and nothing is asked of the person at the machine.
const OPTIONS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --disable-dev-shm-usage --remote-debugging-pipe";
/// After so long without a word it has died.
const TIMEOUT: Duration = Duration::from_secs(120);

pub struct Browser {
    child: Child,
    asking: ChildStdin,
    answers: Receiver<Value>,
    session: Option<String>,
    asked: u64,
    /// What happened since the page was opened.
    pub events: Vec<Value>,
    _profile: TempDir,
}

impl Browser {
    /// Starts one, where there is one; says so where there is none.
    pub fn start() -> Option<Self> {
        let is_there = |name: &&&str| {
            let version = Command::new(**name).arg("--version").output();
            version.is_ok_and(|output| output.status.success())
        };
        let Some(name) = NAMES.iter().find(is_there) else {
            eprintln!("skipped: there is no chromium to show the page in");
            return None;
        };
        let profile = TempDir::new().unwrap();
        let folder = profile.path().display();
        // It talks on descriptors 3 and 4.
        let script = format!(
            "exec {name} {OPTIONS} --user-data-dir={folder} about:blank 3<&0 4>&1 0</dev/null \
             1>/dev/null 2>/dev/null"
        );
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let asking = child.stdin.take().unwrap();
        let mut told = child.stdout.take().unwrap();
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut bytes, mut chunk) = (Vec::new(), vec![0; 1 << 16]);
            while let Ok(count @ 1..) = told.read(&mut chunk) {
                bytes.extend_from_slice(&chunk[..count]);
                while let Some(end) = bytes.iter().position(|byte| *byte == 0) {
                    let message = serde_json::from_slice(&bytes[..end]).unwrap();
                    bytes.drain(..=end);
                    if sender.send(message).is_err() {
                        return;
                    }
                }
            }
        });
        let mut browser = Self {
            child,
            asking,
            answers,
            session: None,
            asked: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let targets = browser.call("Target.getTargets", json!({}));
        let mut targets = targets["targetInfos"].as_array().unwrap().iter();
        let page = targets.find(|target| target["type"] == "page").unwrap();
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Asks for something and waits for the answer.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        let answer = self.try_call(method, parameters);
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_call(&mut self, method: &str, parameters: Value) -> Result<Value, Value> {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.asking
            .write_all(format!("{message}\0").as_bytes())
            .unwrap();
        loop {
            let mut answer = self.next();
            if answer["id"] == json!(self.asked) {
                return match answer["error"].take() {
                    Value::Null => Ok(answer["result"].take()),
                    error => Err(error),
                };
            }
            self.events.push(answer);
        }
    }

    fn next(&mut self) -> Value {
        self.answers
            .recv_timeout(TIMEOUT)
            .expect("chromium says nothing any more")
    }

    /// A window of this width in a light or dark scheme.
    pub fn looks(&mut self, width: u32, scheme: &str) {
        let metrics =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = json!({"name": "prefers-color-scheme", "value": scheme});
        self.call("Emulation.setEmulatedMedia", json!({"features": [scheme]}));
    }

    /// Opens an address, until it has loaded.
    pub fn open(&mut self, url: &str) {
        // Else going from one place of a page to another one loads nothing.
        self.navigate("about:blank");
        self.events.clear();
        self.navigate(url);
    }

    fn navigate(&mut self, url: &str) {
        self.events.clear();
        self.call("Page.navigate", json!({"url": url}));
        let has_loaded = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events.iter().any(has_loaded) {
            let event = self.next();
            self.events.push(event);
        }
    }

    /// What an expression is in the page; a promise is waited for.
    pub fn ask(&mut self, expression: &str) -> Value {
        let mut answer = self.call("Runtime.evaluate", question(expression));
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].take()
    }

    /// The same; nothing where the page went away while it was asked.
    pub fn try_ask(&mut self, expression: &str) -> Option<Value> {
        let mut answer = self
            .try_call("Runtime.evaluate", question(expression))
            .ok()?;
        let is_answer = answer["exceptionDetails"].is_null();
        is_answer.then(|| answer["result"]["value"].take())
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        let (text, code) = match key {
            "Enter" => (Some("\r"), 13),
            "Escape" => (None, 27),
            "Tab" => (None, 9),
            letter => (
                Some(letter),
                u32::from(letter.as_bytes()[0].to_ascii_uppercase()),
            ),
        };
        let mut down =
            json!({"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code});
        if let Some(text) = text {
            down["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", down);
        let up = json!({"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", up);
    }

    /// What the page asked of anybody, or complained about.
    pub fn said(&self) -> Vec<String> {
        let is_said = |event: &&Value| {
            let method = event["method"].as_str().unwrap_or_default();
            let url = event["params"]["request"]["url"]
                .as_str()
                .unwrap_or_default();
            let is_page = event["params"]["type"] == "Document";
            matches!(
                method,
                "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Log.entryAdded"
            ) || method == "Network.requestWillBeSent" && !is_page && !url.starts_with("data:")
        };
        self.events
            .iter()
            .filter(is_said)
            .map(Value::to_string)
            .collect()
    }
}

fn question(expression: &str) -> Value {
    json!({"expression": expression, "returnByValue": true, "awaitPromise": true})
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
