//! The keys that move on a screen move in what lies over it, too.

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use stepdeck::app::overlays::Overlay;

/// The selected row of what lies on top, or the first line in sight, and how many there are.
fn place(desk: &Desk) -> (usize, usize) {
    match desk.cockpit.model.overlays.last() {
        Some(Overlay::Chooser(chooser)) => (chooser.cursor, chooser.rows.len()),
        Some(Overlay::Menu(menu)) => (menu.cursor, menu.rows.len()),
        Some(Overlay::Note(note)) => (note.scroll, note.lines.len()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_that_move_do_so_in_choosers_menus_and_notes() {
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    for open in ["1j:", "1je", "1jjw"] {
        desk.keys("<Esc><Esc>").keys(open);
        let (first, count) = place(&desk);
        assert!(first == 0 && count > 1, "{open}: {count}");
        desk.keys("<End>");
        assert_eq!(place(&desk).0, count - 1, "{open}");
        desk.keys("<PageUp>");
        let above = place(&desk).0;
        assert!(above < count - 1, "{open}");
        desk.keys("<Home>");
        assert_eq!(place(&desk).0, 0, "{open}");
        desk.press("ctrl-d");
        let half = place(&desk).0;
        assert!(half > 0, "{open}");
        desk.keys("<PageDown>");
        assert!(place(&desk).0 > half || half == count - 1, "{open}");
    }
}

/// In a text, Home and End are the text's first, and only then the list's.
#[test]
fn home_and_end_move_in_the_text_before_they_move_in_the_list() {
    let mut desk = Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)]);
    desk.keys(":o<Down>").keys("<Home>n");
    let text = |desk: &Desk| {
        let input = desk.cockpit.model.overlays.last().and_then(Overlay::input);
        input.map(|input| input.text.clone())
    };
    assert_eq!(text(&desk).as_deref(), Some("no"));
    desk.keys("<End><Down><End>");
    let (cursor, count) = place(&desk);
    assert_eq!(cursor, count - 1);
}
