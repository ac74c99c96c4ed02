//! The pseudo-terminal of the journeys, tried on programs that every system has.

use crate::support::keys::bytes;
use crate::support::pty::Launch;
use rustix::process::Signal;

#[test]
fn keys_become_what_a_terminal_sends() {
    assert_eq!(bytes("jj/gate<Enter>"), b"jj/gate\r");
    assert_eq!(
        bytes("<Esc><C-d><S-Tab><Up><C-Right><A-x>"),
        b"\x1b\x04\x1b[Z\x1b[A\x1b[1;5C\x1bx"
    );
    assert_eq!(
        bytes("a<b <lt>Enter> < > <"),
        "a<b <Enter> < > <".as_bytes()
    );
    assert_eq!(bytes("日"), "日".as_bytes());
}

#[test]
#[should_panic = "no key is called <Entr>"]
fn a_misspelt_key_is_no_text() {
    bytes("x<Entr>");
}

#[test]
fn typed_text_appears_and_the_end_is_seen() {
    let pty = Launch::program("cat", &[]).size(40, 10).start();
    pty.type_keys("hello<Enter>");
    pty.wait_until(|screen| screen.contents().starts_with("hello\nhello"));
    assert!(pty.line_mode());
    assert!(pty.cursor_visible());
    assert!(!pty.alternate_screen());
    pty.type_keys("<C-d>");
    assert!(pty.wait_exit().success());
    assert_eq!(pty.screen_text().lines().next(), Some("hello"));
}

#[test]
fn the_surroundings_are_clean() {
    let script = "env; pwd; echo end";
    let pty = Launch::program("sh", &["-c", script])
        .size(200, 40)
        .env("EXTRA", "1")
        .start();
    pty.wait_exit();
    let text = pty.screen_text();
    assert!(
        text.contains("TERM=xterm-256color") && text.contains("TZ=UTC"),
        "{text}"
    );
    assert!(
        text.contains("EXTRA=1") && !text.contains("CARGO"),
        "{text}"
    );
    assert!(
        text.contains(&format!("HOME={}", pty.home().display())),
        "{text}"
    );
}

#[test]
fn looks_modes_and_wide_letters_are_seen() {
    let script = r"printf '\033[?1049h\033[?25l\033[?2004h设 \033[1;7;38;5;9mloud\033[m'; read x";
    let pty = Launch::program("sh", &["-c", script]).start();
    pty.wait_for("loud");
    let look = pty.look_of("loud");
    assert_eq!(
        (look.fg, look.bold, look.inverse),
        (vt100::Color::Idx(9), true, true)
    );
    assert!(!pty.look_of("设").bold);
    assert!(pty.alternate_screen() && !pty.cursor_visible());
    assert!(pty.screen(|screen| screen.bracketed_paste()));
    assert!(pty.output().ends_with(b"\x1b[m"));
}

#[test]
fn an_update_counts_when_it_is_complete() {
    let script = r"printf '\033[?2026hhalf '; read x; printf 'whole\033[?2026l'; read x";
    let pty = Launch::program("sh", &["-c", script]).start();
    let (mut looked, mut half) = (0, 0);
    pty.type_keys("<Enter>");
    pty.wait_until(|screen| {
        looked += 1;
        let text = screen.contents();
        half += usize::from(text.contains("half") && !text.contains("whole"));
        text.contains("whole")
    });
    assert!(looked > 0);
    assert_eq!(half, 0);
}

#[test]
fn a_new_size_reaches_the_program() {
    let script = "trap 'stty size' WINCH; echo ready; while :; do read x; done";
    let pty = Launch::program("sh", &["-c", script]).start();
    pty.wait_for("ready");
    pty.resize(50, 12);
    // Some shells run the trap only after the current read.
    pty.type_keys("<Enter>");
    pty.wait_for("12 50");
}

#[test]
fn questions_about_the_background_are_answered_on_request() {
    let script = r"stty raw -echo; printf '\033]11;?\033\\'; head -c 20 | od -An -c; echo done";
    let pty = Launch::program("sh", &["-c", script])
        .background("rgb:1111/2222/33")
        .start();
    pty.wait_for("done");
    assert!(
        pty.screen_text()
            .contains("r   g   b   :   1   1   1   1   /")
    );
}

#[test]
fn signals_and_a_vanished_terminal_end_a_program() {
    let pty = Launch::program("cat", &[]).start();
    pty.kill(Signal::TERM);
    assert!(!pty.wait_exit().success());

    let mut pty = Launch::program("cat", &[]).start();
    pty.type_keys("x<Enter>");
    pty.wait_for("x");
    pty.vanish();
    // By the signal, or because its reads find an end: both are an end.
    pty.wait_process_end();
}

#[test]
#[should_panic = "but the program has ended"]
fn what_cannot_come_any_more_fails_at_once() {
    let pty = Launch::program("true", &[]).start();
    pty.wait_for("never");
}
