//! Screen 6 and the history of a step, in the real loop on repositories made by real git.

use std::path::Path;

use stepdeck::plan::id::StepId;
use tempfile::TempDir;

use crate::history::clones;
use crate::history::repo::{LOG, git_in, has_git, line, log_of, shallow_clone};
use crate::support::desk::{Desk, rest};
use crate::support::screen::{ascii, dark, draw, model, press, reversed, text};

/// A step in the fixture: number, title, status.
fn step(number: u32, title: &str, status: &str) -> String {
    line(&format!("{number:04}"), title, status)
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    rest(&path);
}

fn commit(folder: &Path, day: u32, author: &str, subject: &str, lines: &[&str]) {
    write(folder, LOG, &log_of(lines));
    let at = format!("2026-11-{day:02}T08:00:00Z");
    let author = format!("--author={author} <{}@example.org>", author.to_lowercase());
    git_in(folder, &at, &["add", "-A"]);
    git_in(folder, &at, &["commit", "-q", "-m", subject, &author]);
}

const REVIEW: &str = "\
# Weekly review 2026-W46

- **Date:** 2026-11-12
- **Steward:** Ada
- **Held:** 2026-11-12T10:00:00Z

## Next ten

- 0003 Load test
";

/// Since the review of 12 November step 1 was completed and 2 reopened, 3 removed, 4 and 105 added,
/// 5 given away by an edit that is not committed.
fn plan() -> Option<TempDir> {
    let folder = has_git().then(|| TempDir::new().unwrap())?;
    let at = folder.path();
    git_in(at, "2026-11-01T08:00:00Z", &["init", "-q", "-b", "main"]);
    let [one, two, three, five] = [
        step(1, "Pick the engine", "draft"),
        step(2, "Review the schema", "complete"),
        step(3, "Load test", "idea"),
        step(5, "Write the rollback note", "draft"),
    ];
    write(at, "docs/reviews/2026-W46.md", REVIEW);
    commit(at, 2, "Ada", "Begin", &[&one, &two, &three, &five]);
    let done = one.replace("\"draft\"", "\"complete\"");
    commit(
        at,
        14,
        "Ben",
        "Choose SQLite",
        &[&done, &two, &three, &five],
    );
    let open = two.replace("\"complete\"", "\"blocked\"");
    let [four, far] = [
        step(4, "Alert thresholds", "idea"),
        step(105, "Train operations", "idea"),
    ];
    commit(
        at,
        18,
        "Cleo",
        "Cut the load test",
        &[&done, &open, &four, &five, &far],
    );
    let given = five.replace("ops", "grc");
    write(at, LOG, &log_of(&[&done, &open, &four, &given, &far]));
    Some(folder)
}

#[test]
fn it_lists_by_block_what_is_different_since_the_last_review_and_who_did_it() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 80, 24);
    desk.keys("6");
    insta::assert_snapshot!(desk.screen());
    desk.resize(160, 48);
    insta::assert_snapshot!(desk.screen());
    let screen = draw(&desk.cockpit.model, &ascii(), 80, 24);
    insta::assert_snapshot!(text(&screen) + &reversed(&screen));
}

#[test]
fn what_is_set_aside_comes_last_and_a_new_change_of_it_shows_again() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 120, 40);
    desk.keys("6").keys("-");
    let screen = desk.screen();
    let place = |screen: &str, what: &str| {
        screen
            .find(what)
            .unwrap_or_else(|| panic!("{what}\n{screen}"))
    };
    assert!(
        place(&screen, "Seen 1") < place(&screen, "0001 status: draft → complete"),
        "{screen}"
    );
    assert!(screen.contains("0001 set aside as seen"), "{screen}");
    let mut desk = desk.reopen();
    desk.keys("6").keys("G");
    assert!(desk.screen().contains("Seen 1"), "{}", desk.screen());
    let log = desk.file(LOG).replace("Pick the engine", "Pick an engine");
    desk.write_outside(LOG, &log);
    desk.wait_for("Pick an engine");
    desk.run_until("it is new again", |desk| !desk.screen().contains("Seen 1"));
    // The block's heading acts on all below it, and its like on what was set aside.
    desk.keys("g-");
    assert!(desk.screen().contains("Seen 5"), "{}", desk.screen());
    desk.keys("G").keys("kkkkk-");
    assert!(!desk.screen().contains("Seen"), "{}", desk.screen());
}

