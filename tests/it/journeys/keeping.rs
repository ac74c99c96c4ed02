//! What is kept: undo beyond a restart, text beyond a crash, both versions of a conflict,
//! the order of edits that could not be written at once.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::LIMIT;
use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::pty::{Launch, Pty};
use rustix::process::Signal;
use stepdeck::app::DiskEvent;
use stepdeck::store::state::State;
use stepdeck::tui::cockpit::Event;
use stepdeck::tui::terminal::TerminalEvent;
use tempfile::TempDir;

pub(super) fn desk() -> Desk {
    Desk::open(&[(LOG, LINES), (CANON, DOCUMENT)])
}

pub(super) fn line<'a>(text: &'a str, id: &str) -> &'a str {
    let wanted = format!("\"step_id\": \"{id}\"");
    text.lines().find(|line| line.contains(&wanted)).unwrap()
}

/// Presses keys without waiting until everything is settled, which may never be.
pub(super) fn press(desk: &Desk, keys: &str) {
    for event in crate::support::keys::events(keys) {
        desk.send(Event::Terminal(TerminalEvent::Key(event)));
    }
}

pub(super) fn writable(desk: &Desk, is: bool) {
    let mode = if is { 0o644 } else { 0o444 };
    fs::set_permissions(desk.folder().join(LOG), Permissions::from_mode(mode)).unwrap();
}

#[test]
fn undo_and_redo_go_on_after_a_restart() {
    let mut desk = desk();
    desk.keys("jspsbj");
    desk.keys("sc");
    let after = desk.file(LOG);
    let mut desk = desk.reopen();
    desk.keys("u");
    assert!(
        desk.screen().contains("0003 is blocked again"),
        "{}",
        desk.screen()
    );
    desk.keys("u");
    let mut desk = desk.reopen();
    desk.keys("u");
    assert_eq!(desk.file(LOG), LINES);
    assert_eq!(desk.file(CANON), DOCUMENT);
    let mut desk = desk.reopen();
    desk.keys("UUU");
    assert_eq!(desk.file(LOG), after);
}

/// What was made elsewhere since is not undone; what was done before it still can be.
#[test]
fn an_undo_that_cannot_be_says_why_and_lets_older_ones_be_reached() {
    let mut desk = desk();
    desk.keys("jsp");
    desk.keys("jsc");
    let changed = desk.file(LOG).replace(
        "\"complete\", \"outcome\": \"Load",
        "\"idea\", \"outcome\": \"Load",
    );
    let mut desk = desk.reopen();
    desk.write_outside(LOG, &changed);
    desk.wait_for("changed on disk");
    desk.keys("u");
    let screen = desk.screen();
    assert!(screen.contains("cannot undo 0003 status"), "{screen}");
    assert!(line(&desk.file(LOG), "0003").contains("\"idea\""));
    desk.keys("u");
    assert!(
        desk.screen().contains("0002 is draft again"),
        "{}",
        desk.screen()
    );
    assert!(line(&desk.file(LOG), "0002").contains("\"draft\""));
    // It was not forgotten: nothing else is left, and it can be undone once the file is as it was.
    desk.keys("u");
    let screen = desk.screen();
    assert!(screen.contains("cannot undo 0003 status"), "{screen}");
    let back = desk.file(LOG).replace(
        "\"idea\", \"outcome\": \"Load",
        "\"complete\", \"outcome\": \"Load",
    );
    desk.write_outside(LOG, &back);
    desk.wait_for("changed on disk");
    desk.keys("u");
    assert_eq!(line(&desk.file(LOG), "0003"), line(LINES, "0003"));
}

