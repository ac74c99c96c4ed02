//! Deciding by cause: one key for all that one step holds up, or that one rule found; marks for
//! exceptions, a filter for the rest, one diff and one undo for all of it.

use stepdeck::app::screens::review::view::ReviewPart;
use stepdeck::app::{Message, update};

use crate::support::desk::Desk;
use crate::support::review::{LAST, LAST_PAPER, LOG, PAPER};

fn line(id: u32, title: &str, owner: &str, status: &str, upstream: &str) -> String {
    format!(
        "{{\"step_id\": \"{id:04}\", \"title\": \"{title}\", \"owner\": \"{owner}\", \"status\": \
         \"{status}\", \"dependencies\": [{upstream}], \"updated_at\": \"2026-11-02T08:00:00Z\"}}\n"
    )
}

/// A blocked step with a long title that thirty steps wait for, and a missing one for two.
fn held_up() -> String {
    let title = "Pick the vendor for the identity provider and its contract";
    let mut log = line(1, title, "procurement", "blocked", "");
    for id in 2..32 {
        let (title, owner) = (
            format!("Roll out site {id}"),
            ["ops", "grc"][id as usize % 2],
        );
        log += &line(id, &title, owner, "draft", "\"0001\"");
    }
    for id in 40..42 {
        log += &line(id, &format!("Train team {id}"), "ops", "draft", "\"0999\"");
    }
    log + &line(50, "Write the handbook", "ops", "draft", "")
}

fn desk(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::sized(&[(LOG, &held_up()), (LAST_PAPER, LAST)], columns, rows);
    desk.keys("3");
    desk
}

fn row<'s>(screen: &'s str, what: &str) -> &'s str {
    let mut rows = screen.lines();
    rows.find(|row| row.contains(what))
        .unwrap_or_else(|| panic!("no {what} in\n{screen}"))
}

#[test]
fn one_line_a_cause_with_title_owner_and_count() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut desk = desk(columns, rows);
        insta::assert_snapshot!(format!("causes_{columns}x{rows}"), desk.screen());
        // At least 38 letters of the title, however narrow.
        let screen = desk.screen();
        let line = row(&screen, "Pick the vendor for the identity provid");
        assert!(line.contains("30"), "{line}");
        desk.keys("j<Enter>");
        insta::assert_snapshot!(format!("unfolded_{columns}x{rows}"), desk.screen());
    }
}