#[test]
fn n_walks_enter_goes_to_the_step_and_says_where_there_is_none() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 120, 40);
    desk.keys("6");
    let selected =
        |desk: &Desk| desk.cockpit.model.since.rows[desk.cockpit.model.since.cursor].clone();
    let first = selected(&desk);
    desk.keys("nn<Enter>");
    assert!(
        desk.screen().contains("0003 was removed"),
        "{}",
        desk.screen()
    );
    desk.keys("nnnn");
    assert_eq!(selected(&desk), first, "round the end");
    desk.keys("NN<Enter>");
    assert_eq!(desk.cockpit.model.screen.name, "plan");
    let at = desk.cockpit.model.selected().map(|(id, _)| id);
    assert_eq!(at, Some(StepId::new(5)));
    // What is known of the past shows beside the status.
    desk.keys(":1<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("since 2026-11-14, 7"), "{screen}");
}

#[test]
fn another_baseline_is_asked_for_and_what_is_wrong_with_it_is_said() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 120, 40);
    desk.keys("6@2026-11-15<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("Since 2026-11-15 ("), "{screen}");
    assert!(!screen.contains("completed"), "{screen}");
    desk.keys("Y");
    let copied = desk.cockpit.face.copied.last().unwrap().clone();
    assert!(copied.starts_with("## Since 2026-11-15 ("), "{copied}");
    assert!(copied.contains("- 0004 Alert thresholds\n"), "{copied}");
    desk.keys("@<C-u>no-such-branch<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("“no-such-branch” is not a date"),
        "{screen}"
    );
    // What was known stays in sight.
    assert!(screen.contains("Since 2026-11-15 ("), "{screen}");
    // What was wrong is there to be corrected; otherwise the field is empty.
    desk.keys("@");
    assert!(desk.screen().contains("│ no-such-branch "));
    desk.keys("<C-u>demo<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("no demo has been held yet"), "{screen}");
}

/// Whoever sent the checkout has nothing run by the screens that read its history.
#[test]
fn the_cockpit_on_a_hostile_checkout_runs_nothing() {
    let Some(repo) = clones::plan() else { return };
    let traps = clones::hostile(&repo);
    let folder = TempDir::new().unwrap();
    copy_folder(repo.path(), folder.path());
    rest(&folder.path().join(LOG));
    let sprung = traps.path().join("sprung");
    let _ = std::fs::remove_file(&sprung);
    let mut desk = Desk::on(folder, 160, 48);
    for keys in ["1", "H", "<Esc>", "6", "@HEAD~2<Enter>", "7", "3", "0"] {
        desk.keys(keys);
        desk.settle();
    }
    desk.keys("6");
    assert!(desk.screen().contains("complete"), "{}", desk.screen());
    desk.keys("1@HEAD<Enter>");
    desk.wait_for("As of 2");
    let told = std::fs::read_to_string(&sprung);
    assert!(told.is_err(), "{told:?}");
    // The traps work: looking in an ordinary way springs them.
    git_in(desk.folder(), "", &["status"]);
    assert!(sprung.exists());
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// A commit that touched no part of the plan was made by a clock that was ahead: what landed after it
/// landed no earlier.
#[test]
fn times_follow_each_other_along_commits_that_did_not_touch_the_plan() {
    let Some(folder) = has_git().then(|| TempDir::new().unwrap()) else {
        return;
    };
    let at = folder.path();
    git_in(at, "2026-11-01T08:00:00Z", &["init", "-q", "-b", "main"]);
    let one = step(1, "Pick the engine", "draft");
    commit(at, 2, "Ada", "Begin", &[&one]);
    write(at, "other.txt", "Not the plan");
    let late = "2026-11-15T08:00:00Z";
    git_in(at, late, &["add", "-A"]);
    git_in(at, late, &["commit", "-q", "-m", "Another clock"]);
    commit(at, 5, "Ben", "Done", &[&one.replace("draft", "complete")]);
    let mut desk = Desk::on(folder, 160, 48);
    desk.settle();
    desk.wait_for("since 2026-11-15, 6 days");
}

#[test]
fn without_git_the_detail_pane_says_since_when_by_the_stamp() {
    let one = step(1, "Pick the engine", "draft");
    let mut desk = Desk::sized(&[(LOG, &log_of(&[&one]))], 160, 48);
    desk.settle();
    desk.wait_for("since 2026-08-31 or before, by updated_at");
}

#[test]
fn the_detail_pane_says_since_when_though_this_screen_was_never_opened() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 160, 48);
    let status = |desk: &Desk| -> String {
        let screen = desk.screen();
        let row = screen.lines().find(|line| line.contains("Status "));
        row.map(str::to_owned).unwrap_or(screen)
    };
    desk.settle();
    assert!(
        status(&desk).contains("since 2026-11-14, 7 days"),
        "{}",
        status(&desk)
    );
    // An edit is not committed; when it is undone, the day is that of before.
    desk.keys("sd").settle();
    assert!(status(&desk).contains("not committed"), "{}", status(&desk));
    desk.keys("u").settle();
    assert!(
        status(&desk).contains("since 2026-11-14"),
        "{}",
        status(&desk)
    );
    assert!(desk.cockpit.model.since.compared.is_none());
}

#[test]
fn a_commit_is_noticed_when_one_comes_back_to_the_screen() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 120, 40);
    desk.keys("6");
    assert!(desk.screen().contains("not committed"), "{}", desk.screen());
    let at = "2026-11-20T08:00:00Z";
    git_in(
        desk.folder(),
        at,
        &["commit", "-q", "-a", "-m", "Give it to GRC"],
    );
    desk.keys("16");
    let screen = desk.screen();
    assert!(!screen.contains("not committed"), "{screen}");
    assert!(screen.contains("Robin 2026-11-20"), "{screen}");
}

