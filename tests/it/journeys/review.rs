//! The weekly review from the keyboard: stories on the desk, whole screens, journeys of the
//! built binary from opening to the paper on disk.

use std::fs;
use std::path::Path;

use crate::support::desk::Desk;
use crate::support::pty::{Launch, Pty};
use crate::support::review::{LAST, LAST_PAPER, LOG, PAPER, log};
use crate::support::screen;
use stepdeck::app::{Message, update};
use stepdeck::tui::theme::{Background, ColorDepth, Theme};
use tempfile::TempDir;

fn desk_with(log: &str, columns: u16, rows: u16) -> Desk {
    Desk::sized(&[(LOG, log), (LAST_PAPER, LAST)], columns, rows)
}

fn desk() -> Desk {
    desk_with(&log(), 80, 24)
}

/// The keys of a whole review: accept, reject, defer; drop, leave, unblock; commit, set aside,
/// done, re-rank; finish.
const WALK: [&str; 6] = [
    "3+rThe auditors ask us<Enter>-",
    "<Tab>fdfp-",
    "<Tab>+++-no room this week<Enter>x",
    "ggK<Down>K",
    "G<Up>",
    "F",
];

#[test]
fn a_review_leaves_its_paper_and_undo_takes_all_of_it_back() {
    let mut desk = desk();
    for keys in WALK {
        desk.keys(keys);
    }
    insta::assert_snapshot!("paper", desk.file(PAPER));
    insta::assert_snapshot!("log", desk.diff().split("docs/").next().unwrap());
    for _ in 0..13 {
        desk.keys("u");
    }
    assert_eq!(desk.diff(), "");
    assert!(desk.screen().contains("Proposals 0/3"), "{}", desk.screen());
    for _ in 0..13 {
        desk.keys("U");
    }
    insta::assert_snapshot!("paper", desk.file(PAPER));
}

/// The decisions of a steward are one group, though each can be undone by itself.
#[test]
fn the_whole_review_is_taken_back_with_one_key() {
    let mut desk = desk();
    for keys in WALK {
        desk.keys(keys);
    }
    let held = desk.file(PAPER);
    desk.keys("X");
    assert_eq!(desk.diff(), "");
    let screen = desk.screen();
    assert!(screen.contains("13 decisions undone"), "{screen}");
    desk.keys("X");
    let screen = desk.screen();
    assert!(screen.contains("not a decision of this review"), "{screen}");
    for _ in 0..13 {
        desk.keys("U");
    }
    assert_eq!(desk.file(PAPER), held);
}

/// Nobody looked at the row behind it.
#[test]
fn what_marks_decide_leaves_the_cursor_on_an_open_row() {
    let mut desk = desk();
    // Marking goes on to the row below, which the next key is about.
    desk.keys("3<Space>--");
    let paper = desk.file(PAPER);
    for decided in ["0003 deferred", "0004 deferred"] {
        assert!(paper.contains(decided), "{paper}");
    }
    assert!(!paper.contains("0007 deferred"), "{paper}");
}

/// What it left comes back in the review of the week that began meanwhile.
#[test]
fn a_review_that_its_week_ends_is_said_to_be_unfinished() {
    let mut model = screen::model(&[(LOG, &log()), (LAST_PAPER, LAST)]);
    let at = |time: &str| Message::Clock(time.parse().unwrap());
    update(&mut model, at("2026-11-22T23:59:50Z"));
    screen::press(&mut model, "3 -");
    update(&mut model, at("2026-11-23T00:00:10Z"));
    screen::run_jobs(&mut model);
    let shown = screen::text(&screen::draw(&model, &screen::dark(), 120, 30));
    assert!(shown.contains("2026-W47 is over (UTC)"), "{shown}");
    assert!(shown.contains("2026-W48"), "{shown}");
    screen::press(&mut model, "-");
    let papers = model.plan.files().iter().map(|file| &file.path);
    let papers: Vec<_> = papers
        .filter(|path| path.starts_with("docs/reviews"))
        .collect();
    assert_eq!(papers.len(), 3, "{papers:?}");
}

