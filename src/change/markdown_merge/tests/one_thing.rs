//! Which units of two versions are one thing, and where the others stand.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::change::three_way::text::Stretch;

#[test]
fn a_column_that_says_the_same_of_two_rows_names_neither() {
    for header in [
        "P | Stage",
        "Stage | P",
        "P | Step",
        "P | Indicator",
        "K | V",
    ] {
        let header = format!("| {header} |\n| - | - |\n");
        let [a, b, c] = ["A", "B", "C"].map(|name| match header.contains("| Stage | P |") {
            true => format!("| 1 | {name} |\n"),
            false => format!("| {name} | 1 |\n"),
        });
        let [base, ours, theirs] = [
            format!("{header}{a}{b}"),
            format!("{header}{b}{c}"),
            format!("{header}{a}{b}{c}"),
        ];
        assert_eq!(clean(&base, &ours, &theirs), ours);
        assert_eq!(clean(&base, &theirs, &ours), ours);
    }
}

#[test]
fn a_heading_that_stands_in_many_sections_is_none_that_moved() {
    let base = "## U\n\n## 1\n\n### Added\n\n- old\n";
    let ours = "## U\n\n### Added\n\n- same\n- a\n";
    let theirs = "## U\n\n### Added\n\n- same\n- b\n\n## 1\n\n### Added\n\n- old\n";
    let expected = "## U\n\n### Added\n\n- same\n- a\n- b\n";
    assert_eq!(clean(base, ours, theirs), expected);
    assert_eq!(
        clean(base, theirs, ours),
        expected.replace("- a\n- b\n", "- b\n- a\n")
    );
}

#[test]
fn a_section_that_both_sides_add_is_one_under_a_longer_title_too() {
    let with = |title: &str, check: &str| format!("# A\n\n## {title}\n\n- {check}\n- y\n");
    let (ours, theirs) = (with("Wave (Jan)", "x"), with("Wave (Jan) - done", "x"));
    let (text, conflicts) = merged("# A\n", &ours, &theirs);
    assert_eq!(
        conflicts,
        ["3 Wave (Jan): both sides added it, with other words"]
    );
    assert_eq!(text.matches("- x").count(), 1, "{text}");
    // Another section, and another step.
    let other = "# A\n\n## Wave (Jan) - notes\n\nNothing yet.\n";
    assert!(clean("# A\n", &ours, other).ends_with("Nothing yet.\n"));
    let (ours, theirs) = (
        with("Step 0004 — Load", "x"),
        with("Step 0004 — Load test", "x"),
    );
    assert_eq!(clean("# A\n", &ours, &theirs).matches("- x").count(), 2);
}

#[test]
fn a_paragraph_that_both_sides_add_in_one_place_is_in_dispute() {
    let base = "# A\n\nIntro here.\n\n## B\n\nx\n";
    let with = |text: &str| base.replace("here.\n", &format!("here.\n\n{text}\n"));
    let (may, june) = (
        "We ship on the first of May.",
        "We ship on the first of June.",
    );
    let (text, conflicts) = merged(base, &with(may), &with(june));
    assert_eq!(conflicts.len(), 1, "{text}");
    let expected = with(&format!(
        "<<<<<<< ours\n{may}\n=======\n{june}\n>>>>>>> theirs"
    ));
    assert_eq!(text, expected);
    // Two of which one says something else, and the like in another place.
    let text = clean(base, &with(may), &with("Nobody knows."));
    assert_eq!(text, with(&format!("{may}\n\nNobody knows.")));
    let elsewhere = format!("{base}\n{june}\n");
    assert!(clean(base, &with(may), &elsewhere).contains(june));
}

#[test]
fn what_one_side_put_into_a_section_that_the_other_removed_is_in_dispute() {
    let base = "# U\n\n## Added\n\n- one\n\n## Gone\n\n- two\n\n## Fixed\n\n- three\n";
    let ours = "# U\n\nSee the guide.\n\n## Fixed\n\n- three\n- one\n";
    let theirs = base.replace("- two\n", "- two\n- new\n");
    for (one, other) in [(ours, &*theirs), (&*theirs, ours)] {
        let (text, conflicts) = merged(base, one, other);
        assert!(!conflicts.is_empty(), "{text}");
    }
}

