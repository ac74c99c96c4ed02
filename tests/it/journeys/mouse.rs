//! The mouse on a running cockpit: a click finds what was drawn there, the wheel moves what is
//! under it, and a terminal that was not asked for reports has no say.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use stepdeck::document::visible::width;
use stepdeck::tui::cockpit::Event;
use stepdeck::tui::terminal::TerminalEvent;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG, folder_of};
use crate::support::pty::Launch;

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

fn desk() -> Desk {
    Desk::sized(&[(LOG, LINES), (CANON, DOCUMENT)], 120, 30)
}

/// Where `text` stands on the screen, the nth from the top.
#[track_caller]
fn place(desk: &Desk, text: &str, nth: usize) -> (u16, u16) {
    let screen = desk.screen();
    let rows = screen.lines().enumerate();
    let mut found = rows.filter_map(|(y, row)| Some((width(&row[..row.find(text)?]), y)));
    let (x, y) = found
        .nth(nth)
        .unwrap_or_else(|| panic!("{text}:\n{screen}"));
    (x.try_into().unwrap(), y.try_into().unwrap())
}

fn report(desk: &Desk, kind: MouseEventKind, (column, row): (u16, u16)) {
    let modifiers = KeyModifiers::NONE;
    let event = MouseEvent {
        kind,
        column,
        row,
        modifiers,
    };
    desk.send(Event::Terminal(TerminalEvent::Mouse(event)));
}

#[track_caller]
pub(super) fn click(desk: &mut Desk, text: &str, nth: usize) {
    let at = place(desk, text, nth);
    report(desk, CLICK, at);
    report(desk, MouseEventKind::Up(MouseButton::Left), at);
    desk.settle();
}

fn selected(desk: &Desk) -> String {
    desk.cockpit.model.step().unwrap().id().to_string()
}

#[test]
fn a_click_selects_the_row_under_it() {
    let mut desk = desk();
    click(&mut desk, "Load test", 0);
    assert_eq!(selected(&desk), "0003");
    click(&mut desk, "Pick the engine", 0);
    assert_eq!(selected(&desk), "0001");
    // Two clicks before the next frame: each means the row that it was made on.
    let (first, second) = (
        place(&desk, "Load test", 0),
        place(&desk, "Review the schema", 0),
    );
    report(&desk, CLICK, first);
    report(&desk, CLICK, second);
    desk.settle();
    assert_eq!(selected(&desk), "0002");
    assert_eq!(desk.diff(), "");
}

/// What only brings the window to the front selects nothing; the click after it does.
#[test]
fn a_click_that_gives_the_window_the_focus_does_nothing_else() {
    let mut desk = desk();
    let before = selected(&desk);
    let focus = |desk: &Desk, gained| desk.send(Event::Terminal(TerminalEvent::Focus(gained)));
    focus(&desk, false);
    focus(&desk, true);
    click(&mut desk, "Load test", 0);
    assert_eq!(selected(&desk), before);
    click(&mut desk, "Load test", 0);
    assert_eq!(selected(&desk), "0003");
    // A terminal that tells of the click first.
    focus(&desk, false);
    click(&mut desk, "Pick the engine", 0);
    assert_eq!(selected(&desk), "0003");
    focus(&desk, true);
    click(&mut desk, "Pick the engine", 0);
    assert_eq!(selected(&desk), "0001");
}

#[test]
fn a_click_that_gives_a_pane_the_keys_does_nothing_else() {
    let mut desk = Desk::sized(&[(LOG, LINES), (CANON, DOCUMENT)], 130, 30);
    let before = selected(&desk);
    // The cell of the second block, in the grid.
    let (x, y) = place(&desk, "[", 0);
    let other = (x + 4, y);
    report(&desk, CLICK, other);
    desk.settle();
    assert_eq!(selected(&desk), before);
    report(&desk, CLICK, other);
    desk.settle();
    assert_eq!(selected(&desk), "0101");
    // From the grid back to the list, on a row: the keys first, the row then.
    click(&mut desk, "Load test", 0);
    assert_eq!(selected(&desk), "0101");
    click(&mut desk, "Load test", 0);
    assert_eq!(selected(&desk), "0003");
    // A row of the detail pane is its field.
    for _ in 0..2 {
        click(&mut desk, "Owner", 0);
    }
    desk.keys("<Enter>");
    assert_eq!(desk.cockpit.model.overlays.len(), 1);
}

