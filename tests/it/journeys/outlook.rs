//! Screen 7 and the forecast on the ladder, in the real loop on repositories made by real git.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::mouse::click;
use crate::history::repo::{LOG, git_in, has_git, line, log_of, shallow_clone};
use crate::project::readme::check_section;
use crate::support::desk::{Desk, rest};
use crate::support::run::{Folder, NOW};
use crate::support::schema::valid;
use crate::support::screen::{ascii, dark, draw, model, press, reversed, text};

const CANON: &str = "\
# Plan

| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |
| --- | --- | --- | --- | --- | --- |
| B01 | 0001–0100 | Data model | Ops Guild | Reviews held | Draft |
| B02 | 0101–0200 | Rollout | Platform | Moved twice | Draft |

## Ladder

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Ground | Weeks 0-8 | Everyone sees one plan | ≥95% checklist completion |
| Air | Weeks 9-20 | Nobody waits | ≥95% checklist completion |

## Readiness Checklists

### Ground

- [x] The team is there.
- Step 0022 is complete.
- Step 0024 is complete.

### Air

- The board knows.
- Step 0101 is complete.
";

const ROADMAP: &str = "\
# Roadmap

## Ground

- **Due:** 2026-11-25 (agreed with the board)
- **Owner:** [Ada](https://example.org/ada)

## Air

- **Due:** 2027-06-30
";

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    rest(&path);
}

/// The log after so many weeks: two steps more are complete each week, now and then one comes.
fn log(weeks: u32) -> String {
    let step = |number: u32| {
        let status = match number {
            number if number <= 2 * weeks => "complete",
            23 => "blocked",
            _ => "draft",
        };
        let earlier = (4..=20).map(|number| format!("\"{number:04}\""));
        let earlier = earlier.collect::<Vec<_>>().join(", ");
        let waits_for = match number {
            21 => &*earlier,
            22 => "\"0021\"",
            24 => "\"0022\", \"0023\"",
            23 => "\"The vendor answers\"",
            101 => "\"0024\"",
            _ => "",
        };
        line(&format!("{number:04}"), &format!("Work {number}"), status).replace(
            "\"dependencies\": []",
            &format!("\"dependencies\": [{waits_for}]"),
        )
    };
    let steps = (1..=24 + weeks / 4).chain(101..=104).map(step);
    let lines: Vec<String> = steps.collect();
    log_of(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Ten weeks of work from 7 September on, a commit each Monday; an edit is not committed.
fn plan() -> Option<TempDir> {
    let folder = has_git().then(|| TempDir::new().unwrap())?;
    let at = folder.path();
    git_in(at, "2026-09-07T08:00:00Z", &["init", "-q", "-b", "main"]);
    write(at, "docs/plan.md", CANON);
    write(at, "docs/ROADMAP.md", ROADMAP);
    for (week, day) in (0..).zip([
        "09-07", "09-14", "09-21", "09-28", "10-05", "10-12", "10-19", "10-26", "11-02", "11-09",
        "11-16",
    ]) {
        write(at, LOG, &log(week));
        let at_time = format!("2026-{day}T08:00:00Z");
        git_in(at, &at_time, &["add", "-A"]);
        git_in(at, &at_time, &["commit", "-q", "-m", "Work"]);
    }
    Some(folder)
}

#[test]
fn it_shows_by_when_each_part_is_done_how_it_went_and_what_may_wait() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 80, 24);
    desk.keys("7");
    insta::assert_snapshot!(desk.screen());
    desk.keys("j");
    desk.resize(160, 48);
    let picture = format!("\n```text\n{}```\n\n", desk.screen());
    check_section("docs/outlook.md", "screen", &picture);
    let screen = draw(&desk.cockpit.model, &ascii(), 80, 24);
    insta::assert_snapshot!(text(&screen) + &reversed(&screen));
    desk.resize(80, 24);
    desk.keys("T");
    insta::assert_snapshot!(desk.screen());
    desk.keys("<Tab><Tab>");
    insta::assert_snapshot!(desk.screen());
}

