//! Screen 9 and `stepdeck papers`: the papers of a plan, what is due, and the registers.

use std::time::{Duration, Instant};

use crate::support::desk::{Desk, rest};
use crate::support::pty::Launch;
use crate::support::run::Folder;
use crate::support::schema::valid;

const LINES: &str = r#"{"step_id":"0001","title":"Pick the engine","owner":"ops","status":"complete"}
{"step_id":"0002","title":"Sign the vendor","owner":"growth","status":"in progress"}
"#;

fn files() -> Vec<(String, String)> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let mut files = vec![
        file("data/plans/plan.jsonl", LINES),
        file(
            "docs/risks/2026-10-01-snow.md",
            "# Snow closes the pass\n\n- **Likelihood:** low\n- **Impact:** low\n- **Status:** open\n- **Owner:** Ops\n\
             - **Review by:** 2026-11-01\n\n## Mitigation\n\nShovels.\n",
        ),
        file(
            "docs/risks/2026-09-01-fire.md",
            "# Fire in the store\n\n- **Likelihood:** medium\n- **Impact:** high\n- **Status:** open\n- **Owner:** Bo\n",
        ),
        file(
            "docs/decisions/2026-11-02-one-index.md",
            "# Keep one index\n\n- **Date:** 2026-11-02\n- **Steps:** 0002\n- **People:** Ada\n\nTwo are slow.\n",
        ),
        file(
            "docs/reviews/2026-W46.md",
            "# Weekly review 2026-W46\n\n- **Steward:** Ada\n- **Held:** 2026-11-13T10:00:00Z\n",
        ),
    ];
    for day in 10..16 {
        let path = format!("docs/standups/2026-11-{day}/ada.md");
        files.push((path, format!("# Standup 2026-11-{day} — Ada\n")));
    }
    files
}

fn desk(columns: u16, rows: u16) -> Desk {
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (&**p, &**t)).collect();
    let mut desk = Desk::sized(&files, columns, rows);
    desk.keys("9").settle();
    desk.wait_for("Keep one index");
    desk
}

#[test]
fn the_papers_at_a_glance() {
    // Only kinds that have any: what else there is may grow.
    let mut narrow = desk(80, 24);
    narrow.keys("/2026<Enter>g").settle();
    insta::assert_snapshot!("papers_80x24", narrow.screen());
    let mut wide = desk(160, 48);
    wide.keys("/2026<Enter>gjj").settle();
    insta::assert_snapshot!("papers_160x48", wide.screen());
}

