//! The words of the demo plan, read from `assets/demo/`.
//!
//! Owns the small line formats of those files and nothing of how steps are made from them.
//! The files are compiled in, so a fault in them is ours: the tests below read every line.

use super::step::Target;
use crate::plan::status::Status;

/// A hand-written step of one of the opening blocks.
pub(super) struct Row {
    pub slot: usize,
    pub suffix: Option<char>,
    pub title: &'static str,
    pub outcome: &'static str,
    pub metric: &'static str,
    pub target: Target,
    pub needs: Vec<Need>,
    /// Also written as a section of the execution plan; such a row has every field.
    pub canon: bool,
    pub owner: Option<&'static str>,
    pub status: Option<Status>,
    pub input: Option<&'static str>,
    pub verification: Option<&'static str>,
    pub note: Option<&'static str>,
    /// An address, or the name of a file under `data/artifacts/`.
    pub artifact: Option<&'static str>,
}

/// What a hand-written step depends on.
pub(super) enum Need {
    Step { block: usize, slot: usize },
    Met(&'static str),
    Open(&'static str),
}

/// What one block of a hundred steps is about.
pub(super) struct Theme {
    pub name: &'static str,
    pub steward: &'static str,
    pub owners: Vec<&'static str>,
    /// Index into [`Content::kinds`].
    pub kind: usize,
    pub signal: &'static str,
    pub subjects: Vec<&'static str>,
}

/// One wording of one phase of work, with `{s}` for the subject.
pub(super) struct Phase {
    pub title: &'static str,
    pub outcome: &'static str,
    pub metric: &'static str,
    pub target: Target,
}

/// All words of the demo plan.
pub(super) struct Content {
    /// Hand-written steps of B01, B02 and on.
    pub opening: Vec<Vec<Row>>,
    pub themes: Vec<Theme>,
    /// Per kind of work twenty phases: two wordings for each of ten.
    pub kinds: Vec<Vec<Phase>>,
    pub externals: Vec<&'static str>,
    pub blocked_notes: Vec<&'static str>,
    pub notes: Vec<&'static str>,
    pub inputs: Vec<&'static str>,
    pub verifications: Vec<&'static str>,
}

const OPENING: [&str; 12] = [
    include_str!("../../../assets/demo/b01.txt"),
    include_str!("../../../assets/demo/b02.txt"),
    include_str!("../../../assets/demo/b03.txt"),
    include_str!("../../../assets/demo/b04.txt"),
    include_str!("../../../assets/demo/b05.txt"),
    include_str!("../../../assets/demo/b06.txt"),
    include_str!("../../../assets/demo/b07.txt"),
    include_str!("../../../assets/demo/b08.txt"),
    include_str!("../../../assets/demo/b09.txt"),
    include_str!("../../../assets/demo/b10.txt"),
    include_str!("../../../assets/demo/b11.txt"),
    include_str!("../../../assets/demo/b12.txt"),
];
const THEMES: &str = include_str!("../../../assets/demo/themes.txt");
const KINDS: &str = include_str!("../../../assets/demo/kinds.txt");
const EXTERNALS: &str = include_str!("../../../assets/demo/externals.txt");
const NOTES: &str = include_str!("../../../assets/demo/notes.txt");
const INPUTS: &str = include_str!("../../../assets/demo/inputs.txt");

impl Content {
    pub fn read() -> Self {
        let kinds = sections(KINDS);
        let themes = lines(THEMES)
            .filter_map(|line| theme(line, &kinds))
            .collect();
        let opening = OPENING
            .iter()
            .enumerate()
            .map(|(at, text)| lines(text).filter_map(|line| row(line, at + 1)).collect())
            .collect();
        let named = |text, name| section(&sections(text), name);
        Self {
            opening,
            themes,
            kinds: kinds
                .iter()
                .map(|(_, rows)| rows.iter().filter_map(|line| phase(line)).collect())
                .collect(),
            externals: lines(EXTERNALS).collect(),
            blocked_notes: named(NOTES, "blocked"),
            notes: named(NOTES, "plain"),
            inputs: named(INPUTS, "inputs"),
            verifications: named(INPUTS, "verification"),
        }
    }
}

type Sections = Vec<(&'static str, Vec<&'static str>)>;

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The lines under each `[name]`.
fn sections(text: &'static str) -> Sections {
    let mut found: Sections = Vec::new();
    for line in lines(text) {
        match line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(name) => found.push((name, Vec::new())),
            None => found
                .last_mut()
                .into_iter()
                .for_each(|(_, rows)| rows.push(line)),
        }
    }
    found
}

fn section(all: &Sections, name: &str) -> Vec<&'static str> {
    all.iter()
        .find(|(known, _)| *known == name)
        .map_or_else(Vec::new, |(_, rows)| rows.clone())
}

fn theme(line: &'static str, kinds: &Sections) -> Option<Theme> {
    let mut cells = line.split(" | ");
    Some(Theme {
        name: cells.next()?,
        steward: cells.next()?,
        owners: cells.next()?.split(',').collect(),
        kind: cells
            .next()
            .and_then(|kind| kinds.iter().position(|(name, _)| *name == kind))?,
        signal: cells.next()?,
        subjects: cells.next()?.split("; ").collect(),
    })
}

