//! Edits from scripts: what `set` and `tick` print, leave in the files and exit with.

use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;

fn folder() -> Folder {
    Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)])
}

fn line<'a>(text: &'a str, id: &str) -> &'a str {
    let wanted = format!("\"step_id\": \"{id}\"");
    text.lines().find(|line| line.contains(&wanted)).unwrap()
}

const STAMP: (&str, &str) = ("2026-11-01T00:00:00Z", "2026-11-21T09:30:00Z");

/// One line in the log, one in the canon, in one change.
#[test]
fn set_writes_log_and_canon_and_says_what_changed() {
    let folder = folder();
    let run = folder.run(&["set", "2", "status=in_progress"]);
    assert_eq!(
        (run.code, run.out.as_str(), run.err.as_str()),
        (0, "", "stepdeck: 0002 status: draft → in progress\n")
    );
    let old = line(LINES, "0002");
    let new = old
        .replace("\"draft\"", "\"in progress\"")
        .replace(STAMP.0, STAMP.1);
    assert_eq!(
        folder.diff(),
        format!(
            "{LOG}\n-{old}\n+{new}\n{CANON}\n-- **Status:** Draft\n+- **Status:** In Progress\n"
        )
    );
}

#[test]
fn set_changes_several_fields_and_list_entries_at_once() {
    let folder = folder();
    let run = folder.run(&[
        "set",
        "0003",
        "owner=sre",
        "dependencies-=step 2",
        "dependencies+=0001",
        "artifacts=https://example.org/a; docs/b.md",
        "evidence.actual=870",
        "effort.planned=3",
        "effort.actual=4",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    let old = line(LINES, "0003");
    let new = old
        .replace("\"owner\": \"\"", "\"owner\": \"sre\"")
        .replace(
            "[\"0002\", \"Board agrees\"]",
            "[\"Board agrees\", \"0001\"]",
        )
        .replace(
            "\"artifacts\": []",
            "\"artifacts\": [\"https://example.org/a\", \"docs/b.md\"]",
        )
        .replace(
            "\"target\": 900}",
            "\"target\": 900, \"actual\": 870}, \"effort\": {\"planned\": 3, \"actual\": 4}",
        )
        .replace(STAMP.0, STAMP.1);
    assert_eq!(folder.diff(), format!("{LOG}\n-{old}\n+{new}\n"));
}

/// What stepdeck writes is spelled as the program that wrote the line spells it: its blanks in a new
/// list or object too, and its escapes.
#[test]
fn a_new_value_has_the_blanks_and_escapes_of_its_line() {
    let of = |separator: &str, colon: &str, title: &str| {
        let line = |id: &str| {
            let entries = [
                format!("\"step_id\"{colon}\"{id}\""),
                format!("\"title\"{colon}\"{title}\""),
                format!("\"dependencies\"{colon}[]"),
            ];
            format!("{{{}}}\n", entries.join(separator))
        };
        ["0001", "0002", "0003"].map(line).concat()
    };
    let escaped = r"Pr\u00fcfen";
    for (separator, colon, title, typed, written) in [
        (",", ":", "Prüfen", "Größe", "Größe"),
        (
            ",",
            ":",
            escaped,
            "Größe 😀",
            r"Gr\u00f6\u00dfe \ud83d\ude00",
        ),
        (", ", " : ", r"a\u0007", "Größe", "Größe"),
    ] {
        let log = of(separator, colon, title);
        let folder = Folder::new(&[(LOG, &log)]);
        let title = format!("title={typed}");
        let arguments = ["set", "3", "dependencies=1;2", "effort.planned=5", &title];
        let run = folder.run(&arguments);
        assert_eq!(run.code, 0, "{run:?}");
        let after = folder.read(LOG);
        let line = after.lines().last().unwrap();
        for expected in [
            format!("\"title\"{colon}\"{written}\""),
            format!("[\"0001\"{separator}\"0002\"]"),
            format!("\"effort\"{colon}{{\"planned\"{colon}5}}"),
        ] {
            assert!(line.contains(&expected), "{expected} in {line}");
        }
        let shown = folder.run(&["show", "3", "--json"]).ok();
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["title"], typed);
    }
}

#[test]
fn who_asks_for_a_number_that_is_gone_hears_the_new_one() {
    let folder = folder();
    folder.run(&["renumber", "3", "9"]).ok();
    let run = folder.run(&["show", "3"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("there is no step 0003: it was renumbered to 0009"),
        "{run:?}"
    );
}

/// A subcommand keeps no edit and has no key to save again with.
#[test]
fn a_read_only_log_is_told_in_words_of_the_command_line() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let log = folder.path().join(LOG);
    std::fs::set_permissions(&log, PermissionsExt::from_mode(0o444)).unwrap();
    for arguments in [
        &["set", "0002", "owner=x"][..],
        &["add", "title=x"],
        &["remove", "0003", "--force"],
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
        let said = "is read-only: allow writing (chmod u+w, or remount), then try again\n";
        assert!(run.err.ends_with(said), "{arguments:?}: {}", run.err);
    }
}

/// A refused `set` changes nothing, whichever of its parts is refused.
#[test]
fn a_refused_set_changes_nothing_and_says_why() {
    let folder = folder();
    for (arguments, said) in [
        (
            &["set", "0002", "owner=x", "status=nearly"][..],
            "“nearly” is not a status",
        ),
        (
            &["set", "0002", "owner=x", "dependencies+=0900"],
            "there is no step 0900",
        ),
        (
            &["set", "0002", "owner=x", "artifacts-=none"],
            "artifacts has no entry “none”",
        ),
        (&["set", "0002", "owner=x", "owner=y"], "owner is set twice"),
        (&["set", "0002", "owner+=x"], "owner is not a list"),
        (&["set", "0002", "mood=x"], "“mood” is not a field"),
        (
            &["set", "0002", "updated_at=now"],
            "the time of the last edit is set automatically",
        ),
        (&["set", "0002", "owner"], "write a field"),
        (&["set", "0002"], "required"),
        (&["set", "two", "owner=x"], "write digits"),
        (&["set", "0900", "owner=x"], "there is no step 0900"),
        (
            &["set", "0002", "title=a\u{1b}[1mb\u{202e}"],
            "control characters are not allowed: remove ESC, U+202E",
        ),
        (&["set", "0002", "notes=one\u{2028}two"], "remove U+2028"),
        (&["set", "0002", "artifacts+=a\u{7}"], "remove BEL"),
        (&["add", "title=a\u{9b}b"], "remove U+009B"),
        (
            &["tick", "Ground", "1", "--evidence", "docs/a\u{1b}.md"],
            "remove ESC",
        ),
        (
            &["--read-only", "set", "0002", "owner=x"],
            "--read-only: nothing is written",
        ),
    ] {
        let run = folder.run(arguments);
        assert_eq!(
            (run.code, run.out.as_str()),
            (2, ""),
            "{arguments:?}: {run:?}"
        );
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
    }
    assert_eq!(folder.diff(), "");
}

#[test]
fn setting_what_stands_there_already_touches_no_byte() {
    let folder = folder();
    let run = folder.run(&["set", "0002", "status=draft", "owner=grc"]);
    assert_eq!(run.err, "stepdeck: 0002 already has these values\n");
    assert_eq!((run.code, folder.diff()), (0, String::new()));
}

#[test]
fn a_list_takes_several_entries_at_once_however_it_is_set() {
    let folder = folder();
    for (assignment, entries) in [
        ("artifacts=a;b", "[\"a\", \"b\"]"),
        ("artifacts+=c; d", "[\"a\", \"b\", \"c\", \"d\"]"),
        ("artifacts-=a;d", "[\"b\", \"c\"]"),
        ("artifacts-=b", "[\"c\"]"),
        ("artifacts+=d\\;e;", "[\"c\", \"d;e\"]"),
        ("artifacts-=d;e", "[\"c\"]"),
        ("artifacts=c;d\\; e", "[\"c\", \"d; e\"]"),
        ("artifacts-=d\\; e", "[\"c\"]"),
    ] {
        let run = folder.run(&["set", "0002", assignment]);
        assert_eq!(run.code, 0, "{run:?}");
        let log = folder.read(LOG);
        assert!(log.contains(&format!("\"artifacts\": {entries}")), "{log}");
    }
    let run = folder.run(&["set", "0002", "artifacts-=c;x"]);
    assert!(run.err.contains("artifacts has no entry “x”"), "{run:?}");
}

#[test]
fn tick_finds_the_check_by_number_or_words() {
    let folder = folder();
    assert_eq!(folder.run(&["tick", "ground", "2"]).code, 0);
    assert_eq!(folder.run(&["tick", "Ground", "cover deploy"]).code, 0);
    assert_eq!(
        folder.diff(),
        format!(
            "{CANON}\n-- Runbooks cover deploy\n-- Step 0001 is complete.\n\
             +- [x] Runbooks cover deploy\n+- [x] Step 0001 is complete.\n"
        )
    );
    let again = folder.run(&["tick", "Ground", "1"]);
    assert_eq!(
        (again.code, again.err.as_str()),
        (0, "stepdeck: it is already ticked\n")
    );
    assert_eq!(folder.run(&["tick", "ground", "2", "--off"]).code, 0);
    assert!(folder.read(CANON).contains("- [ ] Step 0001 is complete."));
}

/// Tick and evidence are one change over two files.
#[test]
fn evidence_goes_to_the_roadmap_with_the_tick() {
    let folder = folder();
    folder.write("docs/ROADMAP.md", "# Roadmap\n\n## Ground\n\nSoon.\n");
    let link = "https://example.org/run";
    let run = folder.run(&["tick", "ground", "1", "--evidence", link]);
    assert_eq!(run.code, 0, "{run:?}");
    let roadmap = folder.read("docs/ROADMAP.md");
    assert!(
        roadmap.contains(
            "- Runbooks cover deploy and rollback. — <https://example.org/run> (2026-11-21, "
        ),
        "{roadmap}"
    );
    assert!(folder.read(CANON).contains("- [x] Runbooks"));
}

#[test]
fn a_check_over_several_lines_is_one_bullet_of_the_roadmap() {
    let folder = folder();
    let check = "- Runbooks cover deploy\n  and rollback.\n";
    let broken = DOCUMENT.replace(check, &check.replace("deploy\n", "deploy\\\n"));
    assert_ne!(broken, DOCUMENT);
    folder.write(CANON, &broken);
    let link = "https://example.org/run";
    let run = folder.run(&["tick", "ground", "1", "--evidence", link]);
    assert_eq!(run.code, 0, "{run:?}");
    let roadmap = folder.read("docs/ROADMAP.md");
    let bullet = format!("\n- Runbooks cover deploy and rollback. — <{link}> (");
    assert!(roadmap.contains(&bullet), "{roadmap}");
}

#[test]
fn evidence_may_have_any_name() {
    for path in [
        "docs/my run.md",
        "docs/a]b.md",
        "a#b.md",
        "docs/50% [x] (1).md",
        "docs/a`b.md",
        "docs/run.md#results",
    ] {
        let folder = folder();
        folder.write("docs/ROADMAP.md", "# Roadmap\n\n## Ground\n\nSoon.\n");
        let run = folder.run(&["tick", "ground", "1", "--evidence", path]);
        assert_eq!(run.code, 0, "{run:?}");
        let gates = folder.run(&["gates", "--json"]).ok();
        let quoted = stepdeck::document::json::quote(path);
        assert!(gates.contains(&quoted), "{path}: {gates}");
    }
}

#[test]
fn a_tick_that_is_not_clear_ticks_nothing() {
    let folder = folder();
    for (arguments, said) in [
        (
            &["tick", "sky", "1"][..],
            "“sky” is not a stage: the stages are Ground",
        ),
        (&["tick", "ground", "3"], "Ground has checks 1 to 2, not 3"),
        (&["tick", "ground", "e"], "2 checks of Ground contain “e”"),
        (
            &["tick", "ground", "moon"],
            "no check of Ground contains “moon”; `stepdeck gates Ground` lists them",
        ),
        (
            &["tick", "ground", "1", "--evidence", "two words"],
            "“two words” is neither a URL, which has no spaces, nor a path such as docs/run 1.md",
        ),
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains(said), "{}", run.err);
    }
    assert_eq!(folder.diff(), "");
}

