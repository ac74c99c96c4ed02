//! Where a Markdown file names steps: in running text, in the headings of step sections, and in
//! their lists of dependencies, where short numbers are steps too.

use super::{NewIds, Place};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::{self, Span, Splice};
use crate::plan::canon::section::{self, Section};
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::mention::{Form, Mention, in_anchors, in_dependency, in_document};
use crate::plan::source::{Role, SourceFile};

/// Every mention in a file, in file order.
pub(crate) fn places(file: &SourceFile) -> Vec<Place> {
    let Some(document) = file.markdown() else {
        return Vec::new();
    };
    let place = |(mention, source)| Place { mention, source };
    let mut found: Vec<Place> = in_document(document).into_iter().map(place).collect();
    for section in section::sections(document, 0) {
        surely(
            &mut found,
            heading(document, &section).into_iter().collect(),
        );
        if let Some(item) = section.bullet(Field::Dependencies) {
            let entries = section::list(document, item, &file.path, Field::Dependencies);
            for (_, span) in entries {
                surely(&mut found, entry(document, span));
            }
        }
    }
    if file.role == Role::Decision
        && let Some(own) = document.first_heading_line()
    {
        // Notes are numbered like steps: a number in the title is the note's own.
        found.retain(|place| document.line_of(place.source.start) != own);
    }
    found.sort_by_key(|place| place.source.start);
    found.dedup_by_key(|place| place.source);
    found
}

/// The file with every mention of a step as that is called now; nothing where that changes nothing.
pub(crate) fn rewritten(file: &SourceFile, ids: &NewIds) -> Option<Vec<u8>> {
    let document = file.markdown()?;
    if !ids.may_be_in(document.bytes()) {
        return None;
    }
    let places = places(file);
    let splices: Vec<Splice> = places.iter().filter_map(|it| it.renamed(ids)).collect();
    match splices.is_empty() {
        true => None,
        false => splice::apply(document.bytes(), &splices).ok(),
    }
}

/// Adds places that are sure, in place of what was thought of the same ones.
fn surely(found: &mut Vec<Place>, sure: Vec<Place>) {
    for place in sure {
        found.retain(|other| other.source != place.source);
        found.push(place);
    }
}

/// The step that a section's heading names.
pub(crate) fn heading(document: &MarkdownDocument, section: &Section) -> Option<Place> {
    let content = document.headings()[section.heading].content;
    let text = document.source(content);
    let anchors = in_anchors(&text);
    let is_anchor = |at: usize| anchors.iter().any(|anchor| anchor.span.start == at);
    let place = words(&text).find_map(|(at, word)| {
        let id: StepId = word.parse().ok()?;
        (id == section.id && !is_anchor(at)).then_some((id, at..at + word.len()))
    });
    place.map(|(id, span)| Place {
        source: Span::from(span.clone()).shifted(content.start),
        mention: Mention {
            id,
            span,
            form: Form::Single,
            named: true,
        },
    })
}

/// What an entry of a list of dependencies names, if that is one step.
fn entry(document: &MarkdownDocument, span: Span) -> Vec<Place> {
    let text = document.source(span);
    let is_whole = |mention: &Mention| mention.form == Form::Single;
    let found = in_dependency(&text).into_iter().filter(is_whole);
    let place = |mention: Mention| Place {
        source: Span::from(mention.span.clone()).shifted(span.start),
        mention,
    };
    found.map(place).collect()
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_name)?;
        let rest = &text[start..];
        let end = start + rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        at = end;
        Some((start, text[start..end].trim_end_matches('.')))
    })
}
