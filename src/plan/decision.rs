//! Decision notes: which of them speak of a step.

use super::Plan;
use super::id::{StepId, ids_in};
use super::source::{Location, Role};

/// The decision notes that name `id`, in file order: the first line that does, and the
/// note's title, which is its first heading or else its file's name. Notes are numbered
/// like steps, so a number in the title is the note's own.
///
/// One pass over the notes' text.
pub fn decisions_naming(plan: &Plan, id: StepId) -> Vec<(Location, String)> {
    let notes = plan
        .files()
        .iter()
        .filter(|file| file.role == Role::Decision);
    notes
        .filter_map(|file| {
            let document = file.markdown()?;
            let heading = document.headings().first();
            let own = heading.map(|heading| document.line_of(heading.span.start));
            let text = String::from_utf8_lossy(document.bytes());
            let names =
                |(at, line): (usize, &str)| own != Some(at + 1) && ids_in(line).contains(&id);
            let line = text.lines().enumerate().position(names)?;
            let title = match heading {
                Some(heading) => heading.text.clone(),
                None => file.path.file_stem()?.to_string_lossy().into_owned(),
            };
            Some((Location::line(&file.path, line + 1), title))
        })
        .collect()
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
