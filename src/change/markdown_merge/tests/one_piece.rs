//! What both sides did to one piece: a piece that both replaced is in dispute, whatever the new words
//! look like, and whoever takes a side of a dispute has what that side wrote.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::change::three_way::Side;

use super::*;

/// The result with one side's version of each dispute.
fn taken(text: &str, side: Side) -> String {
    let mut is_in = None;
    let lines = text.split_inclusive('\n').filter(|line| {
        let mark = match line.get(..7) {
            Some("<<<<<<<") => Some(Some(Side::Ours)),
            Some("=======") => Some(Some(Side::Theirs)),
            Some(">>>>>>>") => Some(None),
            _ => None,
        };
        is_in = mark.unwrap_or(is_in);
        mark.is_none() && is_in.is_none_or(|other| other == side)
    });
    lines.collect()
}

/// The same three versions with either side as ours: one dispute, and each side whole.
fn disputed(base: &str, ours: &str, theirs: &str) -> Vec<String> {
    for (one, other) in [(ours, theirs), (theirs, ours)] {
        let (text, conflicts) = merged(base, one, other);
        assert_eq!(conflicts.len(), 1, "{text}");
        assert_eq!(taken(&text, Side::Ours), one, "{text}");
        assert_eq!(taken(&text, Side::Theirs), other, "{text}");
    }
    merged(base, ours, theirs).1
}

#[test]
fn what_both_sides_replaced_is_in_dispute_whatever_it_is() {
    let conflicts = disputed(
        "# A\n\nDate to be decided.\n",
        "# A\n\nWe launch on 1 May in Berlin.\n",
        "# A\n\nNo launch: cancelled by the board.\n",
    );
    assert_eq!(
        conflicts,
        ["3 “Date to be decided.…”: both sides changed it"]
    );
    for [base, ours, theirs] in [
        [
            "## F\n\n- Telemetry dashboards track use.\n",
            "## F\n\n- Dashboards for bots exist.\n",
            "## F\n\n- Grafana replaces telemetry.\n",
        ],
        ["# A\n\n## TBD\n", "# A\n\n## May\n", "# A\n\n## June\n"],
        // By two pieces, and by another kind of piece.
        ["TBD\n", "One.\n\nTwo.\n", "- Three\n"],
        // One side replaced what the other changed.
        [
            "We ship in the first week of May.\n",
            "Cancelled by the board.\n",
            "We ship in the first week of June.\n",
        ],
    ] {
        disputed(base, ours, theirs);
    }
    let fence = |code: &str| format!("```\n{code}\n```\n");
    disputed(&fence("make"), &fence("cargo build"), &fence("npm publish"));
}

#[test]
fn what_both_sides_removed_is_gone_though_they_added_something_elsewhere() {
    let text = clean(
        "# A\n\n- one\n- two\n- three\n",
        "# A\n\n- one\n- ours\n- three\n",
        "# A\n\n- one\n- three\n- theirs\n",
    );
    assert_eq!(text, "# A\n\n- one\n- ours\n- three\n- theirs\n");
    // Steps of a list are known by their numbers.
    let text = clean("- 0001 a\n", "- 0002 b\n", "- 0003 c\n");
    assert_eq!(text, "- 0002 b\n- 0003 c\n");
}

#[test]
fn halves_of_a_paragraph_are_in_dispute_together() {
    let base =
        "Use this playbook to coordinate delivery, keep contributors\nfocused on the next point.\n";
    let ours = base.replace("playbook", "handbook");
    let theirs = "Use this playbook to coordinate delivery, keep contributors focused on\n\nthe next point.\n";
    disputed(base, &ours, theirs);
    let more = "and decide when to open new risk\nenvelopes, with everybody there.\n";
    let long = |text: &str| text.replace("point.\n", &format!("point,\n{more}"));
    let theirs = "Use this playbook to coordinate\n\ndelivery, keep contributors focused on the next point, and\ndecide when to open new risk envelopes, with everybody there.\n";
    disputed(&long(base), &long(&ours), theirs);
}

/// What somebody does to a paragraph or an item.
#[derive(Clone, Copy, Debug)]
enum Edit {
    Reword(u8),
    Replace,
    Wrap(u8),
    Split(u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<u8>().prop_map(Edit::Reword),
        Just(Edit::Replace),
        (12_u8..60).prop_map(Edit::Wrap),
        any::<u8>().prop_map(Edit::Split),
    ]
}

fn wrapped(words: &[String], width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in words {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < width => *line += &format!(" {word}"),
            _ => lines.push(word.clone()),
        }
    }
    lines.join("\n") + "\n"
}

fn edited(words: &[String], edit: Edit, tag: char) -> String {
    let mut words = words.to_vec();
    let place = |at: u8| usize::from(at) % (words.len() - 1) + 1;
    match edit {
        Edit::Reword(at) => {
            let at = place(at);
            words[at] = format!("{tag}{at}");
            wrapped(&words, 40)
        }
        Edit::Replace => format!("Wholly{tag} other{tag} ones{tag}.\n"),
        Edit::Wrap(width) => wrapped(&words, width.into()),
        Edit::Split(at) => {
            let (one, other) = words.split_at(place(at));
            format!("{}\n{}", wrapped(one, 40), wrapped(other, 40))
        }
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whoever_takes_a_side_has_its_words(
        lengths in prop::collection::vec(2_usize..40, 1..5), at in any::<Index>(),
        ours in edit(), theirs in edit(),
    ) {
        let mut number = 0;
        let mut paragraph = |length: usize| -> Vec<String> {
            number += 1;
            (0..length).map(|at| format!("b{number}x{at}")).collect()
        };
        let parts: Vec<Vec<String>> = lengths.iter().map(|length| paragraph(*length)).collect();
        let at = at.index(parts.len());
        let with = |text: &dyn Fn(&[String]) -> String| -> String {
            let parts = parts.iter().enumerate().map(|(number, words)| match number == at {
                true => text(words),
                false => wrapped(words, 40),
            });
            parts.collect::<Vec<_>>().join("\n")
        };
        let base = with(&|words| wrapped(words, 40));
        let our_text = with(&|words| edited(words, ours, 'o'));
        let their_text = with(&|words| edited(words, theirs, 't'));
        let (text, conflicts) = merged(&base, &our_text, &their_text);
        if conflicts.is_empty() {
            let is_replaced = [ours, theirs].iter().all(|edit| matches!(edit, Edit::Replace));
            prop_assert!(!is_replaced, "{}", text);
            return Ok(());
        }
        for (side, expected) in [(Side::Ours, &our_text), (Side::Theirs, &their_text)] {
            let found = taken(&text, side);
            prop_assert_eq!(words(&found), words(expected), "{}", text);
        }
    }
}