/// What a subcommand says of the same plan at the same time.
fn told(desk: &Desk, schema: &str, arguments: &[&str]) -> Value {
    let elsewhere = Folder::new(&[]);
    let arguments = [&[schema, "--json"], arguments].concat();
    valid(
        schema,
        &elsewhere.run_in(desk.folder(), NOW, &arguments, None).ok(),
    )
}

#[test]
fn its_figures_are_those_of_the_subcommands() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 160, 48);
    desk.keys("/owner:ops -id:0003<Enter>7");
    let outlooks = desk.cockpit.model.outlook.outlooks.clone();
    let targets: Vec<String> = outlooks
        .iter()
        .map(|outlook| outlook.target.to_string())
        .collect();
    assert_eq!(
        targets,
        ["plan", "plan", "Ground", "Air", "B01", "B02", "CP01"]
    );
    for (outlook, target) in outlooks.iter().zip(&targets) {
        let target = Some(target.as_str()).filter(|target| *target != "plan");
        let filter = ["--filter", &outlook.filter];
        let arguments: Vec<&str> = target.into_iter().chain(filter).collect();
        let told = told(&desk, "forecast", &arguments);
        assert_eq!(told["remaining"], outlook.open.len(), "{told}");
        for (key, date) in ["p50", "p85", "p95"].into_iter().zip(outlook.dates()) {
            let date = date.map(|date| date.to_string());
            assert_eq!(told[key].as_str(), date.as_deref(), "{key} {told}");
        }
        assert_eq!(told["reason"].as_str(), outlook.reason(), "{told}");
        let due = outlook.due.map(|due| due.to_string());
        assert_eq!(told["due"].as_str(), due.as_deref(), "{told}");
        let weeks = told["history"].as_array().unwrap();
        assert_eq!(weeks.len(), outlook.weeks.len());
        for (told, week) in weeks.iter().zip(&outlook.weeks) {
            assert_eq!(told["date"], week.end.to_string());
            assert_eq!(told["total"], week.open + week.done);
            assert_eq!(
                [&told["complete"], &told["completed"]],
                [week.done, week.completed]
            );
        }
    }
    // Nothing was removed, nor completed twice: the same as what happened, counted step by step.
    for outlook in &outlooks[..2] {
        let burnt = told(&desk, "burn", &["--filter", &outlook.filter]);
        let points = burnt["points"].as_array().unwrap();
        assert_eq!(points.len(), outlook.weeks.len());
        for (point, week) in points.iter().zip(&outlook.weeks) {
            assert_eq!(point["date"], week.end.to_string());
            assert_eq!(point["total"], week.open + week.done, "{point}");
            assert_eq!(point["complete"], week.done, "{point}");
            assert_eq!(point["completed"], week.completed, "{point}");
        }
    }
    // Float, too.
    desk.keys("gjj");
    let floats = desk.cockpit.model.outlook.floats.iter();
    let floats: Vec<Value> = floats
        .map(|float| serde_json::json!({"step_id": float.step.to_string(), "float": float.steps}))
        .collect();
    assert_eq!(
        told(&desk, "forecast", &["Ground", "--float"])["float"],
        Value::Array(floats)
    );
    // And in a pipe its words do not run into the ID.
    let elsewhere = Folder::new(&[]);
    let arguments = ["forecast", "Ground", "--float"];
    let said = elsewhere.run_in(desk.folder(), NOW, &arguments, None).ok();
    for float in desk.cockpit.model.outlook.floats.iter() {
        let (words, id) = (float.in_words(), float.step.to_string());
        let row = said.lines().find(|row| row.contains(&format!("  {id}  ")));
        assert!(
            row.unwrap().trim_start().starts_with(&format!("{words}  ")),
            "{said}"
        );
    }
}

