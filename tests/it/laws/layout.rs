//! The layout of a log: edits keep it, undo restores every byte, and merging spaced logs is merging
//! plain ones.

use stepdeck::change::three_way::{self, Markers, Versions};
use stepdeck::document::log::LineLayout;
use stepdeck::document::rope::Rope;
use stepdeck::plan::id::StepId;

use super::*;

const ROW: &str = "| Block | Step Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | One |\n| B02 | 0101–0200 | Two |\n";

#[derive(Clone, Debug)]
enum Deed {
    Add(u32),
    Remove(Vec<Index>),
    Move(Vec<Index>, Index),
    Set(Index, String),
    Sort,
    Undo,
}

fn deed() -> impl Strategy<Value = Deed> {
    let steps = || prop::collection::vec(any::<Index>(), 1..3);
    prop_oneof![
        3 => (1..190_u32).prop_map(Deed::Add),
        2 => steps().prop_map(Deed::Remove),
        2 => (steps(), any::<Index>()).prop_map(|(steps, block)| Deed::Move(steps, block)),
        1 => (any::<Index>(), "[a-z]{1,8}").prop_map(|(step, title)| Deed::Set(step, title)),
        1 => Just(Deed::Sort),
        2 => Just(Deed::Undo),
    ]
}

/// A log with a header or without, in any order, with some line that is no step, whatever line
/// ends, with a newline at its end or without.
fn log() -> impl Strategy<Value = Vec<String>> {
    let line = prop_oneof![
        8 => (1..190_u32).prop_map(|id| format!("{{\"step_id\": \"{id:04}\", \"title\": \"t\"}}")),
        1 => Just("{\"note\": 1}".to_owned()),
        1 => Just("torn".to_owned()),
    ];
    let lines = prop::collection::vec(line, 2..8);
    (any::<bool>(), any::<bool>(), lines).prop_map(|(header, sorted, mut lines)| {
        if sorted {
            lines.sort();
        }
        if header {
            lines.insert(0, "{\"schema\": \"log@1\"}".to_owned());
        }
        lines
    })
}

fn joined(lines: &[String], between: &str, last: &str) -> String {
    lines.join(between) + last
}

fn files(text: &str) -> Vec<SourceFile> {
    vec![
        SourceFile::load(LOG, Role::Log, text.as_bytes().to_vec()),
        SourceFile::load(CANON, Role::Canon, ROW.as_bytes().to_vec()),
    ]
}

fn text_of(files: &[SourceFile]) -> String {
    String::from_utf8(files[0].document.to_bytes()).unwrap()
}

fn composed(deed: &Deed, plan: &Plan, uids: &mut Uids) -> Option<Change> {
    let composer = Composer::new(plan, DateTime::default());
    let index = |at: &Index| (!plan.is_empty()).then(|| at.index(plan.len()));
    let indexes = |steps: &[Index]| steps.iter().map(index).collect::<Option<Vec<_>>>();
    let change = match deed {
        Deed::Add(id) => composer.add(
            format!("{id:04}").parse::<StepId>().ok()?,
            "New",
            uids.take(),
        ),
        Deed::Remove(steps) => {
            let bulk = composer.each(&indexes(steps)?, &StepRequest::Remove);
            bulk.map(|bulk| bulk.change)
        }
        Deed::Move(steps, block) => {
            composer.relocate(&indexes(steps)?, block.index(plan.blocks().len()))
        }
        Deed::Set(step, title) => composer.set(index(step)?, Field::Title, title),
        Deed::Sort | Deed::Undo => return None,
    };
    change.ok().filter(|change| !change.edits.is_empty())
}

/// Makes the deeds one after the other, then undoes them all; what the log said after each.
fn live(text: &str, deeds: &[Deed]) -> Vec<String> {
    let (mut files, mut uids) = (files(text), Uids::new(7));
    let (mut done, mut said) = (Vec::new(), Vec::new());
    let undo = |files: &mut Vec<SourceFile>, (change, before): (Change, String)| {
        apply::change(&change.inverse(), files).unwrap();
        assert_eq!(text_of(files), before, "{change:?}");
    };
    for deed in deeds {
        if matches!(deed, Deed::Undo) {
            if let Some(last) = done.pop() {
                undo(&mut files, last);
            }
        } else if let Some(change) = composed(deed, &Plan::read(files.clone()), &mut uids) {
            let before = text_of(&files);
            apply::change(&change, &mut files).unwrap();
            done.push((change, before));
        }
        said.push(text_of(&files));
    }
    while let Some(last) = done.pop() {
        undo(&mut files, last);
    }
    assert_eq!(text_of(&files), text);
    said
}

fn without_blanks(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .collect()
}