/// Who takes a step is often settled after it was committed to. What is more than a name stays as
/// somebody wrote it.
#[test]
fn the_ten_have_the_owners_that_their_steps_have_at_the_end() {
    for (by_hand, at_the_end) in [
        ("grc", "ruth"),
        ("grc with Bo's help", "grc with Bo's help"),
    ] {
        let mut desk = desk();
        desk.keys("3<Tab><Tab>++");
        let line = |owner: &str| format!("- **Owner:** {owner}\n");
        let paper = desk.file(PAPER).replace(&line("grc"), &line(by_hand));
        desk.write_outside(PAPER, &paper);
        let written = line(by_hand);
        desk.run_until("the paper is read", |desk| {
            let files = format!("{:?}", desk.cockpit.model.plan.files());
            files.contains(written.trim_end())
        });
        desk.keys("goruth<Enter>").keys("joruth<Enter>");
        desk.keys("F").wait_for("is finished");
        let paper = desk.file(PAPER);
        let ten = paper.split("## Decided").next().unwrap();
        assert_eq!(
            ten.matches(&line("ruth")).count(),
            if by_hand == "grc" { 2 } else { 1 }
        );
        assert!(ten.contains(&line(at_the_end)), "{paper}");
    }
}

#[test]
fn each_decision_is_undone_with_its_line() {
    let mut desk = desk();
    desk.keys("3");
    desk.keys("jr");
    assert!(desk.screen().contains("Why not 0004?"), "{}", desk.screen());
    desk.keys("<Enter>");
    assert!(desk.screen().contains("a rejection needs a reason"));
    desk.keys("no money<Enter>");
    let note = "Rejected in the review of 2026-W47 (2026-11-21, Robin): no money";
    assert!(desk.file(LOG).contains(note));
    assert!(
        desk.file(PAPER)
            .contains("- **0004 rejected:** Ask the auditors\n  - **Why:** no money\n")
    );
    desk.keys("-");
    desk.keys("u");
    assert!(desk.file(PAPER).contains("0004 rejected"));
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn an_idea_that_was_accepted_is_an_idea_again_when_it_is_deferred() {
    let mut desk = desk();
    desk.keys("3j+");
    assert!(
        desk.file(LOG)
            .contains("\"Ask the auditors\", \"owner\": \"\", \"status\": \"draft\"")
    );
    assert!(desk.file(PAPER).contains("0004 accepted as draft"));
    desk.keys("k-");
    assert!(
        desk.file(LOG)
            .contains("\"Ask the auditors\", \"owner\": \"\", \"status\": \"idea\"")
    );
    assert!(desk.file(PAPER).contains("0004 deferred"));
    // What is deferred or rejected is not offered among the next ten.
    desk.keys("<Tab><Tab>G");
    assert!(!desk.screen().contains("0004"), "{}", desk.screen());
}

/// Quit anywhere, come back, go on.
#[test]
fn a_review_goes_on_where_it_was_left() {
    let mut desk = desk();
    desk.keys("3+<Tab>f").keys("d");
    let here = desk.screen();
    let at = here
        .lines()
        .position(|row| row.contains('▌') && row.contains("Order the hardware"));
    assert!(at.is_some(), "{here}");
    let model = &desk.cockpit.model;
    let session = serde_json::to_string(&stepdeck::app::core::session::Session::of(model)).unwrap();
    let mut desk = desk.reopen();
    let session: stepdeck::app::core::session::Session = serde_json::from_str(&session).unwrap();
    session.restore(&mut desk.cockpit.model);
    desk.resize(80, 24);
    let there = desk.screen();
    assert!(there.contains("Proposals 1/3"), "{there}");
    // What was fixed is in the record, and no problem any more.
    assert!(there.contains("Dependencies 0/2"), "{there}");
    let row = there.lines().find(|row| row.contains("blocked for 0006"));
    assert!(row.unwrap().contains('▌'), "{there}");
    desk.keys("-<Tab>+");
    let paper = desk.file(PAPER);
    for said in ["0003 → 0090 fixed", "0006 → 0005 left", "0002 committed"] {
        assert!(paper.contains(said), "{said}: {paper}");
    }
}

#[test]
fn another_program_edits_the_plan_while_a_proposal_is_looked_at() {
    let mut desk = desk();
    desk.keys("3j");
    let without: String = log()
        .lines()
        .filter(|line| !line.contains("\"0004\""))
        .map(|l| format!("{l}\n"))
        .collect();
    let more = without + &log().lines().nth(3).unwrap().replace("0004", "0002.A") + "\n";
    desk.write_outside(LOG, &more);
    desk.wait_for("0002.A");
    let screen = desk.screen();
    let rows: Vec<&str> = screen.lines().collect();
    let at = rows
        .iter()
        .position(|row| row.contains('▌') && row.contains("0004"));
    assert_eq!(at, Some(5), "{screen}");
    assert!(rows[5].contains("no longer in the plan"), "{screen}");
    assert!(
        rows[7].contains("0002.A"),
        "what is new comes last: {screen}"
    );
    desk.keys("+");
    assert!(
        desk.screen().contains("✗ 0004 is no longer in the plan"),
        "{}",
        desk.screen()
    );
}

#[test]
fn what_people_write_into_the_record_stays() {
    let mut desk = desk();
    desk.keys("3+");
    let edited = desk.file(PAPER).replace(
        "- **0003 accepted, still a draft:** Rehearse the cut-over\n",
        "We read these aloud.\n\n- **0003 accepted, still a draft:** Rehearse the cut-over, twice\n  - Bo helps.\n",
    );
    desk.write_outside(PAPER, &edited);
    desk.run_until("the record is read", |desk| {
        desk.cockpit.model.plan.files().iter().any(|file| {
            file.role == stepdeck::plan::source::Role::Review
                && String::from_utf8_lossy(&file.document.to_bytes()).contains("aloud")
        })
    });
    desk.keys("-k-");
    let paper = desk.file(PAPER);
    let expected = "We read these aloud.\n\n- **0003 accepted, still a draft:** Rehearse the cut-over, \
                    twice\n  - Bo helps.\n\n## Skipped\n\n- **0004 deferred:** Ask the auditors\n";
    assert!(paper.contains(expected), "{paper}");
}

#[test]
fn a_runner_up_is_pinned_and_a_step_set_aside_with_their_reasons() {
    let mut desk = desk();
    desk.keys("3<Tab><Tab>");
    desk.keys("-");
    assert!(
        desk.screen().contains("Why not 0002 this week?"),
        "{}",
        desk.screen()
    );
    desk.keys("waits for Bo<Enter>");
    desk.keys("jjjjjjjjjj+");
    assert!(
        desk.screen()
            .contains("Why commit to 0020 ahead of its rank?"),
        "{}",
        desk.screen()
    );
    desk.keys("team asked<Enter>");
    let paper = desk.file(PAPER);
    assert!(paper.contains("1. **0020 committed:** Move team 20\n    - **Owner:** ops\n    - **Why:** pinned from place 12: team asked\n"), "{paper}");
    assert!(
        paper.contains(
            "- **0002 not this week:** Write the rollback note\n  - **Why:** waits for Bo\n"
        ),
        "{paper}"
    );
}

#[test]
fn a_dependency_mended_elsewhere_is_noted_on_finishing() {
    let mut desk = desk();
    desk.keys("3<Tab>j");
    // To the step that waits, up to the blocked one, and out of it.
    desk.keys(":5<Enter>sp");
    desk.keys("3");
    assert!(desk.screen().contains("fixed since"), "{}", desk.screen());
    desk.keys("<Tab>F");
    assert!(
        desk.file(PAPER).contains("- **0006 → 0005 fixed:**"),
        "{}",
        desk.file(PAPER)
    );
}

#[test]
fn the_record_is_copied_as_markdown() {
    let mut desk = desk();
    desk.keys("3+Y");
    assert_eq!(desk.cockpit.face.copied, [desk.file(PAPER)]);
}

fn model(keys: &str) -> stepdeck::app::Model {
    let log = log().replace("2026-11-", "2026-05-");
    let last = LAST.replace("2026-11-", "2026-05-").replace("W46", "W20");
    let mut model = screen::model(&[(LOG, &log), ("docs/reviews/2026-W20.md", &last)]);
    screen::press(&mut model, keys);
    model
}

#[test]
fn screens_at_80x24() {
    for (name, keys) in [
        ("proposals", "3"),
        ("dependencies", "3 tab"),
        ("ten", "3 tab tab + + x"),
        ("score", "3 tab tab w"),
        ("compare", "3 tab tab W enter"),
    ] {
        let shown = screen::draw(&model(keys), &screen::dark(), 80, 24);
        screen::picture(&shown, &format!("review-{name}"));
        insta::assert_snapshot!(format!("{name}_80x24"), screen::text(&shown));
    }
}

#[test]
fn screens_at_160x48() {
    for (name, keys) in [("proposals", "3"), ("ten", "3 tab tab + + x")] {
        let shown = screen::draw(&model(keys), &screen::dark(), 160, 48);
        screen::picture(&shown, &format!("review-{name}-wide"));
        let light = Theme::new(ColorDepth::TrueColor, Background::Light, false);
        let shown = screen::draw(&model(keys), &light, 160, 48);
        screen::picture(&shown, &format!("review-{name}-light"));
        insta::assert_snapshot!(format!("{name}_160x48"), screen::text(&shown));
    }
}

#[test]
fn ascii_without_colour_shows_decisions_and_selection() {
    let shown = screen::draw(&model("3 + -"), &screen::ascii(), 80, 24);
    let text = screen::text(&shown);
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text + &screen::reversed(&shown));
}

