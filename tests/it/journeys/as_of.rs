//! The whole cockpit as of a date, in the real loop on repositories made by real git.

use std::path::{Path, PathBuf};

use stepdeck::plan::people::Identity;
use stepdeck::tui::cockpit::{Event, Turn};
use tempfile::TempDir;

use crate::history::repo::{LOG, git_in, has_git, line, log_of, shallow_clone};
use crate::support::LIMIT;
use crate::support::desk::{Desk, rest};
use crate::support::pty::Launch;
use crate::support::screen::{ascii, draw, reversed, text};

const CANON: &str = "docs/plan.md";

/// The canon of a plan with one gate.
fn canon(tick: &str) -> String {
    format!(
        "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | ≥50% checklist completion |\n\n\
         ## Readiness Checklist\n\n### Base\n\n- [{tick}] The engine is picked (Step 0001)\n"
    )
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    rest(&path);
}

fn commit(folder: &Path, day: u32, subject: &str, lines: &[&str], tick: &str) {
    write(folder, LOG, &log_of(lines));
    write(folder, CANON, &canon(tick));
    let at = format!("2026-11-{day:02}T08:00:00Z");
    git_in(folder, &at, &["add", "-A"]);
    git_in(folder, &at, &["commit", "-q", "-m", subject]);
}

/// Step 1 is completed and its check ticked on the 14th, 3 removed and 4 added on the 18th; an edit
/// of 2 is not committed. A note of 2 November was removed later.
fn plan() -> Option<TempDir> {
    let folder = has_git().then(|| TempDir::new().unwrap())?;
    let at = folder.path();
    git_in(at, "2026-11-01T08:00:00Z", &["init", "-q", "-b", "main"]);
    let [one, two, three, four] = [
        line("0001", "Pick the engine", "draft"),
        line("0002", "Review the schema", "draft"),
        line("0003", "Load test", "idea"),
        line("0004", "Alert thresholds", "idea"),
    ];
    let done = one.replace("\"draft\"", "\"complete\"");
    write(at, "docs/engine.txt", "SQLite");
    commit(at, 2, "Begin", &[&one, &two, &three], " ");
    std::fs::remove_file(at.join("docs/engine.txt")).unwrap();
    commit(at, 14, "Choose SQLite", &[&done, &two, &three], "x");
    commit(at, 18, "Cut the load test", &[&done, &two, &four], "x");
    let given = two.replace("ops", "grc");
    write(at, LOG, &log_of(&[&done, &given, &four]));
    Some(folder)
}

fn desk(columns: u16, rows: u16) -> Option<Desk> {
    Some(Desk::on(plan()?, columns, rows))
}

/// The titles that the plan shown has, with their statuses.
fn steps(desk: &Desk) -> Vec<String> {
    let steps = desk.cockpit.model.plan.steps();
    let told = steps.map(|step| format!("{} {}", step.title(), step.status().unwrap()));
    told.collect()
}

