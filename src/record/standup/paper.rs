//! The paper of one person and one day: found by its headings and labelled bullets, and written the
//! same way. What is between them is the person's own and is not read.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};

use super::{Card, CardPart, Entry, Health, day_of, deadline, person_name};
use crate::document::markdown::{Heading, Label, MarkdownDocument, escaped};
use crate::document::splice::Span;
use crate::plan::canon::normalised;
use crate::plan::source::SourceFile;
use crate::record::{heading, one_line};

/// How an instant is written, to the minute.
const STAMP: &str = "%Y-%m-%d %H:%M UTC";
/// Words that say that a list is empty.
const NOTHING: [&str; 6] = ["", "none", "no", "nothing", "n a", "nil"];

/// An instant as the papers write it.
pub fn posted(at: DateTime<Utc>) -> String {
    at.format(STAMP).to_string()
}

/// The instant that words begin with, and the words behind it.
fn instant(text: &str) -> (Option<DateTime<Utc>>, &str) {
    if let Ok((at, rest)) = NaiveDateTime::parse_and_remainder(text, STAMP) {
        return (Some(at.and_utc()), rest);
    }
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => (Some(at.with_timezone(&Utc)), ""),
        Err(_) => (None, text),
    }
}

/// What a bullet is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Status,
    List(CardPart),
    Posted,
}

impl Kind {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Status => "Status",
            Self::List(part) => part.label(),
            Self::Posted => "Posted",
        }
    }

    fn of(label: &Label) -> Option<Self> {
        let name = normalised(&label.name);
        Some(match name.as_str() {
            "status" => Self::Status,
            "blocker" | "blockers" | "blocked by" => Self::List(CardPart::Blockers),
            "evidence" | "new evidence" | "links" => Self::List(CardPart::Evidence),
            "posted" => Self::Posted,
            name if name == "done" || name.starts_with("done since") => Self::List(CardPart::Done),
            _ => return None,
        })
    }
}

/// Where an entry of a list is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spot {
    /// Alone behind the label of this item.
    Inline(usize),
    /// With others behind a label.
    Among,
    /// In an item of its own.
    Item(usize),
}

/// An entry of a list with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Slot {
    pub part: CardPart,
    pub text: String,
    pub spot: Spot,
}

/// What one section holds, with the places.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The labelled bullets: what for, and index of the item.
    pub bullets: Vec<(Kind, usize)>,
    pub slots: Vec<Slot>,
}

impl Section {
    /// The bullets right under a heading.
    pub fn of(document: &MarkdownDocument, heading: usize) -> Self {
        let mut section = Self::default();
        for (at, item) in document.items().iter().enumerate() {
            if item.heading != Some(heading) || item.quoted {
                continue;
            }
            match (item.parent, &item.label) {
                (None, Some(label)) => {
                    if let Some(kind) = Kind::of(label) {
                        section.bullets.push((kind, at));
                        section.inline(document, kind, at, label);
                    }
                }
                (Some(parent), _) => {
                    let of = section.bullets.iter().find(|(_, item)| *item == parent);
                    if let Some((Kind::List(part), _)) = of {
                        let links = links(document, item.span);
                        let text = match (part, &*links) {
                            (CardPart::Evidence, [only]) => only.clone(),
                            _ => one_line(&item.text),
                        };
                        let (part, spot) = (*part, Spot::Item(at));
                        section.slots.push(Slot { part, text, spot });
                    }
                }
                (None, None) => {}
            }
        }
        section
    }

    /// The entries behind a label, on its own line.
    fn inline(&mut self, document: &MarkdownDocument, kind: Kind, at: usize, label: &Label) {
        let Kind::List(part) = kind else { return };
        let said = normalised(&label.text);
        if NOTHING.contains(&said.as_str()) {
            return;
        }
        let links = match part {
            CardPart::Evidence => links(document, label.value),
            _ => Vec::new(),
        };
        let texts = match links.is_empty() {
            true => vec![one_line(&label.text)],
            false => links,
        };
        let spot = match texts.len() {
            1 => Spot::Inline(at),
            _ => Spot::Among,
        };
        let slots = texts.into_iter().map(|text| Slot { part, text, spot });
        self.slots.extend(slots);
    }

    /// The first bullet of a kind, as the index of its item.
    pub fn bullet(&self, kind: Kind) -> Option<usize> {
        let found = self.bullets.iter().find(|(of, _)| *of == kind);
        found.map(|(_, item)| *item)
    }