#[test]
fn a_stage_that_is_due_before_its_p85_is_late_and_the_ladder_says_so() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 120, 40);
    desk.keys("2");
    insta::assert_snapshot!(desk.screen());
    let elsewhere = Folder::new(&[]);
    let run = |arguments: &[&str]| elsewhere.run_in(desk.folder(), NOW, arguments, None).ok();
    let said = run(&["forecast", "Ground"]);
    assert!(said.contains("Due 2026-11-25: late, P85 is"), "{said}");
    let said = run(&["forecast", "Air"]);
    assert!(said.contains("  Due 2027-06-30\n"), "{said}");
    // Coming from the stage, one finds it selected.
    desk.keys("7");
    let screen = desk.screen();
    assert!(screen.contains("Outlook › Ground"), "{screen}");
    assert!(screen.contains("Due 2026-11-25: late, P85 is"), "{screen}");
    // A due date that moves is read again.
    let later = ROADMAP.replace("2026-11-25", "2027-11-28");
    desk.write_outside("docs/ROADMAP.md", &later);
    desk.wait_for("2027-11-28 on time");
    desk.settle();
}

#[test]
fn it_opens_at_what_one_comes_from_and_goes_there() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 120, 40);
    let here = |desk: &Desk| desk.screen().lines().next().unwrap().to_owned();
    // A block.
    desk.keys("h}7");
    assert!(
        here(&desk).contains("Outlook › B02 Rollout"),
        "{}",
        here(&desk)
    );
    desk.keys("<Enter>");
    let model = &desk.cockpit.model;
    assert_eq!(model.screen.name, "plan");
    assert_eq!(model.selected().unwrap().0.to_string(), "0101");
    // A filter, also one that is typed there.
    desk.keys("/id:002<Enter>7");
    assert!(
        here(&desk).contains("Outlook › Filter id:002"),
        "{}",
        here(&desk)
    );
    desk.keys("/<C-u>id:010<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("Filter id:010"), "{screen}");
    assert!(!screen.contains("id:002"), "{screen}");
    // A step that may wait, or not.
    desk.keys("gjj<Tab><Tab>j<Enter>");
    let model = &desk.cockpit.model;
    assert_eq!(model.screen.name, "plan");
    assert_eq!(model.selected().unwrap().0.to_string(), "0022");
    // A stage; the next time the last scope is still there.
    desk.keys("67<S-Tab><S-Tab><Enter>");
    assert_eq!(desk.cockpit.model.screen.name, "gates");
    desk.keys("67Y");
    let copied = desk.cockpit.face.copied.last().unwrap();
    insta::assert_snapshot!(copied);
}

/// What is done is below what is running, and keeps the plan's order among itself.
#[test]
fn blocks_that_are_done_come_last() {
    let row = |at: u32| {
        let (first, last) = (at * 100 - 99, at * 100);
        format!("| B{at:02} | {first:04}–{last:04} | Part {at} |\n")
    };
    let rows: String = (1..=5).map(row).collect();
    let canon = format!("# Plan\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n{rows}");
    let step = |at: u32| {
        let status = ["complete", "draft", "complete", "blocked", "complete"][at as usize - 1];
        line(&format!("{:04}", at * 100 - 99), "Work", status)
    };
    let steps: Vec<String> = (1..=5).map(step).collect();
    let log = log_of(&steps.iter().map(String::as_str).collect::<Vec<_>>());
    let mut desk = Desk::sized(&[(LOG, &log), ("docs/plan.md", &canon)], 160, 48);
    desk.keys("7");
    desk.wait_for("B05");
    let screen = desk.screen();
    let list = screen.lines().skip_while(|line| !line.contains("Blocks"));
    let block = |line: &str| {
        let mut words = line.split_whitespace();
        words.find(|word| word.starts_with("B0")).map(str::to_owned)
    };
    let order: Vec<String> = list.filter_map(block).collect();
    assert_eq!(order, ["B02", "B04", "B01", "B03", "B05"], "{screen}");
}

#[test]
fn an_edit_is_counted_and_the_selection_stays() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 120, 40);
    desk.keys("7").keys("j");
    let open = |desk: &Desk| desk.cockpit.model.outlook.selected().unwrap().open.len();
    assert_eq!(open(&desk), 4);
    desk.keys("1:22<Enter>x7");
    assert_eq!(open(&desk), 3);
    assert!(
        desk.screen().contains("Outlook › Ground"),
        "{}",
        desk.screen()
    );
    let week = *desk
        .cockpit
        .model
        .outlook
        .selected()
        .unwrap()
        .weeks
        .last()
        .unwrap();
    // Two of Monday, and this one.
    assert_eq!((week.open, week.completed), (3, 3));
    // A commit changes the past, not what is open.
    git_in(
        desk.folder(),
        "2026-11-21T09:00:00Z",
        &["commit", "-q", "-a", "-m", "Do 22"],
    );
    desk.keys("17");
    assert_eq!(open(&desk), 3);
}

