//! The cockpit as it is seen on every screen, size and kind of terminal.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use crate::support::desk::{Desk, text_of};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::pty::Launch;
use crate::support::{keys, screen};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use stepdeck::app::core::key::Key;
use stepdeck::app::overlays::Overlay;
use stepdeck::app::{Effect, Message, Model, update};
use stepdeck::document::visible::width;
use stepdeck::tui::cockpit::Event;
use stepdeck::tui::draw::draw;
use stepdeck::tui::terminal::TerminalEvent;
use stepdeck::tui::widgets::field::Field;
use stepdeck::tui::widgets::scroll::ScrollState;
use tempfile::TempDir;

const FILES: [(&str, &str); 2] = [(LOG, LINES), (CANON, DOCUMENT)];

/// Presses keys by name, and answers what they ask for outside.
fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let key = |name: &str| -> Key { name.parse().expect(name) };
    let mut effects = Vec::new();
    for name in keys.split(' ') {
        effects.extend(update(model, Message::Key(key(name))));
    }
    effects
}

fn drawn(model: &Model, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let (theme, mut sight) = (screen::dark(), ScrollState::default());
    let input = model.overlays.last().and_then(Overlay::input);
    let field = input.map(Field::open);
    terminal
        .draw(|frame| draw(frame, model, &theme, &mut sight, field.as_ref()))
        .unwrap();
    terminal.backend().buffer().clone()
}

/// Resize 160×48 → 80×24 → 30×8 → back, while editing → no panic, selection and
/// text kept; whatever is open.
#[test]
fn a_change_of_size_keeps_selection_and_text() {
    for (keys, kept) in [
        ("jjet!!", "Load test!!"),
        ("jj/loa", "loa"),
        ("jjed", "Board agrees"),
        ("jjoab", "ab"),
        ("jj?mar", "mar"),
        ("jjs", "Status of 0003"),
        ("jjw", "Why: 0003"),
    ] {
        let mut desk = Desk::sized(&FILES, 160, 48);
        desk.keys(keys);
        let open = desk.cockpit.model.overlays.clone();
        for (columns, rows) in [(160, 48), (80, 24), (30, 8), (1, 1), (80, 24), (160, 48)] {
            desk.resize(columns, rows);
            assert_eq!(
                desk.cockpit.model.overlays, open,
                "{keys} at {columns}×{rows}"
            );
            assert_eq!(desk.cockpit.model.selected().unwrap().0.to_string(), "0003");
            let screen = desk.screen();
            match columns {
                30 => assert!(screen.contains("needs 40×12, has 30×8"), "{screen}"),
                1 => {}
                _ => assert!(
                    screen.contains(kept),
                    "{keys} at {columns}×{rows}\n{screen}"
                ),
            }
        }
    }
    // Typed on while it is too small to be seen.
    let mut desk = Desk::sized(&FILES, 160, 48);
    desk.keys("jjet!")
        .resize(30, 8)
        .keys("?")
        .resize(160, 48)
        .keys("<Enter>");
    assert!(desk.file(LOG).contains("\"title\": \"Load test!?\""));
}

/// A log with one step of each status.
fn statuses() -> String {
    let line = |(n, status): (usize, &str)| {
        format!(
            "{{\"step_id\": \"000{n}\", \"title\": \"Row {n}\", \"status\": \"{status}\", \"dependencies\": [\"Somebody agrees\"], \"updated_at\": \"2026-11-01T00:00:00Z\"}}\n"
        )
    };
    (1..)
        .zip(["idea", "draft", "in progress", "blocked", "complete"])
        .map(line)
        .collect()
}

