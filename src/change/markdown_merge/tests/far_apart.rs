//! What is far apart merges as lines do, whatever it makes of the structure around it.
//!
//! A line that one side removed and the other left alone is gone; a line that one side added is there
//! once and, where its neighbours still are neighbours, between them. Headings and paragraphs put into
//! lists, tables and groups of steps move what is below them into something else, and nothing of this
//! may depend on that.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

#[test]
fn a_list_that_a_heading_splits_keeps_what_the_other_side_did_to_it() {
    let base =
        "# Doc\n\n## B\n\n- b1 one\n- b2 two\n- b3 three\n- b4 four\n- b5 five\n\n## C\n\n- c1\n";
    let split = base.replace("- b3", "\n## B2\n\n- b3");
    for (theirs, expected) in [
        (
            base.replace("- b5 five\n", ""),
            split.replace("- b5 five\n", ""),
        ),
        (
            base.replace("- b5 five\n", "- b5 five\n- b6 six\n"),
            split.replace("- b5 five\n", "- b5 five\n- b6 six\n"),
        ),
        (
            base.replace("- b4 four", "- [x] b4 four"),
            split.replace("- b4 four", "- [x] b4 four"),
        ),
        // A dispute elsewhere changes nothing here.
        (
            base.replace("- b5 five\n", "")
                .replace("- b1 one", "- [x] b1 one"),
            split
                .replace("- b5 five\n", "")
                .replace("- b1 one", "- [x] b1 one"),
        ),
    ] {
        assert_eq!(clean(base, &split, &theirs), expected);
        assert_eq!(clean(base, &theirs, &split), expected);
    }
    let (ours, theirs) = (
        split.replace("- c1", "- c1 ours"),
        base.replace("- b5 five\n", "")
            .replace("- c1", "- c1 theirs"),
    );
    let (text, conflicts) = merged(base, &ours, &theirs);
    assert_eq!(conflicts.len(), 1, "{text}");
    assert!(!text.contains("b5"), "{text}");
}

#[test]
fn a_table_that_a_heading_or_a_paragraph_splits_keeps_its_rows_where_they_belong() {
    let header = "| Block | Theme |\n| --- | --- |\n";
    let rows: Vec<String> = (1..7)
        .map(|at| format!("| B0{at} | theme {at} |\n"))
        .collect();
    let base = format!(
        "# Doc\n\n## Blocks\n\n{header}{}\n## End\n\nBye.\n",
        rows.concat()
    );
    for put in [
        format!("\n## Year two\n\n{header}"),
        "\n## Year two\n\n".to_owned(),
        "\nA paragraph.\n\n".to_owned(),
    ] {
        let split = base.replace("| B04", &format!("{put}| B04"));
        let gone = |text: &str| text.replace("| B06 | theme 6 |\n", "");
        let more = |text: &str| text.replace("theme 6 |\n", "theme 6 |\n| B07 | theme 7 |\n");
        assert_eq!(clean(&base, &split, &gone(&base)), gone(&split));
        assert_eq!(clean(&base, &gone(&base), &split), gone(&split));
        assert_eq!(clean(&base, &split, &more(&base)), more(&split));
        assert_eq!(clean(&base, &more(&base), &split), more(&split));
    }
}

#[test]
fn a_group_of_steps_that_a_heading_splits_lets_one_go_and_another_change() {
    let step = |id: u32| {
        format!("#### Step 000{id} - S{id}\n\n- **Owner:** o{id}\n- **Status:** Draft\n\n")
    };
    let steps: String = (1..6).map(step).collect();
    let base = format!("# Doc\n\n## Part one\n\n{steps}## End\n\nBye.\n");
    let split = base.replace("#### Step 0003", "## Part two\n\n#### Step 0003");
    let gone = |text: &str| text.replace(&step(5), "");
    assert_eq!(clean(&base, &split, &gone(&base)), gone(&split));
    assert_eq!(clean(&base, &gone(&base), &split), gone(&split));
    // Both changed one step, one of them next to where the group is parted.
    let owned = |text: &str| text.replace("** o3", "** o9");
    let ours = split.replace("#### Step 0003 - S3", "#### Step 0003 - Third");
    assert_eq!(clean(&base, &ours, &owned(&base)), owned(&ours));
}

