//! An entry of a record: what was decided about a step or a dependency, in words that are read again.

use serde::{Serialize, Serializer};

use super::chapter::Chapter;
use crate::document::control;
use crate::document::markdown::{ListItem, MarkdownDocument, escaped};
use crate::plan::id::StepId;

/// What an entry is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Section {
    /// Ideas and drafts, with what was decided about each.
    Proposals,
    /// Dependencies that are wrong, fixed or left.
    Dependencies,
    /// The steps that the steward commits to, the first one first.
    Ten,
    /// Steps that were looked at and are not among them.
    Aside,
    /// What became of last week's ten.
    LastTen,
    /// Proposals and dependencies that nobody came to before the review was finished.
    Open,
}

impl Section {
    /// Every section.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] = [
        Self::Proposals,
        Self::Dependencies,
        Self::Ten,
        Self::Aside,
        Self::LastTen,
        Self::Open,
    ];

    /// What an entry can say in it.
    pub(super) fn takes(self) -> &'static [Word] {
        use Word::*;
        match self {
            Self::Proposals => &[AsDraft, StillDraft, Deferred, Rejected],
            Self::Dependencies => &[Fixed, Left],
            Self::Ten => &[Committed],
            Self::Aside => &[Deferred, Complete],
            Self::LastTen => &[Complete, InProgress, Ready, Blocked, Waiting, Gone],
            Self::Open => &[NotDiscussed],
        }
    }
}

/// What an entry says about its step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Word {
    /// An idea was accepted, and became a draft by it.
    AsDraft,
    /// A draft was accepted: it stays one.
    StillDraft,
    /// Not now: it comes back in the next review.
    Deferred,
    /// No; the reason is in the step's notes, too.
    Rejected,
    /// The dependency is no longer wrong.
    Fixed,
    /// The dependency stays as it is for now.
    Left,
    /// One of the next ten.
    Committed,
    /// Its status is complete.
    Complete,
    /// Its status is in progress.
    InProgress,
    /// Nobody began it.
    Ready,
    /// Its status is blocked.
    Blocked,
    /// A dependency is not met.
    Waiting,
    /// There is no such step any more.
    Gone,
    /// Nobody came to it.
    NotDiscussed,
}

impl Word {
    /// As the record spells it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::AsDraft => "accepted as draft",
            Self::StillDraft => "accepted, still a draft",
            Self::Deferred => "deferred",
            Self::Rejected => "rejected",
            Self::Fixed => "fixed",
            Self::Left => "left",
            Self::Committed => "committed",
            Self::Complete => "complete",
            Self::InProgress => "in progress",
            Self::Ready => "not started",
            Self::Blocked => "blocked",
            Self::Waiting => "waiting",
            Self::Gone => "no longer in the plan",
            Self::NotDiscussed => "not discussed",
        }
    }

    /// Whether an earlier version spelled it so.
    pub(super) fn was(self, text: &str) -> bool {
        OLD_WORDS.contains(&(self, text))
    }
}

/// As `review.schema.json` spells it: the values of a published schema never change.
impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let old = OLD_WORDS.iter().find(|(word, _)| word == self);
        serializer.serialize_str(old.map_or(self.words(), |(_, old)| old))
    }
}

/// How earlier versions spelled a word: records from then are still read.
pub(super) const OLD_WORDS: [(Word, &str); 3] = [
    (Word::Fixed, "mended"),
    (Word::Ready, "not begun"),
    (Word::Gone, "not in the plan any more"),
];

/// What an entry is about: a step, or its dependency on another one.
pub(crate) type EntryKey = (StepId, Option<StepId>);

/// One line of the record, with the lines below it that are ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The step.
    pub id: StepId,
    /// The step that it depends on, where the entry is about that.
    pub other: Option<StepId>,
    /// What became of it.
    pub word: Word,
    /// The step's title, or what is wrong with the dependency.
    pub text: String,
    /// Who answers for the step; empty where nobody does, or where it does not matter.
    pub owner: String,
    /// The reason; empty where none was given.
    pub why: String,
    /// Who decided it; empty where that was the steward.
    pub by: String,
}

impl Entry {
    /// An entry about a step, its words put into one line.
    pub(crate) fn new(id: StepId, word: Word, text: &str) -> Self {
        Self {
            id,
            other: None,
            word,
            text: one_line(text),
            owner: String::new(),
            why: String::new(),
            by: String::new(),
        }
    }

    /// The same with a reason.
    pub(crate) fn because(mut self, why: &str) -> Self {
        self.why = one_line(why);
        self
    }