#[test]
fn without_a_review_it_begins_with_the_first_commit_and_says_so() {
    let Some(folder) = plan() else { return };
    std::fs::remove_dir_all(folder.path().join("docs")).unwrap();
    let mut desk = Desk::on(folder, 120, 40);
    desk.keys("6");
    let screen = desk.screen();
    assert!(screen.contains("Since the first commit ("), "{screen}");
    assert!(
        screen.contains("no weekly review has been finished yet"),
        "{screen}"
    );
}

#[test]
fn a_shallow_clone_says_where_its_history_begins() {
    let Some(folder) = plan() else { return };
    let clone = shallow_clone(folder.path(), 2);
    let mut desk = Desk::on(clone, 120, 40);
    desk.keys("6@<C-u>2026-11-01<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("the clone is shallow: its history begins with"),
        "{screen}"
    );
}

#[test]
fn without_git_and_while_it_is_read_the_screen_says_so() {
    let log = log_of(&[&step(1, "One", "draft")]);
    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("6");
    // What the subcommand says, too: without git, there is no first commit to begin with.
    let screen = desk.screen();
    let said = "No weekly review has been finished yet.";
    assert!(screen.contains(said), "{screen}");
    let mut model = model(&[("data/plans/plan.jsonl", &log)]);
    press(&mut model, "6");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 12)));
    press(&mut model, "1 H");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 12)));
}

