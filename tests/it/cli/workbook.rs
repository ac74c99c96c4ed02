//! `export --format xlsx`, read back by another program's reader.

use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
use serde_json::Value;

use crate::history::repo::{self, Repo, line, log_of};
use crate::support::demo::Kind;
use crate::support::fixture::{CANON, DOCUMENT, LOG};
use crate::support::run::Folder;

const SHEETS: [&str; 9] = [
    "Steps",
    "Blocks",
    "Stages",
    "Checks",
    "Problems",
    "Risks",
    "Decisions",
    "Weeks",
    "About",
];

/// The sheets of a workbook: each a heading and rows.
struct Book(Xlsx<Cursor<Vec<u8>>>);

impl Book {
    fn read(folder: &Folder, name: &str) -> Self {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        Self(open_workbook_from_rs(Cursor::new(bytes)).unwrap())
    }

    fn rows(&mut self, sheet: &str) -> Vec<Vec<Data>> {
        let range = self.0.worksheet_range(sheet).unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    /// The cells of a column below its heading.
    fn column(&mut self, sheet: &str, heading: &str) -> Vec<Data> {
        let rows = self.rows(sheet);
        let is_it = |cell: &Data| *cell == Data::String(heading.to_owned());
        let at = rows[0].iter().position(is_it);
        let at = at.unwrap_or_else(|| panic!("{sheet} has no {heading}: {:?}", rows[0]));
        rows[1..].iter().map(|row| row[at].clone()).collect()
    }
}

fn text(text: &str) -> Data {
    Data::String(text.to_owned())
}

fn book(folder: &Folder, more: &[&str]) -> Book {
    let words = [&["export", "--format", "xlsx", "-o", "plan.xlsx"], more].concat();
    let run = folder.run(&words);
    assert_eq!(run.code, 0, "{run:?}");
    Book::read(folder, "plan.xlsx")
}

fn demo() -> Folder {
    let files = Kind::Tidy.plan(480, 1);
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), &**bytes))
        .collect();
    Folder::with_bytes(&files)
}

/// The rows of each sheet beside what other subcommands say.
#[test]
fn a_sheet_for_each_kind_holds_what_the_others_say() {
    let folder = demo();
    let mut book = book(&folder, &[]);
    assert_eq!(book.0.sheet_names(), SHEETS);
    let json = |arguments: &[&str]| -> Value {
        let run = folder.run(arguments);
        serde_json::from_str(&run.out).unwrap()
    };
    let list = json(&["list", "--json"]);
    let steps = list["steps"].as_array().unwrap();
    let of = |key: &str| -> Vec<Data> {
        let values = steps.iter().map(|step| step[key].as_str().unwrap());
        values.map(text).collect()
    };
    assert_eq!(book.column("Steps", "Step"), of("step_id"));
    assert_eq!(book.column("Steps", "State"), of("state"));
    assert_eq!(book.column("Steps", "Title"), of("title"));
    for (step, cell) in steps.iter().zip(book.column("Steps", "Updated")) {
        let Data::DateTime(at) = cell else {
            panic!("{cell:?} is no time")
        };
        let at = at.as_datetime().unwrap().and_utc();
        let said: chrono::DateTime<chrono::Utc> =
            step["updated_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(at.timestamp(), said.timestamp());
    }
    let total: f64 = (book.column("Blocks", "Steps").iter())
        .chain(&book.column("Blocks", "Retired"))
        .map(|cell| {
            if let Data::Float(count) = cell {
                *count
            } else {
                panic!("{cell:?}")
            }
        })
        .sum();
    assert_eq!(total, steps.len() as f64);
    let gates = json(&["gates", "--json"]);
    let gates = gates["stages"].as_array().unwrap();
    let ticked: Vec<Data> = gates
        .iter()
        .map(|stage| Data::Float(stage["ticked"].as_f64().unwrap()))
        .collect();
    assert_eq!(book.column("Stages", "Ticked"), ticked);
    let total: f64 = gates
        .iter()
        .map(|stage| stage["total"].as_f64().unwrap())
        .sum();
    let checks = book.column("Checks", "Ticked");
    assert_eq!(checks.len() as f64, total);
    let done: f64 = gates
        .iter()
        .map(|stage| stage["ticked"].as_f64().unwrap())
        .sum();
    assert_eq!(
        checks
            .iter()
            .filter(|cell| **cell == Data::Bool(true))
            .count() as f64,
        done
    );
    let found = json(&["check", "--format", "json"]);
    let found = found["problems"].as_array().unwrap();
    assert_eq!(book.rows("Problems").len() - 1, found.len());
    let risks = json(&["risk", "--json"]);
    let risks = risks["risks"].as_array().unwrap();
    assert!(!risks.is_empty());
    for risk in risks {
        let at = book.column("Risks", "Risk");
        let at = at
            .iter()
            .position(|cell| *cell == text(risk["title"].as_str().unwrap()))
            .unwrap();
        let by = book.column("Risks", "Review by")[at].clone();
        assert!(matches!(by, Data::DateTime(_) | Data::Empty), "{by:?}");
    }
    let burn = json(&["burn", "--json"]);
    let burn = burn["points"].as_array().unwrap();
    let complete: Vec<Data> = burn
        .iter()
        .map(|point| Data::Float(point["complete"].as_f64().unwrap()))
        .collect();
    assert_eq!(book.column("Weeks", "Complete"), complete);
    assert!(matches!(
        book.column("Weeks", "Week to")[0],
        Data::DateTime(_)
    ));
    assert!(book.rows("Decisions").len() > 1);
}

#[test]
fn text_stays_text_whatever_it_looks_like() {
    let long = "é".repeat(40_000);
    let lines = format!(
        "{}\n{}\n",
        r#"{"step_id":"0001","title":"=HYPERLINK(\"http://x\",\"y\")","owner":"@ops","outcome":"https://example.org","dependencies":["+1"],"evidence":{"metric":"m","target":-3.5,"actual":"=1+1"},"notes":"a\u0007b_x0041_\ud83d\ude00\nc","effort":{"planned":12345678901234567890123}}"#,
        serde_json::json!({"step_id": "0002", "title": long, "updated_at": "yesterday", "status": "draft"}),
    );
    let folder = Folder::new(&[(LOG, &lines), (CANON, DOCUMENT)]);
    let mut book = book(&folder, &[]);
    let mut cell = |heading: &str, at: usize| book.column("Steps", heading)[at].clone();
    assert_eq!(cell("Title", 0), text("=HYPERLINK(\"http://x\",\"y\")"));
    assert_eq!(cell("Owner", 0), text("@ops"));
    assert_eq!(cell("Outcome", 0), text("https://example.org"));
    assert_eq!(cell("Depends on", 0), text("+1"));
    assert_eq!(cell("Target", 0), Data::Float(-3.5));
    assert_eq!(cell("Actual", 0), text("=1+1"));
    // A spreadsheet would round it.
    assert_eq!(cell("Effort planned", 0), text("12345678901234567890123"));
    assert_eq!(cell("Updated", 1), text("yesterday"));
    let Data::String(title) = cell("Title", 1) else {
        panic!()
    };
    assert!(title.ends_with("é…") && title.encode_utf16().count() <= 32_767);
    let Data::String(notes) = cell("Notes", 0) else {
        panic!()
    };
    assert!(
        !notes.contains('\u{7}') && notes.ends_with("\nc"),
        "{notes:?}"
    );
    let bytes = std::fs::read(folder.path().join("plan.xlsx")).unwrap();
    let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut xml = String::new();
        part.read_to_string(&mut xml).unwrap();
        assert!(
            !xml.contains("<f>") && !xml.contains("<hyperlink"),
            "{name}"
        );
        if name.starts_with("xl/worksheets/") {
            assert!(xml.contains("<autoFilter ref=\"A1:"), "{name}");
            assert!(
                xml.contains("ySplit=\"1\"") && xml.contains("state=\"frozen\""),
                "{name}"
            );
        }
    }
}

