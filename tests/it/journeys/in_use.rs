//! Using the cockpit. What needs no disk is tried on the model alone, for
//! every command of the registry; the rest runs the real loop or the built binary.

use std::collections::BTreeSet;

use crate::support::desk::{Desk, text_of};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::pty::Launch;
use crate::support::screen;
use ratatui::buffer::Buffer;
use stepdeck::app::core::command::{Command, Focus};
use stepdeck::app::core::key::Key;
use stepdeck::app::core::model::Tone;
use stepdeck::app::core::registry::all;
use stepdeck::app::overlays::Overlay;
use stepdeck::app::overlays::menu::Choice;
use stepdeck::app::{Effect, Message, Model, update};
use stepdeck::tui::cockpit::Turn;
use tempfile::TempDir;

const FILES: [(&str, &str); 2] = [(LOG, LINES), (CANON, DOCUMENT)];

/// Keys that bring the focus to every place of the three screens.
const PLACES: [(&str, Focus); 8] = [
    ("1 shift-tab", Focus::BLOCKS),
    ("1", Focus::STEPS),
    ("1 tab", Focus::DETAIL),
    ("1 tab tab", Focus::CHAIN),
    ("2 shift-tab", Focus::LADDER),
    ("2", Focus::CHECKS),
    ("2 tab", Focus::OWNERS),
    ("5", Focus::PROBLEMS),
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
    screen::draw(model, &screen::dark(), columns, rows)
}

fn desk() -> Desk {
    Desk::open(&FILES)
}

fn first_key(command: &Command) -> Option<&'static str> {
    command.keys.first().copied()
}

/// `q` leaves from every screen; `Esc` five times lands on Plan and never
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
                assert_eq!(model.screen.name, "plan", "{place} {first} {second}");
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
    let Some(Overlay::Chooser(help)) = model.overlays.last() else {
        panic!("the help is not open: {:?}", model.overlays);
    };
    let name = |choice: &Choice| match choice {
        Choice::Run(name) => *name,
        other => panic!("{other:?} is no command"),
    };
    help.rows
        .iter()
        .map(|row| (name(&row.choice), row.key.clone(), row.label.clone()))
        .collect()
}

/// `?` lists the keys that work here, filters as one types, runs the chosen
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
            let command = stepdeck::app::core::registry::named(name).unwrap();
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
        assert_eq!((model.overlays.len(), model.screen.name), (0, "problems"));
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

/// The footer follows the focus and never cuts a hint in half: at any width it
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

/// Type `add` with no field open → nothing is lost, `u` reverts it all; in
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

/// `/gate rev` finds what `/rev gate` finds; `Esc` restores the selection; no
/// result says so and how to clear.
#[test]
fn words_are_found_in_any_order_and_no_result_says_how_to_clear() {
    let gate = LINES
        .replace("Load test", "Gate for the review")
        .replace("Cut over", "Review of the last gate");
    let mut desk = Desk::open(&[(LOG, &gate), (CANON, DOCUMENT)]);
    let found = |desk: &Desk| desk.listed().into_iter().collect::<BTreeSet<String>>();
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
    // The list says so, and nothing repeats it.
    let screen = desk.screen().to_lowercase();
    assert_eq!(screen.matches("no step matches").count(), 1, "{screen}");
    desk.keys("<Tab><S-Tab>w");
    assert!(desk.screen().contains("Esc"), "{}", desk.screen());
    desk.keys("<Esc><Esc>");
    assert_eq!(found(&desk).len(), 4);
}

/// Mark three, `s` complete → one message, one `u` reverts the three.
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
        !desk.cockpit.model.sync.can_undo(),
        "there was only one change"
    );
}

/// 50 edits, 50 undos, 50 redos → the files as after the 50 edits; 50 undos
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
    let places = |desk: &Desk| desk.cockpit.model.sync.can_undo();
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

/// A wrong value (a date, an ID, a status) → refused in place with the reason,
/// the text kept, and nothing written.
#[test]
fn a_wrong_value_is_refused_in_place_and_the_text_kept() {
    for (open, typed, reason) in [
        ("jet<C-u>", "", "a step needs a title"),
        ("jeb<C-u>", "B99", "there is no block B99"),
        (
            "jeb<C-u>",
            "elsewhere",
            "is not a block: write B and a number",
        ),
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
        (
            "status = \"draft\"",
            "status = \"nearly\"",
            "is not a status",
        ),
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
            notice.text.contains("E continues with your text"),
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

/// Somebody writes the log while the editor is open: that the text was refused is still said.
#[test]
fn what_others_changed_does_not_hide_that_a_text_was_refused() {
    let mut desk = desk();
    let log = desk.folder().join(LOG);
    desk.cockpit.face.editor = Box::new(move |text| {
        let lines = std::fs::read_to_string(&log).unwrap();
        std::fs::write(&log, lines.replacen("Pick the engine", "Pick an engine", 1)).unwrap();
        Ok(text.replace("status = \"draft\"", "status == \"draft\""))
    });
    desk.keys("jE").wait_for("Pick an engine");
    let notice = desk.cockpit.model.notice.clone().unwrap();
    assert!(
        notice.text.contains("E continues with your text"),
        "{}",
        notice.text
    );
}

fn folder() -> TempDir {
    crate::support::fixture::folder_of(&FILES)
}

/// The first key after `$EDITOR` is not lost, though it was typed while the
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
