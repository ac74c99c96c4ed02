//! Decision notes: which of them speak of a step.
//!
//! What they name is found once for all steps, when somebody first asks: every frame shows it.

use std::collections::HashMap;

use super::Plan;
use super::id::{StepId, ids_in};
use super::source::{Location, Role, SourceFile};
use crate::document::markdown::MarkdownDocument;

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