#[test]
fn a_click_chooses_in_a_menu_and_runs_the_command_of_a_hint() {
    let mut desk = desk();
    desk.keys("js");
    click(&mut desk, "p  ◐ in progress", 0);
    desk.wait_for("0002 status: draft → in progress");
    assert!(desk.file(LOG).contains("\"in progress\""));
    // What lies under an overlay takes no clicks, a hint in it does.
    click(&mut desk, "s status", 0);
    assert_eq!(desk.cockpit.model.overlays.len(), 1);
    click(&mut desk, "Pick the engine", 0);
    assert_eq!(
        (desk.cockpit.model.overlays.len(), selected(&desk)),
        (1, "0002".to_owned())
    );
    click(&mut desk, "Esc close", 1);
    assert_eq!(desk.cockpit.model.overlays.len(), 0);
    click(&mut desk, "? help", 0);
    assert_eq!(desk.cockpit.model.overlays.len(), 1);
}

#[test]
fn the_wheel_moves_what_is_under_it() {
    let mut desk = Desk::bundled(120, 30);
    let steps = place(&desk, "complete", 3);
    let first = selected(&desk);
    report(&desk, MouseEventKind::ScrollDown, steps);
    report(&desk, MouseEventKind::ScrollDown, steps);
    desk.settle();
    let down = desk.cockpit.model.view.cursor;
    report(&desk, MouseEventKind::ScrollUp, steps);
    report(&desk, MouseEventKind::ScrollUp, steps);
    report(&desk, MouseEventKind::ScrollLeft, steps);
    report(&desk, MouseEventKind::Drag(MouseButton::Left), steps);
    desk.settle();
    assert_eq!(
        (down - desk.cockpit.model.view.cursor, selected(&desk)),
        (6, first.clone())
    );
    // In an overlay, wherever the pointer is; the screen below stands still.
    desk.keys("s");
    report(&desk, MouseEventKind::ScrollDown, steps);
    report(&desk, MouseEventKind::ScrollDown, (0, 0));
    desk.keys("<Esc>");
    assert_eq!(selected(&desk), first);
}

/// The headings stand where columns are chosen; a click on one is `S` with that column.
#[test]
fn a_click_on_a_heading_sorts_and_a_second_one_reverses() {
    let mut desk = desk();
    desk.keys("|<Down><Space><Esc>");
    let by_id = desk.listed();
    click(&mut desk, "Title", 0);
    let by_title = desk.listed();
    assert_ne!(by_title, by_id);
    assert!(desk.screen().contains("Title ↑"), "{}", desk.screen());
    click(&mut desk, "Title ↑", 0);
    assert!(desk.listed().into_iter().rev().eq(by_title));
    click(&mut desk, "State", 0);
    assert!(desk.screen().contains("by state ↑"), "{}", desk.screen());
    // From another pane a click gives the list the keys, and nothing else.
    desk.keys("<Tab>");
    click(&mut desk, "ID  ", 0);
    assert!(desk.screen().contains("by state ↑"), "{}", desk.screen());
    click(&mut desk, "ID  ", 0);
    assert_eq!(desk.listed(), by_id);
    // Nor does it reach through what lies over the list.
    let heading = place(&desk, "Title", 0);
    desk.keys("s");
    report(&desk, CLICK, heading);
    desk.settle();
    assert_eq!(desk.listed(), by_id);
    assert_eq!(desk.diff(), "");
}

#[test]
fn a_second_click_on_a_row_opens_it() {
    let mut desk = desk();
    click(&mut desk, "Load test", 0);
    assert_eq!(desk.cockpit.model.place().place, "plan");
    let list = desk.cockpit.model.place();
    click(&mut desk, "Load test", 0);
    assert_ne!(desk.cockpit.model.place(), list, "{}", desk.screen());
    // A key in between makes it a first click again; so does the wheel.
    let mut desk = self::desk();
    click(&mut desk, "Load test", 0);
    desk.keys("kj");
    click(&mut desk, "Load test", 0);
    assert_eq!(desk.cockpit.model.place(), list);
    let at = place(&desk, "Load test", 0);
    report(&desk, MouseEventKind::ScrollUp, at);
    desk.settle();
    click(&mut desk, "Load test", 0);
    assert_eq!(desk.cockpit.model.place(), list);
    // Nor do two clicks on two rows open one.
    click(&mut desk, "Pick the engine", 0);
    click(&mut desk, "Review the schema", 0);
    assert_eq!(
        (desk.cockpit.model.place(), selected(&desk)),
        (list, "0002".to_owned())
    );
    assert_eq!(desk.diff(), "");
}

