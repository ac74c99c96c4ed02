//! Using the cockpit: acceptance 40 to 52. What needs no disk is tried on the model alone, for
//! every command of the registry; the rest runs the real loop or the built binary.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use stepdeck::app::command::{Command, Place, all};
use stepdeck::app::key::Key;
use stepdeck::app::model::{Screen, Tone};
use stepdeck::app::overlay::{Choice, Overlay};
use stepdeck::app::{Effect, Message, Model, update};
use stepdeck::document::visible::width;
use stepdeck::tui::cockpit::{Event, Turn};
use stepdeck::tui::draw::draw;
use stepdeck::tui::field::Field;
use stepdeck::tui::terminal::TerminalEvent;
use stepdeck::tui::window::Sight;
use support::desk::{Desk, text_of};
use support::fixture::{CANON, DOCUMENT, LINES, LOG};
use support::pty::Launch;
use support::{keys, screen};
use tempfile::TempDir;

const FILES: [(&str, &str); 2] = [(LOG, LINES), (CANON, DOCUMENT)];

/// Keys that bring the focus to every place of the three screens.
const PLACES: [(&str, Place); 8] = [
    ("1 shift-tab", Place::Blocks),
    ("1", Place::Steps),
    ("1 tab", Place::Detail),
    ("1 tab tab", Place::Chain),
    ("2 shift-tab", Place::Ladder),
    ("2", Place::Checks),
    ("2 tab", Place::Owners),
    ("5", Place::Problems),
];

fn model() -> Model {
    let mut model = screen::model(&FILES);
    screen::check(&mut model);
    model
}

/// Presses keys by name, and answers what they ask for outside.
fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let key = |name: &str| -> Key { name.parse().expect(name) };
    let mut effects = Vec::new();
    for name in keys.split(' ') {
        effects.extend(update(model, Message::Key(key(name))));
    }
    effects
}

/// The same after five times Esc.
fn press_at(model: &mut Model, place: &str, keys: &str) -> Vec<Effect> {
    press(model, "esc esc esc esc esc");
    press(model, place);
    press(model, keys)
}

fn drawn(model: &Model, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let (theme, mut sight) = (screen::dark(), Sight::default());
    let input = model.overlays.last().and_then(Overlay::input);
    let field = input.map(Field::open);
    terminal
        .draw(|frame| draw(frame, model, &theme, &mut sight, field.as_ref()))
        .unwrap();
    terminal.backend().buffer().clone()
}

fn desk() -> Desk {
    Desk::open(&FILES)
}

fn first_key(command: &Command) -> Option<&'static str> {
    command.keys.first().copied()
}

/// Acceptance 40: `q` leaves from every screen; `Esc` five times lands on Plan and never
/// quits, from wherever any two commands led.
#[test]
fn five_times_esc_is_the_plan_and_q_leaves_from_every_screen() {
    let quits = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::Quit));
    let commands = || all().filter(|command| command.name != "quit");
    for (place, _) in PLACES {
        let mut model = model();
        for first in commands().filter_map(first_key) {
            for second in commands().filter_map(first_key) {
                press_at(&mut model, place, &format!("{first} {second}"));
                let effects = press(&mut model, "esc esc esc esc esc");
                assert!(!quits(&effects), "{place} {first} {second}");
                assert_eq!(model.screen, Screen::Plan, "{place} {first} {second}");
            }
        }
    }
    let screens: Vec<&str> = commands()
        .filter(|command| command.name.starts_with("screen-"))
        .filter_map(first_key)
        .collect();
    assert!(screens.len() >= 3);
    let places = PLACES.iter().map(|(place, _)| *place);
    for place in places.chain(screens) {
        assert!(quits(&press_at(&mut model(), place, "q")), "{place}");
    }
}

fn help_rows(model: &Model) -> Vec<(&'static str, String, String)> {
    let Some(Overlay::Chooser { rows, .. }) = model.overlays.last() else {
        panic!("the help is not open: {:?}", model.overlays);
    };
    let name = |choice: &Choice| match choice {
        Choice::Run(name) => *name,
        other => panic!("{other:?} is no command"),
    };
    rows.iter()
        .map(|row| (name(&row.choice), row.key.clone(), row.label.clone()))
        .collect()
}

