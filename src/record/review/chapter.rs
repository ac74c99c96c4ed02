//! Under which heading of a record an entry stands, and how it is spelled there.
//!
//! Owns the two forms of a record. In the present one the three kinds of outcome have a heading
//! each, with a blank line between entries, so that two people can write into one record and git
//! merges it; the ten stand together, as their order is one decision. In the older one each part
//! of the walk has a heading. A record is read in either form, and one that was begun in the older
//! form goes on in it.

use super::{Entry, Section, Word};
use crate::document::markdown::MarkdownDocument;

/// A heading of a record that holds entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Chapter {
    /// The steps that the steward commits to.
    Ten,
    /// What somebody said yes or no to.
    Decided,
    /// What somebody put off.
    Skipped,
    /// What nobody came to.
    NotDiscussed,
    /// What became of last week's ten.
    LastTen,
    /// Older form: every verdict about a proposal.
    Proposals,
    /// Older form: every verdict about a dependency.
    Dependencies,
    /// Older form: steps that are not among the ten.
    Aside,
}

/// How a record is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// By outcome.
    Present,
    /// By part of the walk.
    Older,
}

impl Form {
    /// The form of a document: the older one only if it has that one's headings and no others.
    pub(super) fn of(document: &MarkdownDocument) -> Self {
        let has = |chapters: &[Chapter]| {
            let mut found = chapters.iter();
            found.any(|chapter| chapter.heading_in(document).is_some())
        };
        let is_older = has(&Chapter::OLDER) && !has(&[Chapter::Decided, Chapter::Skipped]);
        if is_older { Self::Older } else { Self::Present }
    }
}

impl Chapter {
    /// The headings of a record in their order.
    pub(super) const ALL: [Self; 5] = [
        Self::Ten,
        Self::Decided,
        Self::Skipped,
        Self::NotDiscussed,
        Self::LastTen,
    ];
    const OLDER: [Self; 3] = [Self::Proposals, Self::Dependencies, Self::Aside];

    /// Its heading.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Ten => "Next ten",
            Self::Decided => "Decided",
            Self::Skipped => "Skipped",
            Self::NotDiscussed => "Not discussed",
            Self::LastTen => "Last week's ten",
            Self::Proposals => "Proposals",
            Self::Dependencies => "Dependencies",
            Self::Aside => "Set aside",
        }
    }

    /// What stands below its heading while there is no entry.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::NotDiscussed => "Written when the review is finished.",
            _ => NONE,
        }
    }

    /// Whether a line says that there is no entry.
    pub(super) fn is_nothing(line: &[u8]) -> bool {
        let line = line.trim_ascii();
        line == NONE.as_bytes() || line == Self::NotDiscussed.nothing().as_bytes()
    }

    /// Whether blank lines part its entries, and each has its place by step: two people who add
    /// entries then rarely meet.
    pub(super) fn is_spaced(self) -> bool {
        matches!(self, Self::Decided | Self::Skipped | Self::NotDiscussed)
    }

    /// The list marker of its entry at `at`, counted from 0.
    pub(super) fn marker(self, at: usize) -> String {
        match self {
            Self::Ten => format!("{}. ", at + 1),
            _ => "- ".to_owned(),
        }
    }

    /// Where an entry of a section goes.
    pub(super) fn of(section: Section, word: Word, form: Form) -> Self {
        match (section, form) {
            (Section::Ten, _) => Self::Ten,
            (Section::LastTen, _) => Self::LastTen,
            (Section::Open, _) => Self::NotDiscussed,
            (Section::Proposals, Form::Older) => Self::Proposals,
            (Section::Dependencies, Form::Older) => Self::Dependencies,
            (Section::Aside, Form::Older) => Self::Aside,
            (_, Form::Present) => match word {
                Word::Deferred | Word::Left => Self::Skipped,
                _ => Self::Decided,
            },
        }
    }

    /// Every heading that may hold entries of a section.
    pub(super) fn holding(section: Section) -> &'static [Self] {
        match section {
            Section::Ten => &[Self::Ten],
            Section::LastTen => &[Self::LastTen],
            Section::Open => &[Self::NotDiscussed],
            Section::Proposals => &[Self::Decided, Self::Skipped, Self::Proposals],
            Section::Dependencies => &[Self::Decided, Self::Skipped, Self::Dependencies],
            Section::Aside => &[Self::Decided, Self::Skipped, Self::Aside],
        }
    }

    /// The entry that a list item below it begins: section and word by what stands in bold behind
    /// the step, and behind the one that it depends on where `is_pair`.
    pub(super) fn reads(self, said: &str, is_pair: bool) -> Option<(Section, Word)> {
        let sections: &[Section] = match self {
            Self::Ten => &[Section::Ten],
            Self::LastTen => &[Section::LastTen],
            Self::NotDiscussed => &[Section::Open],
            Self::Proposals => &[Section::Proposals],
            Self::Dependencies => &[Section::Dependencies],
            Self::Aside => &[Section::Aside],
            Self::Decided | Self::Skipped if is_pair => &[Section::Dependencies],
            Self::Decided | Self::Skipped => &[Section::Proposals, Section::Aside],
        };
        let in_section = |section: &Section| {
            let mut words = section.takes().iter();
            let is_said = |word: &Word| self.spelling(*section, *word) == said || word.was(said);
            let word = words.find(|word| is_said(word) && self.takes(*section, **word))?;
            Some((*section, *word))
        };
        sections.iter().find_map(in_section)
    }

    /// Whether an entry of a section that says so stands here.
    fn takes(self, section: Section, word: Word) -> bool {
        [Form::Present, Form::Older]
            .into_iter()
            .any(|form| Self::of(section, word, form) == self)
    }

    /// How a word is spelled here. A step that is put off stands beside proposals that are.
    pub(super) fn spelling(self, section: Section, word: Word) -> &'static str {
        match (self, section, word) {
            (Self::Skipped, Section::Aside, Word::Deferred) => "not this week",
            _ => word.words(),
        }
    }

    /// Index of its heading in a document.
    pub(super) fn heading_in(self, document: &MarkdownDocument) -> Option<usize> {
        let mut headings = document.headings().iter();
        headings.position(|heading| heading.text == self.heading())
    }

    /// The chapter that a heading opens: the first heading with its words.
    fn opened_by(document: &MarkdownDocument, heading: usize) -> Option<Self> {
        let words = &document.headings()[heading].text;
        let mut chapters = Self::ALL.into_iter().chain(Self::OLDER);
        let chapter = chapters.find(|chapter| chapter.heading() == words)?;
        (chapter.heading_in(document) == Some(heading)).then_some(chapter)
    }
}

/// What is below a heading without entries.
pub(super) const NONE: &str = "None.";

/// Every entry of a record with its list item and where it stands, in the order of the file.
pub(super) fn entries(
    document: &MarkdownDocument,
) -> impl Iterator<Item = (usize, Chapter, Section, Entry)> + '_ {
    let mut last = (None, None);
    let items = document.items().iter().enumerate();
    items.filter_map(move |(at, item)| {
        let heading = item.heading?;
        if last.0 != Some(heading) {
            last = (Some(heading), Chapter::opened_by(document, heading));
        }
        let chapter = last.1?;
        let (section, entry) = Entry::read(document, at, chapter)?;
        Some((at, chapter, section, entry))
    })
}