proptest! {
    /// The spaced log says what the plain one says, with a blank line between all its lines; and the
    /// plain one has none.
    #[test]
    fn edits_keep_the_layout_and_undo_restores_the_bytes(
        lines in log(),
        newline in select(vec!["\n", "\r\n"]),
        is_closed in any::<bool>(),
        deeds in prop::collection::vec(deed(), 1..8),
    ) {
        let last = if is_closed { newline } else { "" };
        let plain = live(&joined(&lines, newline, last), &deeds);
        let spaced = live(&joined(&lines, &newline.repeat(2), last), &deeds);
        for (plain, spaced) in plain.iter().zip(&spaced) {
            prop_assert!(plain.lines().all(|line| !line.is_empty()), "{plain}");
            let lines: Vec<String> = plain.lines().map(str::to_owned).collect();
            // A log that came down to one line has no layout.
            if lines.len() < 2 || without_blanks(spaced).len() < 2 {
                break;
            }
            let last = if is_closed { newline } else { "" };
            prop_assert_eq!(spaced, &joined(&lines, &newline.repeat(2), last));
        }
    }

    /// Blank lines wherever somebody left them: undo restores them, no line is lost, and a spaced
    /// log gets no more lines without a blank line between them.
    #[test]
    fn untidy_logs_lose_nothing(
        lines in log(),
        blanks in prop::collection::vec(select(vec!["", "\n", "\n", "\n", " \n", "\n\n"]), 10),
        deeds in prop::collection::vec(deed(), 1..8),
    ) {
        let line = |(line, blank): (&String, &&str)| format!("{line}\n{blank}");
        let text: String = lines.iter().zip(&blanks).map(line).collect();
        let said = live(&text, &deeds);
        let plain = live(&joined(&lines, "\n", "\n"), &deeds);
        for (untidy, plain) in said.iter().zip(&plain) {
            prop_assert_eq!(without_blanks(untidy), without_blanks(plain));
        }
    }

    #[test]
    fn to_and_fro_between_the_layouts(
        lines in log(),
        blanks in prop::collection::vec(select(vec!["", "\n", " \n", "\n\n"]), 10),
    ) {
        let line = |(line, blank): (&String, &&str)| format!("{line}\n{blank}");
        let text: String = lines.iter().zip(&blanks).map(line).collect();
        let mut files = files(&text);
        for layout in [LineLayout::Spaced, LineLayout::Plain, LineLayout::Spaced] {
            let change = Composer::new(&Plan::read(files.clone()), DateTime::default()).lay_out(layout);
            apply::change(&change, &mut files).unwrap();
            let log = LogDocument::load(text_of(&files).into_bytes());
            prop_assert_eq!(log.layout(), Some(layout));
            let said = text_of(&files);
            prop_assert_eq!(without_blanks(&said), without_blanks(&text));
            let mut back = files.clone();
            apply::change(&change.inverse(), &mut back).unwrap();
            apply::change(&change, &mut back).unwrap();
            prop_assert_eq!(text_of(&back), text_of(&files));
        }
    }

    /// Merging spaced logs is merging plain ones, spaced.
    #[test]
    fn spaced_logs_merge_as_plain_ones(
        base in log(),
        ours in prop::collection::vec(deed(), 0..4),
        theirs in prop::collection::vec(deed(), 0..4),
    ) {
        let merged = |between: &str| {
            let base = joined(&base, between, "\n");
            let side = |deeds: &[Deed]| [vec![base.clone()], live(&base, deeds)].concat();
            let sides = [side(&ours), side(&theirs)];
            // A log that came down to one line has no layout.
            let is_told = sides.iter().flatten().all(|text| without_blanks(text).len() > 1);
            let last = |side: &[String]| side.last().cloned().unwrap_or_default();
            let texts = [base.clone(), last(&sides[0]), last(&sides[1])];
            let [base, ours, theirs] = texts.map(|text| Rope::from(text.as_bytes()));
            let versions = Versions { base: &base, ours: &ours, theirs: &theirs };
            let markers = Markers { ours: "", theirs: "", size: 7 };
            let merged = three_way::merge(versions, markers, None);
            is_told.then(|| (String::from_utf8(merged.bytes).unwrap(), merged.conflicts.len()))
        };
        if let (Some((plain, conflicts)), Some((spaced, also))) = (merged("\n"), merged("\n\n")) {
            prop_assert_eq!(conflicts, also);
            if conflicts == 0 {
                let lines: Vec<String> = plain.lines().map(str::to_owned).collect();
                prop_assert_eq!(spaced, joined(&lines, "\n\n", if lines.is_empty() { "" } else { "\n" }));
            }
        }
    }
}