#[test]
fn nothing_to_review_says_what_to_press() {
    let mut model = screen::model(&[(LOG, "{\"step_id\": \"0001\", \"status\": \"complete\"}\n")]);
    let mut screens = String::new();
    for keys in ["3", "tab", "tab"] {
        screen::press(&mut model, keys);
        screens += &screen::text(&screen::draw(&model, &screen::dark(), 80, 12));
    }
    insta::assert_snapshot!(screens);
}

#[test]
fn no_size_makes_it_panic() {
    let mut model = model("3");
    for _ in 0..3 {
        for size in [
            (1, 4),
            (2, 5),
            (12, 6),
            (40, 12),
            (79, 9),
            (121, 7),
            (300, 90),
        ] {
            screen::draw(&model, &screen::dark(), size.0, size.1);
        }
        screen::press(&mut model, "tab");
    }
}

/// A plan for the built binary, which lives by the real clock: steps that do not say when they
/// were edited are proposals until somebody decides.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let log = log();
    let undated = log.lines().map(|line| {
        let (line, _) = line.split_once(", \"updated_at\"").unwrap();
        format!("{line}}}\n")
    });
    let plans = folder.path().join("data/plans");
    fs::create_dir_all(&plans).unwrap();
    fs::write(
        plans.join("plan.jsonl"),
        undated.take(8).collect::<String>(),
    )
    .unwrap();
    folder
}

