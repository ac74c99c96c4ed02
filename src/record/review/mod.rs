//! The record of a weekly review: what it holds, as Markdown and back.
//!
//! Owns the shape of `docs/reviews/<yyyy>-W<ww>.md`. `amend` edits a record that is there
//! already, without touching what people wrote into it; `gather` finds what a review is about;
//! `decide` turns a steward's decisions into changes. Nothing here decides what is worth doing:
//! that is the ranking's.
//!
//! A record is read by what its lines say. A list item that begins with a step and one of the
//! words of [`Word`] in bold is an entry; everything else belongs to people. `chapter` says under
//! which heading an entry stands.

pub(crate) mod amend;
pub mod causes;
mod chapter;
pub mod decide;
mod entry;
pub mod gather;
pub mod landed;
mod part;
pub mod promises;
mod sieve;
#[cfg(test)]
mod tests;
mod week;

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, SecondsFormat, Utc};

use crate::document::markdown::{ListItem, MarkdownDocument};
use crate::plan::id::StepId;
use crate::plan::paper::label;
use chapter::{Chapter, Form};
use entry::labelled;
pub use entry::{Entry, Word};
pub(crate) use entry::{EntryKey, Section, one_line};
use landed::LeftOff;
pub use week::Week;

/// What a record says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Record {
    /// The week in its title.
    pub week: Option<Week>,
    /// The day on which the review was begun.
    pub date: Option<NaiveDate>,
    /// Who held it; several where somebody else went on with it.
    pub steward: String,
    /// From when on new and changed proposals were looked at.
    pub since: Option<DateTime<Utc>>,
    /// When it was finished.
    pub held: Option<DateTime<Utc>>,
    /// The commit that was checked out then.
    pub seen: Option<String>,
    /// How many proposals were left undecided when it was finished.
    pub undecided: usize,
    /// Whether it looks at every idea and draft, as no review before it did.
    pub everything: bool,
    entries: [Vec<Entry>; 6],
    /// Where the first entry about each thing is in its section.
    places: HashMap<(Section, EntryKey), usize>,
}

impl Record {
    /// Reads a record. What is not an entry is nobody's mistake: it is left out.
    pub(crate) fn read(document: &MarkdownDocument) -> Self {
        let mut record = Self::default();
        let title = document
            .headings()
            .iter()
            .position(|heading| heading.level == 1);
        if let Some(title) = title {
            let words = &document.headings()[title].text;
            record.week = words.split_whitespace().find_map(|word| word.parse().ok());
        }
        let below_title = |item: &&ListItem| item.heading.is_some() && item.heading == title;
        for item in document.items().iter().filter(below_title) {
            record.read_line(item);
        }
        for (_, _, section, entry) in chapter::entries(document) {
            record.push(section, entry);
        }
        record
    }

    fn read_line(&mut self, item: &ListItem) {
        let Some(label) = item.label.as_ref().filter(|_| item.parent.is_none()) else {
            return;
        };
        let text = one_line(&label.text);
        let instant = || {
            DateTime::parse_from_rfc3339(&text)
                .ok()
                .map(|at| at.to_utc())
        };
        match Line::ALL.into_iter().find(|line| line.name() == label.name) {
            Some(Line::Date) => self.date = text.parse().ok(),
            Some(Line::Since) => self.since = instant(),
            Some(Line::Held) => self.held = instant(),
            Some(Line::Seen) => self.seen = is_hash(&text).then_some(text),
            Some(Line::Undecided) => {
                let count = text.split(' ').next().and_then(|count| count.parse().ok());
                self.undecided = count.unwrap_or(0);
            }
            Some(Line::Steward) => self.steward = text,
            Some(Line::Scope) => self.everything = text == EVERYTHING,
            None => {}
        }
    }

    /// Where the review left off, if it is finished.
    pub(crate) fn left_off(&self) -> Option<LeftOff> {
        let (held, seen) = (self.held?, self.seen.clone());
        Some(LeftOff { held, seen })
    }

    /// The entries of a section, in the order of the file.
    pub(crate) fn entries(&self, section: Section) -> &[Entry] {
        &self.entries[section as usize]
    }