#[test]
fn without_git_it_lists_the_last_edits_as_the_subcommand_does_and_says_so() {
    let later = |line: String| line.replace("2026-08-31", "2026-11-10");
    let log = log_of(&[
        &step(1, "One", "complete"),
        &later(step(2, "Two", "complete")),
        &later(step(3, "Three", "draft")),
    ]);
    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("6@<C-u>2w<Enter>");
    insta::assert_snapshot!(desk.screen());
    let told = crate::support::run::Folder::new(&[(LOG, &log)]).run(&["since", "2w"]);
    let told = told.ok();
    let first = told.lines().next().unwrap().trim_end_matches('.');
    for part in first.split(": ") {
        assert!(desk.screen().contains(part), "{part}");
    }
    // What the last edit was of is not known, and so is nothing of the status.
    desk.keys("G<Enter>");
    let screen = desk.screen();
    assert!(!screen.contains("not committed"), "{screen}");
}

#[test]
fn the_history_of_a_step_tells_who_did_what_and_which_papers_name_it() {
    let Some(folder) = plan() else { return };
    write(
        folder.path(),
        "docs/standups/2026-11-19/ben.md",
        "# Ben\n\n## Base\n\n- **Blockers:** Step 0002 waits\n",
    );
    write(
        folder.path(),
        "docs/decisions/2026-11-16-keep.md",
        "# Keep it\n\nSee 0002.\n",
    );
    let mut desk = Desk::on(folder, 80, 24);
    desk.keys("jH");
    insta::assert_snapshot!(desk.screen());
    desk.resize(160, 48);
    insta::assert_snapshot!(desk.screen());
    let screen = draw(&desk.cockpit.model, &ascii(), 80, 24);
    insta::assert_snapshot!(text(&screen) + &reversed(&screen));
    // A standup has a screen of its own, a decision is a file.
    desk.keys("<Enter>");
    assert_eq!(desk.cockpit.model.screen.name, "standup");
    let date = desk.cockpit.model.standup_view.date.unwrap();
    assert_eq!(date.to_string(), "2026-11-19");
    desk.keys("1H");
    let screen = desk.screen();
    let row = |text: &str| screen.lines().position(|line| line.contains(text)).unwrap();
    let down = row("decision") - row("standup");
    desk.keys(&"j".repeat(down)).keys("<Enter>");
    assert_eq!(
        desk.cockpit.face.opened,
        ["docs/decisions/2026-11-16-keep.md"]
    );
    // The step that was removed has one, too, from the screen that lists it.
    desk.keys("6").keys("nnH");
    let screen = desk.screen();
    assert!(screen.contains("History 0003"), "{screen}");
    assert!(screen.contains("weekly review"), "{screen}");
    desk.keys("<Esc>");
    assert!(desk.cockpit.model.overlays.is_empty());
}

#[test]
fn no_size_makes_it_panic() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 80, 24);
    for keys in ["6", "H"] {
        desk.keys(keys);
        for (columns, rows) in [
            (1, 4),
            (12, 6),
            (40, 12),
            (41, 13),
            (119, 14),
            (120, 12),
            (300, 90),
        ] {
            draw(&desk.cockpit.model, &dark(), columns, rows);
        }
    }
}

/// The graft of a shallow clone is where its history begins, not the commit made on top.
#[test]
fn a_shallow_clone_with_a_commit_of_its_own_lists_what_came_since_the_graft() {
    let Some(folder) = plan() else { return };
    let clone = shallow_clone(folder.path(), 1);
    let log = std::fs::read_to_string(clone.path().join(LOG)).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    let more = step(90, "Ninety", "draft");
    let _ = std::fs::remove_dir_all(clone.path().join("docs/reviews"));
    commit(
        clone.path(),
        28,
        "Ada",
        "Ninety",
        &[&lines[..], &[&more]].concat(),
    );
    let mut desk = Desk::on(clone, 140, 40);
    desk.keys("6");
    desk.wait_for("Ninety");
    let screen = desk.screen();
    let words = "the first commit of this shallow clone";
    assert!(screen.contains(words), "{screen}");
    let begins = "the clone is shallow: its history begins with";
    assert!(screen.contains(begins), "{screen}");
}