/// An argument is data, too, where the command line quotes it.
#[test]
fn what_an_argument_says_never_steers_the_terminal() {
    let folder = folder();
    for argument in [
        "\u{202e}x=1",
        "\u{9b}31m=1",
        "\u{1b}]52;c;QQ==\u{7}=1",
        "owner=\u{1b}[2J",
    ] {
        let run = folder.run_on(&["set", "0002", argument], Some(80));
        let printed = format!("{}{}", run.out, run.err);
        let safe = |c: char| c == '\n' || !stepdeck::document::visible::is_unsafe(c);
        assert!(printed.chars().all(safe), "{printed:?}");
    }
}

/// A checkout may be anybody's: what it links to outside is not written, a log aside.
#[test]
fn a_link_out_of_the_plan_is_no_place_to_write() {
    use std::os::unix::fs::symlink;
    let outside = Folder::new(&[
        ("roadmap.md", "# Mine\n\n## Ground\n"),
        ("log.jsonl", LINES),
    ]);
    let folder = folder();
    symlink(
        outside.path().join("roadmap.md"),
        folder.path().join("docs/ROADMAP.md"),
    )
    .unwrap();
    let link = "https://example.org/run";
    let run = folder.run(&["tick", "ground", "1", "--evidence", link]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.err
            .contains("docs/ROADMAP.md leads out of the plan's folder"),
        "{}",
        run.err
    );
    symlink(outside.path(), folder.path().join("docs/standups")).unwrap();
    let run = folder.run(&[
        "--as", "Ann", "standup", "post", "ground", "--status", "on track",
    ]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.err.contains("leads out of the plan's folder"),
        "{}",
        run.err
    );
    // People do keep a log elsewhere.
    std::fs::remove_file(folder.path().join(LOG)).unwrap();
    symlink(outside.path().join("log.jsonl"), folder.path().join(LOG)).unwrap();
    assert_eq!(folder.run(&["set", "0003", "owner=ops"]).code, 0);
    assert_eq!(outside.diff().lines().next(), Some("log.jsonl"));
}

