use super::*;

use proptest::prelude::*;

use crate::change::apply;
use crate::plan::Plan;
use crate::plan::source::SourceFile;

const PATH: &str = "docs/changes/2026-W47.md";

fn paper(short: &str, done: &str) -> Paper {
    Paper {
        role: Role::Changes,
        path: PATH.into(),
        title: "Changes 2026-W47".to_owned(),
        facts: vec![Fact::new("Date", "2026-11-21"), Fact::open()],
        sections: vec![
            Section::generated("In short", short),
            Section::generated("Completed", done),
            Section::theirs("Notes", ""),
        ],
        charts: Vec::new(),
    }
}

fn rewritten(paper: &Paper, text: &str) -> Result<(String, Vec<String>), String> {
    let done = paper
        .rewritten(text.as_bytes())
        .map_err(|refusal| refusal.0)?;
    Ok((String::from_utf8(done.bytes).unwrap(), done.kept))
}

#[test]
fn a_paper_is_written_again_around_what_people_wrote() {
    let first = paper("1 step completed.", "- **0001** Pick").written();
    let edited = first
        .replace("## Completed\n", "Well done!\n\n## Completed\n")
        .replace("**0001** Pick\n", "**0001** Pick\n\nAda showed it.\n")
        .replace("## Notes\n", "## Notes\n\n- Cake\n\n## Guests\n\nThree.\n")
        .replace("Status:** open", "Status:** open, next week");
    let again = paper("2 steps completed.", "- **0001** Pick\n\n- **0002** Test");
    let (text, kept) = rewritten(&again, &edited).unwrap();
    assert_eq!(kept, Vec::<String>::new());
    for words in [
        "2 steps completed.\n\nWell done!\n\n## Completed\n",
        "- **0002** Test\n\nAda showed it.\n\n## Notes\n\n- Cake\n\n## Guests\n\nThree.\n",
        "open, next week",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains("1 step completed"));
    assert_eq!(rewritten(&again, &text).unwrap().0, text);
    // What has nothing left to say says so; the words of people stay.
    let (text, _) = rewritten(&paper("Nothing.", ""), &text).unwrap();
    assert!(text.contains("None.\n\nAda showed it.\n"), "{text}");
}

