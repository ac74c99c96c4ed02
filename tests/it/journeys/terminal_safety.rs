//! The person's terminal is given back and never steered by what files hold: shown with the built
//! binary.
//!
//! Panics cannot be had from the built binary on purpose; `tests/it/journeys/terminal.rs` provokes them in
//! a small program on the same terminal layer.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::pty::{Launch, Pty};
use crate::support::run::Folder;
use crate::support::{hostile, run, screen};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rustix::process::Signal;
use stepdeck::app::Model;
use stepdeck::app::overlays::Overlay;
use stepdeck::tui::draw::draw;
use stepdeck::tui::widgets::field::Field;
use stepdeck::tui::widgets::scroll::ScrollState;
use tempfile::TempDir;

const STEPDECK: &str = env!("CARGO_BIN_EXE_stepdeck");

fn plan(files: &[(&str, &str)]) -> TempDir {
    crate::support::fixture::folder_of(files)
}

fn fixture() -> TempDir {
    plan(&[(LOG, LINES), (CANON, DOCUMENT)])
}

fn open(folder: &TempDir) -> Pty {
    let cockpit = Launch::stepdeck(&[]).in_folder(folder.path()).start();
    cockpit.wait_for("quit");
    cockpit
}

pub(super) fn leave(cockpit: &Pty) {
    cockpit.type_keys("q");
    assert!(cockpit.wait_exit().success());
}

#[track_caller]
fn assert_given_back(cockpit: &Pty) {
    assert!(!cockpit.alternate_screen(), "{}", cockpit.screen_text());
    assert!(cockpit.cursor_visible() && cockpit.line_mode());
    assert!(!cockpit.screen(|screen| screen.bracketed_paste()));
    assert!(
        cockpit.screen(|screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None)
    );
}

/// TERM, HUP → the shell is usable, cursor and modes restored; from every
/// screen and with a field open, and what was committed is on disk.
#[test]
fn a_signal_gives_the_terminal_back_wherever_one_is() {
    for (signal, keys, shown) in [
        (Signal::TERM, "2", "Runbooks"),
        (Signal::HUP, "jet and", "Review the schema and"),
        (Signal::HUP, "5", "› Problems"),
        (Signal::TERM, "?", "Keys that work here"),
    ] {
        let folder = fixture();
        let cockpit = open(&folder);
        assert!(cockpit.screen(|screen| screen.bracketed_paste()));
        cockpit.type_keys("sb");
        cockpit.wait_for("→ blocked");
        cockpit.type_keys(keys);
        cockpit.wait_for(shown);
        cockpit.kill(signal);
        cockpit.wait_exit();
        assert_given_back(&cockpit);
        let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
        assert!(log.contains("\"status\": \"blocked\", \"outcome\": \"Engine chosen\""));
    }
}

/// A slow line tears a key apart: its Esc may act, the rest of it is nothing, and a field's text
/// outlives both.
#[test]
fn a_torn_key_runs_no_command_and_costs_no_text() {
    let folder = fixture();
    let cockpit = open(&folder);
    cockpit.type_keys("j");
    for (round, tail) in [
        &b"[D"[..],
        b"OD",
        b"[15~",
        b"[M !!",
        b"[<0;3;4M",
        b"\r",
        b"[100;2u",
        b"]52;c;eGQ=\x07",
    ]
    .iter()
    .enumerate()
    {
        // Only a tail sent in time is one; a busy machine tries again.
        let is_in_time = (0..20).any(|_| {
            cockpit.type_keys("et!");
            cockpit.wait_for("cancel");
            cockpit.wait_for(&"!".repeat(round + 1));
            let begun = Instant::now();
            cockpit.send(b"\x1b");
            cockpit.wait_gone("cancel");
            cockpit.send(tail);
            let is_in_time = begun.elapsed() < Duration::from_millis(500);
            // Whatever it did is done when the next key is.
            cockpit.type_keys("2");
            cockpit.wait_for("Runbooks");
            cockpit.type_keys("1");
            cockpit.wait_gone("Runbooks");
            is_in_time
        });
        assert!(is_in_time);
        let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
        assert_eq!(log, LINES, "{tail:?}");
    }
    // One that has begun for certain waits for its end and does nothing meanwhile.
    cockpit.type_keys("et");
    cockpit.wait_for("Review the schema!!!!!!!!");
    cockpit.send(b"\x1b[");
    assert!(cockpit.is_silent_for(Duration::from_millis(150)));
    cockpit.send(b"D");
    cockpit.type_keys("?<Enter>");
    cockpit.wait_for("0002 title");
    leave(&cockpit);
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
    assert!(log.contains("Review the schema!!!!!!!?!"), "{log}");
}