fn phase(line: &'static str) -> Option<Phase> {
    let mut cells = line.split(" | ");
    let (title, outcome) = (cells.next()?, cells.next()?);
    let (metric, target) = measure(cells.next()?)?;
    Some(Phase {
        title,
        outcome,
        metric,
        target,
    })
}

fn measure(cell: &'static str) -> Option<(&'static str, Target)> {
    let (metric, target) = cell.split_once(' ')?;
    Some((metric, Target::read(target)?))
}

fn row(line: &'static str, block: usize) -> Option<Row> {
    let mut cells = line.split(" | ");
    let id = cells.next()?;
    let (slot, suffix) = id.split_once('.').unwrap_or((id, ""));
    let (title, outcome) = (cells.next()?, cells.next()?);
    let (metric, target) = measure(cells.next()?)?;
    let needs = cells.next().map_or(Some(Vec::new()), |cell| {
        cell.split(", ")
            .filter(|text| !text.is_empty())
            .map(|text| need(text, block))
            .collect()
    })?;
    let directives: Vec<&str> = cells
        .next()
        .map_or_else(Vec::new, |c| c.split("; ").collect());
    let value = |key: &str| {
        directives
            .iter()
            .find_map(|text| text.strip_prefix(key)?.strip_prefix('='))
    };
    let status = match value("status") {
        Some(word) => Some(Status::read(word)?),
        None => None,
    };
    Some(Row {
        slot: slot.parse().ok()?,
        suffix: suffix.chars().next(),
        title,
        outcome,
        metric,
        target,
        needs,
        canon: directives.contains(&"canon"),
        owner: value("owner"),
        status,
        input: value("input"),
        verification: value("verify"),
        note: value("note"),
        artifact: value("art"),
    })
}

fn need(text: &'static str, block: usize) -> Option<Need> {
    if let Some(words) = text.strip_prefix("met:") {
        return Some(Need::Met(words));
    }
    if let Some(words) = text.strip_prefix("ext:") {
        return Some(Need::Open(words));
    }
    let (block, slot) = match text.strip_prefix('B').and_then(|rest| rest.split_once('.')) {
        Some((other, slot)) => (other.parse().ok()?, slot),
        None => (block, text),
    };
    Some(Need::Step {
        block,
        slot: slot.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_opening_blocks_is_understood_and_in_order() {
        let content = Content::read();
        for (at, rows) in content.opening.iter().enumerate() {
            assert_eq!(rows.len(), lines(OPENING[at]).count(), "B{:02}", at + 1);
            assert_eq!(rows.len(), 40, "B{:02}", at + 1);
            let mut slot = 0;
            for row in rows {
                slot += usize::from(row.suffix.is_none());
                assert_eq!(row.slot, slot, "B{:02}: {}", at + 1, row.title);
            }
        }
    }

    #[test]
    fn every_need_stands_before_its_step() {
        for (at, rows) in Content::read().opening.iter().enumerate() {
            for row in rows {
                for need in &row.needs {
                    if let Need::Step { block, slot } = need {
                        let here = (at + 1, row.slot + usize::from(row.suffix.is_some()));
                        assert!((*block, *slot) < here, "B{:02}: {}", at + 1, row.title);
                    }
                }
            }
        }
    }

    #[test]
    fn every_directive_is_a_known_one() {
        const KEYS: [&str; 6] = ["owner=", "status=", "input=", "verify=", "note=", "art="];
        for line in OPENING.iter().flat_map(|text| lines(text)) {
            let cells: Vec<_> = line.split(" | ").collect();
            assert!(cells.len() <= 6, "{line}");
            for text in cells.get(5).into_iter().flat_map(|cell| cell.split("; ")) {
                assert!(
                    text == "canon" || KEYS.iter().any(|key| text.starts_with(key)),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn a_row_written_in_the_canon_has_every_field() {
        for row in Content::read()
            .opening
            .iter()
            .flatten()
            .filter(|row| row.canon)
        {
            assert!(
                row.input.is_some() && row.verification.is_some(),
                "{}",
                row.title
            );
            assert!(
                row.note.is_some() && row.artifact.is_some(),
                "{}",
                row.title
            );
            assert!(!row.needs.is_empty(), "{}", row.title);
        }
    }

    #[test]
    fn a_hundred_themes_have_ten_subjects_and_a_kind_with_twenty_phases() {
        let content = Content::read();
        assert_eq!(content.themes.len(), 100);
        assert!(
            content
                .themes
                .iter()
                .all(|theme| theme.subjects.len() == 10)
        );
        assert!(content.kinds.iter().all(|phases| phases.len() == 20));
        let mut names: Vec<_> = content.themes.iter().map(|theme| theme.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 100);
    }

    #[test]
    fn the_small_lists_are_not_empty() {
        let content = Content::read();
        for list in [
            &content.externals,
            &content.blocked_notes,
            &content.notes,
            &content.inputs,
            &content.verifications,
        ] {
            assert!(list.len() > 4);
        }
    }

    #[test]
    fn hand_written_titles_are_unique_and_fit_a_narrow_list() {
        let content = Content::read();
        let mut titles: Vec<_> = content
            .opening
            .iter()
            .flatten()
            .map(|row| row.title)
            .collect();
        assert!(titles.iter().all(|title| title.chars().count() <= 56));
        let all = titles.len();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), all);
    }
}