#[test]
fn an_item_below_a_new_heading_takes_the_other_sides_words() {
    let base = "# R\n\n#### Product\n\n- [ ] Plans are sold\n- [ ] Billing meters what each customer uses\n- [ ] Support answers\n\n#### Next\n";
    let ours = base.replace("- [ ] Billing", "\n##### Money\n\n- [ ] Billing");
    let theirs = base.replace(
        "- [ ] Billing meters what each customer uses",
        "- [x] Billing meters what customers use",
    );
    let expected = ours.replace(
        "- [ ] Billing meters what each customer uses",
        "- [x] Billing meters what customers use",
    );
    assert_eq!(clean(base, &ours, &theirs), expected);
    assert_eq!(clean(base, &theirs, &ours), expected);
}

/// What a part of a document holds.
#[derive(Clone, Debug)]
enum Body {
    List(usize, bool),
    Nested(usize),
    Table(usize),
    Steps(usize),
    Prose(usize),
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        (3_usize..9, any::<bool>()).prop_map(|(length, loose)| Body::List(length, loose)),
        (2_usize..5).prop_map(Body::Nested),
        (3_usize..9).prop_map(Body::Table),
        (2_usize..6).prop_map(Body::Steps),
        (1_usize..4).prop_map(Body::Prose),
    ]
}

const HEADER: [&str; 2] = ["| Block | Theme | Status |", "| --- | --- | --- |"];

/// The lines of a document, each with words of its own where a person would write some.
fn document(parts: &[(u8, Vec<Body>)]) -> Vec<String> {
    let mut lines = vec!["# Doc".to_owned(), String::new()];
    let mut number = 0;
    let mut next = move || {
        number += 1;
        number
    };
    for (level, bodies) in parts {
        lines.push(format!("{} Part p{}p", "#".repeat((*level).into()), next()));
        lines.push(String::new());
        for body in bodies {
            match body {
                Body::List(length, loose) => {
                    for _ in 0..*length {
                        lines.push(format!("- [ ] item p{}p of words", next()));
                        lines.extend(loose.then(String::new));
                    }
                }
                Body::Nested(length) => {
                    for _ in 0..*length {
                        lines.push(format!("- item p{}p of words", next()));
                        for _ in 0..2 {
                            lines.push(format!("  - part p{}p of it", next()));
                        }
                    }
                }
                Body::Table(length) => {
                    lines.extend(HEADER.map(str::to_owned));
                    for _ in 0..*length {
                        let at = next();
                        lines.push(format!("| B{at:02} | theme p{at}p | Draft |"));
                    }
                }
                Body::Steps(length) => {
                    for _ in 0..*length {
                        let at = next();
                        lines.push(format!("#### Step {at:04} - title p{at}p"));
                        lines.push(String::new());
                        lines.push(format!("- **Owner:** p{}p", next()));
                        lines.push("- **Status:** Draft".to_owned());
                        lines.push(String::new());
                    }
                }
                Body::Prose(length) => {
                    for _ in 0..*length {
                        lines.push(format!("Words p{}p go on.", next()));
                    }
                }
            }
            lines.push(String::new());
        }
    }
    lines
}

/// What somebody does at a line.
#[derive(Clone, Copy, Debug)]
enum Edit {
    Remove,
    /// One more of what is there, behind it.
    More,
    Heading(u8),
    /// A heading and, above rows, their header once more.
    Split(u8),
    Paragraph,
    Word,
}

fn edit() -> impl Strategy<Value = Edit> {
    let level = || select(vec![2_u8, 3, 4, 5]);
    prop_oneof![
        3 => Just(Edit::Remove),
        3 => Just(Edit::More),
        2 => level().prop_map(Edit::Heading),
        1 => level().prop_map(Edit::Split),
        1 => Just(Edit::Paragraph),
        1 => Just(Edit::Word),
    ]
}

/// The lines that an edit puts in the place of one, and how many of them are new before and behind it.
fn edited(line: &str, edit: Edit, name: &str) -> Vec<String> {
    let heading = |level: u8| format!("{} New {name}", "#".repeat(level.into()));
    let mut lines = match edit {
        Edit::Remove => return Vec::new(),
        Edit::Word => return vec![format!("{} {name}", line.trim_end_matches(" |"))],
        Edit::More => {
            let more = match line.chars().next() {
                Some('|') => format!("| {name} | theme {name} | Draft |"),
                Some('-') => format!("- [ ] more {name}"),
                Some(' ') => format!("  - more {name}"),
                _ => format!("More {name}"),
            };
            return vec![line.to_owned(), more];
        }
        Edit::Heading(level) => vec![String::new(), heading(level), String::new()],
        Edit::Paragraph => vec![String::new(), format!("Para {name}."), String::new()],
        Edit::Split(level) if line.starts_with('|') => {
            let mut lines = vec![String::new(), heading(level), String::new()];
            lines.extend(HEADER.map(str::to_owned));
            lines
        }
        Edit::Split(level) => vec![heading(level), String::new()],
    };
    lines.push(line.to_owned());
    lines
}

