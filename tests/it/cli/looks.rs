//! How `list` looks: sorted by columns, with columns to choose, in groups, and as a named view.

use crate::support::crew::{DOCUMENT, FILES, LINES};
use crate::support::demo::Kind;
use crate::support::fixture::{CANON, LOG};
use crate::support::run::Folder;
use crate::support::schema::valid;
use serde_json::{Value, json};

fn folder() -> Folder {
    Folder::new(&FILES)
}

#[test]
fn steps_are_sorted_by_any_column_either_way_and_by_id_among_equals() {
    let folder = folder();
    for (sort, order) in [
        ("owner", "0004 0101 0102 0103 0104 0002 0003 0001 0003.A"),
        ("-owner", "0001 0003.A 0002 0003 0101 0102 0103 0104 0004"),
        (
            "status,-id",
            "0104 0004 0003.A 0103 0102 0003 0002 0101 0001",
        ),
        ("-updated", "0003 0101 0104 0004 0103 0002 0003.A 0001 0102"),
        // By the number, whatever its unit.
        (
            "-cost.planned",
            "0103 0002 0004 0001 0003 0003.A 0101 0102 0104",
        ),
        (
            "log.berth",
            "0003 0003.A 0004 0102 0103 0104 0101 0001 0002",
        ),
        ("state", "0101 0003 0102 0104 0002 0003.A 0004 0103 0001"),
        (
            "-dependents,-unblocks",
            "0001 0002 0003 0004 0101 0102 0103 0003.A 0104",
        ),
        ("-score", ""),
        ("-id", "0104 0103 0102 0101 0004 0003.A 0003 0002 0001"),
        ("id", "0001 0002 0003 0003.A 0004 0101 0102 0103 0104"),
    ] {
        let sorted = folder.listed(&["--sort", sort]);
        match sort {
            // As `next` ranks them.
            "-score" => {
                let next = folder.run(&["next", "--json", "-n", "9"]).ok();
                let next: Value = serde_json::from_str(&next).unwrap();
                let ranked = next["steps"].as_array().unwrap().iter();
                let ranked: Vec<&str> = ranked
                    .map(|step| step["step_id"].as_str().unwrap())
                    .collect();
                assert!(sorted.starts_with(&ranked.join(" ")), "{sorted} {ranked:?}");
            }
            _ => assert_eq!(sorted, order, "{sort}"),
        }
    }
    assert_eq!(
        folder.listed(&["--filter", "owner:captain", "--sort", "-age"]),
        "0102 0103 0101 0104"
    );
}

#[test]
fn a_pipe_gets_the_columns_that_are_asked_for_between_status_and_title() {
    let folder = folder();
    let columns = "age,waiting_on,whom,unblocks,block,stage,updated,log.berth,title,id";
    let out = folder
        .run(&["list", "--filter", "block:B01", "--columns", columns])
        .ok();
    assert_eq!(
        out,
        "0001\tcomplete\t51d\t\t\t2\tB01\tAfloat\t2026-10-01\t7\tCaulk the hull\n\
         0002\tin progress\t10d\t\t\t\tB01\tAfloat\t2026-11-11\t12\tStep the mast\n\
         0003\tdraft\t1d\t0002, Surveyor signs\tRigging, Surveyor signs\t\tB01\tAfloat\t2026-11-20\t\t\
         Tune the shrouds until she sails upright in any breeze\n\
         0003.A\tidea\t20d\t\t\t\tB01\t\t2026-11-01\t\tBorrow a gauge\n\
         0004\tidea\t2d\t\t\t\tB01\t\t2026-11-19\t\tPaint the name\n"
            .replace("\t\t\t2\tB01", "\t\t\t\tB01")
    );
    let none = folder
        .run(&["list", "--filter", "id:0104", "--columns", ""])
        .ok();
    assert_eq!(none, "0104\tidea\tSail\n");
}

#[test]
fn a_terminal_leaves_out_the_columns_at_the_right_and_says_how_many() {
    let folder = folder();
    let mut screens = String::new();
    for (arguments, columns) in [
        (
            &[
                "--columns",
                "age,owner,waiting_on,unblocks,theme",
                "--sort",
                "-age",
            ][..],
            120,
        ),
        (
            &[
                "--columns",
                "age,owner,waiting_on,unblocks,theme",
                "--sort",
                "-age",
            ],
            80,
        ),
        (
            &[
                "--group",
                "owner",
                "--sort",
                "-updated,title",
                "--filter",
                "-is:done",
            ],
            80,
        ),
        (&["--view", "mine"], 80),
    ] {
        let all = [&["--color", "never", "--ascii", "list"][..], arguments].concat();
        let out = folder
            .run_on(&[&["--as", "Robin"], &all[..]].concat(), Some(columns))
            .ok();
        for line in out.lines() {
            assert!(
                stepdeck::document::visible::width(line) <= columns,
                "{line}"
            );
        }
        screens += &format!("{} at {columns}\n{out}\n", arguments.join(" "));
    }
    insta::assert_snapshot!(screens);
}