/// A tab is a click away, and the wheel scrolls what lies over a screen.
#[test]
fn tabs_take_clicks_and_what_lies_over_a_screen_scrolls() {
    let mut desk = desk();
    click(&mut desk, "5 Problems", 0);
    assert_eq!(desk.cockpit.model.screen.title, "Problems");
    click(&mut desk, "1 Plan", 0);
    // Chooser, note, and what lies below stands still.
    let below = desk.cockpit.model.view.cursor;
    desk.keys("?");
    let first = desk.screen();
    let at = place(&desk, "Keys that work here", 0);
    (0..20).for_each(|_| report(&desk, MouseEventKind::ScrollDown, at));
    desk.settle();
    assert_ne!(desk.screen(), first);
    (0..20).for_each(|_| report(&desk, MouseEventKind::ScrollUp, at));
    desk.settle();
    assert_eq!(desk.screen(), first);
    desk.keys("<Esc>");
    assert_eq!(desk.cockpit.model.view.cursor, below);
}

/// The reports of a real terminal, and the modes that they need.
#[test]
fn the_terminal_reports_only_if_it_was_asked_to() {
    let reports = b"\x1b[<0;12;3M\x1b[<65;1;1M\x1b[<0;0;9Mx";
    let started = |mouse: Option<&str>| {
        let pty = super::terminal::launch()
            .env("MOUSE", mouse.unwrap_or_default())
            .env("EDIT", "echo editing; read a")
            .start();
        pty.wait_for("ready");
        pty
    };
    let has_mouse =
        |screen: &vt100::Screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
    let pty = started(Some("1"));
    assert!(pty.screen(has_mouse));
    pty.send(reports);
    pty.wait_for("key x");
    pty.wait_for("Mouse(MouseEvent { kind: Down(Left), column: 11, row: 2,");
    pty.wait_for("Mouse(MouseEvent { kind: ScrollDown, column: 0, row: 0,");
    assert_eq!(pty.screen_text().matches("Mouse(").count(), 2);
    // An editor has the mouse for itself, and a panic leaves it off.
    pty.type_keys("E");
    pty.wait_for("editing");
    assert!(!pty.screen(has_mouse));
    pty.type_keys("<Enter>");
    pty.wait_for("edited exit status: 0");
    assert!(pty.screen(has_mouse));
    pty.type_keys("P");
    pty.wait_exit();
    assert!(!pty.screen(has_mouse));

    let pty = started(None);
    assert!(!pty.screen(has_mouse));
    pty.send(reports);
    pty.wait_for("key x");
    assert!(
        !pty.screen_text().contains("Mouse("),
        "{}",
        pty.screen_text()
    );
}

/// The program as it comes leaves the mouse to the terminal, and reports that come all the same
/// do nothing.
#[test]
fn without_being_asked_for_the_mouse_does_nothing() {
    let folder = folder_of(&[(LOG, LINES), (CANON, DOCUMENT)]);
    let pty = Launch::stepdeck(&[]).in_folder(folder.path()).start();
    pty.wait_for("0002");
    pty.send(b"\x1b[<0;12;3M\x1b[<0;12;3m\x1b[<65;40;5M");
    pty.type_keys(":");
    pty.wait_for("Commands");
    pty.type_keys("<Esc>");
    pty.wait_until(|screen| !screen.contents().contains("Commands"));
    let top = pty.screen_text().lines().next().map(str::to_owned);
    assert!(top.is_some_and(|top| top.contains("0001")));
    pty.type_keys("q");
    assert!(pty.wait_exit().success());
    let output = pty.output();
    for mode in [&b"1000h"[..], b"1002h", b"1003h", b"1004h", b"1006h"] {
        assert!(!output.windows(mode.len()).any(|part| part == mode));
    }
}

/// The whole program, with the mouse switched on in one's own configuration.
#[test]
fn ones_own_configuration_switches_the_mouse_on() {
    let folder = folder_of(&[
        (LOG, LINES),
        (CANON, DOCUMENT),
        (
            "config/stepdeck/config.toml",
            "mouse = true\n[display]\nstart = \"plan\"\n",
        ),
    ]);
    let config = folder.path().join("config");
    let launch = Launch::stepdeck(&[]).in_folder(folder.path()).size(120, 30);
    let pty = launch
        .env("XDG_CONFIG_HOME", config.to_str().unwrap())
        .start();
    pty.wait_for("Load test");
    // Beside the detail pane's words, the list is the first to show it.
    let rows = pty.screen(|screen| screen.rows(0, 120).collect::<Vec<String>>());
    let row = rows
        .iter()
        .position(|row| row.contains("Load test"))
        .unwrap();
    // The window comes to the front by one click, which does nothing else.
    pty.send(format!("\x1b[O\x1b[I\x1b[<0;50;{row}M\x1b[<0;50;{row}m").as_bytes());
    pty.send(format!("\x1b[<0;50;{}M", row + 1).as_bytes());
    pty.wait_until(|screen| {
        let top = screen.rows(0, 120).next().unwrap_or_default();
        top.contains("0003")
    });
    pty.type_keys("q");
    assert!(pty.wait_exit().success());
    assert!(
        pty.screen(|screen| { screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None })
    );
}
