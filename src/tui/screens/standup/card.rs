//! What a standup card says, as rows: in full, in one row, or as one line of somebody else.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::record::standup::{Card, CardPart, DayCard, Entry, Health};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::text_layout::TextLayout;

/// The sign of a status and its look; the word always stands beside it.
pub fn health(status: Option<Health>, theme: &Theme) -> (&'static str, Style) {
    match status {
        Some(Health::OnTrack) => (theme.glyph(Sign::Complete), theme.ok),
        Some(Health::AtRisk) => (theme.glyphs.alert, theme.warning),
        Some(Health::Blocked) => (theme.glyph(Sign::Blocked), theme.error),
        Some(Health::NoChange) => (theme.glyph(Sign::Idea), theme.dim),
        None => ("?", theme.dim),
    }
}

/// Adds the entries of a card, a row or more each. Of one's own cards it is also told since
/// when a blocker stands there, and what is suggested is dimmed.
pub fn body(sheet: &mut TextLayout, card: &Card, own: Option<&DayCard>, indent: usize) {
    let theme = sheet.theme();
    let text = match own {
        Some(own) if !own.posted => theme.dim,
        _ => theme.text,
    };
    for part in CardPart::ALL {
        for (at, entry) in card.part(part).iter().enumerate() {
            let style = match part {
                CardPart::Blockers => theme.warning,
                _ => theme.dim,
            };
            let lead = Span::styled(format!("{:indent$}{:<9}", "", part.word()), style);
            let since = match part {
                CardPart::Blockers => own.and_then(|own| *own.since.get(at)?),
                _ => None,
            };
            let entry = match since {
                Some(date) => format!("{entry} (since {})", date.format("%a %m-%d")),
                None => entry.clone(),
            };
            let style = match part {
                CardPart::Evidence => theme.accent,
                _ => text,
            };
            sheet.hanging(lead, &entry, style);
        }
    }
}

/// Adds one row that counts what a card holds.
pub fn summary(sheet: &mut TextLayout, card: &Card, theme: &Theme) {
    let counts = CardPart::ALL.into_iter().filter_map(|part| {
        let word = match (part, card.part(part).len()) {
            (_, 0) => return None,
            (CardPart::Blockers, 1) => "1 blocker".to_owned(),
            (CardPart::Blockers, count) => format!("{count} blockers"),
            (part, count) => format!("{count} {}", part.word()),
        };
        Some(word)
    });
    let counts: Vec<String> = counts.collect();
    if !counts.is_empty() {
        let dot = format!(" {} ", theme.glyphs.dot);
        let text = format!("  {}", counts.join(&dot));
        sheet.row(Span::styled(text, theme.dim));
    }
}

/// Which branch has what somebody said, where it is not checked out; to stand behind the name.
pub fn branch(branch: Option<&str>, theme: &Theme) -> Span<'static> {
    let words = branch.map(|branch| format!(" on {branch}"));
    Span::styled(words.unwrap_or_default(), theme.dim)
}

/// Adds what somebody else says of a stage, in one row: the status and the first blocker.
pub fn heard(sheet: &mut TextLayout, entry: &Entry, stage: &str, theme: &Theme) {
    let Some(card) = entry.card(stage) else {
        return;
    };
    let (sign, style) = health(card.status, theme);
    let mut spans = vec![
        Span::styled(format!("  {sign} "), style),
        Span::styled(entry.person.clone(), theme.heading),
        branch(entry.branch.as_deref(), theme),
        Span::styled(format!("  {}", card.said), style),
    ];
    if let Some(first) = card.blockers.first() {
        spans.push(Span::styled(format!(": {first}"), theme.text));
    }
    sheet.row(Line::from(spans));
}
