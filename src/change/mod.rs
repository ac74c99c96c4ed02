//! Edits as values: composed from a person's wish, applied to documents, inverted,
//! carried over onto somebody else's change, remembered.
//!
//! An edit names the thing and the field, never a position, and keeps both the old and
//! the new source text, so that undo and merge are exact. Pure: writing is for `store`.

pub mod apply;
pub(crate) mod brief;
pub mod compose;
pub mod conflict;
pub mod delta;
pub mod difference;
mod dispute;
mod effect;
pub mod form;
pub mod history;
pub(crate) mod list;
pub mod markdown_merge;
pub(crate) mod merge;
mod order;
pub(crate) mod parts;
pub(crate) mod renumber;
pub mod places;
pub mod three_way;
pub mod value;
mod serde_forms;
mod told;

use std::path::PathBuf;

use list::Piece;
use serde::{Deserialize, Serialize};

use crate::document::json;
use crate::document::log::{LineLayout, LogDocument};
use crate::document::markdown::{EntrySlot, MarkdownDocument, is_tick};
use crate::document::splice::Span;
use crate::plan::Plan;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::{Field, Kind};
use crate::plan::id::{BlockId, StepId};
use crate::plan::source::Role;

/// A key of a log line, as the table of fields spells it.
pub(crate) type Key = &'static str;

/// What an edit changes, by name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The raw JSON of one key in a step's log line.
    LogValue {
        step: StepId,
        /// Which of several lines with the same ID, counted from 0 in file order.
        nth: u32,
        /// The key of the line.
        #[serde(deserialize_with = "serde_forms::key")]
        key: Key,
        /// The key within the object that `key` holds.
        #[serde(deserialize_with = "serde_forms::inner_key")]
        inner: Option<Key>,
    },
    /// The whole log line of a step, without its line end.
    LogStep {
        step: StepId,
        /// Which of several lines with the same ID, counted from 0 in file order.
        nth: u32,
        /// Whether it comes and goes with a blank line, as in a spaced log: so an undo restores the
        /// bytes whatever the log looks like by then.
        #[serde(default, skip_serializing_if = "is_alone")]
        spaced: bool,
    },
    /// A log line that is not (only) a step, by its content.
    LogText {
        /// Where it was, counted from 0; of several equal lines the nearest is meant.
        line: usize,
        /// Whether it comes and goes with a blank line.
        #[serde(default, skip_serializing_if = "is_alone")]
        spaced: bool,
    },
    /// The order of some steps in a log: their IDs, one per line.
    LogOrder,
    /// What follows the label of a bullet in a step section, spaces included.
    SectionValue {
        step: StepId,
        /// Which of several sections of the step in the file.
        nth: usize,
        /// The field that the bullet holds.
        field: Field,
    },
    /// The source of the title in a step section's heading.
    SectionTitle {
        step: StepId,
        /// Which of several sections of the step in the file.
        nth: usize,
    },
    /// The source of a cell in the block table, padding included.
    BlockCell { block: BlockId, column: BlockColumn },
    /// The source of a whole row in the block table, where it had no cell for the column.
    BlockRow { block: BlockId },
    /// The mark of a check: nothing, `[ ]`, `[x]`, or a box made by hand.
    CheckMark {
        /// The heading of its list, mostly a stage's.
        stage: String,
        /// The check's words.
        text: String,
        /// Which of several checks with the same words.
        nth: usize,
    },
    /// A piece of Markdown at the end of a section, or of the file.
    Passage {
        /// The words of the section's heading; nothing means the end of the file.
        heading: Option<String>,
        /// Which of several headings with these words.
        #[serde(default, skip_serializing_if = "is_first")]
        nth: usize,
    },
    /// A heading with all that is under it, up to the next one. It has to be there: what is new
    /// comes as a passage.
    Section {
        /// The heading's words.
        heading: String,
        /// Which of several headings with these words.
        nth: usize,
    },
    /// A line of a Markdown file, by its content.
    TextLine {
        /// Where it was, counted from 0; of several equal lines the nearest is meant.
        line: usize,
    },
    /// Two versions that a merge left between markers, or what was put in their place.
    Dispute {
        /// Where it is, counted from 0; of several alike the nearest is meant.
        line: usize,
        /// What the plan looks for in the file.
        role: Role,
    },
    /// A whole file.
    File {
        /// What the plan looks for in it.
        role: Role,
    },
}

/// Whether a line comes and goes alone, which goes without saying.
fn is_alone(spaced: &bool) -> bool {
    !spaced
}

/// Whether it is the first of several, which goes without saying.
fn is_first(nth: &usize) -> bool {
    *nth == 0
}

impl Target {
    /// A passage at the end of a Markdown file.
    pub(crate) const AT_END: Self = Self::Passage {
        heading: None,
        nth: 0,
    };

    /// The own section of a heading, given by its index.
    pub(crate) fn section(document: &MarkdownDocument, heading: usize) -> Self {
        let heading_of = |heading: usize| &document.headings()[heading].text;
        let twins = (0..heading).filter(|other| heading_of(*other) == heading_of(heading));
        Self::Section {
            heading: heading_of(heading).clone(),
            nth: twins.count(),
        }
    }

