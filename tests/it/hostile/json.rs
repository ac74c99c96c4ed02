//! Values that JSON readers stumble over, as lines of a log and as values in one.

use super::corpus::{Value, Verdict, values};
use super::exercise::{assert_law, exercise, load, now, problems};
use crate::support::fixture::LOG;
use crate::support::run::Folder;
use stepdeck::change::compose::Composer;
use stepdeck::change::conflict::Obstacle;
use stepdeck::document::encoding::Encoding;
use stepdeck::plan::Plan;
use stepdeck::plan::field::Field;
use stepdeck::plan::uid::Uids;

const BEFORE: &[u8] = b"{\"step_id\": \"0001\", \"title\": \"Before\"}\n";
const BEHIND: &[u8] = b"{\"step_id\": \"0003\", \"title\": \"Behind\"}\n";

/// The value as a line by itself, and as a value in a step.
fn lines(value: &Value) -> [Vec<u8>; 2] {
    let step = [
        &b"{\"step_id\": \"0002\", \"x\": "[..],
        &value.bytes,
        b", \"title\": \"Between\"}\n",
    ];
    [[&value.bytes[..], b"\n"].concat(), step.concat()]
}

/// Whatever stands between two good lines is kept, and they are edited.
#[test]
fn a_line_of_any_kind_is_kept_while_its_neighbours_are_edited() {
    let values = values();
    assert!(values.len() >= 150);
    for value in &values {
        for line in lines(value) {
            let bytes = [BEFORE, &line, BEHIND].concat();
            let files = [(LOG, &bytes[..])];
            if let Some(encoding) = load(&files)[0].encoding() {
                // One accented letter of Latin-1 among ASCII: the file is Latin-1, and no one's to
                // write to. It is refused below, in `a_log_in_latin1_is_written_by_nobody`.
                assert_eq!((encoding, &*value.name), (Encoding::Latin1, "latin_1"));
                continue;
            }
            let outcome = exercise(&value.name, &files);
            assert!(outcome.made > 0, "{}", value.name);
            let loaded = load(&files);
            let plan = Plan::read(loaded.clone());
            for id in ["0001", "0003"] {
                let step = plan.find(id.parse().unwrap()).expect(id);
                let composer = Composer::new(&plan, now());
                let change = composer.set(step, Field::Title, "Set").unwrap();
                assert_law(&value.name, &loaded, &change);
                let mut after = loaded.clone();
                stepdeck::change::apply::change(&change, &mut after).unwrap();
                let now = after[0].document.to_bytes();
                let at = BEFORE.len() + now.len() - bytes.len();
                let kept = match id {
                    "0001" => &now[at..at + line.len()],
                    _ => &now[BEFORE.len()..BEFORE.len() + line.len()],
                };
                assert!(kept == line, "{}: the line is not kept", value.name);
            }
        }
    }
}

#[test]
fn a_log_in_latin1_is_written_by_nobody() {
    let bytes = [
        BEFORE,
        b"{\"step_id\": \"0002\", \"x\": \"caf\xe9\"}\n",
        BEHIND,
    ]
    .concat();
    let files = load(&[(LOG, &bytes[..])]);
    let plan = Plan::read(files.clone());
    let composer = Composer::new(&plan, now());
    let change = composer.set(0, Field::Title, "Set").unwrap();
    let conflicts = stepdeck::change::apply::change(&change, &mut files.clone()).unwrap_err();
    let Obstacle::Refused(reason) = &conflicts[0].obstacle else {
        panic!("{conflicts:?}");
    };
    assert!(reason.contains("is Latin-1, not UTF-8"), "{reason}");
    assert!(
        composer
            .add("0009".parse().unwrap(), "New", Uids::default().take())
            .is_err()
    );
}

/// What is JSON is read, what is not is reported on its line.
#[test]
fn what_is_no_json_is_a_problem_at_its_place() {
    for value in values() {
        let [bare, step] = lines(&value);
        let bytes = [BEFORE, &step, BEHIND].concat();
        let plan = Plan::read(load(&[(LOG, &bytes[..])]));
        let read = plan.find("0002".parse().unwrap());
        let reported = problems(&plan)
            .iter()
            .any(|p| p.code == "unreadable-line" && p.place.line == 2 || p.code == "encoding");
        assert_ne!(read.is_some(), reported, "{}", value.name);
        match value.verdict {
            Verdict::Taken => {
                let line = plan.step(read.expect(&value.name)).log_line().unwrap();
                let raw = line.get("x").map(str::as_bytes);
                assert_eq!(raw, Some(&value.bytes[..]), "{}", value.name);
            }
            Verdict::Refused => assert!(reported, "{} was read", value.name),
            Verdict::Either => {}
        }
        // By itself only an object is anything.
        let bytes = [BEFORE, &bare, BEHIND].concat();
        let plan = Plan::read(load(&[(LOG, &bytes[..])]));
        let log = plan.files()[0].log().unwrap();
        let object = value.verdict == Verdict::Taken && value.bytes.starts_with(b"{");
        if value.verdict != Verdict::Either {
            assert_eq!(log.line(1).is_object(), object, "{}", value.name);
        }
        let fine = log.line(1).is_object() || log.line(1).is_blank();
        assert_eq!(log.line(1).problem().is_none(), fine, "{}", value.name);
    }
}

/// All of them in one log: a script edits the neighbours through the command line.
#[test]
fn a_script_edits_a_log_full_of_torture() {
    let middle: Vec<u8> = values()
        .iter()
        .flat_map(|value| lines(value).concat())
        .collect();
    let bytes = [BEFORE, &middle, BEHIND].concat();
    let folder = Folder::with_bytes(&[(LOG, &bytes)]);
    for id in ["0001", "0003"] {
        let run = folder.run_on(&["set", id, "title=Set"], Some(80));
        assert_eq!(run.code, 0, "{run:?}");
    }
    let now = std::fs::read(folder.path().join(LOG)).unwrap();
    let set = |id: &str| {
        format!(
            "{{\"step_id\": \"{id}\", \"title\": \"Set\", \
             \"updated_at\": \"2026-11-21T09:30:00Z\"}}\n"
        )
    };
    let expected = [set("0001").as_bytes(), &middle, set("0003").as_bytes()].concat();
    assert!(now == expected);
}
