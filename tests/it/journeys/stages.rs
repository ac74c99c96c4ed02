//! Due date, owners and acknowledgements of a stage, and the conditions that a gate leaves to the
//! next one: on screen, in the files, and in scripts.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::support::desk::Desk;
use crate::support::programme::{CANON, FILES, ROADMAP};
use crate::support::pty::Launch;
use crate::support::run::Folder;
use crate::support::schema::valid;

/// The programme, whose pilot was due eleven days before the day of every story.
fn files(roadmap: &str) -> Vec<(&'static str, String)> {
    let mut files: Vec<(&str, String)> = FILES.iter().map(|(p, t)| (*p, (*t).to_owned())).collect();
    files[2].1 = format!("{ROADMAP}{roadmap}");
    files
}

const CHARGE: &str = "- **Due:** 2026-11-10\n\n- **Owner:** Ada Ruiz, Bo Chen\n\n\
    - **Acknowledged:** 2026-10-02, Ada Ruiz\n\n- **Acknowledged:** Bo Chen, not yet (2026-Q4)\n\n\
    ## Rollout\n\n- **Due:** 2027-03-31\n- **Owner:** [Cy Day](people.md)\n";

fn borrowed<'f>(files: &'f [(&'static str, String)]) -> Vec<(&'static str, &'f str)> {
    files.iter().map(|(path, text)| (*path, &**text)).collect()
}

#[test]
fn the_ladder_says_when_a_gate_is_due_and_who_took_it_on() {
    let files = files(CHARGE);
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut desk = Desk::sized(&borrowed(&files), columns, rows);
        desk.keys("2g").settle();
        desk.run_until("it is on the ladder", |desk| {
            desk.screen().contains("no step is open")
        });
        let screen = desk.screen();
        for words in ["Ada Ruiz, Bo Chen", "✓ 1/2", "2026-11-10, 11 days overdue"] {
            assert!(screen.contains(words), "{words} at {columns}\n{screen}");
        }
        insta::assert_snapshot!(format!("stages_{columns}x{rows}"), screen);
        desk.keys("7").settle();
        desk.run_until("Outlook names them", |desk| {
            desk.screen().contains("Owner: Ada Ruiz")
        });
    }
}

/// Each figure against one counted from the roadmap's lines by hand.
#[test]
fn scripts_see_the_same() {
    let files = files(CHARGE);
    let folder = Folder::new(&borrowed(&files));
    let told = valid("gates", &folder.run(&["gates", "--json"]).ok());
    let pilot = &told["stages"][0];
    let due: NaiveDate = "2026-11-10".parse().unwrap();
    let today: NaiveDate = "2026-11-21".parse().unwrap();
    assert_eq!(pilot["due"], due.to_string());
    assert_eq!(pilot["days_overdue"], (today - due).num_days());
    let names: Vec<&str> = CHARGE
        .lines()
        .next()
        .map(|_| vec!["Ada Ruiz", "Bo Chen"])
        .unwrap();
    let owners: Vec<Value> = (names.iter())
        .map(|name| {
            let day = CHARGE.lines().find_map(|line| {
                let words = line.strip_prefix("- **Acknowledged:** ")?;
                words.strip_suffix(&format!(", {name}")).map(str::to_owned)
            });
            json!({ "name": name, "acknowledged": day })
        })
        .collect();
    assert_eq!(pilot["owners"], Value::Array(owners));
    assert_eq!(told["stages"][1]["days_overdue"], Value::Null);
    assert_eq!(told["stages"][1]["owners"][0]["name"], "Cy Day");
    let text = folder.run(&["gates"]).ok();
    assert!(
        text.contains("due 2026-11-10, 11 days overdue · Ada Ruiz (acknowledged 2026-10-02)"),
        "{text}"
    );
    let forecast = valid(
        "forecast",
        &folder.run(&["forecast", "pilot", "--json"]).ok(),
    );
    assert_eq!(forecast["owners"], pilot["owners"]);
    assert_eq!(
        (&forecast["due"], &forecast["late"]),
        (&pilot["due"], &true.into())
    );
    // Overdue is a note, so that nothing turns red overnight.
    let check = folder.run(&["check"]);
    let note = "note[stage-overdue] docs/ROADMAP.md:6\n  the gate of Pilot is 11 days overdue\n";
    assert!(check.out.contains(note), "{check:?}");
    // None of it is evidence.
    assert_eq!(pilot["items"][2]["evidence"], json!([]));
}

const PACKET: &str = "docs/milestone-reviews/pilot/20261121/review.md";
const TWO: &str = "A bell at each desk; and a *deputy* for Bo by 2026-12-01";