#[test]
fn a_paper_is_read_edited_and_found() {
    let mut desk = desk(80, 24);
    // All of a kind, and its newest again.
    desk.keys("/standup<Enter>").settle();
    assert!(
        desk.screen().contains("Standup 2026-11-10"),
        "{}",
        desk.screen()
    );
    desk.keys("<Esc>").settle();
    assert!(!desk.screen().contains("filter:"), "{}", desk.screen());
    desk.keys("/shovel<Enter>").settle();
    assert!(desk.screen().contains("No paper passes the filter."));
    desk.keys("<Esc>").settle();
    desk.keys("/owner:growth<Enter>").settle();
    let screen = desk.screen();
    assert!(screen.contains("Keep one index"), "{screen}");
    assert!(!screen.contains("Fire"), "{screen}");
    desk.keys("G<Enter>");
    assert!(desk.screen().contains("Two are slow."), "{}", desk.screen());
    desk.keys("E").settle();
    let opened = &desk.cockpit.face.opened;
    assert_eq!(opened, &["./docs/decisions/2026-11-02-one-index.md"]);
    desk.keys("<Esc><Esc>").settle();
    assert!(
        desk.screen().contains("Fire in the store"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.diff(), "");
}

/// The end of a paper fills the pane, however its lines wrap, and the next key moves on from there.
#[test]
fn a_long_paper_is_read_to_its_end() {
    let words = "word ".repeat(40);
    let lines: String = (1..=60)
        .map(|line| format!("Line {line} {words}\n\n"))
        .collect();
    let text = format!("# A long one\n\n- **Date:** 2026-11-02\n\n{lines}The end.");
    for (columns, rows) in [(80, 24), (160, 48)] {
        let files = [
            ("data/plans/plan.jsonl", LINES),
            ("docs/decisions/2026-11-02-long.md", &text),
        ];
        let mut desk = Desk::sized(&files, columns, rows);
        desk.keys("9").settle();
        desk.wait_for("A long one");
        desk.keys("j<Enter>").settle();
        for to_the_end in ["G".to_owned(), format!("g{}", "j".repeat(150))] {
            desk.keys(&to_the_end).settle();
            let end = desk.screen();
            assert!(end.contains("The end.") && end.contains("Line 60"), "{end}");
            desk.keys("kk").settle();
            let before = desk.screen();
            assert!(!before.contains("The end."), "{before}");
        }
    }
}

#[test]
fn the_registers_are_kept_from_here() {
    let mut desk = desk(80, 24);
    desk.keys("aThe vendor folds<Enter>").settle();
    let path = "docs/risks/2026-11-21-the-vendor-folds.md";
    desk.run_until("the risk is written", |desk| {
        desk.folder().join(path).exists()
    });
    assert!(
        desk.file(path)
            .starts_with("# The vendor folds\n\n- **Likelihood:** medium\n")
    );
    // The new one is selected, and can be closed at once.
    desk.run_until("it is listed", |desk| {
        desk.screen().contains("2026-11-21  The vendor folds")
    });
    desk.keys("xIt was bought<Enter>").settle();
    desk.run_until("it is closed", |desk| {
        desk.file(path).contains("It was bought")
    });
    desk.keys("uu").settle();
    desk.run_until("both are undone", |desk| !desk.folder().join(path).exists());
    desk.keys("/index<Enter>").settle();
    desk.keys("GdKeep two indexes<Enter>One is slow<Enter>")
        .settle();
    let note = "docs/decisions/2026-11-21-keep-two-indexes.md";
    desk.run_until("the decision is written", |desk| {
        desk.folder().join(note).exists()
    });
    assert!(
        desk.file(note).contains("- **Steps:** 0002")
            && desk.file(note).contains("\nOne is slow\n"),
        "{}",
        desk.file(note)
    );
    let old = desk.file("docs/decisions/2026-11-02-one-index.md");
    assert!(old.contains("**Superseded by:**"), "{old}");
    desk.keys("u").settle();
    desk.run_until("it is undone", |desk| desk.diff().is_empty());
}

/// What stood in three standups in a row is proposed on the screen as by the command, and one key makes
/// a risk of it.
#[test]
fn a_proposed_risk_is_listed_and_added() {
    let mut files = files();
    files.retain(|(path, _)| !path.contains("standups") && !path.contains("risks"));
    for day in 17..20 {
        let card = format!(
            "# Standup 2026-11-{day} — Ada\n\n## Top\n\n- **Status:** blocked\n\
             - **Blockers:** Vendor silent, Step 0002\n- **Posted:** 2026-11-{day} 09:00 UTC\n"
        );
        files.push((format!("docs/standups/2026-11-{day}/ada.md"), card));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (&**p, &**t)).collect();
    let folder = Folder::new(&files);
    let words = "blocker of Top since 2026-11-17, 3 standups";
    for command in ["risk", "papers"] {
        let told = folder.run(&[command]).ok();
        assert!(told.contains("proposed") && told.contains(words), "{told}");
    }
    let told = valid("papers", &folder.run(&["papers", "risks", "--json"]).ok());
    let proposed = &told["kinds"][0]["proposed"];
    assert_eq!(proposed[0]["title"], "Vendor silent, Step 0002");
    assert_eq!(proposed[0]["steps"][0], "0002");

    let mut desk = Desk::sized(&files, 120, 30);
    desk.keys("9").settle();
    desk.wait_for("none yet, 1 proposed");
    desk.wait_for("Vendor silent, Step 0002");
    // A filter finds it, and nothing that a paper needs can be done with it.
    desk.keys("/silent<Enter>j").settle();
    let screen = desk.screen();
    assert!(
        screen.contains("2026-11-17, 3 standups in a row"),
        "{screen}"
    );
    assert!(screen.contains("a adds it to the register."), "{screen}");
    desk.keys("x");
    assert!(
        desk.screen().contains("no risk is selected"),
        "{}",
        desk.screen()
    );
    desk.keys("a<Enter>").settle();
    let path = "docs/risks/2026-11-21-vendor-silent-step-0002.md";
    desk.run_until("the risk is written", |desk| {
        desk.folder().join(path).exists()
    });
    let risk = desk.file(path);
    assert!(
        risk.contains("- **Steps:** 0002\n- **Stage:** Top\n"),
        "{risk}"
    );
    desk.run_until("it is no proposal any longer", |desk| {
        !desk.screen().contains("proposed") && desk.screen().contains("Vendor silent")
    });
    desk.keys("u").settle();
    desk.run_until("it is proposed again", |desk| desk.diff().is_empty());
}

/// What the screen lists is what the command prints; each count is counted again by hand.
#[test]
fn the_command_prints_the_same() {
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (&**p, &**t)).collect();
    let folder = Folder::new(&files);
    let text = ["risks", "decisions", "standups"].map(|kind| folder.run(&["papers", kind]).ok());
    insta::assert_snapshot!("papers_text", text.join("\n"));
    let newest = folder.run(&["papers"]).ok();
    assert!(
        newest.contains("Standup 2026-11-13") && newest.contains("… and 3 more"),
        "{newest}"
    );
    assert!(!newest.contains("Standup 2026-11-12"), "{newest}");
    let all = valid("papers", &folder.run(&["papers", "--json"]).ok());
    for kind in all["kinds"].as_array().unwrap() {
        let place = kind["place"].as_str().unwrap();
        let below = place.split('<').next().unwrap();
        let count = files
            .iter()
            .filter(|(path, _)| path.starts_with(below))
            .count();
        assert_eq!(kind["papers"].as_array().unwrap().len(), count, "{kind}");
    }
    let risks = valid("papers", &folder.run(&["papers", "risk", "--json"]).ok());
    let first = &risks["kinds"][0]["papers"][0];
    assert_eq!(
        (&first["title"], &first["overdue"]),
        (&"Snow closes the pass".into(), &true.into())
    );
    let wrong = folder.run(&["papers", "poems"]);
    assert!(
        wrong.code == 2 && wrong.err.contains("is not a kind of paper"),
        "{wrong:?}"
    );
}

