//! The terminal is taken over and given back, in a pseudo-terminal.
//!
//! The program under test is this test binary itself: [`cockpit`] is a small event loop on
//! the real terminal kit, started by the other tests as a child.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::support::pty::{Launch, Pty};
use crossterm::event::KeyCode;
use ratatui::text::Text;
use rustix::process::{Signal as Kill, WaitOptions, waitpid};
use stepdeck::tui::terminal::{Options, Signal, Terminal, TerminalEvent};

/// Shows every event; `E` runs an editor, `Z` stops, `P` and `T` panic, `H` hangs, `q` ends.
#[test]
#[ignore = "a program that the other tests start in a pseudo-terminal"]
fn cockpit() {
    let variable = |name: &str| std::env::var(name).ok();
    let options = Options {
        mouse: variable("MOUSE").is_some_and(|value| !value.is_empty()),
        ..Options::detect(variable)
    };
    let mut terminal = Terminal::enter(options).unwrap();
    let (sender, events) = mpsc::channel::<TerminalEvent>();
    let input = terminal.start_input(sender).unwrap();
    if std::env::var_os("ASK").is_some() {
        terminal.ask_background(&input).unwrap();
    }
    let mut log = vec!["ready".to_owned()];
    let mut hang = false;
    loop {
        terminal
            .draw(|frame| {
                let size = format!("size {}x{}", frame.area().width, frame.area().height);
                let text = format!("{size}\n{}", log.join("\n"));
                frame.render_widget(Text::from(text), frame.area());
            })
            .unwrap();
        if hang {
            loop {
                std::thread::park();
            }
        }
        let Ok(event) = events.recv() else { break };
        let TerminalEvent::Key(key) = event else {
            log.push(format!("{event:?}"));
            match event {
                TerminalEvent::Signal(Signal::Suspend) => {
                    terminal.suspend(&input).unwrap();
                }
                TerminalEvent::Signal(Signal::Continue) => terminal.reclaim().unwrap(),
                TerminalEvent::Signal(Signal::Terminate) | TerminalEvent::Hangup
                    if std::env::var_os("STUBBORN").is_none() =>
                {
                    break;
                }
                _ => {}
            }
            continue;
        };
        log.push(format!("key {} {:?}", key.code, key.modifiers));
        match key.code {
            KeyCode::Char('q') => break,
            KeyCode::Char('Z') => log.push(format!("stopped {:?}", terminal.suspend(&input))),
            KeyCode::Char('E') => {
                let script = std::env::var("EDIT").unwrap();
                let run = || {
                    std::process::Command::new("sh")
                        .args(["-c", &script])
                        .status()
                };
                log.push(format!(
                    "edited {}",
                    terminal.away(&input, run).unwrap().unwrap()
                ));
            }
            KeyCode::Char('P') => panic!("the cockpit broke"),
            KeyCode::Char('T') => {
                let _ = std::thread::spawn(|| panic!("a worker broke")).join();
            }
            KeyCode::Char('H') => hang = true,
            _ => {}
        }
    }
    drop(input);
    drop(terminal);
    println!("bye");
    std::process::exit(0);
}

const COCKPIT: &[&str] = &[
    "--exact",
    "journeys::terminal::cockpit",
    "--ignored",
    "--nocapture",
    "--test-threads=1",
];

pub(super) fn launch() -> Launch {
    let program = std::env::current_exe().unwrap();
    Launch::program(program.to_str().unwrap(), COCKPIT)
}

fn started(launch: Launch) -> Pty {
    let pty = launch.start();
    pty.wait_for("ready");
    pty
}

/// As the shell wants it.
#[track_caller]
fn assert_given_back(pty: &Pty) {
    assert!(!pty.alternate_screen(), "{}", pty.screen_text());
    assert!(pty.cursor_visible());
    assert!(pty.line_mode());
    assert!(!pty.screen(|screen| screen.bracketed_paste()));
}

