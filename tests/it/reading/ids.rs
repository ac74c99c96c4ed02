//! A step is its number and suffix: however an ID is spelled, in a log of any habit, in
//! dependencies, the canon, arguments, papers, merges and diffs, it names the same step.

use std::fs;

use crate::support::desk::Desk;
use crate::support::run::Folder;
use crate::support::schema::valid;
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

const LOG: &str = "data/plans/plan.jsonl";
const CANON: &str = "docs/plan.md";

fn line(id: &str, title: &str, dependencies: &str) -> String {
    format!(
        "{{\"step_id\":{id},\"block\":\"B01\",\"title\":\"{title}\",\"theme\":\"t\",\"owner\":\"ops\",\
         \"status\":\"draft\",\"outcome\":\"o\",\"dependencies\":{dependencies},\"artifacts\":[],\
         \"evidence\":{{\"metric\":\"m\",\"target\":1}},\"updated_at\":\"2026-11-20T10:00:00Z\"}}\n"
    )
}

/// A plan of 120 steps, each waiting for the one before, all IDs as `spell` spells them.
fn plan(spell: impl Fn(u32) -> String) -> String {
    let step = |n: u32| {
        let before = if n > 1 { spell(n - 1) } else { String::new() };
        let block = format!("\"B{:02}\"", n.div_ceil(100));
        line(&spell(n), &format!("Step {n}"), &format!("[{before}]")).replace("\"B01\"", &block)
    };
    (1..=120).map(step).collect()
}

/// A habit of spelling a number as the raw JSON of an ID.
type Spell = fn(u32) -> String;

const SPELLINGS: [Spell; 4] = [
    |n| format!("\"{n:04}\""),
    |n| format!("\"{n:05}\""),
    |n| format!("\"{n}\""),
    |n| n.to_string(),
];

/// What a JSON document says when every ID in it is a number.
fn without_spelling(printed: &str) -> serde_json::Value {
    fn plain(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
                *value = text.parse::<u32>().unwrap().into();
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(plain),
            serde_json::Value::Object(object) => {
                // Words for people spell an ID as its line does.
                object.remove("why");
                object.values_mut().for_each(plain);
            }
            _ => {}
        }
    }
    let mut document = serde_json::from_str(printed).unwrap();
    plain(&mut document);
    document
}

#[test]
fn a_plan_is_the_same_in_every_spelling() {
    let logs = SPELLINGS.map(plan);
    let folders = logs.each_ref().map(|log| Folder::new(&[(LOG, log)]));
    for (name, arguments) in [
        ("list", &["list", "--json"][..]),
        ("next", &["next", "--json"]),
        ("chain", &["chain", "0003", "--json"]),
        ("step", &["show", "3", "--json"]),
    ] {
        let printed = folders.each_ref().map(|folder| folder.run(arguments).ok());
        for text in &printed {
            valid(name, text);
            assert_eq!(
                without_spelling(text),
                without_spelling(&printed[0]),
                "{name}"
            );
        }
    }
    for (folder, id) in folders.iter().zip(["0007", "00007", "7", "7"]) {
        let shown = valid("step", &folder.run(&["show", "000007", "--json"]).ok());
        assert_eq!(shown["step_id"], id);
        assert_eq!(
            folder.run(&["check"]).ok(),
            "✓ Nothing is wrong with the plan.\n"
        );
    }
}