/// `NO_COLOR=1`, `TERM=xterm-16color`, `--ascii` → the five statuses are
/// distinct by sign and word, the selection visible.
#[test]
fn statuses_and_selection_are_seen_on_any_terminal() {
    type Surroundings = (
        &'static [&'static str],
        &'static [(&'static str, &'static str)],
    );
    let cases: [Surroundings; 5] = [
        (&[], &[("NO_COLOR", "1")]),
        (&[], &[("TERM", "xterm-16color")]),
        (&["--ascii"], &[]),
        (&["--ascii"], &[("NO_COLOR", "1")]),
        (&["--ascii"], &[("TERM", "vt100")]),
    ];
    for (arguments, variables) in cases {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("data/plans")).unwrap();
        fs::write(folder.path().join(LOG), statuses()).unwrap();
        let mut launch = Launch::stepdeck(arguments)
            .in_folder(folder.path())
            .size(120, 30);
        for (name, value) in variables {
            launch = launch.env(name, value);
        }
        let cockpit = launch.start();
        cockpit.wait_for("quit");
        cockpit.wait_for("Row 5");
        let what = format!("{arguments:?} {variables:?}");
        let text = cockpit.screen_text();
        let mut signs = BTreeSet::new();
        for (n, word) in (1..).zip(["idea", "draft", "in progress", "blocked", "complete"]) {
            let row = text
                .lines()
                .find(|line| {
                    line.contains(&format!("Row {n} ")) && line.contains(&format!("000{n}"))
                })
                .unwrap();
            let row = &row[row.find(&format!("000{n}")).unwrap() + 5..];
            let (sign, rest) = row.split_once(' ').unwrap();
            assert!(rest.starts_with(word), "{what}: {row}");
            signs.insert(sign.to_owned());
        }
        assert_eq!(signs.len(), 5, "{what}: {signs:?}");
        if arguments.contains(&"--ascii") {
            assert!(text.is_ascii(), "{what}:\n{text}");
        }
        // The selected row looks otherwise than its neighbours, and that moves with it.
        let look = |n: usize| cockpit.look_of(&format!("000{n} "));
        assert_ne!(look(1), look(3), "{what}");
        assert_eq!(look(2), look(3), "{what}");
        cockpit.type_keys("j");
        cockpit.wait_until(|screen| screen.contents().contains("0002 "));
        cockpit.wait_for(if arguments.contains(&"--ascii") {
            "> 0002"
        } else {
            "› 0002"
        });
        assert_ne!(look(2), look(3), "{what}");
        assert_eq!(look(1), look(3), "{what}");
        let output = String::from_utf8_lossy(&cockpit.output()).into_owned();
        let colours = colours(&output);
        if variables.contains(&("NO_COLOR", "1")) {
            assert!(colours.is_empty(), "{what}: {colours:?}");
        } else if variables.contains(&("TERM", "xterm-16color")) {
            let named = |colour: &Option<u16>| colour.is_some_and(|index| index < 16);
            assert!(
                !colours.is_empty() && colours.iter().all(named),
                "{what}: {colours:?}"
            );
        }
        cockpit.type_keys("q");
        assert!(cockpit.wait_exit().success());
    }
}

/// The colours that the sequences in `output` set: indexes, or `None` for one given in full.
/// To go back to the terminal's own is no colour.
fn colours(output: &str) -> BTreeSet<Option<u16>> {
    let mut colours = BTreeSet::new();
    for part in output.split("\x1b[").skip(1) {
        let is_parameter = |c: char| c.is_ascii_digit() || matches!(c, ';' | ':');
        let Some((parameters, _)) = part.split_once('m') else {
            continue;
        };
        if !parameters.chars().all(is_parameter) {
            continue;
        }
        let mut codes = parameters
            .split([';', ':'])
            .map(|code| code.parse().unwrap_or(0u16));
        while let Some(code) = codes.next() {
            match code {
                30..=37 | 40..=47 => drop(colours.insert(Some(code % 10))),
                90..=97 | 100..=107 => drop(colours.insert(Some(code % 10 + 8))),
                38 | 48 => match codes.next() {
                    Some(5) => drop(colours.insert(codes.next())),
                    _ => {
                        colours.insert(None);
                        codes.by_ref().take(3).for_each(drop);
                    }
                },
                _ => {}
            }
        }
    }
    colours
}