#[test]
fn a_go_with_conditions_leaves_them_to_the_next_gate() {
    let files = files("");
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut desk = Desk::sized(&borrowed(&files), columns, rows);
        desk.keys("2jxP").keys("sc");
        desk.keys(&format!("{TWO}<Enter>sc"));
        let asked = desk.screen();
        assert!(
            asked.contains("2 conditions become checks of Rollout."),
            "{asked}"
        );
        desk.keys("y").settle();
        let expected = "- [ ] Training dates are out.\n\
            - [ ] A bell at each desk (condition of Pilot, 2026-11-21)\n\
            - [ ] a \\*deputy\\* for Bo by 2026-12-01 (condition of Pilot, 2026-11-21)\n";
        assert!(
            desk.file("docs/programme.md").contains(expected),
            "{}",
            desk.file("docs/programme.md")
        );
        assert!(
            desk.screen().contains("go with conditions"),
            "{}",
            desk.screen()
        );
        let written = |desk: &Desk| (desk.file(PACKET), desk.file("docs/programme.md"));
        let after = written(&desk);
        // One key takes the decision back with all that followed, another makes it again.
        desk.keys("u").settle();
        assert!(!desk.file("docs/programme.md").contains("condition of"));
        assert!(desk.file(PACKET).contains("**Decision:** undecided"));
        desk.keys("U").settle();
        assert_eq!(written(&desk), after);
        // Interrupted and resumed: a condition that is struck goes from the checks.
        let mut desk = desk.reopen();
        desk.keys("2<Tab><Tab>gP").settle();
        desk.keys("Gke<C-u>A bell at each desk<Enter>").settle();
        desk.run_until("the other is gone", |desk| {
            !desk.file("docs/programme.md").contains("deputy")
        });
        assert!(
            desk.file("docs/programme.md")
                .contains("A bell at each desk (condition of Pilot")
        );
        desk.keys("su").settle();
        desk.run_until("all are gone", |desk| {
            !desk.file("docs/programme.md").contains("condition of")
        });
    }
}

#[test]
fn scripts_see_conditions_and_late_ones_are_a_note() {
    let canon = CANON.replace(
        "- [ ] Training dates are out.\n",
        "- [ ] Training dates are out.\n- [ ] A deputy by 2026-11-20 (condition of Pilot, 2026-11-02)\n",
    );
    let mut files = files("");
    files[1].1 = canon;
    let folder = Folder::new(&borrowed(&files));
    let told = valid("gates", &folder.run(&["gates", "rollout", "--json"]).ok());
    let items = &told["stages"][0]["items"];
    assert_eq!(items[0]["condition"], Value::Null);
    let wanted = json!({ "gate": "Pilot", "decided": "2026-11-02", "by": "2026-11-20" });
    assert_eq!(items[1]["condition"], wanted);
    let check = folder.run(&["check"]);
    assert!(check.out.contains("note[condition-overdue]"), "{check:?}");
}

/// Two people decide two gates on two branches: git merges the canon by itself.
#[test]
fn conditions_of_two_gates_merge() {
    let third = CANON.replace(
        "\n## Readiness Checklists",
        "| Legacy | Later | Old doors close. | Review of what is left. |\n\n## Readiness Checklists",
    );
    let third = third.replace(
        "\n## Workstream",
        "\n### Legacy\n\n- [ ] Doors are counted.\n\n## Workstream",
    );
    let mut files = files("");
    files[1].1 = third;
    let decide = |keys: &str| {
        let mut desk = Desk::sized(&borrowed(&files), 160, 48);
        desk.keys(keys).settle();
        desk.keys("GeIt waits<Enter>GkeOne thing<Enter>scy")
            .settle();
        desk.run_until("it is decided", |desk| {
            desk.file("docs/programme.md").contains("condition of")
        });
        desk.file("docs/programme.md")
    };
    let (ours, theirs) = (decide("2<Tab><Tab>P"), decide("2<Tab><Tab>jP"));
    let folder = tempfile::TempDir::new().unwrap();
    for (name, text) in [("base", &files[1].1), ("ours", &ours), ("theirs", &theirs)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let merged = std::process::Command::new("git")
        .args(["merge-file", "-p", "ours", "base", "theirs"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(merged.stdout).unwrap();
    assert!(merged.status.success(), "{text}");
    for gate in ["Pilot", "Rollout"] {
        assert!(
            text.contains(&format!("One thing (condition of {gate}, 2026-11-21)")),
            "{text}"
        );
    }
}

/// In a terminal, from opening the program to the files.
#[test]
fn in_a_terminal() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let files = files(CHARGE);
        let folder = super::super::support::fixture::folder_of(&borrowed(&files));
        let launch = Launch::stepdeck(&["--as", "Ada"]).in_folder(folder.path());
        let pty = launch.size(columns, rows).start();
        pty.wait_for("Plan");
        pty.type_keys("2");
        pty.wait_for("Pilot teams are picked");
        pty.type_keys("P");
        pty.wait_for("one rehearsal");
        pty.type_keys("GeIt waits<Enter>");
        pty.wait_for("It waits");
        pty.type_keys("GkeA bell<Enter>");
        pty.wait_for("A bell");
        pty.type_keys("sc");
        pty.wait_for("1 condition becomes a check of Rollout");
        pty.type_keys("y");
        pty.wait_for("become");
        pty.type_keys("q");
        assert!(pty.wait_exit().success());
        let canon = std::fs::read_to_string(folder.path().join("docs/programme.md")).unwrap();
        assert!(
            canon.contains("- [ ] A bell (condition of Pilot, "),
            "{canon}"
        );
    }
}
