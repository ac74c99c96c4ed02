//! Workstream alignment: one heading a workstream, bullets that name stages.

use super::normalised;
use crate::document::markdown::{MarkdownDocument, may_say};

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

/// Every bullet under the headings below a heading with "Workstream" and "Alignment". Whether
/// they are about stages is told by those that they name.
pub(crate) fn notes(document: &MarkdownDocument, file: usize) -> Vec<WorkstreamNote> {
    let may_be = |line: &[u8]| may_say(line, "workstream") && may_say(line, "alignment");
    if !document.heading_lines().any(may_be) {
        return Vec::new();
    }
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