/// What somebody put back outside is undone already: no stamp says that it was worked on.
#[test]
fn an_undo_or_redo_of_what_is_so_already_writes_nothing_and_says_so() {
    let mut desk = desk();
    desk.keys("jet<C-u>Renamed<Enter>");
    desk.keys("eo<C-u>zed<Enter>");
    let (log, canon) = (desk.file(LOG), desk.file(CANON));
    assert!(line(&log, "0002").contains("\"owner\": \"zed\""), "{log}");
    desk.write_outside(LOG, LINES);
    desk.write_outside(CANON, DOCUMENT);
    desk.wait_for("changed on disk");
    for what in ["0002 owner", "0002 title"] {
        desk.keys("u");
        let screen = desk.screen();
        assert!(screen.contains(&format!("cannot undo {what}")), "{screen}");
        assert!(screen.contains("it is undone already"), "{screen}");
        assert_eq!(
            (desk.file(LOG), desk.file(CANON)),
            (LINES.into(), DOCUMENT.into())
        );
    }
    desk.keys("eo<C-u>zed<Enter>u");
    let is_undone = |desk: &Desk| desk.file(LOG) == LINES;
    desk.run_until("it is undone", is_undone);
    let again = line(&log, "0002").replace("Renamed", "Review the schema");
    let theirs = LINES.replace(line(LINES, "0002"), &again);
    desk.write_outside(LOG, &theirs);
    desk.write_outside(CANON, &canon.replace("Renamed", "Review the schema"));
    desk.wait_for("changed on disk");
    desk.keys("U");
    assert!(
        desk.screen().contains("cannot redo 0002 owner"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.file(LOG), theirs);
}

/// One value made of both versions; theirs stays a key away.
#[test]
fn the_result_of_a_conflict_can_be_written_by_hand() {
    let mut desk = desk();
    desk.keys("jet<C-u>ours");
    desk.write_outside(LOG, &LINES.replace("Review the schema", "theirs"));
    desk.keys("<Enter>");
    desk.wait_for("Two versions");
    desk.keys("e");
    assert!(desk.screen().contains("ours"), "{}", desk.screen());
    // Leaving the field leaves the question.
    desk.keys("<Esc>");
    assert!(desk.screen().contains("Two versions"), "{}", desk.screen());
    desk.keys("e");
    desk.keys(" and theirs<Enter>");
    assert!(!desk.screen().contains("Two versions"), "{}", desk.screen());
    assert!(line(&desk.file(LOG), "0002").contains("\"title\": \"ours and theirs\""));
    assert!(
        desk.file(CANON)
            .contains("#### Step 0002 — ours and theirs")
    );
    desk.keys("u");
    assert!(line(&desk.file(LOG), "0002").contains("\"title\": \"theirs\""));
}

/// Mine was written over theirs, so that is what an undo brings back.
#[test]
fn an_undo_of_mine_over_theirs_says_what_is_there_then() {
    for key in ["m", "tU"] {
        let mut desk = desk();
        desk.keys("jet<C-u>Mine");
        writable(&desk, false);
        press(&desk, "<Enter>");
        desk.wait_for("not saved");
        desk.write_outside(LOG, &LINES.replace("Review the schema", "Theirs"));
        desk.wait_for("changed on disk");
        press(&desk, "R");
        desk.wait_for("Two versions");
        desk.keys(key);
        assert!(line(&desk.file(LOG), "0002").contains("\"title\": \"Mine\""));
        desk.keys("u");
        assert!(line(&desk.file(LOG), "0002").contains("\"title\": \"Theirs\""));
        let screen = desk.screen();
        assert!(screen.contains("0002 title is Theirs again"), "{screen}");
    }
}

/// A step removed elsewhere comes back with my edit, if I want it.
#[test]
fn a_step_taken_out_elsewhere_comes_back_with_mine() {
    for (key, comes_back) in [("m", true), ("t", false)] {
        let mut desk = desk();
        desk.keys("jjet<C-u>Soak test");
        let gone: String = (LINES.split_inclusive('\n'))
            .filter(|line| !line.contains("\"0003\", \"block\""))
            .collect();
        writable(&desk, false);
        press(&desk, "<Enter>");
        desk.wait_for("not saved");
        desk.write_outside(LOG, &gone);
        desk.wait_for("changed on disk");
        press(&desk, "R");
        desk.wait_for("Two versions");
        desk.keys(key);
        let log = desk.file(LOG);
        assert_eq!(
            log.contains("\"title\": \"Soak test\""),
            comes_back,
            "{log}"
        );
        assert_eq!(log.lines().count(), if comes_back { 5 } else { 4 });
    }
}

/// Both people added a step under the same free ID: both steps stay.
#[test]
fn an_id_taken_elsewhere_costs_neither_step() {
    let mut desk = desk();
    desk.keys("jja");
    desk.keys("Mine");
    let theirs = line(LINES, "0003")
        .replace("0003", "0004")
        .replace("Load test", "Theirs");
    writable(&desk, false);
    press(&desk, "<Enter>");
    desk.wait_for("not saved");
    desk.write_outside(LOG, &format!("{LINES}{theirs}\n"));
    desk.wait_for("changed on disk");
    press(&desk, "R");
    desk.wait_for("Two versions");
    desk.keys("m");
    let log = desk.file(LOG);
    assert!(line(&log, "0004").contains("Theirs"), "{log}");
    assert!(line(&log, "0005").contains("Mine"), "{log}");
}

/// An undo that is sent before its edit is known to have failed is not forgotten by a retry.
#[test]
fn edits_that_could_not_be_written_keep_their_order() {
    let mut desk = desk();
    writable(&desk, false);
    press(&desk, "jspusbsc");
    desk.wait_for("not saved");
    desk.run_until("all three have failed", |desk| {
        desk.cockpit.model.sync.saving() == 0
    });
    assert_eq!(desk.diff(), "");
    writable(&desk, true);
    desk.keys("R");
    assert!(desk.cockpit.model.sync.is_settled());
    assert!(line(&desk.file(LOG), "0002").contains("\"complete\""));
    desk.keys("uu");
    assert_eq!(desk.file(LOG), LINES);
}

/// The next edit tries again what failed before it.
#[test]
fn a_later_edit_takes_the_failed_one_along() {
    let mut desk = desk();
    writable(&desk, false);
    press(&desk, "jsp");
    desk.wait_for("not saved");
    writable(&desk, true);
    desk.keys("jsc");
    assert!(desk.cockpit.model.sync.is_settled(), "{}", desk.screen());
    let log = desk.file(LOG);
    assert!(line(&log, "0002").contains("\"in progress\""));
    assert!(line(&log, "0003").contains("\"complete\""));
}

/// The disk may have written it at the very moment at which it was undone.
#[test]
fn an_edit_taken_back_while_it_was_written_is_taken_back_on_disk() {
    let mut other = desk();
    other.keys("jsp");
    let written = other.file(LOG);
    let mut desk = desk();
    writable(&desk, false);
    press(&desk, "jsp");
    desk.wait_for("not saved");
    press(&desk, "u");
    desk.run_until("it is taken back", |desk| {
        desk.cockpit.model.sync.is_settled()
    });
    writable(&desk, true);
    desk.write_outside(LOG, &written);
    let saved = DiskEvent::Saved {
        ticket: 1,
        remark: None,
    };
    desk.send(Event::Disk(saved));
    desk.run_until("the file is as before", |desk| desk.file(LOG) == LINES);
}

/// An Esc may be half a key on a slow line: what was typed is there when the field is opened again.
#[test]
fn text_in_a_field_outlives_esc() {
    for (open, old, key) in [
        ("jet", "Review the schema", "<Esc>"),
        ("jet", "Review the schema", "<C-c>"),
        ("jeO", "", "<Esc>"),
        ("jja", "", "<Esc>"),
        ("jeia", "", "<Esc>"),
    ] {
        let mut desk = desk();
        desk.keys(open);
        desk.keys("Soak test");
        let field = desk.screen();
        assert!(field.contains("Soak test"), "{open} {field}");
        desk.keys(key);
        assert!(!desk.screen().contains("Soak test"), "{}", desk.screen());
        assert_eq!(desk.diff(), "");
        let again = match open.trim_start_matches('j') {
            "eia" => "a",
            again => again,
        };
        desk.keys(again);
        let screen = desk.screen();
        assert!(
            screen.contains(&format!("{old}Soak test")),
            "{open} {screen}"
        );
        assert!(screen.contains("you left this"), "{open} {screen}");
        // What it was begun with comes back, and what was typed, and nothing is offered when it
        // was left as it was.
        desk.keys("<C-r>");
        assert!(!desk.screen().contains("Soak test"), "{}", desk.screen());
        desk.keys("<C-r>");
        assert!(desk.screen().contains("Soak test"), "{}", desk.screen());
        desk.keys("<C-r><Esc>");
        desk.keys(again);
        assert!(!desk.screen().contains("Soak test"), "{}", desk.screen());
    }
}

/// Each field has its own, and one that was saved is not offered again.
#[test]
fn text_of_several_fields_is_kept_apart() {
    let mut desk = desk();
    desk.keys("jet one<Esc>");
    desk.keys("jet two<Esc>");
    desk.keys("ket");
    assert!(
        desk.screen().contains("Review the schema one"),
        "{}",
        desk.screen()
    );
    desk.keys(" more<Enter>");
    assert!(line(&desk.file(LOG), "0002").contains("Review the schema one more"));
    desk.keys("et");
    assert!(
        !desk.screen().contains("you left this"),
        "{}",
        desk.screen()
    );
    desk.keys("<Esc>jet");
    assert!(desk.screen().contains("Load test two"), "{}", desk.screen());
}

/// What was left was typed over what was there then; who changed it since is not overwritten.
#[test]
fn text_left_in_a_field_does_not_overwrite_what_others_wrote_since() {
    let mut desk = desk();
    desk.keys("jet<C-u>ours<Esc>");
    desk.write_outside(LOG, &LINES.replace("Review the schema", "theirs"));
    desk.wait_for("changed on disk");
    desk.keys("et<Enter>");
    desk.wait_for("Two versions");
    assert!(line(&desk.file(LOG), "0002").contains("theirs"));
}

/// What is refused in one file is not shown as done in the other.
#[test]
fn a_change_refused_in_the_canon_leaves_the_log_as_shown() {
    let mut desk = desk();
    desk.keys("jet<C-u>Mine alone");
    // The log still agrees, the canon does not: the change as a whole waits for a choice.
    desk.write_outside(
        CANON,
        &DOCUMENT.replace("— Review the schema", "— Review it all"),
    );
    press(&desk, "<Enter>");
    desk.wait_for("Two versions");
    desk.keys("t");
    desk.wait_for("Review the schema");
    assert_eq!(desk.file(LOG), LINES);
    assert!(!desk.screen().contains("Mine alone"), "{}", desk.screen());
}

/// A plan, and where its user's state is kept from one start to the next.
struct Plan {
    folder: TempDir,
    state: TempDir,
}

impl Plan {
    fn new() -> Self {
        Self {
            folder: crate::support::fixture::folder_of(&[(LOG, LINES), (CANON, DOCUMENT)]),
            state: TempDir::new().unwrap(),
        }
    }

    fn launch(&self) -> Pty {
        let home = self.state.path().display().to_string();
        let launch = Launch::stepdeck(&[]).in_folder(self.folder.path());
        launch.env("XDG_STATE_HOME", &home).start()
    }
}

/// KILL in the midst of a word, and the word is there at the next start.
#[test]
fn text_being_typed_outlives_a_kill() {
    let plan = Plan::new();
    let Plan { folder, state } = &plan;
    let cockpit = plan.launch();
    cockpit.wait_for("0101");
    cockpit.type_keys("jet and then the budget");
    cockpit.wait_for("then the budget");
    let until = Instant::now() + LIMIT;
    while draft(state.path()).is_none_or(|text| !text.ends_with("and then the budget")) {
        assert!(Instant::now() < until, "the draft is kept");
        std::thread::yield_now();
    }
    cockpit.kill(Signal::KILL);
    cockpit.wait_process_end();
    let cockpit = plan.launch();
    cockpit.wait_for("Review the schema and then the budget");
    cockpit.wait_for("you were typing this");
    cockpit.type_keys("<Enter>");
    cockpit.wait_for("0002 title");
    cockpit.type_keys("q");
    cockpit.wait_exit();
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
    assert!(log.contains("\"title\": \"Review the schema and then the budget\""));
    assert_eq!(draft(state.path()), None, "nothing is offered twice");
}

/// Whatever moment after a save the cockpit is killed at, the edit that is on disk can be undone
/// by the next one.
#[test]
fn an_edit_that_outlived_a_kill_can_be_undone() {
    let plan = Plan::new();
    let read =
        || [LOG, CANON].map(|file| fs::read_to_string(plan.folder.path().join(file)).unwrap());
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < LIMIT, "{what}");
            std::thread::yield_now();
        }
    };
    // Step 3 is in the log alone, step 2 in both files.
    for (round, keys) in ["jsc", "jjsc", "jsc", "jjsc", "jsc", "jjsc"]
        .iter()
        .enumerate()
    {
        let before = read();
        let cockpit = plan.launch();
        cockpit.wait_for("0101");
        cockpit.type_keys(keys);
        until("the edit is on disk", &|| read()[0] != before[0]);
        std::thread::sleep(Duration::from_micros(round as u64 * 1_700));
        cockpit.kill(Signal::KILL);
        cockpit.wait_process_end();
        let cockpit = plan.launch();
        cockpit.wait_for("u undo");
        cockpit.type_keys("u");
        cockpit.wait_for(" again");
        until("it is undone on disk", &|| read() == before);
        cockpit.type_keys("q");
        cockpit.wait_exit();
    }
}

