//! Screen 0 and `stepdeck today`: what waits for a person, and where each line leads.

use serde_json::Value;
use stepdeck::plan::people::Identity;

use crate::history::repo::{LOG, git_in, has_git, line, log_of};
use crate::support::desk::{Desk, rest};
use crate::support::pty::Launch;
use crate::support::run::Folder;
use crate::support::schema::valid;

const CANON: &str = "\
# Plan

| Person | Team | Owners | Steward weeks |
| --- | --- | --- | --- |
| Robin | Platform | ops | 2026-W47 |
| Bo Grey | Growth | growth | |

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Ground | Weeks 0-8 | Everyone sees one plan | ≥50% checklist completion |
| Air | Weeks 9-20 | Nobody waits | all |

## Readiness Checklists

### Ground

- [x] The team is there.
- Step 0003 is complete.
- The vendor has signed.

### Air

- The board knows.
";

const LINES: &str = r#"{"step_id":"0001","title":"Pick the engine","owner":"ops","status":"complete"}
{"step_id":"0002","title":"Sign the vendor","owner":"growth","status":"in progress"}
{"step_id":"0003","title":"Load test","owner":"ops","status":"blocked","dependencies":["0002"]}
{"step_id":"0004","title":"Alert thresholds","owner":"Ops","status":"draft"}
"#;

const BLOCKED: &str = "\
- **Posted:** 2026-11-20 09:00 UTC

## Ground

- **Status:** blocked
- **Blockers:**
  - The vendor is silent
";

fn files() -> Vec<(&'static str, String)> {
    let card = |day: &str| format!("# Standup {day} — Bo Grey\n\n{BLOCKED}");
    vec![
        ("data/plans/plan.jsonl", LINES.to_owned()),
        ("docs/plan.md", CANON.to_owned()),
        (
            "docs/ROADMAP.md",
            "# Roadmap\n\n## Ground\n\n- **Due:** 2026-11-25\n".to_owned(),
        ),
        (
            "docs/risks/2026-10-01-snow.md",
            "# Snow\n\n- **Review by:** 2026-11-19\n- **Owner:** Bo\n\nShovels.\n".to_owned(),
        ),
        ("docs/standups/2026-11-17/bo-grey.md", card("2026-11-17")),
        ("docs/standups/2026-11-20/bo-grey.md", card("2026-11-20")),
    ]
}

fn desk(columns: u16, rows: u16) -> Desk {
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let mut desk = Desk::sized(&files, columns, rows);
    desk.keys("0");
    desk
}

#[test]
fn the_day_at_a_glance() {
    let narrow = desk(80, 24).screen();
    insta::assert_snapshot!("today_80x24", narrow);
    insta::assert_snapshot!("today_160x48", desk(160, 48).screen());
}

/// On every screen, from the same function as here.
#[test]
fn whose_week_it_is_stands_everywhere() {
    let mut desk = desk(160, 48);
    for screen in "0123456789".chars() {
        desk.keys(&screen.to_string());
        assert!(header(&desk).contains("steward Robin"), "{}", desk.screen());
    }
    desk.keys("3");
    let told = desk.screen().matches("steward Robin").count();
    assert_eq!(told, 2, "{}", desk.screen());
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let folder = Folder::new(&files);
    let review = folder.run(&["review"]).ok();
    assert!(
        review.starts_with("Weekly review 2026-W47  steward Robin\n"),
        "{review}"
    );
    let stewards = |arguments: &[&str]| {
        let review = folder
            .run(&[&["review", "--json"], arguments].concat())
            .ok();
        valid("review", &review)["stewards"].clone()
    };
    assert_eq!(stewards(&[]), serde_json::json!(["Robin"]));
    assert_eq!(stewards(&["--week", "2026-W48"]), serde_json::json!([]));
}

/// By the first name where there is no room for all of it.
#[test]
fn whose_week_it_is_fits_80_columns() {
    let files = files();
    let files = files.iter().map(|(path, text)| {
        let text = text.replace("| Robin |", "| Robin Goodfellow-Puck |");
        (*path, text)
    });
    let files: Vec<(&str, String)> = files.collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let mut desk = Desk::sized(&files, 80, 24);
    desk.keys("1jjjsp");
    desk.wait_for("saved ");
    desk.keys("3");
    let screen = desk.screen();
    let rows: Vec<&str> = screen.lines().collect();
    assert!(
        rows[0].contains("steward Robin   ") && rows[0].contains("saved"),
        "{screen}"
    );
    assert!(rows[2].contains("steward Robin"), "{screen}");
}