#[test]
fn every_screen_shows_the_plan_as_of_a_date_and_says_so() {
    let Some(mut desk) = desk(80, 24) else { return };
    desk.keys("@2026-11-15<Enter>");
    insta::assert_snapshot!(desk.screen());
    let screen = draw(&desk.cockpit.model, &ascii(), 80, 24);
    insta::assert_snapshot!(text(&screen) + &reversed(&screen));
    desk.resize(160, 48);
    insta::assert_snapshot!(desk.screen());
    for key in ["2", "3", "4", "5", "6", "1"] {
        desk.keys(key);
        let screen = desk.screen();
        assert!(screen.contains("As of 2026-11-15 23:59 · "), "{screen}");
        assert!(screen.contains(" · Choose SQLite"), "{screen}");
        assert!(screen.contains("@ returns to now"), "{screen}");
    }
    let expected = [
        "Pick the engine complete",
        "Review the schema draft",
        "Load test idea",
    ];
    assert_eq!(steps(&desk), expected);
    // The clock is that of then: what changed in the fortnight before.
    desk.keys("6@<C-u>2w<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("Since 2w (before the history begins)"),
        "{screen}"
    );
    assert!(screen.contains("─3 added"), "{screen}");
    desk.resize(40, 12);
    assert!(
        desk.screen().contains("As of 2026-11-15"),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_present_is_left_as_it_was_and_hears_of_its_files_meanwhile() {
    let Some(mut desk) = desk(120, 40) else {
        return;
    };
    desk.keys("/re<Enter>").keys("j<Space>");
    let now = desk.screen();
    desk.keys("@2026-11-03<Enter>");
    let then = desk.screen();
    assert!(then.contains("As of 2026-11-03"), "{then}");
    // It opens where one was, and is looked about in by itself.
    assert!(then.contains("filter: re"), "{then}");
    desk.keys("<Esc>").keys("j2");
    assert!(
        desk.screen().contains("As of 2026-11-03"),
        "{}",
        desk.screen()
    );
    desk.keys("@");
    assert_eq!(desk.screen(), now);
    desk.keys("@2026-11-03<Enter>");
    let log = desk
        .file(LOG)
        .replace("Alert thresholds", "Are there thresholds");
    desk.write_outside(LOG, &log);
    desk.run_until("the present has read it", |desk| {
        let mut steps = desk.cockpit.present().plan.steps();
        steps.any(|step| step.title() == "Are there thresholds")
    });
    assert!(!desk.screen().contains("Are there"), "{}", desk.screen());
    // Esc closes what is open first: here nothing but the filter.
    desk.keys("<Esc>").keys("<Esc>");
    let screen = desk.screen();
    assert!(
        !screen.contains("As of") && screen.contains("Are there thresholds"),
        "{screen}"
    );
}

#[test]
fn nothing_is_changed_in_the_past_and_every_key_that_would_says_why() {
    let Some(mut desk) = desk(80, 24) else { return };
    desk.keys("@2026-11-15<Enter>");
    for keys in ["x", "s", "e", "a", "o", "b", "E", "u"] {
        desk.keys(keys);
        let screen = desk.screen();
        let said = "the plan as of 2026-11-15 is read-only";
        assert!(screen.contains(said), "{keys}\n{screen}");
        assert!(desk.cockpit.model.overlays.is_empty(), "{keys}");
    }
    desk.keys("2x");
    assert!(
        desk.screen().contains("is read-only · "),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.diff(), "");
}

#[test]
fn what_cannot_be_shown_is_said_in_one_sentence() {
    let Some(mut desk) = desk(120, 40) else {
        return;
    };
    for (when, said) in [
        ("no-such-branch", "“no-such-branch” is not a date"),
        ("2026-10-01", "nothing was committed by 2026-10-01"),
        ("2027-01-01", "is still to come"),
        ("review", "no weekly review has been finished yet"),
        ("gate:Base", "the gate of Base has not been decided yet"),
    ] {
        desk.keys(&format!("@{when}<Enter>"));
        let screen = desk.screen();
        assert!(screen.contains(said), "{when}\n{screen}");
        assert!(!screen.contains("As of 2"), "{screen}");
    }
    desk.keys("@demo<Enter>");
    assert!(
        desk.screen().contains("no demo has been held yet"),
        "{}",
        desk.screen()
    );
    let log = log_of(&[&line("0001", "One", "draft")]);
    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("@2026-11-15<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("the past is not known (not in a git repository)"),
        "{screen}"
    );
}

#[test]
fn a_shallow_clone_shows_what_it_has() {
    let Some(folder) = plan() else { return };
    let clone = shallow_clone(folder.path(), 1);
    let mut desk = Desk::on(clone, 120, 40);
    desk.keys("@2026-11-15<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("the clone is shallow"), "{screen}");
    desk.keys("@HEAD<Enter>");
    assert!(
        desk.screen().contains("As of 2026-11-18 08:00"),
        "{}",
        desk.screen()
    );
}

#[test]
fn who_types_meanwhile_goes_on_typing() {
    let Some(mut desk) = desk(120, 40) else {
        return;
    };
    desk.keys("@2026-11-15<Enter>/alert");
    let screen = desk.screen();
    assert!(!screen.contains("As of 2026-11-15 23"), "{screen}");
    assert!(screen.contains("Alert thresholds"), "{screen}");
    desk.keys("<Enter>");
    assert!(
        desk.screen().contains("As of 2026-11-15 23"),
        "{}",
        desk.screen()
    );
}

/// The folder that the version which is shown lies in.
fn folder_of_version(desk: &Desk) -> PathBuf {
    desk.cockpit.model.context.root.clone()
}

fn wait_until_gone(folder: &Path) {
    let begun = std::time::Instant::now();
    while folder.exists() {
        assert!(
            begun.elapsed() < LIMIT,
            "{} is still there",
            folder.display()
        );
        std::thread::yield_now();
    }
}

#[test]
fn what_was_laid_out_goes_and_quitting_from_there_is_quitting() {
    let Some(mut desk) = desk(80, 24) else { return };
    desk.keys("@2026-11-03<Enter>");
    let folder = folder_of_version(&desk);
    assert!(folder.join(LOG).exists() && folder != desk.folder());
    desk.keys("@");
    wait_until_gone(&folder);
    desk.keys("@2026-11-03<Enter>");
    let folder = folder_of_version(&desk);
    // A file of then is opened with its content, though nothing else needed that.
    desk.cockpit
        .model
        .effects
        .push(stepdeck::app::Effect::Open("docs/engine.txt".to_owned()));
    desk.settle();
    let content = std::fs::read_to_string(folder.join("docs/engine.txt")).unwrap();
    assert_eq!(content, "SQLite");
    desk.keys("q");
    assert_eq!(desk.turn, Turn::Quit);
    assert!(desk.cockpit.model.context.as_of.is_none());
    wait_until_gone(&folder);
}

/// Git says who the person is only when the version is on the screen.
#[test]
fn who_looks_at_a_version_is_known_there_however_it_was_opened() {
    let Some(mut desk) = desk(80, 24) else { return };
    desk.keys("@2026-11-15<Enter>");
    let ops = Identity {
        given: Some("ops".to_owned()),
        ..Identity::default()
    };
    desk.send(Event::Person(ops));
    desk.settle();
    desk.keys("1/is:mine<Enter>");
    assert_eq!(desk.listed().len(), 3, "{}", desk.screen());
    assert_eq!(desk.cockpit.present().context.me.name(), "ops");
    desk.keys("<Esc><Esc>");

    let Some(folder) = plan() else { return };
    git_in(
        folder.path(),
        "2026-11-20T08:00:00Z",
        &["config", "user.name", "ops"],
    );
    let launch = Launch::stepdeck(&["--at", "HEAD~1"]).in_folder(folder.path());
    let pty = launch.start();
    pty.type_keys("0");
    pty.wait_for("Today, ops");
    pty.type_keys("q");
    assert!(pty.wait_exit().success());
}

#[test]
fn the_command_line_opens_the_same_view_and_now_is_one_key_away() {
    let Some(folder) = plan() else { return };
    let launch = Launch::stepdeck(&["--at", "HEAD~1"]).in_folder(folder.path());
    let pty = launch.start();
    pty.wait_for("Choose SQLite");
    pty.wait_for("Load test");
    pty.type_keys("<Esc>");
    pty.wait_for("Alert thresholds");
    pty.type_keys("q");
    assert!(pty.wait_exit().success());
    let run = crate::support::run::Folder::new(&[]);
    let run = run.run_in(
        folder.path(),
        "2026-11-21T09:30:00Z",
        &["--at", "nonsense"],
        None,
    );
    assert_eq!(run.code, 2);
    assert!(run.err.contains("“nonsense” is not a date"), "{}", run.err);
}