/// CJK, emoji and combining titles → borders aligned: every frame stands where
/// it stands for a plan in ASCII, on every screen and with boxes open.
#[test]
fn borders_stand_still_whatever_the_letters_are() {
    let texts = [
        "设计评审与上线检查设计评审与上线检查设计评审与上线检查",
        "👩‍👩‍👧‍👦 family 🇩🇪 flag 👍🏽 thumb ❤️ heart 1️⃣ key ☕ cup 👩‍👩‍👧‍👦🇩🇪👍🏽",
        "e\u{301}\u{302}\u{303}a\u{20d7}o\u{308} combining ﷺ Zalgo\u{335}\u{336}\u{337}\u{338} ไทยภาษา हिन्दी",
        "ｆｕｌｌｗｉｄｔｈ ｶﾀｶﾅ 한국어 \u{200b}zero\u{200d}width\u{feff}",
    ];
    for text in texts {
        let with = |text: &str| {
            let (log, canon) = (
                LINES
                    .replace("Load test", text)
                    .replace("Review the schema", text)
                    .replace("\"grc\"", &format!("\"{text}\""))
                    .replace("Schema agreed", text),
                DOCUMENT
                    .replace("Ops Guild", text)
                    .replace("Runbooks cover deploy", text)
                    .replace("Ground", text)
                    .replace("Everyone sees one plan", text)
                    .replace("Base", text),
            );
            let mut model = screen::model(&[(LOG, &log), (CANON, &canon)]);
            screen::check(&mut model);
            model
        };
        let mut plain = with("plain");
        let mut other = with(text);
        for keys in [
            "1",
            "1 tab",
            "1 tab tab",
            "1 shift-tab",
            "1 j e",
            "1 j e t",
            "1 j o",
            "1 j b",
            "1 j w",
            "1 z",
            "2",
            "2 tab",
            "2 shift-tab",
            "5",
            "5 j j",
        ] {
            let with_boxes = keys.starts_with("1 j");
            for (columns, rows) in [(160, 40), (81, 24), (41, 13)] {
                for model in [&mut plain, &mut other] {
                    press(model, "esc esc esc esc esc");
                    press(model, keys);
                }
                let (plain, other) = (drawn(&plain, columns, rows), drawn(&other, columns, rows));
                // Outer edges: what stands there is the same, cell by cell.
                for y in 0..rows {
                    let row = |buffer: &Buffer| -> String {
                        let mut skip = 0;
                        let mut line = String::new();
                        for x in 0..columns {
                            if skip > 0 {
                                skip -= 1;
                                continue;
                            }
                            let symbol = buffer[(x, y)].symbol();
                            skip = width(symbol).saturating_sub(1);
                            line.push_str(symbol);
                        }
                        line
                    };
                    // What a terminal shows of the row is as wide as the window.
                    let shown = width(&row(&other));
                    assert_eq!(
                        shown,
                        usize::from(columns),
                        "{keys} {columns}×{rows}: {}",
                        row(&other)
                    );
                    // A box is as wide as what is in it; the panes are not.
                    let panes = if with_boxes { 0 } else { columns };
                    for x in 0..panes {
                        let is_edge = |symbol: &str| matches!(symbol, "│" | "┌" | "┐" | "└" | "┘");
                        let (a, b) = (plain[(x, y)].symbol(), other[(x, y)].symbol());
                        let upright = matches!(a, "│") && is_frame(&plain, x, rows);
                        assert!(
                            !upright || is_edge(b) || is_thumb(b),
                            "{keys} {columns}×{rows} at {x},{y}: {b:?}\n{}",
                            text_of(&other)
                        );
                    }
                }
            }
        }
    }
}