#[test]
fn a_generated_part_that_people_changed_is_left_to_them() {
    let first = paper("1 step completed.", "- **0001** Pick").written();
    let edited = first.replace("**0001** Pick", "**0001** Pick, at last");
    let (text, kept) = rewritten(&paper("2 steps.", "- **0002** Test"), &edited).unwrap();
    assert!(
        text.contains("at last") && text.contains("2 steps."),
        "{text}"
    );
    assert_eq!(
        kept,
        [
            "docs/changes/2026-W47.md:12: “Completed” was edited by hand and is left as it is; \
          remove the section to have it written again"
        ]
    );
    // Removed, it comes back where it belongs.
    let at = text.find("## Completed").unwrap();
    let to = text.find("## Notes").unwrap();
    let without = format!("{}{}", &text[..at], &text[to..]);
    let (text, kept) = rewritten(&paper("2 steps.", "- **0002** Test"), &without).unwrap();
    assert_eq!(kept, Vec::<String>::new());
    let places = ["## In short", "## Completed", "## Notes"].map(|words| text.find(words).unwrap());
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn what_cannot_be_written_into_is_refused_with_the_reason() {
    let paper = paper("1 step completed.", "- **0001** Pick");
    let reason = |text: &str| rewritten(&paper, text).unwrap_err();
    assert!(reason("words\n").contains("has no title"));
    assert!(reason("# A\n\n- **Status:** closed\n").contains("is closed"));
    assert!(reason("# A\n\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n").contains(":3: a merge left"));
    let reason = reason("# A\n\n- **Date:** 2026-11-21\n\n```\nopen\n");
    assert!(reason.contains("code fence"), "{reason}");
    assert!(paper.rewritten(b"\xff\xfe#\0 \0A\0\n\0").is_err());
}

#[test]
fn charts_go_beside_their_paper_and_over_nothing_else() {
    let mut paper = paper("x", "");
    let svg = format!("<svg>{}</svg>\n", chart::MARK);
    paper.charts = vec![ChartFile {
        path: "docs/changes/2026-W47/burn [up].svg".into(),
        words: "Burn *up*".to_owned(),
        svg: svg.clone(),
    }];
    let made = Made::from(paper);
    let change = made.change(|_| Ok(None)).unwrap().change;
    let mut files: Vec<SourceFile> = Plan::default().files().to_vec();
    apply::change(&change, &mut files).unwrap();
    assert_eq!(files.len(), 2);
    let found = |path: &Path| {
        let file = files.iter().find(|file| file.path == path);
        Ok(file.map(|file| file.document.to_bytes()))
    };
    assert!(made.change(found).unwrap().change.edits.is_empty());
    let foreign = |path: &Path| {
        Ok(path
            .extension()
            .is_some_and(|end| end == "svg")
            .then(|| b"<svg/>".to_vec()))
    };
    assert!(
        made.change(foreign)
            .unwrap_err()
            .0
            .contains("not drawn by stepdeck")
    );
}

/// Pieces of a file as people leave it, without those that end where they please.
fn untidy() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("# Title\n"),
        Just("## In short\n"),
        Just("## completed\n"),
        Just("## Notes ##\n"),
        Just("Completed\n---\n"),
        Just("### Deeper\n"),
        Just("## Guests\n"),
        Just("Some words, no line end"),
        Just("\n\n\n"),
        Just("- item\n  - **Date:** inner\n"),
        Just("- **Date:** once\n"),
        Just("> ## Completed\n> quoted\n"),
        Just("```\n## Completed\n```\n"),
        Just("    ## In short\n"),
        Just("| a | b |\n| --- | --- |\n| 1 | 2 |\n"),
        Just("<!-- stepdeck 0123abcd -->\n"),
        Just("<div>\n## Notes\n</div>\n"),
        Just("[a]: b\n"),
        Just("日本 \u{202e}x\n"),
    ];
    let ours = Just(paper("1 step completed.", "- **0001** Pick\n\n- **0002** x").written());
    let part = prop_oneof![4 => piece.prop_map(str::to_owned), 1 => ours];
    (
        prop::collection::vec(part, 0..12),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(parts, bom, crlf)| {
            let text = parts.concat();
            let text = if crlf {
                text.replace('\n', "\r\n")
            } else {
                text
            };
            format!("{}{text}", if bom { "\u{feff}" } else { "" })
        })
}

/// The bytes that are not ours: outside of generated parts, without our facts and the headings
/// and blank lines that come with new sections.
fn theirs(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let document = MarkdownDocument::load(bytes.to_vec());
    let mut ours: Vec<std::ops::Range<usize>> = Vec::new();
    for words in ["In short", "Completed"] {
        let Some(found) = place(&document, words) else {
            continue;
        };
        let from = behind_heading(&document, found);
        let end = document.own_section(found).range().end;
        if let Generated::Here(part) = generated::find(&bytes[from..end]) {
            ours.push(document.headings()[found].span.start..from);
            ours.push(from + part.start..from + part.end);
        }
    }
    let date = label_at(&document, 0, "Date").map(|(item, _)| document.items()[item].span.range());
    ours.extend(date);
    let kept: Vec<u8> = (0..bytes.len())
        .filter(|at| !ours.iter().any(|range| range.contains(at)))
        .map(|at| bytes[at])
        .collect();
    let kept = String::from_utf8_lossy(&kept).into_owned();
    let lines = kept.lines().map(|line| line.trim_end().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

proptest! {
    #[test]
    fn nothing_of_an_untidy_file_is_lost_and_a_second_time_changes_nothing(text in untidy()) {
        let paper = paper("3 steps completed.", "- **0003** New\n\n- **0004** One");
        if let Ok((once, _)) = rewritten(&paper, &text) {
            let (before, after) = (theirs(&text), theirs(&once));
            let mut rest = after.iter();
            for line in &before {
                prop_assert!(
                    rest.any(|other| other == line),
                    "lost {line:?}\nbefore:\n{text}\nafter:\n{once}"
                );
            }
            let twice = rewritten(&paper, &once);
            prop_assert_eq!(twice.map(|(text, _)| text), Ok(once));
        }
    }
}