#[test]
fn lines_keep_their_spelling_and_new_ones_take_the_majoritys() {
    for (spell, new, dependency) in [
        (SPELLINGS[0], "\"0121\"", "\"0005\""),
        (SPELLINGS[1], "\"00121\"", "\"00005\""),
        (SPELLINGS[2], "\"121\"", "\"5\""),
        (SPELLINGS[3], "121", "5"),
    ] {
        // One line is spelled in a way of its own, and stands out of order.
        let odd = line("\"0000000200\"", "Odd one", "[]");
        let folder = Folder::new(&[(LOG, &format!("{odd}{}", plan(spell)))]);
        let lines = || {
            folder
                .read(LOG)
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let before = lines();
        folder.run(&["set", "Step 9", "owner=grc"]).ok();
        folder.run(&["check", "--fix"]);
        assert!(
            lines()
                .last()
                .unwrap()
                .starts_with("{\"step_id\":\"0000000200\",")
        );
        folder.run(&["set", "0000120", "dependencies+=5"]).ok();
        let last = lines().remove(119);
        assert!(
            last.contains(&format!(",{dependency}],\"artifacts\"")),
            "{last}"
        );
        folder.run(&["add", "title=New", "--after", "120"]).ok();
        let now = lines();
        assert!(
            now[120].starts_with(&format!("{{\"step_id\":{new},")),
            "{}",
            now[120]
        );
        let ids = |lines: &[String]| -> Vec<String> {
            let id = |line: &String| line.split_once(",\"block\"").unwrap().0.to_owned();
            let mut ids: Vec<String> = lines.iter().map(id).collect();
            ids.sort();
            ids
        };
        let mut kept = ids(&now);
        kept.retain(|id| *id != format!("{{\"step_id\":{new}"));
        assert_eq!(kept, ids(&before));
    }
}

#[test]
fn canon_checks_and_papers_name_a_step_in_any_spelling() {
    let log = [
        line("57", "One", "[]"),
        line("\"0058\"", "Two", "[\"00057\"]"),
    ]
    .concat();
    let canon = "### Step 00057 — One\n\n- **Owner:** ops\n- **Dependencies:** none\n\n\
                 ### Step 58: Two\n\n- **Dependencies:** Step 57\n\n\
                 ### Step 3: Install\n\n- a bullet of some other document\n";
    let folder = Folder::new(&[(LOG, &log), (CANON, canon)]);
    let list = folder.run(&["list"]);
    assert_eq!(
        list.out,
        "57\tdraft\tready\tops\tOne\n0058\tdraft\twaiting\tops\tTwo\n"
    );
    assert_eq!(folder.run(&["list", "is:drift"]).out, "");
    folder.run(&["set", "057", "owner=grc"]).ok();
    assert!(
        folder
            .read(CANON)
            .starts_with("### Step 00057 — One\n\n- **Owner:** grc\n")
    );
    assert!(folder.read(LOG).starts_with("{\"step_id\":57,"));
    let check = folder.run(&["check"]);
    assert!(
        check.out.contains("note[id-spelling]") && !check.out.contains("error["),
        "{}",
        check.out
    );
    let twice = format!("{log}{}", line("\"057\"", "One again", "[]"));
    let folder = Folder::new(&[(LOG, &twice)]);
    assert!(folder.run(&["check"]).out.contains("error[duplicate-id]"));
    assert!(
        folder
            .run(&["set", "57", "owner=x"])
            .err
            .contains("several steps have the ID")
    );
}

#[test]
fn versions_are_merged_and_compared_by_step_not_by_spelling() {
    let base = [
        line("\"0001\"", "One", "[]"),
        line("\"0002\"", "Two", "[\"0001\"]"),
    ]
    .concat();
    // We respelled the log and changed an owner, they changed a title and added dependencies.
    let ours = [line("1", "One", "[]"), line("2", "Two", "[1]")].concat();
    let ours = ours.replacen("\"ops\"", "\"grc\"", 1);
    let theirs = base
        .replace("Two", "Second")
        .replace("[\"0001\"]", "[\"Step 1\",\"0003\"]");
    let folder = Folder::new(&[("base", &base), ("ours", &ours), ("theirs", &theirs)]);
    let run = folder.run(&["merge", "base", "ours", "theirs"]);
    assert_eq!((run.code, &*run.err), (0, ""), "{run:?}");
    let merged = folder.read("ours");
    assert!(merged.contains("\"title\":\"Second\"") && merged.contains("\"owner\":\"grc\""));
    assert_eq!(merged.matches("step_id").count(), 2, "{merged}");
    let second = merged.lines().nth(1).unwrap();
    let dependencies = second.split("\"dependencies\":").nth(1).unwrap();
    let names = dependencies.split(']').next().unwrap();
    assert_eq!(names.matches('1').count(), 1, "one step once: {second}");
    assert!(names.contains("0003"), "{second}");
    let told = folder.run(&["diff", "base", "ours"]);
    assert!(
        told.out.contains("step_id: ") && !told.out.contains("removed"),
        "{}",
        told.out
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However each line and each mention spells its IDs, the plan says the same, an edit reaches
    /// the line that is meant, and nothing is respelled.
    #[test]
    fn mixed_spellings_are_one_plan(
        spelled in prop::collection::vec((select(SPELLINGS.to_vec()), select(SPELLINGS.to_vec())), 6),
        chosen in 1..=6u32,
        typed in select(vec!["", "0", "000", "step "]),
    ) {
        let step = |(at, (own, other)): (usize, &(Spell, Spell))| {
            let n = at as u32 + 1;
            let before = if n > 1 { other(n - 1) } else { String::new() };
            line(&own(n), &format!("Step {n}"), &format!("[{before}]"))
        };
        let log: String = spelled.iter().enumerate().map(step).collect();
        let folder = Folder::new(&[(LOG, &log)]);
        let states: Vec<String> = (folder.run(&["list"]).out.lines())
            .map(|row| row.split('\t').nth(2).unwrap().to_owned())
            .collect();
        prop_assert_eq!(states, ["ready", "waiting", "waiting", "waiting", "waiting", "waiting"]);
        folder.run(&["set", &format!("{typed}{chosen}"), "owner=grc"]).ok();
        let now = folder.read(LOG);
        for (at, (old, new)) in log.lines().zip(now.lines()).enumerate() {
            let expected = match at as u32 + 1 == chosen {
                true => (old.replace("\"ops\"", "\"grc\""))
                    .replace("2026-11-20T10:00:00Z", crate::support::run::NOW),
                false => old.to_owned(),
            };
            prop_assert_eq!(new, expected);
        }
    }
}

#[test]
fn what_cannot_be_read_is_taken_and_told() {
    let log = [
        &*line("\"0001\"", "One", "[]"),
        "{\"step_id\": \"0002\", \"title\": \"Two\",}\n",
        "{\"step_id\":\"0003\",\"x\":NaN}\n",
    ]
    .concat();
    let told = format!(
        "stepdeck: 2 lines of {LOG} could not be read; `stepdeck check` says which and why\n"
    );
    let folder = Folder::new(&[(LOG, &log)]);
    for arguments in [
        &["list"][..],
        &["next"],
        &["chain", "1"],
        &["export", "--format", "csv"],
        &["list", "--json"],
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.code, &*run.err), (0, &*told), "{arguments:?}");
    }
    let taken = folder.run(&["add", "--id", "2", "title=Mine"]);
    assert!(
        taken.err.contains(&format!("0002 is in {LOG}:2")),
        "{}",
        taken.err
    );
    assert_eq!(folder.run(&["add", "title=New"]).out, "0004\n");
    assert!(!folder.run(&["check"]).out.contains("gap-in-series"));

    let folder = Folder::new(&[(LOG, "{\"step_id\": \"0001\",}\n")]);
    let next = folder.run(&["next"]);
    assert!(
        next.out.contains("None of the plan's steps can be read"),
        "{}",
        next.out
    );
    assert!(
        folder
            .run(&["list"])
            .err
            .ends_with("none of the plan's steps can be read\n")
    );
}

