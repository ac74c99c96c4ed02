//! A person's wish about a card, made the change of their paper.
//!
//! The first edit of a day makes the paper, the first one of a stage its section; every
//! other one changes single bullets of one section. What is written is read again before it
//! is believed: the card says what was wished for, all other cards what they said.

use chrono::{NaiveDate, SubsecRound as _, Timelike as _};

use super::paper::{self, Kind, Section, Spot};
use super::suggest::done_words;
use super::{
    Card, CardPart, Entry, Health, Standup, deadline, person_name, read, same_stage, slug,
};
use crate::change::compose::reversible;
use crate::change::value::{Refusal, refuse, refuse_control};
use crate::change::{Change, Edit, Target, apply};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::{Span, Splice};
use crate::plan::id::StepId;
use crate::plan::link;
use crate::plan::source::{Role, SourceFile};
use crate::record::one_line;

/// What a person wants of a card.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CardRequest {
    /// To post it as it is suggested.
    Post,
    /// Another status.
    Status(Health),
    /// At risk, unless it is blocked: something is in the way.
    AtRisk,
    /// One more entry of a list.
    Add(CardPart, String),
    /// Another text for an entry; an empty one takes it out.
    Change {
        /// The list.
        part: CardPart,
        /// The entry as it is.
        old: String,
        /// What it shall be.
        new: String,
    },
}

impl Standup<'_> {
    /// Posts the card of a stage, or changes the one that is posted, as one change. What is
    /// not wished otherwise is written as suggested.
    ///
    /// # Errors
    /// When the day is not today, there is no such stage, an entry cannot be there, or the paper
    /// cannot take it without losing something else.
    pub fn post(
        &self,
        date: NaiveDate,
        stage: &str,
        wishes: &[CardRequest],
    ) -> Result<Change, Refusal> {
        self.is_open(date)?;
        let mut wishes: Vec<CardRequest> = wishes.iter().map(checked).collect::<Result<_, _>>()?;
        for wish in &mut wishes {
            if let CardRequest::Add(CardPart::Done, text) = wish
                && let Ok(id) = text.parse::<StepId>()
                && let Some(step) = self.plan.find(id)
            {
                *text = done_words(self.plan.step(step));
            }
        }
        let file = self.file(date);
        let entry = file.and_then(|file| read(file, self.due));
        let posted = entry.as_ref().and_then(|entry| entry.card(stage));
        let before = match posted {
            Some(card) => card.clone(),
            None => self.suggestion(date, stage)?,
        };
        let is_at_risk = matches!(before.status, Some(Health::AtRisk | Health::Blocked));
        wishes.retain(|wish| !is_at_risk || *wish != CardRequest::AtRisk);
        let mut card = before.clone();
        for wish in &wishes {
            grant(&mut card, wish)?;
        }
        let label = label(&card, &wishes, posted.is_some());
        if posted.is_some() && card == before {
            let edits = Vec::new();
            return Ok(Change { label, edits });
        }
        card.posted_at = self.now.with_second(0).map(|now| now.trunc_subsecs(0));
        let change = |path, target, before, after: Vec<u8>| Change {
            label: label.clone(),
            edits: vec![Edit {
                path,
                target,
                before,
                after: Some(after),
            }],
        };
        let Some((file, entry)) = file.zip(entry) else {
            let entry = self.new_entry(date, &card);
            let text = paper::new_paper(&entry, &card);
            let target = Target::File {
                role: Role::Standup,
            };
            let made = change(entry.path.clone(), target, None, text.into_bytes());
            return is_read_back(made, Vec::new(), &entry);
        };
        let Some(document) = file.markdown() else {
            return refuse(format!("{} is not Markdown", file.path.display()));
        };
        let (wanted, made) = match section_of(document, stage) {
            Some(heading) => {
                let changed = edited(document, heading, &before, &card, &wishes)?;
                let source = |document: &MarkdownDocument| {
                    let span = document.own_section(heading);
                    document.bytes()[span.range()].to_vec()
                };
                let target = Target::section(document, heading);
                let before = Some(source(document));
                let made = change(file.path.clone(), target, before, source(&changed));
                (with(&entry, card), made)
            }
            None => {
                let text = format!("{}{}", gap(document), paper::new_section(&card));
                let text = text.replace('\n', document.newline());
                let text = text.into_bytes();
                let made = change(file.path.clone(), Target::AT_END, None, text);
                (with(&entry, card), made)
            }
        };
        let made = reversible(file, made)?;
        is_read_back(made, vec![file.clone()], &wanted)
    }

    /// Whether cards of a day can be posted.
    ///
    /// # Errors
    /// The reason why not: what a day said stays, so that "late" stays true.
    pub fn is_open(&self, date: NaiveDate) -> Result<(), Refusal> {
        match date.cmp(&self.today()) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Less => refuse(format!(
                "{date} is over and cannot be changed; use today's card"
            )),
            std::cmp::Ordering::Greater => refuse(format!("{date} has not started yet (UTC)")),
        }
    }

    fn new_entry(&self, date: NaiveDate, card: &Card) -> Entry {
        Entry {
            date,
            person: person_name(self.person),
            slug: slug(self.person),
            posted_at: card.posted_at,
            deadline: deadline(date, self.due),
            cards: vec![card.clone()],
            path: self.path(date),
            branch: None,
        }
    }
}