fn paper(folder: &Path) -> String {
    let mut found = fs::read_dir(folder.join("docs/reviews")).unwrap();
    let only = found.next().unwrap().unwrap().path();
    assert!(found.next().is_none());
    fs::read_to_string(only).unwrap()
}

fn start(folder: &TempDir, state: &TempDir, columns: u16, rows: u16) -> Pty {
    let launch = Launch::stepdeck(&["--as", "Robin"]).in_folder(folder.path());
    let state = state.path().to_str().unwrap();
    let pty = launch
        .size(columns, rows)
        .env("XDG_STATE_HOME", state)
        .start();
    pty.wait_for("quit");
    pty
}

fn journey(columns: u16, rows: u16) {
    let (folder, state) = (folder(), TempDir::new().unwrap());
    let pty = start(&folder, &state, columns, rows);
    pty.type_keys("3");
    pty.wait_for("Proposals 0/5");
    pty.type_keys("+");
    pty.wait_for("1 of 5 decided");
    pty.type_keys("rtoo early<Enter>");
    pty.wait_for("2 of 5 decided");
    pty.type_keys("---");
    pty.wait_for("all decided");
    pty.type_keys("<Tab>");
    pty.wait_for("Dependencies 0/3");
    pty.type_keys("f");
    pty.wait_for("Drop it");
    pty.type_keys("d");
    pty.wait_for("1 of 3 decided");
    pty.type_keys("q");
    pty.wait_exit();
    // Interrupted here, and resumed in the same place.
    let pty = start(&folder, &state, columns, rows);
    pty.wait_for("▌ 2 Dependencies");
    pty.type_keys("--");
    pty.wait_for("all decided");
    pty.type_keys("<Tab>+");
    pty.wait_for("0002 committed");
    pty.type_keys("F");
    pty.wait_for("is finished");
    pty.type_keys("q");
    pty.wait_exit();
    let paper = paper(folder.path());
    for line in [
        "- **Steward:** Robin\n",
        "- **Held:** ",
        "- **0003 accepted, still a draft:** Rehearse the cut-over\n",
        "- **0004 rejected:** Ask the auditors\n  - **Why:** too early\n",
        "- **0006 deferred:** Install the hardware\n",
        "- **0003 → 0090 fixed:** 0090 is not in the plan\n",
        "- **0006 → 0005 left:** waits for 0005, which is blocked\n",
        "1. **0002 committed:** Write the rollback note\n    - **Owner:** sre\n",
    ] {
        assert!(paper.contains(line), "{line}{paper}");
    }
}