#[test]
fn it_is_taken_and_given_back() {
    let pty = started(launch());
    assert!(pty.alternate_screen() && !pty.cursor_visible() && !pty.line_mode());
    assert!(pty.screen(|screen| screen.bracketed_paste()));
    pty.type_keys("é<C-d><S-Tab><A-x><PageDown>");
    pty.wait_for("key Page Down");
    for line in [
        "key é",
        "key d KeyModifiers(CONTROL)",
        "key x KeyModifiers(ALT)",
    ] {
        pty.wait_for(line);
    }
    pty.paste("two\rlines");
    pty.wait_for(r#"Paste("two\nlines")"#);
    pty.type_keys("<Esc>");
    pty.wait_for("key Esc");
    pty.resize(60, 20);
    pty.wait_for("size 60x20");
    pty.type_keys("q");
    pty.wait_until(|screen| screen.contents().contains("bye"));
    assert_given_back(&pty);
    assert!(pty.wait_exit().success());
    let output = pty.output();
    for question in [&b"$p"[..], b"?2031", b"[6n", b"]11;"] {
        assert!(!output.windows(question.len()).any(|part| part == question));
    }
}

#[test]
fn the_background_is_asked_once_and_no_key_is_lost() {
    let asking = || launch().env("ASK", "1");
    let pty = started(asking().background("rgb:ffff/ffff/ffff"));
    pty.wait_for("Background(Light)");
    pty.type_keys("jq");
    assert!(pty.wait_exit().success());

    let pty = asking().start();
    // Typed before the program even reads.
    pty.type_keys("jk<Up>");
    pty.wait_for("ready");
    for line in ["key j", "key k", "key Up"] {
        pty.wait_for(line);
    }
    pty.send(b"\x1b]11;rgb:0000/0000/0000\x1b\\x");
    pty.wait_for("Background(Dark)");
    pty.wait_for("key x");
    assert!(
        !pty.screen_text().contains("key r"),
        "a late answer is not typed"
    );
}

#[test]
fn a_connection_from_elsewhere_is_seen() {
    for (name, remote) in [("SSH_CONNECTION", true), ("SSH_TTY", true), ("TERM", false)] {
        let env = |asked: &str| (asked == name).then(|| "set".to_owned());
        assert_eq!(Options::detect(env).remote, remote, "{name}");
    }
    assert!(!Options::detect(|_| Some(String::new())).remote);
}

/// A paste whose end does not come: said, never run, and left with Esc or Ctrl-C.
#[test]
fn a_paste_that_stalls_is_said_and_left() {
    for way_out in ["<Esc>", "<C-c>"] {
        let pty = started(launch());
        pty.send(b"\x1b[200~one ");
        pty.wait_for("PasteStalls");
        pty.send(b"xq\r");
        pty.wait_until(|screen| screen.contents().matches("PasteStalls").count() == 2);
        pty.type_keys(way_out);
        pty.wait_for(r#"Paste("one xq\n")"#);
        assert!(!pty.screen_text().contains("key"), "{}", pty.screen_text());
        pty.type_keys("x");
        pty.wait_for("key x");
    }
}

/// A child that dies leaves its modes behind.
#[test]
fn what_a_child_left_on_is_off_again() {
    let modes = r"\033[?1000h\033[?1003h\033[?1006h\033[?1004h\033[?1h\033=\033[>31u\033[>4;2m";
    let edit = format!("printf '{modes}'; echo editing; read a");
    let pty = started(launch().env("EDIT", &edit));
    let resets = [&b"1002;1003;1004l"[..], b"[=0;1u", b"[>4;0m"];
    let count = |output: &[u8]| {
        resets.map(|reset| {
            output
                .windows(reset.len())
                .filter(|part| *part == reset)
                .count()
        })
    };
    let first = count(&pty.output());
    assert!(first.iter().all(|times| *times > 0), "{first:?}");
    pty.type_keys("E");
    pty.wait_for("editing");
    let has_mouse =
        |screen: &vt100::Screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
    assert!(pty.screen(has_mouse));
    pty.type_keys("<Enter>");
    pty.wait_for("edited exit status: 0");
    assert!(!pty.screen(has_mouse));
    assert!(!pty.screen(|screen| screen.application_cursor() || screen.application_keypad()));
    let second = count(&pty.output());
    assert!(first.iter().zip(&second).all(|(a, b)| a < b), "{second:?}");
}

/// A panic, on the loop's thread and on another one.
#[test]
fn panics_give_it_back_before_they_are_reported() {
    let pty = started(launch());
    pty.type_keys("P");
    pty.wait_exit();
    assert!(
        pty.screen_text().contains("the cockpit broke"),
        "{}",
        pty.screen_text()
    );
    assert_given_back(&pty);

    let pty = started(launch());
    pty.type_keys("T");
    pty.wait_exit();
    assert!(
        pty.screen_text().contains("a worker broke"),
        "{}",
        pty.screen_text()
    );
    assert!(
        pty.screen_text().contains("has been given back"),
        "{}",
        pty.screen_text()
    );
    assert_given_back(&pty);
}

#[test]
fn signals_arrive_as_events_and_leave_a_usable_shell() {
    let pty = started(launch());
    pty.kill(Kill::INT);
    pty.wait_for("Signal(Interrupt)");
    pty.kill(Kill::TERM);
    assert!(pty.wait_exit().success());
    assert_given_back(&pty);
}

#[test]
fn a_loop_that_hangs_is_ended_when_asked_to_end() {
    let pty = started(launch());
    pty.type_keys("H");
    pty.wait_for("key H");
    let start = Instant::now();
    pty.kill(Kill::TERM);
    let status = pty.wait_exit();
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(status.exit_code(), 143);
    assert_given_back(&pty);
}

#[test]
fn a_vanished_terminal_ends_the_process_within_two_seconds() {
    for name in ["FRIENDLY", "STUBBORN"] {
        let mut pty = started(launch().env(name, "1"));
        let start = Instant::now();
        pty.vanish();
        pty.wait_process_end();
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{name}: {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn a_vanished_terminal_is_noticed_during_an_editor() {
    let mut pty = started(launch().env("EDIT", "trap '' HUP; echo editing; exec sleep 5"));
    pty.type_keys("E");
    pty.wait_for("editing");
    let start = Instant::now();
    pty.vanish();
    pty.wait_process_end();
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn the_first_key_after_an_editor_is_not_lost_and_none_in_it_is_stolen() {
    let edit = "echo editing; read a; read b; echo got $a $b; read c";
    let pty = started(launch().env("EDIT", edit));
    for round in 1..=3 {
        pty.type_keys("E");
        pty.wait_for("editing");
        assert_given_back(&pty);
        pty.type_keys("one<Enter>two<Enter>");
        pty.wait_for("got one two");
        // The last line ends the editor; what follows at once is for the cockpit.
        pty.type_keys("<Enter>");
        pty.wait_until(|screen| {
            screen.contents().matches("edited exit status: 0").count() == round
        });
        pty.type_keys("x");
        pty.wait_until(|screen| screen.contents().matches("key x").count() == round);
        assert!(pty.alternate_screen() && !pty.line_mode());
    }
}

#[test]
fn ctrl_c_in_an_editor_is_the_editors() {
    // The signal reaches us on libtest's main thread, not on the one that waits for the
    // editor; so the editor stays a while.
    let edit = "trap 'echo caught' INT; echo editing; while [ -z $line ]; do read line; done";
    let pty = started(launch().env("EDIT", edit));
    pty.type_keys("E");
    pty.wait_for("editing");
    pty.type_keys("<C-c>");
    pty.wait_for("caught");
    pty.type_keys("done<Enter>");
    pty.wait_for("edited exit status: 0");
    pty.type_keys("x");
    pty.wait_for("key x");
    assert!(
        !pty.screen_text().contains("Signal"),
        "{}",
        pty.screen_text()
    );
}

#[test]
fn without_a_shell_nothing_stops() {
    let pty = started(launch());
    pty.type_keys("Z");
    pty.wait_for("stopped Ok(false)");
}

/// A shell with job control, which the person can use while the cockpit is stopped.
fn under_a_shell() -> Pty {
    let program = std::env::current_exe().unwrap();
    let pty = Launch::program("sh", &["-i"])
        .env("PS1", "shell> ")
        .size(100, 24)
        .start();
    pty.wait_for("shell>");
    pty.type_keys(&format!(
        "{} {}<Enter>",
        program.display(),
        COCKPIT.join(" ")
    ));
    pty.wait_for("ready");
    pty
}

#[test]
fn a_stop_gives_the_shell_a_usable_terminal_and_fg_draws_everything_again() {
    let pty = under_a_shell();
    for round in 1..=2 {
        pty.type_keys("Z");
        pty.wait_until(|screen| !screen.alternate_screen());
        pty.type_keys("echo u$((40 + 2))sable<Enter>");
        pty.wait_for("u42sable");
        assert!(pty.cursor_visible());
        pty.type_keys("clear; fg<Enter>");
        pty.wait_until(|screen| screen.contents().matches("stopped Ok(true)").count() == round);
        pty.wait_for("ready");
        assert!(pty.alternate_screen() && !pty.cursor_visible() && !pty.line_mode());
    }
    pty.type_keys("x");
    pty.wait_for("key x");
    assert!(
        !pty.screen_text().contains("Suspend"),
        "{}",
        pty.screen_text()
    );
    pty.type_keys("q");
    pty.wait_for("bye");
}

#[test]
fn a_hard_stop_from_outside_is_healed_on_continue() {
    let pty = started(launch());
    pty.kill(Kill::STOP);
    let stopped = waitpid(Some(pty.pid()), WaitOptions::UNTRACED);
    assert!(stopped.is_ok_and(|status| status.is_some_and(|(_, status)| status.stopped())));
    pty.kill(Kill::CONT);
    pty.wait_for("Signal(Continue)");
    pty.type_keys("x");
    pty.wait_for("key x");
}