/// Who has no home, no state folder and no temporary folder that could be written loses what is
/// kept there, and nothing else; the screen says so.
#[test]
fn without_any_folder_of_ones_own_edits_are_saved_and_what_is_lost_is_said() {
    let gone = "/dev/null/gone";
    let surroundings: [&[(&str, &str)]; 3] = [
        &[("XDG_STATE_HOME", gone)],
        &[("HOME", gone), ("XDG_STATE_HOME", "")],
        &[("HOME", gone), ("XDG_STATE_HOME", gone), ("TMPDIR", gone)],
    ];
    for variables in surroundings {
        let folder = crate::support::fixture::folder_of(&[(LOG, LINES), (CANON, DOCUMENT)]);
        let mut launch = Launch::stepdeck(&[]).in_folder(folder.path()).size(160, 48);
        for (name, value) in variables {
            launch = launch.env(name, value);
        }
        let cockpit = launch.start();
        cockpit.wait_for("edits are saved, but drafts, the undo history");
        cockpit.type_keys("jsc");
        cockpit.wait_for("saved");
        let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
        let begun = Instant::now();
        while !read(CANON).contains("- **Status:** Complete\n") {
            assert!(begun.elapsed() < LIMIT, "{}", cockpit.screen_text());
            std::thread::yield_now();
        }
        cockpit.wait_for("without a journal");
        cockpit.type_keys("u");
        let begun = Instant::now();
        while read(LOG) != LINES || read(CANON) != DOCUMENT {
            assert!(begun.elapsed() < LIMIT, "{}", cockpit.screen_text());
            std::thread::yield_now();
        }
        cockpit.type_keys("q");
        assert!(cockpit.wait_exit().success());
        let mut set = std::process::Command::new(env!("CARGO_BIN_EXE_stepdeck"));
        set.args(["set", "0003", "status=complete"]);
        set.current_dir(folder.path())
            .envs(variables.iter().copied());
        let done = set.output().unwrap();
        assert!(done.status.success(), "{variables:?}: {done:?}");
        assert_ne!(read(LOG), LINES);
        assert_eq!(
            crate::support::desk::all_files(folder.path()).len(),
            2,
            "nothing else is there"
        );
    }
}

