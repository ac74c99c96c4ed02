//! Decision notes: what each says of itself, and which of them speak of a step.
//!
//! What they name is found once for all steps, when somebody first asks: every frame shows it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::Plan;
use super::id::{StepId, ids_in, single_ids_in, typed_id};
use super::link;
use super::packet::{day_of_name, label_at};
use super::source::{Location, Role, SourceFile};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;

/// The labels of a note's bullets, as they are written; in any case when they are read.
pub(crate) mod label {
    /// The day of the decision.
    pub(crate) const DATE: &str = "Date";
    /// The steps that it is about.
    pub(crate) const STEPS: &str = "Steps";
    /// The blocks that it is about.
    pub(crate) const BLOCKS: &str = "Blocks";
    /// Who decided.
    pub(crate) const PEOPLE: &str = "People";
    /// Earlier notes that no longer hold.
    pub(crate) const SUPERSEDES: &str = "Supersedes";
    /// The notes that took its place.
    pub(crate) const SUPERSEDED_BY: &str = "Superseded by";
}

/// What a decision note says in the bullets under its title.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DecisionNote {
    /// Index of the file in the plan.
    pub file: usize,
    /// Its first heading, else its file's name.
    pub title: String,
    /// The day, as written, else as the file's name begins.
    pub date: Option<NaiveDate>,
    /// The steps that it names one by one, with where they stand.
    pub steps: Vec<(StepId, Span)>,
    /// The notes that it supersedes.
    pub supersedes: Vec<NoteLink>,
    /// The notes that supersede it.
    pub superseded_by: Vec<NoteLink>,
}

/// A link from one note to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct NoteLink {
    /// The file, from the plan's root; nothing where it is an address or leads out of the plan.
    pub path: Option<PathBuf>,
    /// Where it stands.
    pub span: Span,
}

impl DecisionNote {
    /// Reads the note in a file of the plan.
    pub(crate) fn read(file: usize, path: &Path, document: &MarkdownDocument) -> Self {
        let stem = || {
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
        };
        let heading = document.headings().first();
        let title = heading.map(|heading| heading.text.clone()).or_else(stem);
        let text =
            |name| label_at(document, 0, name).map(|(_, label)| label.text.trim().to_owned());
        let date = text(label::DATE).and_then(|text| text.get(..10)?.parse().ok());
        Self {
            file,
            title: title.unwrap_or_default(),
            date: date.or_else(|| day_of_name(path)),
            steps: steps(document),
            supersedes: links(document, path, label::SUPERSEDES),
            superseded_by: links(document, path, label::SUPERSEDED_BY),
        }
    }
}

/// Every decision note of the plan, in file order.
pub(crate) fn all(plan: &Plan) -> impl Iterator<Item = DecisionNote> {
    let path = |at: usize| &plan.files()[at].path;
    notes(plan.files()).map(move |(at, document)| DecisionNote::read(at, path(at), document))
}

/// The steps of the bullet that names them, without those within a range.
fn steps(document: &MarkdownDocument) -> Vec<(StepId, Span)> {
    let found = [label::STEPS, "Step"]
        .iter()
        .find_map(|name| label_at(document, 0, name));
    let Some((_, label)) = found else {
        return Vec::new();
    };
    let span = label.value;
    let parts = label.text.split([',', ';']);
    let ids = parts.flat_map(|part| match typed_id(part) {
        Some(id) => vec![id],
        None => single_ids_in(part),
    });
    ids.map(|id| (id, span)).collect()
}

