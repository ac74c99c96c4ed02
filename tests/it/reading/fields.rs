//! Fields that stepdeck does not know, invented here, are met wherever fields are: one row of the
//! table is all that a field needs. The table is fixed once a process has asked it, so that the
//! story runs in a process of its own.

use std::env;
use std::process::Command;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;
use stepdeck::change::Change;
use stepdeck::change::form::{self, Form};
use stepdeck::plan::Plan;
use stepdeck::plan::field::{Field, FieldSpec, Kind, extend, fields};
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::record::step_section;

const INVENTED: &str = "STEPDECK_TEST_INVENTS_FIELDS";

#[test]
fn invented_fields_are_met_on_every_surface() {
    if env::var_os(INVENTED).is_none() {
        let name = "reading::fields::invented_fields_are_met_on_every_surface";
        let run = Command::new(env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(INVENTED, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        let is_one = said.contains("1 passed");
        let failed = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success() && is_one, "{said}{failed}");
        return;
    }
    extend(&[
        FieldSpec::new("mood", "Mood", Kind::Line, "How the team feels about it.")
            .place(6)
            .row(3)
            .letter('w')
            .bullet("Mood"),
        FieldSpec::new(
            "ticket.tags",
            "Ticket tags",
            Kind::Line,
            "Words to find it by.",
        )
        .within("ticket", "tags"),
    ])
    .unwrap();
    let canon = DOCUMENT.replace("- **Owner:** grc\n", "- **Owner:** grc\n- **Mood:** calm\n");
    let folder = Folder::new(&[(LOG, LINES), (CANON, &canon)]);

    // `set`, the place in the line, the bullet in the canon.
    folder
        .run(&["set", "2", "mood=glad", "ticket.tags=a b"])
        .ok();
    let log = folder.read(LOG);
    assert!(
        log.contains(r#""outcome": "Schema agreed", "mood": "glad", "dependencies""#),
        "{log}"
    );
    assert!(
        log.contains(r#""ticket": {"tags": "a b"}, "x-ticket""#),
        "{log}"
    );
    assert!(folder.read(CANON).contains("- **Mood:** glad\n"));
    let help = folder.run(&["set", "--help"]).ok();
    assert!(help.contains("mood, ticket.tags"), "{help}");

    // Read: a drift, types, filters, what is printed.
    folder.write(LOG, log.replace(r#""mood": "glad""#, r#""mood": "sad""#));
    let shown = folder.run(&["show", "2"]).ok();
    assert!(
        shown.contains("Mood") && shown.contains("canon says glad"),
        "{shown}"
    );
    assert!(
        shown.contains("Ticket tags") && shown.contains("a b"),
        "{shown}"
    );
    let shown = folder.run(&["show", "2", "--json"]).ok();
    assert!(shown.contains(r#""mood": "sad""#), "{shown}");
    assert!(shown.contains("drift\": [\n    \"mood\"\n  ]"), "{shown}");
    let listed = folder.run(&["list", "--filter", "mood:sad", "--json"]).ok();
    assert!(listed.contains("\"count\": 1,"), "{listed}");
    let listed = folder
        .run(&["list", "--filter", "ticket.tags:b", "--json"])
        .ok();
    assert!(listed.contains("\"count\": 1,"), "{listed}");
    let listed = folder
        .run(&["list", "--columns", "mood,ticket.tags", "--sort", "-mood"])
        .ok();
    assert!(
        listed.starts_with("0002\tdraft\tsad\ta b\tReview the schema\n"),
        "{listed}"
    );
    let csv = folder.run(&["export", "--format", "csv"]).ok();
    assert!(
        csv.lines().next().unwrap().ends_with(",mood,ticket.tags"),
        "{csv}"
    );
    assert!(csv.contains(",sad,a b\r\n"), "{csv}");
    let wrong = log.replace(r#""mood": "glad""#, r#""mood": 7"#);
    let wrong = wrong.replace(r#"{"tags": "a b"}"#, r#"{"tags": []}"#);
    folder.write(LOG, wrong);
    let found = folder.run(&["check"]).out;
    assert!(
        found.contains("`mood` of 0002 is a number, not text"),
        "{found}"
    );
    assert!(
        found.contains("`ticket.tags` of 0002 is a list, not text"),
        "{found}"
    );

    // The cockpit: the detail pane, the menu of fields, an edit and its undo.
    let mut desk = Desk::sized(
        &[(LOG, &log), (CANON, &canon.replace("calm", "glad"))],
        160,
        48,
    );
    desk.keys("j");
    let screen = desk.screen();
    assert!(
        screen.contains("Mood") && screen.contains("glad"),
        "{screen}"
    );
    desk.keys("|");
    while !desk.screen().contains("▌[ ] Mood") {
        desk.keys("j");
    }
    desk.keys("<Space><Esc>");
    let screen = desk.screen();
    let shows = |all: [&str; 2]| {
        screen
            .lines()
            .any(|row| all.iter().all(|one| row.contains(one)))
    };
    assert!(
        shows(["Owner  ", "Mood  "]) && shows(["Review the schema", "glad"]),
        "{screen}"
    );
    desk.keys("|r<Esc>ew");
    assert!(desk.screen().contains("0002 Mood"), "{}", desk.screen());
    desk.keys("!<Enter>");
    assert!(desk.file(LOG).contains(r#""mood": "glad!""#));
    assert!(desk.file(CANON).contains("- **Mood:** glad!\n"));
    desk.keys("u");
    assert_eq!(desk.file(LOG), log);

    // Forms, sections, changes that outlive the program.
    let log = SourceFile::load(LOG, Role::Log, log.into_bytes());
    let plan = Plan::read(vec![log]);
    let step = plan.step(1);
    let written = form::write(&[step]);
    assert!(
        written.contains("mood = \"glad\"\n\"ticket.tags\" = \"a b\"\n"),
        "{written}"
    );
    assert!(step_section(step).contains("- **Mood:** glad\n"));
    let composer = stepdeck::change::compose::Composer::new(&plan, plan_time());
    let edited = Form {
        steps: [step.key()].into(),
        text: written.replace("glad", "calm"),
        seen: written,
    };
    let change = composer.set_form(&edited).unwrap().change;
    let json = serde_json::to_string(&change).unwrap();
    assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), change);
    assert!(step.other_keys().iter().all(|(key, _)| *key == "x-ticket"));
    assert_eq!(Field::named("mood").map(Field::label), Some("Mood"));
    assert!(extend(&[]).is_err());
}

fn plan_time() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_780_315_200, 0).unwrap()
}

/// What only stepdeck writes is refused with the reason, whoever asks.
#[test]
fn what_people_do_not_set_is_refused_with_the_reason() {
    let folder = Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)]);
    let plan = Plan::read(vec![SourceFile::load(
        LOG,
        Role::Log,
        LINES.as_bytes().to_vec(),
    )]);
    let composer = stepdeck::change::compose::Composer::new(&plan, plan_time());
    let kept = fields().iter().filter(|spec| spec.read_only.is_some());
    for spec in kept {
        let reason = spec.read_only.unwrap();
        let run = folder.run(&["set", "2", &format!("{}=x", spec.name)]);
        assert!(run.code == 2 && run.err.contains(reason), "{run:?}");
        let refused = match spec.kind {
            Kind::List => composer.set_list(1, spec.field, &["x".to_owned()]),
            _ => composer.set(1, spec.field, "x"),
        };
        assert_eq!(refused.unwrap_err().0, reason);
        let form = form::write(&[plan.step(1)]);
        assert!(!form.contains(&format!("\n{} =", spec.name)), "{form}");
        let typed = Form {
            steps: [plan.step(1).key()].into(),
            text: format!("{form}\n{} = \"x\"\n", spec.name),
            seen: form,
        };
        assert_eq!(composer.set_form(&typed).unwrap_err().0, reason);
    }
    assert_eq!(folder.read(LOG), LINES);
}

/// Every way to add a step gives it a uid, the last key of its line; no other line gets one.
#[test]
fn a_new_step_has_a_uid_of_its_own() {
    let folder = Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)]);
    folder.run(&["add", "title=One"]).ok();
    folder
        .run(&["add", "title=Two", "--under", "2", "owner=ops"])
        .ok();
    let mut desk = Desk::open(&[(LOG, &folder.read(LOG)), (CANON, DOCUMENT)]);
    desk.keys("aThree<Enter>");
    let log = desk.file(LOG);
    let mut uids = Vec::new();
    for line in log.lines() {
        match line.split_once(", \"uid\": \"") {
            Some((_, uid)) => uids.push(uid.strip_suffix("\"}").unwrap()),
            None => assert!(LINES.lines().any(|known| known == line), "{line}"),
        }
    }
    assert_eq!(uids.len(), 3, "{log}");
    let is_uid = |uid: &&str| stepdeck::plan::uid::Uid::read(uid).is_some();
    assert!(uids.iter().all(is_uid), "{uids:?}");
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), 3);
    // Undo and redo bring the same step back.
    desk.keys("u");
    assert_eq!(desk.file(LOG), folder.read(LOG));
    let json = folder.run(&["list", "--filter", "one", "--json"]).ok();
    assert!(json.contains("\"uid\": \""), "{json}");
}