/// Another person's paper appears, and a cockpit that was killed comes back to the screen.
#[test]
fn two_people_and_an_interruption() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let folder = tempfile::TempDir::new().unwrap();
        for (path, text) in files() {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            rest(&path);
        }
        std::fs::write(
            folder.path().join("stepdeck.toml"),
            "[display]\nstart = \"last\"\n",
        )
        .unwrap();
        let state = folder.path().join("state").display().to_string();
        let start = || {
            let launch = Launch::stepdeck(&["--as", "Ada"]).in_folder(folder.path());
            launch
                .size(columns, rows)
                .env("XDG_STATE_HOME", &state)
                .start()
        };
        let first = start();
        first.wait_for("Plan");
        first.type_keys("9");
        first.wait_for("Fire in the store");
        // What is typed and not sent is offered again.
        first.type_keys("aThe ven");
        first.wait_for("The ven");
        first.type_keys("<Esc>");
        first.wait_gone("What may happen");
        first.type_keys("a");
        first.wait_for("The ven");
        first.type_keys("<Esc>");
        first.wait_gone("What may happen");
        first.type_keys("q");
        assert!(first.wait_exit().success());
        let (again, other) = (start(), start());
        again.wait_for("Fire in the store");
        other.wait_for("Fire in the store");
        again.type_keys("a");
        again.wait_for("What may happen");
        again.type_keys("<C-u>The vendor folds<Enter>");
        other.wait_for("The vendor folds");
        other.type_keys("/fire<Enter>");
        other.wait_gone("The vendor folds");
        other.type_keys("Gx");
        other.wait_for("Why it is no longer a risk");
        other.type_keys("Sprinklers<Enter>");
        again.wait_for("closed · Bo");
        for pty in [again, other] {
            pty.type_keys("q");
            assert!(pty.wait_exit().success());
        }
    }
}

/// 1,000 decisions and 1,000 standups: a key is answered without looking at all of them.
#[test]
fn thousands_of_papers_do_not_slow_it() {
    let mut files = files();
    for at in 0..1_000 {
        let (month, day) = (1 + at / 28 % 12, 1 + at % 28);
        let text = format!("# Decision {at}\n\n- **Steps:** 0001\n- **Review by:** 2027-01-01\n");
        files.push((
            format!("docs/decisions/2025-{month:02}-{day:02}-d{at}.md"),
            text,
        ));
        let text = format!("# Standup {at}\n\n## Base\n\n- **Status:** on track\n");
        files.push((
            format!("docs/standups/2025-{month:02}-{day:02}/p{at}.md"),
            text,
        ));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (&**p, &**t)).collect();
    let mut desk = Desk::sized(&files, 80, 24);
    desk.open_rest();
    desk.keys("9").settle();
    desk.wait_for("… and 998 more");
    // Risks and a late review stand above them.
    desk.keys("jjjjj<Enter>").settle();
    desk.run_until("all are listed", |desk| !desk.screen().contains("more"));
    let begun = Instant::now();
    desk.keys("Ggjjjjjjjjjjjjjjjjjjjj").settle();
    // Far below what drawing every row would take, far above what this takes on a busy machine.
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    desk.keys("/Decision 77<Enter>").settle();
    let screen = desk.screen();
    assert!(
        screen.contains("Decision 777") || screen.contains("Decision 77 "),
        "{screen}"
    );
    assert!(!screen.contains("Decision 12"), "{screen}");
}
