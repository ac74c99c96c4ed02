//! An unfinished merge brought to an end: one version of a conflict, or both, in place of the markers.

use super::{Change, Composer, Edit, Target, both_papers};
use crate::change::markdown_merge::CommonCommit;
use crate::change::value::{Refusal, refuse};
use crate::document::Document;
use crate::document::log::{LineLayout, LogDocument};
use crate::document::markers::MarkedConflict;
use crate::document::rope::Rope;
use crate::document::splice::Span;
use crate::plan::disputes::{self, Dispute};
use crate::plan::source::Role;

/// What stays of a conflict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolution {
    /// The version of the branch that was merged into.
    Ours,
    /// The version of the branch that was merged.
    Theirs,
    /// Ours, then what theirs has besides.
    Both,
    /// What a person wrote instead.
    Text(String),
}

impl Composer<'_> {
    /// Puts what `resolution` says in place of each conflict. They are in the order of the plan's
    /// files and lines.
    ///
    /// # Errors
    /// When both versions are of one step, of which there can be one only.
    pub fn resolve(
        &self,
        disputes: &[Dispute],
        resolution: &Resolution,
    ) -> Result<Change, Refusal> {
        self.resolve_knowing(disputes, resolution, &|_, _| None)
    }

    /// The same for somebody who can ask git which of two commits both sides have.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn resolve_knowing(
        &self,
        disputes: &[Dispute],
        resolution: &Resolution,
        common: CommonCommit<'_>,
    ) -> Result<Change, Refusal> {
        let mut remarks: Vec<String> = Vec::new();
        let mut edits: Vec<Edit> = Vec::new();
        let mut gone = 0;
        for dispute in disputes {
            let file = &self.plan.files()[dispute.file];
            let bytes = bytes_of(&file.document);
            let bytes = bytes.contiguous();
            let after = self.resolved(dispute, resolution, &bytes, (common, &mut remarks))?;
            let lines = after.iter().filter(|byte| **byte == b'\n').count();
            if edits.last().is_some_and(|edit| edit.path != file.path) {
                gone = 0;
            }
            edits.push(Edit {
                path: file.path.clone(),
                target: Target::Dispute {
                    // Where it is once those above are resolved.
                    line: (dispute.line() - 1).saturating_sub(gone),
                    role: file.role,
                },
                before: Some(bytes[dispute.place.whole.range()].to_vec()),
                after: Some(after),
            });
            gone += dispute.place.lines.saturating_sub(lines);
        }
        let what = match disputes {
            [one] => one.about.clone(),
            many => format!("{} conflicts", many.len()),
        };
        let label = match resolution {
            Resolution::Ours => format!("{what}: our version"),
            Resolution::Theirs => format!("{what}: their version"),
            Resolution::Both => {
                remarks.dedup();
                let remarks = remarks.iter().map(|remark| format!(" · {remark}"));
                format!("{what}: both versions{}", remarks.collect::<String>())
            }
            Resolution::Text(_) => format!("{what}: resolved by hand"),
        };
        Ok(Change { label, edits })
    }

    fn resolved(
        &self,
        dispute: &Dispute,
        resolution: &Resolution,
        bytes: &[u8],
        (common, remarks): (CommonCommit<'_>, &mut Vec<String>),
    ) -> Result<Vec<u8>, Refusal> {
        let MarkedConflict { ours, theirs, .. } = dispute.place;
        let text = |span: Span| bytes[span.range()].to_vec();
        let is_log = self.plan.files()[dispute.file].role == Role::Log;
        Ok(match resolution {
            Resolution::Ours => text(ours),
            Resolution::Theirs => text(theirs),
            Resolution::Both if is_log && !dispute.fields.is_empty() => {
                return refuse(format!(
                    "{} would be there twice: keep one version, and `stepdeck set` what the other \
                     has besides",
                    dispute.about
                ));
            }
            Resolution::Both if !is_log => {
                let file = &self.plan.files()[dispute.file];
                let places = disputes::in_file(dispute.file, file);
                let places: Vec<MarkedConflict> = places.iter().map(|other| other.place).collect();
                both_papers::both(dispute, &places, bytes, (common, remarks))?
            }
            Resolution::Both => {
                let log = self.plan.files()[dispute.file].log();
                let layout = log.and_then(LogDocument::layout);
                let blank = match layout == Some(LineLayout::Spaced) {
                    true => &b"\n"[..],
                    false => b"",
                };
                both(&text(ours), blank, &text(theirs))
            }
            Resolution::Text(text) => {
                let mut text = text.clone().into_bytes();
                if !text.is_empty() && !text.ends_with(b"\n") {
                    text.push(b'\n');
                }
                text
            }
        })
    }
}

/// Our lines, then those of theirs that ours do not have, with `blank` between them.
pub(super) fn both(ours: &[u8], blank: &[u8], theirs: &[u8]) -> Vec<u8> {
    let lines = |text: &'_ [u8]| -> Vec<Vec<u8>> {
        text.split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    };
    let known = lines(ours);
    let more = lines(theirs).into_iter();
    let more = more.filter(|line| line.trim_ascii().is_empty() || !known.contains(line));
    let more = more.collect::<Vec<_>>().concat();
    let blank = if ours.is_empty() || more.is_empty() {
        b""
    } else {
        blank
    };
    [ours, blank, &more].concat()
}

fn bytes_of(document: &Document) -> Rope {
    match document {
        Document::Log(log) => log.rope(),
        Document::Markdown(markdown) => markdown.rope(),
    }
}