/// In a terminal: the right edge of the panes stands in one column.
#[test]
fn borders_are_aligned_in_a_terminal() {
    for text in [
        "设计评审 한국어 ｆｕｌｌ",
        "🚀 ☕ cup 🧪 test",
        "e\u{301}a\u{308}o\u{302} combining",
    ] {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("data/plans")).unwrap();
        let log = LINES.replace("Load test", text).replace("Cut over", text);
        fs::write(folder.path().join(LOG), log).unwrap();
        let cockpit = Launch::stepdeck(&[]).in_folder(folder.path()).start();
        cockpit.wait_for("quit");
        cockpit.type_keys("jj");
        cockpit.wait_for("› 0003");
        cockpit.screen(|screen| {
            // Above the panes stand the header, the tabs and the strip of blocks.
            for row in 3..22 {
                let edge = screen.cell(row, 79).unwrap().contents().to_owned();
                assert!(
                    matches!(&*edge, "│" | "┐" | "┘" | "┃"),
                    "{text}, row {row}: {edge:?}\n{}",
                    screen.contents()
                );
            }
        });
        cockpit.type_keys("q");
        assert!(cockpit.wait_exit().success());
    }
}

/// Whether a frame stands in this column from the top of the body to its end, rather than a
/// line within a pane, which moves with the text.
fn is_frame(buffer: &Buffer, x: u16, rows: u16) -> bool {
    (1..rows - 2).all(|y| matches!(buffer[(x, y)].symbol(), "│" | "┌" | "┐" | "└" | "┘" | "┃"))
}

/// The scroll bar, which stands in the frame and is as long as the text asks for.
fn is_thumb(symbol: &str) -> bool {
    matches!(symbol, "┃" | "█" | "║" | "▐")
}

fn ten_thousand() -> String {
    let line = |n: usize| {
        format!(
            "{{\"step_id\": \"{n:04}\", \"block\": \"B{:02}\", \"title\": \"Step number {n}\", \"status\": \"draft\", \"updated_at\": \"2026-11-01T00:00:00Z\"}}\n",
            (n - 1) / 100 + 1
        )
    };
    (1..=10_000).map(line).collect()
}

/// Hold `j` for 5 s over 10,000 rows → stops within 50 ms of release. A held key
/// repeats some 30 times a second, so 150 keys come. What came while a frame was drawn is taken
/// together before the next one; after the release nothing is left to catch up with.
#[test]
fn a_held_key_stops_when_it_is_released() {
    let mut desk = Desk::sized(&[(LOG, &ten_thousand())], 160, 48);
    let hold = |desk: &Desk, count: usize| {
        for key in keys::events(&"j".repeat(count)) {
            desk.send(Event::Terminal(TerminalEvent::Key(key)));
        }
    };
    // The worst case: the loop was stuck for the whole of the 5 s, all keys wait.
    let frames = desk.cockpit.face.frames;
    hold(&desk, 150);
    desk.cockpit.turn(Some(Duration::ZERO)).unwrap();
    assert_eq!(desk.cockpit.model.view.cursor, 150, "taken in one turn");
    // One frame for all of them, and then it stands still.
    for _ in 0..20 {
        desk.cockpit.turn(Some(Duration::from_millis(1))).unwrap();
    }
    assert_eq!(desk.cockpit.model.view.cursor, 150);
    assert_eq!(desk.cockpit.face.frames - frames, 1);
    assert!(desk.screen().contains("› 0151"), "{}", desk.screen());
    // The usual case: key by key, each with its own frame, well within its time, so that
    // nothing piles up. The best of many, for the machine is shared.
    let mut took = Vec::new();
    for _ in 0..50 {
        hold(&desk, 1);
        let begun = Instant::now();
        // Takes the key, then draws.
        desk.cockpit.turn(Some(Duration::from_secs(10))).unwrap();
        desk.cockpit.turn(Some(Duration::ZERO)).unwrap();
        took.push(begun.elapsed());
    }
    assert_eq!(desk.cockpit.model.view.cursor, 200);
    took.sort();
    assert!(
        took[25] < Duration::from_millis(33),
        "a key and its frame: {:?}",
        took[25]
    );
}
