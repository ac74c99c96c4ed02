//! What comes into the cockpit past its keys, and what leaves its screen: pastes, `$EDITOR`,
//! links, the clipboard.

mod support;

use support::desk::Desk;
use support::fixture::{CANON, DOCUMENT, LINES, LOG};

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
            screen.contains("control characters cannot be kept"),
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
