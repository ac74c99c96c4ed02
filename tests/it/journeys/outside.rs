//! What comes into the cockpit past its keys, and what leaves its screen: pastes, `$EDITOR`,
//! links, the clipboard.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG, folder_of};
use crate::support::pty::{Launch, Pty};
use rustix::process::Signal;
use tempfile::TempDir;

fn desk() -> Desk {
    Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)])
}

/// No character that a terminal or git obeys, and none that turns text around.
#[track_caller]
fn assert_plain(desk: &Desk) {
    for name in [LOG, CANON] {
        let text = desk.file(name);
        let control = stepdeck::document::control::names(&text);
        assert_eq!(control, None, "{name}: {text}");
        let escaped = stepdeck::document::control::escaped_in(text.as_bytes());
        assert_eq!(escaped.count(), 0, "{name}: {text}");
    }
}

/// Whatever field it goes into, a paste leaves its control characters behind and says so.
#[test]
fn a_paste_brings_no_control_characters_into_the_plan() {
    for (keys, kept) in [
        // The title, in log and canon.
        ("jet<C-u>", "\"title\": \"[31mred new\""),
        // A text of several lines.
        ("jen<C-u>", "\"notes\": \"[31mred\\nnew\""),
        // An entry of a list.
        ("jeia", "\"inputs\": [\"[31mred new\"]"),
        // A new step.
        ("ja", "\"title\": \"[31mred new\""),
    ] {
        let mut desk = desk();
        desk.keys(keys);
        desk.paste("\u{1b}[31mred\0\u{7}\u{2028}new\u{202e}");
        let screen = desk.screen();
        let said = "control characters were left out: ESC, NUL, BEL, U+2028";
        assert!(screen.contains(said), "{keys}: {screen}");
        desk.keys("<Enter>");
        assert!(desk.file(LOG).contains(kept), "{keys}: {}", desk.diff());
        assert_plain(&desk);
    }
}

/// What `$EDITOR` leaves is refused with the reason, and is there for the next try.
#[test]
fn control_characters_from_the_editor_are_refused_and_the_text_is_kept() {
    for bad in ["owner = \"a\\u001bb\"", "title = \"a\u{202e}b\""] {
        let mut desk = desk();
        desk.cockpit.face.editor = Box::new(move |text| Ok(format!("{bad}\n# {}", text.len())));
        desk.keys("jE");
        let screen = desk.screen();
        assert!(
            screen.contains("control characters are not allowed"),
            "{screen}"
        );
        assert_eq!(desk.diff(), "");
        desk.cockpit.face.editor = Box::new(move |text| {
            assert!(text.starts_with(bad), "{text}");
            Ok("owner = \"sre\"".to_owned())
        });
        desk.keys("E");
        assert!(
            desk.file(LOG).contains("\"owner\": \"sre\""),
            "{}",
            desk.screen()
        );
        assert_plain(&desk);
    }
}

/// A person at a terminal of their own: a plan, private state that outlives a cockpit, and
/// programs on their path.
struct Seat {
    plan: TempDir,
    home: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Seat {
    fn new() -> Self {
        let seat = Self {
            plan: folder_of(&[(LOG, LINES), (CANON, DOCUMENT)]),
            home: TempDir::new().unwrap(),
            variables: Vec::new(),
        };
        fs::create_dir(seat.path("bin")).unwrap();
        seat
    }

    /// A file of the person's.
    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Puts a program on the path: a script that finds itself in the person's folder.
    fn program(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        let home = self.home.path().display();
        fs::write(
            &path,
            format!("#!/bin/sh\ncd '{home}' || exit 9\n{script}\n"),
        )
        .unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.variables.push((name, value.to_owned()));
    }

    fn start(&self) -> Pty {
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        let state = self.path("state").display().to_string();
        let mut launch = Launch::stepdeck(&[])
            .in_folder(self.plan.path())
            .size(100, 24)
            .env("PATH", &path)
            .env("XDG_STATE_HOME", &state)
            .env("EDITOR", "editor");
        for (name, value) in &self.variables {
            launch = launch.env(name, value);
        }
        let cockpit = launch.start();
        cockpit.wait_for("0101");
        cockpit
    }

    fn log(&self) -> String {
        fs::read_to_string(self.plan.path().join(LOG)).unwrap()
    }

    fn fifo(&self, name: &str) {
        let made = Command::new("mkfifo").arg(self.path(name)).status();
        assert!(made.unwrap().success());
    }

    /// The texts that are kept for the editor.
    fn kept(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries
                .map(|entry| match entry.path() {
                    path if path.is_dir() => count(&path),
                    path => usize::from(path.extension().is_some_and(|e| e == "toml")),
                })
                .sum()
        }
        count(&self.path("state"))
    }
}