/// The wish with its words on one line.
///
/// # Errors
/// When there are none, or a link is not valid.
fn checked(wish: &CardRequest) -> Result<CardRequest, Refusal> {
    let entry = |part: CardPart, text: &str| {
        refuse_control(text, "")?;
        let text = one_line(text);
        match part {
            CardPart::Evidence if text.contains(' ') && !link::is_path(&text) => refuse(format!(
                "“{text}” is neither a URL, which has no spaces, nor a path such as docs/run 1.md"
            )),
            _ => Ok(text),
        }
    };
    Ok(match wish {
        CardRequest::Add(part, text) => match entry(*part, text)? {
            text if text.is_empty() => return refuse(format!("{} cannot be empty", part.word())),
            text => CardRequest::Add(*part, text),
        },
        CardRequest::Change { part, old, new } => CardRequest::Change {
            part: *part,
            old: old.clone(),
            new: entry(*part, new)?,
        },
        wish => wish.clone(),
    })
}

/// Changes the card as wished.
fn grant(card: &mut Card, wish: &CardRequest) -> Result<(), Refusal> {
    match wish {
        CardRequest::Post => {}
        CardRequest::Status(health) if card.status == Some(*health) => {}
        CardRequest::Status(health) => card.set_status(*health),
        CardRequest::AtRisk => card.set_status(Health::AtRisk),
        CardRequest::Add(part, text) => {
            let list = card.part_mut(*part);
            if !list.contains(text) {
                list.push(text.clone());
            }
        }
        CardRequest::Change { part, old, new } => {
            let list = card.part_mut(*part);
            let Some(at) = list.iter().position(|entry| entry == old) else {
                return refuse(format!("“{old}” is not on the card"));
            };
            match new.is_empty() || (new != old && list.contains(new)) {
                true => drop(list.remove(at)),
                false => list[at].clone_from(new),
            }
        }
    }
    Ok(())
}

/// What was done, for the line of news.
fn label(card: &Card, wishes: &[CardRequest], posted: bool) -> String {
    let mut deeds: Vec<String> = Vec::new();
    if !posted {
        deeds.push(format!("posted, {}", card.said));
    }
    for wish in wishes {
        match wish {
            CardRequest::Post => {}
            CardRequest::Status(_) | CardRequest::AtRisk if !posted => {}
            CardRequest::Status(health) => deeds.push(health.word().to_owned()),
            CardRequest::AtRisk => deeds.push(Health::AtRisk.word().to_owned()),
            CardRequest::Add(part, text) => deeds.push(format!("{} +{}", part.word(), short(text))),
            CardRequest::Change { part, old, new } if new.is_empty() => {
                deeds.push(format!("{} −{}", part.word(), short(old)));
            }
            CardRequest::Change { part, new, .. } => {
                deeds.push(format!("{} → {}", part.word(), short(new)));
            }
        }
    }
    format!("{}: {}", card.stage, deeds.join(" · "))
}

fn short(text: &str) -> String {
    const LONGEST: usize = 32;
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// The section that is a stage's card or is to become it.
fn section_of(document: &MarkdownDocument, stage: &str) -> Option<usize> {
    let headings = document.headings();
    let named = |at: &usize| same_stage(&headings[*at].text, stage);
    let cards = |at: &usize| !Section::of(document, *at).bullets.is_empty();
    let mut found = (0..headings.len()).filter(named);
    let first = found.clone().next();
    found.find(cards).or(first)
}

/// The entry as it is to read with this card.
fn with(entry: &Entry, card: Card) -> Entry {
    let mut entry = entry.clone();
    match entry.cards.iter_mut().find(|old| old.is_of(&card.stage)) {
        Some(old) => *old = card,
        None => entry.cards.push(card),
    }
    entry
}

/// What parts a new section from what is above it.
fn gap(document: &MarkdownDocument) -> &'static str {
    match document.bytes() {
        [] => "",
        bytes if bytes.ends_with(b"\n\n") || bytes.ends_with(b"\n\r\n") => "",
        bytes if bytes.ends_with(b"\n") => "\n",
        _ => "\n\n",
    }
}