/// The heading that the header shows.
fn header(desk: &Desk) -> String {
    desk.screen().lines().next().unwrap().to_owned()
}

#[test]
fn every_line_leads_to_where_it_is_dealt_with() {
    let mut desk = desk(160, 48);
    // How far below the first line of the team's pane the one with these words is.
    let screen = desk.screen();
    let lines = screen
        .lines()
        .skip_while(|line| !line.contains("Rituals"))
        .skip(1);
    let lines = lines.filter(|line| {
        !line.contains("Gates ahead")
            && !line.contains("Blocked for")
            && !line.contains("Risks whose")
            && !line.contains(" 0003 is complete.")
    });
    let lines: Vec<&str> = lines.collect();
    let downs =
        |words: &str| "j".repeat(lines.iter().position(|line| line.contains(words)).unwrap());
    desk.keys("<Enter>");
    assert!(header(&desk).contains("0003"), "{}", desk.screen());
    desk.keys("0j<Enter>");
    assert!(header(&desk).contains("0004"), "{}", desk.screen());
    for (line, shown) in [
        ("Standup", "Standup"),
        ("Weekly review", "Weekly review"),
        ("Demo", "Papers"),
        ("Checkpoint", "CP01"),
        ("Scorecard", "Papers"),
        ("Quarter", "Papers"),
        ("Ground", "Ground"),
        ("The vendor is silent", "The vendor is silent"),
        ("Snow", "Shovels"),
    ] {
        desk.keys("0<Tab>g")
            .keys(&downs(line))
            .keys("<Enter>")
            .settle();
        if shown == "Shovels" {
            desk.wait_for(shown);
        }
        let screen = desk.screen();
        assert!(!screen.contains("Ahead"), "{shown}: {screen}");
        assert!(screen.contains(shown), "{shown}: {screen}");
        desk.keys("0<Tab>");
    }
    // The check that is missing next has the cursor.
    desk.keys("0<Tab>g").keys(&downs("Ground")).keys("<Enter>x");
    assert!(desk.diff().contains("+- [x] Step 0003 is complete."));
    desk.keys("u<Esc><Esc>");
    assert!(header(&desk).contains("Plan") || header(&desk).contains("B01"));
    assert_eq!(desk.diff(), "");
}

#[test]
fn whoever_is_not_known_is_asked_and_stays_who_they_say() {
    let mut desk = desk(80, 24);
    desk.keys("e<C-u>Nobody<Enter>");
    let said = "nobody in this plan is called “Nobody”";
    assert!(desk.screen().contains(said), "{}", desk.screen());
    desk.keys("<C-u>bo grey<Enter>");
    assert!(desk.screen().contains("you are bo grey"));
    assert!(desk.screen().contains("0002 Sign the vendor"));
    assert!(!desk.screen().contains("0004"));
    assert_eq!(desk.diff(), "");
}