#[test]
fn a_review_from_opening_to_the_paper_at_80x24() {
    journey(80, 24);
}

#[test]
fn a_review_from_opening_to_the_paper_at_160x48() {
    journey(160, 48);
}

#[test]
fn a_killed_review_loses_nothing_that_was_decided() {
    let (folder, state) = (folder(), TempDir::new().unwrap());
    let pty = start(&folder, &state, 80, 24);
    pty.type_keys("3+");
    pty.wait_for("1 of 5 decided");
    pty.wait_for("saved");
    pty.kill(rustix::process::Signal::KILL);
    pty.wait_process_end();
    let pty = start(&folder, &state, 80, 24);
    pty.type_keys("3");
    pty.wait_for("Proposals 1/5");
    pty.type_keys("u");
    pty.wait_for("undone: 0003 accepted");
    pty.type_keys("q");
    pty.wait_exit();
    let left = fs::read_dir(folder.path().join("docs/reviews"));
    assert!(
        left.map_or(0, Iterator::count) == 0,
        "undo takes the record away"
    );
}

#[test]
fn a_circle_is_cut_at_any_of_its_dependencies() {
    let log = "{\"step_id\": \"0001\", \"dependencies\": [\"0002\"]}\n\
               {\"step_id\": \"0002\", \"dependencies\": [\"0003\"]}\n\
               {\"step_id\": \"0003\", \"dependencies\": [\"0001\"]}\n";
    let mut desk = desk_with(log, 80, 24);
    // No proposal asks for anything, so it opens at the dependencies.
    desk.keys("3f");
    for row in [
        "0003 no longer depends on 0001",
        "0002 no longer depends on 0003",
        "0001 no longer depends on 0002",
    ] {
        assert!(desk.screen().contains(row), "{}", desk.screen());
    }
    desk.keys("2");
    assert!(
        desk.file(LOG).contains("\"0002\", \"dependencies\": []"),
        "{}",
        desk.file(LOG)
    );
    let paper = desk.file(PAPER);
    let line = "- **0003 → 0001 fixed:** they wait for each other: 0001 → 0002 → 0003 → 0001\n  - \
                **Why:** 0002 no longer depends on 0003\n";
    assert!(paper.contains(line), "{paper}");
    // What was hidden by the circle is told now.
    assert!(
        desk.screen().contains("Dependencies 1/2"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_large_plan_is_reviewed_at_the_speed_of_thought() {
    let mut log = String::new();
    for number in 1..=10_000 {
        let (id, up) = (format!("{number:04}"), format!("{:04}", number / 2));
        let up = if number > 1 {
            format!("\"{up}\"")
        } else {
            String::new()
        };
        log += &format!(
            "{{\"step_id\": \"{id}\", \"title\": \"Step\", \"status\": \"idea\", \"dependencies\": [{up}]}}\n"
        );
    }
    let mut model = screen::model(&[(LOG, &log)]);
    let begun = std::time::Instant::now();
    screen::press(&mut model, "3 + + + tab tab");
    screen::draw(&model, &screen::dark(), 160, 48);
    assert_eq!(model.review.proposals.len(), 10_000);
    // Far more than it takes without optimisation: only the order of growth counts.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

/// Ten is ten: an eleventh is refused with the way out, and setting one aside makes room.
#[test]
fn an_eleventh_step_is_refused_until_one_of_the_ten_is_set_aside() {
    let line = |n: u32| {
        format!(
            "{{\"step_id\": \"{n:04}\", \"title\": \"Step\", \"status\": \"draft\", \"dependencies\": []}}\n"
        )
    };
    let log: String = (1..=12).map(line).collect();
    let mut desk = Desk::sized(&[(LOG, &log)], 80, 24);
    desk.keys("3<Tab><Tab>++++++++++");
    assert!(
        desk.screen().contains("Next ten 10/10"),
        "{}",
        desk.screen()
    );
    desk.keys("+");
    let screen = desk.screen();
    assert!(screen.contains("ten are already committed"), "{screen}");
    assert!(screen.contains("Next ten 10/10"), "{screen}");
    desk.keys("g-");
    desk.keys("no room<Enter>");
    assert!(desk.screen().contains("Next ten 9/10"), "{}", desk.screen());
}
