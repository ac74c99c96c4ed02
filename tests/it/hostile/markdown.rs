//! Constructs of Markdown between two checks.

use pulldown_cmark::{Event, Options, Parser, TextMergeStream};
use stepdeck::change::apply;
use stepdeck::change::compose::Composer;
use stepdeck::plan::Plan;

use super::corpus::constructs;
use super::exercise::{assert_law, exercise, load, now};
use crate::support::fixture::CANON;

/// The document with a construct between two checks: with blank lines around it, without,
/// and within the first check.
fn documents(construct: &str) -> [String; 3] {
    let head = "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Ground | Review |\n\n\
                ## Readiness Checklists\n\n### Ground\n\n- First check\n";
    let tail = "- Second check\n\n#### Step 0001 — Afterwards\n- **Status:** Draft\n";
    let within: String = (construct.split_inclusive('\n'))
        .map(|line| format!("  {line}"))
        .collect();
    [
        format!("{head}\n{construct}\n{tail}"),
        format!("{head}{construct}{tail}"),
        format!("{head}\n{within}{tail}"),
    ]
}

/// What a reader of the document sees, boxes aside, and how many boxes there are.
fn seen(text: &str) -> (Vec<Event<'_>>, usize) {
    let dialect = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    let parser = TextMergeStream::new(Parser::new_ext(text, dialect));
    let (boxes, rest): (Vec<_>, Vec<_>) =
        parser.partition(|event| matches!(event, Event::TaskListMarker(_)));
    (rest, boxes.len())
}

/// The same text with the boxes that were made by hand as Markdown has them: what a tick replaces
/// them by reads as no box before and as one behind it.
fn tidied(text: &str) -> String {
    let boxes = [
        ("- [ ]words", "- [ ] words"),
        ("- [x]words", "- [x] words"),
        ("- [  ] words", "- [ ] words"),
        ("- [] words", "- [ ] words"),
        ("- [-] words", "- [ ] words"),
        ("- [✓] words", "- [x] words"),
    ];
    let tidy = |text: String, (odd, own): (&str, &str)| text.replace(odd, own);
    boxes.into_iter().fold(text.to_owned(), tidy)
}

/// Whether `new` is `old` with the mark of one item set: four bytes put in, or one replaced.
fn is_marked(old: &str, new: &str) -> bool {
    let alike = old
        .bytes()
        .zip(new.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&old.as_bytes()[alike..], &new.as_bytes()[alike..]);
    match new.len() - old.len() {
        0 => old[1..] == new[1..] && old[1] == b']' && matches!(new[0], b'x' | b' '),
        // What was put in may begin with bytes that was there already.
        4 => *old == new[4..] && (0..4).any(|back| rotated(new, back)),
        _ => false,
    }
}

/// Whether the four bytes put in, moved back by so many that were alike, are a mark.
fn rotated(new: &[u8], back: usize) -> bool {
    let mut four = new[..4].to_vec();
    four.rotate_right(back);
    four == b"[x] "
}

/// With any construct between two checks a tick changes its marker alone, for
/// the parser as for the bytes, or is refused with the reason.
#[test]
fn a_tick_changes_its_marker_alone_whatever_stands_between_the_checks() {
    let constructs = constructs();
    assert!(constructs.len() >= 150);
    let mut refused = String::new();
    for (section, name, construct) in &constructs {
        for (placed, text) in documents(construct).iter().enumerate() {
            let name = format!("{section}: {name} {placed}");
            let files = load(&[(CANON, text.as_bytes())]);
            let plan = Plan::read(files.clone());
            let composer = Composer::new(&plan, now());
            let stages = plan.stages().iter().enumerate();
            let checks =
                stages.flat_map(|(at, stage)| (0..stage.checks.len()).map(move |c| (at, c)));
            let mut ticked = 0;
            for (stage, check) in checks {
                let words = &plan.stages()[stage].checks[check].text;
                let change = match composer.tick(&plan.stages()[stage].checks[check]) {
                    Ok(change) => change,
                    Err(reason) => {
                        refused += &format!("{name}, “{words}”: {}\n", reason.0);
                        continue;
                    }
                };
                ticked += 1;
                assert_law(&name, &files, &change);
                let mut after = files.clone();
                apply::change(&change, &mut after).unwrap();
                let after = String::from_utf8(after[0].document.to_bytes()).unwrap();
                let (text, after) = (&tidied(text), tidied(&after));
                assert!(is_marked(text, &after), "{name}, “{words}”:\n{after}");
                let ((old, boxes), (new, more)) = (seen(text), seen(&after));
                assert_eq!(old, new, "{name}, “{words}”:\n{after}");
                assert!(more <= boxes + 1, "{name}");
            }
            assert!(ticked > 0, "{name}: nothing can be ticked\n{text}");
        }
    }
    insta::assert_snapshot!("refused_ticks", refused);
}

/// Every other edit of such documents holds to the law as well.
#[test]
fn any_edit_around_a_construct_is_exact_or_refused() {
    for (section, name, construct) in constructs() {
        let [apart, ..] = documents(&construct);
        let outcome = exercise(&format!("{section}: {name}"), &[(CANON, apart.as_bytes())]);
        assert!(outcome.made > 0, "{section}: {name}");
    }
}

/// With line ends of DOS the same holds.
#[test]
fn any_edit_around_a_construct_is_exact_with_carriage_returns() {
    for (section, name, construct) in constructs() {
        let [_, close, _] = documents(&construct);
        let text = close.replace('\n', "\r\n");
        exercise(&format!("{section}: {name}"), &[(CANON, text.as_bytes())]);
    }
}