/// How many lines that nobody touches are between two sides' edits.
const APART: usize = 4;

/// The edits of both sides by line, the sides never near each other.
fn placed(length: usize, edits: &[(bool, Index, Edit)]) -> [Vec<(usize, Edit)>; 2] {
    let mut sides: [Vec<(usize, Edit)>; 2] = Default::default();
    for (is_theirs, at, edit) in edits {
        let at = at.index(length);
        let [own, other] = match is_theirs {
            false => [0, 1],
            true => [1, 0],
        };
        let is_near = sides[other]
            .iter()
            .any(|(near, _)| near.abs_diff(at) <= APART);
        let is_taken = sides[own].iter().any(|(taken, _)| *taken == at);
        if at > 0 && !is_near && !is_taken {
            sides[own].push((at, *edit));
        }
    }
    sides
}

fn with(base: &[String], edits: &[(usize, Edit)], tag: char) -> Vec<String> {
    let lines = base.iter().enumerate().flat_map(|(at, line)| {
        match edits.iter().find(|(of, _)| *of == at) {
            // A line that looks like many others would be found in the wrong place.
            Some((_, edit)) if line.contains('p') => {
                edited(line, *edit, &format!("{tag}{at}{tag}"))
            }
            _ => vec![line.clone()],
        }
    });
    lines.collect()
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The lines with words of their own, which can be told from all others.
fn own(lines: &[String]) -> Vec<&str> {
    let lines = lines.iter().map(String::as_str);
    let is_own = |line: &&str| {
        let tagged = |tag| line.matches(tag).count() > 1;
        !HEADER.contains(line)
            && ['p', 'o', 't'].into_iter().any(tagged)
            && line.contains(char::is_numeric)
    };
    lines.filter(is_own).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn edits_far_apart_merge_as_lines_do(
        parts in prop::collection::vec((2_u8..4, prop::collection::vec(body(), 1..3)), 1..5),
        edits in prop::collection::vec((any::<bool>(), any::<Index>(), edit()), 2..9),
        is_disputed in any::<bool>(),
    ) {
        let base = document(&parts);
        let [of_ours, of_theirs] = placed(base.len(), &edits);
        let (ours, theirs) = (with(&base, &of_ours, 'o'), with(&base, &of_theirs, 't'));
        // What is in dispute elsewhere is no excuse.
        let with_end = |lines: &[String], owner: &str| match is_disputed {
            true => format!("{}\n\n## End\n\nAbc.\n\n- **Owner:** {owner}\n", text(lines)),
            false => text(lines),
        };
        let texts = [with_end(&base, "a"), with_end(&ours, "b"), with_end(&theirs, "c")];
        let Some(found) = run(&texts[0], &texts[1], &texts[2]) else { return Ok(()) };
        prop_assert_eq!(found.merged.conflicts.len(), usize::from(is_disputed));
        let found = String::from_utf8(found.merged.bytes).unwrap();
        let all: Vec<String> = found.lines().map(str::to_owned).collect();
        let all = own(&all);
        let count = |line: &str| all.iter().filter(|other| **other == line).count();
        for line in own(&base) {
            let is_in = |side: &[String]| side.iter().any(|other| other == line);
            let expected = usize::from(is_in(&ours) && is_in(&theirs));
            prop_assert_eq!(count(line), expected, "{} in\n{}", line, found);
        }
        for side in [&ours, &theirs] {
            let lines = own(side);
            for (at, line) in lines.iter().enumerate() {
                if base.iter().any(|other| other == line) {
                    continue;
                }
                prop_assert_eq!(count(line), 1, "{} in\n{}", line, found);
                let is_old = |line: &&&str| base.iter().any(|other| other == **line);
                let before = lines[..at].iter().rev().find(is_old);
                let behind = lines[at..].iter().find(is_old);
                if let (Some(before), Some(behind)) = (before, behind) {
                    let place = |of: &str| all.iter().position(|other| *other == of);
                    if let (Some(from), Some(to)) = (place(before), place(behind)) {
                        let is_between = place(line).is_some_and(|at| from < at && at < to);
                        prop_assert!(is_between, "{} leaves {} and {} in\n{}", line, before, behind, found);
                    }
                }
            }
        }
    }
}