#[test]
fn groups_are_counted_and_their_counts_sum_to_the_list() {
    let folder = folder();
    for (group, names) in [
        (
            "owner",
            json!([["captain", 4], ["Rigging", 2], ["yard", 2], ["No owner", 1]]),
        ),
        (
            "status",
            json!([
                ["idea", 3],
                ["draft", 3],
                ["in progress", 1],
                ["blocked", 1],
                ["complete", 1]
            ]),
        ),
        ("block", json!([["B01 The boat", 5], ["B02 The crew", 4]])),
        ("stage", json!([["Afloat", 3], ["No stage", 6]])),
        (
            "theme",
            json!([["Crew", 3], ["Hull", 2], ["Rig", 3], ["No theme", 1]]),
        ),
    ] {
        let printed = folder
            .run(&["list", "--json", "--group", group, "--sort", "-id"])
            .ok();
        let printed = valid("list", &printed);
        let groups = printed["groups"].as_array().unwrap().iter();
        let pairs: Vec<Value> = groups
            .map(|group| json!([group["name"], group["count"]]))
            .collect();
        assert_eq!(json!(pairs), names, "{group}");
        let counts = printed["groups"].as_array().unwrap().iter();
        let sum: u64 = counts.map(|group| group["count"].as_u64().unwrap()).sum();
        assert_eq!(json!(sum), printed["count"]);
        assert!(printed.get("view").is_none());
    }
    let plain = valid(
        "list",
        &folder.run(&["list", "--json", "--sort", "-id"]).ok(),
    );
    assert!(plain.get("groups").is_none() && plain["steps"][0].get("columns").is_none());
}

#[test]
fn chosen_columns_are_in_the_json_as_numbers_words_or_nothing() {
    let folder = folder();
    let columns = "age,cost.planned,whom,log.berth,score";
    let printed = folder
        .run(&[
            "list",
            "--json",
            "--columns",
            columns,
            "--filter",
            "id:0002",
        ])
        .ok();
    let printed = valid("list", &printed);
    let said = &printed["steps"][0]["columns"];
    assert_eq!(
        (
            &said["age"],
            &said["cost.planned"],
            &said["whom"],
            &said["log.berth"]
        ),
        (&json!(10), &json!(40), &json!(null), &json!("12"))
    );
    let next = folder.run(&["next", "--json", "-n", "9"]).ok();
    let next: Value = serde_json::from_str(&next).unwrap();
    let mut ranked = next["steps"].as_array().unwrap().iter();
    let ranked = ranked.find(|step| step["step_id"] == "0002").unwrap();
    assert_eq!(said["score"], ranked["score"]);
    // A line's own key of that name gives way only then.
    let odd = r#"{"step_id":"0001","title":"One","columns":[3]}"#;
    let odd = Folder::new(&[(LOG, odd)]);
    let plain = valid("list", &odd.run(&["list", "--json"]).ok());
    assert_eq!(plain["steps"][0]["columns"], json!([3]));
    let chosen = valid(
        "list",
        &odd.run(&["list", "--json", "--columns", "id,owner"]).ok(),
    );
    assert_eq!(chosen["steps"][0]["columns"], json!({"owner": null}));
}

#[test]
fn a_view_is_printed_and_options_replace_its_parts() {
    let folder = folder();
    let rig = folder.run(&["list", "--view", "rig"]).ok();
    assert_eq!(
        rig,
        "0003.A\tidea\t20d\tyard\t\tBorrow a gauge\n\
         0002\tin progress\t10d\tRigging\t12\tStep the mast\n\
         0003\tdraft\t1d\trigging\t\tTune the shrouds until she sails upright in any breeze\n"
    );
    let json = valid(
        "list",
        &folder.run(&["list", "--view", "RIG", "--json"]).ok(),
    );
    assert_eq!((&json["view"], &json["count"]), (&json!("rig"), &json!(3)));
    assert_eq!(
        json["steps"][1]["columns"],
        json!({"age": 10, "owner": "Rigging", "log.berth": "12"})
    );
    assert_eq!(
        folder.listed(&["--view", "rig", "--sort", "id", "--filter", "theme:hull"]),
        "0001 0004"
    );
    let none = folder
        .run(&[
            "list",
            "--view",
            "rig",
            "--filter",
            "",
            "--columns",
            "block",
        ])
        .ok();
    assert_eq!(none.lines().count(), 9);
    assert!(
        none.starts_with("0102\tdraft\tB02\tLay in stores\n"),
        "{none}"
    );
    let flat = folder
        .run(&["list", "--view", "by block", "--group", "none", "--json"])
        .ok();
    assert!(valid("list", &flat).get("groups").is_none());
    // One's own file wins; what is wrong in it is said, and only where a view is asked for.
    let own = folder.own_config();
    std::fs::create_dir_all(own.parent().unwrap()).unwrap();
    std::fs::write(
        &own,
        "[views.rig]\ngroup = \"owner\"\n[views.odd]\nsort = \"luck\"\n",
    )
    .unwrap();
    assert_eq!(folder.run(&["list"]).err, "");
    let run = folder.run(&["list", "--view", "rig", "--json"]);
    assert!(
        run.err
            .contains("config.toml:4:8: views odd: sort: “luck” is not a column"),
        "{}",
        run.err
    );
    assert_eq!(valid("list", &run.out)["count"], json!(9));
}