/// Acceptance 41: `?` lists the keys that work here, filters as one types, runs the chosen
/// one; `?` closes it.
#[test]
fn the_help_lists_what_works_here_narrows_down_and_runs_the_chosen_one() {
    for (keys, place) in PLACES {
        let mut model = model();
        press(&mut model, keys);
        assert_eq!(model.place(), place);
        press(&mut model, "?");
        let listed = help_rows(&model);
        let names: BTreeSet<&str> = listed.iter().map(|(name, ..)| *name).collect();
        // What really runs here is what a key finds, whatever the registry says of places.
        let works = |c: &&Command| {
            let mut keys = c.keys.iter().map(|key| key.parse::<Key>().unwrap());
            keys.any(|key| {
                model
                    .keymap
                    .command(place, key)
                    .is_some_and(|w| w.name == c.name)
            })
        };
        let expected: BTreeSet<&str> = all().filter(works).map(|c| c.name).collect();
        assert_eq!(names, expected, "{place:?}");
        for (name, spelled, _) in &listed {
            let command = stepdeck::app::command::named(name).unwrap();
            let keys = model.keymap.keys(place, command);
            let spellings: Vec<String> = keys.iter().map(ToString::to_string).collect();
            assert_eq!(*spelled, spellings.join(" "), "{name} in {place:?}");
            for key in keys {
                let found = model.keymap.command(place, key);
                assert_eq!(found.map(|c| c.name), Some(*name), "{key} in {place:?}");
            }
        }
        // Narrowed down by words in any order, to fewer, of which each has both words.
        update(&mut model, Message::Typed("plan scree".to_owned()));
        let found = help_rows(&model);
        assert!(!found.is_empty() && found.len() < listed.len());
        assert!(found.iter().any(|(name, ..)| *name == "screen-plan"));
        update(&mut model, Message::Typed("zzzz".to_owned()));
        assert!(help_rows(&model).is_empty());
        press(&mut model, "enter");
        assert!(text_of(&drawn(&model, 80, 24)).contains("nothing matches"));
        update(&mut model, Message::Typed("zzzz?".to_owned()));
        assert_eq!(model.overlays, [], "? closes it");
        press(&mut model, "? esc");
        assert_eq!((model.overlays.len(), model.place()), (0, place));
        // The chosen one is run.
        press(&mut model, "?");
        update(&mut model, Message::Typed("screen-problems".to_owned()));
        press(&mut model, "enter");
        assert_eq!((model.overlays.len(), model.screen), (0, Screen::Problems));
    }
    // Through the real field, where `?` is a letter behind others.
    let mut desk = desk();
    desk.keys("?mark").keys("?");
    assert_eq!(desk.cockpit.model.overlays, []);
}

fn hints(buffer: &Buffer) -> Vec<String> {
    let text = text_of(buffer);
    let footer = text.lines().last().unwrap_or_default();
    let hints = footer.split("  ").map(str::trim);
    hints.filter(|h| !h.is_empty()).map(str::to_owned).collect()
}

/// Acceptance 42: the footer follows the focus and never cuts a hint in half: at any width it
/// shows whole hints of those that all fit where there is room, and each focus has its own.
#[test]
fn the_footer_follows_the_focus_and_cuts_no_hint() {
    let mut foci: Vec<(String, Model)> = Vec::new();
    for (keys, place) in PLACES {
        let mut model = model();
        press(&mut model, keys);
        let wide = hints(&drawn(&model, 400, 30));
        let works = |hint: &String| {
            let (key, what) = hint.split_once(' ').unwrap();
            let key = match key {
                "⏎" => "enter",
                key => key,
            };
            let command = model
                .keymap
                .command(place, key.to_lowercase().parse().unwrap());
            let command = command.or_else(|| model.keymap.command(place, key.parse().ok()?));
            command.is_some_and(|command| command.hint == what)
        };
        assert!(
            wide.len() > 3 && wide.iter().all(works),
            "{place:?}: {wide:?}"
        );
        foci.push((format!("{place:?}"), model));
    }
    for keys in ["e", "e t", "e d", "/", "?", "s", "w", ":"] {
        let mut model = model();
        press(&mut model, "j");
        press(&mut model, keys);
        foci.push((keys.to_owned(), model));
    }
    let mut seen = BTreeSet::new();
    for (what, model) in &foci {
        let wide = hints(&drawn(model, 400, 30));
        seen.insert(wide.clone());
        for columns in 40..=160 {
            let shown = hints(&drawn(model, columns, 30));
            assert!(!shown.is_empty(), "{what} at {columns}");
            let cut = shown.iter().find(|hint| !wide.contains(hint));
            assert_eq!(cut, None, "{what} at {columns}: {shown:?}");
        }
    }
    // Detail and chain share theirs with nobody else; choosers and menus may look alike.
    assert!(seen.len() >= 9, "{seen:#?}");
}