/// The answer about the background comes when the cockpit is being left: it is no input of the
/// shell.
#[test]
fn a_late_answer_of_the_terminal_is_not_the_shells() {
    let folder = fixture();
    let script = format!("{STEPDECK}; echo shell again; IFS= read -r rest; echo \"left<$rest>\"");
    // Only an answer within half a second is waited for; a busy machine tries again.
    let is_in_time = (0..20).any(|_| {
        let begun = Instant::now();
        let shell = Launch::program("sh", &["-c", &script])
            .in_folder(folder.path())
            .start();
        // Typed before there is anything to leave.
        shell.type_keys("q");
        shell.wait_until(|screen| {
            screen.alternate_screen() || screen.contents().contains("shell again")
        });
        while !shell.is_silent_for(Duration::from_millis(60)) {}
        shell.send(b"\x1b]11;rgb:ffff/");
        shell.send(b"ffff/ffff\x1b\\");
        let is_in_time = begun.elapsed() < Duration::from_millis(500);
        shell.wait_for("shell again");
        shell.type_keys("nothing<Enter>");
        shell.wait_for("left<");
        let output = shell.output();
        assert!(output.windows(6).any(|part| part == b"]11;?\x1b"));
        let screen = shell.screen_text();
        assert!(!is_in_time || screen.contains("left<nothing>"), "{screen}");
        is_in_time
    });
    assert!(is_in_time);

    // Where nothing was begun, nothing is asked.
    let shell = Launch::stepdeck(&["-C", "no-such-folder"]).start();
    assert!(!shell.wait_exit().success());
    assert!(!shell.output().windows(3).any(|part| part == b"]11"));
}

/// The terminal vanishes → the process ends within 2 s, with what was committed
/// on disk; whatever was open.
#[test]
fn a_vanished_terminal_ends_the_cockpit_within_two_seconds() {
    for (keys, shown) in [
        ("", "quit"),
        ("jet and", "Review the schema and"),
        ("2", "Runbooks"),
    ] {
        let folder = fixture();
        let mut cockpit = open(&folder);
        cockpit.type_keys("sb");
        cockpit.wait_for("→ blocked");
        cockpit.type_keys(keys);
        cockpit.wait_for(shown);
        let begun = Instant::now();
        cockpit.vanish();
        cockpit.wait_process_end();
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(2), "{keys}: {took:?}");
        let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
        assert!(log.contains("\"status\": \"blocked\", \"outcome\": \"Engine chosen\""));
    }
}

/// Ctrl-Z, `fg` → shell usable in between, full redraw after; with a field open
/// that keeps its text, and keys that work at once.
#[test]
fn a_stop_and_fg_leave_a_usable_shell_and_a_whole_screen() {
    let folder = fixture();
    let config = folder.path().join("stepdeck.toml");
    fs::write(config, "[display]\nstart = \"plan\"\n").unwrap();
    let shell = Launch::program("sh", &["-i"])
        .in_folder(folder.path())
        .env("PS1", "shell> ")
        .start();
    shell.wait_for("shell>");
    shell.type_keys(&format!("{STEPDECK}<Enter>"));
    shell.wait_for("quit");
    for (round, keys) in ["<C-z>", "jet and<C-z>"].into_iter().enumerate() {
        shell.wait_for("Load test");
        shell.type_keys(keys);
        shell.wait_until(|screen| !screen.alternate_screen());
        let line = format!("echo u$((40 + {round}))sable; stty -a | grep -o ' icanon'<Enter>");
        shell.type_keys(&line);
        shell.wait_for(&format!("u{}sable", 40 + round));
        shell.wait_for(" icanon");
        assert!(shell.cursor_visible());
        assert!(!shell.screen(|screen| screen.bracketed_paste()));
        shell.type_keys("clear; fg<Enter>");
        shell.wait_until(vt100::Screen::alternate_screen);
        // Everything is there again: header, panes, footer.
        for part in ["stepdeck ›", "M unfolds", "Load test", "Cut over"] {
            shell.wait_for(part);
        }
        shell.wait_until(vt100::Screen::bracketed_paste);
        assert!(!shell.line_mode());
    }
    shell.type_keys(" more<Enter>");
    shell.wait_for("0002 title");
    shell.type_keys("q");
    shell.wait_until(|screen| !screen.alternate_screen());
    shell.type_keys("echo e$((1 + 1))nd<Enter>");
    shell.wait_for("e2nd");
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
    assert!(log.contains("\"title\": \"Review the schema and more\""));
}