    /// Where a blank line may go with it: whether one does.
    pub(crate) fn spaced_mut(&mut self) -> Option<&mut bool> {
        match self {
            Self::LogStep { spaced, .. } | Self::LogText { spaced, .. } => Some(spaced),
            _ => None,
        }
    }

    /// Whether it is in a log.
    pub(crate) fn is_in_log(&self) -> bool {
        matches!(
            self,
            Self::LogValue { .. }
                | Self::LogStep { .. }
                | Self::LogText { .. }
                | Self::LogOrder
                | Self::Dispute {
                    role: Role::Log,
                    ..
                }
        )
    }

    /// Whether it is a piece of a paper, or a whole one.
    pub(crate) fn is_passage(&self) -> bool {
        matches!(
            self,
            Self::Passage { .. } | Self::Section { .. } | Self::File { .. }
        )
    }

    /// What people call it, such as `0042 status` or `B07 Theme`.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::LogValue {
                step, key, inner, ..
            } => match inner {
                Some(inner) => format!("{step} {key} {inner}"),
                None => format!("{step} {key}"),
            },
            Self::LogStep { step, .. } => format!("{step}, the whole line"),
            Self::LogText { line, .. } | Self::TextLine { line } | Self::Dispute { line, .. } => {
                format!("line {}", line + 1)
            }
            Self::SectionValue { step, field, .. } => format!("{step} {}", field.label()),
            Self::SectionTitle { step, .. } => format!("{step} title"),
            Self::BlockCell { block, column } => format!("{block} {}", column.label()),
            Self::BlockRow { block } => format!("{block}, the whole row"),
            Self::CheckMark { stage, text, .. } => format!("{stage}: {text}"),
            Self::Passage { heading, .. } => match heading {
                Some(heading) => format!("under “{heading}”"),
                None => "at the end".to_owned(),
            },
            Self::Section { heading, .. } => format!("the section “{heading}”"),
            _ => "the file as a whole".to_owned(),
        }
    }

    /// What people read where `source` is: the words of a JSON value, a tick in words, else the
    /// text itself.
    pub(crate) fn value_words(&self, source: Option<&[u8]>) -> String {
        let Some(bytes) = source else {
            return "(nothing)".to_owned();
        };
        let text = String::from_utf8_lossy(bytes);
        let words = match self {
            Self::LogValue { .. } => match json::items(&text) {
                Some(items) => {
                    let items: Vec<_> = items.into_iter().map(json::words).collect();
                    items.join(", ")
                }
                None => json::words(&text).into_owned(),
            },
            _ => text.trim().to_owned(),
        };
        let of_check = matches!(self, Self::CheckMark { .. });
        match of_check.then(|| said_by_mark(&words)).flatten() {
            Some(said) => said.to_owned(),
            None if words.is_empty() => "(nothing)".to_owned(),
            None => words,
        }
    }
}

/// What the box of a check says; nothing where it is no box.
fn said_by_mark(mark: &str) -> Option<&'static str> {
    match is_tick(mark) {
        Some(true) => Some("ticked"),
        Some(false) => Some("not ticked"),
        None => mark.is_empty().then_some("not ticked"),
    }
}

/// One thing changed in one file, with the source text before and after.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Edit {
    /// The file, relative to the plan's root.
    #[serde(with = "serde_forms::path")]
    pub path: PathBuf,
    /// What is changed in it.
    pub target: Target,
    /// What was there; `None` where there was nothing.
    #[serde(with = "serde_forms::bytes")]
    pub before: Option<Vec<u8>>,
    /// What is there afterwards; `None` where there is nothing left.
    #[serde(with = "serde_forms::bytes")]
    pub after: Option<Vec<u8>>,
}

impl Edit {
    /// The edit that undoes this one.
    pub(crate) fn inverse(&self) -> Self {
        Self {
            before: self.after.clone(),
            after: self.before.clone(),
            ..self.clone()
        }
    }
}

/// What a person did with one command: it is saved, undone and reported as a whole.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
pub struct Change {
    /// What people read, such as `0042 status: draft → complete`.
    pub label: String,
    /// The edits, in the order in which they are applied.
    pub edits: Vec<Edit>,
}

/// How labels and messages show a value that is not there.
pub(crate) const NONE: &str = "(none)";

/// What a change concerns, where it leaves files, lines and IDs as they are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// The steps of which it sets values.
    pub steps: Vec<StepId>,
    /// Whether it edits Markdown.
    pub markdown: bool,
}

impl Change {
    /// Whether it takes the markers of a conflict out of a file.
    pub(crate) fn decides_a_conflict(&self) -> bool {
        let is_dispute = |edit: &Edit| matches!(edit.target, Target::Dispute { .. });
        self.edits.iter().any(is_dispute)
    }