#[test]
fn a_wrong_name_is_said_with_the_names_there_are() {
    let folder = folder();
    for (arguments, said) in [
        (
            &["--view", "moon"][..],
            "“moon” is not a view: the views are all, mine, by block, rig",
        ),
        (
            &["--sort", "-luck"],
            "“luck” is not a column: use id, state, waiting_on, whom,",
        ),
        (&["--columns", "age,log."], "“log.” is not a column"),
        (
            &["--group", "age"],
            "steps are not grouped by “age”: use owner, status, block, stage, theme",
        ),
    ] {
        let run = folder.run(&[&["list"][..], arguments].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(said), "{}", run.err);
    }
    let config = "[views.late]\nfilter = \"is:purple\"\n";
    let broken = Folder::new(&[(LOG, LINES), ("stepdeck.toml", config)]);
    let run = broken.run(&["list", "--view", "late"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("stepdeck.toml:2:10: views late: filter: “is:purple”: is: takes"),
        "{}",
        run.err
    );
    let checked = broken.run(&["check"]);
    assert!(
        checked.out.contains("stepdeck.toml:2:10"),
        "{}",
        checked.out
    );
}

#[test]
fn the_view_of_ones_own_steps_begins_with_what_is_stuck_and_says_on_whom_it_waits() {
    let folder = folder();
    let mine = folder
        .run(&["--as", "robin", "list", "--view", "mine"])
        .ok();
    assert_eq!(
        mine,
        "0101\tblocked\t\t\tSign on a cook\n\
         0102\tdraft\tcaptain, no owner\t0101, 0004\tLay in stores\n\
         0104\tidea\trigging, captain\t0003, 0102, 0103\tSail\n\
         0103\tdraft\t\t\tRehearse man overboard\n"
    );
    assert_eq!(
        folder.listed(&["--as", "ada", "--view", "mine"]),
        "0003 0002 0003.A 0001"
    );
    // Where nobody is known by a name, or nothing is theirs, it says what to do.
    let nobody = folder.run(&["--as", "Zoe", "list", "--view", "mine"]);
    assert_eq!((nobody.code, nobody.out.as_str()), (0, ""));
    assert!(
        nobody
            .err
            .contains("you are Zoe: a step is yours if you are its owner"),
        "{}",
        nobody.err
    );
    let shared = Folder::new(&[
        (LOG, LINES),
        (CANON, DOCUMENT),
        (
            "stepdeck.toml",
            "[views.mine]\nfilter = \"is:mine is:ready\"\n",
        ),
    ]);
    assert_eq!(shared.listed(&["--as", "robin", "--view", "mine"]), "0103");
}

/// What is typed or written never reaches a terminal as it is.
#[test]
fn names_that_would_steer_a_terminal_are_made_safe() {
    let line =
        "{\"step_id\":\"0001\",\"owner\":\"a\\u001b[31m\\tb\",\"k\\u001b[2J\":\"v\\u202e\\n\"}\n";
    let folder = Folder::new(&[(LOG, line)]);
    for arguments in [
        &[
            "list",
            "--group",
            "owner",
            "--columns",
            "owner,log.k\u{1b}[2J",
        ][..],
        &["list", "--columns", "a\u{1b}[31m"],
        &["list", "--view", "a\u{1b}[31m"],
    ] {
        for terminal in [None, Some(80)] {
            let all = [&["--color", "never"], arguments].concat();
            let run = folder.run_on(&all, terminal);
            let all = format!("{}{}", run.out, run.err);
            assert!(
                !all.contains(['\u{202e}']) && !all.contains("\u{1b}[2J"),
                "{all:?}"
            );
            assert!(!run.err.contains('\u{1b}'), "{all:?}");
        }
    }
}

/// Those that wait among them.
#[test]
fn blocked_steps_stand_together_where_steps_are_sorted_by_state() {
    let files = Kind::Tidy.plan(480, 1);
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), &**bytes))
        .collect();
    let folder = Folder::with_bytes(&files);
    let list = folder.run(&["list", "--sort", "state"]).ok();
    let rows = list.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let places = rows.map(|row| match (row[1], row[2]) {
        ("blocked", _) => 0,
        (_, "waiting") => 1,
        (_, "ready") => 2,
        _ => 3,
    });
    let places: Vec<u8> = places.collect();
    assert!(
        places.is_sorted() && places.contains(&0) && places.contains(&3),
        "{list}"
    );
    let blocked = folder
        .run(&["list", "--filter", "is:blocked is:waiting"])
        .ok();
    assert!(!blocked.is_empty(), "some of them wait");
}