/// Output closed early (`| head -1`) → no panic, no stack trace. Every
/// subcommand's help, and a run of those that print; standard output and standard error each.
#[test]
fn output_that_is_closed_early_panics_nobody() {
    use clap::CommandFactory;
    let mut runs: Vec<Vec<String>> = vec![vec!["--help".to_owned()], vec!["--version".to_owned()]];
    for command in stepdeck::cli::Arguments::command().get_subcommands() {
        runs.push(vec![command.get_name().to_owned(), "--help".to_owned()]);
    }
    for line in [
        "set 0001 owner=legal",
        "set 9999 owner=legal",
        "add title=More",
        "tick Ground 1",
        "demo elsewhere",
        "init again",
        "nonsense",
        "",
    ] {
        runs.push(line.split_whitespace().map(str::to_owned).collect());
    }
    for arguments in runs {
        for closes_out in [true, false] {
            let folder = fixture();
            let (reader, closed) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = Command::new(STEPDECK);
            command
                .args(&arguments)
                .current_dir(folder.path())
                .stdin(Stdio::null());
            command.env("XDG_STATE_HOME", folder.path().join("state"));
            match closes_out {
                true => command.stdout(closed).stderr(Stdio::piped()),
                false => command.stdout(Stdio::piped()).stderr(closed),
            };
            let output = command.output().unwrap();
            let what = format!("{arguments:?}, {output:?}");
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            for bad in ["panicked", "RUST_BACKTRACE", "stack backtrace", "BACKTRACE"] {
                assert!(!said.contains(bad), "{what}");
            }
            // A code, not a signal, and not the 101 of a panic.
            assert!(matches!(output.status.code(), Some(0..=2)), "{what}");
        }
    }
}

fn hostile_files() -> Vec<(String, String)> {
    let name = format!("docs/{}.md", hostile::TEXT.replace('/', ""));
    vec![
        (LOG.to_owned(), hostile::log()),
        (name, hostile::canon()),
        ("stepdeck.toml".to_owned(), hostile::config()),
    ]
}

fn hostile_plan() -> TempDir {
    let files = hostile_files();
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (&**a, &**b)).collect();
    plan(&files)
}

/// ESC, OSC 52, C1 controls, U+202E in any field, on screen and in errors →
/// visible escapes only: the bytes that the terminal gets.
#[test]
fn nothing_in_a_plan_steers_the_terminal() {
    let folder = hostile_plan();
    let cockpit = Launch::stepdeck(&[])
        .in_folder(folder.path())
        .size(160, 48)
        .start();
    // What is wrong with the configuration is told first.
    cockpit.wait_for("mistakes in the configuration");
    for (keys, shown) in [
        ("", "stepdeck.toml:2: [keys]"),
        ("<Enter>z", "\\x1b[?7777h"),
        ("z<Tab>z", "Outcome"),
        ("z<Tab>z", "Chain"),
        ("T", "0003"),
        ("Tz<Tab>", "Blocks"),
        ("<Tab>e", "Edit 0001"),
        ("t<Home><Right>", "0001 Title"),
        ("<C-c>s", "Status of 0001"),
        ("<C-c>o", "Owner"),
        ("<C-c>w", "Why: 0001"),
        ("<C-c>ed", "Depends on"),
        ("<C-c>i", "Open"),
        ("1", "has control characters"),
        ("?ev", "Keys that work here"),
        ("<C-c>:zzz<C-u>1<Enter>", "0001"),
    ] {
        cockpit.type_keys(keys);
        cockpit.wait_for(shown);
    }
    // Typed by hand it does not get into a field.
    cockpit.send("/\u{202e}\u{9b}".as_bytes());
    cockpit.wait_for("left out: U+202E");
    cockpit.type_keys("<C-c>2");
    cockpit.wait_for("› Gates");
    cockpit.type_keys("<Tab>z");
    cockpit.wait_for("DRI");
    cockpit.type_keys("z5");
    cockpit.wait_for("› Problems");
    cockpit.wait_for("not a JSON object");
    leave(&cockpit);
    assert_eq!(hostile::obeyed(&cockpit.output()), None);
}

