use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::change::{Edit, Target, apply};
use crate::document::json::Object;
use crate::plan::Plan;
use crate::plan::source::SourceFile;

fn delta(role: Role, old: &str, new: &str) -> Option<FileDelta> {
    FileDelta::between("f", role, Some(old.into()), Some(new.into()))
}

fn told(role: Role, old: &str, new: &str) -> Vec<String> {
    let delta = delta(role, old, new);
    let parts = delta.iter().flat_map(|delta| &delta.parts);
    parts
        .map(|part| format!("{}: {}", part.subject, part.change()))
        .collect()
}

const LOG: &str = r#"{"schema": "log@1"}
{"step_id": "0001", "title": "Pick", "status": "draft", "dependencies": ["0003"], "evidence": {"target": 1, "actual": 2}, "updated_at": "a"}
torn {
{"step_id": "0002", "title": "Review", "owner": ""}
{"step_id": "0003", "title": "Load", "uid": "abcdefghijkl"}
"#;

#[test]
fn a_log_is_told_by_step_and_field() {
    let new = LOG
        .replace("\"draft\"", "\"complete\"")
        .replace("[\"0003\"]", "[\"0003\", \"0007\"]")
        .replace("\"actual\": 2", "\"actual\": 3")
        .replace("\"updated_at\": \"a\"", "\"updated_at\": \"b\"")
        .replace(", \"owner\": \"\"", ", \"owner\": \"ops\", \"x\": 1")
        .replace("\"step_id\": \"0003\"", "\"step_id\": \"0009\"")
        .replace("torn {", "torn");
    assert_eq!(
        told(Role::Log, LOG, &new),
        [
            "0009: renumbered from 0003",
            "0001 status: draft → complete",
            "0001 dependencies: +0007",
            "0001 evidence.actual: 2 → 3",
            "other lines: lines that are not steps differ",
            "0002 owner: (nothing) → ops",
            "0002 x: (nothing) → 1",
        ]
    );
    let stamped = LOG.replace("\"a\"", "\"b\"");
    assert_eq!(told(Role::Log, LOG, &stamped), ["0001 updated_at: a → b"]);
    let spaced = LOG.replace("\"title\": \"Pick\"", "\"title\" :\"Pick\"");
    let rewritten = ["0001: rewritten with the same values"];
    assert_eq!(told(Role::Log, LOG, &spaced), rewritten);
    let crlf = LOG.replace('\n', "\r\n");
    assert_eq!(
        told(Role::Log, LOG, &crlf),
        ["line endings: LF → CRLF on 5 lines"]
    );
    let mut lines: Vec<&str> = LOG.lines().collect();
    lines.remove(3);
    let gone = lines.join("\n") + "\n";
    assert_eq!(told(Role::Log, LOG, &gone), ["0002: removed: Review"]);
    assert_eq!(told(Role::Log, &gone, LOG), ["0002: added: Review"]);
}

/// In a spaced log a step comes and goes with its blank line: one thing, whose revert is an edit of
/// that line.
#[test]
fn a_step_of_a_spaced_log_is_one_change_with_its_blank_line() {
    let steps = ["0001", "0002", "0003", "0004"];
    let spaced = |without: &str| {
        let steps = steps.iter().filter(|id| !without.contains(**id));
        let lines: Vec<String> = steps
            .map(|id| format!("{{\"step_id\": \"{id}\", \"title\": \"T{id}\"}}\n"))
            .collect();
        lines.join("\n")
    };
    let all = spaced("");
    for gone in ["0001", "0002", "0004", "0002 0003"] {
        let fewer = spaced(gone);
        let count = gone.split(' ').count();
        for (old, new, word) in [(&all, &fewer, "removed"), (&fewer, &all, "added")] {
            let said = told(Role::Log, old, new);
            assert_eq!(said.len(), count, "{gone}: {said:?}");
            assert!(said.iter().all(|part| part.contains(word)), "{said:?}");
            let delta = delta(Role::Log, old, new).unwrap();
            let change = reverted(&[delta], &[(0, 0)]);
            let is_line = |edit: &Edit| matches!(edit.target, Target::LogText { .. });
            assert!(change.edits.iter().all(is_line), "{gone}: {change:?}");
            let mut files = vec![SourceFile::load("f", Role::Log, new.as_bytes())];
            apply::change(&change, &mut files).unwrap();
            if count == 1 {
                assert_eq!(files[0].document.to_bytes(), old.as_bytes());
            }
        }
    }
}

/// As after `jq -c` with one value changed.
#[test]
fn a_rewritten_log_does_not_hide_what_changed_in_it() {
    let compact = LOG.replace("\": ", "\":").replace(", \"", ",\"");
    let new = compact.replace("\"owner\":\"\"", "\"owner\":\"ops\"");
    let deltas: Vec<FileDelta> = delta(Role::Log, LOG, &new).into_iter().collect();
    let file = SourceFile::load("f", Role::Log, new.as_bytes());
    let lines = outline::outline(
        &deltas,
        &Plan::read(vec![file]),
        &std::collections::BTreeMap::new(),
    );
    let said: Vec<String> = (lines.iter())
        .map(|line| format!("{} {}", line.name, line.words))
        .collect();
    assert_eq!(
        said,
        [
            "B01 2 changes",
            "0002 Review 2 changes",
            "0002 rewritten with the same values",
            "owner (nothing) → ops",
            "f 2 changes",
            "other lines header: rewritten with the same values",
            "2 steps rewritten with the same values",
        ]
    );
    let parts: usize = (lines.iter().filter(|line| line.is_change()))
        .map(|line| line.parts.len())
        .sum();
    assert_eq!(parts, deltas[0].parts.len(), "each part can be chosen");
}

const CANON: &str = "\
# Plan

| Block | Step Range | Theme |
| --- | --- | --- |
| B01 | 0001–0100 | Ground |
| B02 | 0101–0200 | Air |

## Readiness Checklists

### Ground

- The team is there.
- [ ] The vendor signed,
  at last.

## Steps

### Step 0001 — Pick the engine

- **Outcome:** An engine
- **Dependencies:**
  - 0002
- **Status:** draft

Some words.
";

#[test]
fn a_canon_is_told_by_what_it_names() {
    let new = CANON
        .replace("| Air |", "| Sea |")
        .replace("- The team", "- [x] The team")
        .replace("[ ]", "[x]")
        .replace("Pick the engine", "Choose")
        .replace("  - 0002\n", "  - 0002\n  - 0003\n")
        .replace("draft", "complete")
        .replace(
            "Some words.\n",
            "Other words.\nMore.\n\n### Step 0002 — New\n\n- **Status:** idea\n",
        );
    assert_eq!(
        told(Role::Canon, CANON, &new),
        [
            "B02 Theme: Air → Sea",
            "Ground: The team is there.: not ticked → ticked",
            "Ground: The vendor signed, at last.: not ticked → ticked",
            "0001 title: Pick the engine → Choose",
            "0001 dependencies: +0003",
            "0001 status: draft → complete",
            "“Step 0001 — Choose”: +6 −1 lines",
        ]
    );
    let row = CANON.replace("| B02", "| B03 | 0201-0300 | Fire |\n| B02");
    assert_eq!(told(Role::Canon, CANON, &row), ["B03: added"]);
    assert_eq!(told(Role::Canon, &row, CANON), ["B03: removed"]);
    let section = format!("{CANON}\n### Step 0002 — New\n\n- **Status:** idea\n");
    assert_eq!(
        told(Role::Canon, CANON, &section),
        ["“Step 0001 — Pick the engine”: +1 line", "0002: added"]
    );
}

/// As in the log beside it, so that what both say is told once.
#[test]
fn a_field_in_the_canon_is_told_by_its_value_and_not_by_its_source() {
    let old = "#### Step 0001 — A\n\n- **Outcome:** x\n- **Status:** Draft\n";
    let new = "#### Step 0001 — A \\*b\\* [c]\n\n- **Outcome:** Net \\*of\\* VAT\n  [ref] &amp; more\n\
               - **Status:** In Progress\n";
    assert_eq!(
        told(Role::Canon, old, new),
        [
            "0001 title: A → A *b* [c]",
            "0001 outcome: x → Net *of* VAT [ref] & more",
            "0001 status: Draft → In Progress",
        ]
    );
}

#[test]
fn a_row_of_the_block_table_says_which_cells_differ() {
    let canon = |row: &str| {
        format!(
            "# Plan\n\n| Block | Step Range | Theme | Pilot town |\n| --- | --- | --- | --- |\n{row}\n"
        )
    };
    let old = canon("| B01 | 0001–0100 | Ground | Ulm |");
    let new = canon("| B01 | 0001–0100 | Air | |");
    assert_eq!(
        told(Role::Canon, &old, &new),
        ["B01: Theme: Ground → Air; Pilot town: Ulm → (none)"]
    );
    let padded = canon("| B01 | 0001–0100 | Ground |  Ulm  |");
    assert_eq!(
        told(Role::Canon, &old, &padded),
        ["B01: only blanks differ"]
    );
}

/// What a random choice of parts comes to.
fn holds(delta: &FileDelta, choice: u64) -> Result<(), TestCaseError> {
    prop_assert_eq!(&delta.mixed(&|_| false), &delta.old);
    prop_assert_eq!(&delta.mixed(&|_| true), &delta.new);
    let is_new = |part: usize| choice >> (part % 64) & 1 == 1;
    let mixed = delta.mixed(&is_new);
    // The rest on top of the choice is the newer version.
    let rest = FileDelta::between("f", delta.role, mixed.clone(), delta.new.clone());
    if let Some(rest) = rest {
        prop_assert_eq!(&rest.mixed(&|_| true), &delta.new);
        prop_assert_eq!(&rest.mixed(&|_| false), &mixed);
    }
    // What is taken back is an edit that gives just that, and can be undone.
    let parts: Vec<(usize, usize)> = (0..delta.parts.len())
        .filter(|part| !is_new(*part))
        .map(|part| (0, part))
        .collect();
    let change = reverted(std::slice::from_ref(delta), &parts);
    if let Some(new) = &delta.new {
        let mut files = vec![SourceFile::load("f", delta.role, new.clone())];
        prop_assert!(apply::change(&change, &mut files).is_ok());
        let bytes = files.first().map(|file| file.document.to_bytes());
        prop_assert_eq!(&bytes, &mixed);
        prop_assert!(apply::change(&change.inverse(), &mut files).is_ok());
        prop_assert_eq!(&files[0].document.to_bytes(), new);
    }
    Ok(())
}

fn log() -> impl Strategy<Value = String> {
    let line = select(vec![
        "{\"schema\": 1}\n",
        "{\"step_id\": \"0001\", \"status\": \"draft\", \"owner\": \"a\", \"updated_at\": \"1\"}\n",
        "{\"step_id\": \"0001\", \"status\": \"blocked\", \"owner\": \"b\", \"updated_at\": \"2\"}\n",
        "{\"step_id\": \"0001\",\"status\":\"draft\", \"x\": {\"a\": 1}}\r\n",
        "{\"step_id\": \"0001\", \"owner\": \"b\", \"x\": {\"a\": 2}}\n",
        "{\"owner\": \"b\", \"step_id\": \"0001\"}\n",
        "{\"step_id\": \"0002\", \"uid\": \"abcdefghijkl\"}\n",
        "{\"step_id\": \"0003\", \"uid\": \"abcdefghijkl\"}\n",
        "{\"step_id\": \"0003\", \"a\": 1, \"a\": 2}\n",
        "\u{feff}{\"step_id\": \"0004\"}\n",
        "torn\n",
        "\n",
        "{\"step_id\": \"0005\"}",
    ]);
    prop::collection::vec(line, 0..8).prop_map(|lines| lines.concat())
}

fn canon() -> impl Strategy<Value = String> {
    let line = select(vec![
        "# Plan\n",
        "| Block | Step Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | a |\n",
        "| B02 | 0101–0200 | b |\n",
        "| B02 | 0101–0200 | c |\n",
        "\n",
        "# Checklist\n",
        "- plain\n",
        "- [x] plain\n",
        "- [ ] box\n",
        "- [x] box\n",
        "## Step 0001 — One\n",
        "## Step 0001 — Two\n",
        "- **Status:** draft\n",
        "- **Status:** complete\r\n",
        "- **Dependencies:**\n  - 0002\n",
        "- **Dependencies:** 0002, 0003\n",
        "words\n",
        "  more words\n",
        "last",
    ]);
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn any_choice_of_a_log_can_be_had(old in log(), new in log(), choice: u64) {
        if let Some(delta) = delta(Role::Log, &old, &new) {
            holds(&delta, choice)?;
            // Objects stay objects.
            let whole = |text: &str| text.lines().all(|line| {
                let line = line.trim_start_matches('\u{feff}');
                line.trim().is_empty() || line == "torn" || Object::parse(line).is_ok()
            });
            let mixed = delta.mixed(&|part| choice >> (part % 64) & 1 == 1);
            if whole(&old) && whole(&new) {
                let mixed = String::from_utf8(mixed.unwrap()).unwrap();
                prop_assert!(whole(&mixed), "{mixed}");
            }
        }
    }

    #[test]
    fn any_choice_of_a_canon_can_be_had(old in canon(), new in canon(), choice: u64) {
        if let Some(delta) = delta(Role::Canon, &old, &new) {
            holds(&delta, choice)?;
        }
    }
}

#[test]
fn the_stamp_goes_with_the_last_field_of_its_step() {
    let old =
        "{\"step_id\": \"0001\", \"status\": \"draft\", \"owner\": \"a\", \"updated_at\": \"1\"}\n";
    let new = old
        .replace("draft", "blocked")
        .replace("\"a\"", "\"b\"")
        .replace("\"1\"", "\"2\"");
    let delta = delta(Role::Log, old, &new).unwrap();
    let one = String::from_utf8(delta.mixed(&|part| part == 0).unwrap()).unwrap();
    assert_eq!(
        one,
        old.replace("draft", "blocked").replace("\"1\"", "\"2\"")
    );
    let change = reverted(std::slice::from_ref(&delta), &[(0, 0)]);
    assert_eq!(change.label, "0001 status: blocked → draft");
    assert_eq!(change.edits.len(), 1, "{change:?}");
    let change = reverted(std::slice::from_ref(&delta), &[(0, 0), (0, 1)]);
    assert_eq!(change.label, "2 changes reverted");
    assert_eq!(change.edits.len(), 3, "{change:?}");
}