/// Acceptance 43: type `add` with no field open → nothing is lost, `u` reverts it all; in
/// every pane of every screen.
#[test]
fn a_word_typed_where_no_field_is_open_is_taken_back_by_undo() {
    for place in [
        "",
        "<Tab>",
        "<Tab><Tab>",
        "<S-Tab>",
        "2",
        "2<Tab>",
        "2<S-Tab>",
        "5",
        "5j",
    ] {
        let mut desk = desk();
        desk.keys(place)
            .keys("add<Enter>")
            .keys("<Esc><Esc><Esc><Esc><Esc>");
        let model = &desk.cockpit.model;
        assert!(
            model.overlays.is_empty() && desk.turn == Turn::On,
            "{place}"
        );
        if !desk.diff().is_empty() {
            let before = desk.file(LOG);
            for line in LINES.lines() {
                assert!(before.contains(line), "{place}: {line} is lost");
            }
        }
        desk.keys("u");
        assert_eq!(desk.diff(), "", "{place}");
    }
}

/// Acceptance 44: `/gate rev` finds what `/rev gate` finds; `Esc` restores the selection; no
/// result says so and how to clear.
#[test]
fn words_are_found_in_any_order_and_no_result_says_how_to_clear() {
    let gate = LINES
        .replace("Load test", "Gate for the review")
        .replace("Cut over", "Review of the last gate");
    let mut desk = Desk::open(&[(LOG, &gate), (CANON, DOCUMENT)]);
    let found = |desk: &Desk| {
        let model = &desk.cockpit.model;
        let ids = model
            .view
            .list
            .iter()
            .map(|step| model.plan.step(*step).id().to_string());
        ids.collect::<BTreeSet<String>>()
    };
    desk.keys("j/gate rev");
    let one = found(&desk);
    desk.keys("<C-u>rev gate");
    assert_eq!(one, found(&desk));
    assert_eq!(one, BTreeSet::from(["0003".to_owned(), "0101".to_owned()]));
    // While typing, and after the filter was kept.
    for keys in ["<Esc>", "/rev gate<Enter>j<Esc>"] {
        desk.keys(keys);
        assert_eq!(found(&desk).len(), 4);
    }
    desk.keys("gj/zzzz");
    assert!(found(&desk).is_empty());
    desk.keys("<Esc>");
    assert_eq!(desk.cockpit.model.selected().unwrap().0.to_string(), "0002");
    desk.keys("/zzzz<Enter>");
    let notice = desk.cockpit.model.notice.clone().unwrap();
    assert_eq!(notice.text, "no step matches · Esc clears the filter");
    // The list itself says so too, for whoever comes back to it later.
    desk.keys("<Tab><S-Tab>w");
    assert!(desk.screen().contains("Esc"), "{}", desk.screen());
    desk.keys("<Esc><Esc>");
    assert_eq!(found(&desk).len(), 4);
}

/// Acceptance 45: mark three, `s` complete → one message, one `u` reverts the three.
#[test]
fn three_marked_steps_are_completed_and_reverted_at_once() {
    let mut desk = desk();
    desk.keys("j<Space><Space><Space>sc");
    let complete = desk.file(LOG).matches("\"status\": \"complete\"").count();
    assert_eq!(complete, 4);
    let notice = desk.cockpit.model.notice.clone().unwrap();
    assert!(
        notice.text.starts_with("3 steps status → complete"),
        "{}",
        notice.text
    );
    assert_eq!(notice.tone, Tone::Done);
    assert!(desk.file(CANON).contains("- **Status:** Complete"));
    desk.keys("u");
    assert_eq!(desk.diff(), "");
    assert!(
        !desk.cockpit.model.live.can_undo(),
        "there was only one change"
    );
}

/// Acceptance 46: 50 edits, 50 undos, 50 redos → the files as after the 50 edits; 50 undos
/// again → the first files. Edits of every kind, in log, canon and roadmap.
#[test]
fn fifty_edits_of_every_kind_are_undone_and_redone() {
    let mut desk = desk();
    let kinds = [
        "1gjsp",
        "1gjetA<Enter>",
        "1gjonew crew<Enter>",
        "1aOne more<Enter>",
        "1<S-Tab>ew, too<Enter><Tab>",
        "2kkx",
        "1gjbFreeze over<Enter>",
        "1ggeOEnd<Enter>",
        "1gAA part<Enter>",
        "1gjsb",
    ];
    let places = |desk: &Desk| desk.cockpit.model.live.can_undo();
    let mut states = Vec::new();
    for round in 0..5 {
        for kind in kinds {
            let before = desk.diff();
            // Round by round other text, so that no edit is without effect.
            desk.keys(
                &kind
                    .replace("<Enter>", &format!(" {round}<Enter>"))
                    .replace("sp", if round % 2 == 0 { "sp" } else { "sd" }),
            );
            desk.keys("<Esc><Esc><Esc>");
            assert_ne!(desk.diff(), before, "{kind} in round {round} did nothing");
            assert!(places(&desk));
            states.push(desk.diff());
        }
    }
    assert_eq!(states.len(), 50);
    for undone in (0..50).rev() {
        desk.keys("u");
        let expected = if undone == 0 { "" } else { &states[undone - 1] };
        assert_eq!(desk.diff(), expected, "undo of edit {undone}");
    }
    desk.keys(&"U".repeat(50));
    assert_eq!(desk.diff(), states[49]);
    desk.keys(&"u".repeat(50));
    assert_eq!(desk.diff(), "");
}

