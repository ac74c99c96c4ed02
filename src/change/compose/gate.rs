//! Ticks on readiness checklists.

use super::{Change, Composer, Edit, Target};
use crate::change::value::{Refusal, refuse};
use crate::document::markdown::{Check as Mark, turned};
use crate::plan::canon::checklist::Check;

impl Composer<'_> {
    /// Ticks a check of the plan, or takes its tick away.
    ///
    /// # Errors
    /// When the document cannot take the mark.
    pub fn tick(&self, check: &Check) -> Result<Change, Refusal> {
        let file = &self.plan.files()[check.file];
        let Some(document) = file.markdown() else {
            return refuse("the checklist is not in a Markdown file");
        };
        let box_now = document.items()[check.item].check;
        let mark = box_now.brackets();
        let before = mark.map(|mark| document.bytes()[mark.range()].to_vec());
        let mark_now = mark.map(|mark| document.source(mark));
        let mut after = turned(&mark_now.unwrap_or_default(), !check.done).to_owned();
        if let (Mark::Odd { .. }, Some(mark)) = (box_now, mark)
            && !matches!(document.bytes().get(mark.end), Some(b' ' | b'\t'))
        {
            after.push(' ');
        }
        let verb = if check.done { "unticked" } else { "ticked" };
        super::reversible(
            file,
            Change {
                label: format!("{} {verb}: {}", check.heading, super::shown(&check.text)),
                edits: vec![Edit {
                    path: file.path.clone(),
                    target: Target::CheckMark {
                        stage: check.heading.clone(),
                        text: check.text.clone(),
                        nth: check.nth,
                    },
                    before,
                    after: Some(after.into_bytes()),
                }],
            },
        )
    }
}