#[test]
fn a_new_item_stands_in_its_list_whichever_side_is_ours() {
    let base = "- a\n\n## E\n";
    let ours = "- a\n\nSee also.\n\n## E\n";
    let theirs = "- a\n- new\n\n## E\n";
    let expected = "- a\n- new\n\nSee also.\n\n## E\n";
    assert_eq!(clean(base, ours, theirs), expected);
    assert_eq!(clean(base, theirs, ours), expected);
    // Both go on with the list, one of them with more behind it.
    let text = clean(base, &ours.replace("- a\n", "- a\n- too\n"), theirs);
    assert_eq!(text, expected.replace("- new", "- too\n- new"));
    // A list that a side begins with its first item.
    let base = "## E\n\n- a\n";
    let expected = "## E\n\nSee:\n\n- new\n- a\n";
    let (ours, theirs) = ("## E\n\n- new\n- a\n", "## E\n\nSee:\n\n- a\n");
    assert_eq!(clean(base, ours, theirs), expected);
    assert_eq!(clean(base, theirs, ours), expected);
}

#[test]
fn what_a_label_refers_to_is_one_thing() {
    for label in ["a", "^1", "A b"] {
        let with = |text: &str| format!("# A\n\nx\n\n[{label}]: {text}\n");
        let (text, conflicts) = merged("# A\n\nx\n", &with("http://one"), &with("http://two"));
        let expected = [format!(
            "5 [{label}]: both sides added it, with other words"
        )];
        assert_eq!(conflicts, expected, "{text}");
    }
    let base = "# A\n\nx\n\n[b]: http://b\n";
    let ours = base
        .replace("[b]", "[a]: http://a\n[b]")
        .replace("x", "x y");
    let theirs = format!("{base}[c]: http://c\n  \"C\"\n").replace("//b", "//bb");
    let expected = "# A\n\nx y\n\n[a]: http://a\n[b]: http://bb\n[c]: http://c\n  \"C\"\n";
    assert_eq!(clean(base, &ours, &theirs), expected);
    assert_eq!(clean(base, &theirs, &ours), expected);
    // Two that both sides begin with, one of them the same.
    let with = |lines: &str| format!("# A\n\nx\n\n{lines}");
    let text = clean(
        "# A\n\nx\n",
        &with("[a]: /a\n[b]: /b\n"),
        &with("[a]: /a\n[c]: /c\n"),
    );
    assert_eq!(text, with("[a]: /a\n[b]: /b\n[c]: /c\n"));
    // In a paragraph it is none.
    let text = clean("x\n[a]: b\ny\n", "X\n[a]: b\ny\n", "x\n[a]: b\nY\n");
    assert_eq!(text, "X\n[a]: b\nY\n");
}

#[test]
fn a_column_that_one_side_renamed_takes_what_the_other_did() {
    let head = |name: &str| format!("| Name | {name:<9} |\n| ---- | {0:-<9} |\n", "");
    let row = |name: &str, worth: &str| format!("| {name:<4} | {worth:<9} |\n");
    let narrow = |text: String| text.replace("    |\n", "|\n").replace("---- |\n", " |\n");
    let (x, y, new) = (row("x", "1"), row("y", "2"), row("new", "3"));
    let base = narrow(format!("{}{x}{y}", head("Worth")));
    let ours = format!("{}{x}{y}", head("Net worth"));
    let theirs = narrow(format!("{}{}{y}{new}", head("Worth"), row("x", "9")));
    let expected = format!("{}{}{y}", head("Net worth"), row("x", "9"));
    for text in [clean(&base, &ours, &theirs), clean(&base, &theirs, &ours)] {
        assert!(text.starts_with(&expected), "{text}");
        assert!(text[expected.len()..].starts_with("| new "), "{text}");
    }
    // Two names for one column are a conflict of the header alone.
    let theirs = narrow(format!("{}{x}{y}", head("Value")));
    let (text, conflicts) = merged(&base, &ours, &theirs);
    assert_eq!(conflicts.len(), 1, "{text}");
}