    /// What the change concerns; nothing where lines or files come or go.
    pub fn scope(&self) -> Option<Scope> {
        let mut scope = Scope::default();
        for edit in &self.edits {
            match edit.target {
                Target::LogValue { step, .. } => scope.steps.push(step),
                Target::SectionValue { step, .. } | Target::SectionTitle { step, .. } => {
                    scope.steps.push(step);
                    scope.markdown = true;
                }
                Target::BlockCell { .. }
                | Target::BlockRow { .. }
                | Target::CheckMark { .. }
                | Target::Passage { .. }
                | Target::Section { .. } => scope.markdown = true,
                Target::LogStep { .. }
                | Target::LogText { .. }
                | Target::LogOrder
                | Target::TextLine { .. }
                | Target::Dispute { .. }
                | Target::File { .. } => return None,
            }
        }
        Some(scope)
    }

    /// The same with lines that come and go alone.
    pub(crate) fn without_blank_lines(mut self) -> Self {
        let spaced = self
            .edits
            .iter_mut()
            .filter_map(|edit| edit.target.spaced_mut());
        spaced.for_each(|spaced| *spaced = false);
        self
    }

    /// The same where logs that have no layout of their own yet are to have this one.
    pub(crate) fn laid_out(mut self, plan: &Plan, layout: LineLayout) -> Self {
        let has_none = |edit: &Edit| {
            let file = plan.files().iter().find(|file| file.path == edit.path);
            let log = file.and_then(|file| file.log());
            log.is_some_and(|log| log.layout().is_none())
        };
        if layout == LineLayout::Spaced {
            for edit in &mut self.edits {
                let is_new = edit.before.is_none() && has_none(edit);
                match (&mut edit.target, &mut edit.after) {
                    (Target::LogStep { spaced, .. }, _) => *spaced |= is_new,
                    (Target::File { role }, Some(log))
                        if role.is_log() && edit.before.is_none() =>
                    {
                        *log = LogDocument::load(std::mem::take(log)).laid_out(layout);
                    }
                    _ => {}
                }
            }
        }
        self
    }

    /// The change that undoes this one.
    pub fn inverse(&self) -> Self {
        Self {
            label: self.label.clone(),
            edits: self.edits.iter().rev().map(Edit::inverse).collect(),
        }
    }

    /// The files that it touches, each once.
    pub fn paths(&self) -> Vec<&PathBuf> {
        let mut paths: Vec<&PathBuf> = Vec::new();
        for edit in &self.edits {
            if !paths.contains(&&edit.path) {
                paths.push(&edit.path);
            }
        }
        paths
    }
}

/// What follows a bullet's label up to the end of its value, spaces included: the piece
/// that a `SectionValue` edit replaces. A list may be written as bullets below the label.
fn tail(document: &MarkdownDocument, item: usize, field: Field) -> Option<Span> {
    if field.spec().kind == Kind::List {
        return document.list_tail(item);
    }
    let label = document.label(item)?;
    Some(Span::new(label.end, label.value.end.max(label.end)))
}

/// The entries of a canon bullet to be; `written` is the Markdown of a new one.
fn slots(pieces: &[Piece], written: impl Fn(usize) -> String) -> Vec<EntrySlot> {
    let slot = |piece: &Piece| match *piece {
        Piece::Kept { at, tick } => EntrySlot::Kept { at, tick },
        Piece::New(number) => EntrySlot::New(written(number)),
    };
    pieces.iter().map(slot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undone(label: &str, target: Target) -> String {
        let edits = vec![Edit {
            path: PathBuf::new(),
            target,
            before: None,
            after: None,
        }];
        let label = label.to_owned();
        Change { label, edits }.undone()
    }

    #[test]
    fn an_undo_says_what_holds_again() {
        let value = || Target::BlockRow { block: BlockId(3) };
        for (label, said) in [
            (
                "0226 owner: analytics → grc",
                "0226 owner is analytics again",
            ),
            ("0226 status: draft → complete", "0226 is draft again"),
            ("0226 owner: (none) → grc", "0226 owner is empty again"),
            (
                "B03 theme: Quotes: old → Quotes",
                "B03 theme is Quotes: old again",
            ),
            ("0226 title: a → b → c", "undone: 0226 title: a → b → c"),
            ("0226 inputs +x: a → b", "undone: 0226 inputs +x: a → b"),
            (
                "3 steps status → blocked",
                "undone: 3 steps status → blocked",
            ),
        ] {
            assert_eq!(undone(label, value()), said);
        }
        let line = || Target::LogText {
            line: 0,
            spaced: false,
        };
        for (label, said) in [
            ("0226 added: x: a → b", "0226 is gone again: x: a → b"),
            ("0226 removed: x", "0226 is back: x"),
        ] {
            assert_eq!(undone(label, line()), said);
        }
        let tick = Target::CheckMark {
            stage: "Pilot".to_owned(),
            text: "It works".to_owned(),
            nth: 0,
        };
        assert_eq!(
            undone("Pilot ticked: It works", tick),
            "Pilot: “It works” is unticked again"
        );
    }
}
