//! The standup from scripts: what `standup` and `standup post` print, leave in the files and
//! exit with. It is 2026-11-21, 09:30 UTC.

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;
use crate::support::schema::valid;

const PAPER: &str = "docs/standups/2026-11-21/ann-lee.md";

fn folder() -> Folder {
    let folder = Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)]);
    folder.write(
        "docs/standups/2026-11-20/bo.md",
        "# Standup 2026-11-20 — Bo\n\n- **Posted:** 2026-11-20 15:00 UTC\n\n## Ground\n\n\
         - **Status:** blocked\n- **Blockers:**\n  - Vendor\u{1b}[31m & <co>\n\
         - **Evidence:** <https://example.org/run>\n\nPeace by hand.\n",
    );
    folder
}

#[test]
fn post_writes_the_card_with_what_is_suggested() {
    let folder = folder();
    let run = folder.run(&[
        "--as",
        "Ann Lee",
        "standup",
        "post",
        "ground",
        "--status",
        "at-risk",
        "--blocker",
        "The vendor is silent",
        "--evidence",
        "https://example.org/x",
        "--done",
        "Called them",
    ]);
    assert_eq!(
        (run.code, run.out.as_str(), run.err.as_str()),
        (
            0,
            "",
            "stepdeck: Ground: posted, at risk · blocker +The vendor is silent · evidence \
             +https://example.org/x · done +Called them\n"
        )
    );
    insta::assert_snapshot!(folder.read(PAPER));
    let again = folder.run(&[
        "--as", "ann lee", "standup", "post", "Ground", "--status", "at-risk",
    ]);
    assert_eq!(again.err, "stepdeck: the card already says so\n");
    let more = folder.run(&[
        "--as",
        "Ann Lee",
        "standup",
        "post",
        "Ground",
        "--status",
        "on track",
        "--resolved",
        "The vendor is silent",
    ]);
    assert_eq!(
        more.err,
        "stepdeck: Ground: on track · blocker −The vendor is silent\n"
    );
    let paper = folder.read(PAPER);
    assert!(paper.contains("- **Status:** on track\n"), "{paper}");
    assert!(!paper.contains("silent"), "{paper}");
}