/// The text of the draft that is below the state folder: what was written whole, and letter by
/// letter after it.
fn draft(state: &Path) -> Option<String> {
    let plan = fs::read_dir(state.join("stepdeck")).ok()?.next()?.ok()?;
    let entries = fs::read_dir(plan.path()).ok()?.flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let name = names
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .find(|name| name.starts_with("draft-"))?;
    let state = State::at(&plan.path());
    let whole: serde_json::Value = state.load(&name)?;
    let mut text = whole["text"].as_str()?.to_owned();
    for edit in state.lines::<serde_json::Value>(&name) {
        if edit["base"] == whole["base"] {
            let at = |end: &str| usize::try_from(edit[end].as_u64().unwrap()).unwrap();
            text.replace_range(at("from")..at("to"), edit["text"].as_str().unwrap());
        }
    }
    Some(text)
}

/// A disk that takes its time never keeps a key waiting: while the file thread cannot write,
/// one moves, edits and sees what one did.
#[test]
fn keys_go_on_while_a_save_waits() {
    use stepdeck::store::transaction::commit::Committer;
    let mut desk = desk();
    let other = Committer::new(desk.folder(), desk.state());
    let lock = other.lock(Duration::from_secs(5)).unwrap();
    press(&desk, "jspj");
    desk.wait_for("› 0003");
    press(&desk, "oqa<Enter>");
    desk.wait_for("0003 owner");
    assert_eq!(desk.cockpit.model.sync.saving(), 2, "{}", desk.screen());
    assert_eq!(desk.diff(), "");
    drop(lock);
    desk.settle();
    let log = desk.file(LOG);
    assert!(line(&log, "0002").contains("\"in progress\""), "{log}");
    assert!(line(&log, "0003").contains("\"owner\": \"qa\""), "{log}");
}