fn leave(cockpit: &Pty) {
    cockpit.type_keys("q");
    assert!(cockpit.wait_exit().success());
}

const TO_LEGAL: &str = "sed -i 's/owner = \"grc\"/owner = \"legal\"/' \"$1\"";
const OFFERED: &str = "that is not in the plan";

/// However the editor ends that had saved something: nothing goes into the plan unasked, and
/// nothing is lost.
#[test]
fn what_an_editor_saved_before_it_died_is_kept_and_offered() {
    for (end, said) in [
        ("kill -SEGV $$", "SIGSEGV"),
        ("kill -KILL $$", "SIGKILL"),
        ("exit 3", "exit status: 3"),
    ] {
        let seat = Seat::new();
        seat.program("editor", &format!("{TO_LEGAL}; {end}"));
        let cockpit = seat.start();
        cockpit.type_keys("jE");
        cockpit.wait_for(OFFERED);
        cockpit.wait_for(said);
        assert_eq!(seat.log(), LINES);
        cockpit.type_keys("w");
        cockpit.wait_for("grc → legal");
        leave(&cockpit);
        assert!(seat.log().contains("\"owner\": \"legal\""));
        assert_eq!(seat.kept(), 0);
    }
}

/// An editor that saved nothing leaves nothing behind but the reason.
#[test]
fn an_editor_that_died_with_nothing_saved_is_said_and_that_is_all() {
    let seat = Seat::new();
    seat.program("editor", "kill -SEGV $$");
    let cockpit = seat.start();
    cockpit.type_keys("jE");
    cockpit.wait_for("SIGSEGV");
    assert!(!cockpit.screen_text().contains(OFFERED));
    leave(&cockpit);
    assert_eq!(seat.kept(), 0);
}

/// The text goes on from where it was left, in the encoding that it was saved in.
#[test]
fn a_text_in_another_encoding_is_kept_byte_for_byte_and_opened_again() {
    let seat = Seat::new();
    seat.program(
        "editor",
        "if [ -e saved ]; then cp \"$1\" second; printf 'owner = \"caf\\303\\251\"\\n' >\"$1\"\n\
         else printf '# one\\nowner = \"caf\\351\"\\n' >\"$1\"; touch saved; fi",
    );
    let cockpit = seat.start();
    cockpit.type_keys("jE");
    cockpit.wait_for("line 2 is not UTF-8");
    assert_eq!(seat.log(), LINES);
    cockpit.type_keys("E");
    cockpit.wait_for("grc → café");
    let second = fs::read(seat.path("second")).unwrap();
    assert_eq!(second, b"# one\nowner = \"caf\xe9\"\n");
    leave(&cockpit);
    assert_eq!(seat.kept(), 0);
}

/// The terminal closes, or we are killed, while the editor is open: the next start offers what
/// was saved, and each start after it until somebody decides.
#[test]
fn what_was_saved_is_offered_at_the_next_start() {
    for kill in [false, true] {
        let seat = Seat::new();
        seat.fifo("saved");
        seat.program(
            "editor",
            &format!("{TO_LEGAL}; echo yes >saved; read line </dev/tty"),
        );
        let mut cockpit = seat.start();
        cockpit.type_keys("jE");
        assert_eq!(fs::read_to_string(seat.path("saved")).unwrap(), "yes\n");
        match kill {
            true => cockpit.kill(Signal::KILL),
            false => cockpit.vanish(),
        }
        cockpit.wait_process_end();
        let cockpit = seat.start();
        cockpit.wait_for(OFFERED);
        cockpit.type_keys("<Esc>");
        cockpit.wait_gone(OFFERED);
        leave(&cockpit);
        assert_eq!(seat.log(), LINES);
        let cockpit = seat.start();
        cockpit.wait_for(OFFERED);
        cockpit.type_keys("w");
        cockpit.wait_for("grc → legal");
        leave(&cockpit);
        let cockpit = seat.start();
        cockpit.type_keys("j");
        cockpit.wait_for("› 0002");
        assert!(!cockpit.screen_text().contains(OFFERED));
        leave(&cockpit);
        assert_eq!(seat.kept(), 0);
    }
}