#[test]
fn an_id_that_is_still_named_is_given_by_name_only() {
    let log = line("\"0001\"", "One", "[\"0002\"]");
    let folder = Folder::new(&[(LOG, &log)]);
    assert_eq!(folder.run(&["add", "title=Snacks"]).out, "0003\n");
    assert_eq!(folder.run(&["add", "--id", "2", "title=Two"]).out, "0002\n");
    let again = folder.run(&["add", "--id", "00002", "title=Two"]);
    assert!(
        again.err.contains("there already is a step 0002"),
        "{}",
        again.err
    );

    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("aSnacks<Enter>").wait_for("0003 added: Snacks");
    desk.keys("aStep 2: Kick off<Enter>")
        .wait_for("0002 added: Kick off");
    assert!(
        desk.diff()
            .contains("+{\"step_id\":\"0002\",\"block\":\"B01\",\"title\":\"Kick off\"")
    );
}

#[test]
fn several_steps_in_one_entry_become_several_entries() {
    let log = [
        line("\"0001\"", "One", "[]"),
        line("\"0002\"", "Two", "[]"),
        line("\"0003\"", "Three", "[\"0001-0002\"]"),
        line(
            "\"0004\"",
            "Four",
            "[\"#0001\", \"0002 (done)\", \"Legal agrees\"]",
        ),
        line(
            "\"0005\"",
            "Five",
            "[\"Step 0001 and Step 0002\",\"0003 (ask ops)\"]",
        ),
    ]
    .concat();
    let canon = "### Step 0003 — Three\n\n- **Dependencies:** 0001-0002\n";
    let folder = Folder::new(&[(LOG, &log), (CANON, canon)]);
    let found = folder.run(&["check"]).out;
    assert_eq!(found.matches("[compound-dependency]").count(), 5, "{found}");
    folder.run(&["check", "--fix"]);
    let fixed = folder.read(LOG);
    for list in [
        "\"Three\",\"theme\":\"t\",\"owner\":\"ops\",\"status\":\"draft\",\"outcome\":\"o\",\
         \"dependencies\":[\"0001\",\"0002\"]",
        "\"dependencies\":[\"0001\", \"0002\", \"Legal agrees\"]",
        "\"dependencies\":[\"0001\",\"0002\",\"0003 (ask ops)\"]",
    ] {
        assert!(fixed.contains(list), "{list}\n{fixed}");
    }
    assert!(
        folder
            .read(CANON)
            .contains("- **Dependencies:** 0001, 0002\n")
    );
    assert_eq!(
        folder
            .run(&["check"])
            .out
            .matches("[compound-dependency]")
            .count(),
        1
    );

    folder
        .run(&["set", "5", "dependencies=0001-0003; 0004, 0002"])
        .ok();
    let five = folder.read(LOG).lines().nth(4).unwrap().to_owned();
    assert!(
        five.contains("\"dependencies\":[\"0001\",\"0002\",\"0003\",\"0004\"]"),
        "{five}"
    );
    for (entry, reason) in [
        ("0001 (needs legal)", "write only the ID"),
        ("0001, 0009", "there is no step 0009"),
        ("0004-0005", "0005 cannot depend on itself"),
    ] {
        let run = folder.run(&["set", "5", &format!("dependencies+={entry}")]);
        assert!(
            run.code == 2 && run.err.contains(reason),
            "{entry}: {run:?}"
        );
    }
    folder.run(&["set", "5", "dependencies+=2027 budget"]).ok();
}

