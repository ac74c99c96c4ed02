//! Workstream alignment: one heading a workstream, bullets that name stages.

use super::normalised;
use crate::document::markdown::MarkdownDocument;

/// A bullet of a workstream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkstreamNote {
    /// The workstream's heading.
    pub workstream: String,
    /// The bullet's words.
    pub text: String,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the bullet, counted from 1.
    pub line: usize,
}

/// Every bullet under the headings below a heading with "Workstream" and "Alignment".
pub fn notes(document: &MarkdownDocument, file: usize) -> Vec<WorkstreamNote> {
    let headings = document.headings();
    let is_alignment = |index: usize| {
        let text = normalised(&headings[index].text);
        text.contains("workstream") && text.contains("alignment")
    };
    document
        .items()
        .iter()
        .filter(|item| item.parent.is_none())
        .filter_map(|item| {
            let heading = &headings[item.heading?];
            heading.parent.filter(|parent| is_alignment(*parent))?;
            Some(WorkstreamNote {
                workstream: heading.text.clone(),
                text: item.text.clone(),
                file,
                line: document.line_of(item.span.start),
            })
        })
        .collect()
}

/// Whether `text` names `stage`. A stage with several words may go by its last one, as
/// "the flywheel" for a stage called "Regenerative Flywheel", if no other stage ends so.
pub fn names_stage(text: &str, stage: &str, stages: &[String]) -> bool {
    let text = format!(" {} ", normalised(text));
    let stage = normalised(stage);
    if text.contains(&format!(" {stage} ")) {
        return true;
    }
    let Some((_, last)) = stage.rsplit_once(' ') else {
        return false;
    };
    let alike = |other: &&String| normalised(other).split(' ').any(|word| word == last);
    stages.iter().filter(alike).count() == 1 && text.contains(&format!(" the {last} "))
}