/// Refuses a change after which the paper does not read as wanted.
fn is_read_back(
    change: Change,
    mut files: Vec<SourceFile>,
    wanted: &Entry,
) -> Result<Change, Refusal> {
    let heads = |files: &[SourceFile]| {
        let document = files.first().and_then(SourceFile::markdown);
        document.map_or(0, |document| document.headings().len())
    };
    let before = heads(&files);
    let applied = apply::change(&change, &mut files);
    let read_back = files
        .first()
        .and_then(|file| read(file, wanted.deadline.time()));
    let mut same = read_back
        .as_ref()
        .is_some_and(|read| same_words(read, wanted));
    if matches!(change.edits[0].target, Target::Section { .. }) {
        same &= heads(&files) == before;
    }
    match applied {
        Ok(()) if same => Ok(change),
        Ok(()) => refuse(format!(
            "{} could not be read back as intended; make this edit by hand",
            wanted.path.display()
        )),
        Err(conflicts) => match conflicts.first() {
            Some(conflict) => refuse(conflict.obstacle.to_string()),
            None => Ok(change),
        },
    }
}

/// Whether two entries say the same; a new card may be at another place than wanted.
fn same_words(read: &Entry, wanted: &Entry) -> bool {
    let person = read.person == wanted.person && read.posted_at == wanted.posted_at;
    let mut left: Vec<&Card> = wanted.cards.iter().collect();
    for card in &read.cards {
        let Some(at) = left.iter().position(|other| *other == card) else {
            return false;
        };
        left.remove(at);
    }
    person && left.is_empty()
}

/// The document with the card's section changed from `before` to `card`.
fn edited(
    document: &MarkdownDocument,
    heading: usize,
    before: &Card,
    card: &Card,
    wishes: &[CardRequest],
) -> Result<MarkdownDocument, Refusal> {
    let mut page = Page {
        document: document.clone(),
        heading,
    };
    let bare = page.section().bullets.is_empty();
    if bare {
        // A heading with the person's own words and no card yet.
        let markdown = paper::bullets(card).join("\n");
        page.append(&markdown)?;
        return Ok(page.document);
    }
    if before.said != card.said {
        page.set_value(Kind::Status, &card.said)?;
    }
    for wish in wishes {
        match wish {
            CardRequest::Add(part, text) if !before.part(*part).contains(text) => {
                page.add(*part, text)?
            }
            CardRequest::Change { part, old, new } if old != new => {
                let twin = !new.is_empty() && before.part(*part).contains(new);
                page.change(*part, old, if twin { "" } else { new })?;
            }
            _ => {}
        }
    }
    if let Some(at) = card.posted_at {
        let stamp = page.section().stamped(&page.document, at);
        page.set_value(Kind::Posted, &stamp)?;
    }
    Ok(page.document)
}

/// A paper open at one section.
struct Page {
    document: MarkdownDocument,
    heading: usize,
}

impl Page {
    fn section(&self) -> Section {
        Section::of(&self.document, self.heading)
    }

    fn apply<E: std::fmt::Display>(
        &mut self,
        splices: Result<Vec<Splice>, E>,
    ) -> Result<(), Refusal> {
        let splices = splices.map_err(|refusal| Refusal(refusal.to_string()))?;
        let changed = self.document.apply(&splices);
        self.document = changed.map_err(|error| Refusal(error.to_string()))?;
        Ok(())
    }

    fn append(&mut self, markdown: &str) -> Result<(), Refusal> {
        self.apply(self.document.append_to_section(self.heading, markdown))
    }

    fn set_value(&mut self, kind: Kind, text: &str) -> Result<(), Refusal> {
        match self.section().bullet(kind) {
            Some(item) => self.apply(self.document.set_label_value(item, text)),
            None => self.insert(kind, &format!("- **{}:** {text}", kind.label())),
        }
    }

    /// Puts a bullet where its kind belongs: behind those that come before it on a card.
    fn insert(&mut self, kind: Kind, bullet: &str) -> Result<(), Refusal> {
        let order = |kind: Kind| match kind {
            Kind::Status => 0,
            Kind::List(part) => 1 + part as usize,
            Kind::Posted => 9,
        };
        let section = self.section();
        let bullets = section.bullets.iter();
        let earlier = bullets.filter(|(of, _)| order(*of) < order(kind));
        match earlier.map(|(_, item)| *item).max() {
            Some(item) => {
                let text = bullet
                    .strip_prefix("- ")
                    .unwrap_or(bullet)
                    .replace("\n  ", "\n");
                self.apply(self.document.insert_item_after(item, &text))
            }
            None => self.append(bullet),
        }
    }