#[test]
fn what_is_not_known_is_said_in_a_sentence() {
    let Some(folder) = plan() else { return };
    let clone = shallow_clone(folder.path(), 3);
    let mut desk = Desk::on(clone, 160, 40);
    desk.keys("7");
    let screen = desk.screen();
    assert!(
        screen.contains("the clone is shallow: its history begins"),
        "{screen}"
    );
    assert!(
        screen.contains("passed since the first completion; it takes 4"),
        "{screen}"
    );

    let files = [(LOG, &*log(10)), ("docs/plan.md", CANON)];
    let mut desk = Desk::sized(&files, 160, 40);
    desk.keys("7");
    let screen = desk.screen();
    assert!(screen.contains("dates come from updated_at"), "{screen}");
    assert!(
        screen.contains("1 of 2 open checks names no step"),
        "{screen}"
    );

    // A stage is done when its checks are ticked, and not when no step is open.
    let done = log(10).replace("\"draft\"", "\"complete\"");
    let done = done.replace("\"blocked\"", "\"complete\"");
    let mut desk = Desk::sized(&[(LOG, &*done), ("docs/plan.md", CANON)], 160, 40);
    desk.keys("7");
    let screen = desk.screen();
    for (scope, said) in [
        ("Whole plan", "✓ done"),
        ("Ground", "no step is open: tick its 2 checks"),
        ("Air", "1 of 2 open checks names no step"),
        ("B01", "✓ done"),
    ] {
        let is_of = |line: &&str| line[3..].trim_start_matches(['▌', ' ']).starts_with(scope);
        let row = screen.lines().find(is_of).unwrap_or_default();
        assert!(row.contains(said), "{scope}: {row}\n{screen}");
    }

    let mut desk = Desk::sized(
        &[(
            "docs/plan.md",
            "# Plan\n\n## Readiness Checklists\n\n### A\n\n- b\n",
        )],
        80,
        24,
    );
    desk.keys("7");
    let screen = desk.screen();
    assert!(screen.contains("The plan has no steps yet"), "{screen}");
}

#[test]
fn keys_work_while_the_history_is_read() {
    let mut model = model(&[(LOG, &log(10)), ("docs/plan.md", CANON)]);
    press(&mut model, "7");
    insta::assert_snapshot!(text(&draw(&model, &dark(), 80, 12)));
    press(&mut model, "j G T tab / esc esc");
    assert_eq!(model.screen.name, "plan");
    press(&mut model, "2");
    let screen = text(&draw(&model, &dark(), 80, 24));
    assert!(
        screen.contains("Ground") && !screen.contains("P85"),
        "{screen}"
    );
}

#[test]
fn a_click_selects_a_scope_and_a_step() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 160, 48);
    desk.keys("7");
    click(&mut desk, "B02 Rollout", 0);
    assert!(
        desk.screen().contains("Outlook › B02 Rollout"),
        "{}",
        desk.screen()
    );
    // The first click gives the pane the keys.
    click(&mut desk, "Work 102", 0);
    click(&mut desk, "Work 102", 0);
    let float = desk.cockpit.model.outlook.selected_float().unwrap();
    assert_eq!(float.step.to_string(), "0102");
}

#[test]
fn no_size_makes_it_panic() {
    let Some(folder) = plan() else { return };
    let mut desk = Desk::on(folder, 80, 24);
    desk.keys("7").keys("j");
    for keys in ["<Tab>", "T", "<Tab>", "z", "T"] {
        desk.keys(keys);
        for (columns, rows) in [
            (1, 4),
            (12, 6),
            (40, 12),
            (41, 13),
            (72, 17),
            (119, 14),
            (120, 12),
            (300, 90),
        ] {
            draw(&desk.cockpit.model, &dark(), columns, rows);
            draw(&desk.cockpit.model, &ascii(), columns, rows);
        }
    }
}