/// Acceptance 47: a wrong value (a date, an ID, a status) → refused in place with the reason,
/// the text kept, and nothing written.
#[test]
fn a_wrong_value_is_refused_in_place_and_the_text_kept() {
    for (open, typed, reason) in [
        ("jet<C-u>", "", "a step needs a title"),
        ("jeb<C-u>", "B99", "there is no block B99"),
        ("jeb<C-u>", "elsewhere", "is no block: write B and a number"),
        ("jjed", "e<C-u>9999", "there is no step 9999"),
        ("jjed", "e<C-u>0003", "0003 cannot depend on itself"),
        (":", "9999", "there is no step 9999"),
        ("/", "updated:>soon", "soon"),
        ("/", "status:nearly", "nearly"),
        ("/", "block:xyz", "xyz"),
    ] {
        let mut desk = desk();
        desk.keys(open).keys(typed).keys("<Enter>");
        let model = &desk.cockpit.model;
        let input = model.overlays.last().and_then(Overlay::input);
        let input = input.unwrap_or_else(|| panic!("{open}{typed}: closed\n{}", desk.screen()));
        let text = typed.trim_start_matches("e<C-u>");
        assert_eq!(input.text, text, "{open}");
        let error = input.error.clone().unwrap_or_default();
        assert!(error.contains(reason), "{open}{typed}: {error:?}");
        assert!(
            desk.screen().contains(&reason[..reason.len().min(20)]),
            "{}",
            desk.screen()
        );
        assert_eq!(desk.diff(), "", "{open}{typed}");
    }
    // In the whole step as text: refused with the reason, and the next E goes on with it.
    for (from, to, reason) in [
        ("status = \"draft\"", "status = \"nearly\"", "is no status"),
        ("\"0001\"", "\"9999\"", "there is no step 9999"),
    ] {
        let mut desk = desk();
        let (from, to) = (from.to_owned(), to.to_owned());
        let wrong = to.clone();
        desk.cockpit.face.editor = Box::new(move |text| {
            assert!(text.contains(&from), "{text}");
            Ok(text.replace(&from, &to))
        });
        desk.keys("jE");
        let notice = desk.cockpit.model.notice.clone().unwrap();
        assert!(notice.text.contains(reason), "{}", notice.text);
        assert!(
            notice.text.contains("E goes on with your text"),
            "{}",
            notice.text
        );
        assert_eq!(desk.diff(), "");
        desk.cockpit.face.editor = Box::new(move |text| {
            assert!(text.contains(&wrong), "the text was lost: {text}");
            Ok(text.to_owned())
        });
        desk.keys("E");
        assert_eq!(desk.diff(), "");
    }
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Acceptance 48: the first key after `$EDITOR` is not lost, though it was typed while the
/// editor was about to end.
#[test]
fn the_first_key_after_the_editor_is_not_lost() {
    let folder = folder();
    let cockpit = Launch::stepdeck(&[])
        .in_folder(folder.path())
        .env("EDITOR", "sh -c 'echo editing; read line'")
        .start();
    cockpit.wait_for("quit");
    for (status, shown) in [("b", "→ blocked"), ("p", "→ in progress"), ("i", "→ idea")] {
        cockpit.type_keys("E");
        cockpit.wait_for("editing");
        // Enter ends the editor; what follows in the same breath is for the cockpit.
        cockpit.type_keys(&format!("<Enter>s{status}"));
        cockpit.wait_for(shown);
    }
    cockpit.type_keys("q");
    assert!(cockpit.wait_exit().success());
}

/// Acceptance 49: resize 160×48 → 80×24 → 30×8 → back, while editing → no panic, selection and
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

/// Acceptance 50: `NO_COLOR=1`, `TERM=xterm-16color`, `--ascii` → the five statuses are
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

/// Acceptance 51: CJK, emoji and combining titles → borders aligned: every frame stands where
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

/// Acceptance 51, in a terminal: the right edge of the panes stands in one column.
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
            for row in 1..22 {
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

/// Acceptance 52: hold `j` for 5 s over 10,000 rows → stops within 50 ms of release. A held key
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