/// What an editor would recover from is not cleared away, and the same file is opened again.
#[test]
fn a_swap_file_of_an_editor_that_died_is_there_for_it() {
    let seat = Seat::new();
    seat.program(
        "editor",
        "d=$(dirname \"$1\"); b=$(basename \"$1\")\n\
         if [ -e \"$d/.$b.swp\" ]; then rm \"$d/.$b.swp\"; echo 'owner = \"legal\"' >\"$1\"\n\
         else echo typed >\"$d/.$b.swp\"; kill -HUP $$; fi",
    );
    let cockpit = seat.start();
    cockpit.type_keys("jE");
    cockpit.wait_for("E opens the text again");
    leave(&cockpit);
    let cockpit = seat.start();
    cockpit.wait_for("your editor left a text of 0002");
    cockpit.type_keys(":0002<Enter>E");
    cockpit.wait_for("grc → legal");
    leave(&cockpit);
    assert_eq!(seat.kept(), 0);
}

/// A window editor without its wait flag: said, and every later save is offered.
#[test]
fn what_a_window_editor_saves_after_it_came_back_is_offered() {
    let seat = Seat::new();
    seat.fifo("save");
    seat.program(
        "editor",
        "(exec 3<>save; while read owner <&3; do\n\
         sed \"s/^owner = .*/owner = \\\"$owner\\\"/\" \"$1\" >\"$1.new\" && mv \"$1.new\" \"$1\"\n\
         done) >/dev/null 2>&1 &",
    );
    let cockpit = seat.start();
    cockpit.type_keys("jE");
    cockpit.wait_for("returned at once");
    for (owner, said) in [("legal", "grc → legal"), ("sre", "legal → sre")] {
        fs::write(seat.path("save"), format!("{owner}\n")).unwrap();
        cockpit.wait_for(said);
        cockpit.wait_for(OFFERED);
        cockpit.type_keys("w");
        cockpit.wait_gone(OFFERED);
        cockpit.wait_for(said);
    }
    leave(&cockpit);
    assert!(seat.log().contains("\"owner\": \"sre\""));
}

/// What the editor of a field had saved is in the field, however it ended.
#[test]
fn what_an_editor_saved_for_a_field_before_it_died_is_in_the_field() {
    let seat = Seat::new();
    seat.program("editor", "echo from the editor >\"$1\"; kill -KILL $$");
    let cockpit = seat.start();
    cockpit.type_keys("jen<C-o>");
    cockpit.wait_for("this is what it had saved");
    cockpit.type_keys("<Enter>");
    cockpit.wait_for("notes");
    leave(&cockpit);
    assert!(seat.log().contains("\"notes\": \"from the editor\""));
    assert_eq!(seat.kept(), 0);
}

/// What a field cannot take stays in its file, and the same keys open that again.
#[test]
fn a_text_of_a_field_in_another_encoding_is_kept_and_opened_again() {
    let seat = Seat::new();
    seat.program(
        "editor",
        "if [ -e saved ]; then cp \"$1\" second; echo tidy >\"$1\"\n\
         else printf 'one\\ncaf\\351\\n' >\"$1\"; touch saved; fi",
    );
    let cockpit = seat.start();
    cockpit.type_keys("jen<C-o>");
    cockpit.wait_for("line 2 is not UTF-8");
    cockpit.type_keys("<C-o>");
    cockpit.wait_for("tidy");
    assert_eq!(fs::read(seat.path("second")).unwrap(), b"one\ncaf\xe9\n");
    cockpit.type_keys("<Enter>");
    leave(&cockpit);
    assert!(seat.log().contains("\"notes\": \"tidy\""));
    assert_eq!(seat.kept(), 0);
}

#[test]
fn what_was_saved_for_a_field_is_offered_at_the_next_start() {
    for kill in [false, true] {
        let seat = Seat::new();
        seat.fifo("saved");
        let script = "echo from the editor >\"$1\"; echo yes >saved; read line </dev/tty";
        seat.program("editor", script);
        let mut cockpit = seat.start();
        cockpit.type_keys("jen<C-o>");
        assert_eq!(fs::read_to_string(seat.path("saved")).unwrap(), "yes\n");
        match kill {
            true => cockpit.kill(Signal::KILL),
            false => cockpit.vanish(),
        }
        cockpit.wait_process_end();
        let cockpit = seat.start();
        cockpit.wait_for("from the editor");
        cockpit.type_keys("<Enter>");
        leave(&cockpit);
        assert!(seat.log().contains("\"notes\": \"from the editor\""));
        assert_eq!(seat.kept(), 0);
    }
}