#[test]
fn the_cockpit_expands_what_is_typed_too() {
    let log = [
        line("\"0001\"", "One", "[]"),
        line("\"0002\"", "Two", "[]"),
        line("\"0003\"", "Three", "[]"),
    ]
    .concat();
    let mut desk = Desk::open(&[(LOG, &log)]);
    desk.keys("Gb0001-0002<Enter>").wait_for("+0001 +0002");
    desk.settle();
    assert!(
        desk.file(LOG)
            .contains("\"dependencies\":[\"0001\",\"0002\"]"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_good_line_stays_one_and_a_bad_one_may_stay_bad() {
    let good = line("\"0001\"", "One", "[\"0009\"]");
    let bad = "{\"step_id\": \"0002\",}\n";
    let mut desk = Desk::open(&[(LOG, &format!("{good}{bad}"))]);
    desk.keys("5").wait_for("does not exist");
    desk.keys("gge").wait_for("0001");
    desk.keys("x<Enter>").wait_for("not a JSON object");
    desk.press("esc");
    desk.settle();
    assert_eq!(desk.diff(), "");
    desk.keys("Ge").wait_for("0002");
    desk.keys(" y<Enter>");
    desk.run_until("the bad line is written", |desk| {
        desk.file(LOG).ends_with(",} y\n")
    });
}

/// The log is a folder here, which nobody can read, whatever their rights.
#[test]
fn a_step_is_never_edited_in_the_canon_alone_while_its_log_cannot_be_read() {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join(LOG)).unwrap();
    let other = folder.path().join("data/plans/other.jsonl");
    fs::write(other, line("\"0002\"", "Two", "[]")).unwrap();
    fs::create_dir_all(folder.path().join("docs")).unwrap();
    let canon =
        "### Step 0001 — One\n\n- **Owner:** ops\n\n### Step 0002 — Two\n\n- **Owner:** ops\n";
    fs::write(folder.path().join(CANON), canon).unwrap();
    let mut desk = Desk::on(folder, 120, 30);
    desk.keys("ggeo").wait_for("Owner");
    desk.keys("x<Enter>")
        .wait_for("cannot be read and may contain 0001 too");
    desk.press("esc");
    desk.settle();
    assert_eq!(desk.file(CANON), canon);
    desk.keys("Geo").wait_for("Owner");
    desk.keys("x<Enter>");
    let both = ["data/plans/other.jsonl", CANON];
    desk.run_until("both files have it", |desk| {
        both.map(|path| {
            desk.file(path).contains("\"owner\":\"x\"") || desk.file(path).contains("** x\n")
        }) == [true, true]
    });
}

#[test]
fn the_line_that_cannot_be_read_stops_an_edit_of_its_section() {
    let log = [&*line("\"0001\"", "One", "[]"), "{\"step_id\":\"0002\",}\n"].concat();
    let canon =
        "### Step 0002 — Two\n\n- **Owner:** ops\n\n### Step 0003 — Three\n\n- **Owner:** a\n";
    let folder = Folder::new(&[(LOG, &log), (CANON, canon)]);
    let run = folder.run(&["set", "2", "owner=grc"]);
    assert!(
        run.code == 2 && run.err.contains(&format!("0002 is also in {LOG}:2")),
        "{run:?}"
    );
    assert_eq!(folder.read(CANON), canon);
    folder.run(&["set", "3", "owner=grc"]).ok();
}