    fn add(&mut self, part: CardPart, text: &str) -> Result<(), Refusal> {
        let section = self.section();
        let Some(bullet) = section.bullet(Kind::List(part)) else {
            return self.insert(Kind::List(part), &paper::list(part, &[text.to_owned()]));
        };
        let entry = paper::item(part, text);
        let nested = section.slots.iter().rev().find_map(|slot| match slot.spot {
            Spot::Item(item) if self.document.items()[item].parent == Some(bullet) => Some(item),
            _ => None,
        });
        if let Some(last) = nested {
            return self.apply(self.document.insert_item_after(last, &entry));
        }
        // What comes after the label becomes the first entry below it.
        let item = &self.document.items()[bullet];
        let Some(label) = &item.label else {
            return refuse("the list no longer has a label");
        };
        let bytes = self.document.bytes();
        let line = self.document.line_of(item.marker.start);
        let start = self.document.line(line).map_or(0, |line| line.start);
        let blanks = bytes[item.marker.end..]
            .iter()
            .take_while(|b| **b == b' ')
            .count();
        let before = self
            .document
            .source(Span::new(start, item.marker.start))
            .into_owned();
        let before = before.trim_start_matches('\u{feff}');
        let indent = format!(
            "{before}{}",
            " ".repeat(item.marker.len() + blanks.clamp(1, 4))
        );
        let newline = self.document.newline();
        let mut below = String::new();
        if section.slots.iter().any(|slot| slot.part == part) {
            let old = self.document.source(label.value);
            below += &format!("{newline}{indent}- {old}");
        }
        below += &format!("{newline}{indent}- {entry}");
        let span = Span::new(label.end, label.value.end.max(label.end));
        self.apply::<Refusal>(Ok(vec![Splice::replace(span, below)]))
    }

    /// Gives an entry another text; none takes it out.
    fn change(&mut self, part: CardPart, old: &str, new: &str) -> Result<(), Refusal> {
        let section = self.section();
        let found = |slot: &&super::paper::Slot| slot.part == part && slot.text == old;
        let Some(slot) = section.slots.iter().find(found) else {
            return refuse(format!("“{old}” is not on the card"));
        };
        let source = match new {
            "" => "none".to_owned(),
            new => paper::item(part, new),
        };
        match slot.spot {
            Spot::Among => refuse(format!(
                "“{old}” shares a line with others; edit that line in your editor"
            )),
            Spot::Inline(item) => self.apply(self.document.set_label_source(item, &source)),
            Spot::Item(item) if new.is_empty() => {
                if self.has_more(item) {
                    return refuse(format!(
                        "“{old}” has more text below it; remove it in your editor"
                    ));
                }
                let parent = self.document.items()[item].parent;
                let lines = self.lines(self.document.items()[item].span);
                self.apply::<Refusal>(Ok(vec![Splice::remove(lines)]))?;
                let left = self.section().slots.iter().any(|slot| slot.part == part);
                match parent.filter(|_| !left) {
                    Some(bullet) => self.apply(self.document.set_label_source(bullet, "none")),
                    None => Ok(()),
                }
            }
            Spot::Item(item) => {
                let content = self.document.items()[item].content;
                self.apply::<Refusal>(Ok(vec![Splice::replace(content, source)]))
            }
        }
    }

    /// Whether an item holds more than the paragraph that it begins with.
    fn has_more(&self, item: usize) -> bool {
        let item = &self.document.items()[item];
        let end = item.content.end.max(item.marker.end);
        let rest = self.document.bytes().get(end..item.span.end);
        rest.is_some_and(|rest| !rest.trim_ascii().is_empty())
    }

    /// The whole lines that a span is on, blank lines at its end aside.
    fn lines(&self, span: Span) -> Span {
        let bytes = &self.document.bytes()[span.range()];
        let blanks = bytes
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        let last = self
            .document
            .line_of((span.end - blanks).saturating_sub(1).max(span.start));
        let first = self.document.line_of(span.start);
        let start = self
            .document
            .line(first)
            .map_or(span.start, |line| line.start);
        let end = self.document.line(last + 1).map(|line| line.start);
        Span::new(start, end.unwrap_or(self.document.bytes().len()))
    }
}