/// The same for every key of every place: whatever a command opens or says, no
/// cell holds what a terminal would obey.
#[test]
fn no_command_puts_anything_but_letters_on_the_screen() {
    use stepdeck::app::core::registry::all;
    let files = hostile_files();
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (&**a, &**b)).collect();
    let mut model = screen::model(&files[..2]);
    screen::check(&mut model);
    let check = |model: &Model, (columns, rows): (u16, u16), what: &str| {
        let backend = TestBackend::new(columns, rows);
        let mut terminal = Terminal::new(backend).unwrap();
        let (theme, mut sight) = (screen::dark(), ScrollState::default());
        let input = model.overlays.last().and_then(Overlay::input);
        let field = input.map(Field::open);
        terminal
            .draw(|frame| draw(frame, model, &theme, &mut sight, field.as_ref()))
            .unwrap();
        for cell in &terminal.backend().buffer().content {
            let symbol = cell.symbol();
            let obeyed = hostile::obeyed(symbol.as_bytes());
            let harmless = obeyed.is_none() && !symbol.contains(char::is_control);
            assert!(harmless, "{what}: {symbol:?}");
        }
    };
    for place in [
        "1",
        "1 tab",
        "1 tab tab",
        "1 shift-tab",
        "2",
        "2 tab",
        "2 shift-tab",
        "5",
        "5 j",
    ] {
        for size in [(160, 48), (80, 24), (40, 12)] {
            screen::press(&mut model, &format!("esc esc esc esc esc {place}"));
            check(&model, size, place);
            screen::press(&mut model, "z");
            check(&model, size, place);
            screen::press(&mut model, "z");
        }
        for command in all().filter(|c| !matches!(c.name, "undo" | "redo")) {
            let Some(key) = command.keys.first() else {
                continue;
            };
            screen::press(&mut model, &format!("esc esc esc esc esc {place} {key}"));
            check(&model, (100, 30), &format!("{place} {key}"));
            screen::press(&mut model, "enter");
            check(&model, (100, 30), &format!("{place} {key} enter"));
        }
    }
}

/// Subcommand output to a terminal: results, messages and refusals that quote
/// the plan or what was asked for.
#[test]
fn subcommands_send_visible_escapes_only() {
    let files = hostile_files();
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (&**a, &**b)).collect();
    let text = hostile::TEXT;
    let runs: Vec<Vec<String>> = [
        vec!["set", "0003", "title=EV"],
        vec!["set", "0003", "status=EV"],
        vec!["set", "0003", "dependencies+=EV"],
        vec!["set", "0003", "dependencies-=EV"],
        vec!["add", "title=EV", "owner=EV"],
        vec!["add", "title=x", "block=EV"],
        vec!["tick", "EV", "1"],
        vec!["tick", "Ground", "EV"],
        vec!["tick", "Ground", "1", "--evidence", "EV"],
        vec!["-C", "EV", "set", "0003", "title=x"],
        vec!["--log", "EV", "set", "0003", "title=x"],
        vec!["demo", "EV"],
        vec!["init", "EV"],
    ]
    .into_iter()
    .map(|words| {
        words
            .into_iter()
            .map(|word| word.replace("EV", text))
            .collect()
    })
    .collect();
    for terminal in [Some(100), None] {
        let folder = Folder::new(&files);
        for words in &runs {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let run::Run { out, err, .. } = folder.run_on(&words, terminal);
            for output in [out, err] {
                assert_eq!(
                    hostile::obeyed(output.as_bytes()),
                    None,
                    "{words:?}: {output:?}"
                );
            }
        }
    }
}

/// A terminal whose size nobody has set claims to have no columns.
#[test]
fn a_terminal_without_a_size_gets_eighty_columns() {
    let folder = Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)]);
    let pty = Launch::stepdeck(&["list"])
        .size(0, 0)
        .in_folder(folder.path())
        .start();
    pty.wait_exit();
    let output = String::from_utf8(pty.output()).unwrap();
    assert!(output.contains("Review the schema"), "{output}");
    assert!(output.lines().count() < 12, "{output}");
}