    /// Steps that the review changed only by fixing their dependencies, none that it left open among
    /// them: that they are different is no news.
    pub(super) fn fixed_steps(&self) -> impl Iterator<Item = StepId> + '_ {
        let fixed = self.entries(Section::Dependencies).iter();
        let changed = fixed.filter_map(Entry::changed);
        changed.filter(|step| self.find(Section::Open, (*step, None)).is_none())
    }

    /// Adds an entry at the end of a section.
    pub(crate) fn push(&mut self, section: Section, entry: Entry) {
        let entries = &mut self.entries[section as usize];
        let place = self.places.entry((section, entry.key()));
        place.or_insert(entries.len());
        entries.push(entry);
    }

    /// What a section says about a step, or about a dependency.
    pub(crate) fn find(&self, section: Section, key: EntryKey) -> Option<&Entry> {
        let place = self.places.get(&(section, key))?;
        self.entries(section).get(*place)
    }

    /// The record as Markdown, to begin with or to copy.
    pub(crate) fn write(&self) -> String {
        let week = self.week.map(|week| format!(" {week}")).unwrap_or_default();
        let mut text = format!("# {}{week}\n\n", label::REVIEW);
        for line in Line::ALL {
            if let Some(value) = line.value(self) {
                text += &labelled("- ", line.name(), &value);
                text.push('\n');
            }
        }
        for chapter in Chapter::ALL {
            text += &format!("\n## {}\n\n", chapter.heading());
            let entries: Vec<(Section, &Entry)> = self.chapter(chapter).collect();
            if entries.is_empty() {
                text += chapter.nothing();
                text.push('\n');
            }
            for (at, (section, entry)) in entries.into_iter().enumerate() {
                if at > 0 && chapter.is_spaced() {
                    text.push('\n');
                }
                let lines = entry.lines((chapter, section), &chapter.marker(at));
                text += &lines.join("\n");
                text.push('\n');
            }
        }
        text
    }

    /// The entries that a heading of a new record has.
    fn chapter(&self, chapter: Chapter) -> impl Iterator<Item = (Section, &Entry)> {
        use Section::*;
        let sections = [Proposals, Dependencies, Ten, Aside, LastTen, Open].into_iter();
        let entries = sections.flat_map(|section| {
            let entries = self.entries(section).iter();
            entries.map(move |entry| (section, entry))
        });
        entries.filter(move |(section, entry)| {
            Chapter::of(*section, entry.word, Form::Present) == chapter
        })
    }

    /// How much was decided, skipped and not discussed, by what the record says.
    pub(crate) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for section in [
            Section::Proposals,
            Section::Dependencies,
            Section::Ten,
            Section::Aside,
        ] {
            for entry in self.entries(section) {
                match Chapter::of(section, entry.word, Form::Present) {
                    Chapter::Skipped => tally.skipped += 1,
                    _ => tally.decided += 1,
                }
            }
        }
        tally.not_discussed = self.entries(Section::Open).len();
        tally
    }
}

/// What a review came to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Tally {
    /// What somebody said yes or no to, the next ten among it.
    pub decided: usize,
    /// What somebody put off.
    pub skipped: usize,
    /// What nobody came to.
    pub not_discussed: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            decided,
            skipped,
            not_discussed,
        } = self;
        write!(
            f,
            "{decided} decided, {skipped} skipped, {not_discussed} not discussed"
        )
    }
}

/// The scope of a review that looks at every idea and draft.
const EVERYTHING: &str = "every idea and draft";

/// A line below the title.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line {
    Date,
    Steward,
    Since,
    Scope,
    Held,
    Seen,
    Undecided,
}

impl Line {
    const ALL: [Self; 7] = [
        Self::Date,
        Self::Steward,
        Self::Since,
        Self::Scope,
        Self::Held,
        Self::Seen,
        Self::Undecided,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Date => label::DATE,
            Self::Steward => label::STEWARD,
            Self::Since => label::SINCE,
            Self::Scope => "Scope",
            Self::Held => label::HELD,
            Self::Seen => label::SEEN,
            Self::Undecided => label::UNDECIDED,
        }
    }

    fn value(self, record: &Record) -> Option<String> {
        match self {
            Self::Date => record.date.map(|date| date.to_string()),
            Self::Steward => (!record.steward.is_empty()).then(|| record.steward.clone()),
            Self::Since => record.since.map(instant),
            Self::Scope => record.everything.then(|| EVERYTHING.to_owned()),
            Self::Held => record.held.map(instant),
            Self::Seen => record.seen.clone(),
            Self::Undecided => match record.undecided {
                0 => None,
                1 => Some("1 proposal".to_owned()),
                count => Some(format!("{count} proposals")),
            },
        }
    }
}

/// Whether a text is the hash of a commit, abbreviated or not, and nothing else that git knows.
fn is_hash(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// An instant as the record spells it.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Midnight, a week before a day.
fn week_before(day: NaiveDate) -> DateTime<Utc> {
    let day = day.checked_sub_days(Days::new(7)).unwrap_or(day);
    day.and_time(NaiveTime::MIN).and_utc()
}