#[test]
fn one_key_leaves_all_that_one_step_holds_up_and_one_undo_takes_it_back() {
    let mut desk = desk(80, 24);
    desk.keys("j-");
    let screen = desk.screen();
    assert!(screen.contains("30 left"), "{screen}");
    assert!(screen.contains("2 Dependencies 30/32"), "{screen}");
    let paper = desk.file(PAPER);
    assert_eq!(paper.matches("→ 0001 left:**").count(), 30, "{paper}");
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn unblocking_the_cause_fixes_all_of_it_with_one_line() {
    let mut desk = desk(80, 24);
    desk.keys("jfp");
    let log = desk.file(LOG);
    assert_eq!(log.matches("\"in progress\"").count(), 1, "{log}");
    let paper = desk.file(PAPER);
    assert_eq!(paper.matches("→ 0001 fixed:**").count(), 30, "{paper}");
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

#[test]
fn more_than_twenty_lines_are_shown_before_they_change() {
    let mut desk = desk(80, 24);
    desk.keys("jfd");
    let asked = desk.screen();
    assert!(
        asked.contains("Write this?") && asked.contains("- [\"0001\"]"),
        "{asked}"
    );
    desk.keys("jjj<PageDown>n");
    assert_eq!(desk.diff(), "");
    desk.keys("fdy");
    let log = desk.file(LOG);
    assert!(!log.contains("\"0001\"]"), "{log}");
    let screen = desk.screen();
    assert!(screen.contains("2 Dependencies 30/32"), "{screen}");
    desk.keys("u");
    assert_eq!(desk.diff(), "");
}

/// On a long plan the rows are gone through beside the keys at each letter, and nothing is decided about
/// rows that the filter may be about to take away.
#[test]
fn a_long_review_narrows_as_one_types() {
    let mut desk = desk(80, 24);
    desk.cockpit.model.jobs.short = 0;
    desk.keys("j/owner:grc");
    let lines = |desk: &Desk| desk.cockpit.model.review.lines(ReviewPart::Dependencies);
    desk.run_until("each letter narrows", |desk| lines(desk) == 1);
    desk.wait_for("15 steps");
    desk.keys(" nobody");
    desk.run_until("another letter narrows further", |desk| lines(desk) == 0);
    desk.keys("<Esc>");
    desk.run_until("Esc shows all", |desk| lines(desk) == 2);
    assert_eq!(desk.diff(), "");
    // Keys that are faster than the rows.
    let model = &mut desk.cockpit.model;
    let key = |name: &str| Message::Key(name.parse().unwrap());
    let typed = Message::Typed("owner:grc".to_owned());
    for message in [key("/"), typed, key("enter"), key("-")] {
        let effects = update(model, message);
        model.effects.extend(effects);
    }
    let said = model.notice.as_ref().map(|notice| notice.text.clone());
    assert_eq!(
        said.as_deref(),
        Some("still filtering: try again in a moment")
    );
    desk.settle();
    desk.keys("-");
    desk.wait_for("15 left");
    assert_eq!(desk.file(PAPER).matches("→ 0001 left:**").count(), 15);
}

#[test]
fn marks_decide_some_and_a_filter_finds_them() {
    let mut desk = desk(80, 24);
    // The third and fourth that wait, out of thirty.
    desk.keys("j<Enter>jjj<Space><Space>");
    let screen = desk.screen();
    assert!(screen.contains("2 marked"), "{screen}");
    desk.keys("fd");
    let log = desk.file(LOG);
    assert_eq!(
        log.matches("\"dependencies\": [\"0001\"]").count(),
        28,
        "{log}"
    );
    assert!(desk.file(PAPER).contains("- **0004 → 0001 fixed:**"));
    let screen = desk.screen();
    assert!(screen.contains("blocked: 28 of 30 open"), "{screen}");
    // By the filter language: those of one owner, in one go.
    desk.keys("/owner:grc<Enter>g-");
    let screen = desk.screen();
    assert!(screen.contains("filter: owner:grc"), "{screen}");
    let paper = desk.file(PAPER);
    assert!(
        paper.contains("0003 → 0001 left") && !paper.contains("0002 → 0001"),
        "{paper}"
    );
    // By words, and Esc shows all again.
    desk.keys("<Esc>/train<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("0999 is not") && !screen.contains("Pick the"),
        "{screen}"
    );
    desk.keys("<Esc>");
    assert!(desk.screen().contains("Pick the"), "{}", desk.screen());
    desk.keys("/owner:<Enter>");
    assert!(desk.screen().contains("owner:"), "{}", desk.screen());
}

#[test]
fn the_ten_say_why_they_are_few_and_two_keys_commit_to_the_best() {
    let mut few = desk(80, 24);
    few.keys("<Tab>");
    let screen = few.screen().replace('│', " ");
    let screen = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    let why =
        "Only 1 step is ready: 30 wait for 0001, 2 for something outside the plan, 1 is blocked;";
    assert!(screen.contains(why), "{screen}");
    assert!(
        screen.contains("completing 0001 would free most (30)"),
        "{screen}"
    );

    let log: String = (1..16)
        .map(|id| line(id, "Step", "ops", "draft", ""))
        .collect();
    let mut many = Desk::open(&[(LOG, &log), (LAST_PAPER, LAST)]);
    many.keys("3*+");
    let screen = many.screen();
    assert!(screen.contains("3 Next ten 10/10"), "{screen}");
    assert!(!screen.contains("ready:"), "{screen}");
    many.keys("u");
    assert_eq!(many.diff(), "");
}

#[test]
fn a_first_review_asks_about_what_is_old_and_says_what_was_not_discussed() {
    let log = line(1, "Newer", "ops", "idea", "").replace("11-02", "11-20")
        + &line(2, "Oldest", "ops", "idea", "").replace("2026-11-02", "2025-03-02")
        + &line(3, "Old", "ops", "draft", "\"0099\"");
    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("3");
    let screen = desk.screen();
    assert!(screen.contains("first review"), "{screen}");
    let at = |what: &str| {
        screen
            .find(what)
            .unwrap_or_else(|| panic!("{what}: {screen}"))
    };
    assert!(
        at("Oldest") < at("0003") && at("0003") < at("Newer"),
        "{screen}"
    );
    desk.keys("+-F");
    let screen = desk.screen();
    assert!(
        screen.contains("1 decided, 1 skipped, 2 not discussed"),
        "{screen}"
    );
    let paper = desk.file(PAPER);
    assert!(
        paper.contains("- **Scope:** every idea and draft\n"),
        "{paper}"
    );
    let end = "## Not discussed\n\n- **0001 not discussed:** Newer\n\n- **0003 → 0099 not discussed:** 0099 \
               is not in the plan\n\n## Last week's ten";
    assert!(paper.contains(end), "{paper}");
    insta::assert_snapshot!("first_review", paper);
}

/// What several ways of writing a status need, by one key.
#[test]
fn a_rule_is_fixed_as_a_whole_with_one_diff_and_one_undo() {
    // Nothing else is wrong with them.
    let whole = |id: u32, title: &str, owner: &str, status: &str| {
        let rest = "\"block\": \"B01\", \"theme\": \"Sites\", \"outcome\": \"Open\", \"artifacts\": [], \
                    \"evidence\": {\"metric\": \"visits\", \"target\": 1}, \"updated_at\"";
        line(id, title, owner, status, "").replace("\"updated_at\"", rest)
    };
    let mut log: String = (1..30)
        .map(|id| whole(id, &format!("Site {id}"), "ops", "Draft"))
        .collect();
    log += &whole(30, "The last", "grc", "In_Progress");
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut desk = Desk::sized(&[(LOG, &log)], columns, rows);
        desk.keys("5");
        desk.wait_for("status-spelling");
        insta::assert_snapshot!(format!("rules_{columns}x{rows}"), desk.screen());
        desk.keys("<Enter>");
        insta::assert_snapshot!(format!("rule_unfolded_{columns}x{rows}"), desk.screen());
        desk.keys("<Enter>f");
        let asked = desk.screen();
        assert!(asked.contains("30 problems fixed"), "{asked}");
        desk.keys("y");
        assert!(!desk.file(LOG).contains("Draft\""), "{}", desk.file(LOG));
        desk.keys("u");
        assert_eq!(desk.diff(), "");
    }
    let mut desk = Desk::open(&[(LOG, &log)]);
    // A long plan is gone through beside the keys, at each letter.
    desk.cockpit.model.jobs.short = 0;
    desk.keys("5");
    desk.wait_for("status-spelling");
    let all = desk.cockpit.model.problems.rules.lines();
    desk.keys("/rule:nothing-such");
    desk.run_until("each letter narrows", |desk| {
        desk.cockpit.model.problems.rules.lines() == 0
    });
    desk.keys("<Esc>");
    desk.run_until("Esc shows all", |desk| {
        desk.cockpit.model.problems.rules.lines() == all
    });
    desk.cockpit.model.jobs.short = 4_096;
    desk.keys("/owner:grc<Enter>f");
    assert!(desk.screen().contains("In_Progress"), "{}", desk.screen());
    desk.keys("y").wait_for("29 errors");
    desk.keys("<Esc>/rule:spelling site<Enter><Enter>j<Space><Space>f");
    assert!(
        desk.screen().contains("2 problems fixed"),
        "{}",
        desk.screen()
    );
    desk.keys("y");
    assert_eq!(desk.file(LOG).matches("\"draft\"").count(), 2);
}