/// A sheet by stamps alone is said to be one.
#[test]
fn a_workbook_without_a_history_says_how_it_knows() {
    let folder = demo();
    let run = folder.run(&["export", "--format", "xlsx", "-o", "plan.xlsx"]);
    assert!(run.err.contains("dates come from updated_at"), "{run:?}");
    let rows = Book::read(&folder, "plan.xlsx").rows("About");
    let of_weeks = rows.iter().find(|row| row[0] == text("Weeks")).unwrap();
    let said = of_weeks[1].to_string();
    assert!(said.starts_with("dates come from updated_at"), "{said}");
}

#[test]
fn what_is_filtered_out_or_redacted_is_in_no_sheet() {
    let folder = demo();
    let mut some = book(&folder, &["--filter", "block:B01"]);
    let blocks = some.column("Steps", "Block");
    assert!(!blocks.is_empty() && blocks.iter().all(|block| *block == text("B01")));
    assert_eq!(some.column("Blocks", "Block"), [text("B01")]);
    assert!(
        some.rows("About")
            .iter()
            .any(|row| row.contains(&text("block:B01")))
    );
    let mut all = book(&folder, &[]);
    let owners = all.column("Steps", "Owner");
    let is_owner = |cell: &&Data| matches!(cell, Data::String(_));
    assert!(owners.iter().any(|cell| is_owner(&cell)));
    let mut less = book(&folder, &["--redact", "owner,theme"]);
    for sheet in SHEETS {
        for cell in less.rows(sheet).iter().flatten().filter(is_owner) {
            assert!(!owners.contains(cell), "{sheet}: {cell:?}");
        }
    }
    assert!(
        less.column("Blocks", "Theme")
            .iter()
            .all(|cell| *cell == Data::Empty)
    );
    let refused = folder.run(&[
        "export", "--format", "xlsx", "-o", "x.xlsx", "--redact", "titel",
    ]);
    assert!(
        refused.code == 2 && refused.err.contains("“titel”"),
        "{refused:?}"
    );
    let nowhere = folder.run(&["export", "--format", "xlsx"]);
    assert!(
        nowhere.code == 2 && nowhere.err.contains("-o plan.xlsx"),
        "{nowhere:?}"
    );
}

#[test]
fn a_workbook_is_of_the_commit_or_of_an_earlier_one() {
    let Some(repo) = Repo::new() else { return };
    let write = |title: &str| repo.write(repo::LOG, &log_of(&[&line("0001", title, "draft")]));
    write("First");
    repo.commit("start");
    write("Second");
    repo.pass_days(7);
    repo.commit("next");
    write("Uncommitted");
    let title = |more: &[&str]| book(&repo.folder, more).column("Steps", "Title");
    assert_eq!(title(&[]), [text("Second")]);
    assert_eq!(title(&["--at", "HEAD~1"]), [text("First")]);
    assert_eq!(title(&["--worktree"]), [text("Uncommitted")]);
}