/// A share that is not mounted, a pipe: the log is there and cannot be read, so that no half of an
/// edit is written beside it.
#[test]
fn no_edit_goes_to_the_canon_alone_while_the_log_cannot_be_read() {
    use std::os::unix::fs::symlink;
    for said in ["is a symlink to /nonexistent/log.jsonl", "a named pipe"] {
        let folder = folder();
        let log = folder.path().join(LOG);
        std::fs::remove_file(&log).unwrap();
        match said {
            "a named pipe" => {
                let made = std::process::Command::new("mkfifo").arg(&log).status();
                assert!(made.unwrap().success());
            }
            _ => symlink("/nonexistent/log.jsonl", &log).unwrap(),
        }
        let run = folder.run(&["set", "0002", "owner=ops"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains(said), "{}", run.err);
        let canon = std::fs::read_to_string(folder.path().join(CANON)).unwrap();
        assert_eq!(canon, DOCUMENT);
    }
}

/// What stands between git's markers is two versions: nothing there is drift, nothing there is
/// edited, and no marker is lost.
#[test]
fn a_section_in_conflict_is_reported_and_left_alone() {
    let conflict = DOCUMENT.replace(
        "- **Owner:** grc\n",
        "<<<<<<< ours\n- **Owner:** dora\n=======\n- **Owner:** carl\n>>>>>>> theirs\n",
    );
    let folder = Folder::new(&[(LOG, LINES), (CANON, &conflict)]);
    let check = folder.run(&["check"]);
    assert_eq!(check.code, 1);
    assert!(check.out.contains("conflict-marker"), "{}", check.out);
    assert!(!check.out.contains("drift"), "{}", check.out);
    for side in ["log", "canon"] {
        folder.run(&["check", "--fix", "--prefer", side]);
    }
    let run = folder.run(&["set", "0002", "owner=eve"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("0002 is in an unfinished merge (docs/plan.md:10): `stepdeck resolve 0002`"),
        "{}",
        run.err
    );
    assert_eq!(folder.diff(), "");
    // A marker that was left over is told, too.
    folder.write(
        CANON,
        conflict
            .replace("<<<<<<< ours\n", "")
            .replace("=======\n", ""),
    );
    assert!(
        folder
            .run(&["check"])
            .out
            .contains("left over from a git merge")
    );
}

#[test]
fn a_step_that_stands_twice_is_not_edited_at_random() {
    let twice = format!("{LINES}{}\n", line(LINES, "0003"));
    let folder = Folder::new(&[(LOG, &twice)]);
    let run = folder.run(&["set", "0003", "owner=eve"]);
    assert_eq!((run.code, folder.diff()), (2, String::new()));
    assert!(
        run.err.contains("several steps have the ID 0003"),
        "{}",
        run.err
    );
}

#[test]
fn a_step_goes_to_no_block_that_the_table_does_not_have() {
    let folder = folder();
    let run = folder.run(&["add", "title=Far away", "block=B200"]);
    assert_eq!((run.code, folder.diff()), (2, String::new()));
    assert!(run.err.contains("there is no block B200"), "{}", run.err);
}

/// A plan may have no such table.
#[test]
fn a_block_that_is_not_there_is_missed_where_it_would_be() {
    let folder = Folder::new(&[(
        LOG,
        "{\"step_id\": \"00012\", \"title\": \"x\", \"owner\": \"ops\"}\n",
    )]);
    let run = folder.run(&["set", "12", "block=B99"]);
    assert_eq!(run.code, 2, "{run:?}");
    let said = "there is no block B99: no step is in it, and the plan has no block table";
    assert!(run.err.contains(said), "{run:?}");
    let run = folder.run(&["set", "12", "owner=ops"]);
    assert_eq!(run.err, "stepdeck: 00012 already has these values\n");
}

/// Files as an editor on another system saves them.
#[test]
fn a_file_in_another_encoding_is_named_and_never_written() {
    let utf16 = |text: &str, little_endian: bool| -> Vec<u8> {
        let bytes = |unit: u16| match little_endian {
            true => unit.to_le_bytes(),
            false => unit.to_be_bytes(),
        };
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(bytes)
            .collect()
    };
    let latin1 = |text: &str| -> Vec<u8> { text.chars().map(|c| c as u8).collect() };
    let log = "{\"step_id\":\"0001\",\"title\":\"One\",\"owner\":\"ops\"}\n\
               {\"step_id\":\"0002\",\"title\":\"Größe\",\"owner\":\"ops\"}\n";
    let canon = "### Step 0001 - One\n\n- **Owner:** ops\n- **Notes:** Größe\n\n\
                 ### Step 0003 - Three\n\n- **Owner:** ops\n";
    let plain = log.replace("Größe", "Two");
    for (log, canon, foreign, name, iconv) in [
        (
            utf16(log, true),
            canon.as_bytes().to_vec(),
            LOG,
            "UTF-16",
            "UTF-16",
        ),
        (
            utf16(log, false),
            canon.as_bytes().to_vec(),
            LOG,
            "UTF-16",
            "UTF-16",
        ),
        (
            latin1(log),
            canon.as_bytes().to_vec(),
            LOG,
            "Latin-1",
            "WINDOWS-1252",
        ),
        (
            plain.clone().into_bytes(),
            utf16(canon, true),
            CANON,
            "UTF-16",
            "UTF-16",
        ),
        (
            plain.into_bytes(),
            latin1(canon),
            CANON,
            "Latin-1",
            "WINDOWS-1252",
        ),
    ] {
        let folder = Folder::with_bytes(&[(LOG, &log), (CANON, &canon)]);
        let told = format!("{foreign} is {name}, not UTF-8");
        let how = format!("iconv -f {iconv} -t UTF-8 '{foreign}'");
        let list = folder.run(&["list"]);
        assert!(
            list.err.contains(&told) && list.err.contains(&how),
            "{}",
            list.err
        );
        assert!(!list.err.contains("no steps yet"), "{}", list.err);
        let check = folder.run(&["check"]);
        assert_eq!(check.out.matches("[encoding]").count(), 1, "{}", check.out);
        assert!(!check.out.contains("unreadable-line"), "{}", check.out);
        for arguments in [
            &["add", "title=New"][..],
            &["set", "1", "owner=grc"],
            &["set", "3", "owner=grc"],
        ] {
            let run = folder.run(arguments);
            // What does not concern the file may be written elsewhere.
            let is_elsewhere = foreign == CANON && (arguments[0] == "add" || name == "UTF-16");
            if !is_elsewhere {
                assert!(
                    run.code == 2 && run.err.contains(name),
                    "{arguments:?}: {run:?}"
                );
            }
        }
        let now = |path: &str| std::fs::read(folder.path().join(path)).unwrap();
        match foreign {
            LOG => assert_eq!((now(LOG), now(CANON)), (log, canon), "{name}"),
            _ => assert_eq!(now(CANON), canon, "{name}"),
        }
    }
}