#[test]
fn what_a_window_editor_saves_later_goes_into_its_field_or_waits_for_it() {
    let seat = Seat::new();
    seat.fifo("save");
    seat.program(
        "editor",
        "(exec 3<>save; while read text <&3; do \
         echo \"$text\" >\"$1.new\" && mv \"$1.new\" \"$1\"; done) >/dev/null 2>&1 &",
    );
    let save = |text: &str| fs::write(seat.path("save"), format!("{text}\n")).unwrap();
    let cockpit = seat.start();
    cockpit.type_keys("jen<C-o>");
    cockpit.wait_for("returned at once");
    for text in ["the first text", "the second text"] {
        save(text);
        cockpit.wait_for(text);
    }
    cockpit.type_keys("<Enter>");
    cockpit.wait_for("Notes     the second text");
    save("the third text");
    cockpit.wait_for("open that field again");
    cockpit.type_keys("en");
    cockpit.wait_for("the third text");
    // The editor got the text before the second one was written.
    cockpit.type_keys("<Enter>");
    cockpit.wait_for("Two versions: which one stays?");
    cockpit.type_keys("m");
    cockpit.wait_for("Notes     the third text");
    leave(&cockpit);
    assert!(seat.log().contains("\"notes\": \"the third text\""));
}

/// An opener has no terminal to read keys from or to print on; how it fails is said.
#[test]
fn an_opener_that_misbehaves_takes_no_key_and_its_failure_is_said() {
    let mut seat = Seat::new();
    seat.set("BROWSER", "browser");
    seat.program(
        "browser",
        "echo garbage; echo garbage >&2; (echo garbage >/dev/tty; read key) </dev/tty; exit 3",
    );
    let cockpit = seat.start();
    cockpit.type_keys("i");
    cockpit.wait_for("https://example.org/1 was not opened: browser ended with exit status: 3");
    fs::remove_file(seat.path("bin/browser")).unwrap();
    cockpit.type_keys("i");
    cockpit.wait_for("browser cannot be started");
    cockpit.type_keys("jsp");
    cockpit.wait_for("draft → in progress");
    let output = String::from_utf8_lossy(&cockpit.output()).into_owned();
    assert!(!output.contains("garbage"));
    leave(&cockpit);
}

/// What was opened is said, and stays when the terminal goes.
#[test]
fn an_opener_is_told_of_and_outlives_the_terminal() {
    let mut seat = Seat::new();
    seat.fifo("started");
    seat.fifo("go");
    seat.fifo("alive");
    seat.set("BROWSER", "browser");
    seat.program(
        "browser",
        "echo $1 >started; read line <go; echo $line >alive",
    );
    let mut cockpit = seat.start();
    cockpit.type_keys("i");
    cockpit.wait_for("opening https://example.org/1");
    let started = fs::read_to_string(seat.path("started")).unwrap();
    assert_eq!(started, "https://example.org/1\n");
    cockpit.vanish();
    cockpit.wait_process_end();
    fs::write(seat.path("go"), "on\n").unwrap();
    assert_eq!(fs::read_to_string(seat.path("alive")).unwrap(), "on\n");
}

/// What is said is what was done: a program took the text, or only the terminal was asked to.
#[test]
fn copying_says_where_the_text_went() {
    const TAKES: &str = "cat >taken; echo $0 $* >asked";
    for (program, variable, script, said, asked) in [
        (
            "tmux",
            "TMUX",
            TAKES,
            "copied 0001 to tmux, which passes it to the terminal",
            "tmux load-buffer -w -",
        ),
        (
            "wl-copy",
            "WAYLAND_DISPLAY",
            TAKES,
            "copied 0001 to the clipboard",
            "wl-copy",
        ),
        (
            "xclip",
            "DISPLAY",
            TAKES,
            "copied 0001 to the clipboard",
            "xclip -selection clipboard",
        ),
        (
            "xsel",
            "DISPLAY",
            TAKES,
            "copied 0001 to the clipboard",
            "xsel --clipboard --input",
        ),
        (
            "xclip",
            "DISPLAY",
            "exit 1",
            "sent 0001 to the terminal",
            "",
        ),
        ("none", "NONE", "exit 0", "sent 0001 to the terminal", ""),
    ] {
        let mut seat = Seat::new();
        seat.set(variable, ":9");
        seat.program(program, script);
        // Whatever this machine has of them is not asked.
        for other in ["tmux", "wl-copy", "xclip", "xsel"] {
            if other != program {
                seat.program(other, "exit 1");
            }
        }
        let cockpit = seat.start();
        cockpit.type_keys("y");
        cockpit.wait_for(said);
        let by_terminal =
            String::from_utf8_lossy(&cockpit.output()).contains("\u{1b}]52;c;MDAwMQ==");
        assert_eq!(by_terminal, asked.is_empty(), "{said}");
        if !asked.is_empty() {
            assert_eq!(fs::read_to_string(seat.path("taken")).unwrap(), "0001");
            let told = fs::read_to_string(seat.path("asked")).unwrap();
            assert!(told.trim_end().ends_with(asked), "{told}");
        }
        leave(&cockpit);
    }
}