    fn value<'d>(&self, document: &'d MarkdownDocument, kind: Kind) -> Option<&'d str> {
        let item = &document.items()[self.bullet(kind)?];
        item.label.as_ref().map(|label| label.text.trim())
    }

    fn posted_at(&self, document: &MarkdownDocument) -> Option<DateTime<Utc>> {
        instant(self.value(document, Kind::Posted)?).0
    }

    /// What is written for a card posted at `at`: words behind the old time stay.
    pub fn stamped(&self, document: &MarkdownDocument, at: DateTime<Utc>) -> String {
        let old = self.value(document, Kind::Posted).unwrap_or_default();
        let (_, rest) = instant(old);
        let gap = if rest.is_empty() || rest.starts_with(' ') {
            ""
        } else {
            " "
        };
        format!("{}{gap}{rest}", posted(at))
    }

    /// The card that the section is.
    pub fn card(&self, document: &MarkdownDocument, stage: &str) -> Card {
        let said = one_line(self.value(document, Kind::Status).unwrap_or_default());
        let mut card = Card {
            stage: stage.to_owned(),
            status: Health::read(&said),
            said,
            posted_at: self.posted_at(document),
            ..Card::default()
        };
        for slot in &self.slots {
            card.part_mut(slot.part).push(slot.text.clone());
        }
        card
    }
}

fn links(document: &MarkdownDocument, within: Span) -> Vec<String> {
    let links = document.links().iter();
    let links = links.filter(|link| within.contains(link.span.start));
    links.map(|link| link.url.clone()).collect()
}

/// What a paper says; nothing where it is in no day's folder or is not Markdown.
/// Entries are due at this time of the day.
pub fn read(file: &SourceFile, due: NaiveTime) -> Option<Entry> {
    let date = day_of(&file.path)?;
    let slug = file.path.file_stem()?.to_str()?.to_owned();
    let document = file.markdown()?;
    let mut entry = Entry {
        date,
        person: slug.clone(),
        slug,
        posted_at: None,
        deadline: deadline(date, due),
        cards: Vec::new(),
        path: file.path.clone(),
        branch: None,
    };
    for (at, heading) in document.headings().iter().enumerate() {
        let section = Section::of(document, at);
        if at == 0
            && let Some(person) = person_in(heading)
        {
            entry.person = person_name(person);
            entry.posted_at = section.posted_at(document);
        } else if section
            .bullets
            .iter()
            .any(|(kind, _)| *kind != Kind::Posted)
        {
            entry.cards.push(section.card(document, &heading.text));
        }
    }
    Some(entry)
}

/// The name in a heading such as `Standup 2026-11-21 — Robin`.
fn person_in(heading: &Heading) -> Option<&str> {
    let rest = heading.text.strip_prefix("Standup")?.trim_start();
    let day = |c: char| c.is_ascii_digit() || c == '-';
    let rest = rest
        .get(..10)
        .filter(|date| date.chars().all(day))
        .map_or(rest, |_| &rest[10..]);
    let rest = rest.trim_start();
    let name = rest.strip_prefix(['—', '–', '-', ':', '·']).unwrap_or(rest);
    Some(name.trim()).filter(|name| !name.is_empty())
}

/// The paper that begins with this card.
pub(super) fn new_paper(entry: &Entry, card: &Card) -> String {
    let at = entry.posted_at.map(posted).unwrap_or_default();
    format!(
        "# Standup {} — {}\n\n- **Posted:** {at}\n\n{}",
        entry.date,
        heading(&entry.person),
        new_section(card)
    )
}

/// The section of a card, its line end included.
pub(super) fn new_section(card: &Card) -> String {
    let mut text = format!("## {}\n\n", heading(&card.stage));
    for line in bullets(card) {
        text += &line;
        text.push('\n');
    }
    text
}

/// The bullets of a card, each with its entries below it.
pub(super) fn bullets(card: &Card) -> Vec<String> {
    let mut bullets = vec![format!("- **Status:** {}", escaped(&card.said))];
    for part in CardPart::ALL {
        let entries = card.part(part);
        if entries.is_empty() && part != CardPart::Blockers {
            continue;
        }
        bullets.push(list(part, entries));
    }
    if let Some(at) = card.posted_at {
        bullets.push(format!("- **Posted:** {}", posted(at)));
    }
    bullets
}

/// The bullet of a list.
pub(super) fn list(part: CardPart, entries: &[String]) -> String {
    let mut text = format!("- **{}:**", part.label());
    if entries.is_empty() {
        text += " none";
    }
    for entry in entries {
        text += "\n  - ";
        text += &item(part, entry);
    }
    text
}

/// The Markdown of an entry, without its marker.
pub(super) fn item(part: CardPart, entry: &str) -> String {
    let is_link = part == CardPart::Evidence && entry.contains("://");
    match is_link && !entry.contains(['<', '>', '\\']) {
        true => format!("<{entry}>"),
        false => escaped(entry),
    }
}