    /// The same with an owner.
    pub(crate) fn owned_by(mut self, owner: &str) -> Self {
        self.owner = one_line(owner);
        self
    }

    /// The reason of a fix by which a step no longer depends on another one. A step that is still to
    /// be decided about as a proposal is said to be.
    pub(super) fn dropped(step: StepId, other: StepId, is_undecided: bool) -> String {
        match is_undecided {
            true => format!("{step} (undecided) {NO_LONGER} {other}"),
            false => format!("{step} {NO_LONGER} {other}"),
        }
    }

    /// The step that was changed by nothing but this fix since the review before.
    pub(super) fn changed(&self) -> Option<StepId> {
        let (step, rest) = self.why.split_once(' ')?;
        let is_own = self.word == Word::Fixed && rest.starts_with(NO_LONGER);
        step.parse().ok().filter(|_| is_own)
    }

    /// What it is about.
    pub(crate) fn key(&self) -> EntryKey {
        (self.id, self.other)
    }

    /// The entry that an item of a list in `chapter` is, if it is one.
    pub(super) fn read(
        document: &MarkdownDocument,
        item: usize,
        chapter: Chapter,
    ) -> Option<(Section, Self)> {
        let it = &document.items()[item];
        let label = it
            .label
            .as_ref()
            .filter(|_| it.parent.is_none() && !it.quoted)?;
        let (id, rest) = label.name.split_once(' ')?;
        let (other, rest) = match rest.strip_prefix("→ ").map(|rest| rest.split_once(' ')) {
            None => (None, rest),
            Some(pair) => {
                let (other, rest) = pair?;
                (Some(other.parse().ok()?), rest)
            }
        };
        let (section, word) = chapter.reads(rest, other.is_some())?;
        let detail = |name: &str| {
            let found = details(document, item).find(|(_, detail)| is_detail(detail, name));
            found.and_then(|(_, detail)| Some(one_line(&detail.label.as_ref()?.text)))
        };
        let entry = Self {
            id: id.parse().ok()?,
            other,
            word,
            text: one_line(&label.text),
            owner: detail(OWNER).unwrap_or_default(),
            why: detail(WHY).unwrap_or_default(),
            by: detail(BY).unwrap_or_default(),
        };
        Some((section, entry))
    }

    /// The entry of a section as lines without their ends, behind a list marker of a chapter.
    pub(super) fn lines(
        &self,
        (chapter, section): (Chapter, Section),
        marker: &str,
    ) -> Vec<String> {
        let other = self
            .other
            .map(|other| format!("→ {other} "))
            .unwrap_or_default();
        let said = chapter.spelling(section, self.word);
        let label = format!("{} {other}{said}", self.id);
        let mut lines = vec![labelled(marker, &label, &self.text)];
        let indent = if marker.starts_with('-') {
            "  - "
        } else {
            "    - "
        };
        for (name, text) in [(OWNER, &self.owner), (WHY, &self.why), (BY, &self.by)] {
            if !text.is_empty() {
                lines.push(labelled(indent, name, text));
            }
        }
        lines
    }
}

const NO_LONGER: &str = "no longer depends on";
pub(super) const OWNER: &str = "Owner";
pub(super) const WHY: &str = "Why";
pub(super) const BY: &str = "By";

/// The items nested in an item, one level down.
pub(super) fn details(
    document: &MarkdownDocument,
    item: usize,
) -> impl Iterator<Item = (usize, &ListItem)> + '_ {
    let end = document.items()[item].span.end;
    let below = document.items().iter().enumerate().skip(item + 1);
    below
        .take_while(move |(_, other)| other.span.start < end)
        .filter(move |(_, other)| other.parent == Some(item))
}

pub(super) fn is_detail(item: &ListItem, name: &str) -> bool {
    item.label.as_ref().is_some_and(|label| label.name == name)
}

pub(super) fn labelled(marker: &str, label: &str, text: &str) -> String {
    let line = format!("{marker}**{label}:** {}", markdown(text));
    line.trim_end().to_owned()
}

/// Words as Markdown that reads as them, in one line.
fn markdown(text: &str) -> String {
    let mut source = escaped(text);
    // A break that somebody typed is a break elsewhere; here everything is one line.
    let lower = source.to_ascii_lowercase();
    for (at, _) in lower
        .match_indices("<br")
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let before = source[..at].bytes().rev();
        if before.take_while(|byte| *byte == b'\\').count() % 2 == 0 {
            source.insert(at, '\\');
        }
    }
    source
}

/// Words in one line, without what steers a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match control::is_control(c) {
            true => ' ',
            false => c,
        })
        .collect();
    crate::record::one_line(&plain)
}