/// The notes that the bullets with a label name: by links, else by paths in words.
fn links(document: &MarkdownDocument, path: &Path, name: &str) -> Vec<NoteLink> {
    let wanted = super::canon::normalised(name);
    let items = document.items().iter();
    let labels = items
        .filter(|item| item.heading == Some(0) && item.parent.is_none())
        .filter_map(|item| Some((item.span, item.label.as_deref()?)))
        .filter(|(_, label)| super::canon::normalised(&label.name) == wanted);
    let mut found = Vec::new();
    for (item, label) in labels {
        let links = document.links().iter();
        let links = links.filter(|link| item.contains(link.span.start));
        let before = found.len();
        found.extend(links.map(|link| NoteLink {
            path: link::from_root(&link.url, path).map(PathBuf::from),
            span: link.span,
        }));
        if found.len() > before {
            continue;
        }
        let words = label.text.split([',', ';']).map(str::trim);
        let paths = words.filter(|words| link::is_path(words));
        found.extend(paths.map(|words| NoteLink {
            path: link::from_root(words, path).map(PathBuf::from),
            span: label.value,
        }));
    }
    found
}

/// What the decision notes of a plan name.
#[derive(Debug)]
pub(super) struct Decisions {
    /// The notes that were read, in file order.
    notes: Vec<MarkdownDocument>,
    /// For each step the files that name it, in order, each with the first line that does,
    /// counted from 1.
    naming: HashMap<StepId, Vec<(usize, usize)>>,
}

fn notes(files: &[SourceFile]) -> impl Iterator<Item = (usize, &MarkdownDocument)> {
    let notes = (files.iter().enumerate()).filter(|(_, file)| file.role == Role::Decision);
    notes.filter_map(|(at, file)| Some((at, file.markdown()?)))
}

impl Decisions {
    /// One pass over the notes' text. Notes are numbered like steps, so a number in the title is
    /// the note's own.
    pub(super) fn read(files: &[SourceFile]) -> Self {
        let mut naming: HashMap<StepId, Vec<(usize, usize)>> = HashMap::new();
        for (at, document) in notes(files) {
            let own = document.first_heading_line();
            let text = String::from_utf8_lossy(document.bytes());
            let lines = (1..).zip(text.lines());
            for (number, line) in lines.filter(|(number, _)| own != Some(*number)) {
                for id in ids_in(line) {
                    let places = naming.entry(id).or_default();
                    if places.last().is_none_or(|(file, _)| *file != at) {
                        places.push((at, number));
                    }
                }
            }
        }
        let notes = notes(files).map(|(_, document)| document.clone());
        Self {
            notes: notes.collect(),
            naming,
        }
    }

    /// Whether these are the notes that were read, at the places where they were.
    pub(super) fn are_of(&self, files: &[SourceFile]) -> bool {
        let now = notes(files).map(|(_, document)| document);
        now.zip(&self.notes).all(|(now, read)| now.is_same(read))
            && notes(files).count() == self.notes.len()
    }
}

/// The decision notes that name `id`, in file order: the first line that does, and the
/// note's title, which is its first heading or else its file's name.
pub fn decisions_naming(plan: &Plan, id: StepId) -> Vec<(Location, String)> {
    let places = plan
        .decisions()
        .naming
        .get(&id)
        .map_or(&[][..], Vec::as_slice);
    let told = |(file, line): &(usize, usize)| {
        let file = &plan.files()[*file];
        let title = match file.markdown()?.headings().first() {
            Some(heading) => heading.text.clone(),
            None => file.path.file_stem()?.to_string_lossy().into_owned(),
        };
        Some((Location::line(&file.path, *line), title))
    };
    places.iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::SourceFile;

    #[test]
    fn notes_are_found_by_the_steps_they_name() {
        let note = |name: &str, text: &str| {
            SourceFile::load(name, Role::Decision, text.as_bytes().to_vec())
        };
        let plan = Plan::read(vec![
            note("d/1.md", "# Keep one index\n\nSee Step 0042.\n"),
            note("d/2.md", "No heading, steps 0041–0043.\n"),
            note("d/3.md", "# 0042: Other\n\nStep 0420 alone.\n"),
        ]);
        let found = decisions_naming(&plan, "0042".parse().unwrap());
        let found: Vec<String> = found
            .iter()
            .map(|(place, title)| format!("{place} {title}"))
            .collect();
        assert_eq!(found, ["d/1.md:3 Keep one index", "d/2.md:1 2"]);
    }
}