#[test]
fn a_day_is_one_text_for_a_message() {
    let folder = folder();
    for (name, status) in [("Ann Lee", "on-track"), ("Cy", "no-change")] {
        let run = folder.run(&[
            "--as", name, "standup", "post", "Ground", "--status", status,
        ]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    let today = folder.run(&["--as", "Ann Lee", "standup"]).ok();
    let before = folder
        .run(&["--as", "Bo", "standup", "--date", "2026-11-20"])
        .ok();
    let slack = folder
        .run(&["standup", "--slack", "--date", "2026-11-20"])
        .ok();
    // The calendar's first day is no reason to fall over.
    folder.run(&["standup", "--date", "-262143-01-01"]);
    folder.run(&["standup", "--date=-262143-01-01"]).ok();
    let one = folder.run(&["standup", "--person", "cy"]).ok();
    assert!(!one.contains("Ann"), "{one}");
    insta::assert_snapshot!([today, before, slack, one].join("\n~~~\n"));
}

/// That one person has not posted does not mean that nobody has.
#[test]
fn who_has_not_posted_is_named() {
    let folder = folder();
    let of = |arguments: &[&str]| folder.run(&[&["standup"][..], arguments].concat()).ok();
    let day = ["--date", "2026-11-20"];
    let nobody = of(&[&day[..], &["--person", "Zoe"]].concat());
    assert!(nobody.contains("Zoe has not posted."), "{nobody}");
    assert!(!nobody.contains("Nobody"), "{nobody}");
    let slack = of(&[&day[..], &["--slack", "--person", "Zoe"]].concat());
    assert!(slack.contains("Zoe has not posted."), "{slack}");
    assert!(of(&[&day[..], &["--person", "bo"]].concat()).contains("Posted: Bo"));
    assert!(of(&[]).contains("Nobody has posted."));
}

#[test]
fn json_is_what_the_schema_says() {
    let folder = folder();
    let empty = valid("standup", &folder.run(&["standup", "--json"]).ok());
    assert_eq!(empty["entries"].as_array().unwrap().len(), 0);
    assert_eq!(empty["missing"][0], "Bo");
    assert_eq!(empty["deadline"], "2026-11-21T15:00:00Z");
    let day = folder
        .run(&["standup", "--json", "--date", "2026-11-20"])
        .ok();
    let day = valid("standup", &day);
    let entry = &day["entries"][0];
    assert_eq!(
        (&entry["person"], &entry["late"], &entry["posted_at"]),
        (&"Bo".into(), &true.into(), &"2026-11-20T15:00:00Z".into())
    );
    let card = &entry["cards"][0];
    assert_eq!(
        (&card["status"], &card["evidence"][0], &card["blockers"][0]),
        (
            &"blocked".into(),
            &"https://example.org/run".into(),
            &"Vendor\u{1b}[31m & <co>".into()
        )
    );
}

#[test]
fn what_cannot_be_posted_is_refused_and_leaves_no_trace() {
    let folder = folder();
    let before = folder.diff();
    for (arguments, said) in [
        (&["standup", "post", "sky"][..], "“sky” is not a stage"),
        (
            &["standup", "post", "ground", "--status", "fine"],
            "invalid value 'fine'",
        ),
        (
            &["standup", "post", "ground", "--evidence", "two words"],
            "is neither a URL",
        ),
        (
            &["standup", "post", "ground", "--resolved", "never said"],
            "“never said” is not on the card",
        ),
        (
            &["--read-only", "standup", "post", "ground"],
            "--read-only: nothing is written",
        ),
        (
            &["standup", "--json", "post", "ground"],
            "showing and posting are separate",
        ),
        (&["standup", "--date", "2026-11-22"], "has not started yet"),
        (&["standup", "--date", "soon"], "invalid value 'soon'"),
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
    }
    assert_eq!(folder.diff(), before);
}

/// The cockpit proposes the same where a blocker is added.
#[test]
fn with_a_new_blocker_a_stage_is_at_risk_unless_somebody_says_otherwise() {
    let says = |folder: &Folder, more: &[&str]| {
        let post = ["--as", "Ann Lee", "standup", "post", "ground", "--blocker"];
        folder.run(&[&post, more].concat()).err
    };
    let folder = folder();
    let said = says(&folder, &["Vendor"]);
    assert!(
        said.contains("Ground: posted, at risk · blocker +Vendor"),
        "{said}"
    );
    let said = says(&folder, &["Power", "--status", "on-track"]);
    assert!(said.contains("Ground: on track · blocker +Power"), "{said}");
    let said = says(&folder, &["Rain"]);
    assert!(said.contains("Ground: blocker +Rain · at risk"), "{said}");
    let said = says(&folder, &["Snow", "--status", "blocked"]);
    assert!(said.contains("Ground: blocked · blocker +Snow"), "{said}");
    let said = says(&folder, &["Hail"]);
    assert!(said.ends_with("Ground: blocker +Hail\n"), "{said}");
}

/// It may be committed only after it was told.
#[test]
fn what_a_card_said_is_done_no_later_card_suggests() {
    let done = "0001 Pick the engine";
    let folder = Folder::new(&[
        (LOG, &LINES.replacen("2026-11-01T00", "2026-11-20T16", 1)),
        (CANON, DOCUMENT),
    ]);
    let post = |name: &str| {
        folder
            .run(&["--as", name, "standup", "post", "ground"])
            .ok();
        let file = name.to_lowercase();
        folder.read(&format!("docs/standups/2026-11-21/{file}.md"))
    };
    folder.write(
        "docs/standups/2026-11-20/bo.md",
        format!(
            "# Standup 2026-11-20 — Bo\n\n- **Posted:** 2026-11-20 15:00 UTC\n\n## Ground\n\n\
             - **Status:** on track\n- **Done:**\n  - {done}\n"
        ),
    );
    assert!(post("Ann").contains(done));
    let again = post("Bo");
    assert!(!again.contains(done), "{again}");
    // By its number it is the same step.
    let post = ["--as", "Ann", "standup", "post", "ground", "--done", "0001"];
    let said = folder.run(&post).err;
    assert!(said.contains("the card already says so"), "{said}");
}