/// The line that says so is a line like any other, and a name that is of no use is not offered.
#[test]
fn whoever_is_not_known_presses_enter_and_tab() {
    let mut desk = desk(80, 24);
    desk.cockpit.model.context.me = Identity {
        given: Some("Zoe".to_owned()),
        ..Identity::default()
    };
    desk.keys("0<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("Your name in this plan"), "{screen}");
    assert!(screen.contains("⏎ save"), "{screen}");
    desk.keys("gr<Tab>");
    desk.wait_for("growth");
    desk.keys("<Enter>");
    assert!(desk.screen().contains("you are growth"));
    // A name that is known is there to be changed.
    desk.keys("e<C-u>bo grey<Enter>e");
    assert!(desk.screen().contains("│ bo grey "), "{}", desk.screen());
}

/// The program as it is started: it opens with the day, and remembers the name.
#[test]
fn it_opens_first_unless_configured_otherwise() {
    let folder = tempfile::TempDir::new().unwrap();
    for (path, text) in files() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        rest(&path);
    }
    let state = folder.path().join("state").display().to_string();
    let config = folder.path().join("none").display().to_string();
    let start = || {
        Launch::stepdeck(&[])
            .in_folder(folder.path())
            .env("XDG_STATE_HOME", &state)
            .env("XDG_CONFIG_HOME", &config)
            .env("USER", "zoe")
            .start()
    };
    let first = start();
    first.wait_for("Nobody in this plan is called zoe. Press e to say who you are.");
    first.type_keys("e");
    first.wait_for("Your name");
    first.type_keys("Robin<Enter>");
    first.wait_for("0003 Load test  waits for 0002 (growth)");
    first.type_keys("q");
    assert!(first.wait_exit().success());
    let again = start();
    again.wait_for("Today, Robin");
    // Esc leads to the plan, as from every screen.
    again.type_keys("<Esc>");
    again.wait_for("Steps");
    again.type_keys("2");
    again.wait_for("North star");
    again.type_keys("q");
    assert!(again.wait_exit().success());
    for (start_with, expected) in [
        ("last", "North star"),
        ("plan", "Steps"),
        ("today", "Today, Robin"),
    ] {
        let toml = format!("[display]\nstart = \"{start_with}\"\n");
        std::fs::write(folder.path().join("stepdeck.toml"), toml).unwrap();
        let pty = start();
        pty.wait_for(expected);
        pty.type_keys("q");
        assert!(pty.wait_exit().success());
    }
}

#[test]
fn the_command_says_the_same_as_the_screen() {
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let folder = Folder::new(&files);
    let text = folder.run(&["today", "--as", "Robin"]).ok();
    insta::assert_snapshot!("today_text", text);
    let day = valid(
        "today",
        &folder.run(&["today", "--as", "Robin", "--json"]).ok(),
    );
    let steps = day["steps"].as_array().unwrap().iter();
    let ids: Vec<&str> = steps
        .map(|step| step["step_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["0003", "0004"]);
    let screen = desk(80, 24).screen();
    let places = ids.iter().map(|id| screen.find(id).unwrap());
    assert!(places.is_sorted(), "{screen}");
    assert_eq!(day["stewards"][0], "Robin");
    assert_eq!(day["rituals"][1]["standing"], "never held");
    assert_eq!(day["blockers"][0]["days"], 4);
    assert_eq!(day["risks"][0]["days"], 2);
    assert_eq!(day["gates"][0]["next"], "Step 0003 is complete.");
    assert_eq!(day["new"], Value::Null);
    let unknown = folder.run(&["today", "--as", "Zoe"]).ok();
    assert!(unknown.starts_with("Nobody in this plan is called Zoe; --as NAME says who you are\n"));
}

/// What landed is new until it is set aside; what one has not committed is not.
#[test]
fn new_is_what_landed_and_was_not_set_aside() {
    if !has_git() {
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let at = folder.path();
    let [one, two] = [line("0001", "One", "draft"), line("0002", "Two", "draft")];
    let write = |lines: &[&str]| {
        let path = at.join(LOG);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, log_of(lines)).unwrap();
        rest(&path);
    };
    let review = "# Weekly review 2026-W46\n\n- **Held:** 2026-11-12T10:00:00Z\n";
    std::fs::create_dir_all(at.join("docs/reviews")).unwrap();
    std::fs::write(at.join("docs/reviews/2026-W46.md"), review).unwrap();
    let commit = |when: &str| {
        git_in(at, when, &["add", "-A"]);
        git_in(
            at,
            when,
            &[
                "commit",
                "-q",
                "-m",
                "Change",
                "--author=Ada <a@example.org>",
            ],
        );
    };
    git_in(at, "2026-11-01T08:00:00Z", &["init", "-q", "-b", "main"]);
    write(&[&one, &two]);
    commit("2026-11-02T08:00:00Z");
    let done = one.replace("\"draft\"", "\"complete\"");
    write(&[&done, &two]);
    commit("2026-11-14T08:00:00Z");
    let begun = two.replace("\"draft\"", "\"in progress\"");
    write(&[&done, &begun]);
    let mut desk = Desk::on(folder, 80, 24);
    desk.keys("0");
    desk.wait_for("completed 0001 One");
    assert!(!desk.screen().contains("0002 Two"), "{}", desk.screen());
    // The line that asks for the name has the cursor first.
    desk.keys("j<Enter>");
    assert!(header(&desk).contains("Since"), "{}", desk.screen());
    desk.keys("-0");
    desk.wait_for("nothing since");
}
