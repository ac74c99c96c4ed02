//! Lists as people write them, in the log and in the canon: each entry is edited by itself, and
//! every other byte stays.

use crate::support::run::Folder;
use chrono::{DateTime, Utc};
use stepdeck::change::apply;
use stepdeck::change::compose::Composer;
use stepdeck::document::json;
use stepdeck::plan::Plan;
use stepdeck::plan::canon::block_table::BlockColumn;
use stepdeck::plan::source::{Role, SourceFile};

pub(crate) const LOG: &str = "data/plans/plan.jsonl";
pub(crate) const CANON: &str = "docs/c.md";

pub(crate) fn step(id: &str, keys: &str) -> String {
    format!(
        "{{\"step_id\":\"{id}\",\"title\":\"T{id}\",\"owner\":\"ops\",\"status\":\"draft\"{keys},\
         \"updated_at\":\"2026-11-20T10:00:00Z\"}}\n"
    )
}

fn steps() -> String {
    ["0001", "0002", "0003"].map(|id| step(id, "")).concat()
}

/// The line of the canon after a `set` of step 0001, whose section has this bullet.
fn set(bullet: &str, assignments: &[&str]) -> String {
    let canon = format!("# Step 0001 — T0001\n\n{bullet}\n\n[s2]: #step-0002\n");
    let folder = Folder::new(&[(LOG, &steps()), (CANON, &canon)]);
    let run = folder.run(&[&["set", "0001"], assignments].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let after = folder.read(CANON);
    let after = after.strip_prefix("# Step 0001 — T0001\n\n").unwrap();
    after
        .strip_suffix("\n\n[s2]: #step-0002\n")
        .unwrap()
        .to_owned()
}

const PAPERS: &str =
    "- **Artifacts:** [Paper](a.md), https://x.org/p?q=1,2, [b](b.md) (old), **c.md**";

#[test]
fn an_entry_is_added_and_every_other_byte_stays() {
    assert_eq!(
        set(PAPERS, &["artifacts+=new.md"]),
        format!("{PAPERS}, new.md")
    );
    assert_eq!(
        set(PAPERS, &["artifacts+=a, b]c (1\\; 2.md"]),
        format!("{PAPERS}, a\\, b\\]c \\(1\\; 2.md")
    );
    let wrapped =
        "- **Inputs:** [a, b](x.md),\n  `c, d` <!-- ask, Ana -->,\n  R&amp;D plan <!-- e -->";
    assert_eq!(set(wrapped, &["inputs+=new"]), format!("{wrapped},\n  new"));
    assert_eq!(
        set("- **Inputs:** a, b; c", &["inputs+=d, e"]),
        "- **Inputs:** a, b; c; d, e"
    );
    assert_eq!(
        set("- **Inputs:** a", &["inputs+=d, e"]),
        "- **Inputs:** a; d, e"
    );
    assert_eq!(set("- Inputs: *a*", &["inputs+=b"]), "- Inputs: *a*, b");
}

#[test]
fn an_entry_is_removed_and_every_other_byte_stays() {
    assert_eq!(
        set(PAPERS, &["artifacts-=docs/b.md (old)"]),
        PAPERS.replace(" [b](b.md) (old),", "")
    );
    assert_eq!(
        set(
            PAPERS,
            &["artifacts-=https://x.org/p?q=1,2", "artifacts-=docs/a.md"]
        ),
        "- **Artifacts:** [b](b.md) (old), **c.md**"
    );
    assert_eq!(
        set("- **Inputs:** Board agrees, in writing; b", &["inputs-=b"]),
        "- **Inputs:** Board agrees, in writing;"
    );
    assert_eq!(
        set(
            "- **Dependencies:** **Step 0002** <!-- first -->",
            &["dependencies-=2"]
        ),
        "- **Dependencies:** none <!-- first -->"
    );
}

#[test]
fn comments_outlive_a_set() {
    for (bullet, assignment, after) in [
        (
            "- **Owner:** ops <!-- until May -->",
            "owner=grc",
            "- **Owner:** grc <!-- until May -->",
        ),
        (
            "- **Owner:** <!-- who? -->",
            "owner=grc",
            "- **Owner:** grc <!-- who? -->",
        ),
        (
            "- **Owner:** ops <!-- until May -->",
            "owner=",
            "- **Owner:** <!-- until May -->",
        ),
        (
            "- **Status:** draft <!-- legal -->",
            "status=idea",
            "- **Status:** idea <!-- legal -->",
        ),
        (
            "- **Notes:** a <!-- 1 --> b",
            "notes=x\ny",
            "- **Notes:** x\n  y <!-- 1 -->",
        ),
        (
            "- **Notes:** a <!-- 1 --> b",
            "notes=c",
            "- **Notes:** c <!-- 1 -->",
        ),
        (
            "- **Dependencies:** none <!-- asked -->",
            "dependencies+=0002",
            "- **Dependencies:** 0002 <!-- asked -->",
        ),
        (
            "- **Dependencies:** <!-- asked -->",
            "dependencies+=0002",
            "- **Dependencies:** 0002 <!-- asked -->",
        ),
        ("- **Inputs:** (none).", "inputs+=a", "- **Inputs:** a"),
    ] {
        assert_eq!(set(bullet, &[assignment]), after);
    }
}

#[test]
fn words_put_behind_markup_are_no_part_of_it() {
    for (value, after) in [
        ("see [the paper](p.md)", "see [the paper](p.md) now"),
        ("see **the paper**", "see **the paper** now"),
        (
            "see [the *paper*](p.md) <!-- x -->",
            "see [the *paper*](p.md) now <!-- x -->",
        ),
        ("see `the paper`", "see `the paper` now"),
        ("see [the paper][s2]", "see [the paper][s2] now"),
    ] {
        let bullet = format!("- **Notes:** {value}");
        assert_eq!(
            set(&bullet, &["notes=see the paper now"]),
            format!("- **Notes:** {after}")
        );
    }
    assert_eq!(
        set(
            "- **Notes:** [the paper](p.md) is it",
            &["notes=the paper, too, is it"]
        ),
        "- **Notes:** [the paper, too,](p.md) is it"
    );
    assert_eq!(
        set(
            "- **Notes:** [the paper](p.md) is it",
            &["notes=the paper here is it"]
        ),
        "- **Notes:** [the paper](p.md) here is it"
    );
}

#[test]
fn a_dependency_in_any_markup_is_a_step() {
    for written in [
        "[Step 0002](#step-0002)",
        "[0002](steps/0002.md)",
        "[Step 0002][s2]",
        "[the schema][s2]",
        "**Step 0002**",
        "[[0002]]",
        "Step&nbsp;0002",
        "`0002` <!-- first -->",
        "\n  - [ ] [Step 0002](#step-0002)",
    ] {
        let canon =
            format!("# Step 0001 — T0001\n- **Dependencies:** {written}\n\n[s2]: #step-0002\n");
        // The canon alone, the canon beside a log that says the same, and taken over into it.
        let only = Folder::new(&[(CANON, &canon), (LOG, &step("0002", ""))]);
        assert!(
            only.run(&["show", "0001", "--json"])
                .ok()
                .contains("\"waiting_on\": [\n    \"0002\""),
            "{written}"
        );
        let logged = |list: &str| [step("0001", list), step("0002", "")].concat();
        let both = Folder::new(&[
            (LOG, &logged(",\"dependencies\":[\"0002\"]")),
            (CANON, &canon),
        ]);
        assert!(!both.run(&["check"]).out.contains("drift"), "{written}");
        let empty = Folder::new(&[(LOG, &logged(",\"dependencies\":[]")), (CANON, &canon)]);
        empty.run(&["check", "--fix", "--prefer", "canon"]);
        assert!(
            empty.read(LOG).contains("\"dependencies\":[\"0002\"]"),
            "{written}"
        );
        assert_eq!(empty.read(CANON), canon);
        // Where people copied it into the log, it stays as it is.
        let quoted = json::quote(written.trim());
        if !written.contains(['\n', '!']) && !written.contains("schema") {
            let log = logged(&format!(",\"dependencies\":[{quoted}]"));
            let copied = Folder::new(&[(LOG, &log)]);
            let shown = copied.run(&["show", "0001", "--json"]).ok();
            assert!(
                shown.contains("\"waiting_on\": [\n    \"0002\""),
                "{written} {shown}"
            );
            copied.run(&["set", "0001", "dependencies+=Board"]).ok();
            assert!(
                copied.read(LOG).contains(&format!("[{quoted},\"Board\"]")),
                "{written}"
            );
        }
    }
}

#[test]
fn nested_bullets_are_entries() {
    let bullet =
        "- **Dependencies:**\n  - [x] Board agrees\n  - [Step 0002](#step-0002)\n    <!-- soon -->";
    let canon = format!("# Step 0001 — T0001\n{bullet}\n");
    let folder = Folder::new(&[(CANON, &canon), (LOG, &step("0002", ""))]);
    let shown = folder.run(&["show", "0001", "--json"]).ok();
    assert!(
        shown.contains("\"waiting_on\": [\n    \"0002\"\n  ]"),
        "{shown}"
    );
    assert_eq!(
        set(
            bullet,
            &["dependencies+=Legal agrees, too", "dependencies-=0002"]
        ),
        "- **Dependencies:**\n  - [x] Board agrees\n  - Legal agrees, too"
    );
    assert_eq!(
        set(
            "- **Dependencies:**\n  - Board agrees",
            &["dependencies=[x] Board agrees"]
        ),
        "- **Dependencies:**\n  - [x] Board agrees"
    );
    assert_eq!(
        set("- **Dependencies:**\n  - Board agrees", &["dependencies="]),
        "- **Dependencies:** none"
    );
}

#[test]
fn a_link_means_a_file_from_its_own_folder() {
    let canon = "# Step 0001 — T0001\n- **Artifacts:** [Paper](specs/a%20b.md#top), docs/x.md\n";
    let log = |list: &str| step("0001", &format!(",\"artifacts\":[{list}]"));
    let same = Folder::new(&[
        (LOG, &log("\"docs/specs/a b.md\",\"docs/x.md\"")),
        (CANON, canon),
    ]);
    assert!(!same.run(&["check"]).out.contains("drift"));
    let other = || {
        Folder::new(&[
            (LOG, &log("\"docs/specs/c.md\", \"docs/x.md\"")),
            (CANON, canon),
        ])
    };
    let folder = other();
    folder.run(&["check", "--fix", "--prefer", "log"]);
    assert_eq!(
        folder.read(CANON),
        canon.replace(
            "[Paper](specs/a%20b.md#top)",
            "[docs/specs/c.md](specs/c.md)"
        )
    );
    assert!(!folder.run(&["check"]).out.contains("drift"));
    let folder = other();
    folder.run(&["check", "--fix", "--prefer", "canon"]);
    assert!(
        folder
            .read(LOG)
            .contains("[\"docs/specs/a b.md#top\", \"docs/x.md\"]")
    );
    assert!(!folder.run(&["check"]).out.contains("drift"));
}

#[test]
fn artifacts_with_signs_in_their_names_are_read_back() {
    let canon = "# Step 0001 — T0001\n- **Artifacts:** [Paper](specs/a.md)\n";
    for path in [
        "docs/my paper.md",
        "a]b.md",
        "a#b.md",
        "docs/50%.md",
        "x, (y.md",
    ] {
        let log = step("0001", &format!(",\"artifacts\":[{}]", json::quote(path)));
        let folder = Folder::new(&[(LOG, &log), (CANON, canon)]);
        folder.run(&["check", "--fix", "--prefer", "log"]);
        assert!(!folder.read(CANON).contains("specs/a.md"), "{path}");
        assert!(!folder.run(&["check"]).out.contains("drift"), "{path}");
        let alone = Folder::new(&[(CANON, &folder.read(CANON))]);
        let shown = alone.run(&["show", "0001", "--json"]).ok();
        assert!(
            shown.contains(&format!("\"artifacts\": [\n    {}", json::quote(path))),
            "{shown}"
        );
    }
}

pub(crate) fn plan(log: &str, canon: &str) -> Plan {
    Plan::read(files(log, canon))
}

fn files(log: &str, canon: &str) -> Vec<SourceFile> {
    vec![
        SourceFile::load(LOG, Role::Log, log.as_bytes().to_vec()),
        SourceFile::load(CANON, Role::Canon, canon.as_bytes().to_vec()),
    ]
}

pub(crate) fn texts(files: &[SourceFile]) -> [String; 2] {
    [0, 1].map(|at: usize| String::from_utf8(files[at].document.to_bytes()).unwrap())
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

#[test]
fn a_short_row_is_extended_and_a_break_stays() {
    let table = |row: &str| {
        format!("| Block | Step Range | Theme | Steward | Status |\n|-|-|-|-|-|\n{row}\n")
    };
    for (row, column, typed, after) in [
        (
            "| B01 | 0001–0100 |",
            BlockColumn::Status,
            "Draft",
            "| B01 | 0001–0100 | | | Draft |",
        ),
        (
            "| B01 | 0001–0100",
            BlockColumn::Theme,
            "Base",
            "| B01 | 0001–0100 | Base",
        ),
        (
            "| B01 | 0001–0100 | t | Ana<br/>Ben | Draft |",
            BlockColumn::Steward,
            "Ana Ben!",
            "| B01 | 0001–0100 | t | Ana<br/>Ben! | Draft |",
        ),
    ] {
        let before = plan("", &table(row));
        let composer = Composer::new(&before, now());
        let change = composer.set_block(0, column, typed).unwrap();
        let mut files = before.files().to_vec();
        apply::change(&change, &mut files).unwrap();
        let read = texts(&files)[1].clone();
        assert_eq!(
            read.split_whitespace().collect::<Vec<_>>(),
            table(after).split_whitespace().collect::<Vec<_>>()
        );
        apply::change(&change.inverse(), &mut files).unwrap();
        assert_eq!(texts(&files)[1], table(row));
    }
    let same = plan("", &table("| B01 | 0001–0100 | t | Ana<br/>Ben | Draft |"));
    let composer = Composer::new(&same, now());
    assert!(
        composer
            .set_block(0, BlockColumn::Steward, "Ana Ben")
            .unwrap()
            .edits
            .is_empty()
    );
}