#[test]
fn a_table_that_one_side_aligned_takes_what_the_other_did() {
    let base = "| K | V |\n| - | - |\n| a | one |\n| b | two |\n";
    let ours = "| K  | V   |\n| -- | --- |\n| a  | one |\n| b  | two |\n";
    for (from, to) in [
        ("| one |\n", "| six |\n"),
        ("| b | two |\n", ""),
        ("| two |\n", "| two |\n| c | three |\n"),
    ] {
        let theirs = base.replace(from, to);
        let widened = |text: &str| text.replace("| b |", "| b  |");
        let expected = ours.replace(&widened(from), &widened(to));
        assert_ne!(expected, ours);
        assert_eq!(clean(base, ours, &theirs), expected);
        assert_eq!(clean(base, &theirs, ours), expected);
    }
    // How a column is aligned is more than a width.
    let theirs = base.replace("| - | - |", "| - | -: |");
    assert_eq!(merged(base, ours, &theirs).1.len(), 1);
}

#[test]
fn blank_lines_before_a_list_do_not_come_into_it() {
    let base = "# A\n\n- one\n- two\n- three\n";
    let ours = "# A\n\n- ours\n- one\n- two\n- three\n";
    let theirs = "# A\n\n- two\n- three\n";
    let expected = "# A\n\n- ours\n- two\n- three\n";
    assert_eq!(clean(base, ours, theirs), expected);
    assert_eq!(clean(base, theirs, ours), expected);
}

/// The rows of a table from which a side took some, and into which it put others.
fn side(rows: &[String], edits: &[(Index, Option<u8>)]) -> Vec<String> {
    let mut rows = rows.to_vec();
    for (at, new) in edits {
        match new {
            Some(name) => {
                let row = format!("| new {name} | {} | x{name} |\n", name % 2);
                if !rows.contains(&row) {
                    rows.insert(at.index(rows.len() + 1), row);
                }
            }
            None if rows.is_empty() => {}
            None => {
                rows.remove(at.index(rows.len()));
            }
        }
    }
    rows
}

fn edits() -> impl Strategy<Value = Vec<(Index, Option<u8>)>> {
    prop::collection::vec((any::<Index>(), prop::option::of(0_u8..5)), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Rows that came and went merge as lines do, whatever their cells have in common.
    #[test]
    fn rows_apart_merge_as_lines_do(
        header in select(vec!["P | Stage | V", "Stage | P | V", "K | P | ID", "K | P | V"]),
        cells in prop::collection::vec(("[ab]", "[12]"), 1..8),
        of_ours in edits(), of_theirs in edits(),
    ) {
        let header = format!("| {header} |\n| --- | --- | --- |\n| p | 9 | p |\n| q | 9 | q |\n");
        let rows: Vec<String> = (cells.iter().enumerate())
            .map(|(at, (one, other))| format!("| {one} | {other} | v{at} |\n"))
            .collect();
        let (ours, theirs) = (side(&rows, &of_ours), side(&rows, &of_theirs));
        let [base, our_text, their_text] =
            [&rows, &ours, &theirs].map(|rows| format!("{header}{}", rows.concat()));
        let stretches = heads::lines(base.as_bytes(), our_text.as_bytes(), their_text.as_bytes());
        let [Stretch::Merged(expected)] = &*stretches else { return Ok(()) };
        let expected = String::from_utf8(expected.clone()).unwrap();
        let text = clean(&base, &our_text, &their_text);
        let mut all: Vec<&String> = rows.iter().chain(&ours).chain(&theirs).collect();
        all.sort();
        all.dedup();
        for row in all {
            let [found, wanted] = [&text, &expected].map(|text| text.matches(row.as_str()).count());
            // What both sides added stands there once, in two places too.
            let is_in_both = ours.contains(row) && theirs.contains(row) && !rows.contains(row);
            prop_assert!(found == wanted || is_in_both && found == 1, "{}{}", row, text);
        }
    }
}
