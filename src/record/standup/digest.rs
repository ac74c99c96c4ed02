//! A day as one text, to be pasted into a message or a document.

use super::{Card, CardPart, Day, Entry};

/// How the text marks words up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Markdown, as forges and wikis read it.
    Markdown,
    /// What Slack makes of a message that a program posts.
    Slack,
}

impl Dialect {
    fn heading(self, level: usize, text: &str) -> String {
        match self {
            Self::Markdown => format!("{} {text}", "#".repeat(level)),
            Self::Slack => self.bold(text),
        }
    }

    fn bold(self, text: &str) -> String {
        match self {
            Self::Markdown => format!("**{text}**"),
            Self::Slack => format!("*{text}*"),
        }
    }

    fn bullet(self, depth: usize) -> &'static str {
        match (self, depth) {
            (Self::Markdown, 0) => "- ",
            (Self::Markdown, _) => "  - ",
            (Self::Slack, 0) => "• ",
            (Self::Slack, _) => "    ◦ ",
        }
    }

    /// What others wrote, in words that mean nothing else here.
    fn words(self, text: &str) -> String {
        match self {
            Self::Markdown => crate::document::markdown::escaped(text),
            Self::Slack => text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        }
    }

    fn link(self, link: &str) -> String {
        match link.contains("://") && !link.contains(['<', '>', '|', '\\']) {
            true => format!("<{link}>"),
            false => self.words(link),
        }
    }
}

/// How a day is told.
#[derive(Clone, Copy, Debug)]
pub struct Digest<'a> {
    /// The one person whose entries these are, where not everybody's were asked for.
    pub only: Option<&'a str>,
    /// How far the reader's clocks are ahead of UTC; 0 leaves them out.
    pub local_minutes: i32,
    /// In which markup.
    pub dialect: Dialect,
}

/// A day, or what some of its entries say, stage by stage in the order of cards; whoever has
/// said nothing of a stage is left out there.
pub fn digest(day: &Day, stages: &[String], entries: &[&Entry], of: &Digest<'_>) -> String {
    let dialect = of.dialect;
    let title = format!("Standup {}", day.date);
    let mut text = format!("{}\n\n", dialect.heading(1, &title));
    let due = day.deadline.format("%H:%M UTC");
    text += &format!("Due {due}{}. ", day.due_here(of.local_minutes));
    if let [_, ..] = &day.stewards[..] {
        let stewards = dialect.words(&day.stewards.join(", "));
        text += &format!("Steward: {stewards}. ");
    }
    let who: Vec<String> = entries.iter().map(|entry| stamp(entry, dialect)).collect();
    text += &match (who.is_empty(), of.only) {
        (true, None) => "Nobody has posted.".to_owned(),
        (true, Some(name)) => format!("{} has not posted.", dialect.words(name)),
        (false, _) => format!("Posted: {}.", who.join(", ")),
    };
    text.push('\n');
    if !day.missing.is_empty() {
        let missing: Vec<String> = day.missing.iter().map(|name| dialect.words(name)).collect();
        text += &format!("Not posted: {}.\n", missing.join(", "));
    }
    for stage in stages_told(stages, entries) {
        text += &format!("\n{}\n\n", dialect.heading(2, &dialect.words(&stage)));
        for entry in entries {
            if let Some(card) = entry.card(&stage) {
                said(&mut text, entry, card, dialect);
            }
        }
    }
    text
}

/// The stages that somebody speaks of: those of the plan first.
fn stages_told(stages: &[String], entries: &[&Entry]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let cards = entries.iter().flat_map(|entry| &entry.cards);
    for name in stages.iter().chain(cards.map(|card| &card.stage)) {
        let known = told.iter().any(|known| super::same_stage(known, name));
        if !known && entries.iter().any(|entry| entry.card(name).is_some()) {
            told.push(name.clone());
        }
    }
    told
}

fn stamp(entry: &Entry, dialect: Dialect) -> String {
    let name = dialect.words(&entry.person);
    let when = entry.posted_at.map(|at| at.format("%H:%M").to_string());
    let late = entry.is_late().then(|| "late".to_owned());
    let branch = entry.branch.as_ref();
    let branch = branch.map(|branch| format!("on {}", dialect.words(branch)));
    let said: Vec<String> = [when, late, branch].into_iter().flatten().collect();
    match said.is_empty() {
        true => name,
        false => format!("{name} ({})", said.join(", ")),
    }
}

fn said(text: &mut String, entry: &Entry, card: &Card, dialect: Dialect) {
    let name = dialect.bold(&dialect.words(&entry.person));
    let status = match card.said.is_empty() {
        true => "no status".to_owned(),
        false => dialect.words(&card.said),
    };
    *text += &format!("{}{name}: {status}\n", dialect.bullet(0));
    for part in CardPart::ALL {
        for entry in card.part(part) {
            let words = match part {
                CardPart::Evidence => dialect.link(entry),
                _ => dialect.words(entry),
            };
            let label = match part {
                CardPart::Blockers => "Blocker",
                part => part.label(),
            };
            *text += &format!("{}{label}: {words}\n", dialect.bullet(1));
        }
    }
}
